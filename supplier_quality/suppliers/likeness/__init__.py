"""Which suppliers may be the same company: how names and numbers are compared, and how candidates are found."""
