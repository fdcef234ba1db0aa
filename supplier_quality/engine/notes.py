"""Writing into a record's trail what changed no state, and reading what changed since a version."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.engine.refusals import Stale
from supplier_quality.engine.rows import Standing, move_values, read_standing, show
from supplier_quality.engine.subject import Subject
from supplier_quality.identity.actor import Actor
from supplier_quality.persistence import Writes
from supplier_quality.trail import Entry, Position, entries
from supplier_quality.trail.append import INSERT as INSERT_ENTRY
from supplier_quality.trail.append import entry_row

NO_STATES = (None, None, None)


def note(
    session: Session,
    subject: Subject,
    *,
    actor: Actor,
    at: datetime,
    action: str,
    data: Mapping[str, Any],
    expected_version: int | None = None,
    quiet: bool = False,
) -> Position:
    """Write into the record's trail something that changed no state: an edit, a reminder, a link that was sent.

    Counts the record's version up, so that a form opened before is told of it; ``quiet`` entries (reminders) do not.
    Raises Stale.
    """
    session.flush()
    before = read_standing(session, subject)
    if expected_version is not None and expected_version != before.version:
        raise Stale(changes_since(session, subject, expected_version))
    version = before.version if quiet else before.version + 1
    row = entry_row(
        session, subject.record, at, actor.ref, action, {**data, "version": version}, before.position, NO_STATES
    )
    position = Position(row["seq"], row["hash"])
    statement, values = move_values(
        subject,
        before,
        state=before.state,
        version=version,
        position=position,
        entered_at=before.entered_at,
        at=at,
    )
    writes = Writes()
    writes.add(statement, values)
    writes.add(INSERT_ENTRY, row)
    write_all(session, subject, before, writes)
    show(subject, state=before.state, version=version, position=position, entered_at=before.entered_at, at=at)
    return position


def write_all(session: Session, subject: Subject, before: Standing, writes: Writes) -> None:
    """Run the writes of one change, the first of which moves the record. Raises Stale when it moved meanwhile.

    Nothing of a change that came too late may be committed, whatever the caller does with the error: the transaction is
    rolled back first.
    """
    moved, *_others = writes.run(session.connection())
    if moved != 1:
        session.rollback()
        raise Stale(changes_since(session, subject, before.version))


def changes_since(session: Session, subject: Subject, version: int) -> list[Entry]:
    """The trail entries by which the record came past this version."""
    newest = entries(session, subject.subject_kind, subject.id, limit=50)
    return [entry for entry in newest if entry.data.get("version", 0) > version]
