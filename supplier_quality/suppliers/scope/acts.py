"""Acts that policies ask for: the standing of a supplier, or of what one of its sites rests on, moves its scope.

``scope.limit_site`` and ``scope.restore_site`` serve any kind of record: their parameters name the supplier, the site and a
cause of the caller's own, such as ``certificate:CER-00012``, by which exactly the same lines come back.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.engine.subject import Subject
from supplier_quality.identity import Actor
from supplier_quality.outbox import Poison
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.scope import limits
from supplier_quality.suppliers.scope.enums import LimitEffect, Why
from supplier_quality.suppliers.scope.limits import BY_SUPPLIER
from supplier_quality.suppliers.scope.mails import tell_procurement_of_moves

Parameters = Mapping[str, Any]


def limit_supplier(
    session: Session, supplier: Supplier, parameters: Parameters, *, actor: Actor, at: datetime, **_told: Any
) -> None:
    """``scope.limit_supplier {state, effect, keep_stronger}``, if the supplier still stands in that state."""
    if supplier.state != parameters["state"]:
        return
    why, reason = Why(f"supplier_{supplier.state}"), _words_of_last_step(session, supplier)
    moved = limits.limit_scope(
        session, supplier_id=supplier.id, cause=BY_SUPPLIER, effect=LimitEffect(parameters["effect"]), why=why,
        reason=reason, keep_stronger=bool(parameters.get("keep_stronger")), actor=actor, at=at,
    )  # fmt: skip
    tell_procurement_of_moves(session, supplier, moved, why=why, reason=reason, at=at)


def restore_supplier(
    session: Session, supplier: Supplier, parameters: Parameters, *, actor: Actor, at: datetime, **_told: Any
) -> None:
    """``scope.restore_supplier {state}``: bring back what only the supplier's standing had limited."""
    if supplier.state != parameters["state"]:
        return
    why, reason = Why(f"supplier_{supplier.state}"), _words_of_last_step(session, supplier)
    moved = limits.lift_limit(
        session, supplier_id=supplier.id, cause=BY_SUPPLIER, why=why, reason=reason, actor=actor, at=at
    )
    tell_procurement_of_moves(session, supplier, moved, why=why, reason=reason, at=at)


def end_supplier(
    session: Session, supplier: Supplier, parameters: Parameters, *, actor: Actor, at: datetime, **_told: Any
) -> None:
    """``scope.end_supplier {state}``: end every open line for good."""
    if supplier.state != parameters["state"]:
        return
    why, reason = Why(f"supplier_{supplier.state}"), _words_of_last_step(session, supplier)
    moved = limits.end_scope(session, supplier_id=supplier.id, why=why, reason=reason, actor=actor, at=at)
    tell_procurement_of_moves(session, supplier, moved, why=why, reason=reason, at=at)


def limit_site(
    session: Session, _subject: Subject, parameters: Parameters, *, actor: Actor, at: datetime, **_told: Any
) -> None:
    """``scope.limit_site {supplier_id, site_id, cause, effect?, reason?}``: the lines of one site become conditional, or
    with ``effect: suspended`` suspended. The same cause given again with another effect replaces the first.
    """
    supplier, site_id, cause = _place(session, parameters)
    reason = parameters.get("reason") or None
    moved = limits.limit_scope(
        session, supplier_id=supplier.id, site_id=site_id, cause=cause,
        effect=LimitEffect(parameters.get("effect") or LimitEffect.CONDITIONAL), why=Why.SITE_LIMITED, reason=reason,
        actor=actor, at=at,
    )  # fmt: skip
    tell_procurement_of_moves(session, supplier, moved, why=Why.SITE_LIMITED, reason=reason, at=at)


def restore_site(
    session: Session, _subject: Subject, parameters: Parameters, *, actor: Actor, at: datetime, **_told: Any
) -> None:
    """``scope.restore_site {supplier_id, site_id, cause, reason?}``: take back what this cause had limited."""
    supplier, site_id, cause = _place(session, parameters)
    reason = parameters.get("reason") or None
    moved = limits.lift_limit(
        session, supplier_id=supplier.id, site_id=site_id, cause=cause, why=Why.SITE_RESTORED, reason=reason,
        actor=actor, at=at,
    )  # fmt: skip
    tell_procurement_of_moves(session, supplier, moved, why=Why.SITE_RESTORED, reason=reason, at=at)


def _place(session: Session, parameters: Parameters) -> tuple[Supplier, int, str]:
    missing = [name for name in ("supplier_id", "site_id", "cause") if not parameters.get(name)]
    if missing:
        raise Poison(f"A policy limits or restores a site without saying its {', '.join(missing)}.")
    supplier = session.get(Supplier, parameters["supplier_id"])
    if supplier is None:
        raise Poison(f"A policy names supplier {parameters['supplier_id']}, which there is not.")
    return supplier, int(parameters["site_id"]), str(parameters["cause"])


def _words_of_last_step(session: Session, supplier: Supplier) -> str | None:
    """What was said when the supplier came to stand as it does."""
    for entry in reversed(trail.entries(session, supplier.subject_kind, supplier.id, limit=50)):
        if entry.to_state is not None and entry.to_state != entry.from_state:
            form = entry.data.get("form") or {}
            return str(form.get("reason") or form.get("comment") or "") or None
    return None


ACTS: dict[str, Callable[..., None]] = {
    "scope.limit_supplier": limit_supplier,
    "scope.restore_supplier": restore_supplier,
    "scope.end_supplier": end_supplier,
    "scope.limit_site": limit_site,
    "scope.restore_site": restore_site,
}
