"""Letting policies act: an event of one record leads to an act on another, through the outbox.

Events are named ``<kind>.<state entered>`` and ``<kind>.<action>``. Which policies answer an event is decided when the
outbox delivers it, with the facts of that moment; each act gets its own trail entry naming the policy and its version.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from supplier_quality.engine.facts import gather
from supplier_quality.engine.notes import note
from supplier_quality.engine.policies import Do, PolicySet, Unanswered
from supplier_quality.engine.registry import registry
from supplier_quality.engine.store import content_of, definitions
from supplier_quality.engine.subject import Subject
from supplier_quality.identity import system_actor
from supplier_quality.identity.actor import Actor
from supplier_quality.outbox import Delivery, Poison, queue

if TYPE_CHECKING:
    from supplier_quality.engine.fire import Fired

POLICY = "engine.policy"
ACT = "engine.act"


def policies_in_force(session: Session) -> list[PolicySet]:
    """The policy files in force, loaded."""
    return [content_of(session, row.id) for row in definitions(session, "policies")]


def listened_events(session: Session) -> frozenset[str]:
    """The events some policy in force listens to; asked at every transition, so kept until definitions are loaded anew."""
    cache = session.info["cache"]
    if "listened_events" not in cache:
        cache["listened_events"] = frozenset(
            policy.on for content in policies_in_force(session) for policy in content.policies
        )
    listened: frozenset[str] = cache["listened_events"]
    return listened


def announce(session: Session, subject: Subject, fired: "Fired", *, actor: Actor) -> None:
    """Queue the events of a transition that some policy listens to."""
    names = {f"{subject.subject_kind}.{fired.action}"}
    if fired.to_state != fired.from_state:
        names.add(f"{subject.subject_kind}.{fired.to_state}")
    _queue(session, subject, names, actor=actor, at=fired.at)


def announce_started(session: Session, subject: Subject, *, actor: Actor, at: datetime) -> None:
    """Queue the event of a new record."""
    _queue(session, subject, {f"{subject.subject_kind}.{subject.state}"}, actor=actor, at=at)


def _queue(session: Session, subject: Subject, names: set[str], *, actor: Actor, at: datetime) -> None:
    for name in sorted(names & listened_events(session)):
        queue(
            session,
            kind=POLICY,
            payload={
                "event": name,
                "subject": {"kind": subject.subject_kind, "id": subject.id, "number": subject.number},
                "actor": {"kind": str(actor.kind), "id": actor.id, "label": actor.label},
                "trail_seq": subject.trail_seq,
            },
            at=at,
            record=subject.record,
        )


def run_policies(delivery: Delivery) -> None:
    """Find the policies that answer an event; each act becomes an effect of its own, so that one cannot hold up another."""
    session, payload = delivery.session, delivery.row.payload
    event, subject = payload["event"], payload["subject"]
    for content in policies_in_force(session):
        declared = content.events.get(event)
        if declared is None:
            continue
        actor = system_actor("policy")
        facts = gather(session, declared.keys(), subject["kind"], [subject["id"]], actor=actor, at=delivery.at)
        for answer in content.matching(event, facts[subject["id"]]):
            queue(
                session,
                kind=ACT,
                payload={**payload, "policies": content.name, "policies_version": content.version, "hash": content.hash}
                | _answer(answer),
                at=delivery.at,
                record=delivery.row.record,
            )


def _answer(answer: Do | Unanswered) -> dict[str, Any]:
    told: dict[str, Any] = {"policy": answer.policy, "act": answer.act}
    if isinstance(answer, Unanswered):
        return {**told, "error": answer.error}
    return {**told, "parameters": dict(answer.parameters), "rule": answer.result.as_json()}


def run_act(delivery: Delivery) -> None:
    """Do what one policy asks for and write into the record's trail which policy acted, with the values it saw."""
    session, payload = delivery.session, delivery.row.payload
    if "error" in payload:
        raise Poison(f"The policy {payload['policy']} could not be decided. {payload['error']}")
    act = registry.acts.get(payload["act"])
    if act is None:
        raise Poison(f"The policy {payload['policy']} asks for {payload['act']}, which no part of the product does.")
    subject = session.get(registry.model(payload["subject"]["kind"]), payload["subject"]["id"])
    if subject is None:
        return
    cause = {name: payload[name] for name in ("policies", "policies_version", "hash", "policy", "event", "rule")}
    actor = system_actor("policy")
    act(session, subject, payload["parameters"], actor=actor, at=delivery.at, cause=cause)
    told = {**cause, "act": payload["act"], "parameters": payload["parameters"]}
    note(session, subject, actor=actor, at=delivery.at, action=f"policy.{payload['policy']}", data=told, quiet=True)
