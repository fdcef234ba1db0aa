"""What blocks whom: records that wait, put together by what they wait for, with who has to act.

Nothing here decides anything: it asks the engine what it answers on every record's page, for many records at once. The number of
queries depends on the kinds of records, never on the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from supplier_quality.desk.subject_work import leading_actions, waiting_states
from supplier_quality.desk.subjects import about_of
from supplier_quality.engine import words
from supplier_quality.engine.deadlines import deadline_column, deadlines_of
from supplier_quality.engine.definitions.model import SUPPLIER, SYSTEM, Process
from supplier_quality.engine.explain import ActionView, explain_many
from supplier_quality.engine.registry import registry
from supplier_quality.engine.store import process_of, processes_of
from supplier_quality.engine.subject import Subject
from supplier_quality.identity import Actor, Role
from supplier_quality.identity.models import User
from supplier_quality.language import Words, _
from supplier_quality.mail import OwnerTask, task_title
from supplier_quality.web.records import path_of, record_kind

MOST = 500
"""Records of a kind that are looked at, those with the soonest deadline first."""

_ANY_ROLE = frozenset(str(role) for role in Role)
_TONES = {"waiting_supplier": "waiting", "due": "soon", "bad": "bad", "good": "done", "held": "held"}


@dataclass(frozen=True, slots=True)
class BlockedLine:
    """One record under what blocks it. ``owner`` is who looks after it on our side, empty when nobody does."""

    kind: str
    number: str
    about: str
    path: str | None
    state: Words
    tone: str
    owner: str
    due: datetime | None
    late: bool
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Cause:
    """One thing that blocks, in words, and who has to act. ``sort`` puts causes of one sort together on the page."""

    id: str
    sentence: Words
    who: Words
    sort: str
    tone: str
    lines: list[BlockedLine] = field(default_factory=list)

    @property
    def late(self) -> int:
        return sum(line.late for line in self.lines)


@dataclass(frozen=True, slots=True)
class BlockedMap:
    """Everything that waits. ``records`` counts records, which may stand under several causes; ``cut`` says that there are more."""

    causes: Sequence[Cause]
    records: int
    late: int
    cut: bool


@dataclass(slots=True)
class _Asked:
    session: Session
    viewer: Actor
    at: datetime
    owner_id: int | None
    causes: dict[str, Cause] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    records: int = 0
    late: int = 0
    cut: bool = False


def read_map(
    session: Session, *, actor: Actor, at: datetime, kind: str | None = None, owner_id: int | None = None
) -> BlockedMap:
    """What blocks the records of one kind or of all, of one owner or of all; most urgent causes first."""
    # Whoever it is: roles and four eyes are about who acts, and are told as such.
    anybody = Actor(kind="user", id="anybody", label="", roles=_ANY_ROLE, language=actor.language, via="web")
    asked = _Asked(session, anybody, at, owner_id)
    for name in registry.subjects:
        if kind is None or kind == name:
            _add_kind(asked, name)
    if kind is None:
        _add_tasks(asked)
    order = sorted(asked.causes.values(), key=lambda cause: (-cause.late, -len(cause.lines), cause.id))
    return BlockedMap(order, asked.records, asked.late, asked.cut)


def _add_kind(asked: _Asked, kind: str) -> None:
    model: Any = registry.model(kind)
    processes = processes_of(asked.session, model.workflow)
    subjects = _waiting(asked, model, processes)
    asked.cut = asked.cut or len(subjects) > MOST
    subjects = subjects[:MOST]
    if not subjects:
        return
    _load_names(asked, subjects)
    views = explain_many(asked.session, subjects, actor=asked.viewer, at=asked.at)
    due = deadlines_of(asked.session, kind, [subject.id for subject in subjects])
    for subject in subjects:
        deadline = due.get(subject.id)
        _add(asked, subject, views[subject.id], deadline.due if deadline else None)


def _waiting(asked: _Asked, model: Any, processes: Mapping[int, Process]) -> Sequence[Any]:
    """The records in a state in which somebody is waited for, soonest deadline first."""
    places = [
        and_(model.definition_id == id_, model.state.in_([state.id for state in waiting_states(process)]))
        for id_, process in processes.items()
    ]
    if not places:
        return []
    soonest = deadline_column(model)
    query = select(model).where(or_(*places))
    if hasattr(model, "merged_into"):
        # What was merged waits for nobody; the record that goes on says what is to be done.
        query = query.where(model.merged_into.is_(None))
    if asked.owner_id is not None:
        if not hasattr(model, "owner_id"):
            return []
        query = query.where(model.owner_id == asked.owner_id)
    found: Sequence[Any] = asked.session.scalars(
        query.order_by(soonest.is_(None), soonest, model.entered_at, model.id).limit(MOST + 1)
    ).all()
    return found


def _add(asked: _Asked, subject: Subject, views: Sequence[ActionView], due: datetime | None) -> None:
    """Put a record under everything that blocks it."""
    process = process_of(asked.session, subject.definition_id)
    state = process.states[subject.state]
    leading = {step.id for step in leading_actions(process, subject.state)}
    steps = [view for view in views if view.id in leading]
    late = due is not None and due <= asked.at
    line = BlockedLine(
        kind=subject.subject_kind,
        number=subject.number,
        about=about_of(subject),
        path=path_of(subject.subject_kind, subject.id, subject.number),
        state=state.label,
        tone=_TONES.get(state.tone, "open"),
        owner=asked.names.get(getattr(subject, "owner_id", None) or 0, ""),
        due=due,
        late=late,
    )
    asked.records += 1
    asked.late += late
    for cause, values in _causes(subject.subject_kind, state.who or state.label, steps):
        kept = asked.causes.setdefault(cause.id, cause)
        kept.lines.append(_with_values(line, values))


def _causes(
    kind: str, waits: Words, steps: Sequence[ActionView]
) -> Iterable[tuple[Cause, Mapping[str, Any]]]:  # fmt: skip
    """What stands between a record and its way on: the supplier, rules that are not met, a signature, or just the step."""
    by = frozenset[str]().union(*(step.by for step in steps)) - {SYSTEM}
    if not steps or by == {SUPPLIER}:
        whom = _("the supplier") if by == {SUPPLIER} else _("whoever the state names")
        yield Cause(f"{kind}:waits:{waits}", waits, whom, "supplier", "waiting"), {}
        return
    if not any(step.primary for step in steps):
        # Several ways are open and none is the usual one: the state says what is waited for.
        yield Cause(f"{kind}:waits:{waits}", waits, words.describe_roles(by - {SUPPLIER}), "step", "open"), {}
        return
    possible = [step for step in steps if step.allowed]
    who = words.describe_roles(by - {SUPPLIER})
    if not possible:
        # All ways on are closed; the first is the one that the process means.
        for unmet in steps[0].refused:
            id_ = f"{kind}:rule:{unmet.id}:{unmet.message}"
            yield Cause(id_, unmet.message, who, "rule", "bad"), unmet.values
        return
    labels = words.any_of(step.label for step in possible)
    if all(step.sign is not None for step in possible):
        sentence = _("To be decided and signed: %(acts)s", acts=labels)
        yield Cause(f"{kind}:sign:{labels}:{who}", sentence, who, "signature", "soon"), {}
    else:
        sentence = _("Next step is open: %(acts)s", acts=labels)
        yield Cause(f"{kind}:step:{labels}:{who}", sentence, who, "step", "open"), {}


def _with_values(line: BlockedLine, values: Mapping[str, Any]) -> BlockedLine:
    if not values:
        return line
    return BlockedLine(
        line.kind, line.number, line.about, line.path, line.state, line.tone, line.owner, line.due, line.late, values
    )


def _add_tasks(asked: _Asked) -> None:
    """Mail that needs somebody: an address that does not take mail, an answer nobody has read."""
    query = select(OwnerTask).where(OwnerTask.done_at.is_(None))
    if asked.owner_id is not None:
        query = query.where(OwnerTask.owner_id == asked.owner_id)
    tasks = asked.session.scalars(query.order_by(OwnerTask.due, OwnerTask.id).limit(MOST + 1)).all()
    asked.cut = asked.cut or len(tasks) > MOST
    if not tasks:
        return
    owners = {task.owner_id for task in tasks if task.owner_id is not None}
    _load(asked, owners)
    cause = Cause("task", _("A task about mail is open"), _("the owner"), "task", "soon")
    for task in tasks[:MOST]:
        cause.lines.append(
            BlockedLine(
                kind="owner_task",
                number=task.record_label or "",
                about=str(task_title(task)),
                path=path_of(task.record_kind, task.record_id, task.record_label) or "/my-work",
                state=_("open"),
                tone="soon",
                owner=asked.names.get(task.owner_id or 0, ""),
                due=task.due,
                late=task.due <= asked.at,
            )
        )
    asked.causes[cause.id] = cause


def _load_names(asked: _Asked, subjects: Sequence[Any]) -> None:
    _load(asked, {owner for subject in subjects if (owner := getattr(subject, "owner_id", None)) is not None})


def _load(asked: _Asked, ids: Iterable[int]) -> None:
    wanted = set(ids) - asked.names.keys()
    if wanted:
        rows = asked.session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
        asked.names.update({row.id: row.name for row in rows})


def kind_choices() -> list[tuple[str, Words]]:
    """The kinds of records with a process, to narrow the map."""
    return [(name, record_kind(name).noun) for name in registry.subjects]
