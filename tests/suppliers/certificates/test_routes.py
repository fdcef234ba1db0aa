"""The pages of certificates, as a browser sees them."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from supplier_quality import clock
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.suppliers.certificates.board import weeks_of
from supplier_quality.suppliers.certificates.models import Certificate
from tests.suppliers.certificates.conftest import PDF, PRINTED, Shelf
from tests.suppliers.conftest import SQE
from tests.suppliers.test_qualification import ANSWERS, act, answer
from tests.support import AT
from tests.web.conftest import PASSWORD

SignedIn = Callable[..., Any]


@pytest.fixture(autouse=True)
def _standing_clock() -> Any:
    with clock.standing_at(AT):
        yield


def upload(name: str = "certificate.pdf", content: bytes = PDF) -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)


def fields_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form of one action."""
    form = re.search(rf'<form method="post" action="[^"]*/actions/{action}".*?</form>', page, re.DOTALL)
    assert form, f"no form for {action}"
    return dict(re.findall(r'name="(expected_version|idempotency_key)" value="([^"]*)"', form[0]))


def test_a_certificate_is_entered_with_its_file_and_verified_by_somebody_else(
    shelf: Shelf, signed_in: SignedIn
) -> None:
    browser = signed_in("sqe", name="Eve", email="eve@plant.example")
    path = f"/suppliers/{shelf.supplier_number}/certificates/new"
    form = {**PRINTED, "valid_to": "2027-11-30", "site_id": shelf.site_id(), "standard": "IATF 16949", "go": "enter"}
    answer = browser.send(path, path, **form, file=upload())
    assert answer.status_code == 303, answer.text
    record = answer.headers["Location"]
    page = browser.get(record).text
    assert "To be verified" in page and "certificate.pdf" in page and "IAF CertSearch" in page

    assert "not possible yet" in page
    other = signed_in("quality_manager", name="Mo", email="mo@plant.example")
    sent = {**fields_of(other.get(record).text, "verify"), "verified_at": "iatf_database", "verified_on": "2026-11-20"}
    own = browser.send(f"{record}/actions/verify", record, **sent, signed_password=PASSWORD)
    assert own.status_code == 409

    answer = other.send(f"{record}/actions/verify", record, **sent, signed_password=PASSWORD)
    assert answer.status_code == 303, answer.text
    page = other.get(record).text
    assert "IATF database" in page and "20 Nov 2026" in page and "375 days left" in page
    file = re.search(rf"{record}/files/\d+", page)
    assert file and other.get(file[0]).data == PDF


def test_mistakes_stand_beside_their_fields_and_what_was_typed_stays(shelf: Shelf, signed_in: SignedIn) -> None:
    browser = signed_in("sqe")
    path = f"/suppliers/{shelf.supplier_number}/certificates/new"
    wrong = {
        **PRINTED, "valid_from": "2027-01-01", "valid_to": "2026-01-01", "standard": "ISO 9001", "go": "enter",
        "site_id": shelf.site_id(),
    }  # fmt: skip
    answer = browser.send(path, path, **wrong)
    assert answer.status_code == 422
    assert "The certificate ends before it begins." in answer.text and 'value="0423-1"' in answer.text
    answer = browser.send(path, path, **{**wrong, "valid_to": "2027-12-31", "site_id": ""})
    assert "No site is chosen." in answer.text
    answer = browser.send(path, path, **{**wrong, "valid_to": "2027-12-31", "standard": "ISO 1"})
    assert "There is no standard of this name." in answer.text
    answer = browser.send(path, path, **{**wrong, "valid_to": "2027-12-31"}, file=upload("virus.exe", b"MZ"))
    assert answer.status_code == 422 and "was not taken" in answer.text
    answer = browser.send(path, path, **{**wrong, "valid_to": "", "certificate_no": ""})
    assert answer.status_code == 422 and "The certificate number is missing" in answer.text
    assert shelf.all() == []


def test_the_supplier_is_asked_from_the_same_page(shelf: Shelf, signed_in: SignedIn) -> None:
    browser = signed_in("buyer")
    path = f"/suppliers/{shelf.supplier_number}/certificates/new"
    form = {"site_id": shelf.site_id(), "standard": "ISO 14001", "go": "ask"}
    answer = browser.send(path, path, **form)
    assert answer.status_code == 303
    shelf.deliver(AT)
    assert shelf.all() == [("CRT-00001", "asked")]
    assert shelf.mails("supplier_contact") == ["Please send your certificate to ISO 14001 (CRT-00001)"]
    again = browser.send(path, path, **form)
    assert again.status_code == 422 and "CRT-00001 is the next certificate" in again.text


def test_the_tab_of_the_supplier_shows_sites_days_and_warnings(shelf: Shelf, signed_in: SignedIn) -> None:
    shelf.verified(accreditation="", printed_site="Lyon")
    page = signed_in("viewer").get(f"/suppliers/{shelf.supplier_number}?tab=certificates").text
    assert "Works 1" in page and "10 days left" in page
    assert "No accreditation is named." in page and "does not look like ours: Works 1, Ulm" in page
    assert "Add a certificate" not in page


