"""``sampling switch`` and ``sampling skip`` beyond what every lot is: reasons, tables of the user, settings."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from supplier_quality import cli

AT = ("--level", "II", "--aql", "1.0")


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command in this process: its exit code and its JSON document."""

    def run(*arguments: str) -> tuple[int, Any]:
        code = cli.run(["sampling", *arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def write(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def lots(folder: Path, counts: Sequence[object]) -> str:
    return write(folder / "lots.csv", "lot,lot_size,nonconforming", *(f"L{n},1000,{c}" for n, c in enumerate(counts)))


def test_switch_explains_when_asked_to(answer: Any, tmp_path: Path) -> None:
    code, found = answer("switch", lots(tmp_path, [3, 3]), *AT, "--explain")
    assert code == 0
    assert found[1]["why"] == "2 of 2 lots in a row were not accepted: tightened inspection from the next lot on."
    assert found[1]["nonconforming"] == 3


def test_switch_takes_limit_numbers_and_another_reason(answer: Any, tmp_path: Path) -> None:
    limits = write(tmp_path / "table8.csv", "sample_from,sample_to,aql,limit", "800,1249,1.0,4")
    given = ["switch", lots(tmp_path, [1] * 10), *AT, "--standard", "z1.4", "--steady", "--authorised", "--explain"]
    assert answer(*given)[1][-1]["next"] == "reduced"
    last = answer(*given, "--limits", limits)[1][-1]
    assert (last["next"], last["limit_nonconforming"], last["limit_number"]) == ("normal", 10, 4)
    assert answer(*given, "--other-reason")[1][-1]["next"] == "normal"


def test_switch_takes_steadiness_and_the_severity_of_resubmitted_lots_by_lot(answer: Any, tmp_path: Path) -> None:
    file = write(
        tmp_path / "lots.csv",
        "lot,lot_size,nonconforming,steady,resubmitted,resubmitted_as",
        "1,1000,0,yes,,", "2,1000,2,,yes,normal", "3,1000,0,no,,",
    )  # fmt: skip
    _code, found = answer("switch", file, *AT, "--start", "reduced")
    assert [(each["severity"], each["next"]) for each in found] == [
        ("reduced", "reduced"), ("normal", "reduced"), ("reduced", "normal"),
    ]  # fmt: skip


def test_a_severity_that_is_none_is_refused_by_row(answer: Any, tmp_path: Path) -> None:
    file = write(tmp_path / "lots.csv", "lot,lot_size,nonconforming,resubmitted_as", "1,1000,0,strict")
    code, found = answer("switch", file, *AT)
    (problem,) = found["error"]["details"]
    assert (code, problem["row"], problem["column"], problem["value"]) == (1, 2, "resubmitted_as", "strict")


OVERRIDES = "severity,code_letter,aql,ac,re,arrow,reason"


def test_cells_of_the_user_come_from_a_file_with_their_reason(answer: Any, tmp_path: Path, capsys: Any) -> None:
    file = write(tmp_path / "own.csv", OVERRIDES, "normal,J,1.0,1,,,our licensed copy")
    plan = ["plan", "--lot-size", "1000", *AT, "--overrides", file]
    code, found = answer(*plan)
    assert (code, found["ac"], found["re"]) == (0, 1, 2)
    assert cli.run(["sampling", *plan]) == 0
    assert "our licensed copy" in capsys.readouterr().out
    _code, judged = answer("switch", lots(tmp_path, [2]), *AT, "--overrides", file)
    assert judged[0]["accepted"] is False


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("normal,J,1.0,1,2,,", "reason"), ("normal,Z,1.0,1,2,,x", "overrides"), ("normal,J,1.1,1,2,,x", "aql"),
        ("normal,J,1.0,many,2,,x", "ac"), ("normal,J,1.0,3,2,,x", "re"), ("normal,J,1.0,1,2,up,x", "overrides"),
        ("strict,J,1.0,1,2,,x", "severity"), ("normal,J,1.0,,,,x", "ac"), ("normal,J,1.0,,,left,x", "arrow"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_is_refused_by_row(line: str, column: str, answer: Any, tmp_path: Path) -> None:
    file = write(tmp_path / "own.csv", OVERRIDES, "normal,H,1.0,1,2,,fine", line)
    code, found = answer("plan", "--lot-size", "1000", *AT, "--overrides", file)
    problem = found["error"]["details"][0]
    assert (code, problem["row"], problem["column"]) == (1, 3, column)


def test_a_file_without_the_columns_names_them_all(answer: Any, tmp_path: Path) -> None:
    code, found = answer("plan", "--lot-size", "9", *AT, "--overrides", write(tmp_path / "own.csv", "aql,ac", "1.0,1"))
    assert code == 1
    assert [each["column"] for each in found["error"]["details"]] == ["severity", "code_letter", "reason"]


def test_skip_answers_lot_by_lot_and_about_the_next_one(answer: Any, tmp_path: Path) -> None:
    file = lots(tmp_path, [0] * 10 + [""])
    qualified = ("--supplier-qualified", "--product-qualified")
    code, found = answer("skip", file, *AT, *qualified, "--draw", "0.7")
    assert code == 0 and found["inspect_next"] is False
    assert [each["inspected"] for each in found["lots"]] == [True] * 10 + [False]
    assert (found["lots"][9]["score"], found["lots"][9]["next"], found["lots"][9]["next_one_in"]) == (50, "skip_lot", 2)
    assert answer("skip", lots(tmp_path, [0] * 10), *AT, *qualified)[1]["inspect_next"] is None


def test_every_number_of_skip_lot_sampling_is_a_setting(answer: Any, tmp_path: Path) -> None:
    settings = (
        "--supplier-qualified", "--product-qualified", "--least-lots", "2", "--score-needed", "6", "--points-accepted", "2",
        "--points-one-step-tighter", "3", "--points-two-steps-tighter", "3", "--frequency", "3", "--frequency", "6",
        "--lots-per-step", "1", "--requalify-accepted", "1",
    )  # fmt: skip
    _code, found = answer("skip", lots(tmp_path, [0, 1, 0, 3, 0]), *AT, *settings)
    assert [(each["next"], each["next_one_in"]) for each in found["lots"]] == [
        ("lot_by_lot", 1), ("skip_lot", 3), ("skip_lot", 6), ("interruption", 1), ("skip_lot", 6),
    ]  # fmt: skip
    assert answer("skip", lots(tmp_path, [0]), *AT, "--start", "skip_lot")[1]["lots"][0]["stage"] == "skip_lot"


@pytest.mark.parametrize(
    ("counts", "more", "column"),
    [
        ([0, ""], (), "nonconforming"), ([0, "many"], (), "nonconforming"), ([0, 81], (), "nonconforming"),
        ([0], ("--frequency", "1"), "frequencies"), ([0], ("--draw", "2"), "draw"),
    ],
)  # fmt: skip
def test_skip_refuses_with_column_and_remedy(
    counts: Sequence[object], more: tuple[str, ...], column: str, answer: Any, tmp_path: Path
) -> None:
    code, found = answer("skip", lots(tmp_path, counts), *AT, *more)
    (problem,) = found["error"]["details"]
    assert (code, problem["column"]) == (1, column) and problem["remedy"]
    assert problem["row"] == (3 if column == "nonconforming" else None)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_people_get_a_table_and_a_sentence_for_every_lot(
    language: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = lots(tmp_path, [0, 3])
    for command in (["switch", file], ["skip", file, "--draw", "0.5"]):
        assert cli.run(["sampling", *command, *AT, "--lang", language]) == 0
        said = capsys.readouterr().out
        assert "L0: " in said and "L1: " in said
        assert any("\u4e00" <= sign <= "\u9fff" for sign in said) == (language == "zh")
