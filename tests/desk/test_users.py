"""Users, for administrators."""

import re
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from supplier_quality.identity.models import User
from supplier_quality.outbox.models import OutboxRow
from supplier_quality.persistence import Database
from tests.web.conftest import PASSWORD, Browser


def test_an_invited_colleague_stands_in_the_list_and_gets_a_mail(
    signed_in: Callable[..., Browser], database: Database
) -> None:
    browser = signed_in("admin")

    answer = browser.send(
        "/users/new", "/users/new", name="Li Wei", email="Li.Wei@example.com", language="zh", roles=["sqe", "viewer"]
    )

    assert answer.status_code == 303
    text = browser.get("/users").text
    assert "li.wei@example.com" in text
    assert "Supplier quality engineer, Viewer" in text
    with database.read() as session:
        kinds = session.scalars(select(OutboxRow.kind)).all()
    assert kinds == ["identity.send_password_link"]


def test_an_address_is_invited_once_and_what_was_typed_stays(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("admin", email="a@example.com")

    answer = browser.send("/users/new", "/users/new", name="Twin", email="A@example.com", language="en", roles="sqe")

    assert answer.status_code == 409
    assert "already a user" in answer.text
    assert 'value="Twin"' in answer.text


def test_nobody_is_invited_without_role_name_or_address(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("admin")

    empty = browser.send("/users/new", "/users/new", name=" ", email="no address", language="en", roles="sqe")
    roleless = browser.send("/users/new", "/users/new", name="N", email="n@example.com", language="en")

    assert empty.status_code == 422
    assert "Fill in this field." in empty.text
    assert "Write a mail address" in empty.text
    assert "A user needs at least one role." in roleless.text


def test_changed_roles_end_the_sessions_of_that_person(signed_in: Callable[..., Browser], database: Database) -> None:
    admin, other = signed_in("admin"), signed_in("buyer", email="b@example.com")
    number = _number(database, "b@example.com")

    admin.send(f"/users/{number}/roles", f"/users/{number}", roles=["auditor", "viewer"])

    assert other.get("/account").status_code == 303
    assert "Roles changed" in admin.get(f"/users/{number}").text


def test_the_last_administrator_stays_one(signed_in: Callable[..., Browser], database: Database) -> None:
    admin = signed_in("admin", email="a@example.com")
    number = _number(database, "a@example.com")

    answer = admin.send(f"/users/{number}/roles", f"/users/{number}", roles=["viewer"])

    assert answer.status_code == 409
    assert "last active admin" in answer.text


def test_a_disabled_account_opens_nothing_until_it_is_opened_again(
    signed_in: Callable[..., Browser], database: Database, app: Flask
) -> None:
    admin, other = signed_in("admin"), signed_in("buyer", email="b@example.com")
    page = f"/users/{_number(database, 'b@example.com')}"

    admin.send(f"{page}/disable", page)
    assert other.get("/account").status_code == 303
    assert other.send("/sign-in", email="b@example.com", password=PASSWORD).status_code == 401

    admin.send(f"{page}/enable", page)
    assert other.send("/sign-in", email="b@example.com", password=PASSWORD).status_code == 303


def test_an_administrator_ends_somebodys_session(signed_in: Callable[..., Browser], database: Database) -> None:
    admin, other = signed_in("admin"), signed_in("buyer", email="b@example.com")
    page = f"/users/{_number(database, 'b@example.com')}"

    end = re.search(rf'action="({page}/sessions/\d+/end)"', admin.get(page).text)
    assert end
    admin.send(end[1], page)

    assert other.get("/account").status_code == 303


def test_the_list_is_found_filtered_and_sorted(signed_in: Callable[..., Browser], add_user: Callable[..., int]) -> None:
    browser = signed_in("admin", name="Zed Admin")
    add_user("sqe", name="Anna Alpha")
    add_user("buyer", name="Bert Beta")

    def names(query: str) -> list[str]:
        return re.findall(r'<a href="/users/\d+">([^<]+)</a>', browser.get(f"/users{query}").text)

    assert names("") == ["Anna Alpha", "Bert Beta", "Zed Admin"]
    assert names("?sort=-name") == ["Zed Admin", "Bert Beta", "Anna Alpha"]
    assert names("?role=sqe") == ["Anna Alpha"]
    assert names("?q=BETA") == ["Bert Beta"]
    assert names("?q=nobody") == []


def test_settings_show_what_is_set_and_no_secret(signed_in: Callable[..., Browser], app: Flask) -> None:
    text = signed_in("admin").get("/settings").text

    assert "http://localhost:8000" in text
    assert "SMTP_HOST" in text
    assert "s" * 32 not in text
    assert "t" * 32 not in text


def test_an_unknown_user_is_not_found(signed_in: Callable[..., Browser]) -> None:
    assert signed_in("admin").get("/users/999999").status_code == 404


def _number(database: Database, email: str) -> int:
    with database.read() as session:
        return session.scalars(select(User.id).where(User.email == email)).one()
