"""Which steps a supplier needs, and that they stand in the way of its approval."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from supplier_quality.engine.models import Join
from supplier_quality.engine.refusals import Refused
from supplier_quality.mail import MailMessage
from supplier_quality.persistence import Database
from supplier_quality.suppliers.qualification import operations, queries
from supplier_quality.suppliers.qualification.enums import Part
from supplier_quality.suppliers.qualification.operations import BadAssessment
from supplier_quality.suppliers.qualification.permissions import MayNotAssess
from supplier_quality.suppliers.queries import get_supplier
from supplier_quality.trail import entries
from tests.suppliers.conftest import BUYER, QUALITY_MANAGER, SQE
from tests.suppliers.qualification.conftest import DAY, DONE, GOOD, OTHER_MANAGER, move, pass_until, steps_of
from tests.suppliers.scope.conftest import ask
from tests.suppliers.test_qualification import act, refusal, state_of

Reviewed = Callable[..., str]


def test_without_risky_scope_the_decision_is_taken_at_the_desk(
    house: Database, reviewed: Reviewed, at: datetime
) -> None:
    number = reviewed("general")
    assert steps_of(house, number) == {}
    assert act(house, number, "approve", QUALITY_MANAGER, at, GOOD) == "approved"
    with house.read() as session:
        supplier = get_supplier(session, number, actor=SQE)
        rating = queries.latest_ratings(session, [supplier.id])[supplier.id]
        assert (rating.risk_class, supplier.requalify_on) == ("medium", date(2028, 11, 20))
        told = next(entry for entry in entries(session, "supplier", supplier.id) if entry.action == "risk.rated")
        assert told.data["parts"] == rating.parts and told.data["tables"]["risk_parts"]["version"] == 1


def test_the_route_says_why_it_asks_and_until_when(house: Database, reviewed: Reviewed, at: datetime) -> None:
    steps = steps_of(house, reviewed("safety"))
    assert {kind: step.due for kind, step in steps.items()} == {
        "agreement": date(2026, 12, 20), "audit": date(2027, 1, 19), "samples": date(2027, 2, 18),
    }  # fmt: skip
    because = steps["audit"].because
    assert (because["table"], because["row"], because["id"]) == ("qualification_route", 2, "safety")
    assert because["facts"] == {"criticality": "safety", "certification": "named", "risk": "medium"}
    assert {step.owner for step in steps.values()} == {"Ann Miller"}


def test_open_steps_stand_in_the_way_until_done_or_waived_by_a_second_person(
    house: Database, reviewed: Reviewed, at: datetime
) -> None:
    number = reviewed("safety")
    assert refusal(house, number, "approve", QUALITY_MANAGER, at, GOOD) == ["steps_done"]
    steps = {kind: step.number for kind, step in steps_of(house, number).items()}
    assert move(house, steps["audit"], "fail", at, {"reason": "No control plans"}) == "failed"
    assert move(house, steps["audit"], "repeat", at, {"due": "2027-03-01", "reason": "Plans are there"}) == "open"
    assert move(house, steps["audit"], "complete", at, DONE) == "done"
    assert move(house, steps["agreement"], "complete", at, DONE) == "done"
    assert move(house, steps["samples"], "ask_waiver", at, {"reason": "Known"}, actor=QUALITY_MANAGER) == "waiver_asked"
    with pytest.raises(Refused) as caught:
        move(house, steps["samples"], "grant_waiver", at, GOOD, actor=QUALITY_MANAGER)
    assert [unmet.id for unmet in caught.value.unmet] == ["four_eyes"]
    assert refusal(house, number, "approve", QUALITY_MANAGER, at, GOOD) == ["steps_done"]
    assert move(house, steps["samples"], "grant_waiver", at, GOOD, actor=OTHER_MANAGER) == "waived"
    with house.read() as session:
        join = session.scalars(select(Join)).one()
        assert (join.name, join.total, join.done) == ("steps", 3, 3)
        subjects = session.scalars(select(MailMessage.subject)).all()
        assert f"Ready for the decision ({number})" in subjects
    assert act(house, number, "approve", QUALITY_MANAGER, at, GOOD) == "approved"


def test_scope_asked_for_later_asks_for_more_steps(house: Database, reviewed: Reviewed, at: datetime) -> None:
    number = reviewed("general")
    ask(house, number, at, commodity="CAST-AL")
    assert refusal(house, number, "approve", QUALITY_MANAGER, at, GOOD) == ["route_current"]
    with house.write() as session:
        operations.determine_route(session, get_supplier(session, number, actor=SQE), actor=SQE, at=at)
    assert set(steps_of(house, number)) == {"samples", "agreement"}
    assert refusal(house, number, "approve", QUALITY_MANAGER, at, GOOD) == ["steps_done"]


def test_what_people_find_changes_the_risk_and_the_route_with_it(
    house: Database, reviewed: Reviewed, at: datetime
) -> None:
    number = reviewed("key")
    found = dict.fromkeys((Part.FINANCE, Part.QMS, Part.CAPACITY, Part.DELIVERY_PERFORMANCE), ("high", "Seen on site"))
    with house.write() as session:
        supplier = get_supplier(session, number, actor=SQE)
        rating = operations.assess_parts(session, supplier, found, actor=SQE, at=at)
        finance = next(line for line in rating.parts if line["part"] == "finance")
        assert (finance["by"], finance["evidence"], finance["points"]) == ("Ann Miller", "Seen on site", 8)
        assert rating.risk_class == "high"
    assert set(steps_of(house, number)) == {"audit", "samples", "agreement"}
    with house.write() as session:
        supplier = get_supplier(session, number, actor=SQE)
        better = dict.fromkeys(found, ("low", "Mended"))
        operations.assess_parts(session, supplier, better, actor=SQE, at=at + DAY)
    assert {kind: step.state for kind, step in steps_of(house, number).items()} == {
        "audit": "not_needed", "samples": "open", "agreement": "open",
    }  # fmt: skip


def test_an_unacceptable_part_bars_the_approval(house: Database, reviewed: Reviewed, at: datetime) -> None:
    number = reviewed("general")
    with house.write() as session:
        supplier = get_supplier(session, number, actor=SQE)
        operations.assess_parts(session, supplier, {Part.FINANCE: ("unacceptable", "Insolvent")}, actor=SQE, at=at)
    assert refusal(house, number, "approve", QUALITY_MANAGER, at, GOOD) == ["not_knocked_out", "steps_done"]


def test_an_assessment_needs_evidence_and_somebody_who_may(house: Database, reviewed: Reviewed, at: datetime) -> None:
    number = reviewed()
    with house.write() as session:
        supplier = get_supplier(session, number, actor=SQE)
        with pytest.raises(BadAssessment) as caught:
            operations.assess_parts(
                session, supplier, {Part.QMS: ("low", " "), Part.COUNTRY: ("low", "x")}, actor=SQE, at=at
            )
        assert [problem.column for problem in caught.value.details] == ["qms_evidence", "country"]
        with pytest.raises(MayNotAssess):
            operations.assess_parts(session, supplier, {Part.QMS: ("low", "Seen")}, actor=BUYER, at=at)


def test_a_rejection_takes_back_what_was_still_to_be_done(house: Database, reviewed: Reviewed, at: datetime) -> None:
    number = reviewed("key")
    act(house, number, "reject", QUALITY_MANAGER, at, {"reason": "No capacity"})
    assert {step.state for step in steps_of(house, number).values()} == {"not_needed"}


def test_a_step_that_is_late_escalates(house: Database, reviewed: Reviewed, at: datetime) -> None:
    number = reviewed("key")
    due = steps_of(house, number)["agreement"]
    assert due.due is not None
    pass_until(house, at + timedelta(days=(due.due - at.date()).days + 1))
    with house.read() as session:
        told = session.scalars(select(MailMessage.subject)).all()
    assert f"Step of a qualification due soon ({due.number})" in told
    assert state_of(house, number) == "review"
