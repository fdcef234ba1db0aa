"""Delivering outbox rows: claim a batch, run the handlers, finish, retry or turn into an incident.

Rows of one handler are delivered together. Those of a transactional handler share one transaction; when one of them fails
the transaction is given up and each goes alone. A handler that reaches outside may take several at once with ``run_many``;
what left the house is noted in a journal outside the database at once, and in the database with one commit for all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

import structlog
from sqlalchemy.orm import Session

from supplier_quality import clock
from supplier_quality.outbox.leases import (
    LEASE,
    RENEW_BELOW,
    LeaseLost,
    Poison,
    Retry,
    Row,
    claim,
    finish,
    give_back,
    held_rows,
    pause_before_retry,
    renew,
    said,
)
from supplier_quality.persistence import Database

__all__ = [
    "LEASE",
    "Batch",
    "Delivery",
    "Handler",
    "Journal",
    "LeaseLost",
    "Poison",
    "Retry",
    "Row",
    "claim",
    "deliver",
    "deliver_due",
    "deliver_these",
    "pause_before_retry",
]

log = structlog.get_logger("outbox")

MOST_ATTEMPTS = 12
# Rows of transactional handlers that share a commit: enough to make the commit cheap, few enough that on SQLite nobody
# waits noticeably for the write lock.
TOGETHER = 25


class Journal(Protocol):
    """Remembers outside the database what has left the house."""

    def note(self, outbox_id: str, /) -> None: ...

    def known(self, outbox_ids: Iterable[str], /) -> frozenset[str]: ...


class Run(Protocol):
    def __call__(self, delivery: "Delivery") -> None: ...


class RunMany(Protocol):
    def __call__(self, batch: "Batch") -> Sequence[Exception | None]: ...


def _takes_batches(delivery: "Delivery") -> None:
    raise RuntimeError(f"The handler of {delivery.row.kind} delivers batches only, or has no run.")


@dataclass(frozen=True, slots=True)
class Handler:
    """How a kind of effect is delivered.

    A *transactional* handler does all its work in ``delivery.session`` and the row is marked done in the same commit: exactly
    once. Any other reaches outside and is repeated when the worker dies between its act and noting it. With ``run_many``
    it takes several rows at once, instead of ``run``, and says of each how it went: None, or the exception that stopped it.
    """

    run: Run = _takes_batches
    transactional: bool = True
    attempts: int = MOST_ATTEMPTS
    run_many: RunMany | None = None


@dataclass
class Delivery:
    """One attempt to deliver one row. ``has_left``: an earlier attempt succeeded, but its worker died before the mark."""

    database: Database
    row: Row
    at: datetime
    has_left: bool = False
    held_session: Session | None = field(default=None, repr=False)

    @property
    def session(self) -> Session:
        """The write session of a transactional handler."""
        if self.held_session is None:
            raise RuntimeError(f"{self.row.kind} is delivered outside a transaction; use fenced_write()")
        return self.held_session

    @property
    def settings(self) -> Any:
        """The product's settings, which every session carries."""
        return self.database.info.get("settings")

    @contextmanager
    def fenced_write(self) -> Iterator[Session]:
        """A write session that begins by proving that this worker still holds the row. Raises LeaseLost."""
        with self.database.write() as session:
            if not held_rows(session, [self.row]):
                raise LeaseLost(self.row.id)
            yield session


@dataclass
class Batch:
    """One attempt to deliver several rows of one handler, urgent ones first, then the oldest."""

    database: Database
    deliveries: Sequence[Delivery]
    at: datetime
    journal: Journal | None = field(default=None, repr=False)
    _endings: list[Callable[[Session, frozenset[str]], None]] = field(default_factory=list, repr=False)
    _safe_until: float = field(default=0.0, repr=False)

    def __post_init__(self) -> None:
        shortest = min((delivery.row.due_at for delivery in self.deliveries), default=self.at + LEASE) - self.at
        self._safe_until = clock.monotonic() + (shortest - RENEW_BELOW).total_seconds()

    @property
    def settings(self) -> Any:
        """The product's settings, which every session carries."""
        return self.database.info.get("settings")

    @contextmanager
    def fenced_write(self) -> Iterator[tuple[Session, frozenset[str]]]:
        """A write session and the ids of the rows that this worker still holds: only these may go on."""
        with self.database.write() as session:
            yield session, held_rows(session, self._rows)

    def check_held(self, delivery: Delivery) -> None:
        """Right before an act outside: that the lease has time left, renewed when it has little. Raises LeaseLost."""
        if clock.monotonic() < self._safe_until:
            return
        with self.fenced_write() as (session, held):
            renew(session, held, at=max(clock.now(), self.at))
        if delivery.row.id not in held:
            raise LeaseLost(delivery.row.id)
        if len(held) == len(self.deliveries):
            self._safe_until = clock.monotonic() + (LEASE - RENEW_BELOW).total_seconds()

    def note_left(self, delivery: Delivery) -> None:
        """The effect has left the house: written down at once, so that nobody repeats it if this worker dies now."""
        delivery.has_left = True
        if self.journal is not None:
            self.journal.note(delivery.row.id)

    def at_the_end(self, write: Callable[[Session, frozenset[str]], None]) -> None:
        """Let ``write(session, ids of the rows still held)`` be part of the commit that marks the rows."""
        self._endings.append(write)

    def finish(self, handler: Handler | None, outcomes: Sequence[Exception | None], *, at: datetime) -> None:
        """Mark each row as delivered, waiting for its next attempt, or an incident; one commit for all."""
        with self.fenced_write() as (session, held):
            for write in self._endings:
                write(session, held)
            done: list[str] = []
            for delivery, error in zip(self.deliveries, outcomes, strict=True):
                row = delivery.row
                if row.id not in held or isinstance(error, LeaseLost):
                    log.warning("lease_lost", outbox=row.id, kind=row.kind)
                elif error is None:
                    done.append(row.id)
                else:
                    hopeless = isinstance(error, Poison) or row.attempts >= (handler.attempts if handler else 1)
                    log.warning(
                        "delivery_failed",
                        outbox=row.id,
                        kind=row.kind,
                        attempt=row.attempts,
                        hopeless=hopeless,
                        error=said(error),
                    )
                    give_back(session, row, error, at=at, hopeless=hopeless)
            finish(session, done, at=at)

    @property
    def _rows(self) -> list[Row]:
        return [delivery.row for delivery in self.deliveries]


