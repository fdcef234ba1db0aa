"""Bringing rows and files together again after crashes: no file without a row, no row without a file."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from supplier_quality.documents.attachments import lock_documents
from supplier_quality.documents.models import Attachment, Document
from supplier_quality.documents.store import FileStore, file_store
from supplier_quality.persistence import Database

GRACE = timedelta(hours=24)
"""How long an upload may take from its first byte to its row, with much to spare."""


@dataclass(frozen=True, slots=True)
class CleanedUp:
    """What a clean-up removed, and the hashes of rows whose file is missing, which only a backup can mend."""

    half_written: int
    files: int
    rows: int
    missing: tuple[str, ...]


def clean_up_documents(database: Database, *, at: datetime, grace: timedelta = GRACE) -> CleanedUp:
    """Remove what no record holds: half-written files, contents without attachment, files without a row."""
    store = file_store(database.info["settings"])
    half_written = [path for path in store.half_written() if _is_older(path, at - grace)]
    for path in half_written:
        path.unlink(missing_ok=True)
    with database.write() as session:
        lock_documents(session)
        rows = _forget_unattached(session, before=at - grace)
    # The rows are gone for good before their files go: a crash in between leaves files, which the next run finds.
    with database.write() as session:
        lock_documents(session)
        files, missing = _remove_files(session, store, before=at - grace)
    return CleanedUp(len(half_written), files, rows, missing)


def _forget_unattached(session: Session, *, before: datetime) -> int:
    session.execute(delete(Attachment).where(Attachment.removed_at < before, Attachment.submitted_at.is_(None)))
    unattached = delete(Document).where(
        Document.stored_at < before, ~exists().where(Attachment.sha256 == Document.sha256)
    )
    return int(session.execute(unattached).rowcount)  # type: ignore[attr-defined]


def _remove_files(session: Session, store: FileStore, *, before: datetime) -> tuple[int, tuple[str, ...]]:
    known = set(session.scalars(select(Document.sha256)))
    removed, found = 0, set()
    for path in store.kept():
        found.add(path.name)
        if path.name not in known and _is_older(path, before):
            path.unlink(missing_ok=True)
            removed += 1
    return removed, tuple(sorted(known - found))


def _is_older(path: Path, moment: datetime) -> bool:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment
    except FileNotFoundError:
        return False
