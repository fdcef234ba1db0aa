"""Failed effects as people read them, and how the delivery of effects is doing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from supplier_quality import outbox
from supplier_quality.engine import words
from supplier_quality.language import Words, _
from supplier_quality.outbox import OutboxRow, heartbeat
from supplier_quality.outbox.models import WAITING

MOST = 200

_EFFECTS: Mapping[str, Words] = {
    "mail.send": _("Send a mail"),
    "engine.fire": _("Take an action by itself"),
    "engine.timer": _("Act on a deadline"),
    "engine.policy": _("Find the policies that answer an event"),
    "engine.act": _("Do what a policy asks for"),
    "identity.send_code": _("Send a code"),
    "identity.send_password_link": _("Send a link to choose a password"),
    "identity.send_link": _("Send an access link to a colleague"),
    "identity.ask_for_new_link": _("Tell the owner that a new link is wanted"),
    "desk.verify_trail": _("Check the whole trail"),
    "desk.migrate": _("Move records to another version"),
    "escalate": _("Escalate a missed deadline"),
    "remind": _("Remind of a deadline"),
}
# What an error says for machines -> what it means for people, and what to do before trying again.
_MEANINGS: tuple[tuple[tuple[str, ...], Words], ...] = (
    (("SMTP_HOST", "No mail server"), _("No mail server is set, so no mail can leave. Set SMTP_HOST, then try again.")),
    (
        (
            "Connection refused",
            "timed out",
            "Name or service not known",
            "getaddrinfo",
            "ConnectionError",
            "unreachable",
        ),
        _("The other side does not answer. Check that it runs and can be reached, then try again."),
    ),
    (
        ("authentication", "Authentication", "535"),
        _("The mail server does not accept our name or password. Correct SMTP_USER and SMTP_PASSWORD, then try again."),
    ),
    (("was refused",), _("The process does not allow this any more. Look at the record and decide what to do.")),
    (("could not be decided",), _("A policy reads a fact that is missing. Complete the record, then try again.")),
    (("No part of the product",), _("The part of the product that does this is not installed in this version.")),
    (
        ("BrokenTemplate", "template"),
        _("The text of the mail cannot be made. This is a fault of the product; report it."),
    ),
)


@dataclass(frozen=True, slots=True)
class Incident:
    """One effect that failed for good. ``error`` is what the machine said, ``meaning`` what to make of it."""

    id: str
    what: Words
    kind: str
    record_kind: str | None
    record_id: int | None
    record_label: str | None
    meaning: Words
    error: str
    attempts: int
    created_at: datetime
    failed_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """How the workers do: ``oldest_due`` is the moment from which the effect longest overdue waits."""

    workers: int
    last_beat: datetime | None
    waiting: int
    due: int
    oldest_due: datetime | None


def list_incidents(session: Session) -> Sequence[Incident]:
    """The failed effects, newest first, at most :data:`MOST`."""
    return [_incident(row) for row in outbox.incidents(session, limit=MOST)]


def delivery_state(session: Session, *, at: datetime) -> DeliveryState:
    waiting, due = outbox.waiting_rows(session, at=at)
    oldest = session.scalar(
        select(func.min(OutboxRow.due_at)).where(OutboxRow.state.in_(WAITING), OutboxRow.due_at <= at)
    )
    return DeliveryState(
        workers=heartbeat.workers_alive(session, at=at),
        last_beat=heartbeat.last_beat(session),
        waiting=waiting,
        due=due,
        oldest_due=oldest,
    )


def say_effect(kind: str) -> Words:
    """What an effect does, in words."""
    return _EFFECTS.get(kind) or words.describe_effect(kind)


def say_error(error: str) -> Words:
    """What an error means for whoever looks after the installation."""
    fitting = (meaning for marks, meaning in _MEANINGS if any(mark in error for mark in marks))
    return next(fitting, _("This was tried until there was no hope left. Try again once the cause is mended."))


def _incident(row: OutboxRow) -> Incident:
    error = row.last_error or ""
    return Incident(
        id=row.id,
        what=say_effect(row.kind),
        kind=row.kind,
        record_kind=row.record_kind,
        record_id=row.record_id,
        record_label=row.record_label,
        meaning=say_error(error),
        error=error,
        attempts=row.attempts,
        created_at=row.created_at,
        failed_at=row.finished_at,
    )
