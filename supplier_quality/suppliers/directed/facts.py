"""What rules may read about who directs us to a supplier."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.fact_names import name_facts
from supplier_quality.engine.registry import FactProvider
from supplier_quality.language import _
from supplier_quality.suppliers.directed.models import DirectedSource
from supplier_quality.suppliers.models import Supplier

DIRECTED_TYPE = [{"customer": "string", "since": "date", "customer_owns": ["string"]}]


def load_directed(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``directed_sources`` of suppliers: those that hold."""
    query = (
        select(DirectedSource)
        .where(DirectedSource.supplier_id.in_(ids), DirectedSource.ended_on.is_(None))
        .order_by(DirectedSource.supplier_id, DirectedSource.id)
    )
    found: dict[int, list[dict[str, Any]]] = {id_: [] for id_ in ids}
    for each in session.scalars(query):
        told = {"customer": each.customer, "since": each.since, "customer_owns": list(each.customer_owns)}
        found[each.supplier_id].append(told)
    return {**found}


FACTS: tuple[FactProvider, ...] = (
    FactProvider(Supplier.subject_kind, "directed_sources", DIRECTED_TYPE, load_directed),
)

name_facts(
    {
        "directed_sources": _("Customers who direct us to this source"),
        "directed_sources.customer": _("Customer"),
        "directed_sources.since": _("since"),
        "directed_sources.customer_owns": _("What the customer owns by contract"),
    }
)
