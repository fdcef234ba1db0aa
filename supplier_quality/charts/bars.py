"""Bars: the Pareto chart with its cumulative line, and the components of variation of a measurement system."""

from collections.abc import Sequence
from dataclasses import dataclass

from supplier_quality.charts import frame
from supplier_quality.charts.canvas import SMALL, Canvas, series_tone
from supplier_quality.charts.figure import Figure, Label, Shape, table
from supplier_quality.charts.frame import Entry, Plot
from supplier_quality.charts.measure import text_width
from supplier_quality.charts.numbers import Scale, Value, exact, known, number_or_none, percent, scale
from supplier_quality.charts.svg import Point, Rect
from supplier_quality.language import _, joined, listed, speaking

_HEIGHT = 230.0


@dataclass(frozen=True, slots=True)
class Pareto:
    """Kinds with how many or how much each; drawn from the greatest down, equal ones in the order given.

    ``values_name`` names what is counted.
    """

    title: Label
    items: Sequence[tuple[Label, float]]
    values_name: Label = ""


@dataclass(frozen=True, slots=True)
class Components:
    """Groups of bars beside each other: one group per source of variation, one bar per measure.

    ``sources`` are their names; ``measures`` are (name, one value per source), such as ("% study variation", [...]).
    """

    title: Label
    sources: Sequence[Label]
    measures: Sequence[tuple[Label, Sequence[Value]]]
    values_name: Label = ""


@dataclass(frozen=True, slots=True)
class _Share:
    name: str
    value: float
    cumulative: float


def draw_pareto(chart: Pareto, *, language: str) -> Figure:
    """Draw it; the table has each kind with its value and the cumulative share. Values below nought count as nought."""
    with speaking(language):
        shares = _shares(chart)
        said: list[object] = [_("Pareto chart of %(count)s kinds.", count=len(shares))]
        if shares:
            said.append(
                _(
                    "The greatest is %(name)s with %(share)s.",
                    name=shares[0].name,
                    share=percent(round(shares[0].cumulative, 4)),
                )
            )
        return frame.compose(
            title=str(chart.title),
            description=joined(said),
            picture=lambda shape: _pareto(chart, shares, shape),
            tables=[
                table(
                    [(_("Kind"), False), (chart.values_name or _("Count"), True), (_("Cumulative share"), True)],
                    [(each.name, exact(each.value), percent(round(each.cumulative, 6))) for each in shares],
                )
            ],
        )  # fmt: skip


def _shares(chart: Pareto) -> list[_Share]:
    known_ones = ((str(name), number_or_none(value)) for name, value in chart.items)
    items = [(name, max(0.0, value)) for name, value in known_ones if value is not None]
    items.sort(key=lambda item: -item[1])
    largest = max((value for _name, value in items), default=0.0) or 1.0
    # In units of the greatest, so that the sum of enormous ones is finite.
    total = sum(value / largest for _name, value in items) or 1.0
    found, running = [], 0.0
    for name, value in items:
        running += value / largest
        found.append(_Share(name, value, min(1.0, running / total)))
    return found


def _pareto(chart: Pareto, shares: Sequence[_Share], shape: Shape) -> Canvas:
    if not shares:
        return frame.empty_canvas(shape)
    top = frame.TOP_ROOM
    axis = scale([each.value for each in shares], top + _HEIGHT, top, from_zero=True)
    cumulative = scale([0.0, 100.0], top + _HEIGHT, top + 8, from_zero=True, padding=0.0)
    left, right = frame.left_room(axis), shape.width - 44
    band = (right - left) / len(shares)
    names = frame.fit_names([each.name for each in shares], band)
    if names.slanted:
        left = max(left, min(95.0, names.height + 8) - band / 2)
        band = (right - left) / len(shares)
    canvas = Canvas.of(shape, top + _HEIGHT + frame.names_height(names, ""))
    plot = Plot(left, top, right, top + _HEIGHT)
    frame.draw_y_axis(canvas, plot, axis, str(chart.values_name or _("Count")))
    centres = [left + band * (index + 0.5) for index in range(len(shares))]
    points = []
    for each, x in zip(shares, centres, strict=True):
        y = axis.at(each.value)
        place = Rect(x - band * 0.39, y, band * 0.78, plot.bottom - y)
        canvas.rect(place, fill="s1", opacity=0.75)
        points.append(Point(x, cumulative.at(each.cumulative * 100)))
        canvas.mark_area(place, f"{each.name}: {exact(each.value)} · {percent(round(each.cumulative, 4))}")
    for y, said in cumulative.ticks():
        canvas.line(Point(right, y), Point(right + 4, y))
        canvas.text(f"{said} %", right + 7, y + 4, size=SMALL, tone="soft")
    canvas.lines(points, tone="s2", width=1.8)
    for point in points:
        canvas.marker("square", point, size=2.6, tone="s2")
    frame.draw_x_names(canvas, plot, names, centres, "")
    return canvas


