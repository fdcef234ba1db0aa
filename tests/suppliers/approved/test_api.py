"""The approved list for purchasing systems."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from supplier_quality import clock
from supplier_quality.identity.actors import load_actor
from supplier_quality.identity.models import User
from supplier_quality.identity.tokens import create_token
from supplier_quality.persistence import Database
from tests.suppliers.approved.test_list import DAY
from tests.suppliers.scope.conftest import app, approved, client, grant, house, make_supplier, move, ready
from tests.web.conftest import add_user, signed_in

__all__ = ["add_user", "app", "approved", "client", "house", "make_supplier", "ready", "signed_in"]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def ask_api(house: Database, app: Flask, add_user: Callable[..., int]) -> Callable[[str], Any]:
    """Reads an address of the API as a buyer's token."""
    user_id, at = add_user("buyer", name="Program"), clock.now()
    with house.write() as session:
        actor = load_actor(session, user_id, via="web", at=at)
        assert actor is not None
        user = session.get_one(User, user_id)
        made = create_token(
            session, user, name="erp", scopes=["suppliers:read"], expires_at=at + timedelta(days=1), actor=actor, at=at
        )
    browser, headers = app.test_client(), {"Authorization": f"Bearer {made.secret}"}
    return lambda path: browser.get(f"/api/v1/approved-suppliers{path}", headers=headers)


def test_programs_read_the_list_now_on_a_past_day_and_what_changed(
    house: Database, approved: Callable[..., str], ask_api: Any, at: datetime
) -> None:
    number = approved("Acme")
    line = grant(house, number, at + DAY)
    move(house, line, "phase_out", at + 10 * DAY, {"last_day": "2027-06-30", "reason": "Old"})

    now = ask_api("").json
    past = ask_api(f"?on={(at + 2 * DAY).date().isoformat()}&commodity=CAST-AL").json
    changed = ask_api(f"/changes?since={(at + 5 * DAY).date().isoformat()}").json

    assert [(item["number"], item["state"], item["valid_to"]) for item in now["items"]] == [
        (line, "phasing_out", "2027-06-30")
    ]
    assert (past["items"][0]["state"], past["items"][0]["valid_to"]) == ("approved", None)
    assert (now["items"][0]["supplier_number"], now["items"][0]["site"], now["next"]) == (number, "Works 1", None)
    assert [(item["action"], item["from_state"], item["to_state"]) for item in changed["items"]] == [
        ("phase_out", "approved", "phasing_out")
    ]
    assert not changed["more"]
    assert ask_api("/changes?limit=1&since=2026-01-01").json["more"]
    assert ask_api("?on=2999-01-01").status_code == 422
    assert ask_api("?commodity=NONE").status_code == 404
    assert ask_api("?state=rejected").json["items"] == []
