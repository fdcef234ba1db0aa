"""What mail scanners do to a link (open it, run its script, submit its forms, all of it again) changes nothing.

At most one mail with a code goes to the contact, and nothing of the record is shown.
"""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import func, select

from supplier_quality.identity.link_models import ContactSession
from supplier_quality.persistence import Database
from supplier_quality.suppliers.models import Supplier
from supplier_quality.trail.models import TrailEntry
from tests.portal.conftest import MAIL, Phone, World
from tests.support import AT


class Forms(HTMLParser):
    """Every form of a page with its fields, as a scanner fills and sends them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self.found.append((values.get("action") or "", {}))
        elif tag in ("input", "button") and self.found and values.get("name"):
            self.found[-1][1][values["name"] or ""] = values.get("value") or "12345678"


def scan(phone: Phone, page: str, seen: set[str], depth: int = 4) -> None:
    """Submit every form of the page, and of the pages these lead to."""
    for action, fields in Forms(page).found:
        if depth:
            answer = phone.post(action, data=fields, headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=True)
            assert answer.status_code < 500
            seen.add(answer.text)
            scan(phone, answer.text, seen, depth - 1)


def counted(database: Database) -> tuple[object, ...]:
    with database.read() as session:
        supplier = session.scalars(select(Supplier)).one()
        trail = session.scalar(select(func.count()).select_from(TrailEntry))
        sessions = session.scalar(select(func.count()).select_from(ContactSession))
        return supplier.state, supplier.version, trail, sessions


def test_a_scanner_causes_one_code_and_nothing_else(world: World) -> None:
    number = world.invite()
    before = counted(world.database)
    mails = len(world.mails_to(MAIL))
    token = world.token_for()
    pages: set[str] = set()
    for _visit in range(3):
        phone = world.phone()
        pages.add(phone.get("/s").text)
        phone.open_link(token)
        page = phone.get("/s/code").text
        pages.add(page)
        scan(phone, page, pages)
    world.deliver()

    assert counted(world.database) == before
    assert len(world.mails_to(MAIL)) == mails + 1
    for page in pages:
        assert number not in page and "Acme" not in page and MAIL not in page and "Quinn" not in page


def test_the_page_of_the_link_takes_its_key_from_no_address(world: World) -> None:
    world.invite()
    token = world.token_for()
    phone = world.phone()
    for path in (f"/s?{token}", f"/s/{token}", f"/s/code?token={token}"):
        assert "Ann Miller" not in phone.get(path, follow_redirects=True).text


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_another_site_cannot_open_a_link_in_the_readers_name(world: World, site: str) -> None:
    world.invite()
    phone = world.phone()
    answer = phone.post("/s/open", data={"link": world.token_for()}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert phone.post("/s/open", data={"link": world.token_for()}).status_code == 403


def test_the_preview_names_only_whom_to_ask(world: World) -> None:
    world.invite()
    phone = world.phone()
    phone.open_link(world.token_for())
    page = phone.get("/s/code").text
    assert "Ann Miller (a•••@p•••.example)" in page
    assert re.findall(r"ann@plant|SUP-|self-assessment", page) == []


def test_five_wrong_codes_kill_the_code_and_say_so(world: World) -> None:
    world.invite()
    phone = world.phone()
    phone.open_link(world.token_for())
    phone.send("/s/code", "/s/code")
    right = world.code_for()
    wrong = "00000000" if right != "00000000" else "11111111"
    said = [phone.send("/s/enter", "/s/enter", code=wrong).text for _try in range(5)]
    assert "4 more tries" in said[0] and "one more try" in said[3] and "does not work any more" in said[4]
    assert phone.send("/s/enter", "/s/enter", code=right).status_code == 422


def test_an_expired_link_is_asked_for_anew_and_its_owner_is_told_once(world: World) -> None:
    world.invite()
    token = world.token_for()
    late = world.phone(AT + timedelta(days=91))
    late.open_link(token)
    assert "too old" in late.get("/s/code").text
    for _click in range(3):
        assert "We have told" in late.send("/s/new-link", "/s/code").text
    world.deliver(AT + timedelta(days=91))
    assert len([text for text in world.mails_to("ann@plant.example") if "new link" in text.lower()]) == 1


@pytest.mark.parametrize("pasted", ["nonsense", "A" * 43, "http://localhost:8000/s"])
def test_an_unknown_link_gets_a_neutral_page(world: World, pasted: str) -> None:
    answer = world.phone().post("/s/open", data={"link": pasted}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code in (404, 422)
    assert "Ann" not in answer.text
