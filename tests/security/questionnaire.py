"""A questionnaire at a supplier of the company, with an uploaded answer, and the values that routes of questionnaires name."""

import io
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select

from supplier_quality import clock
from supplier_quality.documents.attachments import make_evidence
from supplier_quality.documents.models import Attachment
from supplier_quality.documents.store import file_store
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.questionnaires.answering import keep_file
from supplier_quality.suppliers.questionnaires.models import Questionnaire
from supplier_quality.suppliers.questionnaires.operations import move_questionnaire, register_questionnaire
from tests.security.company import Company

Values = Mapping[str, Any]
UNKNOWN = {"number": "QUE-99999"}
NO_LINK = {"link_id": 999_999}


def add_questionnaire(company: Company, key: str) -> None:
    """Sent to the supplier, one question answered with a file that was submitted."""
    sqe, at = company.actor("sqe"), clock.now()
    with company.database.write() as session:
        supplier = session.scalars(select(Supplier).where(Supplier.number == company.suppliers[key])).one()
        made = register_questionnaire(session, supplier, "supplier_quality", due=None, actor=sqe, at=at)
        move_questionnaire(session, made, "send", actor=sqe, at=at)
        pdf = io.BytesIO(b"%PDF-1.7\ncertificate\n%%EOF\n")
        stored = file_store(session).put(pdf, name="certificate.pdf", limit=10_000)
        kept = keep_file(session, made, "qms_certificate", stored, actor=sqe, at=at)
        make_evidence(session, [kept.id], at=at)
    company.work_off()


def numbered(**more: Any) -> Callable[[Company, str], Values]:
    """The questionnaire of the own supplier."""
    return lambda company, _who: {"number": _number(company), **more}


def with_file(company: Company, _who: str) -> Values:
    return {"number": _number(company), "file_id": _file(company, _number(company))}


def linked(**more: Any) -> Callable[[Company, str], Values]:
    """The link of the own supplier's contact to its questionnaire."""
    return lambda company, _who: {"link_id": link_of(company, "own"), **more}


def linked_file(company: Company, _who: str) -> Values:
    return {"link_id": link_of(company, "own"), "file_id": _file(company, _number(company))}


def link_of(company: Company, key: str) -> int:
    with company.database.read() as session:
        query = select(func.max(AccessLink.id)).where(
            AccessLink.purpose == "questionnaire", AccessLink.contact_id == company.contacts[key]
        )
        return session.scalar(query) or 0


def _number(company: Company) -> str:
    with company.database.read() as session:
        query = select(Questionnaire.number).join(Supplier, Supplier.id == Questionnaire.supplier_id)
        found = session.scalar(query.where(Supplier.number == company.suppliers["own"]).limit(1))
    return found or "QUE-00001"


def _file(company: Company, number: str) -> int:
    with company.database.read() as session:
        query = select(func.max(Attachment.id)).join(Questionnaire, Questionnaire.id == Attachment.record_id)
        return (
            session.scalar(query.where(Attachment.record_kind == "questionnaire", Questionnaire.number == number)) or 0
        )


EXAMPLES: dict[tuple[str, str], tuple[Any, ...]] = {
    ("GET", "/questionnaires/<number>"): (numbered(), UNKNOWN),
    ("POST", "/questionnaires/<number>/actions/<action>"): (
        numbered(action="withdraw"),
        {**UNKNOWN, "action": "withdraw"},
        {"expected_version": "1"},
    ),
    ("POST", "/questionnaires/<number>/review"): (numbered(), UNKNOWN),
    ("GET", "/questionnaires/<number>/files/<int:file_id>"): (with_file, {**UNKNOWN, "file_id": 1}),
    ("GET", "/questionnaires/<number>/files/<int:file_id>/view"): (
        numbered(file_id=999_999),
        {**UNKNOWN, "file_id": 1},
    ),
    ("GET", "/questionnaires/<number>/files/<int:file_id>/pages/<int:page>"): (
        numbered(file_id=999_999, page=1),
        {**UNKNOWN, "file_id": 1, "page": 1},
    ),
    ("GET", "/portal/items/<int:link_id>/sections/<section_id>"): (
        linked(section_id="system"),
        {**NO_LINK, "section_id": "system"},
    ),
    ("POST", "/portal/items/<int:link_id>/sections/<section_id>"): (
        linked(section_id="system"),
        {**NO_LINK, "section_id": "system"},
        {"go": "later"},
    ),
    ("POST", "/portal/items/<int:link_id>/sections/<section_id>/draft"): (
        linked(section_id="system"),
        {**NO_LINK, "section_id": "system"},
    ),
    ("POST", "/portal/items/<int:link_id>/questions/<question_id>/file"): (
        linked(question_id="qms_certificate"),
        {**NO_LINK, "question_id": "qms_certificate"},
        {"section": "system"},
    ),
    ("POST", "/portal/items/<int:link_id>/questions/<question_id>/file/remove"): (
        linked(question_id="insurance_policy"),
        {**NO_LINK, "question_id": "insurance_policy"},
        {"section": "finance"},
    ),
    ("GET", "/portal/items/<int:link_id>/answer-files/<int:file_id>"): (linked_file, {**NO_LINK, "file_id": 1}),
    ("GET", "/portal/items/<int:link_id>/answer-files/<int:file_id>/view"): (
        linked(file_id=999_999),
        {**NO_LINK, "file_id": 1},
    ),
    ("GET", "/portal/items/<int:link_id>/answer-files/<int:file_id>/pages/<int:page>"): (
        linked(file_id=999_999, page=1),
        {**NO_LINK, "file_id": 1, "page": 1},
    ),
}
