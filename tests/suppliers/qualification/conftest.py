"""Suppliers under review with scope of some criticality, made through the real acts."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from supplier_quality.engine.explain import to_sign
from supplier_quality.engine.timers import take_due_timers
from supplier_quality.identity import Actor
from supplier_quality.identity.signatures import Signature
from supplier_quality.parts.details import CommodityDetails
from supplier_quality.parts.operations import add_commodity
from supplier_quality.persistence import Database
from supplier_quality.suppliers.qualification import queries
from supplier_quality.suppliers.qualification.operations import move_step
from supplier_quality.suppliers.queries import get_supplier
from tests.suppliers.conftest import QUALITY_MANAGER, SQE, make_supplier, ready
from tests.suppliers.scope.conftest import OTHER_MANAGER, ask, house
from tests.suppliers.test_qualification import ANSWERS, act, answer, deliver
from tests.web.conftest import add_user, app, client, signed_in

__all__ = ["OTHER_MANAGER", "add_user", "app", "client", "house", "make_supplier", "ready", "signed_in"]

DAY = timedelta(days=1)
GOOD = {"comment": "Good"}
DONE = {"done_on": "2026-11-20", "evidence": "Report A-17"}


@pytest.fixture
def reviewed(house: Database, make_supplier: Callable[..., str], at: datetime) -> Callable[..., str]:
    """A supplier that has answered and is in review; ``criticality`` is that of the scope asked for. Answers its number."""
    made: set[str] = set()

    def make(criticality: str | None = None, **answers: Any) -> str:
        number = make_supplier("Acme Castings")
        if criticality is not None:
            commodity = f"C-{criticality.upper()}"
            if commodity not in made:
                made.add(commodity)
                with house.write() as session:
                    details = CommodityDetails(name_en=criticality, criticality=criticality)
                    add_commodity(session, commodity, details, actor=SQE, at=at)
            ask(house, number, at, commodity=commodity)
        act(house, number, "invite", SQE, at)
        answer(house, number, at, {**ANSWERS, **answers})
        return number

    return make


def steps_of(database: Database, number: str) -> dict[str, queries.StepLine]:
    """The steps of a supplier by kind, a condition by its words."""
    with database.read() as session:
        supplier = get_supplier(session, number, actor=SQE)
        return {step.title or step.kind: step for step in queries.steps_of(session, supplier.id)}


def move(
    database: Database, number: str, action: str, at: datetime, form: Mapping[str, Any], *, actor: Actor = SQE
) -> str:
    """Take an action on a step, signed when the process asks for it; where it stands then."""
    with database.write() as session:
        step = queries.get_step(session, number, actor=actor)
        asked = to_sign(session, step, action, form=form)
        signature = Signature("password", at, str(asked[0]), asked[1], actor.id) if asked else None
        fired = move_step(session, step, action, actor=actor, at=at, form=form, signature=signature)
    deliver(database, at)
    return fired.to_state


def pass_until(database: Database, at: datetime) -> None:
    """Do what timers ask for until then."""
    while take_due_timers(database, at=at):
        pass
    deliver(database, at)


__all__ += ["QUALITY_MANAGER"]
