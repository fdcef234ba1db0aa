"""One digest a working day: at 08:00 where the contact works, with what is still open, once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from supplier_quality.identity import system_actor
from supplier_quality.identity.contacts import ContactRef
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.links import create_link, revoke_link
from supplier_quality.mail import (
    Correspondence,
    MailState,
    Queued,
    Recipient,
    goes_at_once,
    queue_mail,
    register_correspondence,
)
from supplier_quality.mail.digests import send_digests
from supplier_quality.persistence import Database
from supplier_quality.trail import RecordRef
from tests.mail.conftest import Book, messages, rows
from tests.mail.smtp_server import Mailbox
from tests.mail.test_links import LINK, body

Deliver = Callable[[datetime], int]
MONDAY_8 = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""08:00 in Germany on the Monday after the tests' Friday."""


def remind(
    database: Database, contact: ContactRef, at: datetime, *, number: int = 12, urgent: bool = False, **values: Any
) -> tuple[Queued, AccessLink]:
    record = RecordRef("test_record", number, f"SUP-{number:05}")
    with database.write() as session:
        link = create_link(
            session,
            contact=contact,
            record=record,
            purpose="assessment",
            expires_at=at + timedelta(days=30),
            actor=system_actor("timer"),
            at=at,
        )
        queued = queue_mail(
            session,
            template="layout/invitation",
            recipient=Recipient.contact(contact),
            record=record,
            at=at,
            values={
                "title": "Self-assessment",
                "lead": "Please describe your company.",
                "action_label": "Go",
                **values,
            },
            urgent=urgent,
            link=link,
        )
        return queued, link


@pytest.mark.parametrize(
    ("country", "queued_at", "due"),
    [
        ("DE", "2026-11-20T09:00Z", "2026-11-23T07:00Z"),  # Friday morning after eight: Monday
        ("DE", "2026-11-20T06:59Z", "2026-11-20T07:00Z"),  # Friday, a minute before eight
        ("CN", "2026-11-20T09:00Z", "2026-11-23T00:00Z"),  # Shanghai is at UTC+8
        ("US", "2026-11-20T09:00Z", "2026-11-20T13:00Z"),  # there it is still night
        ("US", "2026-11-25T20:00Z", "2026-11-27T13:00Z"),  # Thanksgiving is no working day
        ("CN", "2026-09-30T09:00Z", "2026-10-08T00:00Z"),  # a week of holidays
        ("DE", "2026-03-27T09:00Z", "2026-03-30T06:00Z"),  # summer time began at the weekend
        ("", "2026-11-20T09:00Z", "2026-11-23T07:00Z"),  # unknown: our plant's calendar
        ("XX", "2026-11-20T09:00Z", "2026-11-23T07:00Z"),
    ],
)
def test_the_digest_is_due_at_eight_on_the_contacts_next_working_day(
    database: Database, contacts: Book, country: str, queued_at: str, due: str
) -> None:
    contact = contacts.add(country=country)
    queued, _link = remind(database, contact, datetime.fromisoformat(queued_at))
    assert queued.uid is None
    assert queued.due == datetime.fromisoformat(due)


