"""What a database is made of and what it holds, to compare before and after migrations."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, MetaData, Table, func, insert, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from supplier_quality.persistence import Database
from tests.support import AT

Schema = Mapping[str, list[tuple[Any, ...]]]
VERSIONS = "alembic_version"

# Columns by their order, not by their number: PostgreSQL gives a column that comes back a new one.
_POSTGRESQL = (
    "SELECT table_name, 'column', rank() OVER (PARTITION BY table_name ORDER BY ordinal_position), column_name, data_type,"
    " character_maximum_length, is_nullable, column_default, collation_name FROM information_schema.columns"
    " WHERE table_schema = 'public'",
    "SELECT tablename, 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT conrelid::regclass::text, 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "SELECT tgrelid::regclass::text, 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT '', 'function', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "SELECT '', 'sequence', sequencename FROM pg_sequences WHERE schemaname = 'public'",
)
# What was written to make a table is no measure: to take a column away SQLite makes the table anew.
_SQLITE = (
    "SELECT m.name, 'column', c.cid, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk"
    " FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table'",
    'SELECT m.name, \'foreign key\', f."table", f.seq, f."from", f."to", f.on_update, f.on_delete'
    " FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
    "SELECT name, 'kind', type, wr, strict FROM pragma_table_list",
    "SELECT tbl_name, type, name, replace(sql, '\"', '') FROM sqlite_master WHERE type IN ('index', 'trigger', 'view')",
)


def schema_of(database: Database) -> Schema:
    """Everything the database itself says of its tables, by table; under no name what belongs to none."""
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    with database.engine.connect() as connection:
        for query in _SQLITE if database.is_sqlite else _POSTGRESQL:
            for table, *rest in connection.exec_driver_sql(query):
                found[table].append(tuple(rest))
        if database.is_sqlite:
            look = inspect(connection)
            for table in look.get_table_names():
                found[table] += [("check", one["name"], one["sqltext"]) for one in look.get_check_constraints(table)]
                found[table] += [
                    ("unique", one["name"], *one["column_names"]) for one in look.get_unique_constraints(table)
                ]
    tables = {table for table in found if table != VERSIONS and not table.startswith("sqlite_")}
    return {table: sorted(found[table], key=repr) for table in tables}


def rows_of(database: Database) -> dict[str, tuple[int, str]]:
    """Of every table how many rows it has and one hash of all of them, whatever their order."""
    with database.engine.connect() as connection:
        names = set(inspect(connection).get_table_names()) - {VERSIONS}
        return {name: _hashed(connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()) for name in names}


def _hashed(rows: Any) -> tuple[int, str]:
    lines = sorted(json.dumps(list(row), sort_keys=True, default=repr) for row in rows)
    return len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest()


def fill(database: Database) -> None:
    """Put rows into every table that has none: one with a value in each column, and one with only what must be there.

    Checks may not let all columns be filled together, or only one row stand; one row there is in each table.
    """
    known = MetaData()
    known.reflect(database.engine)
    with database.write() as session:
        for table in known.sorted_tables:
            if table.name != VERSIONS and not session.scalar(select(func.count()).select_from(table)):
                whole = _insert(session, table, 1, list(table.columns))
                needed = [column for column in table.columns if not column.nullable or column.primary_key]
                spare = _insert(session, table, 2, needed)
                assert whole or spare or _insert(session, table, 1, needed), f"no row fits into {table.name}"


def _insert(session: Session, table: Table, number: int, columns: Sequence[Column[Any]]) -> bool:
    """Whether the database takes such a row."""
    try:
        with session.begin_nested():
            session.execute(insert(table).values({column.name: _value(session, column, number) for column in columns}))
    except IntegrityError:
        return False
    return True


def _value(session: Session, column: Any, number: int) -> Any:
    if column.foreign_keys:
        return _pointed_to(session, column, number)
    if isinstance(column.type, JSON):
        return {"值": [number, None, "é"]}
    # Later columns hold later moments, as checks of beginning and end ask for; SQLite has moments as texts.
    place = list(column.table.columns).index(column)
    kind = column.type.python_type
    if kind is str:
        return f"{number} {place:02d} 值 é {column.name}"[: column.type.length or 80]
    moment = AT + timedelta(days=place)
    values: dict[Any, Any] = {
        bool: True, int: number, datetime: moment, date: moment.date(), bytes: bytes([number, 0, 255]),
    }  # fmt: skip
    return values[kind]


def _pointed_to(session: Session, column: Any, number: int) -> Any:
    """What a foreign key holds: another row for every key of the table that points to the same one."""
    (key,) = column.foreign_keys
    if key.column.table is column.table:
        return None
    keys = [one for one in column.table.columns for other in one.foreign_keys if other.column is key.column]
    return session.scalar(
        select(key.column).order_by(key.column).offset((number - 1 + keys.index(column)) % 2).limit(1)
    )
