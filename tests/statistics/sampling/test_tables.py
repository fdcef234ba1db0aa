"""The shipped tables cell by cell against what was published, and their arrows."""

from collections import Counter

import pytest

from supplier_quality.errors import BadInput
from supplier_quality.statistics.sampling import Override, code_letter, levels, overridden_table, plan_table, table
from supplier_quality.statistics.sampling.generate import generated, main
from supplier_quality.statistics.sampling.tables import Arrow, Evidence, Table
from tests.conformance import published

STANDARDS = ("iso2859-1", "z1.4")
ARROWS = {"ARROW_UP": Arrow.UP, "ARROW_DOWN": Arrow.DOWN, "PLAN": None}

# The published copies leave these two without a plan: an arrow down with nothing below it. Only up leads to one.
DEAD_ENDS = {("Q", "0.025"), ("R", "0.025")}


def published_cells(standard: str, severity: str) -> list[dict[str, str]]:
    rows = published(f"sampling_single_{severity}")
    mark = "ISO" if standard == "iso2859-1" else "Z1.4"
    return [row for row in rows if row.get("standard", mark).startswith(mark)]


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize(("severity", "count"), [("normal", 416), ("tightened", 417), ("reduced", 416)])
def test_every_cell_is_the_published_one(standard: str, severity: str, count: int) -> None:
    known, wrong = plan_table(standard), []
    rows = published_cells(standard, severity)
    for row in rows:
        letter, aql = row["code_letter"], row["aql"]
        cell, entry = known.table.cells[severity, letter, aql], known.entry(severity, letter, aql)
        size = known.table.sizes[severity, letter]
        shown = (cell.arrow, size, "" if cell.ac is None else str(cell.ac), "" if cell.re is None else str(cell.re))
        resolved = (entry.letter, str(entry.n), str(entry.ac), str(entry.re))
        if not row["resolved_n"]:
            assert standard == "iso2859-1" and (letter, aql) in DEAD_ENDS
            continue
        if shown != (ARROWS[row["cell"]], int(row["sample_size_n"]), row["ac"], row["re"]):
            wrong.append((letter, aql, shown))
        if resolved != (row["resolved_letter"], row["resolved_n"], row["resolved_ac"], row["resolved_re"]):
            wrong.append((letter, aql, resolved))
    assert wrong == []
    assert len(rows) == count == sum(key[0] == severity for key in known.table.cells)


def test_the_two_cells_that_nothing_published_resolves_use_the_only_plan_of_their_column() -> None:
    known = plan_table("iso2859-1")
    for letter, aql in DEAD_ENDS:
        entry = known.entry("reduced", letter, aql)
        assert (entry.letter, entry.n, entry.ac, entry.evidence) == ("N", 200, 0, Evidence.UNVERIFIED)


@pytest.mark.parametrize("row", published("sampling_code_letters"), ids=lambda row: row["lot_min"])
def test_code_letters_are_the_published_ones(row: dict[str, str]) -> None:
    for level in ("S-1", "S-2", "S-3", "S-4", "I", "II", "III"):
        assert code_letter(int(row["lot_min"]), level) == row[level]
        assert code_letter(int(row["lot_max"] or 10**9), level) == row[level]


def test_the_levels_are_the_seven_of_the_standard() -> None:
    assert levels() == ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")


@pytest.mark.parametrize("standard", STANDARDS)
def test_every_arrow_ends_at_a_plan_in_its_direction(standard: str) -> None:
    known = plan_table(standard)
    letters = known.table.letters
    for (severity, letter, aql), cell in known.table.cells.items():
        entry = known.entry(severity, letter, aql)
        target = known.table.cells[severity, entry.letter, aql]
        moved = letters.index(entry.letter) - letters.index(letter)
        assert (target.ac, target.re) == (entry.ac, entry.re) and target.ac is not None
        assert (moved > 0) == (cell.arrow == Arrow.DOWN) and (moved < 0) == (cell.arrow == Arrow.UP)
        between = letters[min(letters.index(letter), letters.index(entry.letter)) + 1 : letters.index(entry.letter)]
        assert all(known.table.cells[severity, each, aql].ac is None for each in between)


def test_the_two_standards_differ_in_the_reduced_tables_only() -> None:
    def of(known: Table, severity: str) -> set[object]:
        return {(key, cell.ac, cell.re, cell.arrow) for key, cell in known.cells.items() if key[0] == severity}

    iso, ansi = table("iso2859-1"), table("z1.4")
    assert of(iso, "normal") == of(ansi, "normal") and of(iso, "tightened") == of(ansi, "tightened")
    assert of(iso, "reduced") != of(ansi, "reduced")


