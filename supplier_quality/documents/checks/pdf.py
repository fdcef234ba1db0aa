"""PDF files: whole, and without anything that acts by itself, holds other files or reaches out of the document.

Names are looked for in all bytes, so that no trick of the syntax hides them: a name long enough does not occur by chance.
They may be written with hexadecimal signs (``/J#61vaScript``), and objects may be packed in streams, which are unpacked
here up to a bound. What is packed or encrypted in a way that cannot be looked into is refused.
Names and syntax: ISO 32000-2, 7.3.5 (names), 7.5.7 (object streams), 12.6 (actions).
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from typing import BinaryIO

from supplier_quality.documents.checks.unfit import (
    EXPORT_AGAIN,
    SEND_AGAIN,
    Unfit,
    mapped,
    not_what_it_says,
    refuse_double,
    something_behind,
)
from supplier_quality.language import Words, _

MOST_UNPACKED = 64 * 1024 * 1024
"""Bytes of packed objects in one file; a drawing with 100,000 objects has about 20 MB."""

MOST_STREAMS = 300_000
MOST_OPEN_ACTIONS = 10
_TAIL = 2_048
_DICTIONARY = 2_048
_CHUNK = 4_096
_SPACE = b"\0\t\n\f\r "
_PRINT_AGAIN = _("Print it to a new PDF file (for example with Microsoft Print to PDF) and choose that one.")


def _name(word: str) -> str:
    """A pattern for a name of PDF, each letter as itself or as its number."""
    signs = "".join(f"(?:{sign}|(?i:#{ord(sign):02x}))" for sign in word)
    return rf"/{signs}(?=[\x00\t\n\f\r ()<>\[\]{{}}/%]|$)"


def _names(*words: str, more: str = "") -> re.Pattern[bytes]:
    return re.compile("|".join([*map(_name, words), *filter(None, [more])]).encode("latin-1"))


_REFUSED: tuple[tuple[re.Pattern[bytes], Words, Words], ...] = (
    (_names("JavaScript"), _("it contains a program (JavaScript)."), _PRINT_AGAIN),
    (_names("Launch"), _("it would start a program on the computer of whoever opens it."), _PRINT_AGAIN),
    (
        _names("EmbeddedFile", "EmbeddedFiles", more=r"/EF\s*<<|/EF\s+\d+\s+\d+\s+R"),
        _("other files are packed in it."),
        _("Send each of these files by itself, and the PDF without them."),
    ),
    (_names("RichMedia", "Rendition"), _("it contains films or other active content."), _PRINT_AGAIN),
    (_names("SubmitForm", "ImportData", "GoToE", "GoToR"), _("it reaches for other files or addresses."), _PRINT_AGAIN),
    (re.compile(rb"/XFA\s*(?:\[|\d)"), _("it is a form that contains programs (XFA)."), _PRINT_AGAIN),
)
_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:<<|\d+\s+\d+\s+R)")
_OPEN_ACTION = re.compile(_name("OpenAction").encode() + rb"\s*(?:(\[)|(<<)|(\d+)\s+\d+\s+R)")
_GOES_THERE = re.compile(rb"/S\s*/GoTo(?![A-Za-z#])")
_STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_PACKED = re.compile(_name("ObjStm").encode())
_OTHER_FILTER = re.compile(
    rb"/(?:ASCIIHexDecode|AHx|ASCII85Decode|A85|LZWDecode|LZW|RunLengthDecode|RL|Crypt)(?![A-Za-z])"
    rb"|/Filter\s+\d+\s+\d+\s+R|/Predictor\s+(?:[2-9]|1\d)|/DecodeParms\s+\d"
)
_NUMBERED = re.compile(rb"(?:[\x00\t\n\f\r ]|%[^\r\n]*[\r\n])*\d+[\x00\t\n\f\r ]+\d+")
_FIRST = re.compile(rb"/First\s+(\d+)")


@dataclass(frozen=True, slots=True)
class _Pack:
    """An unpacked object stream; ``first`` is where the objects begin behind their table of contents."""

    text: bytes
    first: int | None

    def find(self, number: int) -> bytes | None:
        if self.first is None or not re.search(rb"(?<!\d)%d(?!\d)" % number, self.text[: self.first]):
            return None
        table = list(map(int, re.findall(rb"\d+", self.text[: self.first])))
        places = dict(zip(table[::2], table[1::2], strict=False))
        return self.text[self.first + places[number] :] if number in places else None


def check_pdf(file: BinaryIO, size: int) -> None:
    """Raises Unfit with the first thing found."""
    with mapped(file, size) as data:
        if data[:5] != b"%PDF-":
            raise not_what_it_says()
        end = data.rfind(b"%%EOF", max(0, size - _TAIL))
        if end < 0:
            raise Unfit(_("the PDF is not complete."), SEND_AGAIN)
        if data[end + 5 :].strip(_SPACE):
            raise something_behind()
        refuse_double(file, data)
        if _ENCRYPTED.search(data):
            raise Unfit(
                _("it is encrypted or protected, so nobody can check what is inside."),
                _("Save it without protection, or print it to a new PDF file."),
            )
        _refuse_names(data)
        packs = []
        for pack in _packs(data):
            _refuse_names(pack.text)
            packs.append(pack)
        _refuse_acting(data, packs)


def _refuse_names(text: mmap | bytes) -> None:
    for pattern, problem, remedy in _REFUSED:
        if pattern.search(text):
            raise Unfit(problem, remedy)


def _packs(data: mmap) -> Iterator[_Pack]:
    """Every stream that unpacks to numbered objects, whatever its dictionary calls it."""
    left = MOST_UNPACKED
    for count, found in enumerate(_STREAM.finditer(data)):
        if count == MOST_STREAMS:
            raise _unreadable()
        place = found.end()
        head = data[max(0, found.start() - _DICTIONARY) : found.start()]
        head = head[head.rfind(b"obj") :]
        called = _PACKED.search(head) is not None
        if called and _OTHER_FILTER.search(head):
            raise _unreadable()
        start = _unpack(data, place, 64)
        if not start:
            if called and b"/F" in head:
                raise _unreadable()
            continue
        if _NUMBERED.match(start) or called:
            text = _unpack(data, place, left + 1)
            left -= len(text)
            if left < 0:
                raise Unfit(_("it would unpack to far more than its size."), _PRINT_AGAIN)
            first = _FIRST.search(head)
            yield _Pack(text, int(first[1]) if first else None)


def _unpack(data: mmap, place: int, most: int) -> bytes:
    """What can be unpacked from here on, at most ``most`` bytes; empty when nothing can."""
    inflate, blocks, left = zlib.decompressobj(), [], most
    try:
        while left > 0 and not inflate.eof and (chunk := inflate.unconsumed_tail or data[place : place + _CHUNK]):
            place += 0 if inflate.unconsumed_tail else _CHUNK
            blocks.append(inflate.decompress(chunk, left))
            left -= len(blocks[-1])
    except zlib.error:
        pass  # readers show what came before the damage, so that is looked at
    return b"".join(blocks)


def _refuse_acting(data: mmap, packs: list[_Pack]) -> None:
    """A PDF may say on which page it opens; nothing else may happen by itself."""
    texts: list[mmap | bytes] = [data, *(pack.text for pack in packs)]
    seen = 0
    for text in texts:
        for found in _OPEN_ACTION.finditer(text):
            if found[1]:
                continue
            seen += 1
            if seen > MOST_OPEN_ACTIONS:
                raise _unreadable()
            action = _object(data, packs, int(found[3])) if found[3] else text[found.end() : found.end() + 1_000]
            if not _only_turns_to_a_page(action):
                raise Unfit(_("something would happen by itself when it is opened."), _PRINT_AGAIN)


def _object(data: mmap, packs: list[_Pack], number: int) -> bytes:
    """The beginning of an object; of several with this number all, because readers differ in which one they take."""
    plain = [
        data[found.end() : found.end() + 1_000] for found in re.finditer(rb"(?<!\d)%d\s+\d+\s+obj\b" % number, data)
    ]
    packed = [text[:1_000] for pack in packs if (text := pack.find(number)) is not None]
    bodies = plain + packed
    if not bodies or not all(map(_only_turns_to_a_page, bodies)):
        return b""
    return bodies[0]


def _only_turns_to_a_page(action: bytes) -> bool:
    action = action.lstrip(_SPACE)
    if action.startswith(b"["):
        return True
    said = action.removeprefix(b"<<").split(b">>", 1)[0]
    return _GOES_THERE.search(said) is not None and b"/Next" not in said and b"#" not in said


def _unreadable() -> Unfit:
    return Unfit(_("it is packed in a way that nobody can check."), EXPORT_AGAIN)
