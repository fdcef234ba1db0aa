"""Column types that mean the same on SQLite and PostgreSQL."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from supplier_quality.errors import ProductError
from supplier_quality.language import _

# SQLite only numbers rows by itself when the key is a plain INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC, to the microsecond.

    SQLite has no such type: there it is a text of fixed width, so that comparing texts compares moments.
    """

    impl = DateTime
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; times in the product are aware")
        return value.astimezone(UTC) if dialect.name == "postgresql" else as_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        try:
            return from_text(value)
        except (TypeError, ValueError) as error:
            raise DamagedRow(
                _(
                    "The database holds %(value)s where a time belongs: it was changed from outside. The proof of the trail names the entry.",
                    value=repr(value)[:60],
                )
            ) from error


class DamagedRow(ProductError):
    """A row holds what the product never writes."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "damaged_row"


@lru_cache(maxsize=64)
def as_text(moment: datetime) -> str:
    """A moment as text of fixed width, 2026-01-31T08:00:00.000000Z; sorts as the moments do.

    One act writes its one moment into many columns and rows, so the last few are remembered.
    """
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")[:26] + "Z"


def from_text(text: str) -> datetime:
    """The moment written by :func:`as_text`."""
    return datetime.fromisoformat(text)


def canonical_json(value: object) -> str:
    """One spelling for equal values: sorted keys, no spaces, Unicode as it is, no NaN."""
    return _encode(value)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return as_text(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "render"):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in stored JSON")


_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
).encode


class Json(TypeDecorator[Any]):
    """A JSON value: JSONB on PostgreSQL, canonical text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return canonical_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return json.loads(value)
