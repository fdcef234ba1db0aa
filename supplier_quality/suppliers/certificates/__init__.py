"""Certificates of management systems: one record each, per site and standard, from asking to verifying and lapsing."""
