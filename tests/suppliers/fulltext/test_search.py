"""Full-text search: what is found, by which words, and that it follows what changes."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from supplier_quality.identity import Actor
from supplier_quality.persistence import Database
from supplier_quality.suppliers.details import ContactDetails, SiteDetails, SupplierDetails
from supplier_quality.suppliers.fulltext.enums import Kind
from supplier_quality.suppliers.fulltext.indexing import take_in_changes
from supplier_quality.suppliers.fulltext.models import SearchDocument, SearchedRecord, SearchToken
from supplier_quality.suppliers.fulltext.queries import find_texts
from supplier_quality.suppliers.fulltext.texts import marked, snippet, tokens_of
from supplier_quality.suppliers.operations import add_contact, add_site, edit_supplier
from supplier_quality.suppliers.queries import get_supplier
from tests.suppliers.conftest import SQE, VIEWER


def found(database: Database, kind: Kind, search: str, actor: Actor = VIEWER, limit: int = 20) -> list[str]:
    with database.read() as session:
        return [hit.title for hit in find_texts(session, kind, search, actor=actor, limit=limit)]


@pytest.fixture
def company(ready: Database, make_supplier: Any, at: datetime) -> Database:
    number = make_supplier(
        "Präzisionsguss Müller", complete=False, note="Liefert 球墨铸铁 nur aus Werk 2; Straße gesperrt"
    )
    with ready.write() as session:
        supplier = get_supplier(session, number, actor=SQE)
        add_site(session, supplier, SiteDetails(name="上海轴承厂", city="Shanghai", country="CN"), actor=SQE, at=at)
        contact = ContactDetails(name="Zoë Lindqvist", email="zoe@guss.example", roles=["quality"])
        add_contact(session, supplier, contact, actor=SQE, at=at)
    make_supplier("Acme Castings", complete=False, note="Guss")
    take_in_changes(ready)
    return ready


FINDS = (
    (Kind.SUPPLIER, "muller", ["Präzisionsguss Müller"]),
    (Kind.SUPPLIER, "MÜLL", ["Präzisionsguss Müller"]),
    (Kind.SUPPLIER, "zisionsg", ["Präzisionsguss Müller"]),
    (Kind.SUPPLIER, "guss", ["Präzisionsguss Müller", "Acme Castings"]),
    (Kind.SUPPLIER, "铸铁", ["Präzisionsguss Müller"]),
    (Kind.SUPPLIER, "铁", ["Präzisionsguss Müller"]),
    (Kind.SUPPLIER, "铁铸", []),
    (Kind.SUPPLIER, "strasse", ["Präzisionsguss Müller"]),
    (Kind.SUPPLIER, "guss müller werk", ["Präzisionsguss Müller"]),
    (Kind.SUPPLIER, "guss nothing", []),
    (Kind.SITE, "轴承", ["上海轴承厂"]),
    (Kind.SITE, "shang", ["上海轴承厂"]),
    (Kind.CONTACT, "lindq", ["Zoë Lindqvist"]),
    (Kind.CONTACT, "zoe@guss.example", ["Zoë Lindqvist"]),
    (Kind.CERTIFICATE, "guss", []),
    (Kind.SUPPLIER, "'; drop %_", []),
)


def test_words_parts_of_words_and_two_characters_are_found(company: Database) -> None:
    wrong = {search: got for kind, search, expected in FINDS if (got := found(company, kind, search)) != expected}

    assert wrong == {}


def test_what_changed_is_found_by_its_new_words_only_and_taken_in_once(company: Database, at: datetime) -> None:
    with company.write() as session:
        supplier = get_supplier(session, "SUP-00001", actor=SQE)
        edit_supplier(session, supplier, SupplierDetails(name="Nordguss AG"), actor=SQE, at=at)

    assert take_in_changes(company) == 1
    assert take_in_changes(company) == 0

    assert found(company, Kind.SUPPLIER, "guss") == ["Nordguss AG", "Acme Castings"]
    assert found(company, Kind.SUPPLIER, "müller") == []
    assert found(company, Kind.CONTACT, "lindq") == ["Zoë Lindqvist"]
    with company.read() as session:
        orphans = select(func.count()).where(SearchToken.document_id.not_in(select(SearchDocument.id)))
        assert session.scalar(orphans) == 0


def test_new_rules_of_making_words_take_everything_in_anew_and_no_run_lasts_too_long(company: Database) -> None:
    with company.write() as session:
        session.execute(SearchedRecord.__table__.update().values(rules=0))  # type: ignore[attr-defined]

    assert take_in_changes(company, lasting=timedelta(0)) == 0
    assert take_in_changes(company) == 2


def test_a_contact_of_a_supplier_finds_nothing_of_others(company: Database) -> None:
    stranger = Actor(kind="contact", id="contact:9", label="X", person_id=999, via="link")
    assert found(company, Kind.SUPPLIER, "guss", stranger) == []


def test_the_rarest_word_leads_so_that_common_ones_hide_nothing(
    company: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supplier_quality.suppliers.fulltext.queries.MOST_ASKED", 2)

    assert found(company, Kind.SUPPLIER, "guss castings") == ["Acme Castings"]
    assert len(found(company, Kind.SUPPLIER, "guss", limit=1)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_shows_groups_with_the_place_in_the_text_marked(company: Database, signed_in: Any) -> None:
    browser = signed_in("viewer")
    page = browser.get("/search?q=铸铁").text
    assert "Liefert 球墨<mark>铸铁</mark> nur aus Werk 2" in page
    assert 'href="/suppliers/SUP-00001"' in page
    page = browser.get("/search?q=guss").text
    assert "Präzisions<mark>guss</mark> Müller" in page
    assert 'id="group-contacts"' in page and 'id="group-suppliers"' in page
    assert page.count('href="/suppliers/SUP-00001"') == 1, "found by name and by text, shown once"
    only = browser.get("/search?q=guss&in=contacts").text
    assert "Lindqvist" in only and 'id="group-suppliers"' not in only
    assert "Nothing found" in browser.get("/search?q=%27%3B--").text


def test_marks_stand_on_the_text_as_it_is_written() -> None:
    assert marked("Große Straße", "strasse") == [("Große ", False), ("Straße", True)]
    assert marked("上海轴承厂", "轴承") == [("上海", False), ("轴承", True), ("厂", False)]
    assert marked("", "x") == []
    long = "a " * 200 + "needle" + " b" * 200
    shown = snippet(long, "needle")
    assert shown is not None
    assert ("needle", True) in shown and shown[0] == ("…", False) == shown[-1]
    assert snippet("nothing", "needle") is None
    assert "球墨" in tokens_of("", ["球墨铸铁"]) and "墨铸" in tokens_of("", ["球墨铸铁"])
