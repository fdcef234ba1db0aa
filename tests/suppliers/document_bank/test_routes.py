"""Pages of documents: entering, the record, the board, the tab, and who sees what."""

import io
import re
from collections.abc import Callable
from typing import Any

from tests.suppliers.document_bank.conftest import PDF, Bank, days_from_now
from tests.web.conftest import Browser


def enter(browser: Browser, bank: Bank, type_: str, **typed: Any) -> Any:
    file = (io.BytesIO(PDF), "paper.pdf")
    data = {"type": type_, "file": file, "go": "keep", **typed}
    path = f"/suppliers/{bank.supplier_number}/documents/new"
    return browser.send(path, path, **data)


def test_a_document_is_entered_shown_found_and_downloaded(bank: Bank, signed_in: Callable[..., Browser]) -> None:
    buyer = signed_in("buyer")
    supplier = f"/suppliers/{bank.supplier_number}"
    assert "Quality agreement" in buyer.get(f"{supplier}/documents/new").text
    assert "Reporting year" not in buyer.get(f"{supplier}/documents/new?type=nda").text

    ended = days_from_now(-1).isoformat()
    refused = enter(buyer, bank, "insurance", reference="Police 4711", valid_to=ended)
    assert (
        refused.status_code == 422
        and "Police 4711" in refused.text
        and "The document has ended already" in refused.text
    )
    made = enter(buyer, bank, "insurance", reference="Police 4711", valid_to=days_from_now(40).isoformat())
    assert made.status_code == 303

    page = buyer.get(made.location).text
    [file] = re.findall(r'href="([^"]*/files/\d+)"', page)
    assert "Police 4711" in page and "days left" in page and "paper.pdf" in page
    assert buyer.get(file).data == PDF
    tab = buyer.get(f"{supplier}?tab=documents").text
    assert "Insurance certificate" in tab and "Quality agreement" in tab  # the second under what is not there
    assert "Insurance certificate" in buyer.get("/documents?within=60").text
    assert buyer.get("/search?q=DOC-00001", follow_redirects=True).status_code == 200


def test_what_some_may_not_know_is_nowhere_on_their_pages(bank: Bank, signed_in: Callable[..., Browser]) -> None:
    number = bank.accepted("nda", reference="secret-name", valid_to=days_from_now(10).isoformat())
    viewer, owner = signed_in("viewer"), signed_in("sqe")
    for path in (f"/suppliers/{bank.supplier_number}?tab=documents", "/documents", "/search?q=secret-name"):
        assert number not in viewer.get(path, follow_redirects=True).text
        assert number in owner.get(path, follow_redirects=True).text
    assert viewer.get(f"/documents/{number}").status_code == 404
    assert viewer.get(f"/documents/{number}/files/1").status_code == 404


def test_an_old_form_changes_nothing_and_keeps_what_was_typed(bank: Bank, signed_in: Callable[..., Browser]) -> None:
    number = bank.add("rohs")
    buyer = signed_in("buyer")
    typed = {"reference": "mine", "expected_version": "1"}
    assert buyer.send(f"/documents/{number}/edit", "/suppliers", **{**typed, "reference": "theirs"}).status_code == 303
    answer = buyer.send(f"/documents/{number}/edit", "/suppliers", **typed)
    assert answer.status_code == 409 and "mine" in answer.text and "theirs" in answer.text


def test_an_action_is_taken_on_the_page(bank: Bank, signed_in: Callable[..., Browser]) -> None:
    number = bank.add("rohs")
    answer = signed_in("buyer").send(f"/documents/{number}/actions/accept", "/suppliers", expected_version="1")
    assert answer.status_code == 303 and bank.row(number).state == "valid"
