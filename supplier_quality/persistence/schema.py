"""The shape of the database: bringing it up to date, and knowing whether it is.

Any number of processes may start at once; one of them migrates while the others wait. Every migration is one
transaction, so that a process killed in the middle leaves the shape as it was.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from supplier_quality import resources
from supplier_quality.errors import Misconfigured, Problem
from supplier_quality.language import _
from supplier_quality.persistence.sessions import Database, plain_engine

_ADVISORY_LOCK = 0x5355_5050_4C49_4552
"""Any number that no other program on the same PostgreSQL database uses."""


class UnknownSchema(Misconfigured):
    """The database was made by a newer version of the product, or by something else."""

    code = "unknown_schema"


def upgrade(database: Database, revision: str = "head") -> bool:
    """Bring the database up to date; the first call makes it. Returns whether anything had to be done.

    Raises UnknownSchema when the database is newer than this program.
    """
    if revision == "head" and is_current(database):
        return False
    with alone(database) as connection:
        before = _revision(connection)
        _check_known(before)
        command.upgrade(config(connection), revision)
        return before != _revision(connection)


def downgrade(database: Database, revision: str) -> None:
    """Take migrations back until ``revision``, ``base`` for all. What only the newer shape can hold is lost."""
    with alone(database) as connection:
        _check_known(_revision(connection))
        command.downgrade(config(connection), revision)


def is_current(database: Database) -> bool:
    """Whether the database has the shape this program needs. Raises UnknownSchema when it is newer."""
    revision = revision_of(database)
    _check_known(revision)
    return revision is not None and revision == newest()


def revision_of(database: Database) -> str | None:
    """The migration the database stands at, None when it is empty."""
    with database.engine.connect() as connection:
        return _revision(connection)


def newest() -> str | None:
    """The last migration this program knows."""
    return _scripts().get_current_head()


def known_revisions() -> tuple[str, ...]:
    """All migrations this program knows, oldest first."""
    return tuple(script.revision for script in _scripts().walk_revisions())[::-1]


def config(connection: Connection | None = None) -> Config:
    made = Config()
    made.set_main_option("script_location", str(resources.migrations()).replace("%", "%%"))
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    made.attributes["connection"] = connection
    return made


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def _revision(connection: Connection) -> str | None:
    exists = inspect(connection).has_table("alembic_version")
    revision = MigrationContext.configure(connection).get_current_revision() if exists else None
    # Reading has begun a transaction; inside one that is not its own, Alembic would commit nothing.
    connection.rollback()
    return revision


def _check_known(revision: str | None) -> None:
    if revision is None or revision in known_revisions():
        return
    raise UnknownSchema(
        _("The database is at migration %(revision)s, which this version does not know", revision=revision),
        (Problem(_("The database is newer than the program"), _("Install the newer version"), value=revision),),
    )


@contextmanager
def alone(database: Database) -> Iterator[Connection]:
    """A connection held by the only process that may change the shape; the others wait here."""
    engine = plain_engine(database.url.render_as_string(hide_password=False))
    try:
        if database.is_sqlite:
            with _file_lock(Path(f"{database.url.database}.migration")), engine.connect() as connection:
                # SQLite changes a table by copying it; with the checks on, dropping the old copy would delete the rows
                # that point to it. The migration environment checks all of them before it commits.
                connection.execution_options(writes=True)
                driver = connection.connection.driver_connection
                assert driver is not None
                driver.execute("PRAGMA foreign_keys=OFF")
                connection.rollback()
                yield connection
        else:
            with engine.connect() as holder, engine.connect() as connection:
                # The lock hangs on its own connection: it must outlive every commit of the migrating one.
                holder.execution_options(isolation_level="AUTOCOMMIT")
                holder.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
                yield connection
    finally:
        engine.dispose()


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    """A lock that the system gives back when its process dies, however it dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
