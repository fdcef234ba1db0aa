"""Counting tries, so that guessing gets slow and floods end.

Each call is an edge of its own: the count is committed before the caller starts its work, and a rollback of that work
does not take it back. Keys (mail addresses, IP addresses, tokens) are stored as hashes only.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, Integer, String, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from supplier_quality.persistence.base import Base
from supplier_quality.persistence.sessions import Database
from supplier_quality.persistence.types import UTCDateTime

NONE = timedelta(0)


class AttemptCounter(Base):
    """How often one thing was tried since ``started_at``; ``blocked_until`` is used by growing delays only."""

    __tablename__ = "attempt_counter"
    __table_args__ = (Index("ix_attempt_counter_forget_at", "forget_at"),)

    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(Integer)
    blocked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    forget_at: Mapped[datetime] = mapped_column(UTCDateTime)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Whether a try may go on, and if not, in how long it may."""

    allowed: bool
    retry_after: timedelta = NONE


def count_attempt(database: Database, *, scope: str, key: str, at: datetime, window: timedelta, limit: int) -> Attempt:
    """Count one try; at most ``limit`` are allowed within ``window`` of the first. Refused tries do not prolong it."""
    with database.write() as session:
        row = _locked(session, scope, key, at)
        if at >= row.started_at + window or at < row.started_at:
            row.started_at, row.tries = at, 0
        row.tries += 1
        row.forget_at = row.started_at + window
        return Attempt(True) if row.tries <= limit else Attempt(False, row.forget_at - at)


def slow_down(
    database: Database,
    *,
    scope: str,
    key: str,
    at: datetime,
    free: int,
    longest: timedelta,
    forget: timedelta = timedelta(hours=24),
) -> Attempt:
    """Count one try that will probably fail and make the next one wait: 1 s, 2 s, 4 s ... after the ``free`` ones.

    The wait never exceeds ``longest`` and a refused try does not prolong it, so nobody can be locked out for good.
    A try that succeeds is forgiven with :func:`clear_attempts`.
    """
    with database.write() as session:
        row = _locked(session, scope, key, at)
        if at >= row.forget_at or at < row.started_at:
            row.started_at, row.tries, row.blocked_until = at, 0, None
        if row.blocked_until is not None and at < row.blocked_until:
            return Attempt(False, row.blocked_until - at)
        row.tries += 1
        row.forget_at = at + forget
        # The exponent is bounded as well: 2 ** 1000 is no timedelta.
        wait = min(timedelta(seconds=2 ** min(row.tries - free - 1, 20)), longest) if row.tries > free else NONE
        row.blocked_until = at + wait
        return Attempt(True)


def clear_attempts(database: Database, *, scope: str, key: str) -> None:
    """Forget the tries of a key, because one of them succeeded."""
    with database.write() as session:
        session.execute(
            delete(AttemptCounter).where(AttemptCounter.scope == scope, AttemptCounter.key_hash == _hashed(key))
        )


def forget_old_attempts(database: Database, *, at: datetime) -> int:
    """Delete counters that no longer say anything; returns how many. For the clean-up job."""
    with database.write() as session:
        gone = session.execute(
            delete(AttemptCounter).where(AttemptCounter.forget_at < at).returning(AttemptCounter.scope)
        )
        return len(gone.all())


def _locked(session: Session, scope: str, key: str, at: datetime) -> AttemptCounter:
    """The counter of a key, made when it is the first try, locked until the session ends."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    hashed = _hashed(key)
    session.execute(
        insert(AttemptCounter)
        .values(scope=scope, key_hash=hashed, started_at=at, tries=0, forget_at=at)
        .on_conflict_do_nothing()
    )
    statement = (
        select(AttemptCounter).where(AttemptCounter.scope == scope, AttemptCounter.key_hash == hashed).with_for_update()
    )
    return session.execute(statement).scalar_one()


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
