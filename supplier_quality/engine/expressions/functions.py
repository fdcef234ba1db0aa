"""What each function and operator does at run time, for any values; which types it takes is also what CEL decides
there."""

import math
import re
from collections.abc import Callable
from datetime import date

from supplier_quality.engine.expressions import times
from supplier_quality.engine.expressions.errors import EvaluationError, LimitError
from supplier_quality.engine.expressions.patterns import matches
from supplier_quality.engine.expressions.values import (
    MAX_INT,
    MIN_INT,
    Duration,
    Timestamp,
    as_key,
    comparable,
    contains_equal,
    divide_doubles,
    equal,
    format_double,
    from_key,
    no_overload,
    unless_left_is_nan,
    whole,
)
from supplier_quality.language import _

MAX_TEXT = 1_000_000
MAX_ITEMS = 100_000


def add(left: object, right: object) -> object:  # noqa: PLR0911 - one answer per kind
    match left, right:
        case bool(), object():
            pass
        case int(), int() if right.__class__ is int:
            return whole(left + right)
        case float(), float():
            return unless_left_is_nan(left + right, left)
        case str(), str():
            if len(left) + len(right) > MAX_TEXT:
                raise EvaluationError(_("The text becomes longer than %(limit)s characters.", limit=MAX_TEXT))
            return left + right
        case list(), list():
            if len(left) + len(right) > MAX_ITEMS:
                raise EvaluationError(_("The list becomes longer than %(limit)s elements.", limit=MAX_ITEMS))
            return left + right
        case Timestamp(), Duration():
            return times.later(left, right)
        case Duration(), Timestamp():
            return times.later(right, left)
        case Duration(), Duration():
            return times.add_durations(left, right)
        case date(), Duration():
            return times.shift_date(left, right)
    raise no_overload("+", left, right)


def subtract(left: object, right: object) -> object:  # noqa: PLR0911 - one answer per kind
    match left, right:
        case bool(), object():
            pass
        case int(), int() if right.__class__ is int:
            return whole(left - right)
        case float(), float():
            return unless_left_is_nan(left - right, left)
        case Timestamp(), Timestamp():
            return times.between(left, right)
        case Timestamp(), Duration():
            return times.earlier(left, right)
        case Duration(), Duration():
            return times.subtract_durations(left, right)
        case date(), date():
            return Duration((left - right).days * times.DAY)
        case date(), Duration():
            return times.shift_date(left, right, -1)
    raise no_overload("-", left, right)


def multiply(left: object, right: object) -> object:
    if left.__class__ is int and right.__class__ is int:
        return whole(left * right)
    if isinstance(left, float) and isinstance(right, float):
        return unless_left_is_nan(left * right, left)
    raise no_overload("*", left, right)


def divide(left: object, right: object) -> object:
    if left.__class__ is int and right.__class__ is int:
        return divide_ints(left, right)
    if left.__class__ is float and right.__class__ is float:
        return divide_doubles(left, right)
    raise no_overload("/", left, right)


def divide_ints(left: int, right: int) -> int:
    """Towards zero, as in CEL; Python divides towards minus infinity."""
    if right == 0:
        raise EvaluationError(_("Division by zero."))
    quotient = abs(left) // abs(right)
    return whole(quotient if (left < 0) == (right < 0) else -quotient)


def remainder(left: object, right: object) -> object:
    """The sign is that of the left side."""
    if left.__class__ is not int or right.__class__ is not int:
        raise no_overload("%", left, right)
    if right == 0:
        raise EvaluationError(_("Remainder of a division by zero."))
    if left == MIN_INT and right == -1:
        raise EvaluationError(_("The result does not fit into a 64-bit integer."))
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def negate(value: object) -> object:
    if value.__class__ is int:
        return whole(-value)
    if value.__class__ is float:
        return -value
    raise no_overload("-", value)


def less(left: object, right: object) -> bool:
    a, b = comparable(left, right, "<")
    return a < b  # type: ignore[operator,no-any-return]


def less_or_equal(left: object, right: object) -> bool:
    a, b = comparable(left, right, "<=")
    return a <= b  # type: ignore[operator,no-any-return]


