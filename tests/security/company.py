"""A company to attack: the real application on a real database, with somebody of every kind in session.

What exists twice exists on purpose: everything of the second supplier is foreign to the contact of the first.
"""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from supplier_quality import clock, features, outbox
from supplier_quality.app import create_app
from supplier_quality.config import Settings
from supplier_quality.documents import attach_file, prints
from supplier_quality.documents.models import PrintRun
from supplier_quality.documents.store import file_store
from supplier_quality.engine.definitions import load_rule_file
from supplier_quality.engine.store import store_files
from supplier_quality.identity import Actor, Role, deputies
from supplier_quality.identity.actors import load_actor
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.models import User, UserRole
from supplier_quality.identity.passwords import hash_password
from supplier_quality.identity.tokens import create_token
from supplier_quality.mail import MailMessage
from supplier_quality.mail.models import OwnerTask
from supplier_quality.parts.details import CommodityDetails
from supplier_quality.parts.operations import add_commodity
from supplier_quality.parts.queries import get_commodity
from supplier_quality.persistence import Database
from supplier_quality.sheets.table import Where
from supplier_quality.suppliers.bulk.operations import pick_suppliers
from supplier_quality.suppliers.certificates.details import CertificateDetails
from supplier_quality.suppliers.certificates.operations import (
    add_certificate_file,
    move_certificate,
    register_certificate,
)
from supplier_quality.suppliers.details import ContactDetails, SiteDetails, SupplierDetails
from supplier_quality.suppliers.development import operations as development
from supplier_quality.suppliers.development.details import AuthorisationDetails, MilestoneDetails, PlanDetails
from supplier_quality.suppliers.importing.mapping import make_map
from supplier_quality.suppliers.importing.remembering import remember_mapping
from supplier_quality.suppliers.models import Contact, Site, Supplier
from supplier_quality.suppliers.operations import add_contact, add_site, move_supplier, register_supplier
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.suppliers.qualification.models import QualificationStep
from supplier_quality.suppliers.qualification.operations import keep_step_file, move_step
from supplier_quality.suppliers.qualification.queries import get_step, steps_of
from supplier_quality.suppliers.scope.operations import request_scope
from supplier_quality.worker import Worker
from tests.documents.corpus import pdf

PASSWORD = "violet kettle marching otter 47"
COMMODITY = "CAST-AL"
_HASH = hash_password(PASSWORD)
CSRF = re.compile(r'name="csrf-token" content="([^"]+)"')
LINK = re.compile(r"/s#([A-Za-z0-9_-]{20,})")
CODE = re.compile(r"\b(\d{3} ?\d{3}|\d{6,8})\b")

STAFF = tuple(str(role) for role in Role)
TOKENS = ("token_read", "token_write")
WHO = ("anonymous", "contact", *STAFF, *TOKENS)

ANSWERS: Mapping[str, str] = {
    "employees": "120",
    "production_sites": "Works 1, Ulm",
    "main_products": "Castings",
    "main_processes": "Die casting",
    "capacity": "20,000 per week",
    "iso9001": "true",
    "iso9001_number": "QM-1",
    "iso9001_valid_until": "2099-05-31",
    "iso9001_body": "TÜV",
    "duns": "123456789",
    "quality_contact": "Quinn",
    "quality_phone": "+49 731 1234",
    "conflict_minerals": "none",
}


class Caller(FlaskClient):
    """A client that sends what a browser or a program would: with the token of our page, or with an API token."""

    api_token: str | None = None
    home = "/sign-in"
    _csrf: str | None = None

    def token(self) -> str:
        """A CSRF token of this browser's own session."""
        if self._csrf is None:
            answer = self.get(self.home, follow_redirects=True)
            found = CSRF.search(answer.text)
            assert found, f"no token on {self.home}: {answer.status_code}"
            self._csrf = found[1]
        return self._csrf

    def call(self, method: str, path: str, form: Mapping[str, Any] | None = None, **more: Any) -> TestResponse:
        """One request as our own pages or a well-behaved program would make it."""
        headers = dict(more.pop("headers", {}))
        if self.api_token is not None:
            headers.setdefault("Authorization", f"Bearer {self.api_token}")
            return self.open(path, method=method, headers=headers, **more)
        if method not in ("GET", "HEAD", "OPTIONS"):
            headers.setdefault("Sec-Fetch-Site", "same-origin")
            if "json" not in more:
                more["data"] = {**(form or {}), "csrf_token": self.token()}
        return self.open(path, method=method, headers=headers, **more)


