"""The JSON API of acceptance sampling with a real token."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LOT = {"lot_size": 200, "level": "II", "aql": "1.0"}


@pytest.fixture
def post(call: Callable[..., Any]) -> Callable[..., Any]:
    send = call("sqe", "calculator:read")
    return lambda path, json: send("POST", f"/sampling/{path}", json=json)


def test_a_plan_is_the_one_of_the_command_and_says_how_sure_it_is(post: Any) -> None:
    answer = post("plan", {**LOT, "severity": "tightened"})
    assert (answer.status_code, answer.json) == (
        200,
        {
            "standard": "iso2859-1", "edition": "2026", "lot_code_letter": "G", "code_letter": "J", "sample_size": 80,
            "ac": 1, "re": 2, "arrow": "down", "inspect_all": False, "evidence": "disputed", "reason": None,
        },
    )  # fmt: skip


def test_a_cell_is_overridden_with_a_reason(post: Any) -> None:
    override = {"severity": "tightened", "code_letter": "G", "aql": "1.0", "arrow": "up", "reason": "our licensed copy"}
    found = post("plan", {**LOT, "severity": "tightened", "overrides": [override]}).json
    assert (found["code_letter"], found["sample_size"], found["ac"]) == ("F", 20, 0)
    assert (found["evidence"], found["reason"]) == ("overridden", "our licensed copy")
    refused = post("plan", {**LOT, "overrides": [{**override, "reason": " "}]})
    assert (refused.status_code, refused.json["details"][0]["column"]) == (422, "reason")


def test_lots_are_judged_in_their_streams(post: Any) -> None:
    lots = [
        {"lot": str(number), "lot_size": 1000, "nonconforming": 3, "stream": ["Suzhou", part]}
        for number, part in enumerate(["A", "B", "A"])
    ]
    found = post("switch", {"level": "II", "aql": "1.0", "lots": lots}).json
    assert [each["next"] for each in found] == ["normal", "normal", "tightened"]
    assert set(found[0]) == {"lot", "severity", "code_letter", "sample_size", "ac", "re", "accepted", "score", "next"}


def test_curves_and_plans_through_two_points_are_computed(post: Any) -> None:
    curve = post("oc", {"sample_size": 80, "ac": 2, "p": [0.01, 0.05]}).json
    assert [each["p"] for each in curve] == [0.01, 0.05] and round(curve[0]["pa"], 4) == 0.9534
    found = post("find", {"aql": 0.01, "alpha": 0.05, "lq": 0.06, "beta": 0.1}).json
    assert (found["sample_size"], found["ac"]) == (110, 3)


@pytest.mark.parametrize(
    ("path", "json"),
    [
        ("plan", {**LOT, "lot_size": 0}), ("plan", {**LOT, "aql": "1.1"}), ("plan", {**LOT, "level": "IV"}),
        ("plan", {**LOT, "lot_size": "many"}), ("plan", {}), ("plan", {**LOT, "more": 1}),
        ("switch", {"level": "II", "aql": "1.0", "lots": []}),
        ("switch", {"level": "II", "aql": "1.0", "lots": [{"lot": "1", "lot_size": 1000, "nonconforming": 90}]}),
        ("oc", {"sample_size": 80, "ac": 2, "p": []}), ("oc", {"sample_size": 80, "ac": 2, "p": [2]}),
        ("oc", {"sample_size": 80, "ac": 2, "p": ["nan"]}),
        ("find", {"aql": 0.06, "alpha": 0.05, "lq": 0.01, "beta": 0.1}),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_a_problem_and_no_number(path: str, json: dict[str, Any], post: Any) -> None:
    answer = post(path, json)
    assert answer.status_code == 422 and answer.content_type == "application/problem+json"
    assert answer.json["details"] and answer.json["details"][0]["column"]


def test_a_token_without_the_scope_computes_nothing(call: Callable[..., Any]) -> None:
    assert call("sqe", "parts:read")("POST", "/sampling/plan", json=LOT).status_code == 403
