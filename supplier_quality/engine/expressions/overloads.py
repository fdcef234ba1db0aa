"""Which argument types each function and operator takes, and what it gives: CEL's standard declarations and our
dates."""

from dataclasses import dataclass

from supplier_quality.engine.expressions.times import DATE_PARTS, TIME_PARTS
from supplier_quality.engine.expressions.types import (
    BOOL,
    DATE,
    DOUBLE,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    Type,
    list_of,
    map_of,
)

A = Type("variable", number=-1)
B = Type("variable", number=-2)
# No fact has it; it is here so that a remainder of two unknown types has an unknown type, as in CEL.
_UINT = Type("uint")


@dataclass(frozen=True, slots=True)
class Overload:
    parameters: tuple[Type, ...]
    result: Type
    member: bool = False


def _same(*types: Type, result: Type | None = None) -> list[Overload]:
    return [Overload((type_, type_), result or type_) for type_ in types]


_ORDERED = _same(INT, BOOL, DOUBLE, STRING, TIMESTAMP, DURATION, DATE, result=BOOL)
_EQUAL = [Overload((A, A), BOOL)]
_SIZES = (list_of(A), map_of(A, B), STRING)
_TEXT = [Overload((STRING, STRING), BOOL, member=True)]


def _getters(name: str) -> list[Overload]:
    found = [Overload((TIMESTAMP,), INT, True), Overload((TIMESTAMP, STRING), INT, True)]
    return [*found, Overload((DURATION if name in TIME_PARTS else DATE,), INT, True)]


OVERLOADS: dict[str, list[Overload]] = {
    "_+_": [
        *_same(INT, DOUBLE, STRING),
        Overload((list_of(A), list_of(A)), list_of(A)),
        Overload((TIMESTAMP, DURATION), TIMESTAMP),
        Overload((DURATION, TIMESTAMP), TIMESTAMP),
        Overload((DURATION, DURATION), DURATION),
        Overload((DATE, DURATION), DATE),
    ],
    "_-_": [
        *_same(INT, DOUBLE),
        Overload((TIMESTAMP, TIMESTAMP), DURATION),
        Overload((TIMESTAMP, DURATION), TIMESTAMP),
        Overload((DURATION, DURATION), DURATION),
        Overload((DATE, DATE), DURATION),
        Overload((DATE, DURATION), DATE),
    ],
    "_*_": _same(INT, DOUBLE),
    "_/_": _same(INT, DOUBLE),
    "_%_": _same(INT, _UINT),
    "-_": [Overload((INT,), INT), Overload((DOUBLE,), DOUBLE)],
    "_<_": _ORDERED,
    "_<=_": _ORDERED,
    "_>_": _ORDERED,
    "_>=_": _ORDERED,
    "_==_": _EQUAL,
    "_!=_": _EQUAL,
    "@in": [Overload((A, list_of(A)), BOOL), Overload((A, map_of(A, B)), BOOL)],
    "_[_]": [Overload((list_of(A), INT), A), Overload((map_of(A, B), A), B)],
    "_?_:_": [Overload((BOOL, A, A), A)],
    "!_": [Overload((BOOL,), BOOL)],
    "size": [Overload((type_,), INT, member) for member in (False, True) for type_ in _SIZES],
    "int": [Overload((type_,), INT) for type_ in (INT, DOUBLE, STRING, TIMESTAMP)],
    "double": [Overload((type_,), DOUBLE) for type_ in (DOUBLE, INT, STRING)],
    "bool": [Overload((type_,), BOOL) for type_ in (BOOL, STRING)],
    "string": [Overload((type_,), STRING) for type_ in (STRING, BOOL, INT, DOUBLE, TIMESTAMP, DURATION, DATE)],
    "timestamp": [Overload((type_,), TIMESTAMP) for type_ in (TIMESTAMP, STRING, INT, DATE)],
    "duration": [Overload((type_,), DURATION) for type_ in (DURATION, STRING)],
    "date": [*(Overload((type_,), DATE) for type_ in (DATE, STRING, TIMESTAMP)), Overload((TIMESTAMP, STRING), DATE)],
    "contains": _TEXT,
    "startsWith": _TEXT,
    "endsWith": _TEXT,
    "matches": [Overload((STRING, STRING), BOOL), *_TEXT],
    **{name: _getters(name) for name in (*DATE_PARTS, *TIME_PARTS)},
}
