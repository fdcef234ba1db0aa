"""Certificates on real rows: entered, verified, replaced, lapsed, extended, restored, with mails and deadlines."""

import io
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from supplier_quality.documents.store import file_store
from supplier_quality.engine.refusals import Refused
from supplier_quality.engine.timers import timers_of
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.certificates import operations, queries
from supplier_quality.suppliers.certificates.details import CertificateDetails
from supplier_quality.suppliers.certificates.operations import AlreadyAsked, AlreadyVerified, NothingToTakeOver
from supplier_quality.suppliers.certificates.portal import previous, sent_back
from supplier_quality.suppliers.models import Contact
from supplier_quality.suppliers.permissions import MayNotEditSuppliers
from tests.suppliers.certificates.conftest import PDF, PRINTED, TODAY, VERIFICATION, Shelf
from tests.suppliers.conftest import QUALITY_MANAGER, SQE, VIEWER
from tests.suppliers.test_qualification import ANSWERS, act, answer
from tests.support import AT

LAPSE = datetime(2026, 12, 1, 9, tzinfo=AT.tzinfo)
"""The morning after the last day of the certificate that the tests print."""

SENT = {
    "number": "0423-2",
    "edition": "2016",
    "valid_from": "2026-12-01",
    "valid_to": "2029-11-30",
    "file": "sha256:00 certificate.pdf",
    "body": "TÜV Süd",
    "accreditation": "IATF",
    "scope": "Manufacture of castings",
    "printed_site": "Works 1, Ulm",
}


def refusal(shelf: Shelf, number: str, action: str, actor: object = QUALITY_MANAGER, form: object = None) -> list[str]:
    with pytest.raises(Refused) as caught:
        shelf.act(number, action, actor, form=form)  # type: ignore[arg-type]
    return [unmet.id for unmet in caught.value.unmet]


def test_a_certificate_is_entered_by_one_and_verified_by_another(shelf: Shelf) -> None:
    number = shelf.add(valid_to="2027-11-30")
    assert refusal(shelf, number, "verify", SQE, VERIFICATION) == ["four_eyes"]
    assert shelf.act(number, "verify", QUALITY_MANAGER, form=VERIFICATION) == "valid"

    row = shelf.row(number)
    assert (row.verified_at, row.verified_on, row.verified_by) == ("iatf_database", TODAY, "Bo Chen")
    assert row.grace_until == date(2027, 11, 30) + timedelta(days=60)
    assert shelf.mails("supplier_contact") == ["Your certificate to IATF 16949 is verified (CRT-00001)"]


def test_what_safety_parts_rest_on_has_no_grace(shelf: Shelf) -> None:
    number = shelf.verified(safety_parts=True)
    assert shelf.row(number).grace_until == date(2026, 11, 30)
    shelf.pass_time(LAPSE)
    assert shelf.state(number) == "expired"


def test_filling_in_what_was_empty_is_no_entering_but_correcting_is(shelf: Shelf) -> None:
    number = shelf.add(body="", valid_to="2027-11-30")
    with shelf.database.write() as session:
        row = queries.get_certificate(session, number, actor=SQE)
        filled = CertificateDetails.read({**PRINTED, "valid_to": "2027-11-30"})
        operations.edit_certificate(session, row, filled, actor=QUALITY_MANAGER, at=AT)
        assert row.entered_by == SQE.id
        corrected = CertificateDetails.read({**PRINTED, "valid_to": "2027-10-31"})
        operations.edit_certificate(session, row, corrected, actor=QUALITY_MANAGER, at=AT)
        assert row.entered_by == QUALITY_MANAGER.id
        assert row.grace_until == date(2027, 12, 30)
    assert refusal(shelf, number, "verify", QUALITY_MANAGER, VERIFICATION) == ["four_eyes"]


def test_what_was_verified_stays_as_it_is_but_for_safety_parts(shelf: Shelf) -> None:
    number = shelf.verified()
    with shelf.database.write() as session:
        row = queries.get_certificate(session, number, actor=SQE)
        same = CertificateDetails.read(PRINTED)
        operations.edit_certificate(session, row, same, actor=SQE, at=AT, safety_parts=True)
        assert row.grace_until == date(2026, 11, 30)
        with pytest.raises(AlreadyVerified):
            changed = CertificateDetails.read({**PRINTED, "body": "Other"})
            operations.edit_certificate(session, row, changed, actor=SQE, at=AT)


def test_a_viewer_enters_nothing(shelf: Shelf) -> None:
    with pytest.raises(MayNotEditSuppliers):
        shelf.add(actor=VIEWER)
    assert shelf.all() == []


def test_there_is_one_next_certificate_of_a_site_and_standard(shelf: Shelf) -> None:
    shelf.add()
    with pytest.raises(AlreadyAsked, match="CRT-00001 is the next certificate to IATF 16949"):
        shelf.add()
    shelf.add(standard="ISO 14001")


