"""Cells of decision tables: one condition on one input, and the values that are enough to compare cells.

A cell is a value (``high``, ``80``, ``true``), a list of values, a comparison (``">= 80"``), an interval
(``"[80..90)"``, a round bracket leaves the bound out), ``-`` for any, or a CEL condition on ``value``.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from supplier_quality.engine.definitions.findings import Place, Position
from supplier_quality.engine.definitions.nodes import Node, Scalar, Sequence, plain
from supplier_quality.engine.expressions import (
    BOOL,
    Duration,
    EvaluationError,
    ExpressionError,
    Timestamp,
    Type,
    compile_expression,
    fold,
    from_plain,
)
from supplier_quality.language import Text, Words, _

_COMPARISON = re.compile(r"\s*(<=|>=|==|!=|<|>)\s*(.+?)\s*\Z", re.DOTALL)
_INTERVAL = re.compile(r"\s*([\[(])\s*(.+?)\s*\.\.\s*(.+?)\s*([\])])\s*\Z", re.DOTALL)
_VALUE_WORD = re.compile(r"\bvalue\b")
_LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"|(-?[0-9]+(?:\.[0-9]+)?)")
_SECOND = 1_000_000_000
ANY = "-"


class CellFault(Exception):
    """The condition of a cell cannot be read."""

    def __init__(self, words: Words, place: Place) -> None:
        super().__init__(str(words))
        self.words = words
        self.place = place


@dataclass(frozen=True, slots=True)
class Column:
    """One input: its type, and the values it can have as far as the table says."""

    name: str
    type: Type
    values: tuple[object, ...] = ()
    least: Any = None
    most: Any = None

    @property
    def kind(self) -> str:
        return self.type.args[0].kind if self.type.kind == "optional" else self.type.kind

    def admits(self, value: Any) -> bool:
        if value is None:
            return self.type.kind == "optional"
        if self.values and value not in self.values:
            return False
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True, slots=True)
class Cell:
    """A condition: its text for people, its test, and the values at which its answer may change."""

    text: str
    matches: Callable[[object], bool]
    edges: tuple[object, ...]


def read_cell(node: Node, column: Column, *, strict: bool = True) -> Cell | None:
    """The condition of a cell; None for ``-``, which any value satisfies. Raises CellFault.

    ``strict`` also refuses expressions that always fail.
    """
    if isinstance(node, Sequence):
        values = tuple(_value(item, plain(item), column) for item in node.items)
        if not values:
            raise CellFault(_("The list of values is empty."), node)
        return Cell(", ".join(str(plain(item)) for item in node.items), lambda value: value in values, values)
    if not isinstance(node, Scalar):
        raise CellFault(_("A condition is a value, a list, a comparison or an interval."), node)
    if node.raw == ANY:
        return None
    if isinstance(node.value, str):
        return _read_text(node, node.value, column, strict=strict)
    value = _value(node, node.value, column)
    return Cell(node.raw, lambda given: given is not None and given == value, (value,))


def _read_text(node: Scalar, text: str, column: Column, *, strict: bool) -> Cell:
    if text in column.values:
        return Cell(text, lambda given: given == text, (text,))
    if found := _COMPARISON.match(text):
        bound = _literal(node, found[2], column)
        if found[1] not in ("==", "!=") and column.kind in ("bool", "string"):
            raise CellFault(
                _("%(sign)s cannot compare values of type %(type)s.", sign=found[1], type=column.kind), node
            )
        return Cell(text.strip(), _compare(found[1], bound), (bound,))
    if found := _INTERVAL.match(text):
        return _interval(node, text, found, column)
    if _VALUE_WORD.search(text):
        return _condition(node, text, column, strict=strict)
    value = _literal(node, text, column)
    return Cell(text, lambda given: given == value, (value,))


def _interval(node: Scalar, text: str, found: "re.Match[str]", column: Column) -> Cell:
    if column.kind in ("bool", "string"):
        raise CellFault(_("There is no interval of values of type %(type)s.", type=column.kind), node)
    low, high = _literal(node, found[2], column), _literal(node, found[3], column)
    above = _compare(">=" if found[1] == "[" else ">", low)
    below = _compare("<=" if found[4] == "]" else "<", high)
    if low > high or (low == high and (found[1], found[4]) != ("[", "]")):  # type: ignore[operator]
        raise CellFault(_("The interval %(text)s is empty.", text=text), node)
    return Cell(text.strip(), lambda value: above(value) and below(value), (low, high))


def _condition(node: Scalar, text: str, column: Column, *, strict: bool) -> Cell:
    try:
        expression = compile_expression(text, {"value": column.type}, expect=BOOL)
        for fault in fold(expression).faults if strict else ():
            raise ExpressionError(fault.message, fault.column or 1)
    except ExpressionError as error:
        words = error.message if not isinstance(error.message, str) else Text.of(error.message)
        at = Position(node.line, node.text_column + error.column - 1) if node.exact else node
        raise CellFault(words, at) from None

    def matches(value: object) -> bool:
        try:
            return expression.evaluate({"value": value}) is True
        except EvaluationError:
            return False

    return Cell(text, matches, tuple(_literals_in(text, column)))


def _literals_in(text: str, column: Column) -> Iterable[object]:
    for found in _LITERAL.finditer(text):
        written = found[1] or found[2] or ""
        for candidate in (written, *([int(found[3])] if found[3] and "." not in found[3] else [])):
            try:
                yield from_plain(candidate, column.type)
            except EvaluationError:
                continue
        if found[3] and column.kind == "double":
            yield float(found[3])


def _compare(sign: str, bound: Any) -> Callable[[Any], bool]:
    match sign:
        case "<":
            return lambda value: value is not None and value < bound
        case "<=":
            return lambda value: value is not None and value <= bound
        case ">":
            return lambda value: value is not None and value > bound
        case ">=":
            return lambda value: value is not None and value >= bound
        case "!=":
            return lambda value: value != bound
        case _:
            return lambda value: value == bound


def _literal(node: Scalar, text: str, column: Column) -> object:
    """A constant inside a text: quotes around strings and dates may be left out."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return _value(node, text[1:-1], column)
    if column.kind in ("int", "double"):
        try:
            return _value(node, int(text) if re.fullmatch(r"[-+]?\d{1,19}", text) else float(text), column)
        except ValueError:
            raise CellFault(_("%(text)s is not a number.", text=text), node) from None
    if column.kind == "bool" and text in ("true", "false"):
        return text == "true"
    return _value(node, text, column)


