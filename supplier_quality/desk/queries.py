"""Reads of the desk."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.identity.models import User


def list_colleagues(session: Session, user_id: int) -> Sequence[tuple[int, str]]:
    """Id and name of everybody with an open account but this one, by name; whom a person may name as deputy."""
    statement = select(User.id, User.name).where(User.id != user_id, User.disabled_at.is_(None)).order_by(User.name)
    return [(row.id, row.name) for row in session.execute(statement)]
