"""Gaps, overlaps and rows that are never hit: found by trying the values at which a table can change its mind.

A combination of values is one sample per input. Which rows a value allows is a bit mask, so samples that allow the same
rows are tried once, and rows are compared by masks instead of by cells.
"""

from collections.abc import Mapping, Sequence

from supplier_quality.engine.definitions.findings import Notes, Place
from supplier_quality.engine.expressions import to_plain
from supplier_quality.engine.table_cells import Cell
from supplier_quality.language import Words, _

MAX_STEPS = 200_000
MAX_ROWS = 1_000

NumberedRow = tuple[int, Mapping[str, Cell], Place]
Input = dict[str, object]


def check_rows(
    rows: Sequence[NumberedRow],
    columns: Mapping[str, list[object]],
    notes: Notes,
    *,
    unique: bool,
    complete: bool,
    table: Place,
) -> None:
    """Note overlapping rows (``unique``), inputs without a row (``complete``) and rows that no input reaches."""
    if len(rows) > MAX_ROWS:
        message = _("The table has more than %(most)s rows; split it into smaller tables.", most=MAX_ROWS)
        notes.add("table_too_large", message, table)
        return
    masks = {name: _masks(name, values, rows) for name, values in columns.items()}
    if unique:
        _check_overlaps(rows, masks, notes)
    search = _Search(masks, len(rows))
    search.run()
    if search.exhausted:
        message = _("The table has too many combinations to be checked for gaps; split it into smaller tables.")
        notes.add("table_too_large", message, table)
        return
    if complete and search.gap is not None:
        notes.add("table_gap", _("No row decides for %(input)s.", input=shown(search.gap)), table)
    for index, (number, _cells, place) in enumerate(rows):
        if index in search.first_hit or (unique and _overlaps(index, rows, masks)):
            continue
        message = _("Row %(number)s can never be hit: the rows above it take every input it matches.", number=number)
        notes.add("row_never_hit", message, place)


def shown(given: Input) -> Words:
    """An input as people write it: ``risk = high, score = 85``."""
    parts = [f"{name} = {_plain_text(value)}" for name, value in given.items()]
    return _("%(text)s", text=", ".join(parts)) if parts else _("any input")


def _plain_text(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(to_plain(value))


def _masks(name: str, values: list[object], rows: Sequence[NumberedRow]) -> dict[int, object]:
    """Bit masks of the rows that a value allows, each with the first value that has it."""
    masks: dict[int, object] = {}
    for value in values:
        mask = 0
        for index, (_number, cells, _place) in enumerate(rows):
            cell = cells.get(name)
            if cell is None or cell.matches(value):
                mask |= 1 << index
        masks.setdefault(mask, value)
    return masks


def _check_overlaps(rows: Sequence[NumberedRow], masks: Mapping[str, dict[int, object]], notes: Notes) -> None:
    for second in range(1, len(rows)):
        for first in range(second):
            example = _example(first, second, masks)
            if example is None:
                continue
            message = _(
                "Rows %(first)s and %(second)s both match %(input)s.",
                first=rows[first][0],
                second=rows[second][0],
                input=shown(example),
            )
            notes.add("table_overlap", message, rows[second][2])


def _overlaps(index: int, rows: Sequence[NumberedRow], masks: Mapping[str, dict[int, object]]) -> bool:
    return any(other != index and _example(other, index, masks) is not None for other in range(len(rows)))


def _example(first: int, second: int, masks: Mapping[str, dict[int, object]]) -> Input | None:
    """An input that both rows match. Inputs are independent, so one value per input is enough to look for."""
    both = 1 << first | 1 << second
    example: Input = {}
    for name, by_mask in masks.items():
        for mask, value in by_mask.items():
            if mask & both == both:
                example[name] = value
                break
        else:
            return None
    return example


class _Search:
    """Goes through all combinations of masks once, input by input, and skips what was seen with the same rows left."""

    def __init__(self, masks: Mapping[str, dict[int, object]], rows: int) -> None:
        self._columns = list(masks.items())
        self._all = (1 << rows) - 1
        self._seen: set[tuple[int, int]] = set()
        self._steps = 0
        self.gap: Input | None = None
        self.first_hit: set[int] = set()
        self.exhausted = False

    def run(self) -> None:
        self._visit(0, self._all, {})

    def _visit(self, depth: int, left: int, given: Input) -> None:
        if (depth, left) in self._seen or self.exhausted:
            return
        self._seen.add((depth, left))
        self._steps += 1
        if self._steps > MAX_STEPS:
            self.exhausted = True
            return
        if depth == len(self._columns):
            if left:
                self.first_hit.add((left & -left).bit_length() - 1)
            elif self.gap is None:
                self.gap = dict(given)
            return
        name, by_mask = self._columns[depth]
        for mask, value in by_mask.items():
            self._visit(depth + 1, left & mask, {**given, name: value})
