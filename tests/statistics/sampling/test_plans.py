"""Which plan a lot gets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_quality.errors import BadInput
from supplier_quality.statistics.sampling import Severity, Single, accept_probability, levels, look_up_plan, plan_table
from tests.conformance import published


@pytest.mark.parametrize("row", published("sampling_plans"), ids=lambda row: "-".join(list(row.values())[:5]))
def test_published_plans_are_found(row: dict[str, str]) -> None:
    plan = look_up_plan(
        lot_size=int(row["lot_size"]),
        level=row["level"],
        aql=row["aql"],
        severity=row["severity"],
        standard=row["standard"],
    )
    assert (plan.lot_code_letter, plan.code_letter) == (row["lot_code_letter"], row["code_letter"])
    assert (plan.sample_size, plan.ac, plan.re) == (int(row["sample_size"]), int(row["ac"]), int(row["re"]))
    assert not plan.inspect_all


def test_the_answer_has_the_promised_keys() -> None:
    assert look_up_plan(lot_size=50, level="II", aql=1).as_json() == {
        "standard": "iso2859-1", "edition": "2026", "lot_code_letter": "D", "code_letter": "E", "sample_size": 13,
        "ac": 0, "re": 1, "arrow": "down", "inspect_all": False,
    }  # fmt: skip


@pytest.mark.parametrize(("lot_size", "everything"), [(12, True), (13, True), (14, False)])
def test_a_lot_no_larger_than_the_sample_is_inspected_whole(lot_size: int, everything: bool) -> None:
    plan = look_up_plan(lot_size=lot_size, level="II", aql="1.0")
    assert plan.inspect_all is everything
    assert plan.sample_size == min(lot_size, 13)
    assert (plan.code_letter, plan.ac, plan.re, plan.arrow) == ("E", 0, 1, "down"), "the plan's own stay"


def test_a_lot_of_one_piece_is_inspected_whole() -> None:
    assert look_up_plan(lot_size=1, level="II", aql="6.5").inspect_all


def test_tightened_at_the_end_of_the_table_goes_on_to_letter_s() -> None:
    plan = look_up_plan(lot_size=600_000, level="III", aql="0.025", severity="tightened")
    assert (plan.lot_code_letter, plan.code_letter, plan.sample_size, plan.ac) == ("R", "S", 3150, 1)


@pytest.mark.parametrize("aql", ["1", "1.0", "1.00", 1, 1.0])
def test_an_aql_is_the_same_however_it_is_written(aql: object) -> None:
    assert look_up_plan(lot_size=1000, level="II", aql=aql).aql == "1.0"


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"lot_size": 0}, "lot_size"), ({"lot_size": -5}, "lot_size"), ({"lot_size": 2.5}, "lot_size"),
        ({"lot_size": True}, "lot_size"), ({"lot_size": 10**12}, "lot_size"), ({"level": "IV"}, "level"),
        ({"aql": "1.1"}, "aql"), ({"aql": "many"}, "aql"), ({"aql": float("nan")}, "aql"), ({"aql": None}, "aql"),
        ({"severity": "strict"}, "severity"), ({"standard": "z1.9"}, "standard"), ({"standard": "none"}, "standard"),
    ],
)  # fmt: skip
def test_what_the_tables_do_not_hold_is_refused_by_column(wrong: dict[str, object], column: str) -> None:
    with pytest.raises(BadInput) as refused:
        look_up_plan(**{"lot_size": 1000, "level": "II", "aql": "1.0", **wrong})  # type: ignore[arg-type]
    (problem,) = refused.value.details
    assert problem.column == column and problem.remedy is not None


@pytest.mark.parametrize("standard", ["iso2859-1", "z1.4"])
def test_tightened_is_never_looser_than_normal(standard: str) -> None:
    """For every letter and AQL, at qualities around the AQL."""
    known = plan_table(standard)
    for letter in "ABCDEFGHJKLMNPQR":
        for aql in known.table.aqls:
            tightened, normal = (
                Single(entry.n, min(entry.ac, entry.n))
                for entry in (known.entry(severity, letter, aql) for severity in ("tightened", "normal"))
            )
            for times in (0.5, 1, 2, 4):
                p = min(0.95, float(aql) / 100 * times)
                assert accept_probability(tightened, p) <= accept_probability(normal, p) + 1e-12, (letter, aql, p)


@settings(deadline=None)
@given(
    st.integers(1, 2_000_000), st.sampled_from(levels()), st.sampled_from(plan_table().table.aqls), st.integers(0, 60)
)
def test_what_tightened_accepts_of_a_lot_inspected_whole_normal_accepts_too(
    lot_size: int, level: str, aql: str, found: int
) -> None:
    normal, tightened = (
        look_up_plan(lot_size=lot_size, level=level, aql=aql, severity=severity) for severity in ("normal", "tightened")
    )
    assert not tightened.accepts(found) or normal.accepts(found)


def test_a_count_between_ac_and_re_is_accepted() -> None:
    plan = look_up_plan(lot_size=1000, level="II", aql="1.0", severity=Severity.REDUCED, standard="z1.4")
    assert [plan.accepts(count) for count in range(4)] == [True, True, True, False]
