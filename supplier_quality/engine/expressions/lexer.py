"""Tokens of CEL: the lexical grammar of the language definition, without uint and bytes."""

import re
from dataclasses import dataclass

from supplier_quality.engine.expressions.errors import ExpressionError
from supplier_quality.language import Message, _

_ESCAPE = r"\\(?:[abfnrtv\\'\"`?]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})"
_STRING = (
    rf'"""(?:[^\\]|{_ESCAPE})*?"""|'
    rf"'''(?:[^\\]|{_ESCAPE})*?'''|"
    rf'"(?:[^\\"\r\n]|{_ESCAPE})*"|'
    rf"'(?:[^\\'\r\n]|{_ESCAPE})*'"
)
_RAW = r"[rR](?:\"\"\".*?\"\"\"|'''.*?'''|\"[^\"\r\n]*\"|'[^'\r\n]*')"
_TOKEN = re.compile(
    rf"""
    (?P<space>(?:[ \t\r\n\f]|//[^\n]*)+)
  | (?P<bytes>(?:[bB][rR]?)(?=["']))
  | (?P<raw>{_RAW})
  | (?P<string>{_STRING})
  | (?P<double>[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)
  | (?P<uint>(?:0x[0-9a-fA-F]+|[0-9]+)[uU])
  | (?P<int>0x[0-9a-fA-F]+|[0-9]+)
  | (?P<name>[_a-zA-Z][_a-zA-Z0-9]*)
  | (?P<quoted>`[a-zA-Z0-9_.\-/ ]+`)
  | (?P<mark>&&|\|\||==|!=|<=|>=|[<>!?:.,+\-*/%()\[\]{{}}])
    """,
    re.VERBOSE | re.DOTALL,
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPES = re.compile(_ESCAPE)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int
    end: int
    value: object = None


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of an offset."""
    line_start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - line_start + 1


def error_at(text: str, offset: int, message: Message) -> ExpressionError:
    line, column = place(text, offset)
    return ExpressionError(message, column, line)


def tokens_of(text: str) -> list[Token]:
    """Every token and a last one of kind ``end``. Raises ExpressionError at the first character that starts none."""
    found: list[Token] = []
    offset = 0
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            raise error_at(text, offset, _unreadable(text, offset))
        kind = str(match.lastgroup)
        if kind == "bytes":
            raise error_at(text, offset, _("Bytes are not supported; write a string without the b."))
        if kind == "uint":
            raise error_at(text, offset, _("Unsigned integers are not supported; write the number without the u."))
        if kind != "space":
            found.append(_token(text, kind, match.group(), offset))
        offset = match.end()
    found.append(Token("end", "", len(text), len(text)))
    return found


def _unreadable(text: str, offset: int) -> Message:
    character = text[offset]
    if character in "'\"" or text[offset : offset + 2] in ("r'", 'r"', "R'", 'R"'):
        return _("This text is not closed, or has an escape that does not exist.")
    if character == "=":
        return _("A single = does not exist; write == to compare.")
    if character in "&|":
        return _("A single %(mark)s does not exist; write %(mark)s%(mark)s.", mark=character)
    return _("%(character)s has no meaning here.", character=repr(character))


def _token(text: str, kind: str, source: str, start: int) -> Token:
    end = start + len(source)
    if kind == "raw":
        quote = 3 if source[1:4] in ("'''", '"""') else 1
        return _raw_token(text, source, start, quote)
    if kind == "string":
        quote = 3 if source[:3] in ("'''", '"""') and len(source) >= 6 else 1
        return Token("string", source, start, end, _unescape(text, source[quote:-quote], start + quote))
    if kind == "quoted":
        return Token("quoted", source, start, end, source[1:-1])
    if kind == "double":
        return Token("double", source, start, end, float(source))
    if kind == "int":
        return Token(
            "int", source, start, end, int(source, 16) if source[:2] == "0x" else _decimal(text, source, start)
        )
    return Token(kind, source, start, end)


def _decimal(text: str, source: str, start: int) -> int:
    # Python refuses to read very long decimals; none of those is a 64-bit number anyway.
    if len(source.lstrip("0")) > 19:
        raise error_at(text, start, _("%(number)s does not fit into a 64-bit integer.", number=source[:24]))
    return int(source)


def _raw_token(text: str, source: str, start: int, quote: int) -> Token:
    body = source[1 + quote : -quote]
    # CEL has no way to put the closing quote into a raw text: a backslash before it does not help.
    if body.endswith("\\"):
        raise error_at(text, start, _("A raw text cannot hold its own quote; use the other quote or three of them."))
    return Token("string", source, start, start + len(source), body.replace("\r\n", "\n").replace("\r", "\n"))


def _unescape(text: str, body: str, start: int) -> str:
    if "\\" not in body:
        return body.replace("\r\n", "\n").replace("\r", "\n") if "\r" in body else body

    def character(match: re.Match[str]) -> str:
        escape = match.group()[1:]
        if escape[0] in _SIMPLE:
            return _SIMPLE[escape[0]]
        if escape[0] in "\\'\"`?":
            return escape
        code = int(escape[1:], 16) if escape[0] in "xXuU" else int(escape, 8)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise error_at(text, start + match.start(), _("%(escape)s is not a character.", escape=match.group()))
        return chr(code)

    plain: list[str] = []
    last = 0
    for match in _ESCAPES.finditer(body):
        plain.append(body[last : match.start()].replace("\r\n", "\n").replace("\r", "\n"))
        plain.append(character(match))
        last = match.end()
    plain.append(body[last:].replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(plain)
