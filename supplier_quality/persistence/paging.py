"""Paging by key: a page starts after the last row of the one before, however far into the list it lies.

OFFSET reads and throws away every row before the page; at the end of 100,000 rows that is sixteen times slower.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, or_, select, true, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import BindParameter

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _

T = TypeVar("T")

LARGEST_PAGE = 500


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column the list is sorted by. The last key of a list must be unique, usually the row's id.

    Databases disagree where NULL sorts; with ``nullable`` rows without a value come last, in both directions.
    """

    column: ColumnElement[Any] | Any
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and the cursors of the pages around them, None at either end.

    ``total`` counts the whole list when it was asked for.
    """

    rows: Sequence[T]
    next_cursor: str | None
    previous_cursor: str | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a list with an order of its own. Its statement must not be sorted or limited already."""

    statement: Select[Any]
    keys: Sequence[SortKey]


# The columns of a row and the values of its keys.
_Line = tuple[Sequence[Any], Sequence[Any]]


class BadCursor(BadInput):
    """The cursor is damaged or belongs to another list."""

    code = "bad_cursor"


def keyset_page(
    session: Session,
    statement: Select[Any],
    *,
    keys: Sequence[SortKey],
    cursor: str | None = None,
    size: int = 50,
    row: Callable[..., T] | None = None,
    count: bool = False,
) -> Page[T]:
    """The page of ``statement`` that ``cursor`` points to, the first one without a cursor.

    ``row`` is called with the columns of each row; without it a row is its only column, or the tuple of all of them.
    The statement must not be sorted or limited already. Raises BadCursor.
    """
    size = max(1, min(size, LARGEST_PAGE))
    plain = _without_nullable(keys)
    backwards, values = _decode(cursor, plain) if cursor else (False, None)
    found = _lines(session, statement, plain, values, backwards=backwards, limit=size + 1)
    total = _count(session, statement) if count else None
    return _page(found, size=size, backwards=backwards, is_first=values is None, row=row, total=total)


def chained_page(
    session: Session,
    stretches: Sequence[Stretch],
    *,
    cursor: str | None = None,
    size: int = 50,
    row: Callable[..., T] | None = None,
) -> Page[T]:
    """:func:`keyset_page` of a list that is several statements, each one's rows after those of the one before.

    Only the stretches that the page touches are asked. Raises BadCursor.
    """
    size = max(1, min(size, LARGEST_PAGE))
    plain = [_without_nullable(stretch.keys) for stretch in stretches]
    backwards, begin, values = _decode_chained(cursor, plain) if cursor else (False, 0, None)
    found: list[_Line] = []
    for place in range(begin, -1, -1) if backwards else range(begin, len(stretches)):
        beyond = values if place == begin else None
        limit = size + 1 - len(found)
        lines = _lines(session, stretches[place].statement, plain[place], beyond, backwards=backwards, limit=limit)
        found += [(columns, (place, *values_of_keys)) for columns, values_of_keys in lines]
        if len(found) > size:
            break
    return _page(found, size=size, backwards=backwards, is_first=values is None, row=row)


def _lines(
    session: Session,
    statement: Select[Any],
    keys: Sequence[SortKey],
    values: Sequence[Any] | None,
    *,
    backwards: bool,
    limit: int,
) -> list[_Line]:
    """The rows beyond these values, nearest first, each with its own values of the keys."""
    ordered = statement.add_columns(*(key.column.label(f"_key_{place}") for place, key in enumerate(keys)))
    if values is not None:
        ordered = ordered.where(_beyond(keys, values, backwards=backwards))
    ordered = ordered.order_by(*(_order(key, backwards=backwards) for key in keys)).limit(limit)
    width = len(keys)
    return [(line[:-width], line[-width:]) for line in session.execute(ordered)]


def _page(
    found: Sequence[_Line],
    *,
    size: int,
    backwards: bool,
    is_first: bool,
    row: Callable[..., T] | None,
    total: int | None = None,
) -> Page[T]:
    """The page of these rows, of which there is one too many when the list goes on."""
    more = len(found) > size
    found = found[:size]
    if backwards:
        found = found[::-1]
    has_next = bool(found) and (backwards or more)
    has_previous = bool(found) and (more if backwards else not is_first)
    return Page(
        rows=[_shape(columns, row) for columns, _values in found],
        next_cursor=_encode(found[-1][1], backwards=False) if has_next else None,
        previous_cursor=_encode(found[0][1], backwards=True) if has_previous else None,
        total=total,
    )


