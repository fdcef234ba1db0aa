"""What rules may read about steps, and about the risk, the route and the open steps of a supplier."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.fact_names import name_facts, name_values
from supplier_quality.engine.registry import FactProvider
from supplier_quality.identity.models import User
from supplier_quality.language import _
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.qualification import queries
from supplier_quality.suppliers.qualification.models import QualificationStep
from supplier_quality.suppliers.qualification.route import decide_routes
from supplier_quality.suppliers.qualification.words import FACT_VALUES

STEP_TYPE = {"kind": "string", "due": "date?", "owner": "string", "waiver_by": "string"}
OF_STEP_TYPE = {"name": "string", "state": "string"}
RISK_TYPE = {"rated": "bool", "class": "string", "knocked_out": "bool"}
ROUTE_TYPE = {"missing": ["string"]}
STEPS_TYPE = [{"number": "string", "kind": "string", "title": "string?", "state": "string"}]


def load_steps(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``step``."""
    step = QualificationStep
    query = (
        select(step.id, step.kind, step.due, step.waiver_by, User.name)
        .outerjoin(User, User.id == step.owner_id)
        .where(step.id.in_(ids))
    )
    return {
        row.id: {"kind": row.kind, "due": row.due, "owner": row.name or "", "waiver_by": row.waiver_by or ""}
        for row in session.execute(query)
    }


def load_suppliers(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``supplier`` of steps: whose step it is, and how it stands."""
    query = (
        select(QualificationStep.id, Supplier.name, Supplier.state)
        .join(Supplier, Supplier.id == QualificationStep.supplier_id)
        .where(QualificationStep.id.in_(ids))
    )
    return {row.id: {"name": row.name, "state": row.state} for row in session.execute(query)}


def load_risks(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``risk`` of suppliers: their latest rating."""
    found: dict[int, object] = {id_: {"rated": False, "class": "", "knocked_out": False} for id_ in ids}
    for id_, rating in queries.latest_ratings(session, ids).items():
        found[id_] = {
            "rated": True,
            "class": rating.risk_class,
            "knocked_out": rating.knocked_out,
        }
    return found


def load_routes(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``route`` of suppliers: which steps the route asks for by what is known now, and were never made."""
    ratings = queries.latest_ratings(session, ids)
    if not ratings:
        return {id_: {"missing": []} for id_ in ids}
    known = queries.deciding(session, list(ratings))
    present: dict[int, set[str]] = {id_: set() for id_ in ids}
    for step in queries.standing_steps(session, list(ratings)):
        present[step.supplier_id].add(step.kind)
    found: dict[int, object] = {id_: {"missing": []} for id_ in ids}
    routes = decide_routes(session, {id_: (known[id_], rating.risk_class) for id_, rating in ratings.items()})
    for id_, route in routes.items():
        found[id_] = {"missing": [kind for kind in route.steps if kind not in present[id_]]}
    return found


def load_open_steps(session: Session, ids: Sequence[int]) -> Mapping[int, object]:
    """The fact ``steps`` of suppliers: what is still to be done, conditions included."""
    found: dict[int, list[dict[str, Any]]] = {id_: [] for id_ in ids}
    for step in queries.undone_steps(session, ids):
        found[step.supplier_id].append(
            {"number": step.number, "kind": step.kind, "title": step.title, "state": step.state}
        )
    return {**found}


FACTS: tuple[FactProvider, ...] = (
    FactProvider(QualificationStep.subject_kind, "step", STEP_TYPE, load_steps),
    FactProvider(QualificationStep.subject_kind, "supplier", OF_STEP_TYPE, load_suppliers),
    FactProvider(Supplier.subject_kind, "risk", RISK_TYPE, load_risks),
    FactProvider(Supplier.subject_kind, "route", ROUTE_TYPE, load_routes),
    FactProvider(Supplier.subject_kind, "steps", STEPS_TYPE, load_open_steps),
)

name_facts(
    {
        "risk": _("Risk"),
        "route": _("Qualification route"),
        "step": _("Qualification step"),
        "step.kind": _("What is to be done"),
        "step.due": _("the day it is due"),
        "step.owner": _("Owner"),
        "step.waiver_by": _("Who asked for the waiver"),
        "risk.rated": _("Risk rated"),
        "risk.class": _("Risk class"),
        "risk.knocked_out": _("One part alone rules it out"),
        "route.missing": _("Steps that are missing"),
        "steps": _("Still to be done"),
        "steps.number": _("Number"),
        "steps.kind": _("What is to be done"),
        "steps.title": _("Condition"),
        "steps.state": _("State"),
    }
)
name_values(FACT_VALUES)
