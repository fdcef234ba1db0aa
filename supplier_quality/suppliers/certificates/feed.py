"""The ends of certificates as a calendar that programs subscribe to (RFC 5545)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from icalendar import Calendar
from icalendar import Event as Entry
from sqlalchemy.orm import Session

from supplier_quality.engine.plant import day_in_plant
from supplier_quality.identity import Actor, Role
from supplier_quality.language import _
from supplier_quality.suppliers.certificates.board import Event, events_of
from supplier_quality.suppliers.certificates.queries import ending_between
from supplier_quality.suppliers.certificates.tab import show_lines

PAST, AHEAD = timedelta(days=90), timedelta(days=400)
MOST = 2_000
"""More events than this make calendar programs slow; those that end first are kept."""

REFRESHED_EVERY = timedelta(hours=6)
SEES_ALL = (Role.QUALITY_MANAGER, Role.ADMIN)


def read_events(session: Session, *, actor: Actor, at: datetime) -> Sequence[Event]:
    """What ends for this person: certificates of the suppliers they own; for quality managers those of all."""
    today = day_in_plant(session, at)
    owner_id = None if actor.has_role(*SEES_ALL) else actor.person_id
    lines = ending_between(session, today - PAST, today + AHEAD, actor=actor, owner_id=owner_id, most=MOST)
    return events_of(show_lines(session, lines, today=today))


def draw_calendar(events: Sequence[Event], *, base_url: str, at: datetime) -> bytes:
    """The calendar as text; every event lasts the whole day and keeps its identity when it is read again."""
    calendar = Calendar()
    calendar.add("prodid", "-//Supplier Quality//certificates//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", str(_("Certificates")))
    calendar.add("refresh-interval", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    for event in events:
        line = event.shown.line
        kind = "end" if event.day == line.valid_to else "grace"
        entry = Entry()
        entry.add("uid", f"{line.number}-{kind}@supplier-quality")
        entry.add("dtstamp", at)
        entry.add("dtstart", event.day)
        entry.add("dtend", event.day + timedelta(days=1))
        entry.add("summary", f"{line.standard} {event.what}: {line.supplier}, {line.site}")
        entry.add("description", str(_("%(state)s, number %(number)s", state=event.shown.state.label,
                                       number=line.certificate_no or "–")))  # fmt: skip
        entry.add("url", f"{base_url.rstrip('/')}/certificates/{line.number}")
        entry.add("transp", "TRANSPARENT")
        calendar.add_component(entry)
    content: bytes = calendar.to_ical()
    return content
