"""Two records of one company, and the acts on them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from supplier_quality.engine.store import store_files
from supplier_quality.parts.details import CommodityDetails
from supplier_quality.parts.operations import add_commodity
from supplier_quality.persistence import Database
from supplier_quality.suppliers import operations, queries
from supplier_quality.suppliers.details import ContactDetails
from supplier_quality.suppliers.merging.operations import merge_supplier, undo_merge
from supplier_quality.suppliers.models import Supplier
from tests.suppliers.conftest import QUALITY_MANAGER, SQE
from tests.support import shipped_rules

COMMODITIES = ("CAST-AL", "FASTENERS")
WHO: dict[str, Any] = {"actor": QUALITY_MANAGER}


@pytest.fixture
def two(ready: Database, make_supplier: Callable[..., str], at: datetime) -> tuple[str, str]:
    """The record that stays and the one that goes, of the same company."""
    stays = make_supplier("Acme Castings", source_key="4711")
    goes = make_supplier("ACME Castings GmbH", source_key="9000", complete=False, duns="150483782", note="Old list")
    with ready.write() as session:
        other = find(session, goes)
        operations.add_site(session, other, operations.SiteDetails(name="Works 2", country="DE"), actor=SQE, at=at)
        contact = ContactDetails(name="Kim", email="kim@acme.example", primary=True)
        operations.add_contact(session, other, contact, actor=SQE, at=at)
        contact = ContactDetails(name="Quinn again", email="QUINN@acme.example")
        operations.add_contact(session, other, contact, actor=SQE, at=at)
    return stays, goes


@pytest.fixture
def stocked(ready: Database, at: datetime) -> Database:
    """The processes of scope and certificates in force, and two commodities."""
    with ready.write() as session:
        names = ("supplier_scope", "scope_standards", "certificate", "certificate_grace")
        store_files(session, [shipped_rules(f"{name}.yaml") for name in names], at=at)
        for number in COMMODITIES:
            add_commodity(session, number, CommodityDetails(name_en=number, criticality="key"), actor=SQE, at=at)
    return ready


def find(session: Any, number: str) -> Supplier:
    return queries.get_supplier(session, number, actor=SQE)


def merge(database: Database, stays: str, goes: str, at: datetime, **more: Any) -> None:
    with database.write() as session:
        into = find(session, stays)
        merge_supplier(
            session, find(session, goes), into=into, number=stays, reason="Entered twice", at=at, **{**WHO, **more}
        )


def undo(database: Database, goes: str, at: datetime) -> Any:
    with database.write() as session:
        return undo_merge(session, find(session, goes), reason="They are two", at=at, **WHO)
