"""Control charts: lines and points against formulas written out, fixed limits, and what is refused."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_quality.language import speaking
from supplier_quality.statistics import constants
from supplier_quality.statistics.refusals import CannotCompute
from supplier_quality.statistics.spc.attributes import c_chart, np_chart, p_chart, u_chart
from supplier_quality.statistics.spc.results import Standard
from supplier_quality.statistics.spc.rules import NELSON, WESTERN_ELECTRIC, Lines, Rule
from supplier_quality.statistics.spc.variables import FixedLines, i_mr_chart, xbar_r_chart, xbar_s_chart
from supplier_quality.statistics.spc.weighted import cusum_chart, ewma_chart
from supplier_quality.statistics.subgroups import individuals, subgroups_by_label, subgroups_of_size
from tests.conformance import published

PUBLISHED = published("control_charts_published")

RANDOM = np.random.default_rng(7)
VALUES = RANDOM.normal(10, 2, 100)


def test_xbar_r_uses_a2_d3_and_d4() -> None:
    chart = xbar_r_chart(subgroups_of_size(VALUES, 5))
    table = VALUES.reshape(-1, 5)
    rbar = np.ptp(table, axis=1).mean()
    lines, spread = chart.location.lines, chart.dispersion.lines  # type: ignore[union-attr]
    assert lines.center == pytest.approx(VALUES.mean())
    assert lines.ucl == pytest.approx(VALUES.mean() + constants.a2(5) * rbar)
    assert lines.lcl == pytest.approx(VALUES.mean() - constants.a2(5) * rbar)
    assert (spread.center, spread.ucl, spread.lcl) == pytest.approx((rbar, constants.big_d4(5) * rbar, 0))


def test_xbar_s_uses_a3_b3_and_b4() -> None:
    chart = xbar_s_chart(subgroups_of_size(VALUES, 10))
    sbar = VALUES.reshape(-1, 10).std(axis=1, ddof=1).mean()
    lines, spread = chart.location.lines, chart.dispersion.lines  # type: ignore[union-attr]
    assert lines.ucl == pytest.approx(VALUES.mean() + constants.a3(10) * sbar)
    assert (spread.ucl, spread.lcl) == pytest.approx((constants.b4(10) * sbar, constants.b3(10) * sbar))


def test_i_mr_counts_moving_ranges_from_the_second_reading() -> None:
    chart = i_mr_chart([10, 11, 10, 11, 10, 30])
    mrbar = (1 + 1 + 1 + 1 + 20) / 5
    assert chart.location.lines.ucl == pytest.approx(82 / 6 + 3 * mrbar / constants.d2(2))
    assert chart.dispersion is not None
    assert chart.dispersion.lines.ucl == pytest.approx(constants.big_d4(2) * mrbar)
    assert [(found.chart, found.point, found.rule) for found in chart.violations] == [
        ("location", 6, Rule.N1), ("dispersion", 6, Rule.N1),
    ]  # fmt: skip


def test_subgroups_of_different_sizes_have_limits_of_their_own() -> None:
    values = RANDOM.normal(0, 1, 30)
    chart = xbar_r_chart(subgroups_by_label(values, ["a"] * 10 + ["b"] * 10 + ["c"] * 5 + ["d"] * 5))
    upper = np.asarray(chart.location.lines.ucl)
    assert upper[0] == upper[1] < upper[2] == upper[3]
    assert chart.dispersion is not None
    assert np.asarray(chart.dispersion.lines.center)[0] > np.asarray(chart.dispersion.lines.center)[2]


def test_p_limits_follow_the_size_of_each_sample() -> None:
    chart = p_chart([5, 10, 20], [100, 100, 400])
    p = 35 / 600
    assert chart.location.points.tolist() == [0.05, 0.1, 0.05]
    assert np.asarray(chart.location.lines.ucl) == pytest.approx(
        [p + 3 * math.sqrt(p * (1 - p) / n) for n in (100, 100, 400)]
    )
    assert np.asarray(chart.location.lines.lcl)[0] == 0


def test_attribute_charts_with_one_size_have_one_limit() -> None:
    counts = [4, 6, 5, 9]
    assert p_chart(counts, [50] * 4).location.lines.ucl == pytest.approx(0.12 + 3 * math.sqrt(0.12 * 0.88 / 50))
    assert np_chart(counts, [50] * 4).location.lines.ucl == pytest.approx(6 + 3 * math.sqrt(6 * 0.88))
    assert c_chart(counts).location.lines.ucl == pytest.approx(6 + 3 * math.sqrt(6))
    assert u_chart(counts, [2] * 4).location.lines.ucl == pytest.approx(3 + 3 * math.sqrt(3 / 2))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=80), st.floats(0.01, 1))
def test_ewma_is_the_recursion_done_point_by_point(values: list[float], weight: float) -> None:
    chart = ewma_chart(individuals(values), weight=weight, target=1.0, sigma=2.0)
    before, expected = 1.0, []
    for value in values:
        before = weight * value + (1 - weight) * before
        expected.append(before)
    assert chart.location.points == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: f"{row['chart']} {row['line']}")
def test_published_limits_are_met_to_the_last_printed_digit(row: dict[str, str]) -> None:
    assert row["chart"] == "ewma" and row["source"]
    chart = ewma_chart(individuals(list(map(float, row["readings"].split()))), **json.loads(row["settings"]))
    assert getattr(chart.location.lines, row["line"]) == pytest.approx(
        float(row["value"]), abs=10.0 ** -int(row["digits"])
    )


def test_the_first_limits_of_an_ewma_may_be_narrower() -> None:
    starting = np.asarray(
        ewma_chart(individuals([50.0, 51.0]), weight=0.3, target=50, sigma=2, starting=True).location.lines.ucl
    )
    assert starting[0] == pytest.approx(50 + 3 * 0.3 * 2)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-20, 20), min_size=1, max_size=80), st.floats(0, 2))
def test_cusum_is_the_recursion_done_point_by_point(values: list[float], allowance: float) -> None:
    chart = cusum_chart(individuals(values), allowance=allowance, target=1.0, sigma=2.0)
    up, down, uppers, lowers = 0.0, 0.0, [], []
    for value in values:
        up = max(0.0, up + value - 1 - allowance * 2)
        down = min(0.0, down + value - 1 + allowance * 2)
        uppers.append(up)
        lowers.append(down)
    assert chart.location.points == pytest.approx(uppers, abs=1e-9)
    assert chart.location.lower == pytest.approx(lowers, abs=1e-9)


def test_small_lasting_shifts_are_found_by_ewma_and_cusum_and_by_no_single_point() -> None:
    values = np.concatenate([np.tile([9.5, 10.5], 15), np.tile([10.6, 11.4], 10)])
    for chart in (
        ewma_chart(individuals(values), target=10, sigma=1),
        cusum_chart(individuals(values), target=10, sigma=1),
    ):
        assert {found.rule for found in chart.violations} == {Rule.N1}
        assert all(found.point > 30 for found in chart.violations)
    fixed = FixedLines(Lines(10, 13, 7, 1), Lines(1, 3.3, 0, 0.8))
    assert i_mr_chart(values, rules=[Rule.N1], fixed=fixed).is_stable


def test_fixed_limits_judge_new_points_by_an_earlier_chart() -> None:
    earlier = xbar_r_chart(subgroups_of_size(VALUES, 5))
    fixed = FixedLines(earlier.location.lines, earlier.dispersion.lines if earlier.dispersion else None)
    later = xbar_r_chart(subgroups_of_size(VALUES[:5] + 10, 5), fixed=fixed)
    assert later.location.lines == earlier.location.lines
    assert [(found.chart, found.rule) for found in later.violations] == [("location", Rule.N1)]


def test_counts_are_judged_by_fixed_lines_though_all_are_zero() -> None:
    fixed = FixedLines(Lines(4.0, 10.0, 0.5, 2.0))
    zeros = [0.0] * 3
    for chart in (c_chart(zeros, fixed=fixed), np_chart(zeros, [50] * 3, fixed=fixed)):
        assert [found.point for found in chart.violations] == [1, 2, 3]
    assert p_chart(zeros, [50] * 3, fixed=fixed).location.lines.center == 4.0
    assert u_chart(zeros, [50] * 3, fixed=fixed).location.lines.center == 4.0


def test_rules_for_symmetric_points_are_not_used_on_ranges_and_counts() -> None:
    points = [9.0, 1, 9, 1, 9, 1, 9, 1, 9, 1] * 3
    assert c_chart(points).location.places.keys() <= {Rule.N1, Rule.N2, Rule.N3, Rule.N4}
    assert Rule.N4 in c_chart(points).location.places
    chart = xbar_r_chart(subgroups_of_size(VALUES, 5), rules=WESTERN_ELECTRIC)
    assert chart.dispersion is not None
    assert chart.dispersion.places.keys() <= {Rule.WE1, Rule.WE4}


@settings(deadline=None)
@given(st.sampled_from([2.0**-8, 2.0, 1024.0]), st.integers(-5, 5))
def test_scale_and_shift_leave_the_broken_rules_as_they_are(scale: float, shift: int) -> None:
    values = np.random.default_rng(11).integers(-3, 4, 120).astype(float)
    before = xbar_r_chart(subgroups_of_size(values, 4))
    after = xbar_r_chart(subgroups_of_size((values + shift) * scale, 4))
    assert [(f.chart, f.point, f.rule) for f in before.violations] == [
        (f.chart, f.point, f.rule) for f in after.violations
    ]


def test_a_violation_says_in_both_languages_where_it_is() -> None:
    _location, found = i_mr_chart([10, 11, 10, 11, 10, 30], rules=NELSON).violations
    assert str(found.sentence) == "MR chart, point 6: One point beyond a control limit (N1)."
    with speaking("zh"):
        assert "N1" in str(found.sentence)
        assert "point" not in str(found.sentence)


@pytest.mark.parametrize(
    ("draw", "row", "column"),
    [
        (lambda: xbar_r_chart(subgroups_of_size([1, 2, 3, 4, 5], 5)), 1, "values"),
        (lambda: xbar_r_chart(subgroups_of_size([3.0] * 10, 5)), 1, "values"),
        (lambda: xbar_s_chart(individuals([1, 2, 3])), 1, "subgroups"),
        (lambda: i_mr_chart([1, 2]), 1, "values"),
        (lambda: i_mr_chart([2, 2, 2]), 1, "values"),
        (lambda: i_mr_chart([1, 2, math.nan]), 3, "values"),
        (lambda: p_chart([1, 2, 30], [20, 20, 20]), 3, "counts"),
        (lambda: p_chart([1, 2, 3], [20, 0, 20]), 2, "sizes"),
        (lambda: p_chart([0, 0], [20, 20]), 1, "counts"),
        (lambda: p_chart([20, 20], [20, 20]), 1, "counts"),
        (lambda: np_chart([1, 2, 3], [20, 20, 21]), 3, "sizes"),
        (lambda: c_chart([1, 2.5]), 2, "counts"),
        (lambda: c_chart([1]), 1, "counts"),
        (lambda: u_chart([1, -1], [1, 1]), 2, "counts"),
        (lambda: u_chart([1, 2], [1]), 2, "sizes"),
        (lambda: ewma_chart(subgroups_by_label([1, 2, 3], ["a", "a", "b"])), 3, "subgroups"),
    ],
)
def test_what_cannot_be_charted_is_refused_with_row_and_column(draw, row: int, column: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(CannotCompute) as caught:
        draw()
    assert (caught.value.details[0].row, caught.value.details[0].column) == (row, column)
    assert caught.value.details[0].remedy is not None


@pytest.mark.parametrize("bad", [{"weight": 0.0}, {"weight": 1.5}, {"sigma": 0.0}, {"sigma": math.inf}])
def test_settings_that_mean_nothing_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(CannotCompute):
        ewma_chart(individuals([1, 2, 3]), **bad)


def test_standard_values_give_every_subgroup_the_limits_of_its_size() -> None:
    values = RANDOM.normal(10, 2, 30)
    subgroups = subgroups_by_label(values, ["a"] * 10 + ["b"] * 10 + ["c"] * 5 + ["d"] * 5)
    chart = xbar_r_chart(subgroups, given=Standard(10.0, 2.0))
    assert chart.location.lines.center == 10
    assert np.asarray(chart.location.lines.ucl) == pytest.approx([10 + 6 / math.sqrt(n) for n in (10, 10, 5, 5)])
    assert chart.dispersion is not None
    assert np.asarray(chart.dispersion.lines.center) == pytest.approx([2 * constants.d2(n) for n in (10, 10, 5, 5)])
    assert np.asarray(chart.dispersion.lines.ucl) == pytest.approx(
        [2 * (constants.d2(n) + 3 * constants.d3(n)) for n in (10, 10, 5, 5)]
    )
    deviations = xbar_s_chart(subgroups, given=Standard(10.0, 2.0)).dispersion
    assert deviations is not None
    assert np.asarray(deviations.lines.center) == pytest.approx([2 * constants.c4(n) for n in (10, 10, 5, 5)])
    assert chart.standard == Standard(10.0, 2.0)


def test_what_is_not_given_is_found_from_the_readings() -> None:
    subgroups = subgroups_of_size(VALUES, 5)
    computed = xbar_r_chart(subgroups)
    assert computed.standard is not None
    only_center = xbar_r_chart(subgroups, given=Standard(target=9.0))
    only_sigma = xbar_r_chart(subgroups, given=Standard(sigma=1.0))
    assert only_center.standard == Standard(9.0, computed.standard.sigma)
    assert only_sigma.standard == Standard(computed.standard.target, 1.0)
    again = xbar_r_chart(subgroups, given=computed.standard)
    assert again.location.lines == computed.location.lines
    assert i_mr_chart(VALUES, given=Standard(10.0, 2.0)).location.lines.ucl == 16


def test_one_subgroup_can_be_judged_by_standard_values() -> None:
    assert xbar_r_chart(subgroups_of_size([1.0, 2.0], 2), given=Standard(1.0, 1.0)).is_stable
    assert not i_mr_chart([9.0], given=Standard(1.0, 1.0)).is_stable


def test_given_rates_of_counts_make_limits_by_the_size_of_the_sample() -> None:
    """ISO 7870-2: p0 +- 3 sqrt(p0 (1 - p0) / n), u0 +- 3 sqrt(u0 / n), c0 +- 3 sqrt(c0)."""
    sizes = [50, 100, 400]
    share = p_chart([1, 2, 30], sizes, target=0.04).location
    assert np.asarray(share.lines.ucl) == pytest.approx([0.04 + 3 * math.sqrt(0.04 * 0.96 / n) for n in sizes])
    assert share.places[Rule.N1].tolist() == [2]
    rate = u_chart([1, 2, 3], sizes, target=0.02).location.lines
    assert np.asarray(rate.ucl) == pytest.approx([0.02 + 3 * math.sqrt(0.02 / n) for n in sizes])
    assert c_chart([1], target=4.0).location.lines.ucl == pytest.approx(10)
    assert np_chart([1, 2], [100, 100], target=4.0).location.lines.ucl == pytest.approx(4 + 3 * math.sqrt(4 * 0.96))


@pytest.mark.parametrize(
    "draw",
    [
        lambda: p_chart([1, 2], [10, 10], target=1.0),
        lambda: p_chart([1, 2], [10, 10], target=0.0),
        lambda: np_chart([1, 2], [10, 10], target=10.0),
        lambda: u_chart([1, 2], [10, 10], target=-1.0),
        lambda: c_chart([1, 2], target=math.nan),
        lambda: xbar_r_chart(subgroups_of_size(VALUES, 5), given=Standard(sigma=0.0)),
        lambda: i_mr_chart(VALUES, given=Standard(sigma=-1.0)),
    ],
)
def test_standard_values_that_leave_no_variation_are_refused_by_their_name(draw) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(CannotCompute) as caught:
        draw()
    assert caught.value.details[0].column in ("target", "sigma")
    assert caught.value.details[0].remedy is not None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=12, max_size=40).filter(lambda steps: len(set(steps)) > 1),
    st.integers(-300, 300), st.sampled_from([0.1, 0.01, 0.3]),
)  # fmt: skip
def test_a_gauge_that_reads_in_steps_breaks_the_same_rules_wherever_its_readings_lie(
    steps: list[int], shift: int, step: float
) -> None:
    """Points on a line stay on it, although 10.7 and the mean of many 10.7 differ in their last digit."""
    exact = i_mr_chart([float(each) for each in steps], rules=list(Rule))
    read = i_mr_chart([round((each + shift) * step, 10) for each in steps], rules=list(Rule))
    assert [(v.chart, v.point, v.rule) for v in read.violations] == [
        (v.chart, v.point, v.rule) for v in exact.violations
    ]


def test_readings_on_the_centre_line_are_on_neither_side() -> None:
    assert i_mr_chart([10.7, 10.6, *[10.7] * 10, 10.8, 10.7], rules=[Rule.N2]).location.places == {}
    means = [10.1, 10.2, 10.3] * 10 + [10.0, 10.2, 10.4] * 2
    assert xbar_r_chart(subgroups_of_size(means, 3), rules=[Rule.N2, Rule.N3]).location.places == {}


@pytest.mark.parametrize("value", [0.1, 0.3, 1.7])
def test_equal_readings_are_refused_although_their_mean_differs_in_its_last_digit(value: float) -> None:
    with pytest.raises(CannotCompute, match="within each subgroup are the same"):
        xbar_s_chart(subgroups_of_size([0.1] * 7 + [0.3] * 7 + [value] * 7, 7))


@pytest.mark.parametrize(
    ("given", "column"),
    [({"allowance": -0.1}, "allowance"), ({"allowance": math.nan}, "allowance"), ({"decision": 0}, "decision"),
     ({"decision": -1}, "decision"), ({"decision": math.inf}, "decision")],
)  # fmt: skip
def test_settings_that_make_no_cusum_are_refused(given: dict[str, float], column: str) -> None:
    with pytest.raises(CannotCompute) as refused:
        cusum_chart(individuals(VALUES), **given)  # type: ignore[arg-type]
    assert refused.value.details[0].column == column


def test_a_chart_names_the_rules_that_were_looked_at() -> None:
    assert c_chart([3, 4, 5, 4, 3], rules=NELSON).rules == (Rule.N1, Rule.N2, Rule.N3, Rule.N4)
    assert ewma_chart(individuals(VALUES), rules=WESTERN_ELECTRIC).rules == (Rule.WE1,)
    assert xbar_r_chart(subgroups_of_size(VALUES, 5), rules=NELSON).rules == NELSON
