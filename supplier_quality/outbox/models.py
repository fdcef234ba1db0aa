"""The outbox: what must happen outside the transaction that caused it, as rows written with it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.persistence import Base, Json, UTCDateTime


class OutboxState(StrEnum):
    """Where a row stands. Our words, shown to admins on the incidents page."""

    READY = "ready"
    LEASED = "leased"
    DONE = "done"
    INCIDENT = "incident"
    # An admin decided, with a reason, that an incident need not be delivered any more.
    DISMISSED = "dismissed"


WAITING = (OutboxState.READY, OutboxState.LEASED)
_WAITING = text("state IN ('ready', 'leased')")


class OutboxRow(Base):
    """One effect to deliver at least once.

    ``id`` is stable over repeats and restores (time-ordered, random), so that a receiver can recognise a repeat. ``due_at`` is
    the moment from which a worker may take the row: leasing moves it to the end of the lease, so that a row of a worker
    that died comes up again by itself. ``fence`` counts the leases; a worker whose number is old can no longer act.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_waiting", "priority", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index(
            "ix_outbox_incident",
            "finished_at",
            sqlite_where=text("state = 'incident'"),
            postgresql_where=text("state = 'incident'"),
        ),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    record_kind: Mapped[str | None] = mapped_column(String(40))
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    record_label: Mapped[str | None] = mapped_column(String(200))
    priority: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(12))
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(Integer)
    fence: Mapped[int] = mapped_column(Integer)
    worker: Mapped[str | None] = mapped_column(String(80))
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
