"""Timestamps and durations: their texts, their arithmetic and their parts in a zone, as CEL's C++ implementation has
them.

Two of its habits are kept because rules must agree with it: adding and subtracting durations works on 64-bit
nanoseconds
(about 292 years; a longer duration is cut to that first), and a zone may be any duration text such as ``+05:30``.
A part of a duration below one nanosecond is dropped.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from supplier_quality.engine.expressions.errors import EvaluationError
from supplier_quality.engine.expressions.values import MAX_INT, MIN_INT, Duration, Timestamp, whole
from supplier_quality.language import _

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
MIN_TIMESTAMP = -62_135_596_800 * SECOND
MAX_TIMESTAMP = 253_402_300_800 * SECOND - 1
MAX_DURATION = 315_576_000_000 * SECOND + SECOND - 1
_UNITS = {"h": 3_600 * SECOND, "m": 60 * SECOND, "s": SECOND, "ms": 1_000_000, "us": 1_000, "ns": 1}
_SPACE = " \t\n\r\f\v"
_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|ms|h|m|s)", re.ASCII)
_TIMESTAMP = re.compile(
    r"(-?[0-9]+)-([0-9]{1,2})-([0-9]{1,2})[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2})(?::?([0-9]{2})(?::?([0-9]{2}))?)?)\Z"
)
_FIXED_ZONE = re.compile(r"Fixed/UTC([+-])([0-9]{2}):([0-9]{2}):([0-9]{2})\Z")
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The calendar repeats after 400 years; Python's dates end where a zone can still push a timestamp over the edge.
_CYCLE_DAYS, _CYCLE_YEARS = 146_097, 400


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01, also outside Python's years. Raises ValueError for a day that does not exist."""
    cycles = (year - 2000) // _CYCLE_YEARS
    return date(year - cycles * _CYCLE_YEARS, month, day).toordinal() - _EPOCH_DAY + cycles * _CYCLE_DAYS


def civil_from_days(days: int) -> tuple[int, date]:
    """The year of a day and an equal day inside Python's years."""
    base = date(2000, 1, 1).toordinal() - _EPOCH_DAY
    cycles = (days - base) // _CYCLE_DAYS
    day = date.fromordinal(days - cycles * _CYCLE_DAYS + _EPOCH_DAY)
    return day.year + cycles * _CYCLE_YEARS, day


def checked_timestamp(ns: int) -> Timestamp:
    if MIN_TIMESTAMP <= ns <= MAX_TIMESTAMP:
        return Timestamp(ns)
    raise EvaluationError(_("The timestamp lies outside the years 1 to 9999."))


def parse_timestamp(text: str) -> Timestamp:
    """RFC 3339, as in 2026-01-31T08:00:00Z or with an offset. Raises EvaluationError."""
    match = _TIMESTAMP.match(text.strip(_SPACE))
    if match is None:
        raise _bad_timestamp(text)
    year, month, day, hour, minute, second = (int(part) for part in match.group(1, 2, 3, 4, 5, 6))
    offset_hour, offset_minute, offset_second = (int(part or 0) for part in match.group(9, 10, 11))
    if hour > 23 or minute > 59 or second > 60 or offset_hour > 23 or offset_minute > 59 or offset_second > 59:
        raise _bad_timestamp(text)
    try:
        days = days_from_civil(year, month, day)
    except ValueError:
        raise _bad_timestamp(text) from None
    offset = offset_hour * 3600 + offset_minute * 60 + offset_second
    seconds = days * 86_400 + hour * 3600 + minute * 60 + second + (offset if match[8] == "-" else -offset)
    # A leap second is the next second, and has no fraction.
    fraction = 0 if second == 60 else int((match[7] or "0")[:9].ljust(9, "0"))
    return checked_timestamp(seconds * SECOND + fraction)


def _bad_timestamp(text: str) -> EvaluationError:
    return EvaluationError(_("%(text)s is not a timestamp such as 2026-01-31T08:00:00Z.", text=repr(text[:60])))


