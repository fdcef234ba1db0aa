"""The words of a supplier's documents."""

from enum import StrEnum


class DocumentState(StrEnum):
    """States of workflows/supplier_document.yaml that queries of this feature ask for by name."""

    WANTED = "wanted"
    ASKED = "asked"
    SUBMITTED = "submitted"
    VALID = "valid"
    EXPIRED = "expired"
    REPLACED = "replaced"


BEFORE_ACCEPTANCE = (DocumentState.WANTED, DocumentState.ASKED, DocumentState.SUBMITTED)
"""What is known of the document may still be entered and corrected."""

REPLACEABLE = (DocumentState.VALID, DocumentState.EXPIRED)
"""States that a newer document ends."""


class DocumentAction(StrEnum):
    """Actions of workflows/supplier_document.yaml that operations of this feature fire by name."""

    ASK = "ask"
    ASK_AGAIN = "ask_again"
    SUBMIT = "submit"
    SUBMIT_REPORT = "submit_report"
    SEND_BACK = "send_back"
    ACCEPT = "accept"
    ASK_FOR_NEW = "ask_for_new"
    REPLACE = "replace"
