"""F3: every statement of every act fails once, in four ways; a retry always leads to the same rows as if nothing had happened."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from supplier_quality import outbox, trail
from supplier_quality.config import Settings
from supplier_quality.engine.explain import to_sign
from supplier_quality.engine.models import IdempotencyKey, Timer
from supplier_quality.engine.registry import registry
from supplier_quality.engine.timers import take_due_timers
from supplier_quality.identity import ContactRef
from supplier_quality.identity.codes import SEND_CODE, WrongCode, mint_code, request_signing_code
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.signatures import Signature
from supplier_quality.identity.signing import sign_with_code
from supplier_quality.mail import MailMessage
from supplier_quality.mail.digests import send_digests
from supplier_quality.mail.models import DigestItem
from supplier_quality.outbox import OutboxRow
from supplier_quality.persistence import Database
from supplier_quality.suppliers.contacts import KIND as CONTACT_KIND
from supplier_quality.suppliers.details import SupplierDetails
from supplier_quality.suppliers.importing.files import import_suppliers, read_drafts
from supplier_quality.suppliers.importing.mapping import make_map
from supplier_quality.suppliers.models import Contact, SelfAssessment, Site, Supplier
from supplier_quality.suppliers.operations import KeyTaken, move_supplier, register_supplier
from supplier_quality.suppliers.qualification.models import QualificationStep, RiskRating
from tests.faults.breaking import Breaker, Way, attach_breaker
from tests.faults.company import ANN, ANSWERS, BO, add_supplier, bring_to, contact_of, take
from tests.faults.invariants import check_invariants

MOST_STATEMENTS = 300


@dataclass
class Lab:
    """A company whose statements can be broken."""

    database: Database
    settings: Settings
    breaker: Breaker
    at: datetime

    def deliver(self, at: datetime) -> None:
        """One round of a worker: due timers, then due effects."""
        take_due_timers(self.database, at=at)
        outbox.deliver_due(self.database, registry.effects, worker="test", now=lambda: at)

    def deliver_all(self, at: datetime) -> None:
        while take_due_timers(self.database, at=at) or outbox.deliver_due(
            self.database, registry.effects, worker="test", now=lambda: at
        ):
            pass


@pytest.fixture
def lab(company: Database, settings: Settings, at: datetime) -> Iterator[Lab]:
    yield Lab(company, settings, attach_breaker(company), at)


def story(database: Database, supplier_id: int) -> dict[str, Any]:
    """All that can be told of a supplier, without numbers, random ids and the moments of deliveries."""
    mine = {"record_kind": Supplier.subject_kind, "record_id": supplier_id}
    subject = {"subject_kind": Supplier.subject_kind, "subject_id": supplier_id}
    with database.read() as session:
        supplier = session.get_one(Supplier, supplier_id)
        steps = trail.entries(session, Supplier.subject_kind, supplier_id)
        effects = session.scalars(select(OutboxRow).filter_by(**mine)).all()
        mails = session.scalars(select(MailMessage).filter_by(**mine)).all()
        items = session.scalars(select(DigestItem).filter_by(**mine)).all()
        rounds = session.scalars(select(SelfAssessment).filter_by(supplier_id=supplier_id)).all()
        links = session.scalars(select(AccessLink).filter_by(**mine)).all()
        keys = session.scalars(select(IdempotencyKey.key).filter_by(**subject)).all()
        sites = session.scalars(select(Site.name).filter_by(supplier_id=supplier_id)).all()
        contacts = session.scalars(select(Contact.name).filter_by(supplier_id=supplier_id)).all()
        timers = session.scalars(select(Timer).filter_by(**subject)).all()
        asked = session.scalars(select(QualificationStep).filter_by(supplier_id=supplier_id)).all()
        of_asked = select(Timer.rule).where(
            Timer.subject_kind == QualificationStep.subject_kind, Timer.subject_id.in_([step.id for step in asked])
        )
        due = session.scalars(of_asked).all()
        ratings = session.scalars(select(RiskRating.risk_class).filter_by(supplier_id=supplier_id)).all()
        return {
            "state": (supplier.state, supplier.version, supplier.requested_by, supplier.conditions),
            "trail": [(s.action, s.from_state, s.to_state, s.data["version"], s.actor.kind) for s in steps],
            "timers": sorted((timer.rule, timer.moment, timer.fired, timer.due_at) for timer in timers),
            "effects": sorted(Counter((row.kind, row.state) for row in effects).items()),
            "mails": sorted((mail.template, mail.state, mail.recipient_kind) for mail in mails),
            "digest": sorted((item.template, item.digest_uid is not None) for item in items),
            "answers": [(row.round, row.answers_hash) for row in rounds],
            "links": len(links),
            "keys": sorted(keys),
            "parts": (sorted(sites), sorted(contacts)),
            "asked": sorted((step.kind, step.title or "", step.state, str(step.due)) for step in asked),
            "asked_timers": sorted(due),
            "ratings": sorted(ratings),
        }


def break_every_statement(
    lab: Lab,
    way: Way,
    *,
    prepare: Callable[[int], Any],
    act: Callable[[Any], object],
    recover: Callable[[Any], object],
    tell: Callable[[Any], object],
) -> int:
    """For every k: prepare, act with the k-th statement broken, recover, and compare with an undisturbed act."""
    undisturbed = prepare(0)
    act(undisturbed)
    recover(undisturbed)
    expected = tell(undisturbed)
    for k in count(1):
        assert k < MOST_STATEMENTS, "the act does not come to an end"
        case = prepare(k)
        with lab.breaker.breaking(k, way):
            try:
                act(case)
            except DBAPIError as error:
                assert "broken on purpose" in str(error) or lab.breaker.broken, error
        broken = lab.breaker.broken
        recover(case)
        if broken is None:
            return k - 1
        assert tell(case) == expected, f"statement {k} {way}: {broken}"
    raise AssertionError


every_way = pytest.mark.parametrize("way", [pytest.param(way, marks=pytest.mark.long) for way in Way])
SHORT = (Way.ANSWER_LOST, Way.GONE_AFTER)


@pytest.mark.parametrize("way", [way if way in SHORT else pytest.param(way, marks=pytest.mark.long) for way in Way])
@pytest.mark.parametrize(
    ("state", "action"),
    [("prospect", "invite"), *(pytest.param("review", a, marks=pytest.mark.long) for a in ("approve", "send_back"))],
)
def test_an_action_with_timers_and_effects(lab: Lab, way: Way, state: str, action: str) -> None:
    def prepare(k: int) -> int:
        supplier = add_supplier(lab.database, f"Acme {k}", at=lab.at)
        bring_to(lab.database, supplier, state, at=lab.at)
        return supplier

    def act(supplier: int) -> None:
        take(lab.database, supplier, action, BO, at=lab.at, key="one-click")

    broken = break_every_statement(
        lab, way, prepare=prepare, act=act, recover=act, tell=lambda supplier: story(lab.database, supplier)
    )
    assert broken > 8
    check_invariants(lab.database, lab.settings, at=lab.at, waiting=True)


@every_way
def test_registering_a_supplier(lab: Lab, way: Way) -> None:
    def act(key: str) -> None:
        with lab.database.write() as session:
            details = SupplierDetails(name="Acme", source_key=key, owner_id=9001)
            register_supplier(session, details, actor=ANN, at=lab.at)

    def recover(key: str) -> None:
        try:
            act(key)
        except KeyTaken:
            return  # The first try got through, only its answer was lost; the person finds the supplier by its key.

    def tell(key: str) -> object:
        with lab.database.read() as session:
            (id_,) = session.scalars(select(Supplier.id).where(Supplier.source_key == key))
        return story(lab.database, id_)

    broken = break_every_statement(lab, way, prepare=lambda k: f"V-{k}", act=act, recover=recover, tell=tell)
    assert broken > 8
    check_invariants(lab.database, lab.settings, at=lab.at)


@every_way
def test_importing_suppliers(lab: Lab, way: Way, tmp_path: Path) -> None:
    columns = {"name": "Vendor", "key": "No", "site": {"name": "Plant"}, "contact": {"name": "Person", "email": "Mail"}}

    def prepare(k: int) -> tuple[int, Path]:
        lines = [f"Vendor {k}.{n},K-{k}-{n},Plant {n},Mei,mei{n}@v{k}.example" for n in range(3)]
        file = tmp_path / f"vendors-{k}.csv"
        file.write_text("\n".join(["Vendor,No,Plant,Person,Mail", *lines]), encoding="utf-8")
        return k, file

    def act(case: tuple[int, Path]) -> None:
        drafts = read_drafts(case[1], make_map(columns), owners={})
        with lab.database.write() as session:
            report = import_suppliers(session, drafts, source="vendors.csv", actor=ANN, at=lab.at)
        assert not report.is_refused

    def tell(case: tuple[int, Path]) -> object:
        with lab.database.read() as session:
            found = session.scalars(select(Supplier.id).where(Supplier.source_key.startswith(f"K-{case[0]}-")))
            ids = found.all()
        assert len(ids) == 3
        return [story(lab.database, id_) for id_ in ids]

    assert break_every_statement(lab, way, prepare=prepare, act=act, recover=act, tell=tell) > 8
    check_invariants(lab.database, lab.settings, at=lab.at)


@dataclass
class Reader:
    """A supplier's contact who reads codes from mails and signs with them."""

    lab: Lab
    supplier: int
    contact: ContactRef
    code: str | None = None

    def ask_and_read(self) -> str:
        with self.lab.database.read() as session:
            record = session.get_one(Supplier, self.supplier).record
        asked = request_signing_code(self.lab.database, self.contact, record=record, at=self.lab.at)
        with self.lab.database.write() as session:
            mail = mint_code(session, asked.code_id, at=self.lab.at)
        assert mail is not None
        return mail.code

    def sign(self) -> Signature:
        self.code = self.code or self.ask_and_read()
        with self.lab.database.read() as session:
            asked = to_sign(session, session.get_one(Supplier, self.supplier), "submit_assessment", form=ANSWERS)
        assert asked is not None
        return sign_with_code(
            self.lab.database,
            self.contact,
            self.code,
            typed_name="Quinn Quality",
            statement=str(asked[0]),
            subject_hash=asked[1],
            at=self.lab.at,
        )

    def answer(self) -> None:
        actor = contact_of(self.lab.database, self.supplier)
        signature = self.sign()
        with self.lab.database.write() as session:
            move_supplier(
                session,
                session.get_one(Supplier, self.supplier),
                "submit_assessment",
                actor=actor,
                at=self.lab.at,
                form=ANSWERS,
                signature=signature,
                idempotency_key="one-form",
            )


