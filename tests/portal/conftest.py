"""A supplier that was asked for its self-assessment, and browsers of its contact."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from supplier_quality import clock
from supplier_quality.app import create_app
from supplier_quality.config import Settings
from supplier_quality.engine.definitions import RuleFile
from supplier_quality.engine.effects import EFFECTS as ENGINE_EFFECTS
from supplier_quality.engine.registry import registry
from supplier_quality.engine.store import store_files
from supplier_quality.identity.models import User
from supplier_quality.mail import MailMessage
from supplier_quality.outbox import deliver_due
from supplier_quality.persistence import Database
from supplier_quality.suppliers.details import ContactDetails, SiteDetails, SupplierDetails
from supplier_quality.suppliers.operations import add_contact, add_site, move_supplier, register_supplier
from supplier_quality.suppliers.queries import get_supplier
from tests.support import AT, actor_for, qualification_rules, shipped_rules

SQE = actor_for("sqe", id="user:1", label="Ann Miller")
MANAGER = actor_for("quality_manager", id="user:2", label="Bo Chen")
MAIL = "quinn@acme.example"
PDF = b"%PDF-1.7\n" + b"certificate " * 40 + b"\n%%EOF\n"

STEPS: tuple[dict[str, str], ...] = (
    {"employees": "120", "production_sites": "Works 1, Ulm", "duns": "123456789"},
    {"main_products": "Castings", "main_processes": "Die casting", "capacity": "20,000 per week"},
    {
        "iso9001": "true",
        "iso9001_number": "QM-1",
        "iso9001_valid_until": "2027-05-31",
        "iso9001_body": "TÜV",
        "iatf16949": "false",
    },
    {"quality_contact": "Quinn", "quality_phone": "+49 731 1234", "conflict_minerals": "none", "insurance": "false"},
)


class Phone(FlaskClient):
    """A contact's browser: it sends forms with the token of the page, from our own site."""

    def send(self, path: str, page: str, /, **fields: object) -> TestResponse:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.get(page, follow_redirects=True).text)
        assert found, f"no token on {page}"
        return self.post(path, data={**fields, "csrf_token": found[1]}, headers={"Sec-Fetch-Site": "same-origin"})

    def open(self, *args, **more):  # type: ignore[no-untyped-def]
        with clock.standing_at(self.at):
            return super().open(*args, **more)

    at: datetime = AT

    def open_link(self, token: str) -> TestResponse:
        return self.post("/s/open", data={"link": token}, headers={"Sec-Fetch-Site": "same-origin"})


