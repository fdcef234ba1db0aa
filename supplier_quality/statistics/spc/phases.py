"""Phases of a control chart, such as before and after a change: limits of their own, and rules that start anew; ISO 7870-2:2023.

Each phase is a chart by itself; :func:`join_phases` sets them one after the other.
"""

from collections.abc import Callable, Sequence

import numpy as np

from supplier_quality.language import _
from supplier_quality.statistics.refusals import Floats, refuse
from supplier_quality.statistics.spc.results import Chart, ControlChart, Phase
from supplier_quality.statistics.spc.rules import Integers, Lines, Rule


def find_phases(labels: Sequence[str]) -> dict[str, slice]:
    """Where each phase stands among the readings, in their order. Raises CannotCompute, by its row, for one that comes twice."""
    found: dict[str, slice] = {}
    for place, label in enumerate(labels):
        before = found.get(label)
        if before is None:
            found[label] = slice(place, place + 1)
        elif before.stop == place:
            found[label] = slice(before.start, place + 1)
        else:
            refuse(
                _("The rows of phase %(phase)s do not stand together.", phase=label),
                _("Put the rows of a phase one below the other, or give the later ones a name of their own."),
                row=place + 1,
                column="phases",
                value=label,
            )
    return found


def join_phases(charts: Sequence[tuple[str, ControlChart]]) -> ControlChart:
    """Charts of one kind as one, each a phase by its name; at least one.

    Points are counted along the whole chart, and every line has one entry per point. Where a phase has no point, as moving
    ranges at its first reading, points and lines are NaN.
    """
    phases: list[Phase] = []
    first = 1
    for name, chart in charts:
        phases.append(Phase(name, first, chart.count, chart.standard))
        first += chart.count
    dispersions = [chart.dispersion for _name, chart in charts if chart.dispersion is not None]
    one = charts[0][1]
    return ControlChart(
        one.kind,
        _join([chart.location for _name, chart in charts], phases),
        _join(dispersions, phases) if dispersions else None,
        one.rules,
        phases=tuple(phases),
    )


def _join(charts: Sequence[Chart], phases: Sequence[Phase]) -> Chart:
    lead = charts[0].first - 1
    counts = [phase.count for phase in phases]
    places: dict[Rule, Integers] = {}
    for chart, phase in zip(charts, phases, strict=True):
        for rule, found in chart.places.items():
            # The place of the first point of the whole chart is ``lead``, that of this phase's ``lead`` further on.
            before = places.get(rule, np.array([], dtype=np.int64))
            places[rule] = np.concatenate((before, found + phase.first - 1))
    lines = [chart.lines for chart in charts]
    lower = [chart.lower for chart in charts if chart.lower is not None]

    def along(of: Callable[[Lines], Floats | float]) -> Floats:
        return _along([of(each) for each in lines], counts, lead)

    return Chart(
        charts[0].name,
        charts[0].part,
        _along([chart.points for chart in charts], counts, lead),
        Lines(
            along(lambda each: each.center),
            along(lambda each: each.ucl),
            along(lambda each: each.lcl),
            along(lambda each: each.sigma),
        ),
        {rule: places[rule] for rule in Rule if rule in places},
        charts[0].first,
        _along(lower, counts, lead) if lower else None,
    )


def _along(values: Sequence[Floats | float], counts: Sequence[int], lead: int) -> Floats:
    """One entry per point: that of each phase behind ``lead`` empty ones, those before the first point left out."""
    pieces = []
    for value, count in zip(values, counts, strict=True):
        piece = np.full(count, np.nan)
        piece[lead:] = value
        pieces.append(piece)
    return np.concatenate(pieces)[lead:]
