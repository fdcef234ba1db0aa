"""The qualification process on real rows: asked, answered, decided, with mails, deadlines and four eyes."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from supplier_quality.engine.effects import EFFECTS as ENGINE_EFFECTS
from supplier_quality.engine.explain import to_sign
from supplier_quality.engine.refusals import Refused
from supplier_quality.engine.registry import registry
from supplier_quality.engine.timers import take_due_timers, timers_of
from supplier_quality.identity import Actor
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.signatures import Signature
from supplier_quality.mail import MailMessage, MailState
from supplier_quality.outbox import deliver_due, incidents
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries
from supplier_quality.suppliers.models import SelfAssessment, Supplier
from supplier_quality.suppliers.operations import move_supplier
from tests.suppliers.conftest import BUYER, QUALITY_MANAGER, SQE
from tests.support import actor_for

MakeSupplier = Callable[..., str]

ANSWERS: dict[str, Any] = {
    "employees": 120,
    "production_sites": "Works 1, Ulm",
    "main_products": "Castings",
    "main_processes": "Die casting",
    "capacity": "20,000 per week",
    "iso9001": True,
    "iso9001_number": "QM-1",
    "iso9001_valid_until": "2027-05-31",
    "iso9001_body": "TÜV",
    "duns": "123456789",
    "quality_contact": "Quinn",
    "quality_phone": "+49 731 1234",
    "conflict_minerals": "none",
}


def act(
    database: Database,
    number: str,
    action: str,
    actor: Actor,
    at: datetime,
    form: Mapping[str, Any] | None = None,
) -> str:
    """Take an action, signed when the process asks for it, deliver what it queued; the new state."""
    with database.write() as session:
        supplier = queries.get_supplier(session, number, actor=actor)
        asked = to_sign(session, supplier, action, form=form)
        signature = None
        if asked is not None:
            meaning, subject_hash = asked
            signature = Signature("password", at, str(meaning), subject_hash, actor.id)
        fired = move_supplier(
            session,
            supplier,
            action,
            actor=actor,
            at=at,
            form=form,
            signature=signature,
            expected_version=supplier.version,
        )
    deliver(database, at)
    return fired.to_state


def contact_of(database: Database, number: str) -> Actor:
    """The supplier's first contact, as they come in through their link."""
    with database.read() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        contact = queries.contacts_of(session, supplier)[0]
    return actor_for(
        (), kind="contact", id=f"supplier_contact:{contact.id}", label=contact.name, person_id=contact.id, via="link"
    )


def answer(database: Database, number: str, at: datetime, answers: Mapping[str, Any]) -> str:
    return act(database, number, "submit_assessment", contact_of(database, number), at, answers)


def deliver(database: Database, at: datetime) -> None:
    handlers = {**ENGINE_EFFECTS, **registry.effects}
    while deliver_due(database, handlers, worker="test", now=lambda: at):
        pass


def mails(database: Database) -> list[tuple[str, str]]:
    """What was written: kind of recipient and subject."""
    with database.read() as session:
        rows = session.scalars(select(MailMessage).order_by(MailMessage.id)).all()
        assert {row.state for row in rows} <= {MailState.KEPT}
        return [(row.recipient_kind, row.subject) for row in rows]


def refusal(database: Database, number: str, action: str, actor: Actor, at: datetime, form: Any = None) -> list[str]:
    with pytest.raises(Refused) as caught:
        act(database, number, action, actor, at, form)
    return [unmet.id for unmet in caught.value.unmet]


def test_from_invitation_to_approval(ready: Database, make_supplier: MakeSupplier, at: datetime) -> None:
    number = make_supplier()
    assert act(ready, number, "invite", SQE, at) == "invited"
    with ready.read() as session:
        links = session.scalars(select(AccessLink)).all()
        assert [(link.contact_kind, link.record_kind, link.purpose) for link in links] == [
            ("supplier_contact", "supplier", "self_assessment")
        ]
    assert answer(ready, number, at, ANSWERS) == "review"
    with ready.read() as session:
        kept = session.scalars(select(SelfAssessment)).one()
        assert (kept.round, kept.answers["duns"], kept.submitted_by_name) == (1, "123456789", "Quinn")
    assert refusal(ready, number, "approve", SQE, at, {"comment": "Good"}) == ["four_eyes"]
    assert act(ready, number, "approve", QUALITY_MANAGER, at, {"comment": "Good"}) == "approved"
    assert mails(ready) == [
        ("supplier_contact", f"Please answer our supplier self-assessment ({number})"),
        ("user", f"Self-assessment received ({number})"),
        ("supplier_contact", f"You are approved as a supplier ({number})"),
        ("user", f"Supplier approved ({number})"),
    ]
    with ready.read() as session:
        assert not incidents(session)


