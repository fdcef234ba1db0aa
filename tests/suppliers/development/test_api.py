"""Where suppliers stand, and their plans, for programs."""

from collections.abc import Callable
from typing import Any

import pytest

from supplier_quality import clock
from tests.suppliers.development.conftest import Bench
from tests.suppliers.programs import Send, all_pages, program
from tests.support import AT

__all__ = ["program"]

Program = Callable[..., Send]


@pytest.fixture(autouse=True)
def _standing_clock() -> Any:
    with clock.standing_at(AT):
        yield


def test_todays_level_is_told_with_the_reasons_of_every_site(bench: Bench, program: Program) -> None:
    bench.certify("ISO 9001", "Works 1")
    bench.certify("ISO 9001", "Works 2", accreditation="")
    bench.demand(target="iatf_16949")

    found = program()("GET", f"/suppliers/{bench.number}/development").json

    standing = bench.standing()
    assert found["on"] == str(AT.date())
    assert (found["level"] or {}).get("id") == (standing.level.id if standing.level else None)
    assert (found["target"]["id"], found["meets_target"], found["meets_minimum"]) == (
        "iatf_16949", False, standing.meets_minimum,
    )  # fmt: skip
    assert found["demand"] == {
        "minimum": None, "target": "iatf_16949", "reason": "Safety parts", "set_by": "Ann Miller",
        "set_at": found["demand"]["set_at"],
    }  # fmt: skip
    sites = {site["site"]: site for site in found["sites"]}
    assert sites["Works 1"]["level"]["rank"] > ((sites["Works 2"]["level"] or {}).get("rank") or 0)
    assert sites["Works 1"]["because"] == [
        {"words": "CRT-00001 to ISO 9001, valid to 2027-11-30", "certificate": "CRT-00001"}
    ]
    assert {"words": "CRT-00002 to ISO 9001 names no accreditation", "certificate": "CRT-00002"} in (
        sites["Works 2"]["lacking"]
    )
    assert found["site"] == "Works 2" and found["plan"] is None and found["authorisation"] is None


def test_the_letter_of_the_customer_and_the_open_plan_are_told(bench: Bench, program: Program) -> None:
    bench.authorise()
    plan = bench.draft()
    bench.add_milestone(plan, "Choose a certification body", 30)

    found = program()("GET", f"/suppliers/{bench.number}/development").json

    assert found["authorisation"] == {
        "customer": "Nordwerk Motors", "reference": "NM-2026-17", "dated": str(bench.today), "valid_until": None,
    }  # fmt: skip
    assert (found["plan"]["number"], found["plan"]["state"], found["plan"]["overdue"]) == (plan, "draft", 0)


def test_where_suppliers_stand_is_listed_narrowed_and_paged(
    bench: Bench, make_supplier: Callable[..., str], program: Program
) -> None:
    plan = bench.draft()
    send = program()

    def found(**query: Any) -> list[str]:
        answer = send("GET", "/development", query_string=query)
        assert answer.status_code == 200, answer.text
        return [item["supplier_number"] for item in answer.json["items"]]

    assert found() == found(show="below") == found(plan="draft") == found(sort="-level") == [bench.number]
    assert found(show="behind") == found(level="iatf_16949") == found(owner_id=9002) == found(search="nobody") == []
    assert found(search=bench.number.lower()) == found(owner_id=9001) == [bench.number]
    assert send("GET", "/development").json["items"][0]["plan"]["number"] == plan
    assert [len(page) for page in all_pages(send, "/development", size=1)] == [1]
    assert send("GET", "/development?sort=price").status_code == 422
    assert send("GET", "/suppliers/SUP-99999/development").status_code == 404


def test_plans_are_listed_and_read_with_their_milestones(bench: Bench, program: Program) -> None:
    plan = bench.draft()
    first = bench.add_milestone(plan, "Choose a certification body", 30)
    last = bench.add_milestone(plan, "Certified", 300, level="iatf_16949")
    send = program()

    listed = send("GET", "/development-plans", query_string={"supplier": bench.number, "open": "true"}).json["items"]
    read = send("GET", f"/development-plans/{plan}")
    milestone = send("GET", f"/development-milestones/{last}")

    assert [(item["number"], item["target"], item["owner"]) for item in listed] == [(plan, "iatf_16949", "Ann Miller")]
    assert {name: read.json[name] for name in listed[0]} == listed[0]
    assert read.headers["ETag"] == f'"{read.json["version"]}"'
    assert [(each["number"], each["title"], each["level"]) for each in read.json["milestones"]] == [
        (first, "Choose a certification body", None), (last, "Certified", "iatf_16949"),
    ]  # fmt: skip
    assert milestone.json == read.json["milestones"][1]
    assert (milestone.json["plan_number"], milestone.json["owner"]) == (plan, "Ann Miller")
    for query in ({"state": "reached"}, {"owner_id": 9002}):
        assert send("GET", "/development-plans", query_string=query).json["items"] == []
    assert send("GET", "/development-plans/DEV-99999").json["code"] == "development_plan_not_found"
    assert send("GET", "/development-milestones/MIL-99999").json["code"] == "milestone_not_found"


def test_plans_and_milestones_are_moved_by_programs(bench: Bench, program: Program) -> None:
    plan = bench.draft()
    milestone = bench.add_milestone(plan, "Choose a certification body", 30)
    reads, writes = program("suppliers:read", role="buyer"), program("suppliers:write")
    possible = {view["id"] for view in reads("GET", f"/development-plans/{plan}/actions").json}
    assert {"agree", "give_up"} <= possible
    tag = writes("GET", f"/development-plans/{plan}").headers["ETag"]
    path, sent = f"/development-plans/{plan}/actions/give_up", {"json": {"form": {"reason": "We buy elsewhere"}}}

    assert reads("POST", path, headers={"If-Match": tag}, **sent).status_code == 403
    assert writes("POST", path, **sent).status_code == 428
    assert {view["id"] for view in writes("GET", f"/development-milestones/{milestone}/actions").json}
    wrong = f"/development-milestones/{milestone}/actions/move"
    assert writes("POST", wrong, json={"form": {}}, headers={"If-Match": '"1"'}).status_code in (409, 422)
    done = writes("POST", path, headers={"If-Match": tag}, **sent)
    assert (done.status_code, done.json["to_state"]) == (200, "given_up"), done.text
    assert bench.milestone_state(milestone) == "dropped"
