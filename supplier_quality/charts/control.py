"""The control chart: location and, below it, dispersion, with limits, zones and the points that break a rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from supplier_quality.charts import frame
from supplier_quality.charts.canvas import SMALL, Canvas, shortened
from supplier_quality.charts.figure import Figure, Label, Shape, Table, table
from supplier_quality.charts.frame import Plot, Reference
from supplier_quality.charts.measure import text_width
from supplier_quality.charts.numbers import NO_VALUE, Scale, Value, exact, known, number_or_none, scale
from supplier_quality.charts.svg import Point, Rect, number, polyline
from supplier_quality.language import _, joined, listed, speaking

Limit = Value | Sequence[Value]
"""One limit for all points, one for each, or none."""

_LOCATION_HEIGHT, _DISPERSION_HEIGHT = 210.0, 130.0
_PHASE_ROOM, _LEAST_PHASE_NAME = 16.0, 14.0
# With more points, markers would be a band of ink; with more than some per pixel, a line shows only extremes.
_MOST_MARKERS, _MOST_PER_PIXEL = 160, 2.0


@dataclass(frozen=True, slots=True)
class Violation:
    """A point, counted from 1, that breaks a rule; ``rule`` is its short name, such as N1 or WE4."""

    point: int
    rule: str
    sentence: Label = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the two charts.

    ``values`` has one number per point, None or NaN where there is none; ``second`` holds those of a second line (the lower
    sum of a CUSUM chart). ``zones`` shades one, two and three sigma, a third of the way from centre to limit each.
    ``symbol`` names the centre line, such as ``X\u033f`` for the mean of means.
    """

    name: Label
    values: Sequence[Value]
    center: Limit
    ucl: Limit = None
    lcl: Limit = None
    violations: Sequence[Violation] = ()
    zones: bool = False
    symbol: str = "CL"
    second: Sequence[Value] = ()
    second_name: Label = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the chart from point ``first``, counted from 1, to where the next one begins."""

    name: Label
    first: int


@dataclass(frozen=True, slots=True)
class ControlChart:
    """``labels`` names the points (1, 2, 3 ... otherwise), ``points_name`` the axis.

    ``phases``, from left to right and the first from point 1, break the lines; their limits may differ.
    """

    title: Label
    location: Panel
    dispersion: Panel | None = None
    labels: Sequence[Label] = ()
    points_name: Label = ""
    phases: Sequence[Phase] = ()


class _Grid:
    """Where the points of all panels stand across, which texts name them, and where each phase begins."""

    def __init__(self, chart: ControlChart) -> None:
        self.panels = [chart.location] + ([chart.dispersion] if chart.dispersion else [])
        self.count = max(max(len(panel.values), len(panel.second)) for panel in self.panels)
        given = [str(label) for label in chart.labels]
        # Right of the last point, where the letters of the zones stand.
        self.gutter = 14.0 if any(panel.zones for panel in self.panels) else 0.0
        self.names = [given[index] if index < len(given) else str(index + 1) for index in range(self.count)]
        self.phases = [phase for phase in chart.phases if 0 < phase.first <= self.count]
        self.breaks = frozenset(phase.first - 1 for phase in self.phases)

    def stretches(self) -> list[tuple[str, int, int]]:
        """Name, place of the first point and place after the last one of every phase; the whole chart when it has none."""
        starts = [(str(phase.name), phase.first - 1) for phase in self.phases] or [("", 0)]
        ends = [start for _name, start in starts[1:]] + [self.count]
        return [(name, start, end) for (name, start), end in zip(starts, ends, strict=True)]

    def x(self, plot: Plot, index: int) -> float:
        return plot.left + self.band(plot) * (index + 0.5)

    def band(self, plot: Plot) -> float:
        return (plot.width - self.gutter) / self.count


def draw_control_chart(chart: ControlChart, *, language: str) -> Figure:
    """Draw it; the table has one row per point with its limits and the rules it breaks."""
    with speaking(language):
        grid = _Grid(chart)
        return frame.compose(
            title=str(chart.title),
            description=_description(chart, grid),
            picture=lambda shape: _picture(chart, grid, shape),
            tables=[_table(chart, grid)],
        )


def _description(chart: ControlChart, grid: _Grid) -> str:
    said = [_("Control chart with %(count)s points.", count=grid.count)]
    if grid.phases:
        told = [f"{name} ({start + 1}–{end})" for name, start, end in grid.stretches()[:12]]
        said.append(_("Phases: %(phases)s.", phases=listed(told) + (" …" if len(grid.phases) > len(told) else "")))
    found = [violation for panel in grid.panels for violation in panel.violations]
    if not found:
        return joined([*said, _("No point is marked.")])
    told = [f"{_name(grid, each.point)} ({each.rule})" for each in found[:12]]
    points = listed(told) + (" …" if len(found) > len(told) else "")
    return joined([*said, _("Signals (%(count)s): %(points)s.", count=len(found), points=points)])


def _name(grid: _Grid, point: int) -> str:
    return grid.names[point - 1] if 0 < point <= grid.count else str(point)


def _table(chart: ControlChart, grid: _Grid) -> Table:
    heads: list[tuple[Label, bool]] = [(chart.points_name or _("Point"), False)]
    columns: list[list[str]] = []
    if grid.phases:
        heads.append((_("Phase"), False))
        columns.append([name for name, start, end in grid.stretches() for _point in range(start, end)])
    for panel in grid.panels:
        named: list[tuple[Label, Limit]] = [(panel.name, panel.values)]
        if panel.second:
            named.append((panel.second_name or NO_VALUE, panel.second))
        named += [("LCL", panel.lcl), (panel.symbol, panel.center), ("UCL", panel.ucl)]
        heads += [(name, True) for name, _values in named] + [(_("Rules broken"), False)]
        columns += [[exact(value) for value in _spread(values, grid.count)] for _name_, values in named]
        broken = _by_point(panel)
        columns.append([" ".join(each.rule for each in broken.get(index, ())) for index in range(grid.count)])
    rows = [(grid.names[index], *(column[index] for column in columns)) for index in range(grid.count)]
    return table(heads, rows)


def _picture(chart: ControlChart, grid: _Grid, shape: Shape) -> Canvas:
    if not any(known([*panel.values, *panel.second]) for panel in grid.panels):
        return frame.empty_canvas(shape)
    heights = [_LOCATION_HEIGHT, _DISPERSION_HEIGHT][: len(grid.panels)]
    canvas = Canvas.of(shape, 0.0)
    tops = [frame.TOP_ROOM + (_PHASE_ROOM if grid.phases else 0.0)]
    if len(heights) > 1:
        tops.append(tops[0] + heights[0] + 14 + frame.TOP_ROOM)
    axes = [
        _axis(panel, grid, top, top + height) for panel, top, height in zip(grid.panels, tops, heights, strict=True)
    ]
    references = [_references(panel, grid, axis) for panel, axis in zip(grid.panels, axes, strict=True)]
    left = max(map(frame.left_room, axes))
    right = canvas.width - frame.right_room(each.text for several in references for each in several)
    title = str(chart.points_name)
    names = frame.fit_names(grid.names, (right - left) / grid.count, sparse=True)
    canvas.height = tops[-1] + heights[-1] + frame.names_height(names, title)
    for number_, panel in enumerate(grid.panels):
        plot = Plot(left, tops[number_], right, tops[number_] + heights[number_])
        _draw_panel(canvas, plot, panel, axes[number_], grid, above=_PHASE_ROOM if grid.phases and not number_ else 0.0)
        if grid.phases:
            _draw_phases(canvas, plot, grid, names=not number_)
        frame.draw_references(canvas, plot, references[number_])
        if number_ == len(grid.panels) - 1:
            frame.draw_x_names(canvas, plot, names, [grid.x(plot, index) for index in range(grid.count)], title)
        else:
            frame.draw_base(canvas, plot)
    return canvas


def _axis(panel: Panel, grid: _Grid, top: float, bottom: float) -> Scale:
    shown = [*panel.values, *panel.second]
    for limit in (panel.center, panel.ucl, panel.lcl):
        shown += _spread(limit, grid.count)
    return scale(shown, bottom, top, most=6 if bottom - top > 150 else 4, padding=0.09)


def _references(panel: Panel, grid: _Grid, axis: Scale) -> list[Reference]:
    found = []
    for name, limit, tone in (
        ("UCL", panel.ucl, "bad"),
        (panel.symbol, panel.center, "good"),
        ("LCL", panel.lcl, "bad"),
    ):
        values = _spread(limit, grid.count)[grid.stretches()[-1][1] :]
        if grid.phases:
            values = [value for value in values if value is not None]
        last = next((value for value in reversed(values) if value is not None), None)
        if last is not None:
            said = f"{name} {axis.label(last, more=2)}" if len(set(values)) == 1 else name
            found.append(Reference(axis.at(last), said, tone))
    return found


def _draw_phases(canvas: Canvas, plot: Plot, grid: _Grid, *, names: bool) -> None:
    """A line where a phase begins, and their names above the first panel where there is room."""
    for name, start, end in grid.stretches():
        left = plot.left + grid.band(plot) * start
        right = plot.right if end == grid.count else plot.left + grid.band(plot) * end
        if start:
            top = plot.top - (_PHASE_ROOM if names else 0.0)
            canvas.line(Point(left, top), Point(left, plot.bottom), tone="axis", dash="2 3")
        if names and right - left >= _LEAST_PHASE_NAME:
            said = shortened(name, size=SMALL, width=right - left - 6)
            canvas.text(said, (left + right) / 2, plot.top - 5, size=SMALL, anchor="middle", bold=True)


def _draw_panel(canvas: Canvas, plot: Plot, panel: Panel, axis: Scale, grid: _Grid, *, above: float) -> None:
    if panel.zones:
        _draw_zones(canvas, plot, panel, axis, grid)
    frame.draw_y_axis(canvas, plot._replace(top=plot.top - above), axis, str(panel.name))
    for limit, tone, dash in ((panel.center, "good", None), (panel.ucl, "bad", "6 3"), (panel.lcl, "bad", "6 3")):
        for run in _steps(_spread(limit, grid.count), plot, axis, grid):
            canvas.path(polyline(run), tone=tone, width=1.2, dash=dash)
    broken = _by_point(panel)
    for line, values in enumerate((panel.values, panel.second)):
        points = _points(values, plot, axis, grid)
        if not any(points):
            continue
        thin = grid.count > _MOST_PER_PIXEL * plot.width
        tone = "s1" if line == 0 else "s3"
        runs = [points[start:end] for _name_, start, end in grid.stretches()]
        if thin:
            canvas.path("".join(map(_envelope, runs)), tone=tone, width=1.0)
        else:
            canvas.lines([point for run in runs for point in (*run, None)], tone=tone, width=1.3)
        if grid.count <= _MOST_MARKERS:
            size = 3.0 if grid.count <= 60 else 2.0
            for index, point in enumerate(points):
                if point is not None and not (line == 0 and index in broken):
                    canvas.marker("circle" if line == 0 else "square", point, size=size, tone=tone)
        _mark_points(canvas, panel, points, values, grid, broken if line == 0 else {})
    _draw_violations(canvas, plot, panel, axis, grid, broken)


def _mark_points(
    canvas: Canvas,
    panel: Panel,
    points: Sequence[Point | None],
    values: Sequence[Value],
    grid: _Grid,
    broken: dict[int, list[Violation]],
) -> None:
    for index, point in enumerate(points):
        # All of very many would be a page of megabytes; the marked ones are what is looked for.
        if point is None or (grid.count > _MOST_MARKERS and index not in broken):
            continue
        said = [f"{panel.name} · {grid.names[index]}: {exact(values[index])}"]
        said += [f"{each.rule}: {each.sentence}" if str(each.sentence) else each.rule for each in broken.get(index, ())]
        canvas.mark_point(point, " · ".join(said), flagged=index in broken)


def _draw_violations(
    canvas: Canvas, plot: Plot, panel: Panel, axis: Scale, grid: _Grid, broken: dict[int, list[Violation]]
) -> None:
    """A diamond and the names of the rules; a name that has no room is in the sentence of the point and in the table."""
    taken: list[Rect] = []
    points = _points(panel.values, plot, axis, grid)
    size = 4.4 if grid.count <= _MOST_MARKERS else 3.0
    center = _spread(panel.center, grid.count)
    for index, violations in sorted(broken.items()):
        point = points[index] if index < len(points) else None
        if point is None:
            continue
        canvas.marker("diamond", point, size=size, tone="bad")
        said = " ".join(dict.fromkeys(each.rule for each in violations))
        width = text_width(said, SMALL)
        middle = center[index]
        is_above = middle is None or point.y <= axis.at(middle)
        for y in (point.y - 8, point.y + 17) if is_above else (point.y + 17, point.y - 8):
            x = max(plot.left + width / 2, min(plot.right - width / 2, point.x))
            place = Rect(x - width / 2, y - 10, width, 12.0)
            if (
                plot.top - (0 if grid.phases else 9) <= place.y
                and y <= plot.bottom
                and not any(_overlap(place, other) for other in taken)
            ):
                canvas.text(said, x, y, size=SMALL, anchor="middle", tone="bad", bold=True)
                taken.append(place)
                break


def _draw_zones(canvas: Canvas, plot: Plot, panel: Panel, axis: Scale, grid: _Grid) -> None:
    center, ucl, lcl = (_spread(limit, grid.count) for limit in (panel.center, panel.ucl, panel.lcl))
    for zone, inner, outer in (("zone-a", 2, 3), ("zone-b", 1, 2), ("zone-c", 0, 1)):
        for limit in (ucl, lcl):
            edges = [
                [None if c is None or end is None else c + (end - c) * part / 3 for c, end in zip(center, limit, strict=True)]
                for part in (inner, outer)
            ]  # fmt: skip
            for one, other in zip(_steps(edges[0], plot, axis, grid), _steps(edges[1], plot, axis, grid), strict=True):
                canvas.path(polyline([*one, *reversed(other)]) + "Z", fill=zone)
                if len(one) == 2 and one[-1].x == plot.right and abs(other[0].y - one[0].y) > SMALL + 2:
                    canvas.text(zone[-1].upper(), plot.right - 5, (one[0].y + other[0].y) / 2 + 4, size=SMALL, anchor="end", tone="soft")  # fmt: skip


def _by_point(panel: Panel) -> dict[int, list[Violation]]:
    """The violations by the place of their point, counted from 0."""
    found: dict[int, list[Violation]] = {}
    for violation in panel.violations:
        if 0 < violation.point <= len(panel.values):
            found.setdefault(violation.point - 1, []).append(violation)
    return found


def _spread(limit: Limit, count: int) -> list[Value]:
    """A limit as one value per point."""
    if limit is None or isinstance(limit, int | float):
        return [number_or_none(limit)] * count
    values = [number_or_none(value) for value in limit][:count]
    return values + [None] * (count - len(values))


def _points(values: Sequence[Value], plot: Plot, axis: Scale, grid: _Grid) -> list[Point | None]:
    plain = [number_or_none(value) for value in values]
    return [None if each is None else Point(grid.x(plot, index), axis.at(each)) for index, each in enumerate(plain)]


def _steps(values: Sequence[Value], plot: Plot, axis: Scale, grid: _Grid) -> Iterator[list[Point]]:
    """A limit as runs of corners: level over each point, with a step between two that differ, broken between phases."""
    run: list[Point] = []
    band, before = grid.band(plot), None
    for index, value in enumerate(values):
        if run and (value is None or index in grid.breaks):
            yield run
            run = []
        if value is not None:
            right = plot.right if index == len(values) - 1 else plot.left + (index + 1) * band
            if run and value == before:
                run[-1] = Point(right, run[-1].y)
            else:
                y = axis.at(value)
                run += [Point(plot.left + index * band, y), Point(right, y)]
        before = value
    if run:
        yield run


def _envelope(points: Sequence[Point | None]) -> str:
    """Of points closer than pixels, the highest and the lowest of each pixel."""
    columns: dict[int, tuple[float, float]] = {}
    for point in points:
        if point is not None:
            low, high = columns.get(int(point.x), (point.y, point.y))
            columns[int(point.x)] = (min(low, point.y), max(high, point.y))
    said = [f"M{number(float(x))} {number(low)}V{number(high)}" for x, (low, high) in columns.items()]
    middles = [Point(float(x), (low + high) / 2) for x, (low, high) in columns.items()]
    return "".join(said) + "".join(polyline(pair) for pair in pairwise(middles))


def _overlap(one: Rect, other: Rect) -> bool:
    return abs(one.x + one.width / 2 - other.x - other.width / 2) * 2 < one.width + other.width + 4 and abs(
        one.y - other.y
    ) < max(one.height, other.height)
