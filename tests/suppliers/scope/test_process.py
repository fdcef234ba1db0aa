"""A line of scope from the request to its end: who decides, what hangs on days, whom procurement hears of."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from supplier_quality.engine.refusals import Refused
from supplier_quality.engine.timers import timers_of
from supplier_quality.mail import MailMessage
from supplier_quality.outbox import incidents
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.operations import set_site_active
from supplier_quality.suppliers.scope import queries
from supplier_quality.suppliers.scope.operations import BadScope, ScopeThereAlready
from supplier_quality.suppliers.scope.permissions import MayNotRequestScope
from tests.suppliers.conftest import BUYER, QUALITY_MANAGER, SQE, VIEWER
from tests.suppliers.scope.conftest import GOOD, OTHER_MANAGER, ask, grant, move, state_of
from tests.suppliers.test_qualification import act, tick

CONDITIONS = {"conditions": "Audit", "due": "2026-12-20", "valid_to": "2027-01-31", "comment": "Only source"}


def refusal(database: Database, line: str, action: str, at: datetime, form: Any, **who: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        move(database, line, action, at, form, **who)
    return [unmet.id for unmet in caught.value.unmet]


def test_somebody_else_approves_what_was_asked_for(house: Database, approved: Callable[..., str], at: datetime) -> None:
    line = ask(house, approved(), at)
    assert refusal(house, line, "approve", at, GOOD, actor=SQE) == ["four_eyes"]
    assert move(house, line, "approve", at, {**GOOD, "valid_to": "2028-05-31"}) == "approved"
    with house.read() as session:
        found = queries.get_scope(session, line, actor=SQE)
        assert (found.decided, found.valid_to) == ("approved", date(2028, 5, 31))
        assert not incidents(session)


def test_nothing_is_approved_for_a_supplier_that_is_not(
    house: Database, make_supplier: Callable[..., str], at: datetime
) -> None:
    line = ask(house, make_supplier(), at)
    assert refusal(house, line, "approve", at, GOOD) == ["supplier_qualified"]


def test_business_goes_on_with_a_supplier_that_is_qualified_again(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number = approved()
    held = grant(house, number, at, part="P-1")
    move(house, held, "suspend", at, {"reason": "Recall"})
    at += timedelta(hours=1)
    assert act(house, number, "requalify", SQE, at) == "requalifying"
    new, limited = ask(house, number, at), ask(house, number, at, commodity="FASTENERS")
    assert move(house, new, "approve", at, GOOD) == "approved"
    assert move(house, limited, "approve_conditionally", at, CONDITIONS) == "conditional"
    assert move(house, held, "reinstate", at, {"reason": "Solved"}, actor=OTHER_MANAGER) == "approved"


def test_a_site_taken_out_of_use_carries_no_new_approval(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number = approved()
    line = ask(house, number, at)
    with house.write() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=SQE)
        site = next(each for each in supplier_queries.sites_of(session, supplier) if each.name == "Works 1")
        set_site_active(session, supplier, site, False, actor=SQE, at=at)
    assert refusal(house, line, "approve", at, GOOD) == ["site_in_use"]
    with pytest.raises(BadScope) as caught:
        ask(house, number, at, part="P-1")
    assert [problem.column for problem in caught.value.details] == ["site_id"]


def test_the_same_scope_is_asked_for_once_until_it_has_ended(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number = approved()
    line = ask(house, number, at)
    with pytest.raises(ScopeThereAlready):
        ask(house, number, at, actor=BUYER)
    for other in ({"part": "P-7"}, {"site": "Works 2"}, {"commodity": "FASTENERS"}):
        assert ask(house, number, at, **other) != line
    move(house, line, "withdraw", at, {"reason": "Not needed"}, actor=BUYER)
    assert ask(house, number, at) != line


def test_a_viewer_asks_for_nothing(house: Database, approved: Callable[..., str], at: datetime) -> None:
    number = approved()
    with pytest.raises(MayNotRequestScope):
        ask(house, number, at, actor=VIEWER)


def test_conditions_are_reminded_escalated_and_the_approval_ends(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    line = ask(house, approved(), at)
    assert move(house, line, "approve_conditionally", at, CONDITIONS) == "conditional"
    with house.read() as session:
        due = {
            (timer.rule, timer.due_at.date())
            for timer in timers_of(session, queries.get_scope(session, line, actor=SQE))
        }
    assert ("condition_near", date(2026, 12, 5)) in due or ("condition_near", date(2026, 12, 6)) in due
    assert {rule for rule, _day in due} == {"condition_near", "condition_overdue", "approval_near", "approval_over"}
    tick(house, datetime.fromisoformat("2027-01-30T12:00:00+00:00"))
    assert state_of(house, line) == "conditional"
    tick(house, datetime.fromisoformat("2027-02-01T00:00:00+00:00"))
    assert state_of(house, line) == "expired"
    later = datetime.fromisoformat("2027-02-02T08:00:00+00:00")
    assert move(house, line, "approve", later, GOOD) == "approved"


def test_new_days_move_what_hangs_on_them(house: Database, approved: Callable[..., str], at: datetime) -> None:
    line = ask(house, approved(), at)
    move(house, line, "approve_conditionally", at, CONDITIONS)
    move(house, line, "approve_conditionally", at, {**CONDITIONS, "valid_to": "2027-03-31"})
    with house.read() as session:
        timers = timers_of(session, queries.get_scope(session, line, actor=SQE))
    assert [timer.due_at.date() for timer in timers if timer.rule == "approval_over"] == [date(2027, 3, 31)]


def test_what_was_approved_under_conditions_and_then_without_end_does_not_end(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    line = ask(house, approved(), at)
    move(house, line, "approve_conditionally", at, CONDITIONS)
    move(house, line, "approve", at + timedelta(days=5), GOOD)
    with house.read() as session:
        assert timers_of(session, queries.get_scope(session, line, actor=SQE)) == []
    tick(house, datetime.fromisoformat("2027-02-01T00:00:00+00:00"))
    assert state_of(house, line) == "approved"


def test_who_suspended_may_not_reinstate(house: Database, approved: Callable[..., str], at: datetime) -> None:
    line = grant(house, approved(), at)
    assert move(house, line, "suspend", at, {"reason": "Recall"}) == "suspended"
    assert refusal(house, line, "reinstate", at, {"reason": "Solved"}) == ["four_eyes"]
    assert move(house, line, "reinstate", at, {"reason": "Solved"}, actor=OTHER_MANAGER) == "approved"


def test_a_phase_out_ends_on_its_last_day(house: Database, approved: Callable[..., str], at: datetime) -> None:
    line = grant(house, approved(), at)
    form = {"last_day": "2026-12-31", "reason": "Relocated"}
    assert move(house, line, "phase_out", at, form, actor=BUYER) == "phasing_out"
    tick(house, at + timedelta(days=30))
    assert state_of(house, line) == "phasing_out"
    tick(house, datetime.fromisoformat("2027-01-01T00:00:00+00:00"))
    assert state_of(house, line) == "ended"


def test_procurement_hears_of_everything_that_stops_or_returns_in_its_own_language(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    line = grant(house, approved(), at)
    before = len(mails_to_cem(house))
    move(house, line, "suspend", at, {"reason": "Recall of batch 7"})
    move(house, line, "reinstate", at, {"reason": "Solved"}, actor=OTHER_MANAGER)
    move(house, line, "phase_out", at, {"last_day": "2026-12-31", "reason": "Relocated"})
    move(house, line, "disqualify", at, {"reason": "Fraud"})
    mails = mails_to_cem(house)[before:]
    assert [subject for subject, _text in mails] == [
        f"范围已暂停 ({line})", f"范围已恢复 ({line})", f"范围逐步退出 ({line})", f"范围资格已取消 ({line})",
    ]  # fmt: skip
    assert "Recall of batch 7" in mails[0][1] and "压铸件" in mails[0][1]


def mails_to_cem(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        query = select(MailMessage).where(MailMessage.recipient_kind == "user", MailMessage.recipient_id == 9003)
        return [(mail.subject, mail.text or "") for mail in session.scalars(query.order_by(MailMessage.id))]


def test_the_quality_manager_is_named_in_the_trail(house: Database, approved: Callable[..., str], at: datetime) -> None:
    line = grant(house, approved(), at)
    with house.read() as session:
        found = queries.get_scope(session, line, actor=QUALITY_MANAGER)
        assert (found.label, found.owner_id) == ("Acme Castings, CAST-AL", 9001)
