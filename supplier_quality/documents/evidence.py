"""Files that are evidence from the moment they are attached: what our people hand in counts at once, without a draft."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.documents.attachments import Attached, attach_file, make_evidence
from supplier_quality.documents.store import StoredFile
from supplier_quality.engine.notes import note
from supplier_quality.engine.subject import Subject
from supplier_quality.identity import Actor


def keep_evidence(
    session: Session,
    subject: Subject,
    stored: StoredFile,
    *,
    slot: str,
    action: str,
    actor: Actor,
    at: datetime,
    told: Mapping[str, Any] | None = None,
) -> Attached:
    """Attach a stored file to a record for good, and note it with its hash in the trail under ``action``.

    The same content in the same slot is kept and noted once. ``told`` is noted beside it. Raises NotStored.
    """
    file = attach_file(session, stored, record=subject.record, slot=slot, actor=actor, at=at)
    if file.submitted_at is None:
        make_evidence(session, [file.id], at=at)
        data = {**(told or {}), "name": file.name, "sha256": file.sha256}
        note(session, subject, actor=actor, at=at, action=action, data=data, quiet=True)
    return file
