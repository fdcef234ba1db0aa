"""A straight line through points with its confidence band, and the line that should lie within the band."""

from collections.abc import Sequence
from dataclasses import dataclass

from supplier_quality.charts import frame
from supplier_quality.charts.canvas import SMALL, Canvas, shortened
from supplier_quality.charts.figure import Figure, Label, Shape, Table, table
from supplier_quality.charts.frame import Entry, Plot, Reference
from supplier_quality.charts.numbers import Scale, Value, brief, exact, known, number_or_none, scale
from supplier_quality.charts.svg import Point, polyline
from supplier_quality.language import _, joined, speaking

_HEIGHT = 260.0
_MOST_MARKED = 200


@dataclass(frozen=True, slots=True)
class RegressionPoint:
    """A place on the line: ``fitted`` at ``x`` with the ends of the confidence band there."""

    x: float
    fitted: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Regression:
    """``points`` are single values (x, y), ``means`` those of each x, ``line`` goes from left to right.

    ``level`` is the horizontal line that is looked for in the band, such as bias 0.
    """

    title: Label
    points: Sequence[tuple[float, Value]]
    means: Sequence[tuple[float, Value]]
    line: Sequence[RegressionPoint]
    level: float = 0.0
    level_name: Label = ""
    x_name: Label = ""
    y_name: Label = ""


def draw_regression(chart: Regression, *, language: str) -> Figure:
    """Draw it; the tables are the means with the line and its band there, and the single values."""
    with speaking(language):
        return frame.compose(
            title=str(chart.title),
            description=_description(chart),
            picture=lambda shape: _picture(chart, shape),
            tables=_tables(chart),
        )


def _description(chart: Regression) -> str:
    if not known([y for _x, y in chart.points]) or not _known_line(chart):
        return str(_("No data"))
    line = _known_line(chart)
    first, last = line[0], line[-1]
    ends = [
        _("At %(x)s the line is at %(fitted)s, its confidence band from %(low)s to %(high)s.",
          x=brief(each.x), fitted=brief(each.fitted), low=brief(each.lower), high=brief(each.upper))
        for each in (first, last)
    ]  # fmt: skip
    return joined([_("Regression line through %(count)s values.", count=len(chart.points)), *ends])


def _tables(chart: Regression) -> list[Table]:
    x_name, y_name = chart.x_name or "x", chart.y_name or "y"
    at = {each.x: each for each in chart.line}
    heads = [(x_name, True), (_("Mean"), True), (_("Line"), True), (_("Band, lower end"), True), (_("Band, upper end"), True)]  # fmt: skip
    rows = []
    for x, mean in chart.means:
        found = at.get(x)
        line = (found.fitted, found.lower, found.upper) if found else (None, None, None)
        rows.append((exact(x), *map(exact, (mean, *line))))
    return [
        table(heads, rows),
        table([(x_name, True), (y_name, True)], [(exact(x), exact(y)) for x, y in chart.points]),
    ]


def _picture(chart: Regression, shape: Shape) -> Canvas:
    points, line = _plain(chart.points), _known_line(chart)
    if not points or not line:
        return frame.empty_canvas(shape)
    entries = [
        Entry(str(_("Regression line")), 1, "line", is_solid=True),
        Entry(str(_("Confidence band")), 1, "band"),
        Entry(str(_("Mean")), 3, "marker"),
        Entry(str(_("Single value")), 0, "marker"),
    ]
    legend = frame.legend_height(entries, shape.width - 16)
    top = frame.TOP_ROOM + legend
    title = str(chart.x_name)
    canvas = Canvas.of(shape, top + _HEIGHT + frame.numbers_height(title))
    heights = [y for _x, y in points] + [edge for each in line for edge in (each.lower, each.upper)] + [chart.level]
    up = scale(heights, top + _HEIGHT, top, padding=0.07)
    name = shortened(str(chart.level_name), size=SMALL, width=70 if shape.is_narrow else 150)
    level = Reference(up.at(chart.level), f"{name} {up.label(chart.level, more=2)}".strip(), "good")
    plot = Plot(frame.left_room(up), top, shape.width - frame.right_room([level.text]), top + _HEIGHT)
    across = scale([x for x, _y in points], plot.left, plot.right, most=9 if not shape.is_narrow else 5, padding=0.06)
    frame.draw_legend(canvas, entries, 8.0, 2.0, canvas.width - 16)
    frame.draw_y_axis(canvas, plot, up, str(chart.y_name))
    _draw_line(canvas, line, across, up)
    canvas.line(Point(plot.left, level.y), Point(plot.right, level.y), tone="good", width=1.4, dash="6 3")
    frame.draw_references(canvas, plot, [level])
    _draw_points(canvas, chart, points, across, up)
    frame.draw_x_numbers(canvas, plot, across, title)
    return canvas


def _plain(points: Sequence[tuple[float, Value]]) -> list[tuple[float, float]]:
    return [(x, plain) for x, y in points if (plain := number_or_none(y)) is not None and number_or_none(x) is not None]


def _known_line(chart: Regression) -> list[RegressionPoint]:
    """The places of the line that can be drawn."""
    found = []
    for each in chart.line:
        plain = known((each.x, each.fitted, each.lower, each.upper))
        if len(plain) == 4:
            found.append(RegressionPoint(*plain))
    return found


def _draw_line(canvas: Canvas, line: Sequence[RegressionPoint], across: Scale, up: Scale) -> None:
    upper = [Point(across.at(each.x), up.at(each.upper)) for each in line]
    lower = [Point(across.at(each.x), up.at(each.lower)) for each in line]
    canvas.path(polyline([*upper, *reversed(lower)]) + "Z", fill="s2", opacity=0.14)
    for edge in (upper, lower):
        canvas.lines(edge, tone="s2", width=1.2, dash="4 3")
    canvas.lines([Point(across.at(each.x), up.at(each.fitted)) for each in line], tone="s2", width=2.0)


def _draw_points(
    canvas: Canvas, chart: Regression, points: Sequence[tuple[float, float]], across: Scale, up: Scale
) -> None:
    for x, y in points:
        canvas.marker("circle", Point(across.at(x), up.at(y)), size=2.4, tone="s1")
    if len(points) <= _MOST_MARKED:
        for x, y in points:
            canvas.mark_point(Point(across.at(x), up.at(y)), f"{exact(x)}: {brief(y)}", radius=4.0)
    for x, y in _plain(chart.means):
        place = Point(across.at(x), up.at(y))
        canvas.marker("diamond", place, size=4.6, tone="s4")
        canvas.mark_point(place, f"{exact(x)}: {_('Mean')} {brief(y)}", flagged=True)