def test_a_lapse_is_shown_on_the_record_and_in_the_list_of_suppliers(shelf: Shelf, signed_in: SignedIn) -> None:
    browser = signed_in("sqe")
    shelf.verified()
    assert "certificate lapsed" not in browser.get("/suppliers").text
    later = AT + timedelta(days=12)
    shelf.pass_time(later)
    with clock.standing_at(later):
        browser = signed_in("viewer")
        for tab in ("overview", "sites"):
            page = browser.get(f"/suppliers/{shelf.supplier_number}?tab={tab}").text
            assert "IATF 16949 of Works 1: Lapsed, grace runs" in page
            assert "Receipts go on until 29 Jan 2027, no new business." in page
        assert "certificate lapsed" in browser.get("/suppliers").text


def test_certificates_of_the_self_assessment_are_offered_and_taken_over(shelf: Shelf, signed_in: SignedIn) -> None:
    act(shelf.database, shelf.supplier_number, "invite", SQE, AT)
    answer(shelf.database, shelf.supplier_number, AT, {**ANSWERS, "iso9001_valid_until": "2027-05-31"})
    browser = signed_in("sqe")
    tab = f"/suppliers/{shelf.supplier_number}?tab=certificates"
    assert "names a certificate to ISO 9001, number QM-1" in browser.get(tab).text
    path = f"/suppliers/{shelf.supplier_number}/certificates/take-over"
    done = browser.send(path, tab, standard="ISO 9001", site_id=shelf.site_id())
    assert done.status_code == 303
    assert "that is no record yet" not in browser.get(tab).text
    assert browser.send(path, tab, standard="ISO 9001", site_id=shelf.site_id()).status_code == 409
    assert shelf.all() == [("CRT-00001", "submitted")]


def test_a_letter_is_uploaded_with_the_extension(shelf: Shelf, signed_in: SignedIn) -> None:
    number = shelf.verified()
    later = AT + timedelta(days=12)
    shelf.pass_time(later)
    with clock.standing_at(later):
        browser = signed_in("quality_manager")
        record = f"/certificates/{number}"
        sent = {**fields_of(browser.get(record).text, "extend"), "audit_on": "2027-02-10", "until": "2027-03-31"}
        path = f"{record}/actions/extend"
        bare = browser.send(path, record, **sent, reason="Audit is dated", signed_password=PASSWORD)
        assert bare.status_code == 422
        wrong = browser.send(path, record, **sent, reason="x", signed_password=PASSWORD, letter=upload("l.exe", b"MZ"))
        assert wrong.status_code == 422 and "was not taken" in wrong.text
        unsigned = browser.send(path, record, **sent, reason="x", signed_password="wrong", letter=upload("l.pdf"))
        assert unsigned.status_code == 422
        assert shelf.state(number) == "lapsed"
        good = browser.send(path, record, **sent, reason="x", signed_password=PASSWORD, letter=upload("letter.pdf"))
        assert good.status_code == 303, good.text
        assert "letter.pdf" in browser.get(record).text
    assert shelf.state(number) == "extended"


def test_what_somebody_else_changed_meanwhile_is_shown(shelf: Shelf, signed_in: SignedIn) -> None:
    number = shelf.add()
    browser = signed_in("sqe")
    path = f"/certificates/{number}/edit"
    late = browser.send(path, path, **{**PRINTED, "body": "Late body"}, expected_version="1")
    assert late.status_code == 409 and "Somebody else changed this record meanwhile" in late.text
    version = shelf.row(number).version
    done = browser.send(path, path, **{**PRINTED, "body": "Other body"}, expected_version=str(version))
    assert done.status_code == 303
    assert shelf.row(number).body == "Other body"


def test_the_board_is_sorted_by_end_and_narrowed(shelf: Shelf, signed_in: SignedIn) -> None:
    for standard, end in (("ISO 9001", "2027-11-30"), ("ISO 14001", "2026-12-15"), ("ISO 45001", "2027-01-31")):
        shelf.verified(standard=standard, valid_to=end)
    browser = signed_in("viewer")

    def rows(query: str = "") -> list[str]:
        return re.findall(r'<a href="/certificates/CRT-\d+">(ISO \d+)</a>', browser.get(f"/certificates{query}").text)

    assert rows() == ["ISO 14001", "ISO 45001", "ISO 9001"]
    assert rows("?sort=-valid_to") == ["ISO 9001", "ISO 45001", "ISO 14001"]
    assert rows("?within=30") == ["ISO 14001"]
    assert rows("?within=0") == []
    page = browser.get("/certificates").text
    counted = dict(re.findall(r'href="/certificates\?within=(\d+)">[^<]*<span class="figures">(\d+)<', page))
    assert counted == {"30": "1", "60": "1", "90": "2", "180": "2"}
    assert rows("?standard=ISO+9001&owner=9001&site=works") == ["ISO 9001"]
    assert rows("?owner=9002") == []
    assert rows("?site=nowhere") == []
    assert rows("?q=acme") == ["ISO 14001", "ISO 45001", "ISO 9001"]
    assert rows("?q=CRT-00001") == ["ISO 9001"]
    assert rows("?state=asked") == []


