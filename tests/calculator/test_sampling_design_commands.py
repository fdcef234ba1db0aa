"""``sampling zero``, ``isolated``, ``printed``, ``aoq`` and ``variables`` as people and programs run them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from supplier_quality import cli
from supplier_quality.statistics.sampling import Single, outgoing, outgoing_limit
from tests.conformance import published


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command in this process: its exit code and its JSON document."""

    def run(*arguments: str) -> tuple[int, Any]:
        code = cli.run(["sampling", *arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_zero_is_the_smallest_sample_for_a_series_and_for_a_lot(answer: Any) -> None:
    code, found = answer("zero", "--lq", "0.05")
    assert (code, found["sample_size"], found["ac"], found["re"], found["producers_risk"]) == (0, 45, 0, 1, None)
    assert answer("zero", "--lq", "0.05", "--lot-size", "500")[1]["sample_size"] == 43
    assert answer("zero", "--lq", "0.05", "--beta", "0.05")[1]["sample_size"] == 59
    assert answer("zero", "--lq", "0.01", "--lot-size", "20")[1]["inspect_all"] is True


def test_isolated_takes_an_acceptance_number(answer: Any) -> None:
    code, found = answer("isolated", "--lq", "0.08", "--lot-size", "500", "--ac", "1")
    assert (code, found["sample_size"], found["ac"], found["re"]) == (0, 46, 1, 2)
    assert found["consumers_risk"] <= 0.10
    assert answer("isolated", "--lq", "0.08")[0] == 2, "an isolated lot has a size"


PRINTED = "lot_from,lot_to,index,sample_size,ac\n2,25,1.0,all,\n\n26,1200,1.0,34,\n"


def test_printed_answers_with_the_name_and_edition_of_the_table(answer: Any, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text(PRINTED, encoding="utf-8")
    asked = ["printed", str(file), "--name", "Ours", "--edition", "5", "--index", "1.0"]
    assert answer(*asked, "--lot-size", "500") == (
        0, {"name": "Ours", "edition": "5", "sample_size": 34, "ac": 0, "re": 1, "inspect_all": False},
    )  # fmt: skip
    code, found = answer(*asked, "--lot-size", "5000")
    assert (code, found["error"]["details"][0]["column"]) == (1, "index")


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        (PRINTED + "20,30,1.0,8,\n", 5, "lot_from"), (PRINTED.replace("34", "some"), 4, "sample_size"),
        ("lot_from,lot_to\n2,5\n", 1, "index"), ("lot_from,lot_to,index,sample_size,ac\n", None, None),
    ],
)  # fmt: skip
def test_a_mistake_in_a_printed_table_is_named_by_its_line(
    text: str, row: int | None, column: str | None, answer: Any, tmp_path: Path
) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    code, found = answer("printed", str(file), "--name", "O", "--edition", "5", "--index", "1.0", "--lot-size", "9")
    details = found["error"]["details"]
    assert code == 1
    assert (details[0]["row"], details[0]["column"]) == (row, column) if row else details == []


def test_aoq_answers_with_the_limit_both_risks_and_the_points_asked_for(answer: Any) -> None:
    plan = Single(80, 2, 1000)
    asked = ["aoq", "--sample-size", "80", "--ac", "2", "--lot-size", "1000"]
    code, found = answer(*asked, "--p", "0.03", "--p", "0.01", "--aql", "0.01", "--lq", "0.06")
    assert code == 0 and found["aoql"] == outgoing_limit(plan).as_json()
    assert found["points"] == [outgoing(plan, 0.03).as_json(), outgoing(plan, 0.01).as_json()]
    assert found["producers_risk"] < 0.05 and found["consumers_risk"] > 0.10
    assert answer(*asked[:5])[1]["aoql"]["ati"] is None


@pytest.mark.parametrize(
    "row", [row for row in published("sampling_variables_sigma_unknown") if row["code_letter"] in ("B", "F", "P")][::9],
    ids=lambda row: f"{row['inspection']}-{row['code_letter']}-{row['aql']}",
)  # fmt: skip
def test_variables_gives_the_published_plan(row: dict[str, str], answer: Any) -> None:
    asked = ("--code-letter", row["code_letter"], "--aql", row["aql"], "--severity", row["inspection"])
    code, found = answer("variables", *asked)
    assert (code, found["sample_size"], found["k"]) == (0, int(row["n"]), float(row["k_from_M"]))
    assert found["judgement"] is None


def test_variables_judges_a_lot_by_a_file_of_readings(answer: Any, tmp_path: Path) -> None:
    file = tmp_path / "lot.csv"
    readings = [9.8, 10.1, 10.0, 9.9, 10.2, 10.0, 9.7, 10.3, 10.1, 9.9]
    file.write_text("bore\n" + "\n".join(map(str, readings)) + "\n", encoding="utf-8")
    asked = ["variables", str(file), "--code-letter", "F", "--aql", "1.0", "--column", "bore"]
    code, found = answer(*asked, "--lsl", "9", "--usl", "11")
    judged = found["judgement"]
    assert code == 0 and judged["accepted"] is True and judged["n"] == 10
    assert round(judged["q_lower"], 3) == round(judged["q_upper"], 3) == 5.477
    rejected = answer(*asked, "--lsl", "9.9")[1]["judgement"]
    assert (rejected["accepted"], rejected["q_upper"]) == (False, None)
    for wrong, column in (((), "lsl"), (("--lsl", "11", "--usl", "9"), "lsl")):
        assert answer(*asked, *wrong)[1]["error"]["details"][0]["column"] == column
    file.write_text("bore\n9.8\nten\n", encoding="utf-8")
    (problem,) = answer(*asked, "--lsl", "9")[1]["error"]["details"]
    assert (problem["row"], problem["column"]) == (3, "bore")


@pytest.mark.parametrize(
    ("arguments", "column"),
    [
        (["zero", "--lq", "5"], "lq"), (["zero", "--lq", "0.05", "--beta", "0"], "beta"),
        (["isolated", "--lq", "0.05", "--lot-size", "0"], "lot_size"),
        (["isolated", "--lq", "0.05", "--lot-size", "50", "--ac", "-1"], "ac"),
        (["aoq", "--sample-size", "80", "--ac", "2", "--lot-size", "50"], "sample_size"),
        (["aoq", "--sample-size", "80", "--ac", "2", "--aql", "0.1", "--lq", "0.01"], "aql"),
        (["variables", "--code-letter", "A", "--aql", "1.0"], "aql"),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_refused_by_column(arguments: list[str], column: str, answer: Any) -> None:
    code, found = answer(*arguments)
    assert (code, found["error"]["details"][0]["column"]) == (1, column)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_people_get_sentences(language: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    table, lot = tmp_path / "table.csv", tmp_path / "lot.csv"
    table.write_text(PRINTED, encoding="utf-8")
    lot.write_text("value\n" + "\n".join(str(10 + place / 10) for place in range(10)), encoding="utf-8")
    for arguments in (
        ["zero", "--lq", "0.05"],
        ["zero", "--lq", "0.01", "--lot-size", "20"],
        ["isolated", "--lq", "0.08", "--lot-size", "500"],
        ["printed", str(table), "--name", "Ours", "--edition", "5", "--index", "1.0", "--lot-size", "500"],
        ["aoq", "--sample-size", "80", "--ac", "2", "--p", "0.01", "--aql", "0.01", "--lq", "0.06"],
        ["variables", "--code-letter", "F", "--aql", "1.0"],
        ["variables", str(lot), "--code-letter", "F", "--aql", "1.0", "--lsl", "9"],
    ):
        assert cli.run(["sampling", *arguments, "--lang", language]) == 0
        said = capsys.readouterr().out
        assert said.strip() and any("\u4e00" <= sign <= "\u9fff" for sign in said) == (language == "zh")


def test_plans_made_to_measure_import_neither_numpy_nor_pages() -> None:
    script = (
        "import sys; from supplier_quality import cli; "
        "code = cli.run(['sampling', 'zero', '--lq', '0.05', '--json']); print(*sys.modules); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    imported = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert imported & {"numpy", "scipy", "flask", "sqlalchemy", "openpyxl", "python_calamine"} == set()
