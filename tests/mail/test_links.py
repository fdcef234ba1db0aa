"""Links and codes are made when the mail is delivered and stored nowhere in plain."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import inspect, text

from supplier_quality.identity import system_actor
from supplier_quality.identity.codes import request_code
from supplier_quality.identity.contacts import ContactRef
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.links import create_link, delegate_link, open_link, revoke_link
from supplier_quality.identity.models import User
from supplier_quality.identity.password_links import queue_password_link
from supplier_quality.mail import MailState, Recipient, queue_mail
from supplier_quality.outbox import OutboxState
from supplier_quality.persistence import Database
from tests.mail.conftest import RECORD, Book, messages, rows, use_server
from tests.mail.smtp_server import Mailbox

Deliver = Callable[[datetime], int]
INVITATION = {"title": "Self-assessment", "lead": "Please describe your company.", "action_label": "Start"}
LINK = re.compile(r"http://localhost:8000/s#([A-Za-z0-9_-]{43})")


def invite(
    database: Database, contact: ContactRef, at: datetime, *, owner: int | None = None, urgent: bool = True
) -> AccessLink:
    with database.write() as session:
        link = create_link(
            session,
            contact=contact,
            record=RECORD,
            purpose="assessment",
            expires_at=at + timedelta(days=30),
            actor=system_actor("command"),
            at=at,
            owner_id=owner,
        )
        queue_mail(
            session,
            template="layout/invitation",
            recipient=Recipient.contact(contact),
            record=RECORD,
            at=at,
            values=INVITATION,
            urgent=urgent,
            link=link,
        )
        return link


def every_stored_value(database: Database) -> str:
    """All values of all tables, as one text."""
    with database.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        return "\n".join(str(row) for table in tables for row in connection.execute(text(f'SELECT * FROM "{table}"')))


def body(mailbox: Mailbox, number: int = -1) -> str:
    part = mailbox.mails[number].get_body(("plain",))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


def test_the_link_works_and_its_token_is_stored_nowhere(
    database: Database, mailbox: Mailbox, contacts: Book, user: int, at: datetime, deliver: Deliver
) -> None:
    invite(database, contacts.add(), at, owner=user)

    deliver(at)

    found = LINK.search(body(mailbox))
    assert found is not None
    preview = open_link(database, found.group(1), at=at, ip="127.0.0.1")
    assert preview.ask_name == "Anna Weber"
    assert found.group(1) not in every_stored_value(database)
    html = mailbox.mails[0].get_body(("html",))
    assert html is not None and found.group(0) in html.get_content()


def test_answers_go_to_the_person_who_owns_the_link(
    database: Database, mailbox: Mailbox, contacts: Book, user: int, at: datetime, deliver: Deliver
) -> None:
    invite(database, contacts.add(), at, owner=user)
    deliver(at)
    assert mailbox.mails[0]["Reply-To"] == "Anna Weber <anna@plant.example>"


def test_a_repeated_mail_leaves_both_links_working(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    mailbox.faults.drop_instead_of_answer = 1
    invite(database, contacts.add(), at)

    deliver(at)
    deliver(at + timedelta(minutes=1))

    tokens = [LINK.search(body(mailbox, number)) for number in (0, 1)]
    assert len(set(mailbox.message_ids)) == 1
    for token in tokens:
        assert token is not None
        open_link(database, token.group(1), at=at, ip="127.0.0.1")


def test_a_code_is_in_the_text_only_and_stored_nowhere(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    invite(database, contacts.add(), at)
    deliver(at)
    token = LINK.search(body(mailbox))
    assert token is not None
    request_code(database, token.group(1), at=at, ip="127.0.0.1")

    deliver(at)

    code = re.search(r"^\s+(\d{8})$", body(mailbox), re.MULTILINE)
    assert code is not None
    assert "30 minutes" in body(mailbox)
    assert code.group(1) not in str(mailbox.mails[-1]["Subject"])
    assert code.group(1) not in every_stored_value(database)
    assert "/s#" not in body(mailbox)


def test_a_withdrawn_link_is_not_mailed(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    link = invite(database, contacts.add(), at)
    with database.write() as session:
        revoke_link(session, session.get_one(AccessLink, link.id), actor=system_actor("command"), at=at)

    deliver(at)

    assert mailbox.envelopes == []
    assert [row.state for row in rows(database)] == [OutboxState.DONE]


def test_a_delegated_link_reaches_the_colleague(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    link = invite(database, contacts.add(1), at)
    colleague = contacts.add(2, name="Zhang Min")
    with database.write() as session:
        held = session.get_one(AccessLink, link.id)
        delegate_link(session, held, to=colleague, actor=system_actor("command"), at=at)

    deliver(at)

    assert {str(mail["To"]) for mail in mailbox.mails} == {
        "Li Wei <contact1@supplier.example>",
        "Zhang Min <contact2@supplier.example>",
    }


def test_an_invited_colleague_chooses_a_password_by_a_link(
    database: Database, mailbox: Mailbox, user: int, at: datetime, deliver: Deliver
) -> None:
    with database.write() as session:
        queue_password_link(session, session.get_one(User, user), invites=True, at=at)

    deliver(at)

    token = re.search(r"http://localhost:8000/choose-password#([\w-]{43})", body(mailbox))
    assert token is not None and "72 hours" in body(mailbox)
    assert token.group(1) not in every_stored_value(database)


def test_links_come_from_the_configured_address_only(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    use_server(database, database.info["settings"].smtp_port, base_url="https://quality.plant.example/sq/")
    invite(database, contacts.add(), at)

    deliver(at)

    links = set(re.findall(r"https?://[^\s#\"<]+", body(mailbox)))
    assert links == {"https://quality.plant.example/sq/s", "https://quality.plant.example/sq."}


def test_a_mail_to_somebody_who_left_is_a_bounce(
    database: Database, mailbox: Mailbox, contacts: Book, at: datetime, deliver: Deliver
) -> None:
    contact = contacts.add()
    invite(database, contact, at)
    contacts.add(active=False)

    deliver(at)

    assert mailbox.envelopes == []
    assert messages(database)[0].state == MailState.BOUNCED
