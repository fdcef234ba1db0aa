"""Deadlines that pass are heard of: by the role the process names, its deputies too, and as an incident when by nobody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from supplier_quality import trail
from supplier_quality.engine.effects import EFFECTS as ENGINE_EFFECTS
from supplier_quality.engine.registry import registry
from supplier_quality.engine.timers import take_due_timers
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.models import Deputy, UserRole
from supplier_quality.mail import MailMessage
from supplier_quality.mail.digests import send_digests
from supplier_quality.mail.undelivered import mark_bounced
from supplier_quality.outbox import deliver_due, incidents
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries
from supplier_quality.suppliers.details import ContactDetails
from supplier_quality.suppliers.operations import add_contact, move_supplier
from tests.suppliers.conftest import QUALITY_MANAGER, SQE
from tests.suppliers.test_qualification import ANSWERS, act, answer

MakeSupplier = Callable[..., str]
OVERDUE = timedelta(days=15)


def invite(database: Database, number: str, at: datetime) -> None:
    with database.write() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        move_supplier(session, supplier, "invite", actor=SQE, at=at)


def let_pass(database: Database, at: datetime) -> None:
    while take_due_timers(database, at=at):
        pass
    while deliver_due(database, {**ENGINE_EFFECTS, **registry.effects}, worker="test", now=lambda: at):
        pass


def staff_mails(database: Database) -> list[tuple[int, str, str]]:
    with database.read() as session:
        rows = session.scalars(select(MailMessage).where(MailMessage.recipient_kind == "user").order_by(MailMessage.id))
        return [(row.recipient_id, row.subject, row.text or "") for row in rows]


def test_a_missed_deadline_is_told_to_the_role_and_its_deputy(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier()
    with ready.write() as session:
        session.add(UserRole(user_id=9002, role="quality_manager"))
        session.add(
            Deputy(user_id=9002, deputy_id=9001, role="quality_manager", starts_at=at, ends_at=at + 2 * OVERDUE)
        )
    invite(ready, number, at)
    let_pass(ready, at + OVERDUE)
    told = staff_mails(ready)
    assert sorted(reader for reader, _subject, _text in told) == [9001, 9002]
    for _reader, subject, text in told:
        assert subject == f"Deadline missed ({number})"
        assert "Self-assessment asked" in text and "Ann Miller" in text and f"/suppliers/{number}" in text
    with ready.read() as session:
        assert not incidents(session)


def test_a_missed_deadline_is_told_to_the_owner_too_and_names_the_supplier(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier()
    with ready.write() as session:
        session.add(UserRole(user_id=9002, role="quality_manager"))
        supplier = queries.get_supplier(session, number, actor=SQE)
        owner, name = supplier.owner_id, supplier.name
    assert owner not in (None, 9002)
    invite(ready, number, at)
    let_pass(ready, at + OVERDUE)
    told = staff_mails(ready)
    assert sorted(reader for reader, _subject, _text in told) == sorted([owner, 9002])
    assert all(f"{number} {name} should have moved on" in text for _reader, _subject, text in told)


def test_a_deadline_nobody_would_hear_of_becomes_an_incident(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier()
    invite(ready, number, at)
    let_pass(ready, at + OVERDUE)
    assert staff_mails(ready) == []
    with ready.read() as session:
        (incident,) = incidents(session)
        assert incident.kind == "escalate"
        assert incident.last_error == f"Nobody holds the role quality_manager, so nobody was told that {number} waits."


def test_the_supplier_hears_that_its_conditional_approval_ends_though_nothing_is_asked_of_it(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier()
    act(ready, number, "invite", SQE, at)
    answer(ready, number, at, ANSWERS)
    end = (at + timedelta(days=40)).date().isoformat()
    form = {"conditions": "ISO 9001", "valid_until": end, "comment": "Only source"}
    act(ready, number, "approve_conditionally", QUALITY_MANAGER, at, form)
    let_pass(ready, at + timedelta(days=12))
    monday = at + timedelta(days=17)
    assert send_digests(ready, at=monday) == 1
    let_pass(ready, monday)
    with ready.read() as session:
        digest = session.scalars(select(MailMessage).where(MailMessage.template == "layout/digest")).one()
        assert digest.state == "kept" and "Your conditional approval ends soon" in (digest.text or "")


def test_an_address_that_does_not_work_is_not_written_to_again(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier()
    with ready.write() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        second = ContactDetails(name="Rein", email="rein@acme.example", roles=["management"])
        add_contact(session, supplier, second, actor=SQE, at=at)
    invite(ready, number, at)
    let_pass(ready, at)
    with ready.write() as session:
        message = session.scalars(select(MailMessage).where(MailMessage.recipient_kind != "user")).one()
        assert mark_bounced(session, message, reason="550 5.1.1 No such user", at=at)
    let_pass(ready, at)
    with ready.read() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        first, second_row = queries.contacts_of(session, supplier)
        assert (first.bounced_at, second_row.bounced_at) == (at, None)
        following = queries.contact_to_write_to(session, supplier.id)
        assert following is not None and following.name == "Rein"
        written = session.scalars(select(MailMessage).where(MailMessage.address == "rein@acme.example")).all()
        assert [row.template for row in written] == ["layout/invitation"]
        assert trail.entries(session, "supplier", supplier.id)[-1].action == "contact.bounced"


def test_a_link_works_as_long_as_the_settings_say(ready: Database, make_supplier: MakeSupplier, at: datetime) -> None:
    ready.info["settings"] = replace(ready.info["settings"], link_days=14)
    invite(ready, make_supplier(), at)
    with ready.read() as session:
        assert session.scalars(select(AccessLink.expires_at)).all() == [at + timedelta(days=14)]
