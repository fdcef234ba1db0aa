"""A supplier's risk from the values of its parts, as the decision tables count them. Pure: tables and values come in."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from supplier_quality.engine.tables import DecisionTable
from supplier_quality.suppliers.qualification.enums import NOT_KNOWN, Certification, Part, RiskClass, Source

PARTS_TABLE, CLASS_TABLE = "risk_parts", "risk_class"

_WORST_FIRST = ("safety", "key", "general")


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of one part. ``detail`` says where it comes from in the words and numbers of the data.

    For what a person assessed, ``by``, ``on`` (ISO date) and ``evidence`` are given.
    """

    value: str = NOT_KNOWN
    source: Source = Source.NOT_KNOWN
    detail: str = ""
    by: str = ""
    on: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One part of a rating: what was found, the row of the table that counted it, its points out of the most possible."""

    part: str
    value: str
    source: str
    points: int
    most: int
    knock_out: bool
    row: int
    why: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""
    by: str = ""
    on: str = ""
    evidence: str = ""

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in ("", {})}


@dataclass(frozen=True, slots=True)
class Rated:
    """A whole rating."""

    lines: tuple[Line, ...]
    points: int
    knocked_out: bool
    risk_class: RiskClass


def rate(found: Mapping[Part, Found], parts: DecisionTable, classes: DecisionTable) -> Rated:
    """The rating of what was found; a part that is missing counts as not known. Raises UndecidedInput, KeyError for a
    value that the table of parts has no row for.
    """
    lines = tuple(_line(part, found.get(part, Found()), parts) for part in Part)
    points, knocked_out = sum(line.points for line in lines), any(line.knock_out for line in lines)
    decision = classes.decide({"points": points, "knock_out": knocked_out})
    if decision is None:
        raise KeyError(f"{classes.name} has no row for {points} points")
    return Rated(lines, points, knocked_out, RiskClass(str(decision.outputs["class"])))


def _line(part: Part, found: Found, table: DecisionTable) -> Line:
    decision = table.decide({"part": part.value, "value": found.value})
    if decision is None or decision.row is None:
        raise KeyError(f"{table.name} has no row for {part.value} = {found.value}")
    outputs: Mapping[str, Any] = decision.outputs
    why = {language: decision.why.render(language) for language in ("en", "zh")} if decision.why is not None else {}
    return Line(
        part.value, found.value, found.source.value, int(outputs["points"]), int(outputs["most"]),
        bool(outputs["knock_out"]), decision.row, why, found.detail, found.by, found.on, found.evidence,
    )  # fmt: skip


def worst_criticality(values: Sequence[str]) -> str:
    """The most critical of these; not known when there is none."""
    return next((name for name in _WORST_FIRST if name in values), NOT_KNOWN)


def certification_of(verified: Sequence[tuple[str, bool]], *, named: bool) -> Certification:
    """What is known of certified quality management.

    ``verified`` are certificates that were verified once, as what they serve for (``iatf_16949`` or ``iso_9001``) and whether
    they are in force; ``named`` whether the self-assessment named one that was valid when it was submitted.
    """
    in_force = {level for level, valid in verified if valid}
    for level in (Certification.IATF_16949, Certification.ISO_9001):
        if level in in_force:
            return level
    if verified:
        return Certification.LAPSED
    return Certification.NAMED if named else Certification.NONE


def months_after(day: date, months: int) -> date:
    """The same day so many months on; the last day of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError(day)
