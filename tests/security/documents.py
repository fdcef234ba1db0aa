"""A document, a self-assessment with its plan and a directed source for each supplier of the company, and where they stand."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import func, select

from supplier_quality import clock
from supplier_quality.documents.models import Attachment
from supplier_quality.documents.store import file_store
from supplier_quality.suppliers.directed.details import DirectedDetails
from supplier_quality.suppliers.directed.models import DirectedSource
from supplier_quality.suppliers.directed.operations import add_directed_source
from supplier_quality.suppliers.document_bank import operations as documents
from supplier_quality.suppliers.document_bank.details import DocumentDetails
from supplier_quality.suppliers.document_bank.models import SupplierDocument
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.special_processes import operations as special
from supplier_quality.suppliers.special_processes.details import AssessmentDetails, PlanDetails
from supplier_quality.suppliers.special_processes.models import PlanLine, ProcessAssessment
from tests.security.company import Company

Values = dict[str, Any]


def add_documents(company: Company, key: str) -> None:
    """What this module is about, for the supplier under this key; both records are still open."""
    act: dict[str, Any] = {"actor": company.actor("sqe"), "at": clock.now()}
    with company.database.write() as session:
        supplier = session.scalars(select(Supplier).where(Supplier.number == company.suppliers[key])).one()
        site = session.get_one(Site, company.sites[key])
        text = io.BytesIO(b"We declare that nothing of the list is in it.\n")
        stored = file_store(session).put(text, name="declaration.txt", limit=10_000)

        of_type = documents.type_for(session, "rohs", actor=act["actor"])
        document = documents.register_document(session, supplier, of_type, DocumentDetails(reference=key), **act)
        documents.add_document_file(session, document, stored, **act)

        process = special.process_for(session, "welding")
        details = AssessmentDetails(assessed_on=date(2026, 11, 2), findings=1)
        assessment = special.register_assessment(session, supplier, site, process, details, **act)
        special.add_assessment_file(session, assessment, stored, **act)
        line = PlanDetails(action="Check seams", responsible="Foreman", due=date(2027, 1, 1))
        special.add_plan_line(session, assessment, line, **act)

        directed = DirectedDetails(customer="Rhein Motoren", scope="Seats", since=date(2026, 1, 1), customer_owns=[])
        add_directed_source(session, supplier, directed, **act)
    company.work_off()


def document(**more: Any) -> Callable[[Company, str], Values]:
    return lambda company, _who: {"number": _number(company, SupplierDocument), **more}


def assessment(**more: Any) -> Callable[[Company, str], Values]:
    return lambda company, _who: {"number": _number(company, ProcessAssessment), **more}


def file_of(model: Any, **more: Any) -> Callable[[Company, str], Values]:
    """The file of the own supplier's record."""

    def values(company: Company, _who: str) -> Values:
        number = _number(company, model)
        with company.database.read() as session:
            query = select(func.max(Attachment.id)).join(model, model.id == Attachment.record_id)
            found = session.scalar(query.where(Attachment.record_kind == model.subject_kind, model.number == number))
        return {"number": number, "file_id": found or 0, **more}

    return values


def plan_line(company: Company, _who: str) -> Values:
    number = _number(company, ProcessAssessment)
    with company.database.read() as session:
        query = select(func.max(PlanLine.id)).join(ProcessAssessment).where(ProcessAssessment.number == number)
        return {"number": number, "line_id": session.scalar(query) or 0}


def directed(company: Company, _who: str) -> Values:
    with company.database.read() as session:
        query = select(func.max(DirectedSource.id)).join(Supplier).where(Supplier.number == company.suppliers["own"])
        return {"number": company.suppliers["own"], "source_id": session.scalar(query) or 0}


def _number(company: Company, model: Any) -> str:
    """The number of the own supplier's record; one that does not exist where the company was not furnished."""
    with company.database.read() as session:
        query = select(func.max(model.number)).join(Supplier, Supplier.id == model.supplier_id)
        found = session.scalar(query.where(Supplier.number == company.suppliers["own"]))
    return found or f"{model.number_series}-00001"


def supplier(company: Company, _who: str) -> Values:
    return {"number": company.suppliers["own"]}


def _seen(**fields: str) -> Callable[[Company, str], Values]:
    """The fields of a form beside the version of the supplier that its page showed."""
    return lambda company, _who: {**fields, "expected_version": company.version(company.suppliers["own"])}


