"""What a qualification asks for, decided by workflows/qualification_route.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.engine.store import active_definition, content_of
from supplier_quality.suppliers.qualification.queries import Deciding

ROUTE, DEADLINES, INTERVALS = "qualification_route", "qualification_deadlines", "requalification_interval"


@dataclass(frozen=True, slots=True)
class Route:
    """The steps that are asked for. ``because`` names table, version, row, what the row says, and the values that led there."""

    path: str
    steps: tuple[str, ...]
    because: Mapping[str, Any] = field(default_factory=dict)


def decide_route(session: Session, known: Deciding, risk_class: str) -> Route:
    """The route for what is known of a supplier. Raises UnknownDefinition, UndecidedInput."""
    return decide_routes(session, {0: (known, risk_class)})[0]


def decide_routes(session: Session, cases: Mapping[int, tuple[Deciding, str]]) -> dict[int, Route]:
    """:func:`decide_route` for what is known of several suppliers and their risk classes; the table is asked for once."""
    row = active_definition(session, ROUTE, "table")
    table = content_of(session, row.id)
    routes: dict[int, Route] = {}
    for id_, (known, risk_class) in cases.items():
        facts = {"criticality": known.criticality, "certification": known.certification.value, "risk": risk_class}
        decision = table.decide(facts)
        because: dict[str, Any] = {"table": row.name, "version": row.version, "facts": facts}
        if decision.row is not None:
            why = {language: decision.why.render(language) for language in ("en", "zh")} if decision.why else {}
            because |= {"row": decision.row, "id": decision.id or "", "why": why}
        routes[id_] = Route(str(decision.outputs["path"]), tuple(map(str, decision.outputs["steps"])), because)
    return routes
