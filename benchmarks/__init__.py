"""Measurements of the product against honest references, run by ``make bench``."""
