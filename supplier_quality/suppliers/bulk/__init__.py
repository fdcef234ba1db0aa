"""One act on many suppliers: picked on the list, taken on each by itself, with a report that says how each went."""
