"""The words of questionnaires."""

from enum import StrEnum


class QuestionType(StrEnum):
    """What is answered to a question of a questionnaire file."""

    YES_NO = "yes_no"
    CHOICE = "choice"  # one of several
    CHOICES = "choices"  # any of several
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    FILE = "file"  # evidence, uploaded


class QuestionnaireState(StrEnum):
    """States of workflows/questionnaire.yaml that this feature asks for by name."""

    PREPARED = "prepared"
    ANSWERING = "answering"
    REVIEW = "review"
    SENT_BACK = "sent_back"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


WITH_SUPPLIER = (QuestionnaireState.ANSWERING, QuestionnaireState.SENT_BACK)
"""The supplier may change its answers."""

OPEN = (QuestionnaireState.PREPARED, *WITH_SUPPLIER, QuestionnaireState.REVIEW)


class QuestionnaireAction(StrEnum):
    """Actions of workflows/questionnaire.yaml that operations of this feature fire by name."""

    SEND = "send"
    SEND_AGAIN = "send_again"
    EXTEND = "extend"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    ACCEPT = "accept"


class Verdict(StrEnum):
    """What a reviewer said of one answer."""

    OK = "ok"
    COMMENT = "comment"


class Standing(StrEnum):
    """Where one question stands in the score."""

    SCORED = "scored"
    NOT_SCORED = "not_scored"  # the file gives no points for it
    NOT_APPLICABLE = "not_applicable"
    NOT_ASKED = "not_asked"  # its condition, or that of its section, does not hold
    UNANSWERED = "unanswered"


class QuestionnaireSort(StrEnum):
    """What a list of questionnaires is sorted by."""

    DUE = "due"  # open ones by the day we need the answers, then all others
    SUPPLIER = "supplier"
    SCORE = "score"
    ACCEPTED = "accepted"
    NUMBER = "number"
