"""F10 and F11: real timers, jobs and digests while the worker is down for long, and while clocks do what clocks do."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from supplier_quality import trail
from supplier_quality.config import Settings
from supplier_quality.engine.definitions import load_rule_file
from supplier_quality.engine.fire import fire
from supplier_quality.engine.models import Timer
from supplier_quality.engine.start import start
from supplier_quality.engine.store import store_files
from supplier_quality.engine.timers import take_due_timers
from supplier_quality.mail.models import Digest
from supplier_quality.outbox import OutboxRow
from supplier_quality.outbox.jobs import JobSlot
from supplier_quality.persistence import Database
from supplier_quality.suppliers.models import Supplier
from supplier_quality.worker import Worker
from tests.engine import things
from tests.engine.things import Thing
from tests.faults.company import BO, add_supplier, bring_to, state_of, take, work_off
from tests.faults.invariants import check_invariants
from tests.support import actor_for

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def actions_of(database: Database, supplier: int) -> Counter[str]:
    with database.read() as session:
        return Counter(entry.action for entry in trail.entries(session, Supplier.subject_kind, supplier))


def run_by(database: Database, settings: Settings, start_at: datetime, until: datetime, step: timedelta) -> None:
    """A worker whose clock goes on in steps, always there."""
    moment = start_at
    while moment <= until:
        work_off(database, settings, at=moment)
        moment += step


@pytest.mark.parametrize("down", [HOUR, DAY, 40 * DAY], ids=["an hour", "a day", "40 days"])
def test_after_a_pause_every_deadline_is_met_once(
    company: Database, settings: Settings, at: datetime, down: timedelta
) -> None:
    """F10: one-shots once; what repeats is coalesced to one reminder; jobs run only their newest slot."""
    asked = add_supplier(company, "Asked", at=at)
    bring_to(company, asked, "invited", at=at)
    ends = add_supplier(company, "Ends", at=at)
    bring_to(company, ends, "review", at=at)
    form = {"conditions": "Audit", "valid_until": "2026-12-04", "comment": "Only source"}
    take(company, ends, "approve_conditionally", BO, at=at, form=form)
    work_off(company, settings, at=at)
    with company.read() as session:
        reminder = session.scalars(select(Timer.due_at).filter_by(subject_id=asked, rule="answer_reminder")).one()
        end = session.scalars(select(Timer.due_at).filter_by(subject_id=ends, rule="condition_over")).one()

    back = max(reminder, end) - timedelta(minutes=1) + down
    run_by(company, settings, at, max(reminder, end) - HOUR, DAY)
    before = actions_of(company, asked)
    with company.read() as session:
        slots_before = Counter(session.scalars(select(JobSlot.job)))
    work_off(company, settings, at=back)

    assert state_of(company, ends) == "review"
    assert actions_of(company, ends)["expire"] == 1
    since = actions_of(company, asked) - before
    assert max(since.values(), default=0) <= 1, f"a reminder must come once, however long the pause was: {since}"
    if down > DAY:
        assert {"timer.answer_reminder", "timer.answer_overdue"} & set(since)
    with company.read() as session:
        slots = Counter(session.scalars(select(JobSlot.job))) - slots_before
        days = [tuple(row) for row in session.execute(select(Digest.contact_id, Digest.day))]
    assert set(slots.values()) == {1}, "of all slots that passed only the newest runs"
    assert len(days) == len(set(days))
    work_off(company, settings, at=back + timedelta(minutes=1))
    check_invariants(company, settings, at=back + timedelta(minutes=1))


def test_reminders_end_and_are_never_made_up_for(company: Database, settings: Settings, at: datetime) -> None:
    """F10: with a worker there all the time three reminders and three escalations come, and no more."""
    asked = add_supplier(company, "Asked", at=at)
    bring_to(company, asked, "invited", at=at)
    run_by(company, settings, at, at + 45 * DAY, 12 * HOUR)
    told = actions_of(company, asked)
    assert (told["timer.answer_reminder"], told["timer.answer_overdue"]) == (3, 3)
    check_invariants(company, settings, at=at + 45 * DAY)


def test_a_clock_set_back_repeats_nothing(company: Database, settings: Settings, at: datetime) -> None:
    """F11: the worker's clock jumps back by an hour after it did its work; nothing is done twice, nothing is skipped."""
    supplier = add_supplier(company, "Ends", at=at)
    bring_to(company, supplier, "conditional", at=at)
    asked = add_supplier(company, "Asked", at=at)
    bring_to(company, asked, "invited", at=at)
    with company.read() as session:
        moments = sorted(set(session.scalars(select(Timer.due_at))))
    for moment in moments:
        for minutes in (-1, 0, 1, -59, 0, 2):
            # 0 after -59: the clock comes to the same time a second time.
            work_off(company, settings, at=moment + timedelta(minutes=minutes))
    told = actions_of(company, supplier)
    assert (told["timer.condition_near"], told["expire"]) == (2, 1)
    told = actions_of(company, asked)
    # By January both have come three times, which is all that the process asks for.
    assert (told["timer.answer_reminder"], told["timer.answer_overdue"]) == (3, 3)
    with company.read() as session:
        runs = session.execute(select(JobSlot.job, JobSlot.slot, JobSlot.fence)).all()
    assert {run.fence for run in runs} == {1}, "no slot was begun twice"
    check_invariants(company, settings, at=moments[-1] + timedelta(minutes=2))


