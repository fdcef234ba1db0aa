"""Fixtures of pages: an application on a fresh database, browsers of strangers and of people with roles."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from supplier_quality.app import create_app
from supplier_quality.config import Settings
from supplier_quality.identity import Role
from supplier_quality.identity.models import User, UserRole
from supplier_quality.identity.passwords import hash_password
from supplier_quality.persistence import Database
from tests.support import AT

PASSWORD = "violet kettle marching otter 47"
_HASH = hash_password(PASSWORD)
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class Browser(FlaskClient):
    """A test client that sends forms as a browser does: with the token of the page, from our own site."""

    def csrf_token(self, page: str = "/sign-in") -> str:
        answer = self.get(page, follow_redirects=True)
        found = _TOKEN.search(answer.text)
        assert found, f"no token on {page}"
        return found[1]

    def send(self, path: str, page: str = "/sign-in", /, **fields: Any) -> TestResponse:
        """Post a form with a fresh token, taken from ``page``."""
        fields["csrf_token"] = self.csrf_token(page)
        return self.post(path, data=fields, headers={"Sec-Fetch-Site": "same-origin"})


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    made = create_app(settings, database)
    made.test_client_class = Browser
    return made


@pytest.fixture
def client(app: Flask) -> Browser:
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return browser


@pytest.fixture
def add_user(database: Database) -> Callable[..., int]:
    """Adds a member of staff who can sign in with PASSWORD; returns the number."""

    def add(*roles: str, email: str | None = None, name: str | None = None, language: str = "en") -> int:
        name = name or (roles[0] if roles else "nobody").replace("_", " ").title()
        with database.write() as session:
            user = User(
                email=email or f"{name.lower().replace(' ', '.')}@example.com",
                name=name,
                language=language,
                time_zone="Europe/Berlin",
                password_hash=_HASH,
                password_changed_at=AT,
                created_at=AT,
                role_rows=[UserRole(role=str(role)) for role in roles],
            )
            session.add(user)
            session.flush()
            return user.id

    return add


@pytest.fixture
def signed_in(app: Flask, add_user: Callable[..., int]) -> Callable[..., Browser]:
    """A browser in which somebody with these roles has signed in: ``signed_in("sqe")``."""

    def sign_in(*roles: str, **changes: Any) -> Browser:
        chosen = roles or (Role.ADMIN,)
        name = changes.pop("name", "Tester " + " ".join(chosen))
        email = changes.pop("email", f"{'.'.join(chosen)}@tester.example.com")
        add_user(*chosen, name=name, email=email, **changes)
        browser = app.test_client()
        answer = browser.send("/sign-in", email=email, password=PASSWORD)  # type: ignore[attr-defined]
        assert answer.status_code == 303, answer.text
        return browser  # type: ignore[return-value]

    return sign_in
