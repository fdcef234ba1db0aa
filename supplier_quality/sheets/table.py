"""Where in a file the table stands: which sheet, which lines are its header, and what merged cells mean. Pure."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

Rows = Sequence[Sequence[str]]
Merged = tuple[int, int, int, int]
"""First and last row, first and last column of a merged cell, counted from 0."""

BETWEEN = " / "
"""Stands between the upper and the lower text of a header of two lines."""

MOST_LINES = 2
_SEARCHED = 25


def tidy(text: str) -> str:
    """The text with every run of white space, of whatever alphabet, as one space and none at its ends."""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Where:
    """``line`` is the first line of the header, counted from 1, None for the first that is not blank; ``lines`` its height.

    ``sheet`` is the name of a sheet, None for the first. With ``keep_gaps`` blank rows between others are rows of empty cells, for
    tables in which the place of a row says something; otherwise they are left out.
    """

    sheet: str | None = None
    line: int | None = None
    lines: int = 1
    leave_hidden: bool = False
    keep_gaps: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"sheet": self.sheet, "line": self.line, "lines": self.lines, "leave_hidden": self.leave_hidden}

    @classmethod
    def from_json(cls, given: Mapping[str, Any] | None) -> Self:
        return cls(**given) if given else cls()


def is_blank(row: Sequence[str]) -> bool:
    return not row or not "".join(row).strip()


def header_texts(rows: Rows, top: int, lines: int, merged: Sequence[Merged]) -> list[str]:
    """The header that ``lines`` rows from ``top`` (counted from 0) make: upper and lower texts joined, each said once.

    A merged cell counts for every column it covers. In files without merged cells a text counts until the next one, as
    people write them in CSV.
    """
    parts = [list(row) for row in rows[top : top + lines]]
    width = max(map(len, parts), default=0)
    parts = [[*part, *[""] * (width - len(part))] for part in parts]
    about = [cell for cell in merged if cell[0] < top + lines and cell[1] >= top]
    for first, last, left, right in about:
        text = parts[max(first, top) - top][left] if left < width else ""
        for line in range(max(first, top), min(last, top + lines - 1) + 1):
            for place in range(left, min(right, width - 1) + 1):
                parts[line - top][place] = text
    if lines > 1 and not about:
        parts[0] = _carried(parts[0], parts[-1])
    header = []
    for texts in zip(*parts, strict=True):
        said = dict.fromkeys(tidy(text) for text in texts if tidy(text))
        header.append(BETWEEN.join(said))
    return header


def _carried(upper: list[str], lower: list[str]) -> list[str]:
    last, carried = "", []
    for text, below in zip(upper, lower, strict=True):
        last = text if tidy(text) else last
        carried.append(last if tidy(below) else text)
    return carried


def fill_merged(rows: Sequence[list[str]], start: int, merged: Sequence[Merged]) -> None:
    """Let a cell merged over several rows below ``start`` say its text in each of them."""
    for first, last, left, _right in merged:
        if first < start or last == first or first >= len(rows) or left >= len(rows[first]):
            continue
        for row in rows[first + 1 : last + 1]:
            row.extend([""] * (left + 1 - len(row)))
            row[left] = rows[first][left]


def guess_header(rows: Rows, merged: Sequence[Merged], is_known: Callable[[str], bool]) -> tuple[int, int]:
    """The line of the header, counted from 1, and how many lines it has. ``is_known`` tells the usual names of columns.

    The line with most known names is the header, the uppermost of equals. Without any, it is the first line about as wide as the
    table whose texts all differ and none of which is a number.
    """
    searched = min(len(rows), _SEARCHED)
    known = [sum(is_known(text) for text in {tidy(text) for text in rows[place]} if text) for place in range(searched)]
    if max(known, default=0) >= 1:
        best = known.index(max(known))
    else:
        best = _first_that_names(rows[:searched])
    top, lines = best, 1
    if best > 0 and _groups(best - 1, rows, merged):
        top, lines = best - 1, 2
    elif best + 1 < len(rows) and _groups(best, rows, merged) and _names(rows[best + 1]):
        lines = 2
    return top + 1, lines


def _first_that_names(rows: Rows) -> int:
    widths = Counter(sum(1 for text in row if text.strip()) for row in rows if not is_blank(row))
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    for place, row in enumerate(rows):
        filled = [text for text in row if text.strip()]
        if filled and len(filled) >= 0.6 * usual and _names(row) and len(set(filled)) == len(filled):
            return place
    return next((place for place, row in enumerate(rows) if not is_blank(row)), 0)


def _names(row: Sequence[str]) -> bool:
    """Whether the texts of a row could name columns: there are some, and none is a number."""
    filled = [text for text in row if text.strip()]
    return bool(filled) and not any(text.strip().replace(".", "").replace(",", "").isdecimal() for text in filled)


def _groups(place: int, rows: Rows, merged: Sequence[Merged]) -> bool:
    """Whether a row holds names over groups of columns: a cell merged across some of them, or down into the next row.

    One cell across the whole table is a title.
    """
    width = max(len(row) for row in rows[place : place + 2])
    across = [cell for cell in merged if cell[0] == cell[1] == place and cell[3] > cell[2]]
    down = [cell for cell in merged if cell[0] == place and cell[1] == place + 1]
    if len(across) + len(down) == 1 and across and across[0][3] - across[0][2] + 1 >= 0.8 * width:
        return False
    return bool(across or down)
