"""Sessions of staff: new at every sign-in, ended by everything that should end them, and useless to another site."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from supplier_quality import clock
from supplier_quality.config import Settings
from supplier_quality.identity.models import UserSession
from supplier_quality.persistence import Database
from tests.security.company import PASSWORD, Caller, Company, address_of, found_company
from tests.security.examples import EXAMPLES, Example, fill
from tests.security.test_access import SQLITE, routes

pytestmark = SQLITE
NEW = "another brass lantern 93 walks"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def staff_cookie(caller: Caller) -> str | None:
    found = caller.get_cookie("sq-staff")
    return found.value if found else None


def is_in(caller: Caller) -> bool:
    return caller.get("/account").status_code == 200


def test_a_cookie_planted_before_signing_in_is_not_the_one_after(company: Company) -> None:
    caller = company.caller()
    caller.set_cookie("sq-staff", "planted")

    company.sign_in(caller, address_of("viewer"))

    assert staff_cookie(caller) not in (None, "planted")
    stranger = company.caller()
    stranger.set_cookie("sq-staff", "planted")
    assert not is_in(stranger)


def test_signing_in_again_makes_another_session(company: Company) -> None:
    caller = company.caller("viewer")
    first = staff_cookie(caller)
    again = company.caller("viewer")

    assert staff_cookie(again) != first


def test_the_token_of_forms_from_before_signing_in_is_worth_nothing_after(company: Company) -> None:
    caller = company.caller()
    before = caller.token()
    company.sign_in(caller, address_of("viewer"))

    answer = caller.post("/appearance", data={"appearance": "dark", "csrf_token": before})

    assert answer.status_code == 400


def test_signing_out_ends_the_session_on_the_server(company: Company) -> None:
    caller = company.caller("viewer")
    stolen = staff_cookie(caller)
    assert stolen

    answer = caller.call("POST", "/sign-out")

    assert answer.headers["Clear-Site-Data"] == '"cache"'
    thief = company.caller()
    thief.set_cookie("sq-staff", stolen)
    assert not is_in(thief)


def _revoke(company: Company) -> None:
    with company.database.read() as session:
        number = session.scalars(
            select(UserSession.id).where(UserSession.user_id == company.users["viewer"], UserSession.ended_at.is_(None))
        ).first()
    path = f"/users/{company.users['viewer']}/sessions/{number}/end"
    assert company.caller("admin").call("POST", path).status_code == 303


def _change_roles(company: Company) -> None:
    path = f"/users/{company.users['viewer']}/roles"
    assert company.caller("admin").call("POST", path, {"roles": ["viewer", "buyer"]}).status_code == 303


def _disable(company: Company) -> None:
    assert company.caller("admin").call("POST", f"/users/{company.users['viewer']}/disable").status_code == 303


def _reset_password(company: Company) -> None:
    assert company.caller("admin").call("POST", f"/users/{company.users['viewer']}/reset-password").status_code == 303


def _change_password(company: Company) -> None:
    form = {"present_password": PASSWORD, "new_password": NEW, "repeated_password": NEW}
    assert company.caller("viewer").call("POST", "/account/password", form).status_code == 303


@pytest.mark.parametrize(
    "end", [_revoke, _change_roles, _disable, _reset_password, _change_password], ids=lambda end: end.__name__[1:]
)
def test_a_session_ends_when_the_account_changes(company: Company, end: Callable[[Company], None]) -> None:
    caller = company.caller("viewer")
    assert is_in(caller)

    end(company)

    assert not is_in(caller)


def test_a_session_ends_without_activity(company: Company) -> None:
    caller, idle = company.caller("viewer"), company.settings.session_idle
    with time_machine.travel(clock.now() + idle - timedelta(minutes=2), tick=False):
        assert is_in(caller)
    with time_machine.travel(clock.now() + 2 * idle - timedelta(minutes=3), tick=False):
        # The request before was activity, so the time ran anew from there.
        assert is_in(caller) is (2 * idle - timedelta(minutes=3) < company.settings.session_absolute)
    with time_machine.travel(clock.now() + 4 * idle, tick=False):
        assert not is_in(caller)


def test_a_session_ends_in_any_case_after_its_longest_time(
    settings: Settings, database: Database, real_logs: None
) -> None:
    short = replace(settings, session_idle=timedelta(hours=8), session_absolute=timedelta(hours=16))
    caller = found_company(short, database).caller("viewer")
    began = clock.now()
    for hours in (5, 10, 15):
        with time_machine.travel(began + timedelta(hours=hours), tick=False):
            assert is_in(caller), hours

    with time_machine.travel(began + timedelta(hours=16, minutes=1), tick=False):
        assert not is_in(caller)


def test_the_session_of_a_contact_ends_after_twelve_hours_and_with_its_link(company: Company) -> None:
    contact, began = company.caller("contact"), clock.now()
    with time_machine.travel(began + timedelta(hours=11, minutes=55), tick=False):
        assert contact.get("/portal").status_code == 200
    with time_machine.travel(began + timedelta(hours=12, minutes=1), tick=False):
        assert contact.get("/portal").status_code == 303


@pytest.mark.parametrize(
    ("base_url", "prefix", "secure"),
    [("https://quality.example.com", "__Host-", True), ("http://localhost:8000", "sq-", False)],
    ids=["https", "http on this machine"],
)
def test_every_cookie_is_out_of_reach_of_scripts_and_bound_to_the_host(
    settings: Settings, database: Database, real_logs: None, base_url: str, prefix: str, secure: bool
) -> None:
    # The company is founded where mails are kept, so that the contact can read their code.
    company = found_company(replace(settings, base_url="http://localhost:8000"), database)
    address = replace(settings, base_url=base_url)
    company.app.extensions["supplier_quality"] = type(company.app.extensions["supplier_quality"])(address, database)
    company.app.config.update(SESSION_COOKIE_NAME=f"{prefix}forms", SESSION_COOKIE_SECURE=secure)
    browser = company.app.test_client()
    assert isinstance(browser, Caller)
    answers = [
        browser.get("/sign-in?lang=zh", base_url=base_url),
        browser.call("POST", "/sign-in", {"email": address_of("viewer"), "password": PASSWORD}, base_url=base_url),
        browser.call("POST", "/s/open", {"link": company.link_tokens["own"]}, base_url=base_url),
    ]

    cookies = [line for answer in answers for line in answer.headers.getlist("Set-Cookie")]

    names = {line.split("=")[0].removeprefix(prefix) for line in cookies}
    assert {"forms", "language", "invitation"} <= names
    for line in cookies:
        flags = {part.strip().split("=")[0].lower(): part.strip() for part in line.split(";")[1:]}
        assert line.startswith(prefix)
        assert "httponly" in flags
        assert flags["path"] == "Path=/"
        assert flags["samesite"] in ("SameSite=Lax", "SameSite=Strict")
        assert "domain" not in flags
        assert ("secure" in flags) is secure


def test_no_form_is_taken_without_its_token(company: Company) -> None:
    """Every route that changes something refuses a request without token, or, from a mail, without our own origin."""
    taken = []
    for who in ("admin", "contact"):
        caller = company.caller(who)
        for method, rule in sorted(routes(company.app)):
            if method not in UNSAFE or rule.startswith("/api/"):
                continue
            example = EXAMPLES.get((method, rule), Example())
            path = fill(rule, {**dict.fromkeys(("deputy_id", "run_id"), 1), **example.own(company, who)})
            sent = dict(example.sent(company, who).get("form", {}).items())
            answer = caller.open(path, method=method, data=sent)
            # Who is not signed in as staff is told so before anything is said of tokens.
            if answer.status_code not in ((400, 403) if who == "admin" else (400, 401, 403)):
                taken.append((who, method, path, answer.status_code))

    assert taken == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.net"},
        {"Origin": "http://localhost.evil.example.net"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
def test_no_form_is_taken_from_another_site_even_with_the_right_token(
    company: Company, headers: dict[str, str]
) -> None:
    taken = []
    for who in ("admin", "contact"):
        caller = company.caller(who)
        token = caller.token()
        for method, rule in sorted(routes(company.app)):
            if method not in UNSAFE or rule.startswith("/api/"):
                continue
            example = EXAMPLES.get((method, rule), Example())
            path = fill(rule, {**dict.fromkeys(("deputy_id", "run_id"), 1), **example.own(company, who)})
            sent = {**example.sent(company, who).get("form", {}), "csrf_token": token}
            answer = caller.open(path, method=method, data=sent, headers=headers)
            if answer.status_code != 403:
                taken.append((who, method, path, answer.status_code))

    assert taken == []


def test_the_token_of_somebody_else_is_refused(company: Company) -> None:
    viewer, buyer = company.caller("viewer"), company.caller("buyer")

    answer = viewer.post("/appearance", data={"appearance": "dark", "csrf_token": buyer.token()})

    assert answer.status_code == 400
