"""What of the standing of two records may become one, what may not and why, and that undoing brings it back."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from supplier_quality.engine.evidence import verify_trail
from supplier_quality.engine.refusals import Refused
from supplier_quality.outbox import incidents
from supplier_quality.persistence import Database
from supplier_quality.suppliers.merging.reading import read_comparison, read_undoing
from supplier_quality.suppliers.qualification.queries import steps_of as all_steps
from supplier_quality.suppliers.queries import get_supplier
from supplier_quality.suppliers.scope.queries import get_scope
from tests.suppliers.conftest import QUALITY_MANAGER, SQE
from tests.suppliers.merging.canonical import canonical
from tests.suppliers.merging.conftest import merge, undo
from tests.suppliers.qualification.conftest import move as move_step
from tests.suppliers.qualification.conftest import steps_of
from tests.suppliers.scope.conftest import approved, ask, grant, house, states
from tests.suppliers.test_qualification import act, deliver, refusal, state_of, tick

__all__ = ["approved", "house"]

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
REASON = {"reason": "Recall"}
LEAVING = {"last_day": "2027-01-31", "reason": "Moved in house"}
Approved = Callable[..., str]


def bring(database: Database, number: str, state: str, at: datetime) -> None:
    """Lead an approved supplier to a state by the real acts."""
    if state == "requalifying":
        act(database, number, "requalify", SQE, at)
    elif state == "suspended":
        act(database, number, "suspend", SQE, at, REASON)
    elif state == "conditional":
        act(database, number, "requalify", SQE, at)
        form = {"conditions": "Audit", "valid_until": "2027-03-31", "comment": "Only source"}
        act(database, number, "approve_conditionally", QUALITY_MANAGER, at, form)
    elif state in ("phasing_out", "phased_out"):
        act(database, number, "phase_out", SQE, at, LEAVING)
    if state == "phased_out":
        tick(database, datetime.fromisoformat("2027-02-01T09:00:00+00:00"))
    assert state_of(database, number) == state


def refused(database: Database, stays: str, goes: str, at: datetime) -> list[str]:
    with pytest.raises(Refused) as caught:
        merge(database, stays, goes, at)
    return [unmet.id for unmet in caught.value.unmet]


@pytest.mark.parametrize("into", ["approved", "requalifying", "conditional"])
def test_a_supplier_being_qualified_again_is_merged_and_its_steps_come_back(
    house: Database, approved: Approved, at: datetime, into: str
) -> None:
    stays, goes = approved("Acme Castings"), approved("Acme Castings GmbH")
    grant(house, goes, at)
    bring(house, stays, into, at + HOUR)
    bring(house, goes, "requalifying", at + HOUR)
    before = steps_of(house, goes)
    assert before.keys() == {"samples", "agreement"}
    move_step(house, before["agreement"].number, "complete", at + HOUR, {"done_on": "2026-11-20", "evidence": "QA-7"})
    merge(house, stays, goes, at + DAY)
    deliver(house, at + DAY)
    assert {step.state for step in steps_of(house, goes).values()} == {"done", "not_needed"}
    undo(house, goes, at + 2 * DAY)
    deliver(house, at + 2 * DAY)
    now = steps_of(house, goes)
    assert (state_of(house, goes), now["agreement"].state) == ("requalifying", "done")
    open_steps = [step for step in _all_steps(house, goes) if step.state == "open"]
    assert [(step.kind, step.due, step.owner) for step in open_steps] == [
        ("samples", before["samples"].due, before["samples"].owner)
    ]
    assert refusal(house, goes, "approve", QUALITY_MANAGER, at + 2 * DAY, {"comment": "Good"}) == ["steps_done"]
    _check_sound(house)


def _all_steps(database: Database, number: str) -> Any:
    with database.read() as session:
        return all_steps(session, get_supplier(session, number, actor=SQE).id)


def _check_sound(database: Database) -> None:
    with database.read() as session:
        assert not incidents(session)
        assert verify_trail(session).ok


@pytest.mark.parametrize("state", ["conditional", "suspended"])
def test_conditions_stand_again_when_a_merge_is_undone(
    house: Database, approved: Approved, at: datetime, state: str
) -> None:
    stays, goes = approved("Acme Castings"), approved("Acme Castings GmbH")
    for number in (stays, goes):
        bring(house, number, "conditional", at + HOUR)
        if state == "suspended":
            act(house, number, "suspend", SQE, at + 2 * HOUR, REASON)
    merge(house, stays, goes, at + DAY)
    undo(house, goes, at + 2 * DAY)
    deliver(house, at + 2 * DAY)
    again = [step for step in _all_steps(house, goes) if step.state == "open"]
    assert [(step.title, step.due) for step in again if step.kind == "condition"] == [("Audit", date(2027, 3, 31))]
    action = "approve" if state == "conditional" else "reinstate"
    form = {"comment": "Good"} if state == "conditional" else {"reason": "Solved"}
    assert "conditions_met" in refusal(house, goes, action, QUALITY_MANAGER, at + 2 * DAY, form)


def test_what_is_phased_out_under_one_number_goes_on_until_its_day_under_the_other(
    house: Database, approved: Approved, at: datetime
) -> None:
    stays, goes = approved("Acme Castings"), approved("Acme Castings GmbH")
    mine, theirs = grant(house, stays, at), grant(house, goes, at)
    bring(house, goes, "phasing_out", at + HOUR)
    with house.read() as session:
        before = canonical(session, goes)
        assert read_comparison(session, stays, goes, actor=QUALITY_MANAGER, at=at).unmet == ()
    merge(house, stays, goes, at + DAY)
    deliver(house, at + DAY)
    assert states(house, [mine, theirs]) == ["approved", "phasing_out"]
    with house.read() as session:
        line = get_scope(session, theirs, actor=SQE)
        assert (line.valid_to, line.supplier_id) == (date(2027, 1, 31), get_supplier(session, stays, actor=SQE).id)
        undoing = read_undoing(session, goes, actor=QUALITY_MANAGER, at=at)
        assert undoing is not None and (undoing.to.id, undoing.unmet) == ("phasing_out", ())
    undo(house, goes, at + 2 * DAY)
    deliver(house, at + 2 * DAY)
    with house.read() as session:
        assert canonical(session, goes) == before
    tick(house, datetime.fromisoformat("2027-02-01T09:00:00+00:00"))
    assert (state_of(house, goes), state_of(house, stays)) == ("phased_out", "approved")
    assert states(house, [mine, theirs]) == ["approved", "ended"]
    _check_sound(house)


def test_a_phase_out_whose_day_passed_while_merged_ends_when_the_merge_is_undone(
    house: Database, approved: Approved, at: datetime
) -> None:
    stays, goes = approved("Acme Castings"), approved("Acme Castings GmbH")
    bring(house, goes, "phasing_out", at + HOUR)
    merge(house, stays, goes, at + DAY)
    later = datetime.fromisoformat("2027-02-01T09:00:00+00:00")
    tick(house, later)
    assert state_of(house, goes) == "merged"
    undo(house, goes, later + DAY)
    tick(house, later + DAY)
    assert state_of(house, goes) == "phased_out"


@pytest.mark.parametrize("into", ["approved", "suspended", "phasing_out"])
def test_what_was_phased_out_is_merged_into_any_record_and_comes_back(
    house: Database, approved: Approved, at: datetime, into: str
) -> None:
    stays, goes = approved("Acme Castings"), approved("Acme Castings GmbH")
    line = grant(house, goes, at)
    bring(house, goes, "phased_out", at + HOUR)
    now = datetime.fromisoformat("2027-02-02T09:00:00+00:00")
    if into == "phasing_out":
        act(house, stays, "phase_out", SQE, now, {**LEAVING, "last_day": "2027-06-30"})
    elif into == "suspended":
        act(house, stays, "suspend", SQE, now, REASON)
    with house.read() as session:
        before = canonical(session, goes)
    merge(house, stays, goes, now + DAY)
    undo(house, goes, now + 2 * DAY)
    deliver(house, now + 2 * DAY)
    with house.read() as session:
        assert canonical(session, goes) == before
    assert (state_of(house, goes), states(house, [line])) == ("phased_out", ["ended"])


@pytest.mark.parametrize(
    ("goes_at", "stays_at", "reason"),
    [
        ("requalifying", "suspended", "approval_kept"),
        ("requalifying", "phasing_out", "approval_kept"),
        ("approved", "phasing_out", "approval_kept"),
        ("phasing_out", "suspended", "phase_out_kept"),
        ("suspended", "phasing_out", "suspension_kept"),
        ("conditional", "requalifying", "conditions_kept"),
    ],
)
def test_a_standing_does_not_vanish_in_another(
    house: Database, approved: Approved, at: datetime, goes_at: str, stays_at: str, reason: str
) -> None:
    stays, goes = approved("Acme Castings"), approved("Acme Castings GmbH")
    bring(house, stays, stays_at, at + HOUR)
    bring(house, goes, goes_at, at + HOUR)
    assert refused(house, stays, goes, at + DAY) == [reason]
    with house.read() as session:
        unmet = read_comparison(session, stays, goes, actor=QUALITY_MANAGER, at=at).unmet
    assert [each.id for each in unmet] == [reason]
    assert ":" in str(unmet[0].message), "it says what to do instead"


def test_open_orders_do_not_go_to_a_record_where_nothing_runs(
    house: Database, approved: Approved, make_supplier: Callable[..., str], at: datetime
) -> None:
    stays, goes = make_supplier("Acme Castings"), approved("Acme Castings GmbH")
    ask(house, goes, at)
    bring(house, goes, "phasing_out", at + HOUR)
    assert refused(house, stays, goes, at + DAY) == ["phase_out_kept"]
    act(house, goes, "reinstate", QUALITY_MANAGER, at + DAY, {"reason": "Needed"})
    assert refused(house, stays, goes, at + DAY) == ["approval_kept"]
