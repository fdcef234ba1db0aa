"""When a mail reaches nobody: the record's next contact is written to, and its owner gets a task."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from supplier_quality.identity import system_actor
from supplier_quality.identity.contacts import ContactRef, contact_card
from supplier_quality.identity.enums import LinkState, Via
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.links import create_link
from supplier_quality.language import Message, _
from supplier_quality.mail.correspondence import correspondence_of
from supplier_quality.mail.digests import digest_items
from supplier_quality.mail.enums import MailState, TaskKind
from supplier_quality.mail.models import MailMessage
from supplier_quality.mail.queue import DIGEST, queue_mail
from supplier_quality.mail.recipients import Recipient
from supplier_quality.mail.tasks import open_task
from supplier_quality.mail.values import thaw
from supplier_quality.trail import RecordRef


@dataclass(frozen=True, slots=True)
class _Notice:
    """One thing a mail said about one record; a digest said several."""

    about: str
    record: RecordRef | None
    template: str
    values: dict[str, object]
    link_id: int | None


def mark_bounced(session: Session, message: MailMessage, *, reason: str, at: datetime) -> bool:
    """Note that the address does not take mail, write to the next contact and tell the owner; False when known
    already.
    """
    if message.state == MailState.BOUNCED:
        return False
    message.state, message.answer, message.answer_awaited_until = MailState.BOUNCED.value, reason[:500], None
    # A kept body holds a link that nobody will follow any more.
    message.text = message.html = None
    for notice in _notices(session, message):
        title = _(
            "%(record)s: the mail to %(name)s (%(address)s) was not delivered: %(reason)s",
            record=notice.record.label if notice.record else "",
            name=message.recipient_name,
            address=message.address,
            reason=reason[:200],
        )
        _pass_on(session, message, notice, kind=TaskKind.BOUNCED, title=title, at=at)
        _note_address(session, message, notice, at=at)
    return True


def _note_address(session: Session, message: MailMessage, notice: _Notice, *, at: datetime) -> None:
    recipient = Recipient(message.recipient_kind, message.recipient_id)
    if recipient.is_contact and notice.record is not None:
        rules = correspondence_of(notice.record)
        rules.address_failed(session, notice.record.id, recipient.contact_ref, message.address, at)


def mark_unanswered(session: Session, message: MailMessage, *, at: datetime) -> None:
    """Nobody reacted to the first notice in time: write to the next contact and tell the owner."""
    message.answer_awaited_until = None
    for notice in _notices(session, message):
        title = _(
            "%(record)s: %(name)s (%(address)s) has not reacted to the first notice within a day",
            record=notice.record.label if notice.record else "",
            name=message.recipient_name,
            address=message.address,
        )
        _pass_on(session, message, notice, kind=TaskKind.SILENT, title=title, at=at)


def _notices(session: Session, message: MailMessage) -> Iterator[_Notice]:
    if message.template != DIGEST:
        record = None
        if message.record_kind is not None:
            record = RecordRef(message.record_kind, message.record_id or 0, message.record_label or "")
        yield _Notice(message.uid, record, message.template, dict(message.values), message.link_id)
        return
    for item in digest_items(session, message.uid):
        record = None
        if item.record_kind is not None:
            record = RecordRef(item.record_kind, item.record_id or 0, item.record_label or "")
        yield _Notice(f"{message.uid}/{item.id}", record, item.template, dict(item.values), item.link_id)


def _pass_on(
    session: Session, message: MailMessage, notice: _Notice, *, kind: TaskKind, title: Message, at: datetime
) -> None:
    task = open_task(
        session, kind=kind, about=notice.about, record=notice.record, title=title, at=at, link_id=notice.link_id
    )
    if task is None:
        return
    recipient = Recipient(message.recipient_kind, message.recipient_id)
    if recipient.is_contact and notice.record is not None and notice.link_id is not None:
        write_to_next_contact(session, notice.record, notice, recipient.contact_ref, at=at)


def write_to_next_contact(
    session: Session, record: RecordRef, notice: _Notice, contact: ContactRef, *, at: datetime
) -> ContactRef | None:
    """Give the next contact a link of their own and the same notice at once; None when nobody is left."""
    link = session.get(AccessLink, notice.link_id)
    if link is None or link.state_at(at) != LinkState.LIVE:
        return None
    rules = correspondence_of(record)
    if not rules.is_open(session, record.id):
        return None
    following = rules.next_contact(session, record.id, contact)
    if following is None or following == contact:
        return None
    card = contact_card(session, following)
    if card is None or not card.active:
        return None
    own = create_link(
        session,
        contact=following,
        record=record,
        purpose=link.purpose,
        expires_at=link.expires_at,
        actor=system_actor(Via.POLICY),
        at=at,
        owner_id=link.owner_id,
    )
    values = {name: thaw(value) for name, value in notice.values.items()}
    queue_mail(
        session,
        template=notice.template,
        recipient=Recipient.contact(following),
        record=record,
        at=at,
        values=values,
        urgent=True,
        link=own,
    )
    return following
