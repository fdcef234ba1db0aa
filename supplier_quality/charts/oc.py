"""Operating characteristic curves: the probability to accept a lot, by the share of nonconforming items in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from supplier_quality.charts import frame
from supplier_quality.charts.canvas import SMALL, Canvas, series_tone, shortened
from supplier_quality.charts.figure import Figure, Label, Shape, Table, table
from supplier_quality.charts.frame import Entry, Plot
from supplier_quality.charts.measure import text_width
from supplier_quality.charts.numbers import Scale, known, percent, scale
from supplier_quality.charts.svg import Point
from supplier_quality.language import _, joined, listed, speaking

_HEIGHT = 250.0
_MARKERS = 8


@dataclass(frozen=True, slots=True)
class OcCurve:
    """A plan: ``points`` are (fraction nonconforming, probability of acceptance), both from 0 to 1, from left to right."""

    name: Label
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class OcCurves:
    """Plans in one chart. ``quality_marks`` are vertical lines with their names, such as ("AQL", 0.025) or ("", 0.1)."""

    title: Label
    plans: Sequence[OcCurve]
    quality_marks: Sequence[tuple[Label, float]] = ()


def draw_oc_curves(chart: OcCurves, *, language: str) -> Figure:
    """Draw them; the table has a row per fraction and a column per plan."""
    with speaking(language):
        names = listed(plan.name for plan in chart.plans)
        return frame.compose(
            title=str(chart.title),
            description=joined([_("Probability of acceptance by fraction nonconforming for %(plans)s.", plans=names), _at_marks(chart)]),
            picture=lambda shape: _picture(chart, shape),
            tables=[_table(chart)],
        )  # fmt: skip


def _at_marks(chart: OcCurves) -> str:
    return joined(
        f"{_mark(name, fraction)}, {plan.name}: {percent(round(_at(plan, fraction), 4))}."
        for name, fraction in chart.quality_marks
        for plan in chart.plans
        if plan.points
    )


def _mark(name: Label, fraction: float) -> str:
    return f"{name} {percent(fraction)}".strip()


def _at(plan: OcCurve, fraction: float) -> float:
    """The probability at a fraction, straight between the points given."""
    before = plan.points[0]
    for after in plan.points:
        if after[0] >= fraction:
            share = (fraction - before[0]) / (after[0] - before[0]) if after[0] > before[0] else 1.0
            return before[1] + (after[1] - before[1]) * share
        before = after
    return plan.points[-1][1]


def _table(chart: OcCurves) -> Table:
    columns = [dict(plan.points) for plan in chart.plans]
    fractions = sorted({fraction for column in columns for fraction in column})
    rows = [(percent(fraction), *(percent(column.get(fraction)) for column in columns)) for fraction in fractions]
    return table([(_("Fraction nonconforming"), True), *((plan.name, True) for plan in chart.plans)], rows)


def _picture(chart: OcCurves, shape: Shape) -> Canvas:
    fractions = known([fraction for plan in chart.plans for fraction, _pa in plan.points])
    if not fractions:
        return frame.empty_canvas(shape)
    entries = [Entry(str(plan.name), index, "line") for index, plan in enumerate(chart.plans)]
    legend = frame.legend_height(entries, shape.width - 16)
    top = frame.TOP_ROOM + legend + (SMALL + 5 if chart.quality_marks else 0)
    title = str(_("Fraction nonconforming"))
    canvas = Canvas.of(shape, top + _HEIGHT + frame.numbers_height(title))
    accepted = scale([0.0, 100.0], top + _HEIGHT, top, most=6, from_zero=True, padding=0.0)
    plot = Plot(frame.left_room(accepted) + 8, top, canvas.width - 18, top + _HEIGHT)
    marks = [fraction * 100 for _name, fraction in chart.quality_marks]
    axis = scale([fraction * 100 for fraction in fractions] + marks, plot.left, plot.right, most=6 if shape.is_narrow else 11, from_zero=True, padding=0.0)  # fmt: skip
    frame.draw_legend(canvas, entries, 8.0, 2.0, canvas.width - 16)
    frame.draw_y_axis(
        canvas, plot._replace(top=frame.TOP_ROOM + legend), accepted, str(_("Probability of acceptance")) + " %"
    )
    frame.draw_x_numbers(canvas, plot, axis, title, unit=" %")
    end = float("-inf")
    for name, fraction in sorted(chart.quality_marks, key=lambda each: each[1]):
        x, said = axis.at(fraction * 100), shortened(_mark(name, fraction), size=SMALL, width=110)
        half = text_width(said, SMALL) / 2
        middle = max(half + 2, min(canvas.width - half - 2, x))
        canvas.line(Point(x, plot.top), Point(x, plot.bottom), tone="soft", dash="4 3")
        if middle - half > end + 4:
            canvas.text(said, middle, plot.top - 6, size=SMALL, anchor="middle", tone="soft")
            end = middle + half
    for index, plan in enumerate(chart.plans):
        _draw_plan(canvas, plan, index, axis, accepted)
        _mark_plan(canvas, plan, chart, axis, accepted)
    return canvas


def _draw_plan(canvas: Canvas, plan: OcCurve, index: int, axis: Scale, accepted: Scale) -> None:
    points = [Point(axis.at(fraction * 100), accepted.at(pa * 100)) for fraction, pa in plan.points]
    tone = series_tone(index)
    canvas.lines(points, tone=tone, width=2.6 if index == 0 else 1.8, dash=frame.dash_of(index))


def _mark_plan(canvas: Canvas, plan: OcCurve, chart: OcCurves, axis: Scale, accepted: Scale) -> None:
    """Where a curve crosses a mark, and some of the points between, say their values."""
    if not plan.points:
        return
    last = plan.points[-1][0]
    told = {fraction: True for _name, fraction in chart.quality_marks if fraction <= last}
    for point, _pa in plan.points[:: max(1, len(plan.points) // _MARKERS)]:
        told.setdefault(point, False)
    for fraction, flagged in sorted(told.items()):
        pa = _at(plan, fraction)
        at = Point(axis.at(fraction * 100), accepted.at(pa * 100))
        if flagged:
            canvas.marker(
                frame.shape_of(chart.plans.index(plan)), at, size=4.0, tone=series_tone(chart.plans.index(plan))
            )
        canvas.mark_point(at, f"{plan.name} · {percent(fraction)}: {percent(round(pa, 4))}", flagged=flagged)
