"""Documents for programs: read by what their owner may know, and moved."""

from collections.abc import Callable
from typing import Any

from tests.suppliers.document_bank.conftest import PDF, Bank, days_from_now
from tests.suppliers.programs import Send, all_pages, program

__all__ = ["program"]

Program = Callable[..., Send]


def numbers(send: Send, path: str = "/documents", **query: Any) -> list[str]:
    answer = send("GET", path, query_string=query)
    assert answer.status_code == 200, answer.text
    items = answer.json["items"] if isinstance(answer.json, dict) else answer.json
    return [item["number"] for item in items]


def test_a_document_is_read_with_its_files(bank: Bank, program: Program) -> None:
    number = bank.accepted("insurance", reference="Police 4711", valid_to=days_from_now(40).isoformat())

    answer = program()("GET", f"/documents/{number}")

    item = answer.json
    assert answer.headers["ETag"] == f'"{item["version"]}"'
    assert (item["supplier_number"], item["type"], item["name"], item["reference"], item["state"]) == (
        bank.supplier_number, "insurance", str(bank.row(number).name), "Police 4711", "valid",
    )  # fmt: skip
    assert (item["valid_to"], item["site"], item["owner"]) == (days_from_now(40).isoformat(), None, "Ann Miller")
    [file] = item["files"]
    assert (file["name"], file["size"], file["media_type"]) == ("document.pdf", len(PDF), "application/pdf")


def test_documents_are_listed_by_their_end_narrowed_and_paged(bank: Bank, program: Program) -> None:
    late = bank.accepted("insurance", valid_to=days_from_now(40).isoformat())
    endless = bank.accepted("rohs")
    early = bank.accepted("quality_agreement", valid_to=days_from_now(5).isoformat())
    waiting = bank.add("reach")
    send = program()

    assert numbers(send)[:2] == [early, late]
    assert numbers(send, sort="-valid_to")[:2] == [late, early]
    assert set(numbers(send)) == {early, late, endless, waiting}
    assert numbers(send, ends_by=days_from_now(10).isoformat()) == [early]
    assert numbers(send, type="rohs") == [endless]
    assert numbers(send, state="valid", search="acme") == [early, late, endless]
    assert set(numbers(send, supplier=bank.supplier_number, owner_id=9001)) == {early, late, endless, waiting}
    assert numbers(send, owner_id=9002) == []
    pages = all_pages(send, "/documents", size=3)
    assert [len(page) for page in pages] == [3, 1]
    assert set(numbers(send, f"/suppliers/{bank.supplier_number}/documents")) == {early, late, endless, waiting}
    assert send("GET", "/documents?sort=name").status_code == 422
    assert send("GET", "/documents?supplier=SUP-99999").status_code == 404


def test_what_somebody_may_not_know_is_not_told_to_their_program(bank: Bank, program: Program) -> None:
    number = bank.accepted("nda", valid_to=days_from_now(10).isoformat())
    viewer, owner = program(role="viewer"), program()
    paths = ("/documents", f"/suppliers/{bank.supplier_number}/documents")

    assert [numbers(owner, path) for path in paths] == [[number], [number]]
    assert [numbers(viewer, path) for path in paths] == [[], []]
    assert viewer("GET", f"/documents/{number}").json["code"] == "document_not_found"
    assert viewer("GET", f"/documents/{number}/actions").status_code == 404
    assert viewer("GET", "/documents", query_string={"type": "nda", "state": "valid"}).json["items"] == []


def test_a_document_is_accepted_by_a_program(bank: Bank, program: Program) -> None:
    number = bank.add("rohs")
    send = program("suppliers:write", role="buyer")
    read = send("GET", f"/documents/{number}")
    possible = {view["id"]: view["allowed"] for view in send("GET", f"/documents/{number}/actions").json}
    path = f"/documents/{number}/actions/accept"

    assert possible["accept"]
    assert send("POST", path, json={"form": {}}).status_code == 428
    assert program("suppliers:read")("POST", path, json={}, headers={"If-Match": '"1"'}).status_code == 403
    done = send("POST", path, json={"form": {}}, headers={"If-Match": read.headers["ETag"]})
    assert (done.status_code, done.json["to_state"]) == (200, "valid"), done.text
    assert bank.row(number).state == "valid"
    refused = send("POST", path, json={"form": {}}, headers={"If-Match": f'"{done.json["version"]}"'})
    assert refused.status_code == 409 and refused.json["refused"]
