"""At least once, never by two at a time, visible when hopeless."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock

import pytest
from sqlalchemy import select

from supplier_quality.outbox import (
    Delivery,
    Handler,
    IncidentNotFound,
    OutboxRow,
    Poison,
    Retry,
    claim,
    deliver,
    deliver_due,
    dismiss_incident,
    incidents,
    pause_before_retry,
    queue,
    retry_incident,
    waiting_rows,
)
from supplier_quality.outbox.deliver import LEASE
from supplier_quality.persistence import Database
from supplier_quality.trail import ActorRef, entries

ADMIN = ActorRef("user", "user:1", "Ada", "web")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock(at: datetime) -> Clock:
    return Clock(at)


@pytest.fixture
def put(database: Database, clock: Clock) -> Callable[..., str]:
    def queue_row(kind: str = "test.mail", **values: object) -> str:
        with database.write() as session:
            return queue(session, kind=kind, payload={"n": 1}, at=clock.at, **values)

    return queue_row


def _row(database: Database, row_id: str) -> OutboxRow:
    with database.read() as session:
        return session.get_one(OutboxRow, row_id)


def test_a_due_row_is_delivered_once_and_marked_done(database: Database, clock: Clock, put: Callable[..., str]) -> None:
    row_id, seen = put(), []
    handlers = {"test.mail": Handler(lambda delivery: seen.append(delivery.row.uid), transactional=False)}
    assert deliver_due(database, handlers, worker="a", now=clock) == 1
    assert deliver_due(database, handlers, worker="a", now=clock) == 0
    assert seen == [row_id]
    assert _row(database, row_id).state == "done"


def test_urgent_rows_go_first_and_later_ones_wait(database: Database, clock: Clock, put: Callable[..., str]) -> None:
    later = put(due=clock.at + timedelta(hours=1))
    normal, urgent = put(), put(urgent=True)
    assert [row.id for row in claim(database, worker="a", at=clock.at, limit=10)] == [urgent, normal]
    with database.read() as session:
        assert waiting_rows(session, at=clock.at) == (3, 0)
    clock.move(hours=1)
    assert later in [row.id for row in claim(database, worker="a", at=clock.at, limit=10)]


def test_what_a_transactional_handler_writes_and_its_mark_are_one_commit(
    database: Database, clock: Clock, put: Callable[..., str]
) -> None:
    row_id = put("test.rows")

    def write_and_fail(delivery: Delivery) -> None:
        queue(delivery.session, kind="test.mail", payload={}, at=delivery.at)
        raise ZeroDivisionError

    deliver_due(database, {"test.rows": Handler(write_and_fail)}, worker="a", now=clock)
    with database.read() as session:
        assert session.scalars(select(OutboxRow.kind)).all() == ["test.rows"]
    assert _row(database, row_id).state == "ready"
    assert "ZeroDivisionError" in (_row(database, row_id).last_error or "")


def test_a_failed_row_waits_longer_each_time_and_becomes_an_incident_after_its_last_attempt(
    database: Database, clock: Clock, put: Callable[..., str]
) -> None:
    row_id, tries = put(), []

    def fail(delivery: Delivery) -> None:
        tries.append(delivery.row.attempts)
        raise Retry("The server says: try later")

    handlers = {"test.mail": Handler(fail, transactional=False, attempts=4)}
    waits = []
    for _attempt in range(4):
        assert deliver_due(database, handlers, worker="a", now=clock) == 1
        assert deliver_due(database, handlers, worker="a", now=clock) == 0
        waits.append(_row(database, row_id).due_at - clock.at)
        clock.move(hours=2)
    assert tries == [1, 2, 3, 4]
    assert waits[0] < waits[1] < waits[2]
    with database.read() as session:
        (incident,) = incidents(session)
    assert (incident.id, incident.last_error) == (row_id, "The server says: try later")


def test_back_off_doubles_is_bounded_and_spread() -> None:
    for attempt, seconds in [(1, 15), (2, 30), (3, 60), (20, 3600)]:
        pauses = {pause_before_retry(attempt).total_seconds() for _time in range(200)}
        assert min(pauses) >= 0.75 * seconds and max(pauses) <= 1.25 * seconds
        assert len(pauses) > 100
    assert pause_before_retry(3, Retry("busy", after=timedelta(seconds=7))) == timedelta(seconds=7)


@pytest.mark.parametrize("kind", ["test.poison", "test.unknown"])
def test_a_hopeless_row_is_an_incident_at_once_and_others_flow(
    database: Database, clock: Clock, put: Callable[..., str], kind: str
) -> None:
    bad, good = put(kind), put()

    def refuse(_delivery: Delivery) -> None:
        raise Poison("No such mailbox")

    handlers = {"test.poison": Handler(refuse), "test.mail": Handler(lambda _delivery: None)}
    deliver_due(database, handlers, worker="a", now=clock)
    assert _row(database, bad).state == "incident"
    assert _row(database, good).state == "done"


def test_an_incident_is_tried_again_or_dismissed_by_a_person_with_a_trail(
    database: Database, clock: Clock, put: Callable[..., str]
) -> None:
    first, second = put("test.unknown"), put("test.unknown")
    deliver_due(database, {}, worker="a", now=clock)
    with database.write() as session:
        retry_incident(session, first, actor=ADMIN, at=clock.at)
        dismiss_incident(session, second, reason="Told them by phone", actor=ADMIN, at=clock.at)
    with pytest.raises(IncidentNotFound), database.write() as session:
        retry_incident(session, second, actor=ADMIN, at=clock.at)
    deliver_due(database, {"test.unknown": Handler(lambda _delivery: None)}, worker="a", now=clock)
    assert (_row(database, first).state, _row(database, second).state) == ("done", "dismissed")
    with database.read() as session:
        told = [(entry.action, entry.data["reason"]) for entry in entries(session, "outbox", 0)]
    assert told == [("incident.retried", None), ("incident.dismissed", "Told them by phone")]


def test_a_worker_that_died_leaves_its_rows_to_others_when_the_lease_ends(
    database: Database, clock: Clock, put: Callable[..., str]
) -> None:
    row_id = put()
    assert len(claim(database, worker="dead", at=clock.at, limit=5)) == 1
    assert claim(database, worker="other", at=clock.at, limit=5) == []
    clock.at += LEASE
    (again,) = claim(database, worker="other", at=clock.at, limit=5)
    assert (again.id, again.attempts, again.fence) == (row_id, 2, 2)


@pytest.mark.parametrize("transactional", [True, False])
def test_a_frozen_worker_that_comes_back_cannot_act_finish_or_fail_its_row(
    database: Database, clock: Clock, put: Callable[..., str], transactional: bool
) -> None:
    """F9: fencing."""
    row_id = put()
    (stale,) = claim(database, worker="frozen", at=clock.at, limit=5)
    clock.at += LEASE
    (fresh,) = claim(database, worker="other", at=clock.at, limit=5)

    def write(delivery: Delivery) -> None:
        if transactional:
            queue(delivery.session, kind="test.late", payload={}, at=delivery.at)
        else:
            with delivery.fenced_write() as session:
                queue(session, kind="test.late", payload={}, at=delivery.at)

    handler = {"test.mail": Handler(write, transactional=transactional)}
    deliver(database, handler, stale, now=clock)
    assert (_row(database, row_id).state, _row(database, row_id).worker) == ("leased", "other")
    with database.read() as session:
        assert session.scalars(select(OutboxRow.kind).where(OutboxRow.kind == "test.late")).all() == []
    deliver(database, {"test.mail": Handler(lambda _delivery: None)}, fresh, now=clock)
    assert _row(database, row_id).state == "done"


def test_five_workers_deliver_every_row_exactly_once(database: Database, clock: Clock, put: Callable[..., str]) -> None:
    ids = {put() for _row in range(60)}
    seen: list[str] = []
    lock = Lock()

    def hear(delivery: Delivery) -> None:
        with lock:
            seen.append(delivery.row.id)

    handlers = {"test.mail": Handler(hear, transactional=False)}

    def work(number: int) -> None:
        while deliver_due(database, handlers, worker=str(number), now=clock, limit=7):
            pass

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(work, range(5)))
    assert sorted(seen) == sorted(ids)
