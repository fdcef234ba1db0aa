"""The Ishikawa diagram: an effect at the head, the kinds of causes as bones, their causes and reasons beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from supplier_quality.charts import frame
from supplier_quality.charts.canvas import SMALL, TEXT, Canvas, folded
from supplier_quality.charts.figure import Figure, Label, Shape, table
from supplier_quality.charts.measure import text_width
from supplier_quality.charts.svg import Point, Rect, attributes, polyline
from supplier_quality.language import _, speaking

_PITCH = SMALL + 3
_HEAD_WIDTH = 130.0
_TILT = 0.32
_BOLD = 1.12  # how much wider bold letters are


@dataclass(frozen=True, slots=True)
class Cause:
    """``reasons`` are the answers to why it came to be. ``is_root`` marks a cause that was proved."""

    name: Label
    reasons: Sequence[Label] = field(default_factory=tuple)
    is_root: bool = False


@dataclass(frozen=True, slots=True)
class Bone:
    """A kind of causes, such as machine, method, material."""

    name: Label
    causes: Sequence[Cause] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Ishikawa:
    title: Label
    effect: Label
    bones: Sequence[Bone]


class _Line(NamedTuple):
    text: str
    indent: float
    is_root: bool
    starts: bool


def draw_ishikawa(chart: Ishikawa, *, language: str) -> Figure:
    """Draw it; the table has a row per cause and reason."""
    with speaking(language):
        rows = []
        for bone in chart.bones:
            rows += [(str(bone.name), "", "", "")] if not bone.causes else []
            for cause in bone.causes:
                proved = str(_("proved")) if cause.is_root else ""
                rows += [(str(bone.name), str(cause.name), str(reason), proved) for reason in cause.reasons or ("",)]
        count = sum(len(bone.causes) for bone in chart.bones)
        heads = ((_("Kind"), False), (_("Cause"), False), (_("Reason"), False), (_("State"), False))
        return frame.compose(
            title=str(chart.title),
            description=str(_("Ishikawa diagram of “%(effect)s” with %(count)s possible causes.", effect=chart.effect, count=count)),
            picture=lambda shape: _narrow(chart, shape) if shape.is_narrow else _wide(chart, shape),
            tables=[table(heads, rows)],
        )  # fmt: skip


def _lines(bone: Bone, width: float) -> list[_Line]:
    """The causes of a bone as lines of text, reasons indented below their cause."""
    lines = []
    for cause in bone.causes:
        for text, indent in [(str(cause.name), 0.0), *((str(reason), 12.0) for reason in cause.reasons)]:
            # A proved cause has a mark and is bold, which is wider.
            room = (width - indent - 12) / (_BOLD if cause.is_root else 1.0)
            for number, line in enumerate(folded(text, size=SMALL, width=room, most=3)):
                lines.append(_Line(line, indent, cause.is_root and not indent, number == 0))
    return lines


def _wide(chart: Ishikawa, shape: Shape) -> Canvas:
    pairs = [chart.bones[start : start + 2] for start in range(0, len(chart.bones), 2)]
    spine = shape.width - _HEAD_WIDTH - 16
    # Rows of at most three pairs: four beside each other would leave no room for words.
    rows = [pairs[start : start + 3] for start in range(0, len(pairs), 3)] or [[]]
    canvas = Canvas.of(shape, 0.0)
    top = 10.0
    for number, row in enumerate(rows):
        top = _draw_row(canvas, chart, row, top, spine, has_head=number == 0) + 14
    canvas.height = top
    return canvas


def _draw_row(
    canvas: Canvas, chart: Ishikawa, pairs: Sequence[Sequence[Bone]], top: float, spine: float, *, has_head: bool
) -> float:
    """A spine with pairs of bones; gives where it ends below."""
    room = (spine - 12) / max(1, len(pairs))
    texts = [[_lines(bone, room - 46 - 30) for bone in pair] for pair in pairs]
    heights = [max([len(pair[side]) * _PITCH for pair in texts if side < len(pair)] + [40.0]) + 22 for side in (0, 1)]
    head = folded(str(chart.effect), size=TEXT, width=_HEAD_WIDTH / _BOLD - 12, most=6)
    tall = len(head) * (TEXT + 2) + 18
    y = top + max(heights[0] + 26, tall / 2)
    bottom = y + max(heights[1] + 26 if any(len(pair) > 1 for pair in pairs) else 0.0, tall / 2)
    end = Point(spine + 4, y)
    canvas.line(Point(10.0, y), end, tone="ink", width=2.4)
    canvas.path(polyline([Point(spine + 12, y), Point(spine + 1, y - 6), Point(spine + 1, y + 6)]) + "Z", fill="ink")
    if has_head:
        box = Rect(spine + 12, y - tall / 2, _HEAD_WIDTH, tall)
        canvas.rect(box, fill="zone-a", tone="bad")
        canvas.paragraph(head, box.x + box.width / 2, box.y + 20, anchor="middle", bold=True)
        canvas.mark_area(box, str(chart.effect), flagged=True)
    for number, pair in enumerate(pairs):
        foot = 12 + room * (number + 1)
        for side, bone in enumerate(pair):
            _draw_bone(canvas, bone, texts[number][side], Point(foot, y), heights[side], -1 if side == 0 else 1, room)
    return bottom


def _draw_bone(
    canvas: Canvas, bone: Bone, lines: Sequence[_Line], foot: Point, height: float, side: int, room: float
) -> None:
    lean = min(height * _TILT, 44.0)
    tip = Point(foot.x - lean, foot.y + side * height)
    canvas.line(tip, foot, tone="s1", width=1.8)
    name = folded(str(bone.name), size=TEXT, width=room / _BOLD - 30, most=1)[0]
    width = text_width(name, TEXT) * _BOLD + 14
    box = Rect(max(4.0, tip.x - width / 2), tip.y - 22 if side < 0 else tip.y, width, 22.0)
    canvas.rect(box, fill="zone-c", tone="s1")
    canvas.text(name, box.x + width / 2, box.y + 15.5, anchor="middle", bold=True)
    block = len(lines) * _PITCH
    # Lines stand between the spine and the name, read from the top; the bone is right of them, a twig leads to each cause.
    start = foot.y - 12 - block if side < 0 else foot.y + 12
    for number, line in enumerate(lines):
        y = start + number * _PITCH + _PITCH / 2
        bone_x = foot.x - lean * abs(y - foot.y) / height
        left = foot.x - room + 14 + line.indent
        text_end = left + 10 + text_width(line.text, SMALL) * (_BOLD if line.is_root else 1.0)
        _draw_line(canvas, line, left, y)
        if line.starts and not line.indent and bone_x - text_end > 8:
            canvas.line(Point(text_end + 4, y), Point(bone_x, y), tone="axis")
    for cause in bone.causes:
        if cause.is_root:
            canvas.mark_area(
                Rect(foot.x - room + 14, start, room - 50, block), f"{bone.name}: {cause.name}", flagged=True
            )


def _draw_line(canvas: Canvas, line: _Line, left: float, y: float) -> None:
    if line.starts and line.is_root:
        canvas.marker("diamond", Point(left + 3, y), size=3.4, tone="bad")
    elif line.starts and not line.indent:
        canvas.marker("circle", Point(left + 3, y), size=1.8, tone="soft")
    elif line.starts:
        canvas.line(Point(left, y), Point(left + 6, y), tone="axis")
    canvas.text(line.text, left + 10, y + 4, size=SMALL, tone="bad" if line.is_root else "soft" if line.indent else "ink", bold=line.is_root)  # fmt: skip


def _narrow(chart: Ishikawa, shape: Shape) -> Canvas:
    """For a phone the spine runs down, the bones lie below each other."""
    canvas = Canvas.of(shape, 0.0)
    head = folded(str(chart.effect), size=TEXT, width=shape.width / _BOLD - 30, most=4)
    box = Rect(6.0, 6.0, shape.width - 12, len(head) * (TEXT + 2) + 16)
    canvas.rect(box, fill="zone-a", tone="bad")
    canvas.paragraph(head, shape.width / 2, box.y + 19, anchor="middle", bold=True)
    canvas.mark_area(box, str(chart.effect), flagged=True)
    spine, top = 22.0, box.y + box.height
    y = top + 18
    drawn_to = y
    for bone in chart.bones:
        name = folded(str(bone.name), size=TEXT, width=shape.width / _BOLD - 80, most=1)[0]
        frame_ = Rect(spine + 22, y, text_width(name, TEXT) * _BOLD + 14, 22.0)
        canvas.line(Point(spine, y + 11), Point(frame_.x, y + 11), tone="s1", width=1.8)
        canvas.rect(frame_, fill="zone-c", tone="s1")
        canvas.text(name, frame_.x + frame_.width / 2, y + 15.5, anchor="middle", bold=True)
        drawn_to, y = y + 11, y + 34
        for line in _lines(bone, shape.width - spine - 44):
            _draw_line(canvas, line, spine + 28 + line.indent, y)
            y += _PITCH
        y += 6
    canvas.line(Point(spine, top + 9), Point(spine, drawn_to), tone="ink", width=2.4)
    canvas.drawn.append(
        f"<path{attributes(class_='chart-fill-ink', d=polyline([Point(spine, top + 1), Point(spine - 6, top + 12), Point(spine + 6, top + 12)]) + 'Z', fill='#1f2a30')}/>"
    )
    canvas.height = y + 6
    return canvas