def test_people_act_while_the_clock_goes_back(company: Database, settings: Settings, at: datetime) -> None:
    """F11: acts within the hour that comes twice keep their order, and no timer of the first hour hits the second."""
    supplier = add_supplier(company, "Acme", at=at)
    bring_to(company, supplier, "conditional", at=at)
    with company.read() as session:
        end = session.scalars(select(Timer.due_at).filter_by(subject_id=supplier, rule="condition_over")).one()
    # The timer was turned into an effect; before it is delivered, the clock goes back and somebody decides.
    take_due_timers(company, at=end)
    earlier = end - HOUR
    take(company, supplier, "suspend", BO, at=earlier)
    take(company, supplier, "review_again", BO, at=earlier + timedelta(minutes=1))
    form = {"conditions": "Again", "valid_until": "2027-03-31", "comment": "Only source"}
    take(company, supplier, "approve_conditionally", BO, at=earlier + timedelta(minutes=2), form=form)
    work_off(company, settings, at=end + timedelta(minutes=1))
    assert state_of(company, supplier) == "conditional", "the new conditions run until March"
    check_invariants(company, settings, at=end + timedelta(minutes=1))


# -- the table of expected times, end to end ------------------------------------------------------

TIMED = """\
format: 1
workflow: test_thing
version: {version}
title: Timed
facts:
  thing: {{name: string, score: int, submitted_by: string, until: timestamp?, place: {{country: string, zone: string}}}}
initial: draft
states:
  draft: {{label: Draft}}
  review: {{label: Review}}
  ready: {{label: Ready, final: true}}
actions:
  - {{id: submit, from: [draft], to: review, by: [sqe]}}
  - {{id: complete, from: [review], to: ready, by: [system]}}
timers:
  - {{id: over, in: review, after: {duration}, calendar: {counting}, fire: complete}}
"""


def expected_times() -> list[dict[str, str]]:
    file = Path(__file__).resolve().parents[1] / "engine" / "expected_times.csv"
    with file.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def _things_are_known() -> Iterator[None]:
    with things.registered():
        yield


@pytest.mark.long
@pytest.mark.usefixtures("_things_are_known")
def test_timers_fire_at_the_times_of_the_table(
    database: Database, settings: Settings, settings_in: Callable[[str, str], Settings]
) -> None:
    """F11: daylight saving in four zones, leap days, the 31st, year ends: not a second early, and once."""
    sqe = actor_for("sqe")
    simple = [row for row in expected_times() if not row["subdivision"]]
    # A rule file asks for a duration longer than nothing, of one sign.
    of_files = re.compile(r"P(?=.*[1-9])[0-9TYMWDHS]+")
    counted = [row for row in simple if row["counting"] in ("continuous", "business")]
    chosen = [row for row in counted if of_files.fullmatch(row["duration"])]
    assert len({row["zone"] for row in chosen}) >= 3 and len(chosen) > 20
    for number, row in enumerate(chosen, start=1):
        begin = datetime.fromisoformat(row["start"]).astimezone(UTC)
        due = datetime.fromisoformat(row["expected"]).astimezone(UTC)
        if due <= begin:
            continue
        text = TIMED.format(version=number, duration=row["duration"], counting=row["counting"])
        database.info["settings"] = settings_in(row["country"], row["zone"])
        with database.write() as session:
            store_files(session, [load_rule_file(text, file="timed", verify=False)], at=begin)
        with database.write() as session:
            thing = start(session, Thing(number="", name="Bracket"), actor=sqe, at=begin)
            fire(session, thing, "submit", actor=sqe, at=begin)
        worker_at(database, settings, due - timedelta(seconds=1))
        assert state_of_thing(database, thing.id) == "review", row
        worker_at(database, settings, due)
        assert state_of_thing(database, thing.id) == "ready", row
        worker_at(database, settings, due + HOUR)
    with database.read() as session:
        fired = session.scalars(select(OutboxRow).where(OutboxRow.kind == "engine.timer")).all()
        assert not session.scalars(select(Timer)).all()
    assert fired
    check_invariants(database, settings, at=datetime(2040, 1, 1, tzinfo=UTC))


@pytest.fixture
def settings_in(settings: Settings) -> Callable[[str, str], Settings]:
    """The settings of a plant in another country."""
    from dataclasses import replace

    return lambda country, zone: replace(settings, country=country, timezone=zone)


def worker_at(database: Database, settings: Settings, at: datetime) -> None:
    """Timers and effects only: jobs over sets have times of their own."""
    worker = Worker(settings, database, now=lambda: at)
    worker.jobs = ()
    while worker.tick():
        pass


def state_of_thing(database: Database, number: int) -> str:
    with database.read() as session:
        return session.scalars(select(Thing.state).where(Thing.id == number)).one()
