"""Waiting for children: counters in their own rows, so that two people who finish two children never wait for each other.

A model whose rows are children names its parent: ``parent = ParentLink(kind, column, join)``. The parent's process says which
states of the child count as done and which action follows when all are.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from supplier_quality.engine.definitions.model import ChildRule, Process
from supplier_quality.engine.models import Join
from supplier_quality.engine.registry import registry
from supplier_quality.engine.store import process_of
from supplier_quality.engine.subject import Subject
from supplier_quality.outbox import queue
from supplier_quality.trail import RecordRef

FIRE = "engine.fire"


@dataclass(frozen=True, slots=True)
class ParentLink:
    """How a child's row names its parent: the parent's kind, the column that holds its id, the name of the join."""

    kind: str
    column: str
    join: str


def parent_of(subject: Subject) -> tuple[ParentLink, int] | None:
    """The parent link of a child and the id it holds; None for a record without parent."""
    link: ParentLink | None = getattr(type(subject), "parent", None)
    if link is None:
        return None
    parent_id = getattr(subject, link.column)
    return None if parent_id is None else (link, parent_id)


def child_started(session: Session, child: Subject, *, at: datetime) -> None:
    """Count a new child of its parent."""
    found = parent_of(child)
    if found is None:
        return
    link, parent_id = found
    rule = _rule(session, link, parent_id)
    done = int(rule is not None and child.state in rule.done)
    build = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    start = build(Join).values(parent_kind=link.kind, parent_id=parent_id, name=link.join, total=1, done=done, rounds=0)
    session.execute(
        start.on_conflict_do_update(
            index_elements=[Join.parent_kind, Join.parent_id, Join.name],
            set_={"total": Join.total + 1, "done": Join.done + done},
        )
    )


def child_moved(session: Session, child: Subject, from_state: str, to_state: str, *, at: datetime) -> None:
    """Count a child that became done, or is open again; complete the join when it was the last."""
    found = parent_of(child)
    if found is None:
        return
    link, parent_id = found
    rule = _rule(session, link, parent_id)
    if rule is None or (from_state in rule.done) == (to_state in rule.done):
        return
    change = 1 if to_state in rule.done else -1
    row = session.execute(
        update(Join)
        .where(Join.parent_kind == link.kind, Join.parent_id == parent_id, Join.name == link.join)
        .values(
            done=Join.done + change,
            rounds=case((Join.done + change == Join.total, Join.rounds + 1), else_=Join.rounds),
        )
        .returning(Join.total, Join.done, Join.rounds)
        .execution_options(synchronize_session=False)
    ).one()
    if change > 0 and row.done == row.total:
        _complete(session, RecordRef(link.kind, parent_id), rule, row.rounds, at=at)


def parent_entered(session: Session, parent: Subject, process: Process, state: str, *, at: datetime) -> None:
    """A record that enters a state whose children are all done already does not wait for them."""
    for rule in process.states[state].children.values():
        row = session.get(Join, (parent.subject_kind, parent.id, rule.name))
        if row is not None and row.total > 0 and row.done == row.total:
            _complete(session, parent.record, rule, row.rounds, at=at)


def is_complete(session: Session, parent: Subject, name: str) -> bool:
    """Whether all children of a join are done still: one may have been opened again, or another added, meanwhile."""
    row = session.get(Join, (parent.subject_kind, parent.id, name), populate_existing=True)
    return row is not None and row.done == row.total


def _complete(session: Session, parent: RecordRef, rule: ChildRule, rounds: int, *, at: datetime) -> None:
    if rule.when_all is None:
        return
    queue(
        session,
        kind=FIRE,
        payload={
            "subject": {"kind": parent.kind, "id": parent.id},
            "action": rule.when_all,
            "via": "join",
            "cause": {"join": rule.name, "round": rounds},
            "key": f"join:{rule.name}:{rounds}",
        },
        at=at,
        record=parent,
    )


def _rule(session: Session, link: ParentLink, parent_id: int) -> ChildRule | None:
    """The parent's rule for these children, in the version the parent runs on."""
    table: Any = registry.model(link.kind).__table__  # type: ignore[attr-defined]
    definition_id = session.execute(select(table.c.definition_id).where(table.c.id == parent_id)).scalar_one()
    process = process_of(session, definition_id)
    rules = (state.children.get(link.join) for state in process.states.values())
    return next((rule for rule in rules if rule is not None), None)
