"""The one door for state.

:func:`fire` is the only writer of a record's state. In the caller's transaction it reads where the record stands, evaluates
role, rules and form, moves the record on, and writes the trail entry, the timers and the effects. Nothing is sent here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.engine import joins, policies_run, timers
from supplier_quality.engine.definitions.model import Action, Process
from supplier_quality.engine.evaluation import NO_TIMERS, Unmet, Verdict, evaluate_action
from supplier_quality.engine.facts import gather
from supplier_quality.engine.notes import changes_since, write_all
from supplier_quality.engine.refusals import KeyReused, Refused, Stale
from supplier_quality.engine.rows import KEEP_KEY, Standing, key_values, move_values, read_standing, show
from supplier_quality.engine.store import process_of
from supplier_quality.engine.subject import Subject
from supplier_quality.identity.actor import Actor
from supplier_quality.identity.signatures import Signature
from supplier_quality.language import _
from supplier_quality.outbox.queue import INSERT as INSERT_EFFECT
from supplier_quality.outbox.queue import new_row, wake
from supplier_quality.persistence import Writes, canonical_json
from supplier_quality.persistence.types import as_text, from_text
from supplier_quality.trail import Position
from supplier_quality.trail.append import INSERT as INSERT_ENTRY
from supplier_quality.trail.append import entry_row


@dataclass(frozen=True, slots=True)
class Fired:
    """What an action did. ``replayed`` tells that this is the first answer to a repeated idempotency key."""

    subject_kind: str
    subject_id: int
    action: str
    from_state: str
    to_state: str
    version: int
    at: datetime
    replayed: bool = False


def fire(
    session: Session,
    subject: Subject,
    action: str,
    *,
    actor: Actor,
    at: datetime,
    form: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
    signature: Signature | None = None,
    idempotency_key: str | None = None,
) -> Fired:
    """Apply one action to one record, or say why not.

    ``expected_version`` is the version the person saw; doors for people must pass it. ``signature`` was made by identity
    before this transaction began.

    Raises Refused with every unmet rule, Stale when the record changed since, KeyReused when the idempotency key was used for
    something else.
    """
    session.flush()
    asked = _asked(action, form) if idempotency_key else ""
    before = read_standing(session, subject, actor_id=actor.id, key=idempotency_key)
    if before.answer is not None:
        return _first_answer(before, asked)
    if expected_version is not None and expected_version != before.version:
        raise Stale(changes_since(session, subject, expected_version))

    process = process_of(session, before.definition_id)
    step = process.actions.get(action)
    if step is None:
        raise Refused(action, [_unknown(action, process)])
    facts = _facts(session, step, subject, before, actor=actor, at=at)
    verdict = evaluate_action(process, step, state=before.state, roles=roles_of(actor), facts=facts, form=form or {})
    unmet = [*verdict.unmet, *_unsigned(step, subject, before, verdict, signature, actor)]
    if unmet:
        return _refuse(session, subject, action, unmet, asked, actor=actor, key=idempotency_key)

    fired, position = _write(
        session,
        subject,
        process,
        step,
        before,
        verdict,
        signature,
        actor=actor,
        at=at,
        key=(idempotency_key, asked) if idempotency_key else None,
    )
    entered_at = at if step.to is not None else before.entered_at
    show(subject, state=fired.to_state, version=fired.version, position=position, entered_at=entered_at, at=at)
    _follow(session, subject, process, verdict, fired, actor=actor)
    return fired


def _refuse(
    session: Session,
    subject: Subject,
    action: str,
    unmet: list[Unmet],
    asked: str,
    *,
    actor: Actor,
    key: str | None,
) -> Fired:
    """Raise Refused, unless the same request was answered while this one waited for the record."""
    if key is not None:
        before = read_standing(session, subject, actor_id=actor.id, key=key)
        if before.answer is not None:
            return _first_answer(before, asked)
    raise Refused(action, unmet)


def _write(
    session: Session,
    subject: Subject,
    process: Process,
    step: Action,
    before: Standing,
    verdict: Verdict,
    signature: Signature | None,
    *,
    actor: Actor,
    at: datetime,
    key: tuple[str, str] | None,
) -> tuple[Fired, Position]:
    """Write the new standing, its trail entry, its effects and the answer to the key, bound together by the version."""
    to_state, version = step.to or before.state, before.version + 1
    states = (before.state, to_state, process.hash)
    data = _told(version, verdict, signature)
    row = entry_row(session, subject.record, at, actor.ref, step.id, data, before.position, states)
    position = Position(row["seq"], row["hash"])
    fired = Fired(subject.subject_kind, subject.id, step.id, before.state, to_state, version, at)
    statement, values = move_values(
        subject,
        before,
        state=to_state,
        version=version,
        position=position,
        # Going to the same state on purpose enters it anew; an action without a target does not.
        entered_at=at if step.to is not None else before.entered_at,
        at=at,
    )
    writes = Writes()
    writes.add(statement, values)
    writes.add(INSERT_ENTRY, row)
    effects = _effect_rows(subject, step, verdict, fired, actor, position)
    for effect in effects:
        writes.add(INSERT_EFFECT, effect)
    if key is not None:
        asked_key, asked = key
        kept = key_values(subject, actor_id=actor.id, key=asked_key, asked=asked, answer=_answer(fired), at=at)
        writes.add(KEEP_KEY, kept)
    write_all(session, subject, before, writes)
    if effects:
        wake(session, [effect["id"] for effect in effects])
    return fired, position


def _told(version: int, verdict: Verdict, signature: Signature | None) -> dict[str, Any]:
    """What the trail keeps of an action: the form, the rules with the values they saw, the signature."""
    data: dict[str, Any] = {"version": version}
    if verdict.form_values:
        data["form"] = dict(verdict.form_values)
    if verdict.checks:
        data["rules"] = [check.as_json() for check in verdict.checks]
    if signature is not None:
        data["signature"] = signature.as_json()
    return data


def _effect_rows(
    subject: Subject, step: Action, verdict: Verdict, fired: Fired, actor: Actor, position: Position
) -> list[dict[str, Any]]:
    if not step.effects:
        return []
    payload = effect_payload(subject, fired.action, fired.from_state, fired.to_state, actor)
    payload |= {"form": dict(verdict.form_values), "trail_seq": position.seq}
    return [
        new_row(
            effect.name,
            subject.record,
            {**payload, "effect": effect.name, "args": dict(effect.args)},
            at=fired.at,
        )
        for effect in step.effects
    ]


def _follow(
    session: Session, subject: Subject, process: Process, verdict: Verdict, fired: Fired, *, actor: Actor
) -> None:
    """What else follows from a change of state in the same transaction: timers, joins, events for policies."""
    if verdict.timers is not NO_TIMERS:
        timers.change(session, subject, process, verdict.timers, at=fired.at)
    if fired.to_state != fired.from_state:
        joins.child_moved(session, subject, fired.from_state, fired.to_state, at=fired.at)
        joins.parent_entered(session, subject, process, fired.to_state, at=fired.at)
    policies_run.announce(session, subject, fired, actor=actor)


def effect_payload(subject: Subject, action: str, from_state: str, to_state: str, actor: Actor) -> dict[str, Any]:
    """What every effect is told: the record, what happened and who did it."""
    return {
        "subject": {"kind": subject.subject_kind, "id": subject.id, "number": subject.number},
        "action": action,
        "from": from_state,
        "to": to_state,
        "actor": {"kind": str(actor.kind), "id": actor.id, "label": actor.label, "via": str(actor.via)},
    }


def signing_hash(subject: Subject, action: str, form: Mapping[str, Any], *, version: int) -> str:
    """What a signature is bound to (SHA-256): this record in this version, the action and the form as it was read."""
    signed = [subject.subject_kind, subject.id, subject.number, version, action, dict(form)]
    return sha256(canonical_json(signed).encode()).hexdigest()


def _facts(
    session: Session,
    step: Action,
    subject: Subject,
    before: Standing,
    *,
    actor: Actor,
    at: datetime,
) -> dict[str, Any]:
    if not step.facts:
        return {}
    facts = gather(session, step.facts, subject.subject_kind, [subject.id], actor=actor, at=at)
    found = facts[subject.id]
    if "record" in step.facts:
        found["record"] = {
            "id": subject.id,
            "number": subject.number,
            "state": before.state,
            "version": before.version,
        }
    return found


def roles_of(actor: Actor) -> frozenset[str]:
    """The names in a process file's ``by`` that this actor answers to."""
    if actor.kind == "contact":
        return frozenset({"supplier"})
    if actor.kind == "system":
        return frozenset({"system"})
    return actor.roles


