"""Axes that people can read, for numbers of any size."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from supplier_quality.charts.numbers import classes, every, exact, nice_step, percent, scale

numbers = st.floats(-1e280, 1e280)
some = st.lists(numbers, min_size=1, max_size=30)


def said(values: list[float]) -> list[str]:
    return [text for _at, text in scale(values, 0.0, 300.0).ticks()]


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.0, 10.0], ["0.0", "2.5", "5.0", "7.5", "10.0"]),
        ([9.98, 10.07], ["9.98", "10.00", "10.02", "10.04", "10.06"]),
        ([-3.0, 3.0], ["−2", "0", "2"]),
        ([1234.0, 5678.0], ["2,000", "3,000", "4,000", "5,000"]),
    ],
)
def test_ticks_are_round(values: list[float], ticks: list[str]) -> None:
    assert said(values) == ticks


@pytest.mark.parametrize(
    ("values", "unit"),
    [([2e9, 3e9], "×10⁹"), ([1e-7, 3e-7], "×10⁻⁹"), ([1.0, 999999.0], ""), ([0.001, 0.002], ""), ([-4e6], "×10⁶")],
)
def test_an_axis_of_long_numbers_counts_in_powers_of_a_thousand(values: list[float], unit: str) -> None:
    assert scale(values, 0.0, 300.0).unit == unit


@given(some)
def test_ticks_are_few_distinct_and_in_order(values: list[float]) -> None:
    axis = scale(values, 0.0, 300.0)
    places = [place for place, _text in axis.ticks()]

    assert 1 <= len(places) <= 9
    assert places == sorted(places)
    assert all(0 <= place <= 300 for place in places)
    assert len({text for _place, text in axis.ticks()}) == len(places)


@given(some, st.booleans(), st.booleans())
def test_all_values_are_on_the_axis_in_their_order(values: list[float], from_zero: bool, whole: bool) -> None:
    axis = scale(values, 300.0, 0.0, from_zero=from_zero, whole=whole)
    places = [axis.at(value) for value in sorted(values)]

    assert all(0 <= place <= 300 for place in places)
    assert places == sorted(places, reverse=True)
    if from_zero:
        assert axis.low <= 0 <= axis.high


@given(st.floats(1e-200, 1e200))
def test_a_step_is_one_two_two_and_a_half_or_five(least: float) -> None:
    digits = f"{nice_step(least):.6e}".split("e")[0].rstrip("0").rstrip(".")
    assert digits in ("1", "2", "2.5", "5")
    assert nice_step(least) >= least * 0.998


@given(some)
def test_every_value_is_counted_in_one_class(values: list[float]) -> None:
    found = classes(values)

    assert sum(count for _low, _high, count in found) == len(values)
    assert len(found) <= 80
    assert all(low < high for low, high, _count in found)


@given(st.lists(st.integers(-500, 500).map(lambda each: each / 8), min_size=2, max_size=200))
def test_a_value_is_within_the_bounds_of_its_class(values: list[float]) -> None:
    assume(min(values) < max(values))
    found = classes(values)

    for number, (low, high, count) in enumerate(found):
        last = number == len(found) - 1
        inside = [value for value in values if low - 1e-6 <= value < high - 1e-6 or (last and abs(value - high) < 1e-6)]
        assert len(inside) == count


def test_values_in_tables_lose_nothing_that_was_measured() -> None:
    assert [exact(value) for value in (10.02, 0.1 + 0.2, 1e-9, -0.0, 123456789.5, None, float("nan"))] == [
        "10.02", "0.3", "1e-09", "0", "123456789.5", "–", "–",
    ]  # fmt: skip
    assert percent(0.025) == "2.5 %"


@pytest.mark.parametrize(("count", "room", "step"), [(7, 300, 1), (25, 300, 5), (1000, 300, 200)])
def test_labels_are_left_out_evenly(count: int, room: float, step: int) -> None:
    assert every(count, room, 40.0) == step
