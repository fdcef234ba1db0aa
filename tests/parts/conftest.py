"""Browsers, and programs with a token, on an empty database."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from supplier_quality import clock
from supplier_quality.engine.store import store_files
from supplier_quality.identity.actors import load_actor
from supplier_quality.identity.models import User
from supplier_quality.identity.tokens import create_token
from supplier_quality.persistence import Database
from tests.support import AT, shipped_rules
from tests.web.conftest import add_user, app, client, signed_in

__all__ = ["add_user", "app", "client", "signed_in"]


@pytest.fixture(autouse=True)
def special_processes(request: pytest.FixtureRequest) -> None:
    """The special processes in force, where a test uses a database at all."""
    if "database" in request.fixturenames:
        database: Database = request.getfixturevalue("database")
        with database.write() as session:
            store_files(session, [shipped_rules("special_process_types.yaml")], at=AT)


@pytest.fixture
def call(database: Database, app: Flask, add_user: Callable[..., int]) -> Callable[..., Any]:
    """Calls the API below /api/v1 as somebody's token: ``call("sqe", "parts:write")("GET", "/commodities")``."""

    def make(role: str, *scopes: str) -> Callable[..., Any]:
        user_id, at = add_user(role, name=f"Program of {role} {' '.join(scopes)}"), clock.now()
        with database.write() as session:
            user = session.get_one(User, user_id)
            actor = load_actor(session, user_id, via="web", at=at)
            assert actor is not None
            made = create_token(
                session, user, name="test", scopes=scopes, expires_at=at + timedelta(days=1), actor=actor, at=at
            )

        def send(method: str, path: str, **more: Any) -> Any:
            headers = {"Authorization": f"Bearer {made.secret}", **more.pop("headers", {})}
            return app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **more)

        return send

    return make
