"""The words of self-assessments of special processes."""

from enum import StrEnum


class AssessmentState(StrEnum):
    """States of workflows/special_process.yaml that queries of this feature ask for by name."""

    WANTED = "wanted"
    ASKED = "asked"
    SUBMITTED = "submitted"
    VALID = "valid"
    OVERDUE = "overdue"
    REPLACED = "replaced"


BEFORE_ACCEPTANCE = (AssessmentState.WANTED, AssessmentState.ASKED, AssessmentState.SUBMITTED)
"""What is known of the assessment may still be entered and corrected."""

REPLACEABLE = (AssessmentState.VALID, AssessmentState.OVERDUE)
"""States that a newer assessment ends."""


class AssessmentAction(StrEnum):
    """Actions of workflows/special_process.yaml that operations of this feature fire by name."""

    ASK = "ask"
    ASK_AGAIN = "ask_again"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    ACCEPT = "accept"
    ASK_FOR_NEW = "ask_for_new"
    REPLACE = "replace"


class Lack(StrEnum):
    """Why a special process that the scope of a site needs counts as not assessed."""

    NEVER = "never"
    COMING = "coming"  # asked for or handed in for the first time, not accepted yet
    OVERDUE = "overdue"
