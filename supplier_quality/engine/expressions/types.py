"""The types of facts and expressions: how they are written, read from data, and found for data without a declaration.

Written as in the ``facts:`` block of a rule file: ``bool int double string date timestamp duration``, ``[T]``,
``{name: T}``, ``map(K, V)`` and ``T?`` for a fact that may be null. Inside a string the same syntax nests:
``"map(string, [int])"``. ``dyn`` and ``null`` are not written by people; they are the types of data without a
declaration.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from supplier_quality.engine.expressions.errors import ExpressionError
from supplier_quality.language import _

SCALARS = ("bool", "int", "double", "string", "date", "timestamp", "duration")
KEYS = ("bool", "int", "string", "dyn")
MAX_TYPE_DEPTH = 32
NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*\Z")
RESERVED = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
        "true",
        "false",
        "null",
    ]
)


@dataclass(frozen=True, slots=True)
class Type:
    """One type. ``args`` are the parts of list, map and optional; ``fields`` those of a record, in written order."""

    kind: str
    args: tuple["Type", ...] = ()
    fields: tuple[tuple[str, "Type"], ...] = ()
    number: int = 0

    def __str__(self) -> str:
        if self.kind == "list":
            return f"[{self.args[0]}]"
        if self.kind == "map":
            return f"map({self.args[0]}, {self.args[1]})"
        if self.kind == "optional":
            return f"{self.args[0]}?"
        if self.kind == "record":
            return "{" + ", ".join(f"{name}: {type_}" for name, type_ in self.fields) + "}"
        return "dyn" if self.kind == "variable" else self.kind

    def field(self, name: str) -> "Type | None":
        for own, type_ in self.fields:
            if own == name:
                return type_
        return None


BOOL, INT, DOUBLE, STRING, DATE, TIMESTAMP, DURATION = (Type(kind) for kind in SCALARS)
NULL = Type("null")
DYN = Type("dyn")
_NAMED = {kind: Type(kind) for kind in (*SCALARS, "dyn")}


def list_of(element: Type) -> Type:
    return Type("list", (element,))


def map_of(key: Type, value: Type) -> Type:
    return Type("map", (key, value))


def optional(type_: Type) -> Type:
    return type_ if type_.kind == "optional" else Type("optional", (type_,))


def parse_types(mapping: Mapping[str, object]) -> dict[str, Type]:
    """The declared facts, by name. Raises ExpressionError naming the fact whose type cannot be read."""
    if not isinstance(mapping, Mapping):
        raise ExpressionError(_("The types of the facts must be a mapping of a name to its type."))
    return {_checked_name(name): parse_type(value, str(name)) for name, value in mapping.items()}


def parse_type(value: object, path: str = "", depth: int = 0) -> Type:
    """One written type: a string, a list of one type, or a mapping of field names to types."""
    if depth > MAX_TYPE_DEPTH:
        raise ExpressionError(_("The type of %(path)s is nested too deeply.", path=path))
    if isinstance(value, Type):
        return value
    if isinstance(value, str):
        return _TypeText(value, path).read()
    if isinstance(value, list | tuple):
        if len(value) != 1:
            raise ExpressionError(
                _("The list type of %(path)s needs exactly one element type, as in [string].", path=path)
            )
        return list_of(parse_type(value[0], f"{path}[]", depth + 1))
    if isinstance(value, Mapping):
        fields = tuple(
            (_checked_name(name), parse_type(part, f"{path}.{name}", depth + 1)) for name, part in value.items()
        )
        return Type("record", (), fields)
    raise ExpressionError(
        _("The type of %(path)s is not a type; write for example int, date?, [string] or {name: string}.", path=path)
    )


def _checked_name(name: object) -> str:
    if not isinstance(name, str) or not NAME.match(name):
        raise ExpressionError(_("%(name)s is not a name; use letters, digits and _ only.", name=repr(name)))
    if name in RESERVED:
        raise ExpressionError(_("%(name)s is a reserved word and cannot name a fact.", name=name))
    return name


_TOKEN = re.compile(r"\s*(?:([a-zA-Z_][a-zA-Z0-9_]*)|([\[\]{}(),:?]))")


class _TypeText:
    """Reads a type written inside one string."""

    def __init__(self, text: str, path: str) -> None:
        self.text, self.path, self.offset = text, path, 0
        self.began = 0
        """Where the token read last begins: that is the one an error is about."""

    def read(self) -> Type:
        result = self._type(0)
        if self._next() is not None:
            raise self._error()
        return result

    def _peek(self) -> str | None:
        match = _TOKEN.match(self.text, self.offset)
        return (match[1] or match[2]) if match else None

    def _next(self) -> str | None:
        match = _TOKEN.match(self.text, self.offset)
        if match is None:
            rest = self.text[self.offset :]
            self.began = len(self.text) - len(rest.lstrip())
            if rest.strip():
                raise self._error()
            return None
        self.began, self.offset = match.start(match.lastindex or 0), match.end()
        return match[1] or match[2]

    def _expect(self, token: str) -> None:
        if self._next() != token:
            raise self._error()

    def _error(self) -> ExpressionError:
        words = {"text": self.text, "path": self.path}
        return ExpressionError(_("%(text)s is not a type (fact %(path)s).", **words), self.began + 1)

    def _type(self, depth: int) -> Type:
        if depth > MAX_TYPE_DEPTH:
            raise ExpressionError(_("The type of %(path)s is nested too deeply.", path=self.path))
        token = self._next()
        if token == "[":  # noqa: S105 - a token of a type
            result = list_of(self._type(depth + 1))
            self._expect("]")
        elif token == "{":  # noqa: S105 - a token of a type
            result = self._record(depth)
        elif token == "map":  # noqa: S105 - a token of a type
            self._expect("(")
            key = self._type(depth + 1)
            self._expect(",")
            result = map_of(key, self._type(depth + 1))
            self._expect(")")
            if key.kind not in KEYS:
                raise ExpressionError(
                    _("The key of a map must be string, int or bool (fact %(path)s).", path=self.path)
                )
        elif token in _NAMED:
            result = _NAMED[token]
        else:
            raise self._error()
        if self._peek() == "?":
            self._next()
            result = optional(result)
        return result

    def _record(self, depth: int) -> Type:
        fields: list[tuple[str, Type]] = []
        while True:
            name = self._next()
            if name == "}" and not fields:
                break
            self._expect(":")
            fields.append((_checked_name(name), self._type(depth + 1)))
            closing = self._next()
            if closing == "}":
                break
            if closing != ",":
                raise self._error()
        return Type("record", (), tuple(fields))


def infer_types(facts: Mapping[str, object]) -> dict[str, Type]:
    """The types of plain JSON facts nobody declared.

    A scalar and a list of equal scalars have their own type. An object is ``map(string, dyn)`` and a mixed list
    ``[dyn]``: what is inside is typed when it is read. Null is ``dyn``, since its type is unknown. A name that no
    expression can write is left out.
    """
    usable = (name for name in facts if isinstance(name, str) and NAME.match(name) and name not in RESERVED)
    return {name: infer_type(facts[name]) for name in usable}


def infer_type(value: object) -> Type:  # noqa: PLR0911 - one answer per kind
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return INT
    if isinstance(value, float):
        return DOUBLE
    if isinstance(value, str):
        return STRING
    if isinstance(value, Mapping):
        return map_of(STRING, DYN)
    if isinstance(value, list | tuple):
        kinds = {infer_type(item) for item in value}
        only = kinds.pop() if len(kinds) == 1 else DYN
        return list_of(only if only.kind in SCALARS else DYN)
    return DYN
