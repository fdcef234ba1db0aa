"""Approved suppliers and lines of scope, made through the real acts."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from supplier_quality.engine.explain import to_sign
from supplier_quality.engine.store import store_files
from supplier_quality.identity import Actor
from supplier_quality.identity.models import User, UserRole
from supplier_quality.identity.signatures import Signature
from supplier_quality.parts.details import CommodityDetails
from supplier_quality.parts.operations import add_commodity
from supplier_quality.parts.queries import get_commodity
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.details import SiteDetails
from supplier_quality.suppliers.operations import add_site
from supplier_quality.suppliers.scope import queries
from supplier_quality.suppliers.scope.models import ScopeLine
from supplier_quality.suppliers.scope.operations import move_scope, request_scope
from supplier_quality.trail import Entry, entries
from tests.suppliers.conftest import QUALITY_MANAGER, SQE, make_supplier, ready
from tests.suppliers.test_qualification import ANSWERS, act, answer, deliver
from tests.support import actor_for, shipped_rules
from tests.web.conftest import add_user, app, client, signed_in

__all__ = ["add_user", "app", "client", "make_supplier", "ready", "signed_in"]

OTHER_MANAGER = actor_for("quality_manager", id="user:9009", label="Eva Lang")
GOOD = {"comment": "Good samples"}


@pytest.fixture
def house(ready: Database, at: datetime) -> Database:
    """The database with the processes of suppliers and scope, the policies, two commodities, and Cem the buyer."""
    with ready.write() as session:
        store_files(session, [shipped_rules("supplier_scope.yaml"), shipped_rules("policies.yaml")], at=at)
        session.add(
            User(
                id=9003, email="cem@plant.example", name="Cem Yilmaz", language="zh", time_zone="Europe/Berlin",
                created_at=at, role_rows=[UserRole(role="buyer")],
            )
        )  # fmt: skip
        for number, english, chinese in (("CAST-AL", "Die castings", "压铸件"), ("FASTENERS", "Fasteners", "紧固件")):
            details = CommodityDetails(name_en=english, name_zh=chinese, criticality="key")
            add_commodity(session, number, details, actor=SQE, at=at)
    return ready


@pytest.fixture
def approved(house: Database, make_supplier: Callable[..., str], at: datetime) -> Callable[..., str]:
    """An approved supplier with two sites; answers its number."""

    def make(name: str = "Acme Castings") -> str:
        number = make_supplier(name)
        with house.write() as session:
            supplier = supplier_queries.get_supplier(session, number, actor=SQE)
            add_site(session, supplier, SiteDetails(name="Works 2", city="Graz", country="AT"), actor=SQE, at=at)
        act(house, number, "invite", SQE, at)
        answer(house, number, at, ANSWERS)
        act(house, number, "approve", QUALITY_MANAGER, at, {"comment": "Good"})
        return number

    return make


def ask(
    database: Database, supplier: str, at: datetime, *, commodity: str = "CAST-AL", site: str = "Works 1",
    part: str | None = None, actor: Actor = SQE,
) -> str:  # fmt: skip
    """Ask for a line; its number."""
    with database.write() as session:
        found = supplier_queries.get_supplier(session, supplier, actor=actor)
        place = next(each for each in supplier_queries.sites_of(session, found) if each.name == site)
        line = request_scope(
            session, found, place, get_commodity(session, commodity, actor=actor), part_number=part, actor=actor, at=at
        )
        return line.number


def move(
    database: Database, line: str, action: str, at: datetime, form: Mapping[str, Any], *, actor: Actor = QUALITY_MANAGER
) -> str:
    """Take an action on a line, signed when the process asks for it, deliver what it queued; where the line stands then."""
    with database.write() as session:
        found = queries.get_scope(session, line, actor=actor)
        asked = to_sign(session, found, action, form=form)
        signature = Signature("password", at, str(asked[0]), asked[1], actor.id) if asked else None
        move_scope(session, found, action, actor=actor, at=at, form=form, signature=signature)
    deliver(database, at)
    return state_of(database, line)


def grant(database: Database, supplier: str, at: datetime, **place: Any) -> str:
    """A line that was asked for and approved; its number."""
    line = ask(database, supplier, at, **place)
    move(database, line, "approve", at, GOOD)
    return line


def state_of(database: Database, line: str) -> str:
    with database.read() as session:
        return session.scalars(select(ScopeLine.state).where(ScopeLine.number == line)).one()


def states(database: Database, lines: Iterable[str]) -> list[str]:
    return [state_of(database, line) for line in lines]


def told(database: Database, line: str) -> list[Entry]:
    """The trail of a line."""
    with database.read() as session:
        found = queries.get_scope(session, line, actor=SQE)
        return entries(session, found.subject_kind, found.id)
