"""Reading gauge studies: what is refused, and where."""

import math
from collections.abc import Callable

import pytest

from supplier_quality.errors import Problem
from supplier_quality.statistics.msa import CannotCompute, Design, GaugeStudy, read_study

Row = tuple[str, str, float]


def _rows() -> list[Row]:
    """Three parts, two appraisers, two trials."""
    return [
        (part, appraiser, 10 * place + shift + trial / 10)
        for place, part in enumerate(["1", "2", "10"])
        for appraiser, shift in (("A", 0.0), ("B", 0.5))
        for trial in range(2)
    ]


def _read(rows: list[Row], design: Design = Design.CROSSED) -> GaugeStudy:
    return read_study([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], design=design)


def _refusal(rows: list[Row], design: Design = Design.CROSSED) -> tuple[str, tuple[Problem, ...]]:
    with pytest.raises(CannotCompute) as caught:
        _read(rows, design)
    return str(caught.value), caught.value.details


def test_readings_are_arranged_by_appraiser_part_and_trial() -> None:
    study = _read(_rows())
    assert study.values.shape == (2, 3, 2)
    assert (study.appraisers, study.parts[0]) == (("A", "B"), ("1", "2", "10"))
    assert study.values[1, 2].tolist() == [20.5, 20.6]


@pytest.mark.parametrize(
    ("change", "problem", "row", "column"),
    [
        (lambda rows: rows[:5] + rows[6:], "Trials of part 2 by appraiser A: 1 instead of 2.", 5, "value"),
        (lambda rows: [*rows, ("2", "B", 9.0)], "Trials of part 2 by appraiser B: 3 instead of 2.", 13, "value"),
        (lambda rows: [row for row in rows if row[:2] != ("2", "B")], "Trials of part 2 by appraiser B: 0 instead of 2.", 6, "value"),
        (lambda rows: [row for row in rows if row[1] == "A"], "Only one appraiser, A: reproducibility cannot be told.", 1, "appraiser"),
        (lambda rows: rows[:4], "Only one part: the variation between parts cannot be told.", 1, "part"),
        (lambda rows: rows[::2], "Only one trial: every appraiser measured every part once, so repeatability cannot be told.", 1, "value"),
        (lambda rows: [(part, name, 1.0) for part, name, _value in rows], "All readings are the same: there is no variation to divide.", 1, "value"),
        (
            lambda rows: [(part, name, float(part)) for part, name, _value in rows],
            "All trials of a part by one appraiser gave the same reading: repeatability cannot be told.", 1, "value",
        ),
        (lambda rows: [*rows[:3], ("1", "B", math.nan), *rows[4:]], "This is not a number.", 4, "value"),
        (lambda rows: [*rows[:3], (" ", "B", 1.0), *rows[4:]], "The part is missing.", 4, "part"),
        (lambda rows: [*rows[:3], ("1", "", 1.0), *rows[4:]], "The appraiser is missing.", 4, "appraiser"),
        (lambda rows: [], "There are no readings.", 1, "value"),
    ],
    ids=[
        "a reading too few", "a reading too many", "a cell without readings", "one appraiser", "one part", "one trial",
        "no variation", "no variation of trials", "no number", "no part", "no appraiser", "nothing",
    ],
)  # fmt: skip
def test_bad_readings_are_refused_with_row_and_column(
    change: Callable[[list[Row]], list[Row]], problem: str, row: int, column: str
) -> None:
    message, details = _refusal(change(_rows()))
    assert message == problem
    assert [(str(found.problem), found.row, found.column) for found in details] == [(problem, row, column)]


def test_every_uneven_cell_is_named() -> None:
    rows = [row for row in _rows() if row[0] != "2" or row[1] != "B"][:-1]
    message, details = _refusal(rows)
    assert message == "The study is not balanced: not every appraiser measured every part equally often."
    assert [str(found.problem) for found in details] == [
        "Trials of part 2 by appraiser B: 0 instead of 2.",
        "Trials of part 10 by appraiser B: 1 instead of 2.",
    ]


def test_parts_of_one_appraiser_only_point_to_the_nested_study() -> None:
    rows = [(part + name, name, value) for part, name, value in _rows()]
    _message, details = _refusal(rows)
    assert "nested" in str(details[0].remedy)
    assert _read(rows, Design.NESTED).parts == (("1A", "2A", "10A"), ("1B", "2B", "10B"))


def test_parts_of_a_nested_study_may_have_the_same_numbers() -> None:
    assert _read(_rows(), Design.NESTED).values.shape == (2, 3, 2)


def test_a_nested_study_needs_equally_many_parts_of_everybody() -> None:
    rows = [
        *_rows(),
        ("11", "B", 1.0),
        ("11", "B", 2.0),
        *((part, "C", value) for part, name, value in _rows() if name == "A"),
    ]
    message, details = _refusal(rows, Design.NESTED)
    assert message == "Parts of appraiser B: 4 instead of 3."
    assert [(found.row, found.column) for found in details] == [(3, "appraiser")]


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(CannotCompute, match="differ in length"):
        read_study(["1"], ["A", "B"], [1.0, 2.0])
