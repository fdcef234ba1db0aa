"""Files on the record of a supplier: looked at in place by whoever may read it, and the corpus at the door of imports."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from supplier_quality import documents
from supplier_quality.config import Settings
from supplier_quality.documents.models import Document
from supplier_quality.documents.store import file_store
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries
from supplier_quality.suppliers.models import ImportRun
from supplier_quality.web.installation import install
from tests.documents.clamd import clamd
from tests.documents.corpus import LIST, REJECTED, pages_of_tiff, sheet
from tests.suppliers.conftest import SQE
from tests.support import AT

MakeSupplier = Callable[..., str]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LISTS = (".csv", ".txt", ".xlsx")


def attach(
    database: Database,
    number: str,
    name: str,
    content: bytes,
    *,
    submitted: bool = True,
    slot: str = "self_assessment/1/file",
) -> str:
    """A file of the supplier as the portal attaches it; the path of its download."""
    with database.write() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        stored = documents.file_store(session).put(io.BytesIO(content), name=name, limit=1_000_000)
        file = documents.attach_file(session, stored, record=supplier.record, slot=slot, actor=SQE, at=AT)
        if submitted:
            documents.attachments.make_evidence(session, [file.id], at=AT)
    return f"/suppliers/{number}/files/{file.id}"


def test_pages_of_a_scan_are_turned_by_links(ready: Database, signed_in: Any, make_supplier: MakeSupplier) -> None:
    at = attach(ready, make_supplier(), "scan.tif", pages_of_tiff(3))
    browser = signed_in("viewer")
    first, second, last = (browser.get(f"{at}/view?page={page}").text for page in (1, 2, 3))
    assert 'rel="prev"' not in first and f'rel="next" href="{at}/view?page=2"' in first
    assert f'rel="prev" href="{at}/view?page=1"' in second and f'rel="next" href="{at}/view?page=3"' in second
    assert "Page 3 of 3" in last and 'rel="next"' not in last
    assert browser.get(f"{at}/pages/3").mimetype == "image/png"
    assert browser.get(f"{at}/pages/4").status_code == 404


@SQLITE
def test_every_file_that_can_be_saved_can_also_be_looked_at(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    files = [rule for rule in rules if rule.endswith("files/<int:file_id>")]

    assert len(files) > 5
    assert [rule for rule in files if not {f"{rule}/view", f"{rule}/pages/<int:page>"} <= rules] == []


@pytest.mark.parametrize(
    ("slot", "tab"),
    [
        ("self_assessment/1/plan", "?tab=assessment"),
        ("development/second_party_audit", "?tab=development"),
        ("directed/1/letter", "?tab=overview#directed"),
    ],
)
@SQLITE
def test_the_way_back_from_a_file_leads_to_where_it_stands(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier, slot: str, tab: str
) -> None:
    number = make_supplier()
    at = attach(ready, number, "list.csv", LIST, slot=slot)

    assert f'href="/suppliers/{number}{tab}"' in signed_in("viewer").get(f"{at}/view").text


def test_a_text_is_shown_as_text_and_runs_nowhere(ready: Database, signed_in: Any, make_supplier: MakeSupplier) -> None:
    at = attach(ready, make_supplier(), "list.csv", LIST + b"A-3;<b onclick=alert(1)>x</b>;\n")
    page = signed_in("viewer").get(f"{at}/view").text
    assert "A-2;=2+3" in page and "<b onclick" not in page and "&lt;b onclick" in page


def test_a_sheet_is_said_to_be_only_for_download(ready: Database, signed_in: Any, make_supplier: MakeSupplier) -> None:
    at = attach(ready, make_supplier(), "measured.xlsx", sheet())
    browser = signed_in("viewer")
    page = browser.get(f"{at}/view")
    assert page.status_code == 200 and "not shown here" in page.text and f'href="{at}"' in page.text
    assert browser.get(f"{at}/pages/1").status_code == 404


def test_only_what_was_submitted_to_this_supplier_is_shown(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier, at: datetime
) -> None:
    number, other = make_supplier(), make_supplier("Other Ltd")
    sent = attach(ready, number, "scan.tif", pages_of_tiff(1))
    draft = attach(ready, number, "draft.tif", pages_of_tiff(2), submitted=False)
    foreign = f"/suppliers/{other}/files/{sent.rpartition('/')[2]}"
    browser = signed_in("viewer")
    for path in ("view", "pages/1"):
        assert browser.get(f"{sent}/{path}").status_code == 200
        assert browser.get(f"{draft}/{path}").status_code == 404
        assert browser.get(f"{foreign}/{path}").status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_said_to_be_gone(
    ready: Database, signed_in: Any, make_supplier: MakeSupplier
) -> None:
    at = attach(ready, make_supplier(), "scan.tif", pages_of_tiff(1))
    for path in file_store(ready.info["settings"]).kept():
        path.unlink()
    answer = signed_in("viewer").get(f"{at}/view")
    assert answer.status_code == 404 and "backup" in answer.text


def give(browser: Any, name: str, content: bytes) -> Any:
    return browser.send("/import", "/import", file=(io.BytesIO(content), name))


@SQLITE
def test_every_rejected_file_is_refused_at_the_door_of_imports(ready: Database, signed_in: Any) -> None:
    browser = signed_in("sqe")
    wrong = []
    for file in REJECTED:
        answer = give(browser, file.name, file.content())
        # What is no list at all is refused for that, before anything else is looked at.
        said = file.said if file.name.endswith(LISTS) else "not taken"
        if answer.status_code != 422 or said not in unescape(answer.text):
            wrong.append((file.name, answer.status_code))
    assert wrong == []
    with ready.read() as session:
        assert session.scalar(select(func.count()).select_from(ImportRun)) == 0
        assert session.scalar(select(func.count()).select_from(Document)) == 0
    assert list(file_store(ready.info["settings"]).kept()) == []


@SQLITE
def test_no_list_is_taken_while_the_virus_scanner_is_away(
    app: Any, settings: Settings, ready: Database, signed_in: Any
) -> None:
    browser = signed_in("sqe")
    with clamd("hangs up") as scanner:
        host, port = scanner.address
        install(app, replace(settings, clamav_host=host, clamav_port=port), ready)
        answer = give(browser, "vendors.csv", b"Vendor,Vendor ID\nAcme,1\n")
    assert answer.status_code == 503 and "virus scanner does not answer" in answer.text
    assert list(file_store(settings).kept()) == []
