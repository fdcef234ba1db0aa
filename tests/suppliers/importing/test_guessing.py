"""What columns are taken for, by header and by content, and with which reason."""

import pytest

from supplier_quality.sheets.reading import Sheet, read_head
from supplier_quality.suppliers.importing.guessing import Guess, Why, guess_columns
from tests.suppliers.conftest import real_file

LICENCES = ["91350100M000100Y43", "92371000MA3MXH0E3W"]


def guess(header: list[str], *rows: list[str]) -> dict[str, Guess]:
    sheet = Sheet(header, list(rows), range(2, len(rows) + 2))
    return {header[place]: found for place, found in guess_columns(sheet).items()}


@pytest.mark.parametrize(
    ("header", "field", "language"),
    [
        ("Vendor", "name", "en"), ("Name of supplier", "name", "en"), ("Lieferantenname", "name", "de"),
        ("Kreditor", "name", "de"), ("供应商名称", "name", "zh"), ("公司全称", "name", "zh"),
        ("VendorID", "key", "en"), ("Lieferanten-Nr.", "key", "de"), ("供应商编码", "key", "zh"), ("No.", "key", "en"),
        ("Land", "country", "de"), ("国家（地区）", "country", "zh"), ("Supplier Country (ISO)", "country", "en"),
        ("D-U-N-S® Number", "duns", "en"), ("邓白氏编码", "duns", "zh"),
        ("统一社会信用代码", "business_licence", "zh"), ("营业执照号", "business_licence", "zh"),
        ("Manufacturing Site", "site.name", "en"), ("Werk / Ort", "site.city", "de"), ("工厂地址", "site.address", "zh"),
        ("Straße", "site.address", "de"), ("Site Country", "site.country", "en"), ("Zeitzone", "site.zone", "de"),
        ("Ansprechpartner", "contact.name", "de"), ("联系人", "contact.name", "zh"), ("E-Mail", "contact.email", "en"),
        ("联系人邮箱", "contact.email", "zh"), ("Tel.-Nr.", "contact.phone", "de"), ("职务", "contact.role", "zh"),
        ("Bemerkung", "note", "de"), ("Homepage", "website", "en"), ("Our number", "number", "en"),
    ],
)  # fmt: skip
def test_headers_are_understood_in_three_languages(header: str, field: str, language: str) -> None:
    assert guess([header]) == {header: Guess(field, Why.HEADER, (language,))}


def test_a_header_with_a_slip_is_understood_and_said_to_be_doubtful() -> None:
    assert guess(["Manufacturng Site"])["Manufacturng Site"] == Guess("site.name", Why.ALIKE, ("manufacturing site",))
    assert guess(["PLZ", "Shipment Mode", "Notar"]) == {}


def test_a_column_without_a_known_header_is_told_by_what_stands_in_it() -> None:
    found = guess(
        ["A", "B", "C", "D", "E", "F"],
        ["12-345-6789", "q@acme.example", "Germany", LICENCES[0], "SUP-00012", "17"],
        ["987654321", "-", "CN", LICENCES[1], "SUP-00013", "18"],
        ["123456780", "r@bolt.example", "法国", "", "", "19"],
        ["123456781", "s@bolt.example", "DEU", "", "", "20"],
        ["123456782", "t@bolt.example", "Poland", "", "", "21"],
    )
    assert {header: each.field for header, each in found.items()} == {
        "A": "duns", "B": "contact.email", "C": "country", "D": "business_licence", "E": "number",
    }  # fmt: skip
    assert found["B"] == Guess("contact.email", Why.CONTENT, (4, 5))


def test_content_that_does_not_fit_its_header_is_doubted_or_not_believed() -> None:
    rows = [["DE", "1"], ["CN", "2"], ["?", "3"], ["-", "4"]]
    found = guess(["Country", "DUNS"], *rows)
    assert found["Country"] == Guess("country", Why.DOUBT, (2, 4))
    assert found["DUNS"] == Guess(None, Why.NOT_THAT, (0, 4), about="duns")


def test_a_field_goes_to_the_column_that_fits_it_best() -> None:
    found = guess(["Name", "Vendor", "ID", "Vendor ID"])
    assert {header: each.field for header, each in found.items()} == {
        "Name": None, "Vendor": "name", "ID": None, "Vendor ID": "key",
    }  # fmt: skip
    assert found["ID"] == Guess(None, Why.TAKEN, about="key")


def test_in_a_list_of_deliveries_what_varies_within_a_supplier_is_not_about_suppliers() -> None:
    head = read_head(real_file("deliveries/scms-delivery-history.csv"), name="scms.csv")
    found = {head.header[place]: each for place, each in guess_columns(head).items()}
    assert {header: each.field for header, each in found.items() if each.field} == {
        "Vendor": "name", "Manufacturing Site": "site.name",
    }  # fmt: skip
    assert found["ID"] == Guess(None, Why.VARIES, about="key")
    assert found["Country"] == Guess(None, Why.VARIES, about="country")
    # Two of 328 vendors share their name; that alone does not make it a list of something else.
    head = read_head(real_file("supplier-defects/vendors.csv"), name="vendors.csv")
    assert {head.header[place]: each.field for place, each in guess_columns(head).items()} == {
        "Vendor": "name", "Vendor ID": "key",
    }  # fmt: skip
