"""What a phase-out of a supplier does to its scope, and whom it tells."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import select

from supplier_quality.engine.evidence import verify_trail
from supplier_quality.mail import MailMessage
from supplier_quality.outbox import incidents
from supplier_quality.persistence import Database
from supplier_quality.suppliers.scope import queries
from supplier_quality.suppliers.scope.mails import MOST_LISTED
from tests.suppliers.conftest import BUYER, QUALITY_MANAGER, SQE
from tests.suppliers.scope.conftest import OTHER_MANAGER, approved, ask, grant, house, move, states, told
from tests.suppliers.scope.test_limits import at_site, reinstate_supplier, suspend_supplier
from tests.suppliers.scope.test_process import mails_to_cem, refusal
from tests.suppliers.test_qualification import act, state_of, tick

__all__ = ["approved", "house"]

LEAVING = {"last_day": "2027-01-31", "reason": "Moved in house"}
HOUR = timedelta(hours=1)
Approved = Callable[..., str]


def last_days(database: Database, lines: list[str]) -> list[date | None]:
    with database.read() as session:
        return [queries.get_scope(session, line, actor=SQE).valid_to for line in lines]


def test_procurement_gets_one_mail_that_lists_the_lines(house: Database, approved: Approved, at: datetime) -> None:
    number = approved()
    lines = [grant(house, number, at, part=f"P-{count}") for count in range(3)]
    asked = ask(house, number, at, commodity="FASTENERS")
    before = len(mails_to_cem(house))
    assert act(house, number, "phase_out", SQE, at + HOUR, LEAVING) == "phasing_out"
    [(subject, text)] = mails_to_cem(house)[before:]
    assert subject == f"供应商状态变更 ({number})"
    assert all(line in text for line in lines) and asked not in text
    assert "Works 1" in text and "批准 → 逐步退出" in text and "Moved in house" in text
    assert states(house, lines) == ["phasing_out"] * 3


def test_a_supplier_without_scope_is_told_of_all_the_same(house: Database, approved: Approved, at: datetime) -> None:
    number = approved()
    before = len(mails_to_cem(house))
    act(house, number, "phase_out", BUYER, at + HOUR, LEAVING)
    assert [subject for subject, _text in mails_to_cem(house)[before:]] == [f"供应商状态变更 ({number})"]


def test_a_long_list_of_lines_is_cut_and_counted(house: Database, approved: Approved, at: datetime) -> None:
    number = approved()
    for count in range(MOST_LISTED + 2):
        grant(house, number, at, part=f"P-{count}")
    before = len(mails_to_cem(house))
    act(house, number, "phase_out", SQE, at + HOUR, LEAVING)
    [(_subject, text)] = mails_to_cem(house)[before:]
    assert text.count("逐步退出") >= MOST_LISTED and "2" in text.split("…", 1)[1].splitlines()[0]


def test_the_trail_of_each_line_says_who_decided_and_why(house: Database, approved: Approved, at: datetime) -> None:
    number = approved()
    line = grant(house, number, at)
    act(house, number, "phase_out", BUYER, at + HOUR, LEAVING)
    entry = told(house, line)[-1]
    assert (entry.action, entry.actor.kind, entry.from_state, entry.to_state) == (
        "phase_out_with_supplier", "system", "approved", "phasing_out",
    )  # fmt: skip
    assert entry.data["form"] == {**LEAVING, "decided_by": BUYER.label}
    with house.read() as session:
        assert verify_trail(session).ok


def test_a_line_phased_out_by_itself_sends_its_own_mail(house: Database, approved: Approved, at: datetime) -> None:
    line = grant(house, approved(), at)
    before = len(mails_to_cem(house))
    move(house, line, "phase_out", at, LEAVING)
    assert [subject for subject, _text in mails_to_cem(house)[before:]] == [f"范围逐步退出 ({line})"]


def test_a_suspended_supplier_is_phased_out_with_what_was_held(
    house: Database, approved: Approved, at: datetime
) -> None:
    number = approved()
    held, ours = grant(house, number, at), grant(house, number, at, commodity="FASTENERS")
    leaving = grant(house, number, at, part="P-9")
    move(house, ours, "suspend", at, {"reason": "Own finding"})
    move(house, leaving, "phase_out", at, {"last_day": "2026-12-31", "reason": "Old"})
    lines = [held, ours, leaving]
    suspend_supplier(house, number, at)
    assert states(house, lines) == ["suspended"] * 3
    before = len(mails_to_cem(house))
    assert act(house, number, "phase_out", OTHER_MANAGER, at + HOUR, LEAVING) == "phasing_out"
    assert states(house, lines) == ["phasing_out"] * 3
    assert last_days(house, lines) == [date(2027, 1, 31)] * 3
    [(_subject, text)] = mails_to_cem(house)[before:]
    assert all(line in text for line in lines) and "暂停 → 逐步退出" in text
    tick(house, datetime.fromisoformat("2027-02-01T09:00:00+00:00"))
    assert (state_of(house, number), states(house, lines)) == ("phased_out", ["ended"] * 3)
    with house.read() as session:
        assert not incidents(session)


def test_the_supplier_hears_that_open_orders_run_out(house: Database, approved: Approved, at: datetime) -> None:
    number = approved()
    suspend_supplier(house, number, at)
    act(house, number, "phase_out", QUALITY_MANAGER, at + HOUR, LEAVING)
    with house.read() as session:
        query = select(MailMessage.subject).where(
            MailMessage.recipient_kind == "user", MailMessage.recipient_id == 9001
        )
        assert f"Supplier being phased out ({number})" in session.scalars(query).all()


def test_no_line_outlasts_its_supplier(house: Database, approved: Approved, at: datetime) -> None:
    number = approved()
    sooner, later = grant(house, number, at, part="P-1"), grant(house, number, at, part="P-2")
    move(house, sooner, "phase_out", at, {"last_day": "2026-12-31", "reason": "Old"})
    move(house, later, "phase_out", at, {"last_day": "2027-06-30", "reason": "Old"})
    act(house, number, "phase_out", SQE, at + HOUR, LEAVING)
    assert last_days(house, [sooner, later]) == [date(2026, 12, 31), date(2027, 1, 31)]


def test_what_a_site_lacks_still_holds_its_lines(house: Database, approved: Approved, at: datetime) -> None:
    number = approved()
    line = grant(house, number, at)
    at_site(house, "scope.limit_site", number, "Works 1", at, effect="suspended")
    suspend_supplier(house, number, at)
    before = len(mails_to_cem(house))
    act(house, number, "phase_out", SQE, at + HOUR, LEAVING)
    assert states(house, [line]) == ["suspended"]
    [(_subject, text)] = mails_to_cem(house)[before:]
    assert "暂停 → 暂停" in text
    at_site(house, "scope.restore_site", number, "Works 1", at + HOUR)
    assert states(house, [line]) == ["phasing_out"]


def test_a_reinstated_supplier_gets_its_lines_back_one_by_one(
    house: Database, approved: Approved, at: datetime
) -> None:
    number = approved()
    line = grant(house, number, at)
    suspend_supplier(house, number, at)
    act(house, number, "phase_out", BUYER, at + HOUR, LEAVING)
    assert refusal(house, line, "reinstate", at + HOUR, {"reason": "?"}) == ["supplier_qualified"]
    reinstate_supplier(house, number, at + 2 * HOUR)
    assert states(house, [line]) == ["phasing_out"]
    assert move(house, line, "reinstate", at + 2 * HOUR, {"reason": "Needed"}) == "approved"
    assert last_days(house, [line]) == [None]
