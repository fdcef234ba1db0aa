"""The desk's pages are tested in the same browsers as the web's, on suppliers made through the real acts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from supplier_quality.desk import wordings
from supplier_quality.engine.explain import to_sign
from supplier_quality.identity import Actor
from supplier_quality.identity.models import User, UserRole
from supplier_quality.identity.signatures import Signature
from supplier_quality.persistence import Database
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.operations import move_supplier
from supplier_quality.suppliers.queries import get_supplier
from tests.suppliers.conftest import make_supplier, ready
from tests.support import actor_for
from tests.web.conftest import add_user, app, client, signed_in

__all__ = ["add_user", "app", "client", "make_supplier", "ready", "signed_in"]

wordings.register()

ANN = actor_for("sqe", id="user:9001", label="Ann Miller", person_id=9001)
BO = actor_for("quality_manager", id="user:9002", label="Bo Chen", person_id=9002)
CEM = actor_for("buyer", id="user:9003", label="Cem Yilmaz", person_id=9003)
EVE = actor_for("sqe", id="user:9004", label="Eve Stone", person_id=9004)
CONTACT = Actor(kind="contact", id="supplier_contact:1", label="Quinn", via="link")

ANSWERS: dict[str, Any] = {
    "employees": 120,
    "production_sites": "Works 1, Ulm",
    "main_products": "Castings",
    "main_processes": "Die casting",
    "capacity": "20,000 a week",
    "iso9001": True,
    "iso9001_number": "DE-9001-77",
    "iso9001_valid_until": "2031-08-31",
    "iso9001_body": "Body",
    "quality_contact": "Quinn",
    "quality_phone": "+49 1",
    "conflict_minerals": "none",
    "duns": "123456789",
}


@pytest.fixture
def staffed(ready: Database, at: datetime) -> Database:
    """The process in force; Ann and Eve are SQEs, Bo is quality manager, Cem is buyer."""
    with ready.write() as session:
        for number, name in ((9003, "Cem Yilmaz"), (9004, "Eve Stone")):
            email = f"{name.split()[0].lower()}@plant.example"
            session.add(
                User(id=number, email=email, name=name, language="en", time_zone="Europe/Berlin", created_at=at)
            )
        session.flush()
        for number, role in ((9001, "sqe"), (9002, "quality_manager"), (9003, "buyer"), (9004, "sqe")):
            session.add(UserRole(user_id=number, role=role))
    return ready


@pytest.fixture
def move(ready: Database) -> Callable[..., None]:
    """Takes an action of the process on a supplier by its number, signed where that is asked for."""

    def take(number: str, action: str, actor: Actor, at: datetime, form: dict[str, Any] | None = None) -> None:
        with ready.write() as session:
            supplier: Supplier = get_supplier(session, number, actor=ANN)
            signed = to_sign(session, supplier, action, form=form or {})
            signature = None
            if signed is not None:
                signature = Signature(
                    method="password", at=at, meaning=str(signed[0]), subject_hash=signed[1], signer=actor.id
                )
            move_supplier(session, supplier, action, actor=actor, at=at, form=form, signature=signature)

    return take
