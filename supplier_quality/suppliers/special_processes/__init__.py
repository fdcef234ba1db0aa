"""Self-assessments of special processes (CQI-9 and the like) per site and process, with their action plans."""
