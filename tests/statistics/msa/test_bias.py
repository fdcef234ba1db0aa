"""Bias and linearity: the test, the verdict, and what is refused."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_quality.errors import BadInput
from supplier_quality.statistics.msa import CannotCompute, bias, linearity
from tests.statistics.msa.published import agrees, columns, expected

READINGS = [float(value) for value in columns("bias_aiag")["value"]]


def test_bias_gives_the_numbers_of_the_aiag_example() -> None:
    result = bias(READINGS, 6.0)
    published = expected("bias_aiag")
    assert {
        name: getattr(result, name) for name in published if not agrees(getattr(result, name), published[name])
    } == {}
    assert result.lower == pytest.approx(2 * result.bias - result.upper)
    assert result.acceptable
    assert str(result.sentences[0]).startswith("The bias is acceptable")


@given(
    values=st.lists(st.integers(-1000, 1000), min_size=3, max_size=20).filter(lambda given: len(set(given)) > 1),
    reference=st.integers(-1000, 1000),
    alpha=st.sampled_from([0.01, 0.05, 0.2]),
)
@settings(deadline=None)
def test_bias_is_acceptable_exactly_when_the_test_does_not_reject(
    values: list[int], reference: int, alpha: float
) -> None:
    result = bias(values, reference, alpha=alpha)
    if abs(result.p - alpha) > 1e-6:
        assert result.acceptable == (result.p > alpha)
    moved = bias([7 + value / 4 for value in reversed(values)], 7 + reference / 4, alpha=alpha)
    assert (moved.t, moved.p) == (pytest.approx(result.t, abs=1e-9), pytest.approx(result.p, abs=1e-9))
    assert moved.sigma_repeatability == pytest.approx(result.sigma_repeatability / 4)


def test_few_readings_are_computed_and_said() -> None:
    result = bias([1.0, 1.1, 1.2], 2.0, process_sigma=0.5)
    assert not result.acceptable
    assert result.percent_ev == pytest.approx(20)
    assert [str(sentence) for sentence in result.sentences] == [
        "The bias is not acceptable: it differs from zero (p 0.0041, alpha 0.05).",
        "Only 3 readings; the AIAG manual asks for at least 10.",
    ]


@pytest.mark.parametrize(
    ("values", "problem", "row"),
    [
        ([1.0, math.inf, 2.0], "This is not a number.", 2),
        ([1.0], "At least two readings are needed.", 1),
        ([1.0, 1.0, 1.0], "All readings are the same: repeatability cannot be told.", 1),
    ],
)
def test_readings_without_a_bias_are_refused(values: list[float], problem: str, row: int) -> None:
    with pytest.raises(CannotCompute) as caught:
        bias(values, 1.0)
    assert [(str(found.problem), found.row, found.column) for found in caught.value.details] == [
        (problem, row, "value")
    ]


@pytest.mark.parametrize("wrong", [{"alpha": 0.0}, {"alpha": 1.0}, {"process_sigma": 0.0}, {"reference": math.nan}])
def test_impossible_settings_of_bias_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        bias(READINGS, **{"reference": 6.0, **wrong})  # type: ignore[arg-type]


def _linear(values: list[float], references: list[float], **more: object):  # type: ignore[no-untyped-def]
    return linearity(values, references, **more)  # type: ignore[arg-type]


def test_linearity_without_parts_takes_equal_references_as_one_part() -> None:
    cells = columns("linearity_aiag")
    values, references = list(map(float, cells["value"])), list(map(float, cells["reference"]))
    by_reference = _linear(values, references)
    assert [part.part for part in by_reference.parts] == ["2", "4", "6", "8", "10"]
    by_part = _linear(values, references, parts=cells["part"])
    assert by_reference.slope == by_part.slope


@given(seed=st.integers(0, 2**32), shift=st.sampled_from([0.0, 100.0]), factor=st.sampled_from([0.01, 3.0]))
@settings(max_examples=30, deadline=None)
def test_linearity_knows_neither_order_nor_unit(seed: int, shift: float, factor: float) -> None:
    rng = random.Random(seed)
    references = [float(size) for size in (2, 4, 6, 8) for _time in range(3)]
    values = [size + rng.gauss(0, 0.2) for size in references]
    before = _linear(values, references)
    order = rng.sample(range(len(values)), len(values))
    after = _linear([factor * values[i] + shift for i in order], [factor * references[i] + shift for i in order])
    assert after.slope.value == pytest.approx(before.slope.value, abs=1e-9)
    assert after.slope.p == pytest.approx(before.slope.p, abs=1e-6)
    assert after.sigma == pytest.approx(factor * before.sigma)
    assert after.acceptable == before.acceptable


@given(seed=st.integers(0, 2**32), offset=st.sampled_from([-0.3, -0.1, 0.0, 0.1, 0.2]))
@settings(max_examples=60, deadline=None)
def test_linearity_is_acceptable_where_zero_lies_in_the_band_all_along(seed: int, offset: float) -> None:
    rng = random.Random(seed)
    references = [float(size) for size in (1, 2, 5, 9, 10) for _time in range(4)]
    result = _linear([size + offset + rng.gauss(0, 0.3) for size in references], references)
    inside = []
    for step in range(2001):
        x = 1 + 9 * step / 2000
        mean = sum(references) / len(references)
        sxx = sum((size - mean) ** 2 for size in references)
        # The half width at a part tells the t value, so that the test needs no table of its own.
        at = result.parts[0]
        reach = (at.band_upper - at.fitted) / math.sqrt(1 / len(references) + (at.reference - mean) ** 2 / sxx)
        half = reach * math.sqrt(1 / len(references) + (x - mean) ** 2 / sxx)
        inside.append(abs(result.intercept.value + result.slope.value * x) <= half + 1e-9)
    assert result.acceptable == all(inside)


@pytest.mark.parametrize(
    ("values", "references", "parts", "problem", "row", "column"),
    [
        ([1, math.nan, 3], [1, 2, 3], None, "This is not a number.", 2, "value"),
        ([1, 2, 3], [1, 2, math.nan], None, "This is not a number.", 3, "reference"),
        ([1, 2, 3], [2, 2, 2], None, "Linearity needs parts with different reference values.", 1, "reference"),
        ([1, 2, 3], [1, 2, 3], ["a", "b", "a"], "Part a has the reference 3 here and 1 above.", 3, "reference"),
        ([1, 2, 3], [1, 2, 3], ["a", "", "c"], "The part is missing.", 2, "part"),
        ([1, 2], [1, 2], None, "The readings do not vary around the line: its coefficients cannot be tested.", 1, "value"),
        ([1.1, 1.1, 2.1, 2.1], [1, 1, 2, 2], None, "The readings do not vary around the line: its coefficients cannot be tested.", 1, "value"),
    ],
)  # fmt: skip
def test_readings_without_a_line_are_refused(
    values: list[float], references: list[float], parts: list[str] | None, problem: str, row: int, column: str
) -> None:
    with pytest.raises(CannotCompute) as caught:
        _linear(values, references, parts=parts)
    assert [(str(found.problem), found.row, found.column) for found in caught.value.details] == [(problem, row, column)]


@pytest.mark.parametrize("wrong", [{"alpha": 0.0}, {"process_variation": -1.0}])
def test_impossible_settings_of_linearity_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        _linear([1.0, 2.1, 3.0], [1.0, 2.0, 3.0], **wrong)


def test_a_constant_bias_is_told_from_one_that_changes() -> None:
    references = [float(size) for size in (2, 4, 6, 8, 10) for _time in range(4)]
    noise = [0.1, -0.1, 0.05, -0.05] * 5
    constant = _linear([size + 1 + extra for size, extra in zip(references, noise, strict=True)], references)
    assert not constant.acceptable
    assert any("constant bias" in str(sentence) for sentence in constant.sentences)
    few = _linear([1.1, 0.9, 2.05, 1.95], [1, 1, 2, 2])
    assert few.acceptable
    assert str(few.sentences[-1]) == "Only 2 parts; the AIAG manual asks for at least 5."
    single = _linear([1.1, 0.9, 2.05, 3.0], [1, 1, 2, 3])
    assert (single.parts[1].bias.t, single.parts[1].bias.sigma) == (None, None)
    same = _linear([1.5, 1.5, 2.05, 1.95], [1, 1, 2, 2])
    assert (same.parts[0].bias.sigma, same.parts[0].bias.p) == (0.0, None)


def test_the_drawn_line_goes_through_every_part_with_its_band() -> None:
    cells = columns("linearity_aiag")
    result = linearity(list(map(float, cells["value"])), list(map(float, cells["reference"])), parts=cells["part"])
    at = {each.reference: each for each in result.line}
    assert [each.reference for each in result.line] == sorted(at)
    assert (result.line[0].reference, result.line[-1].reference) == (2, 10)
    for part in result.parts:
        there = at[part.reference]
        assert (there.fitted, there.lower, there.upper) == (part.fitted, part.band_lower, part.band_upper)


def test_a_very_small_p_is_said_to_be_smaller() -> None:
    assert "p < 0.0001" in str(bias([1.0, 1.001, 1.002, 1.003], 5.0).sentences[0])
