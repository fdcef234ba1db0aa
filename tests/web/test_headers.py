"""Every response carries the headers that keep a browser on our side."""

import pytest
from flask import Flask

from supplier_quality.app import create_app
from supplier_quality.config import Settings
from supplier_quality.persistence import Database
from supplier_quality.web.headers import CONTENT_SECURITY_POLICY
from tests.web.conftest import Browser

EVERY_KIND = (
    "/sign-in",
    "/static/css/theme.css",
    "/static/../config.py",
    "/nothing/here",
    "/healthz",
    "/api/v1/me",
    "/api/v1/nothing",
    "/api/docs",
    "/robots.txt",
    "/favicon.ico",
    "/users",
)


@pytest.mark.parametrize("path", EVERY_KIND)
def test_every_response_carries_the_security_headers(client: Browser, path: str) -> None:
    headers = client.get(path).headers

    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert len(headers["X-Request-ID"]) == 12


def test_an_unexpected_error_carries_them_too_and_tells_nothing(app: Flask) -> None:
    from supplier_quality.web import public

    app.add_url_rule("/breaks", "breaks", public(lambda: 1 / 0))

    answer = app.test_client().get("/breaks")

    assert answer.status_code == 500
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "ZeroDivision" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def test_the_policy_allows_nothing_inline() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'self'; ")


def test_private_pages_are_not_kept_by_the_browser(client: Browser) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    assert client.get("/nothing").headers["Cache-Control"] == "no-store"


def test_static_files_named_by_their_content_are_kept_for_ever(client: Browser) -> None:
    assert "immutable" in client.get("/static/css/theme.css?v=1").headers["Cache-Control"]
    assert "immutable" not in client.get("/static/css/theme.css").headers["Cache-Control"]


def test_https_is_remembered_only_behind_https(client: Browser) -> None:
    assert "Strict-Transport-Security" not in client.get("/sign-in").headers


def test_behind_https_the_browser_remembers_it_and_cookies_are_bound_to_the_host(https_app: Flask) -> None:
    answer = https_app.test_client().get("/sign-in", base_url="https://quality.example.com")

    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-forms=")
    for flag in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert flag in cookie
    assert "Domain" not in cookie


def test_on_plain_http_the_cookie_has_another_name(client: Browser) -> None:
    cookie = client.get("/sign-in").headers["Set-Cookie"]

    assert cookie.startswith("sq-forms=")
    assert "HttpOnly" in cookie
    assert "Secure" not in cookie


def test_a_redirect_does_not_repeat_the_host_the_client_claimed(client: Browser) -> None:
    answer = client.get("/users", headers={"Host": "evil.example.net"})

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=%2Fusers"


def test_no_page_repeats_the_host_the_client_claimed(client: Browser) -> None:
    answer = client.get("/sign-in", headers={"Host": "evil.example.net", "X-Forwarded-Host": "evil.example.org"})

    assert "evil" not in answer.text


def test_proxy_headers_count_only_when_the_settings_say_how_many(client: Browser) -> None:
    answer = client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}, environ_base={"REMOTE_ADDR": "10.9.8.7"})

    assert answer.status_code == 401


@pytest.fixture
def https_app(settings: Settings, database: Database) -> Flask:
    from dataclasses import replace

    return create_app(replace(settings, base_url="https://quality.example.com"), database)
