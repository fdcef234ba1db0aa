"""Google's implementation of CEL beside ours: the same expression and facts, answers in one comparable form."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cel_expr_python import cel

from supplier_quality.engine.expressions import (
    Duration,
    EvaluationError,
    ExpressionError,
    Timestamp,
    compile_expression,
    parse_types,
)
from supplier_quality.engine.expressions.types import Type
from supplier_quality.engine.expressions.values import BoolKey

_SCALARS = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "double": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "timestamp": cel.Type.TIMESTAMP,
    "duration": cel.Type.DURATION,
    "dyn": cel.Type.DYN,
    "null": cel.Type.NULL,
}
ERROR = ("error",)
# The oracle forgets to count a reference whenever it gives back None, until Python 3.11 dies of it; this is a supply
# of them.
_NONES = [None] * 5_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def oracle_type(type_: Type) -> object:
    if type_.kind == "list":
        return cel.Type.List(oracle_type(type_.args[0]))
    if type_.kind == "map":
        return cel.Type.Map(oracle_type(type_.args[0]), oracle_type(type_.args[1]))
    if type_.kind == "record":
        return cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    return _SCALARS[type_.kind]


class Pair:
    """One declaration of facts for both implementations."""

    def __init__(self, types: Mapping[str, object]) -> None:
        self.types = parse_types(types)
        self.environment = cel.NewEnv(variables={name: oracle_type(type_) for name, type_ in self.types.items()})

    def theirs(self, expression: str, facts: Mapping[str, object]) -> object:
        try:
            result = self.environment.compile(expression).eval(data=dict(facts))
            if result.type() == cel.Type.ERROR:
                return ERROR
            return comparable(result.plain_value())
        except (RuntimeError, OverflowError):
            return ERROR

    def ours(self, expression: str, facts: Mapping[str, object]) -> object:
        try:
            return comparable(compile_expression(expression, self.types, strict=False).evaluate(facts))
        except (ExpressionError, EvaluationError):
            return ERROR

    def their_type(self, expression: str) -> str:
        return str(self.environment.compile(expression).return_type())

    def our_type(self, expression: str) -> str:
        return oracle_name(compile_expression(expression, self.types, strict=False).type)


def oracle_name(type_: Type) -> str:
    if type_.kind in ("list", "map"):
        return f"{type_.kind.upper()}<{', '.join(oracle_name(part) for part in type_.args)}>"
    return type_.kind.upper()


def comparable(value: object) -> object:  # noqa: PLR0911 - one answer per kind
    """Values with their kind, so that 1, 1.0 and true differ and NaN equals itself; times in microseconds."""
    if isinstance(value, bool):
        return "bool", value
    if isinstance(value, float):
        return "double", "nan" if math.isnan(value) else repr(value)
    if isinstance(value, bytearray):
        return "bytes", bytes(value)
    if isinstance(value, BoolKey):
        return "bool", value.value
    if isinstance(value, Timestamp):
        return "timestamp", value.ns // 1000
    if isinstance(value, datetime):
        return "timestamp", (value - _EPOCH) // timedelta(microseconds=1)
    if isinstance(value, Duration):
        return "duration", abs(value.ns) // 1000 * (-1 if value.ns < 0 else 1)
    if isinstance(value, timedelta):
        return "duration", value // timedelta(microseconds=1)
    if isinstance(value, list):
        return "list", tuple(comparable(item) for item in value)
    if isinstance(value, dict):
        return "map", frozenset((comparable(key), comparable(item)) for key, item in value.items())
    return type(value).__name__, value
