"""Run rules: the patterns and their boundaries, and against a naive implementation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_quality.statistics.spc.rules import MEANINGS, NELSON, WESTERN_ELECTRIC, Lines, Rule, broken
from tests.statistics.spc import naive

UNIT = Lines(0.0, 3.0, -3.0, 1.0)


def fires(points: list[float], rule: Rule) -> list[int]:
    """The points, from 1, at which a rule is broken on a chart with centre 0 and sigma 1."""
    return [int(place) + 1 for place in broken(np.array(points, dtype=float), UNIT, [rule]).get(rule, [])]


@pytest.mark.parametrize(
    ("rule", "points", "at"),
    [
        (Rule.N1, [0, 3, 3.01, -3, -3.01], [3, 5]),
        (Rule.N2, [0.5] * 8, []),
        (Rule.N2, [0.5] * 9, [9]),
        (Rule.N2, [-0.5] * 10, [9, 10]),
        (Rule.N2, [0.5] * 8 + [0] + [0.5] * 8, []),
        (Rule.WE4, [0.5] * 8, [8]),
        (Rule.N3, [0, 1, 2, 3, 4], []),
        (Rule.N3, [0, 0.1, 0.2, 0.3, 0.4, 0.5], [6]),
        (Rule.N3, [0.5, 0.4, 0.3, 0.2, 0.1, 0, -0.1], [6, 7]),
        (Rule.N3, [0, 0.1, 0.2, 0.2, 0.4, 0.5], []),
        (Rule.N4, [0, 1] * 6 + [0], []),
        (Rule.N4, [0, 1] * 7, [14]),
        (Rule.N4, [0, 1] * 6 + [1, 0], []),
        (Rule.N5, [2.1, 0, 2.1], [3]),
        (Rule.N5, [2.1, 0, 0, 2.1], []),
        (Rule.N5, [2.1, 2.1, 0], [2]),
        (Rule.N5, [2.1, -2.1, 0], []),
        (Rule.N5, [2, 2, 2], []),
        (Rule.N6, [1.1, 1.1, 0, 1.1, 1.1], [5]),
        (Rule.N6, [1.1, 1.1, 0, 0, 1.1, 1.1], []),
        (Rule.N6, [1.1] * 4, [4]),
        (Rule.N7, [1, -1] * 7, []),
        (Rule.N7, [1, -1] * 7 + [0], [15]),
        (Rule.N8, [1.1, -1.1] * 4, [8]),
        (Rule.N8, [1.1] * 8, []),
        (Rule.N8, [1.1, -1.1] * 3 + [1, 1.1], []),
        (Rule.WE1, [3.1], [1]),
        (Rule.WE2, [-2.1, -2.1], [2]),
        (Rule.WE3, [-1.1] * 4, [4]),
    ],
)
def test_a_rule_is_broken_at_the_point_that_completes_its_pattern(
    rule: Rule, points: list[float], at: list[int]
) -> None:
    assert fires(points, rule) == at


POINTS = st.lists(
    st.one_of(
        st.sampled_from([0.0, 0.5, -0.5, 1.0, -1.0, 1.5, -1.5, 2.0, 2.5, -2.5, 3.0, 3.5]),
        st.integers(-4000, 4000).map(lambda n: n / 1000),
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(POINTS, st.sampled_from(list(Rule)))
def test_every_rule_agrees_with_the_naive_one(points: list[float], rule: Rule) -> None:
    assert [place - 1 for place in fires(points, rule)] == naive.broken(rule, points, center=0, sigma=1)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.3, 1.0, 2.0]))
def test_long_series_agree_with_the_naive_rules(seed: int, spread: float) -> None:
    points = np.random.default_rng(seed).normal(0, spread, 200).round(1)
    for rule, places in broken(points, UNIT, Rule).items():
        assert places.tolist() == naive.broken(rule, points.tolist(), center=0, sigma=1), rule


@settings(deadline=None)
@given(POINTS, st.sampled_from([2.0**-20, 0.5, 4.0, 2.0**30]))
def test_the_unit_of_the_readings_does_not_matter(points: list[float], unit: float) -> None:
    array = np.array(points, dtype=float)
    scaled = Lines(0.0, 3 * unit, -3 * unit, unit)
    before, after = broken(array, UNIT, Rule), broken(array * unit, scaled, Rule)
    assert {rule: places.tolist() for rule, places in before.items()} == {
        rule: places.tolist() for rule, places in after.items()
    }


@settings(deadline=None)
@given(POINTS)
def test_upside_down_the_same_rules_are_broken_at_the_same_points(points: list[float]) -> None:
    array = np.array(points, dtype=float)
    before, after = broken(array, UNIT, Rule), broken(-array, UNIT, Rule)
    assert {rule: places.tolist() for rule, places in before.items()} == {
        rule: places.tolist() for rule, places in after.items()
    }


def test_limits_may_differ_from_point_to_point() -> None:
    sigma = np.array([1.0, 2.0, 1.0])
    lines = Lines(0.0, 3 * sigma, -3 * sigma, sigma)
    assert broken(np.array([4.0, 4.0, 2.0]), lines, [Rule.N1])[Rule.N1].tolist() == [0]


def test_only_the_rules_that_were_chosen_are_looked_at() -> None:
    assert set(broken(np.full(20, 3.5), UNIT, [Rule.N1, Rule.WE4])) == {Rule.N1, Rule.WE4}
    assert set(NELSON) | set(WESTERN_ELECTRIC) == set(Rule) == set(MEANINGS)
