"""Stability of a gauge: a control chart of readings of one master part, taken again and again.

Source: AIAG Measurement Systems Analysis, 4th edition, chapter III section B: three to five readings each time, an Xbar-R
or Xbar-s chart, and no signal of a special cause. A signal of the means is a change of the bias, one of the ranges a change
of the repeatability.
"""

from dataclasses import dataclass

from supplier_quality.language import Words, _, listed
from supplier_quality.statistics.spc.results import ControlChart, Part


@dataclass(frozen=True, slots=True)
class StabilityResult:
    """The chart and what its broken rules mean for the gauge."""

    chart: ControlChart
    stable: bool
    bias_stable: bool
    repeatability_stable: bool
    sentences: tuple[Words, ...]


class _Listed:
    """Point numbers, joined in the language in which the sentence is said."""

    def __init__(self, points: list[int]) -> None:
        self._points = points

    def __str__(self) -> str:
        return listed(self._points)


def judge_stability(chart: ControlChart) -> StabilityResult:
    """What a control chart of a master part says about the gauge."""
    points = {
        part: sorted({found.point for found in chart.violations if found.chart is part})
        for part in (Part.LOCATION, Part.DISPERSION)
    }
    said: list[Words] = []
    if not any(points.values()):
        said.append(_("The gauge is stable: no rule is broken."))
    if found := points[Part.LOCATION]:
        said.append(
            _("The gauge is not stable: its bias has changed or drifts (points %(points)s).", points=_Listed(found))
        )
    if found := points[Part.DISPERSION]:
        said.append(
            _("The gauge is not stable: its repeatability has changed (points %(points)s).", points=_Listed(found))
        )
    return StabilityResult(
        chart=chart,
        stable=not any(points.values()),
        bias_stable=not points[Part.LOCATION],
        repeatability_stable=not points[Part.DISPERSION],
        sentences=tuple(said),
    )
