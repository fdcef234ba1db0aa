"""A company to break things in: the real qualification process, its people, suppliers and acts as doors make them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from supplier_quality.config import Settings
from supplier_quality.engine.explain import to_sign
from supplier_quality.engine.fire import Fired
from supplier_quality.engine.store import store_files
from supplier_quality.identity import Actor, Signature
from supplier_quality.identity.models import User, UserRole
from supplier_quality.persistence import Database
from supplier_quality.suppliers.contacts import KIND as CONTACT_KIND
from supplier_quality.suppliers.details import ContactDetails, SiteDetails, SupplierDetails
from supplier_quality.suppliers.models import Contact, Supplier
from supplier_quality.suppliers.operations import add_contact, add_site, move_supplier, register_supplier
from supplier_quality.worker import Worker
from tests.support import actor_for, qualification_rules

ANN = actor_for("sqe", id="user:9001", label="Ann Miller")
BO = actor_for("quality_manager", id="user:9002", label="Bo Chen")
EVA = actor_for("quality_manager", id="user:9003", label="Eva Roth")
STAFF = {9001: ("Ann Miller", "sqe"), 9002: ("Bo Chen", "quality_manager"), 9003: ("Eva Roth", "quality_manager")}

ANSWERS: dict[str, Any] = {
    "employees": 120,
    "production_sites": "Works 1, Ulm",
    "main_products": "Castings",
    "main_processes": "Die casting",
    "capacity": "20,000 per week",
    "iso9001": True,
    "iso9001_number": "QM-1",
    "iso9001_valid_until": "2029-05-31",
    "iso9001_body": "TÜV",
    "duns": "123456789",
    "quality_contact": "Quinn",
    "quality_phone": "+49 731 1234",
    "conflict_minerals": "none",
}
FORMS: dict[str, dict[str, Any]] = {
    "submit_assessment": ANSWERS,
    "send_back": {"comment": "Which alloys?"},
    "approve": {"comment": "Good answers"},
    "approve_conditionally": {"conditions": "Audit", "valid_until": "2027-01-31", "comment": "Only source"},
    "reject": {"reason": "No capacity"},
    "suspend": {"reason": "Recall"},
    "phase_out": {"last_day": "2027-01-31", "reason": "Moved in house"},
    "reinstate": {"reason": "Solved"},
    "disqualify": {"reason": "Fraud"},
    "review_again": {"reason": "Audit"},
    "withdraw": {"reason": "Not needed"},
    "reopen": {"reason": "Needed again"},
}


def found_company(database: Database, *, at: datetime) -> None:
    """Put the process in force and hire Ann, Bo and Eva."""
    with database.write() as session:
        store_files(session, qualification_rules(), at=at)
        for number, (name, role) in STAFF.items():
            session.add(
                User(
                    id=number,
                    email=f"{name.split()[0].lower()}@plant.example",
                    name=name,
                    language="en",
                    time_zone="Europe/Berlin",
                    created_at=at,
                    role_rows=[UserRole(role=role)],
                )
            )


def add_supplier(database: Database, name: str, *, at: datetime, country: str = "DE", city: str = "Ulm") -> int:
    """A prospect with a site and a contact, owned by Ann; its id."""
    with database.write() as session:
        details = SupplierDetails(name=name, country=country, owner_id=9001)
        supplier = register_supplier(session, details, actor=ANN, at=at)
        add_site(session, supplier, SiteDetails(name="Works 1", city=city, country=country), actor=ANN, at=at)
        contact = ContactDetails(
            name="Quinn", email=f"quinn@{supplier.number.lower()}.example", roles=["quality"], primary=True
        )
        add_contact(session, supplier, contact, actor=ANN, at=at)
        return supplier.id


def contact_of(database: Database, supplier_id: int) -> Actor:
    """The supplier's contact, as they come in through their link."""
    with database.read() as session:
        contact = session.scalars(
            select(Contact).where(Contact.supplier_id == supplier_id).order_by(Contact.id)
        ).first()
        assert contact is not None
    return actor_for(
        (), kind="contact", id=f"{CONTACT_KIND}:{contact.id}", label="Quinn", person_id=contact.id, via="link"
    )


def take(
    database: Database,
    supplier_id: int,
    action: str,
    actor: Actor,
    *,
    at: datetime,
    form: Mapping[str, Any] | None = None,
    key: str | None = None,
    expected_version: int | None = None,
) -> Fired:
    """Take an action as a door does: the version the person saw, signed when the process asks for it, in one edge."""
    given = FORMS.get(action) if form is None else form
    with database.write() as session:
        supplier = session.get_one(Supplier, supplier_id)
        asked = to_sign(session, supplier, action, form=given)
        signature = None
        if asked is not None:
            meaning, subject_hash = asked
            signature = Signature("password", at, str(meaning), subject_hash, actor.id, actor.label)
        return move_supplier(
            session,
            supplier,
            action,
            actor=actor,
            at=at,
            form=given,
            signature=signature,
            expected_version=expected_version,
            idempotency_key=key,
        )


def bring_to(database: Database, supplier_id: int, state: str, *, at: datetime) -> None:
    """Move a prospect along the usual way until it is in this state."""
    way = {
        "prospect": [],
        "invited": ["invite"],
        "review": ["invite", "submit_assessment"],
        "approved": ["invite", "submit_assessment", "approve"],
        "conditional": ["invite", "submit_assessment", "approve_conditionally"],
    }
    actors: dict[str, Callable[[], Actor]] = {
        "invite": lambda: ANN,
        "submit_assessment": lambda: contact_of(database, supplier_id),
    }
    for action in way[state]:
        take(database, supplier_id, action, actors.get(action, lambda: BO)(), at=at)


def state_of(database: Database, supplier_id: int) -> str:
    with database.read() as session:
        return session.scalars(select(Supplier.state).where(Supplier.id == supplier_id)).one()


def version_of(database: Database, supplier_id: int) -> int:
    with database.read() as session:
        return session.scalars(select(Supplier.version).where(Supplier.id == supplier_id)).one()


def work_off(database: Database, settings: Settings, *, at: datetime) -> None:
    """Do everything that is due at a moment, as a worker whose clock stands there."""
    worker = Worker(settings, database, now=lambda: at)
    for _tick in range(50):
        if not worker.tick():
            return
    raise AssertionError("The worker does not come to an end.")
