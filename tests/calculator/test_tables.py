"""Tables as people have them: files, pasted texts, decimal commas, missing and impossible cells."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from supplier_quality.calculator.numbers import Decimal
from supplier_quality.calculator.tables import BadTable, Table, read_table, table_of_columns, table_of_text
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _


@pytest.mark.parametrize(
    "text",
    [
        "part\tvalue\nA\t1.5\nB\t2\n",
        "part;value\nA;1,5\nB;2\n",
        "part,value\nA,1.5\nB,2\n",
        "part\tvalue\r\nA\t1,5\r\nB\t2\r\n",
        'part,value\nA,"1,5"\nB,2\n',
        "\npart|value\n\nA|1.5\nB|2\n\n",
        " part ; value \n A ; 1,5 \n B ; 2 \n",
    ],
)
def test_columns_are_taken_by_name_whatever_stands_between_the_cells(text: str) -> None:
    taken = table_of_text(text).take(numbers=["value"], labels=["part"])
    assert taken.numbers["value"] == [1.5, 2.0]
    assert taken.labels["part"] == ["A", "B"]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1.5", "-2", "+3e-2"], [1.5, -2, 0.03]),
        (["1,5", "\u22122", "3E2"], [1.5, -2, 300]),
        (["1.234,5", "2,5"], [1234.5, 2.5]),
        (["1,234.5", "2.5"], [1234.5, 2.5]),
        (["1 234,5", "2"], [1234.5, 2]),
        (["1\u202f234", "2'000"], [1234, 2000]),
        (["1,234", "2,5"], [1.234, 2.5]),
        (["0,234", "1,234"], [0.234, 1.234]),
        (["1.234", "2.345"], [1.234, 2.345]),
        ([".5", "5."], [0.5, 5]),
    ],
)
def test_a_column_pasted_alone_is_read_with_its_decimal_sign(cells: list[str], numbers: list[float]) -> None:
    assert table_of_text("\n".join(["value", *cells])).numbers("value") == numbers


@pytest.mark.parametrize(
    "cell", ["n/a", "-", "<0.5", "1.2.3", "NaN", "inf", "1_000", "٣", "5%", "0x1", "1e999", "2026-01-31"]
)
def test_a_cell_that_is_no_number_is_refused_with_its_place(cell: str) -> None:
    with pytest.raises(BadTable) as caught:
        table_of_text(f"part\tvalue\nA\t1\nB\t{cell}\n").numbers("value")
    (problem,) = caught.value.details
    assert (problem.row, problem.column, problem.value) == (3, "value", cell)
    assert problem.remedy is not None


def test_every_cell_that_cannot_be_used_is_named_at_once() -> None:
    table = table_of_text("part;value;count\nA;;1\n;x;2\nC;3;2.5\nD;4;-1\nE;5\n")
    with pytest.raises(BadTable) as caught:
        table.take(numbers=["value"], counts=["count"], labels=["part"])
    found = [(problem.row, problem.column, problem.value) for problem in caught.value.details]
    assert found == [
        (2, "value", ""), (3, "value", "x"), (3, "part", ""), (4, "count", "2.5"), (5, "count", "-1"), (6, "count", ""),
    ]  # fmt: skip
    assert str(caught.value) == "Cells that cannot be used: 6."


def test_columns_nobody_asks_for_may_hold_anything() -> None:
    assert table_of_text("value\tnote\n1\tn/a\n2\n").numbers("value") == [1, 2]


def test_a_number_that_may_mean_two_is_refused_until_the_sign_is_said() -> None:
    text = "value\n1,234\n5,678\n"
    with pytest.raises(BadTable) as caught:
        table_of_text(text).numbers("value")
    assert [problem.row for problem in caught.value.details] == [2, 3]
    assert table_of_text(text, decimal=Decimal.COMMA).numbers("value") == [1.234, 5.678]
    assert table_of_text(text, decimal=Decimal.POINT).numbers("value") == [1234, 5678]


def test_semicolons_between_the_cells_say_that_the_comma_is_the_decimal_sign() -> None:
    assert table_of_text("part;value\nA;1,234\n").numbers("value") == [1.234]


@pytest.mark.parametrize(
    ("cells", "refused"), [(["1.5", "2.5", "3,5"], 4), (["1,5", "2,5", "3.5"], 4), (["1,5", "2,5", "1.234"], 4)]
)
def test_mixed_decimal_signs_are_refused_where_the_rarer_one_stands(cells: list[str], refused: int) -> None:
    with pytest.raises(BadTable) as caught:
        table_of_text("\n".join(["value", *cells])).numbers("value")
    assert [problem.row for problem in caught.value.details] == [refused]


def test_an_unknown_column_lists_the_known_ones() -> None:
    with pytest.raises(BadTable) as caught:
        table_of_text("part\tvalue\nA\t1\n").take(numbers=["valu"], labels=["prt"])
    assert [(problem.column, str(problem.remedy)) for problem in caught.value.details] == [
        ("valu", "Choose one of: part, value."), ("prt", "Choose one of: part, value."),
    ]  # fmt: skip


def test_a_column_is_found_without_regard_to_case_unless_two_differ_by_it() -> None:
    assert table_of_text("Value\n1\n").numbers("value") == [1]
    assert table_of_text("Value\tvalue\n1\t2\n").numbers("value") == [2]
    with pytest.raises(BadTable, match="does not have the columns"):
        table_of_text("Value\tVALUE\n1\t2\n").numbers("value")


def test_a_decimal_comma_between_commas_is_seen_as_a_cell_too_many() -> None:
    with pytest.raises(BadTable) as caught:
        table_of_text("part,value\nA,1,5\n").numbers("value")
    assert (caught.value.details[0].row, caught.value.details[0].value) == (2, "5")


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_empty_text_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="empty"):
        table_of_text(text)


def test_a_header_without_rows_is_refused() -> None:
    with pytest.raises(BadTable, match="no rows"):
        table_of_text("value\n").numbers("value")


def test_numbers_without_a_header_are_refused() -> None:
    with pytest.raises(BadTable) as caught:
        table_of_text("1.5\n2.5\n")
    assert (caught.value.details[0].row, caught.value.details[0].value) == (1, "1.5")


def test_a_spreadsheet_gives_its_numbers_and_names_the_cells_that_cannot_be_believed(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["part", "value"], ["A", 1.25], ["B", 3], ["C", "=1/0"], ["D", None]):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(tmp_path / "readings.xlsx")
    table = read_table(tmp_path / "readings.xlsx")
    assert table.labels("part") == ["A", "B", "C", "D"]
    with pytest.raises(BadTable) as caught:
        table.numbers("value")
    assert [problem.row for problem in caught.value.details] == [4, 5]
    assert "formula" in str(caught.value.details[0].problem)


def test_a_file_is_read_in_the_encoding_of_its_country(tmp_path: Path) -> None:
    (tmp_path / "werte.csv").write_bytes("Prüfer;Wert\nMüller;1,5\n".encode("cp1252"))
    taken = read_table(tmp_path / "werte.csv").take(numbers=["Wert"], labels=["Prüfer"])
    assert (taken.numbers["Wert"], taken.labels["Prüfer"]) == ([1.5], ["Müller"])


def test_columns_sent_by_a_program_count_their_rows_from_one() -> None:
    table = table_of_columns({"value": [1.5, None, "x", 2]})
    with pytest.raises(BadTable) as caught:
        table.numbers("value")
    assert [(problem.row, problem.value) for problem in caught.value.details] == [(2, ""), (3, "x")]


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(BadTable) as caught:
        table_of_columns({"part": ["A"], "value": [1, 2]})
    assert [(problem.row, problem.column) for problem in caught.value.details] == [(2, "part")]


def test_refusals_of_the_statistics_get_the_rows_and_columns_of_the_table() -> None:
    taken = table_of_text("\nWert\n1\n2\n").take(numbers=["Wert"])
    with pytest.raises(BadInput) as caught, taken.locating(values="Wert"):
        raise BadInput(_("No."), (Problem(_("No."), row=2, column="values"),))
    assert (caught.value.details[0].row, caught.value.details[0].column) == (4, "Wert")


@settings(deadline=None)
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20), st.sampled_from(["\t", ";"])
)
def test_every_number_a_program_writes_comes_back_the_same(numbers: list[float], delimiter: str) -> None:
    rows = [f"{number!r}{delimiter}x" for number in numbers]
    table = table_of_text("\n".join([f"value{delimiter}note", *rows]), decimal=Decimal.POINT)
    assert table.numbers("value") == numbers


def test_the_report_of_a_wrong_column_stays_short() -> None:
    table = Table(("value",), [["x"]] * 5000, range(2, 5002))
    with pytest.raises(BadTable) as caught:
        table.numbers("value")
    assert len(caught.value.details) == 1000
    assert str(caught.value) == "Cells that cannot be used: 5000; the first 1000 are named."


@pytest.mark.parametrize("text", ["v\n1\n2\n\n3\n", 'v\n1\n2\n""\n3\n'])
def test_a_blank_row_in_a_single_column_is_a_missing_reading(text: str) -> None:
    """Left out it would move the readings below it into other subgroups."""
    with pytest.raises(BadTable) as refused:
        table_of_text(text).numbers("v")
    assert [(problem.row, problem.column) for problem in refused.value.details] == [(4, "v")]


def test_blank_rows_around_the_readings_are_left_out() -> None:
    assert table_of_text("\n\nv\n\n1\n2\n\n\n").numbers("v") == [1.0, 2.0]
    assert table_of_text("v\tw\n1\t3\n\n2\t4\n").numbers("v") == [1.0, 2.0], (
        "between several columns it sets rows apart"
    )
