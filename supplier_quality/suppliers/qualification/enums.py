"""The words of risk and of the steps of a qualification."""

from enum import StrEnum


class Part(StrEnum):
    """What a supplier's risk is made of (IATF 16949, 8.4.1.2), in the order in which it is shown."""

    CRITICALITY = "criticality"
    SINGLE_SOURCE = "single_source"
    COUNTRY = "country"
    CERTIFICATES = "certificates"
    QUESTIONNAIRE = "questionnaire"
    QUALITY_PERFORMANCE = "quality_performance"
    DELIVERY_PERFORMANCE = "delivery_performance"
    QMS = "qms"
    FINANCE = "finance"
    VOLUME = "volume"
    CAPACITY = "capacity"
    TECHNOLOGY = "technology"
    CHANGE_MANAGEMENT = "change_management"
    CONTINUITY = "continuity"
    LOGISTICS = "logistics"


BY_HAND = (
    Part.QUALITY_PERFORMANCE, Part.DELIVERY_PERFORMANCE, Part.QMS, Part.FINANCE, Part.VOLUME, Part.CAPACITY,
    Part.TECHNOLOGY, Part.CHANGE_MANAGEMENT, Part.CONTINUITY, Part.LOGISTICS,
)  # fmt: skip
"""Parts that a person assesses with evidence; the others follow from what is known."""

NOT_KNOWN = "not_known"


class HandValue(StrEnum):
    """How a person assesses a part."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    UNACCEPTABLE = "unacceptable"


class Source(StrEnum):
    """Where the value of a part comes from."""

    SCOPE = "scope"
    SUPPLIER = "supplier"
    CERTIFICATES = "certificates"
    QUESTIONNAIRE = "questionnaire"
    PERSON = "person"
    NOT_KNOWN = "not_known"


class RiskClass(StrEnum):
    """How much a supplier may cost us if we are wrong about it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Certification(StrEnum):
    """The best that is known of a supplier's certified quality management."""

    IATF_16949 = "iatf_16949"
    ISO_9001 = "iso_9001"  # or another standard whose certificate serves as well
    NAMED = "named"  # stated in the self-assessment, not verified
    LAPSED = "lapsed"
    NONE = "none"


class StepKind(StrEnum):
    """What has to be done: required by the route, or by a decision with conditions."""

    AUDIT = "audit"
    SAMPLES = "samples"
    AGREEMENT = "agreement"
    CONDITION = "condition"


class StepState(StrEnum):
    """States of workflows/qualification_step.yaml that this feature names."""

    OPEN = "open"
    WAIVER_ASKED = "waiver_asked"
    FAILED = "failed"
    DONE = "done"
    WAIVED = "waived"
    NOT_NEEDED = "not_needed"


UNDONE = (StepState.OPEN, StepState.WAIVER_ASKED, StepState.FAILED)
"""The step still stands in the way of an approval."""


SETTLED = (StepState.DONE, StepState.WAIVED)
"""The step was done, or a second person let it be left out."""


class StepAction(StrEnum):
    """Actions of workflows/qualification_step.yaml that operations of this feature know by name."""

    COMPLETE = "complete"
    FAIL = "fail"
    REPEAT = "repeat"
    ASK_WAIVER = "ask_waiver"
    GRANT_WAIVER = "grant_waiver"
    REOPEN = "reopen"
    DROP = "drop"


class DropReason(StrEnum):
    """Why the product takes a step back; the choices of the field ``cause`` in the process file."""

    ROUTE = "route"  # the route does not ask for it any more
    DECISION = "decision"  # a later decision has other conditions
    ENDED = "ended"  # the supplier was rejected, withdrawn, merged or is leaving


class StepSort(StrEnum):
    """What a list of steps is sorted by."""

    DUE = "due"
    NUMBER = "number"
