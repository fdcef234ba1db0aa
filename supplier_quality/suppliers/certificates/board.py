"""The board of certificates by the day they end, and the same as a month: what they show, read from rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from supplier_quality.identity import Actor
from supplier_quality.language import Words, _
from supplier_quality.suppliers.certificates.enums import MISSING
from supplier_quality.suppliers.certificates.queries import ending_between
from supplier_quality.suppliers.certificates.tab import ShownCertificate, show_lines

MOST_IN_A_MONTH = 1_000
"""More certificates than this are not drawn in one month; the page then leads to the list."""

WEEK = 7


@dataclass(frozen=True, slots=True)
class Event:
    """Something that ends on a day: the validity of a certificate, or its grace."""

    day: date
    what: Words
    tone: str
    shown: ShownCertificate


@dataclass(frozen=True, slots=True)
class Month:
    """Weeks of days from Monday on; days of other months are None. ``more`` says that some were left out."""

    first: date
    weeks: Sequence[Sequence[date | None]]
    events: Mapping[date, Sequence[Event]]
    more: bool

    @property
    def before(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        return first_of_next(self.first)


def read_month(session: Session, first: date, *, actor: Actor, owner_id: int | None, today: date) -> Month:
    """What ends in the month that begins on ``first``."""
    last = first_of_next(first) - timedelta(days=1)
    lines = ending_between(session, first, last, actor=actor, owner_id=owner_id, most=MOST_IN_A_MONTH + 1)
    shown = show_lines(session, lines[:MOST_IN_A_MONTH], today=today)
    events: dict[date, list[Event]] = {}
    for event in events_of(shown):
        if first <= event.day <= last:
            events.setdefault(event.day, []).append(event)
    return Month(first, weeks_of(first), events, more=len(lines) > MOST_IN_A_MONTH)


def events_of(shown: Sequence[ShownCertificate]) -> list[Event]:
    """The days that matter of certificates, by day."""
    events = []
    for each in shown:
        if each.line.valid_to is not None:
            tone = "bad" if each.line.state in MISSING else "soon" if each.ends_soon else "open"
            events.append(Event(each.line.valid_to, _("ends"), tone, each))
        if each.grace_runs and each.line.grace_until is not None:
            events.append(Event(each.line.grace_until, _("grace ends"), "bad", each))
    return sorted(events, key=lambda event: (event.day, event.shown.line.supplier, event.shown.line.id))


def weeks_of(first: date) -> list[list[date | None]]:
    """The days of a month in weeks from Monday on."""
    after = first_of_next(first)
    day = first - timedelta(days=first.weekday())
    weeks: list[list[date | None]] = []
    while day < after:
        week = [day + timedelta(days=number) for number in range(WEEK)]
        weeks.append([each if first <= each < after else None for each in week])
        day += timedelta(days=WEEK)
    return weeks


def first_of_next(first: date) -> date:
    """The first day of the month after."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)
