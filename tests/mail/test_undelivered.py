"""Bounces and silence: the next contact is written to and the owner gets a task."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from supplier_quality.identity.contacts import ContactRef
from supplier_quality.identity.link_models import ContactSession
from supplier_quality.mail import (
    Correspondence,
    MailState,
    TaskKind,
    finish_task,
    open_tasks,
    register_correspondence,
    task_title,
)
from supplier_quality.mail.bounces import parse_bounces
from supplier_quality.mail.intake import read_maildir, take_in
from supplier_quality.mail.silence import check_silence
from supplier_quality.mail.tasks import TaskNotFound
from supplier_quality.persistence import Database
from supplier_quality.trail import entries
from tests.mail.conftest import CONTACTS, RECORD, Book, messages
from tests.mail.smtp_server import Mailbox
from tests.mail.test_links import invite
from tests.support import actor_for

Deliver = Callable[[datetime], int]
DAY = timedelta(days=1)


@pytest.fixture
def second(contacts: Book, user: int) -> Iterator[ContactRef]:
    """A second contact of the supplier, asked after the first; the record belongs to Anna Weber."""
    following = contacts.add(2, name="Zhang Min")
    first = ContactRef(CONTACTS, 1)
    rules = Correspondence(
        RECORD.kind,
        owner=lambda _session, _record: user,
        next_contact=lambda _session, _record, contact: following if contact == first else None,
    )
    register_correspondence(rules)
    yield following
    register_correspondence(Correspondence(RECORD.kind))


def report(message_id: str, address: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A delivery report as Postfix writes it."""
    return f"""From: MAILER-DAEMON@mx.example
To: quality@plant.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Fri, 20 Nov 2026 09:00:01 +0000

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <{address}>: Recipient address rejected:
    User unknown

--B
Content-Type: message/rfc822

From: Quality <quality@plant.example>
To: {address}
Subject: Self-assessment
Message-ID: {message_id}

Hello
--B--
""".encode()


def test_a_report_names_the_mail_the_address_and_the_reason() -> None:
    [bounce] = parse_bounces(report("<abc@plant.example>", "li@supplier.example"))
    assert (bounce.message_id, bounce.recipient, bounce.status) == (
        "<abc@plant.example>",
        "li@supplier.example",
        "5.1.1",
    )
    assert bounce.reason == "550 5.1.1 <li@supplier.example>: Recipient address rejected: User unknown"


@pytest.mark.parametrize(
    "raw",
    [
        report("<a@b>", "li@supplier.example", action="delayed", status="4.4.1"),
        report("<a@b>", "li@supplier.example", action="delivered", status="2.0.0"),
        b"Subject: Re: Self-assessment\r\n\r\nThank you, we will do that.",
        b"",
        b"\xff\xfe not a mail",
    ],
)
def test_delays_and_ordinary_mails_are_no_bounces(raw: bytes) -> None:
    assert parse_bounces(raw) == []


def test_a_reported_bounce_goes_to_the_next_contact_and_to_the_owner(
    database: Database, mailbox: Mailbox, contacts: Book, second: ContactRef, user: int, at: datetime, deliver: Deliver
) -> None:
    invite(database, contacts.add(), at)
    deliver(at)
    raw = report(mailbox.message_ids[0], "contact1@supplier.example")

    assert take_in(database, raw, at=at) == 1
    assert take_in(database, raw, at=at) == 0
    deliver(at)

    assert [message.state for message in messages(database)] == [MailState.BOUNCED, MailState.SENT]
    assert mailbox.mails[-1]["To"] == "Zhang Min <contact2@supplier.example>"
    assert mailbox.mails[-1]["Subject"] == "Self-assessment (SUP-00012)"
    with database.read() as session:
        [task] = open_tasks(session, owner_id=user)
        assert task.kind == TaskKind.BOUNCED
        assert "Li Wei (contact1@supplier.example) was not delivered: 550 5.1.1" in str(task_title(task))
        assert [entry.action for entry in entries(session, "owner_task", task.id)] == ["task.opened"]


def test_a_forged_report_for_another_address_changes_nothing(
    database: Database, mailbox: Mailbox, contacts: Book, second: ContactRef, at: datetime, deliver: Deliver
) -> None:
    invite(database, contacts.add(), at)
    deliver(at)

    assert take_in(database, report(mailbox.message_ids[0], "somebody@else.example"), at=at) == 0
    assert take_in(database, report("<unknown@plant.example>", "contact1@supplier.example"), at=at) == 0
    assert messages(database)[0].state == MailState.SENT


