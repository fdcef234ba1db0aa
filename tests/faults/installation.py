"""A whole installation for experiments with real processes: migrated database, mail server, workers that can be killed."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any

import pytest
from sqlalchemy import func, select

from supplier_quality import clock, features
from supplier_quality.config import Settings
from supplier_quality.engine.models import Timer
from supplier_quality.outbox import OutboxRow
from supplier_quality.outbox.calling import prepare_schema
from supplier_quality.outbox.models import WAITING
from supplier_quality.persistence import Database, schema
from tests.faults.company import found_company
from tests.faults.processes import wait_until
from tests.mail.smtp_server import HOST, Mailbox, smtp_server
from tests.starting import Started, start
from tests.support import empty_database, settings_for

ROOT = Path(__file__).resolve().parents[2]


def mailing_settings(home: Path, url: str, port: int, **changes: Any) -> Settings:
    """Settings of an installation that sends its mails to the server at ``port``."""
    given = {"smtp_host": HOST, "smtp_port": port, "mail_from": "Quality <quality@plant.example>", **changes}
    return settings_for(home, url, **given)


@dataclass
class Plant:
    """A running installation. ``crashes`` counts the workers that were killed."""

    settings: Settings
    database: Database
    mailbox: Mailbox
    crashes: int = 0
    workers: list[Started] = field(default_factory=list)

    def log_of(self, place: int) -> Path:
        return self.settings.home / f"worker-{place}.log"

    def start_worker(self) -> Started:
        settings, log = self.settings, self.log_of(len(self.workers))
        arguments = [str(settings.home), settings.database_url, str(settings.smtp_port), "0.2"]
        worker = start("tests.faults.worker_child", *arguments, out=log, folder=ROOT)
        self.workers.append(worker)
        return worker

    def kill(self, worker: Started) -> None:
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
        self.crashes += 1

    def stop(self, worker: Started) -> None:
        """Tell a worker to end. Before it has begun it would not hear of it: a job in the background is born deaf to SIGINT."""
        log = self.log_of(self.workers.index(worker))

        def has_begun() -> bool:
            return log.exists() and "worker_started" in log.read_text(encoding="utf-8")

        wait_until(lambda: has_begun() or worker.poll() is not None, seconds=60, what="the start of a worker")
        worker.send_signal(signal.SIGINT)
        try:
            worker.wait(30)
        except TimeoutExpired:
            worker.send_signal(signal.SIGUSR1)
            time.sleep(1)
            pytest.fail("A worker did not end; what it did:\n" + log.read_text(encoding="utf-8")[-8_000:])

    def waiting(self) -> int:
        """How much is due and not done."""
        now = clock.now()
        with self.database.read() as session:
            rows = select(func.count()).select_from(OutboxRow).where(OutboxRow.state.in_(WAITING))
            due = select(func.count()).select_from(Timer).where(Timer.due_at <= now)
            return (session.scalar(rows) or 0) + (session.scalar(due) or 0)

    def held_by(self, worker: Started) -> int:
        """How many rows this worker has leased."""
        mine = OutboxRow.worker.contains(f":{worker.pid}:")
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(OutboxRow).where(mine)) or 0


@contextmanager
def installed(kind: str, folder: Path) -> Iterator[tuple[Settings, Database]]:
    """An empty installation as ``init`` makes it, with the company of the tests."""
    with empty_database(kind, folder / "database") as bare:
        settings = settings_for(folder / "home", bare.url.render_as_string(hide_password=False))
        database = features.open_database(settings)
        schema.upgrade(database)
        if not database.is_sqlite:
            prepare_schema(database)
        found_company(database, at=clock.now())
        yield settings, database
        database.dispose()


@contextmanager
def plant(kind: str, folder: Path) -> Iterator[Plant]:
    """An installation with a real mail server. Workers that still run at the end are killed."""
    with smtp_server() as (mailbox, port), installed(kind, folder) as (bare, database):
        settings = mailing_settings(bare.home, bare.database_url, port)
        database.info["settings"] = settings
        running = Plant(settings, database, mailbox)
        try:
            yield running
        finally:
            for worker in running.workers:
                if worker.poll() is None:
                    os.kill(worker.pid, signal.SIGCONT)
                    worker.kill()
                    worker.wait(10)
