"""Acts on commodities. Each checks, changes, writes the trail and returns the record."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.engine.refusals import Stale
from supplier_quality.errors import Conflict, Problem
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.parts.details import CommodityDetails
from supplier_quality.parts.models import Commodity
from supplier_quality.parts.permissions import check_may_edit_commodities


class NumberTaken(Conflict):
    """Another commodity carries this number already."""

    code = "number_taken"


def add_commodity(session: Session, number: str, details: CommodityDetails, *, actor: Actor, at: datetime) -> Commodity:
    """Add a commodity; ``number`` comes from :func:`details.read_number`. Raises MayNotEditCommodities, NumberTaken."""
    check_may_edit_commodities(actor)
    if session.scalar(select(Commodity.id).where(Commodity.number == number)) is not None:
        problem = Problem(
            _("The number is taken."), _("Open that commodity, or choose another number."), None, "number"
        )
        raise NumberTaken(_("There is a commodity %(number)s already.", number=number), (problem,))

    commodity = Commodity(number=number, active=True, revision=1, created_at=at, changed_at=at, **details.values())
    session.add(commodity)
    session.flush()
    _note(session, commodity, "commodity.added", {"added": details.values()}, actor=actor, at=at)
    return commodity


def edit_commodity(
    session: Session,
    commodity: Commodity,
    details: CommodityDetails,
    *,
    actor: Actor,
    at: datetime,
    expected_revision: int,
) -> Commodity:
    """Change a commodity that was read with a lock; nothing is written when nothing differs.

    Raises MayNotEditCommodities, Stale.
    """
    check_may_edit_commodities(actor)
    _check_seen(session, commodity, expected_revision)
    changes = {
        name: [getattr(commodity, name), value]
        for name, value in details.values().items()
        if getattr(commodity, name) != value
    }
    if not changes:
        return commodity

    for name, (_old, new) in changes.items():
        setattr(commodity, name, new)
    _count_up(commodity, at)
    _note(session, commodity, "commodity.edited", {"changes": changes}, actor=actor, at=at)
    return commodity


def set_commodity_active(
    session: Session, commodity: Commodity, active: bool, *, actor: Actor, at: datetime, expected_revision: int
) -> Commodity:
    """Take a commodity out of use, or back into it; it is never deleted, records name it. Raises as :func:`edit_commodity`."""
    check_may_edit_commodities(actor)
    _check_seen(session, commodity, expected_revision)
    if commodity.active == active:
        return commodity

    commodity.active = active
    _count_up(commodity, at)
    action = "commodity.reactivated" if active else "commodity.deactivated"
    _note(session, commodity, action, {}, actor=actor, at=at)
    return commodity


def _check_seen(session: Session, commodity: Commodity, seen: int) -> None:
    if seen == commodity.revision:
        return
    newest = trail.entries(session, commodity.record_kind, commodity.id, limit=50)
    raise Stale([entry for entry in newest if entry.data.get("version", 0) > seen])


def _count_up(commodity: Commodity, at: datetime) -> None:
    commodity.revision += 1
    commodity.changed_at = at


def _note(
    session: Session, commodity: Commodity, action: str, data: dict[str, Any], *, actor: Actor, at: datetime
) -> None:
    session.flush()
    trail.append(
        session,
        record=commodity.record,
        at=at,
        actor=actor.ref,
        action=action,
        data={**data, "version": commodity.revision},
    )
