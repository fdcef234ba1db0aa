"""Reading and writing sessions. This module is the only one that commits.

An edge (a request, a command, a job, a chunk of an import) opens :meth:`Database.read` or :meth:`Database.write`; what runs
inside never commits. On SQLite a writing session starts with BEGIN IMMEDIATE: with the default transaction two writers read
the same row, both write, and one update is lost without an error.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from supplier_quality import clock
from supplier_quality.persistence.prepared import Prepared

BUSY_MILLISECONDS = 30_000
# SQLite asks for a taken write lock ten times a second and has no queue: among many busy writers one may lose every time
# for half a minute. A writer that asks this often finds each gap between two others.
ASK_SECONDS = 0.002
TRUSTED_SECONDS = 1.0
# A process that was frozen in the middle of a transaction keeps its locks; PostgreSQL ends its session after this time,
# before the leases of outbox rows end, so that others can go on with its work.
FROZEN_MILLISECONDS = 90_000


class Database:
    """One database of the product and what its sessions carry.

    ``info`` is copied into ``session.info`` of every session: keys of the trail, settings that rows depend on.
    """

    def __init__(self, url: str, *, info: Mapping[str, Any] | None = None, pool_size: int = 10) -> None:
        self.url = make_url(url)
        self.info: dict[str, Any] = dict(info or {})
        # What may be kept for the life of the program because it never changes, shared by all sessions.
        self.info["cache"] = {}
        self.engine = _sqlite(url) if self.is_sqlite else _postgresql(url, pool_size)
        self._writer = self.engine.execution_options(writes=True)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def exists(self) -> bool:
        """Whether there is something to connect to: SQLite makes the file of a database that is only looked at."""
        place = self.url.database
        return not self.is_sqlite or place in (None, "", ":memory:") or Path(place).exists()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that never writes; what it changed is thrown away."""
        with Session(self.engine, info=dict(self.info), autoflush=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose work is committed when the block ends, or rolled back when it raises.

        Functions given to :func:`after_commit` run once the commit has succeeded.
        """
        with Session(self._writer, info=dict(self.info), expire_on_commit=False) as session:
            session.begin()
            yield session
            session.commit()
            for call in session.info.pop(_AFTER_COMMIT, ()):
                call()

    def dispose(self) -> None:
        self.engine.dispose()


_AFTER_COMMIT = "after_commit"
# Every request and every transition begins with one of these.
_BEGIN_WRITING, _BEGIN_READING = Prepared(text("BEGIN IMMEDIATE")), Prepared(text("BEGIN"))
_ASK_ONCE, _WAIT = "PRAGMA busy_timeout=0", f"PRAGMA busy_timeout={BUSY_MILLISECONDS}"


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Run ``call`` once the session's work is safely stored; never when it is rolled back."""
    session.info.setdefault(_AFTER_COMMIT, []).append(call)


def _sqlite(url: str) -> Engine:
    # A pool would keep connections of ended threads; SQLite opens a file in microseconds only when it is pooled per
    # thread, so the default queue pool stays and the driver's own transaction handling is switched off instead.
    engine = create_engine(url, connect_args={"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False})
    if engine.url.database in (None, "", ":memory:"):
        raise ValueError("The product keeps its rows in a file or on a server, not in memory.")

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute(_WAIT)
        _turn_to_wal(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "checkin")
    def end(connection: sqlite3.Connection | None, _record: object) -> None:
        # SQLAlchemy takes a COMMIT that failed for the end of the transaction, but SQLite's stays open (disk full):
        # back in the pool, the connection would hold the only write lock for good. It is kept, because opening another
        # needs room on the disk.
        if connection is not None and connection.in_transaction:
            connection.rollback()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            _begin_writing(connection)
        else:
            _BEGIN_READING.run(connection, {})

    return engine


def _turn_to_wal(connection: sqlite3.Connection) -> None:
    """A new file is turned by whoever opens it first; others that open it at that moment are refused by SQLite without waiting."""
    last = clock.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or clock.monotonic() > last:
                raise
            sleep(ASK_SECONDS)
        else:
            return


def _begin_writing(connection: Connection) -> None:
    """Begin once no other writer is at work; raises SQLite's "database is locked" after ``BUSY_MILLISECONDS``."""
    driver: Any = connection.connection.driver_connection
    last = clock.monotonic() + BUSY_MILLISECONDS / 1000
    driver.execute(_ASK_ONCE)
    try:
        while True:
            try:
                _BEGIN_WRITING.run(connection, {})
            except OperationalError as error:
                busy = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or clock.monotonic() > last:
                    raise
                sleep(ASK_SECONDS)
            else:
                return
    finally:
        driver.execute(_WAIT)


def _postgresql(url: str, pool_size: int) -> Engine:
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={
            "application_name": "supplier-quality",
            "options": f"-c idle_in_transaction_session_timeout={FROZEN_MILLISECONDS}",
        },
    )

    @event.listens_for(engine, "checkin")
    def remember(connection: Any, record: Any) -> None:
        # After a COMMIT that failed before it was sent the transaction is still open, see the same place for SQLite.
        if connection is not None and not connection.closed:
            connection.rollback()
        record.info["used_at"] = clock.monotonic()

    @event.listens_for(engine, "checkout")
    def ask_if_alive(connection: Any, record: Any, _proxy: object) -> None:
        # A connection the server closed meanwhile is replaced before use, not found out by a user. Asking costs a round
        # trip, so one that was used a moment ago is trusted.
        if clock.monotonic() - record.info.get("used_at", clock.monotonic()) < TRUSTED_SECONDS:
            return
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except connection_errors() as error:
            raise DisconnectionError from error

    return engine


def connection_errors() -> tuple[type[Exception], ...]:
    """What the PostgreSQL driver raises when the server is gone."""
    import psycopg

    return (psycopg.OperationalError, psycopg.InterfaceError)


def plain_engine(url: str) -> Engine:
    """An engine without pool, for migrations and tools that hold one connection for long."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url)
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
