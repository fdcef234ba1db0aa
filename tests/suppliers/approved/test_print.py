"""The approved supplier list on paper."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from supplier_quality.documents.models import Attachment, PrintRun
from supplier_quality.documents.prints import KEPT_FOR, forget_prints
from supplier_quality.persistence import Database
from supplier_quality.suppliers.approved import documents
from tests.suppliers.approved.test_list import DAY
from tests.suppliers.scope.conftest import app, approved, client, grant, house, make_supplier, ready
from tests.suppliers.test_import_pages import work
from tests.web.conftest import add_user, signed_in

__all__ = ["add_user", "app", "approved", "client", "house", "make_supplier", "ready", "signed_in"]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_what_the_page_shows_is_printed_with_its_filters_and_only_its_reader_gets_it(
    house: Database, approved: Callable[..., str], signed_in: Any, at: datetime
) -> None:
    number = approved("Acme 轴承")
    grant(house, number, at + DAY)
    buyer, other = signed_in("buyer", name="Bea"), signed_in("viewer", name="Vic")
    page = buyer.get("/approved-suppliers?q=acme&state=approved").text
    assert 'action="/approved-suppliers/print"' in page

    path = buyer.send("/approved-suppliers/print", "/approved-suppliers", query="q=acme&state=approved").headers[
        "Location"
    ]
    assert "The document is being made" in buyer.get(path).text
    work(house)

    assert "One page" in buyer.get(path).text
    assert "Approved supplier list" in buyer.get("/prints").text
    answer = buyer.get(f"{path}/file")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="approved-suppliers-')
    text = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    for said in ("Acme 轴承", number, "search “acme”", "state Approved", "Printed by Bea", "1 / 1"):
        assert said in text
    assert [other.get(f"{path}{end}").status_code for end in ("", "/file", "/file/view", "/file/pages/1")] == [404] * 4
    with house.read() as session:
        asked_at = session.scalars(select(PrintRun.asked_at)).one()
    assert forget_prints(house, at=asked_at + KEPT_FOR + DAY) == 1
    assert buyer.get(f"{path}/file").status_code == 404


def test_a_list_that_nobody_reads_on_paper_is_refused_with_the_way_out(
    house: Database, approved: Callable[..., str], signed_in: Any, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant(house, approved(), at + DAY)
    monkeypatch.setattr(documents, "MOST_PRINTED", 0)
    buyer = signed_in("buyer")
    path = buyer.send("/approved-suppliers/print", "/approved-suppliers", query="").headers["Location"]

    work(house)

    assert "export it as a spreadsheet" in buyer.get(path).text
    with house.read() as session:
        assert session.scalars(select(Attachment)).all() == []
