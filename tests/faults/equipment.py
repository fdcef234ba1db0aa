"""Scope and certificates for the suppliers of the experiments, made through the real acts."""

import io
from datetime import datetime
from typing import Any

from sqlalchemy import select

from supplier_quality.documents.store import file_store
from supplier_quality.engine.explain import to_sign
from supplier_quality.engine.store import store_files
from supplier_quality.engine.subject import Subject
from supplier_quality.identity import Signature
from supplier_quality.parts.details import CommodityDetails
from supplier_quality.parts.operations import add_commodity
from supplier_quality.persistence import Database
from supplier_quality.suppliers.certificates.details import CertificateDetails
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.operations import (
    add_certificate_file,
    move_certificate,
    register_certificate,
)
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.queries import sites_of
from supplier_quality.suppliers.scope.operations import move_scope, request_scope
from tests.faults.company import ANN, BO
from tests.support import shipped_rules

RULES = ("policies", "supplier_scope", "scope_standards", "certificate", "certificate_grace")
PRINTED = {
    "edition": "2016", "certificate_no": "0423-1", "body": "TÜV Süd", "accreditation": "IATF", "scope": "Castings",
    "printed_site": "Works 1, Ulm", "valid_from": "2026-01-15", "valid_to": "2029-01-14",
}  # fmt: skip


def give_scope_and_certificate(database: Database, supplier_id: int, *, at: datetime) -> None:
    """An approved line and a verified certificate at the supplier's first site."""
    with database.write() as session:
        store_files(session, [shipped_rules(f"{name}.yaml") for name in RULES], at=at)
        who: dict[str, Any] = {"actor": ANN, "at": at}
        supplier = session.get_one(Supplier, supplier_id)
        site = sites_of(session, supplier)[0]
        commodity = add_commodity(session, "CAST-AL", CommodityDetails(name_en="Castings", criticality="key"), **who)
        line = request_scope(session, supplier, site, commodity, **who)
        form: dict[str, Any] = {"comment": "Good samples"}
        move_scope(
            session, line, "approve", actor=BO, at=at, form=form, signature=_sign(session, line, "approve", form, at)
        )
        certificate = register_certificate(
            session, supplier, site, "IATF 16949", CertificateDetails.read(PRINTED), **who
        )
        stored = file_store(session).put(io.BytesIO(b"%PDF-1.7\n%%EOF\n"), name="c.pdf", limit=10**6)
        add_certificate_file(session, certificate, stored, **who)
        move_certificate(session, certificate, "enter", **who)
        day = at.date().isoformat()
        form = {"verified_at": "iatf_database", "verified_on": day, "comment": "Looked at the warning signs"}
        signature = _sign(session, certificate, "verify", form, at)
        move_certificate(session, certificate, "verify", actor=BO, at=at, form=form, signature=signature)


def withdraw_certificate(database: Database, *, at: datetime) -> None:
    """The certification body takes the certificate away."""
    with database.write() as session:
        certificate = session.scalars(select(Certificate).where(Certificate.state == "valid")).one()
        form = {"since": at.date().isoformat(), "reason": "Audit missed"}
        move_certificate(session, certificate, "body_withdraws", actor=ANN, at=at, form=form)


def _sign(session: Any, subject: Subject, action: str, form: Any, at: datetime) -> Signature | None:
    asked = to_sign(session, subject, action, form=form)
    return Signature("password", at, str(asked[0]), asked[1], BO.id) if asked else None
