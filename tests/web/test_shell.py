"""The frame: health, figures, drafts, search, static files, the API's own pages."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from supplier_quality import clock
from supplier_quality.identity import tokens
from supplier_quality.identity.actors import load_actor
from supplier_quality.identity.people import find_user, get_user
from supplier_quality.language import Message
from supplier_quality.persistence import Database
from supplier_quality.web import Hit, Provider, drafts, register_provider, searching
from tests.support import AT
from tests.web.conftest import Browser


def test_health_is_told_to_everybody_and_details_only_on_this_machine(client: Browser) -> None:
    here = client.get("/healthz").get_json()
    there = client.get("/healthz", environ_base={"REMOTE_ADDR": "10.0.0.9"}).get_json()

    assert here["status"] == "poor"
    assert here["parts"]["worker"] == "poor never heard of"
    assert "MB free" in here["parts"]["disk"]
    assert there["parts"]["database"] == "good"
    assert "MB" not in there["parts"]["disk"]


def test_figures_are_for_this_machine_only_not_through_its_proxy(client: Browser) -> None:
    client.get("/sign-in")

    here = client.get("/metrics").text
    assert 'endpoint="sign_in.sign_in"' in here
    assert "supplier_quality_workers_alive 0.0" in here
    assert "supplier_quality_incidents 0.0" in here
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 401
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 401


@pytest.fixture
def token(database: Database, add_user: Callable[..., int]) -> str:
    number = add_user("sqe", "viewer", name="Pat Program")
    with database.write() as session:
        user = get_user(session, number)
        actor = load_actor(session, number, via="web", at=AT)
        assert actor is not None
        made = tokens.create_token(
            session,
            user,
            name="export",
            scopes=["suppliers:read"],
            expires_at=clock.now() + timedelta(days=1),
            actor=actor,
            at=clock.now(),
        )
    return made.secret


def test_a_token_tells_whom_it_acts_for(client: Browser, token: str) -> None:
    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 200
    assert answer.get_json()["roles"] == ["sqe", "viewer"]
    assert answer.get_json()["scopes"] == ["suppliers:read"]


@pytest.mark.parametrize("header", ["Bearer sq_wrong", "Basic abc", "Bearer ", ""])
def test_without_a_live_token_the_api_is_closed(client: Browser, header: str) -> None:
    assert client.get("/api/v1/me", headers={"Authorization": header}).status_code == 401


def test_the_api_describes_itself(client: Browser) -> None:
    document = client.get("/api/v1/openapi.json").get_json()

    assert document["openapi"] == "3.1.0"
    assert "/api/v1/me" in document["paths"]
    assert "/static/js/api-docs.js" in client.get("/api/docs").text


def test_a_draft_is_kept_for_its_person_without_passwords(
    signed_in: Callable[..., Browser], database: Database
) -> None:
    browser = signed_in("sqe")

    answer = browser.send("/drafts", "/account", draft_key="scar:7:reply", cause="Tool wear", signed_password="hidden")

    assert "Saved" in answer.get_json()["words"]
    with database.read() as session:
        owner = find_user(session, "sqe@tester.example.com")
        assert owner is not None
        draft = drafts.find_draft(session, owner=owner.actor_id, form="scar:7:reply")
        assert drafts.find_draft(session, owner="user:999", form="scar:7:reply") is None
    assert draft is not None
    assert draft.typed == {"cause": "Tool wear"}


def test_a_later_draft_replaces_the_earlier_and_old_ones_go(database: Database) -> None:
    with database.write() as session:
        for cause in ("first", "second"):
            drafts.save_draft(session, owner="user:1", form="f", typed={"cause": cause}, at=AT)
    with database.read() as session:
        found = drafts.find_draft(session, owner="user:1", form="f")
    assert found is not None and found.typed == {"cause": "second"}

    with database.write() as session:
        assert drafts.drop_old_drafts(session, at=AT + timedelta(days=89)) == 0
        assert drafts.drop_old_drafts(session, at=AT + timedelta(days=91)) == 1


def test_search_shows_hits_by_kind_and_a_number_opens_its_record(
    signed_in: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_providers", {})
    found = [Hit("Bolt & Co <Ltd>", "/suppliers/SUP-00001", "Köln", "SUP-00001")]
    register_provider(Provider("suppliers", Message("Suppliers"), lambda *_given: found))
    browser = signed_in("viewer")

    assert "Bolt &amp; Co &lt;Ltd&gt;" in browser.get("/search?q=bolt").text
    assert browser.get("/search?q=sup-00001").headers["Location"] == "/suppliers/SUP-00001"


def test_a_file_outside_the_static_folder_is_not_served(client: Browser) -> None:
    for path in ("/static/../config.py", "/static/%2e%2e/config.py", "/static//etc/passwd", "/static/css"):
        assert client.get(path).status_code == 404, path


def test_the_rail_shows_only_places_that_exist_and_are_open(signed_in: Callable[..., Browser], app: Flask) -> None:
    admin, viewer = signed_in("admin").get("/account").text, signed_in("viewer").get("/account").text

    assert 'href="/users"' in admin
    assert 'href="/users"' not in viewer
    known = {rule.rule for rule in app.url_map.iter_rules()}
    for line in admin.split('data-key="')[:-1]:
        assert line.rsplit('href="', 1)[1].split('"')[0] in known
