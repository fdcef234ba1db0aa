"""Reading directed sources; whoever may read a supplier may read who directs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality import documents
from supplier_quality.documents import Attached
from supplier_quality.errors import NotFound
from supplier_quality.language import _
from supplier_quality.suppliers.directed.models import LETTERS, DirectedSource
from supplier_quality.suppliers.models import Supplier


class DirectedSourceNotFound(NotFound):
    """The supplier has no such directed source."""

    code = "directed_source_not_found"


@dataclass(frozen=True, slots=True)
class DirectedView:
    """A directed source with the customer's letters, the newest first."""

    source: DirectedSource
    letters: Sequence[Attached]


def directed_of(session: Session, supplier: Supplier) -> Sequence[DirectedView]:
    """The directed sources of a supplier: those that hold first, then the latest that ended."""
    query = select(DirectedSource).where(DirectedSource.supplier_id == supplier.id)
    sources = session.scalars(query.order_by(DirectedSource.id.desc())).all()
    files: dict[str, list[Attached]] = {}
    if sources:
        attached = documents.attachments_of(
            session, record_kind=Supplier.subject_kind, record_id=supplier.id, slot_prefix=LETTERS
        )
        for file in reversed(attached):
            files.setdefault(file.slot, []).append(file)
    ordered = sorted(sources, key=lambda source: source.ended_on is not None)
    return [DirectedView(source, files.get(source.slot, ())) for source in ordered]


def get_directed_source(session: Session, supplier: Supplier, source_id: int) -> DirectedSource:
    """A directed source of this supplier. Raises DirectedSourceNotFound, also for another supplier's."""
    query = select(DirectedSource).where(DirectedSource.id == source_id, DirectedSource.supplier_id == supplier.id)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise DirectedSourceNotFound(_("%(number)s has no such directed source.", number=supplier.number))
    return found


def directing_customers(session: Session, supplier_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """The customers who direct us to these suppliers, by supplier; one query however many there are."""
    if not supplier_ids:
        return {}
    query = (
        select(DirectedSource.supplier_id, DirectedSource.customer)
        .where(DirectedSource.supplier_id.in_(set(supplier_ids)), DirectedSource.ended_on.is_(None))
        .order_by(DirectedSource.supplier_id, DirectedSource.customer)
    )
    found: dict[int, list[str]] = {}
    for supplier_id, customer in session.execute(query):
        if customer not in found.setdefault(supplier_id, []):
            found[supplier_id].append(customer)
    return found
