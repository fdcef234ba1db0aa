"""F1 and F9: worker processes are killed and frozen while they deliver mails to a real server. Clocks are real."""

import asyncio
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from supplier_quality import clock
from supplier_quality.outbox.jobs import JobSlot
from supplier_quality.outbox.leases import LEASE
from tests.faults.company import BO, add_supplier, bring_to, take
from tests.faults.installation import Plant, plant
from tests.faults.invariants import check_invariants
from tests.faults.processes import wait_until
from tests.mail.smtp_server import Mailbox

UNTIL_LEASES_END = LEASE.total_seconds() + 60


def slow_down(mailbox: Mailbox, seconds: float) -> None:
    """Let the server think for a while before it answers, so that workers are mostly found in the middle of a mail."""
    take_mail = mailbox.handle_DATA

    async def take_slowly(*arguments: Any) -> str:
        answer = await take_mail(*arguments)
        await asyncio.sleep(seconds)
        return answer

    mailbox.handle_DATA = take_slowly  # type: ignore[method-assign]


@contextmanager
def people_at_work(running: Plant, *, suppliers: int, pause: float) -> Iterator[None]:
    """Meanwhile people invite, answer, approve and suspend: six mails for each supplier."""
    ended = threading.Event()
    faults: list[Exception] = []

    def work() -> None:
        try:
            for number in range(suppliers):
                now = clock.now()
                supplier = add_supplier(running.database, f"Acme {number}", at=now)
                bring_to(running.database, supplier, "approved", at=now)
                take(running.database, supplier, "suspend", BO, at=clock.now())
                if ended.wait(pause):
                    return
        except Exception as error:
            faults.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert not faults, faults


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_workers_lose_no_mail(kind: str, tmp_path: Path) -> None:
    """F1: a worker is killed at random moments, again and again; every mail comes, none more than twice."""
    chance = random.Random(f"F1 {kind}")
    with plant(kind, tmp_path) as running:
        slow_down(running.mailbox, 0.005)
        with people_at_work(running, suppliers=10_000, pause=0.1):
            for _kill in range(10):
                worker = running.start_worker()
                enough = len(running.mailbox.envelopes) + chance.randrange(5, 60)
                wait_until(
                    lambda enough=enough: len(running.mailbox.envelopes) >= enough,
                    seconds=UNTIL_LEASES_END,
                    what="the next mails",  # type: ignore[misc]
                )
                time.sleep(chance.random() * 0.1)
                running.kill(worker)
        last = running.start_worker()
        wait_until(lambda: not running.waiting(), seconds=UNTIL_LEASES_END, what="delivering everything")
        running.stop(last)
        assert len(running.mailbox.envelopes) > 200
        check_invariants(
            running.database,
            running.settings,
            at=clock.now(),
            inbox=running.mailbox.message_ids,
            crashes=running.crashes,
        )


@pytest.mark.long
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_worker_that_is_told_to_end_ends_between_two_acts(kind: str, tmp_path: Path) -> None:
    """Whatever it is doing: it ends by itself, holds no row and no lock, and the next one goes on."""
    chance = random.Random(f"ending {kind}")
    with plant(kind, tmp_path) as running, people_at_work(running, suppliers=10_000, pause=0.02):
        for told in (signal.SIGINT, signal.SIGTERM) * 2:
            worker = running.start_worker()
            enough = len(running.mailbox.envelopes) + chance.randrange(1, 20)
            wait_until(
                lambda enough=enough: len(running.mailbox.envelopes) >= enough,
                seconds=60,
                what="the next mails",  # type: ignore[misc]
            )
            time.sleep(chance.random() * 0.1)
            worker.send_signal(told)
            assert worker.wait(20) == 0
            assert not running.held_by(worker)
            assert _others_can_write(running, patience=60), "it ended, and its lock with it"


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "workers"), [("sqlite", 2), ("postgresql", 5)])
def test_a_frozen_worker_that_comes_back_cannot_act(kind: str, workers: int, tmp_path: Path) -> None:
    """F9: one of several workers is stopped until its leases have ended and others did its work; then it goes on."""
    with plant(kind, tmp_path) as running:
        slow_down(running.mailbox, 0.05)
        started = [running.start_worker() for _worker in range(workers)]
        with people_at_work(running, suppliers=40, pause=0.0):
            frozen = _freeze_one_that_holds_rows(running, started)
        held = running.held_by(frozen)
        wait_until(lambda: not running.waiting(), seconds=UNTIL_LEASES_END, what="doing the work of the frozen one")
        assert held, "it had rows in its hands"
        delivered = len(running.mailbox.envelopes)
        frozen.send_signal(signal.SIGCONT)
        time.sleep(3)
        assert len(running.mailbox.envelopes) <= delivered + 1, "it may end the conversation it was in, no more"

        now = clock.now()
        bring_to(running.database, add_supplier(running.database, "Late", at=now), "approved", at=now)
        wait_until(lambda: not running.waiting(), seconds=60, what="going on")
        for worker in started:
            running.stop(worker)
        check_invariants(
            running.database, running.settings, at=clock.now(), inbox=running.mailbox.message_ids, crashes=1
        )
        with running.database.read() as session:
            slots = session.scalars(select(JobSlot)).all()
        assert slots and all(slot.done_at for slot in slots)


def _others_can_write(running: Plant, *, patience: float = 0.5) -> bool:
    """SQLite has one write lock: a worker frozen in the moment it holds it stops everybody, which is not what is tested.

    ``patience`` in seconds: people at work hold the lock too, in turns, and it takes some until one of the gaps is met.
    """
    if not running.database.is_sqlite:
        return True
    connection = sqlite3.connect(str(running.database.url.database), timeout=patience, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


def _freeze_one_that_holds_rows(running: Plant, workers: list[Any]) -> Any:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for worker in workers:
            if running.held_by(worker) < 5:
                continue
            worker.send_signal(signal.SIGSTOP)
            # Between looking and stopping it may have finished.
            if running.held_by(worker) >= 2 and _others_can_write(running):
                return worker
            worker.send_signal(signal.SIGCONT)
        time.sleep(0.02)
    raise AssertionError("no worker was found with rows in its hands")
