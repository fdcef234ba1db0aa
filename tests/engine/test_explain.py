"""The answer before the click is the one after it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import event

from supplier_quality.engine.explain import explain, explain_many
from supplier_quality.engine.fire import fire
from supplier_quality.engine.refusals import Refused
from supplier_quality.identity import Actor
from supplier_quality.persistence import Database
from tests.engine.things import Thing


def _refusals(database: Database, thing_id: int, actor: Actor, at: datetime) -> dict[str, list[str]]:
    with database.read() as session:
        views = explain(session, session.get_one(Thing, thing_id), actor=actor, at=at)
    assert all(view.allowed == (not view.refused) for view in views)
    return {view.id: [unmet.id for unmet in view.refused] for view in views}


def test_every_action_of_the_state_is_shown_with_what_blocks_it(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime
) -> None:
    with things_database.write() as session:
        thing = make_thing(session, name="", score=10)
    assert _refusals(things_database, thing.id, sqe, at) == {"submit": ["named", "good_enough"], "comment": []}


def test_actions_of_the_system_are_no_buttons_and_others_roles_are_shown_as_such(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime
) -> None:
    with things_database.write() as session:
        thing = make_thing(session)
        fire(session, thing, "submit", actor=sqe, at=at)
    refusals = _refusals(things_database, thing.id, sqe, at)
    assert set(refusals) == {"comment", "restart", "approve"}
    assert refusals["approve"] == ["not_your_role"]


@pytest.mark.parametrize("name", ["", "Bracket"])
@pytest.mark.parametrize("score", [10, 90])
@pytest.mark.parametrize("role", ["sqe", "buyer", "quality_manager"])
def test_what_explain_refuses_fire_refuses_for_the_same_reasons(
    things_database: Database,
    make_thing: Callable[..., Thing],
    actor_factory: Callable[..., Actor],
    at: datetime,
    name: str,
    score: int,
    role: str,
) -> None:
    actor = actor_factory(role)
    with things_database.write() as session:
        thing = make_thing(session, name=name, score=score)
    before = _refusals(things_database, thing.id, actor, at)["submit"]
    with things_database.write() as session:
        try:
            fire(session, thing, "submit", actor=actor, at=at)
            after: list[str] = []
        except Refused as refused:
            after = [unmet.id for unmet in refused.unmet]
    assert before == after


def test_explaining_many_records_takes_as_many_statements_as_explaining_one(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime
) -> None:
    with things_database.write() as session:
        for _number in range(20):
            make_thing(session)
    statements: list[str] = []
    event.listen(things_database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    def count(limit: int) -> int:
        with things_database.read() as session:
            found = session.query(Thing).limit(limit).all()
            statements.clear()
            assert len(explain_many(session, found, actor=sqe, at=at)) == limit
        return len(statements)

    count(1)
    assert count(20) == count(1) == 1
