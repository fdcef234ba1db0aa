"""What charts have in common: axes with their labels, legends, labels beside reference lines, the words for no data."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from supplier_quality.charts.canvas import (
    DASHES,
    LINE_HEIGHT,
    MOST_SERIES,
    SHAPES,
    SMALL,
    TEXT,
    Canvas,
    folded,
    series_tone,
    shortened,
)
from supplier_quality.charts.figure import NARROW, WIDE, Figure, Shape, Table
from supplier_quality.charts.measure import text_width
from supplier_quality.charts.numbers import Scale, every
from supplier_quality.charts.svg import Point, Rect
from supplier_quality.language import _

TOP_ROOM = 24.0
_TICK_ROOM, _TITLE_ROOM = 18.0, 17.0
_SLANT, _LONGEST_SLANTED = -40.0, 150.0


class Plot(NamedTuple):
    """The rectangle in which data are drawn: its four sides."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left


class Names(NamedTuple):
    """How names fit below their bands: in lines, or slanted; ``step``: only every so many-th is written."""

    lines: tuple[tuple[str, ...], ...]
    slanted: bool
    step: int
    height: float


class Reference(NamedTuple):
    """The label of a line at its right end."""

    y: float
    text: str
    tone: str


class Entry(NamedTuple):
    """A line of a legend: ``series`` counts from 0, and how it is drawn: ``line``, ``area``, ``band`` or ``marker``."""

    name: str
    series: int
    drawn: str
    is_solid: bool = False


def compose(*, title: str, description: str, picture: Callable[[Shape], Canvas], tables: Iterable[Table]) -> Figure:
    """Draw both shapes of a picture."""
    title = title or str(_("Chart"))
    wide, narrow = (picture(shape).svg(title=title, description=description) for shape in (WIDE, NARROW))
    return Figure(title, description, wide, narrow, tuple(tables))


def left_room(axis: Scale) -> float:
    """Pixels left of a plot for the numbers of its axis."""
    return max(30.0, 12.0 + max((text_width(said, SMALL) for _at, said in axis.ticks()), default=0.0))


def right_room(references: Iterable[str]) -> float:
    """Pixels right of a plot for the labels of its lines."""
    return max((text_width(said, SMALL) + 10.0 for said in references), default=8.0)


def draw_y_axis(canvas: Canvas, plot: Plot, axis: Scale, title: str) -> None:
    """Grid lines with their numbers, the title above them."""
    for y, said in axis.ticks():
        canvas.line(Point(plot.left, y), Point(plot.right, y), tone="grid")
        canvas.text(said, plot.left - 6, y + 4, size=SMALL, anchor="end", tone="soft")
    draw_y_title(canvas, plot, " ".join(filter(None, [title, axis.unit])))


def draw_y_title(canvas: Canvas, plot: Plot, title: str) -> None:
    canvas.text(shortened(title, size=SMALL, width=canvas.width - 8), 4.0, plot.top - 11, size=SMALL, tone="soft")


def draw_base(canvas: Canvas, plot: Plot, y: float | None = None) -> None:
    y = plot.bottom if y is None else y
    canvas.line(Point(plot.left, y), Point(plot.right, y), tone="axis")


def numbers_height(title: str) -> float:
    """Pixels below a plot for an axis of numbers."""
    return _TICK_ROOM + (_TITLE_ROOM if title else 4.0)


def draw_x_numbers(canvas: Canvas, plot: Plot, axis: Scale, title: str, *, unit: str = "") -> None:
    draw_base(canvas, plot)
    last = float("-inf")
    for x, said in axis.ticks():
        canvas.line(Point(x, plot.bottom), Point(x, plot.bottom + 4))
        half = text_width(said + unit, SMALL) / 2
        if x - half < last + 4:
            continue
        canvas.text(said + unit, x, plot.bottom + 16, size=SMALL, anchor="middle", tone="soft")
        last = x + half
    _draw_x_title(canvas, plot, " ".join(filter(None, [title, axis.unit])), plot.bottom + _TICK_ROOM + 14)


def fit_names(names: Sequence[str], band: float, *, sparse: bool = False) -> Names:
    """How to write one name below each band: in up to three lines, otherwise slanted.

    ``sparse``: some may be left out, as on an axis of time.
    """
    widest = max((text_width(name, SMALL) for name in names), default=0.0)
    if sparse and widest <= 110:
        step = every(len(names), band * len(names), widest + 10)
        return Names(tuple((name,) for name in names), False, step, _TICK_ROOM)
    pieces = max((text_width(piece, SMALL) for name in names for piece in name.split()), default=0.0)
    lines = tuple(folded(name, size=SMALL, width=band - 6, most=3) for name in names)
    # Slanted where a word would be cut, or a name, other than in Chinese, which may end a line anywhere.
    is_cut = any(line.endswith("…") for each in lines for line in each)
    if not is_cut or (band >= 70 and pieces <= band):
        return Names(lines, False, 1, 6.0 + LINE_HEIGHT * max(map(len, lines), default=1))
    short = tuple((shortened(name, size=SMALL, width=_LONGEST_SLANTED),) for name in names)
    longest = max(text_width(line[0], SMALL) for line in short)
    return Names(short, True, max(1, round(16 / max(band, 0.5))), 14.0 + longest * 0.66)


