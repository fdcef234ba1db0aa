"""Suppliers by deadline: sorted, paged, narrowed and exported; a missed deadline stays in every list."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from supplier_quality import clock
from supplier_quality.desk.subject_work import find_subject_work
from supplier_quality.engine import deadline_order
from supplier_quality.engine.deadlines import deadlines_of
from supplier_quality.engine.models import Timer
from supplier_quality.engine.timers import take_due_timers
from supplier_quality.persistence import Database
from supplier_quality.persistence.paging import BadCursor
from supplier_quality.suppliers import words
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.queries import SupplierFilters, SupplierLine, count_suppliers, list_suppliers
from tests.suppliers.conftest import SQE
from tests.suppliers.test_qualification import ANSWERS, act, answer
from tests.suppliers.test_routes import walk
from tests.support import actor_for

MakeSupplier = Callable[..., str]
DAY = timedelta(days=1)
NEVER = datetime.max.replace(tzinfo=UTC)
ANN = actor_for("sqe", id="user:9001", person_id=9001)


def listed(database: Database, sort: str = "deadline", **filters: Any) -> list[SupplierLine]:
    with database.read() as session:
        return list(list_suppliers(session, actor=SQE, filters=SupplierFilters(**filters), sort=sort).rows)


def use_up_escalations(database: Database, since: datetime) -> datetime:
    """A worker is there until nothing escalates any more."""
    for days in range(90):
        while take_due_timers(database, at=since + days * DAY):
            pass
    with database.read() as session:
        assert session.scalars(select(Timer.due_at).where(Timer.due_at.is_not(None))).all() == []
    return since + 90 * DAY


def test_after_the_last_escalation_a_supplier_is_still_overdue_everywhere(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number, other = make_supplier("Late Ltd"), make_supplier("Calm Ltd")
    asked = clock.now() - 100 * DAY
    act(ready, number, "invite", SQE, asked)
    (before,) = (line.deadline for line in listed(ready) if line.number == number)
    later = use_up_escalations(ready, asked)

    overdue = listed(ready, overdue_at=later)
    assert [(line.number, line.deadline) for line in overdue] == [(number, before)]
    assert listed(ready, sort="name", overdue_at=later) == overdue
    with ready.read() as session:
        assert count_suppliers(session, actor=SQE, filters=SupplierFilters(overdue_at=later)).number == 1
        (waits,) = (item for item in find_subject_work(session, actor=ANN, at=later).items if item.record == number)
        assert waits.due == before
    browser = signed_in("viewer")
    for path in ("/suppliers", "/suppliers?due=overdue", f"/suppliers/{number}"):
        assert "tone-bad" in browser.get(path).text, path
    assert "Calm Ltd" not in browser.get("/suppliers?due=overdue").text
    assert 'class="why"' not in browser.get(f"/suppliers/{other}").text


def test_a_supplier_that_moves_on_is_not_overdue_any_more(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier()
    act(ready, number, "invite", SQE, at)
    later = use_up_escalations(ready, at)
    answer(ready, number, later, ANSWERS)
    assert listed(ready, overdue_at=later) == []
    act(ready, number, "withdraw", SQE, later, {"reason": "No demand"})
    assert [line.deadline for line in listed(ready)] == [None]


@pytest.fixture
def many(ready: Database, make_supplier: MakeSupplier, at: datetime) -> list[str]:
    """Twelve suppliers, eight of them asked on four different days."""
    numbers = [
        make_supplier(f"{'Even' if place % 2 else 'Odd'} Tools {place:02d}", country="CN" if place % 3 else "DE")
        for place in range(12)
    ]
    for place, number in enumerate(numbers[:8]):
        act(ready, number, "invite", SQE, at - (place * 5 % 4) * 7 * DAY)
    return numbers


def in_order(lines: list[SupplierLine], *, down: bool) -> list[str]:
    """What a person would write down: by deadline, then by number; those without a deadline at the end."""
    ranked = sorted(lines, key=lambda line: (line.deadline or NEVER, line.id), reverse=down)
    return [line.name for line in sorted(ranked, key=lambda line: line.deadline is None)]


@pytest.mark.parametrize("few", [0, 1_000], ids=["walked", "looked up"])
@pytest.mark.parametrize("down", [False, True], ids=["soonest first", "latest first"])
def test_the_list_is_sorted_by_deadline_in_both_directions_page_by_page(
    ready: Database, many: list[str], monkeypatch: pytest.MonkeyPatch, at: datetime, few: int, down: bool
) -> None:
    monkeypatch.setattr(deadline_order, "FEW", few)
    monkeypatch.setattr(words, "RARE", 3)
    sort = "-deadline" if down else "deadline"
    overdue = at + 2 * DAY
    for search, countries, states, overdue_at in product(
        ("", "tools", "even tools"), ((), ("CN",)), ((), ("invited",), ("prospect",)), (None, overdue)
    ):
        filters = SupplierFilters(search, states, countries, overdue_at=overdue_at)
        whole = listed(ready, "name", search=search, states=states, countries=countries, overdue_at=overdue_at)
        assert walk(ready, filters, sort) == in_order(whole, down=down), filters
    assert len(walk(ready, SupplierFilters(), sort)) == len(many)
    assert 0 < len(walk(ready, SupplierFilters(overdue_at=overdue), sort)) < 8


def test_of_several_deadlines_the_earliest_counts_and_none_repeats_the_supplier(
    ready: Database, many: list[str], at: datetime
) -> None:
    with ready.write() as session:
        ids = {number: id_ for id_, number in session.execute(select(Supplier.id, Supplier.number))}
        common = {"subject_kind": "supplier", "definition_id": 1, "entered_at": at, "fired": 0, "moment": 0}
        for number, days, is_deadline in ((many[0], -90, True), (many[1], 90, True), (many[9], -99, False)):
            due = at + days * DAY
            row = {"subject_id": ids[number], "rule": "x", "is_deadline": is_deadline, "first_due": due, "due_at": due}
            session.execute(insert(Timer).values(**common, **row))
    lines = listed(ready)
    assert (lines[0].number, lines[0].deadline) == (many[0], at - 90 * DAY)
    assert sorted(line.number for line in lines) == sorted(many)
    with ready.read() as session:
        found = deadlines_of(session, "supplier", list(ids.values()))
    assert {line.id: line.deadline for line in lines if line.deadline} == {id_: d.due for id_, d in found.items()}
    assert (found[ids[many[0]]].rule, found[ids[many[1]]].rule) == ("x", "answer_overdue")
    assert ids[many[9]] not in found, "a reminder is no deadline"
    assert listed(ready, sort="-deadline")[-1].deadline is None


@pytest.mark.parametrize("few", [0, 1_000], ids=["walked", "looked up"])
def test_what_another_record_took_in_is_listed_only_when_it_is_looked_for(
    ready: Database, many: list[str], monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(deadline_order, "FEW", few)
    with ready.write() as session:
        session.execute(update(Supplier).where(Supplier.number == many[-1]).values(merged_into=1))
    for filters in ({}, {"search": "tools"}, {"countries": ("CN",)}, {"states": ("prospect",)}):
        by_name = {line.number for line in listed(ready, "name", **filters)}
        assert {line.number for line in listed(ready, **filters)} == by_name
    assert many[-1] not in {line.number for line in listed(ready)}


def test_the_cursor_of_another_sort_is_refused(ready: Database, many: list[str]) -> None:
    with ready.read() as session:
        for here, there in product(("name", "changed", "number", "deadline"), repeat=2):
            cursor = list_suppliers(session, actor=SQE, sort=here, size=2).next_cursor
            if here != there:
                with pytest.raises(BadCursor):
                    list_suppliers(session, actor=SQE, sort=there, size=2, cursor=cursor)


def test_the_head_of_the_column_sorts_and_files_keep_the_order(
    ready: Database, many: list[str], signed_in: Any
) -> None:
    browser = signed_in("viewer")
    assert "sort=deadline" in browser.get("/suppliers").text
    assert "sort=-deadline" in browser.get("/suppliers?sort=deadline").text
    for sort in ("deadline", "-deadline"):
        text = browser.get(f"/suppliers/export.csv?sort={sort}").text.removeprefix("\ufeff")
        rows = list(csv.reader(io.StringIO(text)))[1:]
        assert [(row[0], bool(row[3])) for row in rows] == [
            (line.number, line.deadline is not None) for line in listed(ready, sort=sort)
        ]


@contextmanager
def said(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are sent meanwhile, with their values."""
    heard: list[tuple[str, Any]] = []

    def hear(_connection: object, _cursor: object, statement: str, values: object, *_rest: object) -> None:
        heard.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", hear)
    yield heard
    event.remove(database.engine, "before_cursor_execute", hear)


