"""Fetching delivery reports from where the mail server puts them: a maildir or an IMAP mailbox, by settings."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import structlog

from supplier_quality.config import Settings
from supplier_quality.mail.bounces import parse_bounces, record_bounce
from supplier_quality.persistence import Database

log = structlog.get_logger("mail")

MOST_PER_RUN = 200
SECONDS_TO_WAIT = 30


def read_bounces(database: Database, settings: Settings, *, at: datetime) -> int:
    """Take in all waiting reports; how many bounces were new. Does nothing when no intake is set."""
    found = 0
    if settings.bounce_maildir is not None:
        found += read_maildir(database, settings.bounce_maildir, at=at)
    if settings.imap_host is not None:
        found += read_mailbox(database, settings, at=at)
    return found


def take_in(database: Database, raw: bytes, *, at: datetime) -> int:
    """Record what one incoming mail reports; how many bounces were new."""
    bounces = parse_bounces(raw)
    if not bounces:
        return 0
    with database.write() as session:
        return sum(record_bounce(session, bounce, at=at) for bounce in bounces)


def read_maildir(database: Database, folder: Path, *, at: datetime) -> int:
    """Take in the new mails of a maildir. Each is moved to ``cur`` after it was recorded, so none is lost by a
    crash.
    """
    found = 0
    for path in sorted((folder / "new").glob("*"))[:MOST_PER_RUN]:
        try:
            found += take_in(database, path.read_bytes(), at=at)
            path.rename(folder / "cur" / f"{path.name}:2,S")
        except FileNotFoundError:
            # Another worker was faster; what it recorded is recorded once.
            continue
    return found


def read_mailbox(database: Database, settings: Settings, *, at: datetime) -> int:
    """Take in the unread mails of the IMAP inbox and mark them read; an unreachable mailbox is logged and tried next
    time.
    """
    found = 0
    try:
        with _inbox(settings) as mailbox:
            _kind, answer = mailbox.search(None, "UNSEEN")
            for number in answer[0].split()[:MOST_PER_RUN]:
                # PEEK leaves it unread until it is recorded.
                _kind, parts = mailbox.fetch(number, "(BODY.PEEK[])")
                for part in parts:
                    if isinstance(part, tuple):
                        found += take_in(database, part[1], at=at)
                mailbox.store(number, "+FLAGS", r"(\Seen)")
    except (imaplib.IMAP4.error, OSError) as error:
        log.warning("bounce_mailbox_unreachable", host=settings.imap_host, setting="IMAP_HOST", error=str(error))
    return found


@contextmanager
def _inbox(settings: Settings) -> Iterator[imaplib.IMAP4_SSL]:
    server = imaplib.IMAP4_SSL(
        settings.imap_host or "",
        settings.imap_port,
        ssl_context=ssl.create_default_context(),
        timeout=SECONDS_TO_WAIT,
    )
    with server:
        server.login(settings.imap_user or "", settings.imap_password or "")
        server.select("INBOX")
        yield server
