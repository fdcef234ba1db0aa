"""Making the Actor of a member of staff from their row, their roles and those they cover as a deputy."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from supplier_quality.identity.actor import Actor
from supplier_quality.identity.enums import ActorKind
from supplier_quality.identity.models import Deputy, User, UserRole

# Every request asks these, so they are built once.
_PERSON = (
    select(User.name, User.language, UserRole.role)
    .outerjoin(UserRole, UserRole.user_id == User.id)
    .where(User.id == bindparam("user_id"), User.disabled_at.is_(None))
)
_COVERED = (
    select(Deputy.role, User.name)
    .join(User, User.id == Deputy.user_id)
    .join(UserRole, (UserRole.user_id == Deputy.user_id) & (UserRole.role == Deputy.role))
    .where(
        Deputy.deputy_id == bindparam("user_id"),
        Deputy.starts_at <= bindparam("at"),
        Deputy.ends_at > bindparam("at"),
        Deputy.ended_at.is_(None),
        User.disabled_at.is_(None),
    )
    .order_by(Deputy.id)
)


def load_actor(
    session: Session,
    user_id: int,
    *,
    via: str,
    at: datetime,
    kind: str = ActorKind.USER,
    suffix: str = "",
    scopes: frozenset[str] | None = None,
) -> Actor | None:
    """The actor of this user at this moment; None when there is no such user or they are disabled."""
    rows = session.execute(_PERSON, {"user_id": user_id}).all()
    if not rows:
        return None
    own = frozenset(row.role for row in rows if row.role is not None)
    covered = _covered_roles(session, user_id, at=at)
    added = {role: name for role, name in covered if role not in own}
    return Actor(
        kind=kind,
        id=f"user:{user_id}",
        label=rows[0].name + suffix,
        roles=own | added.keys(),
        language=rows[0].language,
        via=via,
        deputy_for=tuple(sorted(set(added.values()))),
        person_id=user_id,
        scopes=scopes,
    )


def _covered_roles(session: Session, user_id: int, *, at: datetime) -> list[tuple[str, str]]:
    """Role and name of the person covered, only of roles that person still holds."""
    return [(row.role, row.name) for row in session.execute(_COVERED, {"user_id": user_id, "at": at})]
