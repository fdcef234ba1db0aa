"""Writers on SQLite wait for each other, and one that waits too long is told."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from supplier_quality.persistence import Database, sessions


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "rows.db"
    with sqlite3.connect(place) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE thing (number INTEGER)")
    return place


def test_a_writer_waits_until_the_one_before_has_ended(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    holder = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    holder.execute("INSERT INTO thing VALUES (1)")
    ending = threading.Timer(0.2, lambda: holder.execute("COMMIT"))
    ending.start()
    with database.write() as session:
        assert session.scalar(text("SELECT count(*) FROM thing")) == 1
        session.execute(text("INSERT INTO thing VALUES (2)"))
    ending.join()
    assert holder.execute("SELECT count(*) FROM thing").fetchone() == (2,)
    database.dispose()
    holder.close()


def test_a_writer_that_waited_long_enough_is_told_and_can_try_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "BUSY_MILLISECONDS", 50)
    database = Database(f"sqlite:///{file}")
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"), database.write() as session:
        session.execute(text("INSERT INTO thing VALUES (1)"))
    holder.execute("ROLLBACK")
    with database.write() as session:
        session.execute(text("INSERT INTO thing VALUES (2)"))
        assert session.execute(text("PRAGMA busy_timeout")).scalar() > 0, "reading still waits for a recovery"
    database.dispose()
    holder.close()
