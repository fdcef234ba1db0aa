"""Texts: notes, lists, and drawings that are texts (STEP, DXF), in any encoding our suppliers' systems write."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from supplier_quality.documents.checks.unfit import SEND_AGAIN, Unfit, not_what_it_says, page_inside
from supplier_quality.language import _

_BLOCK = 64 * 1024
_OVERLAP = 400
_TAIL = 2_048
ENCODINGS = ("utf-8-sig", "gb18030", "cp1252")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_PAGE = re.compile(r"<\s*(?:script|html|iframe|svg|!doctype\s+html)[\s>/]|<\?php\s", re.IGNORECASE)
# A text may begin with anything but what another program would take as its own.
_OTHER = re.compile(r"\s*(?:#!|<\?xml|<!doctype|\{\\rtf|%PDF-|%!PS|MIME-Version:)", re.IGNORECASE)
# =cmd|'/C calc'!A0 makes a spreadsheet program start another one. No part of the pattern gives back what it took and none
# goes beyond its cell, so that it takes a text once from front to back, whatever stands in it.
_STARTS_PROGRAM = re.compile(r"(?:^|[,;\t|])[ \"']*+[=+@-][^|,;\t\r\n]*+(?<=[A-Za-z0-9_])\|'", re.MULTILINE)


def check_text(file: BinaryIO, _size: int) -> None:
    """Readable as text, and no web page or program under another name. Raises Unfit."""
    encoding = encoding_of(file)
    if encoding is None or _OTHER.match(_start(file, encoding)):
        raise not_what_it_says()
    for text in _blocks(file, encoding):
        if _PAGE.search(text):
            raise page_inside()


def check_list(file: BinaryIO, size: int) -> None:
    """A text whose cells start no program when it is opened as a sheet. Raises Unfit."""
    check_text(file, size)
    for text in _blocks(file, encoding_of(file) or "utf-8-sig"):
        if _STARTS_PROGRAM.search(text):
            raise Unfit(
                _("one of its cells is a formula that would start a program."),
                _("Save the list with values instead of formulas."),
            )


def check_step(file: BinaryIO, size: int) -> None:
    """An exchange file by ISO 10303-21, from its first to its last keyword. Raises Unfit."""
    check_text(file, size)
    if not _head(file).lstrip().startswith(b"ISO-10303-21;"):
        raise not_what_it_says()
    if b"END-ISO-10303-21;" not in _end(file, size):
        raise Unfit(_("the drawing is not complete."), SEND_AGAIN)


def check_dxf(file: BinaryIO, size: int) -> None:
    """A drawing in groups of two lines, code and value, up to EOF. Raises Unfit."""
    if _head(file).startswith(b"AutoCAD Binary DXF"):
        raise Unfit(_("it is a binary DXF file, which nobody can check."), _("Save it as ASCII DXF, STEP or PDF."))
    check_text(file, size)
    lines = [line.strip() for line in _head(file).splitlines()]
    while lines[:1] == [b"999"]:
        lines = lines[2:]
    if lines[:2] != [b"0", b"SECTION"]:
        raise not_what_it_says()
    if _end(file, size).split()[-2:] != [b"0", b"EOF"]:
        raise Unfit(_("the drawing is not complete."), SEND_AGAIN)


def encoding_of(file: BinaryIO) -> str | None:
    """The first encoding in which a file is a text; none when it is not."""
    file.seek(0)
    if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        tried: tuple[str, ...] = ("utf-16",)
    else:
        tried = ENCODINGS
    return next((encoding for encoding in tried if _reads_as(file, encoding)), None)


def _reads_as(file: BinaryIO, encoding: str) -> bool:
    try:
        return not any(_CONTROL.search(text) for text in _blocks(file, encoding))
    except UnicodeDecodeError:
        return False


def _blocks(file: BinaryIO, encoding: str) -> Iterator[str]:
    """The text in blocks, each beginning with the end of the one before, so that nothing hides on a border."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    before = ""
    while block := file.read(_BLOCK):
        text = before + decoder.decode(block)
        yield text
        before = text[-_OVERLAP:]
    yield before + decoder.decode(b"", final=True)


def _start(file: BinaryIO, encoding: str) -> str:
    return next(_blocks(file, encoding))


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(_TAIL).removeprefix(codecs.BOM_UTF8)


def _end(file: BinaryIO, size: int) -> bytes:
    file.seek(max(0, size - _TAIL))
    return file.read(_TAIL)
