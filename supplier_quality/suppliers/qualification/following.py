"""What follows from a decision on a supplier: rating and route, conditions, steps that are not needed any more, its scope."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.engine.fire import Fired
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.identity import Actor, Via, system_actor
from supplier_quality.suppliers.enums import SupplierAction, SupplierState
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.qualification import operations, queries
from supplier_quality.suppliers.rules import as_date
from supplier_quality.suppliers.scope.operations import phase_out_with_supplier

ENDED = (
    SupplierState.REJECTED, SupplierState.WITHDRAWN, SupplierState.PHASING_OUT, SupplierState.PHASED_OUT,
    SupplierState.DISQUALIFIED,
)  # fmt: skip
"""States in which nothing has to be shown any more before a decision."""


def plan_next_qualification(session: Session, supplier: Supplier, action: str, *, at: datetime) -> None:
    """Set, before an approval is written, when the supplier is qualified again; a refusal rolls it back.

    A supplier that was never rated, as its process knew no ratings, gets its day with its first rating.
    """
    rating = queries.latest_ratings(session, [supplier.id]).get(supplier.id)
    if rating is not None and (action == SupplierAction.APPROVE or supplier.requalify_on is None):
        supplier.requalify_on = operations.next_qualification(session, rating.risk_class, day_in_plant(session, at))


def follow_decision(
    session: Session, supplier: Supplier, fired: Fired, form: Mapping[str, Any], *, actor: Actor, at: datetime
) -> None:
    """Do what an action on a supplier brings about beside its state."""
    if fired.to_state in operations.UNDER_REVIEW and fired.to_state != fired.from_state:
        open_qualification(session, supplier, at=at)
    elif fired.to_state in ENDED and fired.to_state != fired.from_state:
        operations.drop_steps(session, supplier, at=at)
    if fired.action == SupplierAction.APPROVE:
        supplier.qualified_at = at
        session.flush()
    elif fired.action == SupplierAction.APPROVE_CONDITIONALLY and operations.has_steps(session, supplier):
        texts = operations.read_conditions(str(form.get("conditions") or ""))
        due = as_date(form.get("due")) or as_date(form.get("valid_until"))
        operations.set_conditions(session, supplier, texts, due=due, actor=actor, at=at)
    elif fired.action == SupplierAction.PHASE_OUT:
        last_day, reason = as_date(form.get("last_day")), str(form.get("reason") or "")
        phase_out_with_supplier(session, supplier.id, last_day=last_day, reason=reason, actor=actor, at=at)


def open_qualification(session: Session, supplier: Supplier, *, at: datetime) -> None:
    """Rate a supplier that came under review and open the steps of its route, as the product does by itself."""
    if operations.has_steps(session, supplier):
        operations.determine_route(session, supplier, actor=system_actor(Via.POLICY), at=at)
