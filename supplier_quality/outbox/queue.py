"""Writing outbox rows in the transaction that causes them."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from supplier_quality.outbox.models import OutboxRow, OutboxState
from supplier_quality.persistence import Prepared, after_commit
from supplier_quality.trail import RecordRef

URGENT, NORMAL = 0, 5

_COLUMNS = (
    "id",
    "kind",
    "payload",
    "record_kind",
    "record_id",
    "record_label",
    "priority",
    "state",
    "due_at",
    "attempts",
    "fence",
    "created_at",
)
INSERT = Prepared(insert(OutboxRow.__table__).inline(), columns=_COLUMNS)  # type: ignore[arg-type]


def queue(
    session: Session,
    *,
    kind: str,
    payload: Mapping[str, Any],
    at: datetime,
    record: RecordRef | None = None,
    due: datetime | None = None,
    urgent: bool = False,
) -> str:
    """Write one effect with the change that caused it; its stable id. Delivered from ``due`` (default: now) on."""
    return queue_many(session, kind=kind, payloads=[(record, payload)], at=at, due=due, urgent=urgent)[0]


def queue_many(
    session: Session,
    *,
    kind: str,
    payloads: Sequence[tuple[RecordRef | None, Mapping[str, Any]]],
    at: datetime,
    due: datetime | None = None,
    urgent: bool = False,
) -> list[str]:
    """Write the same kind of effect for many records in one call of the driver; their ids in order."""
    rows = [new_row(kind, record, payload, at=at, due=due, urgent=urgent) for record, payload in payloads]
    # Ids of one moment are random; sorted, they keep the order given, and deliveries follow it: a reminder that fell due
    # before an end is taken before the end, also when both were found at once after a pause.
    for row, id_ in zip(rows, sorted(row["id"] for row in rows), strict=True):
        row["id"] = id_
    if len(rows) == 1:
        INSERT.run(session.connection(), rows[0])
    elif rows:
        INSERT.run_many(session.connection(), rows)
    if due is None or due <= at:
        wake(session, [row["id"] for row in rows])
    return [row["id"] for row in rows]


def new_row(
    kind: str,
    record: RecordRef | None,
    payload: Mapping[str, Any],
    *,
    at: datetime,
    due: datetime | None = None,
    urgent: bool = False,
) -> dict[str, Any]:
    """The row of one effect, for :data:`INSERT`. Whoever writes it calls :func:`wake`."""
    return {
        "id": new_id(at),
        "kind": kind,
        "payload": payload,
        "record_kind": record.kind if record else None,
        "record_id": record.id if record else None,
        "record_label": record.label if record else None,
        "priority": URGENT if urgent else NORMAL,
        "state": OutboxState.READY.value,
        "due_at": due or at,
        "attempts": 0,
        "fence": 0,
        "created_at": at,
    }


def new_id(at: datetime) -> str:
    """A 128-bit id, hexadecimal: milliseconds first, so that new rows stand together, then 80 random bits."""
    return f"{int(at.timestamp() * 1000):012x}{secrets.token_hex(10)}"


_QUEUED = "outbox_queued"


def wake(session: Session, ids: list[str]) -> None:
    """Tell a worker after the commit, when the session carries a way to; a lost call is made good by the sweeper."""
    call: Callable[[list[str]], None] | None = session.info.get("wake_workers")
    if call is None:
        return
    queued = session.info.get(_QUEUED)
    if queued is None:
        queued = session.info[_QUEUED] = []
        after_commit(session, lambda: call(session.info.pop(_QUEUED)))
    queued.extend(ids)
