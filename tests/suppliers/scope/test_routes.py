"""The pages and the API of scope, as a browser and a program see them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.scope import queries
from tests.parts.conftest import call
from tests.suppliers.conftest import SQE
from tests.suppliers.scope.conftest import ask, grant, move, state_of
from tests.suppliers.test_qualification import act, contact_of
from tests.web.conftest import PASSWORD

__all__ = ["call"]


def site_of(database: Database, number: str, name: str = "Works 1") -> str:
    with database.read() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=SQE)
        return next(str(site.id) for site in supplier_queries.sites_of(session, supplier) if site.name == name)


def test_a_line_is_asked_for_on_a_page_and_decided_by_somebody_else(
    house: Database, approved: Callable[..., str], signed_in: Any
) -> None:
    number = approved()
    buyer, manager = signed_in("buyer"), signed_in("quality_manager")
    assert "No scope yet" in buyer.get(f"/suppliers/{number}?tab=scope").text
    path = f"/suppliers/{number}/scope/new"
    answer = buyer.send(path, path, site_id=site_of(house, number), commodity="CAST-AL", part_number="")
    assert answer.headers["Location"] == "/scope/SCO-00001"
    page = manager.get("/scope/SCO-00001").text
    assert "What next" in page and "Approve this scope" in page and "<svg" in page and "the whole commodity" in page
    assert "SCO-00001" in manager.get("/my-work").text
    sent = {"comment": "Good samples", "valid_to": "", "signed_password": PASSWORD, "expected_version": "1"}
    assert manager.send("/scope/SCO-00001/actions/approve", "/scope/SCO-00001", **sent).status_code == 303
    assert state_of(house, "SCO-00001") == "approved"
    assert "SCO-00001" in buyer.get(f"/suppliers/{number}?tab=scope").text


def test_mistakes_stand_beside_their_fields(house: Database, approved: Callable[..., str], signed_in: Any) -> None:
    number = approved()
    browser, path = signed_in("sqe"), f"/suppliers/{number}/scope/new"
    answer = browser.send(path, path, site_id="", commodity="", part_number="P-1")
    assert answer.status_code == 422
    assert "Choose a site." in answer.text and "Choose a commodity." in answer.text and 'value="P-1"' in answer.text
    good = {"site_id": site_of(house, number), "commodity": "CAST-AL", "part_number": ""}
    assert browser.send(path, path, **good).status_code == 303
    assert "The supplier has this scope already: SCO-00001." in browser.send(path, path, **good).text
    assert browser.send(path, path, **{**good, "commodity": "NOTHING"}).status_code == 404


def test_an_action_from_an_old_page_is_refused_and_keeps_the_words(
    house: Database, approved: Callable[..., str], signed_in: Any, at: datetime
) -> None:
    line = grant(house, approved(), at)
    browser = signed_in("sqe")
    old = {"reason": "My long reason", "expected_version": "1"}
    answer = browser.send(f"/scope/{line}/actions/suspend", f"/scope/{line}", **old)
    assert answer.status_code == 409
    assert "My long reason" in answer.text
    assert state_of(house, line) == "approved"
    assert browser.send(f"/scope/{line}/actions/dance", f"/scope/{line}", **old).status_code == 404
    wrong = browser.send(f"/scope/{line}/actions/suspend", f"/scope/{line}", reason="", expected_version="2")
    assert wrong.status_code == 422


def test_what_state_or_role_rules_out_is_refused_for_that_whatever_the_form_says(
    house: Database, approved: Callable[..., str], signed_in: Any, at: datetime
) -> None:
    line = grant(house, approved(), at)
    sqe, viewer, path = signed_in("sqe"), signed_in("viewer"), f"/scope/{line}"
    for browser, action, form, why in (
        (sqe, "reject", {"reason": ""}, "This is possible only in: Requested"),
        (sqe, "approve", {"comment": "Good", "signed_password": "wrong"}, "This is possible only in: Requested"),
        (viewer, "suspend", {"reason": ""}, "Only these may do this: "),
    ):
        answer = browser.send(f"{path}/actions/{action}", path, **form, expected_version="2")
        assert answer.status_code == 409
        assert why in answer.text
    assert state_of(house, line) == "approved"


def test_what_limits_a_line_stands_on_its_page_with_its_reason(
    house: Database, approved: Callable[..., str], signed_in: Any, at: datetime
) -> None:
    number = approved()
    line = grant(house, number, at)
    act(house, number, "suspend", SQE, at, {"reason": "Recall of batch 7"})
    page = signed_in("viewer").get(f"/scope/{line}").text
    assert "The supplier is suspended" in page and "Recall of batch 7" in page
    assert "供应商被暂停供货资格" in signed_in("buyer", language="zh").get(f"/scope/{line}").text


def test_a_program_asks_reads_and_acts_but_signs_nothing(
    house: Database, approved: Callable[..., str], call: Any, at: datetime
) -> None:
    number = approved()
    send = call("quality_manager", "suppliers:write")
    given = {"site_id": int(site_of(house, number)), "commodity": "CAST-AL"}
    made = send("POST", f"/suppliers/{number}/scope", json=given)
    assert (made.status_code, made.json["state"], made.headers["ETag"]) == (201, "requested", '"1"'), made.text
    path = f"/scope/{made.json['number']}"
    assert [line["number"] for line in send("GET", f"/suppliers/{number}/scope").json] == [made.json["number"]]
    assert {view["id"] for view in send("GET", f"{path}/actions").json} >= {"approve", "reject"}
    signing = send("POST", f"{path}/actions/approve", json={"form": {"comment": "x"}}, headers={"If-Match": '"1"'})
    assert signing.json["code"] == "signed_in_person"
    rejected = send("POST", f"{path}/actions/reject", json={"form": {"reason": "No"}}, headers={"If-Match": '"1"'})
    assert rejected.json["to_state"] == "rejected", rejected.text
    assert send("GET", path).json["state"] == "rejected"
    assert send("GET", "/scope/SCO-99999").status_code == 404


def test_a_contact_reads_the_scope_of_no_other_supplier(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number, other = approved(), approved("Other Works")
    line = ask(house, number, at)
    own, foreign = contact_of(house, number), contact_of(house, other)
    with house.read() as session:
        assert queries.get_scope(session, line, actor=own).number == line
        with pytest.raises(queries.ScopeNotFound):
            queries.get_scope(session, line, actor=foreign)


def test_a_rejected_line_is_nobodys_work(
    house: Database, approved: Callable[..., str], at: datetime, signed_in: Any
) -> None:
    line = ask(house, approved(), at)
    browser = signed_in("quality_manager")
    assert line in browser.get("/my-work").text
    move(house, line, "reject", at, {"reason": "No samples"})
    assert line not in browser.get("/my-work").text
