"""Lists for pages. Each answers with plain rows and says what it reads."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from supplier_quality.identity.actor import Actor
from supplier_quality.identity.contacts import ContactRef, contact_card
from supplier_quality.identity.enums import LinkState, Role, TokenState, UserState
from supplier_quality.identity.link_models import AccessLink, ContactSession
from supplier_quality.identity.models import ApiToken, Deputy, User, UserRole, UserSession
from supplier_quality.identity.permissions import check_is_self_or_admin, check_may_manage_people
from supplier_quality.identity.sessions import is_open


@dataclass(frozen=True, slots=True)
class UserItem:
    """A row of the page of users."""

    id: int
    name: str
    email: str
    roles: tuple[str, ...]
    state: UserState
    uses_totp: bool
    language: str
    created_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionItem:
    """An open session of a user or a contact."""

    id: int
    device: str
    ip: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenItem:
    """An API token as its owner sees it."""

    id: int
    name: str
    prefix: str
    scopes: tuple[str, ...]
    state: TokenState
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class LinkItem:
    """A link to a record, with the contact it was made for."""

    id: int
    contact: ContactRef
    contact_name: str
    contact_email: str
    purpose: str
    state: LinkState
    created_at: datetime
    expires_at: datetime
    delegated_from: int | None


@dataclass(frozen=True, slots=True)
class DeputyItem:
    """Who covers which role of whom."""

    id: int
    user_id: int
    user_name: str
    deputy_id: int
    deputy_name: str
    role: str
    starts_at: datetime
    ends_at: datetime
    active: bool


def list_users(session: Session, *, actor: Actor) -> list[UserItem]:
    """All members of staff by name, for admins. Raises OnlyAdmins."""
    check_may_manage_people(actor)
    roles: dict[int, list[str]] = {}
    for user_id, role in session.execute(select(UserRole.user_id, UserRole.role).order_by(UserRole.role)):
        roles.setdefault(user_id, []).append(role)
    latest = select(UserSession.user_id, func.max(UserSession.last_seen_at)).group_by(UserSession.user_id)
    seen = {row[0]: row[1] for row in session.execute(latest)}
    return [
        UserItem(
            id=user.id,
            name=user.name,
            email=user.email,
            roles=tuple(roles.get(user.id, ())),
            state=user.state,
            uses_totp=user.uses_totp,
            language=user.language,
            created_at=user.created_at,
            last_seen_at=seen.get(user.id),
        )
        for user in session.scalars(select(User).order_by(User.name, User.id))
    ]


def list_sessions(session: Session, user_id: int, *, actor: Actor, at: datetime) -> list[SessionItem]:
    """The open sessions of a user, the latest first, for themselves and admins. Raises NotYours."""
    check_is_self_or_admin(actor, user_id)
    statement = (
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.expires_at > at,
            UserSession.second_factor_due.is_(False),
        )
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
    )
    return _session_items([row for row in session.scalars(statement) if is_open(session, row, at=at)])


def list_contact_sessions(session: Session, contact: ContactRef, *, at: datetime) -> list[SessionItem]:
    """The open sessions of a contact, the latest first; the caller has checked that the reader may see the contact."""
    statement = (
        select(ContactSession)
        .where(
            ContactSession.contact_kind == contact.kind,
            ContactSession.contact_id == contact.id,
            ContactSession.ended_at.is_(None),
            ContactSession.expires_at > at,
        )
        .order_by(ContactSession.last_seen_at.desc(), ContactSession.id.desc())
    )
    return _session_items(session.scalars(statement).all())


def list_tokens(session: Session, user_id: int, *, actor: Actor, at: datetime) -> list[TokenItem]:
    """The API tokens of a user, the newest first, for themselves and admins. Raises NotYours."""
    check_is_self_or_admin(actor, user_id)
    rows = session.scalars(select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc()))
    return [
        TokenItem(
            id=row.id,
            name=row.name,
            prefix=row.prefix,
            scopes=tuple(row.scopes),
            state=_token_state(row, at=at),
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
        )
        for row in rows
    ]


def list_links(session: Session, *, record_kind: str, record_id: int, at: datetime) -> list[LinkItem]:
    """All links to a record, the newest first; the caller has checked that the reader may see the record."""
    rows = session.scalars(
        select(AccessLink)
        .where(AccessLink.record_kind == record_kind, AccessLink.record_id == record_id)
        .order_by(AccessLink.id.desc())
    )
    return [_link_item(session, row, at=at) for row in rows]


def list_deputies(session: Session, user_id: int, *, at: datetime) -> list[DeputyItem]:
    """Who covers for this user and whom they cover, now or later, by start."""
    absent, cover = aliased(User), aliased(User)
    statement = (
        select(Deputy, absent.name, cover.name)
        .join(absent, absent.id == Deputy.user_id)
        .join(cover, cover.id == Deputy.deputy_id)
        .where(
            or_(Deputy.user_id == user_id, Deputy.deputy_id == user_id),
            Deputy.ended_at.is_(None),
            Deputy.ends_at > at,
        )
        .order_by(Deputy.starts_at, Deputy.id)
    )
    return [
        DeputyItem(
            id=row.id,
            user_id=row.user_id,
            user_name=user_name,
            deputy_id=row.deputy_id,
            deputy_name=deputy_name,
            role=row.role,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            active=row.starts_at <= at,
        )
        for row, user_name, deputy_name in session.execute(statement)
    ]


def users_with_role(session: Session, role: Role | str, *, at: datetime) -> list[int]:
    """The ids of active users who hold a role or cover it now; whom mails and tasks for a role go to."""
    holders = select(UserRole.user_id).join(User, User.id == UserRole.user_id)
    holders = holders.where(UserRole.role == role, User.disabled_at.is_(None))
    covering = (
        select(Deputy.deputy_id)
        .join(User, User.id == Deputy.deputy_id)
        .where(
            Deputy.role == role,
            Deputy.user_id.in_(holders),
            Deputy.starts_at <= at,
            Deputy.ends_at > at,
            Deputy.ended_at.is_(None),
            User.disabled_at.is_(None),
        )
    )
    return sorted(set(session.scalars(holders)) | set(session.scalars(covering)))


def with_deputies(session: Session, user_ids: Collection[int], *, at: datetime) -> list[int]:
    """These users and whoever covers them now in any role, so that what is theirs to look after is heard of meanwhile."""
    covering = (
        select(Deputy.deputy_id)
        .join(User, User.id == Deputy.deputy_id)
        .join(UserRole, (UserRole.user_id == Deputy.user_id) & (UserRole.role == Deputy.role))
        .where(
            Deputy.user_id.in_(user_ids),
            Deputy.starts_at <= at,
            Deputy.ends_at > at,
            Deputy.ended_at.is_(None),
            User.disabled_at.is_(None),
        )
        .order_by(Deputy.id)
    )
    return list(dict.fromkeys([*user_ids, *session.scalars(covering)])) if user_ids else []


def _session_items(rows: Sequence[UserSession] | Sequence[ContactSession]) -> list[SessionItem]:
    return [SessionItem(row.id, row.device, row.ip, row.created_at, row.last_seen_at, row.expires_at) for row in rows]


def _token_state(row: ApiToken, *, at: datetime) -> TokenState:
    if row.revoked_at is not None:
        return TokenState.REVOKED
    return TokenState.LIVE if at < row.expires_at else TokenState.EXPIRED


def _link_item(session: Session, row: AccessLink, *, at: datetime) -> LinkItem:
    card = contact_card(session, row.contact)
    return LinkItem(
        id=row.id,
        contact=row.contact,
        contact_name=card.name if card else "",
        contact_email=card.email if card else "",
        purpose=row.purpose,
        state=row.state_at(at),
        created_at=row.created_at,
        expires_at=row.expires_at,
        delegated_from=row.delegated_from,
    )
