"""A checked tree as nested Python functions of a frame: the exact meaning of every expression.

A frame is a list: the facts, the steps left, the lists and maps of facts already converted, then one slot per loop
variable. Facts are read where they are used, and
converted and checked there, so that a rule over one field does not pay for the others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from supplier_quality.engine.expressions.errors import EvaluationError, LimitError
from supplier_quality.engine.expressions.facts import READY, from_plain, not_known
from supplier_quality.engine.expressions.functions import FUNCTIONS, at_index, build_map, has_field, iterated, selected
from supplier_quality.engine.expressions.lexer import place
from supplier_quality.engine.expressions.syntax import (
    Call,
    Choice,
    Index,
    ListOf,
    Literal,
    Logic,
    Loop,
    MapOf,
    Name,
    Node,
    Not,
    Select,
)
from supplier_quality.engine.expressions.types import NULL, STRING, Type
from supplier_quality.engine.expressions.values import no_overload
from supplier_quality.language import _

MAX_STEPS = 1_000_000
Frame = list[object]
Closure = Callable[[Frame], object]
# Inside a loop these cost steps by the size of what they look at, so that the budget bounds time.
_SIZED = frozenset({"_+_", "_==_", "_!=_", "@in", "contains", "startsWith", "endsWith", "matches"})


@dataclass(frozen=True, slots=True)
class Path:
    """Where a value is read without converting what lies around it: names from the facts or from a loop variable."""

    slot: int
    names: tuple[str, ...]
    label: str


class Compiler:
    """Turns checked nodes into closures. ``raw`` are the loop variables that hold facts not yet converted."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.raw: dict[int, str] = {}
        self.depth = 0

    def column(self, node: Node) -> int:
        return place(self.text, node.at)[1]

    def path(self, node: Node) -> Path | None:
        match node:
            case Name(slot=None):
                return Path(0, (node.name,), node.name)
            case Name(slot=int(slot)) if slot in self.raw:
                return Path(slot, (), self.raw[slot])
            case Select(test=False):
                return self._path_below(node.operand, node.field)
            case Index(index=Literal(type=type_, value=str(field))) if type_ == STRING:
                if plain(node.operand.type).kind == "record":
                    return self._path_below(node.operand, field)
        return None

    def _path_below(self, operand: Node, field: str) -> Path | None:
        below = self.path(operand)
        if below is None or plain(operand.type).kind not in ("record", "map", "dyn"):
            return None
        return Path(below.slot, (*below.names, field), f"{below.label}.{field}")

    def value(self, node: Node) -> Closure:
        """A closure that never gives null for a fact that may be null: using it is an error then."""
        if node.type.kind != "optional":
            return self.compile(node)
        path = self.path(node)
        if path is not None:
            return self._read(node, path, plain(node.type))
        inner = self.compile(node)
        source, column = self.text[node.start : node.end], self.column(node)

        def known(frame: Frame) -> object:
            value = inner(frame)
            if value is None:
                error = not_known(source)
                error.column = column
                raise error
            return value

        return known

    def compile(self, node: Node) -> Closure:  # noqa: PLR0911 - one answer per kind
        path = self.path(node)
        if path is not None:
            return self._read(node, path, node.type)
        match node:
            case Literal():
                constant = node.value
                return lambda frame: constant
            case Name():
                slot = node.slot
                return lambda frame: frame[slot]  # type: ignore[index]
            case Select():
                return self._select(node)
            case Index():
                return self._located(node, at_index, [self.value(node.operand), self.value(node.index)])
            case ListOf():
                items = [self.value(item) for item in node.items]
                return lambda frame: [item(frame) for item in items]
            case MapOf():
                return self._map(node)
            case Call():
                return self._call(node)
            case Logic():
                return self._logic(node)
            case Not():
                return self._not(node)
            case Choice():
                return self._choice(node)
            case Loop():
                return self._loop(node)
        raise AssertionError(node)

    def _located(self, node: Node, function: Callable[..., object], operands: list[Closure]) -> Closure:
        """A call whose errors say where in the text they arose."""
        column = self.column(node)
        if len(operands) == 2:
            left, right = operands

            def binary(frame: Frame) -> object:
                first = left(frame)
                second = right(frame)
                try:
                    return function(first, second)
                except EvaluationError as error:
                    error.column = error.column or column
                    raise

            return binary

        def call(frame: Frame) -> object:
            values = [operand(frame) for operand in operands]
            try:
                return function(*values)
            except EvaluationError as error:
                error.column = error.column or column
                raise

        return call

    def _read(self, node: Node, path: Path, type_: Type) -> Closure:
        ready = READY.get(type_.kind)
        slot, names, label, column = path.slot, path.names, path.label, self.column(node)

        def read(frame: Frame) -> object:
            value = frame[slot]
            try:
                for name in names:
                    value = value[name]  # type: ignore[index]
            except (KeyError, TypeError, IndexError):
                raise located(not_known(label), column) from None
            if value.__class__ is ready:
                return value
            try:
                return from_plain(value, type_, label)
            except EvaluationError as error:
                raise located(error, column) from None

        return self._bounded(read, path, column) if self.depth and ready is None else read

    def _bounded(self, read: Closure, path: Path, column: int) -> Closure:
        """Reads of lists and maps inside a loop: of facts converted once, of an element paid for by size."""
        label = path.label
        if path.slot:

            def paid(frame: Frame) -> object:
                value = read(frame)
                if value.__class__ in (list, dict):
                    spend(frame, len(value))
                return value

            return paid

        def once(frame: Frame) -> object:
            converted: dict[str, object] = frame[2]  # type: ignore[assignment]
            if label not in converted:
                converted[label] = read(frame)
            return converted[label]

        return once

    def raw_value(self, path: Path, column: int) -> Closure:
        """What lies at a path, not converted."""
        slot, names, label = path.slot, path.names, path.label

        def read(frame: Frame) -> object:
            value = frame[slot]
            try:
                for name in names:
                    value = value[name]  # type: ignore[index]
            except (KeyError, TypeError, IndexError):
                raise located(not_known(label), column) from None
            return value

        return read

    def _select(self, node: Select) -> Closure:
        field, column = node.field, self.column(node)
        if not node.test:
            if plain(node.operand.type).kind == "record":
                return self._located(node, lambda record: _field(record, field, node.type), [self.value(node.operand)])
            return self._located(node, lambda container: selected(container, field), [self.value(node.operand)])
        record = plain(node.operand.type).kind == "record"
        path = self.path(node.operand)
        if path is None:
            operand = self.value(node.operand)
            test = _has_known if record else has_field
            return self._located(node, lambda container: test(container, field), [operand])
        raw = self.raw_value(path, column)

        def has(frame: Frame) -> object:
            container = raw(frame)
            if not isinstance(container, Mapping):
                raise located(not_known(path.label) if container is None else no_overload("has()", container), column)
            return field in container and not (record and container[field] is None)

        return has

    def _map(self, node: MapOf) -> Closure:
        keys = [self.value(key) for key, _value in node.entries]
        values = [self.value(value) for _key, value in node.entries]
        column = self.column(node)

        def build(frame: Frame) -> object:
            try:
                return build_map([key(frame) for key in keys], [value(frame) for value in values])
            except EvaluationError as error:
                raise located(error, column) from None

        return build

    def _call(self, node: Call) -> Closure:
        if node.name in ("_==_", "_!=_"):
            for own, other in (node.args, node.args[::-1]):
                if own.type == NULL and isinstance(own, Literal) and other.type.kind == "optional":
                    return self._null_test(other, negated=node.name == "_!=_")
        operands = [self.value(operand) for operand in node.operands]
        function = FUNCTIONS[node.name]
        if self.depth and node.name in _SIZED:
            return self._sized(node, function, operands)
        return self._located(node, function, operands)

    def _sized(self, node: Call, function: Callable[..., object], operands: list[Closure]) -> Closure:
        column = self.column(node)
        left, right = operands

        def charged(frame: Frame) -> object:
            first = left(frame)
            second = right(frame)
            for value in (first, second):
                if value.__class__ in (list, dict, str) and len(value) > 32:
                    spend(frame, len(value) // 32)
            try:
                return function(first, second)
            except EvaluationError as error:
                raise located(error, column) from None

        return charged

    def _null_test(self, node: Node, *, negated: bool) -> Closure:
        path = self.path(node)
        read = self.compile(node) if path is None else self.raw_value(path, self.column(node))
        return lambda frame: (read(frame) is None) != negated

    def _logic(self, node: Logic) -> Closure:
        terms = [self.value(term) for term in node.terms]
        decisive, column = not node.conjunction, self.column(node)
        symbol = "&&" if node.conjunction else "||"

        def decide(frame: Frame) -> object:
            failed: EvaluationError | None = None
            for term in terms:
                try:
                    value = term(frame)
                except LimitError:
                    raise
                except EvaluationError as error:
                    failed = failed or error
                    continue
                if value is decisive:
                    return value
                if value.__class__ is not bool:
                    failed = failed or located(no_overload(symbol, value), column)
            if failed is not None:
                raise failed
            return not decisive

        return decide

    def _not(self, node: Not) -> Closure:
        def invert(value: object) -> bool:
            if value.__class__ is bool:
                return not value
            raise no_overload("!", value)

        return self._located(node, invert, [self.value(node.operand)])

    def _choice(self, node: Choice) -> Closure:
        condition, yes, no = self.value(node.condition), self.value(node.yes), self.value(node.no)
        column = self.column(node)

        def choose(frame: Frame) -> object:
            value = condition(frame)
            if value is True:
                return yes(frame)
            if value is False:
                return no(frame)
            raise located(no_overload("? :", value), column)

        return choose

    def range_of(self, node: Loop) -> Closure:
        """The elements a loop runs over; those of a declared list of facts are left as they are until they are used."""
        range_ = node.range
        path = self.path(range_)
        column = self.column(node)
        if path is None or plain(range_.type).kind != "list":
            return self._located(node, iterated, [self.value(range_)])
        raw = self.raw_value(path, column)
        self.raw[node.slot] = f"{path.label}[]"

        def elements(frame: Frame) -> object:
            value = raw(frame)
            if value.__class__ in (list, tuple):
                return value
            return located_call(lambda: from_plain(value, plain(range_.type), path.label), column)

        return elements

    def _loop(self, node: Loop) -> Closure:
        range_ = self.range_of(node)
        self.depth += 1
        condition = self.value(node.condition) if node.condition is not None else None
        if node.kind == "map":
            assert node.result is not None
            result = self.value(node.result)
        else:
            result = self._element(node)
        self.depth -= 1
        if node.kind in ("all", "exists"):
            assert condition is not None
            return self._quantifier(node, range_, condition)
        if node.kind == "exists_one":
            assert condition is not None
            return self._exists_one(node, range_, condition)
        return self._collector(node, range_, condition, result)

    def _element(self, node: Loop) -> Closure:
        element = Name(node.start, node.end, node.at, node.variable, False, node.slot)
        range_type = plain(node.range.type)
        element.type = range_type.args[0] if range_type.kind == "list" else element.type
        return self.compile(element)

    def _quantifier(self, node: Loop, range_: Closure, condition: Closure) -> Closure:
        slot, decisive, column = node.slot, node.kind == "exists", self.column(node)
        macro = f"{node.kind}()"

        def quantify(frame: Frame) -> object:
            failed: EvaluationError | None = None
            for item in range_(frame):  # type: ignore[attr-defined]
                spend(frame, 1)
                frame[slot] = item
                try:
                    value = condition(frame)
                except LimitError:
                    raise
                except EvaluationError as error:
                    failed = failed or error
                    continue
                if value is decisive:
                    return value
                if value.__class__ is not bool:
                    failed = failed or located(no_overload(macro, value), column)
            if failed is not None:
                raise failed
            return not decisive

        return quantify

    def _tested(self, node: Loop, condition: Closure) -> Callable[[Frame], bool]:
        macro, column = f"{node.kind}()", self.column(node)

        def test(frame: Frame) -> bool:
            value = condition(frame)
            if value.__class__ is bool:
                return value
            raise located(no_overload(macro, value), column)

        return test

    def _exists_one(self, node: Loop, range_: Closure, condition: Closure) -> Closure:
        slot, test = node.slot, self._tested(node, condition)

        def count(frame: Frame) -> object:
            found = 0
            for item in range_(frame):  # type: ignore[attr-defined]
                spend(frame, 1)
                frame[slot] = item
                found += test(frame)
            return found == 1

        return count

    def _collector(self, node: Loop, range_: Closure, condition: Closure | None, result: Closure) -> Closure:
        slot = node.slot
        test = self._tested(node, condition) if condition is not None else None

        def collect(frame: Frame) -> object:
            found: list[object] = []
            for item in range_(frame):  # type: ignore[attr-defined]
                spend(frame, 1)
                frame[slot] = item
                if test is None or test(frame):
                    found.append(result(frame))
            return found

        return collect


def new_frame(facts: Mapping[str, object], slots: int) -> Frame:
    return [facts, MAX_STEPS, {}, *[None] * (slots - 3)]


def plain(type_: Type) -> Type:
    """The type without its ``?``."""
    return type_.args[0] if type_.kind == "optional" else type_


def located(error: EvaluationError, column: int) -> EvaluationError:
    error.column = error.column or column
    return error


def located_call(call: Callable[[], object], column: int) -> object:
    try:
        return call()
    except EvaluationError as error:
        raise located(error, column) from None


def spend(frame: Frame, steps: int) -> None:
    """Take steps from the budget. Raises LimitError when it is used up."""
    left = frame[1] - steps  # type: ignore[operator]
    frame[1] = left
    if left < 0:
        raise LimitError(_("The expression takes more than %(limit)s steps.", limit=MAX_STEPS))


def _field(record: object, field: str, type_: Type) -> object:
    value = record.get(field, _MISSING) if isinstance(record, dict) else _MISSING
    if value is _MISSING or (value is None and type_.kind != "optional"):
        raise not_known(field)
    return value


def _has_known(record: object, field: str) -> bool:
    return isinstance(record, dict) and record.get(field) is not None


_MISSING = object()
