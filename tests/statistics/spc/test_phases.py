"""Phases of control charts: each as if it stood alone, the rules starting anew."""

import numpy as np
import pytest

from supplier_quality.language import speaking
from supplier_quality.statistics.refusals import CannotCompute
from supplier_quality.statistics.spc.attributes import p_chart
from supplier_quality.statistics.spc.phases import find_phases, join_phases
from supplier_quality.statistics.spc.results import Standard
from supplier_quality.statistics.spc.rules import Rule
from supplier_quality.statistics.spc.variables import i_mr_chart, xbar_r_chart
from supplier_quality.statistics.spc.weighted import cusum_chart
from supplier_quality.statistics.subgroups import individuals, subgroups_of_size

BEFORE = [10.0, 11.0, 10.0, 11.0, 10.0, 40.0]
AFTER = [20.0, 20.4, 20.0, 20.4, 20.0]


def test_every_phase_has_the_limits_that_it_has_alone() -> None:
    alone = [i_mr_chart(BEFORE), i_mr_chart(AFTER)]
    joined = join_phases([("before", alone[0]), ("after", alone[1])])
    assert joined.count == 11
    upper = np.asarray(joined.location.lines.ucl)
    assert upper[:6].tolist() == [alone[0].location.lines.ucl] * 6
    assert upper[6:].tolist() == [alone[1].location.lines.ucl] * 5
    assert [(phase.name, phase.first, phase.count) for phase in joined.phases] == [("before", 1, 6), ("after", 7, 5)]


def test_there_is_no_moving_range_across_a_break() -> None:
    joined = join_phases([("before", i_mr_chart(BEFORE)), ("after", i_mr_chart(AFTER))])
    assert joined.dispersion is not None
    ranges = joined.dispersion.points
    assert joined.dispersion.first == 2 and ranges.size == 10
    assert np.flatnonzero(np.isnan(ranges)).tolist() == [5], "the range at point 7"
    assert ranges[:5] == pytest.approx(np.abs(np.diff(BEFORE)))
    assert ranges[6:] == pytest.approx(np.abs(np.diff(AFTER)))
    assert np.isnan(np.asarray(joined.dispersion.lines.ucl)[5])


def test_points_of_violations_are_counted_along_the_whole_chart_and_name_their_phase() -> None:
    joined = join_phases([("after", i_mr_chart(AFTER)), ("before", i_mr_chart(BEFORE))])
    assert [(found.chart, found.point, found.phase) for found in joined.violations] == [
        ("location", 11, "before"), ("dispersion", 11, "before"),
    ]  # fmt: skip
    with speaking("en"):
        said = str(joined.violations[0].sentence)
    assert said == "I chart, phase before, point 11: One point beyond a control limit (N1)."


def test_a_run_does_not_go_on_from_one_phase_to_the_next() -> None:
    first, second = [9.0, 11.0] * 6 + [10.5] * 5, [10.5] * 4 + [9.0, 11.0] * 6
    given = Standard(10.0, 2.0)
    whole = i_mr_chart(first + second, given=given, rules=[Rule.N2])
    joined = join_phases(
        [(str(place), i_mr_chart(part, given=given, rules=[Rule.N2])) for place, part in enumerate((first, second))]
    )
    assert Rule.N2 in whole.location.places
    assert Rule.N2 not in joined.location.places


def test_limits_that_vary_within_a_phase_and_both_sums_of_a_cusum_stay() -> None:
    parts = [p_chart([5, 10, 20], [100, 200, 400]), p_chart([1, 2], [50, 50])]
    joined = join_phases([("a", parts[0]), ("b", parts[1])])
    assert np.asarray(joined.location.lines.ucl)[:3].tolist() == np.asarray(parts[0].location.lines.ucl).tolist()
    sums = [cusum_chart(individuals(part)) for part in (BEFORE, AFTER)]
    lower = join_phases([("a", sums[0]), ("b", sums[1])]).location.lower
    assert lower is not None
    assert lower.tolist() == [
        *np.asarray(sums[0].location.lower).tolist(),
        *np.asarray(sums[1].location.lower).tolist(),
    ]


def test_a_summary_tells_the_lines_of_one_phase() -> None:
    one, other = xbar_r_chart(subgroups_of_size(BEFORE, 3)), xbar_r_chart(subgroups_of_size(AFTER[:4], 2))
    joined = join_phases([("a", one), ("b", other)])
    assert joined.dispersion is not None and other.dispersion is not None
    lines = other.dispersion.lines
    assert joined.dispersion.summary(joined.phases[1]) == (2, lines.center, lines.lcl, lines.ucl)
    assert joined.location.summary()[1] == (
        min(one.location.lines.center, other.location.lines.center),
        max(one.location.lines.center, other.location.lines.center),
    )
    assert joined.phases[0].standard == one.standard


def test_phases_are_found_in_their_order() -> None:
    assert find_phases(["b", "b", "a", "c", "c"]) == {"b": slice(0, 2), "a": slice(2, 3), "c": slice(3, 5)}


def test_a_phase_in_two_places_is_refused_by_its_row() -> None:
    with pytest.raises(CannotCompute, match="do not stand together") as caught:
        find_phases(["a", "a", "b", "a"])
    [problem] = caught.value.details
    assert (problem.row, problem.column, problem.value) == (4, "phases", "a")
    assert problem.remedy is not None
