"""People and contacts for the tests of identity, made by the real acts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from supplier_quality import trail
from supplier_quality.identity import Actor, ContactCard, ContactDirectory, ContactRef, register_contacts, system_actor
from supplier_quality.identity.actors import load_actor
from supplier_quality.identity.codes import SEND_CODE
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.links import create_link, mint_token
from supplier_quality.identity.models import User
from supplier_quality.identity.operations import create_first_admin, invite_user
from supplier_quality.identity.password_links import SEND_PASSWORD_LINK, choose_password_by_link, mint_password_token
from supplier_quality.outbox import OutboxRow
from supplier_quality.persistence import Database

PASSWORD = "violet kettle marches backwards"
RECORD = trail.RecordRef("supplier", 5, "SUP-00005")
MEI = ContactRef("test_contact", 1)
JOHN = ContactRef("test_contact", 2)
STRANGER = ContactRef("test_contact", 3)


@dataclass
class Person:
    """A member of staff with the password PASSWORD."""

    user: User
    actor: Actor

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def email(self) -> str:
        return self.user.email


@pytest.fixture
def contacts() -> dict[int, ContactCard]:
    """The supplier's people; a test may change them."""
    mei = ContactCard(1, "Mei Li", "mei@castings.example", "zh", "Castings Ltd", True, "CN", "7")
    cards = {
        1: mei,
        2: replace(mei, id=2, name="John Wu", email="john@castings.example", language="en"),
        3: replace(mei, id=3, name="Olga", email="olga@other.example", organisation="Other", organisation_id="8"),
    }
    register_contacts(ContactDirectory("test_contact", lambda _session, id: cards.get(id)))
    return cards


@pytest.fixture
def admin(database: Database, at: datetime) -> Person:
    with database.write() as session:
        user = create_first_admin(
            session,
            email="Ada@Plant.example",
            name="Ada Admin",
            password=PASSWORD,
            language="en",
            time_zone="Europe/Berlin",
            actor=system_actor("command"),
            at=at,
        )
    return person_of(database, user.id, at=at)


@pytest.fixture
def hire(database: Database, admin: Person, at: datetime) -> Callable[..., Person]:
    """Invite somebody and let them choose PASSWORD by the mailed link: ``hire("Sam", "sqe", "buyer")``."""

    def hired(name: str, *roles: str) -> Person:
        with database.write() as session:
            user = invite_user(
                session,
                email=f"{name.lower()}@plant.example",
                name=name,
                roles=roles or ("sqe",),
                language="en",
                time_zone="Europe/Berlin",
                actor=admin.actor,
                at=at,
            )
            rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == SEND_PASSWORD_LINK))
            token = mint_password_token(session, max(row.payload["password_link_id"] for row in rows), at=at)
        assert token
        choose_password_by_link(database, token, password=PASSWORD, at=at, ip="10.0.0.1")
        return person_of(database, user.id, at=at)

    return hired


@pytest.fixture
def sam(hire: Callable[..., Person]) -> Person:
    """A supplier quality engineer."""
    return hire("Sam", "sqe")


def person_of(database: Database, user_id: int, *, at: datetime) -> Person:
    with database.read() as session:
        user = session.get_one(User, user_id)
        actor = load_actor(session, user_id, via="web", at=at)
    assert actor is not None
    return Person(user, actor)


def invite(
    database: Database, by: Actor, *, at: datetime, contact: ContactRef = MEI, record: trail.RecordRef = RECORD
) -> tuple[AccessLink, str]:
    """A link of the contact to the record, for 90 days, and a token of it as a mail would carry it."""
    with database.write() as session:
        link = create_link(
            session,
            contact=contact,
            record=record,
            purpose="self_assessment",
            expires_at=at + timedelta(days=90),
            actor=by,
            at=at,
        )
        return link, mint_token(session, link, at)


def trail_actions(database: Database, kind: str, record_id: int) -> list[str]:
    with database.read() as session:
        return [entry.action for entry in trail.entries(session, kind, record_id)]


def queued(database: Database, kind: str) -> list[OutboxRow]:
    with database.read() as session:
        return list(session.scalars(select(OutboxRow).where(OutboxRow.kind == kind).order_by(OutboxRow.created_at)))


def newest_code(database: Database) -> int:
    """The number of the code asked for last; rows of one moment have no order but that of their codes."""
    return max(row.payload["code_id"] for row in queued(database, SEND_CODE))
