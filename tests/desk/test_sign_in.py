"""Signing in and out, with and without an authenticator, and choosing a password by a mailed link."""

from collections.abc import Callable

import pyotp
import pytest
from flask import Flask

from supplier_quality import clock
from supplier_quality.identity import totp
from supplier_quality.identity.actors import load_actor
from supplier_quality.identity.password_links import mint_password_token, queue_password_link
from supplier_quality.identity.people import get_user
from supplier_quality.persistence import Database
from tests.web.conftest import PASSWORD, Browser

NEW_PASSWORD = "lantern orchid gravel whistle 92"


def _switch_on_authenticator(database: Database, number: int) -> pyotp.TOTP:
    at = clock.now()
    with database.write() as session:
        actor = load_actor(session, number, via="web", at=at)
        assert actor is not None
        user = get_user(session, number)
        generator = pyotp.TOTP(totp.begin_totp_enrolment(session, user, actor=actor, at=at).secret)
    with database.write() as session:
        # The code of the step before, so that the present one is still unused.
        code = generator.at(int(at.timestamp()) - 30)
        totp.confirm_totp_enrolment(session, get_user(session, number), code=code, actor=actor, at=at)
    return generator


def test_a_right_password_opens_a_session_and_leads_on(client: Browser, add_user: Callable[..., int]) -> None:
    add_user("admin", email="a@example.com")

    answer = client.send("/sign-in", email=" A@Example.com ", password=PASSWORD, next="/users")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/users"
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert client.get("/users").status_code == 200


@pytest.mark.parametrize(
    ("email", "password"), [("a@example.com", "wrong wrong wrong"), ("nobody@example.com", PASSWORD)]
)
def test_a_wrong_one_tells_nobody_what_was_wrong(
    client: Browser, add_user: Callable[..., int], email: str, password: str
) -> None:
    add_user("admin", email="a@example.com")

    answer = client.send("/sign-in", email=email, password=password)

    assert answer.status_code == 401
    assert "The e-mail address or the password is wrong." in answer.text
    assert f'value="{email}"' in answer.text
    assert password not in answer.text
    assert client.get("/users").status_code == 303


def test_the_id_of_the_session_and_the_token_of_forms_are_new_after_signing_in(
    client: Browser, add_user: Callable[..., int]
) -> None:
    add_user("admin", email="a@example.com")
    before = client.csrf_token()
    client.set_cookie("sq-staff", "chosen-by-an-attacker")

    client.send("/sign-in", email="a@example.com", password=PASSWORD)

    cookie = client.get_cookie("sq-staff")
    assert cookie is not None and cookie.value != "chosen-by-an-attacker"
    answer = client.post("/appearance", data={"appearance": "dark", "csrf_token": before})
    assert answer.status_code == 400


def test_signing_out_ends_the_session_on_the_server(client: Browser, add_user: Callable[..., int]) -> None:
    add_user("admin", email="a@example.com")
    client.send("/sign-in", email="a@example.com", password=PASSWORD)
    stolen = client.get_cookie("sq-staff")
    assert stolen is not None

    client.send("/sign-out", "/account")
    client.set_cookie("sq-staff", stolen.value)

    assert client.get("/users").status_code == 303


def test_with_an_authenticator_the_password_alone_opens_nothing(
    client: Browser, add_user: Callable[..., int], database: Database
) -> None:
    generator = _switch_on_authenticator(database, add_user("admin", email="a@example.com"))

    answer = client.send("/sign-in", email="a@example.com", password=PASSWORD, next="/users")

    assert answer.headers["Location"].startswith("/sign-in/second-factor")
    assert client.get("/users").status_code == 303
    assert client.get("/account").status_code == 303

    page = "/sign-in/second-factor"
    wrong = client.send(page, page, code="000000")
    assert wrong.status_code == 401
    right = client.send(page, page, code=generator.at(clock.now()), next="/users")
    assert right.headers["Location"] == "/users"
    assert client.get("/users").status_code == 200


def test_the_page_of_the_code_needs_a_password_first(client: Browser) -> None:
    assert client.get("/sign-in/second-factor").headers["Location"] == "/sign-in"


def test_a_mailed_link_lets_choose_a_password_once(
    client: Browser, add_user: Callable[..., int], database: Database, app: Flask
) -> None:
    number = add_user("viewer", email="v@example.com")
    with database.write() as session:
        link = queue_password_link(session, get_user(session, number), invites=True, at=clock.now())
        token = mint_password_token(session, link.id, at=clock.now())
    page = "/choose-password"

    different = client.send(page, page, token=token, new_password=NEW_PASSWORD, repeated_password="another one 12345")
    assert "This is not the same as above." in different.text
    weak = client.send(page, page, token=token, new_password="password1234", repeated_password="password1234")
    assert weak.status_code == 422
    chosen = client.send(page, page, token=token, new_password=NEW_PASSWORD, repeated_password=NEW_PASSWORD)
    assert chosen.headers["Location"] == "/sign-in"
    again = client.send(page, page, token=token, new_password=NEW_PASSWORD, repeated_password=NEW_PASSWORD)
    assert again.status_code == 404

    assert client.send("/sign-in", email="v@example.com", password=NEW_PASSWORD).status_code == 303


def test_opening_the_page_of_a_mailed_link_changes_nothing_and_logs_no_token(client: Browser) -> None:
    answer = client.get("/choose-password")

    assert answer.status_code == 200
    assert 'data-takes-fragment="token"' in answer.text
