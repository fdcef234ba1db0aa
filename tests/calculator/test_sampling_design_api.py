"""The JSON API of skip-lot, plans made to measure, outgoing quality and variables, with a real token."""

from collections.abc import Callable
from typing import Any

import pytest

from supplier_quality.statistics.sampling import Single, outgoing, outgoing_limit

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

AT = {"level": "II", "aql": "1.0"}
PRINTED = {"name": "Ours", "edition": "5", "lot_size": 500, "index": "1.0"}
ROWS = {"lot_from": [2, 26], "lot_to": [25, None], "index": ["1.0", "1.0"], "sample_size": ["all", 34]}
READINGS = [9.8, 10.1, 10.0, 9.9, 10.2, 10.0, 9.7, 10.3, 10.1, 9.9]


@pytest.fixture
def post(call: Callable[..., Any]) -> Callable[..., Any]:
    send = call("sqe", "calculator:read")
    return lambda path, json: send("POST", f"/sampling/{path}", json=json)


def lots(*counts: int | None, **more: Any) -> list[dict[str, Any]]:
    return [{"lot": str(place), "lot_size": 1000, "nonconforming": count, **more} for place, count in enumerate(counts)]


def test_switching_explains_when_asked_to(post: Any) -> None:
    limits = {"name": "Table VIII", "edition": "2003", "text": "sample_from,sample_to,aql,limit\n800,1249,1.0,4"}
    asked = {**AT, "standard": "z1.4", "steady": True, "authorised": True, "limits": limits, "explain": True}
    last = post("switch", {**asked, "lots": lots(*[1] * 10)}).json[-1]
    assert (last["next"], last["limit_nonconforming"], last["limit_number"]) == ("normal", 10, 4)
    assert "over the limit number 4" in last["why"]
    lax = {**AT, "start": "reduced", "lots": lots(0, steady=True) + lots(2, resubmitted=True, resubmitted_as="normal")}
    assert [each["next"] for each in post("switch", lax).json] == ["reduced", "reduced"]
    assert post("switch", {**lax, "other_reason": True}).json[0]["next"] == "normal"


def test_skip_lot_sampling_is_judged_lot_by_lot(post: Any) -> None:
    qualified = {**AT, "supplier_qualified": True, "product_qualified": True}
    found = post("skip", {**qualified, "lots": lots(*[0] * 10, None), "draw": 0.3}).json
    assert found["inspect_next"] is True
    assert (found["lots"][9]["next"], found["lots"][9]["next_one_in"]) == ("skip_lot", 2)
    assert (found["lots"][10]["inspected"], found["lots"][10]["accepted"]) == (False, None)
    own = {**qualified, "lots": lots(0, 0), "settings": {"least_lots": 2, "score_needed": 10, "frequencies": [4]}}
    assert post("skip", own).json["lots"][1]["next_one_in"] == 4
    lost = {**qualified, "start": "skip_lot", "lots": lots(0, product_qualified=False, stream=["Suzhou"])}
    assert post("skip", lost).json["lots"][0]["next"] == "lot_by_lot"


def test_plans_by_limiting_quality_are_computed(post: Any) -> None:
    assert post("zero", {"lq": 0.05}).json["sample_size"] == 45
    found = post("isolated", {"lq": 0.08, "lot_size": 500, "ac": 1}).json
    assert (found["sample_size"], found["ac"], found["producers_risk"]) == (46, 1, None)


@pytest.mark.parametrize(
    "table", [{"columns": ROWS}, {"text": "lot_from,lot_to,index,sample_size\n2,25,1.0,all\n26,,1.0,34"}]
)
def test_a_table_of_the_user_is_sent_as_columns_or_as_text(table: dict[str, Any], post: Any) -> None:
    found = post("printed", {**PRINTED, **table}).json
    assert found == {"name": "Ours", "edition": "5", "sample_size": 34, "ac": 0, "re": 1, "inspect_all": False}
    assert post("printed", {**PRINTED, **table, "lot_size": 9}).json["inspect_all"] is True


def test_rows_of_columns_count_from_one(post: Any) -> None:
    answer = post("printed", {**PRINTED, "columns": {**ROWS, "sample_size": ["all", "some"]}})
    assert (answer.status_code, answer.json["details"][0]["row"]) == (422, 2)


def test_outgoing_quality_and_risks_are_computed(post: Any) -> None:
    plan = Single(80, 2, 1000)
    found = post("aoq", {"sample_size": 80, "ac": 2, "lot_size": 1000, "p": [0.01], "aql": 0.01, "lq": 0.06}).json
    assert found["aoql"] == outgoing_limit(plan).as_json() and found["points"] == [outgoing(plan, 0.01).as_json()]
    assert 0 < found["producers_risk"] < 0.05 < found["consumers_risk"]


def test_a_plan_by_variables_is_found_and_judges_readings(post: Any) -> None:
    plan = post("variables", {"code_letter": "F", "aql": "1"}).json
    assert (plan["sample_size"], plan["k"], plan["judgement"]) == (10, 1.714, None)
    judged = post("variables", {"code_letter": "F", "aql": "1", "values": READINGS, "usl": 10.2}).json["judgement"]
    assert (judged["accepted"], judged["q_lower"]) == (False, None) and round(judged["q_upper"], 3) == 1.095


@pytest.mark.parametrize(
    ("path", "json"),
    [
        ("skip", {**AT, "lots": []}), ("skip", {**AT, "lots": lots(None)}), ("skip", {**AT, "lots": lots(0), "draw": 2}),
        ("skip", {**AT, "lots": lots(0), "settings": {"frequencies": [1]}}),
        ("skip", {**AT, "lots": lots(0), "start": "interruption"}),
        ("zero", {"lq": 5}), ("zero", {}), ("zero", {"lq": "nan"}), ("isolated", {"lq": 0.05}),
        ("printed", {**PRINTED, "columns": ROWS, "index": "2.5"}), ("printed", PRINTED),
        ("aoq", {"sample_size": 0, "ac": 0}), ("aoq", {"sample_size": 80, "ac": 2, "p": [2]}),
        ("variables", {"code_letter": "A", "aql": "1"}), ("variables", {"code_letter": "F", "aql": "1", "values": READINGS}),
        ("variables", {"code_letter": "F", "aql": "1", "values": READINGS[:3], "lsl": 9}),
        ("switch", {**AT, "lots": lots(0), "limits": {"name": "", "edition": "", "text": "a"}}),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_a_problem_and_no_number(path: str, json: dict[str, Any], post: Any) -> None:
    answer = post(path, json)
    assert answer.status_code == 422 and answer.content_type == "application/problem+json"
    assert answer.json["details"] and answer.json["details"][0]["column"]


@pytest.mark.parametrize("path", ["skip", "zero", "isolated", "printed", "aoq", "variables"])
def test_a_token_without_the_scope_computes_nothing(path: str, call: Callable[..., Any]) -> None:
    assert call("sqe", "parts:read")("POST", f"/sampling/{path}", json={}).status_code == 403
