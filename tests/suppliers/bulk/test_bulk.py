"""One act on many suppliers: each by itself, through the door of single acts, with a report per supplier."""

import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from supplier_quality.identity.models import UserRole
from supplier_quality.language import Text
from supplier_quality.outbox.models import OutboxRow
from supplier_quality.persistence import Database
from supplier_quality.suppliers.bulk import operations
from supplier_quality.suppliers.bulk.models import BulkItem, BulkRun
from supplier_quality.suppliers.bulk.operations import NeedsSignature
from supplier_quality.suppliers.details import SupplierDetails
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.operations import edit_supplier
from supplier_quality.suppliers.queries import get_supplier
from supplier_quality.trail import TrailEntry
from tests.suppliers.conftest import SQE
from tests.suppliers.test_import_pages import work
from tests.support import AT, actor_for

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def pick(browser: Any, database: Database, *numbers: str, **more: str) -> str:
    with database.read() as session:
        ids = session.scalars(select(Supplier.id).where(Supplier.number.in_(numbers)).order_by(Supplier.id)).all()
    answer = browser.send("/suppliers/bulk", "/suppliers", picked=[str(id_) for id_ in ids], **more)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def outcomes(database: Database) -> dict[str, str | None]:
    with database.read() as session:
        query = select(Supplier.number, BulkItem.outcome).join(BulkItem, BulkItem.supplier_id == Supplier.id)
        return {row.number: row.outcome for row in session.execute(query)}


def test_every_supplier_is_taken_by_itself_and_the_report_says_how_each_went(
    ready: Database, signed_in: Any, make_supplier: Any
) -> None:
    good, bare, late = make_supplier("Acme"), make_supplier("Bolt", complete=False), make_supplier("Cast")
    browser = signed_in("sqe", name="Ann")
    path = pick(browser, ready, good, bare, late)
    assert "2 / 3" in browser.get(path).text
    preview = browser.get(f"{path}?action=invite").text
    assert "The supplier has no manufacturing site yet" in preview
    with ready.write() as session:
        supplier = get_supplier(session, late, actor=SQE)
        edit_supplier(session, supplier, SupplierDetails(name="Cast AG", owner_id=9001), actor=SQE, at=AT)

    assert browser.send(f"{path}/run", path, action="invite").headers["Location"] == path
    work(ready)

    assert outcomes(ready) == {good: "done", bare: "refused", late: "refused"}
    page = browser.get(path).text
    assert "Self-assessment asked" in page
    assert "The supplier has no manufacturing site yet" in page
    assert "changed this record meanwhile" in page
    with ready.read() as session:
        entry = session.scalars(select(TrailEntry).where(TrailEntry.action == "invite")).one()
        assert (entry.record_label, entry.actor_label) == (good, "Ann")
    sheet = load_workbook(io.BytesIO(browser.get(f"{path}/report.xlsx").data)).active
    assert sheet is not None
    assert [[cell.value for cell in row[:3]] for row in sheet.iter_rows(min_row=2)] == [
        [good, "Acme", "Done"],
        [bare, "Bolt", "Refused"],
        [late, "Cast AG", "Refused"],
    ]


@ON_SQLITE
def test_the_owner_of_all_that_the_list_finds_is_changed_with_an_entry_in_each_history(
    ready: Database, signed_in: Any, make_supplier: Any
) -> None:
    one, two = make_supplier("Acme"), make_supplier("Acme Tools", owner_id=9002)
    make_supplier("Other")
    browser = signed_in("buyer")
    answer = browser.send("/suppliers/bulk", "/suppliers", scope="found", query="q=acme")
    path = answer.headers["Location"]
    wrong = browser.send(f"{path}/run", path, action="change_owner", owner="77")
    assert wrong.status_code == 422

    browser.send(f"{path}/run", path, action="change_owner", owner="9002")
    work(ready)

    assert outcomes(ready) == {one: "done", two: "unchanged"}
    with ready.read() as session:
        assert set(session.scalars(select(Supplier.owner_id).where(Supplier.number.in_((one, two))))) == {9002}
        assert session.scalar(select(func.count()).where(TrailEntry.action == "edit")) == 1
        run = session.scalars(select(BulkRun)).one()
        person = run.person_id
    assert "Change the owner" in browser.get("/my-work").text
    browser.send(f"{path}/seen", path)
    assert "Change the owner" not in browser.get("/my-work").text
    assert person


