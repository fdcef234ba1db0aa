"""What belongs to no feature: My work, search, users, workflow viewer, trail, incidents, sent mail."""
