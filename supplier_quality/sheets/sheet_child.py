"""Reads one spreadsheet in a process of its own and prints its texts; started by :mod:`reading`, never imported.

A small file can unpack to more memory than the machine has, or name a cell in the last row and column and make the reader
lay out everything between. Here that ends this process and nothing else. Uses only what is needed to start fast.

The reader of values hides two kinds of cells: errors, and formulas nobody has calculated. Both come out of it as empty texts,
which an import would believe, so they are looked for in the sheet itself. Numbers of more digits than a spreadsheet keeps are
named too. And it hides how numbers are shown: 012345678 kept as a number with the format 000000000 comes out as 12345678, so such
cells are written as people see them.
"""

import datetime
import marshal
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

MEMORY = 1_500_000_000
CPU_SECONDS = 60
LONG_NUMBER = 1e15
"""Spreadsheets keep 15 digits of a number; what comes after them in a longer one was lost when it was typed."""


FORMULA, ERROR, LONG = "formula", "error", "long_number"
"""Why a cell cannot be believed; :mod:`reading` knows the words by these names."""

PADDED = "padded"
"""A number that is shown with leading zeros."""

_long_ones: list[float] = []
"""Long numbers that were met: there hardly ever is one, and going through all cells again costs time."""

_CHUNK = 1 << 20
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STYLES = "xl/styles.xml"
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*\shidden=[\"'](?:1|true)[\"']")
_ZEROS = re.compile(r"0[0 /-]*0")
_MOST_SHEETS = 20
_MARKS = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/", b't="e"', b"t='e'")
"""One of these stands in every sheet with a formula or an error; looking for them costs little beside unpacking."""


def as_text(value: object) -> str:
    """A cell as people see it: 17 and not 17.0, 2026-01-31 and not a number of days."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if abs(value) >= LONG_NUMBER:
            _long_ones.append(value)
            return f"{value:.15g}"
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)


def main(path: str, row_limit: int, mode: str, sheet_name: str) -> None:
    """Print the rows of one sheet (``all``, ``head``), or the first rows of every sheet (``look``)."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    from python_calamine import CalamineError, CalamineWorkbook

    out = sys.stdout.buffer
    try:
        book = CalamineWorkbook.from_path(path)
        answer = _look(book, row_limit) if mode == "look" else _read(book, path, row_limit, mode, sheet_name)
    except (CalamineError, IndexError, ValueError, KeyError, zipfile.BadZipFile, expat.ExpatError) as error:
        answer = ("error", str(error))
    marshal.dump(answer, out)


def _look(book: Any, row_limit: int) -> tuple[str, Any]:
    """Name, whether it is shown, first rows and merged cells of every sheet that holds cells."""
    found = []
    for place, about in enumerate(book.sheets_metadata[:_MOST_SHEETS]):
        if str(about.typ).endswith("WorkSheet"):
            sheet = book.get_sheet_by_index(place)
            rows = _texts(sheet.to_python(skip_empty_area=False, nrows=row_limit))
            found.append((about.name, str(about.visible).endswith(".Visible"), rows, _merged(sheet)))
    return "ok", found


def _read(book: Any, path: str, row_limit: int, mode: str, sheet_name: str) -> tuple[str, Any]:
    """The texts of a sheet, the cells that cannot be believed, the merged cells, and the rows that are hidden.

    Of a head the last is only how many there are.
    """
    if sheet_name and sheet_name not in book.sheet_names:
        raise ValueError(f"there is no sheet {sheet_name!r}")
    place = book.sheet_names.index(sheet_name) if sheet_name else 0
    sheet = book.get_sheet_by_index(place)
    if sheet.total_height > row_limit and mode != "head":
        return "rows", sheet.total_height
    rows = sheet.to_python(skip_empty_area=False, nrows=row_limit)
    cells, hidden = _look_closely(path, row_limit, place, mode)
    texts = _texts(rows)
    faults = [*(cell for cell in cells if cell[2] != PADDED), *(_long_numbers(rows) if _long_ones else ())]
    for line, at, _kind, shown in cells:
        _put(texts, line, at, shown)
    return "ok", (texts, faults, _merged(sheet), hidden)


def _texts(rows: list[list[Any]]) -> list[list[str]]:
    text = str
    return [[cell if type(cell) is text else as_text(cell) for cell in row] for row in rows]


