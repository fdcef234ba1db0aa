"""A supplier of Ann's with the types and the process of documents in force, and documents made through the real acts."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from supplier_quality.documents.store import file_store
from supplier_quality.engine.effects import EFFECTS as ENGINE_EFFECTS
from supplier_quality.engine.explain import to_sign
from supplier_quality.engine.facts import gather
from supplier_quality.engine.models import Timer
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
from supplier_quality.suppliers.document_bank import operations, queries
from supplier_quality.suppliers.document_bank.details import DocumentDetails
from supplier_quality.suppliers.document_bank.models import SupplierDocument
from supplier_quality.suppliers.models import Contact, Supplier
from tests.suppliers.conftest import BUYER, SQE, add_user, app, client, make_supplier, ready, signed_in
from tests.support import AT, actor_for, shipped_rules

__all__ = ["add_user", "app", "client", "make_supplier", "ready", "signed_in"]

TODAY = AT.date()
PDF = b"%PDF-1.7\n" + b"document " * 40 + b"\n%%EOF\n"
RULES = ("supplier_document.yaml", "document_types.yaml")


@dataclass
class Bank:
    """One installation with a supplier, its contact and its documents."""

    database: Database
    supplier_number: str

    def add(
        self, type_: str, *, file: bytes | None = PDF, actor: Actor = BUYER, at: datetime = AT, **values: Any
    ) -> str:
        """A document that was entered, with a file unless it is None; its number."""
        with self.database.write() as session:
            supplier = supplier_queries.get_supplier(session, self.supplier_number, actor=SQE)
            of_type = operations.type_for(session, type_, actor=actor)
            details = DocumentDetails.read(values, of_type)
            made = operations.register_document(session, supplier, of_type, details, actor=actor, at=at)
            if file is not None:
                stored = file_store(session).put(io.BytesIO(file), name="document.pdf", limit=10**6)
                operations.add_document_file(session, made, stored, actor=actor, at=at)
            return made.number

    def accepted(self, type_: str, *, at: datetime = AT, **values: Any) -> str:
        """A document that is in force."""
        number = self.add(type_, at=at, **values)
        assert self.act(number, "accept", BUYER, at=at) == "valid"
        return number

    def act(self, number: str, action: str, actor: Actor, *, at: datetime = AT, form: Any = None) -> str:
        """Take an action, signed when the process asks for it, and deliver what it queued; the new state."""
        with self.database.write() as session:
            document = queries.get_document(session, number, actor=actor)
            asked = to_sign(session, document, action, form=form)
            signature = Signature("password", at, str(asked[0]), asked[1], actor.id) if asked else None
            fired = operations.move_document(
                session, document, action, actor=actor, at=at, form=form, signature=signature,
                expected_version=document.version,
            )  # fmt: skip
        self.deliver(at)
        return fired.to_state

    def deliver(self, at: datetime) -> None:
        handlers = {**ENGINE_EFFECTS, **registry.effects}
        while deliver_due(self.database, handlers, worker="test", now=lambda: at):
            pass

    def pass_time(self, until: datetime) -> None:
        """Let the timers that fall due until then do what they ask for, each at its moment."""
        while True:
            with self.database.read() as session:
                due = session.scalar(select(func.min(Timer.due_at)))
            if due is None or due > until:
                return
            take_due_timers(self.database, at=due)
            self.deliver(due)

    def all(self) -> list[tuple[str, str, str]]:
        """Number, type and state of every document."""
        with self.database.read() as session:
            columns = (SupplierDocument.number, SupplierDocument.type, SupplierDocument.state)
            return [
                (row.number, row.type, row.state)
                for row in session.execute(select(*columns).order_by(SupplierDocument.id))
            ]

    def row(self, number: str) -> SupplierDocument:
        with self.database.read() as session:
            return queries.get_document(session, number, actor=BUYER)

    def mails(self, kind: str = "user") -> list[str]:
        """Subjects of the mails to our people, or titles of what waits for the digest of the supplier's contacts."""
        with self.database.read() as session:
            mails = select(MailMessage.subject).where(MailMessage.recipient_kind == kind).order_by(MailMessage.id)
            subjects = [re.sub(r" \(DOC-\d+\)$", "", subject or "") for subject in session.scalars(mails)]
            if kind == "user":
                return subjects
            items = session.scalars(select(DigestItem).order_by(DigestItem.id))
            return [*subjects, *(str(thaw(item.values["title"])) for item in items)]

    def facts(self, name: str = "documents") -> Any:
        """What rules about the supplier may read under this name."""
        with self.database.read() as session:
            supplier = session.scalars(select(Supplier)).one()
            return gather(session, {name}, Supplier.subject_kind, [supplier.id], actor=SQE, at=AT)[supplier.id][name]

    def contact(self) -> Actor:
        """The supplier's contact as they come in through their link."""
        with self.database.read() as session:
            contact = session.scalars(select(Contact)).first()
        assert contact is not None
        return actor_for(
            (), kind="contact", id=f"supplier_contact:{contact.id}", label="Quinn", person_id=contact.id, via="link"
        )


@pytest.fixture
def bank(ready: Database, make_supplier: Callable[..., str], at: datetime) -> Bank:
    with ready.write() as session:
        store_files(session, [shipped_rules(name) for name in RULES], at=at)
        session.add(UserRole(user_id=9001, role="sqe"))
        session.add(UserRole(user_id=9002, role="quality_manager"))
    return Bank(ready, make_supplier())


def days_from_now(days: int) -> date:
    return TODAY + timedelta(days=days)
