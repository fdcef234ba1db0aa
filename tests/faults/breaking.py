"""Breaking one statement on its way to the database, between SQLAlchemy and the driver.

The driver's own connection and cursor classes are replaced by ones that count what is sent and break the statement with a
chosen number. Nothing of the product knows of it.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import psycopg
from sqlalchemy import event

from supplier_quality.persistence import Database


class Way(StrEnum):
    """How a statement, or the commit, breaks."""

    REFUSED = "refused before it was sent"
    ANSWER_LOST = "carried out, but the answer was lost"
    GONE_BEFORE = "the connection broke before it was sent"
    GONE_AFTER = "the connection broke after it was carried out"


@dataclass
class Breaker:
    """Counts statements and commits while armed; breaks number ``target`` in its ``way``."""

    target: int = 0
    way: Way = Way.REFUSED
    seen: int = 0
    armed: bool = False
    broken: str | None = None
    statements: list[str] = field(default_factory=list)

    @contextmanager
    def breaking(self, target: int, way: Way) -> Iterator[None]:
        """Break the statement number ``target``, counted from 1, of what is done inside; 0 only counts."""
        self.target, self.way, self.seen, self.broken, self.armed = target, way, 0, None, True
        self.statements.clear()
        try:
            yield
        finally:
            self.armed = False

    def send(self, what: str, call: Callable[[], Any], *, hang_up: Callable[[], None], error: type[Exception]) -> Any:
        if not self.armed:
            return call()
        self.seen += 1
        self.statements.append(what)
        if self.seen != self.target:
            return call()
        self.broken = what
        if self.way in (Way.ANSWER_LOST, Way.GONE_AFTER):
            call()
        if self.way in (Way.GONE_BEFORE, Way.GONE_AFTER):
            hang_up()
        raise error(f"broken on purpose: {self.way}")


def attach_breaker(database: Database) -> Breaker:
    """Let new connections of this database pass through a breaker."""
    breaker = Breaker()
    # Connections made before would not pass through it.
    database.engine.dispose()

    @event.listens_for(database.engine, "do_connect")
    def connect(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> Any:
        if database.is_sqlite:
            return sqlite3.connect(*arguments, **options, factory=_sqlite_connection(breaker))
        return _postgres_connection(breaker).connect(*arguments, **options)

    return breaker


def _sqlite_connection(breaker: Breaker) -> type[sqlite3.Connection]:
    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *values: Any) -> Any:
            return self._send(sql, lambda: super(Cursor, self).execute(sql, *values))

        def executemany(self, sql: str, *values: Any) -> Any:
            return self._send(sql, lambda: super(Cursor, self).executemany(sql, *values))

        def _send(self, sql: str, call: Callable[[], Any]) -> Any:
            return breaker.send(sql, call, hang_up=self.connection.rollback, error=sqlite3.OperationalError)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = None) -> Any:
            return super().cursor(Cursor)

        def commit(self) -> None:
            breaker.send("COMMIT", super().commit, hang_up=self.rollback, error=sqlite3.OperationalError)

    return Connection


def _postgres_connection(breaker: Breaker) -> type[psycopg.Connection[Any]]:
    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, *values: Any, **options: Any) -> Any:
            return self._send(query, lambda: super(Cursor, self).execute(query, *values, **options))

        def executemany(self, query: Any, *values: Any, **options: Any) -> Any:
            return self._send(query, lambda: super(Cursor, self).executemany(query, *values, **options))

        def _send(self, query: Any, call: Callable[[], Any]) -> Any:
            return breaker.send(str(query), call, hang_up=self.connection.pgconn.finish, error=psycopg.OperationalError)

    class Connection(psycopg.Connection[Any]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.cursor_factory = Cursor

        def commit(self) -> None:
            breaker.send("COMMIT", super().commit, hang_up=self.pgconn.finish, error=psycopg.OperationalError)

    return Connection
