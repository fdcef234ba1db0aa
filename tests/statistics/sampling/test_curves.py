"""OC curve, AOQ, ATI and the risks, against published values, exact fractions and scipy."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from supplier_quality.errors import BadInput
from supplier_quality.statistics.sampling import (
    Single,
    accept_probability,
    consumers_risk,
    oc_curve,
    outgoing,
    outgoing_limit,
    producers_risk,
    protection,
    quality_accepted_with,
)
from tests.conformance import published

FRACTIONS = st.floats(0, 1, allow_nan=False)


@st.composite
def plans(draw: st.DrawFn, largest: int = 60, lots: bool = True) -> Single:
    n = draw(st.integers(1, largest))
    lot_size = draw(st.none() | st.integers(n, 3 * largest)) if lots else None
    return Single(n, draw(st.integers(0, n)), lot_size)


@pytest.mark.parametrize("row", published("sampling_oc"), ids=lambda row: f"{row['sample_size']}/{row['ac']}")
def test_published_probabilities_are_met(row: dict[str, str]) -> None:
    found = accept_probability(Single(int(row["sample_size"]), int(row["ac"])), float(row["p"]))
    assert f"{found:.4f}" == row["pa"]


@settings(deadline=None)
@given(plans(lots=False), st.integers(0, 1000))
def test_binomial_probabilities_are_exact(plan: Single, thousandths: int) -> None:
    p = Fraction(thousandths, 1000)
    exact = sum(math.comb(plan.n, k) * p**k * (1 - p) ** (plan.n - k) for k in range(plan.c + 1))
    assert math.isclose(accept_probability(plan, float(p)), float(exact), rel_tol=1e-10, abs_tol=1e-14)


@settings(deadline=None)
@given(st.data())
def test_hypergeometric_probabilities_are_exact(data: st.DataObject) -> None:
    lot_size = data.draw(st.integers(1, 80))
    n, bad = data.draw(st.integers(1, lot_size)), data.draw(st.integers(0, lot_size))
    c = data.draw(st.integers(0, n))
    ways = sum(math.comb(bad, k) * math.comb(lot_size - bad, n - k) for k in range(min(c, bad, n) + 1))
    exact = Fraction(ways, math.comb(lot_size, n))
    found = accept_probability(Single(n, c, lot_size), bad / lot_size)
    assert math.isclose(found, float(exact), rel_tol=1e-10, abs_tol=1e-14)


@pytest.mark.parametrize(("n", "c", "p"), [(3150, 44, 0.01), (1_000_000, 500, 0.0005), (2000, 21, 0.4), (5, 4, 0.999)])
def test_large_samples_agree_with_scipy(n: int, c: int, p: float) -> None:
    assert math.isclose(accept_probability(Single(n, c), p), special.bdtr(c, n, p), rel_tol=1e-8, abs_tol=1e-300)


def test_a_large_lot_comes_close_to_an_endless_one() -> None:
    assert abs(accept_probability(Single(80, 2, 10**9), 0.03) - accept_probability(Single(80, 2), 0.03)) < 1e-6


@settings(deadline=None)
@given(plans(), FRACTIONS, FRACTIONS)
def test_worse_lots_are_accepted_less_often(plan: Single, one: float, other: float) -> None:
    better, worse = sorted((one, other))
    assert accept_probability(plan, worse) <= accept_probability(plan, better) + 1e-12


@settings(deadline=None)
@given(plans(), FRACTIONS)
def test_probabilities_lie_between_0_and_1_and_good_lots_pass(plan: Single, p: float) -> None:
    assert 0 <= accept_probability(plan, p) <= 1
    assert accept_probability(plan, 0) == 1


def test_the_curve_keeps_the_order_of_its_fractions() -> None:
    curve = oc_curve(Single(80, 2), [0.05, 0.01])
    assert [point.p for point in curve] == [0.05, 0.01] and curve[0].pa < curve[1].pa


def test_risks_are_the_two_ends_of_the_curve() -> None:
    plan = Single(80, 2)
    assert math.isclose(producers_risk(plan, 0.01), 1 - accept_probability(plan, 0.01))
    assert consumers_risk(plan, 0.065) == accept_probability(plan, 0.065)


def test_outgoing_quality_and_total_inspection_follow_their_formulae() -> None:
    found = outgoing(Single(80, 2, 1000), 0.02)
    pa = accept_probability(Single(80, 2, 1000), 0.02)
    assert math.isclose(found.aoq, 0.02 * pa * 920 / 1000)
    assert found.ati is not None and math.isclose(found.ati, 80 + (1 - pa) * 920)
    endless = outgoing(Single(80, 2), 0.02)
    assert math.isclose(endless.aoq, 0.02 * endless.pa) and endless.ati is None


@settings(max_examples=30, deadline=None)
@given(plans(largest=200).filter(lambda plan: plan.c < plan.n), FRACTIONS)
def test_no_quality_goes_out_worse_than_the_limit(plan: Single, p: float) -> None:
    if plan.lot_size is not None:
        p = round(p * plan.lot_size) / plan.lot_size
    assert outgoing(plan, p).aoq <= outgoing_limit(plan).aoq * (1 + 1e-6)


@settings(deadline=None)
@given(plans(lots=False).filter(lambda plan: plan.c < plan.n), st.sampled_from([0.95, 0.5, 0.1]))
def test_the_quality_of_a_probability_has_that_probability(plan: Single, pa: float) -> None:
    assert math.isclose(accept_probability(plan, quality_accepted_with(plan, pa)), pa, abs_tol=1e-9)


@pytest.mark.parametrize("values", [(0, 0, None), (5, -1, None), (11, 0, 10), (5, 0, 0), (10**8, 0, None)])
def test_a_plan_that_cannot_be_is_refused(values: tuple[int, int, int | None]) -> None:
    with pytest.raises(BadInput):
        Single(*values)


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan"), float("inf"), True, "0.1"])
def test_what_is_no_fraction_is_refused(p: float) -> None:
    with pytest.raises(BadInput):
        accept_probability(Single(80, 2), p)


def test_protection_gathers_outgoing_quality_and_both_risks() -> None:
    plan = Single(80, 2, 1000)
    found = protection(plan, [0.01, 0.03], aql=0.01, lq=0.06)
    assert found.points == (outgoing(plan, 0.01), outgoing(plan, 0.03)) and found.aoql == outgoing_limit(plan)
    assert (found.producers_risk, found.consumers_risk) == (producers_risk(plan, 0.01), consumers_risk(plan, 0.06))
    bare = protection(Single(80, 2)).as_json()
    assert (bare["producers_risk"], bare["consumers_risk"], bare["points"]) == (None, None, [])
    with pytest.raises(BadInput) as refused:
        protection(plan, aql=0.06, lq=0.01)
    assert refused.value.details[0].column == "aql"
