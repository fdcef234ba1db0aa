"""The histogram of a bias study: readings of one part, its reference value, and the confidence interval of their mean."""

from collections.abc import Sequence
from dataclasses import dataclass

from supplier_quality.charts import frame
from supplier_quality.charts.canvas import SMALL, Canvas
from supplier_quality.charts.figure import Figure, Label, Shape, Table, table
from supplier_quality.charts.frame import Plot
from supplier_quality.charts.measure import text_width
from supplier_quality.charts.numbers import Scale, Value, brief, classes, exact, known, number_or_none, scale
from supplier_quality.charts.svg import Point, Rect
from supplier_quality.language import _, joined, speaking

_HEIGHT, _INTERVAL_ROOM = 220.0, 26.0


@dataclass(frozen=True, slots=True)
class BiasHistogram:
    """``interval`` is the confidence interval of the mean, both in the unit of the readings; ``values_name`` names the axis."""

    title: Label
    values: Sequence[Value]
    reference: Value
    mean: Value
    interval: tuple[Value, Value]
    values_name: Label = ""


def draw_bias_histogram(chart: BiasHistogram, *, language: str) -> Figure:
    """Draw it; the tables are the classes with their counts, and the reference with the mean and its interval."""
    with speaking(language):
        return frame.compose(
            title=str(chart.title),
            description=_description(chart),
            picture=lambda shape: _picture(chart, shape),
            tables=_tables(chart),
        )


def _facts(chart: BiasHistogram) -> list[tuple[Label, Value]]:
    low, high = chart.interval
    return [
        (_("Reference value"), chart.reference),
        (_("Mean"), chart.mean),
        (_("Lower end of the confidence interval"), low),
        (_("Upper end of the confidence interval"), high),
    ]


def _description(chart: BiasHistogram) -> str:
    values = known(chart.values)
    if not values:
        return str(_("No data"))
    low, high = map(brief, chart.interval)
    return joined([
        _("Histogram of %(count)s values from %(low)s to %(high)s.", count=len(values), low=exact(min(values)), high=exact(max(values))),
        _("The reference is %(reference)s, the mean %(mean)s with a confidence interval from %(low)s to %(high)s.",
          reference=exact(chart.reference), mean=brief(chart.mean), low=low, high=high),
    ])  # fmt: skip


def _tables(chart: BiasHistogram) -> list[Table]:
    rows = [(_range(low, high), str(count)) for low, high, count in classes(chart.values)]
    facts = [(str(name), exact(value)) for name, value in _facts(chart)]
    return [
        table([(chart.values_name or _("Class"), False), (_("Count"), True)], rows),
        table([(_("Figure"), False), (_("Value"), True)], facts),
    ]


def _range(low: float, high: float) -> str:
    return f"{exact(round(low, 12) or low)} … {exact(round(high, 12) or high)}"


def _picture(chart: BiasHistogram, shape: Shape) -> Canvas:
    counted = classes(chart.values)
    if not counted:
        return frame.empty_canvas(shape)
    top = frame.TOP_ROOM + SMALL + 6
    bottom = top + _INTERVAL_ROOM + _HEIGHT
    canvas = Canvas.of(shape, bottom + frame.numbers_height(str(chart.values_name)))
    counts = scale([0.0, *(float(count) for _low, _high, count in counted)], bottom, top + _INTERVAL_ROOM, from_zero=True, whole=True)  # fmt: skip
    plot = Plot(frame.left_room(counts), top, canvas.width - 14, bottom)
    shown = [counted[0][0], counted[-1][1], chart.reference, chart.mean, *chart.interval]
    axis = scale(shown, plot.left, plot.right, most=9 if not shape.is_narrow else 5, padding=0.04)
    frame.draw_y_axis(canvas, plot._replace(top=frame.TOP_ROOM), counts, str(_("Count")))
    for low, high, count in counted:
        left, right, y = axis.at(low), axis.at(high), counts.at(count)
        place = Rect(left, y, right - left, plot.bottom - y)
        if count:
            canvas.rect(place, fill="s1", tone="paper", opacity=0.45)
        canvas.mark_area(place, f"{_range(low, high)}: {count}")
    _draw_reference(canvas, plot, axis, chart)
    _draw_interval(canvas, plot, axis, chart)
    frame.draw_x_numbers(canvas, plot, axis, str(chart.values_name))
    return canvas


def _draw_reference(canvas: Canvas, plot: Plot, axis: Scale, chart: BiasHistogram) -> None:
    value = number_or_none(chart.reference)
    if value is None:
        return
    x = axis.at(value)
    canvas.line(Point(x, plot.top), Point(x, plot.bottom), tone="good", width=1.6, dash="6 3")
    said = f"{_('Reference value')} {exact(value)}"
    half = text_width(said, SMALL) / 2
    middle = max(half + 2, min(canvas.width - half - 2, x))
    canvas.text(said, middle, plot.top - 6, size=SMALL, anchor="middle", tone="good")


def _draw_interval(canvas: Canvas, plot: Plot, axis: Scale, chart: BiasHistogram) -> None:
    """The mean as a diamond between the ends of its interval, above the bars."""
    low, mean, high = (number_or_none(value) for value in (chart.interval[0], chart.mean, chart.interval[1]))
    if low is None or mean is None or high is None:
        return
    y = plot.top + _INTERVAL_ROOM / 2
    left, middle, right = axis.at(low), axis.at(mean), axis.at(high)
    canvas.line(Point(left, y), Point(right, y), tone="s2", width=2.0)
    for x in (left, right):
        canvas.line(Point(x, y - 6), Point(x, y + 6), tone="s2", width=2.0)
    canvas.line(Point(middle, y), Point(middle, plot.bottom), tone="s2", width=1.2, dash="2 3")
    canvas.marker("diamond", Point(middle, y), size=4.4, tone="s2")
    said = _(
        "Mean %(mean)s, confidence interval %(low)s … %(high)s", mean=brief(mean), low=brief(low), high=brief(high)
    )
    canvas.mark_point(Point(middle, y), str(said))
    # Beside the interval, on the side that has room; the sentence of the mark and the table say it all.
    for name in (str(_("Mean and confidence interval")), str(_("Mean"))):
        width = text_width(name, SMALL)
        if canvas.width - right - 12 >= width:
            canvas.text(name, right + 8, y + 4, size=SMALL, tone="s2")
            return
        if left - plot.left - 8 >= width:
            canvas.text(name, left - 8, y + 4, size=SMALL, anchor="end", tone="s2")
            return
