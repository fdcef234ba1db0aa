"""What may be said of a commodity."""

import pytest

from supplier_quality.parts.details import BadDetails, CommodityDetails, read_number

PROCESSES = ("heat_treating", "plating", "casting")
GOOD = {"name_en": "Die castings", "criticality": "key"}


@pytest.mark.parametrize(
    ("typed", "kept"), [(" cast-al ", "CAST-AL"), ("7", "7"), ("A.1-B", "A.1-B"), ("A" * 20, "A" * 20)]
)
def test_numbers_are_kept_in_capitals(typed: str, kept: str) -> None:
    assert read_number(typed) == kept


@pytest.mark.parametrize("typed", ["", "new", "a/b", "-A", "A-", "A B", "铸件", "A" * 21, "<x>"])
def test_what_an_address_cannot_hold_is_no_number(typed: str) -> None:
    with pytest.raises(BadDetails) as caught:
        read_number(typed)
    assert [problem.column for problem in caught.value.details] == ["number"]


def test_one_name_is_enough_and_serves_in_both_languages() -> None:
    details = CommodityDetails.read({**GOOD, "name_en": "", "name_zh": " 铝 压铸件 "}, processes=PROCESSES)
    assert (details.name_en, details.name_zh) == (None, "铝 压铸件")


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"name_en": " "}, "name_en"),
        ({"name_en": "x" * 121}, "name_en"),
        ({"name_zh": "a\u202eb"}, "name_zh"),
        ({"criticality": "huge"}, "criticality"),
        ({"criticality": ""}, "criticality"),
        ({"special_processes": ["casting", "magic"]}, "special_processes"),
    ],
)
def test_every_mistake_names_its_field(changes: dict[str, object], column: str) -> None:
    with pytest.raises(BadDetails) as caught:
        CommodityDetails.read({**GOOD, **changes}, processes=PROCESSES)
    assert [problem.column for problem in caught.value.details] == [column]


def test_processes_stand_in_one_order() -> None:
    details = CommodityDetails.read({**GOOD, "special_processes": ["casting", "heat_treating"]}, processes=PROCESSES)
    assert details.special_processes == ["heat_treating", "casting"]
