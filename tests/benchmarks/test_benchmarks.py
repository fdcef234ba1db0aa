"""The benchmarks run, compare the outputs of both ways, and say what came out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import SUITE
from benchmarks.measuring import Result, in_turns, table

ROOT = Path(__file__).parents[2]


def _run(folder: Path, *arguments: str) -> list[dict[str, object]]:
    figures = folder / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--json", str(figures), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("| id | what | ours |")
    results: list[dict[str, object]] = json.loads(figures.read_text())["results"]
    return results


def test_rules_are_measured(tmp_path: Path) -> None:
    results = _run(tmp_path, "--only", "rules")
    assert len(results) == 3
    assert all(result["ratio"] > 0 for result in results)  # type: ignore[operator]


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", [name for name in SUITE if name != "rules"])
def test_every_benchmark_runs_and_its_outputs_agree(tmp_path: Path, name: str) -> None:
    assert _run(tmp_path, "--only", name)


def test_ways_take_turns_and_each_round_has_its_ratio() -> None:
    order: list[str] = []

    def way(name: str, rate: float):  # type: ignore[no-untyped-def]
        return lambda: order.append(name) or rate

    turns = in_turns(way("ours", 30.0), way("theirs", 10.0), rounds=3)
    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert turns.ratios(0, 1) == (3.0, 3.0, 3.0)


def test_a_target_is_reached_by_the_median() -> None:
    result = Result("B0", "something", "/s", 5, 10, (0.4, 0.5, 0.9), target=0.5)
    assert result.reached is True
    assert "| 0.50 (0.40 - 0.90) | >= 0.5 | yes |" in "\n".join(table([result]))