@dataclass
class Company:
    """The application, and the numbers of what is in it. ``own`` is the first supplier, ``foreign`` the second."""

    app: Flask
    settings: Settings
    database: Database
    users: dict[str, int] = field(default_factory=dict)
    api_tokens: dict[str, str] = field(default_factory=dict)
    suppliers: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    sites: dict[str, int] = field(default_factory=dict)
    scope: dict[str, str] = field(default_factory=dict)
    certificates: dict[str, str] = field(default_factory=dict)
    plans: dict[str, str] = field(default_factory=dict)
    milestones: dict[str, str] = field(default_factory=dict)
    proofs: dict[str, int] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)
    link_tokens: dict[str, str] = field(default_factory=dict)

    def caller(self, who: str = "anonymous") -> Caller:
        """A new browser or program of somebody; every call signs in anew."""
        client = self.app.test_client()
        assert isinstance(client, Caller)
        if who in TOKENS:
            client.api_token = self.api_tokens[who]
        elif who == "contact":
            self.open_portal(client, "own")
        elif who != "anonymous":
            self.sign_in(client, address_of(who))
        return client

    def sign_in(self, client: Caller, email: str, password: str = PASSWORD) -> None:
        answer = client.call("POST", "/sign-in", {"email": email, "password": password})
        assert answer.status_code == 303, answer.text
        client._csrf, client.home = None, "/account"

    def open_portal(self, client: Caller, whose: str) -> None:
        """Come in as the contact of a supplier: the link, the mailed code, the session."""
        token = self.link_tokens[whose]
        client.call("POST", "/s/open", {"link": f"{self.settings.base_url}/s#{token}"})
        # A code that was asked for a moment ago is still good, but used up by whoever came in with it.
        assert client.call("POST", "/s/code", {"token": token}).status_code == 303
        self.work_off()
        code = self.newest_code(whose)
        answer = client.call("POST", "/s/enter", {"token": token, "code": code})
        assert answer.status_code == 303, answer.text
        client._csrf, client.home = None, "/portal"

    def newest_code(self, whose: str) -> str:
        mail = self.mails_to(self.contacts[whose], template="identity/code")[-1]
        found = CODE.search(mail.text or "")
        assert found, mail.text
        return found[1].replace(" ", "")

    def mails_to(self, contact_id: int, *, template: str = "") -> list[MailMessage]:
        with self.database.read() as session:
            query = select(MailMessage).where(
                MailMessage.recipient_kind == "supplier_contact", MailMessage.recipient_id == contact_id
            )
            if template:
                query = query.where(MailMessage.template == template)
            return list(session.scalars(query.order_by(MailMessage.id)))

    def work_off(self) -> None:
        """Let a worker do everything that is due."""
        worker = Worker(self.settings, self.database)
        for _tick in range(50):
            if not worker.tick():
                return
        raise AssertionError("The worker does not come to an end.")

    def actor(self, who: str) -> Actor:
        with self.database.read() as session:
            actor = load_actor(session, self.users[who], via="web", at=clock.now())
        assert actor is not None
        return actor

    def version(self, number: str) -> int:
        with self.database.read() as session:
            return session.scalars(select(Supplier.version).where(Supplier.number == number)).one()

    def state(self, number: str) -> str:
        with self.database.read() as session:
            return session.scalars(select(Supplier.state).where(Supplier.number == number)).one()


def address_of(who: str) -> str:
    return f"{who.replace('_', '.')}@plant.example"


