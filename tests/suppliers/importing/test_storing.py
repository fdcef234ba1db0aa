"""Importing into both databases."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from supplier_quality import trail
from supplier_quality.identity import Actor
from supplier_quality.persistence import Database
from supplier_quality.suppliers.details import SupplierDetails
from supplier_quality.suppliers.importing.files import import_suppliers, owners_by_address, read_drafts
from supplier_quality.suppliers.importing.mapping import make_map
from supplier_quality.suppliers.importing.report import ImportReport
from supplier_quality.suppliers.importing.storing import preview_import
from supplier_quality.suppliers.models import Contact, Site, Supplier
from supplier_quality.suppliers.operations import register_supplier
from supplier_quality.suppliers.permissions import MayNotEditSuppliers
from supplier_quality.suppliers.queries import SupplierFilters, list_suppliers
from tests.suppliers.conftest import SQE, VIEWER, real_file

VENDORS = {"name": "Vendor", "key": "Vendor ID"}
FULL = {
    "name": "Vendor",
    "key": "No",
    "country": "Country",
    "site": {"name": "Plant", "key": "Plant No", "city": "City"},
    "contact": {"name": "Person", "email": "Mail", "primary": "Main"},
}


def run_import(
    database: Database,
    path: Path,
    columns: Mapping[str, Any],
    *,
    at: datetime,
    actor: Actor = SQE,
    dry_run: bool = False,
) -> ImportReport:
    with database.read() as session:
        owners = owners_by_address(session)
    drafts = read_drafts(path, make_map(columns), owners=owners)
    if dry_run:
        with database.read() as session:
            return preview_import(session, drafts)
    with database.write() as session:
        return import_suppliers(session, drafts, source=path.name, actor=actor, at=at)


def count(database: Database, model: type[Any]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def counts(report: ImportReport) -> tuple[int, int, int, int, int, int]:
    bad_rows = len({problem.row for problem in report.rejected})
    found = (report.rows, report.created, report.updated, report.unchanged, report.repeated, bad_rows)
    assert found[0] == sum(found[1:])
    return found


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write_file(text: str, name: str = "suppliers.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def test_the_328_vendors_of_the_defect_records_are_imported_and_known_the_second_time(
    ready: Database, at: datetime
) -> None:
    path = real_file("supplier-defects/vendors.csv")
    assert counts(run_import(ready, path, VENDORS, at=at, dry_run=True)) == (328, 328, 0, 0, 0, 0)
    assert count(ready, Supplier) == 0
    first = run_import(ready, path, VENDORS, at=at)
    assert counts(first) == (328, 328, 0, 0, 0, 0)
    assert first.applied
    assert counts(run_import(ready, path, VENDORS, at=at)) == (328, 0, 0, 328, 0, 0)
    assert count(ready, Supplier) == 328


def test_without_a_key_vendors_of_one_name_are_one_supplier(ready: Database, at: datetime) -> None:
    path = real_file("supplier-defects/vendors.csv")
    assert counts(run_import(ready, path, {"name": "Vendor"}, at=at)) == (328, 326, 0, 0, 2, 0)
    assert counts(run_import(ready, path, {"name": "Vendor"}, at=at)) == (328, 0, 0, 326, 2, 0)


def test_the_vendors_and_sites_of_the_delivery_history_are_imported(ready: Database, at: datetime) -> None:
    path = real_file("deliveries/scms-delivery-history.csv")
    columns = {"name": "Vendor", "site": {"name": "Manufacturing Site"}}
    report = run_import(ready, path, columns, at=at)
    assert counts(report) == (10324, 73, 0, 0, 10251, 0)
    # 88 different names; the same factory under two vendors is a site of each.
    assert report.sites.as_json() == {"created": 217, "updated": 0, "unchanged": 0, "repeated": 10107}
    again = run_import(ready, path, columns, at=at)
    assert counts(again) == (10324, 0, 0, 73, 10251, 0)
    assert again.sites.as_json() == {"created": 0, "updated": 0, "unchanged": 217, "repeated": 10107}
    assert count(ready, Site) == 217


def test_a_second_import_changes_by_key_and_the_trail_says_what(ready: Database, at: datetime, write: Any) -> None:
    path = write(
        "Vendor,No,Country,Plant,Plant No,City,Person,Mail,Main\nAcme,7,DE,Works,W1,Ulm,Quinn,q@acme.example,yes\n"
    )
    assert counts(run_import(ready, path, FULL, at=at)) == (1, 1, 0, 0, 0, 0)
    path = write(
        "Vendor,No,Country,Plant,Plant No,City,Person,Mail,Main\n"
        "Acme Group,7,Germany,Works,W1,Bonn,Quinn,q@acme.example,\n"
        ",,,,,,,,\n"
        "Acme Group,7,,,,,Rae,rae@acme.example,yes\n"
    )
    report = run_import(ready, path, FULL, at=at)
    assert counts(report) == (2, 0, 1, 0, 1, 0)
    assert report.sites.as_json() == {"created": 0, "updated": 1, "unchanged": 0, "repeated": 0}
    assert report.contacts.as_json() == {"created": 1, "updated": 0, "unchanged": 1, "repeated": 0}
    with ready.read() as session:
        supplier = session.scalars(select(Supplier)).one()
        assert (supplier.name, supplier.name_key, supplier.country, supplier.version) == (
            "Acme Group",
            "acme group",
            "DE",
            2,
        )
        assert [site.city for site in session.scalars(select(Site))] == ["Bonn"]
        primary = {contact.name: contact.primary for contact in session.scalars(select(Contact))}
        assert primary == {"Quinn": False, "Rae": True}
        last = trail.entries(session, "supplier", supplier.id)[-1]
        assert last.data["changes"] == {"name": ["Acme", "Acme Group"]}
        assert last.data["sites"][0]["changes"] == {"city": ["Ulm", "Bonn"]}
        found = list_suppliers(session, actor=SQE, filters=SupplierFilters(search="group"))
        assert [line.name for line in found.rows] == ["Acme Group"]


def test_one_bad_row_and_nothing_is_imported(ready: Database, at: datetime, write: Any) -> None:
    path = write("Vendor,Vendor ID\nAcme,1\n,2\nBolt,3\n")
    report = run_import(ready, path, VENDORS, at=at)
    assert counts(report) == (3, 2, 0, 0, 0, 1)
    assert not report.applied
    assert [(problem.row, problem.column) for problem in report.rejected] == [(3, "Vendor")]
    assert count(ready, Supplier) == 0


def test_equal_names_with_different_keys_are_different_suppliers(ready: Database, at: datetime, write: Any) -> None:
    path = write("Vendor,Vendor ID\nAcme,1\nAcme,2\n")
    assert counts(run_import(ready, path, VENDORS, at=at)) == (2, 2, 0, 0, 0, 0)
    # By name alone nobody can say which of the two is meant.
    refused = run_import(ready, write("Vendor\nAcme\n"), {"name": "Vendor"}, at=at)
    assert counts(refused) == (1, 0, 0, 0, 0, 1)


def test_a_supplier_known_by_its_name_gets_the_key_of_a_later_file(ready: Database, at: datetime, write: Any) -> None:
    run_import(ready, write("Vendor\nSolo\n"), {"name": "Vendor"}, at=at)
    report = run_import(ready, write("Vendor,Vendor ID\nSolo,17\n"), VENDORS, at=at)
    assert counts(report) == (1, 0, 1, 0, 0, 0)
    assert report.keyed == 1
    assert counts(run_import(ready, write("Vendor,Vendor ID\nSolo,17\n"), VENDORS, at=at)) == (1, 0, 0, 1, 0, 0)
    with ready.read() as session:
        assert [supplier.source_key for supplier in session.scalars(select(Supplier))] == ["17"]
        found = list_suppliers(session, actor=SQE, filters=SupplierFilters(search="17"))
        assert [line.name for line in found.rows] == ["Solo"]


def test_nobody_guesses_which_of_several_suppliers_of_a_name_gets_a_key(
    ready: Database, at: datetime, write: Any
) -> None:
    run_import(ready, write("Vendor\nSolo\n"), {"name": "Vendor"}, at=at)
    two = run_import(ready, write("Vendor,Vendor ID\nSolo,1\nSolo,2\n"), VENDORS, at=at)
    assert [(problem.row, problem.column) for problem in two.rejected] == [(2, "Vendor"), (3, "Vendor")]
    with ready.write() as session:
        register_supplier(session, SupplierDetails(name="Solo", source_key="9"), actor=SQE, at=at)
    several = run_import(ready, write("Vendor,Vendor ID\nSolo,1\n"), VENDORS, at=at)
    assert [(problem.row, problem.column) for problem in several.rejected] == [(2, "Vendor")]
    by_name = run_import(ready, write("Vendor\nSolo\n"), {"name": "Vendor"}, at=at)
    assert [(problem.row, problem.column) for problem in by_name.rejected] == [(2, "Vendor")]
    assert count(ready, Supplier) == 2


def test_a_contact_known_by_its_name_gets_the_address_of_a_later_file(
    ready: Database, at: datetime, write: Any
) -> None:
    columns = {"name": "Vendor", "contact": {"name": "Person", "email": "Mail"}}
    run_import(ready, write("Vendor,Person,Mail\nAcme,Quinn,\n"), columns, at=at)
    report = run_import(ready, write("Vendor,Person,Mail\nAcme,Quinn,q@acme.example\n"), columns, at=at)
    assert report.contacts.as_json() == {"created": 0, "updated": 1, "unchanged": 0, "repeated": 0}
    assert count(ready, Contact) == 1


def test_every_conflict_of_a_row_is_reported(ready: Database, at: datetime, write: Any) -> None:
    header = "Vendor,No,Country,Plant,Plant No,City,Person,Mail,Main\n"
    path = write(
        header + "Acme,1,DE,Works,W1,Ulm,Quinn,q@acme.example,\nAcme Ltd,1,FR,Works,W1,Bonn,Rae,q@acme.example,\n"
    )
    report = run_import(ready, path, FULL, at=at)
    assert counts(report) == (2, 1, 0, 0, 0, 1)
    assert [problem.column for problem in report.rejected] == ["Vendor", "Country", "City", "Person"]


def test_a_formula_without_a_value_is_refused_only_where_it_is_read(
    ready: Database, at: datetime, tmp_path: Path
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Vendor", "Vendor ID", "Note"], ["Plain", "=1+1", "ok"], ["P2", 2, "=A1"]):
        sheet.append(row)
    path = tmp_path / "formula.xlsx"
    book.save(path)
    report = run_import(ready, path, VENDORS, at=at)
    assert [(problem.row, problem.column, problem.value) for problem in report.rejected] == [(2, "Vendor ID", "=1+1")]
    assert count(ready, Supplier) == 0


def test_a_site_key_of_another_supplier_is_refused(ready: Database, at: datetime, write: Any) -> None:
    header = "Vendor,No,Country,Plant,Plant No,City,Person,Mail,Main\n"
    run_import(ready, write(header + "Acme,1,,Works,W1,,,,\n"), FULL, at=at)
    report = run_import(ready, write(header + "Bolt,2,,Works,W1,,,,\n"), FULL, at=at)
    assert [problem.column for problem in report.rejected] == ["Plant No"]
    assert count(ready, Supplier) == 1


def test_every_imported_supplier_has_a_number_a_state_and_a_trail_that_verifies(
    ready: Database, at: datetime, write: Any
) -> None:
    names = "".join(f"Supplier {n},{n}\n" for n in range(250))
    run_import(ready, write("Vendor,Vendor ID\n" + names), VENDORS, at=at)
    with ready.read() as session:
        suppliers = session.scalars(select(Supplier).order_by(Supplier.id)).all()
        assert [s.number for s in suppliers[:2]] == ["SUP-00001", "SUP-00002"]
        assert {s.state for s in suppliers} == {"prospect"}
        report = trail.verify(session)
        assert report.ok
        first = trail.entries(session, "supplier", suppliers[0].id)[0]
        assert (first.action, first.data["source"], first.data["values"]["source_key"]) == (
            "start",
            "suppliers.csv",
            "0",
        )


@pytest.mark.parametrize(
    ("match", "row"),
    [
        ("number", "SUP-00001,Acme Works,4,123456789,FR"),
        ("duns", ",Acme Works,4,123456789,FR"),
        ("name", ",Acme,4,123456789,FR"),
    ],
)
def test_a_supplier_is_known_by_what_people_choose(
    ready: Database, at: datetime, write: Any, match: str, row: str
) -> None:
    """The key of the other system may then change, and rows that leave the chosen one empty are known by their name."""
    columns = {"name": "Vendor", "key": "Key", "duns": "DUNS", "country": "Country", "match": match}
    header = "No,Vendor,Key,DUNS,Country\n"
    first = {"name": "Vendor", "key": "Key", "duns": "DUNS"}
    run_import(ready, write(header + ",Acme,1,123456789,\n,Bolt,2,,\n"), first, at=at)
    if match == "number":
        columns["number"] = "No"
    report = run_import(ready, write(header + row + "\n,Bolt,,,DE\n,Cog,3,,\n"), columns, at=at)
    assert (report.applied, *counts(report)) == (True, 3, 1, 2, 0, 0, 0)
    with ready.read() as session:
        found = {s.number: (s.name, s.source_key, s.country) for s in session.scalars(select(Supplier))}
    assert found == {
        "SUP-00001": ("Acme" if match == "name" else "Acme Works", "4", "FR"), "SUP-00002": ("Bolt", "2", "DE"),
        "SUP-00003": ("Cog", "3", None),
    }  # fmt: skip


def test_numbers_nobody_has_and_keys_of_others_are_refused(ready: Database, at: datetime, write: Any) -> None:
    header = "No,Vendor,Key,DUNS\n"
    start = {"name": "Vendor", "key": "Key", "duns": "DUNS"}
    run_import(ready, write(header + ",Acme,1,123456789\n,Bolt,2,123456780\n,Cog,3,123456780\n"), start, at=at)
    by_number = {"name": "Vendor", "number": "No", "key": "Key", "match": "number"}
    report = run_import(ready, write(header + "SUP-00009,Dow,,\nSUP-00001,Acme,2,\n"), by_number, at=at)
    assert [(problem.row, problem.column) for problem in report.rejected] == [(2, "No"), (3, "Key")]
    assert "SUP-00002" in str(report.rejected[1].problem)
    by_duns = {**start, "match": "duns"}
    report = run_import(ready, write(header + ",Bolt,2,123456780\n"), by_duns, at=at)
    assert "SUP-00002, SUP-00003" in str(report.rejected[0].problem)


def test_readers_may_not_import(ready: Database, at: datetime, write: Any) -> None:
    with pytest.raises(MayNotEditSuppliers):
        run_import(ready, write("Vendor,Vendor ID\nAcme,1\n"), VENDORS, at=at, actor=VIEWER)
    assert count(ready, Supplier) == 0
