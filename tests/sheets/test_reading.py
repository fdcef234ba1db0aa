"""Files as people have them: encodings, delimiters, quoted line breaks, spreadsheets, and files made to do harm."""

import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from supplier_quality.sheets import encodings, reading
from supplier_quality.sheets.encodings import UnknownEncoding
from supplier_quality.sheets.reading import UnreadableFile, read_sheet

GERMAN = "Vendor;City\nMüller & Söhne;Köln\nBäcker;Gießen\n"
CHINESE = "供应商,城市\n上海轴承有限公司,上海\n宁波压铸厂,宁波\n"


def write(tmp_path: Path, content: bytes, name: str = "file.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"), (GERMAN, "utf-8-sig"), (GERMAN, "utf-16"), (GERMAN, "utf-16-le"), (GERMAN, "cp1252"),
        (CHINESE, "utf-8"), (CHINESE, "utf-8-sig"), (CHINESE, "utf-16"), (CHINESE, "gb18030"),
    ],
)  # fmt: skip
def test_every_usual_encoding_is_told_apart(tmp_path: Path, text: str, encoding: str) -> None:
    sheet = read_sheet(write(tmp_path, text.encode(encoding)))
    lines = text.splitlines()
    delimiter = ";" if ";" in text else ","
    assert sheet.header == lines[0].split(delimiter)
    assert sheet.rows == [line.split(delimiter) for line in lines[1:]]


def test_an_encoding_nobody_can_tell_is_asked_for() -> None:
    with pytest.raises(UnknownEncoding):
        encodings.detect("Ã„Ã–Ãœ".encode("cp1251", errors="ignore") + bytes([0x81, 0x8D, 0xFF, 0xC3, 0x28, 0xA0, 0xA1]))


def test_a_named_encoding_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownEncoding):
        read_sheet(write(tmp_path, GERMAN.encode("cp1252")), encoding="utf-8")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_wanted_columns(tmp_path: Path, delimiter: str) -> None:
    text = f"Vendor{delimiter}Address, street; no\nAcme{delimiter}A, 1; b\n"
    if delimiter in ",;":
        text = f'Vendor{delimiter}"Address, street; no"\nAcme{delimiter}"A, 1; b"\n'
    sheet = read_sheet(write(tmp_path, text.encode()), wanted=["Vendor", "Address, street; no"])
    assert sheet.rows == [["Acme", "A, 1; b"]]


def test_rows_keep_the_line_of_the_file_on_which_they_begin(tmp_path: Path) -> None:
    text = '\nVendor,Note\nAcme,"two\r\nlines"\n\nBolt,"a\nb\nc"\nCog,\n'
    sheet = read_sheet(write(tmp_path, text.encode()))
    assert [row[0] for row in sheet.rows] == ["Acme", "Bolt", "Cog"]
    assert list(sheet.lines) == [3, 6, 9]


def test_an_open_quotation_mark_is_refused_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_sheet(write(tmp_path, b'Vendor,Note\nAcme,\nBolt,"open\nCog,\n'))
    assert caught.value.details[0].row == 3


@pytest.mark.parametrize("content", [b"", b"\n\n", b" , \n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_sheet(write(tmp_path, content))


def spreadsheet(tmp_path: Path, rows: list[list[object]], name: str = "file.xlsx") -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    path = tmp_path / name
    book.save(path)
    return path


def test_cells_of_a_spreadsheet_are_read_as_people_see_them(tmp_path: Path) -> None:
    path = spreadsheet(
        tmp_path, [["Vendor", "ID", "Since", "Share", "Main"], ["Acme", 17, date(2026, 1, 31), 0.5, True], [None] * 5, ["Bolt", "007"]]
    )  # fmt: skip
    sheet = read_sheet(path)
    assert sheet.rows == [["Acme", "17", "2026-01-31", "0.5", "true"], ["Bolt", "007", "", "", ""]]
    assert list(sheet.lines) == [2, 4]


def test_cells_whose_content_the_spreadsheet_does_not_give_are_named(tmp_path: Path) -> None:
    path = spreadsheet(
        tmp_path,
        [["Vendor", "ID"], ["Acme", "=1+1"], ["Bolt", "#N/A"], ["Cog", 1234567890123456], ["Dow", 123456789012345]],
    )
    sheet = read_sheet(path)
    assert [row[1] for row in sheet.rows] == ["=1+1", "#N/A", "1.23456789012346e+15", "123456789012345"]
    assert sheet.faults == {
        (2, 1): reading.FAULTS["formula"],
        (3, 1): reading.FAULTS["error"],
        (4, 1): reading.FAULTS["long_number"],
    }


def test_a_formula_with_its_value_is_read_as_that_value(tmp_path: Path) -> None:
    path = spreadsheet(tmp_path, [["Vendor", "ID", "Note"], ["Acme", "=1+1", '=""']])
    with_values(path, {"<f>1+1</f><v />": "<f>1+1</f><v>2</v>", '<c r="C2">': '<c r="C2" t="str">'})
    sheet = read_sheet(path)
    assert (sheet.rows[0][:2], sheet.faults) == (["Acme", "2"], {})


def test_a_row_of_nothing_but_a_formula_is_not_taken_for_a_blank_one(tmp_path: Path) -> None:
    sheet = read_sheet(spreadsheet(tmp_path, [["Vendor"], ["Acme"], ["=A2"]]))
    assert (sheet.rows, set(sheet.faults)) == ([["Acme"], ["=A2"]], {(3, 0)})


def with_values(path: Path, changes: dict[str, str]) -> None:
    """Write into the sheet what Excel would have calculated."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    for old, new in changes.items():
        assert old in sheet
        sheet = sheet.replace(old, new)
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_name_that_does_not_fit_its_content_is_refused(tmp_path: Path) -> None:
    path = spreadsheet(tmp_path, [["Vendor"], ["Acme"]])
    with pytest.raises(UnreadableFile):
        read_sheet(path.rename(tmp_path / "file.csv"))
    with pytest.raises(UnreadableFile):
        read_sheet(write(tmp_path, b"Vendor\nAcme\n", "text.xlsx"))
    with pytest.raises(UnreadableFile):
        read_sheet(write(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old.xls"))


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 1_000_000)
    monkeypatch.setattr(reading, "MAX_UNPACKED", 500_000)
    monkeypatch.setattr(reading.subprocess, "Popen", lambda *_a, **_k: pytest.fail("it was unpacked"))
    with pytest.raises(UnreadableFile, match="unpacks to more"):
        read_sheet(path)


def test_a_cell_in_the_last_corner_does_not_take_the_machines_memory(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "Vendor", "far away"
    path = tmp_path / "corner.xlsx"
    book.save(path)
    with pytest.raises(UnreadableFile):
        read_sheet(path)


def test_a_damaged_spreadsheet_is_refused(tmp_path: Path) -> None:
    whole = spreadsheet(tmp_path, [["Vendor"], ["Acme"]]).read_bytes()
    for cut in (30, len(whole) // 2, len(whole) - 30):
        with pytest.raises(UnreadableFile):
            read_sheet(write(tmp_path, whole[:cut], "cut.xlsx"))
