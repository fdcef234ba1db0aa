"""Reading the trail."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.trail.chain import ActorRef, RecordRef
from supplier_quality.trail.models import TrailEntry


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is shown; ``data`` holds what was given, which rules were evaluated and with which values."""

    id: int
    record: RecordRef
    seq: int
    at: datetime
    actor: ActorRef
    action: str
    from_state: str | None
    to_state: str | None
    definition: str | None
    data: dict[str, Any]
    hash: str


def entries(session: Session, record_kind: str, record_id: int, *, limit: int | None = None) -> list[Entry]:
    """The entries of one record, oldest first; with ``limit`` only the newest ones."""
    query = (
        select(TrailEntry)
        .where(TrailEntry.record_kind == record_kind, TrailEntry.record_id == record_id)
        .order_by(TrailEntry.seq.desc())
    )
    rows = session.scalars(query.limit(limit) if limit else query).all()
    return [entry_of(row) for row in reversed(rows)]


def latest_entries(
    session: Session,
    *,
    before: int | None = None,
    record_kinds: Sequence[str] = (),
    actor: ActorRef | None = None,
    action: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    text: str | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Entries over all records, newest first, from the one below id ``before`` on."""
    query = select(TrailEntry).order_by(TrailEntry.id.desc()).limit(limit)
    if before is not None:
        query = query.where(TrailEntry.id < before)
    if record_kinds:
        query = query.where(TrailEntry.record_kind.in_(record_kinds))
    if actor is not None:
        query = query.where(TrailEntry.actor_kind == actor.kind, TrailEntry.actor_id == actor.id)
    if action:
        query = query.where(TrailEntry.action == action)
    if since is not None:
        query = query.where(TrailEntry.at >= since)
    if until is not None:
        query = query.where(TrailEntry.at < until)
    if text:
        query = query.where(
            TrailEntry.record_label.icontains(text, autoescape=True)
            | TrailEntry.actor_label.icontains(text, autoescape=True)
        )
    return [entry_of(row) for row in session.scalars(query)]


def entry_of(row: TrailEntry) -> Entry:
    """A row as it is shown."""
    return Entry(
        id=row.id,
        record=RecordRef(row.record_kind, row.record_id, row.record_label),
        seq=row.seq,
        at=row.at,
        actor=ActorRef(row.actor_kind, row.actor_id, row.actor_label, row.via),
        action=row.action,
        from_state=row.from_state,
        to_state=row.to_state,
        definition=row.definition,
        data=json.loads(row.data),
        hash=row.hash,
    )
