"""The supplier's link as the design demands it: an invitation, never a key, and nowhere to be found in plain."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from supplier_quality import clock
from supplier_quality.identity.link_models import AccessLink, ContactSession, LinkCode
from supplier_quality.outbox.models import OutboxRow
from tests.security.company import (
    ANSWERS,
    Company,
    address_of,
    answer_once,
)
from tests.security.test_access import SQLITE
from tests.security.test_objects import changed, digest

pytestmark = SQLITE


def link_of(company: Company) -> str:
    return f"{company.settings.base_url}/s#{company.link_tokens['own']}"


def test_the_mailed_link_carries_its_token_only_in_the_fragment(company: Company) -> None:
    bodies = [f"{mail.text}\n{mail.html}" for mail in company.mails_to(company.contacts["own"])]
    urls = {url for body in bodies for url in re.findall(r"https?://[^\s\"'<>]+", body)}

    assert any("#" in url for url in urls)
    for url in urls:
        path, _hash, _fragment = url.partition("#")
        assert not re.search(r"[A-Za-z0-9_-]{40,}", path.removeprefix(company.settings.base_url)), url


def test_the_page_of_a_link_is_the_same_for_everybody_and_sends_no_referrer(company: Company) -> None:
    answer = company.caller().get("/s")

    assert answer.status_code == 200
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Acme" not in answer.text


def test_a_mail_scanner_that_loads_and_submits_everything_shows_and_changes_nothing(company: Company) -> None:
    """It opens the link, runs its script, follows every link and presses every button it finds, three times over."""
    scanner, token = company.caller(), company.link_tokens["own"]
    before, state = digest(company.database), company.state(company.suppliers["own"])
    seen = []
    for _round in range(3):
        seen.append(scanner.get("/s"))
        seen.append(scanner.call("POST", "/s/open", {"link": link_of(company)}))
        pages = ("/s/code", "/s/enter", "/portal", f"/portal/items/{company.links['own']}")
        seen += [scanner.get(path) for path in pages]
        seen.append(scanner.call("POST", "/s/code", {"token": token}))
        typed = ("", "test", "000 000", "a@b.example")
        seen += [scanner.call("POST", "/s/enter", {"token": token, "code": code}) for code in typed]
        company.work_off()

    for answer in seen:
        for word in ("Acme", "Quinn", "quinn@acme.example", "SUP-0"):
            assert word not in answer.text, answer.request.path
    assert company.state(company.suppliers["own"]) == state
    with company.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ContactSession)) == 0
        codes = session.scalar(
            select(func.count()).select_from(OutboxRow).where(OutboxRow.kind == "identity.send_code")
        )
        assert codes == 1, "at most one code is mailed however often it is asked for"
    assert "supplier" not in changed(company.database, before)


def test_whom_to_ask_is_shown_without_the_whole_address(company: Company) -> None:
    browser = company.caller()
    browser.call("POST", "/s/open", {"link": link_of(company)})

    page = browser.get("/s/code").text

    assert "Sqe" in page
    assert address_of("sqe") not in page


def test_the_token_alone_opens_nothing(company: Company) -> None:
    thief = company.caller()
    thief.call("POST", "/s/open", {"link": link_of(company)})

    assert thief.get("/portal").status_code == 303
    assert thief.get(f"/portal/items/{company.links['own']}").status_code == 303


def test_five_wrong_codes_kill_the_code_and_not_the_link(company: Company) -> None:
    browser, token = company.caller(), company.link_tokens["own"]
    browser.call("POST", "/s/open", {"link": link_of(company)})
    browser.call("POST", "/s/code", {"token": token})
    company.work_off()
    right = company.newest_code("own")
    wrong = "1" * len(right) if right != "1" * len(right) else "2" * len(right)

    for _try in range(5):
        assert browser.call("POST", "/s/enter", {"token": token, "code": wrong}).status_code == 422
    assert browser.call("POST", "/s/enter", {"token": token, "code": right}).status_code == 422

    later = clock.now() + timedelta(minutes=11)
    with time_machine.travel(later, tick=True):
        company.open_portal(company.caller(), "own")


def test_a_code_works_once_and_for_half_an_hour(company: Company) -> None:
    token = company.link_tokens["own"]
    first = company.caller()
    company.open_portal(first, "own")
    used = company.newest_code("own")
    assert company.caller().call("POST", "/s/enter", {"token": token, "code": used}).status_code == 422

    with time_machine.travel(clock.now() + timedelta(minutes=12), tick=True):
        late = company.caller()
        assert late.call("POST", "/s/code", {"token": token}).status_code == 303
        company.work_off()
        code = company.newest_code("own")
        assert code != used
    with time_machine.travel(clock.now() + timedelta(minutes=12 + company.settings.code_minutes + 1), tick=True):
        assert late.call("POST", "/s/enter", {"token": token, "code": code}).status_code == 422


def test_a_code_of_one_contact_opens_nothing_for_another(company: Company) -> None:
    own, foreign = company.link_tokens["own"], company.link_tokens["foreign"]
    browser = company.caller()
    browser.call("POST", "/s/code", {"token": own})
    browser.call("POST", "/s/code", {"token": foreign})
    company.work_off()

    answer = browser.call("POST", "/s/enter", {"token": foreign, "code": company.newest_code("own")})

    assert answer.status_code == 422
    assert browser.get("/portal").status_code == 303


def test_the_code_that_opened_the_session_does_not_sign(company: Company) -> None:
    contact = company.caller("contact")
    opened_with = company.newest_code("own")
    path = f"/portal/items/{company.links['own']}"
    contact.call("POST", f"{path}/draft", ANSWERS)
    contact.call("POST", f"{path}/code")
    company.work_off()
    review = contact.get(f"{path}/review").text
    sha256 = re.search(r'name="sha256" value="([0-9a-f]{64})"', review)
    assert sha256

    form = {"sha256": sha256[1], "typed_name": "Quinn", "code": opened_with}
    assert contact.call("POST", f"{path}/submit", form).status_code == 422
    assert company.state(company.suppliers["own"]) == "invited"


@pytest.mark.parametrize("left_out", ["code", "typed_name", "sha256"])
def test_nothing_is_submitted_without_code_name_and_hash(company: Company, left_out: str) -> None:
    contact, path = company.caller("contact"), f"/portal/items/{company.links['own']}"
    contact.call("POST", f"{path}/draft", ANSWERS)
    contact.call("POST", f"{path}/code")
    company.work_off()
    found = re.search(r'name="sha256" value="([0-9a-f]{64})"', contact.get(f"{path}/review").text)
    assert found
    form = {"sha256": found[1], "typed_name": "Quinn", "code": company.newest_code("own")}

    answer = contact.call("POST", f"{path}/submit", {**form, left_out: ""})

    assert answer.status_code in (409, 422)
    assert company.state(company.suppliers["own"]) == "invited"
    assert contact.call("POST", f"{path}/submit", form).status_code == 303
    assert company.state(company.suppliers["own"]) == "review"


def test_answers_changed_after_reading_the_statement_are_not_signed(company: Company) -> None:
    contact, path = company.caller("contact"), f"/portal/items/{company.links['own']}"
    contact.call("POST", f"{path}/draft", ANSWERS)
    contact.call("POST", f"{path}/code")
    company.work_off()
    found = re.search(r'name="sha256" value="([0-9a-f]{64})"', contact.get(f"{path}/review").text)
    assert found
    contact.call("POST", f"{path}/draft", {"employees": "9"})

    form = {"sha256": found[1], "typed_name": "Quinn", "code": company.newest_code("own")}
    assert contact.call("POST", f"{path}/submit", form).status_code == 409
    assert company.state(company.suppliers["own"]) == "invited"


def test_incomplete_answers_cannot_be_submitted(company: Company) -> None:
    contact, path = company.caller("contact"), f"/portal/items/{company.links['own']}"
    contact.call("POST", f"{path}/draft", {"employees": "12"})
    contact.call("POST", f"{path}/code")
    company.work_off()

    form = {"sha256": "0" * 64, "typed_name": "Quinn", "code": company.newest_code("own")}
    assert contact.call("POST", f"{path}/submit", form).status_code == 409
    assert company.state(company.suppliers["own"]) == "invited"


def _revoke(company: Company) -> None:
    from supplier_quality.identity.links import revoke_link

    with company.database.write() as session:
        revoke_link(
            session, session.get_one(AccessLink, company.links["own"]), actor=company.actor("sqe"), at=clock.now()
        )


def test_a_revoked_link_ends_the_session_it_opened_and_says_nothing(company: Company) -> None:
    contact = company.caller("contact")
    unknown = company.caller().call("POST", "/s/open", {"link": "x" * 43})

    _revoke(company)

    assert contact.get("/portal").status_code == 303
    revoked = company.caller().call("POST", "/s/open", {"link": link_of(company)})
    assert (revoked.status_code, unknown.status_code) == (404, 404)
    assert _bare(revoked.text) == _bare(unknown.text)


def test_an_expired_link_shows_nothing_and_may_be_asked_for_anew(company: Company) -> None:
    with time_machine.travel(clock.now() + timedelta(days=company.settings.link_days + 400), tick=True):
        browser = company.caller()
        browser.call("POST", "/s/open", {"link": link_of(company)})
        page = browser.get("/s/code")
        assert "Acme" not in page.text
        answer = browser.call("POST", "/s/code", {"token": company.link_tokens["own"]})
        company.work_off()
        with company.database.read() as session:
            assert session.scalar(select(func.count()).select_from(LinkCode)) == 0
        assert answer.status_code in (303, 404)


def test_asking_and_trying_are_slowed_down(company: Company) -> None:
    browser = company.caller()
    browser.token()

    statuses = [browser.call("POST", "/s/open", {"link": f"{place:043d}"}).status_code for place in range(260)]

    assert set(statuses) == {404, 429}


def test_mails_wait_in_the_outbox_as_references_only(company: Company) -> None:
    answer_once(company, "own")
    with company.database.read() as session:
        payloads = [json.dumps(payload) for payload in session.scalars(select(OutboxRow.payload))]

    assert payloads
    for payload in payloads:
        assert company.link_tokens["own"] not in payload
        assert not re.search(r"/s#", payload)


def _bare(page: str) -> str:
    """The page without what differs from request to request."""
    return re.sub(r'content="[^"]+"|value="[^"]*"|\?v=\w+|[0-9a-f]{12}', "", page)
