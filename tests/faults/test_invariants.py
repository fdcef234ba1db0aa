"""The checker itself: it passes an honest journey and finds every kind of damage it is there for."""

from datetime import datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select, text

from supplier_quality.config import Settings
from supplier_quality.documents.store import FileStore
from supplier_quality.persistence import Database
from supplier_quality.suppliers.merging.operations import merge_supplier, undo_merge
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.scope.models import ScopeLine
from tests.faults.company import ANN, BO, add_supplier, bring_to, take, work_off
from tests.faults.equipment import give_scope_and_certificate, withdraw_certificate
from tests.faults.invariants import check_invariants


@pytest.fixture
def journey(company: Database, settings: Settings, at: datetime) -> Database:
    """Suppliers in several states, everything delivered."""
    approved = add_supplier(company, "Acme", at=at)
    bring_to(company, approved, "approved", at=at)
    asked = add_supplier(company, "Borg", at=at)
    take(company, asked, "invite", ANN, at=at, key="a-key")
    conditional = add_supplier(company, "Core", at=at)
    bring_to(company, conditional, "conditional", at=at)
    work_off(company, settings, at=at)
    take(company, approved, "suspend", BO, at=at + timedelta(minutes=1))
    work_off(company, settings, at=at + timedelta(minutes=1))
    return company


@pytest.fixture
def equipped(journey: Database, settings: Settings, at: datetime) -> Database:
    """An approved supplier with scope at a site, whose certificate is verified and withdrawn; everything delivered."""
    supplier_id = add_supplier(journey, "Dorn", at=at)
    bring_to(journey, supplier_id, "approved", at=at)
    give_scope_and_certificate(journey, supplier_id, at=at)
    work_off(journey, settings, at=at + timedelta(minutes=1))
    withdraw_certificate(journey, at=at + timedelta(minutes=1))
    work_off(journey, settings, at=at + timedelta(minutes=1))
    return journey


def test_scope_and_certificates_keep_all_invariants(equipped: Database, settings: Settings, at: datetime) -> None:
    with equipped.read() as session:
        assert session.scalars(select(ScopeLine.state)).all() == ["suspended"]
    check_invariants(equipped, settings, at=at + timedelta(minutes=2))


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("DELETE FROM outbox WHERE kind = 'mail.scope_approved'", "2:"),
        ("DELETE FROM outbox WHERE kind = 'mail.send' AND record_kind = 'supplier_scope'", "2:"),
        ("DELETE FROM outbox WHERE kind = 'mail.certificate_withdrawn'", "2:"),
        ("DELETE FROM outbox WHERE kind = 'mail.send' AND record_kind = 'certificate'", "2:"),
        ("UPDATE supplier_scope SET version = version + 1", "4:"),
        ("UPDATE supplier_certificate SET state = 'valid' WHERE state = 'withdrawn_by_body'", "5:"),
    ],
)
def test_damage_to_scope_and_certificates_is_found(
    equipped: Database, settings: Settings, at: datetime, damage: str, found: str
) -> None:
    with equipped.write() as session:
        session.execute(text(damage))
    with pytest.raises(AssertionError, match=found):
        check_invariants(equipped, settings, at=at + timedelta(minutes=2))


def test_an_honest_journey_keeps_all_seven(journey: Database, settings: Settings, at: datetime) -> None:
    check_invariants(journey, settings, at=at + timedelta(minutes=2))


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("DELETE FROM supplier_self_assessment", "1:"),
        ("UPDATE supplier_self_assessment SET answers_hash = 'ff'", "1:"),
        ("DELETE FROM outbox WHERE kind = 'mail.supplier_approved'", "2:"),
        ("DELETE FROM outbox WHERE kind = 'mail.send'", "2:"),
        ("UPDATE mail_message SET state = 'sending', text = NULL, html = NULL", "2:"),
        ("UPDATE supplier SET version = version + 1 WHERE name = 'Acme'", "4:"),
        ("UPDATE supplier SET state = 'rejected' WHERE name = 'Acme'", "5:"),
        ("DELETE FROM engine_timer WHERE rule = 'answer_overdue'", "7:"),
        ("UPDATE engine_timer SET rule = 'review_overdue' WHERE rule = 'answer_overdue'", "4:"),
        ("UPDATE engine_timer SET due_at = NULL WHERE rule = 'answer_overdue'", "7:"),
        ("UPDATE engine_timer SET fired = 1 WHERE rule = 'answer_overdue'", "7:"),
        ("UPDATE outbox SET state = 'ready' WHERE kind = 'mail.send'", "7:"),
        ("UPDATE outbox SET state = 'incident' WHERE kind = 'mail.send'", "7:"),
        ("UPDATE engine_key SET key = 'b', answer = REPLACE(CAST(answer AS TEXT), 'invite', 'approve')", "4:"),
    ],
)
def test_damage_is_found(journey: Database, settings: Settings, at: datetime, damage: str, found: str) -> None:
    if not journey.is_sqlite:
        damage = damage.replace(
            "REPLACE(CAST(answer AS TEXT), 'invite', 'approve')", "jsonb_set(answer, '{action}', '\"approve\"')"
        )
    with journey.write() as session:
        session.execute(text(damage))
    with pytest.raises(AssertionError, match=found):
        check_invariants(journey, settings, at=at + timedelta(minutes=2))


