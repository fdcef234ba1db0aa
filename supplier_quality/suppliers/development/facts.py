"""What rules may read about the level of suppliers, about plans and milestones: a few queries for all records asked about."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.fact_names import name_facts
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.registry import FactProvider
from supplier_quality.identity.models import User
from supplier_quality.language import _
from supplier_quality.suppliers.development.enums import TO_DO, MilestoneState
from supplier_quality.suppliers.development.models import DevelopmentPlan, Milestone
from supplier_quality.suppliers.development.queries import ladder_in_force, standings
from supplier_quality.suppliers.development.rules import Standing
from supplier_quality.suppliers.models import Supplier

DEVELOPMENT_TYPE = {
    "level": "int",
    "site": "string",
    "minimum": "int",
    "target": "int",
    "meets_minimum": "bool",
    "meets_target": "bool",
    "authorised": "bool",
}
PLAN_TYPE = {
    "target": "int",
    "milestones": "int",
    "open": "int",
    "reaches_target": "bool",
    "first_due": "date?",
    "due": "date?",
}
MILESTONE_TYPE = {"level": "int", "due": "date?", "owner": "string", "plan": "string"}


def load_of_suppliers(session: Session, ids: Sequence[int], *, at: datetime) -> Mapping[int, object]:
    """The fact ``development`` of suppliers: today's level, what is demanded, and the site that counts.

    Levels are places on the ladder from 1; 0 is below all of them.
    """
    found = standings(session, ids, today=day_in_plant(session, at))
    return {id_: _development(standing) for id_, standing in found.items()}


def _development(standing: Standing) -> dict[str, Any]:
    worst = standing.worst
    return {
        "level": standing.rank,
        "site": worst.site if worst else "",
        "minimum": standing.minimum.rank if standing.minimum else 0,
        "target": standing.target.rank if standing.target else 0,
        "meets_minimum": standing.meets_minimum,
        "meets_target": standing.meets_target,
        "authorised": standing.authorisation is not None,
    }


def _of_their_supplier(session: Session, owners: Mapping[int, int], at: datetime) -> dict[int, object]:
    by_supplier = load_of_suppliers(session, sorted(set(owners.values())), at=at)
    return {id_: by_supplier[supplier_id] for id_, supplier_id in owners.items()}


def load_of_plans(session: Session, ids: Sequence[int], *, at: datetime) -> Mapping[int, object]:
    """The fact ``development`` of plans: that of their supplier."""
    rows = session.execute(select(DevelopmentPlan.id, DevelopmentPlan.supplier_id).where(DevelopmentPlan.id.in_(ids)))
    return _of_their_supplier(session, {row.id: row.supplier_id for row in rows}, at)


def load_of_milestones(session: Session, ids: Sequence[int], *, at: datetime) -> Mapping[int, object]:
    """The fact ``development`` of milestones: that of the supplier of their plan."""
    query = select(Milestone.id, DevelopmentPlan.supplier_id).join(
        DevelopmentPlan, DevelopmentPlan.id == Milestone.plan_id
    )
    rows = session.execute(query.where(Milestone.id.in_(ids)))
    return _of_their_supplier(session, {row.id: row.supplier_id for row in rows}, at)


def load_plans(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``plan``. Milestones that were dropped count for nothing; ``due`` is the day of the last one to be reached."""
    ladder = ladder_in_force(session)
    targets = dict(
        session.execute(select(DevelopmentPlan.id, DevelopmentPlan.target).where(DevelopmentPlan.id.in_(ids))).all()
    )
    query = select(Milestone.plan_id, Milestone.state, Milestone.level, Milestone.due).where(
        Milestone.plan_id.in_(ids), Milestone.state != MilestoneState.DROPPED
    )
    steps: dict[int, list[Any]] = {id_: [] for id_ in targets}
    for row in session.execute(query):
        steps[row.plan_id].append(row)
    found: dict[int, object] = {}
    for id_, target in targets.items():
        own = steps[id_]
        to_do = [row.due for row in own if row.state in TO_DO]
        found[id_] = {
            "target": ladder.rank(target),
            "milestones": len(own),
            "open": len(to_do),
            "reaches_target": any(ladder.rank(row.level) >= ladder.rank(target) for row in own if row.level),
            "first_due": min(to_do, default=None),
            "due": max((row.due for row in own), default=None),
        }
    return found


def load_milestones(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``milestone``."""
    ladder = ladder_in_force(session)
    query = (
        select(Milestone.id, Milestone.level, Milestone.due, User.name, DevelopmentPlan.state)
        .join(User, User.id == Milestone.owner_id)
        .join(DevelopmentPlan, DevelopmentPlan.id == Milestone.plan_id)
        .where(Milestone.id.in_(ids))
    )
    found: dict[int, object] = {}
    for row in session.execute(query):
        found[row.id] = {
            "level": ladder.rank(row.level),
            "due": row.due,
            "owner": row.name,
            "plan": row.state,
        }
    return found


FACTS: tuple[FactProvider, ...] = (
    FactProvider(Supplier.subject_kind, "development", DEVELOPMENT_TYPE, load_of_suppliers, dated=True),
    FactProvider(DevelopmentPlan.subject_kind, "development", DEVELOPMENT_TYPE, load_of_plans, dated=True),
    FactProvider(DevelopmentPlan.subject_kind, "plan", PLAN_TYPE, load_plans),
    FactProvider(Milestone.subject_kind, "development", DEVELOPMENT_TYPE, load_of_milestones, dated=True),
    FactProvider(Milestone.subject_kind, "milestone", MILESTONE_TYPE, load_milestones),
)

name_facts(
    {
        "development": _("Supplier development"),
        "milestone": _("Milestone"),
        "plan": _("Development plan"),
        "development.level": _("Today's level (place on the ladder)"),
        "development.site": _("Site that counts"),
        "development.minimum": _("Minimum (place on the ladder)"),
        "development.target": _("Target (place on the ladder)"),
        "development.meets_minimum": _("Meets the minimum level"),
        "development.meets_target": _("Meets the target level"),
        "development.authorised": _("Authorised by the customer"),
        "plan.target": _("Target of the plan (place on the ladder)"),
        "plan.milestones": _("Milestones"),
        "plan.open": _("Open milestones"),
        "plan.reaches_target": _("A milestone reaches the target"),
        "plan.first_due": _("next milestone"),
        "plan.due": _("end of the plan"),
        "milestone.level": _("Level of the milestone (place on the ladder)"),
        "milestone.due": _("day the milestone is due"),
        "milestone.owner": _("Owner of the milestone"),
        "milestone.plan": _("State of the plan"),
    }
)
