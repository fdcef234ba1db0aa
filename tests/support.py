"""What tests of several parts share: settings, databases and people."""

import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from supplier_quality import features, resources
from supplier_quality.config import Settings
from supplier_quality.engine.definitions import RuleFile, load_rule_file
from supplier_quality.identity import Actor
from supplier_quality.persistence import Base, Database

FULL_COUNTS = bool(os.environ.get("FULL_COUNTS"))
"""``make soak`` repeats things as often as the experiments ask; the long tests less often."""

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
"""A Friday morning, 10:00 in the plant."""


def settings_for(home: Path, url: str | None = None, **changes: Any) -> Settings:
    """Settings of an installation that lives in ``home``; ``changes`` replace single fields."""
    home.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        home=home,
        database_url=url or f"sqlite:///{home / 'supplier-quality.db'}",
        base_url="http://localhost:8000",
        production=False,
        secret_key=b"s" * 32,
        trail_keys={"test": b"t" * 32},
        trail_key_id="test",
        poll_seconds=0.05,
    )
    return replace(settings, **changes)


@cache
def shipped_rules(name: str = "supplier_qualification.yaml") -> RuleFile:
    """A shipped rule file, read once: reading and verifying it takes longer than most tests."""
    path = resources.workflows() / name
    features.modules("kinds")
    return load_rule_file(path.read_text(encoding="utf-8"), file=path.name)


QUALIFICATION = (
    "supplier_qualification", "qualification_step", "qualification_route", "qualification_deadlines",
    "requalification_interval", "risk_parts", "risk_class", "questionnaire_rating",
)  # fmt: skip


def qualification_rules() -> list[RuleFile]:
    """The process of suppliers with what it decides by: steps, route, deadlines, intervals, risk."""
    return [shipped_rules(f"{name}.yaml") for name in QUALIFICATION]


def actor_for(
    role: str | Sequence[str] = "sqe", *, id: str | None = None, label: str | None = None, **changes: Any
) -> Actor:
    """A signed-in member of staff with this role or these roles."""
    roles = (role,) if isinstance(role, str) else tuple(role)
    name = roles[0] if roles else "nobody"
    given: dict[str, Any] = {
        "kind": "user",
        "id": id or f"user:{name}",
        "label": label or name.replace("_", " ").title(),
        "roles": frozenset(roles),
        "language": "en",
        "via": "web",
        **changes,
    }
    return Actor(**given)


def postgres_server() -> URL:
    """The PostgreSQL server of the tests; its user may create databases and switch triggers off."""
    return make_url(os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/")).set(
        drivername="postgresql+psycopg"
    )


class PostgresRoom:
    """One database on the PostgreSQL server for one test process, made once and emptied between tests."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._server = postgres_server()
        self._admin = create_engine(
            self._server.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        self._tables = 0
        self._drop_abandoned()
        with self._admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{name}"'))
            # No test kills the server itself, so waiting for its disk would prove nothing.
            connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
        self._engine = create_engine(
            self._server.set(database=name), isolation_level="AUTOCOMMIT", pool_size=1, pool_pre_ping=True
        )

    @property
    def url(self) -> str:
        return self._server.set(database=self._name).render_as_string(hide_password=False)

    def prepare(self) -> None:
        """Make the tables, or empty them. Test modules may have added tables since the last time."""
        if self._tables != len(Base.metadata.tables):
            Base.metadata.create_all(self._engine)
            self._tables = len(Base.metadata.tables)
            self._teach_emptying()
            self._keep_low_numbers_free()
        with self._engine.connect() as connection:
            connection.exec_driver_sql("SELECT testing.empty_tables()")

    def _teach_emptying(self) -> None:
        """A function in the database empties all tables ten times quicker than as many statements sent to it."""
        kept = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        with self._engine.connect() as connection:
            lines = " ".join(f'DELETE FROM "{name}";' for name in connection.execute(kept).scalars())
            connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS testing")
            # The trail refuses deletion by trigger; a superuser may leave triggers and foreign keys out.
            connection.exec_driver_sql(
                "CREATE OR REPLACE FUNCTION testing.empty_tables() RETURNS void LANGUAGE plpgsql "
                f"SET session_replication_role = replica AS $$ BEGIN {lines} END $$"
            )

    def _keep_low_numbers_free(self) -> None:
        """Tests give some people numbers of their own choice, which those the database numbers must not meet."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('user_account', 'id'), 100000)")

    def drop(self) -> None:
        self._engine.dispose()
        with self._admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)'))

    def _drop_abandoned(self) -> None:
        """Remove the databases of test runs that were killed."""
        with self._admin.connect() as connection:
            names = connection.execute(
                text("SELECT datname FROM pg_database WHERE datname LIKE 'sqtest\\_%'")
            ).scalars()
            for name in names.all():
                if not _is_running(int(name.split("_")[1])):
                    connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


class SqliteRoom:
    """An empty database file with all tables, made once and copied for each test."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        self._tables = 0

    def prepare(self, target: Path) -> None:
        if self._tables != len(Base.metadata.tables):
            self._template.unlink(missing_ok=True)
            engine: Engine = create_engine(f"sqlite:///{self._template}", poolclass=NullPool)
            Base.metadata.create_all(engine)
            engine.dispose()
            self._tables = len(Base.metadata.tables)
        shutil.copyfile(self._template, target)


@contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[Database]:
    """A database without a single table: ``kind`` is sqlite or postgresql."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        opened = Database(f"sqlite:///{folder / 'empty.db'}")
        yield opened
        opened.dispose()
        return
    name = f"sqtest_{os.getpid()}_{secrets.token_hex(4)}"
    admin = create_engine(postgres_server().set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    opened = Database(postgres_server().set(database=name).render_as_string(hide_password=False))
    try:
        yield opened
    finally:
        opened.dispose()
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def open_test_database(settings: Settings) -> Database:
    """The database of these settings as the product opens it."""
    features.import_models()
    return features.open_database(settings)
