"""What drawing a chart gives: the picture in two shapes, its name, the picture in words, and its data as tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from supplier_quality.language import Words

Label = str | Words
"""A text as it is, or words that are translated when the chart is drawn."""


class Head(NamedTuple):
    """A column of a table. ``figures``: its cells are numbers."""

    name: str
    figures: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Data of a chart in texts; the first cell of a row names it."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn chart: ``wide`` for a desk and for paper, ``narrow`` for a phone, both SVG of the same data."""

    title: str
    description: str
    wide: str
    narrow: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """How much room a picture has, in pixels of the page; charts decide their height themselves."""

    width: float
    is_narrow: bool


WIDE, NARROW = Shape(760.0, False), Shape(350.0, True)


def table(heads: Iterable[tuple[Label, bool]], rows: Iterable[Sequence[str]], caption: Label = "") -> Table:
    """A table from labels and rows of texts."""
    return Table(
        tuple(Head(str(name), figures) for name, figures in heads), tuple(tuple(row) for row in rows), str(caption)
    )
