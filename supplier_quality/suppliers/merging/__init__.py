"""Merging two records of the same company into one, and undoing it."""
