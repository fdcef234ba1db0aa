"""Warning signs and days of certificates, on plain values."""

from datetime import date
from typing import Any

import pytest

from supplier_quality.suppliers.certificates.rules import Looked, answers_for, days_left, warnings_of, years_after

NOW: dict[str, Any] = {
    "standard": "IATF 16949",
    "edition": "2016",
    "certificate_no": "0423-1",
    "body": "TÜV Süd",
    "accreditation": "IATF",
    "scope": "Manufacture of die castings",
    "printed_site": "Acme, Industriestr. 1, Ulm",
    "valid_from": date(2026, 1, 1),
    "valid_to": date(2028, 12, 31),
    "site_name": "Works 1",
    "site_city": "Ulm",
    "products": "Castings, housings",
}


@pytest.mark.parametrize(
    ("changes", "signs"),
    [
        ({}, []),
        ({"valid_to": date(2029, 1, 1)}, []),
        ({"valid_to": date(2029, 1, 2)}, ["long_validity"]),
        ({"printed_site": "Acme, Rue 2, Lyon"}, ["site_differs"]),
        ({"printed_site": "宁波市北仑区"}, []),  # nothing can be said across scripts
        ({"printed_site": "宁波市北仑区", "site_city": "上海"}, ["site_differs"]),
        ({"printed_site": "上海市浦东新区", "site_city": "上海"}, []),
        ({"scope": "Sale of office furniture"}, ["scope_names_no_product"]),
        ({"scope": "压铸件的制造"}, []),
        ({"scope": "压铸件的制造", "products": "压铸件"}, []),
        ({"scope": "家具销售", "products": "压铸件"}, ["scope_names_no_product"]),
        ({"products": ""}, []),
        ({"edition": "2009"}, ["unknown_edition"]),
        ({"accreditation": None}, ["no_accreditation"]),
        ({"valid_from": None}, []),
    ],
)
def test_warning_signs_of_a_certificate_by_itself(changes: dict[str, Any], signs: list[str]) -> None:
    assert [warned.sign for warned in warnings_of(Looked(**{**NOW, **changes}), None)] == signs


@pytest.mark.parametrize(
    ("before", "signs"),
    [
        ({}, []),
        ({"certificate_no": "0423 1"}, []),
        ({"body": "TUV SUD"}, []),
        ({"certificate_no": "9999"}, ["number_changed"]),
        ({"body": "Bureau Example"}, ["body_changed"]),
        ({"valid_to": date(2025, 12, 31)}, []),
        ({"valid_to": date(2025, 12, 30)}, ["begins_later"]),
        ({"certificate_no": None, "body": None, "valid_to": None}, []),
    ],
)
def test_warning_signs_against_the_certificate_before(before: dict[str, Any], signs: list[str]) -> None:
    last = Looked(**{**NOW, "valid_to": date(2025, 12, 31), **before})
    assert [warned.sign for warned in warnings_of(Looked(**NOW), last)] == signs


def test_every_warning_says_why_it_matters() -> None:
    odd = {**NOW, "valid_to": date(2031, 1, 1), "accreditation": None, "edition": "x", "scope": "Sale of tables"}
    for warned in warnings_of(Looked(**odd), Looked(**{**NOW, "certificate_no": "7"})):
        assert str(warned.sentence) and str(warned.why)


def test_three_years_after_a_leap_day() -> None:
    assert years_after(date(2024, 2, 29), 3) == date(2027, 2, 28)
    assert years_after(date(2026, 1, 1), 3) == date(2029, 1, 1)


def test_days_left_are_negative_when_it_has_passed() -> None:
    assert days_left(date(2026, 11, 21), date(2026, 11, 20)) == 1
    assert days_left(date(2026, 11, 19), date(2026, 11, 20)) == -1
    assert days_left(None, date(2026, 11, 20)) is None


def test_only_certificates_that_were_affirmed_and_numbered_can_be_taken_over() -> None:
    assert answers_for({"iso9001": True, "iso9001_number": "1", "iatf16949": True}) == [("ISO 9001", "iso9001")]
    assert answers_for({"iso9001": False, "iso9001_number": "1"}) == []
