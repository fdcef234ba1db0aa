"""Reading the keys of a mapping in a rule file: the right kind of value, or a finding at its place.

Every reader answers with something usable even after a fault, so that one mistake does not hide the next.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from supplier_quality.engine.definitions.durations import IsoDuration, NotADuration
from supplier_quality.engine.definitions.findings import START, Finding, Notes, Place, Position, nearest
from supplier_quality.engine.definitions.nodes import Mapping, Node, Plain, Scalar, Sequence, plain
from supplier_quality.engine.expressions import (
    DYN,
    MAX_TYPE_DEPTH,
    Expression,
    ExpressionError,
    Type,
    compile_expression,
    fold,
    parse_type,
    parse_types,
)
from supplier_quality.language import LANGUAGES, Text, Words, _

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}\Z")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}\Z")
DOTTED = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*\Z")


@dataclass(frozen=True, slots=True)
class Named:
    """A name and where it is written."""

    name: str
    line: int
    column: int


class Fields:
    """The keys of one mapping. Unknown keys are findings as soon as it is opened."""

    def __init__(
        self, node: Node | None, notes: Notes, *, allowed: Iterable[str], what: Words, at: Place = START
    ) -> None:
        self.notes = notes
        self.what = what
        self.place: Place = node if node is not None else at
        self._items: dict[str, Node] = {}
        self._keys: dict[str, Position] = {}
        if isinstance(node, Mapping):
            self._items, self._keys = node.items, node.keys
            self._refuse_unknown(tuple(allowed))
        elif node is not None and not is_empty(node):
            message = _("%(what)s must be a mapping of keys and values, not %(found)s.", what=what, found=shape(node))
            notes.add("wrong_type", message, node)

    def _refuse_unknown(self, allowed: tuple[str, ...]) -> None:
        for key, position in self._keys.items():
            if key in allowed:
                continue
            self.notes.add(
                "unknown_key",
                unknown(_("%(what)s has no key %(name)s.", what=self.what, name=key[:60]), key, allowed),
                position,
            )

    def __contains__(self, key: str) -> bool:
        return key in self._items

    def node(self, key: str, *, required: bool = False) -> Node | None:
        """The node of a key; an empty value counts as absent."""
        node = self._items.get(key)
        if node is not None and is_empty(node) and required:
            self.notes.add("missing_value", _("The key %(key)s has no value.", key=key), node)
            return None
        if node is None and required:
            self.notes.add("missing_key", _("%(what)s needs the key %(key)s.", what=self.what, key=key), self.place)
        return None if node is None or is_empty(node) else node

    def at(self, key: str) -> Place:
        """Where the value of a key stands, or the mapping when it is absent."""
        return self._items.get(key, self.place)

    def string(self, key: str, *, required: bool = False) -> str | None:
        node = self.node(key, required=required)
        return None if node is None else read_string(node, key, self.notes)

    def name(self, key: str, *, required: bool = True, pattern: re.Pattern[str] = NAME) -> str | None:
        node = self.node(key, required=required)
        found = None if node is None else read_name(node, key, self.notes, pattern)
        return found.name if found else None

    def names(self, key: str, *, required: bool = False, pattern: re.Pattern[str] = NAME) -> tuple[Named, ...]:
        """One name or a list of names, each once."""
        node = self.node(key, required=required)
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        found: list[Named] = []
        for item in items:
            named = read_name(item, key, self.notes, pattern)
            if named is None:
                continue
            if any(named.name == other.name for other in found):
                message = _("%(name)s is listed twice under %(key)s.", name=named.name, key=key)
                self.notes.add("duplicate_name", message, named)
                continue
            found.append(named)
        if required and not found and isinstance(node, Sequence) and not node.items:
            self.notes.add("missing_value", _("The key %(key)s has no value.", key=key), node)
        return tuple(found)

    def flag(self, key: str, *, default: bool = False) -> bool:
        node = self.node(key)
        if node is None:
            return default
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        message = _("%(key)s must be true or false, not %(found)s.", key=key, found=shape(node))
        self.notes.add("wrong_type", message, node)
        return default

    def whole(self, key: str, *, required: bool = False, least: int | None = None) -> int | None:
        node = self.node(key, required=required)
        if node is None:
            return None
        if not isinstance(node, Scalar) or isinstance(node.value, bool) or not isinstance(node.value, int):
            message = _("%(key)s must be a whole number, not %(found)s.", key=key, found=shape(node))
            self.notes.add("wrong_type", message, node)
            return None
        if least is not None and node.value < least:
            message = _("%(key)s must be at least %(least)s.", key=key, least=least)
            self.notes.add("out_of_range", message, node)
            return None
        return node.value

    def wholes(self, key: str, *, least: int, most: int) -> tuple[int, ...]:
        """One whole number or a list of them, each once."""
        found: dict[int, None] = {}
        for item in self._items_of(key):
            value = item.value if isinstance(item, Scalar) else None
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                message = _("%(key)s are whole numbers from %(least)s to %(most)s.", key=key, least=least, most=most)
                self.notes.add("out_of_range", message, item)
            else:
                found[value] = None
        return tuple(found)

    def strings(self, key: str) -> tuple[str, ...]:
        """One text or a list of texts."""
        read = (read_string(item, key, self.notes) for item in self._items_of(key))
        return tuple(text for text in read if text is not None)

    def _items_of(self, key: str) -> Iterable[Node]:
        node = self.node(key)
        if node is None:
            return ()
        return node.items if isinstance(node, Sequence) else (node,)

    def one_of(
        self, key: str, choices: Iterable[str], *, default: str | None = None, required: bool = False
    ) -> str | None:
        node = self.node(key, required=required)
        if node is None:
            return default
        written = read_string(node, key, self.notes)
        choices = tuple(choices)
        if written is None or written in choices:
            return written if written is not None else default
        problem = _(
            "%(key)s cannot be %(value)s; it is one of: %(choices)s.",
            key=key,
            value=written,
            choices=", ".join(choices),
        )
        self.notes.add("unknown_value", problem, node)
        return default

    def words(self, key: str, *, required: bool = False, code: str = "missing_key") -> Text | None:
        node = self._items.get(key)
        if node is None or is_empty(node):
            if required:
                message = _("%(what)s needs the text %(key)s.", what=self.what, key=key)
                self.notes.add(code, message, node or self.place)
            elif node is not None:
                self._empty(key, node)
            return None
        return read_words(node, key, self.notes)

    def duration(self, key: str) -> IsoDuration | None:
        node = self.node(key)
        return None if node is None else read_duration(node, key, self.notes)

    def _empty(self, key: str, node: Node) -> None:
        """A key that stands there without a value: whoever wrote it meant something."""
        if self.notes.strict:
            self.notes.add("missing_value", _("The key %(key)s has no value.", key=key), node)

    def durations(self, key: str) -> tuple[IsoDuration, ...]:
        node = self._items.get(key)
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else () if is_empty(node) else (node,)
        if not items:
            self._empty(key, node)
        found = (read_duration(item, key, self.notes) for item in items)
        return tuple(duration for duration in found if duration is not None)

    def expression(
        self, key: str, types: dict[str, Type], *, expect: Type | None = None, required: bool = True
    ) -> Expression | None:
        node = self.node(key, required=required)
        return None if node is None else read_expression(node, key, self.notes, types, expect=expect)

    def entries(self, key: str, *, required: bool = False) -> Iterator[Node]:
        """The items of a list."""
        node = self.node(key, required=required)
        if node is None:
            return
        if not isinstance(node, Sequence):
            message = _("%(key)s must be a list, not %(found)s.", key=key, found=shape(node))
            self.notes.add("wrong_type", message, node)
            return
        if required and not node.items:
            self.notes.add("missing_value", _("The key %(key)s has no value.", key=key), node)
        yield from node.items

    def pairs(
        self, key: str, *, required: bool = False, pattern: re.Pattern[str] = NAME
    ) -> Iterator[tuple[Named, Node]]:
        """The keys of a mapping that are names chosen by the author, with their values."""
        node = self.node(key, required=required)
        if node is None:
            return
        if not isinstance(node, Mapping):
            message = _("%(key)s must be a mapping of names, not %(found)s.", key=key, found=shape(node))
            self.notes.add("wrong_type", message, node)
            return
        for name, value in node.items.items():
            position = node.keys[name]
            if not pattern.match(name):
                self.notes.add("bad_name", _bad_name(name, key), position)
                continue
            yield Named(name, position.line, position.column), value

    def plain_mapping(self, key: str) -> dict[str, Plain]:
        """The plain values of a mapping whose keys are free."""
        node = self.node(key)
        if node is None:
            return {}
        if not isinstance(node, Mapping):
            message = _("%(key)s must be a mapping of names, not %(found)s.", key=key, found=shape(node))
            self.notes.add("wrong_type", message, node)
            return {}
        return {name: plain(value) for name, value in node.items.items()}


def is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def shape(node: Node) -> Words:
    """What a node is, in words: for a sentence that says what was found instead."""
    if isinstance(node, Mapping):
        return _("a mapping")
    if isinstance(node, Sequence):
        return _("a list")
    shown = node.raw if len(node.raw) <= 60 else node.raw[:57] + "..."
    if isinstance(node.value, bool | int | float):
        return _("%(value)s", value=shown)
    return _("the text '%(value)s'", value=shown) if node.raw else _("nothing")


def unknown(message: Words, name: str, known: Iterable[str]) -> Words:
    """The sentence, followed by the known name that was probably meant."""
    likely = nearest(name, known)
    return _("%(sentence)s Did you mean %(likely)s?", sentence=message, likely=likely) if likely else message


def read_string(node: Node, key: str, notes: Notes) -> str | None:
    if isinstance(node, Scalar) and not isinstance(node.value, bool) and node.value is not None:
        return node.raw
    notes.add("wrong_type", _("%(key)s must be a text, not %(found)s.", key=key, found=shape(node)), node)
    return None


def read_name(node: Node, key: str, notes: Notes, pattern: re.Pattern[str] = NAME) -> Named | None:
    if not isinstance(node, Scalar) or node.value is None:
        notes.add("wrong_type", _("%(key)s must be a name, not %(found)s.", key=key, found=shape(node)), node)
        return None
    if not pattern.match(node.raw):
        notes.add("bad_name", _bad_name(node.raw, key), node)
        return None
    return Named(node.raw, node.line, node.column)


def _bad_name(name: str, key: str) -> Words:
    return _(
        "'%(name)s' is no name for %(key)s; a name begins with a letter and has at most 40 letters, digits, _ or -.",
        name=name[:60],
        key=key,
    )


def read_words(node: Node, key: str, notes: Notes) -> Text | None:
    """A text: one for all languages, or ``{en: ..., zh: ...}``."""
    if not isinstance(node, Mapping):
        text = read_string(node, key, notes)
        if text is not None and not text.strip():
            notes.add("missing_value", _("The key %(key)s has no value.", key=key), node)
            return None
        return Text.of(text) if text is not None else None
    found: dict[str, str] = {}
    for language, value in node.items.items():
        if language not in LANGUAGES:
            message = _("%(key)s has no language %(name)s.", key=key, name=language)
            notes.add("unknown_key", unknown(message, language, LANGUAGES), node.keys[language])
            continue
        text = read_string(value, f"{key}.{language}", notes)
        if text is not None:
            found[language] = text
    if "en" not in node.items:
        notes.add("missing_key", _("%(key)s needs a text in English (en).", key=key), node)
    return Text(found) if found else None


def read_duration(node: Node, key: str, notes: Notes) -> IsoDuration | None:
    text = read_string(node, key, notes)
    if text is None:
        return None
    try:
        duration = IsoDuration.parse(text)
    except NotADuration:
        message = _(
            "'%(text)s' under %(key)s is not an ISO 8601 duration such as P5D or PT36H.", text=text[:60], key=key
        )
        notes.add("bad_duration", message, node)
        return None
    if not duration:
        notes.add("bad_duration", _("The duration under %(key)s must be longer than nothing.", key=key), node)
        return None
    return duration


def read_expression(
    node: Node, key: str, notes: Notes, types: dict[str, Type], *, expect: Type | None = None
) -> Expression | None:
    """A compiled expression; a fault is placed at its own column where the file shows the text as it is."""
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        text: str | None = node.raw
    else:
        text = read_string(node, key, notes)
    if text is None:
        return None
    assert isinstance(node, Scalar)
    try:
        expression = compile_expression(text, types, expect=expect)
    except ExpressionError as error:
        notes.add("bad_expression", *_expression_fault(node, error))
        return None
    faults = fold(expression).faults if notes.strict else ()
    for fault in faults:
        notes.add("bad_expression", *_expression_fault(node, ExpressionError(fault.message, fault.column or 1)))
    return None if faults else expression


def _expression_fault(node: Scalar, error: ExpressionError) -> tuple[Words, Place]:
    sentence = error.message if not isinstance(error.message, str) else Text.of(error.message)
    if node.exact:
        return sentence, Position(node.line, node.text_column + error.column - 1)
    message = _("%(sentence)s (column %(column)s of the expression)", sentence=sentence, column=error.column)
    return message, Position(node.line, node.column)


def read_types(node: Node | None, notes: Notes) -> dict[str, Type]:
    """The declared facts. A type that cannot be read is a finding at its place, and the fact may then be anything."""
    if node is None or is_empty(node):
        return {}
    if not isinstance(node, Mapping):
        message = _("%(key)s must be a mapping of names, not %(found)s.", key="facts", found=shape(node))
        notes.add("wrong_type", message, node)
        return {}
    return _read_names(node, "", notes, 0)


def _read_names(node: Mapping, path: str, notes: Notes, depth: int) -> dict[str, Type]:
    types: dict[str, Type] = {}
    for name, part in node.items.items():
        try:
            parse_types({name: DYN})
        except ExpressionError as error:
            notes.add("bad_type", _as_words(error), node.keys[name])
        types[name] = _read_type(part, f"{path}.{name}" if path else str(name), notes, depth)
    return types


def _read_type(node: Node, path: str, notes: Notes, depth: int) -> Type:
    """A written type. Each part that cannot be read is a finding and may be anything: rules are not blamed for it as well."""
    written: object = plain(node) if isinstance(node, Scalar) or depth > MAX_TYPE_DEPTH else None
    if written is None and isinstance(node, Mapping):
        written = Type("record", (), tuple(_read_names(node, path, notes, depth + 1).items()))
    elif written is None and isinstance(node, Sequence):
        written = [_read_type(part, f"{path}[]", notes, depth + 1) for part in node.items]
    try:
        return parse_type(written, path, depth)
    except ExpressionError as error:
        notes.add("bad_type", _as_words(error), node)
        return DYN


def _as_words(error: ExpressionError) -> Words:
    return error.message if not isinstance(error.message, str) else Text.of(error.message)


__all__ = ["Fields", "Finding", "Named"]
