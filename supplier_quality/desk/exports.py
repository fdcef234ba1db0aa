"""Tables as CSV that a spreadsheet opens without running anything in it."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

# A cell that begins like this is taken for a formula by spreadsheets (CWE-1236).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# Excel reads UTF-8 only with a byte-order mark.
BYTE_ORDER_MARK = "\ufeff"


def safe_cell(value: object) -> str:
    """The value as a text no spreadsheet takes for a formula; numbers stay numbers."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, int | float):
        return text
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_lines(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a CSV file, the first one with its byte-order mark, made one at a time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for place, row in enumerate(chain([header], rows)):
        writer.writerow([safe_cell(value) for value in row])
        yield (BYTE_ORDER_MARK if place == 0 else "") + buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
