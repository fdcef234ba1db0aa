"""The words of the full-text search."""

from enum import StrEnum


class Kind(StrEnum):
    """What is found; one group on the page of results each."""

    SUPPLIER = "supplier"
    SITE = "site"
    CONTACT = "contact"
    CERTIFICATE = "certificate"
    SCOPE = "scope"
    ANSWERS = "answers"
    COMMODITY = "commodity"
