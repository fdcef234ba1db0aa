"""The approved supplier list: who may deliver what from where, now or at the end of any past day, and what changed."""
