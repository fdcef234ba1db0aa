"""The engine's own effects: firing actions that a join, timer or policy asked for.

All are transactional: what they do and the mark that it is done are one commit, so each happens exactly once.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.engine import timers
from supplier_quality.engine.definitions.model import TimerRule
from supplier_quality.engine.fire import effect_payload, fire
from supplier_quality.engine.joins import FIRE, is_complete
from supplier_quality.engine.notes import note
from supplier_quality.engine.policies_run import ACT, POLICY, run_act, run_policies
from supplier_quality.engine.refusals import Refused
from supplier_quality.engine.registry import registry
from supplier_quality.engine.store import process_of
from supplier_quality.engine.subject import Subject
from supplier_quality.engine.timers import TIMER
from supplier_quality.identity import system_actor
from supplier_quality.outbox import Delivery, Handler, Poison, queue

# What makes a late firing pointless rather than wrong: the record has moved on meanwhile.
_MOVED_ON = "wrong_state"


def load_subject(session: Session, reference: dict[str, Any]) -> Subject | None:
    """The record an effect is about; None when it is gone."""
    model = registry.subjects.get(reference["kind"])
    if model is None:
        raise Poison(f"No part of the product knows records of kind {reference['kind']!r}.")
    return session.get(model, reference["id"])


def fire_action(delivery: Delivery) -> None:
    """Fire an action for a join, a policy or a command."""
    payload = delivery.row.payload
    subject = load_subject(delivery.session, payload["subject"])
    join = payload.get("cause", {}).get("join") if payload["via"] == "join" else None
    if subject is not None and join is not None and not is_complete(delivery.session, subject, join):
        # Completing it again queues a firing of its own.
        return
    if subject is not None:
        _fire_by_system(
            delivery.session, subject, payload["action"], via=payload["via"], key=payload["key"], at=delivery.at
        )


def run_timer(delivery: Delivery) -> None:
    """Do what a due timer asks for, if the record has not left the states of the timer and it was not armed anew."""
    session, payload = delivery.session, delivery.row.payload
    subject = load_subject(session, payload["subject"])
    if subject is None:
        return
    process = process_of(session, subject.definition_id)
    rule = next((rule for rule in process.timers_in.get(subject.state, ()) if rule.id == payload["rule"]), None)
    if rule is None or not timers.is_kept(session, payload):
        return
    if rule.fire is not None:
        key = f"timer:{rule.id}:{payload['entered_at']}:{payload['moment']}:{payload['number']}"
        _fire_by_system(session, subject, rule.fire, via="timer", key=key, at=delivery.at)
        return
    _cause_effect(session, subject, rule, payload, at=delivery.at)


def _cause_effect(
    session: Session, subject: Subject, rule: TimerRule, payload: dict[str, Any], *, at: datetime
) -> None:
    actor = system_actor("timer")
    told = {
        "rule": rule.id,
        "due_at": payload["due_at"],
        "number": payload["number"],
        "effect": rule.effect,
        "to": rule.to,
    }
    note(session, subject, actor=actor, at=at, action=f"timer.{rule.id}", data=told, quiet=True)
    queue(
        session,
        kind=rule.effect or "",
        payload={
            **effect_payload(subject, f"timer.{rule.id}", subject.state, subject.state, actor),
            "effect": rule.effect,
            "args": dict(rule.args),
            "timer": told,
            "form": {},
            "trail_seq": subject.trail_seq,
        },
        at=at,
        record=subject.record,
    )


def _fire_by_system(session: Session, subject: Subject, action: str, *, via: str, key: str, at: datetime) -> None:
    try:
        fire(session, subject, action, actor=system_actor(via), at=at, idempotency_key=key)
    except Refused as refused:
        if all(unmet.id != _MOVED_ON for unmet in refused.unmet):
            # Nobody is there to read a refusal: it has to become visible.
            raise Poison(f"{subject.number}: {action} by {via} was refused. {refused}") from refused


EFFECTS: dict[str, Handler] = {
    FIRE: Handler(fire_action),
    TIMER: Handler(run_timer),
    POLICY: Handler(run_policies),
    ACT: Handler(run_act),
}
