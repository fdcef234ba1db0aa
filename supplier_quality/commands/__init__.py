"""Commands of the house itself; features bring theirs in their own ``commands`` modules."""
