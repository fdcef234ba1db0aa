"""Plans made to measure, and tables of the user."""

import math
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_quality.errors import BadInput
from supplier_quality.statistics.sampling import (
    Single,
    accept_probability,
    find_plan,
    limiting_quality_plan,
    read_printed_table,
    zero_acceptance_plan,
)


def smallest(
    aql: float, alpha: float, lq: float, beta: float, lot_size: int | None, most: int
) -> tuple[int, int] | None:
    """The smallest plan through two points by trying all."""
    for n in range(1, most + 1):
        for c in range(n):
            plan = Single(n, c, lot_size)
            if accept_probability(plan, lq) <= beta and accept_probability(plan, aql) >= 1 - alpha:
                return n, c
    return None


@settings(max_examples=25, deadline=None)
@given(
    st.floats(0.005, 0.05), st.floats(2.5, 12), st.sampled_from([0.01, 0.05, 0.1]), st.sampled_from([0.05, 0.1, 0.2]),
    st.none() | st.integers(40, 120),
)  # fmt: skip
def test_no_smaller_plan_suits_both_sides(aql: float, times: float, alpha: float, beta: float, lot: int | None) -> None:
    lq = min(0.9, aql * times)
    tried = smallest(aql, alpha, lq, beta, lot, most=lot or 90)
    if tried is None:
        return
    found = find_plan(aql=aql, alpha=alpha, lq=lq, beta=beta, lot_size=lot)
    assert (found.sample_size, found.ac) == tried
    assert found.consumers_risk <= beta and found.producers_risk is not None and found.producers_risk <= alpha + 1e-12


def test_a_plan_through_two_points_has_the_promised_shape() -> None:
    found = find_plan(aql=0.01, alpha=0.05, lq=0.06, beta=0.10).as_json()
    assert (found["sample_size"], found["ac"], found["re"]) == (110, 3, 4)
    assert found["inspect_all"] is False and found["producers_risk"] < 0.05 and found["consumers_risk"] < 0.10


@pytest.mark.parametrize(
    "points", [(0.06, 0.05, 0.01, 0.1), (0.01, 0.05, 0.01, 0.1), (0.01, 0.6, 0.06, 0.5), (0, 0.05, 0.06, 0.1),
               (0.01, 0.05, 6, 0.1), (0.01, 0.05, 0.010001, 0.1)],
)  # fmt: skip
def test_points_through_which_no_plan_goes_are_refused(points: tuple[float, float, float, float]) -> None:
    aql, alpha, lq, beta = points
    with pytest.raises(BadInput):
        find_plan(aql=aql, alpha=alpha, lq=lq, beta=beta)


@settings(deadline=None)
@given(st.floats(0.0005, 0.5), st.floats(0.01, 0.5))
def test_zero_acceptance_of_endless_lots_follows_the_formula(lq: float, beta: float) -> None:
    found = zero_acceptance_plan(lq=lq, beta=beta)
    assert found.sample_size == math.ceil(round(math.log(beta) / math.log(1 - lq), 9)) and found.ac == 0


def test_beta_is_a_tenth_unless_said_otherwise() -> None:
    assert zero_acceptance_plan(lq=0.05).sample_size == math.ceil(math.log(0.10) / math.log(0.95)) == 45


@settings(deadline=None)
@given(st.integers(10, 120), st.integers(1, 9))
def test_zero_acceptance_of_small_lots_is_the_least_exact_sample(lot_size: int, bad: int) -> None:
    found = zero_acceptance_plan(lq=bad / lot_size, lot_size=lot_size)
    missed = [math.comb(lot_size - bad, n) / math.comb(lot_size, n) for n in range(lot_size + 1)]
    assert found.sample_size == next(n for n, risk in enumerate(missed) if risk <= 0.10 + 1e-12)
    assert found.sample_size <= zero_acceptance_plan(lq=bad / lot_size).sample_size


def test_a_lot_too_small_for_its_limiting_quality_is_inspected_whole() -> None:
    found = zero_acceptance_plan(lq=0.01, lot_size=20)
    assert (found.sample_size, found.inspect_all, found.consumers_risk) == (20, True, 0)


@pytest.mark.parametrize("ac", [0, 1, 3])
def test_an_isolated_lot_at_the_limiting_quality_passes_with_beta_at_most(ac: int) -> None:
    found = limiting_quality_plan(lq=0.08, lot_size=500, ac=ac)
    assert accept_probability(Single(found.sample_size, ac, 500), 0.08) <= 0.10
    assert accept_probability(Single(found.sample_size - 1, ac, 500), 0.08) > 0.10


@pytest.mark.parametrize("wrong", [{"lq": 0}, {"lq": 1}, {"lq": 5}, {"lq": 0.1, "beta": 0}, {"lq": 0.1, "lot_size": 0}])
def test_a_limiting_quality_that_is_none_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        zero_acceptance_plan(**wrong)  # type: ignore[arg-type]


PRINTED = ("2,25,1.0,all,", "26,1200,1.0,34,", "1201,,1.0,42,0", "2,,4.0,11,1")
HEAD = "lot_from,lot_to,index,sample_size,ac"


def printed(*rows: str) -> str:
    return "\n".join([HEAD, *rows]) + "\n"


def test_a_printed_table_answers_with_its_name_and_edition() -> None:
    known = read_printed_table(printed(*PRINTED), name="Our c=0 table", edition="5")
    plan = known.plan(500, "1.0")
    assert (plan.sample_size, plan.ac, plan.re, plan.inspect_all) == (34, 0, 1, False)
    assert (plan.name, plan.edition) == ("Our c=0 table", "5")
    assert known.plan(20, "1.0").inspect_all and known.plan(20, "1.0").sample_size == 20
    assert known.plan(30, "1.0").inspect_all, "34 pieces of 30"
    assert known.plan(5_000_000, "1.0").sample_size == 42 and known.plan(50, "4.0").ac == 1


def test_the_order_of_printed_rows_is_irrelevant() -> None:
    tables = {read_printed_table(printed(*rows), name="t", edition="1") for rows in permutations(PRINTED)}
    assert len(tables) == 1


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("lot_from,lot_to,index\n2,5,1\n", 1, "sample_size"),
        (printed("2,25,1.0,many,"), 2, "sample_size"),
        (printed("2,25,1.0,5,", "20,50,1.0,8,"), 3, "lot_from"),
        (printed("25,2,1.0,5,"), 2, "lot_to"),
        (printed("2,25,1.0,5,-1"), 2, "ac"),
        (printed(), 1, None),
    ],
)
def test_a_printed_table_with_mistakes_is_refused_by_row_and_column(text: str, row: int, column: str | None) -> None:
    with pytest.raises(BadInput) as refused:
        read_printed_table(text, name="t", edition="1")
    (problem,) = refused.value.details
    assert (problem.row, problem.column) == (row, column)


def test_a_printed_table_without_name_or_plan_is_refused() -> None:
    with pytest.raises(BadInput):
        read_printed_table(printed(*PRINTED), name="", edition="1")
    with pytest.raises(BadInput):
        read_printed_table(printed(*PRINTED), name="t", edition="1").plan(500, "2.5")
