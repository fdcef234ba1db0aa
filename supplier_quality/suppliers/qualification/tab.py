"""The qualification of one supplier as its page shows it: risk with its parts, route with its reason, steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.engine.definitions import State
from supplier_quality.engine.store import process_of
from supplier_quality.identity import Actor
from supplier_quality.language import DEFAULT, Text, Words
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.qualification import operations, queries
from supplier_quality.suppliers.qualification.enums import UNDONE
from supplier_quality.suppliers.qualification.models import RiskRating
from supplier_quality.suppliers.qualification.permissions import may_assess
from supplier_quality.suppliers.qualification.queries import StepLine
from supplier_quality.suppliers.qualification.route import Route, decide_route
from supplier_quality.suppliers.qualification.wording import value_words
from supplier_quality.suppliers.qualification.words import KIND_WORDS, PART_WORDS, SOURCE_WORDS, what_of
from supplier_quality.suppliers.rules import as_date

EARLIER = 5
"""How many ratings before the latest are listed."""


@dataclass(frozen=True, slots=True)
class RatedPart:
    """One line of a rating in words; ``why`` is what the row of the table says, ``known`` that it rests on something."""

    label: Words
    value: Words | str
    source: Words
    why: Words | None
    known: bool
    on: date | None
    line: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TabStep:
    """One step: its words, its state, what it rests on."""

    step: StepLine
    what: Words | str
    state: State
    why: Words | None


@dataclass(frozen=True, slots=True)
class QualificationTab:
    """``route`` is what the table asks for by what is known now; ``missing`` what of that was never made a step."""

    rating: RiskRating | None
    parts: Sequence[RatedPart]
    most: int
    earlier: Sequence[RiskRating]
    route: Route | None
    route_why: Words | None
    missing: Sequence[Words]
    steps: Sequence[TabStep]
    undone: int
    may_assess: bool
    has_steps: bool


def read_tab(session: Session, supplier: Supplier, *, actor: Actor) -> QualificationTab:
    """What the page of a supplier says about its qualification."""
    ratings = queries.ratings_of(session, supplier.id)
    rating = ratings[0] if ratings else None
    steps = queries.steps_of(session, supplier.id)
    route = None
    missing: list[Words] = []
    if rating is not None:
        route = decide_route(session, queries.deciding(session, [supplier.id])[supplier.id], rating.risk_class)
        present = {step.kind for step in queries.standing_steps(session, [supplier.id])}
        missing = [KIND_WORDS[kind] for kind in route.steps if kind not in present]
    lines = rating.parts if rating is not None else []
    return QualificationTab(
        rating=rating,
        parts=[rated_part(line) for line in lines],
        most=sum(line["most"] for line in lines),
        earlier=ratings[1 : EARLIER + 1],
        route=route,
        route_why=why_of(route.because) if route is not None else None,
        missing=missing,
        steps=[tab_step(session, step) for step in steps],
        undone=sum(step.state in UNDONE for step in steps),
        may_assess=may_assess(actor) and supplier.merged_into is None,
        has_steps=operations.has_steps(session, supplier),
    )


def tab_step(session: Session, step: StepLine) -> TabStep:
    """A step with its words."""
    state = process_of(session, step.definition_id).states[step.state]
    return TabStep(step, what_of(step.kind, step.title), state, why_of(step.because))


def why_of(because: Mapping[str, Any]) -> Words | None:
    """What the row of the table that decided says; None where no row did."""
    return _text(because.get("why"))


def rated_part(line: Mapping[str, Any]) -> RatedPart:
    """A line of a rating in words."""
    words = value_words(line["part"], line["value"])
    value = words if words is not None else line["value"]
    return RatedPart(
        PART_WORDS[line["part"]], value, SOURCE_WORDS[line["source"]], _text(line.get("why")),
        line["source"] != "not_known", as_date(line.get("on")), line,
    )  # fmt: skip


def _text(told: Mapping[str, str] | None) -> Words | None:
    """A sentence of a rule file as it was kept, in the language it is read in."""
    if not told:
        return None
    return Text({DEFAULT: told.get("en", ""), "zh": told.get("zh") or told.get("en", "")})
