"""A supplier of Ann's with the process of certificates in force, and certificates made through the real acts."""

import io
from collections.abc import Callable
from dataclasses import dataclass
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
from supplier_quality.mail.models import DigestItem, MailMessage
from supplier_quality.mail.values import thaw
from supplier_quality.outbox import deliver_due
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.certificates import operations, queries
from supplier_quality.suppliers.certificates.details import CertificateDetails
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.models import Contact, Site, Supplier
from tests.suppliers.conftest import (
    QUALITY_MANAGER,
    SQE,
    add_user,
    app,
    client,
    make_supplier,
    ready,
    signed_in,
)
from tests.support import AT, actor_for, shipped_rules

__all__ = ["add_user", "app", "client", "make_supplier", "ready", "signed_in"]

TODAY = AT.date()
PDF = b"%PDF-1.7\n" + b"certificate " * 40 + b"\n%%EOF\n"
VERIFICATION = {"verified_at": "iatf_database", "verified_on": TODAY.isoformat()}
PRINTED: dict[str, Any] = {
    "edition": "2016",
    "certificate_no": "0423-1",
    "body": "TÜV Süd",
    "accreditation": "IATF",
    "scope": "Manufacture of castings",
    "printed_site": "Acme Castings, Works 1, Ulm",
    "valid_from": "2024-12-01",
    "valid_to": "2026-11-30",
}


@dataclass
class Shelf:
    """One installation with a supplier, its contact and its certificates."""

    database: Database
    supplier_number: str

    def add(self, *, standard: str = "IATF 16949", actor: Actor = SQE, at: datetime = AT, **printed: Any) -> str:
        """A certificate with a file, handed over to be verified; its number."""
        safety = printed.pop("safety_parts", None)
        with self.database.write() as session:
            supplier = supplier_queries.get_supplier(session, self.supplier_number, actor=SQE)
            site = supplier_queries.sites_of(session, supplier)[0]
            details = CertificateDetails.read({**PRINTED, **printed})
            made = operations.register_certificate(
                session, supplier, site, standard, details, actor=actor, at=at, safety_parts=safety
            )
            stored = file_store(session).put(io.BytesIO(PDF), name="certificate.pdf", limit=10**6)
            operations.add_certificate_file(session, made, stored, actor=actor, at=at)
            operations.move_certificate(session, made, "enter", actor=actor, at=at)
            number = made.number
        self.deliver(at)
        return number

    def verified(self, *, at: datetime = AT, **printed: Any) -> str:
        """A certificate that is in force."""
        number = self.add(at=at, **printed)
        comment = {"comment": "Looked at the warning signs"}
        day = {"verified_on": at.date().isoformat()}
        assert self.act(number, "verify", QUALITY_MANAGER, at=at, form={**VERIFICATION, **day, **comment}) == "valid"
        return number

    def act(self, number: str, action: str, actor: Actor, *, at: datetime = AT, form: Any = None) -> str:
        """Take an action, signed when the process asks for it, and deliver what it queued; the new state."""
        with self.database.write() as session:
            certificate = queries.get_certificate(session, number, actor=actor)
            asked = to_sign(session, certificate, action, form=form)
            signature = Signature("password", at, str(asked[0]), asked[1], actor.id) if asked else None
            fired = operations.move_certificate(
                session, certificate, action, actor=actor, at=at, form=form, signature=signature,
                expected_version=certificate.version,
            )  # fmt: skip
        self.deliver(at)
        return fired.to_state

    def deliver(self, at: datetime) -> None:
        handlers = {**ENGINE_EFFECTS, **registry.effects}
        while deliver_due(self.database, handlers, worker="test", now=lambda: at):
            pass

    def pass_time(self, until: datetime) -> None:
        """Let the timers that fall due until then do what they ask for, day by day."""
        at = AT
        while at < until:
            at = min(at + timedelta(days=1), until)
            while take_due_timers(self.database, at=at):
                self.deliver(at)

    def state(self, number: str) -> str:
        return self.row(number).state

    def row(self, number: str) -> Certificate:
        with self.database.read() as session:
            return queries.get_certificate(session, number, actor=SQE)

    def all(self) -> list[tuple[str, str]]:
        """Number and state of every certificate."""
        with self.database.read() as session:
            query = select(Certificate.number, Certificate.state).order_by(Certificate.id)
            return [(row.number, row.state) for row in session.execute(query)]

    def mails(self, kind: str = "user") -> list[str]:
        """Subjects of the mails to our people, or titles of what waits for the digest of the supplier's contacts."""
        with self.database.read() as session:
            mails = select(MailMessage.subject).where(MailMessage.recipient_kind == kind).order_by(MailMessage.id)
            subjects = list(session.scalars(mails))
            if kind == "user":
                return subjects
            items = session.scalars(select(DigestItem).order_by(DigestItem.id))
            return [*subjects, *(str(thaw(item.values["title"])) for item in items)]

    def contact(self) -> Actor:
        """The supplier's contact as they come in through their link."""
        with self.database.read() as session:
            contact = session.scalars(select(Contact)).first()
        assert contact is not None
        return actor_for(
            (), kind="contact", id=f"supplier_contact:{contact.id}", label="Quinn", person_id=contact.id, via="link"
        )

    def site_id(self) -> int:
        with self.database.read() as session:
            return session.scalars(select(Site.id).join(Supplier, Supplier.id == Site.supplier_id)).first() or 0


@pytest.fixture
def shelf(ready: Database, make_supplier: Callable[..., str], at: datetime) -> Shelf:
    with ready.write() as session:
        files = [shipped_rules("certificate.yaml"), shipped_rules("certificate_grace.yaml")]
        store_files(session, files, at=at)
        session.add(UserRole(user_id=9001, role="sqe"))
        session.add(UserRole(user_id=9002, role="quality_manager"))
    return Shelf(ready, make_supplier())


def days_before_end(days: int, end: str = PRINTED["valid_to"]) -> datetime:
    """The morning so many days before a certificate ends."""
    return datetime.combine(date.fromisoformat(end) - timedelta(days=days), AT.timetz())
