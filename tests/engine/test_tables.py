"""Decision tables."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_quality.engine.definitions import load_rule_file, verify_text
from supplier_quality.engine.tables import DecisionTable, UndecidedInput

TEXT = (Path(__file__).parent / "definitions" / "files" / "audit_interval.yaml").read_text()


@pytest.fixture(scope="module")
def table() -> DecisionTable:
    return load_rule_file(TEXT, file="audit_interval.yaml").content


@pytest.mark.parametrize(
    ("risk", "score", "row", "months"),
    [
        ("high", 100, 1, 12),
        ("high", 80, 1, 12),
        ("high", 79, 2, 6),
        ("high", 50, 2, 6),
        ("high", 49, 3, 3),
        ("low", 0, 4, 24),
    ],
)
def test_a_table_decides_by_its_row(table: DecisionTable, risk: str, score: int, row: int, months: int) -> None:
    decision = table.decide({"risk": risk, "score": score})

    assert decision is not None
    assert (decision.row, decision.outputs["months"]) == (row, months)


def test_a_decision_says_which_inputs_led_to_it(table: DecisionTable) -> None:
    decision = table.decide({"risk": "high", "score": 60})

    assert decision is not None
    assert decision.because == (
        {"input": "risk", "value": "high", "condition": "high"},
        {"input": "score", "value": 60, "condition": "[50..80)"},
    )


@pytest.mark.parametrize("facts", [{}, {"risk": "high"}, {"risk": "huge", "score": 1}, {"risk": "high", "score": 101}])
def test_an_input_the_table_does_not_know_is_refused(table: DecisionTable, facts: dict[str, object]) -> None:
    with pytest.raises(UndecidedInput):
        table.decide(facts)


def test_the_first_row_wins_where_the_table_says_so() -> None:
    text = TEXT.replace("hit: unique", "hit: first").replace("[50..80)", ">= 50")
    table = load_rule_file(text, file="t").content

    assert table.decide({"risk": "high", "score": 90}).row == 1
    assert table.decide({"risk": "high", "score": 60}).row == 2


def test_otherwise_closes_every_gap() -> None:
    text = TEXT.replace("risk: [low, medium]", "risk: low").replace("tests:", "otherwise: {months: 18}\ntests:")
    table = load_rule_file(text, file="t").content

    assert table.decide({"risk": "medium", "score": 5}).outputs == {"months": 18, "note": None}
    assert table.decide({"risk": "medium", "score": 5}).row is None


def test_an_allowed_gap_decides_nothing() -> None:
    text = TEXT.replace("risk: [low, medium]", "risk: low").replace("hit: unique", "hit: unique\ngaps: allowed")

    assert load_rule_file(text, file="t").content.decide({"risk": "medium", "score": 5}) is None


def test_dates_may_be_null_and_are_compared_by_day() -> None:
    text = """\
format: 1
table: expiry
version: 1
inputs: {expires: date?}
outputs: {level: string}
rows:
  - {when: {expires: "< 2026-01-01"}, then: {level: expired}}
  - {when: {expires: "[2026-01-01..2026-03-01)"}, then: {level: soon}}
  - {when: {expires: ">= 2026-03-01"}, then: {level: fine}}
"""
    (finding,) = verify_text(text)
    assert (finding.code, str(finding.message)) == ("table_gap", "No row decides for expires = null.")

    table = load_rule_file(text + '  - {when: {expires: "value == null"}, then: {level: unknown}}\n', file="t").content
    decided = [
        table.decide({"expires": day}).outputs["level"] for day in ("2025-12-31", "2026-02-28", "2026-03-01", None)
    ]
    assert decided == ["expired", "soon", "fine", "unknown"]


CELLS = st.sampled_from(["-", "<= 3", "> 3", "[2..5)", "(4..7]", "2", "[1, 6]", "value % 2 == 0", "!= 4"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_gaps_and_overlaps_agree_with_trying_every_input(cells: list[tuple[str, str]]) -> None:
    rows = "\n".join(
        f"  - {{when: {{a: {_cell(a)}, b: {_cell(b)}}}, then: {{row: {number}}}}}"
        for number, (a, b) in enumerate(cells)
    )
    head = "format: 1\ntable: t\nversion: 1\ninputs: {a: {type: int, min: 0, max: 8}, b: {type: int, min: 0, max: 8}}\n"
    text = head + "outputs: {row: int}\nrows:\n" + rows + "\n"
    hits = [[_matches(a, x) and _matches(b, y) for a, b in cells] for x, y in product(range(9), repeat=2)]

    codes = {finding.code for finding in verify_text(text)}

    assert ("table_gap" in codes) == any(sum(row) == 0 for row in hits)
    assert ("table_overlap" in codes) == any(sum(row) > 1 for row in hits)


def _cell(cell: str) -> str:
    return cell if cell == "[1, 6]" else f'"{cell}"'


def _matches(cell: str, value: int) -> bool:
    return {
        "-": True, "<= 3": value <= 3, "> 3": value > 3, "[2..5)": 2 <= value < 5, "(4..7]": 4 < value <= 7, "2": value == 2,
        "[1, 6]": value in (1, 6), "value % 2 == 0": value % 2 == 0, "!= 4": value != 4,
    }[cell]  # fmt: skip


def test_a_table_of_too_many_rows_is_refused_and_not_compared() -> None:
    rows = "\n".join(f"  - {{when: {{a: {number}}}, then: {{row: {number}}}}}" for number in range(1001))
    text = f"format: 1\ntable: t\nversion: 1\ngaps: allowed\ninputs: {{a: int}}\noutputs: {{row: int}}\nrows:\n{rows}\n"

    assert [finding.code for finding in verify_text(text)] == ["table_too_large"]
