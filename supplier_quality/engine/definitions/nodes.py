"""Strict YAML: a text becomes nodes that know their line and column, or findings.

Plain YAML guesses: ``no`` becomes false, ``2026-01-31`` a date, a second key silently replaces the first, and a few
lines of anchors expand to gigabytes. Rule files are read without any of that. Only ``true``, ``false``, ``null`` and
decimal numbers are more than text, and size, depth and number of nodes are bounded.
"""

import math
import re
from dataclasses import dataclass

import yaml

from supplier_quality.engine.definitions.findings import START, Notes, Position
from supplier_quality.language import _

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 100_000

Plain = bool | int | float | str | None | list["Plain"] | dict[str, "Plain"]

_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")
_LARGEST = 2**63 - 1
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. ``raw`` is the text as written, ``exact`` says that columns of ``raw`` are columns of the file."""

    line: int
    column: int
    value: bool | int | float | str | None
    raw: str
    exact: bool
    text_column: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    line: int
    column: int
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Nodes by key, in the order of the file, with the place of every key."""

    line: int
    column: int
    items: dict[str, "Node"]
    keys: dict[str, Position]


Node = Scalar | Sequence | Mapping


class _Unreadable(Exception):
    """The text stops being YAML here; what follows cannot be read."""


def read_nodes(text: str, notes: Notes) -> Node | None:
    """The root node of the text; None when it cannot be read, with the reason in ``notes``."""
    if len(text) > MAX_CHARACTERS:
        message = _("The file is longer than %(most)s characters.", most=MAX_CHARACTERS)
        notes.add("file_too_large", message, START)
        return None
    if text.startswith("\ufeff"):
        message = _("The file begins with a byte-order mark; save it as UTF-8 without one.")
        notes.add("byte_order_mark", message, START)
        return None
    try:
        return _Builder(text, notes).build()
    except _Unreadable:
        return None
    except yaml.MarkedYAMLError as error:
        _note_syntax(text, error, notes)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - (text.rfind("\n", 0, error.position) + 1) + 1
        message = _("The character U+%(code)s is not allowed in a rule file.", code=f"{_code_point(error):04X}")
        notes.add("bad_character", message, Position(line, column))
    except RecursionError:
        notes.add("too_deep", _("The file is nested deeper than %(most)s levels.", most=MAX_DEPTH), START)
    return None


def decode(content: bytes, notes: Notes) -> str | None:
    """The text of a file's bytes; None when they are not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = _("The file is not UTF-8: byte %(byte)s cannot be read.", byte=f"0x{content[error.start]:02X}")
        notes.add("not_utf8", message, Position(line, column))
        return None


def plain(node: Node) -> Plain:
    """The value of a node without its places, as JSON knows it."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.items.items()}


class _Builder:
    """Builds nodes from the parser's events, one event at a time, and stops at the first bound that is passed."""

    def __init__(self, text: str, notes: Notes) -> None:
        self._text = text
        self._notes = notes
        self._events = iter(yaml.parse(text, Loader=_LOADER))
        self._nodes = 0

    def build(self) -> Node | None:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.StreamStartEvent | yaml.DocumentEndEvent | yaml.StreamEndEvent):
                continue
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    message = _("A rule file holds one document; remove the second '---'.")
                    self._refuse("several_documents", message, event)
                continue
            root = self._node(event, 1)
        if root is None or (isinstance(root, Scalar) and root.value is None):
            self._notes.add("empty_file", _("The file is empty."), START)
            return None
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._refuse("file_too_large", _("The file holds more than %(most)s values.", most=MAX_NODES), event)
        if depth > MAX_DEPTH:
            self._refuse("too_deep", _("The file is nested deeper than %(most)s levels.", most=MAX_DEPTH), event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            message = _("Anchors and aliases (& and *) are not allowed in a rule file; write the value out.")
            self._refuse("yaml_alias", message, event)
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._refuse("yaml_tag", _("Tags such as %(tag)s are not allowed in a rule file.", tag=tag), event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _sequence(self, event: yaml.Event, depth: int) -> Sequence:
        place = _place(event)
        items: list[Node] = []
        while not isinstance(following := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(following, depth + 1))
        return Sequence(place.line, place.column, tuple(items))

    def _mapping(self, event: yaml.Event, depth: int) -> Mapping:
        place = _place(event)
        items: dict[str, Node] = {}
        keys: dict[str, Position] = {}
        while not isinstance(following := next(self._events), yaml.MappingEndEvent):
            key = self._node(following, depth + 1)
            value = self._node(next(self._events), depth + 1)
            where = Position(key.line, key.column)
            if not isinstance(key, Scalar):
                self._notes.add("bad_key", _("A key must be a name, not a list or a mapping."), where)
            elif key.raw in items:
                message = _(
                    "The key %(key)s is given twice; the first one stands in line %(line)s.",
                    key=key.raw,
                    line=keys[key.raw].line,
                )
                self._notes.add("duplicate_key", message, where)
            else:
                items[key.raw] = value
                keys[key.raw] = where
        return Mapping(place.line, place.column, items, keys)

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        place = _place(event)
        raw: str = event.value
        start, end = event.start_mark, event.end_mark
        assert start is not None
        assert end is not None
        single, width = start.line == end.line, end.column - start.column
        quotes = 2 if event.style in ("'", '"') else 0
        exact = single and width == len(raw) + quotes
        value = raw if event.style else self._typed(raw, place)
        return Scalar(place.line, place.column, value, raw, exact, place.column + quotes // 2)

    def _typed(self, raw: str, place: Position) -> bool | int | float | str | None:
        if raw in ("", "~", "null"):
            return None
        if raw in ("true", "false"):
            return raw == "true"
        if len(raw) > 400 or not _DECIMAL.match(raw):
            return raw
        if _WHOLE.match(raw):
            whole = int(raw)
            if abs(whole) > _LARGEST:
                self._notes.add("number_too_large", _("The number %(number)s is too large.", number=raw), place)
            return whole
        number = float(raw)
        if math.isinf(number):
            self._notes.add("number_too_large", _("The number %(number)s is too large.", number=raw), place)
        return number

    def _refuse(self, code: str, message: object, event: yaml.Event) -> None:
        self._notes.add(code, message, _place(event))  # type: ignore[arg-type]
        raise _Unreadable


def _place(event: yaml.Event) -> Position:
    assert event.start_mark is not None
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)


def _code_point(error: yaml.reader.ReaderError) -> int:
    return error.character if isinstance(error.character, int) else ord(error.character)


def _note_syntax(text: str, error: yaml.MarkedYAMLError, notes: Notes) -> None:
    mark = error.problem_mark or error.context_mark
    place = Position(mark.line + 1, mark.column + 1) if mark else START
    lines = text.splitlines()
    written = lines[place.line - 1] if place.line <= len(lines) else ""
    indentation = written[: len(written) - len(written.lstrip())]
    if "\t" in indentation:
        at = Position(place.line, indentation.index("\t") + 1)
        notes.add("tab_indentation", _("Indent with spaces; YAML does not allow tabs here."), at)
        return
    problem = " ".join(str(part) for part in (error.context, error.problem) if part)
    notes.add("yaml_syntax", _("This is not valid YAML: %(problem)s.", problem=problem), place)