@every_way
def test_a_supplier_answers_and_signs_with_a_mailed_code(lab: Lab, way: Way) -> None:
    """The person types the code from the mail; when it was used up by a broken try, they ask for another."""

    def prepare(k: int) -> Reader:
        supplier = add_supplier(lab.database, f"Acme {k}", at=lab.at)
        bring_to(lab.database, supplier, "invited", at=lab.at)
        person = contact_of(lab.database, supplier).person_id
        assert person is not None
        return Reader(lab, supplier, ContactRef(CONTACT_KIND, person))

    def recover(reader: Reader) -> None:
        try:
            reader.answer()
        except WrongCode:
            reader.code = None
            reader.answer()

    def tell(reader: Reader) -> object:
        told = story(lab.database, reader.supplier)
        # A second code may have been asked for; it is no part of the answer.
        told["effects"] = [effect for effect in told["effects"] if effect[0][0] != SEND_CODE]
        return told

    assert break_every_statement(lab, way, prepare=prepare, act=Reader.answer, recover=recover, tell=tell) > 20
    check_invariants(lab.database, lab.settings, at=lab.at, waiting=True)


@every_way
def test_delivering_effects_and_mails(lab: Lab, way: Way) -> None:
    moment = iter(lab.at + timedelta(seconds=n) for n in count())

    def prepare(k: int) -> int:
        supplier = add_supplier(lab.database, f"Acme {k}", at=lab.at)
        take(lab.database, supplier, "invite", ANN, at=next(moment))
        return supplier

    def act(_supplier: int) -> None:
        now = next(moment)
        lab.deliver(now)
        lab.deliver(now)

    def recover(_supplier: int) -> None:
        # Leases end and back-offs pass; then whatever is due is taken.
        for hours in range(1, 4):
            lab.deliver_all(lab.at + timedelta(hours=hours))

    def tell(supplier: int) -> object:
        told = story(lab.database, supplier)
        return {name: told[name] for name in told if name != "timers"}

    assert break_every_statement(lab, way, prepare=prepare, act=act, recover=recover, tell=tell) > 15
    check_invariants(lab.database, lab.settings, at=lab.at + timedelta(hours=4))


