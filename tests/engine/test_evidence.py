"""Records are held against their trail."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import text

from supplier_quality.engine.evidence import verify_trail
from supplier_quality.engine.fire import fire
from supplier_quality.identity import Actor
from supplier_quality.persistence import Database
from tests.engine.things import Thing


@pytest.fixture
def thing_id(things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime) -> int:
    with things_database.write() as session:
        make_thing(session)
        thing = make_thing(session)
        fire(session, thing, "submit", actor=sqe, at=at)
    return thing.id


def _problems(database: Database, record: tuple[str, int] | None = None) -> list[tuple[str, int | None]]:
    with database.read() as session:
        return [(problem.code, problem.record_id) for problem in verify_trail(session, record=record).problems]


def test_records_moved_by_the_engine_are_explained_by_their_trail(things_database: Database, thing_id: int) -> None:
    assert _problems(things_database) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("state = 'approved'", "unexplained_state"),
        ("trail_seq = 1", "position_differs"),
        ("trail_head = 'ff'", "position_differs"),
    ],
)
def test_a_record_changed_behind_the_engine_is_found(
    things_database: Database, thing_id: int, change: str, code: str
) -> None:
    with things_database.write() as session:
        session.execute(text(f"UPDATE test_thing SET {change} WHERE id = {thing_id}"))
    assert _problems(things_database) == [(code, thing_id)]
    assert _problems(things_database, ("test.thing", thing_id)) == [(code, thing_id)]
    assert _problems(things_database, ("test.thing", thing_id - 1)) == []


def test_a_record_deleted_behind_the_engine_is_told_by_its_trail(things_database: Database, thing_id: int) -> None:
    with things_database.write() as session:
        session.execute(text(f"DELETE FROM test_thing WHERE id = {thing_id}"))
    assert _problems(things_database) == [("missing_record", thing_id)]
