"""Which files are taken: what the name says and what the content is must agree, and the content must be whole.

This is the one door for every file, whoever sends it and however. The checks themselves are in ``checks``.
"""

import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from supplier_quality.documents.checks.archives import blocks_of, parts_of
from supplier_quality.documents.checks.office import LETTER, SHEET, check_office
from supplier_quality.documents.checks.pdf import check_pdf
from supplier_quality.documents.checks.pictures import check_jpeg, check_png, check_tiff
from supplier_quality.documents.checks.texts import check_dxf, check_list, check_step, check_text
from supplier_quality.documents.checks.unfit import Unfit, not_what_it_says
from supplier_quality.documents.names import clean_name, extension_of, program_ending
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _

ZIP = "application/zip"


class FileRefused(BadInput):
    """The file is not taken; nothing of it was kept."""

    code = "file_refused"

    def __init__(self, name: str, problem: Words, remedy: Words) -> None:
        self.remedy = remedy
        message = _("%(name)s was not taken: %(problem)s", name=name, problem=problem)
        super().__init__(message, (Problem(problem, remedy, column="file", value=name),))


@dataclass(frozen=True, slots=True)
class Kind:
    """One accepted kind of file and how its content is recognised; ``check`` raises when it is not that."""

    media_type: str
    check: Callable[[BinaryIO, int], None]


def recognise(file: BinaryIO, *, name: str, size: int, also: Collection[str] = ()) -> str:
    """The media type of a file that may be kept. ``file`` lies on the disk; ``also`` names endings that are taken here
    and not everywhere (``zip``). Raises FileRefused.
    """
    try:
        return _recognise(file, name=name, size=size, also=also)
    except Unfit as unfit:
        raise FileRefused(name, unfit.problem, unfit.remedy) from None
    finally:
        file.seek(0)


def _recognise(file: BinaryIO, *, name: str, size: int, also: Collection[str]) -> str:
    extension, hidden = extension_of(name), program_ending(name)
    kind = KINDS.get(extension) or (SOMETIMES.get(extension) if extension in also else None)
    if kind is None:
        raise Unfit(_refused_kind(extension), _("Send one of: %(list)s.", list=_listed(also)))
    if hidden:
        raise Unfit(
            _(
                "its name pretends to be two kinds of file (.%(hidden)s and .%(extension)s).",
                hidden=hidden,
                extension=extension,
            ),
            _("Give it a name with one ending."),
        )
    if size == 0:
        raise Unfit(_("the file is empty."), _("Choose the file again."))
    file.seek(0)
    kind.check(file, size)
    return kind.media_type


def _refused_kind(extension: str) -> Words:
    if extension in ("xlsm", "xltm", "docm", "dotm", "xlsb", "xlam", "xls", "doc"):
        return _("files that can hold macros are not taken.")
    if extension in ("zip", "7z", "rar", "gz", "tar", "tgz", "bz2", "xz"):
        return _("archives are not taken, because nobody can see what is inside.")
    if extension in ("svg", "html", "htm", "xhtml", "mht", "mhtml", "xml"):
        return _("files ending in .%(extension)s can hold programs and are not taken.", extension=extension)
    if not extension:
        return _("its name does not say what kind of file it is.")
    return _("files ending in .%(extension)s are not taken.", extension=extension)


def _listed(also: Collection[str]) -> str:
    return ", ".join(extension.upper() for extension in (*KINDS, *sorted(also)))


def _check_zip(file: BinaryIO, size: int) -> None:
    """An archive of files each of which would be taken by itself; archives in it are not. Raises Unfit."""
    parts = [part for part in parts_of(file, size) if not part.is_dir()]
    if not parts:
        raise not_what_it_says()
    for part in parts:
        name = clean_name(part.filename)
        try:
            with tempfile.TemporaryFile() as copy:
                length = sum(copy.write(block) for block in blocks_of(file, part))
                copy.flush()
                _recognise(copy, name=name, size=length, also=())
        except Unfit as unfit:
            said = _("%(name)s inside of it: %(problem)s", name=name, problem=unfit.problem)
            raise Unfit(said, unfit.remedy) from None


KINDS: Mapping[str, Kind] = {
    "pdf": Kind("application/pdf", check_pdf),
    "png": Kind("image/png", check_png),
    "jpg": Kind("image/jpeg", check_jpeg),
    "jpeg": Kind("image/jpeg", check_jpeg),
    "tif": Kind("image/tiff", check_tiff),
    "tiff": Kind("image/tiff", check_tiff),
    "xlsx": Kind(SHEET, check_office(SHEET)),
    "docx": Kind(LETTER, check_office(LETTER)),
    "csv": Kind("text/csv", check_list),
    "txt": Kind("text/plain", check_text),
    "stp": Kind("model/step", check_step),
    "step": Kind("model/step", check_step),
    "dxf": Kind("image/vnd.dxf", check_dxf),
}
SOMETIMES: Mapping[str, Kind] = {"zip": Kind(ZIP, _check_zip)}
ACCEPTED_EXTENSIONS = tuple(KINDS)
ARCHIVES = tuple(SOMETIMES)
