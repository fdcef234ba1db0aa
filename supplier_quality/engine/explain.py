"""What is possible on a record now and what blocks the rest: the same answer before the click that :func:`fire` gives after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.engine.definitions.model import Action, FormField, Process
from supplier_quality.engine.evaluation import Unmet, evaluate_action
from supplier_quality.engine.facts import gather
from supplier_quality.engine.fire import roles_of, signing_hash
from supplier_quality.engine.forms import read_form
from supplier_quality.engine.store import process_of
from supplier_quality.engine.subject import Subject
from supplier_quality.errors import BadInput, Problem
from supplier_quality.identity.actor import Actor
from supplier_quality.language import Text, _


@dataclass(frozen=True, slots=True)
class ActionView:
    """One button. ``refused`` is empty when the action is allowed; ``not_mine`` when only the role does not fit.

    Rules that read what the form will say are not decided before it is filled in and do not block.
    """

    id: str
    label: Text
    to: str | None
    to_label: Text | None
    allowed: bool
    not_mine: bool
    by: frozenset[str]
    primary: bool
    confirm: Text | None
    form: tuple[FormField, ...]
    sign: Text | None
    refused: tuple[Unmet, ...]


def explain(session: Session, subject: Subject, *, actor: Actor, at: datetime) -> tuple[ActionView, ...]:
    """Every action that leaves the record's present state, for this actor."""
    return explain_many(session, [subject], actor=actor, at=at)[subject.id]


def explain_many(
    session: Session, subjects: Sequence[Subject], *, actor: Actor, at: datetime
) -> dict[int, tuple[ActionView, ...]]:
    """:func:`explain` for many records of one kind with one query per fact."""
    views: dict[int, tuple[ActionView, ...]] = {}
    by_definition: dict[int, list[Subject]] = {}
    for subject in subjects:
        by_definition.setdefault(subject.definition_id, []).append(subject)
    for definition_id, group in by_definition.items():
        process = process_of(session, definition_id)
        needed = {
            name for subject in group for step in process.actions_from.get(subject.state, ()) for name in step.facts
        }
        ids = [subject.id for subject in group]
        facts = gather(session, needed, group[0].subject_kind, ids, actor=actor, at=at)
        for subject in group:
            about = {**facts[subject.id], "record": record_fact(subject)}
            steps = process.actions_from.get(subject.state, ())
            views[subject.id] = tuple(
                _view(process, step, subject, about, actor) for step in steps if _for_people(step)
            )
    return views


def record_fact(subject: Subject) -> dict[str, Any]:
    """The fact ``record`` as the object in hand tells it."""
    return {"id": subject.id, "number": subject.number, "state": subject.state, "version": subject.version}


def _for_people(step: Action) -> bool:
    return step.by != {"system"}


def _view(process: Process, step: Action, subject: Subject, facts: Mapping[str, Any], actor: Actor) -> ActionView:
    verdict = evaluate_action(process, step, state=subject.state, roles=roles_of(actor), facts=facts)
    return ActionView(
        id=step.id,
        label=step.label,
        to=step.to,
        to_label=process.states[step.to].label if step.to else None,
        allowed=not verdict.unmet,
        not_mine=any(each.id == "not_your_role" for each in verdict.unmet),
        by=step.by,
        primary=step.primary,
        confirm=step.confirm,
        form=step.form,
        sign=step.sign,
        refused=verdict.unmet,
    )


def to_sign(
    session: Session, subject: Subject, action: str, *, form: Mapping[str, Any] | None
) -> tuple[Text, str] | None:
    """What the signer of this action declares and the hash their signature is bound to; None when nothing is signed.

    Raises BadInput when the form cannot be used: nobody signs what would be refused.
    """
    step = process_of(session, subject.definition_id).actions[action]
    if step.sign is None:
        return None
    entry = read_form(step.form, form or {})
    if entry.faults:
        problems = (Problem(fault.message, column=fault.field, value=str(fault.value)) for fault in entry.faults)
        raise BadInput(_("Complete the form before you sign."), tuple(problems))
    return step.sign, signing_hash(subject, action, entry.plain, version=subject.version)
