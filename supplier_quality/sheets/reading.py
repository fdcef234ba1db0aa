"""From the bytes of a file to rows of texts with their line numbers. Opens no database."""

import csv
import io
import marshal
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _
from supplier_quality.sheets.encodings import decode, detect
from supplier_quality.sheets.table import Merged, Where, fill_merged, header_texts, is_blank, tidy

MAX_BYTES = 100_000_000
MAX_ROWS = 500_000
MAX_UNPACKED = 400_000_000
MAX_ENTRIES = 2_000
DELIMITERS = (",", ";", "\t", "|")
CHILD_SECONDS = 120
HEAD_ROWS = 200
HEAD_BYTES = 256 * 1024
_LOOKED_AT = 20

NO_FAULTS: Mapping[tuple[int, int], "Fault"] = MappingProxyType({})

FIRST = Where()
"""The first sheet, its header in the first row that is not blank."""

_CHILD = Path(__file__).with_name("sheet_child.py")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class UnreadableFile(BadInput):
    """The file is not a table we can read."""

    code = "unreadable_file"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell of a spreadsheet cannot be believed, and what to do about it."""

    problem: Words
    remedy: Words


FAULTS = {
    "formula": Fault(
        _("The cell holds a formula whose value was never calculated."),
        _("Open the file in a spreadsheet program and save it there, or paste the value instead of the formula."),
    ),
    "error": Fault(
        _("The cell shows an error of the spreadsheet."), _("Mend its formula, or write the value or nothing instead.")
    ),
    "long_number": Fault(
        _("The number has more than 15 digits; a spreadsheet keeps no more, so its end was lost."),
        _("Format the column as text and type the number again."),
    ),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and its rows; ``lines[i]`` is the line of the file on which ``rows[i]`` begins, the first line being 1.

    ``faults`` says of cells, by line and place in the row, why what stands in them cannot be believed. ``hidden`` is how many rows
    of the sheet are hidden. ``delimiter`` is what stands between the cells of a text.
    """

    header: list[str]
    rows: list[list[str]]
    lines: Sequence[int]
    faults: Mapping[tuple[int, int], Fault] = field(default_factory=lambda: NO_FAULTS)
    hidden: int = 0
    delimiter: str | None = None

    def column(self, place: int) -> list[str]:
        """One column from top to bottom; a row that ends early has empty texts there."""
        if not self.rows or min(map(len, self.rows)) > place:
            return [row[place] for row in self.rows]
        return [row[place] if place < len(row) else "" for row in self.rows]


@dataclass(frozen=True, slots=True)
class Glance:
    """What one sheet of a file begins with, for finding out where its table stands. A text file is one sheet without a name."""

    sheet: str | None
    is_shown: bool
    rows: list[list[str]]
    merged: Sequence[Merged] = ()


def read_sheet(
    path: Path,
    *,
    name: str | None = None,
    encoding: str | None = None,
    wanted: Sequence[str] = (),
    where: Where = FIRST,
    delimiter_of: Callable[[str], str] | None = None,
) -> Sheet:
    """The table in a CSV or XLSX file. ``wanted`` are column names that help to tell the delimiter.

    ``delimiter_of`` tells it from the text instead. ``name`` is what the file was called when its path does not tell. Raises UnreadableFile, UnknownEncoding.
    """
    if _is_spreadsheet(path, name or path.name):
        return _sheet_of(_spreadsheet_rows(path, MAX_ROWS + 1, "all", where.sheet), where)
    text = decode(path.read_bytes(), encoding)
    return read_text(text, delimiter_of(text) if delimiter_of else _delimiter(text, wanted), where=where)


def read_text(text: str, delimiter: str, *, where: Where = FIRST) -> Sheet:
    """The table in a text. Raises UnreadableFile."""
    rows, lines = _text_rows(text, delimiter)
    return replace(_sheet(rows, lines, where=where), delimiter=delimiter)


def read_head(path: Path, *, name: str, encoding: str | None = None, where: Where = FIRST) -> Sheet:
    """The header and the first rows of a file, for showing what stands in its columns; quick also for large files.

    Raises UnreadableFile, UnknownEncoding.
    """
    if _is_spreadsheet(path, name):
        return _sheet_of(_spreadsheet_rows(path, HEAD_ROWS, "head", where.sheet), where)
    return _sheet(_first_text_rows(path, encoding), None, where=where)


