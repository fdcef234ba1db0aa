"""Statements written in SQLAlchemy Core, compiled once per database and run straight on the driver.

For the few statements on the hottest path (``engine.fire``): Core's own work per execution is several times the driver's.
Errors come out as SQLAlchemy's, so that callers need not know the difference.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable

Values = Mapping[str, Any]

COPIED_FROM = 1_000
"""So many rows or more are streamed to PostgreSQL."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement's text for one database and how its values are put in. ``order`` is None for named parameters."""

    sql: str
    order: tuple[str, ...] | None
    convert: Mapping[str, Callable[[Any], Any]]

    def bind(self, values: Values) -> Any:
        convert = self.convert
        if self.order is None:
            return {name: convert[name](value) if name in convert else value for name, value in values.items()}
        return [convert[name](values[name]) if name in convert else values[name] for name in self.order]

    def bind_many(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        """The values of many rows, given column by column."""
        order = self.order if self.order is not None else tuple(columns)
        lines = zip(*(_converted(columns[name], self.convert.get(name)) for name in order), strict=True)
        return list(lines) if self.order is not None else [dict(zip(order, line, strict=True)) for line in lines]


def _converted(values: Sequence[Any], convert: Callable[[Any], Any] | None) -> Sequence[Any]:
    if convert is None:
        return values
    first = values[0]
    # The rows of one act share its moment.
    if all(value is first for value in values):
        return [convert(first)] * len(values)
    return [convert(value) for value in values]


def _copy(cursor: Any, table: Table, compiled: _Compiled, columns: Mapping[str, Sequence[Any]]) -> None:
    """PostgreSQL takes many rows several times faster as one stream than as statements."""
    quoted = [f'"{table.c[name].name}"' for name in columns]
    converted = [_converted(values, compiled.convert.get(name)) for name, values in columns.items()]
    with cursor.copy(f'COPY "{table.name}" ({", ".join(quoted)}) FROM STDIN') as copy:
        for line in zip(*converted, strict=True):
            copy.write_row(line)


class Prepared:
    """One statement with named parameters, compiled when a dialect first needs it."""

    def __init__(
        self, statement: Executable, columns: Sequence[str] | None = None, *, table: Table | None = None
    ) -> None:
        """``columns`` names the columns an INSERT fills or an UPDATE sets from values given at run time.

        ``table`` is given when the statement does nothing but insert these columns into it, so that many rows may also
        be copied into it.
        """
        self.table = table
        self.statement = statement
        self.columns = list(columns) if columns is not None else None
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, values: Values) -> Any:
        """Execute with these values; the driver's cursor. Its rows are as the driver gives them."""
        compiled = self.compiled(connection.dialect)
        bound = compiled.bind(values)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(compiled.sql, bound)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _as_sqlalchemy(connection, compiled.sql, bound, error) from error
        return cursor

    def run_many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Execute once per row in one call of the driver."""
        if rows:
            names = rows[0] if self.table is None else self.columns or rows[0]
            self.run_columns(connection, {name: [row[name] for row in rows] for name in names})

    def run_columns(self, connection: Connection, columns: Mapping[str, Sequence[Any]]) -> None:
        """As :meth:`run_many`, with the values of all rows column by column; there is at least one row."""
        compiled = self.compiled(connection.dialect)
        cursor = connection.connection.cursor()
        count = len(next(iter(columns.values())))
        try:
            if self.table is not None and count >= COPIED_FROM and hasattr(cursor, "copy"):
                _copy(cursor, self.table, compiled, columns)
            else:
                cursor.executemany(compiled.sql, compiled.bind_many(columns))
        except connection.dialect.loaded_dbapi.Error as error:
            raise _as_sqlalchemy(connection, compiled.sql, None, error) from error

    def compiled(self, dialect: Dialect) -> _Compiled:
        known = self._compiled.get(dialect.name)
        if known is None:
            built: Any = self.statement.compile(dialect=dialect, column_keys=self.columns)  # type: ignore[attr-defined]
            convert = {name: call for name, call in built._bind_processors.items() if call is not None}
            order = tuple(built.positiontup) if built.positional else None
            known = self._compiled[dialect.name] = _Compiled(str(built), order, convert)
        return known


class Writes:
    """Several prepared statements sent together: with PostgreSQL in one round trip instead of one each."""

    def __init__(self) -> None:
        self._statements: list[tuple[Prepared, Values]] = []

    def add(self, prepared: Prepared, values: Values) -> None:
        self._statements.append((prepared, values))

    def run(self, connection: Connection) -> list[int]:
        """Execute all in order; how many rows each touched."""
        driver: Any = connection.connection.driver_connection
        pipeline = getattr(driver, "pipeline", None)
        if pipeline is None:
            return [prepared.run(connection, values).rowcount for prepared, values in self._statements]
        try:
            with pipeline():
                cursors = [prepared.run(connection, values) for prepared, values in self._statements]
        except connection.dialect.loaded_dbapi.Error as error:
            raise _as_sqlalchemy(connection, "pipeline", None, error) from error
        return [cursor.rowcount for cursor in cursors]


def _as_sqlalchemy(connection: Connection, sql: str, bound: Any, error: Exception) -> Exception:
    """The error as SQLAlchemy would raise it; a connection that broke is not used again."""
    dialect = connection.dialect
    broken = dialect.is_disconnect(error, connection.connection, None)  # type: ignore[arg-type]
    if broken:
        connection.invalidate(error)
    return DBAPIError.instance(
        sql, bound, error, dialect.loaded_dbapi.Error, connection_invalidated=broken, dialect=dialect
    )
