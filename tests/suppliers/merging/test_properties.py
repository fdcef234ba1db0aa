"""Whatever two records hold and whatever is chosen: merging and undoing leaves both as they were."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from supplier_quality.engine.evidence import verify_trail
from supplier_quality.identity.contacts import ContactRef
from supplier_quality.identity.links import create_link
from supplier_quality.parts.queries import get_commodity
from supplier_quality.persistence import Database
from supplier_quality.suppliers import operations
from supplier_quality.suppliers.certificates.details import CertificateDetails
from supplier_quality.suppliers.certificates.operations import register_certificate
from supplier_quality.suppliers.contacts import KIND
from supplier_quality.suppliers.details import ContactDetails, SiteDetails, SupplierDetails
from supplier_quality.suppliers.merging.fields import FIELDS
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.scope.enums import LimitEffect, Why
from supplier_quality.suppliers.scope.limits import limit_scope
from supplier_quality.suppliers.scope.operations import request_scope
from tests.suppliers.conftest import SQE
from tests.suppliers.merging.canonical import canonical
from tests.suppliers.merging.conftest import COMMODITIES, find, merge, undo
from tests.suppliers.merging.test_merging import assessment

# Few letters, so that the two often have the same.
WORD = st.sampled_from(["acme", "ACME GmbH", "立信", "Lixin", "Müller"])
RECORD = st.fixed_dictionaries(
    {
        "name": WORD,
        "country": st.sampled_from([None, "DE", "CN"]),
        "duns": st.sampled_from([None, "150483782", "804735132"]),
        "note": st.sampled_from([None, "one", "two"]),
        "sites": st.lists(WORD, max_size=2),
        "contacts": st.lists(
            st.tuples(WORD, st.sampled_from([None, "a@x.example", "b@x.example"]), st.booleans()),
            max_size=3,
            unique_by=lambda contact: contact[1] or contact[0],
        ),
        "days": st.lists(st.integers(0, 9), max_size=3).map(sorted),
        "scope": st.sets(st.sampled_from(COMMODITIES)),
        "limited": st.booleans(),
        "certificates": st.sets(st.sampled_from(["ISO 9001", "IATF 16949"])),
        "withdrawn": st.booleans(),
    }
)


def make(database: Database, record: dict[str, Any], at: datetime) -> str:
    """Enter one record through the real acts."""
    with database.write() as session:
        values = {name: record[name] for name in ("name", "country", "duns", "note")}
        supplier: Supplier = operations.register_supplier(session, SupplierDetails(**values), actor=SQE, at=at)
        act: dict[str, Any] = {"actor": SQE, "at": at}
        for name in record["sites"]:
            add_what_rests_on(
                session, operations.add_site(session, supplier, SiteDetails(name=name), **act), record, at
            )
        for name, email, primary in record["contacts"]:
            details = ContactDetails(name=name, email=email, primary=primary)
            contact = operations.add_contact(session, supplier, details, **act)
            if email:
                create_link(
                    session, contact=ContactRef(KIND, contact.id), record=supplier.record, purpose="self_assessment",
                    expires_at=at + timedelta(days=30), **act,
                )  # fmt: skip
        for number, day in enumerate(record["days"], start=1):
            session.add(assessment(supplier.id, number, at + timedelta(days=day)))
            session.flush()
        if record["withdrawn"]:
            operations.move_supplier(session, supplier, "withdraw", form={"reason": "No need"}, **act)
        return supplier.number


def add_what_rests_on(session: Session, site: Site, record: dict[str, Any], at: datetime) -> None:
    """Scope asked for, certificates, and a limit at one site."""
    supplier = session.get_one(Supplier, site.supplier_id)
    act: dict[str, Any] = {"actor": SQE, "at": at}
    for number in sorted(record["scope"]):
        request_scope(session, supplier, site, get_commodity(session, number, actor=SQE), **act)
    for standard in sorted(record["certificates"]):
        register_certificate(session, supplier, site, standard, CertificateDetails(), **act)
    if record["limited"]:
        limit_scope(
            session, supplier_id=supplier.id, site_id=site.id, cause="certificate:1", effect=LimitEffect.CONDITIONAL,
            why=Why.SITE_LIMITED, **act,
        )  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(stays=RECORD, goes=RECORD, take=st.none() | st.sets(st.sampled_from(FIELDS)))
def test_merging_and_undoing_leaves_both_as_they_were(
    stocked: Database, at: datetime, stays: Any, goes: Any, take: set[str] | None
) -> None:
    numbers = [make(stocked, stays, at), make(stocked, goes, at)]
    with stocked.read() as session:
        before = [canonical(session, number) for number in numbers]
    merge(stocked, *numbers, at, take=take)
    with stocked.read() as session:
        merged = [canonical(session, number) for number in numbers]
        # Nothing is lost on the way either.
        for part in ("sites", "contacts", "assessments", "scope", "limits", "certificates", "links"):
            assert sorted(row["id"] for side in merged for row in side[part]) == sorted(
                row["id"] for side in before for row in side[part]
            )
        assert sum(contact["primary"] for contact in merged[0]["contacts"]) <= 1
    undo(stocked, numbers[1], at)
    with stocked.read() as session:
        assert [canonical(session, number) for number in numbers] == before


def test_the_trail_verifies_after_merging_and_undoing(ready: Database, two: tuple[str, str], at: datetime) -> None:
    merge(ready, *two, at)
    undo(ready, two[1], at)
    with ready.read() as session:
        report = verify_trail(session)
        assert find(session, two[1]).state == "prospect"
    assert report.ok, report