def draw_x_names(canvas: Canvas, plot: Plot, names: Names, centres: Sequence[float], title: str) -> None:
    draw_base(canvas, plot)
    for index, (lines, x) in enumerate(zip(names.lines, centres, strict=True)):
        if index % names.step:
            continue
        if names.slanted:
            canvas.text(lines[0], x + 4, plot.bottom + 13, size=SMALL, anchor="end", tone="soft", slant=_SLANT)
            continue
        canvas.paragraph(lines, x, plot.bottom + 15, size=SMALL, anchor="middle", tone="soft")
    _draw_x_title(canvas, plot, title, plot.bottom + names.height + 13)


def names_height(names: Names, title: str) -> float:
    return names.height + (_TITLE_ROOM if title else 4.0)


def draw_references(canvas: Canvas, plot: Plot, references: Iterable[Reference]) -> None:
    """Labels at the right of the plot, moved apart where their lines are close."""
    placed: list[list[float]] = []
    ordered = sorted(references)
    for each in ordered:
        y = max(each.y, placed[-1][0] + SMALL + 1.5) if placed else each.y
        placed.append([y])
    lowest = plot.bottom + 4
    for place in reversed(placed):
        place[0] = min(place[0], lowest)
        lowest = place[0] - SMALL - 1.5
    for each, (y,) in zip(ordered, placed, strict=True):
        canvas.text(each.text, plot.right + 6, y + 4, size=SMALL, tone=each.tone)


def legend_rows(entries: Sequence[Entry], width: float) -> list[list[tuple[Entry, str, float]]]:
    """Entries with their texts and widths, in rows that fit."""
    rows: list[list[tuple[Entry, str, float]]] = [[]]
    used = 0.0
    for entry in entries:
        said = shortened(entry.name, size=SMALL, width=width - 40)
        wide = text_width(said, SMALL) + 44
        if rows[-1] and used + wide > width:
            rows.append([])
            used = 0.0
        rows[-1].append((entry, said, wide))
        used += wide
    return rows if entries else []


def legend_height(entries: Sequence[Entry], width: float) -> float:
    return 18.0 * len(legend_rows(entries, width))


def draw_legend(canvas: Canvas, entries: Sequence[Entry], x: float, y: float, width: float) -> None:
    """Samples with names, in rows from the left; ``y`` is the top."""
    for number, row in enumerate(legend_rows(entries, width)):
        left, middle = x, y + 18.0 * number + 9
        for entry, said, wide in row:
            _draw_sample(canvas, entry, left, middle)
            canvas.text(said, left + 29, middle + 4, size=SMALL)
            left += wide


def draw_nothing(canvas: Canvas, plot: Plot) -> None:
    """The words for a chart without data."""
    canvas.rect(Rect(plot.left, plot.top, plot.width, plot.bottom - plot.top), fill="paper", tone="grid")
    middle = Point((plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2)
    canvas.text(str(_("No data")), middle.x, middle.y + 4, size=TEXT, anchor="middle", tone="soft")


def empty_canvas(shape: Shape) -> Canvas:
    """A picture of no data."""
    canvas = Canvas.of(shape, 140.0)
    draw_nothing(canvas, Plot(8.0, 8.0, canvas.width - 8, canvas.height - 8))
    return canvas


def dash_of(index: int) -> str | None:
    return DASHES[index % MOST_SERIES]


def shape_of(index: int) -> str:
    return SHAPES[index % MOST_SERIES]


def _draw_x_title(canvas: Canvas, plot: Plot, title: str, y: float) -> None:
    if title:
        said = shortened(title, size=SMALL, width=canvas.width - 8)
        half = text_width(said, SMALL) / 2
        middle = max(half + 4, min(canvas.width - half - 4, (plot.left + plot.right) / 2))
        canvas.text(said, middle, y, size=SMALL, anchor="middle", tone="soft")


def _draw_sample(canvas: Canvas, entry: Entry, x: float, y: float) -> None:
    tone = series_tone(entry.series)
    if entry.drawn == "area":
        canvas.rect(Rect(x + 10, y - 5, 13.0, 10.0), fill=tone)
        return
    if entry.drawn == "band":
        canvas.rect(Rect(x, y - 5, 24.0, 10.0), fill=tone, opacity=0.14)
        for edge in (y - 5, y + 5):
            canvas.line(Point(x, edge), Point(x + 24, edge), tone=tone, width=1.2, dash="4 3")
        return
    if entry.drawn == "line":
        canvas.line(
            Point(x, y), Point(x + 24, y), tone=tone, width=2.0, dash=None if entry.is_solid else dash_of(entry.series)
        )
    if entry.drawn in ("marker", "line with marker"):
        canvas.marker(shape_of(entry.series), Point(x + 16, y), size=3.6, tone=tone)
