"""Which encoding the bytes of a text file are in. Rules that are sure; where none is, the reader is asked. Pure.

1. A byte-order mark decides (UTF-8, UTF-16).
2. NUL in every second byte is UTF-16 without its mark.
3. What is valid UTF-8 is UTF-8: other text is that by accident only when it is plain ASCII, which is the same.
4. What is left is GB18030 when nearly all bytes above 7F stand in pairs of common Chinese characters, and Windows-1252 when
   they mostly stand alone between ASCII letters. Anything between is not guessed.
"""

import codecs
import re

from supplier_quality.errors import BadInput
from supplier_quality.language import _

KNOWN = ("utf-8", "utf-16", "gb18030", "cp1252")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
# The first level of GB 2312 with its punctuation and full-width forms: the characters of everyday text.
_COMMON_CHINESE = re.compile(rb"(?:[\xb0-\xf7\xa1-\xa3][\xa1-\xfe])+")


class UnknownEncoding(BadInput):
    """Nobody can say for sure which encoding the file is in."""

    code = "unknown_encoding"


def decode(data: bytes, encoding: str | None = None) -> str:
    """The text of the file. Raises UnknownEncoding, also when ``encoding`` is given and does not fit."""
    chosen = encoding or detect(data)
    try:
        text = data.decode(chosen)
    except (UnicodeDecodeError, LookupError) as error:
        raise UnknownEncoding(
            _("The file is not written in %(encoding)s. Save it as UTF-8, or name its encoding.", encoding=chosen)
        ) from error
    return text.removeprefix("\ufeff")


def detect(data: bytes) -> str:
    """The name of the encoding. Raises UnknownEncoding."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if (guessed := _utf_16_without_mark(data[:4096])) is not None:
        return guessed
    if _fits(data, "utf-8"):
        return "utf-8"
    return _chinese_or_western(data)


def _utf_16_without_mark(start: bytes) -> str | None:
    half = len(start) // 2
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if half and odd > half * 0.4 and even == 0:
        return "utf-16-le"
    if half and even > half * 0.4 and odd == 0:
        return "utf-16-be"
    return None


def _chinese_or_western(data: bytes) -> str:
    high = sum(len(run) for run in _HIGH_RUN.findall(data))
    if _fits(data, "gb18030"):
        common = sum(len(run) for run in _COMMON_CHINESE.findall(data) if len(run) >= 2)
        if common >= 0.9 * high:
            return "gb18030"
    lone = sum(1 for run in _HIGH_RUN.findall(data) if len(run) == 1)
    if lone >= 0.7 * high and _fits(data, "cp1252"):
        return "cp1252"
    raise UnknownEncoding(
        _("The encoding of the file cannot be told for sure. Save it as UTF-8, or name its encoding: %(known)s.",
          known=", ".join(KNOWN))
    )  # fmt: skip


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