def glance_at(path: Path, *, name: str, encoding: str | None = None) -> list[Glance]:
    """What each sheet of a file begins with. Raises UnreadableFile, UnknownEncoding."""
    if not _is_spreadsheet(path, name):
        return [Glance(None, True, _first_text_rows(path, encoding))]
    return [Glance(*found) for found in _ask_child(path, HEAD_ROWS, "look", None)]


def _first_text_rows(path: Path, encoding: str | None) -> list[list[str]]:
    with path.open("rb") as file:
        data = file.read(HEAD_BYTES)
        whole = not file.read(1)
    chosen = encoding or detect(data if whole else _whole_lines(data))
    text = decode(data if whole else _whole_lines(data, chosen), chosen)
    delimiter = _delimiter(text, ())
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), HEAD_ROWS))
    except csv.Error as error:
        raise UnreadableFile(
            _("The rows of the file cannot be told apart."), (_quoting_problem(text, delimiter, str(error)),)
        ) from error
    return rows


def _whole_lines(data: bytes, encoding: str = "") -> bytes:
    """The bytes up to the last line that is whole; a character cut in two could not be decoded."""
    width = 2 if encoding.startswith("utf-16") or data.startswith((b"\xff\xfe", b"\xfe\xff")) else 1
    if width == 1:
        end = data.rfind(b"\n")
        return data[: end + 1] if end > 0 else data
    return data[: len(data) - len(data) % 4]


