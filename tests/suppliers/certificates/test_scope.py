"""A certificate that is lost limits exactly the scope that rests on its site and standard, and a verified one brings it back."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from supplier_quality import clock
from supplier_quality.config import Settings
from supplier_quality.documents.store import file_store
from supplier_quality.engine.store import store_files
from supplier_quality.engine.timers import take_due_timers
from supplier_quality.language import speaking
from supplier_quality.parts.details import CommodityDetails
from supplier_quality.parts.operations import add_commodity
from supplier_quality.persistence import Database
from supplier_quality.suppliers.approved.queries import ListFilters, list_approved, reasons_of
from supplier_quality.suppliers.certificates.details import CertificateDetails
from supplier_quality.suppliers.certificates.operations import add_certificate_file, edit_certificate
from supplier_quality.suppliers.certificates.queries import unverified_certificate
from supplier_quality.suppliers.certificates.standards import serves
from supplier_quality.suppliers.scope.limits import limits_on
from supplier_quality.suppliers.scope.queries import get_scope
from tests.faults.company import work_off
from tests.suppliers.certificates.conftest import PDF, PRINTED, VERIFICATION, Shelf, days_before_end
from tests.suppliers.conftest import QUALITY_MANAGER, SQE
from tests.suppliers.scope.conftest import approved, grant, house, state_of, states, told
from tests.suppliers.scope.test_process import mails_to_cem
from tests.support import AT, shipped_rules

__all__ = ["approved", "house"]

LAPSED = days_before_end(-1)
GRACE_OVER = days_before_end(-61)


@pytest.fixture
def works(house: Database, approved: Callable[..., str], at: datetime) -> Shelf:
    """An approved supplier with two sites, and its certificates."""
    with house.write() as session:
        names = ("certificate.yaml", "certificate_grace.yaml", "scope_standards.yaml")
        store_files(session, [shipped_rules(name) for name in names], at=at)
        details = CommodityDetails(name_en="Brake discs", name_zh="制动盘", criticality="safety")
        add_commodity(session, "BRAKES", details, actor=SQE, at=at)
    return Shelf(house, approved())


def line_at(works: Shelf, **place: str) -> str:
    return grant(works.database, works.supplier_number, AT, **place)


def newer(works: Shelf, at: datetime, *, standard: str = "IATF 16949", number: str = "0423-2") -> str:
    """A certificate to the standard until 2030, verified that day; the record asked for already when there is one."""
    printed = {"certificate_no": number, "valid_from": at.date().isoformat(), "valid_to": "2030-01-15"}
    with works.database.write() as session:
        asked = unverified_certificate(session, works.site_id(), standard)
        if asked is not None:
            edit_certificate(session, asked, CertificateDetails.read({**PRINTED, **printed}), actor=SQE, at=at)
            stored = file_store(session).put(io.BytesIO(PDF), name="c.pdf", limit=10**6)
            add_certificate_file(session, asked, stored, actor=SQE, at=at)
    if asked is None:
        return works.verified(at=at, standard=standard, **printed)
    works.act(asked.number, "enter", SQE, at=at)
    form = {**VERIFICATION, "verified_on": at.date().isoformat(), "comment": "Looked at the warning signs"}
    works.act(asked.number, "verify", QUALITY_MANAGER, at=at, form=form)
    return asked.number


def reason_of(works: Shelf, line: str) -> str:
    """The words with which the line came to stand where it does."""
    return str(told(works.database, line)[-1].data["form"]["reason"])


def test_a_lapse_makes_scope_conditional_for_all_to_see_until_a_new_certificate_is_verified(
    works: Shelf, settings: Settings
) -> None:
    here, there = line_at(works), line_at(works, site="Works 2")
    certificate = works.verified()
    before = len(mails_to_cem(works.database))
    work_off(works.database, settings, at=LAPSED)
    assert works.state(certificate) == "lapsed"
    assert states(works.database, [here, there]) == ["conditional", "approved"]
    assert reason_of(works, here) == f"IATF 16949, 0423-1, 2026-11-30 ({certificate})"
    with works.database.read() as session, speaking("en"):
        page = list_approved(session, actor=SQE, filters=ListFilters())
        entry = next(
            reasons_of(session, page.rows)[listed.view.id] for listed in page.rows if listed.view.number == here
        )
        assert "0423-1" in entry.data["form"]["reason"] and entry.actor.via == "policy"
    assert any(here in text and "0423-1" in text for _subject, text in mails_to_cem(works.database)[before:])

    successor = newer(works, LAPSED + timedelta(days=3))
    assert (works.state(certificate), works.state(successor)) == ("replaced", "valid")
    assert states(works.database, [here, there]) == ["approved", "approved"]
    assert [entry.action for entry in told(works.database, here)] == ["start", "approve", "limit", "restore"]
    assert successor in reason_of(works, here)


def test_the_end_of_the_grace_holds_the_scope(works: Shelf, settings: Settings) -> None:
    line = line_at(works)
    certificate = works.verified()
    work_off(works.database, settings, at=LAPSED)
    work_off(works.database, settings, at=GRACE_OVER)
    assert (works.state(certificate), state_of(works.database, line)) == ("expired", "suspended")
    newer(works, GRACE_OVER + timedelta(days=1))
    assert state_of(works.database, line) == "approved"


def test_a_letter_of_the_body_keeps_receipts_going_on_beyond_the_grace(works: Shelf, settings: Settings) -> None:
    line = line_at(works)
    certificate = works.verified()
    work_off(works.database, settings, at=LAPSED)
    letter = {"audit_on": "2027-02-10", "until": "2027-03-31", "letter": "sha256:00 l.pdf", "reason": "Dated"}
    assert works.act(certificate, "extend", QUALITY_MANAGER, at=LAPSED, form=letter) == "extended"
    work_off(works.database, settings, at=GRACE_OVER)
    assert state_of(works.database, line) == "conditional"
    work_off(works.database, settings, at=datetime.fromisoformat("2027-04-02T12:00:00+00:00"))
    assert state_of(works.database, line) == "suspended"


@pytest.mark.parametrize("action", ["body_suspends", "body_withdraws"])
def test_what_the_body_takes_away_has_no_grace(works: Shelf, action: str) -> None:
    line = line_at(works)
    certificate = works.verified()
    form = {"since": AT.date().isoformat(), "reason": "Audit missed"}
    works.act(certificate, action, SQE, form=form)
    assert state_of(works.database, line) == "suspended"
    assert reason_of(works, line).endswith(f"({certificate}): Audit missed")


def test_what_the_body_gives_back_comes_back(works: Shelf) -> None:
    line = line_at(works)
    certificate = works.verified()
    works.act(certificate, "body_suspends", SQE, form={"since": AT.date().isoformat(), "reason": "Audit missed"})
    form = {"verified_at": "iatf_database", "verified_on": AT.date().isoformat(), "comment": "Lifted"}
    works.act(certificate, "body_restores", SQE, form=form)
    assert state_of(works.database, line) == "approved"


def test_safety_parts_have_no_grace(works: Shelf, settings: Settings) -> None:
    castings, brakes = line_at(works), line_at(works, commodity="BRAKES")
    works.verified()
    work_off(works.database, settings, at=LAPSED)
    assert states(works.database, [castings, brakes]) == ["conditional", "suspended"]


def test_a_certificate_marked_as_one_of_safety_parts_has_none_for_any_line(works: Shelf, settings: Settings) -> None:
    line = line_at(works)
    certificate = works.verified(safety_parts=True)
    work_off(works.database, settings, at=LAPSED)
    assert (works.state(certificate), state_of(works.database, line)) == ("expired", "suspended")


def test_a_line_that_does_not_rest_on_the_standard_stays(works: Shelf, settings: Settings) -> None:
    line = line_at(works)
    certificate = works.verified(standard="ISO 14001", edition="2015")
    work_off(works.database, settings, at=LAPSED)
    assert (works.state(certificate), state_of(works.database, line)) == ("lapsed", "approved")


def test_another_certificate_that_serves_as_well_stands_in_for_as_long_as_it_is_in_force(
    works: Shelf, settings: Settings
) -> None:
    line = line_at(works)
    basic = works.verified(standard="ISO 9001", edition="2015")
    automotive = newer(works, AT)
    work_off(works.database, settings, at=LAPSED)
    assert (works.state(basic), state_of(works.database, line)) == ("lapsed", "approved")
    form = {"since": LAPSED.date().isoformat(), "reason": "Fraud"}
    works.act(automotive, "body_withdraws", SQE, at=LAPSED, form=form)
    assert state_of(works.database, line) == "suspended"
    newer(works, LAPSED, number="0423-3")
    assert state_of(works.database, line) == "approved"


def test_one_that_stood_in_and_is_not_needed_leaves_the_missing_one_to_be_felt(
    works: Shelf, settings: Settings
) -> None:
    line = line_at(works)
    basic = works.verified(standard="ISO 9001", edition="2015")
    automotive = newer(works, AT)
    work_off(works.database, settings, at=LAPSED)
    works.act(automotive, "not_needed", QUALITY_MANAGER, at=LAPSED, form={"reason": "No automotive parts"})
    assert state_of(works.database, line) == "conditional"
    assert told(works.database, line)[-1].data["form"]["cause"] == "site_limited" and basic in reason_of(works, line)
    works.act(basic, "not_needed", QUALITY_MANAGER, at=LAPSED, form={"reason": "Nothing rests on it"})
    assert state_of(works.database, line) == "approved"


def test_a_general_certificate_does_not_serve_for_a_special_one(works: Shelf, settings: Settings) -> None:
    line = line_at(works)
    newer(works, AT, standard="ISO 9001", number="9-1")
    works.verified()
    work_off(works.database, settings, at=LAPSED)
    assert state_of(works.database, line) == "conditional"
    assert serves("IATF 16949", "ISO 9001") and not serves("ISO 9001", "IATF 16949")
    assert not serves("ISO 14001", "ISO 9001")


def test_a_line_approved_after_the_lapse_is_limited_as_well(works: Shelf, settings: Settings) -> None:
    certificate = works.verified()
    work_off(works.database, settings, at=LAPSED)
    line = grant(works.database, works.supplier_number, LAPSED)
    assert state_of(works.database, line) == "conditional" and certificate in reason_of(works, line)
    with works.database.read() as session:
        (limit,) = limits_on(session, get_scope(session, line, actor=SQE))
        assert (limit.cause, limit.standard) == (f"certificate:{certificate}", "IATF 16949")


def test_an_event_that_comes_late_does_not_limit_what_was_replaced_meanwhile(works: Shelf, settings: Settings) -> None:
    line = line_at(works)
    works.verified()
    while take_due_timers(works.database, at=LAPSED):
        pass
    newer(works, LAPSED)
    work_off(works.database, settings, at=LAPSED)
    assert state_of(works.database, line) == "approved"


def test_the_pages_of_supplier_and_certificate_name_each_other(
    works: Shelf, settings: Settings, signed_in: Callable[..., Any]
) -> None:
    line = line_at(works)
    certificate, other = works.verified(), works.verified(standard="ISO 14001", edition="2015")
    work_off(works.database, settings, at=LAPSED)
    with clock.standing_at(LAPSED):
        browser = signed_in("sqe", name="Eve", email="eve@plant.example")
        of_supplier = browser.get(f"/suppliers/{works.supplier_number}").text
        of_certificate = browser.get(f"/certificates/{certificate}").text
        of_other = browser.get(f"/certificates/{other}").text
    assert f"/certificates/{certificate}" in of_supplier
    assert of_supplier.count("Lines of scope limited by it: 1") == 1
    assert "Scope that rests on it" in of_certificate and f"/scope/{line}" in of_certificate
    assert "Scope that rests on it" not in of_other
