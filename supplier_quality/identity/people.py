"""Finding people. Every function says what it loads."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from supplier_quality import trail
from supplier_quality.errors import NotFound
from supplier_quality.identity.models import User
from supplier_quality.language import _


class UserNotFound(NotFound):
    """There is no such member of staff."""

    code = "user_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such user."))


def get_user(session: Session, user_id: int, *, lock: bool = False) -> User:
    """The user with their roles; ``lock`` keeps others from changing it until the session ends. Raises UserNotFound."""
    statement = select(User).where(User.id == user_id).options(selectinload(User.role_rows))
    if lock:
        # A row read earlier in this session may be older than the lock.
        statement = statement.with_for_update().execution_options(populate_existing=True)
    user = session.scalars(statement).one_or_none()
    if user is None:
        raise UserNotFound
    return user


def find_user(session: Session, email: str) -> User | None:
    """The user who signs in with this address, with their roles."""
    statement = select(User).where(User.email == fold_email(email)).options(selectinload(User.role_rows))
    return session.scalars(statement).one_or_none()


def fold_email(email: str) -> str:
    """An address as it is stored: people do not tell upper from lower case in it."""
    return email.strip().casefold()


def user_ref(user: User) -> trail.RecordRef:
    """How the trail names a user."""
    return trail.RecordRef(kind="user", id=user.id, label=user.name)
