"""The approved supplier list, now and on past days, as a page, as files, and what changed in it."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from supplier_quality import clock
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.approved.queries import ListedLine, ListFilters, changes_since, list_approved
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.scope.models import ScopeLine
from tests.suppliers.conftest import SQE
from tests.suppliers.scope.conftest import (
    OTHER_MANAGER,
    app,
    approved,
    ask,
    client,
    grant,
    house,
    make_supplier,
    move,
    ready,
)
from tests.suppliers.scope.test_process import CONDITIONS
from tests.suppliers.test_qualification import act
from tests.web.conftest import add_user, signed_in

__all__ = ["add_user", "app", "approved", "client", "house", "make_supplier", "ready", "signed_in"]

DAY = timedelta(days=1)


def listed(database: Database, before: datetime | None = None, **narrowed: Any) -> dict[str, ListedLine]:
    with database.read() as session:
        page = list_approved(session, actor=SQE, filters=ListFilters(before=before, **narrowed))
    return {line.view.number: line for line in page.rows}


def states(database: Database, before: datetime | None = None, **narrowed: Any) -> dict[str, str]:
    return {number: line.view.state for number, line in listed(database, before, **narrowed).items()}


def test_a_past_day_shows_how_it_stood_then(house: Database, approved: Callable[..., str], at: datetime) -> None:
    number = approved()
    line = ask(house, number, at + DAY)
    move(house, line, "approve", at + 2 * DAY, {"comment": "Good", "valid_to": "2028-01-31"})
    act(house, number, "suspend", SQE, at + 3 * DAY, {"reason": "Recall"})
    act(house, number, "reinstate", OTHER_MANAGER, at + 4 * DAY, {"reason": "Solved"})
    seen = [states(house, at + (days + 0.5) * DAY).get(line) for days in range(5)]
    assert seen == [None, "requested", "approved", "suspended", "approved"]
    assert states(house) == {line: "approved"}
    assert listed(house, at + 3.5 * DAY)[line].view.valid_to == date(2028, 1, 31)
    assert listed(house, at + 1.5 * DAY)[line].view.valid_to is None


def test_conditions_and_days_are_those_of_that_day(house: Database, approved: Callable[..., str], at: datetime) -> None:
    line = ask(house, approved(), at)
    move(house, line, "approve_conditionally", at + DAY, CONDITIONS)
    move(house, line, "approve", at + 2 * DAY, {"comment": "Met"})
    move(house, line, "phase_out", at + 3 * DAY, {"last_day": "2027-06-30", "reason": "Old"})
    move(house, line, "reinstate", at + 4 * DAY, {"reason": "Needed"}, actor=OTHER_MANAGER)
    seen = [listed(house, at + (days + 0.5) * DAY)[line].view for days in range(5)]
    assert [(view.state, view.conditions, view.due, view.valid_to) for view in seen] == [
        ("requested", None, None, None),
        ("conditional", "Audit", date(2026, 12, 20), date(2027, 1, 31)),
        ("approved", None, None, None),
        ("phasing_out", None, None, date(2027, 6, 30)),
        ("approved", None, None, None),
    ]
    now = listed(house)[line].view
    assert (now.conditions, now.due, now.valid_to) == (None, None, None), "the row says what the trail says"


def test_the_last_day_of_the_supplier_is_that_of_its_lines_on_past_days(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number = approved()
    line = grant(house, number, at)
    act(house, number, "phase_out", SQE, at + DAY, {"last_day": "2027-06-30", "reason": "Old"})
    act(house, number, "reinstate", OTHER_MANAGER, at + 2 * DAY, {"reason": "Needed"})
    move(house, line, "reinstate", at + 2 * DAY, {"reason": "Needed"}, actor=OTHER_MANAGER)
    then = listed(house, at + 1.5 * DAY)[line].view
    assert (then.state, then.valid_to) == ("phasing_out", date(2027, 6, 30))
    assert listed(house)[line].view.valid_to is None


def test_filters_ask_for_the_state_of_that_day(house: Database, approved: Callable[..., str], at: datetime) -> None:
    first, second = approved("Acme Castings"), approved("Beta Forge")
    lines = [grant(house, first, at), grant(house, second, at)]
    move(house, lines[0], "suspend", at + DAY, {"reason": "Recall"})
    assert list(states(house, state="suspended")) == [lines[0]]
    assert list(states(house, state="approved")) == [lines[1]]
    assert list(states(house, at + 0.5 * DAY, state="approved")) == lines
    assert list(states(house, search="forge")) == [lines[1]]
    assert states(house, commodity_id=-1) == {}


def test_lines_that_ended_are_listed_only_when_asked_for(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    line = ask(house, approved(), at)
    move(house, line, "withdraw", at + DAY, {"reason": "Not needed"}, actor=SQE)
    assert states(house) == {}
    assert states(house, state="withdrawn") == {line: "withdrawn"}
    assert states(house, at + 0.5 * DAY) == {line: "requested"}


def test_a_supplier_renamed_or_merged_since_is_found_where_it_is_now(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    old, new = approved("Old Name"), approved("New Owner")
    line = grant(house, old, at)
    with house.write() as session:
        merged = supplier_queries.get_supplier(session, old, actor=SQE).id
        survivor = supplier_queries.get_supplier(session, new, actor=SQE)
        survivor.name, survivor.name_key = "Newest Name", "newest name"
        for table in (Site, ScopeLine):
            session.execute(update(table).where(table.supplier_id == merged).values(supplier_id=survivor.id))
    view = listed(house, at + 0.5 * DAY)[line].view
    assert (view.supplier_number, view.supplier_name, view.state) == (new, "Newest Name", "approved")


def test_pages_go_by_suppliers_in_the_order_of_their_names(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    numbers = [approved(name) for name in ("Cee", "Acme", "Beta")]
    for number in numbers:
        ask(house, number, at)
        ask(house, number, at, site="Works 2")
    with house.read() as session:
        first = list_approved(session, actor=SQE, filters=ListFilters(), size=2)
        second = list_approved(session, actor=SQE, filters=ListFilters(), size=2, cursor=first.next_cursor)
    assert [line.view.supplier_name for line in first.rows] == ["Acme", "Acme", "Beta", "Beta"]
    assert [line.view.supplier_name for line in second.rows] == ["Cee", "Cee"]


def test_the_changes_of_a_week_are_told_newest_first(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number = approved()
    line = grant(house, number, at)
    act(house, number, "suspend", SQE, at + 8 * DAY, {"reason": "Recall"})
    with house.read() as session:
        week = changes_since(session, at + 7 * DAY, actor=SQE, limit=10)
        ever = changes_since(session, at - DAY, actor=SQE, limit=10)
    assert [(change.view.number, change.entry.action) for change in week] == [(line, "hold")]
    assert [change.entry.action for change in ever] == ["hold", "approve", "start"]


@pytest.fixture
def two_sites(house: Database, approved: Callable[..., str]) -> str:
    """An approved supplier with scope at both sites, suspended at one of them a moment ago; its number."""
    now = clock.now()
    number = approved()
    grant(house, number, now)
    line = grant(house, number, now, site="Works 2", part="=P-7")
    move(house, line, "suspend", now, {"reason": "Recall of batch 7"})
    return number


def test_the_matrix_shows_marks_with_their_reasons(two_sites: str, signed_in: Any) -> None:
    browser = signed_in("viewer")
    page = browser.get("/approved-suppliers").text
    assert page.count('class="mark chip') == 2
    tip = re.search(r'role="tooltip"[^>]*>([^<]*Recall of batch 7[^<]*)<', page)
    assert tip and "Bo Chen" in tip[1]
    assert "data-matrix" in page and "One approved" in page
    table = browser.get("/approved-suppliers?view=table&state=suspended").text
    assert "Works 2" in table and "Works 1" not in table
    assert "No row fits these filters" in browser.get("/approved-suppliers?q=nobody").text
    assert "暂停" in signed_in("buyer", language="zh").get("/approved-suppliers").text


def test_days_that_cannot_be_used_are_said_beside_the_list(two_sites: str, signed_in: Any) -> None:
    browser = signed_in("viewer")
    past = browser.get("/approved-suppliers?on=2020-01-31").text
    assert "As it stood at the end of 31 Jan 2020" in past and 'class="mark' not in past
    assert "This day is still to come" in browser.get("/approved-suppliers?on=2999-01-01").text
    wrong = browser.get("/approved-suppliers?on=31.1.2020").text
    assert "Write a date as year-month-day" in wrong and 'class="mark' in wrong


def test_the_list_as_files_holds_no_formula(two_sites: str, signed_in: Any) -> None:
    browser = signed_in("buyer")
    text = browser.get("/approved-suppliers/export.csv").get_data(as_text=True).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["Supplier number"], row["State"], row["Part"]) for row in rows] == [
        (two_sites, "Approved", ""), (two_sites, "Suspended", "'=P-7"),
    ]  # fmt: skip
    sheet = load_workbook(io.BytesIO(browser.get("/approved-suppliers/export.xlsx?state=approved").data)).active
    assert sheet is not None
    assert sheet.max_row == 2
    past = browser.get("/approved-suppliers/export.csv?on=2020-01-31")
    assert past.headers["Content-Disposition"] == "attachment; filename=approved-suppliers-2020-01-31.csv"
    assert past.get_data(as_text=True).count("\n") == 1


def test_procurement_reads_what_changed_this_week(two_sites: str, signed_in: Any) -> None:
    page = signed_in("buyer").get("/approved-suppliers/changes").text
    assert "Recall of batch 7" in page and "Suspend: Approved → Suspended" in page
    assert "Acme Castings" in page
    assert "This day is still to come" in signed_in("sqe").get("/approved-suppliers/changes?since=2999-01-01").text


def test_suppliers_without_scope_are_not_listed(house: Database, approved: Callable[..., str]) -> None:
    approved()
    with house.read() as session:
        assert session.scalars(select(Supplier)).one()
    assert states(house) == {}