def read_cursor(cursor: str, keys: Sequence[SortKey]) -> tuple[bool, list[Any]]:
    """Where a page begins: whether it is read backwards from there, and the values of its keys. Raises BadCursor."""
    return _decode(cursor, _without_nullable(keys))


def _shape(values: Sequence[Any], row: Callable[..., T] | None) -> T:
    if row is not None:
        return row(*values)
    shaped: Any = values[0] if len(values) == 1 else tuple(values)
    return shaped  # type: ignore[no-any-return]


def _count(session: Session, statement: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0


def _without_nullable(keys: Sequence[SortKey]) -> list[SortKey]:
    """Each nullable key as two: whether there is a value, then the value or a stand-in that is never compared."""
    plain: list[SortKey] = []
    for key in keys:
        if key.nullable:
            plain.append(SortKey(key.column.is_(None)))
        plain.append(SortKey(key.column, key.descending))
    return plain


def _order(key: SortKey, *, backwards: bool) -> ColumnElement[Any]:
    down: bool = key.descending is not backwards
    return key.column.desc() if down else key.column.asc()


def _beyond(keys: Sequence[SortKey], values: Sequence[Any], *, backwards: bool) -> ColumnElement[bool]:
    """Rows after these values in the order of the list, or before them."""
    directions = {key.descending for key in keys}
    if len(directions) == 1 and None not in values:
        # A comparison of whole rows is answered by one range of an index.
        left = tuple_(*(key.column for key in keys))
        right = tuple_(*(_bound(key, value) for key, value in zip(keys, values, strict=True)))
        return left < right if directions.pop() is not backwards else left > right
    steps = []
    for place, key in enumerate(keys):
        equal = [_same(keys[before], values[before]) for before in range(place)]
        steps.append(and_(true(), *equal, _further(key, values[place], backwards=backwards)))
    return or_(*steps)


def _bound(key: SortKey, value: Any) -> BindParameter[Any]:
    return bindparam(None, value, type_=key.column.type, unique=True)


def _same(key: SortKey, value: Any) -> ColumnElement[bool]:
    same: ColumnElement[bool] = key.column.is_(None) if value is None else key.column == _bound(key, value)
    return same


def _further(key: SortKey, value: Any, *, backwards: bool) -> ColumnElement[bool]:
    if value is None:
        return false()  # Among rows without a value only the next key tells them apart.
    further: ColumnElement[bool] = (
        key.column < _bound(key, value) if key.descending is not backwards else key.column > _bound(key, value)
    )
    return further


def _encode(values: Sequence[Any], *, backwards: bool) -> str:
    plain = json.dumps([backwards, *(_tagged(value) for value in values)], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _tagged(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"A list cannot be sorted by a {type(value).__name__}")


def _decode(cursor: str, keys: Sequence[SortKey]) -> tuple[bool, list[Any]]:
    backwards, values = _read(cursor)
    if not _fit(values, keys):
        raise _bad(cursor)
    return backwards, values


def _decode_chained(cursor: str, keys: Sequence[Sequence[SortKey]]) -> tuple[bool, int, list[Any]]:
    """As :func:`_decode`, with the number of the stretch, which leads the values."""
    backwards, values = _read(cursor)
    place = values[0] if values else None
    if not isinstance(place, int) or not 0 <= place < len(keys) or not _fit(values[1:], keys[place]):
        raise _bad(cursor)
    return backwards, place, values[1:]


def _read(cursor: str) -> tuple[bool, list[Any]]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        backwards, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        decoded = [_untagged(value) for value in values]
    except (binascii.Error, ValueError, TypeError, KeyError) as error:
        raise _bad(cursor) from error
    if not isinstance(backwards, bool):
        raise _bad(cursor)
    return backwards, decoded


def _fit(values: Sequence[Any], keys: Sequence[SortKey]) -> bool:
    """Whether the values are of the keys' types: the cursor of a list sorted otherwise holds others."""
    return len(values) == len(keys) and all(
        value is None or isinstance(value, key.column.type.python_type) for value, key in zip(values, keys, strict=True)
    )


def _untagged(value: Any) -> Any:
    if isinstance(value, dict):
        return _moment(value["moment"]) if "moment" in value else date.fromisoformat(value["day"])
    if isinstance(value, list):
        raise TypeError("a cursor holds plain values")
    return value


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment


def _bad(cursor: str) -> BadCursor:
    problem = Problem(
        _("This page of the list cannot be found"),
        _("Start again from the first page"),
        column="cursor",
        value=cursor[:80],
    )
    return BadCursor(_("This page of the list cannot be found; start again from the first page"), (problem,))
