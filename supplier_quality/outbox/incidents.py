"""Effects that could not be delivered: seen, explained, tried again or dismissed by a person."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from supplier_quality.errors import BadInput, NotFound
from supplier_quality.language import _
from supplier_quality.outbox.models import WAITING, OutboxRow, OutboxState
from supplier_quality.trail import ActorRef, RecordRef, append


class IncidentNotFound(NotFound):
    """There is no open incident with this id."""

    code = "incident_not_found"


def incidents(session: Session, *, limit: int = 200) -> Sequence[OutboxRow]:
    """The effects that failed for good, newest first."""
    query = (
        select(OutboxRow)
        .where(OutboxRow.state == OutboxState.INCIDENT.value)
        .order_by(OutboxRow.finished_at.desc())
        .limit(limit)
    )
    return session.scalars(query).all()


def count_incidents(session: Session) -> int:
    query = select(func.count()).select_from(OutboxRow).where(OutboxRow.state == OutboxState.INCIDENT.value)
    return session.scalar(query) or 0


def waiting_rows(session: Session, *, at: datetime) -> tuple[int, int]:
    """How many effects wait at all, and how many of them are due."""
    waiting = OutboxRow.state.in_(WAITING)
    due = func.sum((OutboxRow.due_at <= at).cast(OutboxRow.attempts.type))
    row = session.execute(select(func.count(), due).select_from(OutboxRow).where(waiting)).one()
    return row[0], row[1] or 0


def retry_incident(session: Session, incident_id: str, *, actor: ActorRef, at: datetime) -> OutboxRow:
    """Deliver the effect again, with all its attempts. Raises IncidentNotFound."""
    row = _reopen(session, incident_id, OutboxState.READY, due_at=at, attempts=0)
    _note(session, row, actor=actor, at=at, action="incident.retried", reason=None)
    return row


def dismiss_incident(session: Session, incident_id: str, *, reason: str, actor: ActorRef, at: datetime) -> OutboxRow:
    """Decide that the effect need not be delivered. Raises IncidentNotFound, BadInput without a reason."""
    if not reason.strip():
        raise BadInput(_("Say why this need not be delivered any more."))
    row = _reopen(session, incident_id, OutboxState.DISMISSED, finished_at=at)
    _note(session, row, actor=actor, at=at, action="incident.dismissed", reason=reason.strip())
    return row


def _reopen(session: Session, incident_id: str, state: OutboxState, **values: object) -> OutboxRow:
    changed = session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == incident_id, OutboxRow.state == OutboxState.INCIDENT.value)
        .values(state=state.value, **values)
        .returning(OutboxRow)
    ).scalar_one_or_none()
    if changed is None:
        raise IncidentNotFound(_("This incident is gone: it was tried again or dismissed meanwhile."))
    return changed


def _note(session: Session, row: OutboxRow, *, actor: ActorRef, at: datetime, action: str, reason: str | None) -> None:
    # The record's own chain belongs to the engine; what is done to an effect is written in the chain of the outbox.
    record = RecordRef("outbox", 0, "Outbox")
    data = {
        "outbox": row.id,
        "kind": row.kind,
        "record": [row.record_kind, row.record_id, row.record_label],
        "error": row.last_error,
        "reason": reason,
    }
    append(session, record=record, at=at, actor=actor, action=action, data=data)
