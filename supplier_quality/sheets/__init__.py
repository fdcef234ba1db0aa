"""Rows of texts with their line numbers from CSV and XLSX files, as people have them. Pure but for the file itself.

Text files are decoded by sure rules and cut at the delimiter that fits; spreadsheets are read in a process of their own, so that
one made to do harm ends that process and nothing else.
"""
