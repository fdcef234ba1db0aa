"""A supplier of Ann's with two sites, and what develops it, made through the real acts."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from supplier_quality.documents.store import file_store
from supplier_quality.engine.effects import EFFECTS as ENGINE_EFFECTS
from supplier_quality.engine.explain import to_sign
from supplier_quality.engine.registry import registry
from supplier_quality.engine.store import store_files
from supplier_quality.engine.timers import take_due_timers
from supplier_quality.identity import Actor
from supplier_quality.identity.models import UserRole
from supplier_quality.identity.signatures import Signature
from supplier_quality.mail.models import MailMessage
from supplier_quality.outbox import deliver_due
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.certificates.details import CertificateDetails
from supplier_quality.suppliers.certificates.operations import (
    add_certificate_file,
    move_certificate,
    register_certificate,
)
from supplier_quality.suppliers.certificates.queries import get_certificate
from supplier_quality.suppliers.details import SiteDetails
from supplier_quality.suppliers.development import operations, queries
from supplier_quality.suppliers.development.details import (
    AuditDetails,
    AuthorisationDetails,
    MilestoneDetails,
    PlanDetails,
    RequirementDetails,
)
from supplier_quality.suppliers.development.rules import Standing
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.operations import add_site
from tests.suppliers.conftest import QUALITY_MANAGER, SQE, add_user, app, client, make_supplier, ready, signed_in
from tests.support import AT, shipped_rules

__all__ = ["add_user", "app", "client", "make_supplier", "ready", "signed_in"]

TODAY = AT.date()
PDF = b"%PDF-1.7\n" + b"evidence " * 40 + b"\n%%EOF\n"
RULES = ("development_plan", "development_milestone", "development_ladder", "certificate", "certificate_grace",
         "scope_standards", "policies", "supplier_scope")  # fmt: skip
PRINTED: dict[str, Any] = {
    "edition": "2015", "certificate_no": "0423-1", "body": "TÜV Süd", "accreditation": "DAkkS", "scope": "Castings",
    "valid_from": "2024-12-01", "valid_to": "2027-11-30",
}  # fmt: skip


@dataclass
class Bench:
    """One installation with a supplier that has two sites, Works 1 and Works 2."""

    database: Database
    number: str
    at: datetime = AT
    certificates: list[str] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.at.date()

    def certify(self, standard: str, *sites: str, verified: bool = True, **printed: Any) -> list[str]:
        """Verified certificates of these sites; their numbers."""
        made = []
        for name in sites or ("Works 1", "Works 2"):
            with self.database.write() as session:
                supplier = self.supplier(session)
                site = next(each for each in supplier_queries.sites_of(session, supplier) if each.name == name)
                details = CertificateDetails.read({**PRINTED, **printed})
                one = register_certificate(session, supplier, site, standard, details, actor=SQE, at=self.at)
                stored = file_store(session).put(io.BytesIO(PDF), name="certificate.pdf", limit=10**6)
                add_certificate_file(session, one, stored, actor=SQE, at=self.at)
                move_certificate(session, one, "enter", actor=SQE, at=self.at)
                made.append(one.number)
            if verified:
                self.move_certificate(made[-1], "verify", {"verified_at": "iaf_certsearch", "verified_on": str(self.today),
                                                           "comment": "Seen there"})  # fmt: skip
        return made

    def move_certificate(
        self, number: str, action: str, form: Mapping[str, Any], actor: Actor = QUALITY_MANAGER
    ) -> None:
        with self.database.write() as session:
            found = get_certificate(session, number, actor=actor)
            asked = to_sign(session, found, action, form=form)
            signature = Signature("password", self.at, str(asked[0]), asked[1], actor.id) if asked else None
            move_certificate(session, found, action, actor=actor, at=self.at, form=form, signature=signature)

    def audit(self, criterion: str, *sites: str, actor: Actor = SQE, **given: Any) -> int:
        """Second-party audits of these sites; the number of the last."""
        values = {"criterion": criterion, "result": "conforms", "reference": "SPA-7", "dated": str(self.today),
                  "valid_until": str(self.today + timedelta(days=730)), **given}  # fmt: skip
        last = 0
        for name in sites or ("Works 1", "Works 2"):
            with self.database.write() as session:
                supplier = self.supplier(session)
                site = next(each for each in supplier_queries.sites_of(session, supplier) if each.name == name)
                details = AuditDetails.read(
                    values, criteria=queries.ladder_in_force(session).criteria, today=self.today
                )
                stored = file_store(session).put(io.BytesIO(PDF), name="report.pdf", limit=10**6)
                proof = operations.add_audit(session, supplier, site, details, stored, actor=actor, at=self.at)
                session.flush()
                last = proof.id
        return last

    def authorise(self, **given: Any) -> int:
        """A letter of the customer; its number."""
        values = {"customer": "Nordwerk Motors", "reference": "NM-2026-17", "dated": str(self.today), **given}
        with self.database.write() as session:
            details = AuthorisationDetails.read(values, today=self.today)
            proof = operations.add_authorisation(session, self.supplier(session), details, None, actor=SQE, at=self.at)
            session.flush()
            return proof.id

    def demand(self, minimum: str = "", target: str = "", reason: str = "Safety parts", actor: Actor = SQE) -> None:
        with self.database.write() as session:
            levels = tuple(level.id for level in queries.ladder_in_force(session).levels)
            details = RequirementDetails.read({"minimum": minimum, "target": target, "reason": reason}, levels=levels)
            operations.set_requirement(session, self.supplier(session), details, actor=actor, at=self.at)

    def draft(self, target: str = "iatf_16949", actor: Actor = SQE) -> str:
        with self.database.write() as session:
            details = PlanDetails(target=target, note=None)
            return operations.draft_plan(session, self.supplier(session), details, actor=actor, at=self.at).number

    def add_milestone(self, plan: str, title: str, days: int, level: str | None = None, owner: int = 9001) -> str:
        with self.database.write() as session:
            details = MilestoneDetails(title=title, level=level, due=self.today + timedelta(days=days), owner_id=owner)
            found = queries.get_plan(session, plan, actor=SQE)
            return operations.add_milestone(session, found, details, actor=SQE, at=self.at).number

    def move_plan(self, number: str, action: str, form: Mapping[str, Any] | None = None, actor: Actor = SQE) -> str:
        with self.database.write() as session:
            plan = queries.get_plan(session, number, actor=actor)
            operations.move_plan(session, plan, action, actor=actor, at=self.at, form=form)
        self.deliver()
        with self.database.read() as session:
            return queries.get_plan(session, number, actor=SQE).state

    def move_milestone(self, number: str, action: str, form: Mapping[str, Any], actor: Actor = SQE) -> str:
        with self.database.write() as session:
            milestone = queries.get_milestone(session, number, actor=actor)
            operations.move_milestone(session, milestone, action, actor=actor, at=self.at, form=form)
        self.deliver()
        return self.milestone_state(number)

    def milestone_state(self, number: str) -> str:
        with self.database.read() as session:
            return queries.get_milestone(session, number, actor=SQE).state

    def standing(self) -> Standing:
        with self.database.read() as session:
            supplier = self.supplier(session)
            return queries.standings(session, [supplier.id], today=self.today)[supplier.id]

    def level(self) -> str | None:
        level = self.standing().level
        return level.id if level else None

    def supplier(self, session: Any) -> Supplier:
        return supplier_queries.get_supplier(session, self.number, actor=SQE)

    def pass_days(self, days: int) -> None:
        """Let days go by, with all that becomes due."""
        for _day in range(days):
            self.at += timedelta(days=1)
            while take_due_timers(self.database, at=self.at):
                self.deliver()

    def deliver(self) -> None:
        handlers = {**ENGINE_EFFECTS, **registry.effects}
        while deliver_due(self.database, handlers, worker="test", now=lambda: self.at):
            pass

    def mails(self) -> list[tuple[str, str]]:
        """Title and reader of the mails, in order."""
        with self.database.read() as session:
            query = select(MailMessage.subject, MailMessage.recipient_name).order_by(MailMessage.id)
            return [(row.subject, row.recipient_name) for row in session.execute(query)]


@pytest.fixture
def bench(ready: Database, make_supplier: Any, at: datetime) -> Bench:
    with ready.write() as session:
        store_files(session, [shipped_rules(f"{name}.yaml") for name in RULES], at=at)
        session.add(UserRole(user_id=9002, role="quality_manager"))
    number = make_supplier("Acme Castings")
    with ready.write() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=SQE)
        add_site(session, supplier, SiteDetails(name="Works 2", city="Graz", country="AT"), actor=SQE, at=at)
    return Bench(ready, number)