def test_a_mail_that_never_came_or_came_too_often_is_found(journey: Database, settings: Settings, at: datetime) -> None:
    with journey.write() as session:
        session.execute(text("UPDATE mail_message SET state = 'sent', text = NULL, html = NULL"))
        ids = list(session.scalars(text("SELECT message_id FROM mail_message ORDER BY id")))
    later = at + timedelta(minutes=2)
    check_invariants(journey, settings, at=later, inbox=ids)
    for inbox in (ids[1:], [*ids, ids[0]], [*ids, "<foreign@example>"]):
        with pytest.raises(AssertionError, match=r"[23]:"):
            check_invariants(journey, settings, at=later, inbox=inbox)
    check_invariants(journey, settings, at=later, inbox=[*ids, ids[0]], crashes=1)


def test_a_half_written_file_and_one_without_a_row_are_found(
    journey: Database, settings: Settings, at: datetime
) -> None:
    incoming = settings.files / "incoming" / "0123"
    incoming.parent.mkdir(parents=True)
    incoming.write_bytes(b"half")
    with pytest.raises(AssertionError, match="6: a half-written"):
        check_invariants(journey, settings, at=at + timedelta(minutes=2))
    incoming.unlink()
    FileStore(settings.files).put(BytesIO(b"%PDF-1.4\n%%EOF\n"), name="a.pdf", limit=1_000)
    with pytest.raises(AssertionError, match="6: no row"):
        check_invariants(journey, settings, at=at + timedelta(minutes=2))


@pytest.fixture
def merged(journey: Database, settings: Settings, at: datetime) -> Database:
    """A second record of an approved company that was approved, too, and merged; everything delivered."""
    second = add_supplier(journey, "Acme GmbH", at=at)
    bring_to(journey, second, "approved", at=at)
    first = add_supplier(journey, "Acme AG", at=at)
    bring_to(journey, first, "approved", at=at + timedelta(minutes=1))
    work_off(journey, settings, at=at + timedelta(minutes=1))
    with journey.write() as session:
        goes, stays = session.get_one(Supplier, second), session.get_one(Supplier, first)
        merge_supplier(
            session, goes, into=stays, number=stays.number, reason="Twice", actor=BO, at=at + timedelta(minutes=2)
        )
    return journey


def test_a_merge_and_undoing_it_keep_all_eight(merged: Database, settings: Settings, at: datetime) -> None:
    check_invariants(merged, settings, at=at + timedelta(minutes=2))
    with merged.write() as session:
        goes = session.scalars(select(Supplier).where(Supplier.name == "Acme GmbH")).one()
        undo_merge(session, goes, reason="Two", actor=BO, at=at + timedelta(minutes=3))
    work_off(merged, settings, at=at + timedelta(minutes=3))
    check_invariants(merged, settings, at=at + timedelta(minutes=3))


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE supplier SET merged_into = NULL",
        "UPDATE supplier_merge SET undone_at = merged_at, undone_by = 'user:1'",
        "UPDATE supplier_contact SET supplier_id = (SELECT merged_id FROM supplier_merge)"
        " WHERE supplier_id = (SELECT survivor_id FROM supplier_merge)",
    ],
)
def test_a_half_merge_is_found(merged: Database, settings: Settings, at: datetime, damage: str) -> None:
    with merged.write() as session:
        session.execute(text(damage))
    with pytest.raises(AssertionError, match="8:"):
        check_invariants(merged, settings, at=at + timedelta(minutes=2))
