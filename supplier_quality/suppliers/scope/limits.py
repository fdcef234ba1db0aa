"""What a supplier's or a site's standing does to lines of scope, and taking it back.

A limit stands for as long as its cause does. A line shows the worse of what people decided and what limits it; so lifting a
limit brings back exactly the lines that nothing else holds, and a line approved meanwhile is covered like all others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from supplier_quality.engine.fire import fire
from supplier_quality.identity import Actor
from supplier_quality.suppliers.scope.enums import LimitEffect, ScopeAction, ScopeState, Why
from supplier_quality.suppliers.scope.models import EVERY_SITE, ScopeLimit, ScopeLine
from supplier_quality.suppliers.scope.resting import Resting, resting_of

# Lines in these states are covered by limits; in others nothing can be ordered anyway.
COVERED = tuple(state.value for state in ScopeState)
OPEN = ("requested", *COVERED, "expired", "rejected")
BY_SUPPLIER = "supplier"
"""The cause of what the supplier's own standing limits."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One line that a limit moved."""

    line_id: int
    from_state: str
    to_state: str


def limit_scope(
    session: Session,
    *,
    supplier_id: int,
    site_id: int | None = None,
    cause: str,
    effect: LimitEffect,
    why: Why,
    reason: str | None = None,
    keep_stronger: bool = False,
    standard: str | None = None,
    safety_effect: LimitEffect | None = None,
    stands_in: str | None = None,
    actor: Actor,
    at: datetime,
) -> list[Moved]:
    """Keep the lines of a supplier, or of one site, from being better than ``effect`` until ``cause`` is lifted.

    The same cause given again replaces its limit; with ``keep_stronger`` a stronger one of the same cause stays. The other
    parameters are those of :class:`ScopeLimit`.
    """
    place = EVERY_SITE if site_id is None else site_id
    limit = _limit(session, supplier_id, place, cause)
    if limit is None:
        limit = ScopeLimit(supplier_id=supplier_id, site_id=place, cause=cause, since=at)
        session.add(limit)
    elif keep_stronger and ScopeState(limit.effect).severity > ScopeState(effect).severity:
        return []
    limit.effect, limit.why, limit.reason = effect, why, reason
    limit.standard, limit.safety_effect, limit.stands_in = standard, safety_effect, stands_in
    session.flush()
    return settle_all(session, supplier_id, site_id, why=why, reason=reason, actor=actor, at=at)


def lift_limit(
    session: Session,
    *,
    supplier_id: int,
    site_id: int | None = None,
    cause: str,
    why: Why,
    reason: str | None = None,
    actor: Actor,
    at: datetime,
) -> list[Moved]:
    """Take a limit away; lines that nothing else limits return to what people had decided."""
    limit = _limit(session, supplier_id, EVERY_SITE if site_id is None else site_id, cause)
    if limit is None:
        return []
    session.delete(limit)
    session.flush()
    return settle_all(session, supplier_id, site_id, why=why, reason=reason, actor=actor, at=at)


def forget_standing(session: Session, supplier_id: int) -> None:
    """Take away what the supplier's own standing limits; the caller says where the lines go from there."""
    limit = _limit(session, supplier_id, EVERY_SITE, BY_SUPPLIER)
    if limit is not None:
        session.delete(limit)
        session.flush()


def end_scope(
    session: Session, *, supplier_id: int, why: Why, reason: str | None, actor: Actor, at: datetime
) -> list[Moved]:
    """End every open line of a supplier for good."""
    query = select(ScopeLine).where(ScopeLine.supplier_id == supplier_id, ScopeLine.state.in_(OPEN))
    return [
        _fire(session, line, ScopeAction.END_WITH_SUPPLIER, why, reason, actor, at)
        for line in session.scalars(query.order_by(ScopeLine.id))
    ]


def limits_on(session: Session, line: ScopeLine) -> list[ScopeLimit]:
    """What limits a line; the oldest first."""
    return resting_of(session, [line]).counting(line, limits_of(session, line.supplier_id, line.site_id))


def limits_of(session: Session, supplier_id: int, site_id: int | None = None) -> Sequence[ScopeLimit]:
    """What limits a supplier's lines, of one site when it is given; the oldest first."""
    query = select(ScopeLimit).where(ScopeLimit.supplier_id == supplier_id)
    if site_id is not None:
        query = query.where(or_(ScopeLimit.site_id == EVERY_SITE, ScopeLimit.site_id == site_id))
    return session.scalars(query.order_by(ScopeLimit.since, ScopeLimit.id)).all()


def settle(
    session: Session, line: ScopeLine, *, why: Why, reason: str | None, actor: Actor, at: datetime
) -> Moved | None:
    """Move a line to where decision and limits together put it; None when it stands there already."""
    found = limits_of(session, line.supplier_id, line.site_id)
    return _settle(session, line, found, resting_of(session, [line]), why=why, reason=reason, actor=actor, at=at)


def settle_all(
    session: Session, supplier_id: int, site_id: int | None, *, why: Why, reason: str | None, actor: Actor, at: datetime
) -> list[Moved]:
    """Move the lines of a supplier, or of one site, to where decisions and limits together put them."""
    query = select(ScopeLine).where(ScopeLine.supplier_id == supplier_id, ScopeLine.state.in_(COVERED))
    if site_id is not None:
        query = query.where(ScopeLine.site_id == site_id)
    lines = session.scalars(query.order_by(ScopeLine.id)).all()
    found, resting = limits_of(session, supplier_id), resting_of(session, lines)
    moved = (_settle(session, line, found, resting, why=why, reason=reason, actor=actor, at=at) for line in lines)
    return [each for each in moved if each is not None]


def _settle(
    session: Session,
    line: ScopeLine,
    limits: Sequence[ScopeLimit],
    resting: Resting,
    *,
    why: Why,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> Moved | None:
    covering = [resting.effect(line, limit) for limit in resting.counting(line, limits)]
    wanted = max((ScopeState(state) for state in (line.decided, *covering) if state), key=lambda state: state.severity)
    if line.state not in COVERED or line.state == wanted:
        return None
    return _fire(session, line, _step(ScopeState(line.state), wanted), why, reason, actor, at)


def _step(present: ScopeState, wanted: ScopeState) -> ScopeAction:
    if wanted is ScopeState.SUSPENDED:
        return ScopeAction.HOLD
    if wanted is ScopeState.PHASING_OUT:
        return ScopeAction.RESUME_PHASE_OUT
    if wanted is ScopeState.APPROVED:
        return ScopeAction.RESTORE
    return ScopeAction.RESTORE_CONDITIONAL if present is ScopeState.SUSPENDED else ScopeAction.LIMIT


def _fire(
    session: Session, line: ScopeLine, action: ScopeAction, why: Why, reason: str | None, actor: Actor, at: datetime
) -> Moved:
    form = {"cause": why.value, **({"reason": reason} if reason else {})}
    fired = fire(session, line, action, actor=actor, at=at, form=form)
    return Moved(line.id, fired.from_state, fired.to_state)


def _limit(session: Session, supplier_id: int, site_id: int, cause: str) -> ScopeLimit | None:
    return session.scalars(
        select(ScopeLimit).where(
            ScopeLimit.supplier_id == supplier_id, ScopeLimit.site_id == site_id, ScopeLimit.cause == cause
        )
    ).one_or_none()