def greater(left: object, right: object) -> bool:
    a, b = comparable(left, right, ">")
    return a > b  # type: ignore[operator,no-any-return]


def greater_or_equal(left: object, right: object) -> bool:
    a, b = comparable(left, right, ">=")
    return a >= b  # type: ignore[operator,no-any-return]


def unequal(left: object, right: object) -> bool:
    return not equal(left, right)


_KEY_KINDS = frozenset({bool, int, float, str})


def contained(value: object, container: object) -> bool:
    if container.__class__ is list:
        return contains_equal(container, value)
    if container.__class__ is dict and value.__class__ in _KEY_KINDS:
        return as_key(value) in container
    raise no_overload("in", value, container)


def at_index(container: object, index: object) -> object:
    """An element of a list by its number from 0, or a value of a map by its key."""
    if container.__class__ is list:
        return _element(container, index)
    if container.__class__ is dict:
        try:
            return container[as_key(index)]
        except (KeyError, TypeError):
            raise EvaluationError(_("The map has no key %(key)s.", key=_shown(index))) from None
    raise no_overload("[]", container, index)


def _element(values: list[object], index: object) -> object:
    if index.__class__ is float and index.is_integer():
        index = int(index)
    if index.__class__ is not int:
        raise no_overload("[]", values, index)
    if 0 <= index < len(values):
        return values[index]
    raise EvaluationError(_("The list has %(size)s elements, none at %(index)s.", size=len(values), index=index))


def selected(container: object, field: str) -> object:
    if container.__class__ is dict:
        try:
            return container[field]
        except KeyError:
            raise EvaluationError(_("The map has no key %(key)s.", key=_shown(field))) from None
    raise no_overload(f".{field}", container)


def has_field(container: object, field: str) -> bool:
    if container.__class__ is dict:
        return field in container
    raise no_overload("has", container)


def _shown(value: object) -> str:
    return repr(value)[:60] if isinstance(value, str | int | float) else str(value)[:60]


def build_map(keys: list[object], values: list[object]) -> dict[object, object]:
    built: dict[object, object] = {}
    for key, value in zip(keys, values, strict=True):
        if key.__class__ not in (str, int, bool):
            raise EvaluationError(_("The key of a map must be string, int or bool, not %(key)s.", key=_shown(key)))
        own = as_key(key)
        if own in built:
            # The oracle gives up the whole expression here, whatever && or || would make of it.
            raise LimitError(_("The map has the key %(key)s twice.", key=_shown(key)))
        built[own] = value
    return built


def iterated(container: object) -> list[object]:
    """The elements of a list or the keys of a map."""
    if container.__class__ is list:
        return container
    if container.__class__ is dict:
        return [from_key(key) for key in container]
    raise no_overload("all()", container)


def size(value: object) -> int:
    if value.__class__ in (str, list, dict):
        return len(value)
    raise no_overload("size()", value)


_SPACE = " \t\n\r\f\v"
_DIGITS = re.compile(r"[+-]?[0-9]{1,30}\Z")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_HEX = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"([+-]?)(nan(?:\([a-zA-Z0-9_]*\))?|inf(?:inity)?)\Z", re.IGNORECASE)


def to_int(value: object) -> int:
    if value.__class__ is int:
        return value
    if value.__class__ is bool:
        # The checker refuses int(true); for a value of unknown type the oracle allows it.
        return int(value)
    if value.__class__ is float:
        # The open interval is CEL's: the smallest integer itself is not reached by a double.
        if -(2.0**63) < value < 2.0**63:
            return int(value)
        raise EvaluationError(_("The double %(value)s does not fit into an int.", value=format_double(value)))
    if value.__class__ is str:
        text = value.strip(_SPACE)
        number = int(text) if _DIGITS.match(text) else MAX_INT + 1
        if MIN_INT <= number <= MAX_INT:
            return number
        raise EvaluationError(_("%(text)s is not an int.", text=_shown(value)))
    if value.__class__ is Timestamp:
        return value.ns // times.SECOND
    raise no_overload("int()", value)


