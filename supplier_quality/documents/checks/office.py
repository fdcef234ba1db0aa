"""Office files (ISO/IEC 29500): sheets and letters without macros, foreign objects and links that load by themselves."""

import re
import tempfile
import zipfile
from collections.abc import Callable
from typing import BinaryIO
from xml.etree import ElementTree

from supplier_quality.documents.checks.archives import blocks_of, parts_of, read_part
from supplier_quality.documents.checks.unfit import (
    EXPORT_AGAIN,
    OLE,
    PROGRAMS,
    Unfit,
    not_what_it_says,
    program_inside,
)
from supplier_quality.language import _

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LETTER = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_MOST_RELATIONS = 4 * 1024 * 1024
_OVERLAP = 32
_TYPES = "[content_types].xml"
_PROGRAM_PARTS = (".exe", ".dll", ".js", ".vbs", ".hta", ".lnk", ".bat", ".cmd", ".ps1", ".jar", "vbaproject.bin")
_PROGRAM_FOLDERS = ("/activex/", "/macrosheets/")
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)|\x00")
_STARTS_PROGRAM = re.compile(rb"DDEAUTO\b|<ddeLink\b|:ddeLink\b")
_NESTED = {"xlsx": SHEET, "docx": LETTER}
_SCHEMES = ("http:", "https:", "mailto:", "tel:", "file:")

Check = Callable[[BinaryIO, int], None]


def check_office(main_type: str, *, nested: bool = False) -> Check:
    """A check for files with this main part. ``nested``: the file lies in another one, so none may lie in it."""

    def check(file: BinaryIO, size: int) -> None:
        file.seek(0)
        if file.read(8) == OLE:
            raise Unfit(
                _("it is an old Office file or protected by a password."),
                _("Save it in this format, without a password."),
            )
        parts = parts_of(file, size)
        _check_types(file, parts, main_type)
        for part in parts:
            _check_part(file, part, nested=nested)

    return check


def _check_types(file: BinaryIO, parts: list[zipfile.ZipInfo], main_type: str) -> None:
    listed = next((part for part in parts if part.filename.lower() == _TYPES), None)
    if listed is None:
        raise not_what_it_says()
    root = _parse(read_part(file, listed, most=1024 * 1024))
    types = [str(each.get("ContentType", "")) for each in root.iter()]
    if any("macroenabled" in each.lower() or "vbaproject" in each.lower() for each in types):
        raise program_inside()
    if f"{main_type}.main+xml" not in types:
        raise not_what_it_says()


def _check_part(file: BinaryIO, part: zipfile.ZipInfo, *, nested: bool) -> None:
    name = part.filename.lower()
    if name.endswith(_PROGRAM_PARTS) or any(folder in f"/{name}" for folder in _PROGRAM_FOLDERS):
        raise program_inside()
    is_markup = name.endswith((".xml", ".rels", ".vml"))
    first, before = True, b""
    for block in blocks_of(file, part):
        if first and block:
            _check_start(file, part, block, nested=nested)
            first = False
        if is_markup:
            text = before + block
            if _DECLARES.search(text):
                raise not_what_it_says()
            if _STARTS_PROGRAM.search(text):
                raise program_inside()
            before = text[-_OVERLAP:]
    if name.endswith(".rels"):
        _check_relations(_parse(read_part(file, part, most=_MOST_RELATIONS)))


def _check_start(file: BinaryIO, part: zipfile.ZipInfo, start: bytes, *, nested: bool) -> None:
    """What a part is by its first bytes, whatever it is called."""
    if start.startswith(OLE):
        raise Unfit(
            _("another file is embedded in it (OLE object)."),
            _("Remove the embedded object and send its file by itself."),
        )
    if start.startswith(PROGRAMS):
        raise program_inside()
    if start.startswith(b"PK\x03\x04"):
        # A chart in a letter keeps its figures in a sheet of its own.
        main_type = _NESTED.get(part.filename.lower().rpartition(".")[2])
        if nested or main_type is None:
            raise Unfit(_("an archive is hidden in it."), EXPORT_AGAIN)
        with tempfile.TemporaryFile() as copy:
            size = sum(copy.write(block) for block in blocks_of(file, part))
            copy.flush()
            check_office(main_type, nested=True)(copy, size)


def _check_relations(root: ElementTree.Element) -> None:
    """Links people click are fine; what is loaded by itself from elsewhere is not."""
    for relation in root.iter():
        if relation.get("TargetMode", "").lower() != "external":
            continue
        target = str(relation.get("Target", "")).strip().lower()
        scheme = re.match(r"[a-z][a-z0-9+.-]+:", target)
        if not str(relation.get("Type", "")).endswith("/hyperlink"):
            raise Unfit(
                _("it loads parts from another file or address: %(target)s.", target=target[:80]),
                _("Break these links (in Excel: Data, Edit Links, Break Link) or save it as PDF."),
            )
        if scheme and scheme[0] not in _SCHEMES:
            raise Unfit(
                _("one of its links starts a program: %(target)s.", target=target[:80]),
                _("Remove the link, or save it as PDF."),
            )


def _parse(text: bytes) -> ElementTree.Element:
    if _DECLARES.search(text):
        raise not_what_it_says()
    try:
        return ElementTree.fromstring(text)  # noqa: S314 (entities and declarations were refused above)
    except ElementTree.ParseError as error:
        raise not_what_it_says() from error
