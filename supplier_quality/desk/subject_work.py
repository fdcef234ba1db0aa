"""Which records wait for a person: those they own, cover, or may move on by their role while the owner may not.

A state waits when its process says who is waited for (``who:``) or lets a timer run in it; others are places of rest, such
as an approved supplier, and are nobody's work. What counts is the action that leads on: the ``primary`` ones of a state, or
all that change it when none is primary. The number of queries depends on the kinds of records, never on the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, or_, select
from sqlalchemy.orm import Session

from supplier_quality.desk.covering import covered_people
from supplier_quality.desk.subjects import about_of
from supplier_quality.desk.unowned import Fold, fold_unowned, item_of_fold, outside_of
from supplier_quality.engine import words
from supplier_quality.engine.deadlines import deadline_column, deadlines_of
from supplier_quality.engine.definitions.model import SUPPLIER, SYSTEM, Action, Process, State
from supplier_quality.engine.evaluation import evaluate_action
from supplier_quality.engine.explain import ActionView, explain_many, record_fact
from supplier_quality.engine.facts import gather
from supplier_quality.engine.fire import roles_of
from supplier_quality.engine.registry import registry
from supplier_quality.engine.store import process_of, processes_of
from supplier_quality.engine.subject import Subject
from supplier_quality.identity import Actor
from supplier_quality.identity.models import User, UserRole
from supplier_quality.language import Words, _
from supplier_quality.web.pages import ROLE_NAMES
from supplier_quality.web.records import path_of
from supplier_quality.web.work import QuickAct, Work, WorkItem

RESTING_TONE = "good"
"""The tone of states in which nothing is to be done, such as a valid certificate, although its end is watched."""

MOST = 200
"""Rows shown per kind of record; beyond, the page leads to the list."""

_TONES = {"waiting_supplier": "waiting", "due": "soon", "bad": "bad", "good": "done", "held": "held"}


@dataclass(slots=True)
class _Viewer:
    """Who looks, whom they cover, and what is asked once for all kinds."""

    actor: Actor
    at: datetime
    covered: Mapping[int, str]
    people: dict[int, "_Owner"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Owner:
    name: str
    roles: frozenset[str]
    active: bool


def find_subject_work(session: Session, *, actor: Actor, at: datetime) -> Work:
    """The records of every kind that wait for this person or, of their own, for somebody else."""
    covered = {person.user_id: person.name for person in covered_people(session, actor, at=at)}
    viewer = _Viewer(actor, at, covered)
    items: list[WorkItem] = []
    more = False
    for kind in registry.subjects:
        found, cut = _of_kind(session, kind, viewer)
        items += found
        more = more or cut
    return Work(items, more=more)


def waiting_states(process: Process) -> list[State]:
    """The states of a process in which somebody is waited for. In a good one timers only watch that it stays good."""
    return [
        state
        for state in process.states.values()
        if not state.final
        and (state.who is not None or (process.timers_in.get(state.id) and state.tone != RESTING_TONE))
    ]


def leading_actions(process: Process, state: str) -> list[Action]:
    """The actions of a state that lead on: the primary ones, or all that change the state when none is primary."""
    moving = [step for step in process.actions_from.get(state, ()) if step.to is not None and step.by != {SYSTEM}]
    return [step for step in moving if step.primary] or moving


def _of_kind(session: Session, kind: str, viewer: _Viewer) -> tuple[list[WorkItem], bool]:
    model: Any = registry.model(kind)
    processes = processes_of(session, model.workflow)
    if not processes:
        return [], False
    open_steps = _open_steps(processes, roles_of(viewer.actor))
    folds = fold_unowned(session, model, processes, open_steps)
    folded = [item_of_fold(model, fold, role=_role_words(fold.steps, viewer)) for fold in folds]
    rows = _candidates(session, model, processes, open_steps, folds, viewer)
    subjects = rows[:MOST]
    if not subjects:
        return folded, False
    _load_owners(session, subjects, viewer)
    views = explain_many(session, subjects, actor=viewer.actor, at=viewer.at)
    due = deadlines_of(session, kind, [subject.id for subject in subjects])
    barred = _barred_owners(session, kind, subjects, viewer)
    items = []
    for subject in subjects:
        item = _item(process_of(session, subject.definition_id), subject, views[subject.id], viewer, barred)
        if item is not None:
            deadline = due.get(subject.id)
            items.append(item(due=deadline.due if deadline else None))
    return [*items, *folded], len(rows) > MOST


def _open_steps(processes: Mapping[int, Process], roles: frozenset[str]) -> dict[tuple[int, str], Sequence[Action]]:
    """By version and waiting state, the leading actions these roles may take; states without one are left out."""
    found = {
        (id_, state.id): [step for step in leading_actions(process, state.id) if step.by & roles]
        for id_, process in processes.items()
        for state in waiting_states(process)
    }
    return {place: steps for place, steps in found.items() if steps}


def _candidates(
    session: Session,
    model: Any,
    processes: Mapping[int, Process],
    open_steps: Mapping[tuple[int, str], Sequence[Action]],
    folds: Sequence[Fold],
    viewer: _Viewer,
) -> Sequence[Subject]:
    """Owned and covered records that wait, then those in a state from which my roles lead on; soonest deadline first."""
    owner = getattr(model, "owner_id", None)
    mine = [*viewer.covered, *([viewer.actor.person_id] if viewer.actor.person_id is not None else [])]
    owned = owner.in_(mine) if owner is not None and mine else false()
    waits = or_(false(), *(_in_states(model, id_, waiting_states(p)) for id_, p in processes.items()))
    by_role = or_(false(), *_by_role(model, open_steps, owner))
    soonest = deadline_column(model)
    query = (
        select(model)
        .where(waits, owned | by_role, *outside_of(model, folds))
        .order_by(case((owned, 0), else_=1), soonest.is_(None), soonest, model.entered_at, model.id)
        .limit(MOST + 1)
    )
    found: Sequence[Subject] = session.scalars(query).all()
    return found


def _in_states(model: Any, definition_id: int, states: Iterable[State]) -> ColumnElement[bool]:
    return and_(model.definition_id == definition_id, model.state.in_([state.id for state in states]))


def _by_role(
    model: Any, open_steps: Mapping[tuple[int, str], Sequence[Action]], owner: Any
) -> Iterable[ColumnElement[bool]]:
    """Records whose way on is open to my roles, and whose owner lacks the role or may be barred by four eyes."""
    for (definition_id, state), steps in open_steps.items():
        here = and_(model.definition_id == definition_id, model.state == state)
        if owner is None or any(_is_four_eyes(rule.id) for step in steps for rule in step.require):
            yield here
            continue
        acting = frozenset[str]().union(*(step.by for step in steps))
        holds = exists().where(UserRole.user_id == owner, UserRole.role.in_(acting))
        works = exists().where(User.id == owner, User.disabled_at.is_(None))
        yield and_(here, or_(owner.is_(None), ~holds, ~works))


def _is_four_eyes(rule_id: str) -> bool:
    return rule_id.startswith("four_eyes")


def _load_owners(session: Session, subjects: Sequence[Subject], viewer: _Viewer) -> None:
    ids = {owner for subject in subjects if (owner := _owner_of(subject)) is not None} - viewer.people.keys()
    if not ids:
        return
    rows = session.execute(
        select(User.id, User.name, User.disabled_at, UserRole.role)
        .outerjoin(UserRole, UserRole.user_id == User.id)
        .where(User.id.in_(ids))
    ).all()
    for id_ in ids:
        own = [row for row in rows if row.id == id_]
        if own:
            roles = frozenset(row.role for row in own if row.role)
            viewer.people[id_] = _Owner(own[0].name, roles, own[0].disabled_at is None)


def _owner_of(subject: Subject) -> int | None:
    owner: int | None = getattr(subject, "owner_id", None)
    return owner


def _barred_owners(session: Session, kind: str, subjects: Sequence[Subject], viewer: _Viewer) -> frozenset[int]:
    """The records whose owner cannot take the way on: their role does not fit, or they must not for four eyes.

    Facts are gathered once for all; only the fact ``actor`` differs from owner to owner.
    """
    barred = set()
    by_definition: dict[int, list[Subject]] = {}
    for subject in subjects:
        by_definition.setdefault(subject.definition_id, []).append(subject)
    for definition_id, group in by_definition.items():
        process = process_of(session, definition_id)
        steps = {subject.id: leading_actions(process, subject.state) for subject in group}
        needed = {name for subject in group for step in steps[subject.id] for name in step.facts} - {"record"}
        ids = [subject.id for subject in group]
        facts = gather(session, needed, kind, ids, actor=viewer.actor, at=viewer.at)
        for subject in group:
            about = {**facts[subject.id], "record": record_fact(subject)}
            if not _owner_may(process, steps[subject.id], subject, about, viewer):
                barred.add(subject.id)
    return frozenset(barred)


def _owner_may(
    process: Process, steps: Sequence[Action], subject: Subject, facts: Mapping[str, Any], viewer: _Viewer
) -> bool:
    owner_id = _owner_of(subject)
    owner = viewer.people.get(owner_id) if owner_id is not None else None
    if owner is None or not owner.active:
        return False
    seen = {**facts, "actor": {"id": f"user:{owner_id}", "kind": "user", "roles": sorted(owner.roles)}}
    verdicts = (evaluate_action(process, step, state=subject.state, roles=owner.roles, facts=seen) for step in steps)
    return any(not _bars(unmet.id for unmet in verdict.unmet) for verdict in verdicts)


def _bars(unmet: Iterable[str]) -> bool:
    return any(id_ == "not_your_role" or _is_four_eyes(id_) for id_ in unmet)


def _item(
    process: Process, subject: Subject, views: Sequence[ActionView], viewer: _Viewer, barred: frozenset[int]
) -> Any:
    """How to make the row of a record once its deadline is known; None when it does not belong to this person."""
    state = process.states[subject.state]
    leading = {step.id for step in leading_actions(process, subject.state)}
    mine = [view for view in views if view.id in leading and not _bars(unmet.id for unmet in view.refused)]
    owner_id = _owner_of(subject)
    is_owner = owner_id is not None and (owner_id == viewer.actor.person_id or owner_id in viewer.covered)
    if not is_owner and (not mine or subject.id not in barred):
        return None
    waits_for = None if mine else _waits_for(state, views, leading)
    path = path_of(subject.subject_kind, subject.id, subject.number)
    return partial(
        WorkItem,
        key=f"{subject.subject_kind}:{subject.id}",
        what=_what(state, mine),
        path=path,
        record=subject.number,
        about=about_of(subject),
        why=_why(subject, mine, viewer),
        state=state.label,
        tone=_TONES.get(state.tone, "open"),
        waits_for=waits_for,
        hint=_hint(mine),
        acts=tuple(_quick_act(subject, view) for view in mine if _is_one_click(view)),
    )


def _what(state: State, mine: Sequence[ActionView]) -> Words:
    """The actions that lead on, those that are open now if there are any."""
    open_now = [view for view in mine if view.allowed]
    if open_now:
        return words.any_of(view.label for view in open_now)
    return mine[0].label if mine else state.who or state.label


def _hint(mine: Sequence[ActionView]) -> Words | None:
    """What has to be mended before any of the actions can be taken."""
    if not mine or any(view.allowed for view in mine):
        return None
    return _("first: %(reasons)s", reasons=words.Listed(tuple(unmet.message for unmet in mine[0].refused[:3])))


def _waits_for(state: State, views: Sequence[ActionView], leading: set[str]) -> Words:
    by = frozenset[str]().union(*(view.by for view in views if view.id in leading)) - {SYSTEM}
    if by == {SUPPLIER}:
        return _("the supplier")
    if any(_is_four_eyes(unmet.id) for view in views if view.id in leading for unmet in view.refused):
        return _("somebody else with the role %(roles)s (four eyes)", roles=words.describe_roles(by))
    return words.describe_roles(by) if by else (state.who or state.label)


def _why(subject: Subject, mine: Sequence[ActionView], viewer: _Viewer) -> Words:
    owner_id = _owner_of(subject)
    if owner_id is not None and owner_id == viewer.actor.person_id:
        return _("you own it")
    if owner_id is not None and owner_id in viewer.covered:
        return _("you are deputy for %(name)s, who owns it", name=viewer.covered[owner_id])
    role = _role_words(mine, viewer)
    owner = viewer.people.get(owner_id) if owner_id is not None else None
    if owner is None:
        return _("your role %(role)s; nobody owns it", role=role)
    acting = frozenset[str]().union(*(view.by for view in mine))
    if owner.active and owner.roles & acting:
        return _("your role %(role)s; four eyes: the owner %(name)s did the step before", role=role, name=owner.name)
    return _("your role %(role)s; the owner %(name)s does not have it", role=role, name=owner.name)


def _role_words(steps: Sequence[Action] | Sequence[ActionView], viewer: _Viewer) -> Words:
    """The roles of this person that these actions name."""
    fitting = frozenset[str]().union(*(step.by for step in steps)) & viewer.actor.roles
    return words.Listed(tuple(ROLE_NAMES[role] for role in sorted(fitting) if role in ROLE_NAMES))


def _is_one_click(view: ActionView) -> bool:
    return view.allowed and not view.form and view.sign is None and view.confirm is None


def _quick_act(subject: Subject, view: ActionView) -> QuickAct:
    fields = {
        "kind": subject.subject_kind,
        "number": subject.number,
        "action": view.id,
        "expected_version": subject.version,
    }
    return QuickAct(view.label, "/my-work/act", fields, primary=view.primary)
