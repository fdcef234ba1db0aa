"""Tables that people have: CSV and XLSX files, what they paste from a spreadsheet, and columns sent by a program.

A table is read once; its columns are taken as numbers, counts or labels. Everything wrong with the columns that are taken is
reported at once, each cell with its row (the line of the file or of the pasted text, the header being 1), its column, what stands
there and what to do. Nothing is guessed and no cell is left out. Imports no numpy.
"""

import csv
import io
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from supplier_quality.calculator.numbers import Decimal, Form, decimal_of, form_of, is_unclear, number_of
from supplier_quality.errors import BadInput, Problem, ProductError
from supplier_quality.language import Words, _, listed
from supplier_quality.sheets.reading import Fault, Sheet, read_sheet, read_text
from supplier_quality.sheets.table import Where, is_blank, tidy

DELIMITERS = ("\t", ";", ",", "|")
"""By how surely they delimit: a comma may be a decimal sign or stand in a name, a tabulator never does."""

_ONE_COLUMN = "\x1f"
# In a single column a blank row is a reading that is missing: left out, it would move those below it into other subgroups.
# Between several columns it only sets rows apart.
_WITH_GAPS = Where(keep_gaps=True)
SHOWN_LENGTH = 80
MOST_PROBLEMS = 1000
"""How many cells are named; a wrong column of 100,000 cells is not reported cell by cell."""


Value = TypeVar("Value")


class BadTable(BadInput):
    """The table cannot be used as asked; every cell that stands in the way is in ``details``."""

    code = "bad_table"


@dataclass(frozen=True, slots=True)
class Taken:
    """Columns of a table by the names they were asked by, all of one length.

    ``numbers`` are finite floats, ``counts`` whole numbers from 0, ``labels`` texts that are not empty; ``counts_or_none`` are
    counts, None where the cell is empty. ``lines[i]`` is the row of the file from which item i of every column comes.
    """

    lines: Sequence[int]
    numbers: Mapping[str, list[float]]
    counts: Mapping[str, list[int]]
    labels: Mapping[str, list[str]]
    counts_or_none: Mapping[str, list[int | None]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lines)

    def part(self, rows: slice) -> "Taken":
        """Some rows one below the other, with their lines."""
        return Taken(
            self.lines[rows],
            {name: cells[rows] for name, cells in self.numbers.items()},
            {name: cells[rows] for name, cells in self.counts.items()},
            {name: cells[rows] for name, cells in self.labels.items()},
        )

    @contextmanager
    def locating(self, **columns: str) -> Iterator[None]:
        """Let refusals of the statistics name rows and columns of the table.

        Inside the block a ProductError whose details count readings from 1 and call a column by the statistics' word, such
        as ``values``, is raised again with the line of the table and the name that ``columns`` gives for that word.
        """
        try:
            yield
        except ProductError as error:
            error.details = tuple(self._located(problem, columns) for problem in error.details)
            raise

    def _located(self, problem: Problem, columns: Mapping[str, str]) -> Problem:
        row = problem.row
        line = self.lines[row - 1] if row is not None and 0 < row <= len(self.lines) else row
        return replace(problem, row=line, column=columns.get(problem.column or "", problem.column))


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns of texts. ``decimal`` is the decimal sign when it is known, ``likely`` the one where no cell tells."""

    header: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]
    decimal: Decimal | None = None
    likely: Decimal | None = None
    faults: Mapping[tuple[int, int], Fault] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, without those that have none."""
        return tuple(name for name in self.header if name)

    def take(
        self, *, numbers: Iterable[str] = (), counts: Iterable[str] = (), labels: Iterable[str] = (),
        counts_or_none: Iterable[str] = (),
    ) -> Taken:  # fmt: skip
        """The columns asked for. Raises BadTable with every unknown column, or else with every cell that cannot be used."""
        numbers, counts, labels, gappy = tuple(numbers), tuple(counts), tuple(labels), tuple(counts_or_none)
        places = self._places((*numbers, *counts, *labels, *gappy))
        if not self.rows:
            raise BadTable(_("The table has a header and no rows below it."))
        forms = (
            form_of(text) for name in dict.fromkeys((*numbers, *counts, *gappy)) for text in self.texts(places[name])
        )
        decimal = self.decimal or decimal_of(forms) or self.likely
        reading = _Reading(self, decimal)
        taken = Taken(
            self.lines,
            {name: reading.column(name, places[name], reading.number, math.nan) for name in numbers},
            {name: reading.column(name, places[name], reading.count, 0) for name in counts},
            {name: reading.column(name, places[name], str, "") for name in labels},
            {
                name: reading.column(name, places[name], reading.count_or_none, None, may_be_empty=True)
                for name in gappy
            },
        )
        problems = [*self._overlong(), *reading.problems]
        if problems:
            raise _bad_cells(problems)
        return taken

    def numbers(self, name: str) -> list[float]:
        """One column of numbers. Raises BadTable."""
        return self.take(numbers=(name,)).numbers[name]

    def labels(self, name: str) -> list[str]:
        """One column of labels. Raises BadTable."""
        return self.take(labels=(name,)).labels[name]

    def _places(self, asked: Sequence[str]) -> dict[str, int]:
        places, problems = {}, []
        for name in dict.fromkeys(asked):
            found = _columns_named(name, self.header)
            if len(found) == 1:
                places[name] = found[0]
            elif found:
                remedy = _("Give each column a name of its own.")
                problems.append(Problem(_("More than one column has this name."), remedy, row=1, column=name))
            else:
                known = _("Choose one of: %(names)s.", names=", ".join(self.names))
                problems.append(Problem(_("The table has no such column."), known, row=1, column=name))
        if problems:
            raise BadTable(_("The table does not have the columns asked for."), tuple(problems))
        return places

    def texts(self, place: int) -> Iterator[str]:
        """The texts of the column at this place, from top to bottom."""
        for row in self.rows:
            yield tidy(row[place]) if place < len(row) else ""

    def _overlong(self) -> Iterator[Problem]:
        width = len(self.header)
        for line, row in zip(self.lines, self.rows, strict=True):
            extra = next((text for text in row[width:] if text.strip()), None) if len(row) > width else None
            if extra is not None:
                yield Problem(
                    _("The row has more cells than the header."),
                    _(
                        "Name every column; numbers with a decimal comma need tabulators or semicolons between the cells."
                    ),
                    row=line,
                    value=extra[:SHOWN_LENGTH],
                )


