"""F1: workers that mail are killed at random moments, again and again."""

import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from benchmarks.smtp_sink import Sink, sink
from supplier_quality import clock
from supplier_quality.config import Settings
from supplier_quality.mail import MailMessage, MailState, Recipient, queue_mail
from supplier_quality.outbox import Ledger, OutboxRow, OutboxState, waiting_rows
from supplier_quality.outbox.leases import LEASE
from supplier_quality.persistence import Database
from tests.mail.conftest import NOTICE, RECORD, add_user
from tests.starting import Started, start

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

MAILS = 1_500
WORKERS = 2
GENERATIONS = 12
MOST_GENERATIONS_TO_END = 10
ROOT = Path(__file__).parents[2]


@contextmanager
def _workers(settings: Settings, port: int, *, generation: int) -> Iterator[list[Started]]:
    ahead = generation * (LEASE.total_seconds() + 1)
    arguments = [str(settings.home), settings.database_url, str(port), str(ahead)]
    log = settings.home / "workers.log"
    running = [start("tests.outbox.mailing_worker", *arguments, out=log, folder=ROOT) for _worker in range(WORKERS)]
    try:
        yield running
    finally:
        for worker in running:
            worker.kill()
            worker.wait()


def _owe_mails(database: Database, at: datetime) -> None:
    with database.write() as session:
        people = [add_user(session, f"Person {n}", f"person{n}@plant.example", at) for n in range(50)]
        for number in range(MAILS):
            queue_mail(
                session,
                template="layout/notice",
                recipient=Recipient.user(people[number % len(people)]),
                record=RECORD,
                at=at,
                values={**NOTICE, "title": f"Notice {number}"},
            )


def _kill_while_mailing(workers: list[Started], server: Sink, chance: random.Random) -> int:
    """Wait until this generation mails, then kill it at a random moment; how many were still there to be killed."""
    wanted = server.copies().total() + chance.randint(1, MAILS // GENERATIONS)
    while server.copies().total() < wanted and any(worker.poll() is None for worker in workers):
        time.sleep(0.005)
    killed = 0
    for worker in workers:
        if worker.poll() is None:
            worker.send_signal(signal.SIGKILL)
            killed += 1
        worker.wait()
    return killed


def _nothing_waits(database: Database) -> bool:
    with database.read() as session:
        return not waiting_rows(session, at=clock.now())[0]


def test_however_often_workers_are_killed_no_mail_is_lost_and_none_is_repeated_more_than_once_a_kill(
    database: Database, settings: Settings, at: datetime
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    _owe_mails(database, at)
    kills = 0
    with sink() as server:
        for generation in range(GENERATIONS):
            with _workers(settings, server.port, generation=generation) as workers:
                kills += _kill_while_mailing(workers, server, chance)
        for generation in range(GENERATIONS, GENERATIONS + MOST_GENERATIONS_TO_END):
            with _workers(settings, server.port, generation=generation) as workers:
                assert [worker.wait(timeout=300) for worker in workers] == [0] * WORKERS
            if _nothing_waits(database):
                break
        copies = server.copies()

    repeats = copies.total() - MAILS
    print(f"{kills} kills, {repeats} repeats")
    assert kills > GENERATIONS
    assert len(copies) == MAILS, "a mail was lost"
    assert max(copies.values()) <= 2
    assert repeats <= kills
    with database.read() as session:
        rows = session.scalars(select(OutboxRow)).all()
        messages = session.scalars(select(MailMessage)).all()
    assert {row.state for row in rows} == {OutboxState.DONE}
    assert {message.state for message in messages} == {MailState.SENT}
    assert {message.message_id for message in messages} == set(copies)
    assert Ledger(settings.home).ids() == {row.id for row in rows}