def _merged(sheet: Any) -> list[tuple[int, int, int, int]]:
    """First and last row, first and last column of every merged cell, counted from 0."""
    return [(top, bottom, left, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]


def _look_closely(
    path: str, row_limit: int, place: int, mode: str
) -> tuple[list[tuple[int, int, str, str]], list[int] | int]:
    with zipfile.ZipFile(path) as archive:
        name = _sheet_part(archive, place)
        if name is None:
            return [], []
        marked, hidden = _marks(archive, name)
        zeros = _zero_formats(archive)
        if mode == "head":
            return (_Cells(row_limit, zeros).read(archive, name) if zeros else []), hidden
        if not (marked or hidden or zeros):
            return [], []
        cells = _Cells(row_limit, zeros)
        return cells.read(archive, name), cells.hidden_rows


def _long_numbers(rows: list[list[Any]]) -> list[tuple[int, int, str, str]]:
    return [
        (line, place, LONG, as_text(cell))
        for line, row in enumerate(rows, start=1)
        for place, cell in enumerate(row)
        if type(cell) is float and abs(cell) >= LONG_NUMBER
    ]


def _put(texts: list[list[str]], line: int, place: int, shown: str) -> None:
    """Let a cell that would be empty say what stands there; the last ones of a sheet are not even laid out."""
    while len(texts) < line:
        texts.append([])
    row = texts[line - 1]
    row.extend([""] * (place + 1 - len(row)))
    row[place] = shown


def _sheet_part(archive: zipfile.ZipFile, place: int) -> str | None:
    """Under which name the archive holds a sheet, counted from 0 in the order of the workbook."""
    names = {entry.filename.lower(): entry.filename for entry in archive.infolist()}
    if _RELATIONS not in names:
        return None
    listed = _elements(archive, names[_WORKBOOK], "sheet")
    relation = _attribute(listed[place], "id") if place < len(listed) else None
    for found in _elements(archive, names[_RELATIONS], "Relationship"):
        if relation is not None and found.get("Id") == relation:
            target = found.get("Target", "")
            return names.get((target.lstrip("/") if target.startswith("/") else f"xl/{target}").lower())
    return None


def _zero_formats(archive: zipfile.ZipFile) -> dict[str, str]:
    """Number of a style -> its format, of those that show numbers with leading zeros, such as 000000000 or 00-000-0000."""
    if _STYLES not in archive.namelist():
        return {}
    codes: dict[str, str] = {}
    for found in _elements(archive, _STYLES, "numFmt"):
        code = re.sub(r'[\\"]', "", found.get("formatCode", ""))
        if _ZEROS.fullmatch(code):
            codes[found.get("numFmtId", "")] = code
    if not codes:
        return {}
    formats = _elements(archive, _STYLES, "xf", inside="cellXfs")
    return {
        str(place): codes[found["numFmtId"]] for place, found in enumerate(formats) if found.get("numFmtId") in codes
    }


def _attribute(attributes: dict[str, str], local: str) -> str | None:
    """A value by its name behind the prefix: ``r:id`` is written with other prefixes too."""
    return next((value for name, value in attributes.items() if name.endswith(f":{local}")), None)


def _elements(archive: zipfile.ZipFile, name: str, local: str, *, inside: str | None = None) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    parser = expat.ParserCreate()
    open_ones: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        bare = tag.rpartition(":")[2]
        if bare == local and (inside is None or inside in open_ones):
            found.append(attributes)
        open_ones.append(bare)

    def end(_tag: str) -> None:
        open_ones.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(archive.read(name), True)
    return found


def _marks(archive: zipfile.ZipFile, name: str) -> tuple[bool, int]:
    """Whether any cell may hold a formula or an error, and how many rows are hidden."""
    rest, marked, hidden = b"", False, 0
    for chunk in _chunks(archive, name):
        piece = rest + chunk
        marked = marked or any(mark in piece for mark in _MARKS)
        ends = [found.end() for found in _HIDDEN_ROW.finditer(piece)]
        hidden += len(ends)
        # An element may be cut in two; what was counted is not seen again.
        rest = piece[max([*ends[-1:], len(piece) - 300, 0]) :]
    return marked, hidden


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


class _Cells:
    """Goes through the cells of a sheet in the order of the file."""

    def __init__(self, row_limit: int, zeros: dict[str, str]) -> None:
        self.hidden_rows: list[int] = []
        self._row_limit, self._zeros, self._style = row_limit, zeros, ""
        self._found: list[tuple[int, int, str, str]] = []
        self._row = 0
        self._column = -1
        self._type = ""
        self._formula: str | None = None
        self._value = ""
        self._text: list[str] | None = None

    def read(self, archive: zipfile.ZipFile, name: str) -> list[tuple[int, int, str, str]]:
        parser: Any = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        for chunk in _chunks(archive, name):
            parser.Parse(chunk, False)
            if self._row > self._row_limit:
                return self._found
        parser.Parse(b"", True)
        return self._found

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if local == "c":
            at = attributes.get("r")
            self._column = _column(at) if at else self._column + 1
            self._type, self._formula, self._value = attributes.get("t", ""), None, ""
            self._style = attributes.get("s", "")
        elif local == "row":
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = -1
            if attributes.get("hidden") in ("1", "true"):
                self.hidden_rows.append(self._row)
        elif local in ("f", "v"):
            self._text = []

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        local = tag.rpartition(":")[2]
        if local == "f":
            self._formula, self._text = "".join(self._text or ()), None
        elif local == "v":
            self._value, self._text = "".join(self._text or ()).strip(), None
        elif local == "c":
            if self._type == "e":
                self._note(ERROR, self._value or "#")
            elif self._formula is not None and not self._value and self._type != "str":
                # A formula whose answer is the empty text says so by its type; one without a type has no answer at all.
                self._note(FORMULA, f"={self._formula}")
            elif self._style in self._zeros and self._type in ("", "n") and self._value.isdecimal():
                self._note(PADDED, _padded(self._value, self._zeros[self._style]))

    def _note(self, kind: str, shown: str) -> None:
        if self._row <= self._row_limit:
            self._found.append((self._row, self._column, kind, shown))


def _padded(digits: str, code: str) -> str:
    """``12345678`` in the format ``00-000-0000`` -> ``01-234-5678``."""
    left = list(digits.rjust(code.count("0"), "0"))
    written = [left.pop() if sign == "0" else sign for sign in reversed(code)]
    return "".join([*left, *reversed(written)])


def _column(at: str) -> int:
    """``B7`` -> 1."""
    number = 0
    for letter in re.sub("[^A-Z]", "", at.upper()):
        number = number * 26 + ord(letter) - 64
    return number - 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
