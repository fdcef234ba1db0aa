"""Readings in subgroups: by size, by label, of different sizes; and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_quality.statistics.refusals import CannotCompute, check_same_length, readings
from supplier_quality.statistics.sigma import SigmaMethod, within_sigma
from supplier_quality.statistics.subgroups import check_subgroups, individuals, subgroups_by_label, subgroups_of_size

GROUPS = st.lists(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=7), min_size=2, max_size=12)


@settings(deadline=None)
@given(GROUPS)
def test_sums_over_subgroups_are_those_of_each_subgroup_alone(groups: list[list[float]]) -> None:
    labels = [str(number) for number, group in enumerate(groups) for _reading in group]
    found = subgroups_by_label([reading for group in groups for reading in group], labels)
    assert found.means == pytest.approx([np.mean(group) for group in groups], abs=1e-6)
    assert found.ranges == pytest.approx([max(group) - min(group) for group in groups])
    assert found.deviations == pytest.approx([np.std(group, ddof=1) for group in groups], abs=1e-6)


def test_readings_of_one_label_need_not_stand_together() -> None:
    found = subgroups_by_label([1, 10, 3, 14], ["a", "b", "a", "b"])
    assert found.means.tolist() == [2, 12]
    assert [found.row_of(index) for index in range(4)] == [1, 3, 2, 4]


def test_by_size_and_by_label_give_the_same() -> None:
    values = np.arange(12.0) ** 2
    by_size, by_label = subgroups_of_size(values, 4), subgroups_by_label(values, list("aaaabbbbcccc"))
    assert by_size.size == by_label.size == 4
    assert (by_size.squares == by_label.squares).all()


def test_an_incomplete_last_subgroup_is_named_by_its_first_reading() -> None:
    with pytest.raises(CannotCompute) as caught:
        subgroups_of_size(range(13), 5)
    assert caught.value.details[0].row == 11
    assert str(caught.value) == "The last subgroup has 3 readings instead of 5."


def test_every_subgroup_that_is_too_small_is_named() -> None:
    with pytest.raises(CannotCompute) as caught:
        check_subgroups(subgroups_by_label([1, 2, 3, 4, 5], ["a", "a", "b", "c", "c"]))
    assert [(problem.row, problem.column) for problem in caught.value.details] == [(3, "subgroups")]


@pytest.mark.parametrize("size", [0, -1])
def test_a_subgroup_without_readings_is_refused(size: int) -> None:
    with pytest.raises(CannotCompute):
        subgroups_of_size([1, 2], size)


def test_every_reading_that_is_no_number_is_named() -> None:
    with pytest.raises(CannotCompute) as caught:
        readings([1, float("nan"), 2, float("inf")])
    assert [problem.row for problem in caught.value.details] == [2, 4]


def test_columns_of_different_length_are_refused_at_the_first_missing_row() -> None:
    with pytest.raises(CannotCompute) as caught:
        check_same_length(values=[1, 2, 3], sizes=[1])
    assert (caught.value.details[0].row, caught.value.details[0].column) == (2, "sizes")


@pytest.mark.parametrize("method", [SigmaMethod.RBAR, SigmaMethod.SBAR, SigmaMethod.POOLED])
def test_every_estimate_finds_the_sigma_of_many_normal_readings(method: SigmaMethod) -> None:
    values = 5 + 0.25 * np.random.default_rng(2).standard_normal(20_000)
    assert within_sigma(subgroups_of_size(values, 5), method).value == pytest.approx(0.25, rel=0.02)
    labels = [str(index // 3 if index < 9000 else 10**6 + index // 7) for index in range(values.size)]
    uneven = subgroups_by_label(values[:19_000], labels[:19_000])
    assert within_sigma(uneven, method).value == pytest.approx(0.25, rel=0.02)


def test_the_moving_range_finds_the_sigma_of_individual_values() -> None:
    values = 5 + 0.25 * np.random.default_rng(2).standard_normal(20_000)
    assert within_sigma(individuals(values), SigmaMethod.MOVING_RANGE).value == pytest.approx(0.25, rel=0.02)
    with pytest.raises(CannotCompute, match="individual values"):
        within_sigma(subgroups_of_size(values, 5), SigmaMethod.MOVING_RANGE)


@pytest.mark.parametrize(
    ("method", "size", "low", "high"),
    [(SigmaMethod.RBAR, 5, 0.89, 0.95), (SigmaMethod.SBAR, 5, 0.92, 0.99), (SigmaMethod.MOVING_RANGE, 1, 0.55, 0.65)],
)
def test_an_estimate_knows_how_many_degrees_of_freedom_it_is_worth(
    method: SigmaMethod, size: int, low: float, high: float
) -> None:
    values = np.random.default_rng(4).standard_normal(100)
    found = within_sigma(subgroups_of_size(values, size), method)
    assert low < found.degrees_of_freedom / (100 - 100 / size if size > 1 else 99) < high


def test_subgroups_without_variation_inside_are_refused_though_they_differ() -> None:
    with pytest.raises(CannotCompute, match="within each subgroup"):
        within_sigma(subgroups_of_size([1, 1, 2, 2], 2), SigmaMethod.RBAR)
