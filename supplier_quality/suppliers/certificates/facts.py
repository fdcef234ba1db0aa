"""What rules may read about certificates, and about the certificates of a supplier: a few queries for all records asked about."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from supplier_quality.documents.models import Attachment
from supplier_quality.engine.fact_names import name_facts
from supplier_quality.engine.registry import FactProvider
from supplier_quality.language import _
from supplier_quality.suppliers import places
from supplier_quality.suppliers.certificates.enums import REPLACEABLE
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.queries import warnings_for
from supplier_quality.suppliers.models import Contact, Site, Supplier
from supplier_quality.suppliers.queries import first_contact_order

CERTIFICATE_TYPE = {
    "supplier_id": "int",
    "site_id": "int",
    "standard": "string",
    "number": "string",
    "body": "string",
    "scope": "string",
    "valid_from": "date?",
    "valid_to": "date?",
    "grace_until": "date?",
    "answer_by": "date?",
    "safety_parts": "bool",
    "entered_by": "string",
    "has_file": "bool",
    "warnings": "int",
    "primary_contact": "string",
    "site": {"country": "string", "zone": "string"},
}
CERTIFICATES_TYPE = [
    {
        "standard": "string",
        "edition": "string",
        "number": "string",
        "site_id": "int",
        "site": "string",
        "state": "string",
        "valid_to": "date?",
        "grace_until": "date?",
    }
]


def _row(ids: Sequence[int]) -> Any:
    email = (
        select(Contact.email)
        .where(
            Contact.supplier_id == Certificate.supplier_id,
            Contact.active,
            Contact.email.is_not(None),
            Contact.bounced_at.is_(None),
        )
        .order_by(*first_contact_order())
        .limit(1)
        .correlate(Certificate)
        .scalar_subquery()
    )
    has_file = exists().where(
        Attachment.record_kind == Certificate.subject_kind,
        Attachment.record_id == Certificate.id,
        Attachment.removed_at.is_(None),
        Attachment.submitted_at.is_not(None),
    )
    return (
        select(
            Certificate.id, Certificate.supplier_id, Certificate.site_id, Certificate.standard,
            Certificate.certificate_no, Certificate.body, Certificate.scope, Certificate.valid_from,
            Certificate.valid_to, Certificate.grace_until, Certificate.answer_by, Certificate.safety_parts,
            Certificate.entered_by, Site.country.label("site_country"), Site.zone.label("site_zone"),
            Supplier.country, email.label("email"), has_file.label("has_file"),
        )
        .join(Site, Site.id == Certificate.site_id)
        .join(Supplier, Supplier.id == Certificate.supplier_id)
        .where(Certificate.id.in_(ids))
    )  # fmt: skip


def load_certificates(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``certificate``."""
    warned = warnings_for(session, ids)
    return {row.id: _certificate(row, len(warned.get(row.id, ()))) for row in session.execute(_row(ids))}


def _certificate(row: Any, warnings: int) -> dict[str, Any]:
    country = row.site_country or row.country
    zone = row.site_zone if row.site_country and row.site_zone else places.main_zone(country)
    known: dict[str, Any] = {
        "supplier_id": row.supplier_id,
        "site_id": row.site_id,
        "standard": row.standard,
        "number": row.certificate_no or "",
        "body": row.body or "",
        "scope": row.scope or "",
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "grace_until": row.grace_until,
        "answer_by": row.answer_by,
        "safety_parts": row.safety_parts,
        "entered_by": row.entered_by or "",
        "has_file": bool(row.has_file),
        "warnings": warnings,
        "primary_contact": row.email or "",
    }
    # A country without known working days leaves the fact out: the engine then counts by our plant's calendar.
    return {**known, "site": {"country": country, "zone": zone}} if zone and places.has_calendar(country) else known


def load_of_suppliers(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``certificates`` of suppliers: what was verified once and was not replaced since, with its state."""
    query = (
        select(
            Certificate.supplier_id, Certificate.standard, Certificate.edition, Certificate.certificate_no,
            Certificate.site_id, Site.name, Certificate.state, Certificate.valid_to, Certificate.grace_until,
        )
        .join(Site, Site.id == Certificate.site_id)
        .where(Certificate.supplier_id.in_(ids), Certificate.state.in_(REPLACEABLE))
        .order_by(Certificate.supplier_id, Certificate.id)
    )  # fmt: skip
    found: dict[int, list[dict[str, Any]]] = {id_: [] for id_ in ids}
    for row in session.execute(query):
        found[row.supplier_id].append(
            {
                "standard": row.standard,
                "edition": row.edition or "",
                "number": row.certificate_no or "",
                "site_id": row.site_id,
                "site": row.name,
                "state": row.state,
                "valid_to": row.valid_to,
                "grace_until": row.grace_until,
            }
        )
    return {**found}


FACTS: tuple[FactProvider, ...] = (
    FactProvider(Certificate.subject_kind, "certificate", CERTIFICATE_TYPE, load_certificates),
    FactProvider(Supplier.subject_kind, "certificates", CERTIFICATES_TYPE, load_of_suppliers),
)

name_facts(
    {
        "certificate": _("Certificate"),
        "certificate.supplier_id": _("Supplier"),
        "certificate.site_id": _("Site"),
        "certificate.site.country": _("Country of the site"),
        "certificate.site.zone": _("Time zone of the site"),
        "certificates.number": _("Certificate number"),
        "certificates.edition": _("Edition"),
        "certificates.site": _("Site"),
        "certificates.site_id": _("Site"),
        "certificates.grace_until": _("end of the grace"),
        "certificate.standard": _("Standard"),
        "certificate.number": _("Certificate number"),
        "certificate.body": _("Certification body"),
        "certificate.scope": _("Scope"),
        "certificate.valid_from": _("Valid from"),
        "certificate.valid_to": _("end of the validity"),
        "certificate.grace_until": _("end of the grace"),
        "certificate.answer_by": _("day by which we need it"),
        "certificate.safety_parts": _("Safety parts rest on it"),
        "certificate.entered_by": _("Who entered the certificate"),
        "certificate.has_file": _("Certificate attached as a file"),
        "certificate.warnings": _("Warning signs"),
        "certificate.primary_contact": _("Who is written to first"),
        "certificate.site": _("the supplier's site"),
        "certificates": _("Verified certificates"),
        "certificates.standard": _("Standard"),
        "certificates.state": _("State"),
        "certificates.valid_to": _("end of the validity"),
    }
)
