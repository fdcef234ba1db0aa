"""A figure over time with its target."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from supplier_quality.charts import frame
from supplier_quality.charts.canvas import Canvas, series_tone, shortened
from supplier_quality.charts.figure import Figure, Label, Shape, table
from supplier_quality.charts.frame import Plot, Reference
from supplier_quality.charts.numbers import Value, exact, known, number_or_none, scale
from supplier_quality.charts.svg import Point
from supplier_quality.language import _, joined, speaking

_HEIGHT = 210.0
_MOST_MARKERS = 80


@dataclass(frozen=True, slots=True)
class Series:
    name: Label
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Trend:
    """``periods`` names the points. ``target`` is one value or one per period; ``better`` says on which side of it is good,
    so that values on the other side are marked. From ``from_zero`` the axis holds nought.
    """

    title: Label
    periods: Sequence[Label]
    series: Sequence[Series]
    target: Value | Sequence[Value] = None
    better: Literal["higher", "lower"] | None = None
    values_name: Label = ""
    from_zero: bool = False


def draw_trend(chart: Trend, *, language: str) -> Figure:
    """Draw it; the table has a row per period with every series and the target."""
    with speaking(language):
        targets = _targets(chart)
        heads = [(_("Period"), False), *((series.name, True) for series in chart.series)]
        columns = [_plain(series.values, len(chart.periods)) for series in chart.series]
        if any(target is not None for target in targets):
            heads.append((_("Target"), True))
            columns.append(targets)
        rows = [(str(name), *(exact(column[index]) for column in columns)) for index, name in enumerate(chart.periods)]
        return frame.compose(
            title=str(chart.title),
            description=_description(chart, targets),
            picture=lambda shape: _picture(chart, targets, shape),
            tables=[table(heads, rows)],
        )


def _plain(values: Sequence[Value], count: int) -> list[Value]:
    plain = [number_or_none(value) for value in values][:count]
    return plain + [None] * (count - len(plain))


def _targets(chart: Trend) -> list[Value]:
    count = len(chart.periods)
    if chart.target is None or isinstance(chart.target, int | float):
        return [number_or_none(chart.target)] * count
    return _plain(chart.target, count)


def _misses(chart: Trend, value: Value, target: Value) -> bool:
    if value is None or target is None or chart.better is None:
        return False
    return value < target if chart.better == "higher" else value > target


def _description(chart: Trend, targets: Sequence[Value]) -> str:
    said: list[object] = [_("Trend over %(count)s periods.", count=len(chart.periods))]
    for series in chart.series:
        values = _plain(series.values, len(chart.periods))
        last = next((index for index in range(len(values) - 1, -1, -1) if values[index] is not None), None)
        if last is not None:
            said.append(_("%(name)s: %(value)s in %(period)s.", name=series.name, value=exact(values[last]), period=chart.periods[last]))  # fmt: skip
        missed = sum(_misses(chart, value, target) for value, target in zip(values, targets, strict=True))
        if missed:
            said.append(_("Target missed %(count)s times.", count=missed))
    return joined(said)


def _picture(chart: Trend, targets: Sequence[Value], shape: Shape) -> Canvas:
    count = len(chart.periods)
    columns = [_plain(series.values, count) for series in chart.series]
    if not known([value for column in columns for value in column]):
        return frame.empty_canvas(shape)
    top = frame.TOP_ROOM
    shown = [value for column in columns for value in column] + list(targets)
    axis = scale(shown, top + _HEIGHT, top, padding=0.1, from_zero=chart.from_zero)
    references = []
    for index, (series, column) in enumerate(zip(chart.series, columns, strict=True)):
        last = next((value for value in reversed(column) if value is not None), None)
        if last is not None:
            name = shortened(str(series.name), size=11, width=70 if shape.is_narrow else 150) + " " if len(columns) > 1 else ""  # fmt: skip
            references.append(Reference(axis.at(last), name + axis.label(last, more=2), series_tone(index)))
    last = next((target for target in reversed(targets) if target is not None), None)
    if last is not None:
        references.append(Reference(axis.at(last), " ".join([str(_("Target")), axis.label(last, more=2)]), "good"))
    left, right = frame.left_room(axis), shape.width - frame.right_room(each.text for each in references)
    names = frame.fit_names([str(name) for name in chart.periods], (right - left) / count, sparse=True)
    canvas = Canvas.of(shape, top + _HEIGHT + frame.names_height(names, ""))
    plot = Plot(left, top, right, top + _HEIGHT)
    frame.draw_y_axis(canvas, plot, axis, str(chart.values_name))
    centres = [left + plot.width * (index + 0.5) / count for index in range(count)]
    along: list[Point | None] = []
    for index, target in enumerate(targets):
        # A step between periods, because a target does not slide.
        ends = [left + plot.width * (index + side) / count for side in (0, 1)]
        along += [None] if target is None else [Point(x, axis.at(target)) for x in ends]
    canvas.lines(along, tone="good", width=1.3, dash="6 3")
    for index, column in enumerate(columns):
        _draw_series(canvas, chart, index, [None if value is None else Point(x, axis.at(value)) for x, value in zip(centres, column, strict=True)], targets)  # fmt: skip
    frame.draw_references(canvas, plot, references)
    frame.draw_x_names(canvas, plot, names, centres, "")
    if axis.low < 0 < axis.high:
        frame.draw_base(canvas, plot, axis.at(0.0))
    return canvas


def _draw_series(
    canvas: Canvas, chart: Trend, index: int, points: Sequence[Point | None], targets: Sequence[Value]
) -> None:
    series, tone = chart.series[index], series_tone(index)
    canvas.lines(points, tone=tone, width=1.8, dash=frame.dash_of(index))
    few = len(points) <= _MOST_MARKERS
    for number, point in enumerate(points):
        if point is None:
            continue
        value = series.values[number]
        missed = _misses(chart, number_or_none(value), targets[number])
        if missed:
            canvas.marker("diamond", point, size=4.4, tone="bad")
        elif few:
            canvas.marker(frame.shape_of(index), point, size=3.0, tone=tone)
        said = f"{series.name} · {chart.periods[number]}: {exact(value)}"
        canvas.mark_point(point, joined([f"{said}.", _("Target missed.")]) if missed else said, flagged=missed)