@dataclass
class World:
    """One installation with the process in force."""

    app: Flask
    database: Database
    at: datetime = AT
    live: bool = False
    taken: set[str] = field(default_factory=set)

    def deliver(self, at: datetime | None = None) -> None:
        handlers = {**ENGINE_EFFECTS, **registry.effects}
        while deliver_due(
            self.database, handlers, worker="test", now=lambda: at or (clock.now() if self.live else self.at)
        ):
            pass

    def invite(
        self, name: str = "Acme Castings", email: str = MAIL, *, language: str = "en", colleague: str | None = None
    ) -> str:
        """Register a supplier, ask for its self-assessment, deliver the mail; its number."""
        with self.database.write() as session:
            details = SupplierDetails(name=name, country="DE", owner_id=1)
            supplier = register_supplier(session, details, actor=SQE, at=self.at)
            add_site(session, supplier, SiteDetails(name="Works 1", city="Ulm", country="DE"), actor=SQE, at=self.at)
            contact = ContactDetails(
                name="Quinn Weber", email=email, roles=["quality"], primary=True, language=language
            )
            add_contact(session, supplier, contact, actor=SQE, at=self.at)
            if colleague:
                add_contact(session, supplier, ContactDetails(name="Kim", email=colleague), actor=SQE, at=self.at)
            move_supplier(session, supplier, "invite", actor=SQE, at=self.at, expected_version=supplier.version)
            number = supplier.number
        self.deliver()
        return number

    def mails_to(self, email: str) -> list[str]:
        """The texts of the mails to an address, the oldest first."""
        with self.database.read() as session:
            query = select(MailMessage.text).where(MailMessage.address == email).order_by(MailMessage.id)
            return [text or "" for text in session.scalars(query)]

    def token_for(self, email: str = MAIL) -> str:
        """The token of the newest link mailed to an address."""
        found = [match for text in self.mails_to(email) for match in re.findall(r"/s#([A-Za-z0-9_-]+)", text)]
        return found[-1]

    def code_for(self, email: str = MAIL) -> str:
        """A code mailed to an address that was not taken yet; an embedded worker may be about to send it."""
        for _try in range(100):
            self.deliver()
            found = [match for text in self.mails_to(email) for match in re.findall(r"^\s+(\d{8})\s*$", text, re.M)]
            if found and found[-1] not in self.taken:
                self.taken.add(found[-1])
                return found[-1]
            time.sleep(0.05)
        raise AssertionError(f"no new code was mailed to {email}")

    def phone(self, at: datetime | None = None) -> Phone:
        phone = self.app.test_client()
        assert isinstance(phone, Phone)
        phone.at = at or self.at
        return phone

    def enter(self, email: str = MAIL, phone: Phone | None = None) -> tuple[Phone, str]:
        """Through link and code into the item; the browser and the item's path."""
        phone = phone or self.phone()
        phone.open_link(self.token_for(email))
        assert phone.send("/s/code", "/s/code").status_code == 303
        answer = phone.send("/s/enter", "/s/enter", code=self.code_for(email))
        assert answer.status_code == 303, answer.text
        return phone, answer.location

    def fill(self, phone: Phone, path: str, steps: tuple[dict[str, str], ...] = STEPS) -> None:
        for number, answers in enumerate(steps, 1):
            answer = phone.send(f"{path}/steps/{number}", f"{path}/steps/{number}", **answers)
            assert answer.status_code == 303, answer.text

    def sign(self, phone: Phone, path: str, email: str = MAIL, **changes: str) -> TestResponse:
        assert phone.send(f"{path}/code", f"{path}/review").status_code == 303
        return self.send_signed(phone, path, code=self.code_for(email), **changes)

    def send_signed(self, phone: Phone, path: str, **changes: str) -> TestResponse:
        page = phone.get(f"{path}/review").text
        found = re.search(r'name="sha256" value="([0-9a-f]{64})"', page)
        fields = {"sha256": found[1] if found else "", "typed_name": "Quinn Weber", **changes}
        return phone.send(f"{path}/submit", f"{path}/review", **fields)

    def state_of(self, number: str) -> str:
        with self.database.read() as session:
            return get_supplier(session, number, actor=SQE).state


@pytest.fixture
def world(settings: Settings, database: Database) -> Iterator[World]:
    yield make_world(settings, database)


def make_world(settings: Settings, database: Database, *, live: bool = False, process: RuleFile | None = None) -> World:
    """An installation with the process in force and Ann and Bo among our people; ``live`` goes by the clock."""
    at = clock.now() if live else AT
    with database.write() as session:
        store_files(session, [*qualification_rules()[1:], process or shipped_rules()], at=at)
        for number, name in ((1, "Ann Miller"), (2, "Bo Chen")):
            email = f"{name.split()[0].lower()}@plant.example"
            session.add(
                User(id=number, email=email, name=name, language="en", time_zone="Europe/Berlin", created_at=at)
            )
    app = create_app(settings, database)
    app.test_client_class = Phone
    return World(app, database, at, live)


@pytest.fixture
def entered(world: World) -> Callable[[], tuple[World, Phone, str, str]]:
    """Somebody who came in through link and code: world, browser, path of the item, number of the supplier."""

    def enter() -> tuple[World, Phone, str, str]:
        number = world.invite()
        phone, path = world.enter()
        return world, phone, path, number

    return enter
