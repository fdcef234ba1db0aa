"""Documents from entering or asking to the one that replaces them."""

from datetime import date, datetime, timedelta

import pytest

from supplier_quality.engine.refusals import Refused
from supplier_quality.suppliers.document_bank import queries
from supplier_quality.suppliers.document_bank.details import DocumentDetails
from supplier_quality.suppliers.document_bank.operations import (
    AlreadyAccepted,
    AlreadyAwaited,
    UnknownType,
    edit_document,
)
from tests.suppliers.conftest import BUYER, SQE, VIEWER
from tests.suppliers.document_bank.conftest import Bank, days_from_now
from tests.support import AT, actor_for


def at_day(days: int) -> datetime:
    return AT + timedelta(days=days)


def test_a_document_is_entered_accepted_and_replaced_by_the_next(bank: Bank) -> None:
    first = bank.accepted("quality_agreement", reference="QAA 2024-7")
    assert bank.facts()["valid"]["quality_agreement"] is True and bank.facts()["valid"]["nda"] is False

    second = bank.add("quality_agreement", reference="QAA 2026-1")
    assert bank.row(second).replaces_id == bank.row(first).id
    assert bank.act(second, "accept", SQE) == "valid"

    assert bank.all() == [(first, "quality_agreement", "replaced"), (second, "quality_agreement", "valid")]
    with pytest.raises(AlreadyAccepted), bank.database.write() as session:
        document = queries.get_document(session, second, actor=SQE)
        edit_document(session, document, DocumentDetails(reference="other"), actor=SQE, at=AT)


def test_what_a_type_needs_is_named_when_it_is_missing(bank: Bank) -> None:
    insurance = bank.add("insurance", file=None)
    with pytest.raises(Refused) as refused:
        bank.act(insurance, "accept", BUYER)
    assert {each.id for each in refused.value.unmet} == {"has_file", "has_end"}
    with pytest.raises(AlreadyAwaited):
        bank.add("insurance")


def test_owner_and_supplier_hear_of_the_end_on_the_days_of_the_type(bank: Bank) -> None:
    number = bank.accepted("insurance", valid_to=days_from_now(45).isoformat())
    assert bank.row(number).remind_on == days_from_now(15)  # 60 days before have passed already

    bank.pass_time(at_day(14))
    assert bank.mails() == []
    bank.pass_time(at_day(16))

    name = "Insurance certificate (product liability and recall)"
    assert bank.mails() == [f"{name} ends soon"]
    assert bank.mails("supplier_contact") == [f"Your document ends soon: {name}"]
    assert [state for _number, _type, state in bank.all()] == ["valid", "asked"]
    assert bank.row(number).remind_on == days_from_now(38)

    bank.pass_time(at_day(47))
    assert [state for _number, _type, state in bank.all()] == ["expired", "asked"]
    assert bank.mails() == [f"{name} ends soon", f"{name} ends soon", f"{name} has ended"]
    assert bank.facts()["valid"]["insurance"] is False


def test_the_end_of_an_agreement_is_told_to_the_owner_only(bank: Bank) -> None:
    bank.accepted("nda", valid_to=days_from_now(20).isoformat())
    bank.pass_time(at_day(22))
    assert bank.mails("supplier_contact") == []
    assert bank.mails() == ["Non-disclosure agreement (NDA) ends soon", "Non-disclosure agreement (NDA) has ended"]
    assert [state for _number, _type, state in bank.all()] == ["expired"]


def test_a_supplier_submits_its_report_of_a_year_by_link(bank: Bank) -> None:
    number = bank.add("cmrt", file=None)
    assert bank.act(number, "ask", BUYER) == "asked"
    assert bank.mails("supplier_contact") == ["Please send us a document: Conflict minerals report (CMRT)"]

    form = {"file": "sha256:00 cmrt.xlsx", "reporting_year": 2025, "template_version": "6.4"}
    assert bank.act(number, "submit_report", bank.contact(), form=form) == "submitted"

    document = bank.row(number)
    assert (document.reporting_year, document.template_version) == (2025, "6.4")
    assert document.valid_to == date(2026, 12, 31)  # twelve months after the end of its year, as the type says
    assert bank.mails() == ["Document received: Conflict minerals report (CMRT)"]
    assert bank.act(number, "send_back", BUYER, form={"comment": "Smelters are missing"}) == "asked"


def test_the_latest_year_of_a_report_is_a_fact(bank: Bank) -> None:
    bank.accepted("cmrt", reporting_year="2025", template_version="6.4")
    assert bank.facts()["years"]["cmrt"] == 2025
    assert bank.facts()["years"]["nda"] == 0


def test_only_the_roles_that_a_type_names_know_of_its_documents(bank: Bank) -> None:
    secret, open_to_all = bank.accepted("nda"), bank.accepted("rohs")
    inspector = actor_for("inspector")
    with bank.database.read() as session:
        assert queries.get_document(session, secret, actor=SQE).number == secret
        assert queries.get_document(session, open_to_all, actor=inspector).number == open_to_all
        for stranger in (inspector, VIEWER, bank.contact()):
            with pytest.raises(queries.DocumentNotFound):
                queries.get_document(session, secret, actor=stranger)
        page = queries.list_documents(session, actor=inspector)
        assert [line.number for line in page.rows] == [open_to_all]
    with pytest.raises(UnknownType):
        bank.add("nda", actor=inspector)


def test_one_place_has_one_document_of_a_type_and_ending_stops_reminders(bank: Bank) -> None:
    number = bank.accepted("quality_agreement", valid_to=days_from_now(40).isoformat())
    assert bank.act(number, "end", SQE, form={"reason": "Supplier left"}) == "ended"
    bank.pass_time(at_day(60))
    assert bank.mails() == []