@pytest.mark.parametrize("standard", STANDARDS)
def test_disputed_cells_are_the_thirteen_of_tightened_inspection(standard: str) -> None:
    found = {key for key, cell in table(standard).cells.items() if cell.evidence == Evidence.DISPUTED}
    assert len(found) == 13
    assert {severity for severity, _letter, _aql in found} == {"tightened"}
    assert ("tightened", "G", "1.0") in found


def test_what_was_only_inferred_of_reduced_inspection_says_so() -> None:
    counted = Counter(cell.evidence for key, cell in table("iso2859-1").cells.items() if key[0] == "reduced")
    inferred = [row for row in published_cells("iso2859-1", "reduced") if "tables.ts (" not in row["source"]]
    assert counted[Evidence.UNVERIFIED] == len(inferred) > 0
    unverified = {
        (letter, aql)
        for (severity, letter, aql), cell in table("iso2859-1").cells.items()
        if severity == "reduced" and cell.evidence == Evidence.UNVERIFIED
    }
    assert unverified == {(row["code_letter"], row["aql"]) for row in inferred}
    assert all(cell.evidence == Evidence.CONFIRMED for key, cell in table("z1.4").cells.items() if key[0] == "reduced")


def test_the_shipped_files_are_what_the_structure_generates(monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["--check"]) == 0
    path, text = next(generated())
    monkeypatch.setattr(
        "supplier_quality.statistics.sampling.generate.generated", lambda: iter([(path, text.replace("up", "down", 1))])
    )
    assert main(["--check"]) == 1
    assert path.read_text(encoding="utf-8") == text, "--check changes nothing"


UP = Override("tightened", "G", "1", "licensed copy of ISO 2859-1:2026, table 2-B, page 25", arrow="up")
PLAN = Override("normal", "J", "1.0", "agreed with the customer", ac=1, re=2)


def test_an_overridden_cell_counts_and_carries_its_reason() -> None:
    known = overridden_table("iso2859-1", [UP, PLAN])
    turned = known.entry("tightened", "G", "1.0")
    assert (turned.letter, turned.n, turned.ac, turned.arrow) == ("F", 20, 0, "up")
    assert (turned.evidence, turned.reason) == (Evidence.OVERRIDDEN, UP.reason)
    plan = known.plan(lot_size=1000, level="II", aql=1, severity="normal")
    assert (plan.sample_size, plan.ac, plan.reason) == (80, 1, PLAN.reason)
    assert plan_table("iso2859-1").entry("tightened", "G", "1.0").letter == "J", "the published table stays as it is"


def test_an_override_also_counts_for_the_arrows_that_lead_to_it() -> None:
    known = overridden_table("iso2859-1", [Override("normal", "E", "1.0", "customer", ac=1, re=2)])
    assert known.plan(lot_size=50, level="II", aql="1.0").ac == 1


def test_the_order_of_overrides_is_irrelevant() -> None:
    assert (
        overridden_table("iso2859-1", [UP, PLAN]).table.cells == overridden_table("iso2859-1", [PLAN, UP]).table.cells
    )


@pytest.mark.parametrize(
    "override",
    [
        Override("normal", "J", "1.0", " ", ac=1, re=2),
        Override("normal", "J", "1.0", "why", ac=1, re=1),
        Override("normal", "J", "1.0", "why", ac=1, re=2, arrow="up"),
        Override("normal", "J", "1.0", "why", arrow="left"),
        Override("normal", "J", "1.0", "why"),
        Override("normal", "I", "1.0", "why", ac=1, re=2),
        Override("strict", "J", "1.0", "why", ac=1, re=2),
        Override("normal", "J", "1.1", "why", ac=1, re=2),
    ],
)
def test_an_override_that_says_nothing_usable_is_refused(override: Override) -> None:
    with pytest.raises(BadInput):
        overridden_table("iso2859-1", [override])


def test_two_overrides_of_one_cell_are_refused() -> None:
    with pytest.raises(BadInput):
        overridden_table("iso2859-1", [PLAN, Override("normal", "J", "1", "another", ac=3, re=4)])


def test_an_override_that_leads_nowhere_is_refused_when_the_cell_is_needed() -> None:
    known = overridden_table("iso2859-1", [Override("normal", "R", "0.010", "why", arrow="down")])
    with pytest.raises(BadInput) as refused:
        known.entry("normal", "R", "0.010")
    assert "leads to no plan" in str(refused.value)
