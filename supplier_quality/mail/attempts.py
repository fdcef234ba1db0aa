"""What the database remembers of attempts: begun before the mail server is spoken to, settled afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from supplier_quality.identity.link_models import AccessLink
from supplier_quality.mail.drafts import FAULTS, Draft
from supplier_quality.mail.enums import MailState
from supplier_quality.mail.intervals import PATIENCE
from supplier_quality.mail.minting import ACCESS_LINK, Reference, mint
from supplier_quality.mail.models import MailMessage
from supplier_quality.mail.queue import DIGEST
from supplier_quality.persistence import Prepared

_TABLE: Any = MailMessage.__table__
_NEW = (
    "uid",
    "message_id",
    "state",
    "record_kind",
    "record_id",
    "record_label",
    "recipient_kind",
    "recipient_id",
    "recipient_name",
    "address",
    "template",
    "values",
    "subject",
    "language",
    "link_id",
    "queued_at",
    "tried_at",
    "attempts",
)
_INSERT = Prepared(insert(_TABLE).inline(), columns=_NEW)
_MARK_SENT = Prepared(
    update(_TABLE).where(_TABLE.c.uid == bindparam("sent_uid")),
    columns=("state", "answer", "sent_at", "answer_awaited_until"),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail that the server has taken, with its answer."""

    uid: str
    answer: str
    link_id: int | None


def begin_deliveries(
    session: Session, drafts: Sequence[Draft], *, at: datetime
) -> dict[str, Mapping[str, Any] | Exception]:
    """Note the attempts and mint the secrets; by uid the values with the plain secret, which must not be stored.

    A mail whose link or code has ended meanwhile gets the exception that says so, and no attempt.
    """
    links = _links_of(session, drafts)
    begun: dict[str, Mapping[str, Any] | Exception] = {}
    for draft in drafts:
        try:
            begun[draft.uid] = _secret_values(session, draft, at=at)
        except FAULTS as fault:
            begun[draft.uid] = fault
    # Minting finds its links in the session's memory as long as somebody holds them.
    del links
    note_attempts(session, [draft for draft in drafts if not isinstance(begun[draft.uid], Exception)], at=at)
    return begun


def note_attempts(session: Session, drafts: Sequence[Draft], *, at: datetime) -> None:
    """Write down that these mails are being sent."""
    new = [_new_message(draft, at) for draft in drafts if not draft.tried]
    if new:
        _INSERT.run_many(session.connection(), new)
    for draft in drafts:
        message = find_message(session, draft.uid) if draft.tried else None
        if message is not None:
            message.attempts += 1
            message.state, message.tried_at = MailState.SENDING.value, at
            message.address, message.subject = draft.addressee.email[:254], draft.subject


def find_message(session: Session, uid: str) -> MailMessage | None:
    return session.scalars(select(MailMessage).where(MailMessage.uid == uid)).one_or_none()


def settle_sent(session: Session, mails: Sequence[Sent], *, at: datetime) -> None:
    """Note that the mail server has these mails; the first notice of a link awaits an answer from now on."""
    noticed = _links_noticed(session, mails)
    rows = []
    for mail in mails:
        first = mail.link_id is not None and mail.link_id not in noticed
        if mail.link_id is not None:
            noticed.add(mail.link_id)
        rows.append(
            {
                "sent_uid": mail.uid,
                "state": MailState.SENT.value,
                "answer": mail.answer[:500],
                "sent_at": at,
                "answer_awaited_until": at + PATIENCE if first else None,
            }
        )
    if rows:
        _MARK_SENT.run_many(session.connection(), rows)


def settle_kept(session: Session, draft: Draft, *, text: str, html: str, at: datetime) -> None:
    """Keep the mail to be looked at, as no mail server is set."""
    link_id = link_of(draft)
    settle_sent(session, [Sent(draft.uid, "", link_id)], at=at)
    session.execute(
        update(MailMessage)
        .where(MailMessage.uid == draft.uid)
        .values(state=MailState.KEPT.value, text=text, html=html)
        .execution_options(synchronize_session=False)
    )


def settle(session: Session, uid: str, *, state: MailState, answer: str) -> None:
    """Note what became of a mail that did not leave, if an attempt was begun."""
    session.execute(
        update(MailMessage)
        .where(MailMessage.uid == uid)
        .values(state=state.value, answer=answer[:500])
        .execution_options(synchronize_session=False)
    )


def link_of(draft: Draft) -> int | None:
    return draft.secret.id if draft.secret and draft.secret.kind == ACCESS_LINK else None


def _secret_values(session: Session, draft: Draft, *, at: datetime) -> dict[str, Any]:
    if draft.template == DIGEST:
        return _mint_digest(session, draft, at=at)
    return {"link_url": ""} if draft.secret is None else {"link_url": "", **mint(session, draft.secret, at=at)}


def _mint_digest(session: Session, draft: Draft, *, at: datetime) -> dict[str, Any]:
    """A digest's lines each with a link of its own; the button takes the first."""
    items = []
    for item in draft.values["items"]:
        link = item["link_id"]
        url = mint(session, Reference(ACCESS_LINK, link), at=at)["link_url"] if link else ""
        items.append({**item, "url": url})
    return {"items": items, "link_url": next((item["url"] for item in items if item["url"]), "")}


def _links_of(session: Session, drafts: Sequence[Draft]) -> list[AccessLink]:
    numbers = {number for draft in drafts if (number := link_of(draft)) is not None}
    if not numbers:
        return []
    return list(session.scalars(select(AccessLink).where(AccessLink.id.in_(numbers))))


def _links_noticed(session: Session, mails: Sequence[Sent]) -> set[int]:
    """Those links that an earlier mail carried."""
    links = {mail.link_id for mail in mails if mail.link_id is not None}
    if not links:
        return set()
    earlier = select(MailMessage.link_id).where(
        MailMessage.link_id.in_(links),
        MailMessage.uid.not_in([mail.uid for mail in mails]),
        MailMessage.sent_at.is_not(None),
    )
    return {link for link in session.scalars(earlier) if link is not None}


def _new_message(draft: Draft, at: datetime) -> dict[str, Any]:
    row, recipient = draft.row, draft.addressee.recipient
    return {
        "uid": row.uid,
        "message_id": draft.message_id,
        "state": MailState.SENDING.value,
        "record_kind": row.record.kind if row.record else None,
        "record_id": row.record.id if row.record else None,
        "record_label": row.record.label if row.record else None,
        "recipient_kind": recipient.kind,
        "recipient_id": recipient.id,
        "recipient_name": draft.addressee.name[:200],
        "address": draft.addressee.email[:254],
        "template": draft.template,
        "values": dict(draft.stored_values),
        "subject": draft.subject,
        "language": draft.reader.language,
        "link_id": link_of(draft),
        "queued_at": row.created_at,
        "tried_at": at,
        "attempts": 1,
    }
