"""The table that somebody pastes or chooses as a file on a page. Files are read and forgotten: their table goes on as text.

So the next request brings the same text again, whatever the browser forgets, and nothing has to be stored.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import request

from supplier_quality.calculator.numbers import Decimal, Form, form_of
from supplier_quality.calculator.tables import Table, read_table, table_of_text
from supplier_quality.errors import BadInput
from supplier_quality.language import Words, _
from supplier_quality.sheets.table import tidy
from supplier_quality.web import fields as own

MOST_LETTERS = 2_000_000
_LOOKED_AT = 500
_BETWEEN = "\x1f"


class Pasted(own.Text):
    """A pasted table: blanks at its ends are empty cells and stay, empty lines above it go."""

    def __init__(self) -> None:
        super().__init__(max_length=MOST_LETTERS)

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **more: Any) -> Any:
        kept = value.lstrip("\r\n") if isinstance(value, str) and value.strip() else None
        return super(own.Text, self).deserialize(kept, attr, data, **more)


class TooMuch(BadInput):
    """The table is larger than a page can carry."""

    code = "too_much"

    def __init__(self) -> None:
        super().__init__(
            _("The table has more than %(most)s letters. Use the command line or the API for it.", most=MOST_LETTERS)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnField:
    """A field of the form that names a column. ``usual`` are names by which it is found; a required one also by being the
    only column of numbers when it ``holds_numbers``. ``gives_way`` says of the form's values whether a column found for this field
    is rather that of the readings, when it is the only column of numbers. ``rare`` ones stand apart.
    """

    name: str
    label: Words
    hint: Words | None = None
    required: bool = False
    holds_numbers: bool = False
    rare: bool = False
    usual: tuple[str, ...] = ()
    gives_way: Callable[[Mapping[str, Any]], bool] | None = None


def sent_file() -> tuple[str, Any] | None:
    """Name and stream of the file that came with the form."""
    given = request.files.get("file")
    return (given.filename, given) if given is not None and given.filename else None


def table_of_file(name: str, file: Any, decimal: Decimal | None) -> Table:
    """The table in an uploaded file. Raises UnreadableFile, UnknownEncoding, BadTable, TooMuch."""
    with tempfile.TemporaryDirectory(prefix="calculator-") as folder:
        path = Path(folder) / "given"
        file.save(path)
        return read_table(path, name=name, decimal=decimal)


def table_of_pasted(text: str, decimal: Decimal | None) -> Table:
    """The table in a pasted text. Raises UnreadableFile, BadTable."""
    return table_of_text(text, decimal=decimal)


def text_of(table: Table) -> str:
    """The table as a text from which the same table is read, its rows on the same lines. Raises TooMuch.

    Cells that cannot be believed become empty, so that they are refused again.
    """
    written = io.StringIO()
    # The delimiter says which sign is the decimal one where no cell does.
    delimiter = ";" if table.likely is Decimal.COMMA else "\t"
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\n")
    writer.writerow(table.header)
    at = 2
    for line, row in zip(table.lines, table.rows, strict=True):
        written.write("\n" * (line - at))
        at = max(line, at) + 1
        writer.writerow("" if (line, place) in table.faults else tidy(text) for place, text in enumerate(row))
        if written.tell() > MOST_LETTERS:
            raise TooMuch
    return written.getvalue()


def offer_of(table: Table) -> str:
    """What tells whether the columns offered on the page are those of this table."""
    return _BETWEEN.join(table.names)


def guess_columns(table: Table, fields: Iterable[ColumnField], values: Mapping[str, Any]) -> dict[str, str]:
    """The columns that can be told by their names, and the only column of numbers where one is needed.

    ``values`` are those of the form's other fields.
    """
    fields = tuple(fields)
    known = {name.casefold(): name for name in table.names}
    found: dict[str, str] = {}
    for field in fields:
        column = next((known[usual] for usual in field.usual if usual in known), None)
        if column is not None and column not in found.values():
            found[field.name] = column
    # Where there is only one column it is the one, however many of its cells are mistaken.
    sought = table.names if len(table.names) == 1 else _numeric(table)
    giving = [field.name for field in fields if field.name in found and field.gives_way and field.gives_way(values)]
    for field in fields:
        if not (field.required and field.holds_numbers) or field.name in found:
            continue
        numeric = [name for name in sought if name not in found.values()]
        numeric = numeric or [found[name] for name in giving if name in found and found[name] in sought]
        if len(numeric) == 1:
            found = {name: column for name, column in found.items() if column != numeric[0]}
            found[field.name] = numeric[0]
    return found


def _numeric(table: Table) -> Sequence[str]:
    columns: dict[str, list[str]] = {}
    for place, name in enumerate(table.header):
        cells = [tidy(row[place]) for row in table.rows[:_LOOKED_AT] if place < len(row)]
        columns[name] = [cell for cell in cells if cell]
    return [
        name
        for name, cells in columns.items()
        if name and cells and sum(form_of(cell) is not Form.NONE for cell in cells) * 2 > len(cells)
    ]
