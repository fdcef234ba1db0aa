"""Bringing the schema up to date, step by step and back, when many processes start at once and when one is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from supplier_quality import features
from supplier_quality.config import Settings
from supplier_quality.demo.story import make_demo
from supplier_quality.persistence import Database, schema
from supplier_quality.persistence.schema import UnknownSchema
from tests.faults.processes import at_once
from tests.schemas import fill, rows_of, schema_of
from tests.support import empty_database, settings_for


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with empty_database(request.param, tmp_path) as database:
        yield database


def start(database: Database, script: str) -> subprocess.Popen[str]:
    url = database.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-c", script, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def migrate(database: Database, wait: Callable[[], object]) -> bool:
    wait()
    return schema.upgrade(database)


def test_of_eight_processes_starting_at_once_exactly_one_migrates(empty: Database, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, empty.url.render_as_string(hide_password=False))
    assert sorted(at_once(migrate, settings, [()] * 8)) == [False] * 7 + [True]
    assert schema.is_current(empty)


KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
from supplier_quality.persistence import Database, schema
database = Database(sys.argv[1])
steps, word = sys.stdin.readline().split()
seen = {"CREATE": 0, "VERSION": 0}

@event.listens_for(Engine, "before_cursor_execute")
def count(connection, cursor, statement, parameters, context, executemany):
    if seen["VERSION"] < int(steps):
        seen["VERSION"] += "alembic_version SET" in statement or "INTO alembic_version" in statement
        return
    seen["CREATE"] += statement.lstrip().upper().startswith("CREATE")
    ends = "alembic_version SET" in statement or "INTO alembic_version" in statement
    if ends if word == "end" else seen["CREATE"] == int(word):
        os.kill(os.getpid(), signal.SIGKILL)

schema.upgrade(database)
"""
STEPS = schema.known_revisions()


@pytest.mark.parametrize(
    ("steps", "moment"),
    [(0, 2), (0, "end"), (len(STEPS) // 2, 5), (len(STEPS) - 1, "end")],
    ids=["in the first", "before the first is noted", "in the middle", "before the last is noted"],
)
def test_a_process_killed_while_migrating_leaves_nothing_half_done(
    empty: Database, tmp_path: Path, steps: int, moment: int | str
) -> None:
    process = start(empty, KILLED)
    process.communicate(f"{steps} {moment}\n", timeout=60)
    assert process.returncode == -signal.SIGKILL
    with empty_database("sqlite" if empty.is_sqlite else "postgresql", tmp_path / "whole") as whole:
        if steps:
            schema.upgrade(whole, STEPS[steps - 1])
        assert schema.revision_of(empty) == schema.revision_of(whole)
        assert schema_of(empty) == schema_of(whole)
        assert schema.upgrade(empty)
        schema.upgrade(whole)
        assert schema_of(empty) == schema_of(whole)
    assert schema.is_current(empty)


def step_down_and_up(database: Database, revision: str) -> None:
    """Take the last migration back and do it again: what it does not touch stays as it is, to the last value."""
    below = STEPS[STEPS.index(revision) - 1] if revision != STEPS[0] else "base"
    made, held = schema_of(database), rows_of(database)
    assert all(count for count, _hash in held.values()), "an empty table would prove nothing"
    schema.downgrade(database, below)
    lower = schema_of(database)
    untouched = {table for table in lower if lower[table] == made[table]} & held.keys()
    assert rows_of(database).keys() == lower.keys() - {""}
    kept = {table: rows for table, rows in held.items() if table in untouched}
    assert {table: rows for table, rows in rows_of(database).items() if table in untouched} == kept
    schema.upgrade(database, revision)
    assert schema_of(database) == made
    assert {table: rows for table, rows in rows_of(database).items() if table in untouched} == kept


@pytest.mark.long
def test_every_step_is_taken_back_and_done_again_without_a_trace_in_other_tables(empty: Database) -> None:
    """F15 on rows of every kind of value, at every revision."""
    shapes = {}
    for revision in STEPS:
        schema.upgrade(empty, revision)
        shapes[revision] = schema_of(empty)
        fill(empty)
        step_down_and_up(empty, revision)
        fill(empty)
    for revision in reversed(STEPS):
        assert schema_of(empty) == shapes[revision]
        schema.downgrade(empty, STEPS[STEPS.index(revision) - 1] if revision != STEPS[0] else "base")
    assert schema_of(empty) == {}
    schema.upgrade(empty)
    assert schema_of(empty) == shapes[STEPS[-1]]


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_companys_rows_survive_every_step_down_and_up(empty: Database, settings: Settings, at: datetime) -> None:
    """F15 on what the real operations wrote: the demo's ten weeks, and rows where the demo has none."""
    schema.upgrade(empty)
    whole = schema_of(empty)
    url = empty.url.render_as_string(hide_password=False)
    real = features.open_database(replace(settings, database_url=url))
    make_demo(replace(settings, database_url=url), real, at=at)
    real.dispose()
    without = {table for table, (count, _hash) in rows_of(empty).items() if not count}
    assert len(without) < len(whole) / 2, "the demo fills most tables"
    fill(empty)
    for revision in reversed(STEPS):
        step_down_and_up(empty, revision)
        schema.downgrade(empty, STEPS[STEPS.index(revision) - 1] if revision != STEPS[0] else "base")
    assert schema_of(empty) == {}
    schema.upgrade(empty)
    assert schema_of(empty) == whole


def test_rows_survive_being_migrated_again(empty: Database) -> None:
    schema.upgrade(empty)
    with empty.write() as session:
        session.execute(text("INSERT INTO counter (series, last) VALUES ('SUP', 7)"))
    assert schema.upgrade(empty) is False
    with empty.read() as session:
        assert session.scalar(text("SELECT last FROM counter")) == 7


def test_a_database_of_a_newer_version_is_refused(empty: Database) -> None:
    schema.upgrade(empty)
    with empty.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UnknownSchema, match="9999"):
        schema.is_current(empty)
    with pytest.raises(UnknownSchema):
        schema.upgrade(empty)


def test_an_empty_database_is_not_current(empty: Database) -> None:
    assert schema.revision_of(empty) is None
    assert not schema.is_current(empty)


def test_the_lock_file_of_sqlite_does_not_block_after_a_crash(tmp_path: Path) -> None:
    with empty_database("sqlite", tmp_path) as database:
        Path(f"{database.url.database}.migration").write_text(str(os.getpid()), encoding="utf-8")
        assert schema.upgrade(database)
