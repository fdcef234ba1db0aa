"""Words of risk and of the steps of a qualification, for pages and mails."""

from collections.abc import Mapping

from supplier_quality.language import Words, _
from supplier_quality.suppliers.qualification.enums import (
    Certification,
    HandValue,
    Part,
    RiskClass,
    Source,
    StepKind,
)

PART_WORDS: Mapping[str, Words] = {
    Part.CRITICALITY: _("Criticality of what it delivers"),
    Part.SINGLE_SOURCE: _("Single source"),
    Part.COUNTRY: _("Country"),
    Part.CERTIFICATES: _("Certificates"),
    Part.QUESTIONNAIRE: _("Questionnaire"),
    Part.QUALITY_PERFORMANCE: _("Quality performance"),
    Part.DELIVERY_PERFORMANCE: _("Delivery performance"),
    Part.QMS: _("Evaluation of its quality management"),
    Part.FINANCE: _("Financial standing"),
    Part.VOLUME: _("Volume of our business with it"),
    Part.CAPACITY: _("Capacity"),
    Part.TECHNOLOGY: _("Technology and development"),
    Part.CHANGE_MANAGEMENT: _("Change management"),
    Part.CONTINUITY: _("Business continuity"),
    Part.LOGISTICS: _("Logistics"),
}
HAND_WORDS: Mapping[str, Words] = {
    HandValue.LOW: _("Low risk"),
    HandValue.MEDIUM: _("Medium risk"),
    HandValue.HIGH: _("High risk"),
    HandValue.UNACCEPTABLE: _("Unacceptable: rules the supplier out"),
}
CLASS_WORDS: Mapping[str, Words] = {
    RiskClass.LOW: _("Low"),
    RiskClass.MEDIUM: _("Medium"),
    RiskClass.HIGH: _("High"),
}
CLASS_TONES: Mapping[str, str] = {RiskClass.LOW: "done", RiskClass.MEDIUM: "soon", RiskClass.HIGH: "bad"}
CERTIFICATION_WORDS: Mapping[str, Words] = {
    Certification.IATF_16949: _("IATF 16949, verified"),
    Certification.ISO_9001: _("ISO 9001 or like it, verified"),
    Certification.NAMED: _("Named by the supplier, not verified"),
    Certification.LAPSED: _("Verified once, not in force"),
    Certification.NONE: _("None"),
}
SOURCE_WORDS: Mapping[str, Words] = {
    Source.SCOPE: _("Scope"),
    Source.SUPPLIER: _("Supplier file"),
    Source.CERTIFICATES: _("Certificates and self-assessment"),
    Source.QUESTIONNAIRE: _("Accepted questionnaire"),
    Source.PERSON: _("Assessed by a person"),
    Source.NOT_KNOWN: _("Not known"),
}
KIND_WORDS: Mapping[str, Words] = {
    StepKind.AUDIT: _("On-site audit"),
    StepKind.SAMPLES: _("Samples with PPAP"),
    StepKind.AGREEMENT: _("Quality agreement"),
    StepKind.CONDITION: _("Condition"),
}
PATH_WORDS: Mapping[str, Words] = {
    "desk": _("Decision at the desk"),
    "samples": _("Decision after samples"),
    "audit": _("Decision after an on-site audit"),
}
STATE_WORDS: Mapping[str, Words] = {
    "open": _("to be done"),
    "waiver_asked": _("waiver asked for"),
    "failed": _("failed"),
}

FACT_VALUES: Mapping[str, Mapping[str, Words]] = {
    "step.kind": KIND_WORDS,
    "steps.kind": KIND_WORDS,
    "steps.state": STATE_WORDS,
    "route.missing": KIND_WORDS,
    "risk.class": CLASS_WORDS,
}
"""Values that rules compare with, by fact."""


def what_of(kind: str, title: str | None) -> Words | str:
    """A step in words: a condition by its own, others by their kind."""
    return title if kind == StepKind.CONDITION and title else KIND_WORDS[kind]