def found_company(settings: Settings, database: Database) -> Company:
    """The company with its people, tokens and three suppliers: two asked to assess themselves, one prospect."""
    app = create_app(settings, database)
    app.test_client_class = Caller
    features.load_rules(database, settings, at=clock.now())
    company = Company(app, settings, database)
    for role in STAFF:
        company.users[role] = add_person(company, role, (role,))
    company.users["spare"] = add_person(company, "spare", ("viewer",))
    company.users["second_manager"] = add_person(company, "second_manager", ("quality_manager",))
    for name, scopes in (
        ("token_read", ["suppliers:read", "parts:read", "calculator:read"]),
        ("token_write", ["suppliers:write", "parts:write"]),
    ):
        company.api_tokens[name] = make_token(company, "sqe", *scopes)
    add_castings(company)
    add_supplier(company, "own", "Acme Castings", "quinn@acme.example")
    add_supplier(company, "foreign", "Rival Forge", "rex@rival.example")
    add_supplier(company, "prospect", "Newcomer Plastics", "nia@newcomer.example")
    for name in ("own", "foreign"):
        invite(company, name)
        add_scope(company, name)
    return company


def add_castings(company: Company) -> None:
    """The one commodity there is."""
    details = CommodityDetails(name_en="Die castings", name_zh="压铸件", criticality="key")
    with company.database.write() as session:
        add_commodity(session, COMMODITY, details, actor=company.actor("sqe"), at=clock.now())


def add_scope(company: Company, key: str) -> None:
    """A line of scope that a supplier's engineer asked for."""
    sqe, at = company.actor("sqe"), clock.now()
    with company.database.write() as session:
        supplier = session.scalars(select(Supplier).where(Supplier.number == company.suppliers[key])).one()
        site, commodity = session.get_one(Site, company.sites[key]), get_commodity(session, COMMODITY, actor=sqe)
        company.scope[key] = request_scope(session, supplier, site, commodity, actor=sqe, at=at).number


def add_person(company: Company, name: str, roles: tuple[str, ...], *, language: str = "en") -> int:
    at = clock.now()
    with company.database.write() as session:
        user = User(
            email=address_of(name),
            name=name.replace("_", " ").title(),
            language=language,
            time_zone="Europe/Berlin",
            password_hash=_HASH,
            password_changed_at=at,
            created_at=at,
            role_rows=[UserRole(role=role) for role in roles],
        )
        session.add(user)
        session.flush()
        return user.id


def name_deputy(company: Company, who: str) -> None:
    """Let the spare person stand in for somebody."""
    at, actor = clock.now(), company.actor(who)
    with company.database.write() as session:
        deputies.name_deputy(
            session,
            session.get_one(User, company.users[who]),
            deputy=session.get_one(User, company.users["spare"]),
            role=who,
            starts_at=at,
            ends_at=at + timedelta(days=1),
            actor=actor,
            at=at,
        )


def make_token(company: Company, who: str, *scopes: str) -> str:
    at = clock.now()
    with company.database.write() as session:
        user = session.get_one(User, company.users[who])
        actor = load_actor(session, user.id, via="web", at=at)
        assert actor is not None
        made = create_token(
            session, user, name=" ".join(scopes), scopes=scopes, expires_at=at + timedelta(days=1), actor=actor, at=at
        )
        return made.secret


def add_supplier(company: Company, key: str, name: str, email: str) -> str:
    """A prospect with a site and a contact; its owner is the engineer of supplier quality."""
    sqe, at = company.actor("sqe"), clock.now()
    with company.database.write() as session:
        details = SupplierDetails(name=name, country="DE", owner_id=company.users["sqe"])
        supplier = register_supplier(session, details, actor=sqe, at=at)
        site = add_site(session, supplier, SiteDetails(name="Works 1", city="Ulm", country="DE"), actor=sqe, at=at)
        contact = ContactDetails(
            name=email.split("@", maxsplit=1)[0].title(), email=email, roles=["quality"], primary=True
        )
        person = add_contact(session, supplier, contact, actor=sqe, at=at)
        session.flush()
        company.suppliers[key] = supplier.number
        company.sites[key], company.contacts[key] = (
            _id(site, Site, supplier, session),
            _id(person, Contact, supplier, session),
        )
        return supplier.number


def _id(made: Any, model: type[Any], supplier: Supplier, session: Any) -> int:
    if isinstance(made, model):
        return int(made.id)
    return int(session.scalars(select(model.id).where(model.supplier_id == supplier.id)).one())


