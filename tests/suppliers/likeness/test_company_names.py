"""Names of companies are taken apart and compared in whatever script, form and spelling they come."""

import pytest

from supplier_quality.suppliers.enums import Reason
from supplier_quality.suppliers.likeness.company_names import blocking_keys, take_apart
from supplier_quality.suppliers.likeness.comparing import (
    CERTAIN,
    LIKELY,
    SIMILAR,
    Known,
    compare,
    usable_duns,
    usable_licence,
)


@pytest.mark.parametrize(
    "name",
    [
        "Rossi GmbH", "ROSSI AG", "Rossi S.p.A.", "Rossi S.A.", "Rossi S.r.l.", "Rossi Sp. z o.o.", "Rossi sp. z o. o. sp. k.",
        "Rossi Ltd", "Rossi Co., Ltd.", "Rossi, Inc.", "Rossi K.K.", "Rossi S.A. de C.V.", "Rossi GmbH & Co. KG", "PT Rossi Tbk",
        "Rossi Pvt. Ltd.", "Rossi Sdn. Bhd.", "ＲＯＳＳＩ　Ｌｔｄ．", "株式会社ROSSI", "ROSSI株式会社", "Rossi (Holding) A/S", "Rössi Oy",
    ],
)  # fmt: skip
def test_the_legal_form_does_not_count(name: str) -> None:
    assert take_apart(name).brand == ("rossi",)


@pytest.mark.parametrize(
    "name",
    [
        "立信有限公司",
        "立信股份有限公司",
        "立信有限责任公司",
        "立信集团有限公司",
        "立信集团",
        "立信（集团）股份有限公司",
        "立信公司",
    ],
)
def test_chinese_legal_forms_do_not_count(name: str) -> None:
    assert take_apart(name).brand == ("立信",)


def test_a_name_is_never_taken_apart_to_nothing() -> None:
    for name in ("上海", "有限公司", "GmbH", "Co", "&", "精密", "Shanghai Precision Co., Ltd."):
        assert "".join(take_apart(name).brand)
    assert take_apart("Shanghai Bearing Co., Ltd.") == take_apart("Shanghai Bearing Co Ltd")


def test_a_chinese_name_and_its_latin_one_come_to_the_same_parts() -> None:
    chinese, latin = take_apart("上海立信精密机械有限公司"), take_apart("Shanghai Lixin Precision Machinery Co., Ltd.")
    assert (chinese.sounds, chinese.places, chinese.trades) == (latin.sounds, latin.places, latin.trades)
    assert (chinese.sounds, chinese.places) == ("lixin", {"shanghai"})


def likeness(one: str, other: str) -> tuple[int, list[Reason]]:
    found = compare(Known(1, one), Known(2, other))
    turned = compare(Known(2, other), Known(1, one))
    assert (found is None) == (turned is None) and (not found or not turned or found.strength == turned.strength)
    return (found.strength, [why.reason for why in found.reasons]) if found else (0, [])


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Müller GmbH", "Mueller Ltd.", Reason.NAME),
        ("Müller GmbH", "MULLER AG", Reason.NAME),
        ("Robert Bosch GmbH", "Bosch, Robert", Reason.NAME),
        ("立信（上海）有限公司", "上海市立信有限公司", Reason.NAME),
        ("瓦房店轴承集团有限责任公司", "Wafangdian Bearing Group Corp.", Reason.NAME),
        ("上海立信精密机械有限公司", "Shanghai Lixin Precision Machinery Co., Ltd.", Reason.SOUND),
        ("宁波新丰汽车零部件有限公司", "Ningbo Xin Feng Auto Parts", Reason.SOUND),
        ("Brembo S.p.A.", "Brenbo SpA", Reason.SPELLING),
        ("Schaeffler Technologies AG", "Schäffler Technologies", Reason.NAME),
        ("Łódź Metal Sp. z o.o.", "Lodz Metal", Reason.NAME),
    ],
)
def test_the_same_company_is_recognised(one: str, other: str, reason: Reason) -> None:
    strength, reasons = likeness(one, other)
    assert strength >= LIKELY
    assert reasons == [reason]


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("上海立信", "东莞立信", Reason.OTHER_PLACE),
        ("上海立信有限公司", "Dongguan Lixin Co., Ltd.", Reason.OTHER_PLACE),
        ("Acme Castings Inc.", "Acme Bearings Inc.", Reason.OTHER_TRADE),
    ],
)
def test_the_same_brand_elsewhere_or_in_another_trade_is_only_similar(one: str, other: str, reason: Reason) -> None:
    strength, reasons = likeness(one, other)
    assert SIMILAR <= strength < LIKELY
    assert reasons == [reason]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme GmbH", "Zenith GmbH"), ("Plant 2 Metalworks", "Plant 3 Metalworks"), ("上海立信有限公司", "上海金山有限公司"),
        ("Shanghai Precision Machinery", "Shanghai Electronics"), ("SKF", "SKR"), ("立信", "立新精工"),
    ],
)  # fmt: skip
def test_different_companies_are_not_paired(one: str, other: str) -> None:
    assert likeness(one, other) == (0, [])


def test_numbers_of_registers_decide_over_names() -> None:
    same = compare(Known(1, "Acme", duns="150483782"), Known(2, "Zenith", duns="150483782"))
    licence = compare(
        Known(1, "立信", business_licence="91310000607378467J"), Known(2, "Lx", business_licence="91310000607378467j")
    )
    other = compare(Known(1, "Acme GmbH", duns="150483782"), Known(2, "Acme AG", duns="804735132"))
    site = compare(Known(1, "Acme", duns="150483782"), Known(2, "Zenith", site_duns=frozenset({"150483782"})))
    assert same is not None and same.strength >= CERTAIN and same.reasons[0].reason is Reason.DUNS
    assert licence is not None and licence.strength >= CERTAIN and licence.reasons[0].reason is Reason.LICENCE
    assert other is not None and other.strength < LIKELY and other.reasons[-1].against
    assert site is not None and SIMILAR <= site.strength < LIKELY


def test_fillers_are_no_numbers() -> None:
    assert [usable_duns(number) for number in ("000000000", "99-999-9999", "123456789", "12345", None)] == [None] * 5
    assert usable_duns("15-048-3782") == "150483782"
    assert [usable_licence(code) for code in ("0" * 18, "n/a", None)] == [None] * 3


def test_keys_alike_but_for_zeros_support_a_name_and_are_nothing_by_themselves() -> None:
    alone = compare(Known(1, "Acme", source_key="0004711"), Known(2, "Zenith", source_key="4711"))
    beside = compare(Known(1, "Acme", source_key="0004711"), Known(2, "Acme AG", source_key="4711"))
    plain = compare(Known(1, "Acme"), Known(2, "Acme AG"))
    assert alone is None
    assert beside is not None and plain is not None and beside.strength > plain.strength


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Brembo", "Brenbo"), ("Brembo", "Bremboo"), ("Brembo", "Prembo"), ("Kowalski Metal", "Kowalsky Metal"),
        ("上海立信精密机械有限公司", "Lixin"), ("上海立信", "东莞立信"), ("Robert Bosch GmbH", "Bosch Robert"), ("Schaeffler", "Schaefler"),
    ],
)  # fmt: skip
def test_what_is_alike_shares_a_key(one: str, other: str) -> None:
    assert set(blocking_keys(take_apart(one))) & set(blocking_keys(take_apart(other)))
