"""Supplier Quality: a rules-driven workflow engine for the people who qualify, audit and rate suppliers."""

__version__ = "0.1.0"
