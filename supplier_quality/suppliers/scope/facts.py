"""What rules may read about lines of scope: one query for all records asked about."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.fact_names import name_facts
from supplier_quality.engine.registry import FactProvider
from supplier_quality.language import _
from supplier_quality.parts.models import Commodity
from supplier_quality.suppliers import places
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.scope.models import ScopeLine

SCOPE_TYPE = {
    "requested_by": "string",
    "suspended_by": "string",
    "decided": "string",
    "valid_to": "date?",
    "due": "date?",
    "site_active": "bool",
    "site": {"country": "string", "zone": "string"},
}
SUPPLIER_TYPE = {"name": "string", "state": "string"}
COMMODITY_TYPE = {"name": "string", "active": "bool", "criticality": "string"}


def load_scope(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``scope``. A site without country counts by its supplier's."""
    query = (
        select(
            ScopeLine.id, ScopeLine.requested_by, ScopeLine.suspended_by, ScopeLine.decided, ScopeLine.valid_to,
            ScopeLine.due, Site.active, Site.country, Site.zone, Supplier.country.label("supplier_country"),
        )
        .join(Site, Site.id == ScopeLine.site_id)
        .join(Supplier, Supplier.id == ScopeLine.supplier_id)
        .where(ScopeLine.id.in_(ids))
    )  # fmt: skip
    return {row.id: _scope(row) for row in session.execute(query)}


def _scope(row: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "requested_by": row.requested_by,
        "suspended_by": row.suspended_by or "",
        "decided": row.decided or "",
        "valid_to": row.valid_to,
        "due": row.due,
        "site_active": row.active,
    }
    country = row.country or row.supplier_country
    zone = row.zone or places.main_zone(country)
    # Without known working days the fact is left out: the engine then counts by our plant's calendar.
    return {**known, "site": {"country": country, "zone": zone}} if zone and places.has_calendar(country) else known


def load_suppliers(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``supplier``: whose scope it is, and how it stands itself."""
    query = (
        select(ScopeLine.id, Supplier.name, Supplier.state)
        .join(Supplier, Supplier.id == ScopeLine.supplier_id)
        .where(ScopeLine.id.in_(ids))
    )
    return {row.id: {"name": row.name, "state": row.state} for row in session.execute(query)}


def load_commodities(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``commodity``."""
    query = (
        select(ScopeLine.id, Commodity.number, Commodity.active, Commodity.criticality)
        .join(Commodity, Commodity.id == ScopeLine.commodity_id)
        .where(ScopeLine.id.in_(ids))
    )
    return {
        row.id: {"name": row.number, "active": row.active, "criticality": row.criticality}
        for row in session.execute(query)
    }


FACTS: tuple[FactProvider, ...] = (
    FactProvider(ScopeLine.subject_kind, "scope", SCOPE_TYPE, load_scope),
    FactProvider(ScopeLine.subject_kind, "supplier", SUPPLIER_TYPE, load_suppliers),
    FactProvider(ScopeLine.subject_kind, "commodity", COMMODITY_TYPE, load_commodities),
)

name_facts(
    {
        "commodity": _("Commodity"),
        "scope": _("Scope"),
        "scope.site.country": _("Country of the site"),
        "scope.site.zone": _("Time zone of the site"),
        "scope.requested_by": _("Who asked for this scope"),
        "scope.suspended_by": _("Who suspended this scope"),
        "scope.decided": _("What people decided"),
        "scope.valid_to": _("end of the approval"),
        "scope.due": _("the day the conditions are due"),
        "scope.site_active": _("Site in use"),
        "scope.site": _("the supplier's site"),
        "supplier.state": _("State of the supplier"),
        "commodity.name": _("Commodity"),
        "commodity.active": _("Commodity in use"),
        "commodity.criticality": _("Criticality"),
    }
)