def test_what_waits_for_a_contact_comes_in_one_mail_the_most_urgent_first(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    contact = contacts.add()
    remind(database, contact, at, number=1, title="Certificate", due="2026-12-24")
    remind(database, contact, at, number=2, title="Self-assessment", due="2026-11-21")
    remind(database, contact, at, number=3, title="Contact data")

    assert send_digests(database, at=MONDAY_8 - timedelta(seconds=1)) == 0
    assert send_digests(database, at=MONDAY_8) == 1
    assert send_digests(database, at=MONDAY_8) == 0
    deliver(MONDAY_8)

    [mail] = mailbox.mails
    text = body(mailbox)
    assert mail["Subject"] == "3 open items wait for you"
    assert (
        text.index("Self-assessment (SUP-00002)") < text.index("Certificate (SUP-00001)") < text.index("Contact data")
    )
    assert "due 21 Nov 2026 - overdue" in text and "due 24 Dec 2026\n" in text
    assert len(set(LINK.findall(text))) == 3


def test_urgent_mails_do_not_wait(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    queued, _link = remind(database, contacts.add(), at, urgent=True)
    deliver(at)
    assert queued.due == at
    assert len(mailbox.envelopes) == 1


def test_what_a_person_asked_for_goes_at_once_and_what_time_brought_waits() -> None:
    assert goes_at_once({"kind": "user"}) and goes_at_once({"kind": "contact"}) and goes_at_once({"kind": "token"})
    assert not goes_at_once({"kind": "system"})


def test_reminders_of_the_same_thing_are_one_line(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    contact = contacts.add()
    remind(database, contact, at, title="First reminder")
    remind(database, contact, at, title="Second reminder")
    send_digests(database, at=MONDAY_8)
    deliver(MONDAY_8)

    assert mailbox.mails[0]["Subject"] == "One open item: Second reminder (SUP-00012)"


def test_what_was_done_or_withdrawn_meanwhile_is_left_out(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    contact = contacts.add()
    remind(database, contact, at, number=1, title="Done")
    _queued, link = remind(database, contact, at, number=2, title="Withdrawn")
    remind(database, contact, at, number=3, title="Open")
    with database.write() as session:
        revoke_link(session, session.get_one(AccessLink, link.id), actor=system_actor("command"), at=at)
    register_correspondence(Correspondence("test_record", is_open=lambda _session, number: number != 1))
    try:
        send_digests(database, at=MONDAY_8)
        deliver(MONDAY_8)
    finally:
        register_correspondence(Correspondence("test_record"))

    assert mailbox.mails[0]["Subject"] == "One open item: Open (SUP-00003)"
    assert "Withdrawn" not in body(mailbox) and "Done" not in body(mailbox)


def test_an_empty_digest_is_not_sent(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    _queued, link = remind(database, contacts.add(), at)
    with database.write() as session:
        revoke_link(session, session.get_one(AccessLink, link.id), actor=system_actor("command"), at=at)
    send_digests(database, at=MONDAY_8)
    deliver(MONDAY_8)

    assert mailbox.envelopes == []
    assert [row.state for row in rows(database)] == ["done"]


def test_days_without_a_worker_are_made_good_with_one_digest(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    contact = contacts.add()
    remind(database, contact, at, number=1)
    remind(database, contact, MONDAY_8 + timedelta(hours=1), number=2)
    late = MONDAY_8 + timedelta(days=3)

    assert send_digests(database, at=late) == 1
    deliver(late)

    assert mailbox.mails[0]["Subject"] == "2 open items wait for you"


def test_a_second_digest_on_one_day_waits_for_the_next_working_day(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    contact = contacts.add()
    remind(database, contact, at, number=1)
    send_digests(database, at=MONDAY_8)
    remind(database, contact, at, number=2)  # committed late, though due at the same eight o'clock

    assert send_digests(database, at=MONDAY_8 + timedelta(minutes=5)) == 0
    assert send_digests(database, at=MONDAY_8 + timedelta(days=1)) == 1
    deliver(MONDAY_8 + timedelta(days=1))
    assert [message.state for message in messages(database)] == [MailState.SENT] * 2


def test_a_bounced_digest_is_passed_on_item_by_item(
    database: Database, mailbox: Mailbox, contacts: Book, user: int, at: datetime, deliver: Deliver
) -> None:
    mailbox.faults.recipients["contact1@supplier.example"] = "550 5.1.1 No such user"
    first, following = contacts.add(1), contacts.add(2, name="Zhang Min")
    rules = Correspondence(
        "test_record", next_contact=lambda _session, _record, contact: following if contact == first else None
    )
    register_correspondence(rules)
    try:
        remind(database, first, at, number=1)
        remind(database, first, at, number=2)
        send_digests(database, at=MONDAY_8)
        deliver(MONDAY_8)
        deliver(MONDAY_8)
    finally:
        register_correspondence(Correspondence("test_record"))

    assert [recipients for _s, recipients, _c in mailbox.envelopes] == [["contact2@supplier.example"]] * 2
