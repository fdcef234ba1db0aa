"""Questionnaires: rule files of questions, answered by a supplier by link, scored, reviewed and compared."""
