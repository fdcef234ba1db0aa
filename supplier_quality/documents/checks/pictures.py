"""Pictures: walked from their first to their last byte, so that nothing stands behind the end."""

import mmap
import re
import struct
import zlib
from typing import BinaryIO

from supplier_quality.documents.checks.unfit import (
    ARCHIVES,
    OLE,
    PROGRAMS,
    SEND_AGAIN,
    Unfit,
    mapped,
    not_what_it_says,
    refuse_double,
    something_behind,
)
from supplier_quality.language import _

MOST_PIXELS = 300_000_000
"""An A0 drawing scanned with 400 dots per inch has 240 million."""

_PNG = b"\x89PNG\r\n\x1a\n"
_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_END, _SCAN = 0xD9, 0xDA
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


def check_png(file: BinaryIO, size: int) -> None:
    """Every chunk whole and with its right sum, from IHDR to IEND. Raises Unfit."""
    with mapped(file, size) as data:
        if data[:8] != _PNG:
            raise not_what_it_says()
        if data[12:16] != b"IHDR" or size < 33:
            raise _incomplete()
        _check_pixels(*struct.unpack(">II", data[16:24]))
        if _end_of_png(data, size) != size:
            raise something_behind()
        refuse_double(file, data)


def _end_of_png(data: mmap.mmap, size: int) -> int:
    place = 8
    while place + 12 <= size:
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        end: int = place + 12 + length
        if end > size or zlib.crc32(data[place + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise _incomplete()
        if kind == b"IEND":
            return end
        place = end
    raise _incomplete()


def check_jpeg(file: BinaryIO, size: int) -> None:
    """Every segment whole, up to the end of the picture. Cameras write data of their own behind it: further pictures,
    a short film; only what other programs would open is refused there. Raises Unfit."""
    with mapped(file, size) as data:
        if data[:3] != b"\xff\xd8\xff":
            raise not_what_it_says()
        rest = data[_end_of_jpeg(data, size) :]
        if rest.startswith(PROGRAMS) or any(sign in rest for sign in (*ARCHIVES, OLE, b"%PDF-")):
            raise something_behind()
        refuse_double(file, data)


def _end_of_jpeg(data: mmap.mmap, size: int) -> int:
    place = 2
    while place + 2 <= size and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        place += 2
        if marker == _END:
            return place
        if marker in _ALONE:
            continue
        length = int.from_bytes(data[place : place + 2], "big")
        if marker in _SIZES:
            _check_pixels(*struct.unpack(">HH", data[place + 3 : place + 7].ljust(4, b"\0")))
        place += max(length, 2)
        if marker == _SCAN:
            found = _AFTER_SCAN.search(data, place)
            place = found.start() if found else size
    raise _incomplete()


def check_tiff(file: BinaryIO, size: int) -> None:
    """The order of bytes and the first directory of the picture. Raises Unfit."""
    with mapped(file, size) as data:
        order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(data[:4])
        if order is None:
            raise not_what_it_says()
        if size < 8:
            raise _incomplete()
        (first,) = struct.unpack(f"{order}I", data[4:8])
        if not 8 <= first <= size - 2:
            raise _incomplete()
        (entries,) = struct.unpack(f"{order}H", data[first : first + 2])
        if not entries or first + 2 + 12 * entries + 4 > size:
            raise _incomplete()
        refuse_double(file, data)


def _check_pixels(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise Unfit(
            _("the picture would unpack to %(count)s million points.", count=width * height // 1_000_000),
            _("Make it smaller, for instance by scanning with 200 dots per inch, or send several files."),
        )


def _incomplete() -> Unfit:
    return Unfit(_("the picture is not complete."), SEND_AGAIN)