def test_the_number_of_statements_does_not_grow_with_the_rows(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    counts = []
    for more in (2, 8):
        for _place in range(more):
            act(ready, make_supplier(), "invite", SQE, at)
        with said(ready) as statements:
            listed(ready)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_sqlite_walks_deadlines_in_their_order_and_looks_up_those_of_a_record(
    ready: Database, many: list[str], monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    """Its plans do not depend on what is stored; PostgreSQL's do."""
    if not ready.is_sqlite:
        return
    monkeypatch.setattr(deadline_order, "FEW", 0)
    narrowed = ({}, {"countries": ("CN",)}, {"states": ("invited",)}, {"search": "tools"}, {"overdue_at": at})
    with said(ready) as statements:
        for sort, filters in product(("deadline", "-deadline", "name"), narrowed):
            listed(ready, sort, **filters)
        with ready.read() as session:
            find_subject_work(session, actor=ANN, at=at)
    for statement, values in statements:
        with ready.read() as session:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
        asked_per_row = {step.id for step in plan if step.detail.startswith("CORRELATED")}
        for step in plan:
            if "engine_timer" in step.detail:
                assert step.detail.startswith("SEARCH"), (statement, plan)
                by_record = "(subject_kind=? AND subject_id=?)" in step.detail
                assert by_record or step.parent not in asked_per_row, (statement, plan)
        if statement.startswith("SELECT engine_timer.subject_id, engine_timer.first_due AS _key_0"):
            assert not any("TEMP B-TREE" in step.detail for step in plan), (statement, plan)
