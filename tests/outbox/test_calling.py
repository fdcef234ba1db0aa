"""Workers of other processes are told of new rows; a call may be lost, a row may not."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import text

from supplier_quality.config import Settings
from supplier_quality.outbox import Handler, OutboxRow, deliver_due, deliver_these, queue
from supplier_quality.outbox.calling import PREFIX, QUEUE, caller, listening_app, prepare_schema
from supplier_quality.persistence import Database
from tests.support import PostgresRoom, open_test_database, settings_for

HANDLERS = {"test.mail": Handler(lambda _delivery: None)}


@pytest.fixture
def called_database(postgres_room: PostgresRoom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A PostgreSQL database with the job engine's tables, whose writes call workers."""
    postgres_room.prepare()
    settings: Settings = settings_for(tmp_path_factory.mktemp("home"), postgres_room.url)
    database = open_test_database(settings)
    prepare_schema(database)
    prepare_schema(database)
    database.info["wake_workers"] = caller(database)
    yield database
    with database.write() as session:
        names = session.scalars(text("SELECT tablename FROM pg_tables WHERE tablename LIKE 'procrastinate%'")).all()
        session.execute(text(f"TRUNCATE {', '.join(names)} CASCADE"))
    database.dispose()


def _work(database: Database) -> None:
    """Run a worker until it has heard every call."""
    app = listening_app(database, lambda ids: _deliver(database, ids))
    with app.open():
        app.run_worker(queues=[QUEUE], wait=False, install_signal_handlers=False, listen_notify=False)


def _deliver(database: Database, ids: list[str]) -> None:
    deliver_these(database, HANDLERS, ids, worker="called")


def _state(database: Database, row_id: str) -> str:
    with database.read() as session:
        return session.get_one(OutboxRow, row_id).state


def test_a_committed_row_is_delivered_by_a_worker_that_was_called(called_database: Database, at: datetime) -> None:
    with called_database.write() as session:
        row_id = queue(session, kind="test.mail", payload={}, at=at)
    _work(called_database)
    assert _state(called_database, row_id) == "done"


def test_a_row_that_was_rolled_back_calls_nobody(called_database: Database, at: datetime) -> None:
    with pytest.raises(ZeroDivisionError), called_database.write() as session:
        queue(session, kind="test.mail", payload={}, at=at)
        raise ZeroDivisionError
    with called_database.read() as session:
        assert session.scalar(text(f"SELECT count(*) FROM {PREFIX}jobs")) == 0


def test_a_lost_call_is_made_good_by_the_sweeper_and_a_late_one_does_nothing(
    called_database: Database, at: datetime
) -> None:
    with called_database.write() as session:
        row_id = queue(session, kind="test.mail", payload={}, at=at)
    assert deliver_due(called_database, HANDLERS, worker="sweeper", now=lambda: at) == 1
    _work(called_database)
    assert _state(called_database, row_id) == "done"


def test_a_call_that_nobody_can_hear_does_not_fail_the_change(called_database: Database, at: datetime) -> None:
    with called_database.write() as session:
        session.execute(text(f"ALTER TABLE {PREFIX}jobs RENAME TO {PREFIX}jobs_away"))
    try:
        with called_database.write() as session:
            row_id = queue(session, kind="test.mail", payload={}, at=at)
        assert _state(called_database, row_id) == "ready"
    finally:
        with called_database.write() as session:
            session.execute(text(f"ALTER TABLE {PREFIX}jobs_away RENAME TO {PREFIX}jobs"))
