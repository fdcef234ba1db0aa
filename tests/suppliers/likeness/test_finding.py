"""Suppliers that may be the same company are found when they come, and people's decisions are kept."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from supplier_quality.outbox import JobRun
from supplier_quality.persistence import Database
from supplier_quality.suppliers import jobs, operations, queries
from supplier_quality.suppliers.details import SiteDetails, SupplierDetails
from supplier_quality.suppliers.likeness import finding, pairs
from supplier_quality.suppliers.models import MatchKey, Supplier, SupplierPair
from supplier_quality.suppliers.permissions import MayNotEditSuppliers
from supplier_quality.trail import entries
from tests.suppliers.conftest import BUYER, SQE, VIEWER

MakeSupplier = Callable[..., str]


def find(session: Any, number: str) -> Supplier:
    return queries.get_supplier(session, number, actor=SQE)


def listed(database: Database, **more: Any) -> list[tuple[str, str, str]]:
    """Both numbers and the first reason of each pair."""
    with database.read() as session:
        rows = pairs.list_pairs(session, actor=SQE, **more).rows
        return [(row.one.number, row.other.number, row.reasons[0][0]) for row in rows]


def test_a_new_supplier_is_compared_at_once(ready: Database, make_supplier: MakeSupplier) -> None:
    first = make_supplier("上海立信精密机械有限公司", complete=False, country="CN")
    make_supplier("Zenith GmbH", complete=False)
    second = make_supplier("Shanghai Lixin Precision Machinery", complete=False, country="CN")
    assert listed(ready) == [(first, second, "sound")]


def test_the_most_certain_pair_comes_first(ready: Database, make_supplier: MakeSupplier) -> None:
    a = make_supplier("Acme GmbH", complete=False, duns="150483782")
    b = make_supplier("Acme Ltd", complete=False)
    c = make_supplier("Zenith", complete=False, duns="150483782")
    assert listed(ready) == [(a, c, "duns"), (a, b, "name")]


def test_a_changed_name_finds_and_forgets(ready: Database, make_supplier: MakeSupplier, at: datetime) -> None:
    a, b = make_supplier("Acme", complete=False), make_supplier("Borg", complete=False)
    assert listed(ready) == []
    for name, expected in (("ACME AG", [(a, b, "name")]), ("Borg", [])):
        with ready.write() as session:
            operations.edit_supplier(session, find(session, b), SupplierDetails(name=name), actor=SQE, at=at)
        assert listed(ready) == expected


def test_what_an_import_or_a_site_brings_is_compared_by_the_job(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    a = make_supplier("Acme", complete=False, duns="150483782")
    b = make_supplier("Borg", complete=False)
    with ready.write() as session:
        details = SiteDetails(name="Works 1", duns="150483782")
        operations.add_site(session, find(session, b), details, actor=SQE, at=at)
    assert listed(ready) == []
    jobs.compare(JobRun(database=ready, at=at, slot="now", worker="test"))
    assert listed(ready) == [(a, b, "site_duns")]
    with ready.read() as session:
        assert session.scalar(select(func.count()).where(~Supplier.compared)) == 0


def test_a_key_that_too_many_share_is_passed_over(
    ready: Database, make_supplier: MakeSupplier, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_NAME", 3)
    monkeypatch.setattr(finding, "MOST_PART", 3)
    for number in range(5):
        make_supplier(f"Acme {'ABCDE'[number]} GmbH", complete=False)
    with ready.write() as session:
        session.execute(update(Supplier).values(compared=False))
    assert finding.compare_waiting(ready, at=at) == 5
    with ready.read() as session:
        assert session.scalar(select(func.count()).select_from(MatchKey)) != 0
        assert session.scalar(select(func.count()).select_from(SupplierPair)) == 0


def test_a_dismissed_pair_is_not_asked_about_again(ready: Database, make_supplier: MakeSupplier, at: datetime) -> None:
    a, b = make_supplier("Acme GmbH", complete=False), make_supplier("Acme Ltd", complete=False)
    with ready.write() as session:
        pairs.dismiss_pair(session, find(session, b), find(session, a), reason="Two families", actor=BUYER, at=at)
    with ready.write() as session:
        session.execute(update(Supplier).values(compared=False))
    finding.compare_waiting(ready, at=at)
    assert listed(ready) == []
    assert listed(ready, dismissed=True) == [(a, b, "name")]
    with ready.read() as session:
        for number, other in ((a, b), (b, a)):
            last = entries(session, "supplier", find(session, number).id)[-1]
            assert (last.action, last.data["number"], last.data["reason"]) == (
                "duplicate.dismissed", other, "Two families",
            )  # fmt: skip


def test_a_dismissal_can_be_taken_back(ready: Database, make_supplier: MakeSupplier, at: datetime) -> None:
    a, b = make_supplier("Acme GmbH", complete=False), make_supplier("Acme Ltd", complete=False)
    for act in (pairs.dismiss_pair, pairs.reopen_pair):
        with ready.write() as session:
            act(session, find(session, a), find(session, b), reason="A call", actor=SQE, at=at)
    assert listed(ready) == [(a, b, "name")]
    with ready.read() as session:
        assert entries(session, "supplier", find(session, a).id)[-1].action == "duplicate.reopened"


def test_a_decision_needs_a_reason_a_pair_and_the_right_person(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    a, b = make_supplier("Acme GmbH", complete=False), make_supplier("Borg", complete=False)
    for error, actor, reason in (
        (MayNotEditSuppliers, VIEWER, "x"), (pairs.ReasonMissing, SQE, "  "), (pairs.PairNotFound, SQE, "x"),
    ):  # fmt: skip
        with pytest.raises(error), ready.write() as session:
            pairs.dismiss_pair(session, find(session, a), find(session, b), reason=reason, actor=actor, at=at)
