"""Notes on suppliers: dated, signed with a name, never edited; a wrong one is corrected by a new one."""
