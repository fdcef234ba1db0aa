"""What the desk does by itself: sealing and publishing the trail's heads, and deleting what is over."""

import json
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select, tuple_
from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.desk.heads import folder_of
from supplier_quality.desk.models import DeskRun
from supplier_quality.engine.models import IdempotencyKey
from supplier_quality.identity import Role
from supplier_quality.identity.cleanup import delete_what_is_over
from supplier_quality.identity.queries import users_with_role
from supplier_quality.language import _
from supplier_quality.mail.queue import Attachment, queue_mail
from supplier_quality.mail.recipients import Recipient
from supplier_quality.outbox import Job, JobRun, OutboxRow, OutboxState, daily, every
from supplier_quality.outbox.jobs import JobSlot
from supplier_quality.persistence import Database
from supplier_quality.persistence.attempts import forget_old_attempts
from supplier_quality.trail import RecordRef

SEAL_EVERY = timedelta(minutes=5)
PUBLISH_AT, CLEAN_UP_AT = time(2, 0), time(3, 30)

KEEP_EFFECTS = timedelta(days=30)
KEEP_KEYS = timedelta(days=30)
KEEP_SLOTS = timedelta(days=90)
KEEP_RUNS = timedelta(days=365)

# Few enough that nobody who writes on SQLite waits noticeably for one chunk.
CHUNK = 1_000


def seal(run: JobRun) -> None:
    """Chain the heads that grew."""
    with run.database.write() as session:
        trail.seal_heads(session, at=run.at)


def publish(run: JobRun) -> None:
    """Seal everything, also what a very long transaction left behind, and write the last head outside the database."""
    with run.database.write() as session:
        trail.seal_heads(session, at=run.at, everything=True)
    # Only a link that is stored for good is published: one whose commit failed would make the trail look forged.
    with run.database.write() as session:
        head = trail.publish_head(session, folder_of(run.settings), at=run.at)
        if head is not None and run.settings.heads_by_mail:
            _mail_head(session, head, at=run.at)


def _mail_head(session: Session, head: dict[str, Any], *, at: datetime) -> None:
    """Send the head to the administrators, as the line that ``trail verify --heads`` reads."""
    for user_id in users_with_role(session, Role.ADMIN, at=at):
        queue_mail(
            session,
            template="layout/notice",
            recipient=Recipient.user(user_id),
            record=RecordRef("trail", head["seq"], f"#{head['seq']}"),
            at=at,
            values={
                "title": _("Published head of the trail"),
                "lead": _(
                    "Keep this mail. The attached file lets `supplier-quality trail verify --heads FILE` prove that "
                    "nothing older was removed."
                ),
                "message": json.dumps(head),
            },
            attachments=(Attachment("heads.jsonl", "application/json", f"{json.dumps(head)}\n".encode()),),
        )


def clean_up(run: JobRun) -> None:
    """Delete what is over and says nothing any more; the trail keeps what happened."""
    database, at = run.database, run.at
    over = (OutboxState.DONE.value, OutboxState.DISMISSED.value)
    delete_in_chunks(database, OutboxRow, OutboxRow.state.in_(over) & (OutboxRow.finished_at < at - KEEP_EFFECTS))
    delete_in_chunks(database, IdempotencyKey, IdempotencyKey.at < at - KEEP_KEYS)
    delete_in_chunks(database, JobSlot, JobSlot.begun_at < at - KEEP_SLOTS)
    delete_in_chunks(database, DeskRun, DeskRun.finished_at < at - KEEP_RUNS)
    forget_old_attempts(database, at=at)
    with database.write() as session:
        delete_what_is_over(session, at=at)


def delete_in_chunks(database: Database, model: Any, condition: ColumnElement[bool]) -> int:
    """Delete the rows that fit, :data:`CHUNK` to a transaction; how many there were."""
    keys = list(model.__table__.primary_key)
    gone = 0
    while True:
        with database.write() as session:
            rows = session.execute(select(*keys).where(condition).limit(CHUNK)).all()
            if rows:
                these = tuple_(*keys).in_([tuple(row) for row in rows])
                session.execute(delete(model.__table__).where(these))
        gone += len(rows)
        if len(rows) < CHUNK:
            return gone


JOBS = (
    Job("trail.seal", every(SEAL_EVERY), seal),
    Job("trail.publish", daily(PUBLISH_AT), publish),
    Job("desk.clean_up", daily(CLEAN_UP_AT), clean_up),
)
