"""The JSON API of measurement system analysis, with a real token."""

from typing import Any

import pytest

from tests.statistics.msa.published import columns


@pytest.fixture
def send(call: Any) -> Any:
    """Posts a document below /msa."""
    program = call("viewer", "calculator:read")
    return lambda path, document: program("POST", f"/msa/{path}", json=document)


def test_grr_is_computed_from_columns(send: Any) -> None:
    answer = send("grr", {"columns": columns("gauge_spcforexcel"), "tolerance": 10})
    assert answer.status_code == 200, answer.text
    assert answer.json["percent_study_variation"]["grr"] == pytest.approx(33.07, abs=0.005)
    assert answer.json["percent_tolerance"]["grr"] == pytest.approx(18.78, abs=0.005)
    assert (answer.json["ndc"], answer.json["pooled"]) == (4, True)


def test_a_refusal_names_row_and_column(send: Any) -> None:
    cells = columns("gauge_spcforexcel")
    answer = send("grr", {"columns": {name: cells[name][:-1] for name in cells}})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    [problem] = answer.json["details"]
    assert problem["problem"] == "Trials of part 5 by appraiser 3: 2 instead of 3."
    assert (problem["row"], problem["column"]) == (44, "value")
    empty = send("grr", {"columns": {**cells, "value": [None, "x", *cells["value"][2:]]}})
    assert [(found["row"], found["column"]) for found in empty.json["details"]] == [(1, "value"), (2, "value")]


def test_the_other_studies_are_computed(send: Any) -> None:
    agreement = send("agreement", {"columns": columns("agreement_jasp"), "good": "Yes"})
    assert agreement.status_code == 200, agreement.text
    assert agreement.json["between"]["kappa"] == pytest.approx(0.6417, abs=5e-5)
    line = send("linearity", {"columns": columns("linearity_aiag"), "part": "part"})
    assert line.json["slope"]["value"] == pytest.approx(-0.131667, abs=1e-6)
    biased = send("bias", {"text": "value\n5,8\n5,7\n6,2\n", "decimal": "comma", "reference": 6})
    assert biased.json["mean"] == pytest.approx(5.9)
    readings = [10, 12, 11, 11, 10, 12, 12, 11, 10, 11, 12, 10]
    stable = send("stability", {"columns": {"value": readings}, "subgroup_size": 3, "rules": ["N1"]})
    assert stable.status_code == 200, stable.text
    assert (stable.json["stable"], stable.json["chart"]["chart"]) == (True, "xbar-r")


def test_data_are_given_in_one_way(send: Any) -> None:
    assert send("bias", {"reference": 6}).json["details"][0]["column"] == "columns"
    assert send("bias", {"reference": 6, "text": "a\n1", "columns": {"a": [1]}}).status_code == 422


def test_a_token_without_the_scope_is_refused(call: Any) -> None:
    answer = call("viewer", "parts:read")("POST", "/msa/bias", json={"reference": 1, "columns": {"value": [1, 2]}})
    assert answer.status_code == 403
