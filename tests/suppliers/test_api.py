"""The JSON API of suppliers with a real token."""

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
from tests.suppliers.conftest import SQE
from tests.suppliers.test_qualification import act

MakeSupplier = Callable[..., str]


@pytest.fixture
def call(ready: Database, app: Flask, add_user: Callable[..., int]) -> Callable[..., Any]:
    """Calls the API as an SQE's token with these scopes."""

    def make(*scopes: str) -> Callable[..., Any]:
        user_id, at = add_user("sqe", name="Program " + " ".join(scopes)), clock.now()
        with ready.write() as session:
            user = session.get_one(User, user_id)
            actor = load_actor(session, user_id, via="web", at=at)
            assert actor is not None
            made = create_token(
                session, user, name="test", scopes=scopes, expires_at=at + timedelta(days=1), actor=actor, at=at
            )

        def send(method: str, path: str, **more: Any) -> Any:
            headers = {"Authorization": f"Bearer {made.secret}", **more.pop("headers", {})}
            return app.test_client().open(f"/api/v1/suppliers{path}", method=method, headers=headers, **more)

        return send

    return make


def test_a_supplier_is_added_read_changed_and_moved(ready: Database, call: Any) -> None:
    send = call("suppliers:write")
    made = send("POST", "", json={"name": "Acme", "country": "Germany", "source_key": "7"})
    assert made.status_code == 201, made.text
    number, tag = made.json["number"], made.headers["ETag"]
    assert (made.json["country"], made.json["state"], tag) == ("DE", "prospect", '"1"')
    assert send("GET", f"/{number}").json["name"] == "Acme"
    changed = send("PUT", f"/{number}", json={"name": "Acme Forge", "source_key": "7"}, headers={"If-Match": tag})
    assert (changed.json["name"], changed.headers["ETag"]) == ("Acme Forge", '"2"')
    stale = send("PUT", f"/{number}", json={"name": "Other"}, headers={"If-Match": tag})
    assert (stale.status_code, stale.mimetype) == (409, "application/problem+json")
    assert send("PUT", f"/{number}", json={"name": "Other"}).status_code == 428

    possible = {view["id"]: view for view in send("GET", f"/{number}/actions").json}
    assert [unmet["id"] for unmet in possible["invite"]["refused"]] == ["has_site", "has_primary_contact", "has_owner"]
    headers = {"If-Match": '"2"', "Idempotency-Key": "once"}
    done = send("POST", f"/{number}/actions/withdraw", json={"form": {"reason": "No demand"}}, headers=headers)
    assert (done.json["to_state"], done.json["replayed"]) == ("withdrawn", False)
    again = send("POST", f"/{number}/actions/withdraw", json={"form": {"reason": "No demand"}}, headers=headers)
    assert (again.status_code, again.json["replayed"]) == (200, True)


def test_lists_are_narrowed_and_paged(ready: Database, call: Any, make_supplier: MakeSupplier) -> None:
    for place in range(3):
        make_supplier(f"Supplier {place}", complete=False)
    send = call("suppliers:read")
    first = send("GET", "?size=2").json
    assert [item["name"] for item in first["items"]] == ["Supplier 0", "Supplier 1"]
    second = send("GET", "", query_string={"size": 2, "cursor": first["next"]}).json
    assert [item["name"] for item in second["items"]] == ["Supplier 2"]
    assert len(send("GET", "?search=supplier 2").json["items"]) == 1
    assert send("GET", "?sort=price").status_code == 422


def test_deadlines_are_told_sorted_by_and_overdue_ones_asked_for(
    ready: Database, call: Any, make_supplier: MakeSupplier
) -> None:
    late, soon, calm = (make_supplier(name) for name in ("Late Ltd", "Soon Ltd", "Calm Ltd"))
    act(ready, late, "invite", SQE, clock.now() - timedelta(days=40))
    act(ready, soon, "invite", SQE, clock.now())
    send = call("suppliers:read")
    items = send("GET", "?sort=deadline").json["items"]
    assert [(item["number"], item["deadline"] is None) for item in items] == [
        (late, False),
        (soon, False),
        (calm, True),
    ]
    assert [item["number"] for item in send("GET", "?sort=-deadline&size=1").json["items"]] == [soon]
    assert [item["number"] for item in send("GET", "?overdue=true").json["items"]] == [late]
    assert [item["number"] for item in send("GET", "?overdue=false").json["items"]] == [calm, late, soon]


def test_a_token_goes_no_further_than_its_scope_and_bad_values_are_named(ready: Database, call: Any) -> None:
    assert call("suppliers:read")("POST", "", json={"name": "Acme"}).status_code == 403
    send = call("suppliers:write")
    refused = send("POST", "", json={"name": "Acme", "duns": "12"})
    assert refused.status_code == 422
    assert [detail["column"] for detail in refused.json["details"]] == ["duns"]
    assert send("POST", "", json={"name": "Acme", "state": "approved"}).status_code == 422
    assert send("GET", "/SUP-99999").status_code == 404


def test_sites_and_contacts_are_listed_added_and_changed(
    ready: Database, call: Any, make_supplier: MakeSupplier
) -> None:
    send, number = call("suppliers:write"), make_supplier(complete=False)
    tag = send("GET", f"/{number}").headers["ETag"]
    site = send("POST", f"/{number}/sites", json={"name": "Works 1", "country": "CN"}, headers={"If-Match": tag})
    assert (site.status_code, site.json["zone"], site.json["active"]) == (201, "Asia/Shanghai", True)
    given = {"name": "Quinn", "email": "q@acme.example", "roles": ["quality"], "primary": True}
    stale = send("POST", f"/{number}/contacts", json=given, headers={"If-Match": tag})
    assert stale.status_code == 409
    tag = site.headers["ETag"]
    contact = send("POST", f"/{number}/contacts", json=given, headers={"If-Match": tag})
    assert (contact.status_code, contact.json["roles"], contact.json["primary"]) == (201, ["quality"], True)
    path = f"/{number}/contacts/{contact.json['id']}"
    changed = send("PUT", path, json={"name": "Quinn Ray"}, headers={"If-Match": contact.headers["ETag"]})
    assert changed.json["name"] == "Quinn Ray"
    assert [each["name"] for each in send("GET", f"/{number}/contacts").json] == ["Quinn Ray"]
    assert [each["name"] for each in send("GET", f"/{number}/sites").json] == ["Works 1"]
    other = make_supplier("Other", complete=False)
    tag = send("GET", f"/{other}").headers["ETag"]
    foreign = send("PUT", f"/{other}/sites/{site.json['id']}", json={"name": "X"}, headers={"If-Match": tag})
    assert foreign.status_code == 404


def test_a_signed_action_is_refused_with_the_way_to_take_it(
    ready: Database, call: Any, make_supplier: MakeSupplier
) -> None:
    send, number = call("suppliers:write"), make_supplier()
    headers = {"If-Match": send("GET", f"/{number}").headers["ETag"]}
    answer = send("POST", f"/{number}/actions/approve", json={"form": {"comment": "Good"}}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (403, "signed_in_person")
    assert "an API token cannot sign" in answer.json["detail"]
