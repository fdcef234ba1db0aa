"""Measurements by part and by appraiser: the two plots of a GRR study, and the gauge run chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from supplier_quality.charts import frame
from supplier_quality.charts.canvas import SMALL, Canvas, series_tone, shortened
from supplier_quality.charts.figure import Figure, Label, Shape, table
from supplier_quality.charts.frame import Entry, Plot
from supplier_quality.charts.numbers import Scale, Value, brief, exact, known, number_or_none, scale
from supplier_quality.charts.svg import Point
from supplier_quality.language import _, joined, listed, speaking

_HEIGHT, _ROW_HEIGHT, _LOW_ROW_HEIGHT = 230.0, 170.0, 120.0
_LEAST_ROOM = 7.0


@dataclass(frozen=True, slots=True)
class Group:
    """All measurements of a part, or by an appraiser."""

    name: Label
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class GroupPlot:
    """Measurements as dots above the name of their group, the means joined by a line. By part or by appraiser."""

    title: Label
    groups: Sequence[Group]
    groups_name: Label = ""
    values_name: Label = ""


@dataclass(frozen=True, slots=True)
class RunPart:
    """A part: for each appraiser, in the order of the chart, the measurements in the order they were taken."""

    name: Label
    trials: Sequence[Sequence[Value]]


@dataclass(frozen=True, slots=True)
class RunChart:
    """The gauge run chart: every measurement by part, appraiser and trial; ``reference`` is a level line, else the mean."""

    title: Label
    appraisers: Sequence[Label]
    parts: Sequence[RunPart]
    values_name: Label = ""
    reference: Value = None
    reference_name: Label = ""


def draw_group_plot(chart: GroupPlot, *, language: str) -> Figure:
    """Draw it; the table has a row per group: its mean, then its values in the order given."""
    with speaking(language):
        longest = max((len(group.values) for group in chart.groups), default=0)
        rows = []
        for group in chart.groups:
            said = [exact(value) for value in group.values]
            rows.append((str(group.name), exact(_mean(group.values)), *said, *([""] * (longest - len(said)))))
        heads = [(chart.groups_name or _("Group"), False), (_("Mean"), True)]
        return frame.compose(
            title=str(chart.title),
            description=str(
                _("Measurements in %(count)s groups, with the line of their means.", count=len(chart.groups))
            ),
            picture=lambda shape: _groups(chart, shape),
            tables=[table([*heads, *((str(index + 1), True) for index in range(longest))], rows)],
        )


def _mean(values: Sequence[Value]) -> float | None:
    shown = known(values)
    # Divided first: the sum of enormous values would be infinite.
    return sum(value / len(shown) for value in shown) if shown else None


def _groups(chart: GroupPlot, shape: Shape) -> Canvas:
    shown = known([value for group in chart.groups for value in group.values])
    if not shown:
        return frame.empty_canvas(shape)
    top = frame.TOP_ROOM
    axis = scale(shown, top + _HEIGHT, top, padding=0.08)
    left, right = frame.left_room(axis), shape.width - 10
    band = (right - left) / len(chart.groups)
    names = frame.fit_names([str(group.name) for group in chart.groups], band)
    title = str(chart.groups_name)
    canvas = Canvas.of(shape, top + _HEIGHT + frame.names_height(names, title))
    plot = Plot(left, top, right, top + _HEIGHT)
    frame.draw_y_axis(canvas, plot, axis, str(chart.values_name))
    centres = [left + band * (index + 0.5) for index in range(len(chart.groups))]
    means: list[Point | None] = []
    for group, x in zip(chart.groups, centres, strict=True):
        for value in known(group.values):
            canvas.marker("circle", Point(x, axis.at(value)), size=2.6, tone="s3")
        mean = _mean(group.values)
        means.append(None if mean is None else Point(x, axis.at(mean)))
    canvas.lines(means, tone="s2", width=1.8)
    for group, point in zip(chart.groups, means, strict=True):
        if point is not None:
            canvas.marker("diamond", point, size=4.2, tone="s2")
            values = known(group.values)
            said = _("%(name)s: mean %(mean)s of %(count)s, from %(low)s to %(high)s", name=group.name, mean=brief(_mean(values)), count=len(values), low=exact(min(values)), high=exact(max(values)))  # fmt: skip
            canvas.mark_point(point, str(said))
    frame.draw_x_names(canvas, plot, names, centres, title)
    return canvas


def draw_run_chart(chart: RunChart, *, language: str) -> Figure:
    """Draw it; the table has a row per part and appraiser with the trials in order."""
    with speaking(language):
        longest = max((len(trials) for part in chart.parts for trials in part.trials), default=0)
        rows = []
        for part in chart.parts:
            for index, trials in enumerate(part.trials):
                said = [exact(value) for value in trials]
                rows.append((str(part.name), _appraiser(chart, index), *said, *([""] * (longest - len(said)))))
        heads = [(_("Part"), False), (_("Appraiser"), False)]
        names = listed(chart.appraisers)
        return frame.compose(
            title=str(chart.title),
            description=joined([_("Run chart of %(count)s parts, measured by %(names)s.", count=len(chart.parts), names=names)]),
            picture=lambda shape: _run_chart(chart, shape),
            tables=[table([*heads, *((_("Trial %(number)s", number=index + 1), True) for index in range(longest))], rows)],
        )  # fmt: skip


def _appraiser(chart: RunChart, index: int) -> str:
    return str(chart.appraisers[index]) if index < len(chart.appraisers) else str(index + 1)


def _run_chart(chart: RunChart, shape: Shape) -> Canvas:
    shown = known([value for part in chart.parts for trials in part.trials for value in trials])
    if not shown:
        return frame.empty_canvas(shape)
    level = number_or_none(chart.reference)
    level = _mean(shown) if level is None else level
    entries = [Entry(_appraiser(chart, index), index, "line with marker") for index in range(len(chart.appraisers))]
    legend = frame.legend_height(entries, shape.width - 16)
    axis = scale([*shown, level], _ROW_HEIGHT, 0.0, most=5, padding=0.08)
    said = " ".join([str(chart.reference_name or _("Mean")), axis.label(level or 0.0, more=2)])
    left, right = frame.left_room(axis), shape.width - 8
    height = _LOW_ROW_HEIGHT if shape.is_narrow else _ROW_HEIGHT
    slots = max(sum(max(1, len(trials)) + 1 for trials in part.trials) + 1 for part in chart.parts)
    per_row = max(1, min(len(chart.parts), int((right - left) / (_LEAST_ROOM * slots))))
    # Rows of equal length, not a full and a short one.
    per_row = ceil(len(chart.parts) / ceil(len(chart.parts) / per_row))
    rows = [chart.parts[start : start + per_row] for start in range(0, len(chart.parts), per_row)]
    top = frame.TOP_ROOM + legend
    below = 22.0
    canvas = Canvas.of(shape, top + len(rows) * (height + below + 8))
    frame.draw_legend(canvas, entries, 8.0, 2.0, canvas.width - 16)
    for number, parts in enumerate(rows):
        plot = Plot(left, top, right, top + height)
        across = scale([*shown, level], plot.bottom, plot.top, most=5, padding=0.08)
        frame.draw_y_axis(canvas, plot, across, str(chart.values_name) if number == 0 else "")
        y = across.at(level or 0.0)
        canvas.line(Point(left, y), Point(right, y), tone="good", dash="6 3", width=1.2)
        if number == 0:
            canvas.text(shortened(said, size=SMALL, width=170), right, top - 11, size=SMALL, anchor="end", tone="good")
        frame.draw_base(canvas, plot)
        for index, part in enumerate(parts):
            _draw_part(canvas, plot, across, chart, part, index, per_row)
        top = plot.bottom + below + 8
    return canvas


def _draw_part(
    canvas: Canvas, plot: Plot, axis: Scale, chart: RunChart, part: RunPart, index: int, per_row: int
) -> None:
    band = plot.width / per_row
    start = plot.left + band * index
    if index:
        canvas.line(Point(start, plot.top), Point(start, plot.bottom), tone="axis", dash="1 3")
    name = shortened(str(part.name), size=SMALL, width=band - 4)
    canvas.text(name, start + band / 2, plot.bottom + 15, size=SMALL, anchor="middle", tone="soft")
    slots = sum(max(1, len(trials)) + 1 for trials in part.trials) + 1
    room, x = band / slots, start
    for number, trials in enumerate(part.trials):
        x += room
        points: list[Point | None] = []
        for trial, value in enumerate(trials):
            plain = number_or_none(value)
            point = None if plain is None else Point(x + room * (trial + 0.5), axis.at(plain))
            points.append(point)
            if point is not None:
                who = _appraiser(chart, number)
                canvas.mark_point(point, f"{part.name} · {who} · {trial + 1}: {exact(value)}", radius=5.0)
        canvas.lines(points, tone=series_tone(number), width=1.2)
        for point in points:
            if point is not None:
                canvas.marker(frame.shape_of(number), point, size=2.8, tone=series_tone(number))
        x += room * max(1, len(trials))
