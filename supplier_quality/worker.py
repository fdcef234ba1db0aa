"""The worker: takes due timers, delivers effects, runs jobs. Inside the server with SQLite; any number of processes with PostgreSQL.

APScheduler only ticks, with a job store in memory; what is due stands in rows. Several workers may tick at once: rows are
claimed, and a worker that was frozen finds that its claim is gone.
"""

import asyncio
import math
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import copy_context
from datetime import datetime
from types import FrameType
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from supplier_quality import clock, features, outbox
from supplier_quality.config import Settings
from supplier_quality.engine.registry import registry
from supplier_quality.engine.timers import BATCH, take_due_timers
from supplier_quality.outbox import heartbeat
from supplier_quality.persistence import Database

log = structlog.get_logger("worker")

# One tick ends after so many batches, so that jobs and the heartbeat get their turn under a flood of effects.
BATCHES_PER_TICK = 20
BATCH_OF_EFFECTS = 100
# Threads that deliver when there is more than one batch to do.
SENDERS = 2
# How soon a worker that waits for calls notices that it shall end.
LOOK_UP_SECONDS = 0.2


class Worker:
    """One worker of one database. ``tick`` does everything that is due now, once."""

    def __init__(self, settings: Settings, database: Database, *, now: Callable[[], datetime] = clock.now) -> None:
        features.load_runtime()
        self.settings = settings
        self.database = database
        self.now = now
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"[-80:]
        self.jobs: tuple[outbox.Job, ...] = tuple(job for module in features.modules("jobs") for job in module.JOBS)
        self._ledger = outbox.Ledger(settings.home)
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="sender")
        self._ending = False
        self._ticking = threading.Lock()
        self._last_beat: datetime | None = None

    @property
    def ending(self) -> bool:
        """Whether it shall end: it begins no further batch and no further job."""
        return self._ending

    def end(self) -> None:
        """Let it end soon. Takes no lock: a signal calls this in the middle of anything, also of whoever holds the lock."""
        self._ending = True

    def tick(self) -> int:
        """Take timers, deliver effects and run jobs that are due; how much was done. Never raises: the next tick tries again."""
        if not self._ticking.acquire(blocking=False):
            return 0
        try:
            return self._beat() + self._take_timers() + self._deliver() + self._run_jobs()
        except Exception:
            log.exception("tick_failed", worker=self.name)
            return 0
        finally:
            self._ticking.release()

    def deliver_rows(self, ids: list[str]) -> None:
        """Deliver these rows now, as told by another process."""
        outbox.deliver_these(
            self.database,
            registry.effects,
            ids,
            worker=self.name,
            now=self.now,
            journal=self._ledger,
        )

    def say_goodbye(self) -> None:
        self._senders.shutdown()
        with self.database.write() as session:
            heartbeat.say_goodbye(session, self.name, at=self.now())

    def _beat(self) -> int:
        at = self.now()
        if self._last_beat is None or abs(at - self._last_beat) >= heartbeat.BEAT:
            with self.database.write() as session:
                heartbeat.beat(session, self.name, at=at)
            self._last_beat = at
        return 0

    def _take_timers(self) -> int:
        taken = 0
        for _batch in range(BATCHES_PER_TICK):
            count = take_due_timers(self.database, at=self.now())
            taken += count
            if count < BATCH or self.ending:
                break
        return taken

    def _deliver(self) -> int:
        delivered = self._deliver_batch()
        if not delivered:
            return 0
        if self.ending:
            return delivered
        if delivered < BATCH_OF_EFFECTS:
            return delivered + self._deliver_batches()
        # While one thread waits for the mail server, the other writes the next mails and their rows.
        running = [self._senders.submit(copy_context().run, self._deliver_batches) for _sender in range(SENDERS)]
        return delivered + sum(sender.result() for sender in running)

    def _deliver_batches(self) -> int:
        delivered = 0
        for _batch in range(BATCHES_PER_TICK):
            count = self._deliver_batch()
            delivered += count
            if not count or self.ending:
                break
        return delivered

    def _deliver_batch(self) -> int:
        return outbox.deliver_due(
            self.database,
            registry.effects,
            worker=self.name,
            now=self.now,
            limit=BATCH_OF_EFFECTS,
            journal=self._ledger,
        )

    def _run_jobs(self) -> int:
        return outbox.run_due_jobs(
            self.database,
            self.jobs,
            worker=self.name,
            zone=self.settings.timezone,
            now=self.now,
            enough=lambda: self.ending,
        )


