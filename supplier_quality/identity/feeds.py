"""Calendar feeds: a secret address by which a person's calendar program reads their dates, until it is revoked.

Programs that subscribe to a calendar send no password, so the address itself is the secret: 256 random bits of which only
the hash is stored. It opens nothing but the feed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from supplier_quality import trail
from supplier_quality.errors import NotFound
from supplier_quality.identity.actor import Actor
from supplier_quality.identity.actors import load_actor
from supplier_quality.identity.enums import ActorKind, Via
from supplier_quality.identity.guessing import check_not_too_often
from supplier_quality.identity.models import User
from supplier_quality.identity.permissions import check_is_self
from supplier_quality.identity.secret import hash_token, new_token
from supplier_quality.language import _
from supplier_quality.persistence import Base, BigId, Database, UTCDateTime

MOST_AN_HOUR = 240
USED_EVERY = timedelta(minutes=1)


class CalendarFeed(Base):
    """One secret address of one person's calendar. A person has one that works at most."""

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class FeedUnknown(NotFound):
    """Unknown or revoked, or its owner is disabled: all the same to a stranger."""

    code = "feed_unknown"

    def __init__(self) -> None:
        super().__init__(_("This calendar does not exist. Make a new address on your account page."))


@dataclass(frozen=True, slots=True)
class NewFeed:
    """An address just made. ``secret`` is shown this once and stored nowhere."""

    row: CalendarFeed
    secret: str = field(repr=False)


def find_feed(session: Session, user_id: int) -> CalendarFeed | None:
    """The address of this person that works."""
    query = select(CalendarFeed).where(CalendarFeed.user_id == user_id, CalendarFeed.revoked_at.is_(None))
    return session.scalars(query.order_by(CalendarFeed.id.desc()).limit(1)).one_or_none()


def create_feed(session: Session, user: User, *, actor: Actor, at: datetime) -> NewFeed:
    """Make a new address; the one before stops working. Raises NotYours, OnlyInPerson."""
    check_is_self(actor, user.id)

    revoke_feed(session, user, actor=actor, at=at)
    secret = new_token()
    row = CalendarFeed(user_id=user.id, token_hash=hash_token(secret), created_at=at)
    session.add(row)
    session.flush()
    trail.append(session, record=_ref(row, user), at=at, actor=actor.ref, action="calendar_feed.created", data={})
    return NewFeed(row, secret)


def revoke_feed(session: Session, user: User, *, actor: Actor, at: datetime) -> None:
    """End the person's address now; nothing happens when there is none. Raises NotYours, OnlyInPerson."""
    check_is_self(actor, user.id)

    row = find_feed(session, user.id)
    if row is not None:
        row.revoked_at = at
        session.flush()
        trail.append(session, record=_ref(row, user), at=at, actor=actor.ref, action="calendar_feed.revoked", data={})


def reader_of_feed(database: Database, secret: str, *, at: datetime, ip: str) -> Actor:
    """Whose calendar the address opens; notes its use at most once a minute. Raises FeedUnknown, TooManyTries."""
    check_not_too_often(database, scope="calendar.open", key=ip, at=at, window=timedelta(hours=1), limit=MOST_AN_HOUR)
    with database.read() as session:
        row = session.scalars(select(CalendarFeed).where(CalendarFeed.token_hash == hash_token(secret))).one_or_none()
        if row is None or row.revoked_at is not None:
            raise FeedUnknown
        actor = load_actor(session, row.user_id, via=Via.LINK, at=at, kind=ActorKind.USER)
    if actor is None:
        raise FeedUnknown
    if row.last_used_at is None or at - row.last_used_at >= USED_EVERY:
        with database.write() as session:
            session.execute(update(CalendarFeed).where(CalendarFeed.id == row.id).values(last_used_at=at))
    return actor


def _ref(row: CalendarFeed, user: User) -> trail.RecordRef:
    return trail.RecordRef(kind="calendar_feed", id=row.id, label=user.name)
