"""Self-assessments of special processes for programs: what is needed, read, listed and moved."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.suppliers.programs import Send, all_pages, program
from tests.suppliers.special_processes.conftest import DONE, PDF, Shop
from tests.support import AT

__all__ = ["program"]

Program = Callable[..., Send]


def numbers(send: Send, path: str = "/special-processes", **query: Any) -> list[str]:
    answer = send("GET", path, query_string=query)
    assert answer.status_code == 200, answer.text
    items = answer.json["items"] if isinstance(answer.json, dict) else answer.json
    return [item["number"] for item in items]


def test_what_scope_needs_is_told_with_what_it_lacks(shop: Shop, program: Program) -> None:
    send, path = program(), f"/suppliers/{shop.supplier_number}/special-processes/needed"

    [never] = send("GET", path).json
    number = shop.add(**DONE)
    [coming] = send("GET", path).json
    shop.act(number, "accept")
    [there] = send("GET", path).json

    assert (never["process"], never["name"], never["commodities"]) == (
        "heat_treating",
        "CQI-9 Heat treating",
        ["SHAFT"],
    )
    assert [each["lack"] for each in (never, coming, there)] == ["never", "coming", None]
    assert [each["assessment"] for each in (never, coming, there)] == [None, number, number]


def test_an_assessment_is_read_with_its_plan_and_its_files(shop: Shop, program: Program) -> None:
    number = shop.add(**DONE)

    answer = program()("GET", f"/special-processes/{number}")

    item = answer.json
    assert answer.headers["ETag"] == f'"{item["version"]}"'
    assert (item["supplier_number"], item["name"], item["edition"], item["findings"], item["state"]) == (
        shop.supplier_number, "CQI-9 Heat treating", "4", 2, "wanted",
    )  # fmt: skip
    assert (item["assessed_on"], item["valid_to"], item["points"]) == ("2026-11-02", "2027-11-02", None)
    [line], [file] = item["plan"], item["files"]
    assert (line["action"], line["due"], line["done_on"]) == ("Second thermocouple", "2027-01-15", None)
    assert (file["name"], file["size"], file["added_by"]) == ("cqi.pdf", len(PDF), "Ann Miller")


def test_assessments_are_listed_by_the_day_they_are_due_narrowed_and_paged(shop: Shop, program: Program) -> None:
    first, waiting = shop.add(**DONE), shop.add(process="plating", file=False, plan=False)
    shop.act(first, "accept")
    send = program()

    assert numbers(send) == [first, waiting]
    assert numbers(send, sort="-valid_to") == [first, waiting]
    assert numbers(send, state="wanted") == numbers(send, process="plating") == [waiting]
    assert numbers(send, due_by=(AT + timedelta(days=400)).date().isoformat()) == [first]
    assert numbers(send, supplier=shop.supplier_number, owner_id=9001) == [first, waiting]
    assert numbers(send, owner_id=9002) == []
    assert [len(page) for page in all_pages(send, "/special-processes", size=1)] == [1, 1]
    assert set(numbers(send, f"/suppliers/{shop.supplier_number}/special-processes")) == {first, waiting}
    assert send("GET", "/special-processes?sort=name").status_code == 422
    assert send("GET", "/special-processes/SPA-99999").json["code"] == "assessment_not_found"


def test_an_assessment_is_asked_for_and_accepted_by_a_program(shop: Shop, program: Program) -> None:
    number = shop.add(file=False, plan=False)
    send = program("suppliers:read", "suppliers:write")
    read = send("GET", f"/special-processes/{number}")
    possible = {view["id"]: view["allowed"] for view in send("GET", f"/special-processes/{number}/actions").json}

    assert possible["ask"]
    done = send(
        "POST",
        f"/special-processes/{number}/actions/ask",
        json={"form": {}},
        headers={"If-Match": read.headers["ETag"]},
    )
    assert (done.status_code, done.json["to_state"]) == (200, "asked")
    complete = shop.add(process="plating", **DONE)
    read = send("GET", f"/special-processes/{complete}")
    path = f"/special-processes/{complete}/actions/accept"
    assert send("POST", path, json={"form": {}}).status_code == 428
    done = send("POST", path, json={"form": {}}, headers={"If-Match": read.headers["ETag"]})
    assert (done.status_code, done.json["to_state"]) == (200, "valid")
