"""Beginning: giving records their first state, one by one or many at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from supplier_quality.engine import joins, policies_run, timers
from supplier_quality.engine.models import Timer
from supplier_quality.engine.rows import read_standing, show
from supplier_quality.engine.store import active_process
from supplier_quality.engine.subject import Subject
from supplier_quality.identity.actor import Actor
from supplier_quality.persistence import Prepared, format_number, take_numbers
from supplier_quality.trail import START, Position, RecordRef, append, append_many

STARTED = "start"


def start(
    session: Session, subject: Subject, *, actor: Actor, at: datetime, data: Mapping[str, Any] | None = None
) -> Subject:
    """Store a new record in the initial state of its workflow's version in force.

    ``data`` is what the trail keeps of how it began. Gives the record its number unless it has one.
    """
    definition, process = active_process(session, subject.workflow)
    if not subject.number:
        subject.number = format_number(subject.number_series, take_numbers(session, subject.number_series)[0])
    subject.state, subject.version, subject.definition_id = process.initial, 1, definition.id
    subject.entered_at = subject.created_at = subject.changed_at = at
    subject.trail_seq, subject.trail_head = START
    session.add(subject)
    session.flush()

    position = append(
        session,
        record=subject.record,
        at=at,
        actor=actor.ref,
        action=STARTED,
        data={**(data or {}), "version": 1},
        position=START,
        to_state=process.initial,
        definition=process.hash,
    )
    _keep_position(session, subject, position, at)
    rules = process.timers_in.get(process.initial, ())
    if rules:
        timers.arm(session, subject, process, rules, entered_at=at, at=at)
    joins.child_started(session, subject, at=at)
    policies_run.announce_started(session, subject, actor=actor, at=at)
    return subject


def _keep_position(session: Session, subject: Subject, position: Position, at: datetime) -> None:
    table: Any = type(subject).__table__  # type: ignore[attr-defined]
    session.execute(
        table.update().where(table.c.id == subject.id).values(trail_seq=position.seq, trail_head=position.head)
    )
    standing = read_standing(session, subject)
    show(
        subject,
        state=standing.state,
        version=standing.version,
        position=position,
        entered_at=standing.entered_at,
        at=at,
    )


def start_many(
    session: Session,
    model: type[Subject],
    rows: Sequence[Mapping[str, Any]],
    *,
    actor: Actor,
    at: datetime,
    data: Sequence[Mapping[str, Any]] | None = None,
) -> list[int]:
    """Store many new records in a handful of statements; their ids in order.

    ``rows`` hold the feature's own columns; number, state, version, definition, trail position and times are filled in here.
    ``data`` is what each record's first trail entry keeps.
    """
    if not rows:
        return []
    definition, process = active_process(session, model.workflow)
    ids = _reserve_ids(session, model, len(rows))
    numbers = take_numbers(session, model.number_series, len(rows))
    labels = [row.get("number") or format_number(model.number_series, n) for row, n in zip(rows, numbers, strict=True)]
    records = [RecordRef(model.subject_kind, id_, label) for id_, label in zip(ids, labels, strict=True)]
    kept = data if data is not None else [{}] * len(rows)
    positions = append_many(
        session,
        [(record, START, {**about, "version": 1}) for record, about in zip(records, kept, strict=True)],
        at=at,
        actor=actor.ref,
        action=STARTED,
        to_state=process.initial,
        definition=process.hash,
    )
    common = {
        "state": process.initial,
        "version": 1,
        "definition_id": definition.id,
        "entered_at": at,
        "created_at": at,
        "changed_at": at,
    }
    _insert_rows(
        session,
        model,
        [
            {**row, **common, "id": r.id, "number": r.label, "trail_seq": p.seq, "trail_head": p.head}
            for row, r, p in zip(rows, records, positions, strict=True)
        ],
    )
    rules = process.timers_in.get(process.initial, ())
    if rules:
        armed = timers.arm_rows(
            session, model.subject_kind, definition.id, process, rules, dict.fromkeys(ids, at), at=at
        )
        if armed:
            session.execute(insert(Timer), armed)
    return ids


def _insert_rows(session: Session, model: type[Subject], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns; defaults of columns that are left out are filled in."""
    table: Any = model.__table__  # type: ignore[attr-defined]
    defaults = {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in rows[0] and column.default is not None and column.default.is_scalar
    }
    if defaults:
        rows = [{**defaults, **row} for row in rows]
    Prepared(insert(table).inline(), columns=tuple(rows[0]), table=table).run_many(session.connection(), rows)


def _reserve_ids(session: Session, model: type[Subject], count: int) -> list[int]:
    """Ids that no other transaction will use, known before the rows are written so that the trail can be hashed first."""
    table: Any = model.__table__  # type: ignore[attr-defined]
    if session.get_bind().dialect.name == "sqlite":
        # The writing transaction holds the only write lock from its beginning on.
        last = session.scalar(select(func.max(table.c.id))) or 0
        return list(range(last + 1, last + count + 1))
    sequence = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return list(session.scalars(sequence, {"table": table.name, "count": count}))
