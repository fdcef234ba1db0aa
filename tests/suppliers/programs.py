"""A program that calls the JSON API with a real token."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from supplier_quality import clock
from supplier_quality.identity.actors import load_actor
from supplier_quality.identity.models import User
from supplier_quality.identity.tokens import create_token
from supplier_quality.persistence import Database

Send = Callable[..., Any]


@pytest.fixture
def program(database: Database, app: Flask, add_user: Callable[..., int]) -> Callable[..., Send]:
    """Makes a token with these scopes for somebody with this role; answers what calls ``/api/v1`` with it."""

    def make(*scopes: str, role: str = "sqe") -> Send:
        at = clock.now()
        user_id = add_user(role, name=f"Program of {role} {len(scopes)}")
        with database.write() as session:
            actor = load_actor(session, user_id, via="web", at=at)
            assert actor is not None
            made = create_token(
                session, session.get_one(User, user_id), name="test", scopes=scopes or ("suppliers:read",),
                expires_at=at + timedelta(days=1), actor=actor, at=at,
            )  # fmt: skip

        def send(method: str, path: str, **more: Any) -> Any:
            headers = {"Authorization": f"Bearer {made.secret}", **more.pop("headers", {})}
            return app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **more)

        return send

    return make


def all_pages(send: Send, path: str, *, size: int, **query: Any) -> list[list[Any]]:
    """The items of a list, page by page."""
    pages, cursor = [], None
    while True:
        asked = {**query, "size": size, **({"cursor": cursor} if cursor else {})}
        answer = send("GET", path, query_string=asked)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json["items"])
        cursor = answer.json["next"]
        if cursor is None:
            return pages
