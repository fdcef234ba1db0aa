"""Between the plain values of rows, JSON and people, and the values an evaluation works with."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum

from supplier_quality.engine.expressions import times
from supplier_quality.engine.expressions.errors import EvaluationError, LimitError
from supplier_quality.engine.expressions.functions import to_string
from supplier_quality.engine.expressions.types import BOOL, INT, Type
from supplier_quality.engine.expressions.values import (
    MAX_INT,
    MIN_INT,
    BoolKey,
    Duration,
    Timestamp,
    as_key,
    kind_of,
)
from supplier_quality.language import _

MAX_RESULT = 200_000
# The Python class a fact of a type already has when nothing needs to be converted.
READY: dict[str, type] = {
    "bool": bool,
    "int": int,
    "double": float,
    "string": str,
    "date": date,
    "timestamp": Timestamp,
    "duration": Duration,
}


def not_known(path: str) -> EvaluationError:
    return EvaluationError(_("%(path)s is not known.", path=path))


def _mismatch(path: str, type_: Type, value: object) -> EvaluationError:
    kind = kind_of(value)
    return EvaluationError(_("%(path)s should be %(type)s but is %(kind)s.", path=path, type=str(type_), kind=kind))


def from_plain(value: object, type_: Type, path: str = "value") -> object:
    """The run-time value of a plain one (JSON, or a Python date, datetime, timedelta, Decimal or Enum).

    Raises EvaluationError naming the path when the value does not have the type, or is null where null is not declared.
    """
    if value is None:
        if type_.kind in ("optional", "dyn", "null"):
            return None
        raise not_known(path)
    if type_.kind == "optional":
        type_ = type_.args[0]
    if isinstance(value, Enum):
        value = value.value
    convert = _CONVERSIONS.get(type_.kind)
    if convert is None:
        raise _mismatch(path, type_, value)
    try:
        return convert(value, type_, path)
    except EvaluationError as error:
        if error.column is None and path not in str(error):
            raise EvaluationError(_("%(path)s: %(reason)s", path=path, reason=error.message)) from None
        raise


def _bool(value: object, type_: Type, path: str) -> object:
    if isinstance(value, bool):
        return value
    raise _mismatch(path, type_, value)


def _int(value: object, type_: Type, path: str) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        if MIN_INT <= value <= MAX_INT:
            return int(value)
        raise EvaluationError(_("%(path)s does not fit into a 64-bit integer.", path=path))
    raise _mismatch(path, type_, value)


def _double(value: object, type_: Type, path: str) -> object:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return float(value)
    if value in ("NaN", "Infinity", "-Infinity"):
        return float(str(value))
    raise _mismatch(path, type_, value)


def _string(value: object, type_: Type, path: str) -> object:
    if isinstance(value, str):
        return str(value)
    raise _mismatch(path, type_, value)


def _date(value: object, type_: Type, path: str) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        return times.parse_date(value)
    raise _mismatch(path, type_, value)


def _timestamp(value: object, type_: Type, path: str) -> object:
    if isinstance(value, Timestamp):
        return value
    if isinstance(value, datetime):
        return times.timestamp_from_datetime(value)
    if isinstance(value, str):
        return times.parse_timestamp(value)
    raise _mismatch(path, type_, value)


def _duration(value: object, type_: Type, path: str) -> object:
    if isinstance(value, Duration):
        return value
    if isinstance(value, timedelta):
        return times.duration_from_timedelta(value)
    if isinstance(value, str):
        return times.parse_duration(value)
    raise _mismatch(path, type_, value)


def _list(value: object, type_: Type, path: str) -> object:
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [from_plain(item, type_.args[0], f"{path}[{number}]") for number, item in enumerate(value)]
    raise _mismatch(path, type_, value)


def _map(value: object, type_: Type, path: str) -> object:
    if not isinstance(value, Mapping):
        raise _mismatch(path, type_, value)
    key_type, value_type = type_.args
    return {_key(key, key_type, path): from_plain(item, value_type, f"{path}.{key}") for key, item in value.items()}


def _key(key: object, type_: Type, path: str) -> object:
    """A key as a map has it; JSON can only write text, so "1" and "true" are read for int and bool."""
    if isinstance(key, BoolKey):
        return key
    if isinstance(key, str) and type_ == INT and key.removeprefix("-").isdecimal():
        return int(key)
    if isinstance(key, str) and type_ == BOOL and key in ("true", "false"):
        return as_key(key == "true")
    if type_.kind == "dyn" and isinstance(key, str | int):
        return as_key(key)
    return as_key(from_plain(key, type_, f"{path}[{key}]"))


def _record(value: object, type_: Type, path: str) -> object:
    """The declared fields that are there; what is missing is noticed when it is read."""
    if not isinstance(value, Mapping):
        raise _mismatch(path, type_, value)
    found: dict[object, object] = {}
    for name, part in type_.fields:
        if name in value:
            item = value[name]
            found[name] = None if item is None else from_plain(item, part, f"{path}.{name}")
    return found


def _any(value: object, type_: Type, path: str) -> object:  # noqa: PLR0911 - one answer per kind
    if value.__class__ in (bool, str, float, Timestamp, Duration, date):
        return value
    if isinstance(value, datetime):
        return times.timestamp_from_datetime(value)
    if isinstance(value, int):
        return _int(value, INT, path)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, timedelta):
        return times.duration_from_timedelta(value)
    if isinstance(value, Mapping):
        return {_key(key, type_, path): from_plain(item, type_, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, Sequence):
        return [from_plain(item, type_, f"{path}[{number}]") for number, item in enumerate(value)]
    raise _mismatch(path, type_, value)


_CONVERSIONS: dict[str, Callable[[object, Type, str], object]] = {
    "bool": _bool,
    "int": _int,
    "double": _double,
    "string": _string,
    "date": _date,
    "timestamp": _timestamp,
    "duration": _duration,
    "list": _list,
    "map": _map,
    "record": _record,
    "dyn": _any,
}


def to_plain(value: object) -> object:
    """A JSON value: dates, timestamps and durations as their CEL texts, keys of maps as texts, NaN and infinities as
    "NaN", "Infinity" and "-Infinity". Raises EvaluationError for a value of more than 200,000 parts.
    """
    return _Plain().of(value)


class _Plain:
    def __init__(self) -> None:
        self.left = MAX_RESULT

    def of(self, value: object) -> object:
        kind = value.__class__
        if kind in (str, int, bool) or value is None:
            return value
        if kind is float:
            return value if math.isfinite(value) else _special(value)  # type: ignore[arg-type]
        if isinstance(value, Mapping):
            self._count(len(value))
            return {_plain_key(key): self.of(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            self._count(len(value))
            return [self.of(item) for item in value]
        if isinstance(value, Enum):
            return self.of(value.value)
        return to_string(from_plain(value, _DYN))

    def _count(self, parts: int) -> None:
        self.left -= parts
        if self.left < 0:
            raise LimitError(_("The result has more than %(limit)s parts.", limit=MAX_RESULT))


_DYN = Type("dyn")


def _special(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _plain_key(key: object) -> str:
    return to_string(key.value if isinstance(key, BoolKey) else key)
