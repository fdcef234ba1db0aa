"""What every answer carries, whatever was asked: headers, our own addresses only, and no word of the inside."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from supplier_quality.app import create_app
from supplier_quality.config import Settings
from supplier_quality.persistence import Database
from supplier_quality.web import public
from tests.security.company import PASSWORD, Caller, Company, address_of, answer_once
from tests.security.examples import EXAMPLES, Example, fill, placeholders
from tests.security.test_access import SQLITE, routes

pytestmark = SQLITE

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
MAIL_BODY = "/sent-mail/<int:mail_id>/body"
HOSTS = (
    "evil.example.net",
    "evil.example.net:80",
    "localhost:8000.evil.example.net",
    "localhost:8000@evil.example.net",
)


def _complaints(path: str, answer: Any, *, rule: str = "") -> list[str]:
    headers, found = answer.headers, []
    expected = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if rule != MAIL_BODY or answer.status_code != 200:
        expected |= {"Content-Security-Policy": POLICY, "X-Frame-Options": "DENY"}
    found += [
        f"{path}: {name} is {headers.get(name)}" for name, value in expected.items() if headers.get(name) != value
    ]
    if rule != "/static/<path:path>" and path not in ("/favicon.ico",) and "no-store" not in headers["Cache-Control"]:
        found.append(f"{path}: may be kept: {headers['Cache-Control']}")
    if "Server" in headers and "Werkzeug" in headers["Server"]:
        found.append(f"{path}: names its server")
    return found


def test_every_answer_to_everybody_carries_the_headers(company: Company) -> None:
    answer_once(company, "own")
    complaints = []
    for who in ("anonymous", "admin", "contact", "token_read"):
        caller = company.caller(who)
        for method, rule in sorted(routes(company.app)):
            if rule.endswith("sign-out"):
                continue
            example = EXAMPLES.get((method, rule), Example())
            values = {**dict.fromkeys(placeholders(rule), 1), **example.own(company, who)}
            answer = caller.call(method, fill(rule, values), **example.sent(company, who))
            complaints += _complaints(answer.request.path, answer, rule=rule)

    assert complaints == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing/here", 404),
        ("DELETE", "/suppliers", 405),
        ("TRACE", "/sign-in", 405),
        ("GET", "/static/none.css", 404),
        ("GET", "/api/v1/nothing", 404),
        ("POST", "/sign-in", 400),
        ("GET", "/breaks", 500),
        ("GET", "/api/v1/breaks", 500),
        ("GET", "/%00", 404),
        ("GET", "/suppliers/%ff%fe", 404),
        ("GET", "/" + "a" * 8000, 404),
    ],
    ids=lambda value: str(value)[:30],
)
def test_errors_carry_the_headers_and_tell_nothing(company: Company, method: str, path: str, status: int) -> None:
    add_breaking_pages(company.app)

    answer = company.caller("viewer").open(path, method=method)

    assert answer.status_code == status
    assert _complaints(path, answer) == []
    for word in ("Traceback", "ZeroDivisionError", "site-packages", ".py", "sqlalchemy", PASSWORD):
        assert word not in answer.text


def test_the_mails_that_are_shown_are_shut_away(company: Company) -> None:
    answer = company.caller("admin").get("/sent-mail/1/body")

    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded"])
def test_no_page_redirect_or_mail_repeats_the_host_that_was_claimed(company: Company, header: str) -> None:
    host = "evil.example.net"
    value = f"host={host}" if header == "Forwarded" else host
    caller, admin = company.caller(), company.caller("admin")
    claimed: dict[str, Any] = {"headers": {header: value}}
    admin.token()
    caller.token()
    answers = [
        caller.get("/users?x=1", **claimed),
        caller.get("/suppliers/", **claimed),
        caller.get("/sign-in", **claimed),
        caller.get("/s", **claimed),
        caller.get("/api/v1/openapi.json", **claimed),
        caller.get("/nothing", **claimed),
        admin.get("/suppliers", **claimed),
        admin.call("POST", f"/users/{company.users['spare']}/reset-password", **claimed),
        caller.call("POST", "/s/code", {"token": company.link_tokens["own"]}, **claimed),
    ]
    company.work_off()

    for answer in answers:
        assert "evil" not in answer.text
        assert "evil" not in answer.headers.get("Location", "")
    with company.database.read() as session:
        from sqlalchemy import select

        from supplier_quality.mail import MailMessage

        mails = session.scalars(select(MailMessage)).all()
    assert mails
    for mail in mails:
        assert "evil" not in f"{mail.text}{mail.html}{mail.subject}{mail.message_id}"


TARGETS = (
    "https://evil.example.net",
    "//evil.example.net",
    "///evil.example.net",
    "/\\evil.example.net",
    "\\\\evil.example.net",
    "/\t/evil.example.net",
    "/\n/evil.example.net",
    "https:evil.example.net",
    "javascript:alert(1)",
    "data:text/html,x",
    "/%09/evil.example.net",
    " //evil.example.net",
    "http://localhost:8000@evil.example.net",
)


def test_no_address_in_a_query_or_form_leads_away(company: Company) -> None:
    contact = company.caller("contact")
    for target in TARGETS:
        for location in _led_to(company, contact, target):
            assert re.match(r"/(?![/\\])", location), (target, location)
            assert not re.search(r"[\x00-\x20\\]", location), (target, location)


def _led_to(company: Company, contact: Caller, target: str) -> list[str]:
    """Where every page that takes an address sends the reader for this one."""
    browser = company.caller()
    signing_in = browser.call("POST", "/sign-in", {"email": address_of("viewer"), "password": PASSWORD, "next": target})
    browser._csrf = None
    again = browser.get("/sign-in", query_string={"next": target})
    language = company.caller().call("POST", "/language", {"language": "zh", "next": target})
    look = browser.call("POST", "/appearance", {"appearance": "dark", "next": target})
    code = contact.call("POST", "/s/code", {"token": company.link_tokens["own"], "next": target})
    answers = (signing_in, again, language, look, code)
    assert [answer.status_code for answer in answers] == [303] * len(answers)
    return [answer.headers["Location"] for answer in answers]


def test_what_a_proxy_would_say_is_not_believed_without_one(company: Company) -> None:
    answer = company.caller().get("/sign-in", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.1.2.3"})

    assert "Strict-Transport-Security" not in answer.headers
    assert not isinstance(company.app.wsgi_app, ProxyFix)


def test_behind_one_proxy_only_the_last_address_counts(settings: Settings, database: Database) -> None:
    app = create_app(replace(settings, proxies=1), database)
    seen: list[str | None] = []
    app.add_url_rule("/who", "who", public(_address_seen(seen)))

    app.test_client().get(
        "/who", headers={"X-Forwarded-For": "6.6.6.6, 10.1.2.3", "X-Forwarded-Host": "evil.example.net"}
    )

    assert seen == ["10.1.2.3 localhost"]


@pytest.mark.parametrize(
    ("content_type", "path", "who"),
    [
        ("application/x-www-form-urlencoded", "/sign-in", "anonymous"),
        ("application/x-www-form-urlencoded", "/s/open", "anonymous"),
        ("application/json", "/api/v1/suppliers", "token_write"),
        ("multipart/form-data; boundary=x", "/import", "sqe"),
    ],
)
def test_bodies_that_are_too_large_are_refused(
    settings: Settings, database: Database, real_logs: None, content_type: str, path: str, who: str
) -> None:
    from tests.security.company import found_company

    company = found_company(replace(settings, upload_limit_bytes=1024 * 1024), database)
    caller = company.caller(who)
    headers = {"Sec-Fetch-Site": "same-origin", "X-CSRFToken": "" if who == "token_write" else caller.token()}
    if caller.api_token:
        headers["Authorization"] = f"Bearer {caller.api_token}"
    body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"a" * (6 * 1024 * 1024)

    answer = caller.post(path, data=body, content_type=content_type, headers=headers)

    assert answer.status_code == 413, answer.text


def test_a_form_of_too_many_fields_is_refused(company: Company) -> None:
    fields = {f"field{place}": "x" for place in range(6_000)}

    answer = company.caller("sqe").call("POST", "/import", {**fields, "file": (_bytes(b"x"), "x.csv")})

    assert answer.status_code == 413


MALFORMED = (b"{", b"[]", b'"text"', b"null", b"\xff\xfe", b'{"name": ' + b"[" * 20_000, b"1e999", b"")


def test_malformed_json_is_answered_with_a_problem(company: Company) -> None:
    number, program = company.suppliers["own"], company.caller("token_write")
    doors = (
        ("POST", "/api/v1/suppliers"),
        ("PUT", f"/api/v1/suppliers/{number}"),
        ("POST", f"/api/v1/suppliers/{number}/actions/withdraw"),
    )
    for body, (method, path) in product(MALFORMED, doors):
        answer = program.call(method, path, data=body, content_type="application/json", headers={"If-Match": '"1"'})
        assert 400 <= answer.status_code < 500, (path, body[:20], answer.status_code)
        assert answer.mimetype == "application/problem+json"


TRAVERSALS = (
    "../config.py",
    "..%2fconfig.py",
    "%2e%2e/config.py",
    "..%5cconfig.py",
    "....//config.py",
    "css/../../config.py",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "css/theme.css%00.png",
    "C:\\windows\\win.ini",
)


def test_no_file_outside_its_folder_is_sent(company: Company) -> None:
    admin = company.caller("admin")
    (company.settings.home / "heads").mkdir(exist_ok=True)
    (company.settings.home / "secrets.json").write_text('{"secret_key": "kept for the server alone"}', encoding="utf-8")

    for path in (base + name for base in ("/static/", "/trail/heads/") for name in TRAVERSALS):
        answer = admin.get(path)
        assert answer.status_code in (303, 308, 404), (path, answer.status_code)
        assert "MINIMUM_SECRET_BYTES" not in answer.text
        assert "root:" not in answer.text
        assert "kept for the server" not in answer.text


def test_numbers_too_large_for_any_record_find_nothing(company: Company) -> None:
    wrong = []
    callers = {who: company.caller(who) for who in ("admin", "contact")}
    for big, (who, caller) in product((2**31, 2**63 - 1, 2**63, 10**30, "9" * 5_000, "٣"), callers.items()):
        for method, rule in sorted(routes(company.app)):
            if "<int:" not in rule:
                continue
            example = EXAMPLES.get((method, rule), Example())
            values = dict(example.own(company, who))
            values |= dict.fromkeys(re.findall(r"<int:(\w+)>", rule), big)
            status = caller.call(method, fill(rule, values), **example.sent(company, who)).status_code
            if status >= 500 or (status < 400 and status != 303):
                wrong.append((who, method, rule, str(big)[:20], status))

    assert wrong == []


def add_breaking_pages(app: Flask) -> None:
    """Pages with an error nobody expected, below the pages and below the API."""
    app.add_url_rule("/breaks", "breaks", public(lambda: 1 / 0))
    app.add_url_rule("/api/v1/breaks", "api_breaks", public(lambda: 1 / 0))


def _address_seen(seen: list[str | None]) -> Callable[[], str]:
    from flask import request

    def who() -> str:
        seen.append(f"{request.remote_addr} {request.host}")
        return ""

    return who


def _bytes(content: bytes) -> Any:
    import io

    return io.BytesIO(content)
