"""What the pages do with a table before they compute, without pages."""

import pytest

from supplier_quality.calculator import chart_page
from supplier_quality.calculator.given import ColumnField, guess_columns, text_of
from supplier_quality.calculator.numbers import Decimal
from supplier_quality.calculator.tables import Table, table_of_text
from supplier_quality.language import Text
from supplier_quality.sheets.reading import FAULTS
from supplier_quality.statistics.spc.rules import Rule
from supplier_quality.web.formatting import significant


def test_the_text_of_a_file_keeps_its_rows_and_forgets_what_cannot_be_believed() -> None:
    table = Table(("a", "b"), [["1", "x\ty"], ["2,5", "z"]], [2, 5], None, Decimal.COMMA, {})
    again = table_of_text(text_of(table))
    assert (again.header, list(again.lines), again.likely) == (table.header, [2, 5], Decimal.COMMA)
    assert [list(row) for row in again.rows] == [["1", "x y"], ["2,5", "z"]]


def test_a_cell_that_cannot_be_believed_is_empty_in_the_text() -> None:
    table = Table(("a",), [["1"], ["7"]], [2, 3], None, None, {(3, 0): FAULTS["formula"]})
    assert text_of(table).splitlines()[:2] == ["a", "1"]
    assert "7" not in text_of(table)


def test_columns_are_guessed_by_name_and_the_only_numbers_by_being_so() -> None:
    fields = (
        ColumnField(name="value", label=Text.of("v"), required=True, holds_numbers=True),
        ColumnField(name="part", label=Text.of("p"), required=True, usual=("part", "零件")),
        ColumnField(name="size", label=Text.of("s"), holds_numbers=True),
    )
    assert guess_columns(table_of_text("零件\tx\tnote\n1\t2.5\ta"), fields, {}) == {"part": "零件", "value": "x"}
    assert guess_columns(table_of_text("x\ty\n1\t2"), fields, {}) == {}


def test_the_only_column_is_the_one_however_many_cells_are_mistaken() -> None:
    field = ColumnField(name="value", label=Text.of("v"), required=True, holds_numbers=True)
    assert guess_columns(table_of_text("x\n1\na\nb\nc"), [field], {}) == {"value": "x"}


@pytest.mark.parametrize(
    ("table", "chart", "found"),
    [
        ("size\n10.1\n10.2", "i-mr", {"column": "size"}),
        ("date\tsize\nmon\t10.1\ntue\t10.2", "xbar-r", {"column": "size"}),
        ("subgroup\tsize\n1\t10.1\n1\t10.2", "xbar-r", {"subgroup": "subgroup", "column": "size"}),
        ("diameter\tsize\n10.1\t5\n10.2\t5", "i-mr", {"column": "diameter", "size_column": "size"}),
        ("bad\tsize\n1\t50\n2\t50", "p", {"column": "bad", "size_column": "size"}),
        ("lot\tsize\na\t50\nb\t50", "p", {"size_column": "size"}),
    ],
)
def test_a_lone_column_called_size_holds_the_readings_of_a_chart_for_variables(
    table: str, chart: str, found: dict[str, str]
) -> None:
    assert guess_columns(table_of_text(table), chart_page.PAGE.columns, {"chart": chart}) == found


def test_the_rules_of_the_form_are_those_of_the_statistics() -> None:
    assert tuple(Rule) == chart_page.RULES
    assert list(chart_page.rule_words()) == list(chart_page.RULES)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (12345.678, "12,346"),
        (0.0123456, "0.012346"),
        (-2.5, "-2.5"),
        (0.0, "0"),
        (2.161e-6, "2.161E-6"),
        (None, "–"),
        (float("inf"), "–"),
    ],
)
def test_computed_values_have_five_significant_digits(value: float | None, said: str) -> None:
    assert significant(value) == said
