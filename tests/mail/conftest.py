"""People, contacts and a worker for the tests of mail."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality import outbox
from supplier_quality.config import Settings
from supplier_quality.identity.contacts import ContactCard, ContactDirectory, ContactRef, register_contacts
from supplier_quality.identity.models import User
from supplier_quality.mail.handlers import EFFECTS, close_connection
from supplier_quality.mail.models import MailMessage
from supplier_quality.outbox import OutboxRow
from supplier_quality.persistence import Database
from supplier_quality.trail import RecordRef
from tests.mail.smtp_server import HOST, Mailbox, smtp_server

CONTACTS = "test_contact"
RECORD = RecordRef("test_record", 12, "SUP-00012")
NOTICE = {"title": "Certificate expires soon", "lead": "The certificate expires in 30 days."}


@dataclass
class Book:
    """The contacts of one test."""

    cards: dict[int, ContactCard] = field(default_factory=dict)

    def add(self, number: int = 1, **values: Any) -> ContactRef:
        given = {
            "name": "Li Wei",
            "email": f"contact{number}@supplier.example",
            "language": "en",
            "organisation": "Supplier",
            "active": True,
            "country": "DE",
            **values,
        }
        self.cards[number] = ContactCard(id=number, **given)
        return ContactRef(CONTACTS, number)


@pytest.fixture
def contacts() -> Book:
    book = Book()
    register_contacts(ContactDirectory(CONTACTS, lambda _session, number: book.cards.get(number)))
    return book


@pytest.fixture
def user(database: Database, at: datetime) -> int:
    """A member of staff: Anna Weber, anna@plant.example."""
    with database.write() as session:
        return add_user(session, "Anna Weber", "anna@plant.example", at)


def add_user(session: Session, name: str, email: str, at: datetime, language: str = "en") -> int:
    user = User(name=name, email=email, language=language, time_zone="Europe/Berlin", created_at=at)
    session.add(user)
    session.flush()
    return user.id


@pytest.fixture
def server() -> Iterator[tuple[Mailbox, int]]:
    with smtp_server() as running:
        yield running
        close_connection()


@pytest.fixture
def mailbox(server: tuple[Mailbox, int], database: Database) -> Mailbox:
    """A mail server that takes everything; ``database`` uses it."""
    mailbox, port = server
    use_server(database, port)
    return mailbox


def use_server(database: Database, port: int, **changes: Any) -> Settings:
    """Let mails of this database go to the server at ``port``."""
    given = {"smtp_host": HOST, "smtp_port": port, "mail_from": "Quality <quality@plant.example>", **changes}
    settings: Settings = replace(database.info["settings"], **given)
    database.info["settings"] = settings
    return settings


@pytest.fixture
def deliver(database: Database) -> Callable[[datetime], int]:
    """Deliver all that is due at a moment, once."""

    def run(moment: datetime) -> int:
        return outbox.deliver_due(database, EFFECTS, worker="test", now=lambda: moment)

    return run


def messages(database: Database) -> list[MailMessage]:
    with database.read() as session:
        return list(session.scalars(select(MailMessage).order_by(MailMessage.id)))


def rows(database: Database) -> list[OutboxRow]:
    with database.read() as session:
        return list(session.scalars(select(OutboxRow).order_by(OutboxRow.created_at, OutboxRow.id)))