def test_ninety_days_ahead_the_supplier_is_asked_by_a_link_of_its_own(shelf: Shelf) -> None:
    number = shelf.verified(valid_to="2027-02-19")  # 91 days after AT
    shelf.pass_time(AT + timedelta(days=1))
    assert shelf.all() == [(number, "valid"), ("CRT-00002", "asked")]
    following = shelf.row("CRT-00002")
    assert following.replaces_id == shelf.row(number).id
    with shelf.database.read() as session:
        (link,) = session.scalars(select(AccessLink)).all()
        assert (link.record_label, link.purpose) == ("CRT-00002", "certificate")
        armed = {timer.rule for timer in timers_of(session, following)}
    assert armed == set(), "its reminders go by the end of the certificate before"
    assert [title for title in shelf.mails("supplier_contact") if "ends soon" in title] != []


def test_reminders_do_not_ask_twice_and_silence_reaches_owner_and_quality_manager(shelf: Shelf) -> None:
    shelf.verified(valid_to="2027-02-28")
    shelf.pass_time(datetime(2027, 2, 10, 9, tzinfo=AT.tzinfo))
    assert [state for _number, state in shelf.all()] == ["valid", "asked"]
    reminders = [title for title in shelf.mails("supplier_contact") if "ends soon" in title]
    assert len(reminders) == 3  # 90, 60 and 30 days ahead
    silence = [subject for subject in shelf.mails() if "has come" in subject]
    assert silence == ["No new certificate to IATF 16949 has come (CRT-00001)"] * 2


def test_when_it_has_come_silence_says_that_we_are_late(shelf: Shelf) -> None:
    shelf.verified()
    shelf.pass_time(AT + timedelta(days=4))
    assert shelf.act("CRT-00002", "submit", shelf.contact(), form=SENT) == "submitted"
    shelf.pass_time(datetime(2026, 11, 28, 9, tzinfo=AT.tzinfo))
    assert "The new certificate to IATF 16949 is not verified (CRT-00001)" in shelf.mails()


def test_a_lapse_starts_the_grace_and_its_end_expires_it(shelf: Shelf) -> None:
    number = shelf.verified()
    shelf.pass_time(LAPSE)
    assert shelf.state(number) == "lapsed"
    assert "Certificate to IATF 16949 has lapsed (CRT-00001)" in shelf.mails()
    shelf.pass_time(datetime(2027, 1, 31, 9, tzinfo=AT.tzinfo))
    assert shelf.state(number) == "expired"


def test_a_letter_with_the_day_of_the_audit_extends_the_grace_once(shelf: Shelf) -> None:
    number = shelf.verified()
    shelf.pass_time(LAPSE)
    letter = {
        "audit_on": "2027-02-10", "until": "2027-03-31", "letter": "sha256:00 letter.pdf", "reason": "Audit is dated",
    }  # fmt: skip
    assert shelf.act(number, "extend", QUALITY_MANAGER, at=LAPSE, form=letter) == "extended"
    assert shelf.row(number).grace_until == date(2027, 3, 31)
    assert "wrong_state" in refusal(shelf, number, "extend", QUALITY_MANAGER, letter)
    shelf.pass_time(datetime(2027, 3, 30, 9, tzinfo=AT.tzinfo))
    assert shelf.state(number) == "extended"
    shelf.pass_time(datetime(2027, 4, 1, 9, tzinfo=AT.tzinfo))
    assert shelf.state(number) == "expired"


def test_a_verified_new_certificate_takes_the_place_of_a_lapsed_one(shelf: Shelf) -> None:
    number = shelf.verified()
    shelf.pass_time(LAPSE)
    assert shelf.act("CRT-00002", "submit", shelf.contact(), at=LAPSE, form=SENT) == "submitted"
    row = shelf.row("CRT-00002")
    assert (row.certificate_no, row.entered_by, row.valid_to) == ("0423-2", shelf.contact().id, date(2029, 11, 30))
    with shelf.database.write() as session:
        stored_row = queries.get_certificate(session, "CRT-00002", actor=SQE)
        stored = file_store(session).put(io.BytesIO(PDF), name="new.pdf", limit=10**6)
        operations.add_certificate_file(session, stored_row, stored, actor=SQE, at=LAPSE)
    form = {"verified_at": "iatf_database", "verified_on": "2026-12-01", "comment": "New cycle"}
    assert shelf.act("CRT-00002", "verify", SQE, at=LAPSE, form=form) == "valid"
    assert shelf.state(number) == "replaced"
    with shelf.database.read() as session:
        assert timers_of(session, shelf.row(number)) == []