def invite(company: Company, key: str) -> None:
    """Ask the supplier to assess itself, and let the mail with the link be delivered."""
    sqe = company.actor("sqe")
    with company.database.write() as session:
        supplier = session.scalars(select(Supplier).where(Supplier.number == company.suppliers[key])).one()
        move_supplier(session, supplier, "invite", actor=sqe, at=clock.now(), expected_version=supplier.version)
    company.work_off()
    with company.database.read() as session:
        company.links[key] = session.scalars(
            select(AccessLink.id).where(AccessLink.contact_id == company.contacts[key])
        ).one()
    for mail in company.mails_to(company.contacts[key]):
        found = LINK.search(mail.text or "")
        if found:
            company.link_tokens[key] = found[1]
    assert key in company.link_tokens, "no mail holds the link"


FoundCompany = Callable[..., Company]


def answer_once(company: Company, key: str) -> None:
    """Let the supplier answer, with drafts and signature, and send the answers back: a receipt, and work for both."""
    caller = company.caller("anonymous")
    company.open_portal(caller, key)
    path = f"/portal/items/{company.links[key]}"
    assert caller.call("POST", f"{path}/draft", ANSWERS).status_code == 200
    submit_signed(company, caller, key)
    sqe = company.actor("sqe")
    with company.database.write() as session:
        supplier = session.scalars(select(Supplier).where(Supplier.number == company.suppliers[key])).one()
        move_supplier(
            session,
            supplier,
            "send_back",
            actor=sqe,
            at=clock.now(),
            form={"comment": "Which alloys?"},
            expected_version=supplier.version,
        )
    company.work_off()


def submit_signed(company: Company, caller: Caller, key: str) -> TestResponse:
    """Sign what the review page shows with a fresh code."""
    path = f"/portal/items/{company.links[key]}"
    assert caller.call("POST", f"{path}/code").status_code == 303
    company.work_off()
    review = caller.get(f"{path}/review")
    found = re.search(r'name="sha256" value="([0-9a-f]{64})"', review.text)
    assert found, review.text
    form = {"sha256": found[1], "code": company.newest_code(key), "typed_name": "Quinn Example"}
    answer = caller.call("POST", f"{path}/submit", form)
    assert answer.status_code == 303, answer.text
    company.work_off()
    return answer


def add_certificate(company: Company, key: str) -> None:
    """A certificate with its file that waits to be verified."""
    sqe, at = company.actor("sqe"), clock.now()
    with company.database.write() as session:
        supplier = session.scalars(select(Supplier).where(Supplier.number == company.suppliers[key])).one()
        details = CertificateDetails(certificate_no=f"QM-{key}", valid_to=at.date() + timedelta(days=300))
        site = session.get_one(Site, company.sites[key])
        made = register_certificate(session, supplier, site, "IATF 16949", details, actor=sqe, at=at)
        pdf = io.BytesIO(b"%PDF-1.7\ncertificate\n%%EOF\n")
        stored = file_store(session).put(pdf, name="certificate.pdf", limit=10_000)
        add_certificate_file(session, made, stored, actor=sqe, at=at)
        move_certificate(session, made, "enter", actor=sqe, at=at)
        company.certificates[key] = made.number
    company.work_off()


def add_step_file(company: Company) -> None:
    """A report at the oldest step of the supplier's qualification."""
    with company.database.write() as session:
        query = select(QualificationStep).join(Supplier, Supplier.id == QualificationStep.supplier_id)
        query = query.where(Supplier.number == company.suppliers["own"]).order_by(QualificationStep.id).limit(1)
        step, who = session.scalars(query).one(), {"actor": company.actor("sqe"), "at": clock.now()}
        stored = file_store(session).put(io.BytesIO(b"characteristic,result\n1,ok\n"), name="results.csv", limit=10_000)
        keep_step_file(session, step, stored, field="file", **who)  # type: ignore[arg-type]


def add_development(company: Company, key: str) -> None:
    """A letter of the customer, and a plan in draft with a milestone that has a file."""
    sqe, at = company.actor("sqe"), clock.now()
    act: dict[str, Any] = {"actor": sqe, "at": at}
    with company.database.write() as session:
        supplier = session.scalars(select(Supplier).where(Supplier.number == company.suppliers[key])).one()
        letter = AuthorisationDetails(customer="Nordwerk", reference="NM-17", dated=at.date(), valid_until=None)
        proof = development.add_authorisation(session, supplier, letter, None, **act)
        plan = development.draft_plan(session, supplier, PlanDetails(target="iatf_16949", note=None), **act)
        details = MilestoneDetails(
            title="Gap analysis", level=None, due=at.date() + timedelta(days=90), owner_id=company.users["sqe"]
        )
        milestone = development.add_milestone(session, plan, details, **act)
        stored = file_store(session).put(io.BytesIO(b"evidence"), name="evidence.txt", limit=10_000)
        development.keep_file(session, milestone, stored, slot="milestone/file", **act)
        company.plans[key], company.milestones[key], company.proofs[key] = plan.number, milestone.number, proof.id
    company.work_off()


