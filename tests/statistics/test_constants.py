"""The constants of control charts and gauge studies against published tables."""

import csv
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from supplier_quality.statistics import constants

CONFORMANCE = Path(__file__).resolve().parents[1] / "conformance"
OURS: dict[str, Callable[[int], float]] = {
    "d2": constants.d2, "d3": constants.d3, "c4": constants.c4, "A2": constants.a2, "A3": constants.a3,
    "D3": constants.big_d3, "D4": constants.big_d4, "B3": constants.b3, "B4": constants.b4,
    "E2_3_over_d2": lambda n: 3 / constants.d2(n),
}  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    with (CONFORMANCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows("control_chart_constants.csv"), ids=lambda row: f"n{row['n']}")
def test_every_constant_agrees_with_the_table_in_all_its_decimals(row: dict[str, str]) -> None:
    for name, compute in OURS.items():
        assert compute(int(row["n"])) == pytest.approx(float(row[name]), abs=5.1e-5), name


@pytest.mark.parametrize("row", rows("grr_k_constants.csv"), ids=lambda row: f"{row['constant']}-{row['count']}")
def test_the_k_constants_of_gauge_studies_follow_from_the_range_constants(row: dict[str, str]) -> None:
    count = int(row["count"])
    ours = 1 / constants.d2(count) if row["constant"] == "K1_trials" else 1 / constants.d2_star(count, 1)
    assert ours == pytest.approx(float(row["value"]), abs=5.1e-5)


def test_two_and_three_values_have_closed_forms() -> None:
    assert constants.d2(2) == pytest.approx(2 / math.sqrt(math.pi), abs=1e-11)
    assert constants.d3(2) == pytest.approx(math.sqrt(2 - 4 / math.pi), abs=1e-10)
    assert constants.d2(3) == pytest.approx(3 / math.sqrt(math.pi), abs=1e-11)
    assert constants.c4(2) == pytest.approx(math.sqrt(2 / math.pi), abs=1e-14)


def test_many_groups_make_the_gauge_constant_the_range_constant() -> None:
    assert constants.d2_star(5, 10**9) == pytest.approx(constants.d2(5), rel=1e-9)
    assert constants.d2_star(5, 1) > constants.d2_star(5, 2) > constants.d2(5)


def test_large_samples_are_computed_too() -> None:
    assert constants.c4(10_000) == pytest.approx(1 - 1 / (4 * 9_999), abs=1e-8)
    assert constants.d2(1000) == pytest.approx(6.4829, abs=1e-4)


@pytest.mark.parametrize("compute", [constants.d2, constants.d3, constants.c4, constants.a2, constants.b4])
def test_one_value_has_no_range_and_no_deviation(compute: Callable[[int], float]) -> None:
    with pytest.raises(ValueError, match="at least two"):
        compute(1)


@pytest.mark.parametrize("count", [1, 10])
def test_the_variance_of_the_mean_moving_range_is_that_of_simulated_ones(count: int) -> None:
    normal = np.random.default_rng(1).standard_normal((100_000, count + 1))
    simulated = np.abs(np.diff(normal, axis=1)).mean(axis=1).var()
    assert constants.moving_range_variance(count) == pytest.approx(simulated, rel=0.02)
