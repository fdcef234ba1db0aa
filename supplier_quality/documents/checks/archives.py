"""ZIP containers: what their directory says is bounded before anything is unpacked, and then held against the truth.

The directory at the end of the file and the heads in front of each part are two descriptions of the same thing; an archive
in which they differ shows different readers different contents.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from supplier_quality.documents.checks.unfit import (
    EXPORT_AGAIN,
    Unfit,
    not_what_it_says,
    something_behind,
    unpacks_too_far,
)
from supplier_quality.language import _

MOST_PARTS = 5_000
MOST_UNPACKED = 500 * 1024 * 1024
MOST_RATIO = 200  # an honest sheet of equal rows reaches about 60
_BLOCK = 64 * 1024
_HEAD = struct.Struct("<4s5H3I2H")
_END_SIZE = 22
_IS_ENCRYPTED, _IS_UTF8 = 0x1, 0x800


def parts_of(file: BinaryIO, size: int) -> list[zipfile.ZipInfo]:
    """The parts of an archive whose directory is sound and promises a bearable size. Raises Unfit."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _check_bounds(parts, size)
            _check_frame(file, archive, size)
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, ValueError) as error:
        raise not_what_it_says() from error
    _check_names(parts)
    return parts


def blocks_of(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part, block by block, never more than the directory says. Raises Unfit when it lies."""
    left, total, check = part.compress_size, 0, 0
    _go_to_content(file, part)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left:
        packed = file.read(min(_BLOCK, left))
        if not packed:
            raise _lies()
        left -= len(packed)
        place = file.tell()
        for block in _unpacked(inflate, packed):
            total += len(block)
            if total > part.file_size:
                raise unpacks_too_far()
            check = zlib.crc32(block, check)
            yield block
        file.seek(place)  # whoever takes the blocks may read elsewhere in between
    if inflate is not None and (rest := inflate.flush()):
        total, check = total + len(rest), zlib.crc32(rest, check)
        yield rest
    if total != part.file_size or check != part.CRC or (inflate is not None and not inflate.eof):
        raise _lies()


def read_part(file: BinaryIO, part: zipfile.ZipInfo, *, most: int) -> bytes:
    """A whole part of at most ``most`` bytes. Raises Unfit."""
    if part.file_size > most:
        raise not_what_it_says()
    return b"".join(blocks_of(file, part))


def _unpacked(inflate: "zlib._Decompress | None", packed: bytes) -> Iterator[bytes]:
    if inflate is None:
        yield packed
        return
    try:
        while packed:
            if inflate.eof:
                raise _lies()
            yield inflate.decompress(packed, _BLOCK)
            packed = inflate.unconsumed_tail or inflate.unused_data
    except zlib.error as error:
        raise _lies() from error


def _go_to_content(file: BinaryIO, part: zipfile.ZipInfo) -> None:
    file.seek(part.header_offset)
    read = file.read(_HEAD.size)
    if len(read) < _HEAD.size:
        raise _lies()
    head = _HEAD.unpack(read)
    flags, method, name_length, more_length = head[2], head[3], head[9], head[10]
    name = file.read(name_length)
    said = name.decode("utf-8" if flags & _IS_UTF8 else "cp437", "replace")
    if head[0] != b"PK\x03\x04" or method != part.compress_type or said != part.orig_filename:
        raise _lies()
    file.seek(more_length, 1)


def _check_bounds(parts: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * size + 1024 * 1024:
        raise unpacks_too_far()
    for part in parts:
        if part.flag_bits & _IS_ENCRYPTED:
            raise Unfit(_("it is protected by a password."), _("Save it without a password."))
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unfit(_("it is packed in a way that nobody can check."), EXPORT_AGAIN)


def _check_frame(file: BinaryIO, archive: zipfile.ZipFile, size: int) -> None:
    """The first part begins with the file, no two overlap, and the directory ends with the file."""
    file.seek(0)
    if file.read(4) != b"PK\x03\x04":
        raise not_what_it_says()
    end = 0
    for part in sorted(archive.infolist(), key=lambda each: each.header_offset):
        if part.header_offset < end or (end == 0 and part.header_offset):
            raise unpacks_too_far() if end else not_what_it_says()
        end = part.header_offset + _HEAD.size + len(part.orig_filename) + part.compress_size
    if end > archive.start_dir:
        raise unpacks_too_far()
    file.seek(max(0, size - _END_SIZE - len(archive.comment)))
    if file.read(4) != b"PK\x05\x06" or archive.comment:
        raise something_behind()


def _check_names(parts: list[zipfile.ZipInfo]) -> None:
    """Names that would leave the folder into which somebody unpacks, or overwrite each other there."""
    seen = set()
    for part in parts:
        name = part.orig_filename
        folders = name.split("/")
        out = name.startswith("/") or ".." in folders or "\\" in name or ":" in name or not name.isprintable()
        kind = stat.S_IFMT(part.external_attr >> 16)
        if out or (kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind))) or name.lower() in seen:
            raise Unfit(
                _("the name of a part of it is not allowed: %(name)s.", name=ascii(name)[1:61].rstrip("'")),
                EXPORT_AGAIN,
            )
        seen.add(name.lower())


def _lies() -> Unfit:
    return Unfit(_("its directory and its content do not agree."), EXPORT_AGAIN)