@every_way
@pytest.mark.parametrize(("state", "rule"), [("invited", "answer_reminder"), ("conditional", "condition_over")])
def test_taking_due_timers_and_what_they_cause(lab: Lab, way: Way, state: str, rule: str) -> None:
    """A timer that owes a reminder, and one that fires an action."""
    due = {"answer_reminder": datetime(2026, 11, 27, 9), "condition_over": datetime(2027, 1, 31, 23)}[rule]
    due = due.replace(tzinfo=lab.at.tzinfo)

    def prepare(k: int) -> int:
        supplier = add_supplier(lab.database, f"Acme {k}", at=lab.at)
        bring_to(lab.database, supplier, state, at=lab.at)
        lab.deliver_all(lab.at)
        lab.deliver_all(due - timedelta(minutes=1))
        with lab.database.read() as session:
            assert session.scalars(select(Timer.due_at).filter_by(subject_id=supplier, rule=rule)).all() == [due]
        return supplier

    def act(_supplier: int) -> None:
        lab.deliver(due)
        lab.deliver(due)

    def recover(_supplier: int) -> None:
        for hours in range(1, 4):
            lab.deliver_all(due + timedelta(hours=hours))

    def tell(supplier: int) -> object:
        told = story(lab.database, supplier)
        # What is armed on entering the next state counts from the moment it was entered, which is later after a fault.
        told["timers"] = [timer[:3] for timer in told["timers"]]
        return told

    assert break_every_statement(lab, way, prepare=prepare, act=act, recover=recover, tell=tell) > 15
    check_invariants(lab.database, lab.settings, at=due + timedelta(hours=4))


@every_way
def test_collecting_a_digest(lab: Lab, way: Way) -> None:
    due = datetime(2026, 12, 31, tzinfo=lab.at.tzinfo)

    def prepare(k: int) -> int:
        supplier = add_supplier(lab.database, f"Acme {k}", at=lab.at)
        bring_to(lab.database, supplier, "conditional", at=lab.at)
        lab.deliver_all(lab.at)
        lab.deliver_all(due + timedelta(days=2))
        return supplier

    def act(_supplier: int) -> None:
        send_digests(lab.database, at=due + timedelta(days=6))

    def recover(supplier: int) -> None:
        act(supplier)
        lab.deliver_all(due + timedelta(days=6, hours=1))

    assert (
        break_every_statement(
            lab, way, prepare=prepare, act=act, recover=recover, tell=lambda supplier: story(lab.database, supplier)
        )
        > 5
    )
    check_invariants(lab.database, lab.settings, at=due + timedelta(days=6, hours=2))
