"""The one door for state: what it applies, what it refuses and how it explains itself."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from supplier_quality.engine.explain import to_sign
from supplier_quality.engine.fire import fire
from supplier_quality.engine.notes import note
from supplier_quality.engine.refusals import KeyReused, Refused, Stale
from supplier_quality.engine.start import start_many
from supplier_quality.identity import Actor, Signature, system_actor
from supplier_quality.outbox import OutboxRow
from supplier_quality.persistence import Database
from supplier_quality.trail import entries
from tests.engine.things import Thing


def test_an_action_moves_the_record_and_leaves_a_trail_entry_with_its_rules_and_values(
    session: Session, make_thing: Callable[..., Thing], sqe: Actor, at: datetime
) -> None:
    thing = make_thing(session, score=70)
    fired = fire(session, thing, "submit", actor=sqe, at=at, expected_version=1)

    assert (fired.from_state, fired.to_state, fired.version) == ("draft", "review", 2)
    assert (thing.state, thing.version) == ("review", 2)
    created, submitted = entries(session, "test.thing", thing.id)
    assert (created.action, created.to_state) == ("start", "draft")
    assert (submitted.action, submitted.from_state, submitted.to_state) == ("submit", "draft", "review")
    assert submitted.actor.id == sqe.id
    assert submitted.data["rules"] == [
        {"id": "named", "passed": True, "values": {"thing.name": "Bracket"}},
        {"id": "good_enough", "passed": True, "values": {"thing.score": 70}},
    ]


def test_a_refusal_names_every_unmet_rule_with_the_values_it_saw(
    session: Session, make_thing: Callable[..., Thing], sqe: Actor, at: datetime
) -> None:
    thing = make_thing(session, name="", score=12)

    with pytest.raises(Refused) as refused:
        fire(session, thing, "submit", actor=sqe, at=at)

    assert [(unmet.id, dict(unmet.values), unmet.mend) for unmet in refused.value.unmet] == [
        ("named", {"thing.name": ""}, "name"),
        ("good_enough", {"thing.score": 12}, None),
    ]
    assert str(refused.value) == "The thing has no name. The score is below 50."
    assert (thing.state, thing.version) == ("draft", 1)


@pytest.mark.parametrize(
    ("role", "action", "reasons"),
    [
        ("buyer", "submit", ["not_your_role"]),
        ("quality_manager", "approve", ["wrong_state", "form.comment"]),
        ("sqe", "nonsense", ["unknown_action"]),
        ("viewer", "approve", ["wrong_state", "not_your_role", "form.comment"]),
    ],
)
def test_role_state_and_form_refuse_beside_the_rules(
    session: Session,
    make_thing: Callable[..., Thing],
    actor_factory: Callable[..., Actor],
    at: datetime,
    role: str,
    action: str,
    reasons: list[str],
) -> None:
    with pytest.raises(Refused) as refused:
        fire(session, make_thing(session), action, actor=actor_factory(role), at=at)
    assert [unmet.id for unmet in refused.value.unmet] == reasons


def test_an_action_without_target_keeps_the_state_but_counts_the_version(
    session: Session, make_thing: Callable[..., Thing], sqe: Actor, at: datetime
) -> None:
    thing = make_thing(session)
    fire(session, thing, "comment", actor=sqe, at=at, form={"text": "Looks fine", "until": "2026-12-01"})
    assert (thing.state, thing.version) == ("draft", 2)
    assert entries(session, "test.thing", thing.id)[-1].data["form"] == {"text": "Looks fine", "until": "2026-12-01"}


def test_somebody_who_saw_an_older_version_is_told_what_changed_since(
    session: Session, make_thing: Callable[..., Thing], sqe: Actor, actor_factory: Callable[..., Actor], at: datetime
) -> None:
    thing = make_thing(session)
    fire(session, thing, "comment", actor=actor_factory("buyer", label="Bo"), at=at, form={"text": "x"})

    with pytest.raises(Stale) as stale:
        fire(session, thing, "submit", actor=sqe, at=at, expected_version=1)

    assert [(entry.actor.label, entry.action) for entry in stale.value.changes] == [("Bo", "comment")]
    assert "Bo" in str(stale.value)


def test_a_record_that_another_transaction_moved_meanwhile_is_not_moved_again(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime
) -> None:
    with things_database.write() as session:
        thing = make_thing(session)
    with things_database.read() as reader:
        old = reader.get_one(Thing, thing.id)
    with things_database.write() as session:
        fire(session, thing, "submit", actor=sqe, at=at)
    with things_database.write() as session, pytest.raises(Refused) as refused:
        fire(session, old, "submit", actor=sqe, at=at)
    assert [unmet.id for unmet in refused.value.unmet] == ["wrong_state"]


def test_a_repeated_idempotency_key_returns_the_first_answer(
    session: Session, make_thing: Callable[..., Thing], sqe: Actor, at: datetime
) -> None:
    thing = make_thing(session)
    first = fire(session, thing, "submit", actor=sqe, at=at, idempotency_key="k")
    again = fire(session, thing, "submit", actor=sqe, at=at + timedelta(hours=1), idempotency_key="k")

    assert again.replayed and not first.replayed
    assert (again.version, again.at, again.to_state) == (first.version, first.at, first.to_state)
    assert len(entries(session, "test.thing", thing.id)) == 2


def test_an_idempotency_key_belongs_to_one_request_of_one_actor(
    session: Session, make_thing: Callable[..., Thing], sqe: Actor, actor_factory: Callable[..., Actor], at: datetime
) -> None:
    thing = make_thing(session)
    fire(session, thing, "comment", actor=sqe, at=at, form={"text": "a"}, idempotency_key="k")
    with pytest.raises(KeyReused):
        fire(session, thing, "comment", actor=sqe, at=at, form={"text": "b"}, idempotency_key="k")
    other = fire(
        session, thing, "comment", actor=actor_factory("buyer"), at=at, form={"text": "b"}, idempotency_key="k"
    )
    assert not other.replayed


def test_an_effect_is_an_outbox_row_of_the_same_transaction(
    things_database: Database, make_thing: Callable[..., Thing], sqe: Actor, at: datetime
) -> None:
    with things_database.write() as session:
        thing = make_thing(session)
    with pytest.raises(ZeroDivisionError), things_database.write() as session:
        fire(session, thing, "submit", actor=sqe, at=at)
        raise ZeroDivisionError
    with things_database.read() as session:
        assert session.query(OutboxRow).count() == 0
        assert session.get_one(Thing, thing.id).state == "draft"
    with things_database.write() as session:
        fire(session, session.get_one(Thing, thing.id), "submit", actor=sqe, at=at)
    with things_database.read() as session:
        row = session.query(OutboxRow).one()
    assert row.kind == "test.told"
    assert row.payload["subject"] == {"kind": "test.thing", "id": thing.id, "number": thing.number}
    assert (row.payload["from"], row.payload["to"], row.payload["actor"]["id"]) == ("draft", "review", sqe.id)


def _signature(session: Session, thing: Thing, signer: Actor, at: datetime, form: dict[str, str]) -> Signature:
    asked = to_sign(session, thing, "approve", form=form)
    assert asked is not None
    meaning, hashed = asked
    return Signature(method="password", at=at, meaning=str(meaning), subject_hash=hashed, signer=signer.id)


def test_an_action_to_sign_takes_only_a_signature_on_exactly_what_is_stored(
    session: Session, make_thing: Callable[..., Thing], sqe: Actor, manager: Actor, at: datetime
) -> None:
    thing = make_thing(session)
    fire(session, thing, "submit", actor=sqe, at=at)
    form = {"comment": "Good"}
    with pytest.raises(Refused, match="Sign to go on"):
        fire(session, thing, "approve", actor=manager, at=at, form=form)

    signature = _signature(session, thing, manager, at, form)
    with pytest.raises(Refused, match="not what would be stored"):
        fire(session, thing, "approve", actor=manager, at=at, form={"comment": "Better"}, signature=signature)
    other = Signature("password", at, signature.meaning, signature.subject_hash, "user:somebody")
    with pytest.raises(Refused, match="not what would be stored"):
        fire(session, thing, "approve", actor=manager, at=at, form=form, signature=other)

    fire(session, thing, "approve", actor=manager, at=at, form=form, signature=signature)
    kept = entries(session, "test.thing", thing.id)[-1].data["signature"]
    assert (kept["meaning"], kept["signer"], kept["method"]) == ("I approve this thing", manager.id, "password")


def test_a_signature_on_an_older_version_does_not_sign_the_newer_one(
    session: Session, make_thing: Callable[..., Thing], sqe: Actor, manager: Actor, at: datetime
) -> None:
    thing = make_thing(session)
    fire(session, thing, "submit", actor=sqe, at=at)
    signature = _signature(session, thing, manager, at, {"comment": "Good"})
    fire(session, thing, "comment", actor=sqe, at=at, form={"text": "Wait"})
    with pytest.raises(Refused, match="not what would be stored"):
        fire(session, thing, "approve", actor=manager, at=at, form={"comment": "Good"}, signature=signature)


def test_four_eyes_compare_the_person_not_the_role(
    session: Session, make_thing: Callable[..., Thing], actor_factory: Callable[..., Actor], at: datetime
) -> None:
    both = actor_factory(("sqe", "quality_manager"), id="user:9")
    thing = make_thing(session, submitted_by="user:9")
    fire(session, thing, "submit", actor=both, at=at)
    with pytest.raises(Refused, match="The submitter may not approve"):
        fire(session, thing, "approve", actor=both, at=at, form={"comment": "x"})


def test_a_note_is_an_entry_that_changes_no_state_and_a_quiet_one_no_version(
    session: Session, make_thing: Callable[..., Thing], sqe: Actor, at: datetime
) -> None:
    thing = make_thing(session)
    note(session, thing, actor=sqe, at=at, action="thing.edited", data={"name": ["a", "b"]}, expected_version=1)
    assert (thing.state, thing.version, thing.trail_seq) == ("draft", 2, 2)
    note(session, thing, actor=system_actor("timer"), at=at, action="timer.sla", data={}, quiet=True)
    assert (thing.version, thing.trail_seq) == (2, 3)
    with pytest.raises(Stale):
        note(session, thing, actor=sqe, at=at, action="thing.edited", data={}, expected_version=1)


def test_many_records_are_started_at_once_each_with_its_own_chain(
    session: Session, make_thing: Callable[..., Thing], sqe: Actor, at: datetime
) -> None:
    first = make_thing(session)
    rows = [{"name": f"n{i}", "score": 90, "submitted_by": ""} for i in range(250)]
    ids = start_many(session, Thing, rows, actor=sqe, at=at, data=[{"row": i + 2} for i in range(250)])

    assert len(set(ids)) == 250 and first.id not in ids
    last = session.get_one(Thing, ids[-1])
    assert (last.state, last.version, last.number, last.name) == ("draft", 1, "THG-00251", "n249")
    (entry,) = entries(session, "test.thing", last.id)
    assert entry.data == {"row": 251, "version": 1}
    fire(session, last, "submit", actor=sqe, at=at)
    assert make_thing(session).number == "THG-00252"
