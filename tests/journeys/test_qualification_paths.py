"""Every way to an approval, and what comes after it, on both databases:

- at the desk: nothing risky is asked for, and the deputy of a department of one decides
- by audit: safety parts; the audit fails, is repeated with its report, samples are waived by a second person
- by samples: key parts of a certified supplier
- with conditions: met before their day, and approved; or not met, late, and over
- qualified again: by itself on its day, with the steps that what is known by then asks for
- leaving: phased out with all its scope until the last day
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import select

from supplier_quality.engine.evidence import verify_trail
from supplier_quality.identity.actors import load_actor
from supplier_quality.identity.deputies import name_deputy
from supplier_quality.identity.models import User, UserRole
from supplier_quality.mail import MailMessage
from supplier_quality.outbox import incidents
from supplier_quality.persistence import Database
from supplier_quality.suppliers.qualification.queries import undone_steps
from supplier_quality.suppliers.queries import get_supplier
from tests.suppliers.conftest import BUYER, QUALITY_MANAGER, SQE, make_supplier, ready
from tests.suppliers.qualification.conftest import DAY, DONE, GOOD, OTHER_MANAGER, move, pass_until, reviewed, steps_of
from tests.suppliers.scope.conftest import ask, house
from tests.suppliers.scope.conftest import move as move_line
from tests.suppliers.scope.conftest import state_of as line_state
from tests.suppliers.test_qualification import ANSWERS, act, answer, refusal, state_of

__all__ = ["house", "make_supplier", "ready", "reviewed"]

pytestmark = pytest.mark.long

Reviewed = Callable[..., str]
CONDITIONS = {
    "conditions": "- Send the PFMEA\n- Capability study of the bore",
    "due": "2027-01-15",
    "valid_until": "2027-01-31",
    "comment": "Only source",
}


@pytest.fixture
def staffed(house: Database) -> Database:
    """The house with somebody who hears of what is late."""
    with house.write() as session:
        session.add(UserRole(user_id=9002, role="quality_manager"))
        session.add(UserRole(user_id=9001, role="sqe"))
    return house


def subjects(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(MailMessage.subject).order_by(MailMessage.id)))


def check_sound(database: Database) -> None:
    """Nothing failed on the way, and the trail proves it."""
    with database.read() as session:
        assert not incidents(session)
        assert verify_trail(session).ok


def test_at_the_desk_with_the_deputy_of_a_department_of_one(
    staffed: Database, make_supplier: Callable[..., str], at: datetime
) -> None:
    number = make_supplier()
    act(staffed, number, "invite", QUALITY_MANAGER, at)
    answer(staffed, number, at, ANSWERS)
    assert refusal(staffed, number, "approve", QUALITY_MANAGER, at, GOOD) == ["four_eyes"]
    with staffed.write() as session:
        bo, cem = session.get_one(User, 9002), session.get_one(User, 9003)
        name_deputy(
            session, bo, deputy=cem, role="quality_manager", starts_at=at, ends_at=at + 7 * DAY, at=at,
            actor=replace(QUALITY_MANAGER, person_id=9002),
        )  # fmt: skip
    with staffed.read() as session:
        deputy = load_actor(session, 9003, via="web", at=at)
        assert deputy is not None and deputy.deputy_for == ("Bo Chen",)
    assert act(staffed, number, "approve", deputy, at, GOOD) == "approved"
    with staffed.read() as session:
        assert get_supplier(session, number, actor=SQE).requalify_on == date(2028, 11, 20)
    check_sound(staffed)


def test_by_audit(staffed: Database, reviewed: Reviewed, at: datetime) -> None:
    number = reviewed("safety")
    steps = {kind: step.number for kind, step in steps_of(staffed, number).items()}
    assert steps.keys() == {"audit", "samples", "agreement"}
    assert refusal(staffed, number, "approve", QUALITY_MANAGER, at, GOOD) == ["steps_done"]
    move(staffed, steps["audit"], "fail", at + DAY, {"reason": "No reaction plans"})
    move(staffed, steps["audit"], "repeat", at + 2 * DAY, {"due": "2027-02-26", "reason": "Plans were sent"})
    move(staffed, steps["audit"], "complete", at + 3 * DAY, DONE)
    move(staffed, steps["agreement"], "complete", at + 3 * DAY, DONE)
    move(staffed, steps["samples"], "ask_waiver", at + 4 * DAY, {"reason": "Same part from Works 2"})
    move(staffed, steps["samples"], "grant_waiver", at + 4 * DAY, GOOD, actor=OTHER_MANAGER)
    assert act(staffed, number, "approve", QUALITY_MANAGER, at + 5 * DAY, GOOD) == "approved"
    assert f"Ready for the decision ({number})" in subjects(staffed)
    check_sound(staffed)


def test_by_samples(staffed: Database, reviewed: Reviewed, at: datetime) -> None:
    number = reviewed("key")
    steps = steps_of(staffed, number)
    assert steps.keys() == {"samples", "agreement"}
    for step in steps.values():
        move(staffed, step.number, "complete", at + DAY, DONE)
    assert act(staffed, number, "approve", QUALITY_MANAGER, at + 2 * DAY, GOOD) == "approved"
    check_sound(staffed)


def test_conditions_are_met_and_lead_to_the_approval(staffed: Database, reviewed: Reviewed, at: datetime) -> None:
    number = reviewed("general")
    assert act(staffed, number, "approve_conditionally", QUALITY_MANAGER, at, CONDITIONS) == "conditional"
    conditions = steps_of(staffed, number)
    assert {text: (step.kind, step.due, step.owner) for text, step in conditions.items()} == {
        "Send the PFMEA": ("condition", date(2027, 1, 15), "Ann Miller"),
        "Capability study of the bore": ("condition", date(2027, 1, 15), "Ann Miller"),
    }
    assert refusal(staffed, number, "approve", QUALITY_MANAGER, at, GOOD) == ["conditions_met"]
    again = {**CONDITIONS, "conditions": "Send the PFMEA\nISO 9001 by spring", "due": "", "valid_until": "2027-03-31"}
    act(staffed, number, "approve_conditionally", QUALITY_MANAGER, at + DAY, {k: v for k, v in again.items() if v})
    now = steps_of(staffed, number)
    assert now["Capability study of the bore"].state == "not_needed"
    assert now["Send the PFMEA"].number == conditions["Send the PFMEA"].number
    assert {now[text].due for text in ("Send the PFMEA", "ISO 9001 by spring")} == {date(2027, 3, 31)}
    for text in ("Send the PFMEA", "ISO 9001 by spring"):
        move(staffed, now[text].number, "complete", at + 2 * DAY, DONE)
    assert f"Ready for the decision ({number})" in subjects(staffed)
    assert act(staffed, number, "approve", QUALITY_MANAGER, at + 3 * DAY, GOOD) == "approved"
    check_sound(staffed)


def test_conditions_that_are_late_escalate_and_the_approval_ends(
    staffed: Database, reviewed: Reviewed, at: datetime
) -> None:
    number = reviewed("general")
    act(staffed, number, "approve_conditionally", QUALITY_MANAGER, at, CONDITIONS)
    late = steps_of(staffed, number)["Send the PFMEA"].number
    pass_until(staffed, datetime.fromisoformat("2027-01-17T09:00:00+00:00"))
    told = subjects(staffed)
    assert f"Step of a qualification due soon ({late})" in told and f"Deadline missed ({late})" in told
    assert state_of(staffed, number) == "conditional"
    over = datetime.fromisoformat("2027-02-01T09:00:00+00:00")
    pass_until(staffed, over)
    assert state_of(staffed, number) == "review"
    assert refusal(staffed, number, "approve", QUALITY_MANAGER, over, GOOD) == ["conditions_met"]
    assert act(staffed, number, "reject", QUALITY_MANAGER, over, {"reason": "Never sent"}) == "rejected"
    assert {step.state for step in steps_of(staffed, number).values()} == {"not_needed"}
    check_sound(staffed)


def test_an_approved_supplier_is_qualified_again_on_its_day(
    staffed: Database, reviewed: Reviewed, at: datetime
) -> None:
    number = reviewed("general", iso9001_valid_until="2032-05-31")
    act(staffed, number, "approve", QUALITY_MANAGER, at, GOOD)
    ask(staffed, number, at, commodity="CAST-AL")
    due = datetime.fromisoformat("2028-11-21T09:00:00+00:00")
    pass_until(staffed, due - 2 * DAY)
    assert state_of(staffed, number) == "approved"
    assert f"Supplier to be qualified again soon ({number})" in subjects(staffed)
    pass_until(staffed, due)
    assert state_of(staffed, number) == "requalifying"
    steps = steps_of(staffed, number)
    assert steps.keys() == {"samples", "agreement"}, "key parts were asked for meanwhile"
    assert refusal(staffed, number, "approve", OTHER_MANAGER, due, GOOD) == ["steps_done"]
    for step in steps.values():
        move(staffed, step.number, "complete", due + DAY, {**DONE, "done_on": "2028-11-22"})
    assert act(staffed, number, "approve", OTHER_MANAGER, due + 2 * DAY, GOOD) == "approved"
    with staffed.read() as session:
        assert get_supplier(session, number, actor=SQE).requalify_on == date(2030, 11, 23)
    pass_until(staffed, datetime.fromisoformat("2030-11-24T09:00:00+00:00"))
    with staffed.read() as session:
        asked = undone_steps(session, [get_supplier(session, number, actor=SQE).id])
        assert {step.kind for step in asked} == {"samples", "agreement"}, (
            "what was shown for the last approval is asked anew"
        )
    check_sound(staffed)


def test_a_supplier_is_phased_out_with_its_scope(staffed: Database, reviewed: Reviewed, at: datetime) -> None:
    number = reviewed()
    act(staffed, number, "approve", QUALITY_MANAGER, at, GOOD)
    line = ask(staffed, number, at, commodity="CAST-AL")
    move_line(staffed, line, "approve", at, GOOD)
    form = {"last_day": "2027-01-31", "reason": "Moved in house"}
    assert act(staffed, number, "phase_out", BUYER, at + DAY, form) == "phasing_out"
    assert line_state(staffed, line) == "phasing_out"
    with staffed.read() as session:
        query = select(MailMessage.template).where(MailMessage.recipient_id == 9003)
        assert len(session.scalars(query).all()) == 1, "the buyer hears of the supplier and its lines at once"
    pass_until(staffed, datetime.fromisoformat("2027-01-31T22:00:00+00:00"))
    assert state_of(staffed, number) == "phasing_out"
    pass_until(staffed, datetime.fromisoformat("2027-02-01T09:00:00+00:00"))
    assert (state_of(staffed, number), line_state(staffed, line)) == ("phased_out", "ended")
    check_sound(staffed)
