"""Two records of one company become one, and become two again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from supplier_quality.engine.refusals import Refused, Stale
from supplier_quality.features import subjects
from supplier_quality.persistence import Base, Database
from supplier_quality.suppliers import operations, queries
from supplier_quality.suppliers.details import ContactDetails, SupplierDetails
from supplier_quality.suppliers.merging.moving import PARTS, STAYS
from supplier_quality.suppliers.merging.operations import NotMerged, merge_supplier
from supplier_quality.suppliers.models import Contact, SelfAssessment, Site, SupplierMerge, SupplierPair
from supplier_quality.trail import entries
from tests.suppliers.conftest import QUALITY_MANAGER, SQE
from tests.suppliers.merging.canonical import canonical
from tests.suppliers.merging.conftest import WHO, find, merge, undo


def test_what_belongs_to_the_record_that_goes_belongs_to_the_other(
    ready: Database, two: tuple[str, str], at: datetime
) -> None:
    stays, goes = two
    merge(ready, stays, goes, at)
    with ready.read() as session:
        survivor, merged = find(session, stays), find(session, goes)
        assert (merged.state, merged.merged_into, survivor.state) == ("merged", stays, "prospect")
        assert (survivor.name, survivor.duns, survivor.note) == ("Acme Castings", "150483782", "Old list")
        assert [site.name for site in queries.sites_of(session, survivor)] == ["Works 1", "Works 2"]
        assert {(c.name, c.primary) for c in queries.contacts_of(session, survivor)} == {
            ("Quinn", True),
            ("Kim", False),
        }
        assert [c.name for c in queries.contacts_of(session, merged)] == ["Quinn again"]


def test_both_trails_tell_what_moved(ready: Database, two: tuple[str, str], at: datetime) -> None:
    stays, goes = two
    merge(ready, stays, goes, at)
    with ready.read() as session:
        survivor, merged = find(session, stays), find(session, goes)
        absorbed = entries(session, "supplier", survivor.id)[-1]
        acts = [entry.action for entry in entries(session, "supplier", merged.id)][-2:]
    assert acts == ["merge", "merge.moved"]
    assert absorbed.action == "merge.absorbed"
    assert absorbed.data["number"] == goes
    assert (absorbed.data["sites"], absorbed.data["contacts"], absorbed.data["held_contacts"]) == (
        ["Works 2"], ["Kim"], ["Quinn again"],
    )  # fmt: skip
    assert absorbed.data["changes"] == {"duns": [None, "150483782"], "note": [None, "Old list"]}


def test_a_person_chooses_which_values_stay(ready: Database, two: tuple[str, str], at: datetime) -> None:
    stays, goes = two
    merge(ready, stays, goes, at, take={"name"})
    with ready.read() as session:
        survivor = find(session, stays)
        assert (survivor.name, survivor.duns) == ("ACME Castings GmbH", None)
        found = queries.list_suppliers(session, actor=SQE, filters=queries.SupplierFilters(search="gmbh")).rows
        assert stays in {line.number for line in found}


def test_undoing_gives_both_back_what_they_had(ready: Database, two: tuple[str, str], at: datetime) -> None:
    stays, goes = two
    with ready.read() as session:
        before = [canonical(session, number) for number in two]
    merge(ready, stays, goes, at, take={"name", "duns"})
    undone = undo(ready, goes, at)
    with ready.read() as session:
        assert [canonical(session, number) for number in two] == before
        assert session.scalars(select(SupplierMerge.undone_by)).all() == [QUALITY_MANAGER.id]
        acts = [entry.action for entry in entries(session, "supplier", find(session, stays).id)][-2:]
    assert acts == ["merge.absorbed", "merge.gave_back"]
    assert (undone.kept, undone.left) == ([], [])


def test_what_was_changed_since_stays_and_is_said(ready: Database, two: tuple[str, str], at: datetime) -> None:
    stays, goes = two
    merge(ready, stays, goes, at)
    with ready.write() as session:
        survivor = find(session, stays)
        known = {name: getattr(survivor, name) for name in SupplierDetails.__dataclass_fields__}
        details = SupplierDetails(**{**known, "note": "New note"})
        operations.edit_supplier(session, survivor, details, actor=SQE, at=at)
        operations.add_site(session, survivor, operations.SiteDetails(name="Works 3"), actor=SQE, at=at)
    undone = undo(ready, goes, at)
    with ready.read() as session:
        survivor = find(session, stays)
        assert (survivor.note, survivor.duns) == ("New note", None)
        assert [site.name for site in queries.sites_of(session, survivor)] == ["Works 1", "Works 3"]
        told = entries(session, "supplier", survivor.id)[-1].data
    assert undone.kept == ["note"]
    assert told["kept_fields"] == ["note"]


def test_assessments_are_counted_by_the_day_they_were_submitted(
    ready: Database, two: tuple[str, str], at: datetime
) -> None:
    stays, goes = two
    with ready.write() as session:
        for number, days in ((stays, 1), (stays, 3), (goes, 2)):
            supplier = find(session, number)
            count = len(queries.assessments_of(session, supplier))
            session.add(assessment(supplier.id, count + 1, at + timedelta(days=days)))
            session.flush()
    merge(ready, stays, goes, at)
    with ready.read() as session:
        rounds = [
            (row.round, (row.submitted_at - at).days) for row in queries.assessments_of(session, find(session, stays))
        ]
    assert rounds == [(3, 3), (2, 2), (1, 1)]
    undo(ready, goes, at)
    with ready.read() as session:
        assert [row.round for row in queries.assessments_of(session, find(session, stays))] == [2, 1]
        assert [row.round for row in queries.assessments_of(session, find(session, goes))] == [1]


def assessment(supplier_id: int, number: int, submitted_at: datetime) -> SelfAssessment:
    return SelfAssessment(
        supplier_id=supplier_id, round=number, answers={}, answers_hash="0" * 64, submitted_at=submitted_at,
        submitted_by="supplier_contact:1", submitted_by_name="Quinn",
    )  # fmt: skip


def test_a_record_is_not_merged_into_itself_or_nothing(ready: Database, two: tuple[str, str], at: datetime) -> None:
    stays, _goes = two
    with pytest.raises(Refused) as refused, ready.write() as session:
        merge_supplier(session, find(session, stays), into=find(session, stays), number=stays, reason="x", at=at, **WHO)
    assert [unmet.id for unmet in refused.value.unmet] == ["other_record"]
    with pytest.raises(Refused) as refused, ready.write() as session:
        operations.move_supplier(
            session, find(session, stays), "merge", form={"into": "SUP-99999", "reason": "x"}, at=at, **WHO
        )
    assert [unmet.id for unmet in refused.value.unmet] == ["other_record"]


def test_a_refused_merge_changes_nothing(ready: Database, two: tuple[str, str], at: datetime) -> None:
    stays, goes = two
    with ready.read() as session:
        before = [canonical(session, number) for number in two]
    with pytest.raises(Refused) as refused:
        merge(ready, stays, goes, at, actor=SQE)
    assert [unmet.id for unmet in refused.value.unmet] == ["not_your_role"]
    with ready.read() as session:
        assert [canonical(session, number) for number in two] == before


def test_two_running_assessments_are_refused_with_what_to_do(
    ready: Database, two: tuple[str, str], at: datetime
) -> None:
    stays, goes = two
    with ready.write() as session:
        for number in two:
            supplier = find(session, number)
            operations.move_supplier(session, supplier, "invite", actor=SQE, at=at)
    with pytest.raises(Refused) as refused:
        merge(ready, stays, goes, at)
    assert {unmet.id for unmet in refused.value.unmet} == {"one_assessment", "nothing_on_its_way"}
    assert "withdraw" in str(refused.value.unmet[0].message)


def test_the_later_merge_is_undone_first(
    ready: Database, two: tuple[str, str], make_supplier: Callable[..., str], at: datetime
) -> None:
    stays, goes = two
    third = make_supplier("Acme Casting", complete=False)
    merge(ready, stays, goes, at)
    merge(ready, third, stays, at)
    with ready.read() as session:
        assert queries.surviving(session, find(session, goes)).number == third
    with pytest.raises(Refused) as refused:
        undo(ready, goes, at)
    assert [unmet.id for unmet in refused.value.unmet] == ["other_stands"]
    undo(ready, stays, at)
    undo(ready, goes, at)
    with pytest.raises(NotMerged):
        undo(ready, goes, at)


def test_a_merged_record_is_not_changed_any_more(ready: Database, two: tuple[str, str], at: datetime) -> None:
    stays, goes = two
    merge(ready, stays, goes, at)
    with pytest.raises(operations.MergedAway) as refused, ready.write() as session:
        operations.add_site(session, find(session, goes), operations.SiteDetails(name="Works 9"), actor=SQE, at=at)
    assert stays in str(refused.value.message)
    with ready.read() as session:
        assert session.scalar(select(Site.id).where(Site.name == "Works 9")) is None


def test_a_merge_prepared_before_the_other_record_changed_is_stale(
    ready: Database, two: tuple[str, str], at: datetime
) -> None:
    stays, goes = two
    with pytest.raises(Stale):
        merge(ready, stays, goes, at, survivor_version=1)


def test_merged_records_are_in_no_list_and_no_pair(ready: Database, two: tuple[str, str], at: datetime) -> None:
    stays, goes = two
    with ready.read() as session:
        assert session.scalars(select(SupplierPair.strength)).all() != []
    merge(ready, stays, goes, at)
    with ready.read() as session:
        numbers = {line.number for line in queries.list_suppliers(session, actor=SQE).rows}
        merged = queries.SupplierFilters(states=("merged",))
        asked = {line.number for line in queries.list_suppliers(session, actor=SQE, filters=merged).rows}
        assert session.scalars(select(SupplierPair.strength)).all() == []
    assert (numbers, asked) == ({stays}, {goes})
    undo(ready, goes, at)
    with ready.read() as session:
        assert session.scalars(select(SupplierPair.strength)).all() != []


def test_every_table_that_names_a_supplier_moves_or_says_why_not(ready: Database) -> None:
    subjects()
    naming = {
        table.name
        for table in Base.metadata.sorted_tables
        if table.name in {mapper.local_table.name for mapper in _mappers()}
        and (
            {"record_id", "subject_id", "supplier_id"} & set(table.c.keys())
            or any(key.column.table.name == "supplier" for key in table.foreign_keys)
        )
    }
    moved = {part.model.__tablename__ for part in PARTS}
    assert naming - moved - STAYS.keys() == set()
    assert moved.isdisjoint(STAYS)
    assert STAYS.keys() - naming == set()


def _mappers() -> list[Any]:
    return [
        mapper for mapper in Base.registry.mappers if mapper.class_.__module__.startswith("supplier_quality.")
    ]  # fmt: skip


def test_a_person_whose_address_is_taken_meanwhile_stays_and_is_named(
    ready: Database, two: tuple[str, str], at: datetime
) -> None:
    stays, goes = two
    merge(ready, stays, goes, at)
    with ready.write() as session:
        survivor = find(session, stays)
        quinn = session.scalars(select(Contact).where(Contact.name == "Quinn")).one()
        kim = session.scalars(select(Contact).where(Contact.name == "Kim")).one()
        operations.edit_contact(
            session, survivor, quinn, ContactDetails(name="Quinn", email="other@acme.example"), actor=SQE, at=at
        )
        details = ContactDetails(name="Kim", email="quinn@acme.example")
        operations.edit_contact(session, survivor, kim, details, actor=SQE, at=at)
    assert undo(ready, goes, at).left == ["Kim"]
