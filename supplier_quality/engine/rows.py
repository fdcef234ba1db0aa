"""The engine's statements on a feature's own table: reading where a record stands and moving it on.

Written in Core, run on the driver: these are the statements of every single transition.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from supplier_quality.engine.models import IdempotencyKey
from supplier_quality.engine.subject import Subject
from supplier_quality.errors import NotFound
from supplier_quality.language import _
from supplier_quality.persistence import Prepared
from supplier_quality.persistence.types import from_text
from supplier_quality.trail import Position


@dataclass(slots=True)
class Standing:
    """Where a record stands in the database now, which may be newer than the object in hand."""

    state: str
    version: int
    definition_id: int
    position: Position
    entered_at: datetime
    asked: str | None = None
    answer: dict[str, Any] | None = None


class _Statements:
    """The statements for one table."""

    def __init__(self, model: type[Subject]) -> None:
        table = model.__table__  # type: ignore[attr-defined]
        columns = table.c
        standing = (
            columns.state,
            columns.version,
            columns.definition_id,
            columns.trail_seq,
            columns.trail_head,
            columns.entered_at,
        )
        here = columns.id == bindparam("row_id")
        key = IdempotencyKey.__table__.c
        asked_before = and_(
            key.subject_kind == bindparam("kind"),
            key.subject_id == columns.id,
            key.actor_id == bindparam("actor_id"),
            key.key == bindparam("asked_key"),
        )
        # The lock makes a second actor wait and then see what the first one did; SQLite's writer holds everything anyway.
        self.read = Prepared(select(*standing).where(here).with_for_update())
        self.read_with_key = Prepared(
            select(*standing, key.asked, key.answer)
            .select_from(table.outerjoin(IdempotencyKey.__table__, asked_before))
            .where(here)
            .with_for_update(of=table)
        )
        unchanged = and_(
            here, columns.version == bindparam("row_version"), columns.trail_seq == bindparam("row_trail_seq")
        )
        self.move = Prepared(
            update(table)
            .where(unchanged)
            .values(
                state=bindparam("state"),
                version=bindparam("version"),
                trail_seq=bindparam("trail_seq"),
                trail_head=bindparam("trail_head"),
                entered_at=bindparam("entered_at", type_=columns.entered_at.type),
                changed_at=bindparam("changed_at", type_=columns.changed_at.type),
            )
        )


_known: dict[type[Subject], _Statements] = {}


def _statements(model: type[Subject]) -> _Statements:
    if model not in _known:
        _known[model] = _Statements(model)
    return _known[model]


class RecordNotFound(NotFound):
    """The record does not exist (any more)."""

    code = "record_not_found"


def read_standing(session: Session, subject: Subject, *, actor_id: str = "", key: str | None = None) -> Standing:
    """Where the record stands, and what was answered to this idempotency key before. Raises RecordNotFound."""
    statements, connection = _statements(type(subject)), session.connection()
    if key is None:
        row = statements.read.run(connection, {"row_id": subject.id}).fetchone()
    else:
        values = {"row_id": subject.id, "kind": subject.subject_kind, "actor_id": actor_id, "asked_key": key}
        row = statements.read_with_key.run(connection, values).fetchone()
    if row is None:
        raise RecordNotFound(_("%(number)s does not exist.", number=subject.number))
    entered = from_text(row[5]) if isinstance(row[5], str) else row[5]
    standing = Standing(row[0], row[1], row[2], Position(row[3], row[4]), entered)
    if key is not None and row[6] is not None:
        standing.asked, standing.answer = row[6], json.loads(row[7]) if isinstance(row[7], str) else row[7]
    return standing


def move_values(
    subject: Subject,
    before: Standing,
    *,
    state: str,
    version: int,
    position: Position,
    entered_at: datetime,
    at: datetime,
) -> tuple[Prepared, dict[str, Any]]:
    """The statement that writes a new standing if nobody changed the record since ``before``, and its values."""
    return _statements(type(subject)).move, {
        "row_id": subject.id,
        "row_version": before.version,
        "row_trail_seq": before.position.seq,
        "state": state,
        "version": version,
        "trail_seq": position.seq,
        "trail_head": position.head,
        "entered_at": entered_at,
        "changed_at": at,
    }


def show(subject: Subject, *, state: str, version: int, position: Position, entered_at: datetime, at: datetime) -> None:
    """Let the object in hand tell what the row now says, without marking it as changed."""
    values = {
        "state": state,
        "version": version,
        "trail_seq": position.seq,
        "trail_head": position.head,
        "entered_at": entered_at,
        "changed_at": at,
    }
    for name, value in values.items():
        set_committed_value(subject, name, value)


KEEP_KEY = Prepared(
    insert(IdempotencyKey.__table__).inline(),  # type: ignore[arg-type]
    columns=("subject_kind", "subject_id", "actor_id", "key", "asked", "answer", "at"),
)


def key_values(
    subject: Subject, *, actor_id: str, key: str, asked: str, answer: dict[str, Any], at: datetime
) -> dict[str, Any]:
    """The values of :data:`KEEP_KEY`, which remembers the answer to an idempotency key."""
    return {
        "subject_kind": subject.subject_kind,
        "subject_id": subject.id,
        "actor_id": actor_id,
        "key": key,
        "asked": asked,
        "answer": answer,
        "at": at,
    }
