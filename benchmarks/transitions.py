"""B2: ``fire`` with rules, trail, idempotency key and outbox, against raw commits with the same driver and durability.

The workload is W6: six states, five actions, a guard on one, every transition in a commit of its own. The raw loop reads the
row, checks state and guard in Python, writes the new state and one row of history, and commits; nothing else.
"""

import multiprocessing
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select

from benchmarks import workload
from benchmarks.measuring import Plan, Result, in_turns
from benchmarks.rooms import KINDS, Room, open_database, room
from benchmarks.workload import ACTIONS, AT, SCORE, STATES, Case, make_cases
from supplier_quality.config import Settings
from supplier_quality.engine.fire import fire
from supplier_quality.outbox import OutboxRow
from supplier_quality.trail import TrailEntry

TARGET = 0.50
PROCESSES = (1, 4)


def run(plan: Plan) -> Iterator[Result]:
    workload.register()
    count = plan.size(400, 20)
    for kind in KINDS:
        for processes in PROCESSES:
            with room(kind) as place:
                workload.store_rules(place.database)
                pair = _Pair(place, count, processes)
                turns = in_turns(pair.ours, pair.raw, rounds=plan.rounds)
            yield Result(
                "B2",
                f"transitions, {kind}, {processes} process{'es' if processes > 1 else ''}",
                "transitions/s",
                turns.median(0),
                turns.median(1),
                turns.ratios(0, 1),
                target=TARGET,
                notes={"records": count, "processes": processes},
            )


class _Pair:
    """Both ways over ``count`` records, shared out to the processes."""

    def __init__(self, place: Room, count: int, processes: int) -> None:
        self._place, self._count, self._processes = place, count, processes

    def ours(self) -> float:
        ids = make_cases(self._place.database, self._count)
        shares = [ids[number :: self._processes] for number in range(self._processes)]
        took = _at_once(_fire_all, [(self._place.settings, share) for share in shares])
        self._check(ids)
        return len(ids) * len(ACTIONS) / took

    def raw(self) -> float:
        with closing(_connect(self._place.kind, self._where)) as connection:
            _make_raw_rows(connection, self._place.kind, self._count)
        ids = range(self._count)
        shares = [ids[number :: self._processes] for number in range(self._processes)]
        took = _at_once(_commit_all, [(self._place.kind, self._where, share) for share in shares])
        with closing(_connect(self._place.kind, self._where)) as connection:
            rows = connection.execute("SELECT state, count(*) FROM raw_record GROUP BY state").fetchall()
            history = connection.execute("SELECT count(*) FROM raw_history").fetchone()
        assert rows == [(STATES[-1], self._count)] and history == (self._count * len(ACTIONS),), (rows, history)
        return self._count * len(ACTIONS) / took

    @property
    def _where(self) -> str:
        return str(self._place.folder / "raw.db") if self._place.kind == "sqlite" else self._place.driver_url

    def _check(self, ids: Sequence[int]) -> None:
        """Every record went all the way, with an entry of the trail and an effect for each step."""
        steps = len(ids) * len(ACTIONS)
        with self._place.database.read() as session:
            ended = session.scalar(select(func.count()).where(Case.id.in_(ids), Case.state == STATES[-1]))
            told = session.scalar(select(func.count()).where(OutboxRow.record_id.in_(ids)))
            entries = session.scalar(
                select(func.count()).where(TrailEntry.record_kind == Case.subject_kind, TrailEntry.record_id.in_(ids))
            )
        assert (ended, told, entries) == (len(ids), steps, steps + len(ids)), (ended, told, entries)


def _at_once(work: Callable[..., None], shares: Sequence[tuple[Any, ...]]) -> float:
    """Seconds from the common start to the last end; one share runs here, several in processes of their own."""
    if len(shares) == 1:
        began: list[float] = []
        work(*shares[0], lambda: began.append(time.monotonic()))
        return time.monotonic() - began[0]
    context = multiprocessing.get_context("spawn")
    barrier, moments = context.Barrier(len(shares)), context.Queue()
    processes = [context.Process(target=_share, args=(work, share, barrier, moments)) for share in shares]
    for process in processes:
        process.start()
    times = [moments.get(timeout=300) for _process in processes]
    for process in processes:
        process.join()
    return max(end for _begin, end in times) - min(begin for begin, _end in times)


def _share(work: Callable[..., None], share: tuple[Any, ...], barrier: Any, moments: Any) -> None:
    workload.register()
    began: list[float] = []

    def begin() -> None:
        barrier.wait(120)
        # CLOCK_MONOTONIC is one clock for all processes of a machine.
        began.append(time.monotonic())

    work(*share, begin)
    moments.put((began[0], time.monotonic()))


def _fire_all(settings: Settings, ids: Sequence[int], begin: Callable[[], None]) -> None:
    database = open_database(settings)
    actor = workload.actor()
    with database.read() as session:
        cases = list(session.scalars(select(Case).where(Case.id.in_(ids)).order_by(Case.id)))
    # The connection and the rules are there before the clock starts, as in a server that has been running.
    with database.read() as session:
        session.get(Case, cases[0].id)
    begin()
    for action in ACTIONS:
        for case in cases:
            with database.write() as session:
                fire(session, case, action, actor=actor, at=AT, idempotency_key=f"bench-{action}")
    database.dispose()


def _connect(kind: str, where: str) -> Any:
    if kind == "sqlite":
        connection = sqlite3.connect(where, isolation_level=None, timeout=30)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection
    import psycopg

    return psycopg.connect(where)


def _make_raw_rows(connection: Any, kind: str, count: int) -> None:
    serial = "INTEGER PRIMARY KEY" if kind == "sqlite" else "BIGSERIAL PRIMARY KEY"
    for table in ("raw_record", "raw_history"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.execute("CREATE TABLE raw_record (id BIGINT PRIMARY KEY, state TEXT, version INT, score INT)")
    connection.execute(f"CREATE TABLE raw_history (id {serial}, record_id BIGINT, was TEXT, became TEXT, at TEXT)")
    for number in range(count):
        connection.execute(f"INSERT INTO raw_record VALUES ({number}, '{STATES[0]}', 1, {SCORE})")
    if kind != "sqlite":
        connection.commit()


def _commit_all(kind: str, where: str, ids: Sequence[int], begin: Callable[[], None]) -> None:
    mark = "?" if kind == "sqlite" else "%s"
    read = f"SELECT state, version, score FROM raw_record WHERE id = {mark}"
    write = f"UPDATE raw_record SET state = {mark}, version = version + 1 WHERE id = {mark} AND version = {mark}"
    keep = f"INSERT INTO raw_history (record_id, was, became, at) VALUES ({mark}, {mark}, {mark}, {mark})"
    with closing(_connect(kind, where)) as connection:
        connection.execute("SELECT count(*) FROM raw_record").fetchone()
        if kind != "sqlite":
            connection.commit()
        begin()
        for before, after in pairwise(STATES):
            for number in ids:
                if kind == "sqlite":
                    connection.execute("BEGIN IMMEDIATE")
                state, version, score = connection.execute(read, (number,)).fetchone()
                assert state == before and (after != "audit" or score >= 80)
                assert connection.execute(write, (after, number, version)).rowcount == 1
                connection.execute(keep, (number, before, after, "2026-11-20T09:00:00.000000Z"))
                if kind == "sqlite":
                    connection.execute("COMMIT")
                else:
                    connection.commit()
