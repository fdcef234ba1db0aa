"""The pages of duplicates and merges, as a browser sees them."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from supplier_quality.persistence import Database
from supplier_quality.suppliers.models import SupplierMerge, SupplierPair
from tests.suppliers.conftest import SQE
from tests.suppliers.merging.conftest import find, merge
from tests.suppliers.test_import_pages import to_check, work
from tests.suppliers.test_qualification import act

MakeSupplier = Callable[..., str]


def hidden(page: str) -> dict[str, str]:
    """The hidden fields and ticked choices of the form that merges, as the browser would send them."""
    form = page[page.index('id="merge"') :]
    sent = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', form[: form.index("</form>")]))
    for tag in re.findall(r'<input class="form-check-input" type="radio" form="merge"[^>]*checked>', page):
        name, value = re.search(r'name="([\w-]+)".*value="(\w+)"', tag).groups()  # type: ignore[union-attr]
        sent[name] = value
    sent.pop("csrf_token", None)
    return sent


def test_a_supplier_added_twice_is_warned_of_and_kept(ready: Database, signed_in: Any) -> None:
    browser = signed_in("buyer")
    browser.send("/suppliers/new", "/suppliers/new", name="Acme Castings GmbH", country="DE")
    answer = browser.send("/suppliers/new", "/suppliers/new", name="ACME Castings AG", country="DE")
    assert answer.status_code == 303
    page = browser.get(answer.headers["Location"]).text
    assert "May be the same company as" in page
    assert "same name “acme” but for legal form" in page
    assert "SUP-00001" in page and "/suppliers/SUP-00001/merge/SUP-00002" in page


def test_pairs_are_listed_with_their_reasons(ready: Database, two: tuple[str, str], signed_in: Any) -> None:
    page = signed_in("viewer").get("/suppliers/duplicates").text
    assert "Likely the same" in page and "same name “acme”" in page
    assert all(number in page for number in two)
    assert "Compare two records" not in page


def test_the_list_is_read_page_by_page(ready: Database, make_supplier: MakeSupplier, signed_in: Any) -> None:
    for number in range(11):
        make_supplier(f"Acme {'GmbH' if number % 2 else 'AG'}", complete=False)
    browser = signed_in("sqe")
    page = browser.get("/suppliers/duplicates").text
    following = re.search(r'/suppliers/duplicates\?at=([^"]+)"', page)
    assert following is not None
    assert page.count('<th scope="row"') == 50
    assert browser.get(f"/suppliers/duplicates?at={following[1]}").text.count('<th scope="row"') == 5


def test_a_merge_is_previewed_and_done(ready: Database, two: tuple[str, str], signed_in: Any) -> None:
    stays, goes = two
    browser = signed_in("quality_manager")
    path = f"/suppliers/{stays}/merge/{goes}"
    chosen = {**hidden(browser.get(path).text), "take-name": "goes"}
    assert chosen["take-duns"] == "goes" and chosen["take-note"] == "goes"

    assert browser.send(path, path, **chosen).status_code == 422
    preview = browser.send(path, path, **chosen, reason="Same works")
    assert preview.status_code == 200
    assert "What happens" in preview.text and "<ins>ACME Castings GmbH</ins>" in preview.text
    assert "Stay with the old record" in preview.text and "Quinn again" in preview.text
    with ready.read() as session:
        assert session.scalars(select(SupplierMerge.id)).all() == []

    done = browser.send(path, path, **hidden(preview.text))
    assert done.headers["Location"] == f"/suppliers/{stays}"
    page = browser.get(f"/suppliers/{stays}").text
    assert "ACME Castings GmbH" in page and "Also known as" in page
    assert f"{goes} ACME Castings GmbH was merged into this record" in page
    assert f"{goes}: Site Works 2 added" in page


def test_the_old_number_leads_to_the_record_that_stayed(
    ready: Database, two: tuple[str, str], signed_in: Any, at: datetime
) -> None:
    stays, goes = two
    merge(ready, stays, goes, at)
    browser = signed_in("viewer")
    moved = browser.get(f"/suppliers/{goes.lower()}")
    assert (moved.status_code, moved.headers["Location"]) == (303, f"/suppliers/{stays}?from={goes}")
    assert "was merged into this record" in browser.get(moved.headers["Location"]).text
    old = browser.get(f"/suppliers/{goes}?old=1").text
    assert "This record was merged into" in old and "/unmerge" not in old
    assert browser.get(f"/suppliers/{goes}?tab=contacts").status_code == 200


def test_a_merge_is_undone_on_its_page(ready: Database, two: tuple[str, str], signed_in: Any, at: datetime) -> None:
    stays, goes = two
    merge(ready, stays, goes, at)
    browser = signed_in("admin")
    path = f"/suppliers/{goes}/unmerge"
    page = browser.get(path).text
    assert "Goes back:" in page and f"What was added to {stays} since stays there" in page
    version = re.search(r'name="expected_version" value="(\d+)"', page)
    assert version is not None
    assert browser.send(path, path, expected_version=version[1], reason="").status_code == 422
    done = browser.send(path, path, expected_version=version[1], reason="Two companies")
    assert done.headers["Location"] == f"/suppliers/{goes}"
    assert "stands by itself again" in browser.get(f"/suppliers/{stays}").text
    assert browser.get(path).status_code == 409


def test_what_stands_in_the_way_is_said_before_and_after(
    ready: Database, two: tuple[str, str], signed_in: Any, at: datetime
) -> None:
    stays, goes = two
    for number in two:
        act(ready, number, "invite", SQE, at)
    browser = signed_in("quality_manager")
    path = f"/suppliers/{stays}/merge/{goes}"
    page = browser.get(path).text
    assert "They cannot be merged like this" in page
    assert "Both records have a self-assessment running" in page
    with ready.read() as session:
        versions = {"expected_version": find(session, stays).version, "other_version": find(session, goes).version}
    refused = browser.send(path, path, **versions, reason="x", sure="true")
    assert refused.status_code == 409


def test_a_record_that_changed_since_is_not_merged(ready: Database, two: tuple[str, str], signed_in: Any) -> None:
    stays, goes = two
    browser = signed_in("quality_manager")
    path = f"/suppliers/{stays}/merge/{goes}"
    sent = {**hidden(browser.get(path).text), "reason": "Same works", "sure": "true"}
    for field in ("expected_version", "other_version"):
        assert browser.send(path, path, **{**sent, field: "1"}).status_code == 409
        assert browser.send(path, path, **{**sent, field: "x"}).status_code == 422
    assert browser.send(path, path, **sent, unheard="of").status_code == 422


def test_engineers_compare_and_dismiss_but_do_not_merge(ready: Database, two: tuple[str, str], signed_in: Any) -> None:
    stays, goes = two
    browser = signed_in("sqe")
    path = f"/suppliers/{stays}/merge/{goes}"
    page = browser.get(path).text
    assert "A quality manager or an administrator merges records" in page and "See what happens" not in page
    assert browser.send(f"/suppliers/{stays}/duplicates/{goes}/dismiss", path, why="").status_code == 422
    dismissed = browser.send(f"/suppliers/{stays}/duplicates/{goes}/dismiss", path, why="Two families")
    assert dismissed.headers["Location"] == "/suppliers/duplicates"
    assert "Two families" in browser.get("/suppliers/duplicates?show=dismissed").text
    assert "May be the same company" not in browser.get(f"/suppliers/{stays}?tab=overview").text.partition("<aside")[0]
    browser.send(f"/suppliers/{stays}/duplicates/{goes}/reopen", path, why="A call")
    with ready.read() as session:
        assert session.scalars(select(SupplierPair.dismissed_at)).all() == [None]


def test_two_records_are_compared_by_their_numbers(
    ready: Database, make_supplier: MakeSupplier, signed_in: Any
) -> None:
    one, other = make_supplier("Acme", complete=False), make_supplier("Borg", complete=False)
    browser = signed_in("quality_manager")
    found = browser.get(f"/suppliers/duplicates/compare?stays={one.lower()}&goes=%20{other}")
    assert found.headers["Location"] == f"/suppliers/{one}/merge/{other}"
    assert "See what happens" in browser.get(found.headers["Location"]).text
    assert browser.get(f"/suppliers/duplicates/compare?stays={one}&goes=SUP-77777").status_code == 404


def test_an_import_is_warned_of_what_is_here_already(
    ready: Database, make_supplier: MakeSupplier, signed_in: Any
) -> None:
    number = make_supplier("上海立信精密机械有限公司", complete=False, country="CN")
    browser = signed_in("sqe")
    rows = "Vendor,Vendor ID,Country\nShanghai Lixin Precision Machinery,7,CN\nBorg,8,DE\n"
    path = to_check(browser, ready, rows)
    page = browser.get(path).text
    assert "May be here already" in page and number in page and "reads as “lixin”" in page
    assert browser.send(f"{path}/store", path).status_code == 303
    work(ready)
    assert "See possible duplicates" in browser.get(path).text
    assert number in browser.get("/suppliers/duplicates").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_speak_both_languages(
    ready: Database, two: tuple[str, str], signed_in: Any, at: datetime, language: str
) -> None:
    stays, goes = two
    browser = signed_in("admin", language=language)
    word = {"en": "Duplicates", "zh": "重复档案"}[language]
    assert word in browser.get("/suppliers/duplicates").text
    assert word in browser.get(f"/suppliers/{stays}/merge/{goes}").text
    merge(ready, stays, goes, at)
    assert {"en": "Undo the merge", "zh": "撤销合并"}[language] in browser.get(f"/suppliers/{goes}/unmerge").text