def deliver_due(
    database: Database,
    handlers: Mapping[str, Handler],
    *,
    worker: str,
    now: Callable[[], datetime] = clock.now,
    limit: int = 100,
    journal: Journal | None = None,
) -> int:
    """Take up to ``limit`` due rows and deliver them; how many were taken.

    ``journal`` is told of every effect that left the house, and asked about rows that were tried before.
    """
    rows = claim(database, worker=worker, at=now(), limit=limit)
    _deliver_all(database, handlers, rows, now=now, journal=journal)
    return len(rows)


def deliver_these(
    database: Database,
    handlers: Mapping[str, Handler],
    ids: Sequence[str],
    *,
    worker: str,
    now: Callable[[], datetime] = clock.now,
    journal: Journal | None = None,
) -> int:
    """Deliver those of these rows that still wait; how many were taken."""
    rows = claim(database, worker=worker, at=now(), limit=len(ids), ids=ids)
    _deliver_all(database, handlers, rows, now=now, journal=journal)
    return len(rows)


def deliver(
    database: Database,
    handlers: Mapping[str, Handler],
    row: Row,
    *,
    now: Callable[[], datetime] = clock.now,
    journal: Journal | None = None,
) -> None:
    """Run the handler of one leased row and write down how it went."""
    _deliver_all(database, handlers, [row], now=now, journal=journal)


def _deliver_all(
    database: Database,
    handlers: Mapping[str, Handler],
    rows: Sequence[Row],
    *,
    now: Callable[[], datetime],
    journal: Journal | None,
) -> None:
    repeated = [row.id for row in rows if row.attempts > 1]
    left = journal.known(repeated) if journal is not None and repeated else frozenset()
    for handler, together in _by_handler(handlers, rows):
        at = now()
        deliveries = [Delivery(database, row, at, has_left=row.id in left) for row in together]
        batch = Batch(database, deliveries, at, journal)
        if min(row.due_at for row in together) - at < RENEW_BELOW:
            with batch.fenced_write() as (session, held):
                renew(session, held, at=at)
        _deliver_batch(handler, batch)


def _by_handler(handlers: Mapping[str, Handler], rows: Sequence[Row]) -> Iterator[tuple[Handler | None, Sequence[Row]]]:
    """Rows that may be delivered together: of one urgency and one handler, in order, a bounded number."""
    groups: dict[Any, tuple[Handler | None, list[Row]]] = {}
    for row in rows:
        handler = handlers.get(row.kind)
        many = handler.run_many if handler else None
        groups.setdefault((row.priority, many or row.kind), (handler, []))[1].append(row)
    for handler, members in groups.values():
        if handler is None or not (handler.transactional or handler.run_many):
            size = 1
        else:
            size = TOGETHER if handler.transactional else len(members)
        remaining = iter(members)
        while together := list(islice(remaining, size)):
            yield handler, together


def _deliver_batch(handler: Handler | None, batch: Batch) -> None:
    if handler is not None and handler.transactional:
        _deliver_in_one_commit(handler, batch)
        return
    outcomes: Sequence[Exception | None]
    try:
        if handler is None:
            raise Poison(f"No part of the product delivers {batch.deliveries[0].row.kind!r}.")
        if handler.run_many is not None:
            outcomes = handler.run_many(batch)
        else:
            _run_alone(handler, batch)
            outcomes = [None]
    except Exception as error:
        outcomes = [None if delivery.has_left else error for delivery in batch.deliveries]
    batch.finish(handler, outcomes, at=batch.at)


def _run_alone(handler: Handler, batch: Batch) -> None:
    (delivery,) = batch.deliveries
    if not delivery.has_left:
        handler.run(delivery)
        batch.note_left(delivery)


def _deliver_in_one_commit(handler: Handler, batch: Batch) -> None:
    try:
        with batch.fenced_write() as (session, held):
            for delivery in batch.deliveries:
                if delivery.row.id not in held:
                    log.warning("lease_lost", outbox=delivery.row.id, kind=delivery.row.kind)
                    continue
                delivery.held_session = session
                handler.run(delivery)
                # The next row must find what is stored, as if it had a session of its own.
                session.flush()
                session.expunge_all()
            finish(session, held, at=batch.at)
    except Exception as error:
        if len(batch.deliveries) == 1:
            batch.finish(handler, [error], at=batch.at)
            return
        # Nothing was stored. Alone, all but the one that failed succeed.
        for delivery in batch.deliveries:
            alone = Delivery(batch.database, delivery.row, batch.at)
            _deliver_in_one_commit(handler, Batch(batch.database, [alone], batch.at))
