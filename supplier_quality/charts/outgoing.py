"""Average outgoing quality: what leaves inspection when lots that are not accepted are sorted, by what comes in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from supplier_quality.charts import frame
from supplier_quality.charts.canvas import SMALL, Canvas, shortened
from supplier_quality.charts.figure import Figure, Label, Shape, Table, table
from supplier_quality.charts.frame import Plot, Reference
from supplier_quality.charts.numbers import known, percent, scale
from supplier_quality.charts.svg import Point
from supplier_quality.language import _, joined, speaking

_HEIGHT = 200.0
_MARKED = 8


@dataclass(frozen=True, slots=True)
class AoqCurve:
    """``points`` are (incoming fraction nonconforming, average outgoing fraction) from left to right; ``limit`` is the highest
    of all, the AOQL, which need not be among them. ``marks`` are incoming qualities with their names, such as ("AQL", 0.025).
    """

    title: Label
    points: Sequence[tuple[float, float]]
    limit: tuple[float, float] | None = None
    marks: Sequence[tuple[Label, float]] = ()


def draw_aoq_curve(chart: AoqCurve, *, language: str) -> Figure:
    """Draw it; the table has a row per incoming quality."""
    with speaking(language):
        heads = [(_("Incoming fraction nonconforming"), True), (_("Average outgoing quality (AOQ)"), True)]
        said: list[object] = [_("Average outgoing quality by incoming fraction nonconforming.")]
        if chart.limit is not None:
            said.append(
                _("AOQL %(aoql)s at %(p)s.", aoql=percent(_brief(chart.limit[1])), p=percent(_brief(chart.limit[0])))
            )
        return frame.compose(
            title=str(chart.title),
            description=joined(said),
            picture=lambda shape: _picture(chart, shape),
            tables=[table(heads, [(percent(p), percent(aoq)) for p, aoq in chart.points]), *_marked(chart)],
        )


def _marked(chart: AoqCurve) -> Iterator[Table]:
    """The qualities with a name."""
    rows = [(str(name), percent(p)) for name, p in chart.marks]
    if chart.limit is not None:
        rows.append(("AOQL", percent(_brief(chart.limit[0]))))
    if rows:
        yield table([(_("Quality"), False), (_("Incoming fraction nonconforming"), True)], rows)


def _brief(value: float) -> float:
    return float(f"{value:.3g}")


def _picture(chart: AoqCurve, shape: Shape) -> Canvas:
    if not known([aoq for _p, aoq in chart.points]):
        return frame.empty_canvas(shape)
    title, top = str(_("Incoming fraction nonconforming")), frame.TOP_ROOM + (SMALL + 5 if chart.marks else 0)
    canvas = Canvas.of(shape, top + _HEIGHT + frame.numbers_height(title))
    limit = chart.limit
    outgoing = [aoq * 100 for _p, aoq in chart.points] + ([limit[1] * 100] if limit else [])
    upward = scale(outgoing, top + _HEIGHT, top, most=5, from_zero=True, padding=0.08)
    references = [Reference(upward.at(limit[1] * 100), f"AOQL {percent(_brief(limit[1]))}", "bad")] if limit else []
    plot = Plot(
        frame.left_room(upward) + 8, top, canvas.width - max(18.0, frame.right_room(each.text for each in references)),
        top + _HEIGHT,
    )  # fmt: skip
    incoming = [p * 100 for p, _aoq in chart.points] + [p * 100 for _name, p in chart.marks]
    along = scale(incoming, plot.left, plot.right, most=6 if shape.is_narrow else 11, from_zero=True, padding=0.0)
    frame.draw_y_axis(
        canvas, plot._replace(top=frame.TOP_ROOM), upward, str(_("Average outgoing quality (AOQ)")) + " %"
    )
    frame.draw_x_numbers(canvas, plot, along, title, unit=" %")
    for name, p in chart.marks:
        x = along.at(p * 100)
        canvas.line(Point(x, plot.top), Point(x, plot.bottom), tone="soft", dash="4 3")
        said = shortened(f"{name} {percent(p)}", size=SMALL, width=110)
        half = 55.0
        middle = max(half, min(canvas.width - half, x))
        canvas.text(said, middle, plot.top - 6, size=SMALL, anchor="middle", tone="soft")
    points = [Point(along.at(p * 100), upward.at(aoq * 100)) for p, aoq in chart.points]
    canvas.lines(points, tone="s1", width=2.2)
    told = range(0, len(points), max(1, len(points) // _MARKED))
    for index in told:
        p, aoq = chart.points[index]
        canvas.mark_point(points[index], f"{percent(p)}: AOQ {percent(_brief(aoq))}")
    if limit is not None:
        y, at = upward.at(limit[1] * 100), Point(along.at(limit[0] * 100), upward.at(limit[1] * 100))
        canvas.line(Point(plot.left, y), Point(plot.right, y), tone="bad", width=1.2, dash="6 3")
        canvas.marker("diamond", at, size=4.0, tone="bad")
        canvas.mark_point(at, f"AOQL {percent(_brief(limit[1]))}, {percent(_brief(limit[0]))}", flagged=True)
        frame.draw_references(canvas, plot, references)
    return canvas
