"""The only place that reads the time.

Doors call :func:`now` once and pass the answer down as ``at``; nothing below a door asks again, so that one act carries one
moment and a test or the demo can choose it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_frozen: ContextVar[datetime | None] = ContextVar("frozen_time", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today(zone: str) -> date:
    """The calendar day it is now in the named IANA time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


@cache
def time_zones() -> tuple[str, ...]:
    """All IANA time zones known here, in the order of their names. Looked up once: it reads a whole folder."""
    return tuple(sorted(available_timezones()))


def monotonic() -> float:
    """Seconds of a clock that never goes back, for measuring how long something took."""
    return time.monotonic()


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Let :func:`now` answer ``moment`` inside the block; for demo data with a history."""
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
