"""Working time of a site, and arithmetic with durations that is right across daylight saving, leap days and month ends.

Two ways to count:

*Continuous* time runs always. Years, months, weeks and days move the local wall clock (the 31st plus a month is the
last day of the next month); hours, minutes and seconds are elapsed time.

*Business* time runs only while the site works. Its parts are taken in this order:

1. years, months and weeks are calendar time, as above: "two weeks" are fourteen days, whoever works in them;
2. days count working days and keep the local time: Monday 10:00 and ``P5D`` is the next Monday 10:00. A start outside
   working time counts as the close of the working day before, so five working days for a lot that came in on Saturday
   are over on Friday at close;
3. hours, minutes and seconds count time elapsed between opening and close.

The answer is never outside working time: what would end there ends at the next opening; only a count that ends exactly
at close stays at close. A local time that daylight saving leaves out is moved later by the gap; of a local time that
happens twice the first is taken.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from supplier_quality.engine.definitions.durations import IsoDuration
from supplier_quality.errors import BadInput
from supplier_quality.language import _

Direction = Literal[1, -1]

_MIDNIGHT = time(0)


class UnknownCalendar(BadInput):
    """No working days are known for this country or part of it, or the time zone does not exist."""

    code = "unknown_calendar"


@cache
def known_countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes of the countries whose public holidays are known."""
    return frozenset(code for code in holidays.list_supported_countries() if len(code) == 2)


@cache
def known_subdivisions(country: str) -> tuple[str, ...]:
    """ISO 3166-2 parts (``BY`` of ``DE``) of a country that have holidays of their own; empty when there are none."""
    return tuple(holidays.list_supported_countries().get(country, ()))


@cache
def _working_days_of_year(country: str, subdivision: str | None, year: int) -> tuple[int, ...]:
    """Ordinals of the working days of a year, ascending; make-up working days (China) are among them."""
    # A fresh object per year: the library's objects grow when asked about another year, which threads must not share.
    known = holidays.country_holidays(country, subdiv=subdivision, years=year, expand=False)
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    return tuple(day for day in range(first, last + 1) if known.is_working_day(date.fromordinal(day)))


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a site works: its country's working days, its hours, its IANA time zone.

    ``closes`` at 00:00 means midnight at the end of the day. Raises UnknownCalendar for a country, subdivision or zone
    that is not known, ValueError for hours that do not run forward.
    """

    country: str
    zone: str
    subdivision: str | None = None
    opens: time = time(8)
    closes: time = time(17)

    def __post_init__(self) -> None:
        _check_place(self.country, self.subdivision)
        _zone(self.zone)
        if self.closes != _MIDNIGHT and self.closes <= self.opens:
            raise ValueError(f"A site that opens at {self.opens} cannot close at {self.closes}.")

    def is_working_day(self, day: date) -> bool:
        days = self._days(day.year)
        place = bisect_left(days, day.toordinal())
        return place < len(days) and days[place] == day.toordinal()

    def is_working(self, at: datetime) -> bool:
        """Whether the site works at that moment; opening belongs to working time, close does not."""
        day = at.astimezone(_zone(self.zone)).date()
        return self.is_working_day(day) and self.first_working_hour(day) <= at < self.close_of(day)

    def first_working_hour(self, day: date) -> datetime:
        """The moment (UTC) at which the site opens on the given working day, or on the next one after a free day."""
        return moment_of(datetime.combine(self.working_day(day, 0), self.opens), self.zone)

    def close_of(self, day: date) -> datetime:
        """The moment (UTC) at which the site closes on the given working day, or on the next one after a free day."""
        working = self.working_day(day, 0)
        if self.closes == _MIDNIGHT:
            working += timedelta(days=1)
        return moment_of(datetime.combine(working, self.closes), self.zone)

    def next_working_moment(self, at: datetime) -> datetime:
        """``at`` itself when the site works then, else the next opening; UTC."""
        if self.is_working(at):
            return at.astimezone(UTC)
        day = at.astimezone(_zone(self.zone)).date()
        opening = self.first_working_hour(day)
        return opening if opening >= at else self.first_working_hour(day + timedelta(days=1))

    def next_local(self, at: datetime, wall: time, *, working_day: bool = False) -> datetime:
        """The first moment after ``at`` that reads ``wall`` on the site's clock, on a working day if asked; UTC."""
        day = at.astimezone(_zone(self.zone)).date() - timedelta(days=1)
        while True:
            if not working_day or self.is_working_day(day):
                moment = moment_of(datetime.combine(day, wall), self.zone)
                if moment > at:
                    return moment
            day += timedelta(days=1)

    def working_day(self, day: date, count: int) -> date:
        """The working day ``count`` after ``day`` (before, if negative); 0 is the day itself or the next working one.

        From a free day, 1 is the first working day after it and -1 the last before it.
        """
        year = day.year
        days = self._days(year)
        if count > 0:
            place = bisect_right(days, day.toordinal()) + count - 1
        else:
            place = bisect_left(days, day.toordinal()) + count
        while place >= len(days):
            place -= len(days)
            year += 1
            days = self._days(year)
        while place < 0:
            year -= 1
            days = self._days(year)
            place += len(days)
        return date.fromordinal(days[place])

    def _days(self, year: int) -> tuple[int, ...]:
        return _working_days_of_year(self.country, self.subdivision, year)


@cache
def calendar_of(
    country: str, zone: str, subdivision: str | None = None, opens: time = time(8), closes: time = time(17)
) -> Calendar:
    """The calendar of a place, checked once and kept."""
    return Calendar(country, zone, subdivision, opens, closes)


def add_business(at: datetime, duration: IsoDuration | timedelta, *, calendar: Calendar) -> datetime:
    """The moment (UTC) when that much working time has passed after ``at``; see the module for how it is counted."""
    return _move_business(at, as_duration(duration), calendar, 1)


