"""Two real lists, as untidy as they are, through the wizard (no browser: every step is a page that works without scripts):

- 10,324 delivery lines are uploaded; vendor and manufacturing site are guessed, what varies within a vendor is left out with the reason
- the engineer takes the country for the vendor's all the same; every contradiction is named by row, nothing is stored
- the country is left out again; the preview counts every row once; the import is stored; the report holds every row
- the same list comes again as a spreadsheet with a title above: mapped as last time, and nothing changes
- our own list comes back with our numbers and other names: known by the number, before and after are shown, then stored
"""

import csv
import io
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from supplier_quality.engine.evidence import verify_trail
from supplier_quality.persistence import Database
from supplier_quality.suppliers.models import ImportLine, ImportRun, Site, Supplier
from tests.suppliers.conftest import real_file
from tests.suppliers.test_import_pages import columns, count, upload, work

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

DELIVERIES, VENDORS, SITES = 10_324, 73, 88
VENDOR, SITE, COUNTRY = "column-17", "column-28", "column-5"


def check(browser: Any, database: Database, path: str, **boxes: str) -> str:
    assert browser.send(f"{path}/check", path, **boxes).status_code == 303
    work(database)
    return str(browser.get(path).text)


def store(browser: Any, database: Database, path: str) -> None:
    assert browser.send(f"{path}/store", path).status_code == 303
    work(database)
    assert "The import is stored" in browser.get(path).text


def report(browser: Any, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(browser.get(f"{path}/report.csv").text.removeprefix("\ufeff"))))


def newest_counts(database: Database) -> tuple[int, ...]:
    with database.read() as session:
        found: dict[str, Any] = session.scalars(select(ImportRun).order_by(ImportRun.id.desc())).first().report  # type: ignore[union-attr]
    return tuple(found[name] for name in ("rows", "created", "updated", "unchanged", "repeated"))


def as_spreadsheet(text: str) -> bytes:
    """The first 500 rows under a title, as somebody would send them on."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Deliveries")
    sheet.append(["Delivery history, for suppliers"])
    sheet.append([])
    for row in list(csv.reader(io.StringIO(text)))[:501]:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_two_real_lists_through_the_wizard(ready: Database, signed_in: Any) -> None:
    raw = real_file("deliveries/scms-delivery-history.csv").read_bytes()
    browser = signed_in("sqe")

    path = upload(browser, raw, "deliveries.csv").headers["Location"]
    page = browser.get(path).text
    guessed = {box: field for box, field in columns(page).items() if field}
    assert guessed == {VENDOR: "name", SITE: "site.name"}
    assert "Looks like “Country”, but one supplier has several values in it." in page

    page = check(browser, ready, path, **guessed, **{COUNTRY: "country"})
    assert "Nothing was stored." in page
    assert "of the same record" in page
    assert count(ready, Supplier) == 0

    page = check(browser, ready, path, **guessed)
    assert "Nothing is wrong with this file" in page
    assert newest_counts(ready) == (DELIVERIES, VENDORS, 0, 0, DELIVERIES - VENDORS)
    store(browser, ready, path)
    assert count(ready, Supplier) == VENDORS
    assert count(ready, Site) >= SITES
    rows = report(browser, path)
    assert (len(rows), sum(row["Outcome"] == "New" for row in rows)) == (DELIVERIES, VENDORS)
    assert (rows[0]["Our number"], rows[0]["Name"]) == ("SUP-00001", "SCMS from RDC")

    again = upload(browser, as_spreadsheet(raw.decode("utf-8-sig")), "deliveries.xlsx").headers["Location"]
    page = browser.get(again).text
    assert "Mapped as on" in page
    assert "header in row 3" in page
    page = check(browser, ready, again, **columns(page))
    assert "so there is nothing to import" in page
    assert newest_counts(ready)[1:3] == (0, 0)

    ours = "Our number,Name,Country\r\n" + "".join(
        f"{row['Our number']},{name},DE\r\n" for row, name in zip(rows[:1], ["SCMS Regional Distribution"], strict=True)
    )
    path = upload(browser, ours, "ours.csv").headers["Location"]
    page = browser.get(path).text
    assert columns(page) == {"column-0": "number", "column-1": "name", "column-2": "country"}
    page = check(browser, ready, path, **columns(page), match="number")
    assert "<del>SCMS from RDC</del>" in page
    assert "<ins>SCMS Regional Distribution</ins>" in page
    store(browser, ready, path)
    with ready.read() as session:
        first = session.scalars(select(Supplier).where(Supplier.number == "SUP-00001")).one()
        assert (first.name, first.country) == ("SCMS Regional Distribution", "DE")
        assert verify_trail(session).ok
    assert count(ready, ImportLine) == DELIVERIES + 500 + 1
