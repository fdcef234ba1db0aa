"""Papers of the demo: one page of PDF, as a supplier scans it. The same lines give the same bytes, and so the same hash."""

from collections.abc import Sequence

# A4 in points.
_WIDTH, _HEIGHT = 595, 842
_LEFT, _TOP = 64, 760
_TITLE, _TEXT, _SMALL = 22, 11, 8
_SAMPLE = "Sample of the demo. No certification body has issued it."


def make_paper(title: str, lines: Sequence[str]) -> bytes:
    """One page with a frame, a title and lines of text, which may be Chinese."""
    drawn = ["0.2 0.35 0.35 RG 2 w 36 36 523 770 re S", _line(title, _TITLE, _TOP)]
    drawn += [_line(line, _TEXT, _TOP - 48 - 22 * number) for number, line in enumerate(lines)]
    drawn.append(_line(_SAMPLE, _SMALL, 52))
    content = "\n".join(drawn).encode("ascii")
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R" % (_WIDTH, _HEIGHT)
            + b" /Resources << /Font << /Latin 5 0 R /Han 6 0 R >> >> >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [7 0 R] >>",
            b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 8 0 R"
            b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
            b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880]"
            b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        ]
    )


def _line(text: str, size: int, height: int) -> str:
    """Text in Latin letters where they suffice, otherwise all of the line in the Chinese font."""
    try:
        font, written = "Latin", text.encode("cp1252")
    except UnicodeEncodeError:
        font, written = "Han", text.encode("utf-16-be")
    return f"BT /{font} {size} Tf {_LEFT} {height} Td <{written.hex()}> Tj ET"


def _file(objects: Sequence[bytes]) -> bytes:
    """A file of PDF 1.7 with its table of cross references (ISO 32000-2, 7.5)."""
    written, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        written
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
    )
