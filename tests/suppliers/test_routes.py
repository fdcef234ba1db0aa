"""The pages of suppliers, as a browser sees them."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from supplier_quality import clock
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.persistence import Database
from supplier_quality.suppliers import words
from supplier_quality.suppliers.models import Contact, Site, Supplier, SupplierToken
from supplier_quality.suppliers.names import sort_key
from supplier_quality.suppliers.queries import SupplierFilters, list_suppliers
from tests.suppliers.conftest import SQE
from tests.suppliers.test_qualification import ANSWERS, act, answer
from tests.web.conftest import PASSWORD

MakeSupplier = Callable[..., str]


def version_of(database: Database, number: str) -> str:
    with database.read() as session:
        return str(session.scalars(select(Supplier.version).where(Supplier.number == number)).one())


def test_the_list_finds_filters_and_counts(ready: Database, signed_in: Any, make_supplier: MakeSupplier) -> None:
    make_supplier("Acme Castings", complete=False)
    make_supplier("上海轴承有限公司", complete=False, country="CN")
    browser = signed_in("viewer")
    page = browser.get("/suppliers").text
    assert "Acme Castings" in page
    assert "2 suppliers" in page
    assert "Add a supplier" not in page
    found = browser.get("/suppliers?q=轴承").text
    assert "上海轴承有限公司" in found
    assert "Acme Castings" not in found
    assert "Acme Castings" not in browser.get("/suppliers?country=CN").text
    assert "No row fits these filters" in browser.get("/suppliers?state=approved").text


def test_a_supplier_is_added_and_mistakes_stand_beside_their_fields(ready: Database, signed_in: Any) -> None:
    browser = signed_in("buyer")
    answer = browser.send("/suppliers/new", "/suppliers/new", name="Acme", duns="123", country="DE")
    assert answer.status_code == 422
    assert "A DUNS number has nine digits" in answer.text
    assert 'value="Acme"' in answer.text
    answer = browser.send("/suppliers/new", "/suppliers/new", name="Acme", duns="123456789", country="DE")
    assert answer.status_code == 303
    with ready.read() as session:
        supplier = session.scalars(select(Supplier)).one()
    assert (answer.headers["Location"], supplier.duns) == (f"/suppliers/{supplier.number}", "123456789")


def test_the_record_says_what_is_next_and_what_blocks_it(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number = make_supplier(complete=False)
    page = signed_in("sqe").get(f"/suppliers/{number}").text
    assert "What next" in page
    assert "The supplier has no manufacturing site yet" in page
    assert f'href="/suppliers/{number}?tab=sites"' in page
    assert "<svg" in page


def test_sites_and_contacts_are_added_changed_and_taken_out_of_use(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number = make_supplier(complete=False)
    browser = signed_in("sqe")
    path = f"/suppliers/{number}"
    fields = {"name": "Works 1", "country": "DE", "expected_version": version_of(ready, number)}
    assert browser.send(f"{path}/sites/new", f"{path}/sites/new", **fields).status_code == 303
    fields = {"name": "Quinn", "email": "q@acme.example", "roles": ["quality"], "primary": "true", "notice_order": "10"}
    fields["expected_version"] = version_of(ready, number)
    answer = browser.send(f"{path}/contacts/new", f"{path}/contacts/new", **fields)
    assert answer.status_code == 303
    with ready.read() as session:
        contact, site = session.scalars(select(Contact)).one(), session.scalars(select(Site)).one()
    assert (contact.roles, contact.primary, contact.notice_order, site.zone) == (["quality"], True, 10, "Europe/Berlin")
    version = version_of(ready, number)
    fields = {"name": "Works 1", "city": "Ulm", "country": "DE", "zone": "Nowhere", "expected_version": version}
    assert browser.send(f"{path}/sites/{site.id}", f"{path}/sites/{site.id}", **fields).status_code == 422
    fields = {"active": "false", "expected_version": version}
    assert browser.send(f"{path}/sites/{site.id}/active", path, **fields).status_code == 303
    assert "Out of use" in browser.get(f"{path}?tab=sites").text
    for tab in ("overview", "contacts", "assessment", "links"):
        assert browser.get(f"{path}?tab={tab}").status_code == 200


def edit_form(database: Database, number: str, **changes: str) -> dict[str, str]:
    """What the edit form of a supplier holds when it is opened now, with some fields typed over."""
    with database.read() as session:
        supplier = session.scalars(select(Supplier).where(Supplier.number == number)).one()
        names = ("name", "source_key", "country", "language", "duns", "business_licence", "website", "note", "owner_id")
        held = {name: str(getattr(supplier, name) or "") for name in names}
    return {**held, "expected_version": str(supplier.version), **changes}


def test_an_old_form_of_ones_own_blames_nobody_else(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number = make_supplier("Acme Castings")
    path = f"/suppliers/{number}/edit"
    browser = signed_in("sqe", name="Me")
    opened, changed = edit_form(ready, number, note="Second"), edit_form(ready, number, note="First")
    assert browser.send(path, path, **changed).status_code == 303
    answer = browser.send(path, path, **opened)
    assert answer.status_code == 409
    assert "You changed this record yourself meanwhile" in answer.text
    assert "Somebody else changed" not in answer.text


def test_an_old_form_overwrites_nothing_and_keeps_what_was_typed(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number = make_supplier("Acme Castings")
    path = f"/suppliers/{number}/edit"
    mine, theirs = signed_in("sqe", name="Me"), signed_in("buyer", name="Bea Other")
    opened = edit_form(ready, number, note="Mine", website="https://mine.example")
    changed = edit_form(ready, number, country="FR", website="https://theirs.example")
    assert theirs.send(path, path, **changed).status_code == 303
    answer = mine.send(path, path, **opened)
    assert answer.status_code == 409
    assert "Bea Other" in answer.text
    assert "Somebody else changed this record meanwhile" in answer.text
    assert ">Mine</textarea>" in answer.text
    assert '<option value="FR" selected>' in answer.text, "what I left alone shows what they put there"
    assert "changed this to “https://theirs.example” meanwhile" in answer.text
    assert 'value="https://mine.example"' in answer.text
    version = re.search(r'name="expected_version" value="(\d+)"', answer.text)
    assert version is not None
    again = {**opened, "country": "FR", "expected_version": version[1]}
    assert mine.send(path, path, **again).status_code == 303
    with ready.read() as session:
        supplier = session.scalars(select(Supplier)).one()
    assert (supplier.note, supplier.country, supplier.website) == ("Mine", "FR", "https://mine.example")


def test_a_form_that_comes_back_with_an_error_keeps_the_version_its_reader_saw(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number = make_supplier()
    path = f"/suppliers/{number}"
    mine, theirs = signed_in("sqe", name="Me"), signed_in("buyer", name="Bea Other")
    seen = version_of(ready, number)
    assert theirs.send(f"{path}/edit", f"{path}/edit", **edit_form(ready, number, note="x")).status_code == 303
    wrong = mine.send(f"{path}/actions/withdraw", path, expected_version=seen, reason="")
    assert wrong.status_code == 422
    assert f'name="expected_version" value="{seen}"' in wrong.text
    assert f'name="expected_version" value="{version_of(ready, number)}"' not in wrong.text
    late = mine.send(f"{path}/actions/withdraw", path, expected_version=seen, reason="No demand for it")
    assert late.status_code == 409
    assert "Bea Other" in late.text
    assert "No demand for it" in late.text
    now = version_of(ready, number)
    assert f'name="expected_version" value="{now}"' in late.text
    sure = mine.send(f"{path}/actions/withdraw", path, expected_version=now, reason="No demand for it")
    assert sure.status_code == 303


def test_words_typed_for_an_action_that_is_gone_are_shown(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier()
    path = f"/suppliers/{number}"
    browser = signed_in("sqe")
    act(ready, number, "invite", SQE, at)
    answer(ready, number, at, ANSWERS)
    seen = version_of(ready, number)
    act(ready, number, "withdraw", SQE, at, {"reason": "Other plant"})
    late = browser.send(f"{path}/actions/send_back", path, expected_version=seen, comment="Which alloys exactly?")
    assert late.status_code == 409
    assert "What you typed" in late.text
    assert "Which alloys exactly?" in late.text


def test_a_form_without_version_or_with_a_field_nobody_asked_for_is_refused(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number = make_supplier()
    path = f"/suppliers/{number}"
    browser = signed_in("sqe")
    assert browser.send(f"{path}/actions/invite", path).status_code == 422
    assert browser.send(f"{path}/edit", path, name="X").status_code == 422
    version = version_of(ready, number)
    answer = browser.send(f"{path}/actions/withdraw", path, expected_version=version, reason="x", state="approved")
    assert answer.status_code == 422
    assert "There is no field state in this form" in answer.text
    answer = browser.send(f"{path}/edit", path, **edit_form(ready, number, requested_by="user:1"))
    assert answer.status_code == 422
    assert version_of(ready, number) == version
    assert browser.send(f"{path}/actions/nonsense", path, expected_version=version).status_code == 404


def test_a_double_click_acts_once(ready: Database, signed_in: Any, make_supplier: MakeSupplier) -> None:
    number = make_supplier()
    browser = signed_in("sqe")
    path = f"/suppliers/{number}"
    key = re.search(r'actions/invite".*?name="idempotency_key" value="([^"]+)"', browser.get(path).text, re.DOTALL)
    assert key is not None
    fields = {"expected_version": version_of(ready, number), "idempotency_key": key[1]}
    assert browser.send(f"{path}/actions/invite", path, **fields).status_code == 303
    assert browser.send(f"{path}/actions/invite", path, **fields).status_code == 303
    with ready.read() as session:
        assert session.scalar(select(func.count()).select_from(AccessLink)) == 1


def test_the_history_is_told_and_narrowed(ready: Database, signed_in: Any, make_supplier: MakeSupplier) -> None:
    number = make_supplier()
    path = f"/suppliers/{number}"
    browser = signed_in("sqe")
    browser.send(f"{path}/actions/invite", path, expected_version=version_of(ready, number))
    everything = browser.get(path).text
    assert "Contact Quinn added" in everything
    assert "Access link made for a contact" in everything
    assert "Contact Quinn added" not in browser.get(f"{path}?history=steps").text
    links = browser.get(f"{path}?history=links").text
    assert "Access link made for a contact" in links
    assert "Contact Quinn added" not in links


def test_the_deadline_and_why_it_runs_are_shown(ready: Database, signed_in: Any, make_supplier: MakeSupplier) -> None:
    number = make_supplier()
    path = f"/suppliers/{number}"
    browser = signed_in("sqe")
    assert 'class="why"' not in browser.get(path).text
    browser.send(f"{path}/actions/invite", path, expected_version=version_of(ready, number))
    page = browser.get(path).text
    assert "After 10 working days in" in page, "the escalation is the deadline, not the reminder before it"


def test_the_supplier_is_asked_by_one_click_and_withdrawn_with_a_reason(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number = make_supplier()
    browser = signed_in("sqe")
    path = f"/suppliers/{number}"
    version = version_of(ready, number)
    assert browser.send(f"{path}/actions/invite", path, expected_version=version).status_code == 303
    page = browser.get(path).text
    assert "Self-assessment asked" in page
    version = version_of(ready, number)
    answer = browser.send(f"{path}/actions/withdraw", path, expected_version=version, reason="")
    assert answer.status_code == 422
    assert "is required" in answer.text
    answer = browser.send(f"{path}/actions/withdraw", path, expected_version=version, reason="No demand")
    assert answer.status_code == 303
    assert "No demand" in browser.get(path).text


def test_an_approval_is_signed_with_the_password(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier()
    act(ready, number, "invite", SQE, at)
    answer(ready, number, at, {**ANSWERS, "iso9001_valid_until": "2099-01-01"})
    browser = signed_in("quality_manager")
    path = f"/suppliers/{number}"
    fields = {"comment": "Good", "expected_version": version_of(ready, number)}
    refused = browser.send(f"{path}/actions/approve", path, signed_password="wrong", **fields)
    assert refused.status_code == 422
    assert browser.send(f"{path}/actions/approve", path, signed_password=PASSWORD, **fields).status_code == 303
    page = browser.get(path).text
    assert "I approve this supplier" in page
    assert re.search(r'class="chip tone-done">.*?Approved', page)


def test_a_viewer_gets_no_forms(ready: Database, signed_in: Any, make_supplier: MakeSupplier) -> None:
    number = make_supplier()
    browser = signed_in("viewer")
    for path in ("/suppliers/new", f"/suppliers/{number}/edit", f"/suppliers/{number}/sites/new"):
        assert browser.get(path).status_code == 403
    version = version_of(ready, number)
    page = f"/suppliers/{number}"
    assert browser.send(f"{page}/actions/invite", page, expected_version=version).status_code == 409
    assert browser.get("/suppliers/SUP-99999").status_code == 404


def test_the_search_over_everything_finds_suppliers(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number = make_supplier("上海轴承有限公司", complete=False)
    assert f"/suppliers/{number}" in signed_in("viewer").get("/search?q=轴承").text


def test_the_list_is_exported_as_it_is_narrowed_and_no_cell_is_a_formula(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    make_supplier("=HYPERLINK(1)", complete=False)
    make_supplier("Other", complete=False, country="CN")
    browser = signed_in("viewer")
    answer = browser.get("/suppliers/export.csv?country=DE")
    assert answer.headers["Content-Disposition"] == "attachment; filename=suppliers.csv"
    lines = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [line[1] for line in lines] == ["Name", "'=HYPERLINK(1)"]
    book = load_workbook(io.BytesIO(browser.get("/suppliers/export.xlsx").data))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert "'=HYPERLINK(1)" in {cell.value for cell in cells}


def test_overdue_suppliers_are_a_filter_and_the_deadline_a_column(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier, at: datetime
) -> None:
    late, soon = make_supplier("Late Ltd"), make_supplier("Soon Ltd")
    act(ready, late, "invite", SQE, clock.now() - timedelta(days=40))
    act(ready, soon, "invite", SQE, clock.now())
    browser = signed_in("viewer")
    assert len(re.findall(r"tone-bad\">.*?Overdue by <", browser.get("/suppliers").text)) == 1
    page = browser.get("/suppliers?due=overdue").text
    assert "Late Ltd" in page
    assert "Soon Ltd" not in page
    assert "One supplier" in page


def test_common_words_are_found_page_by_page_by_name(
    ready: Database, make_supplier: MakeSupplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "RARE", 3)
    for number in range(12):
        make_supplier(f"{'上海' if number % 2 else 'Zhejiang'}汽车{number:02d}零件", complete=False)
        make_supplier(f"Zhejiang Tools {number:02d}", complete=False, country="CN")
    for search, expected in (
        ("汽车", 12),
        ("zhej", 18),
        ("汽车 零件", 12),
        ("zhejiang tools", 12),
        ("汽车 zhejiang", 6),
    ):
        for sort in ("name", "-name", "number", "-changed"):
            names = walk(ready, SupplierFilters(search=search), sort)
            assert len(names) == len(set(names)) == expected, (search, sort)
            if sort.endswith("name"):
                assert names == sorted(names, key=sort_key, reverse=sort.startswith("-"))
    assert len(walk(ready, SupplierFilters(search="zhej", countries=("CN",)), "name")) == 12


def walk(database: Database, filters: SupplierFilters, sort: str) -> list[str]:
    """All names of a list, page by page to its end and back again."""
    with database.read() as session:
        there: list[str] = []
        cursor = None
        while True:
            page = list_suppliers(session, actor=SQE, filters=filters, sort=sort, cursor=cursor, size=5)
            there += [line.name for line in page.rows]
            if page.next_cursor is None:
                break
            cursor = page.next_cursor
        back = [line.name for line in page.rows]
        while page.previous_cursor is not None:
            page = list_suppliers(session, actor=SQE, filters=filters, sort=sort, cursor=page.previous_cursor, size=5)
            back = [line.name for line in page.rows] + back
    assert back == there
    return there


def test_a_renamed_supplier_is_found_by_its_new_name_only(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    number = make_supplier("Acme Castings")
    path = f"/suppliers/{number}/edit"
    browser = signed_in("sqe")
    fields = edit_form(ready, number, name="Müller 精密", source_key="K-9")
    assert browser.send(path, path, **fields).status_code == 303
    assert number not in browser.get("/suppliers?q=castings").text
    for search in ("muller", "精密", "k"):
        assert number in browser.get(f"/suppliers?q={search}").text
    with ready.read() as session:
        assert set(session.scalars(select(SupplierToken.token))) == {"muller", "精密", "密", "k", "9"}
