"""Supplier access links: made, copied, delegated, revoked, opened.

A link is an invitation of one contact to one record. It opens nothing by itself: who holds it learns whom to ask and
may have a code mailed to the contact it was made for (``codes``). So it may be forwarded, scanned and copied without
harm.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from supplier_quality import outbox, trail
from supplier_quality.errors import BadInput, Conflict, NotFound, Problem
from supplier_quality.identity.actor import Actor
from supplier_quality.identity.contacts import ContactCard, ContactRef, contact_card, mask_email
from supplier_quality.identity.enums import ActorKind, LinkState
from supplier_quality.identity.guessing import TooManyTries, check_not_too_often
from supplier_quality.identity.link_models import AccessLink, AccessLinkToken
from supplier_quality.identity.models import User
from supplier_quality.identity.permissions import NotYours, check_may_manage_links
from supplier_quality.identity.secret import hash_token, new_token
from supplier_quality.language import Words, _
from supplier_quality.persistence import Database

SEND_LINK = "identity.send_link"
ASK_FOR_NEW_LINK = "identity.ask_for_new_link"
LONGEST = timedelta(days=3 * 366)
MOST_DELEGATIONS = 10
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class LinkUnknown(NotFound):
    """Unknown, revoked, or its contact left: one neutral answer, so that trying tells a stranger nothing."""

    code = "link_unknown"

    def __init__(self) -> None:
        super().__init__(
            _("This link does not work. Use the link from the newest mail, or ask the person who sent it.")
        )


class LinkExpired(LinkUnknown):
    """The link was good once; its holder may ask for a new one."""

    code = "link_expired"

    def __init__(self) -> None:
        NotFound.__init__(self, _("This link is too old by now. You can ask for a new one."))


class LinkEnded(Conflict):
    """Staff cannot copy or delegate what is revoked or expired."""

    code = "link_ended"

    def __init__(self) -> None:
        super().__init__(_("This link has ended. Make a new one."))


class BadLink(BadInput):
    """The link cannot be made as asked."""

    code = "bad_link"

    def __init__(self, column: str, problem: Words, remedy: Words) -> None:
        super().__init__(problem, (Problem(problem, remedy, column=column),))


@dataclass(frozen=True, slots=True)
class LinkPreview:
    """All that a link shows before a code is given: whom of ours to ask, and whether it is too old."""

    ask_name: str
    ask_email: str
    expired: bool
    language: str


def create_link(
    session: Session,
    *,
    contact: ContactRef,
    record: trail.RecordRef,
    purpose: str,
    expires_at: datetime,
    actor: Actor,
    at: datetime,
    owner_id: int | None = None,
) -> AccessLink:
    """Invite a contact to a record; ``owner_id`` is whom of ours they may ask, by default the actor.

    A live link of the same contact, record and purpose is prolonged instead of making a second one. Tokens are made by
    :func:`mint_token`. Raises NotAllowed, BadLink.
    """
    check_may_manage_links(actor)
    _check_new(session, contact, expires_at, at=at)

    owner = owner_id if owner_id is not None else (actor.person_id if actor.is_staff else None)
    same = _live_links(contact, at=at).where(
        AccessLink.record_kind == record.kind, AccessLink.record_id == record.id, AccessLink.purpose == purpose
    )
    known = session.scalars(same.with_for_update()).first()
    if known is not None:
        if known.expires_at < expires_at:
            data = {"before": known.expires_at, "after": expires_at}
            known.expires_at = expires_at
            _note(session, known, actor=actor, at=at, action="access_link.prolonged", data=data)
        return known
    link = _add(session, contact, record, purpose, owner_id=owner, expires_at=expires_at, at=at)
    _note(session, link, actor=actor, at=at, action="access_link.created", data=_described(link))
    return link


def mint_token(session: Session, link: AccessLink, at: datetime, *, copied_by: Actor | None = None) -> str:
    """A token of the link for one mail or, with ``copied_by``, for staff to hand over; only its hash is stored.

    A mail handler commits before it sends. Raises LinkEnded.
    """
    if copied_by is not None:
        check_may_manage_links(copied_by)
    if link.state_at(at) is not LinkState.LIVE:
        raise LinkEnded

    token = new_token()
    session.add(AccessLinkToken(token_hash=hash_token(token), link_id=link.id, created_at=at))
    if copied_by is not None:
        _note(session, link, actor=copied_by, at=at, action="access_link.copied", data={})
    return token


def revoke_link(session: Session, link: AccessLink, *, actor: Actor, at: datetime) -> AccessLink:
    """End a link and all that were delegated from it; nothing happens when it was revoked before."""
    check_may_manage_links(actor)

    open_ends = [link]
    while open_ends:
        each = open_ends.pop()
        if each.revoked_at is None:
            each.revoked_at = at
            _note(session, each, actor=actor, at=at, action="access_link.revoked", data={})
        open_ends.extend(session.scalars(select(AccessLink).where(AccessLink.delegated_from == each.id)))
    return link


def delegate_link(session: Session, link: AccessLink, *, to: ContactRef, actor: Actor, at: datetime) -> AccessLink:
    """Invite a colleague at the same supplier to the same record and mail them their own link; the first one stays.

    The contact the link belongs to may do this, and staff. Raises NotYours, LinkEnded, BadLink.
    """
    if actor.kind == ActorKind.CONTACT:
        if actor.id != link.contact.actor_id:
            raise NotYours
    else:
        check_may_manage_links(actor)
    # Locked, so that the bound below also holds for two who delegate at once.
    session.refresh(link, with_for_update=True)
    if link.state_at(at) is not LinkState.LIVE:
        raise LinkEnded
    _check_colleague(session, link, to, at=at)

    made = _add(
        session, to, link.record, link.purpose, owner_id=link.owner_id, expires_at=link.expires_at, at=at, source=link
    )
    data = {"to": to.actor_id, "link": made.id}
    _note(session, link, actor=actor, at=at, action="access_link.delegated", data=data)
    _note(session, made, actor=actor, at=at, action="access_link.created", data=_described(made))
    outbox.queue(
        session, kind=SEND_LINK, payload={"link_id": made.id, "delegated_by": actor.label}, at=at, record=made.record
    )
    return made


def open_link(database: Database, token: str, *, at: datetime, ip: str) -> LinkPreview:
    """What the holder of a link sees first. Changes nothing. Raises LinkUnknown, TooManyTries."""
    check_not_too_often(database, scope="link.open", key=ip, at=at, window=HOUR, limit=240)
    with database.read() as session:
        link, card = find_by_token(session, token)
        owner = session.get(User, link.owner_id) if link.owner_id else None
        known = owner is not None and owner.disabled_at is None
        return LinkPreview(
            ask_name=owner.name if owner and known else "",
            ask_email=mask_email(owner.email) if owner and known else "",
            expired=link.state_at(at) is LinkState.EXPIRED,
            language=card.language,
        )


def ask_for_new_link(database: Database, token: str, *, at: datetime, ip: str) -> None:
    """Tell the owner of an expired link that its holder wants a new one; once a day, further clicks do nothing.

    Raises LinkUnknown (also for a link that is not expired), TooManyTries.
    """
    check_not_too_often(database, scope="link.ask", key=ip, at=at, window=HOUR, limit=20)
    with database.read() as session:
        link, card = find_by_token(session, token)
    if link.state_at(at) is not LinkState.EXPIRED:
        raise LinkUnknown
    try:
        check_not_too_often(database, scope="link.ask.link", key=str(link.id), at=at, window=DAY, limit=1)
    except TooManyTries:
        return

    with database.write() as session:
        payload = {"link_id": link.id, "owner_id": link.owner_id}
        outbox.queue(session, kind=ASK_FOR_NEW_LINK, payload=payload, at=at, record=link.record)
        actor = trail.ActorRef(kind=ActorKind.CONTACT, id=link.contact.actor_id, label=card.name, via="link")
        trail.append(session, record=link.ref, at=at, actor=actor, action="access_link.new_one_asked", data={})


def find_by_token(session: Session, token: str) -> tuple[AccessLink, ContactCard]:
    """The link a token belongs to, live or expired, and its contact. Raises LinkUnknown."""
    link = session.scalars(
        select(AccessLink)
        .join(AccessLinkToken, AccessLinkToken.link_id == AccessLink.id)
        .where(AccessLinkToken.token_hash == hash_token(token))
    ).one_or_none()
    card = contact_card(session, link.contact) if link is not None else None
    if link is None or link.revoked_at is not None or card is None or not card.active:
        raise LinkUnknown
    return link, card


def links_of(session: Session, contact: ContactRef, *, at: datetime) -> list[AccessLink]:
    """The live links of a contact, the oldest first: what their session opens."""
    return list(session.scalars(_live_links(contact, at=at).order_by(AccessLink.id)))


def get_link_to(session: Session, contact: ContactRef, *, record_kind: str, record_id: int, at: datetime) -> AccessLink:
    """The contact's live link to this record; the check every page of the portal starts with. Raises LinkUnknown."""
    statement = _live_links(contact, at=at).where(
        AccessLink.record_kind == record_kind, AccessLink.record_id == record_id
    )
    link = session.scalars(statement.order_by(AccessLink.id.desc())).first()
    if link is None:
        raise LinkUnknown
    return link


