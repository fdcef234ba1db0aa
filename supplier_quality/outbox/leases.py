"""Rows in a worker's hands: taken for a while, proven before every write, renewed, finished, given back.

Everything a worker writes about a row is guarded by the row's fence, which every lease counts up: a worker that was frozen and
comes back after its lease was given to another cannot finish, fail or act on the row any more.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from supplier_quality.errors import ProductError
from supplier_quality.language import speaking
from supplier_quality.outbox.models import WAITING, OutboxRow, OutboxState
from supplier_quality.persistence import Database
from supplier_quality.trail import RecordRef

LEASE = timedelta(seconds=120)
# Leases are renewed for rows of a batch that waited this long for their turn.
RENEW_BELOW = timedelta(seconds=60)
FIRST_RETRY = timedelta(seconds=15)
LONGEST_RETRY = timedelta(hours=1)


class Retry(Exception):
    """A passing fault: try again after a back-off, or after ``after``."""

    def __init__(self, message: str, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class Poison(Exception):
    """Trying again cannot help: becomes an incident at once."""


class LeaseLost(Exception):
    """Another worker holds the row by now."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a handler sees of its row."""

    id: str
    kind: str
    payload: dict[str, Any]
    record: RecordRef | None
    priority: int
    attempts: int
    fence: int
    due_at: datetime
    created_at: datetime

    @property
    def uid(self) -> str:
        return self.id


def claim(database: Database, *, worker: str, at: datetime, limit: int, ids: Sequence[str] | None = None) -> list[Row]:
    """Lease up to ``limit`` rows that are due, urgent ones first; with ``ids`` only of those."""
    due = (
        select(OutboxRow.id)
        .where(OutboxRow.state.in_(WAITING), OutboxRow.due_at <= at)
        .order_by(OutboxRow.priority, OutboxRow.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if ids is not None:
        due = due.where(OutboxRow.id.in_(ids))
    with database.read() as session:
        # Asking before locking keeps an idle worker from taking SQLite's only write lock every tick.
        if session.scalar(_any_due(at)) is None:
            return []
    with database.write() as session:
        leased = session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_(due.scalar_subquery()))
            .values(
                state=OutboxState.LEASED.value,
                due_at=at + LEASE,
                fence=OutboxRow.fence + 1,
                attempts=OutboxRow.attempts + 1,
                worker=worker,
            )
            .returning(*_COLUMNS)
            .execution_options(synchronize_session=False)
        ).all()
        # RETURNING has no order; urgent rows go first, then the oldest.
        return sorted((_row(row) for row in leased), key=lambda row: (row.priority, row.created_at, row.id))


def held_rows(session: Session, rows: Sequence[Row]) -> frozenset[str]:
    """The ids of those rows that are still in the hands of whoever leased them; they stay locked until the commit."""
    query = (
        select(OutboxRow.id, OutboxRow.fence)
        .where(OutboxRow.id.in_([row.id for row in rows]), OutboxRow.state == OutboxState.LEASED)
        # Always in the same order, so that two workers never wait for each other.
        .order_by(OutboxRow.id)
        .with_for_update()
    )
    fences = {row.id: row.fence for row in rows}
    return frozenset(row_id for row_id, fence in session.execute(query) if fences[row_id] == fence)


def end_leases(session: Session, *, at: datetime) -> None:
    """Take all rows out of the hands of their workers, which do not exist any more: after a restore."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.state == OutboxState.LEASED.value)
        .values(state=OutboxState.READY.value, due_at=at, fence=OutboxRow.fence + 1, worker=None)
        .execution_options(synchronize_session=False)
    )


def renew(session: Session, ids: Collection[str], *, at: datetime) -> None:
    """Start the lease of held rows anew."""
    _write(session, ids, {"due_at": at + LEASE})


def finish(session: Session, ids: Collection[str], *, at: datetime) -> None:
    """Mark held rows as delivered."""
    _write(session, ids, {"state": OutboxState.DONE.value, "finished_at": at, "last_error": None, "worker": None})


def give_back(session: Session, row: Row, error: Exception, *, at: datetime, hopeless: bool) -> None:
    """Write down why a held row was not delivered: it waits for its next attempt, or is an incident when hopeless."""
    values: dict[str, Any] = {"last_error": said(error), "worker": None}
    if hopeless:
        values |= {"state": OutboxState.INCIDENT.value, "finished_at": at}
    else:
        values |= {"state": OutboxState.READY.value, "due_at": at + pause_before_retry(row.attempts, error)}
    _write(session, [row.id], values)


def said(error: Exception) -> str:
    """The fault in words for the incidents page, with its type where the words alone would not tell."""
    with speaking("en"):
        name = "" if isinstance(error, Retry | Poison | ProductError) else f"{type(error).__name__}: "
        return f"{name}{error}"[:2_000]


def pause_before_retry(attempts: int, error: Exception | None = None) -> timedelta:
    """How long to wait after the n-th failed attempt: doubling, bounded, and spread so that rows do not come back together."""
    if isinstance(error, Retry) and error.after is not None:
        return error.after
    pause: timedelta = min(FIRST_RETRY * 2 ** min(attempts - 1, 20), LONGEST_RETRY)
    return pause * random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, hides nothing


def _any_due(at: datetime) -> Any:
    return select(OutboxRow.id).where(OutboxRow.state.in_(WAITING), OutboxRow.due_at <= at).limit(1)


def _write(session: Session, ids: Collection[str], values: Mapping[str, Any]) -> None:
    """Only for rows that :func:`held_rows` of this session has named: their locks are what makes it safe."""
    if ids:
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_(sorted(ids)))
            .values(**values)
            .execution_options(synchronize_session=False)
        )


_COLUMNS = (
    OutboxRow.id,
    OutboxRow.kind,
    OutboxRow.payload,
    OutboxRow.record_kind,
    OutboxRow.record_id,
    OutboxRow.record_label,
    OutboxRow.priority,
    OutboxRow.attempts,
    OutboxRow.fence,
    OutboxRow.due_at,
    OutboxRow.created_at,
)


def _row(row: Any) -> Row:
    record = RecordRef(row.record_kind, row.record_id or 0, row.record_label or "") if row.record_kind else None
    return Row(row.id, row.kind, row.payload, record, row.priority, row.attempts, row.fence, row.due_at, row.created_at)
