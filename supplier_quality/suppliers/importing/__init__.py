"""Suppliers, sites and contacts from CSV and XLSX files.

A file goes through four steps: :mod:`sheets.reading` turns bytes into rows of texts with their line numbers, :mod:`checking` checks
and normalises column by column, :mod:`folding` joins the rows that name the same supplier, and :mod:`storing` compares with
what is there and writes everything in one transaction, or nothing. Only the last needs a writing session.
"""