def test_a_suspension_by_the_body_has_no_grace_and_can_be_lifted(shelf: Shelf) -> None:
    number = shelf.verified(valid_to="2027-11-30")
    form = {"since": TODAY.isoformat(), "reason": "IATF database"}
    assert shelf.act(number, "body_suspends", SQE, form=form) == "suspended_by_body"
    with shelf.database.read() as session:
        supplier = supplier_queries.get_supplier(session, shelf.supplier_number, actor=SQE)
        missing = queries.missing_certificates(session, [supplier.id])[supplier.id]
    assert [(line.number, line.state) for line in missing] == [(number, "suspended_by_body")]
    assert shelf.act(number, "body_restores", SQE, form={**VERIFICATION, "comment": "Lifted"}) == "valid"
    with shelf.database.read() as session:
        rules = {timer.rule for timer in timers_of(session, shelf.row(number))}
    assert rules == {"ends_soon", "silence", "ended"}


def test_a_withdrawn_certificate_is_asked_for_anew_at_once(shelf: Shelf) -> None:
    number = shelf.verified(valid_to="2027-11-30")
    form = {"since": TODAY.isoformat(), "reason": "IATF database"}
    assert shelf.act(number, "body_withdraws", SQE, form=form) == "withdrawn_by_body"
    assert shelf.all() == [(number, "withdrawn_by_body"), ("CRT-00002", "asked")]
    assert shelf.row("CRT-00002").answer_by == TODAY + timedelta(days=operations.ANSWER_DAYS)


def test_asking_for_the_next_one_again_mails_again(shelf: Shelf) -> None:
    number = shelf.verified(valid_to="2027-11-30")
    for _time in range(2):
        shelf.act(number, "ask_for_new", SQE)
    assert [state for _number, state in shelf.all()] == ["valid", "asked"]
    assert shelf.mails("supplier_contact").count("Please send your certificate to IATF 16949 (CRT-00002)") == 2


def test_what_was_sent_back_is_asked_again_with_the_comment(shelf: Shelf) -> None:
    number = shelf.verified(valid_to="2027-11-30")
    shelf.act(number, "ask_for_new", SQE)
    shelf.act("CRT-00002", "submit", shelf.contact(), form=SENT)
    assert shelf.act("CRT-00002", "send_back", SQE, form={"comment": "Page 2 is missing"}) == "asked"
    with shelf.database.read() as session:
        row = queries.get_certificate(session, "CRT-00002", actor=SQE)
        told = sent_back(session, row)
        assert told is not None and told.comment == "Page 2 is missing"
        assert previous(session, row)["number"] == "0423-2"


def test_without_a_contact_the_owner_hears_that_nobody_can_be_asked(shelf: Shelf) -> None:
    shelf.verified(valid_to="2027-02-19")
    with shelf.database.write() as session:
        for contact in session.scalars(select(Contact)):
            contact.active = False
    shelf.pass_time(AT + timedelta(days=1))
    assert [state for _number, state in shelf.all()] == ["valid"]
    assert "Nobody to ask for the certificate to IATF 16949 (CRT-00001)" in shelf.mails()


def test_a_first_certificate_that_does_not_come_is_reminded_and_escalated(shelf: Shelf) -> None:
    with shelf.database.write() as session:
        supplier = supplier_queries.get_supplier(session, shelf.supplier_number, actor=SQE)
        site = supplier_queries.sites_of(session, supplier)[0]
        empty = CertificateDetails()
        made = operations.register_certificate(session, supplier, site, "ISO 9001", empty, actor=SQE, at=AT)
        operations.move_certificate(session, made, "ask", actor=SQE, at=AT)
    shelf.deliver(AT)
    shelf.pass_time(AT + timedelta(days=32))
    titles = shelf.mails("supplier_contact")
    assert [title for title in titles if title.startswith("Reminder")] == ["Reminder: your certificate to ISO 9001"] * 2
    assert "Deadline missed (CRT-00001)" in shelf.mails()


def test_certificates_of_the_self_assessment_are_taken_over_once(shelf: Shelf) -> None:
    number = shelf.supplier_number
    act(shelf.database, number, "invite", SQE, AT)
    answer(shelf.database, number, AT, {**ANSWERS, "iso9001_valid_until": "2027-05-31"})
    with shelf.database.write() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=SQE)
        site = supplier_queries.sites_of(session, supplier)[0]
        made = operations.take_over(session, supplier, site, "ISO 9001", actor=SQE, at=AT)
        assert (made.state, made.certificate_no, made.body) == ("submitted", "QM-1", "TÜV")
        assert made.entered_by == shelf.contact().id
        with pytest.raises(NothingToTakeOver):
            operations.take_over(session, supplier, site, "IATF 16949", actor=SQE, at=AT)
        with pytest.raises(AlreadyAsked):
            operations.take_over(session, supplier, site, "ISO 9001", actor=SQE, at=AT)
