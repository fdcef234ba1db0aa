"""A sheet to draw on: lines, areas, texts and markers in the tones of the product, and marks that answer to a pointer.

A **mark** is a thing of the data with a sentence. The pointer resting on it shows the sentence (``<title>``); up to
``TAB_STOPS`` of them can be reached with the keyboard or touched, which opens a small box with the sentence, hidden and shown
by the style sheet alone. Flagged marks come first; the rest is in the table below the picture.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from supplier_quality.charts import svg
from supplier_quality.charts.figure import Shape
from supplier_quality.charts.measure import text_width, wrap
from supplier_quality.charts.svg import Point, Rect, attributes, clean, number, polyline, text_line

TEXT, SMALL = 12.0, 11.0
LINE_HEIGHT = 14.0
TAB_STOPS = 20
# More than these would make a page heavy; the table has them all.
_MOST_TITLES = 400
_OVERLINES = {"\u0304": 1, "\u0305": 1, "\u033f": 2}

# For paper and for pictures that stand alone; pages give the classes the colours of their theme. The tones of series keep
# their distance for readers with colour-blindness, and each has a dash and a marker besides.
TONES = {
    "ink": svg.INK,
    "soft": svg.SOFT,
    "axis": "#7c8a92",
    "grid": "#dde4e6",
    "paper": svg.PAPER,
    "bad": "#b3261e",
    "good": "#1d7a46",
    "zone-a": "#f3dcd4",
    "zone-b": "#f7efd9",
    "zone-c": "#e4f1e8",
    "s1": "#0f6e6b",
    "s2": "#c4500b",
    "s3": "#4059ad",
    "s4": "#8a3a8f",
    "s5": "#6b6a00",
    "s6": "#3d4b52",
}
DASHES = (None, "7 3", "2 3", "9 3 2 3", "12 4", "4 2 1 2 1 2")
SHAPES = ("circle", "square", "triangle", "diamond", "cross", "ring")
MOST_SERIES = len(SHAPES)


class Mark(NamedTuple):
    """A thing of the data: what the pointer has to hit, where, and what is said of it."""

    target: str
    at: Point
    sentence: str
    flagged: bool


def series_tone(index: int) -> str:
    return f"s{index % MOST_SERIES + 1}"


@dataclass(slots=True)
class Canvas:
    """Collects what is drawn. Coordinates are pixels from the upper left."""

    shape: Shape
    height: float
    drawn: list[str]
    marks: list[Mark]

    @classmethod
    def of(cls, shape: Shape, height: float) -> "Canvas":
        return cls(shape, height, [], [])

    @property
    def width(self) -> float:
        return self.shape.width

    def path(
        self, data: str, *, tone: str | None = None, fill: str | None = None, width: float = 1.0,
        dash: str | None = None, opacity: float | None = None,
    ) -> None:  # fmt: skip
        """A line in a tone, an area in a tone, or both."""
        classes = ([f"chart-stroke-{tone}"] if tone else []) + ([f"chart-fill-{fill}"] if fill else [])
        self.drawn.append(
            f"<path{attributes(class_=' '.join(classes), d=data, fill=TONES[fill] if fill else 'none', fill_opacity=f'{opacity:g}' if opacity else None, stroke=TONES[tone] if tone else None, stroke_width=f'{width:g}' if tone else None, stroke_dasharray=dash, stroke_linejoin='round' if tone else None)}/>"
        )

    def line(
        self, start: Point, end: Point, *, tone: str = "axis", width: float = 1.0, dash: str | None = None
    ) -> None:
        self.path(polyline([start, end]), tone=tone, width=width, dash=dash)

    def lines(self, points: Iterable[Point | None], *, tone: str, width: float = 1.6, dash: str | None = None) -> None:
        """A line through points, broken where one is missing."""
        self.path("".join(polyline(run) for run in _runs(points)), tone=tone, width=width, dash=dash)

    def rect(self, place: Rect, *, fill: str, tone: str | None = None, opacity: float | None = None) -> None:
        self.drawn.append(
            f"<rect{attributes(class_=' '.join([f'chart-fill-{fill}'] + ([f'chart-stroke-{tone}'] if tone else [])), x=float(place.x), y=float(place.y), width=max(0.0, place.width), height=max(0.0, place.height), fill=TONES[fill], fill_opacity=f'{opacity:g}' if opacity else None, stroke=TONES[tone] if tone else None)}/>"
        )

    def text(
        self, text: str, x: float, y: float, *, size: float = TEXT, anchor: str = "start", tone: str = "ink",
        bold: bool = False, slant: float = 0.0,
    ) -> None:  # fmt: skip
        """One line of text on a base line, turned by ``slant`` degrees; letters with a bar above get it as a line."""
        look = {
            "class_": f"chart-fill-{tone}",
            "font_size": size,
            "font_weight": "600" if bold else None,
            "fill": TONES[tone],
            "transform": f"rotate({number(slant)} {number(x)} {number(y)})" if slant else None,
        }
        parts = _barred(text)
        if len(parts) == 1 and not parts[0][1]:
            at = None if anchor == "start" else anchor
            self.drawn.append(text_line(text, float(x), float(y), text_anchor=at, **look))
            return
        left = float(x) - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * text_width(text, size)
        for letters, bars in parts:
            width = text_width(letters, size)
            if bars:
                # A letter in the middle of its room is below its bar, however wide the reader's font is.
                self.drawn.append(text_line(letters, left + width / 2, float(y), text_anchor="middle", **look))
            else:
                # A blank at the beginning of an element is not drawn.
                blank = text_width(letters, size) - text_width(letters.lstrip(), size)
                self.drawn.append(text_line(letters.strip(), left + blank, float(y), **look))
            for bar in range(bars):
                height = float(y) - size * (0.84 if letters.isupper() else 0.66) - 2.2 * bar
                ends = [Point(left + width * 0.08, height), Point(left + width * 0.92, height)]
                self.path(polyline(ends), tone=tone, width=1.1)
            left += width

    def paragraph(self, lines: Sequence[str], x: float, y: float, *, size: float = TEXT, anchor: str = "start", tone: str = "ink", bold: bool = False) -> None:  # fmt: skip
        """Lines below each other, the first on the base line ``y``."""
        for index, line in enumerate(lines):
            self.text(line, x, y + index * (size + 2.0), size=size, anchor=anchor, tone=tone, bold=bold)

    def marker(self, shape: str, at: Point, *, size: float, tone: str) -> None:
        self.drawn.append(_marker(shape, at, size, tone))

    def mark_point(self, at: Point, sentence: str, *, flagged: bool = False, radius: float = 7.0) -> None:
        target = f"<circle{attributes(class_='chart-target', cx=at.x, cy=at.y, r=radius, fill='none', pointer_events='all')}/>"
        self.marks.append(Mark(target, at, sentence, flagged))

    def mark_area(self, place: Rect, sentence: str, *, flagged: bool = False) -> None:
        target = f"<rect{attributes(class_='chart-target', x=place.x, y=place.y, width=max(1.0, place.width), height=max(1.0, place.height), fill='none', pointer_events='all')}/>"
        self.marks.append(Mark(target, Point(place.x + place.width / 2, place.y), sentence, flagged))

    def svg(self, *, title: str, description: str) -> str:
        """The whole picture. The root is a group, because an image may hold nothing that takes the focus."""
        head = svg.opening(
            css_class="chart is-narrow" if self.shape.is_narrow else "chart is-wide", role="group", width=self.width,
            height=float(self.height), title=title, description=description, size=TEXT,
        )  # fmt: skip
        paper = f"<rect{attributes(class_='chart-fill-paper', width=self.width, height=float(self.height), fill=svg.PAPER)}/>"
        image = f"<g{attributes(role='img', aria_label=description or title)}>"
        return "\n".join([*head, image, paper, *self.drawn, "</g>", *self._answers(), "</svg>", ""])

    def _answers(self) -> list[str]:
        stops = set(range(len(self.marks)))
        if len(stops) > TAB_STOPS:
            stops = set([index for index, mark in enumerate(self.marks) if mark.flagged][:TAB_STOPS])
        many = len(self.marks) > _MOST_TITLES
        # Those with a box come last, so that no other mark lies above it.
        quiet = [
            f"<g><title>{clean(mark.sentence)}</title>{mark.target}</g>"
            for index, mark in enumerate(self.marks)
            if index not in stops and not many
        ]
        return quiet + [self._stop(mark) for index, mark in enumerate(self.marks) if index in stops]

    def _stop(self, mark: Mark) -> str:
        lines = wrap(mark.sentence, size=SMALL, width=min(230.0, self.width - 30))
        width = max(text_width(line, SMALL) for line in lines) + 16
        height = len(lines) * LINE_HEIGHT + 9
        x = max(2.0, min(self.width - width - 2, mark.at.x - width / 2))
        y = mark.at.y - height - 11 if mark.at.y - height - 11 > 2 else min(mark.at.y + 13, self.height - height - 2)
        box = f"<rect{attributes(class_='chart-tip-box', x=x, y=y, width=width, height=height, rx=4.0, fill=svg.INK)}/>"
        said = [
            text_line(line, x + 8, y + LINE_HEIGHT * (index + 1) - 0.5, class_="chart-tip-text", font_size=SMALL, fill=svg.PAPER)
            for index, line in enumerate(lines)
        ]  # fmt: skip
        tip = f'<g class="chart-tip" display="none">{box}{"".join(said)}</g>'
        return (
            f'<g class="chart-mark" role="img" tabindex="0"><title>{clean(mark.sentence)}</title>{mark.target}{tip}</g>'
        )


def shortened(text: str, *, size: float, width: float) -> str:
    """The text, or its beginning with an ellipsis where it is too long."""
    text = " ".join(text.split())
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def folded(text: str, *, size: float, width: float, most: int) -> tuple[str, ...]:
    """At most ``most`` lines of at most ``width`` pixels; what does not fit ends in an ellipsis."""
    text = " ".join(text.split())[:400]
    lines = wrap(text, size=size, width=max(width, size))
    if len(lines) > most:
        # Wrapped anew, because balanced lines leave room that is needed now.
        rest = " ".join(lines[most - 1 :])
        lines = (*lines[: most - 1], shortened(rest + "…", size=size, width=width))
    return tuple(shortened(line, size=size, width=width) for line in lines)


def _barred(text: str) -> list[tuple[str, int]]:
    """The text in pieces with the number of bars above each: ``X\u033f 10`` is ``[("X", 2), (" 10", 0)]``."""
    parts: list[tuple[str, int]] = []
    plain = ""
    for character in text:
        if character in _OVERLINES and plain:
            letter, plain = plain[-1], plain[:-1]
            parts += [(plain, 0)] if plain else []
            parts.append((letter, _OVERLINES[character]))
            plain = ""
        elif character not in _OVERLINES:
            plain += character
    return [*parts, (plain, 0)] if plain or not parts else parts


def _runs(points: Iterable[Point | None]) -> list[list[Point]]:
    runs: list[list[Point]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _marker(shape: str, at: Point, size: float, tone: str) -> str:
    look = {"class_": f"chart-fill-{tone}", "fill": TONES[tone]}
    if shape == "square":
        side = size * 1.75
        return f"<rect{attributes(x=at.x - side / 2, y=at.y - side / 2, width=side, height=side, **look)}/>"
    if shape in ("triangle", "diamond"):
        reach = size * 1.35
        corners = [
            Point(at.x, at.y - reach),
            Point(at.x + reach, at.y + reach * 0.8),
            Point(at.x - reach, at.y + reach * 0.8),
        ]
        if shape == "diamond":
            corners = [
                Point(at.x, at.y - reach),
                Point(at.x + reach, at.y),
                Point(at.x, at.y + reach),
                Point(at.x - reach, at.y),
            ]
        return f"<path{attributes(d=polyline(corners) + 'Z', **look)}/>"
    stroke = {"class_": f"chart-stroke-{tone}", "stroke": TONES[tone], "fill": "none", "stroke_width": "1.6"}
    if shape == "cross":
        d = f"{polyline([Point(at.x - size, at.y - size), Point(at.x + size, at.y + size)])}{polyline([Point(at.x - size, at.y + size), Point(at.x + size, at.y - size)])}"
        return f"<path{attributes(d=d, **stroke)}/>"
    if shape == "ring":
        return f"<circle{attributes(cx=at.x, cy=at.y, r=size, **stroke)}/>"
    return f"<circle{attributes(cx=at.x, cy=at.y, r=size, **look)}/>"