def timestamp_from_datetime(value: datetime) -> Timestamp:
    """A datetime with a zone. Raises EvaluationError for one without, because it names no point in time."""
    if value.tzinfo is None:
        raise EvaluationError(_("The time %(value)s has no zone.", value=value.isoformat()))
    span = value - _EPOCH
    return Timestamp((span.days * 86_400 + span.seconds) * SECOND + span.microseconds * 1_000)


def duration_from_timedelta(value: timedelta) -> Duration:
    return Duration((value.days * 86_400 + value.seconds) * SECOND + value.microseconds * 1_000)


def _fraction(ns: int) -> str:
    if not ns:
        return ""
    digits = f"{ns:09d}"
    return "." + (digits[:3] if ns % 1_000_000 == 0 else digits[:6] if ns % 1_000 == 0 else digits)


def format_timestamp(value: Timestamp) -> str:
    days, rest = divmod(value.ns, DAY)
    seconds, fraction = divmod(rest, SECOND)
    day = date.fromordinal(days + _EPOCH_DAY)
    return f"{day.isoformat()}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{_fraction(fraction)}Z"


def format_duration(value: Duration) -> str:
    seconds, fraction = divmod(abs(value.ns), SECOND)
    return f"{'-' if value.ns < 0 else ''}{seconds}{_fraction(fraction)}s"


