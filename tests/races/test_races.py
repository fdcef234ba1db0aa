"""Race: 4 processes fire the same actions on the same records at the same moment, on both databases."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from supplier_quality import trail
from supplier_quality.config import Settings
from supplier_quality.persistence import Database
from supplier_quality.suppliers.models import SelfAssessment, Supplier
from tests.faults.company import add_supplier, bring_to, work_off
from tests.faults.invariants import check_invariants
from tests.faults.processes import at_once
from tests.races.racers import SHARED, Outcome, decide, fire_actions, write_trail
from tests.support import FULL_COUNTS

ACTIONS = ("invite", "withdraw", "reopen", "invite")
PROCESSES = 4


def sizes(normal: int, long: int, full: int) -> pytest.MarkDecorator:
    """Few records in every run, more in the long one, the full number in ``make soak``."""
    many = full if FULL_COUNTS else long
    return pytest.mark.parametrize("records", [normal, pytest.param(many, marks=pytest.mark.long)])


def by_record(outcomes: Iterable[list[Outcome]]) -> dict[tuple[int, str], list[Outcome]]:
    found: dict[tuple[int, str], list[Outcome]] = defaultdict(list)
    for one in outcomes:
        for outcome in one:
            found[outcome[0], outcome[1]].append(outcome)
    return found


def transitions(database: Database, supplier: int, *, after: int) -> list[str]:
    with database.read() as session:
        steps = trail.entries(session, Supplier.subject_kind, supplier)
    return [step.action for step in steps if step.to_state is not None][after:]


@sizes(8, 50, 100)
def test_with_keys_of_their_own_one_process_acts_and_the_others_are_told(
    company: Database, settings: Settings, at: datetime, records: int
) -> None:
    """Race: each action is applied exactly once; the losers are refused because the record has moved on."""
    suppliers = [add_supplier(company, f"Acme {n}", at=at) for n in range(records)]
    answers = at_once(
        fire_actions,
        settings,
        [(racer, suppliers, ACTIONS[:3], "{action}-{racer}", False, at) for racer in range(PROCESSES)],
    )
    for (supplier, action), outcomes in by_record(answers).items():
        told = Counter(outcome[2] for outcome in outcomes)
        assert told.pop("applied", 0) == 1, (supplier, action, told)
        assert set(told) <= {"stale", "refused:wrong_state"}, (supplier, action, told)
    for supplier in suppliers:
        assert transitions(company, supplier, after=1) == list(ACTIONS[:3])
    later = at + timedelta(hours=1)
    work_off(company, settings, at=later)
    check_invariants(company, settings, at=later)


@sizes(8, 50, 100)
def test_with_the_same_key_all_get_the_one_answer(
    company: Database, settings: Settings, at: datetime, records: int
) -> None:
    """Race: the same request sent four times at once is carried out once; all four get its answer."""
    suppliers = [add_supplier(company, f"Acme {n}", at=at) for n in range(records)]
    answers = at_once(
        fire_actions,
        settings,
        [(racer, suppliers, ACTIONS[:3], "{action}", True, at) for racer in range(PROCESSES)],
    )
    for (supplier, action), outcomes in by_record(answers).items():
        told = Counter(outcome[2] for outcome in outcomes)
        assert told == {"applied": 1, "replayed": PROCESSES - 1}, (supplier, action, told)
        assert len({outcome[3] for outcome in outcomes}) == 1
    for supplier in suppliers:
        assert transitions(company, supplier, after=1) == list(ACTIONS[:3])
    later = at + timedelta(hours=1)
    work_off(company, settings, at=later)
    check_invariants(company, settings, at=later)


@sizes(20, 150, 500)
@pytest.mark.parametrize("with_version", [True, pytest.param(False, marks=pytest.mark.long)])
def test_of_eight_reviewers_one_decides_each_record(
    company: Database, settings: Settings, at: datetime, records: int, with_version: bool
) -> None:
    """F7: one decision each; the losers are told that it was made; never another error, never a locked database."""
    suppliers = [add_supplier(company, f"Acme {n}", at=at) for n in range(records)]
    for supplier in suppliers:
        bring_to(company, supplier, "review", at=at)
    moment = at + timedelta(minutes=1)
    answers = at_once(decide, settings, [(reviewer, suppliers, moment, with_version) for reviewer in range(8)])
    found: dict[int, list[str]] = defaultdict(list)
    for (supplier, _action), outcomes in by_record(answers).items():
        found[supplier] += [outcome[2] for outcome in outcomes]
    for supplier, told in found.items():
        # An approval with conditions may be followed by another decision: that is what a condition is for.
        decisions = transitions(company, supplier, after=3)
        assert len(decisions) == told.count("applied")
        assert decisions and all(decision == "approve_conditionally" for decision in decisions[:-1]), decisions
        losers = {answer for answer in told if answer != "applied"}
        known = {"stale", "refused:wrong_state", "refused:signature"}
        # Nobody approves while conditions of the one before are not met.
        conditions_first = {"refused:conditions_met"} if "approve_conditionally" in decisions else set()
        assert losers <= known | conditions_first, losers
    later = at + timedelta(hours=1)
    work_off(company, settings, at=later)
    check_invariants(company, settings, at=later)
    with company.read() as session:
        assert len(session.scalars(select(SelfAssessment)).all()) == records


@pytest.mark.parametrize("entries", [20, pytest.param(250, marks=pytest.mark.long)])
def test_four_processes_write_one_chain_without_forks(
    company: Database, settings: Settings, at: datetime, entries: int
) -> None:
    """F8: however many write, each entry gets its own number and fits the one before."""
    supplier = add_supplier(company, "Acme", at=at)
    with company.read() as session:
        before = session.get_one(Supplier, supplier).trail_seq
    answers = at_once(write_trail, settings, [(writer, supplier, entries, at) for writer in range(PROCESSES)])
    given = [numbers for one in answers for numbers in one]
    total = PROCESSES * entries
    assert sorted(first for first, _second in given) == list(range(before + 1, before + total + 1))
    assert sorted(second for _first, second in given) == list(range(1, total + 1))
    with company.read() as session:
        assert len(trail.entries(session, SHARED.kind, SHARED.id)) == total
    check_invariants(company, settings, at=at, waiting=True)
