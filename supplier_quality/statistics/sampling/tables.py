"""The published tables as they were read from their files: code letters, single plans, numbers of the switching rules."""

import csv
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache

from supplier_quality import resources
from supplier_quality.language import _
from supplier_quality.statistics.sampling.refusing import LARGEST, chosen, refuse, whole


class Severity(StrEnum):
    """How strictly lots of a stream are inspected; the words of ISO 2859-1."""

    NORMAL = "normal"
    TIGHTENED = "tightened"
    REDUCED = "reduced"


class Arrow(StrEnum):
    """Where a cell without a plan of its own points to."""

    UP = "up"
    DOWN = "down"


class Evidence(StrEnum):
    """How sure a cell is."""

    CONFIRMED = "confirmed"  # all sources seen agree
    DISPUTED = "disputed"  # sources seen disagree
    UNVERIFIED = "unverified"  # continued by the structure, not seen
    OVERRIDDEN = "overridden"  # put in by the user, with a reason


@dataclass(frozen=True, slots=True)
class Published:
    """A standard with the edition our numbers are of, and where they come from."""

    id: str
    standard: str
    edition: str
    file: str
    source: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A plan (``ac`` and ``re``) or an ``arrow``; ``reason`` is of whoever put another in."""

    ac: int | None
    re: int | None
    arrow: Arrow | None
    evidence: Evidence
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """Another content for one cell, read in a licensed copy or agreed with a customer; ``reason`` says which.

    Either ``ac`` and ``re``, or ``arrow``.
    """

    severity: str
    code_letter: str
    aql: str
    reason: str
    ac: int | None = None
    re: int | None = None
    arrow: str | None = None


Key = tuple[str, str, str]
"""Severity, code letter, AQL as the table writes it."""


@dataclass(frozen=True, slots=True)
class Table:
    """The single plans of one standard: ``cells`` and, by severity and letter, the sample ``sizes`` in pieces."""

    published: Published
    cells: Mapping[Key, Cell]
    sizes: Mapping[tuple[str, str], int]
    letters: tuple[str, ...]
    aqls: tuple[str, ...]

    def with_overrides(self, overrides: Iterable[Override]) -> "Table":
        """A table with these cells in place of its own, in whatever order. Raises BadInput."""
        cells = dict(self.cells)
        for override in sorted(overrides, key=lambda each: (each.severity, each.code_letter, str(each.aql))):
            key = self._key(override)
            if cells[key].evidence == Evidence.OVERRIDDEN:
                refuse(_("Two overrides are about the same cell."), column="overrides", value=" ".join(key))
            cells[key] = _overridden(override)
        return replace(self, cells=cells)

    def _key(self, override: Override) -> Key:
        severity = chosen(override.severity, tuple(Severity), "severity")
        key = (severity, override.code_letter, self.aql(override.aql))
        if key not in self.cells:
            refuse(_("The table has no such cell."), column="overrides", value=" ".join(key))
        return key

    def aql(self, given: object) -> str:
        """An AQL as the table writes it: 1, 1.0 and "1.00" are all 1.0. Raises BadInput."""
        if given in self.aqls:
            return str(given)
        try:
            number = Decimal(str(given))
        except InvalidOperation:
            number = Decimal("NaN")
        for aql in self.aqls:
            if Decimal(aql) == number:
                return aql
        return refuse(
            _("The standard has no such AQL."), column="aql", value=given,
            remedy=_("Choose among: %(list)s.", list=", ".join(self.aqls)),
        )  # fmt: skip


def _overridden(override: Override) -> Cell:
    if not override.reason.strip():
        refuse(
            _("An override needs a reason."), column="reason", remedy=_("Name the copy or the agreement it rests on.")
        )
    if override.arrow is not None:
        if override.ac is not None or override.re is not None:
            refuse(_("A cell holds a plan or an arrow, not both."), column="overrides", value=override.arrow)
        arrow = Arrow(chosen(override.arrow, tuple(Arrow), "arrow"))
        return Cell(None, None, arrow, Evidence.OVERRIDDEN, override.reason)
    ac = whole(override.ac, "ac", least=0)
    re = whole(override.re, "re", least=ac + 1)
    return Cell(ac, re, None, Evidence.OVERRIDDEN, override.reason)


def standards() -> tuple[str, ...]:
    """The standards whose tables of single plans are there, the first being the default."""
    return ("iso2859-1", "z1.4")


@cache
def published(standard: str) -> Published:
    """The standard of this id. Raises BadInput."""
    known = {row["id"]: Published(**row) for row in _rows("published.csv")}
    return known[chosen(standard, tuple(known), "standard")]


@cache
def table(standard: str) -> Table:
    """The single plans of ``iso2859-1`` or ``z1.4``. Raises BadInput."""
    about = published(chosen(standard, standards(), "standard"))
    cells: dict[Key, Cell] = {}
    sizes: dict[tuple[str, str], int] = {}
    for row in _rows(about.file):
        severity, letter = row["severity"], row["code_letter"]
        sizes[severity, letter] = int(row["sample_size"])
        evidence = Evidence(row["evidence"])
        if row["cell"] == "plan":
            cell = Cell(int(row["ac"]), int(row["re"]), None, evidence)
        else:
            cell = Cell(None, None, Arrow(row["cell"]), evidence)
        cells[severity, letter, row["aql"]] = cell
    letters = tuple(dict.fromkeys(letter for _severity, letter in sizes))
    aqls = tuple(dict.fromkeys(aql for _severity, _letter, aql in cells))
    return Table(about, cells, sizes, tuple(sorted(letters)), aqls)


@dataclass(frozen=True, slots=True)
class _CodeLetters:
    ends: tuple[int, ...]
    """The largest lot of each row but the last."""
    by_level: Mapping[str, tuple[str, ...]]


@cache
def _code_letters() -> _CodeLetters:
    rows = _rows("code_letters.csv")
    levels = [name for name in rows[0] if name not in ("lot_min", "lot_max")]
    ends = tuple(int(row["lot_max"]) for row in rows if row["lot_max"])
    return _CodeLetters(ends, {level: tuple(row[level] for row in rows) for level in levels})


@cache
def levels() -> tuple[str, ...]:
    """The inspection levels: S-1 to S-4, I, II, III."""
    return tuple(_code_letters().by_level)


def code_letter(lot_size: int, level: str) -> str:
    """The sample size code letter of a lot of ``lot_size`` pieces (ISO 2859-1 and ANSI/ASQ Z1.4, table of code letters).

    The table begins with lots of 2; a lot of 1 is read in its first row. Raises BadInput.
    """
    known = _code_letters()
    if level not in known.by_level:
        chosen(level, levels(), "level")
    if not (type(lot_size) is int and 1 <= lot_size <= LARGEST):
        whole(lot_size, "lot_size", least=1)
    return known.by_level[level][bisect_left(known.ends, lot_size)]


@cache
def switching_numbers(standard: str) -> Mapping[str, int]:
    """The numbers of the switching rules of a standard, by name. Raises BadInput."""
    chosen(standard, standards(), "standard")
    return {row["name"]: int(row["value"]) for row in _rows("switching.csv") if row["standard"] == standard}


def _rows(file: str) -> list[dict[str, str]]:
    with (resources.sampling_data() / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
