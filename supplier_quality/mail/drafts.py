"""Mails on their way: read from their outbox rows, people and records, before anything is sent.

Mails are read many at a time, with one query for each thing asked about all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from supplier_quality.errors import ProductError
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.models import User
from supplier_quality.language import nearest
from supplier_quality.mail.composing import message_id_of
from supplier_quality.mail.correspondence import owners_of, page_of
from supplier_quality.mail.digests import digest_values
from supplier_quality.mail.enums import MailState
from supplier_quality.mail.intervals import AN_HOUR, MOST_PER_HOUR
from supplier_quality.mail.minting import ACCESS_LINK, NotNeeded, Reference
from supplier_quality.mail.models import MailMessage
from supplier_quality.mail.payloads import Payload, read_payload
from supplier_quality.mail.queue import DIGEST
from supplier_quality.mail.recipients import Addressee, Recipient, find_addressees, settings_of
from supplier_quality.mail.rendering import BrokenTemplate, Reader, render_subject
from supplier_quality.outbox import Row

SETTLED = (MailState.SENT, MailState.KEPT, MailState.BOUNCED, MailState.NOT_NEEDED)


@dataclass(frozen=True, slots=True)
class Owner:
    """Who looks after the record: answers to the mail go there."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything about one mail but its secret.

    ``stored_values`` are those it was queued with; ``values`` adds what is found out at delivery. ``tried`` says whether
    an earlier attempt has begun.
    """

    row: Row
    message_id: str
    template: str
    values: Mapping[str, Any]
    stored_values: Mapping[str, Any]
    addressee: Addressee
    owner: Owner | None
    subject: str
    secret: Reference | None
    tried: bool
    attachments: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def uid(self) -> str:
        return self.row.uid

    @property
    def reader(self) -> Reader:
        return reader_of(self.addressee)


class TooManyMails(Exception):
    """This person got enough mails for now; ``wait`` says how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"The recipient already got {MOST_PER_HOUR} mails within an hour.")
        self.wait = wait


# What becomes of one mail's row without disturbing the others: not needed any more, later, or a mistake of ours.

FAULTS: tuple[type[Exception], ...] = (
    NotNeeded,
    TooManyMails,
    BrokenTemplate,
    ProductError,
    LookupError,
    TypeError,
    ValueError,
)


def reader_of(addressee: Addressee) -> Reader:
    return Reader(addressee.name, nearest(addressee.language), addressee.zone)


def read_drafts(session: Session, rows: Sequence[Row], *, at: datetime) -> dict[str, Draft | Exception]:
    """The mails of outbox rows by uid, or why there is none; rows whose mail is settled already are left out."""
    known = _known_messages(session, rows)
    waiting = [row for row in rows if row.uid not in known or known[row.uid].state not in SETTLED]
    found: dict[str, Draft | Exception] = {}
    payloads: dict[str, Payload] = {}
    for row in waiting:
        try:
            payloads[row.uid] = read_payload(session, row)
        except FAULTS as fault:
            found[row.uid] = fault
    pending = [row for row in waiting if row.uid in payloads]
    surroundings = _Surroundings(session, pending, payloads, at=at)
    for row in pending:
        message_id = known[row.uid].message_id if row.uid in known else None
        try:
            found[row.uid] = _draft(session, row, payloads[row.uid], surroundings, known_id=message_id, at=at)
        except FAULTS as fault:
            found[row.uid] = fault
    return found


class _Surroundings:
    """What several drafts have to know, asked once for all of them."""

    def __init__(self, session: Session, rows: Sequence[Row], payloads: Mapping[str, Payload], *, at: datetime) -> None:
        recipients = {payloads[row.uid].recipient for row in rows}
        self.addressees = find_addressees(session, recipients)
        self.owners = _owners(session, rows, payloads)
        self._at = at
        self._sent = _sent_this_hour(session, recipients, at=at)

    def admit(self, recipient: Recipient) -> None:
        """Count one more mail to a contact. Raises TooManyMails when they got their share of this hour."""
        if not recipient.is_contact:
            return
        count, oldest = self._sent.get(recipient, (0, self._at))
        if count >= MOST_PER_HOUR:
            raise TooManyMails(oldest + AN_HOUR - self._at + timedelta(seconds=1))
        self._sent[recipient] = count + 1, oldest


