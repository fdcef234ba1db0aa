"""Lists as files for spreadsheets: CSV row by row, XLSX from a write-only workbook. No cell is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

# A cell that begins like this is taken for a formula by spreadsheets (CWE-1236).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def safe_cell(value: object) -> str | int | float:
    """The value as a text no spreadsheet takes for a formula; numbers stay numbers, moments are ISO 8601 in UTC."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = value.strftime("%Y-%m-%d %H:%M:%SZ") if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_lines(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a CSV file with a byte-order mark, without which Excel misreads Chinese."""
    yield "\ufeff" + _line(header)
    for row in rows:
        yield _line(row)


def _line(row: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([safe_cell(value) for value in row])
    return out.getvalue()


def workbook(title: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """The bytes of an XLSX file with one sheet, its header bold and frozen."""
    # Imported late: it costs a fifth of a second that no other page needs.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book: Any = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    heads = []
    for name in header:
        cell = WriteOnlyCell(sheet, value=safe_cell(name))
        cell.font = Font(bold=True)
        heads.append(cell)
    sheet.append(heads)
    for row in rows:
        sheet.append([safe_cell(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
