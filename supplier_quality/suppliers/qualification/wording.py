"""Words of pages about qualification: values of parts, entries of the trail, and how steps are named and opened."""

from collections.abc import Mapping
from typing import Any

from supplier_quality.language import Words, _
from supplier_quality.parts.wording import CRITICALITY_WORDS
from supplier_quality.suppliers.qualification.enums import NOT_KNOWN, Part, Source
from supplier_quality.suppliers.qualification.models import QualificationStep, RiskRating
from supplier_quality.suppliers.qualification.operations import move_step
from supplier_quality.suppliers.qualification.words import (
    CERTIFICATION_WORDS,
    CLASS_TONES,
    CLASS_WORDS,
    HAND_WORDS,
    PATH_WORDS,
    SOURCE_WORDS,
)
from supplier_quality.web.records import RecordKind, register_record
from supplier_quality.web.wording import register_wording

YES_NO: Mapping[str, Words] = {"yes": _("yes"), "no": _("no")}
CRITICALITIES: Mapping[str, Words] = {**CRITICALITY_WORDS, NOT_KNOWN: SOURCE_WORDS[Source.NOT_KNOWN]}

register_wording("risk.rated", _("Risk rated: %(points)s points"), symbol="speedometer2")
register_wording("step.file_added", _("File %(name)s attached"), symbol="paperclip")
register_wording("route.determined", _("Route of the qualification determined"), symbol="signpost-split")
register_record(
    RecordKind(
        QualificationStep.subject_kind,
        _("Step of a qualification"),
        path=lambda record: f"/qualification-steps/{record.label}" if record.label else None,
        act=move_step,
    )
)


def value_words(part: str, value: str) -> Words | None:
    """The value of a part in words; None for one that says itself, such as a country."""
    if value == NOT_KNOWN:
        return SOURCE_WORDS[Source.NOT_KNOWN]
    own: Mapping[str, Mapping[str, Words]] = {
        Part.CRITICALITY: CRITICALITIES,
        Part.SINGLE_SOURCE: YES_NO,
        Part.CERTIFICATES: CERTIFICATION_WORDS,
        Part.COUNTRY: {},
    }
    return own.get(part, HAND_WORDS).get(value)


def facts_in_words(facts: Mapping[str, str]) -> dict[str, Words | str]:
    """What a route was decided from: name of each input and its value in words."""
    known: Mapping[str, tuple[Words, Mapping[str, Words]]] = {
        "criticality": (_("Criticality"), CRITICALITIES),
        "certification": (_("Certification"), CERTIFICATION_WORDS),
        "risk": (_("Risk class"), CLASS_WORDS),
    }
    return {str(known[name][0]): known[name][1].get(value, value) for name, value in facts.items() if name in known}


def tables_of(rating: RiskRating) -> str:
    """The decision tables of a rating with their versions."""
    return ", ".join(f"{name} {table['version']}" for name, table in rating.tables.items())


TAB_WORDS: Mapping[str, Any] = {
    "paths": PATH_WORDS,
    "classes": CLASS_WORDS,
    "class_tones": CLASS_TONES,
    "facts_in_words": facts_in_words,
    "tables_of": tables_of,
}
"""What the template of the tab needs."""
