"""Sampling by variables, k method."""

import math
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from supplier_quality.errors import BadInput
from supplier_quality.statistics.sampling import judge_variables, variables_plan
from tests.conformance import published


def test_every_plan_is_the_published_one_and_its_k_follows_from_m() -> None:
    rows = published("sampling_variables_sigma_unknown")
    assert len(rows) == 462
    for row in rows:
        plan = variables_plan(code_letter=row["code_letter"], aql=row["aql"], severity=row["inspection"])
        assert (plan.n, plan.k, plan.m_percent) == (int(row["n"]), float(row["k_from_M"]), float(row["M_percent"]))
        half = (plan.n - 2) / 2
        k = (1 - 2 * special.betaincinv(half, half, plan.m_percent / 100)) * (plan.n - 1) / math.sqrt(plan.n)
        assert math.isclose(k, plan.k, abs_tol=0.00051), row


@pytest.mark.parametrize(("letter", "n", "k"), [("J", 35, 1.894), ("F", 10, 1.714)])
def test_worked_plans_are_found_however_the_aql_is_written(letter: str, n: int, k: float) -> None:
    for aql in ("1.0", "1", 1, 1.0):
        plan = variables_plan(code_letter=letter, aql=aql)
        assert (plan.n, plan.k) == (n, k)


PLAN = variables_plan(code_letter="F", aql=1.0)
VALUES = [9.8, 10.1, 10.0, 9.9, 10.2, 10.0, 9.7, 10.3, 10.1, 9.9]


def test_a_lot_is_accepted_when_the_limit_is_k_deviations_away() -> None:
    s, mean = statistics.stdev(VALUES), statistics.fmean(VALUES)
    just = mean + PLAN.k * s
    assert judge_variables(VALUES, PLAN, usl=just + 1e-9).accepted
    assert not judge_variables(VALUES, PLAN, usl=just - 1e-9).accepted
    found = judge_variables(VALUES, PLAN, lsl=9.0, usl=11.0)
    assert found.q_lower is not None and math.isclose(found.q_lower, (mean - 9) / s)
    assert found.accepted and not judge_variables(VALUES, PLAN, lsl=9.9, usl=11.0).accepted


@settings(deadline=None)
@given(st.permutations(VALUES), st.floats(-100, 100), st.floats(0.01, 100))
def test_the_verdict_depends_neither_on_order_nor_on_the_unit(values: list[float], shift: float, scale: float) -> None:
    plain = judge_variables(VALUES, PLAN, usl=10.5)
    moved = judge_variables([value * scale + shift for value in values], PLAN, usl=10.5 * scale + shift)
    assert plain.q_upper is not None and moved.q_upper is not None
    assert math.isclose(plain.q_upper, moved.q_upper, rel_tol=1e-6)


@pytest.mark.parametrize(
    ("values", "limits", "column", "row"),
    [
        (VALUES, {}, "lsl", None),
        (VALUES, {"lsl": 11, "usl": 9}, "lsl", None),
        (VALUES[:9], {"usl": 11}, "values", None),
        ([*VALUES[:9], math.nan], {"usl": 11}, "values", 10),
        ([10.0] * 10, {"usl": 11}, "values", None),
    ],
)
def test_what_cannot_be_judged_is_refused_with_its_place(
    values: list[float], limits: dict[str, float], column: str, row: int | None
) -> None:
    with pytest.raises(BadInput) as refused:
        judge_variables(values, PLAN, **limits)
    assert (refused.value.details[0].column, refused.value.details[0].row) == (column, row)


@pytest.mark.parametrize(("letter", "aql"), [("A", 1.0), ("J", 15), ("J", "many")])
def test_a_plan_that_the_table_lacks_is_refused(letter: str, aql: object) -> None:
    with pytest.raises(BadInput):
        variables_plan(code_letter=letter, aql=aql)  # type: ignore[arg-type]
