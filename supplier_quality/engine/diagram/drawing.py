"""A placed process as SVG.

How SVG is written, and why with attributes alone, stands in :mod:`supplier_quality.charts.svg`.
"""

from collections.abc import Callable
from itertools import pairwise

from supplier_quality.charts import svg
from supplier_quality.charts.measure import text_width
from supplier_quality.charts.svg import (
    ACCENT,
    INK,
    LINE,
    PAPER,
    SOFT,
    Point,
    Rect,
    attributes,
    number,
    text_line,
)
from supplier_quality.engine.diagram.layout import Box, Layout, Route
from supplier_quality.engine.diagram.model import (
    LABEL_LINE,
    LABEL_SIZE,
    NOTE_LINE,
    NOTE_SIZE,
    STATE_LINE,
    STATE_SIZE,
    Edge,
    Note,
    StateBox,
)

MARGIN = 20.0
START_ROOM = 34.0

_TONES = {
    "neutral": ("#f4f6f7", "#7c8a92"),
    "waiting_supplier": ("#eaf2fd", "#2f6fbf"),
    "due": ("#fdf3df", "#b07408"),
    "bad": ("#fdecea", "#c0392b"),
    "good": ("#e8f5ec", "#2e7d4f"),
    "held": ("#f2ecfa", "#7a4fb5"),
}


class Paper:
    """Turns along and across into x and y: along runs right or down."""

    def __init__(self, layout: Layout, *, down: bool) -> None:
        self.down = down
        along = layout.size.along + START_ROOM + 2 * MARGIN
        across = layout.size.across + 2 * MARGIN
        self.width, self.height = (across, along) if down else (along, across)

    def point(self, along: float, across: float) -> Point:
        along, across = along + START_ROOM + MARGIN, across + MARGIN
        return Point(across, along) if self.down else Point(along, across)

    def rect(self, box: Box) -> Rect:
        middle = self.point(box.along, box.across)
        width, height = (box.size.across, box.size.along) if self.down else (box.size.along, box.size.across)
        return Rect(middle.x - width / 2, middle.y - height / 2, width, height)


def opening(paper: Paper, *, title: str, description: str) -> list[str]:
    return svg.opening(
        css_class="diagram",
        role="img",
        width=paper.width,
        height=paper.height,
        title=title,
        description=description,
        size=STATE_SIZE,
    )


def draw_edge(edge: Edge, route: Route, paper: Paper, *, faint: bool) -> list[str]:
    """The line with its arrow head; the label comes later, above all lines."""
    points = [paper.point(*point) for point in route.points]
    colour = ACCENT if edge.visited else LINE
    line = attributes(
        class_="diagram-edge is-visited" if edge.visited else "diagram-edge",
        d=_path(points, paper.down),
        fill="none",
        stroke=colour,
        stroke_width=2.4 if edge.visited else 1.3,
        stroke_opacity=0.7 if faint and not edge.visited else None,
        stroke_linejoin="round",
    )
    return [f"<path{line}/>", _arrow(points, colour, "is-visited" if edge.visited else "", down=paper.down)]


def draw_label(edge: Edge, box: Box, paper: Paper) -> list[str]:
    """The labels of an edge on a patch of paper that interrupts its line."""
    place = paper.rect(box)
    drawn = [_frame(place, -1.0, 4.0, class_="diagram-paper", fill=PAPER)]
    middle = place.x + place.width / 2
    top = place.y + (place.height - len(edge.lines) * LABEL_LINE) / 2
    for number_, line in enumerate(edge.lines):
        drawn.append(
            text_line(
                line.text,
                middle,
                top + number_ * LABEL_LINE + LABEL_LINE * 0.76,
                class_="diagram-role" if line.is_role else "diagram-label" + (" is-visited" if line.visited else ""),
                text_anchor="middle",
                font_size=NOTE_SIZE if line.is_role else LABEL_SIZE,
                font_weight=600 if line.visited and not line.is_role else None,
                fill=SOFT if line.is_role else (ACCENT if line.visited else INK),
            )
        )
    return drawn


