"""Whom a person covers as a deputy now, and in which roles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.identity import Actor
from supplier_quality.identity.models import Deputy, User, UserRole


@dataclass(frozen=True, slots=True)
class Covered:
    """A person who is covered in one role."""

    user_id: int
    name: str
    role: str


def covered_people(session: Session, actor: Actor, *, at: datetime) -> Sequence[Covered]:
    """Everybody this person covers now, one row per role that the covered person still holds."""
    if actor.person_id is None:
        return ()
    query = (
        select(Deputy.user_id, User.name, Deputy.role)
        .join(User, User.id == Deputy.user_id)
        .join(UserRole, (UserRole.user_id == Deputy.user_id) & (UserRole.role == Deputy.role))
        .where(
            Deputy.deputy_id == actor.person_id,
            Deputy.starts_at <= at,
            Deputy.ends_at > at,
            Deputy.ended_at.is_(None),
            User.disabled_at.is_(None),
        )
        .order_by(Deputy.id)
    )
    return [Covered(*row) for row in session.execute(query)]
