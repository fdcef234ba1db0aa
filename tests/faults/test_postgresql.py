"""F12: connections to PostgreSQL are ended, the server is restarted and paused, while people and a worker are at work."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from supplier_quality import clock, features
from supplier_quality.config import Settings
from supplier_quality.engine.refusals import Refused
from supplier_quality.persistence import Database, schema
from supplier_quality.suppliers.models import Supplier
from supplier_quality.worker import Worker
from tests.faults.cluster import own_cluster
from tests.faults.company import ANN, add_supplier, found_company, take, work_off
from tests.faults.invariants import check_invariants
from tests.support import settings_for

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]
CLERKS = 3


@dataclass
class Log:
    """What people met: when a request was answered, when one failed and how."""

    done: list[float] = field(default_factory=list)
    failed: list[tuple[float, str]] = field(default_factory=list)

    def failures_since(self, moment: float) -> int:
        return sum(at >= moment for at, _why in self.failed)


@contextmanager
def people_and_a_worker(database: Database, settings: Settings, suppliers: list[int]) -> Iterator[Log]:
    """Each clerk withdraws and reopens a supplier of theirs, over and over; a failed request is sent again with its key."""
    log, ended = Log(), threading.Event()

    def request(supplier: int, action: str, key: str) -> None:
        while not ended.is_set():
            try:
                take(database, supplier, action, ANN, at=clock.now(), key=key)
            except DBAPIError as error:
                log.failed.append((time.monotonic(), str(error.orig)))
                ended.wait(0.05)
                continue
            log.done.append(time.monotonic())
            return

    def clerk(supplier: int) -> None:
        number = 0
        while not ended.is_set():
            for action in ("withdraw", "reopen"):
                number += 1
                try:
                    request(supplier, action, f"{supplier}-{number}")
                except Refused as refused:
                    log.failed.append((time.monotonic(), f"twice: {refused}"))
            ended.wait(0.02)

    def work() -> None:
        worker = Worker(settings, database)
        while not ended.is_set():
            worker.tick()
            ended.wait(0.2)

    threads = [threading.Thread(target=clerk, args=(supplier,)) for supplier in suppliers]
    threads.append(threading.Thread(target=work))
    for thread in threads:
        thread.start()
    try:
        yield log
    finally:
        ended.set()
        for thread in threads:
            thread.join(60)


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Database, object]]:
    folder = tmp_path_factory.mktemp("f12")
    with own_cluster() as cluster:
        settings = settings_for(folder / "home", cluster.url)
        database = features.open_database(settings)
        schema.upgrade(database)
        found_company(database, at=clock.now())
        yield settings, database, cluster
        database.dispose()


def test_ended_connections_restart_and_pause(served: tuple[Settings, Database, object], tmp_path: Path) -> None:
    """F12: at most one failed request per ended connection, and back at work within five seconds each time."""
    settings, database, server = served
    suppliers = [add_supplier(database, f"Acme {n}", at=clock.now()) for n in range(CLERKS)]
    with people_and_a_worker(database, settings, suppliers) as log:
        _wait_for_work(log)
        for _round in range(5):
            begun = time.monotonic()
            ended = _end_connections(str(database.url.render_as_string(hide_password=False)))
            _recovers(log, within=5)
            assert log.failures_since(begun) <= ended

        begun = time.monotonic()
        server.restart()  # type: ignore[attr-defined]
        _recovers(log, within=5)
        assert log.failures_since(begun), "a restart is noticed"

        begun = time.monotonic()
        with server.paused():  # type: ignore[attr-defined]
            time.sleep(30)
        _recovers(log, within=5)
        assert log.failures_since(begun) == 0, "who waits is answered when the server goes on"
    assert not [why for _at, why in log.failed if why.startswith("twice")]
    at = _settle(database, settings)
    check_invariants(database, settings, at=at)
    with database.read() as session:
        assert {session.get_one(Supplier, supplier).state for supplier in suppliers} <= {"prospect", "withdrawn"}


def _settle(database: Database, settings: Settings) -> datetime:
    """Rows of ticks that broke off come back when their leases end."""
    at = clock.now() + timedelta(minutes=20)
    work_off(database, settings, at=at)
    return at


def _wait_for_work(log: Log) -> None:
    end = time.monotonic() + 20
    while len(log.done) < 10:
        assert time.monotonic() < end, log.failed[-3:]
        time.sleep(0.05)


def _recovers(log: Log, *, within: float) -> None:
    """Several requests in a row are answered soon."""
    begun, before = time.monotonic(), len(log.done)
    while len(log.done) < before + 2 * CLERKS:
        assert time.monotonic() < begun + within, f"not back after {within} s: {log.failed[-3:]}"
        time.sleep(0.02)


def _end_connections(url: str) -> int:
    """End every connection of the product; how many there were."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    query = (
        "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'supplier-quality') AS ended"
    )
    with engine.connect() as connection:
        return int(connection.scalar(text(query)) or 0)
