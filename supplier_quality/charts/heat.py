"""The heat map: a matrix whose cells are the darker, the more they hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from supplier_quality.charts import frame
from supplier_quality.charts.canvas import SMALL, Canvas, folded, shortened
from supplier_quality.charts.figure import Figure, Label, Shape, table
from supplier_quality.charts.measure import text_width
from supplier_quality.charts.numbers import NO_VALUE, Scale, Value, exact, known, number_or_none, scale
from supplier_quality.charts.svg import INK, PAPER, Rect, attributes, text_line
from supplier_quality.language import _, speaking

# One hue from light to dark: it reads without colour, in print, and on a dark page, where the cells keep their own ground.
LEVELS = ("#e9f3f2", "#c5e0de", "#98c8c5", "#63a9a6", "#2f8582", "#0b5c5a")
_DARK = 3
_CELL_HEIGHT, _LEAST_WIDTH = 26.0, 34.0


@dataclass(frozen=True, slots=True)
class HeatMap:
    """``values`` has one row per name in ``rows`` with one value per name in ``columns``, None where there is none.

    ``lowest`` and ``highest`` bound the colours, or else the values do. ``values_name`` says what is counted.
    """

    title: Label
    rows: Sequence[Label]
    columns: Sequence[Label]
    values: Sequence[Sequence[Value]]
    lowest: Value = None
    highest: Value = None
    values_name: Label = ""
    rows_name: Label = ""


def draw_heat_map(chart: HeatMap, *, language: str) -> Figure:
    """Draw it; the table is the matrix."""
    with speaking(language):
        shown = known([value for row in chart.values for value in row])
        rows = [
            (str(name), *(exact(_cell(chart, row, column)) for column in range(len(chart.columns))))
            for row, name in enumerate(chart.rows)
        ]
        described = _("Heat map of %(rows)s rows and %(columns)s columns, values from %(low)s to %(high)s.", rows=len(chart.rows), columns=len(chart.columns), low=exact(min(shown, default=None)), high=exact(max(shown, default=None)))  # fmt: skip
        return frame.compose(
            title=str(chart.title),
            description=str(described),
            picture=lambda shape: _picture(chart, shown, shape),
            tables=[table([(chart.rows_name or _("Row"), False), *((name, True) for name in chart.columns)], rows)],
        )


def _cell(chart: HeatMap, row: int, column: int) -> Value:
    values = chart.values[row] if row < len(chart.values) else ()
    return number_or_none(values[column]) if column < len(values) else None


def _picture(chart: HeatMap, shown: Sequence[float], shape: Shape) -> Canvas:
    if not shown or not chart.rows or not chart.columns:
        return frame.empty_canvas(shape)
    low, high = number_or_none(chart.lowest), number_or_none(chart.highest)
    axis = scale([min(shown) if low is None else low, max(shown) if high is None else high], 0.0, 1.0, padding=0.0)
    left = 12 + max(text_width(str(name), SMALL) for name in chart.rows)
    left = min(left, shape.width * (0.32 if shape.is_narrow else 0.3))
    # A phone gets the columns in blocks below each other, so that every cell can hold its number.
    texts = max(text_width(axis.label(value), SMALL) for value in shown) + 8
    per_block = max(1, int((shape.width - left - 8) / max(_LEAST_WIDTH, min(texts, 60.0))))
    blocks = -(-len(chart.columns) // per_block)
    per_block = -(-len(chart.columns) // blocks)
    wide = min(90.0, (shape.width - left - 8) / per_block)
    canvas = Canvas.of(shape, 0.0)
    top = 4.0
    for start in range(0, len(chart.columns), per_block):
        top = _draw_block(canvas, chart, axis, Rect(left, top, wide, _CELL_HEIGHT), range(start, min(start + per_block, len(chart.columns)))) + 8  # fmt: skip
    _draw_scale(canvas, chart, axis, top + 6)
    canvas.height = top + 40
    return canvas


def _draw_block(canvas: Canvas, chart: HeatMap, axis: Scale, first: Rect, columns: range) -> float:
    """A block of columns; gives where it ends below."""
    names = [folded(str(chart.columns[column]), size=SMALL, width=first.width - 4, most=3) for column in columns]
    slanted = any(line.endswith("…") for lines in names for line in lines)
    if slanted:
        short = [shortened(str(chart.columns[column]), size=SMALL, width=110) for column in columns]
        head = 10 + max(text_width(name, SMALL) for name in short) * 0.75
    else:
        head = max(map(len, names)) * (SMALL + 2) + 6
    for index in range(len(columns)):
        x = first.x + first.width * (index + 0.5)
        if slanted:
            canvas.text(short[index], x, first.y + head - 5, size=SMALL, tone="soft", slant=-48.0)
        else:
            y = first.y + head - 6 - (len(names[index]) - 1) * (SMALL + 2)
            canvas.paragraph(names[index], x, y, size=SMALL, anchor="middle", tone="soft")
    for row, name in enumerate(chart.rows):
        y = first.y + head + row * first.height
        said = shortened(str(name), size=SMALL, width=first.x - 10)
        canvas.text(said, first.x - 6, y + first.height / 2 + 4, size=SMALL, anchor="end")
        for index, column in enumerate(columns):
            place = Rect(first.x + index * first.width, y, first.width, first.height)
            _draw_cell(canvas, chart, axis, place, row, column)
    return first.y + head + len(chart.rows) * first.height


def _draw_cell(canvas: Canvas, chart: HeatMap, axis: Scale, place: Rect, row: int, column: int) -> None:
    value = _cell(chart, row, column)
    inner = Rect(place.x + 0.75, place.y + 0.75, place.width - 1.5, place.height - 1.5)
    canvas.mark_area(inner, f"{chart.rows[row]} · {chart.columns[column]}: {exact(value)}")
    middle, base = place.x + place.width / 2, place.y + place.height / 2 + 4
    if value is None:
        canvas.rect(inner, fill="paper", tone="grid")
        canvas.text(NO_VALUE, middle, base, size=SMALL, anchor="middle", tone="soft")
        return
    level = _level(axis, value)
    canvas.drawn.append(_ground(inner, level))
    said = axis.label(value)
    if text_width(said, SMALL) <= place.width + 2:
        canvas.drawn.append(
            text_line(said, middle, base, text_anchor="middle", font_size=SMALL, class_="chart-heat-text", fill=PAPER if level > _DARK else INK)
        )  # fmt: skip


def _level(axis: Scale, value: float) -> int:
    return min(len(LEVELS) - 1, int(axis.at(value) * len(LEVELS)))


def _ground(place: Rect, level: int) -> str:
    return f"<rect{attributes(x=place.x, y=place.y, width=place.width, height=place.height, fill=LEVELS[level])}/>"


def _draw_scale(canvas: Canvas, chart: HeatMap, axis: Scale, top: float) -> None:
    """What the colours mean: the steps from the lowest to the highest value."""
    wide = 26.0
    factor = 10.0**axis.exponent
    said = [axis.label(axis.low * factor), axis.label(axis.high * factor)]
    x = 8 + text_width(said[0], SMALL) + 6
    canvas.text(said[0], 8.0, top + 11, size=SMALL, tone="soft")
    for level in range(len(LEVELS)):
        canvas.drawn.append(_ground(Rect(x + level * wide, top, wide, 14.0), level))
    x += wide * len(LEVELS) + 6
    canvas.text(said[1], x, top + 11, size=SMALL, tone="soft")
    x += text_width(said[1], SMALL) + 12
    name = " ".join(filter(None, [axis.unit, str(chart.values_name)]))
    canvas.text(shortened(name, size=SMALL, width=canvas.width - x - 6), x, top + 11, size=SMALL, tone="soft")