def put_table_in_force(company: Company) -> None:
    """A decision table, which the shipped rule files need not hold."""
    path = Path(__file__).resolve().parents[1] / "engine" / "definitions" / "files" / "audit_interval.yaml"
    with company.database.write() as session:
        store_files(session, [load_rule_file(path.read_text(encoding="utf-8"), file=path.name)], at=clock.now())


def upload_import(company: Company) -> None:
    """A file of suppliers somebody put on the page of imports and then gave up, and the mapping of an earlier one."""
    caller = company.caller("sqe")
    file = (io.BytesIO(b"Vendor ID,Vendor\n1,Acme\n"), "vendors.csv")
    answer = caller.call("POST", "/import", {"file": file})
    assert answer.status_code == 303, answer.text
    assert caller.call("POST", f"{answer.headers['Location']}/discard").status_code == 303
    with company.database.write() as session:
        mapping = make_map({"name": "Vendor", "key": "Vendor ID"})
        remember_mapping(session, ["Vendor ID", "Vendor"], mapping, Where(), by="Ann", at=clock.now())


def complete_steps(company: Company, key: str) -> None:
    """Everything that the route of a supplier asks for before it is decided."""
    at, sqe = clock.now(), company.actor("sqe")
    with company.database.write() as session:
        supplier = session.scalars(select(Supplier).where(Supplier.number == company.suppliers[key])).one()
        for line in steps_of(session, supplier.id):
            step = get_step(session, line.number, actor=sqe)
            form = {"done_on": at.date().isoformat(), "evidence": "Report A-17"}
            move_step(session, step, "complete", actor=sqe, at=at, form=form)


def keep_view(company: Company, who: str) -> None:
    """A view of the list of suppliers of somebody's own."""
    form = {"title": "Mine", "query": "state=prospect"}
    assert company.caller(who).call("POST", "/views/suppliers", form).status_code == 303


def put_print(company: Company, who: str) -> None:
    """A document somebody has printed, as the worker leaves it."""
    at = clock.now()
    stored = file_store(company.settings).put(io.BytesIO(pdf()), name="list.pdf", limit=1_000_000)
    with company.database.write() as session:
        actor = load_actor(session, company.users[who], via="web", at=at)
        assert actor is not None
        run = PrintRun(
            kind="none", title={"en": "A list"}, file_name="list.pdf", parameters={}, language="en", zone="UTC",
            person_id=company.users[who], asked_at=at, ended_at=at, pages=1, is_whole=True,
        )  # fmt: skip
        session.add(run)
        session.flush()
        attach_file(session, stored, record=prints.record_of(run), slot="file", actor=actor, at=at)


def pick_for_bulk(company: Company, who: str) -> None:
    """A supplier that somebody who may change suppliers picked, to act on."""
    if who in EDITORS:
        with company.database.write() as session:
            actor = load_actor(session, company.users[who], via="web", at=clock.now())
            assert actor is not None
            ids = session.scalars(select(Supplier.id).where(Supplier.number == company.suppliers["own"])).all()
            pick_suppliers(session, ids, actor=actor, at=clock.now())


def make_incidents(company: Company, count: int) -> None:
    """Effects that no worker can deliver."""
    with company.database.write() as session:
        for _each in range(count):
            outbox.queue(session, kind="no.such.effect", payload={}, at=clock.now())
    company.work_off()


def make_task(company: Company, who: str) -> None:
    """Something about a mail for an owner to look after."""
    at = clock.now()
    with company.database.write() as session:
        session.add(
            OwnerTask(
                kind="bounced",
                about=f"mail for {who}",
                owner_id=company.users[who],
                title="The mail to %(name)s came back",
                values={},
                due=at,
                created_at=at,
            )
        )