def start_embedded(settings: Settings, database: Database) -> Callable[[], None]:
    """Run a worker in threads of this process; the function that stops it."""
    worker = Worker(settings, database)
    called = threading.Event()
    ended = threading.Event()
    # A change that owes something is delivered at once, not at the next tick.
    database.info["wake_workers"] = lambda _ids: called.set()
    scheduler = _ticking(called.set, settings.poll_seconds)

    def work() -> None:
        while not ended.is_set():
            called.wait()
            called.clear()
            if not ended.is_set():
                worker.tick()

    thread = threading.Thread(target=work, name="worker", daemon=True)
    thread.start()
    called.set()

    def stop() -> None:
        scheduler.shutdown(wait=False)
        worker.end()
        ended.set()
        called.set()
        thread.join(timeout=25)
        worker.say_goodbye()

    return stop


def run(settings: Settings) -> None:
    """Run a worker process until SIGINT or SIGTERM; what is being done is finished. Only in the main thread."""
    database = features.open_database(settings)
    worker = Worker(settings, database)
    with _told_by_signals(worker.end):
        log.info("worker_started", worker=worker.name)
        scheduler = _ticking(worker.tick, settings.poll_seconds)
        try:
            worker.tick()
            if database.is_sqlite:
                _wait(worker)
            else:
                _listen(database, worker)
        finally:
            scheduler.shutdown(wait=True)
            worker.say_goodbye()
            database.dispose()
            log.info("worker_stopped", worker=worker.name)


@contextmanager
def _told_by_signals(end: Callable[[], None]) -> Iterator[None]:
    """A signal that raised wherever the program just is would leave a transaction open, and with SQLite everybody waits for it."""

    def tell(_signal: int, _frame: FrameType | None) -> None:
        end()

    before = {number: signal.signal(number, tell) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(worker: Worker, seconds: float = math.inf) -> None:
    """Until the worker shall end, at most so long. By looking: an event set by a signal blocks whoever just begins to wait for it."""
    until = clock.monotonic() + seconds
    while not worker.ending and clock.monotonic() < until:
        time.sleep(LOOK_UP_SECONDS)


def _listen(database: Database, worker: Worker) -> None:
    """Wait for calls of other processes. A lost connection is only slower: the ticks go on."""
    while not worker.ending:
        try:
            asyncio.run(_hear(database, worker))
        except Exception as error:
            log.warning("calls_not_heard", worker=worker.name, error=str(error))
            _wait(worker, worker.settings.poll_seconds)


async def _hear(database: Database, worker: Worker) -> None:
    from supplier_quality.outbox.calling import QUEUE, listening_app

    async with listening_app(database, worker.deliver_rows).open_async() as app:
        hearing = asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE],
                name=worker.name,
                concurrency=2,
                install_signal_handlers=False,
                delete_jobs="always",
            )
        )
        while not worker.ending and not hearing.done():
            await asyncio.sleep(LOOK_UP_SECONDS)
        # It finishes the jobs in its hands before it ends.
        hearing.cancel()
        with suppress(asyncio.CancelledError):
            await hearing


def _ticking(call: Callable[[], Any], seconds: float) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    scheduler.add_job(call, "interval", seconds=seconds, misfire_grace_time=None)
    scheduler.start()
    return scheduler
