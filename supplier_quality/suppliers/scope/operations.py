"""Acts on lines of scope. Each checks, changes through the engine and returns the record."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from supplier_quality.engine.fire import Fired, fire
from supplier_quality.engine.start import start
from supplier_quality.engine.timers import rearm
from supplier_quality.errors import BadInput, Conflict, Problem
from supplier_quality.identity import Actor, system_actor
from supplier_quality.identity.enums import Via
from supplier_quality.identity.signatures import Signature
from supplier_quality.language import _
from supplier_quality.parts.models import Commodity
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.rules import as_date
from supplier_quality.suppliers.scope.enums import ScopeAction, ScopeState, Why
from supplier_quality.suppliers.scope.limits import COVERED, OPEN, forget_standing, limits_on, settle
from supplier_quality.suppliers.scope.models import ScopeLine
from supplier_quality.suppliers.scope.permissions import check_may_request_scope

LONGEST_PART = 80


class ScopeThereAlready(Conflict):
    """The supplier has an open line for the same site, commodity and part."""

    code = "scope_there_already"


class BadScope(BadInput):
    """What was given for a line cannot be used; ``details`` names each field."""

    code = "bad_scope"


def request_scope(
    session: Session,
    supplier: Supplier,
    site: Site,
    commodity: Commodity,
    *,
    part_number: str | None = None,
    actor: Actor,
    at: datetime,
) -> ScopeLine:
    """Ask for the approval of a supplier's site for a commodity, or for one part of it.

    Raises MayNotRequestScope, BadScope, ScopeThereAlready.
    """
    check_may_request_scope(actor)
    part_number = " ".join((part_number or "").split()) or None
    _check_usable(site, commodity, part_number)
    # Two requests for the same line at one time wait for each other here.
    session.execute(select(Supplier.id).where(Supplier.id == supplier.id).with_for_update())
    _check_new(session, supplier, site, commodity, part_number)

    line = ScopeLine(
        supplier_id=supplier.id,
        site_id=site.id,
        commodity_id=commodity.id,
        part_number=part_number,
        requested_by=actor.id,
    )
    told = {
        "supplier": {"number": supplier.number, "label": f"{supplier.number} {supplier.name}"},
        "site": {"id": site.id, "label": site.name},
        "commodity": {"number": commodity.number, "label": commodity.number},
        "part_number": part_number,
    }
    start(session, line, actor=actor, at=at, data=told)
    return line


def move_scope(
    session: Session,
    line: ScopeLine,
    action: str,
    *,
    actor: Actor,
    at: datetime,
    form: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
    signature: Signature | None = None,
    idempotency_key: str | None = None,
) -> Fired:
    """Take one action of the process of scope, keep what was decided, and let limits that stand count for it.

    Whether it is allowed is the process's business. Raises Refused, Stale, KeyReused.
    """
    form = dict(form or {})
    _keep_what_timers_read(line, action, form, actor=actor)
    fired = fire(
        session, line, action, actor=actor, at=at, form=form, expected_version=expected_version,
        signature=signature, idempotency_key=idempotency_key,
    )  # fmt: skip
    if not fired.replayed:
        _keep_decision(session, line, fired, at=at)
    return fired


def phase_out_with_supplier(
    session: Session, supplier_id: int, *, last_day: date | None, reason: str, actor: Actor, at: datetime
) -> None:
    """Phase out what is ordered from a supplier, or held, until the supplier's last day, which no line outlasts.

    What only the supplier's own standing had held runs out like the rest; what a site lacks still holds its lines.
    """
    forget_standing(session, supplier_id)
    query = select(ScopeLine).where(
        ScopeLine.supplier_id == supplier_id,
        ScopeLine.state.in_(COVERED),
        or_(ScopeLine.state != ScopeState.PHASING_OUT, ScopeLine.valid_to > last_day),
    )
    form = {"last_day": last_day, "reason": reason, "decided_by": actor.label[:200]}
    for line in session.scalars(query.order_by(ScopeLine.id)).all():
        line.suspended_by, line.valid_to = actor.id, last_day
        fired = fire(
            session, line, ScopeAction.PHASE_OUT_WITH_SUPPLIER, actor=system_actor(Via.POLICY), at=at, form=form
        )
        _keep_decision(session, line, fired, at=at)


def _keep_decision(session: Session, line: ScopeLine, fired: Fired, *, at: datetime) -> None:
    """Keep what was decided, and let limits that stand count for it."""
    line.decided = fired.to_state
    session.flush()
    # Timers of both the state before and this one were kept as they stood; they hang on the new days.
    rearm(session, line, at=at)
    if fired.to_state not in set(ScopeState):
        return
    standing = limits_on(session, line)
    reason = standing[0].reason if standing else None
    settle(session, line, why=Why.STANDING, reason=reason, actor=system_actor(Via.POLICY), at=at)


def _keep_what_timers_read(line: ScopeLine, action: str, form: Mapping[str, Any], *, actor: Actor) -> None:
    """Columns that facts and timers of the new state hang on; a refusal rolls them back with everything else."""
    if action == ScopeAction.APPROVE:
        line.conditions, line.due, line.valid_to = None, None, as_date(form.get("valid_to"))
    elif action == ScopeAction.APPROVE_CONDITIONALLY:
        line.conditions = str(form.get("conditions") or "") or None
        line.due, line.valid_to = as_date(form.get("due")), as_date(form.get("valid_to"))
    elif action == ScopeAction.PHASE_OUT:
        line.suspended_by, line.valid_to = actor.id, as_date(form.get("last_day"))
    elif action == ScopeAction.SUSPEND:
        line.suspended_by = actor.id
    elif action == ScopeAction.REQUEST_AGAIN:
        line.requested_by = actor.id
    elif action == ScopeAction.REINSTATE:
        line.conditions, line.due = None, None
        if line.decided == ScopeState.PHASING_OUT:
            line.valid_to = None


def _check_usable(site: Site, commodity: Commodity, part_number: str | None) -> None:
    problems = []
    if not site.active:
        problems.append(Problem(_("This site is out of use."), _("Choose another site."), column="site_id"))
    if not commodity.active:
        said = _("This commodity is out of use.")
        problems.append(Problem(said, _("Choose another commodity."), column="commodity"))
    if part_number is not None and (len(part_number) > LONGEST_PART or not part_number.isprintable()):
        said = _("This cannot be a part number.")
        remedy = _("Write at most %(most)s characters.", most=LONGEST_PART)
        problems.append(Problem(said, remedy, column="part_number", value=part_number[:80]))
    if problems:
        raise BadScope(_("Some entries cannot be used."), tuple(problems))


def _check_new(session: Session, supplier: Supplier, site: Site, commodity: Commodity, part_number: str | None) -> None:
    other = session.scalar(
        select(ScopeLine.number).where(
            ScopeLine.supplier_id == supplier.id,
            ScopeLine.site_id == site.id,
            ScopeLine.commodity_id == commodity.id,
            ScopeLine.part_number.is_(None) if part_number is None else ScopeLine.part_number == part_number,
            ScopeLine.state.in_(OPEN),
        )
    )
    if other is not None:
        problem = Problem(_("There is such a line."), _("Use line %(number)s.", number=other), column="commodity")
        raise ScopeThereAlready(_("The supplier has this scope already: %(number)s.", number=other), (problem,))