def _unsigned(
    step: Action,
    subject: Subject,
    before: Standing,
    verdict: Verdict,
    signature: Signature | None,
    actor: Actor,
) -> list[Unmet]:
    """What is wrong with the signature the action asks for, if anything."""
    if step.sign is None or verdict.unmet:
        return []
    if signature is None:
        return [Unmet("signature", _("Sign to go on: your password or code, and what your signature means."))]
    expected = signing_hash(subject, step.id, verdict.form_values, version=before.version)
    if signature.subject_hash != expected or signature.signer != actor.id:
        return [Unmet("signature", _("What you signed is not what would be stored. Look at it again and sign again."))]
    return []


def _unknown(action: str, process: Process) -> Unmet:
    return Unmet(
        "unknown_action",
        _("%(process)s has no action %(action)s.", process=process.title, action=action),
    )


def _asked(action: str, form: Mapping[str, Any] | None) -> str:
    return sha256(canonical_json([action, dict(form or {})]).encode()).hexdigest()


def _first_answer(before: Standing, asked: str) -> Fired:
    if before.asked != asked or before.answer is None:
        raise KeyReused(_("This idempotency key was already used for another request. Use a new key."))
    values = dict(before.answer)
    return Fired(**{**values, "at": from_text(values["at"]), "replayed": True})


def _answer(fired: Fired) -> dict[str, Any]:
    return {
        "subject_kind": fired.subject_kind,
        "subject_id": fired.subject_id,
        "action": fired.action,
        "from_state": fired.from_state,
        "to_state": fired.to_state,
        "version": fired.version,
        "at": as_text(fired.at),
    }
