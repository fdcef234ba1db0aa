"""Lots in a row: what was found in each sample against what its plan accepts, below the way they were inspected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from supplier_quality.charts import frame
from supplier_quality.charts.canvas import SMALL, Canvas, shortened
from supplier_quality.charts.figure import Figure, Label, Shape, Table, table
from supplier_quality.charts.frame import Plot, Reference
from supplier_quality.charts.numbers import Scale, Value, exact, known, number_or_none, scale
from supplier_quality.charts.svg import Point, Rect
from supplier_quality.language import _, joined, listed, speaking

_HEIGHT, _SCORE_HEIGHT, _STRIP = 190.0, 100.0, 18.0
_MOST_DRAWN, _MOST_DRAWN_NARROW = 240, 80
_ZONES = {"lax": "zone-c", "strict": "zone-b", "stopped": "zone-a"}

Severity = Literal["plain", "lax", "strict", "stopped"]


@dataclass(frozen=True, slots=True)
class LotPoint:
    """A lot: ``found`` nonconforming pieces, None when no sample was taken; ``limit`` is the most that its plan accepts.

    ``way`` names how it was inspected, ``severity`` how strict that is; ``score`` is drawn below where the chart has one.
    """

    name: Label
    found: Value
    limit: Value
    accepted: bool | None
    way: Label
    severity: Severity = "plain"
    score: Value = None


@dataclass(frozen=True, slots=True)
class LotSeries:
    """``score_needed`` is a line in the chart of the scores, which is there when ``score_name`` is."""

    title: Label
    lots: Sequence[LotPoint]
    found_name: Label
    limit_name: Label = "Ac"
    score_name: Label = ""
    score_needed: Value = None


def draw_lot_series(chart: LotSeries, *, language: str) -> Figure:
    """Draw it; the table has a row per lot. Of very many lots the newest are drawn, and the table has them all."""
    with speaking(language):
        return frame.compose(
            title=str(chart.title),
            description=_description(chart),
            picture=lambda shape: _picture(chart, shape),
            tables=[_table(chart)],
        )


def _table(chart: LotSeries) -> Table:
    heads: list[tuple[Label, bool]] = [
        (_("Lot"), False), (_("Inspection"), False), (chart.found_name, True), (chart.limit_name, True), (_("Verdict"), False),
    ]  # fmt: skip
    rows = [[str(lot.name), str(lot.way), exact(lot.found), exact(lot.limit), _verdict(lot)] for lot in chart.lots]
    if str(chart.score_name):
        heads.append((chart.score_name, True))
        for row, lot in zip(rows, chart.lots, strict=True):
            row.append(exact(lot.score))
    return table(heads, rows)


def _verdict(lot: LotPoint) -> str:
    if lot.accepted is None:
        return str(_("not inspected"))
    return str(_("lot accepted") if lot.accepted else _("lot not accepted"))


def _description(chart: LotSeries) -> str:
    said: list[object] = [_("Lots in a row: %(count)s.", count=len(chart.lots))]
    refused = [lot.name for lot in chart.lots if lot.accepted is False]
    if refused:
        named = listed(refused[:12]) + (" …" if len(refused) > 12 else "")
        said.append(_("Not accepted (%(count)s): %(lots)s.", count=len(refused), lots=named))
    ways = [str(way) for way, _lots in groupby(chart.lots, key=lambda lot: str(lot.way))]
    if ways:
        shown = ways if len(ways) <= 8 else ["…", *ways[-8:]]
        said.append(_("Inspection: %(ways)s.", ways=" → ".join(shown)))
    return joined(said)


class _Drawn:
    """The lots of a picture with their places across."""

    def __init__(self, chart: LotSeries, shape: Shape) -> None:
        self.lots = chart.lots[-(_MOST_DRAWN_NARROW if shape.is_narrow else _MOST_DRAWN) :]
        self.has_score = bool(str(chart.score_name)) and bool(known(lot.score for lot in self.lots))

    def band(self, plot: Plot) -> float:
        return plot.width / len(self.lots)

    def x(self, plot: Plot, index: int) -> float:
        return plot.left + self.band(plot) * (index + 0.5)

    def runs(self) -> Iterator[tuple[int, int, LotPoint]]:
        """First and last place of lots that were inspected in the same way, one after the other."""
        first = 0
        for _key, group in groupby(self.lots, key=lambda lot: (str(lot.way), lot.severity)):
            several = list(group)
            yield first, first + len(several) - 1, several[0]
            first += len(several)


def _picture(chart: LotSeries, shape: Shape) -> Canvas:
    drawn = _Drawn(chart, shape)
    if not known([*(lot.found for lot in drawn.lots), *(lot.score for lot in drawn.lots)]):
        return frame.empty_canvas(shape)
    top = frame.TOP_ROOM + _STRIP
    counts = scale(
        [value for lot in drawn.lots for value in (lot.found, lot.limit)],
        top + _HEIGHT, top, from_zero=True, whole=True, padding=0.12,
    )  # fmt: skip
    scores = None
    score_top = top + _HEIGHT + 14 + frame.TOP_ROOM
    if drawn.has_score:
        shown = [*(lot.score for lot in drawn.lots), chart.score_needed]
        scores = scale(shown, score_top + _SCORE_HEIGHT, score_top, most=4, from_zero=True, padding=0.1)
    references = _references(chart, drawn, counts), _score_references(chart, scores)
    left = max(frame.left_room(axis) for axis in (counts, scores) if axis is not None)
    right = shape.width - frame.right_room(each.text for several in references for each in several)
    names = frame.fit_names([str(lot.name) for lot in drawn.lots], (right - left) / len(drawn.lots), sparse=True)
    title = str(_("Lot"))
    bottom = top + _HEIGHT if scores is None else score_top + _SCORE_HEIGHT
    canvas = Canvas.of(shape, bottom + frame.names_height(names, title))
    plot = Plot(left, top, right, top + _HEIGHT)
    _draw_ways(canvas, plot, drawn, bottom)
    frame.draw_y_axis(canvas, plot, counts, "")
    frame.draw_y_title(canvas, plot._replace(top=frame.TOP_ROOM), str(chart.found_name))
    _draw_limits(canvas, plot, drawn, counts)
    _draw_lots(canvas, plot, chart, drawn, counts)
    frame.draw_references(canvas, plot, references[0])
    lowest = plot
    if scores is not None:
        frame.draw_base(canvas, plot, counts.at(0.0))
        lowest = Plot(left, score_top, right, bottom)
        _draw_scores(canvas, lowest, chart, drawn, scores)
        frame.draw_references(canvas, lowest, references[1])
    centres = [drawn.x(plot, index) for index in range(len(drawn.lots))]
    frame.draw_x_names(canvas, lowest, names, centres, title)
    return canvas


def _references(chart: LotSeries, drawn: _Drawn, axis: Scale) -> list[Reference]:
    last = next((limit for lot in reversed(drawn.lots) if (limit := number_or_none(lot.limit)) is not None), None)
    if last is None:
        return []
    said = shortened(f"{chart.limit_name} {axis.label(last)}", size=SMALL, width=90)
    return [Reference(axis.at(last), said, "bad")]


def _score_references(chart: LotSeries, axis: Scale | None) -> list[Reference]:
    needed = number_or_none(chart.score_needed)
    if axis is None or needed is None:
        return []
    return [Reference(axis.at(needed), axis.label(needed), "good")]


def _draw_ways(canvas: Canvas, plot: Plot, drawn: _Drawn, bottom: float) -> None:
    """A strip with the names of the ways, and a line down where one follows another."""
    band, top = drawn.band(plot), plot.top - _STRIP
    for first, last, lot in drawn.runs():
        left, width = plot.left + first * band, (last - first + 1) * band
        place = Rect(left, top + 2, width, _STRIP - 4)
        canvas.rect(place, fill=_ZONES.get(lot.severity, "paper"), tone="grid")
        said = shortened(str(lot.way), size=SMALL, width=width - 6)
        if said.strip("… "):
            canvas.text(said, left + width / 2, top + _STRIP - 5.5, size=SMALL, anchor="middle", tone="soft")
        if first:
            canvas.line(Point(left, plot.top), Point(left, bottom), tone="axis", dash="1 3")


def _draw_limits(canvas: Canvas, plot: Plot, drawn: _Drawn, axis: Scale) -> None:
    band = drawn.band(plot)
    along: list[Point | None] = []
    for index, lot in enumerate(drawn.lots):
        limit = number_or_none(lot.limit)
        ends = [plot.left + band * (index + side) for side in (0, 1)]
        along += [None] if limit is None else [Point(x, axis.at(limit)) for x in ends]
    canvas.lines(along, tone="bad", width=1.3, dash="6 3")


def _draw_lots(canvas: Canvas, plot: Plot, chart: LotSeries, drawn: _Drawn, axis: Scale) -> None:
    base, size = axis.at(0.0), 3.6 if drawn.band(plot) >= 7 else 2.2
    for index, lot in enumerate(drawn.lots):
        found, x = number_or_none(lot.found), drawn.x(plot, index)
        at = Point(x, base if found is None else axis.at(found))
        refused = lot.accepted is False
        if found is not None and abs(at.y - base) > 0.5:
            canvas.line(Point(x, base), at, tone="bad" if refused else "s1", width=1.6)
        if refused:
            canvas.marker("diamond", at, size=size + 0.8, tone="bad")
        else:
            canvas.marker("ring" if found is None else "circle", at, size=size, tone="axis" if found is None else "s1")
        counted = f"{chart.found_name} {exact(found)}, {chart.limit_name} {exact(lot.limit)}"
        parts = [str(lot.name), str(lot.way), counted if found is not None else "", _verdict(lot)]
        canvas.mark_point(at, " · ".join(filter(None, parts)), flagged=refused)
    if axis.low < 0 < axis.high:
        frame.draw_base(canvas, plot, base)


def _draw_scores(canvas: Canvas, plot: Plot, chart: LotSeries, drawn: _Drawn, axis: Scale) -> None:
    frame.draw_y_axis(canvas, plot, axis, str(chart.score_name))
    needed = number_or_none(chart.score_needed)
    if needed is not None:
        y = axis.at(needed)
        canvas.line(Point(plot.left, y), Point(plot.right, y), tone="good", width=1.3, dash="6 3")
    values = [number_or_none(lot.score) for lot in drawn.lots]
    points = [
        None if value is None else Point(drawn.x(plot, index), axis.at(value)) for index, value in enumerate(values)
    ]
    canvas.lines(points, tone="s3", width=1.6)
    for point in points:
        if point is not None:
            canvas.marker("square", point, size=2.6 if drawn.band(plot) >= 7 else 1.6, tone="s3")
