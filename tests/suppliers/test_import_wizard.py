"""The import as a wizard: place the table, correct the guesses, look at every row, remember the mapping, take the report."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from supplier_quality import clock, trail
from supplier_quality.documents.models import Attachment
from supplier_quality.persistence import Database
from supplier_quality.suppliers.importing.runs import KEEP_OPEN, KEEP_REPORTS, expire_imports
from supplier_quality.suppliers.models import ImportLine, ImportMapping, ImportRun, Supplier
from tests.suppliers.test_import_pages import columns, count, to_check, upload, work

HEADER = "Lieferant,Lieferanten-Nr.,Kürzel,Land\n"


def store(browser: Any, database: Database, path: str) -> None:
    assert browser.send(f"{path}/store", path).status_code == 303
    work(database)


def workbook() -> bytes:
    """A cover that also looks like a list, a hidden sheet, and the table below a title with a header of two rows."""
    book = Workbook()
    cover: Any = book.active
    cover.title = "Notes"
    cover.append(["Vendor"])
    cover.append(["see the next sheet"])
    book.create_sheet("Old list").sheet_state = "hidden"
    book["Old list"].append(["Vendor", "Vendor ID"])
    sheet = book.create_sheet("Vendors")
    for row in (
        ["Approved vendors"],
        ["Vendor", None, "Site", None],
        ["Name", "No.", "Name", "City"],
        ["Acme", "007", "W1", "Ulm"],
    ):
        sheet.append(row)
    sheet.append(["Hidden Ltd", "8", None, None])
    sheet.row_dimensions[5].hidden = True
    for cells in ("A1:D1", "A2:B2", "C2:D2"):
        sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_is_read_where_its_table_stands_and_where_people_say(ready: Database, signed_in: Any) -> None:
    browser = signed_in("sqe")
    path = upload(browser, workbook(), "list.xlsx").headers["Location"]
    page = browser.get(path).text
    assert "Sheet “Vendors”, header in row 2." in page
    assert "Hidden sheets in this file: Old list." in page
    assert "One row of this sheet is hidden." in page
    assert columns(page) == {"column-0": "name", "column-1": "key", "column-2": "site.name", "column-3": "site.city"}
    assert "The header means this." in page
    place = {"sheet": "Vendors", "line": "99", "lines": "2", "leave_hidden": "true"}
    answer = browser.send(f"{path}/table", path, **place)
    assert (answer.status_code, 'value="99"' in answer.text) == (422, True)
    assert "Row 99, where the header should be, is empty." in answer.text
    assert browser.send(f"{path}/table", path, **{**place, "line": "x"}).status_code == 422
    assert browser.send(f"{path}/table", path, **{**place, "line": "2"}).status_code == 303
    assert browser.send(f"{path}/check", path, **columns(browser.get(path).text)).status_code == 303
    work(ready)
    store(browser, ready, path)
    with ready.read() as session:
        assert session.scalars(select(Supplier.source_key)).all() == ["007"]


def test_what_is_missing_is_said_and_nothing_typed_is_lost(ready: Database, signed_in: Any) -> None:
    browser = signed_in("sqe")
    path = upload(browser, "A,B,City,\nAcme,x,Ulm,q@acme.example\nBolt,y,Bonn,r@bolt.example\n").headers["Location"]
    page = browser.get(path).text
    assert "Still needed: Name, Name of the site." in page
    assert "without a header [D]" in page
    assert columns(page) == {"column-0": "", "column-1": "", "column-2": "site.city", "column-3": "contact.email"}
    typed = {"constant-site.name": "Main works", "constant-country": "Atlantis", "empty": "N/A, ??", "match": "name"}
    answer = browser.send(f"{path}/check", path, **{"column-0": "name", "column-2": "site.city", **typed})
    assert answer.status_code == 422
    assert "There is no country of this name." in answer.text
    assert {"column-0": "name", "column-3": ""}.items() <= columns(answer.text).items()
    for text in ("Main works", "Atlantis", "N/A, ??"):
        assert f'value="{text}"' in answer.text
    assert 'value="name" selected>Name</option></select></div>' in answer.text.replace("\n", "")
    typed["constant-country"] = "DE"
    assert (
        browser.send(f"{path}/check", path, **{"column-0": "name", "column-2": "site.city", **typed}).status_code == 303
    )
    work(ready)
    store(browser, ready, path)
    with ready.read() as session:
        assert set(session.scalars(select(Supplier.country))) == {"DE"}


def test_every_row_is_shown_with_what_it_changes_and_reported(ready: Database, signed_in: Any) -> None:
    browser = signed_in("buyer")
    path = to_check(browser, ready, HEADER + "Acme,1,,DE\n=Bolt,2,,FR\nCog,3,,PL\n")
    store(browser, ready, path)
    path = to_check(browser, ready, HEADER + "Acme,1,,AT\n=Bolt,2,,FR\nDow,4,,\nAcme,1,,\n")
    page = browser.get(path).text
    assert re.search("<del>Germany</del>.*<ins>Austria</ins>", page)
    assert "=Bolt" not in page
    assert "=Bolt" in browser.get(f"{path}?show=unchanged").text
    assert "Dow" in browser.get(f"{path}?show=new").text
    store(browser, ready, path)
    rows = list(csv.reader(io.StringIO(browser.get(f"{path}/report.csv").text.removeprefix("\ufeff"))))
    assert [row[:5] for row in rows[1:]] == [
        ["2", "Changed", "SUP-00001", "Acme", "Country: Germany → Austria"],
        ["3", "Unchanged", "SUP-00002", "'=Bolt", ""],
        ["4", "New", "SUP-00004", "Dow", ""],
        ["5", "Repeats a row", "SUP-00001", "Acme", ""],
    ]
    sheet = load_workbook(io.BytesIO(browser.get(f"{path}/report.xlsx").data)).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows(max_col=4)][2] == [
        3,
        "Unchanged",
        "SUP-00002",
        "'=Bolt",
    ]


def test_bad_rows_are_shown_with_column_and_remedy_beside_what_the_others_would_do(
    ready: Database, signed_in: Any
) -> None:
    browser = signed_in("sqe")
    path = to_check(browser, ready, HEADER + "Acme,1,,DE\n,2,,DE\nCog,3,,Germny\nDow,4,,DE\n")
    page = browser.get(path).text
    assert "2 problems were found. Nothing was stored." in page
    assert "Did you mean Germany?" in page
    assert "Acme" in browser.get(f"{path}?show=new").text
    rows = list(csv.reader(io.StringIO(browser.get(f"{path}/report.csv").text.removeprefix("\ufeff"))))
    assert [row[:2] for row in rows[1:]] == [["2", "New"], ["3", "Has problems"], ["4", "Has problems"], ["5", "New"]]
    assert rows[3][5:] == ["Land: There is no country of this name.", "Did you mean Germany?"]
    assert count(ready, Supplier) == 0


def test_a_mapping_is_remembered_offered_named_and_deleted(ready: Database, signed_in: Any) -> None:
    browser = signed_in("sqe")
    path = to_check(
        browser, ready, HEADER + "Acme,1,x,DE\n", **{"column-3": "", "constant-country": "AT", "match": "name"}
    )
    store(browser, ready, path)
    again = upload(browser, HEADER + "Bolt,2,y,FR\nCog,3,z,PL\n").headers["Location"]
    page = browser.get(again).text
    assert re.search("Mapped as on .* by ", page)
    assert columns(page)["column-3"] == ""
    assert 'value="AT"' in page
    assert browser.send(f"{again}/guess", again).status_code == 303
    assert columns(browser.get(again).text)["column-3"] == "country"
    with ready.read() as session:
        row = session.scalars(select(ImportMapping)).one()
    name = f"/import/mappings/{row.id}/name"
    assert browser.send(name, "/import/mappings", name="x" * 81, expected_version="1").status_code == 422
    assert browser.send(name, "/import/mappings", name=" SAP  vendors ", expected_version="1").status_code == 303
    assert 'value="SAP vendors"' in browser.get("/import/mappings").text
    # Somebody who looked before that does not delete what they did not see.
    delete = f"/import/mappings/{row.id}/delete"
    assert browser.send(delete, "/import/mappings", expected_version="1").status_code == 409
    assert browser.send(delete, "/import/mappings", expected_version="2").status_code == 303
    assert browser.send(delete, "/import/mappings", expected_version="2").status_code == 404
    assert "No mappings yet" in browser.get("/import/mappings").text
    with ready.read() as session:
        entries = trail.entries(session, "supplier_import_mapping", row.id)
        assert [entry.action for entry in entries] == ["import_mapping.named", "import_mapping.deleted"]
        assert entries[1].data["mapping"]["constant"] == {"country": "AT"}


def test_a_file_waits_two_weeks_and_a_report_is_kept_for_a_year(ready: Database, signed_in: Any) -> None:
    browser = signed_in("sqe")
    done = to_check(browser, ready, HEADER + "Acme,1,,DE\n")
    store(browser, ready, done)
    left = upload(browser, HEADER + "Bolt,2,,DE\n").headers["Location"]
    now = clock.now()
    for later, ended in ((KEEP_OPEN - timedelta(hours=1), 0), (KEEP_OPEN + timedelta(hours=1), 1)):
        with ready.write() as session:
            assert expire_imports(session, at=now + later) == ended
    assert "Nobody went on with this import" in browser.get(left).text
    assert browser.send(f"{left}/check", "/import", **{"column-0": "name"}).status_code == 409
    with ready.read() as session:
        kept = select(func.count()).select_from(Attachment).where(Attachment.removed_at.is_(None))
        assert session.scalar(kept) == 1
    assert count(ready, ImportLine) == 1
    with ready.write() as session:
        expire_imports(session, at=now + KEEP_REPORTS + timedelta(days=1))
    assert (count(ready, ImportLine), count(ready, ImportRun)) == (0, 2)
    assert browser.get(done).status_code == 200
