"""Time is rows: arming, disarming, repeating, firing, and being down for a while."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.definitions.kinds import load_rule_file
from supplier_quality.engine.fire import fire
from supplier_quality.engine.models import Timer
from supplier_quality.engine.store import store_files
from supplier_quality.engine.timers import rearm, take_due_timers, timers_of
from supplier_quality.identity import Actor, system_actor
from supplier_quality.outbox import incidents
from supplier_quality.persistence import Database
from supplier_quality.trail import entries
from tests.engine.conftest import Told
from tests.engine.things import THING_WORKFLOW, Thing

Run = Callable[[datetime], None]
DAY = timedelta(days=1)


def _in_review(database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime, **values: object) -> int:
    with database.write() as session:
        thing = make_thing(session, **values)
        fire(session, thing, "submit", actor=sqe, at=at)
    return thing.id


def _armed(session: Session, thing_id: int) -> list[tuple[str, datetime]]:
    return [(timer.rule, timer.due_at) for timer in timers_of(session, session.get_one(Thing, thing_id))]


def test_entering_a_state_arms_its_timers_in_working_time_and_leaving_disarms_them(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime
) -> None:
    thing_id = _in_review(things_database, make_thing, sqe, at)
    with things_database.read() as session:
        # Two working days after Friday is Tuesday.
        assert _armed(session, thing_id) == [("sla", at + 4 * DAY)]
    with things_database.write() as session:
        fire(session, session.get_one(Thing, thing_id), "restart", actor=sqe, at=at)
        assert _armed(session, thing_id) == []


def test_a_due_timer_causes_its_effect_once_and_says_so_in_the_trail(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime, run_until: Run, told: Told
) -> None:
    thing_id = _in_review(things_database, make_thing, sqe, at)
    run_until(at + 4 * DAY - timedelta(seconds=1))
    assert [payload["effect"] for payload in told.payloads] == ["test.told"]
    run_until(at + 4 * DAY)
    run_until(at + 4 * DAY)
    assert [payload["effect"] for payload in told.payloads] == ["test.told", "escalate"]
    assert told.payloads[1]["timer"] == {
        "rule": "sla",
        "due_at": (at + 4 * DAY).isoformat(),
        "number": 1,
        "effect": "escalate",
        "to": "quality_manager",
    }
    with things_database.read() as session:
        last = entries(session, "test.thing", thing_id)[-1]
    assert (last.action, last.actor.via) == ("timer.sla", "timer")


def test_a_repeated_timer_ends_after_its_maximum(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime, run_until: Run, told: Told
) -> None:
    thing_id = _in_review(things_database, make_thing, sqe, at)
    for day in range(20):
        run_until(at + day * DAY)
    numbers = [payload["timer"]["number"] for payload in told.payloads if payload["effect"] == "escalate"]
    assert numbers == [1, 2, 3]
    with things_database.read() as session:
        assert _armed(session, thing_id) == []


def test_after_forty_days_down_a_repeated_timer_fires_once_for_all_it_missed(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime, run_until: Run, told: Told
) -> None:
    _in_review(things_database, make_thing, sqe, at)
    back = at + 40 * DAY
    run_until(back)
    run_until(back)
    assert len([payload for payload in told.payloads if payload["effect"] == "escalate"]) == 1


def test_a_timer_that_fires_an_action_does_so_as_the_system(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime, run_until: Run
) -> None:
    until = at + 3 * DAY
    thing_id = _in_review(things_database, make_thing, sqe, at, until=until, parts=1)
    from tests.engine.things import Part

    with things_database.write() as session:
        part = session.query(Part).filter_by(thing_id=thing_id).one()
        fire(session, part, "accept", actor=sqe, at=at)
    run_until(at)
    run_until(until)
    with things_database.read() as session:
        thing = session.get_one(Thing, thing_id)
        last = entries(session, "test.thing", thing_id)[-1]
    assert thing.state == "dropped"
    assert (last.action, last.actor.kind, last.actor.via) == ("expire", "system", "timer")


def test_a_timer_whose_moment_passed_before_the_record_moved_on_does_nothing(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime, run_until: Run, told: Told
) -> None:
    thing_id = _in_review(things_database, make_thing, sqe, at)
    due = at + 4 * DAY
    take_due_timers(things_database, at=due)
    with things_database.write() as session:
        thing = session.get_one(Thing, thing_id)
        fire(session, thing, "restart", actor=sqe, at=due + timedelta(seconds=1))
        fire(session, thing, "submit", actor=sqe, at=due + timedelta(seconds=2))
    run_until(due + timedelta(seconds=3))
    assert "escalate" not in [payload["effect"] for payload in told.payloads]
    with things_database.read() as session:
        assert not incidents(session)


def test_changing_a_value_that_a_timer_hangs_on_rearms_it(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, manager: Actor, at: datetime
) -> None:
    thing_id = _in_review(things_database, make_thing, sqe, at, until=at + DAY)
    with things_database.write() as session:
        thing = session.get_one(Thing, thing_id)
        fire(session, thing, "complete", actor=system_actor("join"), at=at)
        assert _armed(session, thing_id) == [("over", at + DAY)]
        thing.until = at + 9 * DAY
        rearm(session, thing, at=at)
        assert _armed(session, thing_id) == [("over", at + 9 * DAY)]
        thing.until = None
        rearm(session, thing, at=at)
        assert _armed(session, thing_id) == []


@pytest.mark.parametrize("workers", [2])
def test_two_workers_take_each_timer_once(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime, workers: int
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    for _thing in range(30):
        _in_review(things_database, make_thing, sqe, at)
    with ThreadPoolExecutor(workers) as pool:
        taken = list(pool.map(lambda _n: take_due_timers(things_database, at=at + 4 * DAY, limit=7), range(10)))
    assert sum(taken) == 30


def _kept(session: Session, thing_id: int) -> list[tuple[str, datetime, datetime | None, int]]:
    """All rows of the record, those that are spent too."""
    query = select(Timer).where(Timer.subject_kind == "test.thing", Timer.subject_id == thing_id).order_by(Timer.id)
    return [(timer.rule, timer.first_due, timer.due_at, timer.fired) for timer in session.scalars(query)]


def test_a_timer_that_has_fired_its_last_time_is_spent_until_the_record_leaves_the_state(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime, run_until: Run, told: Told
) -> None:
    thing_id = _in_review(things_database, make_thing, sqe, at)
    for day in range(20):
        run_until(at + day * DAY)
    heard = len(told.payloads)
    with things_database.read() as session:
        assert _kept(session, thing_id) == [("sla", at + 4 * DAY, None, 3)]
    run_until(at + 400 * DAY)
    assert len(told.payloads) == heard, "it is never due again"
    later = at + 401 * DAY
    with things_database.write() as session:
        thing = session.get_one(Thing, thing_id)
        fire(session, thing, "restart", actor=sqe, at=later)
        assert _kept(session, thing_id) == []
        fire(session, thing, "submit", actor=sqe, at=later)
        assert [(rule, fired) for rule, _first, _due, fired in _kept(session, thing_id)] == [("sla", 0)]


def test_rearming_a_spent_timer_starts_it_again(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime
) -> None:
    thing_id = _in_review(things_database, make_thing, sqe, at, until=at + DAY)
    with things_database.write() as session:
        fire(session, session.get_one(Thing, thing_id), "complete", actor=system_actor("join"), at=at)
    # Taken, and what it asks for is not done yet.
    assert take_due_timers(things_database, at=at + DAY) == 1
    assert take_due_timers(things_database, at=at + 2 * DAY) == 0
    with things_database.write() as session:
        thing = session.get_one(Thing, thing_id)
        assert _kept(session, thing_id) == [("over", at + DAY, None, 1)]
        thing.until = at + 9 * DAY
        rearm(session, thing, at=at + 2 * DAY)
        assert _kept(session, thing_id) == [("over", at + 9 * DAY, at + 9 * DAY, 0)]


def test_a_timer_of_two_states_acts_in_the_second_one_too(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime, run_until: Run
) -> None:
    text = THING_WORKFLOW.replace("version: 1", "version: 2")
    text = text.replace("over, in: [ready]", "over, in: [review, ready]")
    text = text.replace("expire, from: [ready]", "expire, from: [review, ready]")
    with things_database.write() as session:
        store_files(session, [load_rule_file(text, file="thing.yaml", verify=False)], at=at)
    until = at + 9 * DAY
    thing_id = _in_review(things_database, make_thing, sqe, at, until=until)
    with things_database.write() as session:
        fire(session, session.get_one(Thing, thing_id), "complete", actor=system_actor("join"), at=at + DAY)
    run_until(until - timedelta(seconds=1))
    with things_database.read() as session:
        assert session.get_one(Thing, thing_id).state == "ready"
    run_until(until)
    with things_database.read() as session:
        assert session.get_one(Thing, thing_id).state == "dropped"


def test_a_timer_that_was_taken_before_its_moment_was_put_off_does_nothing(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime, run_until: Run
) -> None:
    thing_id = _in_review(things_database, make_thing, sqe, at, until=at + DAY)
    with things_database.write() as session:
        fire(session, session.get_one(Thing, thing_id), "complete", actor=system_actor("join"), at=at)
    assert take_due_timers(things_database, at=at + DAY) == 1
    with things_database.write() as session:
        thing = session.get_one(Thing, thing_id)
        thing.until = at + 9 * DAY
        rearm(session, thing, at=at + DAY)
    run_until(at + 2 * DAY)
    with things_database.read() as session:
        assert session.get_one(Thing, thing_id).state == "ready"
    run_until(at + 9 * DAY)
    with things_database.read() as session:
        assert session.get_one(Thing, thing_id).state == "dropped"
