"""Cells, maps and folding, without a database."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supplier_quality.sheets.reading import Sheet
from supplier_quality.suppliers.importing import cells
from supplier_quality.suppliers.importing.cells import BadCellError
from supplier_quality.suppliers.importing.checking import check_sheet
from supplier_quality.suppliers.importing.files import read_drafts
from supplier_quality.suppliers.importing.folding import Drafts, fold_sheet
from supplier_quality.suppliers.importing.mapping import BadColumns, BadMap, column_names, make_map, read_map

COLUMNS = {
    "name": "Vendor", "key": "No", "country": "Country", "duns": "DUNS",
    "site": {"name": "Plant", "city": "City"}, "contact": {"email": "Mail", "role": "Role", "primary": "Main"},
}  # fmt: skip
HEADER = ["Vendor", "No", "Country", "DUNS", "Plant", "City", "Mail", "Role", "Main"]


def fold(*rows: list[str], columns: dict[str, Any] | None = None, header: list[str] | None = None) -> Drafts:
    header = header or HEADER
    padded = [[*row, *[""] * (len(header) - len(row))] for row in rows]
    sheet = Sheet(header, padded, range(2, len(rows) + 2))
    return fold_sheet(check_sheet(sheet, make_map(columns or COLUMNS), owners={"ann@plant.example": 1}))


def problems(drafts: Drafts) -> list[tuple[int | None, str | None, str | None]]:
    return [(problem.row, problem.column, problem.value) for problem in drafts.checked.problems]


def test_rows_of_one_supplier_are_folded_and_fill_each_other() -> None:
    drafts = fold(
        ["Acme ", "1", "Germany", "", "Works 1", "Ulm", "q@acme.example", "Quality"],
        ["  Acme", "1", "", "12-345-6789", "Works 2", "", "Q@Acme.example", "sales; 质量"],
        ["Acme", "1", "DE", "", "Works  1", "", "", ""],
    )
    assert not problems(drafts)
    assert drafts.suppliers.items == [{"name": "Acme", "source_key": "1", "country": "DE", "duns": "123456789"}]
    assert [site["name"] for site in drafts.sites.items] == ["Works 1", "Works 2"]
    assert [(c["email"], c["roles"]) for c in drafts.contacts.items] == [("q@acme.example", ["commercial", "quality"])]


def test_rows_that_say_otherwise_are_refused_with_both_places() -> None:
    drafts = fold(["Acme", "1", "DE"], ["Bolt", "1", "DE"], ["Acme", "1", "AT"])
    assert problems(drafts) == [(3, "Vendor", "Bolt"), (4, "Country", "AT")]
    assert "Row 2" in str(drafts.checked.problems[0].problem)


def test_every_bad_cell_is_reported() -> None:
    drafts = fold(
        ["", "1", "Germani", "12345678"],
        ["Bo\u202elt", "2", "", "", "", "Ulm"],
        ["Cog", "3", "", "", "", "", "x@y", "boss", "perhaps"],
        ["x" * 201, "4"],
    )
    assert sorted(problems(drafts), key=str) == sorted(
        [
            (2, "Vendor", ""), (2, "Country", "Germani"), (2, "DUNS", "12345678"),
            (3, "Vendor", "'Bo\\u202elt'"),
            (4, "Mail", "x@y"), (4, "Role", "boss"), (4, "Main", "perhaps"),
            (5, "Vendor", "x" * 80),
        ],
        key=str,
    )  # fmt: skip
    assert "Germany" in str(next(p.remedy for p in drafts.checked.problems if p.column == "Country"))


def test_a_described_site_needs_a_name() -> None:
    assert problems(fold(["Acme", "1", "", "", "", "Ulm"])) == [(2, "Plant", "")]


def test_a_row_without_key_beside_one_of_the_same_name_with_a_key_is_refused() -> None:
    assert problems(fold(["Acme", "1"], ["Acme", ""], ["Bolt", ""])) == [(3, "No", "")]


def test_two_primary_contacts_of_one_supplier_are_refused() -> None:
    rows = [["Acme", "1", "", "", "", "", f"{name}@acme.example", "", "yes"] for name in ("q", "r")]
    assert problems(fold(*rows)) == [(3, "Main", "yes")]


def test_texts_that_stand_for_nothing_are_left_out() -> None:
    drafts = fold(["Acme", "1", "N/A"], columns={**COLUMNS, "empty": ["N/A"]})
    assert drafts.suppliers.items == [{"name": "Acme", "source_key": "1"}]


def test_a_row_with_more_cells_than_the_header_is_refused() -> None:
    sheet = Sheet(["Vendor"], [["Acme"], ["Bolt", "", "Ulm"], ["Cog", ""]], range(2, 5))
    checked = check_sheet(sheet, make_map({"name": "Vendor"}), owners={})
    assert [(problem.row, problem.value) for problem in checked.problems] == [(3, "Ulm")]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "Vendor", "cuntry": "C"}, "country"),
        ({"key": "Vendor ID"}, "name: Vendor"),
        ({"name": "Vendor", "site": {"city": "City"}}, "site.name"),
        ({"name": "Vendor", "site": "Plant"}, "site: {name: ...}"),
        ({"name": ["Vendor"]}, "header"),
    ],
)
def test_a_map_that_names_nothing_known_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(BadMap) as caught:
        make_map(given)
    assert said in str(caught.value.details[0].remedy)


def test_a_map_file_is_read_strictly() -> None:
    assert read_map("name: Vendor\nsite.name: Plant\nkey: 007\nempty: N/A\n").as_json() == {
        "name": "Vendor", "site.name": "Plant", "key": "007", "empty": ["N/A"],
    }  # fmt: skip
    for text in ("name: a\nname: b", "- name", "name: [", "", "1: a"):
        with pytest.raises(BadMap):
            read_map(text)


def test_a_column_the_file_does_not_have_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadColumns) as caught:
        fold(["Acme"], header=["vendor"], columns={"name": "Vendor"})
    assert "vendor" in str(caught.value.details[0].remedy)
    with pytest.raises(BadColumns, match="does not have"):
        fold(["Acme", "B"], header=["Vendor", "Vendor"], columns={"name": "Vendor"})


def test_a_value_for_every_row_fills_what_has_no_column() -> None:
    columns = {"name": "Vendor", "site": {"city": "City"}, "contact": {"email": "Mail"}}
    constants = {"country": "德国", "site.name": "Main works", "site.country": "DE", "contact.language": "en"}
    drafts = fold(
        ["Acme", "1", "", "", "", "Ulm", "q@acme.example"], ["Bolt"], columns={**columns, "constant": constants}
    )
    assert not problems(drafts)
    assert [item["country"] for item in drafts.suppliers.items] == ["DE", "DE"]
    # A row that says nothing of a site or a contact gets none.
    assert drafts.sites.items == [{"name": "Main works", "city": "Ulm", "country": "DE"}]
    assert [(item["email"], item["language"]) for item in drafts.contacts.items] == [("q@acme.example", "en")]


@pytest.mark.parametrize(
    ("given", "about"),
    [
        ({"name": "Vendor", "constant": {"duns": "123456789"}}, "duns"),
        ({"name": "Vendor", "country": "Country", "constant": {"country": "DE"}}, "country"),
        ({"name": "Vendor", "constant": {"cuntry": "DE"}}, "cuntry"),
        ({"name": "Vendor", "constant": "DE"}, "constant"),
        ({"name": "Vendor", "match": "duns"}, "duns"),
        ({"name": "Vendor", "match": "colour"}, "match"),
        ({"name": "Vendor", "number": "No"}, "number"),
    ],
)
def test_values_for_every_row_and_keys_that_make_no_sense_are_refused(given: dict[str, Any], about: str) -> None:
    with pytest.raises(BadMap) as caught:
        make_map(given)
    assert caught.value.details[0].column == about


@pytest.mark.parametrize(("field", "text"), [("country", "Atlantis"), ("owner", "x@y.example"), ("note", "a\u202eb")])
def test_a_value_for_every_row_is_checked_as_a_cell_is(field: str, text: str) -> None:
    with pytest.raises(BadMap) as caught:
        fold(["Acme"], columns={"name": "Vendor", "constant": {field: text}})
    assert caught.value.details[0].column == field


def test_columns_of_one_name_and_without_a_name_can_be_told_apart() -> None:
    header = ["Name", "Name", ""]
    assert column_names(header) == ["Name (1)", "Name (2)", "[C]"]
    columns = {"name": "Name (1)", "contact": {"name": "Name (2)"}, "country": "[C]"}
    drafts = fold(["Acme", "Quinn", "DE"], columns=columns, header=header)
    assert (drafts.suppliers.items, drafts.contacts.items) == ([{"name": "Acme", "country": "DE"}], [{"name": "Quinn"}])
    with pytest.raises(BadColumns) as caught:
        fold(["Acme"], columns={"name": "Name"}, header=header)
    assert "Name (2)" in str(caught.value.details[0].remedy)


def test_numbers_that_a_spreadsheet_shortened_are_refused() -> None:
    rows = [["Acme", "1.23457E+12", "", "1.23E+08"], ["Bolt", "1234567890123"], ["Cog", "00012"], ["Dow", "12E4X"]]
    drafts = fold(*rows)
    assert problems(drafts) == [(2, "No", "1.23457E+12"), (2, "DUNS", "1.23E+08")]
    assert [item["source_key"] for item in drafts.suppliers.items] == ["1234567890123", "00012", "12E4X"]


def test_rows_are_told_apart_by_what_the_map_says() -> None:
    rows = [["Acme", "1", "", "123456789"], ["Acme", "2", "", "123456780"]]
    by_duns = fold(*rows, columns={**COLUMNS, "match": "duns"})
    assert [item["source_key"] for item in by_duns.suppliers.items] == ["1", "2"]
    assert problems(fold(*rows, columns={**COLUMNS, "match": "name"})) == [(3, "No", "2"), (3, "DUNS", "123456780")]
    same_key = [["Acme", "1", "", "123456789"], ["Bolt", "1", "", "123456780"]]
    assert problems(fold(*same_key, columns={**COLUMNS, "match": "duns"})) == [(3, "No", "1")]


@pytest.mark.parametrize(
    ("check", "text", "value"),
    [
        ("country", "uk", "GB"), ("country", "德国", "DE"), ("country", "Viet  Nam", "VN"), ("country", "USA", "US"),
        ("business_licence", "91350100M000100Y43", "91350100M000100Y43"), ("language", "Chinese", "zh"),
        ("language", "en_GB", "en"), ("website", "acme.example/de", "https://acme.example/de"), ("yes_no", "是", True),
        ("phone", "+49 (0)731 123-45", "+49 (0)731 123-45"), ("zone", "Asia/Shanghai", "Asia/Shanghai"),
    ],
)  # fmt: skip
def test_cells_mean_what_people_write(check: str, text: str, value: object) -> None:
    assert cells.CHECKS[check](text) == value


@pytest.mark.parametrize(
    ("check", "text"),
    [
        ("country", "Atlantis"), ("business_licence", "91350100M000100Y44"), ("business_licence", "9135"),
        ("language", "klingonish"), ("website", "javascript:alert(1)"), ("website", "nothing"), ("phone", "call me"),
        ("zone", "Europe/Ulm"), ("email", "a@b"), ("email", "a b@c.de"), ("email", "a@b..de"), ("email", "x\n@y.de"),
        ("duns", "12345678X"),
    ],
)  # fmt: skip
def test_cells_that_mean_nothing_are_refused(check: str, text: str) -> None:
    with pytest.raises(BadCellError):
        cells.CHECKS[check](text)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Germny", "Germany"), ("switserland", "Switzerland"), ("Phillipines", "Philippines"), ("Untied States", "United States"),
        ("Narnia", None), ("Atlantis", None), ("Oz", None),
    ],
)  # fmt: skip
def test_only_a_country_one_slip_away_is_proposed(text: str, near: str | None) -> None:
    with pytest.raises(BadCellError) as caught:
        cells.country(text)
    asked = str(caught.value.remedy)
    assert asked == f"Did you mean {near}?" if near else "Did you mean" not in asked


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
rows = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["", "DE", "China"]), st.sampled_from(["", "Works", "Plant 2"])),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows, names=st.lists(words, min_size=6, max_size=6), data=st.data())
def test_the_order_of_the_rows_does_not_change_what_a_file_says(
    rows: list[tuple[int, str, str]], names: list[str], data: st.DataObject
) -> None:
    lines = [[names[number], str(number), country, "", plant] for number, country, plant in rows]
    shuffled = data.draw(st.permutations(lines))
    one, other = fold(*lines), fold(*shuffled)
    assert bool(one.checked.problems) == bool(other.checked.problems)
    if not one.checked.problems:
        assert said(one) == said(other)


def said(drafts: Drafts) -> Any:
    suppliers = drafts.suppliers.items
    sites = sorted(
        (suppliers[o]["source_key"], s["name"]) for o, s in zip(drafts.sites.owners, drafts.sites.items, strict=True)
    )
    return sorted(suppliers, key=lambda item: item["source_key"]), sites


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=30), max_size=8
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
)
def test_what_a_csv_writer_wrote_is_read_again(names: list[str], encoding: str, delimiter: str, tmp_path: Path) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(["Vendor", "No"])
    writer.writerows([name, place] for place, name in enumerate(names))
    path = tmp_path / "written.csv"
    path.write_bytes(buffer.getvalue().encode(encoding))
    drafts = read_drafts(path, make_map({"name": "Vendor", "key": "No"}), owners={})
    kept = [" ".join(name.split()) for name in names]
    good = [name for name in kept if name]
    if not drafts.checked.problems:
        assert [item["name"] for item in drafts.suppliers.items] == good
    assert len({problem.row for problem in drafts.checked.problems}) >= len(kept) - len(good)
