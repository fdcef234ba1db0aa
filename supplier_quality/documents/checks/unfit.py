"""Why a file is not taken, and what several checks look for."""

import mmap
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from supplier_quality.language import Words, _

ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!")

# Long enough not to occur by chance in 25 MB of compressed picture.
_PAGE = re.compile(
    rb"<(?:script|html|iframe|!doctype\s+html)[\s>]|<svg\s[^<>]{0,300}?xmlns|<\?php\s", re.IGNORECASE | re.DOTALL
)

SAVE_AGAIN = _("Open the file, save it again in this format, and choose the new file.")
SEND_AGAIN = _("Choose the file again; the one we got ends too early.")
EXPORT_AGAIN = _("Open the file, save or print it again as a new file of the same kind, and choose that one.")


class Unfit(Exception):
    """The file is not taken: what was found, and what its sender can do about it."""

    def __init__(self, problem: Words, remedy: Words) -> None:
        super().__init__(str(problem))
        self.problem, self.remedy = problem, remedy


def not_what_it_says() -> Unfit:
    return Unfit(_("its content is not what its name says."), SAVE_AGAIN)


def something_behind() -> Unfit:
    return Unfit(_("something else is hidden behind its end."), EXPORT_AGAIN)


def page_inside() -> Unfit:
    return Unfit(_("a web page or a script is hidden in it."), EXPORT_AGAIN)


def program_inside() -> Unfit:
    return Unfit(_("it contains macros or programs."), _("Save it without macros, or as PDF."))


def unpacks_too_far() -> Unfit:
    return Unfit(
        _("it would unpack to far more than its size."),
        _("Save a sheet again without empty rows, or as PDF; send the files of an archive one by one."),
    )


@contextmanager
def mapped(file: BinaryIO, size: int) -> Iterator[mmap.mmap]:
    """The bytes of a file that lies on the disk, without reading all of it into memory. ``size`` is at least 1."""
    with mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as data:
        yield data


def refuse_double(file: BinaryIO, data: mmap.mmap) -> None:
    """Refuse a file that is also something else: a web page, or an archive, which readers look for from the end."""
    if _PAGE.search(data):
        raise page_inside()
    if zipfile.is_zipfile(file):
        raise Unfit(_("an archive is hidden in it."), EXPORT_AGAIN)