def draw_state(box: StateBox, place: Rect, *, current: bool, now: str) -> list[str]:
    tone = box.state.tone
    fill, stroke = _TONES.get(tone, _TONES["neutral"])
    classes = ["diagram-state", f"tone-{tone.replace('_', '-')}"]
    classes += ["is-final"] * box.state.final + ["is-current"] * current
    drawn = [f"<g{attributes(class_=' '.join(classes), data_state=box.state.id)}>"]
    drawn.append(_frame(place, 0, 6.0, class_="diagram-box", fill=fill, stroke=stroke, stroke_width=1.4))
    if box.state.final:
        drawn.append(_frame(place, -3.0, 4.0, class_="diagram-box-inner", fill="none", stroke=stroke, stroke_width=1.0))
    drawn += _state_text(box, place, stroke)
    if current:
        drawn += _now(place, now)
    drawn.append("</g>")
    return drawn


def draw_ring(place: Rect) -> str:
    """The ring around the state a record is in; it lies below the edges, whose arrow heads it would hide."""
    return _frame(place, 4.5, 10.0, class_="diagram-now-ring", fill="none", stroke=ACCENT, stroke_width=2.6)


def draw_start(place: Rect, *, down: bool) -> list[str]:
    """The filled circle from which the first state is entered."""
    if down:
        dot, tip = Point(place.x + place.width / 2, place.y - 27), Point(place.x + place.width / 2, place.y)
    else:
        dot, tip = Point(place.x - 27, place.y + place.height / 2), Point(place.x, place.y + place.height / 2)
    circle = attributes(class_="diagram-start", cx=dot.x, cy=dot.y, r=6.5, fill=INK)
    line = attributes(class_="diagram-edge", d=_path([dot, tip], down), fill="none", stroke=LINE, stroke_width=1.3)
    return [f"<path{line}/>", f"<circle{circle}/>", _arrow([dot, tip], LINE, "", down=down)]


def _state_text(box: StateBox, place: Rect, stroke: str) -> list[str]:
    notes = sum(len(note.lines) for note in box.notes)
    height = len(box.lines) * STATE_LINE + (notes * NOTE_LINE + 6 if notes else 0)
    y = place.y + (place.height - height) / 2
    drawn = []
    middle = place.x + place.width / 2
    for line in box.lines:
        drawn.append(
            text_line(
                line,
                middle,
                y + STATE_LINE * 0.76,
                class_="diagram-name",
                text_anchor="middle",
                font_weight=600,
                font_size=STATE_SIZE,
            )
        )
        y += STATE_LINE
    if notes:
        rule = attributes(
            class_="diagram-rule",
            d=f"M{number(place.x + 8)} {number(y + 3)}H{number(place.x + place.width - 8)}",
            stroke=stroke,
            stroke_opacity=0.35,
            fill="none",
        )
        drawn.append(f"<path{rule}/>")
        y += 6
    for note in box.notes:
        drawn += _note_lines(note, place.x + 13, y)
        y += len(note.lines) * NOTE_LINE
    return drawn


def _note_lines(note: Note, x: float, y: float) -> list[str]:
    colour = ACCENT if note.visited else SOFT
    drawn = [_SIGNS[note.sign](x + 5.5, y + NOTE_LINE / 2, colour)]
    for line in note.lines:
        drawn.append(
            text_line(
                line,
                x + 17,
                y + NOTE_LINE * 0.75,
                class_="diagram-note is-visited" if note.visited else "diagram-note",
                font_size=NOTE_SIZE,
                fill=colour,
                font_weight=600 if note.visited else None,
            )
        )
        y += NOTE_LINE
    return drawn


