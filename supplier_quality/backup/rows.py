"""The rows of a database as files: one consistent moment of it, taken while others write.

SQLite copies itself into a new file. PostgreSQL sends each table by COPY, all from one snapshot; that needs no program
of the right version beside the product, and no rights but those of the product's own account.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from supplier_quality.persistence import Database, schema
from supplier_quality.persistence.sessions import plain_engine

SQLITE_FILE = "database.sqlite"
TABLES = "tables.json"
_LEFT_OUT = ("alembic_version",)
# Rows of the job engine are only hints to look into the outbox, and its tables belong to its own version.
_FOREIGN = "procrastinate_"


def save_rows(database: Database, folder: Path) -> None:
    """Write all rows as they are at one moment into ``folder``."""
    if database.is_sqlite:
        with plain_engine(database.url.render_as_string(hide_password=False)).connect() as connection:
            driver: Any = connection.connection.driver_connection
            connection.rollback()
            driver.execute("VACUUM INTO ?", (str(folder / SQLITE_FILE),))
        return
    engine = plain_engine(database.url.render_as_string(hide_password=False))
    with engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
        _save_tables(connection, folder)


def load_rows(database: Database, folder: Path, *, revision: str) -> None:
    """Put saved rows into a database that has none, in the shape they had, then bring it up to date."""
    if database.is_sqlite:
        database.dispose()
        target = Path(str(database.url.database))
        beside = target.with_name(f".{target.name}.restored")
        shutil.copyfile(folder / SQLITE_FILE, beside)
        for suffix in ("-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        os.replace(beside, target)
    else:
        schema.upgrade(database, revision)
        with database.write() as session:
            _load_tables(session.connection(), folder)
    schema.upgrade(database)


def is_empty(database: Database) -> bool:
    """Whether nothing would be lost by putting other rows here: no tables, or only tables as ``upgrade`` makes them."""
    if database.is_sqlite and not Path(str(database.url.database)).exists():
        return True
    with database.engine.connect() as connection:
        present = set(inspect(connection).get_table_names())
        telling = present & {"user_account", "trail_entry", "outbox"}
        return not any(connection.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1')).first() for name in telling)  # noqa: S608


def clear(database: Database) -> None:
    """Remove everything the product keeps in the database."""
    if database.is_sqlite:
        database.dispose()
        file = Path(str(database.url.database))
        for suffix in ("", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        return
    with database.write() as session:
        connection = session.connection()
        for name in inspect(connection).get_table_names():
            connection.execute(text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))
        functions = connection.execute(text(_OWN_FUNCTIONS)).scalars().all()
        for signature in functions:
            connection.execute(text(f"DROP FUNCTION IF EXISTS {signature} CASCADE"))


_OWN_FUNCTIONS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = current_schema()::regnamespace AND p.prokind = 'f'
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def _save_tables(connection: Connection, folder: Path) -> None:
    look = inspect(connection)
    saved = []
    for name, _foreign_keys in look.get_sorted_table_and_fkc_names():
        if name is None or name in _LEFT_OUT or name.startswith(_FOREIGN):
            continue
        columns = [column["name"] for column in look.get_columns(name) if not column.get("computed")]
        cursor: Any = connection.connection.cursor()
        with (
            (folder / f"{name}.rows").open("wb") as file,
            cursor.copy(f"COPY {_quoted(name, columns)} TO STDOUT") as copy,
        ):
            for chunk in copy:
                file.write(chunk)
        saved.append({"table": name, "columns": columns})
    sequences = connection.execute(
        text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()")
    )
    kept = {name: last for name, last in sequences if last is not None and not name.startswith(_FOREIGN)}
    (folder / TABLES).write_text(json.dumps({"tables": saved, "sequences": kept}, indent=1), encoding="utf-8")


def _load_tables(connection: Connection, folder: Path) -> None:
    saved = json.loads((folder / TABLES).read_text(encoding="utf-8"))
    for table in saved["tables"]:
        # Migrations may have put rows of their own into a table; the saved ones include them.
        if connection.execute(text(f'SELECT 1 FROM "{table["table"]}" LIMIT 1')).first():  # noqa: S608
            connection.execute(text(f'DELETE FROM "{table["table"]}"'))  # noqa: S608
    for table in saved["tables"]:
        cursor: Any = connection.connection.cursor()
        command = f"COPY {_quoted(table['table'], table['columns'])} FROM STDIN"
        with (folder / f"{table['table']}.rows").open("rb") as file, cursor.copy(command) as copy:
            while chunk := file.read(1 << 20):
                copy.write(chunk)
    for name, last in saved["sequences"].items():
        connection.execute(text("SELECT setval(quote_ident(:name)::regclass, :last)"), {"name": name, "last": last})


def _quoted(table: str, columns: list[str]) -> str:
    return f'"{table}" ({", ".join(f"{chr(34)}{column}{chr(34)}" for column in columns)})'
