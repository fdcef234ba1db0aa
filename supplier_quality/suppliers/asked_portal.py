"""What the pages of contacts share for records that suppliers are asked for."""

from typing import Any

from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.portal.tasks import SentBack

SEND_BACK = "send_back"


def sent_back(session: Session, record: Any) -> SentBack | None:
    """Our comment, when the last thing that happened to the process was that we sent the record back."""
    entries = trail.entries(session, record.subject_kind, record.id, limit=100)
    moves = [entry for entry in entries if entry.to_state is not None and entry.from_state != entry.to_state]
    if not moves or moves[-1].action != SEND_BACK:
        return None
    last = moves[-1]
    return SentBack(str((last.data.get("form") or {}).get("comment") or ""), last.actor.label, last.at)
