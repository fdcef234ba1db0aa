"""Attaching stored files to records, and taking them off again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from supplier_quality.documents.models import Attachment, Document
from supplier_quality.documents.store import NotStored, StoredFile, file_store
from supplier_quality.documents.viewing import is_viewable
from supplier_quality.errors import Conflict, NotFound
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.trail import RecordRef

_LOCK = 0x5351_D0C5  # names the lock between attaching and cleaning up on PostgreSQL


class AttachmentNotFound(NotFound):
    code = "attachment_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such file."))


class AlreadyEvidence(Conflict):
    """What was submitted stays with the record."""

    code = "already_evidence"

    def __init__(self) -> None:
        super().__init__(_("This file was submitted and cannot be removed."))


@dataclass(frozen=True, slots=True)
class Attached:
    """A file on a record, as it is listed and downloaded."""

    id: int
    name: str
    slot: str
    sha256: str
    size: int
    media_type: str
    added_by_name: str
    added_at: datetime
    submitted_at: datetime | None

    @property
    def is_viewable(self) -> bool:
        """Whether it can be looked at in place."""
        return is_viewable(self.media_type)

    @property
    def reference(self) -> str:
        """How a form's answer names the file, so that a signature over the answer covers its content."""
        return f"sha256:{self.sha256} {self.name}"


def attach_file(
    session: Session, stored: StoredFile, *, record: RecordRef, slot: str, actor: Actor, at: datetime
) -> Attached:
    """Attach a stored file to a record; the same content in the same slot is attached once.

    Raises NotStored when the clean-up took the content in between: store it again.
    """
    lock_documents(session)
    if not file_store(session).has(stored.sha256):
        raise NotStored
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    content = {"sha256": stored.sha256, "size": stored.size, "media_type": stored.media_type, "stored_at": at}
    session.execute(insert(Document).values(**content).on_conflict_do_nothing())
    for same in attachments_of(session, record_kind=record.kind, record_id=record.id, slot=slot):
        if (same.sha256, same.name) == (stored.sha256, stored.name):
            return same
    row = Attachment(
        sha256=stored.sha256,
        name=stored.name,
        record_kind=record.kind,
        record_id=record.id,
        slot=slot,
        added_by=actor.id,
        added_by_name=actor.label[:200],
        added_at=at,
    )
    session.add(row)
    session.flush()
    return _attached(row, session.get_one(Document, stored.sha256))


def detach_file(session: Session, attachment_id: int, *, at: datetime) -> None:
    """Take a file off a record again. Raises AttachmentNotFound, AlreadyEvidence. The caller checked whose it is."""
    row = session.get(Attachment, attachment_id, with_for_update=True)
    if row is None or row.removed_at is not None:
        raise AttachmentNotFound
    if row.submitted_at is not None:
        raise AlreadyEvidence
    row.removed_at = at


def make_evidence(session: Session, attachment_ids: Sequence[int], *, at: datetime) -> None:
    """Note that these files were submitted; from here on they stay."""
    session.execute(
        update(Attachment)
        .where(Attachment.id.in_(attachment_ids), Attachment.removed_at.is_(None), Attachment.submitted_at.is_(None))
        .values(submitted_at=at)
    )


def attachments_of(
    session: Session, *, record_kind: str, record_id: int, slot: str | None = None, slot_prefix: str | None = None
) -> list[Attached]:
    """The files on a record, the oldest first."""
    query = (
        select(Attachment, Document)
        .join(Document, Document.sha256 == Attachment.sha256)
        .where(
            Attachment.record_kind == record_kind, Attachment.record_id == record_id, Attachment.removed_at.is_(None)
        )
        .order_by(Attachment.id)
    )
    if slot is not None:
        query = query.where(Attachment.slot == slot)
    if slot_prefix is not None:
        query = query.where(Attachment.slot.startswith(slot_prefix, autoescape=True))
    return [_attached(row, content) for row, content in session.execute(query)]


def get_attachment(session: Session, attachment_id: int, *, record_kind: str, record_id: int) -> Attached:
    """One file of this record. Raises AttachmentNotFound, also for another record's."""
    query = (
        select(Attachment, Document)
        .join(Document, Document.sha256 == Attachment.sha256)
        .where(
            Attachment.id == attachment_id,
            Attachment.record_kind == record_kind,
            Attachment.record_id == record_id,
            Attachment.removed_at.is_(None),
        )
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise AttachmentNotFound
    return _attached(*found)


def lock_documents(session: Session) -> None:
    """Let attaching and cleaning up wait for each other. On SQLite only one session writes at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _attached(row: Attachment, content: Document) -> Attached:
    return Attached(
        id=row.id,
        name=row.name,
        slot=row.slot,
        sha256=row.sha256,
        size=content.size,
        media_type=content.media_type,
        added_by_name=row.added_by_name,
        added_at=row.added_at,
        submitted_at=row.submitted_at,
    )
