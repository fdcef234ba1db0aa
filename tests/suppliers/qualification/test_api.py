"""Steps of qualifications and ratings of risk for programs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from supplier_quality.persistence import Database
from supplier_quality.suppliers.qualification.enums import Part
from supplier_quality.suppliers.qualification.operations import assess_parts
from supplier_quality.suppliers.queries import get_supplier
from tests.suppliers.conftest import SQE
from tests.suppliers.programs import Send, all_pages, program
from tests.suppliers.qualification.conftest import DONE, move, steps_of

__all__ = ["program"]

Reviewed = Callable[..., str]
Program = Callable[..., Send]


def test_steps_are_read_with_the_row_that_asks_for_them(
    house: Database, reviewed: Reviewed, program: Program, at: datetime
) -> None:
    number = reviewed("safety")
    step = steps_of(house, number)["audit"]

    answer = program()("GET", f"/qualification-steps/{step.number.lower()}")

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    item = answer.json
    assert (item["supplier_number"], item["kind"], item["what"], item["state"]) == (
        number, "audit", "On-site audit", "open",
    )  # fmt: skip
    assert item["due"] == str(step.due) and item["closed_on"] is None
    because = item["because"]
    assert (because["table"], because["table_version"], because["row"]) == ("qualification_route", 1, 2)
    assert because["why"] == "Safety parts without IATF 16949 or at high risk are audited on site"
    assert because["facts"] == {"certification": "named", "criticality": "safety", "risk": "medium"}


def test_steps_are_listed_narrowed_sorted_and_paged(
    house: Database, reviewed: Reviewed, program: Program, at: datetime
) -> None:
    first, second = reviewed("safety"), reviewed("general")
    done = steps_of(house, first)["audit"].number
    assert move(house, done, "complete", at, DONE) == "done"
    send = program()

    pages = all_pages(send, "/qualification-steps", size=2)
    every = [item["number"] for page in pages for item in page]
    back = [item["number"] for page in all_pages(send, "/qualification-steps", size=2, sort="-number") for item in page]

    assert len(every) == len(set(every)) == len(steps_of(house, first)) + len(steps_of(house, second))
    assert [len(page) for page in pages][:-1] == [2] * (len(pages) - 1)
    assert back == sorted(every, reverse=True)
    dues = [item["due"] for page in pages for item in page]
    assert dues == sorted(dues)

    def found(**query: Any) -> set[str]:
        return {item["number"] for item in send("GET", "/qualification-steps", query_string=query).json["items"]}

    own = {step.number for step in steps_of(house, first).values()}
    assert found(supplier=first) == own
    assert found(supplier=first, undone="true") == own - {done}
    assert found(state="done") == {done}
    assert found(kind="audit", supplier=second) == set()
    assert found(owner_id=9001) == set(every)
    assert found(due_by="2020-01-01") == set()


def test_what_is_asked_wrongly_is_refused_in_words(house: Database, reviewed: Reviewed, program: Program) -> None:
    reviewed()
    send = program()
    wrong = send("GET", "/qualification-steps?sort=price")
    assert wrong.status_code == 422 and "due, number" in wrong.json["details"][0]["remedy"]
    assert send("GET", "/qualification-steps?cursor=nonsense").status_code == 422
    assert send("GET", "/qualification-steps?supplier=SUP-99999").status_code == 404
    assert send("GET", "/qualification-steps/QST-99999").json["code"] == "step_not_found"


def test_a_step_is_moved_through_the_same_door_as_on_its_page(
    house: Database, reviewed: Reviewed, program: Program, at: datetime
) -> None:
    number = steps_of(house, reviewed("safety"))["audit"].number
    reads, writes = program("suppliers:read", role="buyer"), program("suppliers:write")
    possible = {view["id"]: view for view in writes("GET", f"/qualification-steps/{number}/actions").json}
    assert possible["fail"]["allowed"]
    path, form = (
        f"/qualification-steps/{number}/actions/fail",
        {"reason": "Two major findings"},
    )

    assert reads("POST", path, json={"form": form}, headers={"If-Match": '"1"'}).status_code == 403
    assert writes("POST", path, json={"form": form}).status_code == 428
    refused = writes("POST", path, json={"form": {}}, headers={"If-Match": '"1"'})
    headers = {"If-Match": '"1"', "Idempotency-Key": "once"}
    done = writes("POST", path, json={"form": form}, headers=headers)
    again = writes("POST", path, json={"form": form}, headers=headers)
    stale = writes("POST", path, json={"form": form}, headers={"If-Match": '"1"'})

    assert refused.status_code in (409, 422) and refused.mimetype == "application/problem+json"
    assert (done.status_code, done.json["to_state"], again.json["replayed"]) == (200, "failed", True), done.text
    assert stale.status_code == 409
    assert writes("GET", f"/qualification-steps/{number}").json["version"] == done.json["version"]


def test_a_waiver_that_is_signed_is_left_to_a_person(
    house: Database, reviewed: Reviewed, program: Program, at: datetime
) -> None:
    number = steps_of(house, reviewed("safety"))["audit"].number
    assert move(house, number, "ask_waiver", at, {"reason": "Audited last month by the group"}) == "waiver_asked"
    version = program()("GET", f"/qualification-steps/{number}").json["version"]
    path = f"/qualification-steps/{number}/actions/grant_waiver"
    answer = program("suppliers:write", role="quality_manager")(
        "POST", path, json={"form": {}}, headers={"If-Match": f'"{version}"'}
    )
    assert (answer.status_code, answer.json["code"]) == (403, "signed_in_person")


def test_ratings_are_read_with_every_part_and_the_tables_that_counted(
    house: Database, reviewed: Reviewed, program: Program, at: datetime
) -> None:
    number = reviewed("safety")
    with house.write() as session:
        supplier = get_supplier(session, number, actor=SQE)
        found = {Part.FINANCE: ("high", "Credit report of May")}
        assess_parts(session, supplier, found, actor=SQE, at=at, expected_version=supplier.version)
    send = program()

    ratings = [item for page in all_pages(send, f"/suppliers/{number}/risk-ratings", size=1) for item in page]
    [latest] = send("GET", "/risk-ratings").json["items"]

    assert latest == ratings[0] and len(ratings) == 2
    assert (ratings[1]["points"], ratings[1]["most"], ratings[1]["risk_class"]) == (58, 97, "medium")
    parts = {part["part"]: part for part in latest["parts"]}
    assert list(parts) == list(Part)
    assert latest["points"] == sum(part["points"] for part in parts.values())
    finance = parts["finance"]
    assert (finance["label"], finance["value"], finance["source"], finance["known"]) == (
        "Financial standing", "high", "person", True,
    )  # fmt: skip
    assert (finance["evidence"], finance["assessed_by"], finance["assessed_on"]) == (
        "Credit report of May", "Ann Miller", str(at.date()),
    )  # fmt: skip
    assert not parts["capacity"]["known"] and parts["capacity"]["why"]
    assert [table["name"] for table in latest["tables"]] == ["risk_class", "risk_parts"]
    assert all(len(table["hash"]) == 64 and table["version"] == 1 for table in latest["tables"])
    assert send("GET", f"/risk-ratings?risk_class={latest['risk_class']}").json["items"] == [latest]
    other = "low" if latest["risk_class"] != "low" else "high"
    assert send("GET", f"/risk-ratings?risk_class={other}").json["items"] == []
    assert send("GET", "/suppliers/SUP-99999/risk-ratings").status_code == 404
