"""What a control chart gives: points, lines and broken rules."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from supplier_quality.language import Message, _
from supplier_quality.statistics.refusals import Floats
from supplier_quality.statistics.spc.rules import MEANINGS, Integers, Lines, Rule, broken


class ChartKind(StrEnum):
    """The charts, by their usual names."""

    XBAR_R = "xbar-r"
    XBAR_S = "xbar-s"
    I_MR = "i-mr"
    P = "p"
    NP = "np"
    C = "c"
    U = "u"
    EWMA = "ewma"
    CUSUM = "cusum"


class Part(StrEnum):
    """Which of the two charts of a pair."""

    LOCATION = "location"
    DISPERSION = "dispersion"


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule broken at a point, counted from 1 along the chart; ``phase`` is the name of its phase."""

    chart: Part
    point: int
    rule: Rule
    name: str
    phase: str = ""

    @property
    def sentence(self) -> Message:
        """The violation in words, in the reader's language."""
        if self.phase:
            return _("%(chart)s chart, phase %(phase)s, point %(point)s: %(meaning)s (%(rule)s).",
                     chart=self.name, phase=self.phase, point=self.point, meaning=MEANINGS[self.rule], rule=self.rule.value)  # fmt: skip
        return _("%(chart)s chart, point %(point)s: %(meaning)s (%(rule)s).",
                 chart=self.name, point=self.point, meaning=MEANINGS[self.rule], rule=self.rule.value)  # fmt: skip


LineOrRange = float | tuple[float, float]
"""A line that is level, or the lowest and the highest place of one that is not."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: ``points`` of shape (k,), its lines and, by rule, the places (from 0) where it is broken.

    ``first`` is the number of the first point: 2 for moving ranges, which begin at the second reading. A CUSUM has the lower
    sums, which are not positive, in ``lower``.
    """

    name: str
    part: Part
    points: Floats
    lines: Lines
    places: Mapping[Rule, Integers]
    first: int = 1
    lower: Floats | None = None

    def summary(self, phase: "Phase | None" = None) -> tuple[int, LineOrRange, LineOrRange, LineOrRange]:
        """How many points there are, in a phase or in all, and centre line, lower and upper limit there."""
        start = 0 if phase is None else max(0, phase.first - self.first)
        end = self.points.size if phase is None else phase.first - self.first + phase.count
        points = self.points[start:end]
        lines = (self.lines.center, self.lines.lcl, self.lines.ucl)
        center, lower, upper = (_line_or_range(line, start, end) for line in lines)
        return int(np.count_nonzero(~np.isnan(points))), center, lower, upper

    def violations(self) -> Iterator[Violation]:
        """Every broken rule, rule by rule."""
        for rule, places in self.places.items():
            for place in places.tolist():
                yield Violation(self.part, place + self.first, rule, self.name)


@dataclass(frozen=True, slots=True)
class Standard:
    """What limits of any sample size are computed from: given, or found by an earlier chart.

    ``target`` is the mean of the process, the fraction nonconforming of p, the rate per unit of u, the centre line of np and c.
    ``sigma`` is the standard deviation of single readings, None for counts, whose variation follows from the target.
    """

    target: float | None = None
    sigma: float | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a chart with limits of its own: ``count`` points from point ``first``, counted from 1 along the chart."""

    name: str
    first: int
    count: int
    standard: Standard | None = None


@dataclass(frozen=True, slots=True)
class ControlChart:
    """A chart of location and, where there is one, of dispersion. ``phases`` is empty for a chart of one piece.

    ``standard`` is what its limits were computed from; None where they were given as lines. ``rules`` are those of the rules asked
    for that are meant for this chart of location: only these were looked at.
    """

    kind: ChartKind
    location: Chart
    dispersion: Chart | None
    rules: tuple[Rule, ...]
    standard: Standard | None = None
    phases: tuple[Phase, ...] = ()

    @property
    def count(self) -> int:
        """How many points the location chart has."""
        return int(self.location.points.size)

    def phase_at(self, point: int) -> Phase | None:
        """The phase of a point counted from 1."""
        return next((phase for phase in reversed(self.phases) if phase.first <= point), None)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Every broken rule by point, the location chart first."""
        found = [*self.location.violations(), *(self.dispersion.violations() if self.dispersion else ())]
        if self.phases:
            found = [replace(each, phase=getattr(self.phase_at(each.point), "name", "")) for each in found]
        return tuple(sorted(found, key=lambda violation: (violation.chart is Part.DISPERSION, violation.point)))

    @property
    def is_stable(self) -> bool:
        """Whether no rule is broken."""
        return not self.location.places and not (self.dispersion and self.dispersion.places)


def _line_or_range(line: Floats | float, start: int, end: int) -> LineOrRange:
    if isinstance(line, float):
        return line
    shown = line[start:end][~np.isnan(line[start:end])]
    if not shown.size:
        return math.nan
    low, high = float(shown.min()), float(shown.max())
    return low if low == high else (low, high)


def charted(
    name: str, points: Floats, lines: Lines, rules: Iterable[Rule], *, part: Part = Part.LOCATION, first: int = 1
) -> Chart:
    """A chart with its rules looked at."""
    return Chart(name, part, points, lines, broken(points, lines, rules), first)
