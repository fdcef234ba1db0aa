"""Reading the trail's rows exactly as they are stored, for proving them.

Whoever changed rows behind the product's back may have written what no column of ours can hold: on SQLite a text into a
number, a time that is none, bytes that are no text. The proof has to name such a row, so it must not stumble over it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import NullType


def as_stored(column: InstrumentedAttribute[Any]) -> Any:
    """The column as the driver gives it, without our types."""
    return type_coerce(column, NullType()).label(column.key)


def is_number(value: object) -> bool:
    """Whether a stored number is one."""
    return isinstance(value, int) and not isinstance(value, bool)


@contextmanager
def reading_anything(session: Session) -> Iterator[None]:
    """Let SQLite hand out texts that are not UTF-8, with their bytes escaped; PostgreSQL stores none."""
    driver: Any = session.connection().connection.driver_connection
    if not hasattr(driver, "text_factory"):
        yield
        return
    before = driver.text_factory
    driver.text_factory = lambda stored: stored.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = before
