"""A supplier whose scope needs heat treating."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
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
from supplier_quality.mail.models import MailMessage
from supplier_quality.outbox import deliver_due
from supplier_quality.parts.details import CommodityDetails
from supplier_quality.parts.operations import add_commodity
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.scope.operations import request_scope
from supplier_quality.suppliers.special_processes import operations, queries
from supplier_quality.suppliers.special_processes.details import AssessmentDetails, PlanDetails
from supplier_quality.suppliers.special_processes.models import ProcessAssessment
from tests.suppliers.conftest import SQE, add_user, app, client, make_supplier, ready, signed_in
from tests.support import AT, shipped_rules

__all__ = ["add_user", "app", "client", "make_supplier", "ready", "signed_in"]

PDF = b"%PDF-1.7\nassessment\n%%EOF\n"
RULES = ("special_process.yaml", "special_process_types.yaml", "supplier_scope.yaml")
DONE: dict[str, Any] = {"assessed_on": "2026-11-02", "assessor": "Quinn", "edition": "4", "findings": "2"}


@dataclass
class Shop:
    """One installation with a supplier whose scope needs heat treating."""

    database: Database
    supplier_number: str

    def add(self, *, process: str = "heat_treating", file: bool = True, plan: bool = True, **values: Any) -> str:
        """An assessment that was entered; its number."""
        with self.database.write() as session:
            supplier = supplier_queries.get_supplier(session, self.supplier_number, actor=SQE)
            site, act = supplier_queries.sites_of(session, supplier)[0], {"actor": SQE, "at": AT}
            details = AssessmentDetails.read(values)
            known = operations.process_for(session, process)
            made = operations.register_assessment(session, supplier, site, known, details, **act)  # type: ignore[arg-type]
            if file:
                stored = file_store(session).put(io.BytesIO(PDF), name="cqi.pdf", limit=10**6)
                operations.add_assessment_file(session, made, stored, **act)  # type: ignore[arg-type]
            if plan:
                line = PlanDetails(action="Second thermocouple", responsible="Head of hardening", due=date(2027, 1, 15))
                operations.add_plan_line(session, made, line, **act)  # type: ignore[arg-type]
            return made.number

    def act(self, number: str, action: str, actor: Actor = SQE, *, form: Any = None) -> str:
        with self.database.write() as session:
            assessment = queries.get_assessment(session, number, actor=actor)
            asked = to_sign(session, assessment, action, form=form)
            signature = Signature("password", AT, str(asked[0]), asked[1], actor.id) if asked else None
            fired = operations.move_assessment(
                session, assessment, action, actor=actor, at=AT, form=form, signature=signature
            )
        self.deliver(AT)
        return fired.to_state

    def deliver(self, at: Any) -> None:
        while deliver_due(self.database, {**ENGINE_EFFECTS, **registry.effects}, worker="test", now=lambda: at):
            pass

    def pass_time(self, until: Any) -> None:
        while True:
            with self.database.read() as session:
                due = session.scalar(select(func.min(Timer.due_at)).where(Timer.subject_kind == "special_process"))
            if due is None or due > until:
                return
            take_due_timers(self.database, at=due)
            self.deliver(due)

    def states(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(ProcessAssessment.state).order_by(ProcessAssessment.id)))

    def subjects(self) -> list[str]:
        """What our people were written, without numbers and names of the assessment."""
        with self.database.read() as session:
            query = select(MailMessage.subject).where(MailMessage.recipient_kind == "user").order_by(MailMessage.id)
            subjects = [str(subject).partition(" (")[0] for subject in session.scalars(query)]
            return [subject for subject in subjects if subject != "Deadline missed"]  # those of the line of scope

    def lacks(self) -> list[str]:
        """Why special processes count as missing, as rules read it."""
        with self.database.read() as session:
            supplier = session.scalars(select(Supplier)).one()
            facts = gather(session, {"special_processes"}, "supplier", [supplier.id], actor=SQE, at=AT)
            told: Any = facts[supplier.id]["special_processes"]
            return [each["why"] for each in told["missing"]]


@pytest.fixture
def shop(ready: Database, make_supplier: Callable[..., str]) -> Shop:
    number = make_supplier()
    with ready.write() as session:
        store_files(session, [shipped_rules(name) for name in RULES], at=AT)
        session.add(UserRole(user_id=9001, role="sqe"))
        session.add(UserRole(user_id=9002, role="quality_manager"))
        details = CommodityDetails(name_en="Shafts", special_processes=["heat_treating"])
        commodity = add_commodity(session, "SHAFT", details, actor=SQE, at=AT)
        supplier = supplier_queries.get_supplier(session, number, actor=SQE)
        site = supplier_queries.sites_of(session, supplier)[0]
        request_scope(session, supplier, site, commodity, part_number="", actor=SQE, at=AT)
    return Shop(ready, number)
