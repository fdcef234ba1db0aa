"""One's own account."""

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
from flask import Flask

from supplier_quality import clock
from tests.web.conftest import PASSWORD, Browser

NEW_PASSWORD = "lantern orchid gravel whistle 92"


def test_the_page_shows_everything_of_ones_own_account(signed_in: Callable[..., Browser]) -> None:
    text = signed_in("sqe").get("/account").text

    for part in ("profile", "password", "authenticator", "sessions", "deputies", "tokens"):
        assert f'id="{part}"' in text
    assert "this one" in text


def test_a_changed_profile_is_shown_at_once(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("sqe")

    answer = browser.send("/account/profile", "/account", name="Zoë Ångström", language="en", time_zone="Asia/Shanghai")

    assert answer.status_code == 303
    assert "Zoë Ångström" in browser.get("/account").text


def test_a_profile_that_cannot_be_keeps_what_was_typed(signed_in: Callable[..., Browser]) -> None:
    answer = signed_in("sqe").send("/account/profile", "/account", name="Zoë", language="en", time_zone="Mars/Olympus")

    assert answer.status_code == 422
    assert "There is no such time zone." in answer.text
    assert 'value="Zoë"' in answer.text


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(
    signed_in: Callable[..., Browser], app: Flask
) -> None:
    here = signed_in("sqe", email="s@example.com")
    there = app.test_client()
    there.send("/sign-in", email="s@example.com", password=PASSWORD)  # type: ignore[attr-defined]
    assert there.get("/account").status_code == 200
    fields = {"new_password": NEW_PASSWORD, "repeated_password": NEW_PASSWORD}

    wrong = here.send("/account/password", "/account", present_password="not this one", **fields)
    right = here.send("/account/password", "/account", present_password=PASSWORD, **fields)

    assert wrong.status_code == 422
    assert "The present password is wrong." in wrong.text
    assert right.status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


def test_an_authenticator_is_set_up_by_showing_its_code_and_gives_recovery_codes(
    signed_in: Callable[..., Browser],
) -> None:
    browser = signed_in("sqe")

    page = browser.send("/account/authenticator", "/account").text
    secret = re.search(r'<code id="secret"[^>]*>([A-Z2-7]+)<', page)
    assert secret
    assert 'src="data:image/svg+xml' in page
    wrong = browser.send("/account/authenticator/confirm", "/account", code="000000")
    right = browser.send("/account/authenticator/confirm", "/account", code=pyotp.TOTP(secret[1]).at(clock.now()))

    assert wrong.status_code == 422
    assert len(re.findall(r"<li>[0-9A-Z]{5}-[0-9A-Z]{5}</li>", right.text)) == 10
    account = browser.get("/account").text
    assert "10 recovery codes are left." in account
    assert secret[1] not in account


def test_a_token_is_shown_once_and_can_be_revoked(signed_in: Callable[..., Browser], app: Flask) -> None:
    browser = signed_in("sqe")
    last_day = (clock.now() + timedelta(days=30)).date().isoformat()

    page = browser.send(
        "/account/tokens", "/account", name="ERP export", expires_on=last_day, scopes=["suppliers:read"]
    ).text
    token = re.search(r'<code id="token"[^>]*>(sq_[^<]+)<', page)
    assert token
    stranger = app.test_client()
    header = {"Authorization": f"Bearer {token[1]}"}
    assert stranger.get("/api/v1/me", headers=header).status_code == 200

    account = browser.get("/account").text
    assert token[1] not in account
    revoke = re.search(r'action="(/account/tokens/\d+/revoke)"', account)
    assert revoke
    browser.send(revoke[1], "/account")

    assert stranger.get("/api/v1/me", headers=header).status_code == 401


def test_a_token_needs_a_scope_and_a_day_within_a_year(signed_in: Callable[..., Browser]) -> None:
    answer = signed_in("sqe").send("/account/tokens", "/account", name="x", expires_on="2099-01-01")

    assert answer.status_code == 422
    assert "A token needs at least one scope." in answer.text


def test_a_deputy_is_named_for_whole_days_and_can_be_ended(
    signed_in: Callable[..., Browser], add_user: Callable[..., int], app: Flask
) -> None:
    cover = add_user("viewer", email="cover@example.com", name="Carla Cover")
    browser = signed_in("quality_manager", name="Max Manager")
    today = clock.today("Europe/Berlin").isoformat()  # the day where Max is, which begins before that of UTC

    fields = {"deputy": str(cover), "role": "quality_manager", "first_day": today, "last_day": today}
    named = browser.send("/account/deputies", "/account", **fields)
    refused = browser.send("/account/deputies", "/account", **{**fields, "role": "admin"})

    assert named.status_code == 303
    assert refused.status_code == 422
    assert "does not have this role" in refused.text
    other = app.test_client()
    other.send("/sign-in", email="cover@example.com", password=PASSWORD)  # type: ignore[attr-defined]
    assert "deputy for Max Manager" in other.get("/account").text

    end = re.search(r'action="(/account/deputies/\d+/end)"', browser.get("/account").text)
    assert end
    browser.send(end[1], "/account")
    assert "deputy for" not in other.get("/account").text


def test_nobody_can_end_a_strangers_session_or_token(signed_in: Callable[..., Browser], app: Flask) -> None:
    victim, attacker = signed_in("sqe"), signed_in("buyer")
    last_day = (clock.now() + timedelta(days=30)).date().isoformat()
    victim.send("/account/tokens", "/account", name="t", expires_on=last_day, scopes=["suppliers:read"])

    assert attacker.send("/account/sessions/1/end", "/account").status_code in (403, 404)
    assert attacker.send("/account/tokens/1/revoke", "/account").status_code in (403, 404)
    assert victim.get("/account").status_code == 200