class _Unusable(Exception):
    """A text that cannot be used; says why and what to write instead."""

    def __init__(self, problem: Words, remedy: Words) -> None:
        super().__init__(problem, remedy)
        self.problem, self.remedy = problem, remedy


class _Reading:
    """Reads columns of a table and gathers what is wrong with their cells."""

    def __init__(self, table: Table, decimal: Decimal | None) -> None:
        self.problems: list[Problem] = []
        self._table, self._decimal = table, decimal
        self._is_given = table.decimal is not None

    def column(
        self, name: str, place: int, read: Callable[[str], Value], filler: Value, *, may_be_empty: bool = False
    ) -> list[Value]:
        """The values of a column; ``filler`` stands where a cell has none, and then there is a problem."""
        values: list[Value] = []
        faults = self._table.faults
        for line, text in zip(self._table.lines, self._table.texts(place), strict=True):
            try:
                if faults and (line, place) in faults:
                    fault = faults[line, place]
                    raise _Unusable(fault.problem, fault.remedy)
                if not text and not may_be_empty:
                    raise _Unusable(_("The cell is empty."), _("Write the missing value, or delete the row."))
                values.append(read(text))
            except _Unusable as bad:
                self.problems.append(Problem(bad.problem, bad.remedy, line, name, text[:SHOWN_LENGTH]))
                values.append(filler)
        return values

    def number(self, text: str) -> float:
        form = form_of(text)
        if is_unclear(form, self._decimal, is_given=self._is_given):
            raise _Unusable(
                _("It cannot be told whether the sign in this number is the decimal sign."),
                _("Say which sign is the decimal sign, or write the number without separators of thousands."),
            )
        number = number_of(text, form, self._decimal)
        if number is None and form in (Form.POINT, Form.COMMA):
            raise _Unusable(
                _("Numbers with a decimal point and with a decimal comma are mixed."),
                _("Write all numbers with the same decimal sign."),
            )
        if number is None:
            raise _Unusable(_("This is not a number."), _("Write a number, or delete the row."))
        return number

    def count(self, text: str) -> int:
        number = self.number(text)
        if number < 0 or not number.is_integer():
            raise _Unusable(_("This is not a whole number from 0."), _("Write a count, such as 0 or 12."))
        return int(number)

    def count_or_none(self, text: str) -> int | None:
        return self.count(text) if text else None


