"""The capability histogram: counts in classes, specification limits and target, fitted curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, pi, sqrt

from supplier_quality.charts import frame
from supplier_quality.charts.canvas import SMALL, Canvas, series_tone
from supplier_quality.charts.figure import Figure, Label, Shape, Table, table
from supplier_quality.charts.frame import Entry, Plot
from supplier_quality.charts.measure import text_width
from supplier_quality.charts.numbers import Scale, Value, classes, exact, known, number_or_none, scale
from supplier_quality.charts.svg import Point, Rect
from supplier_quality.language import _, joined, listed, speaking

_HEIGHT = 240.0
_CURVE_POINTS = 121


@dataclass(frozen=True, slots=True)
class Curve:
    """A density fitted to the values: (value, density per unit) from left to right."""

    name: Label
    points: Sequence[tuple[float, float]]


def normal_curve(name: Label, mean: float, sigma: float) -> Curve:
    """The normal density from four sigma below the mean to four above; no points when sigma is not positive."""
    if not sigma > 0:
        return Curve(name, ())
    steps = [8.0 * index / (_CURVE_POINTS - 1) - 4.0 for index in range(_CURVE_POINTS)]
    return Curve(name, [(mean + z * sigma, exp(-z * z / 2) / (sigma * sqrt(2 * pi))) for z in steps])


@dataclass(frozen=True, slots=True)
class CapabilityHistogram:
    """``values_name`` names the axis, with the unit. ``facts`` are further rows of the table, such as ("Cpk", 1.41)."""

    title: Label
    values: Sequence[Value]
    lsl: Value = None
    usl: Value = None
    target: Value = None
    curves: Sequence[Curve] = ()
    values_name: Label = ""
    facts: Sequence[tuple[Label, Value]] = ()


Class = tuple[float, float, int]


def draw_capability_histogram(chart: CapabilityHistogram, *, language: str) -> Figure:
    """Draw it; the tables are the classes with their counts, and the limits with the facts given."""
    with speaking(language):
        counted = classes(chart.values)
        return frame.compose(
            title=str(chart.title),
            description=_description(chart),
            picture=lambda shape: _picture(chart, counted, shape),
            tables=_tables(chart, counted),
        )


def _limits(chart: CapabilityHistogram) -> list[tuple[str, float, str]]:
    named = (("LSL", chart.lsl, "bad"), (str(_("Target")), chart.target, "good"), ("USL", chart.usl, "bad"))
    return [(name, plain, tone) for name, value, tone in named if (plain := number_or_none(value)) is not None]


def _description(chart: CapabilityHistogram) -> str:
    values = known(chart.values)
    if not values:
        return str(_("No data"))
    said = [_("Histogram of %(count)s values from %(low)s to %(high)s.", count=len(values), low=exact(min(values)), high=exact(max(values)))]  # fmt: skip
    limits = [_("%(name)s is %(value)s.", name=name, value=exact(value)) for name, value, _tone in _limits(chart)]
    curves = [str(curve.name) for curve in chart.curves if curve.points and str(curve.name)]
    return joined([*said, *limits, *([_("Curves: %(names)s.", names=listed(curves))] if curves else [])])


def _tables(chart: CapabilityHistogram, counted: Sequence[Class]) -> list[Table]:
    rows = [(_interval(low, high), str(count)) for low, high, count in counted]
    found = [table([(chart.values_name or _("Class"), False), (_("Count"), True)], rows)]
    facts = [(name, exact(value)) for name, value, _tone in _limits(chart)]
    facts += [(str(name), exact(value)) for name, value in chart.facts]
    if facts:
        found.append(table([(_("Figure"), False), (_("Value"), True)], facts))
    return found


def _interval(low: float, high: float) -> str:
    return f"{exact(round(low, 12) or low)} … {exact(round(high, 12) or high)}"


def _picture(chart: CapabilityHistogram, counted: Sequence[Class], shape: Shape) -> Canvas:
    if not counted:
        return frame.empty_canvas(shape)
    width = counted[0][1] - counted[0][0]
    many = sum(count for _low, _high, count in counted)
    curves = [
        [(plain, density * many * width) for x, density in curve.points if (plain := number_or_none(x)) is not None]
        for curve in chart.curves
    ]
    entries = [
        Entry(str(curve.name), index + 1, "line", is_solid=not index)
        for index, curve in enumerate(chart.curves)
        if curve.points
    ]
    legend = frame.legend_height(entries, shape.width - 16)
    top = frame.TOP_ROOM + legend + 2 * SMALL + 4
    canvas = Canvas.of(shape, top + _HEIGHT + frame.numbers_height(str(chart.values_name)))
    peak = max([count for _low, _high, count in counted] + [y for curve in curves for _x, y in curve])
    counts = scale([0.0, peak], top + _HEIGHT, top, from_zero=True, whole=True)
    plot = Plot(frame.left_room(counts), top, canvas.width - 14, top + _HEIGHT)
    # A curve is shown as far as it can be told from nought, so that a wide one does not squeeze the classes.
    ends = [x for curve in curves for x, y in curve if y > peak * 0.004]
    limits = _limits(chart)
    shown = [counted[0][0], counted[-1][1], *ends, *(value for _name, value, _tone in limits)]
    axis = scale(shown, plot.left, plot.right, most=9 if not shape.is_narrow else 5, padding=0.03)
    frame.draw_legend(canvas, entries, 8.0, 2.0, canvas.width - 16)
    frame.draw_y_axis(canvas, plot._replace(top=frame.TOP_ROOM + legend), counts, str(_("Count")))
    _draw_bars(canvas, plot, axis, counts, counted, chart)
    for index, curve in enumerate(curves):
        points = [Point(axis.at(x), counts.at(y)) for x, y in curve if y > peak * 0.001]
        canvas.lines(points, tone=series_tone(index + 1), width=2.0, dash=frame.dash_of(index + 1) if index else None)
    _draw_limits(canvas, plot, axis, limits)
    frame.draw_x_numbers(canvas, plot, axis, str(chart.values_name))
    return canvas


def _draw_bars(
    canvas: Canvas, plot: Plot, axis: Scale, counts: Scale, counted: Sequence[Class], chart: CapabilityHistogram
) -> None:
    lsl, usl = number_or_none(chart.lsl), number_or_none(chart.usl)
    for low, high, count in counted:
        left, right, y = axis.at(low), axis.at(high), counts.at(count)
        outside = (lsl is not None and high <= lsl) or (usl is not None and low >= usl)
        place = Rect(left, y, right - left, plot.bottom - y)
        if count:
            canvas.rect(place, fill="bad" if outside else "s1", tone="paper", opacity=0.8 if outside else 0.45)
        said = f"{_interval(low, high)}: {count}"
        canvas.mark_area(place, joined([said, _("(out of specification)")]) if outside else said, flagged=outside)


def _draw_limits(canvas: Canvas, plot: Plot, axis: Scale, limits: Sequence[tuple[str, float, str]]) -> None:
    """Lines over the whole height; labels above in two rows, so that those of close limits do not meet."""
    ends = [float("-inf")] * 2
    for name, value, tone in sorted(limits, key=lambda each: each[1]):
        x = axis.at(value)
        canvas.line(
            Point(x, plot.top), Point(x, plot.bottom), tone=tone, width=1.5, dash="6 3" if tone == "bad" else "2 3"
        )
        said = f"{name} {exact(value) if not axis.exponent else axis.label(value, more=2)}"
        half = text_width(said, SMALL) / 2
        middle = max(half + 2, min(canvas.width - half - 2, x))
        row = 1 if middle - half > ends[1] + 6 else 0
        canvas.text(said, middle, plot.top - 6 - (1 - row) * (SMALL + 3), size=SMALL, anchor="middle", tone=tone)
        ends[row] = middle + half
