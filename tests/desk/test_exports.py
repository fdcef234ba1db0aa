"""CSV that no spreadsheet runs."""

import csv
import io

import pytest

from supplier_quality.desk.exports import csv_lines, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_text_that_looks_like_a_formula_is_kept_a_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "cell"), [(-5, "-5"), (None, ""), ("SUP-00001", "SUP-00001"), ("供应商", "供应商")])
def test_other_values_stay_as_they_are(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


def test_lines_begin_with_a_byte_order_mark_and_quote_what_needs_it() -> None:
    text = "".join(csv_lines(("a", "b"), [("x,y", 'say "z"')]))

    assert text.startswith("\ufeffa,b\r\n")
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))[1] == ["x,y", 'say "z"']