def _is_spreadsheet(path: Path, name: str) -> bool:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise UnreadableFile(
            _("The file has %(size)s MB; the most is %(most)s MB.", size=size // 1_000_000, most=MAX_BYTES // 1_000_000)
        )
    with path.open("rb") as file:
        start = file.read(8)
    spreadsheet = start.startswith(b"PK\x03\x04")
    if start.startswith(_OLD_EXCEL):
        raise UnreadableFile(_("This is an old or encrypted Excel file. Save it as .xlsx without a password."))
    if spreadsheet != name.lower().endswith((".xlsx", ".xlsm")):
        raise UnreadableFile(_("The content of the file is not what its name says. Save it as .csv or .xlsx again."))
    return spreadsheet


def _sheet_of(read: "_Read", where: Where) -> Sheet:
    """The sheet that the child process read, with what is hidden left out when that is wanted."""
    rows, faults, merged, hidden = read
    if where.leave_hidden and not isinstance(hidden, int):
        for line in hidden:
            if line <= len(rows):
                rows[line - 1] = []
    return _sheet(rows, None, faults, merged, where, hidden if isinstance(hidden, int) else len(hidden))


def _sheet(
    rows: list[list[str]],
    lines: Sequence[int] | None,
    faults: Mapping[tuple[int, int], Fault] = NO_FAULTS,
    merged: Sequence[Merged] = (),
    where: Where = FIRST,
    hidden: int = 0,
) -> Sheet:
    """Takes the rows that ``where`` names as the header, by default the first that is not blank; blank rows as ``where`` says."""
    lines = lines if lines is not None else range(1, len(rows) + 1)
    filled = [not is_blank(row) for row in rows]
    if True not in filled:
        raise UnreadableFile(_("The file is empty."))
    if len(rows) > MAX_ROWS:
        raise UnreadableFile(_("The file has more than %(most)s rows. Split it.", most=MAX_ROWS))
    top = filled.index(True)
    if where.line is not None:
        top = next((place for place, line in enumerate(lines) if line >= where.line), len(rows))
        if top >= len(rows) or not any(filled[top : top + where.lines]):
            raise UnreadableFile(_("Row %(line)s, where the header should be, is empty.", line=where.line))
    header = header_texts(rows, top, where.lines, merged)
    start = top + where.lines
    if merged:
        fill_merged(rows, start, merged)
    if all(filled[start:]):
        return Sheet(header, rows[start:], lines[start:], faults, hidden)
    kept = [place for place in range(start, len(rows)) if filled[place]]
    if where.keep_gaps and kept:
        whole = slice(kept[0], kept[-1] + 1)
        return Sheet(header, rows[whole], lines[whole], faults, hidden)
    return Sheet(header, [rows[place] for place in kept], [lines[place] for place in kept], faults, hidden)


def _text_rows(text: str, delimiter: str) -> tuple[list[list[str]], Sequence[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        # What was read before the error stands in the list, so the row that could not be read begins right after it.
        raise UnreadableFile(
            _("The rows of the file cannot be told apart."),
            (_quoting_problem(text, delimiter, str(error)),),
        ) from error
    if reader.line_num == len(rows):
        return rows, range(1, len(rows) + 1)
    return rows, _first_lines(text, delimiter)


def _first_lines(text: str, delimiter: str) -> list[int]:
    """The line on which each row begins, in a file with line breaks inside of quotes."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines, before = [], 0
    try:
        for _row in reader:
            lines.append(before + 1)
            before = reader.line_num
    except csv.Error:
        lines.append(before + 1)
    return lines


def _quoting_problem(text: str, delimiter: str, said: str) -> Problem:
    return Problem(
        _("A quotation mark is opened and not closed, or stands inside of a text (%(said)s).", said=said),
        _('Write a quotation mark inside of a quoted text twice: "".'),
        row=_first_lines(text, delimiter)[-1],
    )


def _delimiter(text: str, wanted: Sequence[str]) -> str:
    """The delimiter under which some row has most of the wanted columns; if equal, the one that cuts most rows alike, and then
    into most columns. The first row alone would not do: it may be a title."""
    start = text[:100_000].lstrip("\r\n")

    def fit(delimiter: str) -> tuple[int, float, int]:
        try:
            rows = list(islice(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), _LOOKED_AT))
        except csv.Error:
            return (0, 0.0, 0)
        rows = [row for row in rows if row]
        found = max((len({tidy(name) for name in row} & names) for row in rows), default=0)
        (width, count), *_others = Counter(map(len, rows)).most_common(1) or [(0, 0)]
        return (found, count / len(rows) if width > 1 else 0.0, width)

    names = {tidy(name) for name in wanted}
    return max(DELIMITERS, key=fit)


_Read = tuple[list[list[str]], dict[tuple[int, int], Fault], list[Merged], list[int] | int]


def _spreadsheet_rows(path: Path, row_limit: int, mode: str, sheet: str | None) -> _Read:
    """Rows, faults, merged cells, and which rows are hidden; of a head only how many are."""
    rows, faults, merged, hidden = _ask_child(path, row_limit, mode, sheet)
    return rows, {(line, place): FAULTS[fault] for line, place, fault, _shown in faults}, merged, hidden


def _ask_child(path: Path, row_limit: int, mode: str, sheet: str | None) -> Any:
    _check_archive(path)
    child = subprocess.Popen(
        [sys.executable, "-I", str(_CHILD), str(path), str(row_limit), mode, sheet or ""],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        output, _errors = child.communicate(timeout=CHILD_SECONDS)
    except subprocess.TimeoutExpired as error:
        child.kill()
        child.communicate()
        raise UnreadableFile(_("Reading the spreadsheet took too long. Save it as CSV.")) from error
    if child.returncode != 0 or not output:
        raise UnreadableFile(
            _(
                "The spreadsheet needs too much memory when it is opened. Delete empty rows and columns, or save it as CSV."
            )
        )
    kind, answer = marshal.loads(output)  # noqa: S302 (written by our own child process)
    if kind == "rows":
        raise UnreadableFile(_("The file has more than %(most)s rows. Split it.", most=MAX_ROWS))
    if kind == "error":
        raise UnreadableFile(_("The spreadsheet cannot be read: %(said)s.", said=answer))
    return answer


def _check_archive(path: Path) -> None:
    """Refuse by the archive's directory, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableFile(_("The spreadsheet is damaged. Open it and save it again.")) from error
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        raise UnreadableFile(_("This archive is not an Excel workbook. Save the table as .xlsx."))
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise UnreadableFile(
            _("The spreadsheet unpacks to more than %(most)s MB. Save it as CSV.", most=MAX_UNPACKED // 1_000_000)
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableFile(_("This is an old or encrypted Excel file. Save it as .xlsx without a password."))
