"""The JSON API of commodities with a real token."""

from typing import Any

GIVEN = {"number": "CAST-AL", "name_en": "Die castings", "criticality": "safety", "special_processes": ["casting"]}


def test_a_commodity_is_added_read_changed_and_retired(call: Any) -> None:
    send = call("sqe", "parts:write")
    made = send("POST", "/commodities", json=GIVEN)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"'), made.text
    assert send("POST", "/commodities", json=GIVEN).json["code"] == "number_taken"
    changed = {name: value for name, value in GIVEN.items() if name != "number"} | {"name_zh": "压铸件"}
    assert send("PUT", "/commodities/CAST-AL", json=changed).status_code == 428
    answer = send("PUT", "/commodities/CAST-AL", json=changed, headers={"If-Match": '"1"'})
    assert (answer.json["name_zh"], answer.headers["ETag"]) == ("压铸件", '"2"')
    assert send("PUT", "/commodities/CAST-AL", json=changed, headers={"If-Match": '"1"'}).status_code == 409
    retired = send("PUT", "/commodities/CAST-AL/active", json={"active": False}, headers={"If-Match": '"2"'})
    assert retired.json["active"] is False
    page = send("GET", "/commodities?active=false").json
    assert [item["number"] for item in page["items"]] == ["CAST-AL"]
    assert send("GET", "/commodities/cast-al").json["revision"] == 3


def test_a_token_that_only_reads_changes_nothing(call: Any) -> None:
    send = call("sqe", "parts:read")
    assert send("POST", "/commodities", json=GIVEN).status_code == 403
    assert send("GET", "/commodities").json["total"] == 0


def test_a_role_that_may_not_edit_is_refused_with_a_sentence(call: Any) -> None:
    answer = call("buyer", "parts:write")("POST", "/commodities", json=GIVEN)
    assert answer.json["code"] == "may_not_edit_commodities"


def test_mistakes_name_their_field(call: Any) -> None:
    answer = call("sqe", "parts:write")("POST", "/commodities", json={**GIVEN, "criticality": "huge"})
    assert (answer.status_code, answer.json["details"][0]["column"]) == (422, "criticality")