@ON_SQLITE
def test_signed_actions_and_too_many_suppliers_are_refused_with_the_reason(
    ready: Database, signed_in: Any, make_supplier: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [make_supplier(name) for name in ("Acme", "Bolt")]
    browser = signed_in("quality_manager")
    path = pick(browser, ready, *numbers)
    with ready.write() as session, pytest.raises(NeedsSignature):
        run = session.scalars(select(BulkRun)).one()
        actor = actor_for("quality_manager", person_id=run.person_id)
        operations.ask_to_run(session, run, "approve", label=Text.of("Approve"), form={}, actor=actor, at=AT)
    assert browser.send(f"{path}/run", path, action="approve").status_code == 422, "not offered in this state"
    monkeypatch.setattr(operations, "MOST", 1)
    answer = browser.send("/suppliers/bulk", "/suppliers", scope="found", query="")
    assert answer.headers["Location"] == "/suppliers"
    assert "More than 1 suppliers are found" in browser.get("/suppliers").text
    assert "Pick at least one supplier" in browser.get(
        browser.send("/suppliers/bulk", "/suppliers", picked=["999999"]).headers["Location"]
    ).text  # fmt: skip


@ON_SQLITE
def test_what_somebody_else_picked_is_unknown_and_an_act_is_asked_for_once(
    ready: Database, signed_in: Any, make_supplier: Any
) -> None:
    number = make_supplier("Acme")
    ann, bea, manager = signed_in("sqe", name="Ann"), signed_in("buyer", name="Bea"), signed_in("quality_manager")
    path = pick(ann, ready, number)
    assert bea.get(path).status_code == 404
    assert manager.send(f"{path}/run", path, action="invite").status_code == 403
    assert ann.send(f"{path}/run", path, action="invite").status_code == 303
    assert ann.send(f"{path}/run", path, action="invite").status_code in (409, 422)
    assert manager.get(path).status_code == 200
    assert "Ask for self-assessment" in manager.get("/suppliers/bulk").text


@ON_SQLITE
def test_rights_count_when_the_act_is_done_not_when_it_was_asked_for(
    ready: Database, signed_in: Any, make_supplier: Any
) -> None:
    number = make_supplier("Acme")
    browser = signed_in("sqe")
    path = pick(browser, ready, number)
    browser.send(f"{path}/run", path, action="invite")
    with ready.write() as session:
        session.execute(UserRole.__table__.update().values(role="viewer"))  # type: ignore[attr-defined]

    work(ready)

    assert outcomes(ready) == {number: "refused"}


@ON_SQLITE
def test_a_worker_that_died_between_two_suppliers_goes_on_and_does_nothing_twice(
    ready: Database, signed_in: Any, make_supplier: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [make_supplier(name) for name in ("Acme", "Bolt", "Cast")]
    browser = signed_in("sqe")
    path = pick(browser, ready, *numbers)
    browser.send(f"{path}/run", path, action="invite")
    take = operations._take

    def dies(delivery: Any, run_id: int, place: int) -> None:
        if place == 1:
            raise KeyboardInterrupt
        take(delivery, run_id, place)

    monkeypatch.setattr(operations, "_take", dies)
    with pytest.raises(KeyboardInterrupt):
        work(ready)
    assert outcomes(ready) == {numbers[0]: "done", numbers[1]: None, numbers[2]: None}
    assert re.search(r"<progress value=\"1\" max=\"3\"", browser.get(path).text)
    monkeypatch.setattr(operations, "_take", take)
    with ready.write() as session:
        # Another worker finds the row when the lease of the dead one is over.
        session.execute(OutboxRow.__table__.update().where(OutboxRow.kind == operations.EFFECT).values(due_at=AT))  # type: ignore[attr-defined]

    work(ready)

    assert set(outcomes(ready).values()) == {"done"}
    with ready.read() as session:
        assert session.scalar(select(func.count()).where(TrailEntry.action == "invite")) == 3