def test_a_supplier_without_site_and_contact_is_not_invited(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier(complete=False, owner_id=None)
    assert refusal(ready, number, "invite", BUYER, at) == ["has_site", "has_primary_contact", "has_owner"]
    with ready.read() as session:
        assert queries.get_supplier(session, number, actor=SQE).requested_by is None


def test_answers_with_a_certificate_need_its_details(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier()
    act(ready, number, "invite", SQE, at)
    without = {name: value for name, value in ANSWERS.items() if name not in ("iso9001_number", "duns")}
    assert refusal(ready, number, "submit_assessment", contact_of(ready, number), at, without) == [
        "iso9001_details",
        "company_number",
    ]
    with ready.read() as session:
        assert not session.scalars(select(SelfAssessment)).all()


def test_sent_back_answers_come_as_a_second_round(ready: Database, make_supplier: MakeSupplier, at: datetime) -> None:
    number = make_supplier()
    act(ready, number, "invite", BUYER, at)
    answer(ready, number, at, ANSWERS)
    assert act(ready, number, "send_back", SQE, at, {"comment": "Which alloys?"}) == "invited"
    answer(ready, number, at, {**ANSWERS, "remarks": "AlSi9"})
    with ready.read() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        assert [a.round for a in queries.assessments_of(session, supplier)] == [2, 1]
        assert len(session.scalars(select(AccessLink)).all()) == 1, "the live link is used again"
    assert refusal(ready, number, "approve", SQE, at, {"comment": "Good"}) == ["four_eyes"]


def test_a_conditional_approval_ends_by_itself_after_its_last_day(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier()
    act(ready, number, "invite", SQE, at)
    answer(ready, number, at, {**ANSWERS, "iso9001": False})
    assert refusal(ready, number, "approve", QUALITY_MANAGER, at, {"comment": "?"}) == [
        "quality_system_certified", "certificate_valid",
    ]  # fmt: skip
    end = date(2027, 1, 31)
    form = {"conditions": "ISO 9001 by January", "valid_until": end.isoformat(), "comment": "Only source"}
    assert act(ready, number, "approve_conditionally", QUALITY_MANAGER, at, form) == "conditional"
    with ready.read() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        assert (supplier.conditions, supplier.valid_until) == ("ISO 9001 by January", end)
        due = [timer.due_at for timer in timers_of(session, supplier) if timer.rule == "condition_over"]
        assert due == [datetime.fromisoformat("2027-01-31T23:00:00+00:00")]
    tick(ready, due[0] - timedelta(seconds=1))
    assert state_of(ready, number) == "conditional"
    tick(ready, due[0])
    assert state_of(ready, number) == "review"


def test_new_conditions_move_the_end_of_a_running_conditional_approval(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier()
    act(ready, number, "invite", SQE, at)
    answer(ready, number, at, ANSWERS)
    form = {"conditions": "Audit", "valid_until": "2027-01-31", "comment": "New process"}
    act(ready, number, "approve_conditionally", QUALITY_MANAGER, at, form)
    act(ready, number, "approve_conditionally", QUALITY_MANAGER, at, {**form, "valid_until": "2027-02-28"})
    with ready.read() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        due = [timer.due_at.date() for timer in timers_of(session, supplier) if timer.rule == "condition_over"]
    assert due == [date(2027, 2, 28)]


def test_who_suspended_may_not_reinstate(ready: Database, make_supplier: MakeSupplier, at: datetime) -> None:
    number = make_supplier()
    act(ready, number, "invite", SQE, at)
    answer(ready, number, at, ANSWERS)
    act(ready, number, "approve", QUALITY_MANAGER, at, {"comment": "Good"})
    assert act(ready, number, "suspend", QUALITY_MANAGER, at, {"reason": "Recall"}) == "suspended"
    assert refusal(ready, number, "reinstate", QUALITY_MANAGER, at, {"reason": "Done"}) == ["four_eyes"]
    other = actor_for("quality_manager", id="user:9")
    assert act(ready, number, "reinstate", other, at, {"reason": "Done"}) == "approved"


def test_silence_is_reminded_and_escalated_in_the_suppliers_working_days(
    ready: Database, make_supplier: MakeSupplier, at: datetime
) -> None:
    number = make_supplier()
    act(ready, number, "invite", SQE, at)
    with ready.read() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        due = {timer.rule: timer.due_at.date().isoformat() for timer in timers_of(session, supplier)}
    # Friday 20 November plus five and ten working days in Germany.
    assert due == {"answer_reminder": "2026-11-27", "answer_overdue": "2026-12-04"}


def tick(database: Database, at: datetime) -> None:
    while take_due_timers(database, at=at):
        pass
    deliver(database, at)


def state_of(database: Database, number: str) -> str:
    with database.read() as session:
        return session.scalars(select(Supplier.state).where(Supplier.number == number)).one()


@pytest.mark.parametrize(("field", "value"), [("duns", "12345678"), ("duns", "压铸件"), ("business_licence", "9135")])
def test_a_number_of_the_company_that_cannot_be_one_is_refused_beside_its_field(
    ready: Database, make_supplier: MakeSupplier, at: datetime, field: str, value: str
) -> None:
    number = make_supplier("Acme Castings")
    act(ready, number, "invite", SQE, at)
    with pytest.raises(Refused) as refused:
        answer(ready, number, at, {**ANSWERS, field: value})
    assert [unmet.mend for unmet in refused.value.unmet] == [field]
