"""Capability and control charts by the JSON API."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

VALUES = [10 + (index * 7 % 11) / 10 for index in range(40)]


@pytest.fixture
def send(call: Callable[..., Any]) -> Callable[..., Any]:
    post = call("sqe", "calculator:read")
    return lambda path, given: post("POST", f"/statistics/{path}", json=given)


def test_a_program_gets_the_indices_and_the_verdict(send: Any) -> None:
    answer = send("capability", {"columns": {"v": VALUES}, "column": "v", "subgroup_size": 5, "lsl": 8, "usl": 13})
    assert answer.status_code == 200, answer.text
    assert answer.json["n"] == 40
    assert answer.json["cpk"] == pytest.approx(min(answer.json["cpl"], answer.json["cpu"]))
    assert answer.json["verdict"]["band"] in ("meets", "consult", "fails")


def test_a_pasted_text_gives_the_same_as_columns(send: Any) -> None:
    asked = {"column": "v", "chart": "i-mr", "rules": ["N1"]}
    text = "v\n" + "\n".join(str(value).replace(".", ",") for value in VALUES)
    first = send("control-chart", {**asked, "columns": {"v": VALUES}})
    second = send("control-chart", {**asked, "text": text})
    assert first.status_code == 200, first.text
    assert first.json == second.json
    assert first.json["rules"] == ["N1"]


def test_an_answer_can_be_sent_back_as_fixed_lines(send: Any) -> None:
    asked = {"columns": {"v": VALUES}, "column": "v", "chart": "xbar-r", "subgroup_size": 4}
    earlier = send("control-chart", asked).json
    later = send("control-chart", {**asked, "columns": {"v": [99, 99, 98, 99]}, "fixed": earlier})
    assert later.status_code == 200, later.text
    assert [found["rule"] for found in later.json["violations"]] == ["N1"]


def test_phases_and_standard_values_are_taken(send: Any) -> None:
    names = ["before"] * 20 + ["after"] * 20
    asked = {"columns": {"v": VALUES, "p": names}, "column": "v", "chart": "i-mr", "rules": ["N1"]}
    phased = send("control-chart", {**asked, "phase": "p"})
    assert phased.status_code == 200, phased.text
    assert [phase["name"] for phase in phased.json["phases"]] == ["before", "after"]
    assert phased.json["dispersion"]["points"][19] is None
    given = send("control-chart", {**asked, "target": 10, "sigma": 0.1})
    assert (given.json["ucl"], given.json["standard"]) == (pytest.approx(10.3), {"target": 10, "sigma": 0.1})
    assert given.json["phases"] == []


def test_a_phase_in_two_places_names_its_row(send: Any) -> None:
    answer = send(
        "control-chart",
        {"columns": {"v": [1, 2, 3], "p": ["a", "b", "a"]}, "column": "v", "chart": "i-mr", "phase": "p"},
    )
    assert answer.status_code == 422
    assert (answer.json["details"][0]["row"], answer.json["details"][0]["column"]) == (3, "p")


@pytest.mark.parametrize(
    ("given", "row", "column"),
    [
        ({"columns": {"v": [1, None, 3]}, "column": "v", "usl": 5}, 2, "v"),
        ({"text": "v\n1\nx\n3\n", "column": "v", "usl": 5}, 3, "v"),
        ({"columns": {"v": [2, 2, 2]}, "column": "v", "usl": 5}, 1, "v"),
        ({"columns": {"v": [1, 2, 3]}, "column": "w", "usl": 5}, 1, "w"),
        ({"columns": {"v": [1, 2, 3]}, "column": "v", "lsl": 5, "usl": 1}, None, "lsl"),
        ({"columns": {"v": [1, 2, 3]}, "column": "v", "usl": 5, "rules": ["X"]}, None, "rules"),
        ({"column": "v", "usl": 5}, None, "columns"),
        ({"columns": {"v": [1, 2], "g": ["a"]}, "column": "v", "subgroup": "g", "usl": 5}, 2, "g"),
    ],
)
def test_a_problem_names_row_and_column_and_gives_no_number(send: Any, given: Any, row: Any, column: str) -> None:
    answer = send("capability", given)
    assert answer.status_code == 422, answer.text
    assert answer.content_type == "application/problem+json"
    detail = answer.json["details"][0]
    assert (detail["row"], detail["column"]) == (row, column)
    assert "cpk" not in answer.json


@pytest.mark.parametrize(
    "bad",
    [{"sigma": "x"}, {"study": "x"}, {"treatment": "x"}, {"subgroup_size": "5"}, {"more": 1}, {"columns": {"v": 1}}],
)
def test_what_the_schema_does_not_know_is_refused(send: Any, bad: dict[str, Any]) -> None:
    assert send("capability", {"columns": {"v": VALUES}, "column": "v", "usl": 20} | bad).status_code == 422


def test_a_token_without_the_scope_is_refused(call: Any) -> None:
    given = {"columns": {"v": VALUES}, "column": "v", "usl": 20}
    assert call("sqe", "parts:read")("POST", "/statistics/capability", json=given).status_code == 403
