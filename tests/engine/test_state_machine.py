"""F21: whatever people, suppliers, workers, crashes and time do to the real processes, a simple model says the same.

Hypothesis chooses the steps. The model knows the processes as a person would tell them, without the rule files, the engine
or a database. After each run the seven invariants must hold.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select, update

from supplier_quality import outbox, resources
from supplier_quality.config import Settings
from supplier_quality.desk.jobs import KEEP_KEYS
from supplier_quality.engine.deadlines import deadlines_of
from supplier_quality.engine.definitions import load_rule_file
from supplier_quality.engine.effects import EFFECTS
from supplier_quality.engine.fire import fire, signing_hash
from supplier_quality.engine.migrate import migrate
from supplier_quality.engine.refusals import KeyReused, Refused, Stale
from supplier_quality.engine.registry import registry
from supplier_quality.engine.start import start
from supplier_quality.engine.store import store_files
from supplier_quality.engine.timers import take_due_timers
from supplier_quality.identity import Actor, Signature, system_actor
from supplier_quality.outbox import Handler, OutboxRow, OutboxState, deliver_due
from supplier_quality.persistence import Database
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.qualification.rating import months_after
from supplier_quality.trail import TrailEntry
from tests.engine import things
from tests.engine.things import Part, Thing
from tests.faults.company import ANN, BO, EVA, FORMS, add_supplier, contact_of, found_company, take, work_off
from tests.faults.invariants import check_invariants
from tests.support import actor_for, shipped_rules

SHIPPED = shipped_rules().version
VIEWER = actor_for("viewer", id="user:9009")
CEM = actor_for("buyer", id="user:9004")
STAFF = {"ann": ANN, "bo": BO, "eva": EVA, "cem": CEM, "viewer": VIEWER}
SQE_AND_MANAGERS = {"ann", "bo", "eva"}
MANAGERS = {"bo", "eva"}
INSIDERS = SQE_AND_MANAGERS | {"cem"}
BERLIN = ZoneInfo("Europe/Berlin")

UNDER_REVIEW = {"review", "conditional", "requalifying"}

# What a person would say: from where, to where, who may.
ACTIONS: dict[str, tuple[set[str], str | None, set[str]]] = {
    "invite": ({"prospect"}, "invited", INSIDERS),
    "invite_again": ({"invited"}, None, INSIDERS),
    "submit_assessment": ({"invited"}, "review", {"supplier"}),
    "send_back": ({"review"}, "invited", SQE_AND_MANAGERS),
    "approve": (UNDER_REVIEW, "approved", SQE_AND_MANAGERS),
    "approve_conditionally": (UNDER_REVIEW, "conditional", SQE_AND_MANAGERS),
    "reject": (UNDER_REVIEW, "rejected", SQE_AND_MANAGERS),
    "suspend": ({"approved", "conditional", "requalifying", "phasing_out"}, "suspended", SQE_AND_MANAGERS),
    "phase_out": ({"approved", "conditional", "requalifying", "suspended"}, "phasing_out", INSIDERS),
    "requalify": ({"approved"}, "requalifying", SQE_AND_MANAGERS),
    "reinstate": ({"suspended", "phasing_out"}, "approved", MANAGERS),
    "disqualify": ({"suspended", "rejected", "phasing_out", "phased_out"}, "disqualified", MANAGERS),
    "review_again": ({"approved", "suspended", "requalifying"}, "review", SQE_AND_MANAGERS),
    "withdraw": ({"prospect", "invited", "review"}, "withdrawn", INSIDERS),
    "reopen": ({"rejected", "withdrawn", "phased_out"}, "prospect", SQE_AND_MANAGERS),
    "expire": ({"conditional"}, "review", set()),
}

HAVE_A_DEADLINE = {"invited", "review", "conditional", "approved", "requalifying", "phasing_out"}
# What takes back the conditions of a decision.
ENDINGS = {"rejected", "withdrawn", "phasing_out", "disqualified"}
LEADS_TO = {"conditional": "review", "approved": "requalifying", "phasing_out": "phased_out"}

people = st.sampled_from([*STAFF, "supplier"])
# Steps that lead on are chosen often enough that runs get far.
actions = st.sampled_from([*ACTIONS, "invite", "submit_assessment", "submit_assessment", "approve_conditionally"])
pick = st.integers(0, 2)


@dataclass
class Modelled:
    """What must be true of one supplier."""

    id: int
    state: str = "prospect"
    version: int = 3
    requested_by: str | None = None
    suspended_by: str | None = None
    certified_until: date | None = None
    valid_until: date | None = None
    requalify_on: date | None = None
    last_day: date | None = None
    conditions: bool = False
    joined: int = 0
    last: tuple[str, str, str, dict[str, Any] | None, int] | None = None
    last_at: datetime | None = None
    newest_definition: int = 0

    def over_at(self) -> datetime | None:
        ends = {"conditional": self.valid_until, "approved": self.requalify_on, "phasing_out": self.last_day}
        last = ends.get(self.state)
        return datetime.combine(last + timedelta(days=1), time(0), BERLIN) if last is not None else None


class Qualification(RuleBasedStateMachine):
    """Suppliers, people and time at work on the real process."""

    database: Database
    settings: Settings
    now: datetime
    definition = SHIPPED
    numbers = 0

    def __init__(self) -> None:
        super().__init__()
        self.suppliers: list[Modelled] = []

    @property
    def me(self) -> type["Qualification"]:
        """Time and definitions go on from run to run: all runs share one database."""
        return type(self)

    def chosen(self, number: int) -> Modelled:
        return self.suppliers[number % len(self.suppliers)]

    def actor(self, who: str, supplier: Modelled) -> Actor:
        return contact_of(self.database, supplier.id) if who == "supplier" else STAFF[who]

    @property
    def today(self) -> date:
        return self.now.astimezone(BERLIN).date()

    def form(self, action: str) -> dict[str, Any] | None:
        form = FORMS.get(action)
        if action == "approve_conditionally":
            assert form is not None
            return {**form, "valid_until": (self.today + timedelta(days=20)).isoformat()}
        if action == "phase_out":
            assert form is not None
            return {**form, "last_day": (self.today + timedelta(days=20)).isoformat()}
        if action == "submit_assessment":
            assert form is not None
            return {**form, "iso9001_valid_until": (self.today + timedelta(days=60)).isoformat()}
        return form

    @precondition(lambda self: len(self.suppliers) < 3)
    @rule()
    def register(self) -> None:
        self.me.numbers += 1
        id_ = add_supplier(self.database, f"Supplier {self.me.numbers}", at=self.now)
        self.suppliers.append(Modelled(id_, newest_definition=self.definition))

    @precondition(lambda self: self.suppliers)
    @rule(number=pick, action=actions, who=people, with_key=st.booleans())
    def act(self, number: int, action: str, who: str, with_key: bool) -> None:
        supplier = self.chosen(number)
        actor, form = self.actor(who, supplier), self.form(action)
        expected = self.refusals(supplier, action, who, actor)
        key = f"{supplier.id}-{supplier.version}-{action}" if with_key else None
        try:
            fired = take(
                self.database, supplier.id, action, actor, at=self.now, form=form, key=key,
                expected_version=supplier.version,
            )  # fmt: skip
        except Refused as refused:
            assert {unmet.id for unmet in refused.unmet} == expected
            return
        assert not expected, f"{action} by {who} must be refused: {expected}"
        assert not fired.replayed
        self.moved(supplier, action, actor, form)
        assert (fired.to_state, fired.version) == (supplier.state, supplier.version)
        if key is not None:
            supplier.last, supplier.last_at = (action, who, key, form, fired.version), self.now

    def refusals(self, supplier: Modelled, action: str, who: str, actor: Actor) -> set[str]:
        """The ids of all that is not met, never only the first."""
        from_states, _to, allowed = ACTIONS[action]
        certified = supplier.certified_until is not None and supplier.certified_until >= self.today
        wrong = {
            "wrong_state": supplier.state not in from_states,
            "not_your_role": who not in allowed,
            "four_eyes": (action in ("approve", "approve_conditionally") and actor.id == supplier.requested_by)
            or (action == "reinstate" and actor.id == supplier.suspended_by),
            "assessment_submitted": action in ("approve", "approve_conditionally") and not supplier.certified_until,
            "quality_system_certified": action == "approve" and not supplier.certified_until,
            "certificate_valid": action in ("approve", "reinstate") and not certified,
            "conditions_met": action in ("approve", "reinstate") and supplier.conditions,
            "risk_rated": action == "approve" and not supplier.certified_until,
        }
        return {name for name, unmet in wrong.items() if unmet}

    def moved(self, supplier: Modelled, action: str, actor: Actor, form: dict[str, Any] | None) -> None:
        supplier.state = ACTIONS[action][1] or supplier.state
        supplier.version += 1
        if action in ("invite", "send_back"):
            supplier.requested_by = actor.id
        elif action in ("suspend", "phase_out"):
            supplier.suspended_by = actor.id
        elif action == "submit_assessment":
            assert form is not None
            supplier.certified_until = date.fromisoformat(form["iso9001_valid_until"])
        elif action == "approve_conditionally":
            assert form is not None
            supplier.valid_until = date.fromisoformat(form["valid_until"])
            supplier.conditions = True
        if action == "phase_out":
            assert form is not None
            supplier.last_day = date.fromisoformat(form["last_day"])
        if action == "approve" or (action == "reinstate" and supplier.requalify_on is None):
            # The suppliers of this company are of medium risk.
            supplier.requalify_on = months_after(self.today, 24)
        if supplier.state in ENDINGS:
            supplier.conditions = False

    @precondition(lambda self: self.suppliers)
    @rule(number=pick, action=actions, behind=st.integers(1, 3))
    def act_on_an_old_page(self, number: int, action: str, behind: int) -> None:
        supplier = self.chosen(number)
        with pytest.raises(Stale):
            take(
                self.database, supplier.id, action, BO, at=self.now, form=self.form(action),
                expected_version=supplier.version - behind,
            )  # fmt: skip

    @precondition(lambda self: any(supplier.last for supplier in self.suppliers))
    @rule()
    def send_the_last_request_again(self) -> None:
        supplier = next(supplier for supplier in self.suppliers if supplier.last)
        assert supplier.last is not None
        action, who, key, form, version = supplier.last
        fired = take(
            self.database, supplier.id, action, self.actor(who, supplier), at=self.now, form=form, key=key,
            expected_version=version - 1,
        )  # fmt: skip
        assert (fired.replayed, fired.version) == (True, version)

    @precondition(lambda self: any(supplier.last for supplier in self.suppliers))
    @rule()
    def use_a_key_for_something_else(self) -> None:
        supplier = next(supplier for supplier in self.suppliers if supplier.last)
        assert supplier.last is not None
        _action, who, key, _form, _version = supplier.last
        other = "reject" if supplier.last[0] != "reject" else "approve"
        with pytest.raises(KeyReused):
            take(self.database, supplier.id, other, self.actor(who, supplier), at=self.now, key=key)

    @precondition(lambda self: self.suppliers)
    @rule(number=pick, action=actions)
    def crash_before_the_commit(self, number: int, action: str) -> None:
        supplier = self.chosen(number)
        actor = self.actor("supplier" if action == "submit_assessment" else "eva", supplier)
        with pytest.raises((ZeroDivisionError, Refused)), self.database.write() as session:
            subject = session.get_one(Supplier, supplier.id)
            fire(session, subject, action, actor=actor, at=self.now, form=self.form(action))
            raise ZeroDivisionError

    @rule()
    def a_worker_ticks(self) -> None:
        work_off(self.database, self.settings, at=self.now)
        for supplier in self.suppliers:
            over = supplier.over_at()
            if over is not None and over <= self.now:
                supplier.state, supplier.version = LEADS_TO[supplier.state], supplier.version + 1
            self.hear_of_steps(supplier)

    def hear_of_steps(self, supplier: Modelled) -> None:
        """When the last condition is taken back, the record is told; whether it has moved on by then is a matter of time."""
        told = select(func.count()).where(
            TrailEntry.record_kind == "supplier", TrailEntry.record_id == supplier.id, TrailEntry.action == "steps_done"
        )
        with self.database.read() as session:
            count = session.scalar(told) or 0
        supplier.version, supplier.joined = supplier.version + count - supplier.joined, count

    @rule()
    def a_worker_dies_with_rows_in_its_hands(self) -> None:
        outbox.claim(self.database, worker="dead", at=self.now, limit=3)
        take_due_timers(self.database, at=self.now)

    @rule()
    def a_mail_is_delivered_again(self) -> None:
        """Its first delivery was not written down, as when a worker dies after the mail server took it."""
        with self.database.write() as session:
            newest = select(OutboxRow.id).where(OutboxRow.kind == "mail.send", OutboxRow.state == OutboxState.DONE)
            session.execute(
                update(OutboxRow)
                .where(OutboxRow.id.in_(newest.order_by(OutboxRow.id.desc()).limit(2).scalar_subquery()))
                .values(state=OutboxState.READY.value, due_at=self.now)
                .execution_options(synchronize_session=False)
            )

    @rule(hours=st.sampled_from([1, 5, 30, 24 * 8, 24 * 40]))
    def time_goes_on(self, hours: int) -> None:
        self.me.now += timedelta(hours=hours)
        for supplier in self.suppliers:
            if supplier.last_at is not None and self.now - supplier.last_at >= KEEP_KEYS:
                # From now on the key may be forgotten.
                supplier.last = None
        # What became due may be taken by anybody from now on; the next step shall know what happened.
        self.a_worker_ticks()

    @rule()
    def the_process_gets_a_new_version(self) -> None:
        self.me.definition += 1
        text = (resources.workflows() / "supplier_qualification.yaml").read_text(encoding="utf-8")
        text = text.replace(f"\nversion: {SHIPPED}\n", f"\nversion: {self.definition}\n")
        with self.database.write() as session:
            store_files(session, [load_rule_file(text, file="new.yaml")], at=self.now)

    @rule()
    def running_records_are_moved_to_the_newest_version(self) -> None:
        migrate(
            self.database, "supplier_qualification", to_version=self.definition, actor=system_actor("command"),
            at=self.now,
        )  # fmt: skip
        for supplier in self.suppliers:
            if supplier.newest_definition != self.definition:
                supplier.newest_definition = self.definition
                supplier.version += 1

    @invariant()
    def the_model_is_the_system(self) -> None:
        with self.database.read() as session:
            for supplier in self.suppliers:
                found = session.get_one(Supplier, supplier.id)
                assert (found.state, found.version) == (supplier.state, supplier.version)
                assert (found.requested_by, found.suspended_by) == (supplier.requested_by, supplier.suspended_by)
            running = deadlines_of(session, "supplier", [supplier.id for supplier in self.suppliers])
            waiting = {supplier.id for supplier in self.suppliers if supplier.state in HAVE_A_DEADLINE}
            assert running.keys() == waiting, "a deadline stays until the supplier moves on, however long it is missed"

    def teardown(self) -> None:
        # Leases of dead workers end, and everything is done.
        self.time_goes_on(hours=1)
        self.the_model_is_the_system()
        check_invariants(self.database, self.settings, at=self.now)


# -- the tests' own process: children, joins, ends ------------------------------------------------


def _hear(_delivery: outbox.Delivery) -> None:
    """The effect of the tests' process goes nowhere."""


