"""First notices nobody reacted to."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.identity.link_models import ContactSession
from supplier_quality.mail.minting import is_live
from supplier_quality.mail.models import MailMessage
from supplier_quality.mail.undelivered import mark_unanswered
from supplier_quality.persistence import Database

MOST_PER_RUN = 500


def check_silence(database: Database, *, at: datetime) -> int:
    """Pass on every first notice whose day is over without a reaction; how many were."""
    with database.read() as session:
        query = select(MailMessage.id).where(MailMessage.answer_awaited_until <= at)
        waiting = session.scalars(query.order_by(MailMessage.id).limit(MOST_PER_RUN)).all()
    passed_on = 0
    for number in waiting:
        with database.write() as session:
            passed_on += _check(session, number, at)
    return passed_on


def _check(session: Session, number: int, at: datetime) -> bool:
    message = session.get(MailMessage, number, with_for_update=True, populate_existing=True)
    if message is None or message.answer_awaited_until is None or message.answer_awaited_until > at:
        return False
    if has_reacted(session, message) or not is_live(session, message.link_id or 0, at=at):
        message.answer_awaited_until = None
        return False
    mark_unanswered(session, message, at=at)
    return True


def has_reacted(session: Session, message: MailMessage) -> bool:
    """Whether the contact came in since the mail left.

    Only a session counts, which takes a typed code: mail scanners open links and submit forms by themselves.
    """
    query = select(ContactSession.id).where(
        ContactSession.contact_kind == message.recipient_kind,
        ContactSession.contact_id == message.recipient_id,
        ContactSession.last_seen_at >= message.sent_at,
    )
    return session.scalar(query.limit(1)) is not None
