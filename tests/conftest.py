"""Fixtures of all tests.

A test that asks for ``database`` runs twice, on SQLite and on PostgreSQL, with all tables and no rows.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from supplier_quality import features
from supplier_quality.config import Settings
from supplier_quality.identity import Actor, passwords
from supplier_quality.persistence import Database
from tests.once import all_once
from tests.support import AT, PostgresRoom, SqliteRoom, actor_for, open_test_database, postgres_server, settings_for

# Before any module of the tests hashes a password of its own.
passwords.make_hashing_cheap()


def _write_to_memory() -> None:
    """Keep what tests write in memory where there is room: no test ends the machine, so waiting for its disk proves nothing."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_FOR_FILES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


ROOM_FOR_FILES = 4 * 2**30
_write_to_memory()


@pytest.fixture(scope="session", autouse=True)
def _all_once() -> Iterator[None]:
    with all_once():
        yield


@pytest.fixture(scope="session")
def postgres_room() -> Iterator[PostgresRoom]:
    features.import_models()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "single")
    try:
        room = PostgresRoom(f"sqtest_{os.getpid()}_{worker}")
    except OperationalError as error:
        server = postgres_server().render_as_string(hide_password=True)
        pytest.fail(
            f"PostgreSQL does not answer at {server}; start it or set TEST_POSTGRES_URL. {error.orig}", pytrace=False
        )
    yield room
    room.drop()


@pytest.fixture(scope="session")
def sqlite_room(tmp_path_factory: pytest.TempPathFactory) -> SqliteRoom:
    features.import_models()
    return SqliteRoom(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database with all tables."""
    if request.param == "postgresql":
        room: PostgresRoom = request.getfixturevalue("postgres_room")
        room.prepare()
        yield room.url
        return
    folder = tmp_path_factory.mktemp("rows")
    request.getfixturevalue("sqlite_room").prepare(folder / "supplier-quality.db")
    yield f"sqlite:///{folder / 'supplier-quality.db'}"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an empty installation; on both databases when the test also asks for ``database``."""
    url = request.getfixturevalue("database_url") if "database_url" in request.fixturenames else None
    return settings_for(tmp_path_factory.mktemp("home"), url)


@pytest.fixture
def database(settings: Settings, database_url: str) -> Iterator[Database]:
    opened = open_test_database(settings)
    yield opened
    opened.dispose()


@pytest.fixture
def at() -> datetime:
    """A fixed moment: Friday 2026-11-20 09:00 UTC."""
    return AT


@pytest.fixture
def actor_factory() -> Callable[..., Actor]:
    """Makes members of staff: ``actor_factory("sqe", id="7")``."""
    return actor_for
