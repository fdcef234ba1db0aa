"""Run-time values that Python does not have: points in time and spans to the nanosecond; and CEL's equality.

Everything else is a Python value: bool, int, float, str, None, ``datetime.date``, list, dict. A dict never has a bool
as key, because Python cannot tell True from 1 there; such keys are TRUE_KEY and FALSE_KEY.
"""

import math
from datetime import date
from functools import total_ordering

from supplier_quality.engine.expressions.errors import EvaluationError
from supplier_quality.language import _

MIN_INT, MAX_INT = -(2**63), 2**63 - 1


@total_ordering
class _Nanoseconds:
    __slots__ = ("ns",)

    def __init__(self, ns: int) -> None:
        self.ns = ns

    def __eq__(self, other: object) -> bool:
        return other.__class__ is self.__class__ and other.ns == self.ns

    def __lt__(self, other: "_Nanoseconds") -> bool:
        return self.ns < other.ns

    def __hash__(self) -> int:
        return hash((self.__class__, self.ns))

    def __repr__(self) -> str:
        return f"{self.__class__.__name__}({self.ns})"


class Timestamp(_Nanoseconds):
    """A point in time, ``ns`` nanoseconds after 1970-01-01T00:00:00Z."""

    __slots__ = ()


class Duration(_Nanoseconds):
    """A span of time of ``ns`` nanoseconds."""

    __slots__ = ()


class BoolKey:
    """A bool as the key of a map."""

    __slots__ = ("value",)

    def __init__(self, value: bool) -> None:
        self.value = value


TRUE_KEY, FALSE_KEY = BoolKey(True), BoolKey(False)


def as_key(value: object) -> object:
    """The dict key for a CEL value that may be looked up in a map: bool, int, string or a double."""
    if value.__class__ is bool:
        return TRUE_KEY if value else FALSE_KEY
    return value


def from_key(key: object) -> object:
    return key.value if key.__class__ is BoolKey else key


KIND_OF: dict[type, str] = {
    bool: "bool",
    int: "int",
    float: "double",
    str: "string",
    type(None): "null",
    date: "date",
    Timestamp: "timestamp",
    Duration: "duration",
    list: "list",
    dict: "map",
}


def kind_of(value: object) -> str:
    return KIND_OF.get(value.__class__, value.__class__.__name__)


def equal(left: object, right: object) -> bool:
    """CEL's equality: numbers compare across int and double (as doubles), anything else only within its type."""
    kind, other = left.__class__, right.__class__
    if kind is other:
        if kind is list:
            return len(left) == len(right) and all(map(equal, left, right))  # type: ignore[arg-type,call-overload]
        if kind is dict:
            return _equal_maps(left, right)  # type: ignore[arg-type]
        return left == right
    if kind is int and other is float:
        return float(left) == right  # type: ignore[arg-type]
    if kind is float and other is int:
        return left == float(right)  # type: ignore[arg-type]
    return False


def _equal_maps(left: dict[object, object], right: dict[object, object]) -> bool:
    if len(left) != len(right):
        return False
    return all(key in right and equal(value, right[key]) for key, value in left.items())


def contains_equal(values: list[object], wanted: object) -> bool:
    return any(equal(value, wanted) for value in values)


_ORDERED = frozenset({bool, int, float, str, date, Timestamp, Duration})
_NUMBERS = frozenset({int, float})


def comparable(left: object, right: object, operator: str) -> tuple[object, object]:
    """Both sides ready for Python's comparison. Raises EvaluationError for types CEL does not order."""
    kind, other = left.__class__, right.__class__
    if kind is other and kind in _ORDERED:
        return left, right
    if kind in _NUMBERS and other in _NUMBERS:
        return float(left), float(right)  # type: ignore[arg-type]
    raise no_overload(operator, left, right)


def no_overload(name: str, *values: object) -> EvaluationError:
    kinds = ", ".join(kind_of(value) for value in values)
    return EvaluationError(_("%(name)s cannot be used with %(kinds)s.", name=name, kinds=kinds))


def whole(value: int) -> int:
    """The value itself when it fits into 64 bits. Raises EvaluationError otherwise."""
    if MIN_INT <= value <= MAX_INT:
        return value
    raise EvaluationError(_("The result does not fit into a 64-bit integer."))


# What dividing zero by zero gives on the machines CEL runs on: a NaN with its sign set, printed as -nan.
_NEGATIVE_NAN = math.copysign(math.nan, -1.0)


def divide_doubles(left: float, right: float) -> float:
    if right:
        return left / right
    if math.isnan(left):
        return left
    if math.isnan(right):
        return right
    if left == 0:
        return _NEGATIVE_NAN
    return math.copysign(math.inf, math.copysign(1.0, left) * math.copysign(1.0, right))


def unless_left_is_nan(result: float, left: float) -> float:
    """What adding, subtracting or multiplying gave; but of two NaN with different signs the left one.

    Python puts the two to the processor, which answers with the first, in either order.
    """
    return left if math.isnan(left) else result


def format_double(value: float) -> str:
    """A double as CEL prints it: the shortest digits, with an exponent from 1e+06 up and below 1e-04."""
    if math.isnan(value):
        return "-nan" if math.copysign(1.0, value) < 0 else "nan"
    if value in (math.inf, -math.inf):
        return "inf" if value > 0 else "-inf"
    mantissa, _e, power = repr(value).partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole_part, _dot, fraction = mantissa.lstrip("-").partition(".")
    digits = (whole_part + fraction).lstrip("0")
    if not digits.strip("0"):
        return sign + "0"
    leading = len(whole_part + fraction) - len(digits)
    exponent = int(power or 0) + len(whole_part) - 1 - leading
    digits = digits.rstrip("0")
    if -4 <= exponent < 6:
        if exponent < 0:
            return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
        digits = digits.ljust(exponent + 1, "0")
        rest = digits[exponent + 1 :]
        return sign + digits[: exponent + 1] + (f".{rest}" if rest else "")
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