def _draft(
    session: Session, row: Row, payload: Payload, around: _Surroundings, *, known_id: str | None, at: datetime
) -> Draft:
    addressee = around.addressees.get(payload.recipient)
    if addressee is None:
        raise NotNeeded("there is no such recipient any more")
    around.admit(payload.recipient)
    owner, reader, settings = around.owners[row.uid], reader_of(addressee), settings_of(session)
    values = {**_given_to_all(session, row, owner, payload.recipient), **payload.values}
    if payload.template == DIGEST:
        values |= digest_values(session, row.uid, reader=reader, at=at)
    return Draft(
        row=row,
        message_id=known_id or message_id_of(row.uid, settings),
        template=payload.template,
        values=values,
        stored_values=payload.values,
        addressee=addressee,
        owner=owner,
        # Rendered before the secret exists: a subject is stored and shown on lock screens.
        subject=render_subject(payload.template, values, reader=reader),
        secret=payload.secret,
        tried=known_id is not None,
        attachments=payload.attachments,
    )


def _given_to_all(session: Session, row: Row, owner: Owner | None, recipient: Recipient) -> dict[str, Any]:
    """What every template may use without being given it."""
    base_url = settings_of(session).base_url.rstrip("/")
    page = "" if recipient.is_contact else page_of(session, row.record)
    return {
        "base_url": base_url,
        "record_label": row.record.label if row.record else "",
        "sender_name": owner.name if owner else "",
        "page_url": f"{base_url}{page}" if page else "",
    }


def _known_messages(session: Session, rows: Sequence[Row]) -> dict[str, Any]:
    query = select(MailMessage.uid, MailMessage.message_id, MailMessage.state).where(
        MailMessage.uid.in_([row.uid for row in rows])
    )
    return {message.uid: message for message in session.execute(query)}


def _sent_this_hour(
    session: Session, recipients: set[Recipient], *, at: datetime
) -> dict[Recipient, tuple[int, datetime]]:
    """How many mails each contact got within the last hour, and when the first of them."""
    sent: dict[Recipient, tuple[int, datetime]] = {}
    for kind in {recipient.kind for recipient in recipients if recipient.is_contact}:
        query = (
            select(MailMessage.recipient_id, func.count(), func.min(MailMessage.sent_at))
            .where(
                MailMessage.recipient_kind == kind,
                MailMessage.recipient_id.in_(sorted(each.id for each in recipients if each.kind == kind)),
                MailMessage.sent_at > at - AN_HOUR,
            )
            .group_by(MailMessage.recipient_id)
        )
        for number, count, oldest in session.execute(query):
            sent[Recipient(kind, number)] = count, oldest or at
    return sent


def _owners(session: Session, rows: Sequence[Row], payloads: Mapping[str, Payload]) -> dict[str, Owner | None]:
    """By uid who looks after the record, or else after the access link."""
    of_records = owners_of(session, {row.record for row in rows if row.record is not None})
    of_links = _owners_of_links(session, [payloads[row.uid].secret for row in rows])
    numbers: dict[str, int | None] = {}
    for row in rows:
        owner_id = of_records.get(row.record) if row.record is not None else None
        secret = payloads[row.uid].secret
        numbers[row.uid] = of_links.get(secret) if owner_id is None and secret is not None else owner_id
    query = select(User.id, User.name, User.email).where(
        User.id.in_({number for number in numbers.values() if number is not None}), User.disabled_at.is_(None)
    )
    users = {user.id: Owner(user.name, user.email) for user in session.execute(query)}
    return {uid: users.get(number) if number is not None else None for uid, number in numbers.items()}


def _owners_of_links(session: Session, secrets: Sequence[Reference | None]) -> dict[Reference, int | None]:
    links = {secret.id for secret in secrets if secret is not None and secret.kind == ACCESS_LINK}
    if not links:
        return {}
    query = select(AccessLink.id, AccessLink.owner_id).where(AccessLink.id.in_(links))
    return {Reference(ACCESS_LINK, number): owner_id for number, owner_id in session.execute(query)}
