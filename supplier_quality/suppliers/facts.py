"""What rules may read about suppliers: one query for all records asked about."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select, text
from sqlalchemy.orm import Session, aliased

from supplier_quality.engine.fact_names import name_facts
from supplier_quality.engine.registry import FactProvider
from supplier_quality.identity.models import User
from supplier_quality.language import _
from supplier_quality.outbox import OutboxRow
from supplier_quality.suppliers import places
from supplier_quality.suppliers.models import Contact, SelfAssessment, Site, Supplier, SupplierMerge
from supplier_quality.suppliers.queries import first_contact_order
from supplier_quality.suppliers.rules import certificates_of

SUPPLIER_TYPE = {
    "name": "string",
    "sites": "int",
    "contacts": "int",
    "primary_contact": "string",
    "owner": "string",
    "requested_by": "string",
    "suspended_by": "string",
    "valid_until": "date?",
    "requalify_on": "date?",
    "last_day": "date?",
    "site": {"country": "string", "zone": "string"},
}
ASSESSMENT_TYPE = {
    "submitted": "bool",
    "round": "int",
    "certificates": [{"standard": "string", "number": "string", "valid_until": "date"}],
    "quality_contact": "bool",
}
MERGE_TYPE = {
    "into": "string",
    "into_state": "string",
    "same": "bool",
    "from_state": "string",
    "waiting": "int",
}


def _of_supplier(column: Any, model: type[Site] | type[Contact]) -> Select[Any]:
    return select(column).where(model.supplier_id == Supplier.id, model.active)


def _first_site(column: Any) -> ScalarSelect[Any]:
    return _of_supplier(column, Site).where(Site.country.is_not(None)).order_by(Site.id).limit(1).scalar_subquery()


def load_suppliers(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``supplier``. The site is the oldest active one; without one the supplier's own country counts."""
    first_email = (
        _of_supplier(Contact.email, Contact)
        .where(Contact.email.is_not(None), Contact.bounced_at.is_(None))
        .order_by(*first_contact_order())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            Supplier.id,
            Supplier.name,
            Supplier.requested_by,
            Supplier.suspended_by,
            Supplier.valid_until,
            Supplier.requalify_on,
            Supplier.last_day,
            Supplier.country,
            User.name.label("owner"),
            _of_supplier(func.count(), Site).scalar_subquery().label("sites"),
            _of_supplier(func.count(), Contact).scalar_subquery().label("contacts"),
            first_email.label("email"),
            _first_site(Site.country).label("site_country"),
            _first_site(Site.zone).label("site_zone"),
        )
        .outerjoin(User, User.id == Supplier.owner_id)
        .where(Supplier.id.in_(ids))
    )
    return {row.id: _supplier(row) for row in session.execute(query)}


def _supplier(row: Any) -> dict[str, Any]:
    country = row.site_country or row.country
    zone = row.site_zone if row.site_country and row.site_zone else places.main_zone(country)
    known: dict[str, Any] = {
        "name": row.name,
        "sites": row.sites,
        "contacts": row.contacts,
        "primary_contact": row.email or "",
        "owner": row.owner or "",
        "requested_by": row.requested_by or "",
        "suspended_by": row.suspended_by or "",
        "valid_until": row.valid_until,
        "requalify_on": row.requalify_on,
        "last_day": row.last_day,
    }
    # A country without known working days leaves the fact out: the engine then counts by our plant's calendar.
    return {**known, "site": {"country": country, "zone": zone}} if zone and places.has_calendar(country) else known


def load_assessments(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``assessment``: what the latest submission says; a supplier that never submitted has an empty one."""
    latest = (
        select(SelfAssessment.supplier_id, func.max(SelfAssessment.round).label("round"))
        .where(SelfAssessment.supplier_id.in_(ids))
        .group_by(SelfAssessment.supplier_id)
        .subquery()
    )
    query = select(SelfAssessment.supplier_id, SelfAssessment.round, SelfAssessment.answers).join(
        latest, (latest.c.supplier_id == SelfAssessment.supplier_id) & (latest.c.round == SelfAssessment.round)
    )
    none: dict[str, Any] = {"submitted": False, "round": 0, "certificates": [], "quality_contact": False}
    found: dict[int, object] = dict.fromkeys(ids, none)
    for row in session.execute(query):
        found[row.supplier_id] = {
            "submitted": True,
            "round": row.round,
            "certificates": certificates_of(row.answers),
            "quality_contact": bool(row.answers.get("quality_contact")),
        }
    return found


def load_merges(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``merge``: the record that takes these in or has taken them in, and where they stood before."""
    survivor = aliased(Supplier)
    query = (
        select(
            Supplier.id, Supplier.merged_into, survivor.id.label("into_id"), survivor.state, SupplierMerge.from_state
        )
        .outerjoin(survivor, survivor.number == Supplier.merged_into)
        .outerjoin(SupplierMerge, (SupplierMerge.merged_id == Supplier.id) & SupplierMerge.undone_at.is_(None))
        .where(Supplier.id.in_(ids))
    )
    # Written as the index of waiting rows has it, so that only those are read.
    waiting = select(OutboxRow.record_id, func.count()).where(
        text("outbox.state IN ('ready', 'leased')"),
        OutboxRow.record_kind == Supplier.subject_kind,
        OutboxRow.record_id.in_(ids),
    )
    counts = {row[0]: row[1] for row in session.execute(waiting.group_by(OutboxRow.record_id))}
    return {
        row.id: {
            "into": row.merged_into or "",
            "into_state": row.state or "",
            "same": row.into_id == row.id,
            "from_state": row.from_state or "",
            "waiting": counts.get(row.id, 0),
        }
        for row in session.execute(query)
    }


FACTS: tuple[FactProvider, ...] = (
    FactProvider(Supplier.subject_kind, "supplier", SUPPLIER_TYPE, load_suppliers),
    FactProvider(Supplier.subject_kind, "assessment", ASSESSMENT_TYPE, load_assessments),
    FactProvider(Supplier.subject_kind, "merge", MERGE_TYPE, load_merges),
)

name_facts(
    {
        "merge": _("Merging"),
        "supplier": _("Supplier"),
        "supplier.name": _("Supplier"),
        "supplier.sites": _("Manufacturing sites"),
        "supplier.contacts": _("Contacts"),
        "supplier.primary_contact": _("Who is written to first"),
        "supplier.owner": _("Owner"),
        "supplier.requested_by": _("Who asked for the self-assessment"),
        "supplier.suspended_by": _("Who suspended the supplier"),
        "supplier.valid_until": _("end of the approval"),
        "supplier.requalify_on": _("day of the next qualification"),
        "supplier.last_day": _("last day of the phase-out"),
        "supplier.site": _("the supplier's site"),
        "supplier.site.country": _("Country of the site"),
        "supplier.site.zone": _("Time zone of the site"),
        "assessment": _("Self-assessment"),
        "assessment.submitted": _("Self-assessment submitted"),
        "assessment.round": _("Round of the self-assessment"),
        "assessment.certificates": _("Certificates"),
        "assessment.certificates.standard": _("Standard"),
        "assessment.certificates.number": _("number"),
        "assessment.certificates.valid_until": _("valid until"),
        "assessment.quality_contact": _("Quality contact named"),
        "merge.into": _("Record that stays"),
        "merge.into_state": _("State of the record that stays"),
        "merge.same": _("Both are the same record"),
        "merge.from_state": _("State before the merge"),
        "merge.waiting": _("Mails on their way"),
    }
)
