"""A database with the qualification process in force, and suppliers made through the real acts."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from supplier_quality.engine.store import store_files
from supplier_quality.identity.models import User
from supplier_quality.persistence import Database
from supplier_quality.suppliers.details import ContactDetails, SiteDetails, SupplierDetails
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.operations import add_contact, add_site, register_supplier
from tests.support import actor_for, qualification_rules
from tests.web.conftest import add_user, app, client, signed_in

__all__ = ["add_user", "app", "client", "signed_in"]

REAL_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

SQE = actor_for("sqe", id="user:9001", label="Ann Miller")
QUALITY_MANAGER = actor_for("quality_manager", id="user:9002", label="Bo Chen")
BUYER = actor_for("buyer", id="user:3", label="Cem Yilmaz")
VIEWER = actor_for("viewer", id="user:4", label="Dana Weiss")


def real_file(name: str) -> Path:
    """A file of the real records that stand beside the repository; the test is skipped where they are not."""
    path = REAL_DATA / name
    if not path.is_file():
        pytest.skip(f"The real records are not here: {name} is looked for in shared/data beside the repository.")
    return path


@pytest.fixture
def ready(database: Database, at: datetime) -> Database:
    """The database with the process in force and Ann and Bo among our people."""
    with database.write() as session:
        store_files(session, qualification_rules(), at=at)
        for number, name in ((9001, "Ann Miller"), (9002, "Bo Chen")):
            session.add(
                User(
                    id=number,
                    email=f"{name.split()[0].lower()}@plant.example",
                    name=name,
                    language="en",
                    time_zone="Europe/Berlin",
                    created_at=at,
                )
            )
    return database


@pytest.fixture
def make_supplier(ready: Database, at: datetime) -> Callable[..., str]:
    """Registers a supplier with a site and a contact, owned by Ann; answers its number."""

    def make(name: str = "Acme Castings", *, complete: bool = True, **values: object) -> str:
        with ready.write() as session:
            details = SupplierDetails(**{"name": name, "country": "DE", "owner_id": 9001, **values})  # type: ignore[arg-type]
            supplier: Supplier = register_supplier(session, details, actor=SQE, at=at)
            if complete:
                add_site(session, supplier, SiteDetails(name="Works 1", city="Ulm", country="DE"), actor=SQE, at=at)
                contact = ContactDetails(name="Quinn", email="quinn@acme.example", roles=["quality"], primary=True)
                add_contact(session, supplier, contact, actor=SQE, at=at)
            return supplier.number

    return make