def _duration_ns(text: str) -> int | None:
    """A sum of numbers with units, after one sign; None when the text is no duration."""
    sign = -1 if text.startswith("-") else 1
    body = text[1:] if text[:1] in ("+", "-") else text
    if body == "0":
        return 0
    total, offset = 0, 0
    while offset < len(body):
        match = _PART.match(body, offset)
        if match is None or not (match[1] or match[2]) or len(match[1]) > 20:
            return None
        units, fraction = int(match[1] or 0), (match[2] or "")[:18]
        if units > MAX_INT:
            return None
        # In quarters of a nanosecond, the resolution that is added up before the rest is dropped.
        total += 4 * _UNITS[match[3]] * units
        if fraction:
            total += 4 * _UNITS[match[3]] * int(fraction) // 10 ** len(fraction)
        offset = match.end()
    return sign * (total // 4) if body else None


def parse_duration(text: str) -> Duration:
    """A duration such as 36h, 1h30m or -1.5s; units h m s ms us ns. Raises EvaluationError."""
    ns = _duration_ns(text)
    if ns is None:
        hint = _("%(text)s is not a duration such as 36h, 1h30m or -1.5s.", text=repr(text[:60]))
        raise EvaluationError(hint)
    if abs(ns) > MAX_DURATION:
        raise EvaluationError(_("The duration %(text)s is longer than 10,000 years.", text=repr(text[:60])))
    return Duration(ns)


def _clamped(value: Duration) -> int:
    return min(max(value.ns, MIN_INT), MAX_INT)


def add_durations(left: Duration, right: Duration) -> Duration:
    return Duration(whole(_clamped(left) + _clamped(right)))


def subtract_durations(left: Duration, right: Duration) -> Duration:
    return Duration(whole(_clamped(left) - _clamped(right)))


def later(value: Timestamp, by: Duration) -> Timestamp:
    return checked_timestamp(value.ns + by.ns)


def earlier(value: Timestamp, by: Duration) -> Timestamp:
    """Unlike adding, subtracting cuts the duration to 64-bit nanoseconds, and cannot turn the smallest one around."""
    return checked_timestamp(value.ns + whole(-_clamped(by)))


def between(end: Timestamp, start: Timestamp) -> Duration:
    """The time from one point to another. Raises EvaluationError from 292 years on, where the whole seconds
    overflow."""
    seconds = whole((end.ns // SECOND - start.ns // SECOND) * SECOND)
    return Duration(whole(seconds + end.ns % SECOND - start.ns % SECOND))


def parse_date(text: str) -> date:
    """A day written as 2026-01-31. Raises EvaluationError."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise EvaluationError(_("%(text)s is not a date such as 2026-01-31.", text=repr(text[:60])))


def shift_date(value: date, by: Duration, sign: int = 1) -> date:
    """A day moved by whole days. Raises EvaluationError for a part of a day and outside the years 1 to 9999."""
    days, rest = divmod(by.ns, DAY)
    if rest:
        raise EvaluationError(_("A date moves by whole days only; %(duration)s is not.", duration=format_duration(by)))
    try:
        return value + timedelta(days=sign * days)
    except OverflowError:
        raise EvaluationError(_("The date lies outside the years 1 to 9999.")) from None


def date_of(value: Timestamp, zone: str = "") -> date:
    """The day of a point in time in a zone (UTC without one)."""
    days = (value.ns + zone_offset(value, zone)) // DAY
    try:
        return date.fromordinal(days + _EPOCH_DAY)
    except (ValueError, OverflowError):
        raise EvaluationError(_("The date lies outside the years 1 to 9999.")) from None


def midnight(value: date) -> Timestamp:
    return Timestamp((value.toordinal() - _EPOCH_DAY) * DAY)


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo | int | None:
    """A zone by its name, the nanoseconds of a fixed offset, or None."""
    if not name or name == "UTC":
        return 0
    fixed = _FIXED_ZONE.match(name)
    if fixed:
        seconds = int(fixed[2]) * 3600 + int(fixed[3]) * 60 + int(fixed[4])
        if seconds > 86_400 or int(fixed[3]) > 59 or int(fixed[4]) > 59:
            return None
        return (-seconds if fixed[1] == "-" else seconds) * SECOND
    # "localtime" would make a rule depend on the machine.
    if name != "localtime" and not name.startswith((" ", "/")):
        try:
            return ZoneInfo(name)
        except (KeyError, OSError, ValueError):
            pass
    return _duration_ns(name.replace(":", "h") + "m") if ":" in name else None


def zone_offset(value: Timestamp, name: str) -> int:
    """Nanoseconds to add to a point in time for the clock of a zone. Raises EvaluationError for an unknown zone."""
    zone = _zone(name)
    if zone is None:
        raise EvaluationError(_("%(zone)s is not a time zone such as Europe/Berlin or +05:30.", zone=repr(name[:60])))
    if isinstance(zone, int):
        return zone
    seconds = value.ns // SECOND
    # One day inside the range, where the offset at the very edge of Python's calendar cannot be asked.
    seconds = min(max(seconds, -62_135_596_800 + 172_800), 253_402_300_799 - 172_800)
    offset = (_EPOCH + timedelta(seconds=seconds)).astimezone(zone).utcoffset()
    assert offset is not None
    return (offset.days * 86_400 + offset.seconds) * SECOND


def timestamp_part(part: str, value: Timestamp, zone: str = "") -> int:
    """One of CEL's getters; months and days count from 0 except ``getDate``, weekdays from Sunday = 0."""
    days, rest = divmod(value.ns + zone_offset(value, zone), DAY)
    if part in DATE_PARTS:
        return _day_part(part, *civil_from_days(days))
    if part == "getMilliseconds":
        return rest // 1_000_000 % 1000
    seconds = rest // SECOND
    return seconds // 3600 if part == "getHours" else seconds // 60 % 60 if part == "getMinutes" else seconds % 60


def date_part(part: str, value: date) -> int:
    return _day_part(part, value.year, value)


DATE_PARTS = frozenset({"getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"})
TIME_PARTS = frozenset({"getHours", "getMinutes", "getSeconds", "getMilliseconds"})


def _day_part(part: str, year: int, day: date) -> int:
    if part == "getFullYear":
        return year
    if part == "getMonth":
        return day.month - 1
    if part == "getDate":
        return day.day
    if part == "getDayOfMonth":
        return day.day - 1
    if part == "getDayOfWeek":
        return day.isoweekday() % 7
    return day.timetuple().tm_yday - 1


def duration_part(part: str, value: Duration) -> int:
    """Whole hours, minutes or seconds of a duration, towards zero; milliseconds are those within its last second."""
    sign, ns = (-1, -value.ns) if value.ns < 0 else (1, value.ns)
    if part == "getMilliseconds":
        return sign * (ns // 1_000_000 % 1000)
    return sign * (ns // (_UNITS["h"] if part == "getHours" else _UNITS["m"] if part == "getMinutes" else SECOND))
