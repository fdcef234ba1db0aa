"""Delivery reports from an IMAP mailbox, over TLS from a real server."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from supplier_quality.config import Settings
from supplier_quality.mail import MailState
from supplier_quality.mail.intake import read_bounces
from supplier_quality.persistence import Database
from tests.mail.conftest import Book, messages
from tests.mail.imap_server import PASSWORD, USER, Inbox, imap_server
from tests.mail.smtp_server import Mailbox, certificate
from tests.mail.test_links import invite
from tests.mail.test_undelivered import report

Deliver = Callable[[datetime], int]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return certificate(tmp_path_factory.mktemp("imap"), "localhost")


@pytest.fixture
def inbox(made: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """A mailbox of a server that this machine trusts."""
    tls, vouching = made
    monkeypatch.setenv("SSL_CERT_FILE", str(vouching))
    with imap_server(tls, ssl.create_default_context()) as running:
        yield running


@pytest.fixture
def reading(settings: Settings, inbox: Inbox) -> Settings:
    return replace(settings, imap_host="localhost", imap_port=inbox.port, imap_user=USER, imap_password=PASSWORD)


def test_a_report_in_the_mailbox_is_taken_in_once_and_marked_read(
    database: Database,
    mailbox: Mailbox,
    contacts: Book,
    at: datetime,
    deliver: Deliver,
    reading: Settings,
    inbox: Inbox,
) -> None:
    invite(database, contacts.add(), at)
    deliver(at)
    inbox.put(
        report(mailbox.message_ids[0], "contact1@supplier.example"), b"Subject: Out of office\n\nBack on Monday.\n"
    )

    assert read_bounces(database, reading, at=at) == 1
    assert messages(database)[0].state == MailState.BOUNCED
    assert inbox.unread() == 0
    assert read_bounces(database, reading, at=at) == 0


def test_a_report_stays_unread_while_it_could_not_be_recorded(
    database: Database,
    mailbox: Mailbox,
    contacts: Book,
    at: datetime,
    deliver: Deliver,
    reading: Settings,
    inbox: Inbox,
) -> None:
    invite(database, contacts.add(), at)
    deliver(at)
    inbox.put(report(mailbox.message_ids[0], "contact1@supplier.example"))
    elsewhere = replace(reading, imap_password="another one")

    assert read_bounces(database, elsewhere, at=at) == 0
    assert inbox.unread() == 1
    assert read_bounces(database, reading, at=at) == 1


def test_a_server_with_a_certificate_nobody_vouches_for_gets_no_password(
    database: Database,
    at: datetime,
    reading: Settings,
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    inbox.put(b"Subject: Hello\n\nStill here.\n")

    assert read_bounces(database, reading, at=at) == 0
    assert "bounce_mailbox_unreachable" in capsys.readouterr().out
    assert inbox.unread() == 1
