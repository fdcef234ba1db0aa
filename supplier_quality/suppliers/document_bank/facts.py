"""What rules may read about documents, and about the documents of a supplier: one query for all records asked about."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from supplier_quality.documents.models import Attachment
from supplier_quality.engine.fact_names import name_facts
from supplier_quality.engine.plant import zone_of_plant
from supplier_quality.engine.registry import FactProvider
from supplier_quality.language import _
from supplier_quality.suppliers.document_bank.enums import DocumentState
from supplier_quality.suppliers.document_bank.models import SupplierDocument
from supplier_quality.suppliers.document_bank.types import DocumentType, document_types
from supplier_quality.suppliers.models import Contact, Supplier
from supplier_quality.suppliers.queries import first_contact_order

DOCUMENT_TYPE = {
    "type": "string",
    "from_supplier": "bool",
    "needs_expiry": "bool",
    "of_year": "bool",
    "has_file": "bool",
    "valid_from": "date?",
    "valid_to": "date?",
    "remind_at": "timestamp?",
    "answer_by": "date?",
    "reporting_year": "int?",
    "primary_contact": "string",
}
DOCUMENTS_TYPE = {"valid": "map(string, bool)", "years": "map(string, int)"}

REMINDED_AT = time(7)
"""Reminders go out on the morning of their day, in the plant's time."""


def _row(ids: Sequence[int]) -> Any:
    email = (
        select(Contact.email)
        .where(
            Contact.supplier_id == SupplierDocument.supplier_id,
            Contact.active,
            Contact.email.is_not(None),
            Contact.bounced_at.is_(None),
        )
        .order_by(*first_contact_order())
        .limit(1)
        .correlate(SupplierDocument)
        .scalar_subquery()
    )
    has_file = exists().where(
        Attachment.record_kind == SupplierDocument.subject_kind,
        Attachment.record_id == SupplierDocument.id,
        Attachment.removed_at.is_(None),
        Attachment.submitted_at.is_not(None),
    )
    return select(
        SupplierDocument.id, SupplierDocument.type, SupplierDocument.valid_from, SupplierDocument.valid_to,
        SupplierDocument.remind_on, SupplierDocument.answer_by, SupplierDocument.reporting_year,
        email.label("email"), has_file.label("has_file"),
    ).where(SupplierDocument.id.in_(ids))  # fmt: skip


def load_documents(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``document``."""
    types = document_types(session)
    zone = zone_of_plant(session)
    return {row.id: _document(row, types.get(row.type), zone) for row in session.execute(_row(ids))}


def _document(row: Any, known: DocumentType | None, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "type": row.type,
        "from_supplier": bool(known and known.from_supplier),
        "needs_expiry": bool(known and known.needs_expiry),
        "of_year": bool(known and known.reporting_year),
        "has_file": bool(row.has_file),
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "remind_at": datetime.combine(row.remind_on, REMINDED_AT, zone) if row.remind_on else None,
        "answer_by": row.answer_by,
        "reporting_year": row.reporting_year,
        "primary_contact": row.email or "",
    }


def load_of_suppliers(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``documents`` of suppliers, by type: whether one is in force, and the latest reporting year (0 without any)."""
    types = document_types(session)
    query = (
        select(SupplierDocument.supplier_id, SupplierDocument.type, func.max(SupplierDocument.reporting_year))
        .where(SupplierDocument.supplier_id.in_(ids), SupplierDocument.state == DocumentState.VALID)
        .group_by(SupplierDocument.supplier_id, SupplierDocument.type)
    )
    found: dict[int, Any] = {
        id_: {"valid": dict.fromkeys(types, False), "years": dict.fromkeys(types, 0)} for id_ in ids
    }
    for supplier_id, type_, year in session.execute(query):
        found[supplier_id]["valid"][type_] = True
        found[supplier_id]["years"][type_] = year or 0
    return found


FACTS: tuple[FactProvider, ...] = (
    FactProvider(SupplierDocument.subject_kind, "document", DOCUMENT_TYPE, load_documents),
    FactProvider(Supplier.subject_kind, "documents", DOCUMENTS_TYPE, load_of_suppliers),
)

name_facts(
    {
        "document": _("Document"),
        "documents": _("Documents"),
        "document.type": _("Type of document"),
        "document.from_supplier": _("The supplier is asked for it by link"),
        "document.needs_expiry": _("It has to name its last day"),
        "document.of_year": _("It is about one reporting year"),
        "document.has_file": _("Document attached as a file"),
        "document.valid_from": _("Valid from"),
        "document.valid_to": _("end of the validity"),
        "document.remind_at": _("next reminder"),
        "document.answer_by": _("day by which we need it"),
        "document.reporting_year": _("Reporting year"),
        "document.primary_contact": _("Who is written to first"),
        "documents.valid": _("Documents in force, by type"),
        "documents.years": _("Latest reporting year, by type"),
    }
)
