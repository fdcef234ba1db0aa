"""Capability of many characteristics and long control charts, as times of bare numpy computing the same sums."""

import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from benchmarks.measuring import Plan, Result, in_turns
from supplier_quality.statistics import constants
from supplier_quality.statistics.capability.indices import indices_of_many
from supplier_quality.statistics.refusals import Floats
from supplier_quality.statistics.spc.rules import NELSON, Booleans, Integers, Rule
from supplier_quality.statistics.spc.variables import i_mr_chart, xbar_r_chart
from supplier_quality.statistics.subgroups import subgroups_of_size

SIZE = 5
LSL, USL = 4.0, 16.0


def run(plan: Plan) -> Iterator[Result]:
    random = np.random.default_rng(1)
    many = random.normal(10, 1, (plan.size(10_000, 200), 125 // SIZE, SIZE))
    points = random.normal(10, 1, plan.size(1_000_000, 20_000))
    _check(many, points)
    pairs: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        (
            f"capability of {len(many):,} characteristics x 125 readings",
            lambda: indices_of_many(many, lsl=LSL, usl=USL),
            lambda: bare_capability(many),
        ),
        (f"Xbar-R chart of {points.size:,} readings, points beyond limits",
         lambda: xbar_r_chart(subgroups_of_size(points, SIZE), rules=[Rule.N1]),
         lambda: bare_xbar_r(points)),
        (f"I-MR chart of {points.size:,} points, points beyond limits",
         lambda: i_mr_chart(points, rules=[Rule.N1]),
         lambda: bare_i_mr(points)),
        (f"I-MR chart of {points.size:,} points, all eight Nelson rules",
         lambda: i_mr_chart(points),
         lambda: (bare_nelson(points), bare_i_mr(points))),
    ]  # fmt: skip
    for name, ours, reference in pairs:
        turns = in_turns(lambda: _rate(ours), lambda: _rate(reference), rounds=plan.rounds)  # noqa: B023
        yield Result("statistics", name, "/s", turns.median(0), turns.median(1), turns.ratios(0, 1), target=0.8)


def bare_capability(values: Floats) -> tuple[Floats, ...]:
    """Cp, Cpk, Pp and Ppk of each characteristic, as one writes them for finite readings and two limits."""
    flat = values.reshape(len(values), -1)
    mean = flat.mean(axis=1)
    within = (values.max(axis=2) - values.min(axis=2)).mean(axis=1) / constants.d2(values.shape[2])
    overall = flat.std(axis=1, ddof=1)
    least = np.minimum(mean - LSL, USL - mean) / 3
    return (USL - LSL) / (6 * within), least / within, (USL - LSL) / (6 * overall), least / overall


def bare_xbar_r(points: Floats) -> tuple[Integers, Integers]:
    """The subgroups beyond the limits of both charts."""
    table = points.reshape(-1, SIZE)
    means, ranges = table.mean(axis=1), table.max(axis=1) - table.min(axis=1)
    center, rbar = means.mean(), ranges.mean()
    half = constants.a2(SIZE) * rbar
    far = (means > center + half) | (means < center - half)
    wide = (ranges > constants.big_d4(SIZE) * rbar) | (ranges < constants.big_d3(SIZE) * rbar)
    return np.flatnonzero(far), np.flatnonzero(wide)


def bare_i_mr(points: Floats) -> tuple[Integers, Integers]:
    """The points beyond the limits of both charts."""
    ranges = np.abs(np.diff(points))
    center, mrbar = points.mean(), ranges.mean()
    half = 3 * mrbar / constants.d2(2)
    far = (points > center + half) | (points < center - half)
    return np.flatnonzero(far), np.flatnonzero(ranges > constants.big_d4(2) * mrbar)


def bare_nelson(points: Floats) -> list[int]:
    """How often each Nelson rule is broken by individual values, written with windows over booleans."""
    z = (points - points.mean()) / (np.abs(np.diff(points)).mean() / constants.d2(2))
    up, far = np.diff(z) > 0, np.abs(z) > 1

    def full(flags: Booleans, length: int) -> Booleans:
        return sliding_window_view(flags, length).all(axis=1)

    def most(flags: Booleans, wanted: int, length: int) -> Booleans:
        return (sliding_window_view(flags, length).sum(axis=1) >= wanted) & flags[length - 1 :]

    eight = sliding_window_view(z, 8)
    found = (
        np.abs(z) > 3,
        full(z > 0, 9) | full(z < 0, 9),
        full(up, 5) | full(~up, 5),
        full(up[1:] != up[:-1], 12),
        most(z > 2, 2, 3) | most(z < -2, 2, 3),
        most(z > 1, 4, 5) | most(z < -1, 4, 5),
        full(~far, 15),
        full(far, 8) & (eight.max(axis=1) > 1) & (eight.min(axis=1) < -1),
    )
    return [int(flags.sum()) for flags in found]


def _check(many: Floats, points: Floats) -> None:
    """Both sides give the same."""
    ours, bare = indices_of_many(many, lsl=LSL, usl=USL), bare_capability(many)
    np.testing.assert_allclose(ours.within.least, bare[1])
    np.testing.assert_allclose(ours.overall.both, bare[2])
    for chart, (far, wide) in (
        (xbar_r_chart(subgroups_of_size(points, SIZE), rules=[Rule.N1]), bare_xbar_r(points)),
        (i_mr_chart(points, rules=[Rule.N1]), bare_i_mr(points)),
    ):
        assert chart.dispersion is not None
        assert chart.location.places.get(Rule.N1, np.array([])).tolist() == far.tolist()
        assert chart.dispersion.places.get(Rule.N1, np.array([])).tolist() == wide.tolist()

    nelson = i_mr_chart(points).location.places
    for rule, count in zip(NELSON, bare_nelson(points), strict=True):
        # The windows of the reference are whole: at the very beginning it may miss a point.
        assert abs(nelson.get(rule, np.array([])).size - count) <= 1, rule


def _rate(call: Callable[[], object]) -> float:
    """Per second of processor time: both sides run in one thread, and a busy machine then disturbs less."""
    began = time.process_time()
    for _time in range(3):
        call()
    return 3 / (time.process_time() - began)