def read_table(path: Path, *, name: str | None = None, decimal: Decimal | None = None) -> Table:
    """The table in a CSV or XLSX file, its header in the first row that is not blank.

    ``name`` is what the file was called when its path does not tell. ``decimal`` is the decimal sign; without it the cells tell.
    Raises UnreadableFile, UnknownEncoding.
    """
    return _table_of(read_sheet(path, name=name, delimiter_of=_delimiter_of, where=_WITH_GAPS), decimal)


def table_of_text(text: str, *, decimal: Decimal | None = None) -> Table:
    """The table in a pasted text: tabulators, semicolons or commas between the cells, a header row. Raises UnreadableFile."""
    return _table_of(read_text(text, _delimiter_of(text), where=_WITH_GAPS), decimal)


def table_of_columns(columns: Mapping[str, Sequence[object]]) -> Table:
    """The table of columns that a program sent: numbers, texts, and None for an empty cell. Rows count from 1.

    A number in a text is written with a decimal point. Raises BadTable when the columns differ in length.
    """
    lengths = {name: len(cells) for name, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        longest = max(lengths.values())
        remedy = _("Send the same number of cells in every column; null stands for an empty one.")
        problems = (
            Problem(_("The column ends before the others."), remedy, row=length + 1, column=name)
            for name, length in lengths.items()
            if length < longest
        )
        raise BadTable(_("The columns differ in length."), tuple(problems))
    rows = [[_text_of(cell) for cell in row] for row in zip(*columns.values(), strict=True)]
    return Table(tuple(columns), rows, range(1, len(rows) + 1), Decimal.POINT)


def _delimiter_of(text: str) -> str:
    """The delimiter in the header: other rows may hold it as a decimal sign. Without one the table is one column."""
    header = next((line for line in text.splitlines() if line.strip(" \t;,|")), "")
    for delimiter in DELIMITERS:
        if len(next(csv.reader(io.StringIO(header), delimiter=delimiter), [])) > 1:
            return delimiter
    return _ONE_COLUMN


def _table_of(sheet: Sheet, decimal: Decimal | None) -> Table:
    header = tuple(tidy(name) for name in sheet.header)
    if all(form_of(name) is not Form.NONE for name in header if name):
        problem = Problem(
            _("The first row holds numbers where the names of the columns should be."),
            _("Write a row with the names of the columns above the first one."),
            row=sheet.lines[0] - 1 if sheet.lines else 1,
            value=listed(name for name in header if name)[:SHOWN_LENGTH],
        )
        raise BadTable(_("The table has no header."), (problem,))
    # Semicolons are used in CSV files where the comma is the decimal sign.
    likely = Decimal.COMMA if sheet.delimiter == ";" else None
    rows, lines = sheet.rows, sheet.lines
    if len([name for name in header if name]) > 1:
        kept = [place for place, row in enumerate(rows) if not is_blank(row)]
        rows, lines = [rows[place] for place in kept], [lines[place] for place in kept]
    return Table(header, rows, lines, decimal, likely, sheet.faults)


def _text_of(cell: object) -> str:
    return "" if cell is None else str(cell)


def _columns_named(name: str, header: Sequence[str]) -> list[int]:
    """The places of the columns of this name; without regard to case only when none is written exactly so."""
    wanted = tidy(name)
    exact = [place for place, found in enumerate(header) if found == wanted]
    return exact or [place for place, found in enumerate(header) if found and found.casefold() == wanted.casefold()]


def _bad_cells(problems: Collection[Problem]) -> BadTable:
    """The refusal that names the cells, row by row."""
    ordered = sorted(problems, key=lambda problem: problem.row or 0)
    if len(ordered) > MOST_PROBLEMS:
        said = _(
            "Cells that cannot be used: %(count)s; the first %(most)s are named.",
            count=len(ordered),
            most=MOST_PROBLEMS,
        )
    else:
        said = _("Cells that cannot be used: %(count)s.", count=len(ordered))
    return BadTable(said, tuple(ordered[:MOST_PROBLEMS]))
