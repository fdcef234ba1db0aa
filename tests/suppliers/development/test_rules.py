"""At which level a site and a supplier stand, and which reason is given. No database."""

from datetime import date, timedelta
from typing import Any

import pytest

from supplier_quality.suppliers.development.ladder import Ladder
from supplier_quality.suppliers.development.models import LevelRequirement
from supplier_quality.suppliers.development.rules import (
    HeldAudit,
    HeldAuthorisation,
    HeldCertificate,
    Standing,
    stand,
)
from tests.support import shipped_rules

TODAY = date(2026, 11, 20)
ULM, GRAZ = (1, "Ulm"), (2, "Graz")


def ladder() -> Ladder:
    found: Ladder = shipped_rules("development_ladder.yaml").content
    return found


def certificate(site: int = 1, standard: str = "ISO 9001", **changes: Any) -> HeldCertificate:
    values: dict[str, Any] = {
        "number": f"CRT-{site}", "site_id": site, "standard": standard, "state": "valid", "accredited": True,
        "valid_from": TODAY - timedelta(days=100), "valid_to": TODAY + timedelta(days=100), **changes,
    }  # fmt: skip
    return HeldCertificate(**values)


def audit(criterion: str, site: int = 1, **changes: Any) -> HeldAudit:
    values: dict[str, Any] = {
        "id": site, "site_id": site, "criterion": criterion, "conforms": True, "reference": "SPA-7", "dated": TODAY,
        "valid_until": TODAY, **changes,
    }  # fmt: skip
    return HeldAudit(**values)


def letter(valid_until: date | None = None) -> HeldAuthorisation:
    return HeldAuthorisation(1, "Nordwerk Motors", "NM-17", TODAY, valid_until)


def standing(*proofs: Any, sites: Any = (ULM,), minimum: str | None = None, target: str | None = None) -> Standing:
    demand = LevelRequirement(minimum=minimum, target=target) if minimum or target else None
    return stand(
        ladder(),
        sites,
        certificates=[each for each in proofs if isinstance(each, HeldCertificate)],
        audits=[each for each in proofs if isinstance(each, HeldAudit)],
        authorisations=[each for each in proofs if isinstance(each, HeldAuthorisation)],
        requirement=demand,
        today=TODAY,
    )


def reasons(found: Standing, site: int = 0) -> list[str]:
    return [str(each.words) for each in found.sites[site].lacking]


def test_the_worst_site_counts_and_is_named() -> None:
    found = standing(certificate(1, "IATF 16949"), certificate(2, "ISO 9001"), sites=(ULM, GRAZ))

    assert found.worst is not None
    assert (found.worst.site, found.rank, found.meets_minimum) == ("Graz", 2, True)
    assert [str(each.words) for each in found.sites[0].because] == ["CRT-1 to IATF 16949, valid to 2027-02-28"]


def test_a_supplier_without_a_site_in_use_has_no_level() -> None:
    found = standing(certificate(), sites=())

    assert (found.worst, found.rank, found.meets_minimum) == (None, 0, False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"accredited": False}, "CRT-1 to ISO 9001 names no accreditation"),
        ({"state": "lapsed", "valid_to": TODAY - timedelta(days=1)}, "CRT-1 to ISO 9001 ended on 2026-11-19"),
        ({"valid_to": TODAY - timedelta(days=1)}, "CRT-1 to ISO 9001 ended on 2026-11-19"),
        ({"valid_from": TODAY + timedelta(days=1)}, "CRT-1 to ISO 9001 begins only on 2026-11-21"),
        (
            {"state": "suspended_by_body"},
            "CRT-1 to ISO 9001 was suspended or withdrawn by the certification body",
        ),
        ({"standard": "ISO 14001"}, "no certificate to ISO 9001"),
    ],
)
def test_a_certificate_that_does_not_count_says_why(changes: dict[str, Any], said: str) -> None:
    found = standing(certificate(**changes))

    assert (found.rank, reasons(found)) == (0, [said])


def test_a_certificate_counts_on_its_last_day() -> None:
    assert standing(certificate(valid_to=TODAY)).rank == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"valid_until": TODAY - timedelta(days=1)}, "audit SPA-7 against MAQMSR counted until 2026-11-19"),
        ({"conforms": False}, "audit SPA-7 against MAQMSR found that it does not conform"),
        ({"dated": TODAY + timedelta(days=1), "valid_until": None}, "audit SPA-7 against MAQMSR is still to come"),
        ({"site_id": 2}, "no second-party audit against MAQMSR"),
    ],
)
def test_an_audit_that_does_not_count_says_why(changes: dict[str, Any], said: str) -> None:
    found = standing(certificate(), audit("MAQMSR", **changes))

    assert (found.rank, reasons(found)) == (2, [said])


def test_the_floor_counts_only_while_the_customer_authorises_it() -> None:
    own = audit("ISO 9001")

    assert standing(own).rank == 0
    assert standing(own, letter()).rank == 1
    assert standing(own, letter(TODAY - timedelta(days=1))).rank == 0


def test_from_nothing_the_way_leads_to_certification_unless_the_floor_is_open() -> None:
    assert reasons(standing()) == ["no certificate to ISO 9001"]
    assert reasons(standing(letter())) == ["no second-party audit against ISO 9001"]


def test_a_minimum_below_the_default_holds_only_while_the_customer_authorises_it() -> None:
    floor = "iso_9001_by_audit"
    without, with_letter = standing(minimum=floor), standing(letter(), minimum=floor)

    assert without.minimum is not None and with_letter.minimum is not None
    assert (without.minimum.id, without.set_minimum) == ("iso_9001", False)
    assert (with_letter.minimum.id, with_letter.set_minimum) == (floor, True)


def test_a_minimum_above_the_default_holds_and_is_compared() -> None:
    found = standing(certificate(), minimum="maqmsr", target="iatf_16949")

    assert (found.meets_minimum, found.meets_target) == (False, False)


def test_a_level_the_ladder_no_longer_has_leaves_the_default() -> None:
    found = standing(certificate(), minimum="gone", target="gone")

    assert found.minimum is not None
    assert (found.minimum.id, found.target, found.meets_minimum) == ("iso_9001", None, True)
