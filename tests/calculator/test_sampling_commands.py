"""``supplier-quality sampling`` as people and programs run it."""

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from supplier_quality import cli

PLAN = ["sampling", "plan", "--lot-size", "1000", "--level", "II", "--aql", "1.0"]
HEAD = ("lot", "lot_size", "nonconforming")


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command in this process: its exit code and its JSON document."""

    def run(*arguments: str) -> tuple[int, Any]:
        code = cli.run([*arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def write(path: Path, rows: Sequence[Sequence[object]], head: Sequence[str] = HEAD) -> str:
    lines = [",".join(map(str, row)) for row in [head, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_plan_answers_with_the_promised_keys(answer: Any) -> None:
    assert answer(*PLAN, "--severity", "normal") == (
        0,
        {
            "standard": "iso2859-1", "edition": "2026", "lot_code_letter": "J", "code_letter": "J", "sample_size": 80,
            "ac": 2, "re": 3, "arrow": None, "inspect_all": False,
        },
    )  # fmt: skip


def test_plan_takes_the_other_standard_and_severity(answer: Any) -> None:
    _code, found = answer(*PLAN, "--severity", "reduced", "--standard", "z1.4")
    assert (found["standard"], found["sample_size"], found["ac"], found["re"]) == ("z1.4", 32, 1, 3)


def test_plan_of_a_small_lot_inspects_all_with_the_numbers_of_the_plan(answer: Any) -> None:
    _code, found = answer("sampling", "plan", "--lot-size", "10", "--level", "II", "--aql", "1", "--severity", "normal")
    assert found["inspect_all"] and found["sample_size"] == 10
    assert (found["lot_code_letter"], found["code_letter"], found["ac"], found["re"], found["arrow"]) == (
        "B", "E", 0, 1, "down",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "column"), [(("--lot-size", "0"), "lot_size"), (("--aql", "1.1"), "aql"), (("--aql", "x"), "aql")]
)
def test_plan_refuses_with_column_and_remedy_and_no_number(change: tuple[str, str], column: str, answer: Any) -> None:
    code, found = answer(*PLAN, *change)
    assert code == 1 and set(found) == {"error"}
    (problem,) = found["error"]["details"]
    assert (problem["column"], problem["value"]) == (column, change[1]) and problem["remedy"]


@pytest.mark.parametrize("change", [("--level", "IV"), ("--severity", "strict"), ("--standard", "none")])
def test_plan_wrongly_called_ends_with_2(change: tuple[str, str], answer: Any) -> None:
    assert answer(*PLAN, *change)[0] == 2


def test_a_disputed_cell_is_said_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        cli.run(["sampling", "plan", "--lot-size", "200", "--level", "II", "--aql", "1", "--severity", "tightened"])
        == 0
    )
    said = capsys.readouterr()
    assert "Inspect 80 pieces." in said.out and "licensed copy" in said.err
    assert cli.run([*PLAN, "--lang", "zh"]) == 0
    assert "80" in capsys.readouterr().out


def test_plan_imports_neither_numpy_nor_scipy_nor_pages() -> None:
    script = f"import sys; from supplier_quality import cli; code = cli.run({[*PLAN, '--json']}); print(*sys.modules); sys.exit(code)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    imported = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert "supplier_quality" in imported
    assert imported & {"numpy", "scipy", "flask", "sqlalchemy", "openpyxl", "python_calamine"} == set()


def test_plan_needs_less_than_half_a_second_of_the_processor() -> None:
    """Processor time, which other work on the machine does not lengthen."""
    took = []
    for _attempt in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "supplier_quality.cli", *PLAN, "--json"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    assert min(took) < 0.5


TEN = [(f"L{number}", 1000, 1) for number in range(1, 11)]


def test_switch_answers_lot_by_lot(answer: Any, tmp_path: Path) -> None:
    file = write(tmp_path / "lots.csv", TEN)
    code, found = answer("sampling", "switch", file, "--level", "II", "--aql", "1.0", "--steady", "--authorised")
    assert code == 0 and len(found) == 10
    assert found[0] == {
        "lot": "L1", "severity": "normal", "code_letter": "J", "sample_size": 80, "ac": 2, "re": 3, "accepted": True,
        "score": 3, "next": "normal",
    }  # fmt: skip
    assert (found[9]["score"], found[9]["next"]) == (30, "reduced")
    assert answer("sampling", "switch", file, "--level", "II", "--aql", "1.0", "--steady")[1][9]["next"] == "normal"


def test_switch_begins_where_it_is_told_and_ends_discontinued(answer: Any, tmp_path: Path) -> None:
    file = write(tmp_path / "lots.csv", [(number, 1000, 5) for number in range(6)])
    _code, found = answer("sampling", "switch", file, "--level", "II", "--aql", "1.0", "--start", "tightened")
    assert [each["next"] for each in found] == ["tightened"] * 4 + ["discontinued"] * 2
    assert (found[5]["severity"], found[5]["accepted"]) == ("discontinued", None)


def test_switch_reads_spreadsheets_too(answer: Any, tmp_path: Path) -> None:
    book = Workbook()
    for row in [HEAD, *TEN]:
        book.worksheets[0].append(row)
    book.save(tmp_path / "lots.xlsx")
    code, found = answer("sampling", "switch", str(tmp_path / "lots.xlsx"), "--level", "II", "--aql", "1.0")
    assert code == 0 and [each["lot"] for each in found] == [lot for lot, _size, _count in TEN]


def test_the_order_of_columns_is_irrelevant(answer: Any, tmp_path: Path) -> None:
    answers = []
    for order in permutations(range(3)):
        file = write(tmp_path / "lots.csv", [[row[at] for at in order] for row in TEN], [HEAD[at] for at in order])
        answers.append(answer("sampling", "switch", file, "--level", "II", "--aql", "1.0"))
    assert all(each == answers[0] for each in answers) and answers[0][0] == 0


def test_columns_for_streams_resubmission_and_resumption_are_taken(answer: Any, tmp_path: Path) -> None:
    rows = [(1, 1000, 3, "P1", ""), (2, 1000, 0, "P1", "yes"), (3, 1000, 3, "P2", "no"), (4, 1000, 3, "P1", "否")]
    file = write(tmp_path / "lots.csv", rows, [*HEAD, "part", "Resubmitted"])
    _code, found = answer("sampling", "switch", file, "--level", "II", "--aql", "1.0")
    assert [each["severity"] for each in found] == ["normal", "tightened", "normal", "normal"]
    assert [each["next"] for each in found] == ["normal", "normal", "normal", "tightened"]


@pytest.mark.parametrize(
    ("head", "row", "place"),
    [
        (HEAD, ("L1", "many", 0), (2, "lot_size")),
        (HEAD, ("L1", "", 0), (2, "lot_size")),
        (HEAD, ("L1", 1000, 1.5), (2, "nonconforming")),
        (HEAD, ("L1", 1000, 81), (2, "nonconforming")),
        (HEAD, ("L1", 0, 0), (2, "lot_size")),
        (HEAD, ("", 1000, 0), (2, "lot")),
        (("lot", "size", "nonconforming"), ("L1", 1000, 0), (1, "lot_size")),
        ((*HEAD, "resubmitted"), ("L1", 1000, 0, "perhaps"), (2, "resubmitted")),
        ((*HEAD, "resumes"), ("L1", 1000, 0, "yes"), (2, "resumes")),
    ],
)
def test_switch_refuses_by_row_and_column(
    head: Sequence[str], row: Sequence[object], place: tuple[int, str], answer: Any, tmp_path: Path
) -> None:
    code, found = answer("sampling", "switch", write(tmp_path / "l.csv", [row], head), "--level", "II", "--aql", "1.0")
    assert code == 1 and set(found) == {"error"}
    (problem,) = found["error"]["details"]
    assert (problem["row"], problem["column"]) == place and problem["remedy"]


def test_oc_answers_in_the_order_asked(answer: Any) -> None:
    code, found = answer("sampling", "oc", "--sample-size", "80", "--ac", "2", "--p", "0.05", "--p", "0.01")
    assert code == 0 and [each["p"] for each in found] == [0.05, 0.01]
    assert round(found[1]["pa"], 4) == 0.9534


def test_oc_of_a_small_lot_is_exact(answer: Any) -> None:
    _code, found = answer("sampling", "oc", "--sample-size", "5", "--ac", "0", "--p", "0.1", "--lot-size", "10")
    assert round(found[0]["pa"], 12) == 0.5


def test_find_answers_with_a_plan_and_its_risks(answer: Any) -> None:
    points = ["--aql", "0.01", "--alpha", "0.05", "--lq", "0.06", "--beta", "0.10"]
    code, found = answer("sampling", "find", *points)
    assert code == 0 and (found["sample_size"], found["ac"], found["re"]) == (110, 3, 4)
    assert found["producers_risk"] <= 0.05 and found["consumers_risk"] <= 0.10


@pytest.mark.parametrize(
    ("arguments", "column"),
    [
        (["oc", "--sample-size", "80", "--ac", "2", "--p", "1.5"], "p"),
        (["oc", "--sample-size", "80", "--ac", "2", "--p", "0.1", "--lot-size", "50"], "sample_size"),
        (["find", "--aql", "1", "--alpha", "0.05", "--lq", "6", "--beta", "0.1"], "aql"),
        (["find", "--aql", "0.06", "--alpha", "0.05", "--lq", "0.01", "--beta", "0.1"], "aql"),
    ],
)
def test_curves_of_plans_that_cannot_be_are_refused(arguments: list[str], column: str, answer: Any) -> None:
    code, found = answer("sampling", *arguments)
    assert (code, found["error"]["details"][0]["column"]) == (1, column)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_people_get_sentences_and_tables(language: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = write(tmp_path / "lots.csv", TEN)
    for arguments in (
        ["plan", "--lot-size", "5", "--level", "II", "--aql", "1.0"],
        ["switch", file, "--level", "II", "--aql", "1.0"],
        ["oc", "--sample-size", "80", "--ac", "2", "--p", "0.01"],
        ["find", "--aql", "0.01", "--alpha", "0.05", "--lq", "0.06", "--beta", "0.1"],
    ):
        assert cli.run(["sampling", *arguments, "--lang", language]) == 0
        said = capsys.readouterr().out
        assert said.strip() and any("\u4e00" <= sign <= "\u9fff" for sign in said) == (language == "zh")
