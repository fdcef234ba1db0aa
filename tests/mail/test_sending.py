"""Mails through a real mail server, with its faults (F6)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from supplier_quality.mail import (
    Attachment,
    Correspondence,
    MailState,
    Recipient,
    queue_mail,
    register_correspondence,
)
from supplier_quality.mail import smtp as smtp_module
from supplier_quality.mail.handlers import close_connection
from supplier_quality.outbox import OutboxState, retry_incident
from supplier_quality.persistence import Database
from supplier_quality.trail import ActorRef
from tests.mail.conftest import NOTICE, RECORD, Book, add_user, messages, rows, use_server
from tests.mail.smtp_server import Mailbox, certificate, smtp_server

ADMIN = ActorRef("user", "user:1", "Admin", "web")
Deliver = Callable[[datetime], int]


def owe(database: Database, user: int, at: datetime, title: str = "Certificate expires soon") -> str:
    with database.write() as session:
        queued = queue_mail(
            session,
            template="layout/notice",
            recipient=Recipient.user(user),
            record=RECORD,
            at=at,
            values={**NOTICE, "title": title},
        )
    assert queued.uid is not None
    return queued.uid


def test_a_mail_has_one_recipient_text_html_and_an_id_from_the_outbox(
    database: Database, mailbox: Mailbox, user: int, at: datetime, deliver: Deliver
) -> None:
    uid = owe(database, user, at)

    deliver(at)

    [(sender, recipients, _content)] = mailbox.envelopes
    [mail] = mailbox.mails
    assert (sender, recipients) == ("quality@plant.example", ["anna@plant.example"])
    assert mail["Message-ID"] == f"<{uid}@plant.example>"
    assert mail["From"] == "Quality <quality@plant.example>"
    assert mail["To"] == "Anna Weber <anna@plant.example>"
    assert mail["Subject"] == "Certificate expires soon (SUP-00012)"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Fri, 20 Nov 2026 09:00:00 +0000"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None and "The certificate expires in 30 days." in text.get_content()
    assert html is not None and "The certificate expires in 30 days." in html.get_content()
    [message] = messages(database)
    assert (message.state, message.sent_at, message.attempts) == (MailState.SENT, at, 1)
    assert message.text is None and message.html is None
    assert [row.state for row in rows(database)] == [OutboxState.DONE]


def test_many_mails_share_one_connection(
    database: Database, mailbox: Mailbox, user: int, at: datetime, deliver: Deliver
) -> None:
    for number in range(20):
        owe(database, user, at, title=f"Notice {number}")

    deliver(at)

    assert len(mailbox.envelopes) == 20
    assert mailbox.connections == 1


def test_a_small_file_travels_along(
    database: Database, mailbox: Mailbox, user: int, at: datetime, deliver: Deliver
) -> None:
    with database.write() as session:
        queue_mail(
            session,
            template="layout/notice",
            recipient=Recipient.user(user),
            record=RECORD,
            at=at,
            values=NOTICE,
            attachments=[Attachment("audit.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")],
        )
    deliver(at)

    [part] = mailbox.mails[0].iter_attachments()
    assert part.get_filename() == "audit.ics"
    assert part.get_content_type() == "text/calendar"


def test_without_a_mail_server_mails_are_kept_to_be_looked_at(
    database: Database, user: int, at: datetime, deliver: Deliver
) -> None:
    owe(database, user, at)

    deliver(at)

    [message] = messages(database)
    assert message.state == MailState.KEPT
    assert "The certificate expires in 30 days." in (message.text or "")
    assert "<h1" in (message.html or "")


def test_without_a_mail_server_a_public_installation_keeps_nothing_and_says_which_setting_is_missing(
    database: Database, user: int, at: datetime, deliver: Deliver
) -> None:
    use_server(database, 25, smtp_host=None, base_url="https://quality.example")
    owe(database, user, at)

    deliver(at)

    [row] = rows(database)
    assert messages(database) == []
    assert row.state == OutboxState.READY and "SMTP_HOST" in (row.last_error or "")


# --- F6: the faults of mail servers ---


def test_when_the_server_cannot_be_reached_the_mail_waits_with_growing_pauses(
    database: Database, user: int, at: datetime, deliver: Deliver
) -> None:
    with smtp_server() as (_mailbox, port):
        pass
    use_server(database, port)
    owe(database, user, at)

    pauses = []
    moment = at
    for _attempt in range(4):
        deliver(moment)
        [row] = rows(database)
        pauses.append(row.due_at - moment)
        moment = row.due_at

    assert row.state == OutboxState.READY
    assert "SMTP_HOST" in (row.last_error or "")
    assert all(later > earlier for earlier, later in pairwise(pauses))
    with smtp_server() as (mailbox, port):
        use_server(database, port)
        deliver(moment)
        assert len(mailbox.envelopes) == 1
        close_connection()


def test_back_off_is_spread_so_that_mails_do_not_come_back_together(
    database: Database, mailbox: Mailbox, user: int, at: datetime, deliver: Deliver
) -> None:
    mailbox.faults.recipients["anna@plant.example"] = "450 4.2.0 Greylisted"
    for _number in range(6):
        owe(database, user, at)

    deliver(at)

    assert len({row.due_at for row in rows(database)}) == 6


def test_a_4xx_answer_is_tried_again_and_others_flow(
    database: Database, mailbox: Mailbox, user: int, at: datetime, deliver: Deliver
) -> None:
    mailbox.faults.recipients["busy@plant.example"] = "450 4.2.0 Greylisted"
    with database.write() as session:
        busy = add_user(session, "Busy", "busy@plant.example", at)
    first = owe(database, busy, at)
    owe(database, user, at)

    deliver(at)
    assert [recipients for _s, recipients, _c in mailbox.envelopes] == [["anna@plant.example"]]

    mailbox.faults.recipients.clear()
    deliver(at + timedelta(minutes=1))
    assert mailbox.message_ids[-1] == f"<{first}@plant.example>"
    assert [message.state for message in messages(database)] == [MailState.SENT] * 2


def test_a_refused_recipient_is_a_bounce_and_no_incident(
    database: Database, mailbox: Mailbox, user: int, at: datetime, deliver: Deliver
) -> None:
    mailbox.faults.recipients["anna@plant.example"] = "550 5.1.1 No such user"
    owe(database, user, at)

    deliver(at)

    [message] = messages(database)
    assert message.state == MailState.BOUNCED
    assert "5.1.1 No such user" in (message.answer or "")
    assert [row.state for row in rows(database)] == [OutboxState.DONE]


def test_a_refused_text_becomes_an_incident_at_once_and_others_flow(
    database: Database, mailbox: Mailbox, user: int, at: datetime, deliver: Deliver
) -> None:
    mailbox.faults.data["poison@plant.example"] = "554 5.6.0 Refused by policy"
    with database.write() as session:
        poison = add_user(session, "Poison", "poison@plant.example", at)
    refused = owe(database, poison, at)
    owe(database, user, at)

    deliver(at)

    assert {row.id: row.state for row in rows(database)}[refused] == OutboxState.INCIDENT
    assert len(mailbox.envelopes) == 1
    with database.write() as session:
        retry_incident(session, refused, actor=ADMIN, at=at)
    mailbox.faults.data.clear()
    deliver(at)
    assert mailbox.message_ids[-1] == f"<{refused}@plant.example>"


@pytest.mark.parametrize("fault", ["hang_after_data", "drop_instead_of_answer"])
def test_a_mail_that_may_have_arrived_is_repeated_with_the_same_id(
    database: Database,
    mailbox: Mailbox,
    user: int,
    at: datetime,
    deliver: Deliver,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The server really hangs; only our patience is shortened.
    monkeypatch.setattr(smtp_module.Postman.__init__, "__kwdefaults__", {"timeout": 0.3})
    setattr(mailbox.faults, fault, 1)
    uid = owe(database, user, at)

    deliver(at)
    [row] = rows(database)
    assert row.state == OutboxState.READY and "may have taken it" in (row.last_error or "")

    deliver(at + timedelta(minutes=1))
    assert mailbox.message_ids == [f"<{uid}@plant.example>"] * 2
    [message] = messages(database)
    assert (message.state, message.attempts) == (MailState.SENT, 2)


def test_a_connection_that_was_closed_meanwhile_costs_the_next_mail_nothing(
    database: Database, mailbox: Mailbox, user: int, at: datetime, deliver: Deliver
) -> None:
    mailbox.faults.drop_after_answer = 1
    owe(database, user, at, title="First")
    owe(database, user, at, title="Second")

    deliver(at)

    # The drop may hit the second mail before, between or after its steps; at most it is tried once more.
    deliver(at + timedelta(minutes=1))
    assert [message.state for message in messages(database)] == [MailState.SENT] * 2
    assert len(set(mailbox.message_ids)) == 2


def test_our_refused_sender_names_the_setting_and_waits(
    database: Database, mailbox: Mailbox, user: int, at: datetime, deliver: Deliver
) -> None:
    mailbox.faults.sender = "553 5.7.1 Sender not owned"
    owe(database, user, at)

    deliver(at)

    [row] = rows(database)
    assert row.state == OutboxState.READY and "MAIL_FROM" in (row.last_error or "")


@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_an_encrypted_connection_checks_the_name_of_the_server(
    database: Database,
    user: int,
    at: datetime,
    deliver: Deliver,
    mode: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right, right_file = certificate(tmp_path, "localhost")
    wrong, wrong_file = certificate(tmp_path, "mail.elsewhere.example")
    trusted = tmp_path / "trusted.pem"
    trusted.write_text(right_file.read_text() + wrong_file.read_text())
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    owe(database, user, at)

    with smtp_server(**{mode: wrong}) as (mailbox, port):
        use_server(database, port, smtp_host="localhost", smtp_tls=mode)
        moment = at
        for _attempt in range(12):
            deliver(moment)
            moment += timedelta(hours=2)
        [row] = rows(database)
        assert row.state == OutboxState.INCIDENT
        assert "SMTP_HOST" in (row.last_error or "") and "certificate" in (row.last_error or "")
        assert mailbox.envelopes == []

    with database.write() as session:
        retry_incident(session, row.id, actor=ADMIN, at=moment)
    with smtp_server(**{mode: right}) as (mailbox, port):
        use_server(database, port, smtp_host="localhost", smtp_tls=mode)
        deliver(moment)
        assert len(mailbox.envelopes) == 1
        close_connection()


def test_a_server_without_starttls_gets_no_mail_in_clear(
    database: Database, mailbox: Mailbox, user: int, at: datetime, deliver: Deliver
) -> None:
    use_server(database, database.info["settings"].smtp_port, smtp_tls="starttls")
    owe(database, user, at)

    deliver(at)

    [row] = rows(database)
    assert mailbox.envelopes == []
    assert "SMTP_TLS" in (row.last_error or "")


def test_a_wrong_password_names_the_settings(database: Database, user: int, at: datetime, deliver: Deliver) -> None:
    with smtp_server(login=("quality", "right")) as (mailbox, port):
        use_server(database, port, smtp_user="quality", smtp_password="wrong")
        owe(database, user, at)
        deliver(at)
        [row] = rows(database)
        assert "SMTP_PASSWORD" in (row.last_error or "") and "wrong" not in (row.last_error or "")

        use_server(database, port, smtp_user="quality", smtp_password="right")
        deliver(row.due_at)
        assert len(mailbox.envelopes) == 1
        close_connection()


# --- headers ---


def test_a_line_break_in_a_name_is_refused_not_sent(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    contact = contacts.add(name="Li\r\nBcc: everybody@supplier.example")
    with database.write() as session:
        queue_mail(
            session,
            template="layout/notice",
            recipient=Recipient.contact(contact),
            record=RECORD,
            at=at,
            values=NOTICE,
            urgent=True,
        )
    deliver(at)

    assert mailbox.envelopes == []
    [row] = rows(database)
    assert row.state == OutboxState.INCIDENT
    assert "line break" in (row.last_error or "")


def test_an_unusable_address_is_a_bounce(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    contact = contacts.add(email="a@b.example, c@d.example")
    with database.write() as session:
        queue_mail(
            session,
            template="layout/notice",
            recipient=Recipient.contact(contact),
            record=RECORD,
            at=at,
            values=NOTICE,
            urgent=True,
        )
    deliver(at)

    assert mailbox.envelopes == []
    assert [message.state for message in messages(database)] == [MailState.BOUNCED]


def test_nobody_gets_more_than_a_bounded_number_of_mails_an_hour(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    contact = contacts.add()
    for number in range(25):
        with database.write() as session:
            queue_mail(
                session,
                template="layout/notice",
                recipient=Recipient.contact(contact),
                record=RECORD,
                at=at,
                values={**NOTICE, "title": f"Notice {number}"},
                urgent=True,
            )
    deliver(at)
    assert len(mailbox.envelopes) == 20

    deliver(at + timedelta(hours=1, seconds=2))
    assert len(mailbox.envelopes) == 25


def test_a_mail_to_staff_leads_to_the_page_of_the_record(
    database: Database, mailbox: Mailbox, user: int, at: datetime, deliver: Deliver
) -> None:
    register_correspondence(Correspondence(RECORD.kind, page=lambda _session, _record: "/suppliers/SUP-00012"))
    try:
        owe(database, user, at)
        deliver(at)
    finally:
        register_correspondence(Correspondence(RECORD.kind))
    text = mailbox.mails[0].get_body(("plain",))
    assert text is not None and "http://localhost:8000/suppliers/SUP-00012" in text.get_content()
