"""Days of the plant as moments. Pure."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(at: datetime, zone: str) -> date:
    """Which day it is in the plant's time zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def start_of(first: date, zone: str) -> datetime:
    """The first moment of a day in the plant's time zone."""
    return datetime.combine(first, time(), ZoneInfo(zone))


def end_of(last: date, zone: str) -> datetime:
    """The first moment after a day in the plant's time zone."""
    return start_of(last + timedelta(days=1), zone)
