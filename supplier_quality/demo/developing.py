"""What the people of the demo do for the quality management of suppliers: certificates verified, audits, letters, plans."""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.demo.passing import PassingTime
from supplier_quality.demo.staff import IP, PASSWORD, Staff
from supplier_quality.documents import StoredFile
from supplier_quality.documents.store import file_store
from supplier_quality.engine.explain import to_sign
from supplier_quality.identity import SignatureMethod
from supplier_quality.identity.signing import sign
from supplier_quality.persistence import Database
from supplier_quality.suppliers.certificates import operations as certificates
from supplier_quality.suppliers.certificates.details import CertificateDetails
from supplier_quality.suppliers.certificates.queries import get_certificate
from supplier_quality.suppliers.development import operations, queries
from supplier_quality.suppliers.development.details import (
    AuditDetails,
    AuthorisationDetails,
    MilestoneDetails,
    PlanDetails,
    RequirementDetails,
)
from supplier_quality.suppliers.development.enums import MilestoneState
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.queries import get_supplier, sites_of

_PAPER = b"%PDF-1.7\n%% A paper of the demo.\n%%EOF\n"

Told = Mapping[str, Any]


class Developing:
    """Acts on what suppliers prove and plan, in the words of ``stories.yaml``."""

    def __init__(self, database: Database, passing: PassingTime, staff: Staff) -> None:
        self._database = database
        self._time = passing
        self._staff = staff
        self._entered: list[str] = []

    def can(self, act: str) -> bool:
        """Whether it is one of the acts below."""
        return act in _ACTS

    def do(self, key: str, number: str, act: str, told: Told) -> None:
        """One act of somebody on a supplier."""
        with self._time.standing(), self._database.write() as session:
            supplier = get_supplier(session, number, actor=self._staff.actor(session, key))
            _ACTS[act](self, session, supplier, key, told)
        if act == "certify":
            self._verify(told)

    def _certify(self, session: Session, supplier: Supplier, key: str, told: Told) -> None:
        act = self._act(session, key)
        for site in sites_of(session, supplier):
            made = certificates.register_certificate(
                session, supplier, site, told["standard"], CertificateDetails.read(told["printed"]), **act
            )
            certificates.add_certificate_file(session, made, self._paper(session, "certificate.pdf"), **act)
            certificates.move_certificate(session, made, "enter", **act)
            self._entered.append(made.number)

    def _verify(self, told: Told) -> None:
        """A second person looks the certificates up and signs for it."""
        while self._entered:
            number = self._entered.pop()
            with self._time.standing() as at:
                form = {
                    "verified_at": told["verified_at"],
                    "verified_on": at.date().isoformat(),
                    "comment": told["comment"],
                }
                with self._database.read() as session:
                    actor = self._staff.actor(session, told["verified_by"])
                    asked = to_sign(session, get_certificate(session, number, actor=actor), "verify", form=form)
                assert asked is not None
                signature = sign(
                    self._database, actor, method=SignatureMethod.PASSWORD, secret=PASSWORD, meaning=str(asked[0]),
                    subject_hash=asked[1], at=at, ip=IP,
                )  # fmt: skip
                with self._database.write() as session:
                    found = get_certificate(session, number, actor=actor)
                    certificates.move_certificate(
                        session, found, "verify", actor=actor, at=at, form=form, signature=signature
                    )

    def _audit(self, session: Session, supplier: Supplier, key: str, told: Told) -> None:
        details = AuditDetails.read(told, criteria=queries.ladder_in_force(session).criteria, today=self._today())
        paper = self._paper(session, f"{told['reference']}.pdf")
        for site in sites_of(session, supplier):
            operations.add_audit(session, supplier, site, details, paper, **self._act(session, key))

    def _authorise(self, session: Session, supplier: Supplier, key: str, told: Told) -> None:
        details = AuthorisationDetails.read(told, today=self._today())
        paper = self._paper(session, f"{told['reference']}.pdf")
        operations.add_authorisation(session, supplier, details, paper, **self._act(session, key))

    def _demand(self, session: Session, supplier: Supplier, key: str, told: Told) -> None:
        levels = tuple(level.id for level in queries.ladder_in_force(session).levels)
        details = RequirementDetails.read(told, levels=levels)
        operations.set_requirement(session, supplier, details, **self._act(session, key))

    def _plan(self, session: Session, supplier: Supplier, key: str, told: Told) -> None:
        act = self._act(session, key)
        details = PlanDetails(target=told["target"], note=told.get("note"))
        plan = operations.draft_plan(session, supplier, details, **act)
        for step in told["milestones"]:
            milestone = MilestoneDetails(
                title=step["title"], level=step.get("level"), due=date.fromisoformat(step["due"]),
                owner_id=act["actor"].person_id,
            )  # fmt: skip
            operations.add_milestone(session, plan, milestone, **act)

    def _begin_plan(self, session: Session, supplier: Supplier, key: str, told: Told) -> None:
        act, plan = self._act(session, key), queries.open_plan(session, supplier.id)
        assert plan is not None, supplier.number
        form = {"agreed_with": told["agreed_with"], "agreed_on": self._today().isoformat()}
        operations.move_plan(session, plan, "agree", form=form, **act)
        operations.move_plan(session, plan, "begin", **act)

    def _reach_milestone(self, session: Session, supplier: Supplier, key: str, told: Told) -> None:
        plan = queries.open_plan(session, supplier.id)
        assert plan is not None, supplier.number
        number = next(
            each.number for each in queries.milestones_of(session, [plan.id]) if each.state == MilestoneState.OPEN
        )
        act = self._act(session, key)
        milestone = queries.get_milestone(session, number, actor=act["actor"])
        form = {"evidence": told["evidence"], "done_on": self._today().isoformat()}
        operations.move_milestone(session, milestone, "complete", form=form, **act)

    def _act(self, session: Session, key: str) -> dict[str, Any]:
        return {"actor": self._staff.actor(session, key), "at": self._time.at}

    def _today(self) -> date:
        return self._time.at.date()

    @staticmethod
    def _paper(session: Session, name: str) -> StoredFile:
        return file_store(session).put(io.BytesIO(_PAPER), name=name, limit=10_000)


_ACTS = {
    "certify": Developing._certify,
    "audit": Developing._audit,
    "authorise": Developing._authorise,
    "demand": Developing._demand,
    "plan": Developing._plan,
    "begin_plan": Developing._begin_plan,
    "reach_milestone": Developing._reach_milestone,
}