HEARD = {"test.told": Handler(_hear)}


@dataclass
class ModelledThing:
    id: int
    parts: dict[int, str] = field(default_factory=dict)
    state: str = "draft"
    version: int = 1
    asked: bool = False

    @property
    def complete(self) -> bool:
        return bool(self.parts) and all(state in ("accepted", "waived") for state in self.parts.values())


class ThingsWithParts(RuleBasedStateMachine):
    """A thing in review becomes ready by itself as soon as all its parts are done."""

    database: Database
    settings: Settings
    now: datetime
    sqe = actor_for("sqe", id="user:1")
    manager = actor_for("quality_manager", id="user:2")

    def __init__(self) -> None:
        super().__init__()
        self.things: list[ModelledThing] = []

    @precondition(lambda self: len(self.things) < 2)
    @rule(parts=st.integers(0, 3))
    def begin(self, parts: int) -> None:
        with self.database.write() as session:
            thing = Thing(number="", name="Bracket", submitted_by=self.sqe.id)
            start(session, thing, actor=self.sqe, at=self.now)
            model = ModelledThing(thing.id)
            for _part in range(parts):
                part = Part(number="", thing_id=thing.id)
                start(session, part, actor=self.sqe, at=self.now)
                model.parts[part.id] = "open"
        self.things.append(model)

    @precondition(lambda self: self.things)
    @rule(number=pick, action=st.sampled_from(["submit", "submit", "restart", "approve"]))
    def act(self, number: int, action: str) -> None:
        model = self.things[number % len(self.things)]
        allowed, to = {
            "submit": ({"draft"}, "review"),
            "restart": ({"review", "ready"}, "draft"),
            "approve": ({"review", "ready"}, "approved"),
        }[action]
        form = {"comment": "Good"} if action == "approve" else {}
        actor = self.manager if action == "approve" else self.sqe
        try:
            with self.database.write() as session:
                thing = session.get_one(Thing, model.id)
                signed = signing_hash(thing, action, form, version=model.version)
                signature = Signature("password", self.now, "I approve", signed, actor.id)
                fire(session, thing, action, actor=actor, at=self.now, form=form, signature=signature)
        except Refused:
            assert model.state not in allowed
            return
        assert model.state in allowed
        model.state, model.version = to, model.version + 1
        if action == "submit" and model.complete:
            model.asked = True

    @precondition(lambda self: any(thing.parts for thing in self.things))
    @rule(number=pick, part=pick, action=st.sampled_from(["accept", "accept", "waive", "reopen"]))
    def act_on_part(self, number: int, part: int, action: str) -> None:
        model = self.things[number % len(self.things)]
        if not model.parts:
            return
        part_id = list(model.parts)[part % len(model.parts)]
        allowed, to = {
            "accept": ({"open"}, "accepted"),
            "waive": ({"open", "accepted"}, "waived"),
            "reopen": ({"accepted"}, "open"),
        }[action]
        actor = self.manager if action == "waive" else self.sqe
        was_complete = model.complete
        try:
            with self.database.write() as session:
                fire(session, session.get_one(Part, part_id), action, actor=actor, at=self.now)
        except Refused:
            assert model.parts[part_id] not in allowed
            return
        assert model.parts[part_id] in allowed
        model.parts[part_id] = to
        if model.complete and not was_complete:
            model.asked = True

    @rule()
    def a_worker_ticks(self) -> None:
        take_due_timers(self.database, at=self.now)
        handlers = {**registry.effects, **EFFECTS, **HEARD}
        while deliver_due(self.database, handlers, worker="test", now=lambda: self.now):
            pass
        for model in self.things:
            # Asked once the last part was done: answered if the thing is in review by then.
            if model.asked and model.state == "review":
                model.state, model.version = "ready", model.version + 1
            model.asked = False

    @invariant()
    def the_model_is_the_system(self) -> None:
        with self.database.read() as session:
            for model in self.things:
                thing = session.get_one(Thing, model.id)
                assert (thing.state, thing.version) == (model.state, model.version)
                parts = session.scalars(select(Part).where(Part.thing_id == model.id)).all()
                assert {part.id: part.state for part in parts} == model.parts

    def teardown(self) -> None:
        self.a_worker_ticks()
        self.the_model_is_the_system()
        check_invariants(self.database, self.settings, at=self.now)


def runs(examples: int, steps: int) -> profile:
    """The same runs each time; the soak adds random ones by its seed."""
    return profile(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )


sized = pytest.mark.parametrize(
    "sizes",
    [runs(6, 20), pytest.param(runs(25, 40), marks=[pytest.mark.long, pytest.mark.timeout(400)])],
    ids=["short", "long"],
)


@sized
def test_the_qualification_of_suppliers(database: Database, settings: Settings, at: datetime, sizes: profile) -> None:
    found_company(database, at=at)
    machine = type("Run", (Qualification,), {"database": database, "settings": settings, "now": at})
    run_state_machine_as_test(machine, settings=sizes)


@sized
def test_things_and_their_parts(database: Database, settings: Settings, at: datetime, sizes: profile) -> None:
    files = [load_rule_file(text, file="test") for text in (things.THING_WORKFLOW, things.PART_WORKFLOW)]
    with database.write() as session:
        store_files(session, files, at=at)
    machine = type("Run", (ThingsWithParts,), {"database": database, "settings": settings, "now": at})
    run_state_machine_as_test(machine, settings=sizes)
