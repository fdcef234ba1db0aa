"""Full-text search over suppliers and all that belongs to them: words, parts of words, Chinese words of two characters.

The words of each text stand in a plain table, which both databases read by ranges: FTS5 and the text search of PostgreSQL both
miss Chinese words of two characters. A job keeps the table up to date by comparing versions, so no act has to think of it.
"""
