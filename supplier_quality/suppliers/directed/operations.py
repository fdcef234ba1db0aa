"""Acts on directed sources. Each checks, changes, writes the supplier's trail, and returns the row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.documents import Attached, StoredFile
from supplier_quality.documents.evidence import keep_evidence
from supplier_quality.engine.notes import note
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.errors import BadInput, Conflict, Problem
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.suppliers.directed.details import DirectedDetails
from supplier_quality.suppliers.directed.models import DirectedSource
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.names import tidy
from supplier_quality.suppliers.operations import check_not_merged
from supplier_quality.suppliers.permissions import check_may_edit_suppliers
from supplier_quality.suppliers.rules import differences


class AlreadyEnded(Conflict):
    """It holds no more and stays as it was."""

    code = "directed_source_ended"


class NoReason(BadInput):
    """Why it ends has to be said."""

    code = "no_reason"


def add_directed_source(
    session: Session, supplier: Supplier, details: DirectedDetails, *, letter: StoredFile | None = None, actor: Actor,
    at: datetime, expected_version: int | None = None,
) -> DirectedSource:  # fmt: skip
    """Note that a customer directs us to this supplier, with the customer's letter.

    Raises MayNotEditSuppliers, MergedAway, Stale, NotStored.
    """
    check_may_edit_suppliers(actor)
    check_not_merged(supplier)

    source = DirectedSource(
        supplier_id=supplier.id, added_at=at, added_by_name=actor.label[:200], **details.values()
    )  # fmt: skip
    session.add(source)
    session.flush()
    data = {"directed": source.id, "added": {**details.values(), "since": details.since.isoformat()}}
    told = {"customer": source.customer, **data}
    note(session, supplier, actor=actor, at=at, action="directed.added", data=told, expected_version=expected_version)
    _keep_letter(session, supplier, source, letter, actor=actor, at=at)
    return source


def edit_directed_source(
    session: Session, supplier: Supplier, source: DirectedSource, details: DirectedDetails, *,
    letter: StoredFile | None = None, actor: Actor, at: datetime, expected_version: int | None = None,
) -> DirectedSource:  # fmt: skip
    """Correct what is known of a directed source, or add a letter. Raises as :func:`add_directed_source`, and AlreadyEnded."""
    check_may_edit_suppliers(actor)
    check_not_merged(supplier)
    _check_holds(source)
    changes = differences({name: getattr(source, name) for name in details.values()}, details.values())

    for name, (_old, new) in changes.items():
        setattr(source, name, new)
    if changes:
        told = {"directed": source.id, "customer": source.customer, "changes": changes}
        note(session, supplier, actor=actor, at=at, action="directed.edited", data=told,
             expected_version=expected_version)  # fmt: skip
    _keep_letter(session, supplier, source, letter, actor=actor, at=at)
    return source


def end_directed_source(
    session: Session, supplier: Supplier, source: DirectedSource, *, reason: str, actor: Actor, at: datetime,
    expected_version: int | None = None,
) -> DirectedSource:  # fmt: skip
    """The customer directs us to this supplier no more. Raises as :func:`edit_directed_source`, and NoReason."""
    check_may_edit_suppliers(actor)
    check_not_merged(supplier)
    _check_holds(source)
    reason = tidy(reason)[:2_000]
    if not reason:
        said = _("The reason is missing.")
        raise NoReason(said, (Problem(said, _("Say why it ends."), column="reason"),))

    source.ended_on, source.ended_reason = day_in_plant(session, at), reason
    told: Mapping[str, Any] = {"directed": source.id, "customer": source.customer, "reason": reason}
    note(session, supplier, actor=actor, at=at, action="directed.ended", data=told, expected_version=expected_version)
    return source


def _keep_letter(
    session: Session,
    supplier: Supplier,
    source: DirectedSource,
    letter: StoredFile | None,
    *,
    actor: Actor,
    at: datetime,
) -> Attached | None:
    if letter is None:
        return None
    told = {"directed": source.id, "customer": source.customer}
    return keep_evidence(
        session, supplier, letter, slot=source.slot, action="directed.letter_added", actor=actor, at=at, told=told
    )


def _check_holds(source: DirectedSource) -> None:
    if source.ended_on is not None:
        raise AlreadyEnded(_("This has ended and stays as it was. Add it again if the customer directs it anew."))
