"""Sessions of contacts: opened by a mailed code, twelve hours on one device.

One opens every record for which the contact holds a live link ("my open items").
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.errors import NotFound
from supplier_quality.identity.actor import Actor
from supplier_quality.identity.codes import WrongCode, use_code
from supplier_quality.identity.contacts import ContactCard, ContactRef, contact_card
from supplier_quality.identity.enums import ActorKind, CodePurpose, LinkState, Via
from supplier_quality.identity.guessing import check_not_too_often
from supplier_quality.identity.link_models import ContactSession
from supplier_quality.identity.links import HOUR, LinkExpired, find_by_token, links_of
from supplier_quality.identity.permissions import NotYours, check_may_manage_links
from supplier_quality.identity.secret import hash_token, new_token
from supplier_quality.language import _
from supplier_quality.persistence import Database

LIFETIME = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)


class ContactSessionNotFound(NotFound):
    code = "contact_session_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such session."))


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session just opened. ``secret`` goes into the cookie and is known to nobody else."""

    secret: str = field(repr=False)
    session_id: int
    contact: ContactRef
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CurrentContact:
    """Which contact is in session on this device."""

    session_id: int
    contact: ContactRef
    card: ContactCard
    actor: Actor
    expires_at: datetime


def redeem_code(database: Database, token: str, code: str, *, at: datetime, ip: str, device: str) -> OpenedSession:
    """Open a session of the contact the link was made for. Raises WrongCode, LinkUnknown, LinkExpired, TooManyTries."""
    check_not_too_often(database, scope="code.redeem.address", key=ip, at=at, window=HOUR, limit=120)
    with database.read() as session:
        link, card = find_by_token(session, token)
    if link.state_at(at) is not LinkState.LIVE:
        raise LinkExpired
    check_not_too_often(database, scope="code.redeem.link", key=str(link.id), at=at, window=HOUR, limit=60)

    with database.write() as session:
        opened = None
        # A wrong try is committed too, so the refusal is raised after the block.
        if use_code(session, link.contact, CodePurpose.OPEN, code, at=at):
            opened = _open(session, link.contact, at=at, ip=ip, device=device)
            actor = contact_actor(link.contact, card).ref
            data = {"session": opened.session_id, "device": device[:200], "ip": ip}
            trail.append(session, record=link.ref, at=at, actor=actor, action="access_link.opened", data=data)
    if opened is None:
        raise WrongCode
    return opened


def current_contact(database: Database, secret: str, *, at: datetime) -> CurrentContact | None:
    """The contact who holds this secret; None when the session is over, or nothing is left for them to open.

    Writes when it was seen, at most once a minute.
    """
    with database.read() as session:
        row = session.scalars(select(ContactSession).where(ContactSession.id_hash == hash_token(secret))).one_or_none()
        if row is None or row.ended_at is not None or at >= row.expires_at:
            return None
        card = contact_card(session, row.contact)
        if card is None or not card.active or not links_of(session, row.contact, at=at):
            return None
    if at - row.last_seen_at >= SEEN_EVERY:
        with database.write() as session:
            session.execute(
                update(ContactSession)
                .where(ContactSession.id == row.id, ContactSession.last_seen_at < at)
                .values(last_seen_at=at)
            )
    return CurrentContact(row.id, row.contact, card, contact_actor(row.contact, card), row.expires_at)


def contact_actor(contact: ContactRef, card: ContactCard) -> Actor:
    """The contact as the one who acts: no staff role, only what their links allow."""
    return Actor(
        kind=ActorKind.CONTACT,
        id=contact.actor_id,
        label=f"{card.name} ({card.organisation})" if card.organisation else card.name,
        language=card.language,
        via=Via.LINK,
        person_id=contact.id,
    )


def leave_contact_session(database: Database, secret: str, *, at: datetime) -> None:
    """End the session with this secret; nothing happens when it is over already."""
    with database.write() as session:
        _end(session, [ContactSession.id_hash == hash_token(secret)], at=at)


def revoke_contact_session(session: Session, session_id: int, *, actor: Actor, at: datetime) -> None:
    """End one session of a contact: their own, or by staff. Raises ContactSessionNotFound, NotAllowed."""
    row = session.get(ContactSession, session_id)
    if row is None or (actor.kind == ActorKind.CONTACT and actor.id != row.contact.actor_id):
        raise ContactSessionNotFound
    _check_may_end(actor, row.contact)

    _end(session, [ContactSession.id == session_id], at=at)


def end_contact_sessions(session: Session, contact: ContactRef, *, actor: Actor, at: datetime) -> int:
    """End all sessions of a contact, such as one who left the supplier; returns how many. Raises NotAllowed."""
    _check_may_end(actor, contact)
    mine = [ContactSession.contact_kind == contact.kind, ContactSession.contact_id == contact.id]
    return _end(session, mine, at=at)


def _check_may_end(actor: Actor, contact: ContactRef) -> None:
    if actor.kind == ActorKind.CONTACT:
        if actor.id != contact.actor_id:
            raise NotYours
        return
    check_may_manage_links(actor)


def _open(session: Session, contact: ContactRef, *, at: datetime, ip: str, device: str) -> OpenedSession:
    secret = new_token()
    row = ContactSession(
        id_hash=hash_token(secret),
        contact_kind=contact.kind,
        contact_id=contact.id,
        created_at=at,
        last_seen_at=at,
        expires_at=at + LIFETIME,
        device=device[:200],
        ip=ip[:64],
    )
    session.add(row)
    session.flush()
    return OpenedSession(secret=secret, session_id=row.id, contact=contact, expires_at=row.expires_at)


def _end(session: Session, which: Sequence[ColumnElement[bool]], *, at: datetime) -> int:
    ended = session.execute(
        update(ContactSession)
        .where(*which, ContactSession.ended_at.is_(None))
        .values(ended_at=at)
        .returning(ContactSession.id)
    )
    return len(ended.all())
