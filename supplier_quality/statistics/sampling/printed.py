"""Tables that a user reads in a copy of their own: c = 0 plans, LQ plans, limit numbers for reduced inspection. CSV with name and edition."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from supplier_quality.language import _
from supplier_quality.statistics.sampling.refusing import LARGEST, refuse, whole

EVERYTHING = "all"
_PLAN_COLUMNS = ("lot_from", "lot_to", "index", "sample_size", "ac")
_LIMIT_COLUMNS = ("sample_from", "sample_to", "aql", "limit")


@dataclass(frozen=True, slots=True)
class PrintedPlan:
    """A plan as the user's table has it; ``sample_size`` is the lot when everything is inspected."""

    name: str
    edition: str
    sample_size: int
    ac: int
    inspect_all: bool

    @property
    def re(self) -> int:
        return self.ac + 1

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "edition": self.edition,
            "sample_size": self.sample_size,
            "ac": self.ac,
            "re": self.re,
            "inspect_all": self.inspect_all,
        }


@dataclass(frozen=True, slots=True)
class _Range:
    first: int
    last: int
    index: str
    value: int | None
    ac: int = 0

    def holds(self, number: int, index: str) -> bool:
        return self.first <= number <= self.last and self.index == index


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """Sample sizes by lot size and ``index``: the AQL, associated AQL or LQ that heads a column, as the table writes it."""

    name: str
    edition: str
    ranges: tuple[_Range, ...]

    @property
    def indexes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.index for each in self.ranges))

    def plan(self, lot_size: int, index: str) -> PrintedPlan:
        """The plan of a lot. Raises BadInput when the table has none."""
        whole(lot_size, "lot_size", least=1)
        found = next((each for each in self.ranges if each.holds(lot_size, index)), None)
        if found is None:
            refuse(
                _("The table %(name)s has no plan for this lot.", name=self.name), column="index", value=index,
                remedy=_("Choose among: %(list)s.", list=", ".join(self.indexes)),
            )  # fmt: skip
        everything = found.value is None or found.value >= lot_size
        size = lot_size if found.value is None or everything else found.value
        return PrintedPlan(self.name, self.edition, size, found.ac, everything)


@dataclass(frozen=True, slots=True)
class LimitNumbers:
    """The most nonconforming pieces in the last ten samples together with which ANSI/ASQ Z1.4 lets go over to reduced inspection."""

    name: str
    edition: str
    ranges: tuple[_Range, ...]

    def limit(self, total_sample: int, aql: str) -> int | None:
        """The limit number; None where the table has none, so that more samples have to be counted."""
        found = next((each for each in self.ranges if each.holds(total_sample, aql)), None)
        return None if found is None else found.value


def read_printed_table(text: str, *, name: str, edition: str) -> PrintedTable:
    """A table of plans from CSV text with the columns lot_from, lot_to, index, sample_size, and ac where it is not 0.

    An empty lot_to has no end; ``all`` as sample_size is the whole lot. Raises BadInput with row and column.
    """
    _named(name, edition)
    ranges = _ranges(text, _PLAN_COLUMNS, optional="ac", make=_plan_range)
    return PrintedTable(name, edition, ranges)


def read_limit_numbers(text: str, *, name: str, edition: str) -> LimitNumbers:
    """Limit numbers from CSV text with the columns sample_from, sample_to, aql, limit. Raises BadInput with row and column."""
    _named(name, edition)
    return LimitNumbers(name, edition, _ranges(text, _LIMIT_COLUMNS, optional="", make=_limit_range))


def _named(name: str, edition: str) -> None:
    for value, column in ((name, "name"), (edition, "edition")):
        if not value.strip():
            refuse(_("A table needs its name and its edition."), column=column)


def _ranges(
    text: str, columns: tuple[str, ...], *, optional: str, make: Callable[[dict[str, str], int], _Range]
) -> tuple[_Range, ...]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [column for column in columns if column not in (reader.fieldnames or ()) and column != optional]
    if missing:
        refuse(_("The column is missing."), column=missing[0], row=1)
    found: list[_Range] = []
    for row in reader:
        line = reader.line_num
        each = make({name: value.strip() for name, value in row.items() if name and isinstance(value, str)}, line)
        for other in found:
            if other.index == each.index and each.first <= other.last and other.first <= each.last:
                refuse(_("Two rows are about the same lots."), column=columns[0], value=each.first, row=line)
        found.append(each)
    if not found:
        refuse(_("The table has no rows."), row=1)
    return tuple(sorted(found, key=lambda each: (each.index, each.first)))


def _plan_range(row: dict[str, str], line: int) -> _Range:
    first = _number(row, "lot_from", line, least=1)
    last = LARGEST if not row.get("lot_to") else _number(row, "lot_to", line, least=first)
    size = None if row.get("sample_size") == EVERYTHING else _number(row, "sample_size", line, least=1)
    return _Range(first, last, row.get("index", ""), size, _number(row, "ac", line, least=0) if row.get("ac") else 0)


def _limit_range(row: dict[str, str], line: int) -> _Range:
    first = _number(row, "sample_from", line, least=1)
    last = LARGEST if not row.get("sample_to") else _number(row, "sample_to", line, least=first)
    return _Range(first, last, row.get("aql", ""), _number(row, "limit", line, least=0))


def _number(row: dict[str, str], column: str, line: int, *, least: int) -> int:
    text = row.get(column, "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else text
    return whole(number, column, least=least, row=line)