def _now(place: Rect, now: str) -> list[str]:
    width = text_width(now, NOTE_SIZE) + 14
    # At the corner, because edges meet the middle of a side.
    x, y = place.x + 2.0, place.y - 12.5
    badge = attributes(class_="diagram-now", x=x, y=y, width=width, height=16.0, rx=8.0, fill=ACCENT)
    said = text_line(
        now,
        x + width / 2,
        y + 11.8,
        class_="diagram-now-text",
        text_anchor="middle",
        font_size=NOTE_SIZE,
        font_weight=600,
        fill=PAPER,
    )
    return [f"<rect{badge}/>", said]


def _frame(place: Rect, outset: float, radius: float, **values: object) -> str:
    x, y = place.x - outset, place.y - outset
    width, height = place.width + 2 * outset, place.height + 2 * outset
    return f"<rect{attributes(x=x, y=y, width=width, height=height, rx=radius, **values)}/>"


def _path(points: list[Point], down: bool) -> str:
    """Straight through the ranks, smooth between them, always leaving and arriving along the reading direction."""
    said = [f"M{number(points[0].x)} {number(points[0].y)}"]
    for start, end in pairwise(points):
        if abs(start.x - end.x) < 0.05 or abs(start.y - end.y) < 0.05:
            said.append(f"L{number(end.x)} {number(end.y)}")
            continue
        if down:
            half = (start.y + end.y) / 2
            first, second = Point(start.x, half), Point(end.x, half)
        else:
            half = (start.x + end.x) / 2
            first, second = Point(half, start.y), Point(half, end.y)
        said.append("C" + " ".join(f"{number(point.x)} {number(point.y)}" for point in (first, second, end)))
    return "".join(said)


def _arrow(points: list[Point], colour: str, visited: str, *, down: bool) -> str:
    tip, before = points[-1], points[-2]
    dx, dy = (0, 1 if tip.y > before.y else -1) if down else (1 if tip.x > before.x else -1, 0)
    size, half = (9.0, 4.4) if visited else (7.5, 3.6)
    base = Point(tip.x - dx * size, tip.y - dy * size)
    corners = [tip, Point(base.x + dy * half, base.y + dx * half), Point(base.x - dy * half, base.y - dx * half)]
    said = " ".join(f"{number(corner.x)},{number(corner.y)}" for corner in corners)
    return f"<polygon{attributes(class_=f'diagram-arrow {visited}'.strip(), points=said, fill=colour)}/>"


def _clock(x: float, y: float, colour: str) -> str:
    face = attributes(class_="diagram-sign", cx=x, cy=y, r=4.6, fill="none", stroke=colour, stroke_width=1.1)
    hands = f"M{number(x)} {number(y - 2.8)}V{number(y)}H{number(x + 2.2)}"
    drawn = attributes(
        class_="diagram-sign", d=hands, fill="none", stroke=colour, stroke_width=1.1, stroke_linecap="round"
    )
    return f"<circle{face}/><path{drawn}/>"


def _loop(x: float, y: float, colour: str) -> str:
    turn = f"M{number(x + 3.4)} {number(y - 2.4)}A4.2 4.2 0 1 0 {number(x + 4.2)} {number(y + 0.6)}"
    head = (
        f"{number(x + 5.2)},{number(y - 4.6)} {number(x + 4.8)},{number(y - 0.9)} {number(x + 1.4)},{number(y - 2.4)}"
    )
    drawn = attributes(class_="diagram-sign", d=turn, fill="none", stroke=colour, stroke_width=1.2)
    return f"<path{drawn}/><polygon{attributes(class_='diagram-sign-fill', points=head, fill=colour)}/>"


def _person(x: float, y: float, colour: str) -> str:
    head = attributes(class_="diagram-sign-fill", cx=x, cy=y - 2.3, r=2.2, fill=colour)
    body = f"M{number(x - 4)} {number(y + 4.6)}A4 4.2 0 0 1 {number(x + 4)} {number(y + 4.6)}Z"
    return f"<circle{head}/><path{attributes(class_='diagram-sign-fill', d=body, fill=colour)}/>"


_SIGNS: dict[str, Callable[[float, float, str], str]] = {"clock": _clock, "loop": _loop, "person": _person}
