"""When the timers of a process fall due: pure arithmetic on one rule, without rows and without a clock.

The rules in words:

- ``after`` counts from the moment the state was entered.
- ``at`` with a moment is that moment. ``at`` with a date is the end of that day: the following midnight, or in business
  time the close of that day; a date on which nobody works ends with the next working day.
- ``before`` gives reminders ahead of ``at``. Ahead of a date they come when the site opens. A reminder that lay in the
  past when the timer was armed is left out: nobody is reminded of what was just entered.
- ``repeat`` is counted from the first due moment, never from the last firing, so that a yearly timer of 29 February
  returns to it and a late firing moves nothing. ``max`` counts all firings, the first among them.
- After the process was down, a timer fires once for all the moments it missed, that one firing counts once towards
  ``max``, and the next comes at the first regular moment that is still ahead.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from supplier_quality.engine import calendars
from supplier_quality.engine.calendars import Calendar
from supplier_quality.engine.definitions.durations import IsoDuration


class DueRule(Protocol):
    """What this module reads of a ``TimerRule``."""

    @property
    def after(self) -> IsoDuration | None: ...
    @property
    def before(self) -> tuple[IsoDuration, ...]: ...
    @property
    def calendar(self) -> str: ...
    @property
    def repeat(self) -> IsoDuration | None: ...
    @property
    def max(self) -> int | None: ...


def due_moments(
    rule: DueRule,
    *,
    entered_at: datetime,
    at_value: date | datetime | None,
    calendar: Calendar,
    zone: str | None = None,
) -> list[datetime]:
    """First due moments (UTC, ascending, each once) of a rule; empty when its ``at`` has no value.

    ``entered_at`` is when the state was entered or, after the value of ``at`` changed, when the timer was armed again.
    ``zone`` is the local time of continuous durations, by default the calendar's. A moment may lie in the past: it is
    due at once.
    """
    zone = zone or calendar.zone
    if rule.after is not None:
        return [_later(rule, entered_at, rule.after, calendar=calendar, zone=zone)]
    if at_value is None:
        return []
    if not rule.before:
        return [_end(rule, at_value, calendar=calendar, zone=zone)]
    reference = _reminder_reference(rule, at_value, calendar=calendar, zone=zone)
    reminders = {_earlier(rule, reference, ahead, calendar=calendar, zone=zone) for ahead in rule.before}
    return sorted(moment for moment in reminders if moment >= entered_at)


def next_repeat(
    rule: DueRule, first_due: datetime, fired: int, *, at: datetime, calendar: Calendar, zone: str | None = None
) -> datetime | None:
    """The next moment (UTC) after ``at`` of a timer that has fired ``fired`` times; None when it is finished.

    It lies on the grid first due + n x repeat, n at least ``fired``; the moments missed before ``at`` are passed over.
    """
    if rule.repeat is None or (rule.max is not None and fired >= rule.max):
        return None
    if not rule.repeat:
        raise ValueError("A repeat of nothing would never end.")
    every, zone = rule.repeat, zone or calendar.zone

    def slot(number: int) -> datetime:
        return _later(rule, first_due, calendars.times(every, number), calendar=calendar, zone=zone)

    return slot(_first_after(slot, max(fired, 1), at))


def _first_after(slot: "SlotMoment", lowest: int, at: datetime) -> int:
    """The smallest number from ``lowest`` whose moment is after ``at``; in doubling steps, as years may be missed."""
    if slot(lowest) > at:
        return lowest
    step = 1
    while slot(lowest + step) <= at:
        step *= 2
    passed, ahead = lowest + step // 2, lowest + step
    while ahead - passed > 1:
        middle = (passed + ahead) // 2
        if slot(middle) > at:
            ahead = middle
        else:
            passed = middle
    return ahead


class SlotMoment(Protocol):
    def __call__(self, number: int, /) -> datetime: ...


def _is_business(rule: DueRule) -> bool:
    return rule.calendar == "business"


def _later(rule: DueRule, start: datetime, by: IsoDuration, *, calendar: Calendar, zone: str) -> datetime:
    if _is_business(rule):
        return calendars.add_business(start, by, calendar=calendar)
    return calendars.add_continuous(start, by, zone=zone)


def _earlier(rule: DueRule, end: datetime, by: IsoDuration, *, calendar: Calendar, zone: str) -> datetime:
    if _is_business(rule):
        return calendars.subtract_business(end, by, calendar=calendar)
    return calendars.subtract_continuous(end, by, zone=zone)


def _end(rule: DueRule, value: date | datetime, *, calendar: Calendar, zone: str) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if _is_business(rule):
        return calendar.close_of(value)
    return calendars.moment_of(datetime.combine(value + timedelta(days=1), time(0)), zone)


def _reminder_reference(rule: DueRule, value: date | datetime, *, calendar: Calendar, zone: str) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if _is_business(rule):
        return calendar.first_working_hour(value)
    return calendars.moment_of(datetime.combine(value, calendar.opens), zone)
