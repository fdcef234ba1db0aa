"""Moving running records to another version: the plan says everything, nothing half-works."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from supplier_quality.engine.definitions.kinds import load_rule_file
from supplier_quality.engine.evidence import verify_trail
from supplier_quality.engine.fire import fire
from supplier_quality.engine.migrate import CHUNK, MigrationBlocked, Plan, migrate
from supplier_quality.engine.models import Timer
from supplier_quality.engine.start import start_many
from supplier_quality.engine.store import process_of, store_files
from supplier_quality.engine.timers import timers_of
from supplier_quality.identity import Actor
from supplier_quality.persistence import Database
from supplier_quality.trail import entries
from tests.engine.things import THING_WORKFLOW, Thing

RENAMED = (
    THING_WORKFLOW.replace("version: 1", "version: 2")
    .replace("  review:\n", "  checking:\n")
    .replace("to: review", "to: checking")
    .replace("[review,", "[checking,")
    .replace("[review]", "[checking]")
    .replace("[draft, review, ready]", "[draft, checking, ready]")
    .replace("in: review", "in: checking")
)
MAPPED = RENAMED + "migrate:\n  - {from_version: 1, map: {review: checking}, timers: %s}\n"


@pytest.fixture
def in_review(things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime) -> int:
    with things_database.write() as session:
        make_thing(session)
        thing = make_thing(session)
        fire(session, thing, "submit", actor=sqe, at=at)
    return thing.id


def _load(database: Database, text: str, at: datetime) -> None:
    with database.write() as session:
        store_files(session, [load_rule_file(text, file="thing.yaml")], at=at)


def _migrate(database: Database, manager: Actor, at: datetime, *, to: int = 2, dry_run: bool = False) -> Plan:
    return migrate(database, "test_thing", to_version=to, actor=manager, at=at, dry_run=dry_run)


def test_a_running_record_keeps_the_version_it_started_with(
    things_database: Database, in_review: int, sqe: Actor, manager: Actor, at: datetime
) -> None:
    _load(things_database, RENAMED, at)
    with things_database.write() as session:
        thing = session.get_one(Thing, in_review)
        assert process_of(session, thing.definition_id).version == 1
        fire(session, thing, "restart", actor=sqe, at=at)
        assert thing.state == "draft"


def test_an_occupied_state_without_a_place_blocks_everything_and_says_what_to_write(
    things_database: Database, in_review: int, manager: Actor, at: datetime
) -> None:
    _load(things_database, RENAMED, at)
    plan = _migrate(things_database, manager, at, dry_run=True).as_json()
    assert [(step["state"], step["to_state"], step["records"]) for step in plan["steps"]] == [
        ("draft", "draft", 1),
        ("review", None, 1),
    ]
    assert "no state review" in plan["steps"][1]["blocked"]
    assert (plan["blocked"], plan["migrated"]) == (1, 0)
    with pytest.raises(MigrationBlocked) as blocked:
        _migrate(things_database, manager, at)
    (problem,) = blocked.value.details
    assert (str(problem.problem), problem.column, problem.value) == (plan["steps"][1]["blocked"], "review", "1")
    with things_database.read() as session:
        assert {thing.version for thing in session.query(Thing)} == {1, 2}


def test_a_dry_run_moves_nothing(things_database: Database, in_review: int, manager: Actor, at: datetime) -> None:
    _load(things_database, MAPPED % "keep_started_at", at)
    plan = _migrate(things_database, manager, at, dry_run=True)
    assert (plan.migrated, len(plan.steps), plan.blocked) == (0, 2, [])
    with things_database.read() as session:
        assert session.get_one(Thing, in_review).state == "review"


def test_migrated_records_have_the_mapped_state_and_a_trail_entry_with_both_hashes(
    things_database: Database, in_review: int, manager: Actor, at: datetime
) -> None:
    _load(things_database, MAPPED % "keep_started_at", at)
    plan = _migrate(things_database, manager, at + timedelta(hours=1))
    assert plan.migrated == 2
    with things_database.read() as session:
        thing = session.get_one(Thing, in_review)
        assert (thing.state, process_of(session, thing.definition_id).version) == ("checking", 2)
        entry = entries(session, "test.thing", in_review)[-1]
        assert verify_trail(session).ok
    assert (entry.action, entry.from_state, entry.to_state) == ("definition.migrated", "review", "checking")
    assert entry.data["from"] != entry.data["to"]
    assert _migrate(things_database, manager, at).migrated == 0


@pytest.mark.parametrize(("policy", "due"), [("keep_started_at", 4), ("restart", 5), ("drop", None)])
def test_timers_follow_the_policy_of_the_migration(
    things_database: Database, in_review: int, manager: Actor, at: datetime, policy: str, due: int | None
) -> None:
    _load(things_database, MAPPED % policy, at)
    # Migrated on Monday: two working days from Friday are Tuesday, two from Monday are Wednesday.
    _migrate(things_database, manager, at + timedelta(days=3))
    with things_database.read() as session:
        thing = session.get_one(Thing, in_review)
        armed = [(timer.rule, timer.due_at) for timer in timers_of(session, thing)]
    assert armed == ([("sla", at + timedelta(days=due))] if due else [])


def test_a_timer_that_has_fired_does_not_fire_again_after_migration(
    things_database: Database, in_review: int, manager: Actor, at: datetime, run_until: Callable[[datetime], None]
) -> None:
    for day in range(12):
        run_until(at + timedelta(days=day))
    _load(things_database, MAPPED % "keep_started_at", at)
    _migrate(things_database, manager, at + timedelta(days=12))
    with things_database.read() as session:
        assert timers_of(session, session.get_one(Thing, in_review)) == []


def _kept(database: Database, thing_id: int) -> tuple[datetime, datetime | None, int]:
    with database.read() as session:
        (row,) = session.execute(select(Timer.first_due, Timer.due_at, Timer.fired).filter_by(subject_id=thing_id))
    return tuple(row)  # type: ignore[return-value]


def test_a_deadline_that_was_missed_stays_missed_and_a_running_repeat_keeps_its_rhythm(
    things_database: Database, in_review: int, manager: Actor, at: datetime, run_until: Callable[[datetime], None]
) -> None:
    due = at + timedelta(days=4)
    run_until(due)
    _load(things_database, MAPPED % "keep_started_at", at)
    _migrate(things_database, manager, due + timedelta(hours=1))
    assert _kept(things_database, in_review) == (due, due + timedelta(days=1), 1)
    for day in range(5, 12):
        run_until(at + timedelta(days=day))
    assert _kept(things_database, in_review) == (due, None, 3)
    _load(things_database, MAPPED.replace("version: 2", "version: 3").replace("1, map: {review:", "2, map: {draft:")
          .replace(": checking}", ": draft}") % "keep_started_at", at)  # fmt: skip
    plan = _migrate(things_database, manager, at + timedelta(days=13), to=3)
    assert [(step.state, step.timers) for step in plan.steps] == [("checking", 0), ("draft", 0)]
    assert _kept(things_database, in_review) == (due, None, 3)


def test_a_deadline_that_the_new_version_puts_ahead_is_met_anew(
    things_database: Database, in_review: int, manager: Actor, at: datetime, run_until: Callable[[datetime], None]
) -> None:
    for day in range(12):
        run_until(at + timedelta(days=day))
    _load(things_database, (MAPPED % "keep_started_at").replace("after: P2D", "after: P20D"), at)
    _migrate(things_database, manager, at + timedelta(days=12))
    ahead = at + timedelta(days=28)
    assert _kept(things_database, in_review) == (ahead, ahead, 0)


def test_many_records_are_moved_in_chunks(things_database: Database, sqe: Actor, manager: Actor, at: datetime) -> None:
    with things_database.write() as session:
        rows = [{"name": "x", "score": 90, "submitted_by": ""}] * (CHUNK + 3)
        start_many(session, Thing, rows, actor=sqe, at=at)
    _load(things_database, MAPPED % "drop", at)
    assert _migrate(things_database, manager, at).migrated == CHUNK + 3
    with things_database.read() as session:
        assert verify_trail(session).ok
