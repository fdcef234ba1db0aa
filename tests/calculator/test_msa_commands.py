"""``stats grr``, ``agreement``, ``bias``, ``linearity`` and ``stability`` on files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supplier_quality import cli
from tests.statistics.msa.published import FOLDER

Run = Callable[..., tuple[int, Any]]
GAUGE = str(FOLDER / "gauge_spcforexcel.csv")
RATINGS = str(FOLDER / "agreement_jasp.csv")
LINEARITY = str(FOLDER / "linearity_aiag.csv")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``stats`` with --json; the exit code and the document."""

    def call(*arguments: str) -> tuple[int, Any]:
        code = cli.run(["stats", *arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return call


def _write(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_grr_answers_with_the_keys_that_are_promised(run: Run) -> None:
    code, answer = run(
        "grr", GAUGE, "--part", "part", "--appraiser", "appraiser", "--value", "value", "--method", "anova"
    )
    assert code == 0
    for kind in ("study_variation", "contribution"):
        assert answer[f"percent_{kind}"].keys() == {"ev", "av", "interaction", "grr", "pv"}
    assert answer["percent_study_variation"]["grr"] == pytest.approx(33.07, abs=0.005)
    assert answer["percent_contribution"]["grr"] == pytest.approx(10.94, abs=0.005)
    assert (answer["percent_tolerance"], answer["ndc"], answer["pooled"]) == (None, 4, True)
    assert answer["p_interaction"] == pytest.approx(0.9964, abs=5e-5)
    assert answer["tv"] == pytest.approx(0.8958**0.5, abs=5e-5)
    assert answer["verdict"] == "unacceptable"
    assert len(answer["cells"]) == 15


def test_grr_takes_method_alpha_tolerance_and_multiplier(run: Run) -> None:
    _code, answer = run("grr", GAUGE, "--method", "range", "--tolerance", "10", "--multiplier", "5.15")
    assert (answer["interaction"], answer["pooled"], answer["anova"]) == (None, None, [])
    assert answer["percent_tolerance"]["grr"] == pytest.approx(100 * 5.15 * answer["grr"] / 10)
    _code, kept = run("grr", GAUGE, "--alpha", "1")
    assert (kept["pooled"], kept["alpha"]) == (False, 1)
    _code, nested = run("grr", str(FOLDER / "gauge_nested_jasp.csv"), "--design", "nested")
    assert nested["percent_study_variation"]["grr"] == pytest.approx(22.40, abs=0.005)


def test_an_uneven_study_is_refused_with_part_appraiser_and_line(run: Run, tmp_path: Path) -> None:
    lines = Path(GAUGE).read_text(encoding="utf-8").splitlines()
    header = lines[0].replace("part", "Teil").replace("value", "Wert")
    code, answer = run(
        "grr", _write(tmp_path / "a.csv", header, *lines[1:4], *lines[5:]), "--part", "Teil", "--value", "Wert"
    )
    assert code == 1
    assert answer.keys() == {"error"}
    [problem] = answer["error"]["details"]
    assert problem["problem"] == "Trials of part 1 by appraiser 2: 2 instead of 3."
    assert (problem["row"], problem["column"]) == (6, "Wert")
    assert problem["remedy"]


def test_missing_and_non_numeric_cells_are_named(run: Run, tmp_path: Path) -> None:
    file = _write(tmp_path / "a.csv", "part,appraiser,value", "1,A,1.0", "1,A,", "1,B,x", ",B,1.2")
    code, answer = run("grr", file)
    assert (code, answer["error"]["code"]) == (1, "bad_table")
    assert [(found["row"], found["column"]) for found in answer["error"]["details"]] == [
        (3, "value"),
        (4, "value"),
        (5, "part"),
    ]


def test_agreement_answers_with_the_keys_that_are_promised(run: Run) -> None:
    code, answer = run("agreement", RATINGS, "--good", "Yes")
    assert code == 0
    by_name = {one["appraiser"]: one for one in answer["appraisers"]}
    one = by_name["EG"]
    assert one["kappa_reference"] == pytest.approx(0.6129, abs=5e-5)
    # Reference No: parts 2, 6, 8, 9 and 11; EG passed part 6 three times.
    assert (one["effectiveness"], one["miss_rate"]) == (0.8, 0.2)
    assert one["false_alarm_rate"] == pytest.approx(5 / 30)
    assert one["within"] == pytest.approx(0.9055, abs=5e-5)
    assert answer["between"]["kappa"] == pytest.approx(0.6417, abs=5e-5)
    assert len(answer["between"]["pairs"]) == 3


def test_an_unknown_good_label_is_refused(run: Run) -> None:
    code, answer = run("agreement", RATINGS, "--good", "OK")
    assert code == 1
    [problem] = answer["error"]["details"]
    assert (problem["row"], problem["column"], problem["value"]) == (2, "reference", "OK")
    assert "No, Yes" in problem["remedy"]


def test_a_reference_that_changes_within_a_part_is_refused_with_its_line(run: Run, tmp_path: Path) -> None:
    lines = Path(RATINGS).read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].rpartition(",")[0] + ",No"
    code, answer = run("agreement", _write(tmp_path / "a.csv", *lines), "--good", "Yes")
    [problem] = answer["error"]["details"]
    assert (code, problem["row"], problem["column"], problem["value"]) == (1, 3, "reference", "No")


def test_bias_linearity_and_stability_answer(run: Run, tmp_path: Path) -> None:
    file = _write(tmp_path / "a.csv", "value", "5.8", "5.7", "5.9", "6.1")
    _code, biased = run("bias", file, "--reference", "6")
    assert biased["bias"] == pytest.approx(-0.125)
    assert biased["acceptable"] is True
    _code, line = run("linearity", LINEARITY, "--part", "part", "--process-variation", "2")
    assert line["slope"]["value"] == pytest.approx(-0.131667, abs=1e-6)
    assert line["linearity"] == pytest.approx(0.263333, abs=1e-6)
    assert [part["part"] for part in line["parts"]] == list("12345")
    steady = [f"{10 + step / 10:.1f}" for step in (0, 2, 1, 1, 0, 2, 2, 1, 0, 1, 2, 0)]
    _code, stable = run("stability", _write(tmp_path / "b.csv", "value", *steady), "--subgroup-size", "3")
    assert (stable["stable"], stable["sentences"]) == (True, ["The gauge is stable: no rule is broken."])
    moved = [*steady, "19.0", "19.1", "19.2"]
    _code, changed = run("stability", _write(tmp_path / "c.csv", "value", *moved), "--subgroup-size", "3")
    assert (changed["stable"], changed["bias_stable"], changed["repeatability_stable"]) == (False, False, True)
    assert changed["sentences"][0].startswith("The gauge is not stable: its bias has changed or drifts (points ")


def test_stability_without_subgroups_is_refused(run: Run, tmp_path: Path) -> None:
    code, answer = run("stability", _write(tmp_path / "a.csv", "value", "1", "2", "3"))
    assert (code, answer["error"]["code"]) == (1, "bad_study")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("grr", GAUGE, "--tolerance", "5"), ["Repeatability (EV)", "33.07", "0.996373", "(ndc): 4", "not acceptable"]),
        (("grr", GAUGE, "--method", "range"), ["Repeatability (EV)", "(ndc): "]),
        (("agreement", RATINGS, "--good", "Yes"), ["0.612903", "EG / MH", "Appraiser EG: not acceptable."]),
        (("bias", LINEARITY, "--reference", "6"), ["Confidence interval", "The bias is"]),
        (("linearity", LINEARITY), ["Slope", "-0.131667", "Linearity is not acceptable"]),
        (("stability", LINEARITY, "--subgroup", "part"), ["The gauge is not stable"]),
    ],
)
def test_people_read_tables_and_sentences(
    arguments: tuple[str, ...], said: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert cli.run(["stats", *arguments]) == 0
    printed = capsys.readouterr().out
    assert [words for words in said if words not in printed] == []
