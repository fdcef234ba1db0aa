"""What waits for whom, by when and why."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from supplier_quality import outbox
from supplier_quality.desk.work import MyWork, finish_own_task, groups_of, my_work
from supplier_quality.engine.timers import take_due_timers
from supplier_quality.errors import NotAllowed
from supplier_quality.identity import Actor
from supplier_quality.identity.deputies import name_deputy
from supplier_quality.identity.people import get_user
from supplier_quality.language import _
from supplier_quality.mail import TaskKind, open_task
from supplier_quality.outbox import OutboxRow
from supplier_quality.persistence import Database
from supplier_quality.suppliers.models import Supplier
from supplier_quality.trail import RecordRef
from supplier_quality.web.work import WorkItem
from tests.desk.conftest import ANN, ANSWERS, BO, CEM, CONTACT, EVE
from tests.support import actor_for

ZONE = "Europe/Berlin"
DAY = timedelta(days=1)


def work_for(database: Database, actor: Actor, at: datetime) -> MyWork:
    with database.read() as session:
        return my_work(session, actor=actor, at=at, zone=ZONE)


def rows(work: MyWork) -> dict[str, tuple[str, WorkItem]]:
    """The rows by record, each with the name of its group."""
    return {item.record: (group.name, item) for group in work.groups for item in group.items}


def test_the_owner_sees_what_to_do_and_why(staffed: Database, make_supplier: Callable[..., str], at: datetime) -> None:
    number = make_supplier("Acme Castings")

    group, item = rows(work_for(staffed, ANN, at))[number]

    assert group == "later"
    assert str(item.what) == "Ask for self-assessment"
    assert str(item.why) == "you own it"
    assert (item.about, item.path) == ("Acme Castings", f"/suppliers/{number}")
    assert [str(act.label) for act in item.acts] == ["Ask for self-assessment"]


def test_what_blocks_the_way_on_is_named_and_offers_no_click(
    staffed: Database, make_supplier: Callable[..., str], at: datetime
) -> None:
    number = make_supplier("Bare", complete=False)

    _group, item = rows(work_for(staffed, ANN, at))[number]

    assert "The supplier has no manufacturing site yet" in str(item.hint)
    assert item.acts == ()


def test_what_the_owner_can_do_is_nobody_elses_work(
    staffed: Database, make_supplier: Callable[..., str], at: datetime
) -> None:
    make_supplier()

    assert rows(work_for(staffed, EVE, at)) == {}
    assert rows(work_for(staffed, BO, at)) == {}


def test_a_record_without_an_owner_waits_for_everybody_with_the_role(
    staffed: Database, make_supplier: Callable[..., str], at: datetime
) -> None:
    number = make_supplier(owner_id=None)

    assert "nobody owns it" in str(rows(work_for(staffed, EVE, at))[number][1].why)
    assert number in rows(work_for(staffed, CEM, at))
    assert rows(work_for(staffed, actor_for("viewer", person_id=9009), at)) == {}


def test_many_records_without_an_owner_are_one_row_that_leads_to_them(
    staffed: Database, make_supplier: Callable[..., str], at: datetime
) -> None:
    for number in range(9):
        make_supplier(f"Vendor {number}", owner_id=None, complete=False)

    found = rows(work_for(staffed, EVE, at))

    assert list(found) == ["9 records"]
    assert found["9 records"][1].path == "/suppliers?state=prospect"


def test_an_approved_supplier_is_nobodys_work(
    staffed: Database, make_supplier: Callable[..., str], move: Callable[..., None], at: datetime
) -> None:
    number = make_supplier()
    move(number, "invite", CEM, at)
    move(number, "submit_assessment", CONTACT, at, ANSWERS)
    move(number, "approve", ANN, at, {"comment": "Good"})

    assert rows(work_for(staffed, ANN, at)) == {}


def test_whom_four_eyes_bars_waits_for_somebody_else_who_sees_why(
    staffed: Database, make_supplier: Callable[..., str], move: Callable[..., None], at: datetime
) -> None:
    number = make_supplier()
    move(number, "invite", ANN, at)
    move(number, "submit_assessment", CONTACT, at, ANSWERS)

    group, item = rows(work_for(staffed, ANN, at))[number]
    assert group == "others"
    assert "four eyes" in str(item.waits_for)

    group, item = rows(work_for(staffed, EVE, at))[number]
    assert group != "others"
    assert str(item.what) == "Approve"
    assert "four eyes: the owner Ann Miller did the step before" in str(item.why)


def test_a_role_the_owner_lacks_makes_it_work_of_those_who_hold_it(
    staffed: Database, make_supplier: Callable[..., str], move: Callable[..., None], at: datetime
) -> None:
    number = make_supplier(owner_id=9003)
    move(number, "invite", CEM, at)
    move(number, "submit_assessment", CONTACT, at, ANSWERS)

    assert rows(work_for(staffed, CEM, at))[number][0] == "others"
    assert number in rows(work_for(staffed, EVE, at))


def test_what_waits_for_the_supplier_stands_below(
    staffed: Database, make_supplier: Callable[..., str], move: Callable[..., None], at: datetime
) -> None:
    number = make_supplier()
    move(number, "invite", ANN, at)

    group, item = rows(work_for(staffed, ANN, at))[number]

    assert group == "others"
    assert str(item.waits_for) == "the supplier"
    assert item.due is not None


def test_a_deputy_sees_the_work_of_whom_they_cover(
    staffed: Database, make_supplier: Callable[..., str], at: datetime
) -> None:
    number = make_supplier()
    with staffed.write() as session:
        name_deputy(
            session, get_user(session, 9001), deputy=get_user(session, 9004), role="sqe", starts_at=at - DAY,
            ends_at=at + DAY, actor=ANN, at=at - DAY,
        )  # fmt: skip

    assert "you are deputy for Ann Miller" in str(rows(work_for(staffed, EVE, at))[number][1].why)
    assert number not in rows(work_for(staffed, EVE, at + 2 * DAY))


def test_a_missed_deadline_stays_missed_after_its_last_escalation(
    staffed: Database, make_supplier: Callable[..., str], move: Callable[..., None], at: datetime
) -> None:
    number = make_supplier()
    move(number, "invite", CEM, at)
    move(number, "submit_assessment", CONTACT, at, ANSWERS)
    due = rows(work_for(staffed, ANN, at))[number][1].due
    assert due is not None and due > at

    later = at
    for _turn in range(6):
        later += 7 * DAY
        take_due_timers(staffed, at=later)

    group, item = rows(work_for(staffed, ANN, later))[number]
    assert group == "overdue"
    assert item.due == due


@pytest.mark.parametrize(
    ("hours", "name"),
    [
        (-1, "overdue"),
        (0, "overdue"),
        (3, "today"),
        (24, "week"),
        (60, "week"),
        (63, "later"),
        (800, "later"),
        (None, "later"),
    ],
)
def test_work_is_grouped_by_the_plants_days(at: datetime, hours: int | None, name: str) -> None:
    # It is Friday 10:00 in the plant; the week ends with Sunday, 62 hours later.
    due = at + timedelta(hours=hours) if hours is not None else None
    item = WorkItem("x", _("Do"), None, "X-1", "", _("because"), due=due)

    assert [group.name for group in groups_of([item], at=at, zone=ZONE)] == [name]


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(database.engine, "before_cursor_execute", hear)
    yield said
    event.remove(database.engine, "before_cursor_execute", hear)


def test_the_number_of_queries_does_not_grow_with_the_rows(
    staffed: Database, make_supplier: Callable[..., str], move: Callable[..., None], at: datetime
) -> None:
    def prepare(count: int) -> None:
        for place in range(count):
            number = make_supplier(f"Vendor {place}", owner_id=9001 if place % 2 else 9004)
            move(number, "invite", CEM, at)
            move(number, "submit_assessment", CONTACT, at, ANSWERS)

    prepare(2)
    work_for(staffed, ANN, at)
    with counted(staffed) as few:
        assert work_for(staffed, ANN, at).count == 1
    prepare(20)
    with counted(staffed) as many:
        assert work_for(staffed, ANN, at).count == 11
    assert len(many) == len(few)


def test_a_task_waits_for_the_owner_and_can_be_finished_by_nobody_else(
    staffed: Database, make_supplier: Callable[..., str], at: datetime
) -> None:
    number = make_supplier()
    with staffed.write() as session:
        supplier = session.scalars(select(Supplier).where(Supplier.number == number)).one()
        task = open_task(
            session, kind=TaskKind.BOUNCED, about="mail-1", record=RecordRef("supplier", supplier.id, number),
            title=_("%(record)s: a mail came back", record=number), at=at,
        )  # fmt: skip
        assert task is not None
        session.flush()
        task.owner_id = 9001
        task_id = task.id

    items = [
        item for group in work_for(staffed, ANN, at).groups for item in group.items if item.key == f"task:{task_id}"
    ]
    assert str(items[0].what) == f"{number}: a mail came back"
    assert (items[0].record, items[0].about) == (number, "Acme Castings")
    assert items[0].due == at + DAY
    with pytest.raises(NotAllowed), staffed.write() as session:
        finish_own_task(session, task_id, actor=EVE, at=at)
    with staffed.write() as session:
        finish_own_task(session, task_id, actor=ANN, at=at)
    assert all(item.key != f"task:{task_id}" for group in work_for(staffed, ANN, at).groups for item in group.items)


def test_administrators_see_incidents(staffed: Database, at: datetime) -> None:
    admin = actor_for("admin", person_id=9010)
    assert work_for(staffed, admin, at).count == 0
    with staffed.write() as session:
        uid = outbox.queue(session, kind="mail.send", payload={}, at=at)
        session.flush()
        row = session.get_one(OutboxRow, uid)
        row.state, row.last_error, row.finished_at = "incident", "Connection refused", at

    assert [item.path for group in work_for(staffed, admin, at).groups for item in group.items] == ["/incidents"]
    assert work_for(staffed, ANN, at).count == 0
