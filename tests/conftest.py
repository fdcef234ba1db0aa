"""Fixtures of all tests.

A test that asks for ``database`` runs twice, on SQLite and on PostgreSQL, with all tables and no rows.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from werkzeug.routing import Rule

from supplier_quality import features
from supplier_quality.config import Settings
from supplier_quality.identity import Actor, passwords
from supplier_quality.persistence import Database
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


class CompiledOnce(BytecodeCache):
    """Keeps compiled templates in memory: every test makes an application, and each would compile them anew."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once() -> Iterator[None]:
    before = Flask.jinja_options
    Flask.jinja_options = {**before, "bytecode_cache": CompiledOnce()}
    yield
    Flask.jinja_options = before


@pytest.fixture(scope="session", autouse=True)
def _addresses_compiled_once() -> Iterator[None]:
    """Keeps the functions that werkzeug compiles for building addresses: a third of what making an application costs."""
    compiled: dict[Any, Callable[..., Any]] = {}
    compile_builder: Any = Rule._compile_builder

    def compile_once(rule: Any, append_unknown: bool = True) -> Callable[..., Any]:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    changed: Any = Rule
    changed._compile_builder = compile_once
    yield
    changed._compile_builder = compile_builder


class CompiledBySort:
    """Statements compiled for one sort of database, whichever engine asked: every test opens databases of its own, and
    compiling the same statements for each took a sixth of all time."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], Any] = {}

    def get(self, key: tuple[Any, ...]) -> Any:
        return self._kept.get((type(key[0]), *key[1:]))

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        self._kept[(type(key[0]), *key[1:])] = compiled


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    shared, changed = CompiledBySort(), cast(Any, Engine)
    begin = changed.__init__

    def begin_with_shared(engine: Any, *given: Any, **named: Any) -> None:
        begin(engine, *given, **named)
        engine._compiled_cache = shared

    changed.__init__ = begin_with_shared
    yield
    changed.__init__ = begin


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