def subtract_business(at: datetime, duration: IsoDuration | timedelta, *, calendar: Calendar) -> datetime:
    """The moment (UTC) from which that much working time remains until ``at``: :func:`add_business` mirrored.

    A reference outside working time counts as the next opening.
    """
    return _move_business(at, as_duration(duration), calendar, -1)


def add_continuous(at: datetime, duration: IsoDuration | timedelta, *, zone: str) -> datetime:
    """The moment (UTC) after ``at`` by the calendar and clock of the zone."""
    return _move_continuous(at, as_duration(duration), zone, 1)


def subtract_continuous(at: datetime, duration: IsoDuration | timedelta, *, zone: str) -> datetime:
    """The moment (UTC) before ``at`` by the calendar and clock of the zone."""
    return _move_continuous(at, as_duration(duration), zone, -1)


def times(duration: IsoDuration, count: int) -> IsoDuration:
    """``count`` durations in one. Repeats are counted from their anchor with it: added one by one they would drift."""
    return IsoDuration(
        years=duration.years * count,
        months=duration.months * count,
        weeks=duration.weeks * count,
        days=duration.days * count,
        hours=duration.hours * count,
        minutes=duration.minutes * count,
        seconds=duration.seconds * count,
    )


def as_duration(duration: IsoDuration | timedelta) -> IsoDuration:
    """Whole days of a timedelta are days, the rest elapsed time."""
    if isinstance(duration, IsoDuration):
        return duration
    if duration < timedelta(0):
        raise ValueError("A duration runs forward; subtract a positive one instead.")
    return IsoDuration(days=duration.days, seconds=duration.seconds)


def moment_of(wall: datetime, zone: str) -> datetime:
    """The moment (UTC) of a naive local time: later by the gap if it is skipped, the first of two if doubled."""
    return wall.replace(tzinfo=_zone(zone), fold=0).astimezone(UTC)


def _check_place(country: str, subdivision: str | None) -> None:
    if country not in known_countries():
        raise UnknownCalendar(
            _(
                "No public holidays are known for country %(country)s; give its two-letter code, such as DE.",
                country=country,
            )
        )
    if subdivision is not None and subdivision not in known_subdivisions(country):
        raise UnknownCalendar(
            _(
                "%(subdivision)s is no part of %(country)s with holidays of its own; give none or one of: %(known)s.",
                subdivision=subdivision,
                country=country,
                known=", ".join(known_subdivisions(country)) or "-",
            )
        )


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownCalendar(
            _("%(zone)s is no time zone; give an IANA name, such as Europe/Berlin.", zone=name)
        ) from error


def _elapsed(duration: IsoDuration) -> timedelta:
    return timedelta(hours=duration.hours, minutes=duration.minutes, seconds=duration.seconds)


def _shift_date(day: date, *, months: int, days: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    clipped = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return clipped + timedelta(days=days)


def _move_continuous(at: datetime, duration: IsoDuration, zone: str, direction: Direction) -> datetime:
    months = duration.years * 12 + duration.months
    days = duration.weeks * 7 + duration.days
    moment = at.astimezone(UTC)
    # Without a date part the wall clock is left alone: going through it would lose which of two equal times was meant.
    if months or days:
        local = moment.astimezone(_zone(zone))
        day = _shift_date(local.date(), months=months * direction, days=days * direction)
        moment = moment_of(datetime.combine(day, local.time()), zone)
    return moment + _elapsed(duration) * direction


def _move_business(at: datetime, duration: IsoDuration, calendar: Calendar, direction: Direction) -> datetime:
    calendar_part = replace(duration, days=0, hours=0, minutes=0, seconds=0)
    moment = _move_continuous(at, calendar_part, calendar.zone, direction)
    if duration.days:
        moment = _move_working_days(moment, duration.days, calendar, direction)
    if elapsed := _elapsed(duration):
        return _move_working_hours(moment, elapsed, calendar, direction)
    # Close is where a count of days may end; anything else outside working time waits for the next opening.
    return moment if duration.days else calendar.next_working_moment(moment)


def _move_working_days(at: datetime, days: int, calendar: Calendar, direction: Direction) -> datetime:
    if calendar.is_working(at):
        local = at.astimezone(_zone(calendar.zone))
        day = calendar.working_day(local.date(), days * direction)
        moment = moment_of(datetime.combine(day, local.time()), calendar.zone)
        # Hours that span a clock change may push a skipped local time past close.
        return min(moment, calendar.close_of(day))
    opening = calendar.next_working_moment(at).astimezone(_zone(calendar.zone)).date()
    if direction == 1:
        return calendar.close_of(calendar.working_day(opening, days - 1))
    before = calendar.working_day(opening, -1)
    if at == calendar.close_of(before):
        return calendar.close_of(calendar.working_day(before, -days))
    return calendar.first_working_hour(calendar.working_day(opening, -days))


def _move_working_hours(at: datetime, elapsed: timedelta, calendar: Calendar, direction: Direction) -> datetime:
    day = calendar.next_working_moment(at).astimezone(_zone(calendar.zone)).date()
    if direction == 1:
        moment = calendar.next_working_moment(at)
        while elapsed > (left := calendar.close_of(day) - moment):
            elapsed -= left
            day = calendar.working_day(day, 1)
            moment = calendar.first_working_hour(day)
        return moment + elapsed
    moment = min(max(at, calendar.first_working_hour(day)), calendar.close_of(day))
    while elapsed > (left := moment - calendar.first_working_hour(day)):
        elapsed -= left
        day = calendar.working_day(day, -1)
        moment = calendar.close_of(day)
    return moment - elapsed
