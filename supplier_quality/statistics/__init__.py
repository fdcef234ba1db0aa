"""Statistics of supplier quality: numbers in, results out. Knows no database, no page and no feature."""