def test_a_recipient_refused_at_once_is_passed_on_like_a_bounce(
    database: Database, mailbox: Mailbox, contacts: Book, second: ContactRef, at: datetime, deliver: Deliver
) -> None:
    mailbox.faults.recipients["contact1@supplier.example"] = "550 5.1.1 No such user"
    invite(database, contacts.add(), at)

    deliver(at)
    deliver(at)

    assert [recipients for _s, recipients, _c in mailbox.envelopes] == [["contact2@supplier.example"]]


def test_a_maildir_is_read_once(
    database: Database,
    mailbox: Mailbox,
    contacts: Book,
    second: ContactRef,
    at: datetime,
    deliver: Deliver,
    tmp_path: Path,
) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    invite(database, contacts.add(), at)
    deliver(at)
    (tmp_path / "new" / "1").write_bytes(report(mailbox.message_ids[0], "contact1@supplier.example"))
    (tmp_path / "new" / "2").write_bytes(b"Subject: hello\n\nhello")

    assert read_maildir(database, tmp_path, at=at) == 1
    assert read_maildir(database, tmp_path, at=at) == 0
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == ["1:2,S", "2:2,S"]


def test_silence_for_a_day_goes_to_the_next_contact_and_to_the_owner_once(
    database: Database, mailbox: Mailbox, contacts: Book, second: ContactRef, user: int, at: datetime, deliver: Deliver
) -> None:
    invite(database, contacts.add(), at)
    deliver(at)

    assert check_silence(database, at=at + DAY - timedelta(seconds=1)) == 0
    assert check_silence(database, at=at + DAY) == 1
    assert check_silence(database, at=at + DAY) == 0
    deliver(at + DAY)

    assert mailbox.mails[-1]["To"] == "Zhang Min <contact2@supplier.example>"
    with database.read() as session:
        assert [task.kind for task in open_tasks(session, owner_id=user)] == [TaskKind.SILENT]
    # The second contact's silence is a task too, but nobody is left to write to.
    assert check_silence(database, at=at + 2 * DAY) == 1
    assert deliver(at + 2 * DAY) == 0


def test_who_came_in_by_a_code_has_reacted(
    database: Database, mailbox: Mailbox, contacts: Book, second: ContactRef, at: datetime, deliver: Deliver
) -> None:
    contact = contacts.add()
    invite(database, contact, at)
    deliver(at)
    with database.write() as session:
        session.add(
            ContactSession(
                id_hash="h" * 64,
                contact_kind=contact.kind,
                contact_id=contact.id,
                created_at=at + timedelta(hours=3),
                last_seen_at=at + timedelta(hours=3),
                expires_at=at + timedelta(hours=15),
                device="phone",
                ip="127.0.0.1",
            )
        )

    assert check_silence(database, at=at + DAY) == 0
    assert deliver(at + DAY) == 0


def test_a_reminder_with_the_same_link_is_not_awaited_again(
    database: Database, mailbox: Mailbox, contacts: Book, second: ContactRef, at: datetime, deliver: Deliver
) -> None:
    contact = contacts.add()
    invite(database, contact, at)
    deliver(at)
    invite(database, contact, at + timedelta(hours=1))
    deliver(at + timedelta(hours=1))

    awaited = [message.answer_awaited_until for message in messages(database)]
    assert awaited == [at + DAY, None]


def test_a_task_is_finished_once_and_the_trail_says_by_whom(
    database: Database, mailbox: Mailbox, contacts: Book, second: ContactRef, user: int, at: datetime, deliver: Deliver
) -> None:
    invite(database, contacts.add(), at)
    deliver(at)
    check_silence(database, at=at + DAY)
    anna = actor_for("sqe", id=f"user:{user}", label="Anna Weber")
    with database.write() as session:
        [task] = open_tasks(session, owner_id=user)
        finish_task(session, task.id, actor=anna, at=at + DAY)

    with database.write() as session:
        assert open_tasks(session, owner_id=user) == []
        assert [entry.action for entry in entries(session, "owner_task", task.id)] == ["task.opened", "task.finished"]
        with pytest.raises(TaskNotFound):
            finish_task(session, task.id, actor=anna, at=at + DAY)
