"""Children and the counter their parent waits on."""

from collections.abc import Callable
from datetime import datetime

import pytest

from supplier_quality.engine.fire import fire
from supplier_quality.engine.models import Join
from supplier_quality.identity import Actor
from supplier_quality.persistence import Database
from supplier_quality.trail import entries
from tests.engine.things import Part, Thing

Run = Callable[[datetime], None]


@pytest.fixture
def thing_id(things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime) -> int:
    """A thing in review with three open parts."""
    with things_database.write() as session:
        thing = make_thing(session, parts=3)
        fire(session, thing, "submit", actor=sqe, at=at)
    return thing.id


def _act(database: Database, thing_id: int, index: int, action: str, actor: Actor, at: datetime) -> None:
    with database.write() as session:
        part = session.query(Part).filter_by(thing_id=thing_id).order_by(Part.id).all()[index]
        fire(session, part, action, actor=actor, at=at)


def _state(database: Database, thing_id: int) -> tuple[str, int]:
    with database.read() as session:
        thing = session.get_one(Thing, thing_id)
        return thing.state, thing.version


def test_when_the_last_child_is_done_the_parent_moves_once_as_the_system(
    things_database: Database, thing_id: int, sqe: Actor, manager: Actor, at: datetime, run_until: Run
) -> None:
    _act(things_database, thing_id, 0, "accept", sqe, at)
    _act(things_database, thing_id, 1, "waive", manager, at)
    run_until(at)
    assert _state(things_database, thing_id) == ("review", 2)
    _act(things_database, thing_id, 2, "accept", sqe, at)
    run_until(at)
    assert _state(things_database, thing_id) == ("ready", 3)
    with things_database.read() as session:
        last = entries(session, "test.thing", thing_id)[-1]
    assert (last.action, last.actor.via) == ("complete", "join")


def test_a_child_that_goes_from_one_done_state_to_another_counts_once(
    things_database: Database, thing_id: int, sqe: Actor, manager: Actor, at: datetime
) -> None:
    _act(things_database, thing_id, 0, "accept", sqe, at)
    _act(things_database, thing_id, 0, "waive", manager, at)
    with things_database.read() as session:
        join = session.get_one(Join, ("test.thing", thing_id, "parts"))
        assert (join.total, join.done) == (3, 1)


def test_a_child_that_is_opened_again_is_waited_for_again(
    things_database: Database, thing_id: int, sqe: Actor, at: datetime, run_until: Run
) -> None:
    for index in range(3):
        _act(things_database, thing_id, index, "accept", sqe, at)
    _act(things_database, thing_id, 1, "reopen", sqe, at)
    with things_database.read() as session:
        join = session.get_one(Join, ("test.thing", thing_id, "parts"))
        assert (join.done, join.rounds) == (2, 1)
    _act(things_database, thing_id, 1, "accept", sqe, at)
    run_until(at)
    assert _state(things_database, thing_id)[0] == "ready"


def test_a_parent_that_enters_the_state_after_its_children_were_done_does_not_wait(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime, run_until: Run
) -> None:
    with things_database.write() as session:
        thing = make_thing(session, parts=1)
    _act(things_database, thing.id, 0, "accept", sqe, at)
    run_until(at)
    assert _state(things_database, thing.id)[0] == "draft"
    with things_database.write() as session:
        fire(session, session.get_one(Thing, thing.id), "submit", actor=sqe, at=at)
    run_until(at)
    assert _state(things_database, thing.id)[0] == "ready"


def test_a_child_does_not_raise_the_version_of_its_parent(
    things_database: Database, thing_id: int, sqe: Actor, at: datetime
) -> None:
    _act(things_database, thing_id, 0, "accept", sqe, at)
    assert _state(things_database, thing_id) == ("review", 2)


def test_a_child_opened_again_before_the_parent_moved_holds_it(
    things_database: Database, thing_id: int, sqe: Actor, manager: Actor, at: datetime, run_until: Run
) -> None:
    for index in range(3):
        _act(things_database, thing_id, index, "accept", sqe, at)
    _act(things_database, thing_id, 1, "reopen", sqe, at)
    run_until(at)
    assert _state(things_database, thing_id) == ("review", 2)
    _act(things_database, thing_id, 1, "accept", sqe, at)
    run_until(at)
    assert _state(things_database, thing_id) == ("ready", 3)