def test_the_board_pages_by_key(shelf: Shelf, signed_in: SignedIn) -> None:
    with shelf.database.write() as session:
        first = shelf.row(shelf.add(valid_to="2027-11-30"))
        for place in range(60):
            session.add(_copy(first, place))
    browser = signed_in("viewer")
    page = browser.get("/certificates?size=25").text
    seen = re.findall(r'href="/certificates/(CRT-\d+)">IATF', page)
    while found := re.search(r'id="certificates-after" href="([^"]+)"', page):
        page = browser.get(found[1].replace("&amp;", "&")).text
        seen += re.findall(r'href="/certificates/(CRT-\d+)">IATF', page)
    assert len(seen) == len(set(seen)) == 61


def _copy(first: Certificate, place: int) -> Certificate:
    columns = {column.name for column in Certificate.__table__.columns} - {"id", "number", "valid_to"}
    ends = first.valid_to + timedelta(days=place % 7) if first.valid_to else None
    values = {name: getattr(first, name) for name in columns}
    return Certificate(**values, number=f"CRT-{place + 100:05d}", valid_to=ends)


def test_the_month_shows_what_ends_on_its_day(shelf: Shelf, signed_in: SignedIn) -> None:
    number = shelf.verified()
    browser = signed_in("sqe")
    page = browser.get("/certificates/calendar").text
    assert "November 2026" in page and f"/certificates/{number}" in page
    assert "Nothing ends in this month." in browser.get("/certificates/calendar?month=2026-12").text
    assert f"/certificates/{number}" not in browser.get("/certificates/calendar?owner=9002").text
    for odd in ("0000-00", "x", "2026-13", "99999-1"):
        assert browser.get(f"/certificates/calendar?month={odd}").status_code == 200
    later = AT + timedelta(days=12)
    shelf.pass_time(later)
    with clock.standing_at(later):
        assert "grace ends" in signed_in("viewer").get("/certificates/calendar?month=2027-01").text


def test_weeks_begin_on_monday_and_hold_every_day_once() -> None:
    weeks = weeks_of(datetime(2026, 11, 1).date())
    days = [day for week in weeks for day in week if day is not None]
    assert [day.day for day in days] == list(range(1, 31))
    assert all(day is None or day.weekday() == place for week in weeks for place, day in enumerate(week))


def test_a_certificate_is_found_by_either_number(shelf: Shelf, signed_in: SignedIn) -> None:
    number = shelf.add()
    browser = signed_in("viewer")
    for text in (number, "0423-1"):
        assert f'href="/certificates/{number}"' in browser.get(f"/search?q={text}").text


def test_valid_certificates_are_nobodys_work_and_those_to_be_verified_are(shelf: Shelf, signed_in: SignedIn) -> None:
    shelf.verified(standard="ISO 9001", valid_to="2027-11-30")
    number = shelf.add(valid_to="2027-11-30")
    page = signed_in("quality_manager").get("/my-work").text
    assert f"/certificates/{number}" in page
    assert "CRT-00001" not in page


def test_the_page_of_every_state_is_drawn_in_both_languages(shelf: Shelf, signed_in: SignedIn) -> None:
    number = shelf.verified()
    browser = signed_in("quality_manager")
    with shelf.database.read() as session:
        states = list(session.scalars(select(Certificate.state)))
    assert states == ["valid"]
    shelf.pass_time(AT + timedelta(days=80))
    for language in ("en", "zh"):
        for each in (number, "CRT-00002"):
            assert browser.get(f"/certificates/{each}?lang={language}").status_code == 200


def test_the_link_to_a_certificate_is_listed_and_revoked_with_its_supplier(shelf: Shelf, signed_in: SignedIn) -> None:
    number = shelf.verified(valid_to="2027-11-30")
    shelf.act(number, "ask_for_new", SQE)
    browser = signed_in("sqe")
    tab = f"/suppliers/{shelf.supplier_number}?tab=links"
    page = browser.get(tab).text
    assert 'href="/certificates/CRT-00002"' in page
    link = re.search(rf"/suppliers/{shelf.supplier_number}/links/\d+", page)
    assert link
    path = link[0]
    assert browser.send(f"{path}/send", tab).status_code == 409
    assert browser.send(f"{path}/revoke", tab).status_code == 303
    with shelf.database.read() as session:
        assert session.scalars(select(AccessLink.revoked_at)).one() == AT
