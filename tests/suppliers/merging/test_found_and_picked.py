"""After a merge: what the search finds of both records, and what comes of a record that was picked before."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from supplier_quality.persistence import Database
from supplier_quality.suppliers.bulk.models import BulkItem
from supplier_quality.suppliers.fulltext.enums import Kind
from supplier_quality.suppliers.fulltext.indexing import take_in_changes
from supplier_quality.suppliers.fulltext.models import SearchDocument
from supplier_quality.suppliers.fulltext.queries import find_texts
from supplier_quality.suppliers.models import Supplier
from tests.suppliers.bulk.test_bulk import outcomes, pick
from tests.suppliers.conftest import SQE
from tests.suppliers.merging.conftest import merge, undo
from tests.suppliers.test_import_pages import work
from tests.web.conftest import Browser

KINDS = (Kind.SUPPLIER, Kind.SITE, Kind.CONTACT)
GONE = "The record was merged into {}."


def found(database: Database, search: str) -> set[tuple[str, str | None, str | None]]:
    """Titles of what is found, whose they are, and where that record went."""
    with database.read() as session:
        return {
            (hit.title, hit.supplier_number, hit.merged_into)
            for kind in KINDS
            for hit in find_texts(session, kind, search, actor=SQE, limit=20)
        }


def test_what_went_over_is_found_at_the_record_that_stays_and_what_stayed_says_where_its_record_went(
    ready: Database, two: tuple[str, str], at: datetime
) -> None:
    stays, goes = two
    take_in_changes(ready)
    before = {search: found(ready, search) for search in ("works", "kim", "quinn", "acme", "old")}
    assert before["works"] == {("Works 1", stays, None), ("Works 2", goes, None)}
    assert before["kim"] == {("Kim", goes, None)}

    merge(ready, stays, goes, at)
    for hit in found(ready, "acme"):  # also before the words are written anew
        assert (hit[1] == goes) == (hit[2] == stays)
    assert take_in_changes(ready) == 2

    assert found(ready, "works") == {("Works 1", stays, None), ("Works 2", stays, None)}
    assert found(ready, "kim") == {("Kim", stays, None)}
    assert found(ready, "quinn") == {("Quinn", stays, None), ("Quinn again", goes, stays)}
    assert ("ACME Castings GmbH", goes, stays) in found(ready, "acme")
    assert ("Acme Castings", stays, None) in found(ready, "old"), "the note that the one that stays took over"
    with ready.read() as session:
        twice = select(SearchDocument.kind).group_by(
            SearchDocument.kind, SearchDocument.record_kind, SearchDocument.part_id, SearchDocument.title
        )
        assert session.execute(twice.having(func.count() > 1)).all() == []

    undo(ready, goes, at)
    assert take_in_changes(ready) == 2
    assert {search: found(ready, search) for search in before} == before


def test_the_page_of_results_shows_no_merged_record_as_one_in_use(
    ready: Database, two: tuple[str, str], signed_in: Callable[..., Browser], at: datetime
) -> None:
    stays, goes = two
    take_in_changes(ready)
    browser = signed_in("viewer")
    gone = GONE.format(stays)
    assert gone not in browser.get("/search?q=acme").text

    merge(ready, stays, goes, at)
    # By its name as it is now, by its words, and both before and after they are written anew.
    for _time in range(2):
        for search in ("acme", "castings gmbh", "quinn again", "9000"):
            page = browser.get(f"/search?q={search}", follow_redirects=True).text
            assert page.count(gone) == sum(
                page.count(f'href="/suppliers/{goes}{tab}"') for tab in ("", "?tab=sites", "?tab=contacts")
            )
        for search in ("castings gmbh", "quinn again"):
            assert browser.get(f"/search?q={search}").text.count(gone) == 1
        take_in_changes(ready)


def test_a_record_that_was_picked_and_then_merged_is_refused_and_the_one_that_stays_is_not_touched_for_it(
    ready: Database, two: tuple[str, str], signed_in: Callable[..., Browser], at: datetime
) -> None:
    stays, goes = two
    browser = signed_in("buyer")
    path = pick(browser, ready, goes)
    browser.send(f"{path}/run", path, action="change_owner", owner="9002")
    merge(ready, stays, goes, at)

    work(ready)

    assert outcomes(ready) == {goes: "refused"}
    with ready.read() as session:
        assert session.scalar(select(Supplier.owner_id).where(Supplier.number == stays)) == 9001
        said: Any = session.scalars(select(BulkItem.said)).one()
        assert stays in said[0]["en"]
