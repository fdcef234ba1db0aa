"""The engine's own tables: definitions, timers, joins and idempotency keys."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.persistence import Base, BigId, Json, UTCDateTime


class Definition(Base):
    """One version of one rule file, kept for as long as a record or a trail entry may name it.

    ``origin`` is ``shipped`` or ``local`` (WORKFLOWS_DIR); versions count per origin. ``hash`` is that of the normalised
    content: the same version with another hash is refused when files are loaded.
    """

    __tablename__ = "engine_definition"
    __table_args__ = (UniqueConstraint("kind", "name", "origin", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(Integer)
    origin: Mapped[str] = mapped_column(String(12))
    hash: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Of all versions of a name exactly one is in force: new records start on it.
    active: Mapped[bool] = mapped_column(Boolean)


class Timer(Base):
    """One moment at which something is due for one record.

    Armed and disarmed in the transaction that changes the state. ``moment`` numbers the moments of one rule (several
    ``before`` times); ``fired`` counts repeats, which are computed from ``first_due`` so that they do not drift. What has
    fired its last time is spent: ``due_at`` is NULL, and the row stays until the record leaves the state, because a missed
    deadline (``is_deadline``) is still missed.
    """

    __tablename__ = "engine_timer"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "rule", "moment"),
        Index("ix_engine_timer_due", "due_at"),
        # Serves lists by deadline and what is overdue; the hot path writes reminders without it.
        Index(
            "ix_engine_timer_deadline",
            "subject_kind",
            "first_due",
            "subject_id",
            "rule",
            sqlite_where=text("is_deadline = 1"),
            postgresql_where=text("is_deadline"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    definition_id: Mapped[int] = mapped_column(BigInteger)
    rule: Mapped[str] = mapped_column(String(80))
    moment: Mapped[int] = mapped_column(Integer)
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_deadline: Mapped[bool] = mapped_column(Boolean)
    first_due: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    fired: Mapped[int] = mapped_column(Integer)


class Join(Base):
    """How many children a record waits for and how many are done. Not in the parent's row: reviewers never wait for each other."""

    __tablename__ = "engine_join"

    parent_kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    parent_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    total: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer)
    # Counts how often the join was completed; names the one firing of each completion.
    rounds: Mapped[int] = mapped_column(Integer)


class IdempotencyKey(Base):
    """That a caller already asked for this: a repeated key returns the first answer."""

    __tablename__ = "engine_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    subject_kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    actor_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    asked: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
