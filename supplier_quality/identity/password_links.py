"""Mailed one-time links to choose a password: invitations, and resets by an admin.

The row is written with the act, the token when the mail is delivered; its time runs from then.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from supplier_quality import outbox, trail
from supplier_quality.errors import NotFound
from supplier_quality.identity.enums import ActorKind, Via
from supplier_quality.identity.guessing import check_not_too_often
from supplier_quality.identity.models import PasswordLink, PasswordLinkToken, User
from supplier_quality.identity.passwords import check_new_password, hash_password
from supplier_quality.identity.people import get_user, user_ref
from supplier_quality.identity.secret import hash_token, new_token
from supplier_quality.identity.sessions import end_sessions
from supplier_quality.language import _
from supplier_quality.persistence import Database

SEND_PASSWORD_LINK = "identity.send_password_link"  # noqa: S105 - the name of an effect
INVITATION_VALID = timedelta(days=3)
RESET_VALID = timedelta(hours=1)


class PasswordLinkOver(NotFound):
    """The link is unknown, used, replaced by a newer one or too old."""

    code = "password_link_over"

    def __init__(self) -> None:
        super().__init__(_("This link is no longer valid. Ask an admin of your company for a new one."))


def queue_password_link(session: Session, user: User, *, invites: bool, at: datetime) -> PasswordLink:
    """Write a new link and the mail that will carry it; earlier links of this person end."""
    close_password_links(session, user.id, at=at)
    link = PasswordLink(user_id=user.id, invites=invites, created_at=at)
    session.add(link)
    session.flush()
    outbox.queue(
        session,
        kind=SEND_PASSWORD_LINK,
        payload={"password_link_id": link.id, "user_id": user.id, "invites": invites},
        at=at,
        record=user_ref(user),
        urgent=True,
    )
    return link


def close_password_links(session: Session, user_id: int, *, at: datetime) -> None:
    """End all links of a person that wait to be used."""
    session.execute(
        update(PasswordLink)
        .where(PasswordLink.user_id == user_id, PasswordLink.closed_at.is_(None))
        .values(closed_at=at)
    )


def mint_password_token(session: Session, password_link_id: int, *, at: datetime) -> str | None:
    """A token for the mail about to be sent; its hash must be committed before. None when the link ended meanwhile."""
    link = session.get(PasswordLink, password_link_id, with_for_update=True)
    if link is None or link.closed_at is not None:
        return None
    token = new_token()
    session.add(PasswordLinkToken(token_hash=hash_token(token), link_id=link.id, created_at=at))
    link.expires_at = at + (INVITATION_VALID if link.invites else RESET_VALID)
    return token


def choose_password_by_link(database: Database, token: str, *, password: str, at: datetime, ip: str) -> None:
    """Set the password of the person the link was mailed to, once. Ends their sessions; an authenticator stays on.

    Raises PasswordLinkOver, WeakPassword, TooManyTries.
    """
    check_not_too_often(database, scope="password_link", key=ip, at=at, window=timedelta(minutes=15), limit=30)
    with database.read() as session:
        user = get_user(session, _live_link(session, token, at=at).user_id)
    check_new_password(password, personal=(user.name, user.email))
    hashed = hash_password(password)

    with database.write() as session:
        user = get_user(session, user.id, lock=True)
        # Looked up again under the lock: of two who hold the same link, one wins.
        link = _live_link(session, token, at=at)
        if user.disabled_at is not None:
            raise PasswordLinkOver
        user.password_hash, user.password_changed_at = hashed, at
        close_password_links(session, user.id, at=at)
        end_sessions(session, user.id, at=at)
        actor = trail.ActorRef(kind=ActorKind.USER, id=user.actor_id, label=user.name, via=Via.LINK)
        data = {"invitation": link.invites, "ip": ip}
        trail.append(session, record=user_ref(user), at=at, actor=actor, action="user.password_chosen", data=data)


def is_password_link_live(database: Database, token: str, *, at: datetime) -> bool:
    """Whether the page for choosing a password may be shown; changes nothing."""
    with database.read() as session:
        try:
            _live_link(session, token, at=at)
        except PasswordLinkOver:
            return False
        return True


def _live_link(session: Session, token: str, *, at: datetime) -> PasswordLink:
    link = session.scalars(
        select(PasswordLink)
        .join(PasswordLinkToken, PasswordLinkToken.link_id == PasswordLink.id)
        .where(PasswordLinkToken.token_hash == hash_token(token))
    ).one_or_none()
    if link is None or link.closed_at is not None or link.expires_at is None or at >= link.expires_at:
        raise PasswordLinkOver
    return link
