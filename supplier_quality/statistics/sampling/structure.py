"""The rule behind the tables of single sampling plans: what stands in a cell follows from its place on a diagonal.

Row A is 0, column 0.010 is 0, and a cell's *diagonal* is row + column. Along a diagonal all plans have the same acceptance
number, because the sample sizes and the AQLs both grow by a factor of about 1.6. Only :mod:`.generate` reads this; the
product reads the files it writes, so that a new edition is a new file.

Sources: the rule equals all 1248 cells of the R package AQLSchemes (MIL-STD-105E: normal, tightened, reduced), and the
acceptance numbers of a public extraction of ISO 2859-1:2026; see docs/sampling.md.
"""

from collections.abc import Iterator
from typing import NamedTuple

LETTERS = "ABCDEFGHJKLMNPQR"
AQLS = (
    "0.010", "0.015", "0.025", "0.040", "0.065", "0.10", "0.15", "0.25", "0.40", "0.65", "1.0", "1.5", "2.5", "4.0",
    "6.5", "10", "15", "25", "40", "65", "100", "150", "250", "400", "650", "1000",
)  # fmt: skip
SEVERITIES = ("normal", "tightened", "reduced")
STANDARDS = ("iso2859-1", "z1.4")
UP, DOWN, PLAN = "up", "down", "plan"
CONFIRMED, DISPUTED, UNVERIFIED = "confirmed", "disputed", "unverified"

_SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000)
_REDUCED_SIZES = (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800)
_EXTRA = ("S", 3150, "0.025", 1)
"""Below R, for tightened inspection at AQL 0.025 only."""

Numbers = tuple[int, int]

_NORMAL = {14: 0, 17: 1, 18: 2, 19: 3, 20: 5, 21: 7, 22: 10, 23: 14, 24: 21, 25: 30, 26: 44}
_TIGHTENED = {15: 0, 18: 1, 19: 2, 20: 3, 21: 5, 22: 8, 23: 12, 24: 18, 25: 27, 26: 41}
_REDUCED_ISO = {14: 0, 18: 1, 19: 2, 20: 3, 21: 5, 22: 6, 23: 8, 24: 10, 25: 14, 26: 21}
_REDUCED_Z14: dict[int, Numbers] = {
    14: (0, 1), 17: (0, 2), 18: (1, 3), 19: (1, 4), 20: (2, 5), 21: (3, 6), 22: (5, 8), 23: (7, 10), 24: (10, 13),
    25: (14, 17), 26: (21, 24),
}  # fmt: skip
# Rows A and B of that table leave the rule from AQL 15 on; None is an arrow down.
_REDUCED_Z14_A: tuple[Numbers | None, ...] = (
    None, (1, 2), (2, 3), (3, 4), (5, 6), (7, 8), (10, 11), (14, 15), (21, 22), (30, 31),
)  # fmt: skip
_REDUCED_Z14_B: tuple[Numbers | None, ...] = (
    (0, 2), (1, 3), (2, 4), (3, 5), (5, 6), (7, 8), (10, 11), (14, 15), (21, 22), (30, 31),
)  # fmt: skip
_FROM_15 = AQLS.index("15")
_LAST_ROW_OF_LONG_DIAGONALS = LETTERS.index("E")
"""Diagonals 25 and 26 hold plans in the rows A to E only."""


class Line(NamedTuple):
    """One cell as a line of a table's file; ``ac`` and ``re`` are empty for an arrow."""

    severity: str
    code_letter: str
    sample_size: int
    aql: str
    cell: str
    ac: int | None
    re: int | None
    evidence: str


def lines(standard: str) -> Iterator[Line]:
    """Every cell of a standard's three tables, by severity, row and column."""
    for severity in SEVERITIES:
        sizes = _REDUCED_SIZES if severity == "reduced" else _SIZES
        for row, letter in enumerate(LETTERS):
            for column, aql in enumerate(AQLS):
                cell, numbers = _cell(standard, severity, row, column)
                ac, re = numbers or (None, None)
                evidence = _evidence(standard, severity, row, column)
                yield Line(severity, letter, sizes[row], aql, cell, ac, re, evidence)
        if severity == "tightened":
            letter, size, aql, ac = _EXTRA
            yield Line(severity, letter, size, aql, PLAN, ac, ac + 1, CONFIRMED)


def _cell(standard: str, severity: str, row: int, column: int) -> tuple[str, Numbers | None]:
    if row == 0 and AQLS[column] == "10":
        return DOWN, None  # nothing stands above it, and a sample of 2 has no plan here
    special = _special(standard, severity, row, column)
    if special is not None:
        return special
    diagonal = row + column
    numbers = _plan(standard, severity, diagonal)
    if numbers is not None and (diagonal <= 24 or row <= _LAST_ROW_OF_LONG_DIAGONALS):
        return PLAN, numbers
    return _arrow(standard, severity, row, diagonal), None


def _special(standard: str, severity: str, row: int, column: int) -> tuple[str, Numbers | None] | None:
    if (standard, severity) != ("z1.4", "reduced") or row > 1 or column < _FROM_15:
        return None
    numbers = (_REDUCED_Z14_A, _REDUCED_Z14_B)[row][column - _FROM_15]
    return (PLAN, numbers) if numbers else (DOWN, None)


def _plan(standard: str, severity: str, diagonal: int) -> Numbers | None:
    if severity == "reduced" and standard == "z1.4":
        return _REDUCED_Z14.get(diagonal)
    one = {"normal": _NORMAL, "tightened": _TIGHTENED, "reduced": _REDUCED_ISO}[severity].get(diagonal)
    return None if one is None else (one, one + 1)


def _arrow(standard: str, severity: str, row: int, diagonal: int) -> str:
    last = row == len(LETTERS) - 1
    if severity == "tightened":
        # Below the plan with Ac 0 two arrows point down; R at 0.015 has nothing below it.
        return DOWN if diagonal < 15 or (diagonal in (16, 17) and not (last and diagonal == 16)) else UP
    if severity == "reduced" and standard == "iso2859-1" and diagonal in (16, 17):
        # In column 0.025 no plan follows below, so that only up leads anywhere.
        return UP if last or (row, diagonal) == (len(LETTERS) - 2, 16) else DOWN
    if diagonal == 16:
        return UP if last else DOWN
    return DOWN if diagonal < 14 else UP


def _evidence(standard: str, severity: str, row: int, column: int) -> str:
    diagonal = row + column
    between = LETTERS.index("C") <= row <= LETTERS.index("Q")
    if severity == "tightened" and diagonal == 16 and between:
        return DISPUTED
    if severity == "reduced" and standard == "iso2859-1" and (diagonal in (16, 17) or column >= AQLS.index("10")):
        return UNVERIFIED
    return CONFIRMED