_UNKNOWN_SUPPLIER = {"number": "SUP-99999"}
_UNKNOWN_DOCUMENT = {"number": "DOC-99999"}
_UNKNOWN_ASSESSMENT = {"number": "SPA-99999"}
_UNKNOWN_LINE = {"number": "SPA-99999", "line_id": 99_999}
_UNKNOWN_SOURCE = {"number": "SUP-99999", "source_id": 99_999}

EXAMPLES: dict[tuple[str, str], tuple[Any, ...]] = {
    ("GET", "/suppliers/<number>/documents/new"): (supplier, _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/documents/new"): (supplier, _UNKNOWN_SUPPLIER, {"type": ""}),
    ("GET", "/documents/<number>"): (document(), _UNKNOWN_DOCUMENT),
    ("GET", "/documents/<number>/edit"): (document(), _UNKNOWN_DOCUMENT),
    ("POST", "/documents/<number>/edit"): (
        document(),
        _UNKNOWN_DOCUMENT,
        {"valid_to": "never", "expected_version": "1"},
    ),
    ("POST", "/documents/<number>/actions/<action>"): (
        document(action="end"),
        {**_UNKNOWN_DOCUMENT, "action": "end"},
        {"expected_version": "1"},
    ),
    ("GET", "/documents/<number>/files/<int:file_id>"): (
        file_of(SupplierDocument),
        {**_UNKNOWN_DOCUMENT, "file_id": 1},
    ),
    ("GET", "/documents/<number>/files/<int:file_id>/view"): (
        file_of(SupplierDocument),
        {**_UNKNOWN_DOCUMENT, "file_id": 1},
    ),
    ("GET", "/documents/<number>/files/<int:file_id>/pages/<int:page>"): (
        file_of(SupplierDocument, page=1),
        {**_UNKNOWN_DOCUMENT, "file_id": 1, "page": 1},
    ),
    ("POST", "/suppliers/<number>/notes"): (supplier, _UNKNOWN_SUPPLIER, {"text": ""}),
    ("GET", "/suppliers/<number>/directed-sources/new"): (supplier, _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/directed-sources/new"): (supplier, _UNKNOWN_SUPPLIER, _seen(customer="")),
    ("GET", "/suppliers/<number>/directed-sources/<int:source_id>"): (directed, _UNKNOWN_SOURCE),
    ("POST", "/suppliers/<number>/directed-sources/<int:source_id>"): (directed, _UNKNOWN_SOURCE, _seen(customer="")),
    ("GET", "/suppliers/<number>/special-processes/new"): (supplier, _UNKNOWN_SUPPLIER),
    ("POST", "/suppliers/<number>/special-processes/new"): (supplier, _UNKNOWN_SUPPLIER, {"site_id": ""}),
    ("GET", "/special-processes/<number>"): (assessment(), _UNKNOWN_ASSESSMENT),
    ("GET", "/special-processes/<number>/edit"): (assessment(), _UNKNOWN_ASSESSMENT),
    ("POST", "/special-processes/<number>/edit"): (
        assessment(),
        _UNKNOWN_ASSESSMENT,
        {"findings": "many", "expected_version": "1"},
    ),
    ("POST", "/special-processes/<number>/actions/<action>"): (
        assessment(action="not_needed"),
        {**_UNKNOWN_ASSESSMENT, "action": "not_needed"},
        {"expected_version": "1"},
    ),
    ("POST", "/special-processes/<number>/plan"): (
        assessment(),
        _UNKNOWN_ASSESSMENT,
        {"action": "", "expected_version": "1"},
    ),
    ("POST", "/special-processes/<number>/plan/<int:line_id>"): (
        plan_line,
        _UNKNOWN_LINE,
        {"action": "", "expected_version": "1"},
    ),
    ("POST", "/special-processes/<number>/plan/<int:line_id>/done"): (
        plan_line,
        _UNKNOWN_LINE,
        {"expected_version": "1"},
    ),
    ("GET", "/special-processes/<number>/files/<int:file_id>"): (
        file_of(ProcessAssessment),
        {**_UNKNOWN_ASSESSMENT, "file_id": 1},
    ),
    ("GET", "/special-processes/<number>/files/<int:file_id>/view"): (
        file_of(ProcessAssessment),
        {**_UNKNOWN_ASSESSMENT, "file_id": 1},
    ),
    ("GET", "/special-processes/<number>/files/<int:file_id>/pages/<int:page>"): (
        file_of(ProcessAssessment, page=1),
        {**_UNKNOWN_ASSESSMENT, "file_id": 1, "page": 1},
    ),
}
"""By method and rule what ``Example`` takes: values of the address, unknown ones, the form. A form that misses its reason moves nothing."""
