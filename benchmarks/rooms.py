"""Databases to measure on: a file, and a database of its own on the PostgreSQL server, both as durable as in production."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from supplier_quality import features
from supplier_quality.config import Settings
from supplier_quality.persistence import Base, Database

KINDS = ("sqlite", "postgresql")


@dataclass
class Room:
    """An empty installation of the product, with all tables."""

    kind: str
    settings: Settings
    database: Database

    @property
    def folder(self) -> Path:
        return self.settings.home

    @property
    def driver_url(self) -> str:
        """For psycopg itself."""
        return make_url(self.settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def room(kind: str, **changes: Any) -> Iterator[Room]:
    """A room of this kind; ``changes`` are fields of its settings. Everything is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="sq-bench-") as folder, _url(kind, Path(folder)) as url:
        settings = replace(settings_of(Path(folder), url), **changes)
        database = open_database(settings)
        Base.metadata.create_all(database.engine)
        try:
            yield Room(kind, settings, database)
        finally:
            database.dispose()


def settings_of(home: Path, url: str) -> Settings:
    return Settings(
        home=home,
        database_url=url,
        base_url="http://localhost:8000",
        production=False,
        secret_key=b"s" * 32,
        trail_keys={"bench": b"t" * 32},
        trail_key_id="bench",
    )


def open_database(settings: Settings) -> Database:
    return features.open_database(settings)


@contextmanager
def _url(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'supplier-quality.db'}"
        return
    server = make_url(os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/"))
    server = server.set(drivername="postgresql+psycopg")
    name = f"sqbench_{os.getpid()}_{secrets.token_hex(3)}"
    admin = create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
