"""A supplier's risk from the values of its parts, with the shipped tables."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from supplier_quality.suppliers.qualification.enums import BY_HAND, Certification, HandValue, Part, RiskClass, Source
from supplier_quality.suppliers.qualification.rating import (
    Found,
    Rated,
    certification_of,
    months_after,
    rate,
    worst_criticality,
)
from tests.support import shipped_rules

PARTS, CLASSES, ROUTE = (
    shipped_rules(f"{name}.yaml").content for name in ("risk_parts", "risk_class", "qualification_route")
)

KNOWN = {
    Part.CRITICALITY: Found("key", Source.SCOPE),
    Part.SINGLE_SOURCE: Found("no", Source.SCOPE),
    Part.COUNTRY: Found("DE", Source.SUPPLIER),
    Part.CERTIFICATES: Found("iso_9001", Source.CERTIFICATES),
    Part.QUESTIONNAIRE: Found("low", Source.QUESTIONNAIRE),
    **{part: Found("low", Source.PERSON) for part in BY_HAND},
}


def rated(**changes: str) -> Rated:
    given = {Part(name): replace(KNOWN[Part(name)], value=value) for name, value in changes.items()}
    return rate({**KNOWN, **given}, PARTS, CLASSES)


def test_every_part_has_its_line_and_the_lines_add_up() -> None:
    found = rated()
    assert [line.part for line in found.lines] == list(Part)
    assert found.points == sum(line.points for line in found.lines) == 7
    assert found.risk_class is RiskClass.LOW
    assert all(0 <= line.points <= line.most for line in found.lines)


def test_what_nobody_knows_counts_as_the_table_says_and_is_told() -> None:
    found = rate({Part.CERTIFICATES: Found("none", Source.CERTIFICATES)}, PARTS, CLASSES)
    unknown = [line for line in found.lines if line.source == Source.NOT_KNOWN]
    assert len(unknown) == len(Part) - 1
    assert all(line.value == "not_known" and line.points > 0 and line.why for line in unknown)
    assert found.risk_class is RiskClass.MEDIUM


@pytest.mark.parametrize("part", Part)
def test_not_asking_is_never_better_than_the_best_answer(part: Part) -> None:
    if part is Part.CERTIFICATES:
        return  # what is not known of certificates is that there are none
    assert (
        rate({k: v for k, v in KNOWN.items() if k is not part}, PARTS, CLASSES).points
        >= rated(**({part.value: "general"} if part is Part.CRITICALITY else {})).points
    )


@pytest.mark.parametrize("part", [*BY_HAND, Part.QUESTIONNAIRE])
def test_one_part_alone_can_rule_a_supplier_out(part: Part) -> None:
    found = rated(**{part.value: HandValue.UNACCEPTABLE})
    assert found.knocked_out and found.risk_class is RiskClass.HIGH


@pytest.mark.parametrize("part", BY_HAND)
def test_a_worse_assessment_never_counts_less(part: Part) -> None:
    points = [rated(**{part.value: value}).points for value in HandValue]
    assert points == sorted(points)


def test_the_worst_case_is_high() -> None:
    worst = {part.value: "high" for part in BY_HAND}
    found = rated(
        **worst, criticality="safety", single_source="yes", certificates="none", country="CN", questionnaire="high"
    )
    assert found.risk_class is RiskClass.HIGH and not found.knocked_out
    assert found.points == sum(line.most for line in found.lines)


@pytest.mark.parametrize(
    ("verified", "named", "expected"),
    [
        ([], False, Certification.NONE),
        ([], True, Certification.NAMED),
        ([("iso_9001", True)], True, Certification.ISO_9001),
        ([("iso_9001", True), ("iatf_16949", False)], False, Certification.ISO_9001),
        ([("iso_9001", True), ("iatf_16949", True)], False, Certification.IATF_16949),
        ([("iatf_16949", False)], True, Certification.LAPSED),
    ],
)
def test_the_best_certificate_in_force_counts(verified: list[Any], named: bool, expected: Certification) -> None:
    assert certification_of(verified, named=named) is expected


def test_the_most_critical_commodity_counts() -> None:
    assert worst_criticality(["general", "safety", "key"]) == "safety"
    assert worst_criticality([]) == "not_known"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 20), 12, date(2027, 11, 20)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 14, date(2028, 2, 29)),
    ],
)
def test_months_end_with_the_month(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


@pytest.mark.parametrize("criticality", ["safety", "key", "general", "not_known"])
@pytest.mark.parametrize("certification", Certification)
def test_more_risk_never_asks_for_less(criticality: str, certification: Certification) -> None:
    steps = [
        set(
            ROUTE.decide(
                {"criticality": criticality, "certification": certification.value, "risk": risk.value}
            ).outputs["steps"]
        )
        for risk in RiskClass
    ]
    assert steps[0] <= steps[1] <= steps[2]