def _value(node: Node, given: object, column: Column) -> object:
    if (
        column.kind == "string"
        and isinstance(given, int | float)
        and not isinstance(given, bool)
        and isinstance(node, Scalar)
    ):
        given = node.raw
    try:
        value = from_plain(given, column.type, column.name)
    except EvaluationError as error:
        raise CellFault(Text.of(str(error)), node) from None
    if not column.admits(value):
        message = _("%(value)s is not among the values of %(name)s.", value=given, name=column.name)
        raise CellFault(message, node)
    return value


def sample_values(column: Column, cells: Iterable[Cell | None]) -> list[object]:
    """Values of the input such that whatever the cells can do, they do for one of these.

    For comparisons with constants that is exact: the constants, what lies beside and between them, and a text none of
    them names. For a free CEL condition it is a good sample.
    """
    edges = [edge for cell in cells if cell is not None for edge in cell.edges if edge is not None]
    edges += [bound for bound in (column.least, column.most) if bound is not None]
    samples: list[object]
    if column.values:
        samples = list(column.values)
    elif column.kind == "bool":
        samples = [True, False]
    elif column.kind == "string":
        samples = [*dict.fromkeys(edges), _other_text({str(edge) for edge in edges})]
    else:
        samples = _around(column.kind, sorted(set(edges)))
    samples = [value for value in samples if column.admits(value)]
    return [*samples, None] if column.type.kind == "optional" else samples


def _other_text(taken: set[str]) -> str:
    text = "?"
    while text in taken:
        text += "?"
    return text


def _around(kind: str, edges: list[Any]) -> list[object]:
    if not edges:
        return [_ZERO[kind]]
    if kind == "double":
        between = [(low + high) / 2 for low, high in pairwise(edges)]
        return [edges[0] - 1.0, *edges, *between, edges[-1] + 1.0]
    around: dict[object, None] = {}
    for edge in edges:
        for step in (-1, 0, 1):
            try:
                around[_stepped(kind, edge, step)] = None
            except OverflowError:
                continue
    return list(around)


_ZERO: dict[str, object] = {
    "int": 0,
    "double": 0.0,
    "date": date(2026, 1, 1),
    "timestamp": Timestamp(0),
    "duration": Duration(0),
}


def _stepped(kind: str, edge: Any, step: int) -> object:
    if kind == "int":
        return edge + step
    if kind == "date":
        return edge + timedelta(days=step)
    return type(edge)(edge.ns + step * _SECOND)