def _live_links(contact: ContactRef, *, at: datetime) -> Select[AccessLink]:
    return select(AccessLink).where(
        AccessLink.contact_kind == contact.kind,
        AccessLink.contact_id == contact.id,
        AccessLink.revoked_at.is_(None),
        AccessLink.expires_at > at,
    )


def _check_new(session: Session, contact: ContactRef, expires_at: datetime, *, at: datetime) -> None:
    card = contact_card(session, contact)
    if card is None or not card.active:
        raise BadLink("contact", _("This contact is not active."), _("Choose another contact of the supplier."))
    if not at < expires_at <= at + LONGEST:
        raise BadLink(
            "expires_at", _("A link expires in the future, after three years at most."), _("Choose another day.")
        )


def _check_colleague(session: Session, link: AccessLink, to: ContactRef, *, at: datetime) -> None:
    holder, colleague = contact_card(session, link.contact), contact_card(session, to)
    remedy = _("Choose an active contact of your own company.")
    if colleague is None or holder is None or not colleague.active or not colleague.is_colleague_of(holder):
        raise BadLink("to", _("This person is not a contact of the same supplier."), remedy)
    same = _live_links(to, at=at).where(
        AccessLink.record_kind == link.record_kind,
        AccessLink.record_id == link.record_id,
        AccessLink.purpose == link.purpose,
    )
    if session.scalars(same).first() is not None:
        raise BadLink("to", _("This person has the link already."), remedy)
    handed_on = session.scalar(select(func.count()).where(AccessLink.delegated_from == link.id)) or 0
    if handed_on >= MOST_DELEGATIONS:
        raise BadLink("to", _("This link was handed on too often."), _("Ask the person who sent it."))


def _add(
    session: Session,
    contact: ContactRef,
    record: trail.RecordRef,
    purpose: str,
    *,
    owner_id: int | None,
    expires_at: datetime,
    at: datetime,
    source: AccessLink | None = None,
) -> AccessLink:
    link = AccessLink(
        contact_kind=contact.kind,
        contact_id=contact.id,
        record_kind=record.kind,
        record_id=record.id,
        record_label=record.label[:200],
        purpose=purpose,
        owner_id=owner_id,
        delegated_from=source.id if source else None,
        created_at=at,
        expires_at=expires_at,
    )
    session.add(link)
    session.flush()
    return link


def _described(link: AccessLink) -> dict[str, object]:
    return {
        "contact": link.contact.actor_id,
        "record": {"kind": link.record_kind, "id": link.record_id, "label": link.record_label},
        "purpose": link.purpose,
        "expires_at": link.expires_at,
        "delegated_from": link.delegated_from,
    }


def _note(
    session: Session, link: AccessLink, *, actor: Actor, at: datetime, action: str, data: Mapping[str, object]
) -> None:
    trail.append(session, record=link.ref, at=at, actor=actor.ref, action=action, data=data)
