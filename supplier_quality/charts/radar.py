"""The radar: several marks of the same scale around a centre."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from supplier_quality.charts import frame
from supplier_quality.charts.canvas import SMALL, Canvas, folded, series_tone
from supplier_quality.charts.figure import Figure, Label, Shape, table
from supplier_quality.charts.frame import Entry
from supplier_quality.charts.numbers import Scale, Value, exact, known, number_or_none, scale
from supplier_quality.charts.svg import Point, polyline
from supplier_quality.charts.trend import Series
from supplier_quality.language import _, listed, speaking


@dataclass(frozen=True, slots=True)
class Radar:
    """``axes`` are the names around; each series has one value per axis. ``highest`` is the end of the scale, from nought,
    or else the greatest value.
    """

    title: Label
    axes: Sequence[Label]
    series: Sequence[Series]
    highest: Value = None


def draw_radar(chart: Radar, *, language: str) -> Figure:
    """Draw it; the table has a row per axis and a column per series. Values below nought are drawn at nought."""
    with speaking(language):
        rows = []
        for index, name in enumerate(chart.axes):
            values = [series.values[index] if index < len(series.values) else None for series in chart.series]
            rows.append((str(name), *(exact(value) for value in values)))
        names = listed(series.name for series in chart.series)
        return frame.compose(
            title=str(chart.title),
            description=str(_("Radar with %(count)s axes for %(names)s.", count=len(chart.axes), names=names)),
            picture=lambda shape: _picture(chart, shape),
            tables=[table([(_("Axis"), False), *((series.name, True) for series in chart.series)], rows)],
        )


def _picture(chart: Radar, shape: Shape) -> Canvas:
    shown = known([value for series in chart.series for value in series.values])
    if not shown or not chart.axes:
        return frame.empty_canvas(shape)
    entries = [Entry(str(series.name), index, "line with marker") for index, series in enumerate(chart.series)]
    legend = frame.legend_height(entries, shape.width - 16) if len(entries) > 1 else 0.0
    room = 78.0 if shape.is_narrow else 190.0
    radius = 88.0 if shape.is_narrow else 132.0
    centre = Point(shape.width / 2, legend + radius + 44)
    canvas = Canvas.of(shape, centre.y + radius + 42)
    if legend:
        frame.draw_legend(canvas, entries, 8.0, 2.0, canvas.width - 16)
    axis = scale([0.0, chart.highest if known([chart.highest]) else max(shown)], 0.0, radius, most=5, from_zero=True, padding=0.0)  # fmt: skip
    spokes = [pi * 2 * index / len(chart.axes) - pi / 2 for index in range(len(chart.axes))]
    _draw_web(canvas, chart, axis, centre, spokes)
    for angle, name in zip(spokes, chart.axes, strict=True):
        _draw_name(canvas, str(name), _on(centre, angle, radius + 12), angle, room)
    for index in range(len(chart.series)):
        _draw_series(canvas, chart, index, axis, centre, spokes)
    for distance, said in axis.ticks():
        if distance > 1:
            canvas.text(said, centre.x - 5, centre.y - distance + 4, size=10, anchor="end", tone="soft")
    if axis.unit:
        canvas.text(axis.unit, centre.x + 6, centre.y - axis.end - 2, size=10, tone="soft")
    return canvas


def _on(centre: Point, angle: float, radius: float) -> Point:
    return Point(centre.x + cos(angle) * radius, centre.y + sin(angle) * radius)


def _draw_web(canvas: Canvas, chart: Radar, axis: Scale, centre: Point, spokes: Sequence[float]) -> None:
    for distance, _said in axis.ticks():
        if distance > 1:
            canvas.path(polyline([_on(centre, angle, distance) for angle in spokes]) + "Z", tone="grid")
    for angle in spokes:
        canvas.line(centre, _on(centre, angle, axis.end), tone="grid")


def _draw_name(canvas: Canvas, name: str, at: Point, angle: float, room: float) -> None:
    lines = folded(name, size=SMALL, width=room, most=3)
    across, down = cos(angle), sin(angle)
    anchor = "middle" if abs(across) < 0.2 else "start" if across > 0 else "end"
    height = len(lines) * (SMALL + 2)
    # Names above end at their point, names below begin there, those beside stand around it.
    y = at.y - height * (1 - down) / 2 + SMALL
    canvas.paragraph(lines, at.x, y, size=SMALL, anchor=anchor)


def _draw_series(canvas: Canvas, chart: Radar, index: int, axis: Scale, centre: Point, spokes: Sequence[float]) -> None:
    series, tone = chart.series[index], series_tone(index)
    values = [number_or_none(value) for value in series.values][: len(spokes)]
    points = [None if value is None else _on(centre, angle, axis.at(value)) for angle, value in zip(spokes, values, strict=False)]  # fmt: skip
    whole = [point for point in points if point is not None]
    if len(whole) == len(spokes) and len(whole) > 2:
        canvas.path(polyline(whole) + "Z", tone=tone, fill=tone, width=1.8, dash=frame.dash_of(index), opacity=0.08)
    else:
        canvas.lines(points, tone=tone, width=1.8, dash=frame.dash_of(index))
    for number, point in enumerate(points):
        if point is not None:
            canvas.marker(frame.shape_of(index), point, size=3.2, tone=tone)
            canvas.mark_point(point, f"{series.name} · {chart.axes[number]}: {exact(series.values[number])}")