def to_double(value: object) -> float:
    if value.__class__ in (float, int):
        return float(value)
    if value.__class__ is str:
        return _double_from_text(value)
    raise no_overload("double()", value)


def _double_from_text(original: str) -> float:
    text = original.strip(_SPACE)
    special = _SPECIAL.match(text)
    if special:
        value = math.nan if special[2][0] in "nN" else math.inf
        return math.copysign(value, -1.0 if special[1] == "-" else 1.0)
    if _DECIMAL.match(text):
        return float(text)
    if _HEX.match(text):
        try:
            return float.fromhex(text)
        except OverflowError:
            return -math.inf if text.startswith("-") else math.inf
    raise EvaluationError(_("%(text)s is not a double.", text=_shown(original)))


_TRUE = frozenset({"true", "True", "TRUE", "t", "1"})
_FALSE = frozenset({"false", "False", "FALSE", "f", "0"})


def to_bool(value: object) -> bool:
    if value.__class__ is bool:
        return value
    if value.__class__ is str:
        if value in _TRUE or value in _FALSE:
            return value in _TRUE
        raise EvaluationError(_("%(text)s is not a bool.", text=_shown(value)))
    raise no_overload("bool()", value)


def to_string(value: object) -> str:  # noqa: PLR0911 - one answer per kind
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return format_double(value)
        case Timestamp():
            return times.format_timestamp(value)
        case Duration():
            return times.format_duration(value)
        case date():
            return value.isoformat()
    raise no_overload("string()", value)


def to_timestamp(value: object) -> Timestamp:
    match value:
        case Timestamp():
            return value
        case str():
            return times.parse_timestamp(value)
        case int() if value.__class__ is int:
            return times.checked_timestamp(value * times.SECOND)
        case date():
            return times.midnight(value)
    raise no_overload("timestamp()", value)


def to_duration(value: object) -> Duration:
    match value:
        case Duration():
            return value
        case str():
            return times.parse_duration(value)
    raise no_overload("duration()", value)


def to_date(value: object, zone: object = "") -> date:
    match value, zone:
        case date(), "":
            return value
        case str(), "":
            return times.parse_date(value)
        case Timestamp(), str():
            return times.date_of(value, zone)
    raise no_overload("date()", value)


def _of_texts(name: str, test: Callable[[str, str], bool]) -> Callable[[object, object], bool]:
    def run(value: object, part: object) -> bool:
        if value.__class__ is str and part.__class__ is str:
            return test(value, part)
        raise no_overload(f"{name}()", value, part)

    return run


def _getter(name: str) -> Callable[..., int]:
    def part(value: object, *zone: object) -> int:
        if value.__class__ is Timestamp and all(text.__class__ is str for text in zone):
            return times.timestamp_part(name, value, *zone)  # type: ignore[arg-type]
        if value.__class__ is Duration and not zone and name in times.TIME_PARTS:
            return times.duration_part(name, value)
        if value.__class__ is date and not zone and name in times.DATE_PARTS:
            return times.date_part(name, value)
        raise no_overload(f"{name}()", value, *zone)

    return part


FUNCTIONS: dict[str, Callable[..., object]] = {
    "_+_": add,
    "_-_": subtract,
    "_*_": multiply,
    "_/_": divide,
    "_%_": remainder,
    "-_": negate,
    "_<_": less,
    "_<=_": less_or_equal,
    "_>_": greater,
    "_>=_": greater_or_equal,
    "_==_": equal,
    "_!=_": unequal,
    "@in": contained,
    "size": size,
    "int": to_int,
    "double": to_double,
    "bool": to_bool,
    "string": to_string,
    "timestamp": to_timestamp,
    "duration": to_duration,
    "date": to_date,
    "contains": _of_texts("contains", lambda value, part: part in value),
    "startsWith": _of_texts("startsWith", str.startswith),
    "endsWith": _of_texts("endsWith", str.endswith),
    "matches": _of_texts("matches", matches),
    **{name: _getter(name) for name in (*times.DATE_PARTS, *times.TIME_PARTS)},
}