def draw_components(chart: Components, *, language: str) -> Figure:
    """Draw them; the table has a row per source and a column per measure."""
    with speaking(language):
        columns = [[*values][: len(chart.sources)] for _name, values in chart.measures]
        rows = [
            (str(source), *(exact(column[index] if index < len(column) else None) for column in columns))
            for index, source in enumerate(chart.sources)
        ]
        names = listed(name for name, _values in chart.measures)
        return frame.compose(
            title=str(chart.title),
            description=str(_("Bars for each source of variation: %(measures)s.", measures=names)),
            picture=lambda shape: _components(chart, shape),
            tables=[
                table([(_("Source of variation"), False), *((name, True) for name, _values in chart.measures)], rows)
            ],
        )


def _components(chart: Components, shape: Shape) -> Canvas:
    shown = known([value for _name, values in chart.measures for value in values])
    if not shown or not chart.sources:
        return frame.empty_canvas(shape)
    entries = [Entry(str(name), index, "area") for index, (name, _values) in enumerate(chart.measures)]
    legend = frame.legend_height(entries, shape.width - 16)
    top = frame.TOP_ROOM + legend + 6
    axis = scale(shown, top + _HEIGHT, top, from_zero=True, padding=0.09)
    left, right = frame.left_room(axis), shape.width - 10
    band = (right - left) / len(chart.sources)
    names = frame.fit_names([str(source) for source in chart.sources], band)
    canvas = Canvas.of(shape, top + _HEIGHT + frame.names_height(names, ""))
    plot = Plot(left, top, right, top + _HEIGHT)
    frame.draw_legend(canvas, entries, 8.0, 2.0, canvas.width - 16)
    frame.draw_y_axis(canvas, plot, axis, str(chart.values_name))
    bar = band * 0.8 / len(chart.measures)
    # All bars have their value above, or none: some alone would look like the ones that matter.
    is_told = max(text_width(axis.label(value), SMALL) for value in shown) <= bar
    for number, (measure, values) in enumerate(chart.measures):
        for index, source in enumerate(chart.sources):
            value = number_or_none(values[index]) if index < len(values) else None
            if value is None:
                continue
            place = _bar(axis, left + band * (index + 0.1) + bar * number + 1, bar - 2, value)
            canvas.rect(place, fill=series_tone(number))
            if is_told:
                y = place.y - 4 if value >= 0 else place.y + place.height + 12
                middle = place.x + place.width / 2
                canvas.text(axis.label(value), middle, y, size=SMALL, anchor="middle", tone="soft")
            canvas.mark_area(place, f"{source} · {measure}: {exact(value)}")
    frame.draw_x_names(canvas, plot, names, [left + band * (index + 0.5) for index in range(len(chart.sources))], "")
    if axis.low < 0 < axis.high:
        frame.draw_base(canvas, plot, axis.at(0.0))
    return canvas


def _bar(axis: Scale, x: float, width: float, value: float) -> Rect:
    end, foot = axis.at(value), axis.at(0.0)
    return Rect(x, min(end, foot), width, abs(foot - end))
