"""The calendar at a secret address: what it shows, to whom, and for how long."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from supplier_quality import clock
from supplier_quality.identity.feeds import MOST_AN_HOUR, CalendarFeed
from tests.suppliers.certificates.conftest import Shelf
from tests.support import AT

SignedIn = Callable[..., Any]


@pytest.fixture(autouse=True)
def _standing_clock() -> Any:
    with clock.standing_at(AT):
        yield


def make_address(browser: Any) -> str:
    """The path of a new address as the account page shows it once."""
    answer = browser.send("/account/calendar", "/account")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    found = re.search(r'<code id="address" class="mono">([^<]+)</code>', answer.text)
    assert found
    return html.unescape(found[1]).removeprefix("http://localhost:8000")


def events(answer: Any) -> dict[str, Any]:
    return {str(event["UID"]): event for event in Calendar.from_ical(answer.data).walk("VEVENT")}


def test_a_quality_manager_subscribes_to_the_ends_of_all_certificates(
    shelf: Shelf, signed_in: SignedIn, client: Any
) -> None:
    number = shelf.verified()
    answer = client.get(make_address(signed_in("quality_manager")))

    assert answer.status_code == 200 and answer.content_type.startswith("text/calendar")
    assert "no-store" in answer.headers["Cache-Control"]
    (event,) = events(answer).values()
    assert event["UID"] == f"{number}-end@supplier-quality"
    assert event["DTSTART"].dt.isoformat() == "2026-11-30" and event["DTEND"].dt.isoformat() == "2026-12-01"
    assert event["SUMMARY"] == "IATF 16949 ends: Acme Castings, Works 1"
    assert event["URL"] == f"http://localhost:8000/certificates/{number}"


def test_others_get_those_of_the_suppliers_they_own(shelf: Shelf, signed_in: SignedIn, client: Any) -> None:
    shelf.verified()
    assert events(client.get(make_address(signed_in("sqe")))) == {}


def test_the_words_are_in_the_language_of_the_person(shelf: Shelf, signed_in: SignedIn, client: Any) -> None:
    shelf.verified()
    (event,) = events(client.get(make_address(signed_in("quality_manager", language="zh")))).values()
    assert event["SUMMARY"] == "IATF 16949 到期: Acme Castings, Works 1"


def test_an_address_works_until_it_is_revoked_or_made_anew(shelf: Shelf, signed_in: SignedIn, client: Any) -> None:
    browser = signed_in("quality_manager")
    first = make_address(browser)
    second = make_address(browser)
    assert [client.get(path).status_code for path in (first, second)] == [404, 200]
    assert browser.send("/account/calendar/revoke", "/account").status_code == 303
    assert client.get(second).status_code == 404
    assert client.get("/calendar/nothing.ics").status_code == 404


def test_only_the_hash_of_an_address_is_stored_and_no_log_shows_it(
    shelf: Shelf, signed_in: SignedIn, client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_address(signed_in("quality_manager"))
    secret = path.removeprefix("/calendar/").removesuffix(".ics")
    assert client.get(path).status_code == 200
    with shelf.database.read() as session:
        feed = session.scalars(select(CalendarFeed)).one()
        assert secret not in feed.token_hash and feed.last_used_at == AT
    said = capsys.readouterr()
    assert "/calendar/<secret>.ics" in said.out + said.err
    assert secret not in said.out + said.err


def test_addresses_cannot_be_tried_out(shelf: Shelf, client: Any) -> None:
    answers = [client.get(f"/calendar/guess{place}.ics").status_code for place in range(MOST_AN_HOUR + 1)]
    assert set(answers[:-1]) == {404} and answers[-1] == 429
