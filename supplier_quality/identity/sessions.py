"""Sessions of staff, kept on the server: made at sign-in, ended by limits, sign-out or a change of the account."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, bindparam, select, update
from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.errors import NotFound, NotSignedIn
from supplier_quality.identity.actor import Actor
from supplier_quality.identity.actors import load_actor
from supplier_quality.identity.enums import ActorKind, Via
from supplier_quality.identity.guessing import (
    check_may_try_password,
    check_may_try_second_factor,
    forgive_password_tries,
    forgive_second_factor_tries,
)
from supplier_quality.identity.models import User, UserSession
from supplier_quality.identity.passwords import hash_password, is_outdated_hash, verify_password
from supplier_quality.identity.people import find_user, get_user, user_ref
from supplier_quality.identity.permissions import NotYours, check_is_self_or_admin
from supplier_quality.identity.secret import hash_token, new_token
from supplier_quality.identity.totp import use_second_factor
from supplier_quality.language import _
from supplier_quality.persistence import Database

SEEN_EVERY = timedelta(minutes=1)
# How long somebody may look for their phone after the password was right.
SECOND_FACTOR_WITHIN = timedelta(minutes=5)

# Every request asks this, so it is built once.
_CURRENT = (
    select(
        UserSession.id,
        UserSession.user_id,
        UserSession.second_factor_due,
        UserSession.last_seen_at,
        UserSession.expires_at,
        UserSession.ended_at,
        User.time_zone,
    )
    .join(User, User.id == UserSession.user_id)
    .where(UserSession.id_hash == bindparam("id_hash"))
)

log = structlog.get_logger("identity")


class SignInFailed(NotSignedIn):
    """Unknown address, wrong password, disabled account: all the same to a stranger."""

    code = "sign_in_failed"

    def __init__(self) -> None:
        super().__init__(_("The e-mail address or the password is wrong."))


class SecondFactorFailed(NotSignedIn):
    """The code of the authenticator is wrong, or the password was given too long ago."""

    code = "second_factor_failed"

    def __init__(self) -> None:
        super().__init__(_("This code is wrong, was already used, or came too late. Try again."))


class SessionNotFound(NotFound):
    """There is no such session, or it is somebody else's."""

    code = "session_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such session."))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The answer to a right password. ``secret`` goes into the cookie and is known to nobody else.

    While ``second_factor_due`` the secret only serves :func:`give_second_factor`.
    """

    secret: str = field(repr=False)
    user_id: int
    second_factor_due: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CurrentSession:
    """Who is signed in on this device."""

    session_id: int
    actor: Actor
    time_zone: str
    second_factor_due: bool
    expires_at: datetime


def sign_in(database: Database, *, email: str, password: str, at: datetime, ip: str, device: str) -> SignedIn:
    """Check the password and open a session. Raises SignInFailed, TooManyTries."""
    check_may_try_password(database, email=email, ip=ip, at=at)
    with database.read() as session:
        user = find_user(session, email)
    # Verified outside of any write, and also for nobody, so that time does not tell which addresses exist.
    usable = user is not None and user.disabled_at is None
    right = verify_password(user.password_hash if user and usable else None, password)
    if user is None or not right:
        log.warning("sign_in_failed", user_id=user.id if user else None, ip=ip)
        raise SignInFailed
    renewed = hash_password(password) if is_outdated_hash(user.password_hash or "") else None

    with database.write() as session:
        current = get_user(session, user.id, lock=True)
        # Somebody may have disabled the account or changed the password while this one was verified.
        if current.disabled_at is not None or current.password_hash != user.password_hash:
            raise SignInFailed
        if renewed:
            current.password_hash = renewed
        opened = _open(session, current, second_factor_due=current.uses_totp, at=at, ip=ip, device=device)
    if not opened.second_factor_due:
        forgive_password_tries(database, email=email, ip=ip)
    return opened


def give_second_factor(database: Database, secret: str, *, code: str, at: datetime, ip: str, device: str) -> SignedIn:
    """Exchange the half-open session for a full one with a new secret, using up the code.

    Raises SecondFactorFailed, TooManyTries, NotSignedIn.
    """
    with database.read() as session:
        half = _find(session, secret, at=at)
    if half is None or not half.second_factor_due:
        raise SecondFactorFailed
    check_may_try_second_factor(database, user_id=half.user_id, at=at)

    with database.write() as session:
        user = get_user(session, half.user_id, lock=True)
        right = user.disabled_at is None and use_second_factor(session, user, code=code, at=at)
        opened = None
        if right and _end(session, [UserSession.id == half.id], at=at):
            opened = _open(session, user, second_factor_due=False, at=at, ip=ip, device=device)
    if opened is None:
        log.warning("second_factor_failed", user_id=half.user_id, ip=ip)
        raise SecondFactorFailed
    forgive_second_factor_tries(database, user_id=half.user_id)
    forgive_password_tries(database, email=user.email, ip=ip)
    return opened


def current_session(database: Database, secret: str, *, at: datetime, via: str = Via.WEB) -> CurrentSession | None:
    """Who holds this secret, None when the session is over. Writes when it was seen, at most once a minute."""
    with database.read() as session:
        row = session.execute(_CURRENT, {"id_hash": hash_token(secret)}).one_or_none()
        if row is None or not is_open(session, row, at=at):
            return None
        actor = load_actor(session, row.user_id, via=via, at=at)
    if actor is None:
        return None
    if at - row.last_seen_at >= SEEN_EVERY:
        with database.write() as session:
            session.execute(
                update(UserSession)
                .where(UserSession.id == row.id, UserSession.last_seen_at < at)
                .values(last_seen_at=at)
            )
    return CurrentSession(row.id, actor, row.time_zone, row.second_factor_due, row.expires_at)


def person_of_ended(database: Database, secret: str) -> int | None:
    """The number of the user whose session this secret once opened, also when it is over; it grants nothing."""
    query = select(UserSession.user_id).where(
        UserSession.id_hash == hash_token(secret), UserSession.second_factor_due.is_(False)
    )
    with database.read() as session:
        return session.scalar(query)


def sign_out(database: Database, secret: str, *, at: datetime) -> None:
    """End the session with this secret; nothing happens when it is over already."""
    with database.write() as session:
        _end(session, [UserSession.id_hash == hash_token(secret)], at=at)


def revoke_session(session: Session, session_id: int, *, actor: Actor, at: datetime) -> None:
    """End one session, one's own or, for an admin, anybody's. Raises SessionNotFound."""
    row = session.get(UserSession, session_id)
    if row is None:
        raise SessionNotFound
    try:
        check_is_self_or_admin(actor, row.user_id)
    except NotYours:
        # Whether a foreign number exists is nobody's business.
        raise SessionNotFound from None

    if _end(session, [UserSession.id == session_id], at=at):
        user = get_user(session, row.user_id)
        data = {"session": session_id, "device": row.device}
        trail.append(session, record=user_ref(user), at=at, actor=actor.ref, action="user.session_revoked", data=data)


def end_sessions(session: Session, user_id: int, *, at: datetime, keep: str | None = None) -> int:
    """End all sessions of a user, except the one with the secret ``keep``; returns how many were ended."""
    wanted: list[ColumnElement[bool]] = [UserSession.user_id == user_id]
    if keep is not None:
        wanted.append(UserSession.id_hash != hash_token(keep))
    return _end(session, wanted, at=at)


def _open(session: Session, user: User, *, second_factor_due: bool, at: datetime, ip: str, device: str) -> SignedIn:
    lifetime = SECOND_FACTOR_WITHIN if second_factor_due else session.info["settings"].session_absolute
    secret = new_token()
    session.add(
        UserSession(
            id_hash=hash_token(secret),
            user_id=user.id,
            second_factor_due=second_factor_due,
            created_at=at,
            last_seen_at=at,
            expires_at=at + lifetime,
            device=device[:200],
            ip=ip[:64],
        )
    )
    if not second_factor_due:
        actor = trail.ActorRef(kind=ActorKind.USER, id=user.actor_id, label=user.name, via=Via.SIGN_IN)
        data = {"ip": ip, "device": device[:200], "second_factor": user.uses_totp}
        trail.append(session, record=user_ref(user), at=at, actor=actor, action="user.signed_in", data=data)
    return SignedIn(secret=secret, user_id=user.id, second_factor_due=second_factor_due, expires_at=at + lifetime)


def _find(session: Session, secret: str, *, at: datetime) -> UserSession | None:
    """The session with this secret if it is still open at this moment."""
    row = session.scalars(select(UserSession).where(UserSession.id_hash == hash_token(secret))).one_or_none()
    return row if row is not None and is_open(session, row, at=at) else None


def is_open(session: Session, row: UserSession | Row[*tuple[Any, ...]], *, at: datetime) -> bool:
    """Whether the session is neither ended nor over its absolute or idle limit."""
    idle: timedelta = session.info["settings"].session_idle
    return row.ended_at is None and at < row.expires_at and at - row.last_seen_at < idle


def _end(session: Session, which: Sequence[ColumnElement[bool]], *, at: datetime) -> int:
    ended = session.execute(
        update(UserSession).where(*which, UserSession.ended_at.is_(None)).values(ended_at=at).returning(UserSession.id)
    )
    return len(ended.all())
