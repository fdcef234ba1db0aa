"""Where the table of a file stands, and what spreadsheets hide: merged cells, hidden rows and sheets, leading zeros."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from supplier_quality.sheets.reading import UnreadableFile, glance_at, read_head, read_sheet
from supplier_quality.sheets.table import Where, fill_merged, guess_header, header_texts
from supplier_quality.suppliers.importing.guessing import guess_columns, guess_where, is_known_header

TITLE = (0, 0, 0, 3)


@pytest.mark.parametrize(
    ("rows", "merged", "found"),
    [
        ([["Vendor", "Country"], ["Acme", "DE"]], (), (1, 1)),
        ([["List of 2026", "", ""], ["", "", ""], ["Vendor", "City", "DUNS"], ["Acme", "Ulm", "1"]], (), (3, 1)),
        ([["Approved vendors", "", "", ""], ["Name", "Ort", "Land", "x"], ["A", "B", "C", "D"]], [TITLE], (2, 1)),
        ([["供应商", "", "工厂", ""], ["名称", "编码", "名称", "城市"], ["甲", "1", "一厂", "上海"]],
         [(0, 0, 0, 1), (0, 0, 2, 3)], (1, 2)),
        ([["Vendor", "Site", ""], ["", "Name", "City"], ["Acme", "W1", "Ulm"]], [(0, 1, 0, 0), (0, 0, 1, 2)], (1, 2)),
        ([["as of", "5"], ["A", "B"], ["1", "2"], ["3", "4"]], (), (2, 1)),
        ([["", ""], ["x", "y"]], (), (2, 1)),
    ],
)  # fmt: skip
def test_the_header_is_found_below_titles_and_over_two_rows(rows: Any, merged: Any, found: tuple[int, int]) -> None:
    assert guess_header(rows, merged, is_known_header) == found


def test_a_header_of_two_rows_is_read_as_group_and_column() -> None:
    rows = [["Vendor", "Site", "", "Note"], ["", "Name", "City", "Note"]]
    assert header_texts(rows, 0, 2, [(0, 1, 0, 0), (0, 0, 1, 2)]) == ["Vendor", "Site / Name", "Site / City", "Note"]
    # CSV has no merged cells: a group reaches to the next one.
    assert header_texts([["Vendor", "", "Site", ""], ["Name", "No", "Name", "City"]], 0, 2, ()) == [
        "Vendor / Name", "Vendor / No", "Site / Name", "Site / City",
    ]  # fmt: skip


def test_a_cell_merged_over_rows_counts_in_each_of_them() -> None:
    rows = [["Vendor", "Site"], ["Acme", "W1"], ["", "W2"], ["Bolt", "W3"]]
    fill_merged(rows, 1, [(1, 2, 0, 0), (0, 0, 0, 1)])
    assert [row[0] for row in rows] == ["Vendor", "Acme", "Acme", "Bolt"]


@pytest.fixture
def untidy(tmp_path: Path) -> Path:
    """A workbook as people send it: a cover, a hidden sheet, a title, two header rows, zeros by format, a hidden row."""
    book = Workbook()
    cover: Any = book.active
    cover.title = "Cover"
    cover.append(["Supplier list of the plant"])
    secret = book.create_sheet("Old")
    secret.sheet_state = "hidden"
    secret.append(["Vendor", "Vendor ID", "Country", "City", "DUNS"])
    secret.append(["Gone", "1", "DE", "Ulm", "123456789"])
    sheet = book.create_sheet("Lieferanten 2026")
    sheet.append(["Stand: 1. November"])
    sheet.append(["Lieferant", None, None, "Werk", None])
    sheet.append(["Name", "Nummer", "DUNS", "Name", "Ort"])
    for row in (
        ["Acme", 7, 12345678, "Werk 1", "Ulm"],
        [None, None, None, "Werk 2", "Köln"],
        ["Bolt", 8, None, "W", "Bonn"],
    ):
        sheet.append(row)
    for cells in ("A1:E1", "A2:C2", "D2:E2", "A4:A5", "B4:B5"):
        sheet.merge_cells(cells)
    sheet["B4"].number_format, sheet["C4"].number_format = "0000", "00-000-0000"
    sheet.row_dimensions[6].hidden = True
    path = tmp_path / "untidy.xlsx"
    book.save(path)
    return path


def test_the_table_of_an_untidy_workbook_is_found_and_read(untidy: Path) -> None:
    glances = glance_at(untidy, name=untidy.name)
    assert [(each.sheet, each.is_shown) for each in glances] == [
        ("Cover", True), ("Old", False), ("Lieferanten 2026", True),
    ]  # fmt: skip
    where = guess_where(glances)
    assert where == Where("Lieferanten 2026", 2, 2)
    sheet = read_sheet(untidy, where=where)
    assert sheet.header == [
        "Lieferant / Name", "Lieferant / Nummer", "Lieferant / DUNS", "Werk / Name", "Werk / Ort",
    ]  # fmt: skip
    assert sheet.rows[:2] == [["Acme", "0007", "01-234-5678", "Werk 1", "Ulm"], ["Acme", "0007", "", "Werk 2", "Köln"]]
    assert (sheet.hidden, list(sheet.lines)) == (1, [4, 5, 6])
    assert {sheet.header[place]: guess.field for place, guess in guess_columns(sheet).items()} == {
        "Lieferant / Name": "name", "Lieferant / Nummer": "key", "Lieferant / DUNS": "duns",
        "Werk / Name": "site.name", "Werk / Ort": "site.city",
    }  # fmt: skip
    head = read_head(untidy, name=untidy.name, where=where)
    assert (head.header, head.rows, head.hidden) == (sheet.header, sheet.rows, 1)


def test_hidden_rows_are_left_out_when_that_is_wanted(untidy: Path) -> None:
    sheet = read_sheet(untidy, where=Where("Lieferanten 2026", 2, 2, leave_hidden=True))
    assert [row[0] for row in sheet.rows] == ["Acme", "Acme"]


def test_a_header_that_is_not_there_is_said(untidy: Path, tmp_path: Path) -> None:
    for where in (Where("Cover", 9), Where("No such sheet", 1)):
        with pytest.raises(UnreadableFile):
            read_sheet(untidy, where=where)
    text = tmp_path / "list.csv"
    text.write_text("Vendors, as of today\n\nVendor;City\nAcme;Ulm\nBolt;Bonn\n", encoding="utf-8")
    where = guess_where(glance_at(text, name=text.name))
    assert (where.line, read_sheet(text, where=where).header) == (3, ["Vendor", "City"])
