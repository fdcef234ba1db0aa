"""Adding and changing suppliers, sites and contacts."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from supplier_quality import trail
from supplier_quality.engine.refusals import Stale
from supplier_quality.persistence import Database
from supplier_quality.suppliers import operations, queries
from supplier_quality.suppliers.details import BadDetails, ContactDetails, SiteDetails, SupplierDetails
from supplier_quality.suppliers.models import Contact
from supplier_quality.suppliers.permissions import MayNotEditSuppliers
from supplier_quality.suppliers.queries import SupplierFilters
from tests.suppliers.conftest import BUYER, SQE, VIEWER
from tests.support import actor_for

MakeSupplier = Callable[..., str]


def test_a_new_supplier_is_a_prospect_with_a_number_and_is_found_by_its_words(
    ready: Database, make_supplier: MakeSupplier
) -> None:
    number = make_supplier("上海轴承有限公司", source_key="K-77")
    make_supplier("Müller & Söhne GmbH")
    assert number == "SUP-00001"
    with ready.read() as session:
        assert queries.get_supplier(session, "sup-00001", actor=SQE).state == "prospect"
        for search in ("轴承", "轴", "SUP-00001", "1", "77", "k-77", "上海 轴承"):
            found = queries.list_suppliers(session, actor=SQE, filters=SupplierFilters(search=search))
            assert [line.number for line in found.rows] == [number], search
        found = queries.list_suppliers(session, actor=SQE, filters=SupplierFilters(search="mull sohne"))
        assert [line.name for line in found.rows] == ["Müller & Söhne GmbH"]
        assert not queries.list_suppliers(session, actor=SQE, filters=SupplierFilters(search="承轴")).rows
        assert not queries.list_suppliers(session, actor=SQE, filters=SupplierFilters(search="!?")).rows


def test_an_edit_is_in_the_trail_with_old_and_new_values(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier(complete=False)
    with ready.write() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        details = SupplierDetails(name="Acme Forge", country="AT", owner_id=9001)
        operations.edit_supplier(session, supplier, details, actor=BUYER, at=at, expected_version=1)
        assert supplier.version == 2
        entry = trail.entries(session, "supplier", supplier.id)[-1]
        assert entry.data["changes"] == {"name": ["Acme Castings", "Acme Forge"], "country": ["DE", "AT"]}
        operations.edit_supplier(session, supplier, details, actor=BUYER, at=at, expected_version=2)
        assert supplier.version == 2, "an edit that changes nothing writes nothing"


def test_an_edit_of_an_old_version_is_refused(ready: Database, make_supplier: MakeSupplier, at: datetime) -> None:
    number = make_supplier(complete=False)
    with ready.write() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        operations.edit_supplier(session, supplier, SupplierDetails(name="New"), actor=SQE, at=at, expected_version=1)
    with pytest.raises(Stale), ready.write() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        operations.edit_supplier(session, supplier, SupplierDetails(name="Other"), actor=SQE, at=at, expected_version=1)


def test_a_key_belongs_to_one_supplier_and_an_address_to_one_contact(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier(source_key="7")
    with pytest.raises(operations.KeyTaken), ready.write() as session:
        operations.register_supplier(session, SupplierDetails(name="Bolt", source_key="7"), actor=SQE, at=at)
    with pytest.raises(operations.AddressTaken), ready.write() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        twin = ContactDetails(name="Other", email="QUINN@acme.example")
        operations.add_contact(session, supplier, twin, actor=SQE, at=at)
    with pytest.raises(operations.UnknownOwner), ready.write() as session:
        operations.register_supplier(session, SupplierDetails(name="Bolt", owner_id=99), actor=SQE, at=at)


def test_a_viewer_may_read_and_change_nothing(ready: Database, make_supplier: MakeSupplier, at: datetime) -> None:
    number = make_supplier()
    with pytest.raises(MayNotEditSuppliers), ready.write() as session:
        supplier = queries.get_supplier(session, number, actor=VIEWER)
        operations.add_site(session, supplier, SiteDetails(name="Works 2"), actor=VIEWER, at=at)


def test_a_contact_sees_only_their_own_company(ready: Database, make_supplier: MakeSupplier) -> None:
    own, other = make_supplier(), make_supplier("Bolt")
    with ready.read() as session:
        contact = session.scalars(select(Contact).order_by(Contact.id)).first()
        assert contact is not None
        actor = actor_for((), kind="contact", id=f"supplier_contact:{contact.id}", person_id=contact.id, via="link")
        assert queries.get_supplier(session, own, actor=actor).number == own
        with pytest.raises(queries.SupplierNotFound):
            queries.get_supplier(session, other, actor=actor)
        assert [line.number for line in queries.list_suppliers(session, actor=actor).rows] == [own]


def test_a_site_without_a_zone_gets_that_of_its_country(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier(complete=False)
    with ready.write() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        site = operations.add_site(session, supplier, SiteDetails(name="Pune", country="IN"), actor=SQE, at=at)
        assert site.zone == "Asia/Kolkata"
        operations.set_site_active(session, supplier, site, False, actor=SQE, at=at)
        actions = [entry.action for entry in trail.entries(session, "supplier", supplier.id)]
        assert actions[-2:] == ["site.added", "site.deactivated"]


def test_a_new_primary_contact_takes_the_place_of_the_one_before(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier()
    with ready.write() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        rae = ContactDetails(name="Rae", email="rae@acme.example", primary=True)
        operations.add_contact(session, supplier, rae, actor=SQE, at=at)
        assert [(c.name, c.primary) for c in queries.contacts_of(session, supplier)] == [
            ("Rae", True),
            ("Quinn", False),
        ]
        first = queries.contact_to_write_to(session, supplier.id)
        assert first is not None
        following = queries.contact_to_write_to(session, supplier.id, after=first.id)
        assert (first.name, following.name if following else None) == ("Rae", "Quinn")


def test_pages_of_the_list_follow_each_other_and_filters_narrow_them(
    ready: Database, make_supplier: MakeSupplier
) -> None:
    for place in range(7):
        make_supplier(f"Supplier {place}", complete=False, country="CN" if place % 2 else "DE")
    with ready.read() as session:
        first = queries.list_suppliers(session, actor=SQE, size=3)
        second = queries.list_suppliers(session, actor=SQE, size=3, cursor=first.next_cursor)
        assert [line.name for line in [*first.rows, *second.rows]] == [f"Supplier {n}" for n in range(6)]
        chinese = SupplierFilters(countries=("CN",), states=("prospect",), owner_id=9001, search="supp")
        found = queries.list_suppliers(session, actor=SQE, filters=chinese, sort="-number")
        assert [line.name for line in found.rows] == ["Supplier 5", "Supplier 3", "Supplier 1"]
        assert queries.count_suppliers(session, actor=SQE, filters=chinese).number == 3


def test_what_people_type_is_checked_field_by_field() -> None:
    details = SupplierDetails.read(
        {"name": "  Acme   Castings ", "country": "Germany", "duns": "12-345-6789", "note": ""}
    )
    assert (details.name, details.country, details.duns, details.note) == ("Acme Castings", "DE", "123456789", None)
    with pytest.raises(BadDetails) as caught:
        ContactDetails.read({"name": "", "email": "nobody", "roles": "boss", "notice_order": "x"})
    assert [problem.column for problem in caught.value.details] == ["name", "email", "roles", "notice_order"] or sorted(
        str(problem.column) for problem in caught.value.details
    ) == ["email", "name", "notice_order", "roles"]
