"""Run rules: Western Electric (Statistical Quality Control Handbook, 1956) and Nelson (Journal of Quality Technology 16, 1984).

A rule is broken at the point that completes its pattern; a longer run breaks it again at every further point. Boundaries:
"beyond" means outside and not on the line; a point on the centre line is on neither side; equal neighbours neither rise nor
fall; "within one sigma" includes the line. What differs only by the rounding of the computation is equal: a mean of readings of
10.7 is on a line at 10.7, though the last digits of the two may differ. Of "2 of 3" and "4 of 5" the completing point is itself one of the 2 or 4, so that
they can be broken from the second and the fourth point on.

All rules work on whole arrays: a pattern of k points is found in log2(k) passes over booleans.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from supplier_quality.language import Words, _
from supplier_quality.statistics.refusals import Floats

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


class Rule(StrEnum):
    """A run rule by the name of its set and its number there."""

    N1 = "N1"
    N2 = "N2"
    N3 = "N3"
    N4 = "N4"
    N5 = "N5"
    N6 = "N6"
    N7 = "N7"
    N8 = "N8"
    WE1 = "WE1"
    WE2 = "WE2"
    WE3 = "WE3"
    WE4 = "WE4"


NELSON = tuple(rule for rule in Rule if rule.startswith("N"))
WESTERN_ELECTRIC = tuple(rule for rule in Rule if rule.startswith("WE"))

BEYOND_LIMITS = frozenset({Rule.N1, Rule.WE1})
"""All that is meant for charts whose points depend on each other: EWMA and CUSUM."""

RUNS = BEYOND_LIMITS | {Rule.N2, Rule.N3, Rule.N4, Rule.WE4}
"""What is meant for ranges, standard deviations and attributes: the other rules need points spread alike on both sides."""

MEANINGS: dict[Rule, Words] = {
    Rule.N1: _("One point beyond a control limit"),
    Rule.N2: _("Nine points in a row on one side of the centre line"),
    Rule.N3: _("Six points in a row steadily rising or falling"),
    Rule.N4: _("Fourteen points in a row alternating up and down"),
    Rule.N5: _("Two of three points in a row beyond two sigma on one side"),
    Rule.N6: _("Four of five points in a row beyond one sigma on one side"),
    Rule.N7: _("Fifteen points in a row within one sigma of the centre line"),
    Rule.N8: _("Eight points in a row beyond one sigma, on both sides of the centre line"),
    Rule.WE1: _("One point beyond a control limit"),
    Rule.WE2: _("Two of three points in a row beyond two sigma on one side"),
    Rule.WE3: _("Four of five points in a row beyond one sigma on one side"),
    Rule.WE4: _("Eight points in a row on one side of the centre line"),
}


@dataclass(frozen=True, slots=True)
class Lines:
    """Centre line and control limits of a chart: numbers, or arrays with one entry per point where they vary.

    A limit lies three sigma from the centre, unless it is cut at what the statistic cannot pass, such as 0. ``sigma`` is the
    standard deviation of a point, for the zones.
    """

    center: Floats | float
    ucl: Floats | float
    lcl: Floats | float
    sigma: Floats | float


def broken(points: Floats, lines: Lines, rules: Iterable[Rule]) -> dict[Rule, Integers]:
    """The places (from 0) at which each rule is broken, in the order of :class:`Rule`; rules that hold are left out."""
    zones = _Zones(points, lines)
    asked = set(rules)
    found = {}
    for rule in Rule:
        if rule in asked:
            places = np.flatnonzero(_CHECKS[rule](zones))
            if places.size:
                found[rule] = places
    return found


def margin(edge: Floats | float, sigma: Floats | float) -> Floats | float:
    """How far from an edge a point still lies on it: a billionth of sigma, and the rounding of numbers of that size."""
    least: Floats | float = 1e-9 * np.abs(sigma) + 8 * np.spacing(np.abs(edge))
    return least


class _Zones:
    """Which points lie where; each comparison is made once, when a rule first asks for it."""

    def __init__(self, points: Floats, lines: Lines) -> None:
        self.points, self._lines = points, lines
        self._known: dict[tuple[int, int], Booleans] = {}

    def beyond(self, sigmas: int, side: int) -> Booleans:
        """Points more than so many sigmas above (side 1) or below (side -1) the centre line."""
        key = (sigmas, side)
        if key not in self._known:
            edge = self._lines.center + side * sigmas * self._lines.sigma if sigmas else self._lines.center
            self._known[key] = self._above(edge) if side > 0 else self._below(edge)
        return self._known[key]

    def beyond_limits(self) -> Booleans:
        return self._above(self._lines.ucl) | self._below(self._lines.lcl)

    def steps(self) -> tuple[Booleans, Booleans]:
        """Whether each point is above, and whether it is below, the one before."""
        up, down = np.zeros(self.points.size, dtype=bool), np.zeros(self.points.size, dtype=bool)
        apart = np.diff(self.points)
        least = margin(self.points[1:], _of_steps(self._lines.sigma))
        np.greater(apart, least, out=up[1:])
        np.less(apart, -least, out=down[1:])
        return up, down

    def _above(self, edge: Floats | float) -> Booleans:
        return self.points > edge + margin(edge, self._lines.sigma)

    def _below(self, edge: Floats | float) -> Booleans:
        return self.points < edge - margin(edge, self._lines.sigma)


def _of_steps(sigma: Floats | float) -> Floats | float:
    """The standard deviations of all points but the first."""
    return sigma if isinstance(sigma, float) else sigma[1:]


def _run(flags: Booleans, length: int) -> Booleans:
    """Where the last ``length`` flags are all set."""
    result = flags.copy()
    have = 1
    while have < length:
        step = min(have, length - have)
        result[step:] &= result[:-step].copy()
        result[:step] = False
        have += step
    return result


def _most_of(flags: Booleans, wanted: int, window: int) -> Booleans:
    """Where a flag is set and with it at least ``wanted`` of the last ``window``."""
    count = flags.astype(np.uint8)
    single = count.copy()
    for back in range(1, min(window, flags.size)):
        count[back:] += single[:-back]
    return flags & (count >= wanted)


def _one_side(zones: _Zones, length: int) -> Booleans:
    return _run(zones.beyond(0, 1), length) | _run(zones.beyond(0, -1), length)


def _steady(zones: _Zones, length: int) -> Booleans:
    up, down = zones.steps()
    return _run(up, length - 1) | _run(down, length - 1)


def _alternating(zones: _Zones, length: int) -> Booleans:
    up, down = zones.steps()
    turns = np.zeros(up.size, dtype=bool)
    turns[1:] = (up[1:] & down[:-1]) | (down[1:] & up[:-1])
    return _run(turns, length - 2)


def _zone(zones: _Zones, wanted: int, window: int, sigmas: int) -> Booleans:
    return _most_of(zones.beyond(sigmas, 1), wanted, window) | _most_of(zones.beyond(sigmas, -1), wanted, window)


def _hugging(zones: _Zones, length: int) -> Booleans:
    return _run(~(zones.beyond(1, 1) | zones.beyond(1, -1)), length)


def _avoiding(zones: _Zones, length: int) -> Booleans:
    above, below = zones.beyond(1, 1), zones.beyond(1, -1)
    return _run(above | below, length) & ~_run(above, length) & ~_run(below, length)


_CHECKS: dict[Rule, Callable[[_Zones], Booleans]] = {
    Rule.N1: _Zones.beyond_limits,
    Rule.N2: lambda zones: _one_side(zones, 9),
    Rule.N3: lambda zones: _steady(zones, 6),
    Rule.N4: lambda zones: _alternating(zones, 14),
    Rule.N5: lambda zones: _zone(zones, 2, 3, 2),
    Rule.N6: lambda zones: _zone(zones, 4, 5, 1),
    Rule.N7: lambda zones: _hugging(zones, 15),
    Rule.N8: lambda zones: _avoiding(zones, 8),
    Rule.WE1: _Zones.beyond_limits,
    Rule.WE2: lambda zones: _zone(zones, 2, 3, 2),
    Rule.WE3: lambda zones: _zone(zones, 4, 5, 1),
    Rule.WE4: lambda zones: _one_side(zones, 8),
}
