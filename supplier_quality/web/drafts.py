"""Keeping what is typed: a form with a draft key saves itself and is filled again when the page is opened later."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from supplier_quality.errors import BadInput
from supplier_quality.language import _
from supplier_quality.persistence import canonical_json
from supplier_quality.web.models import Draft

LONGEST = 200_000
_SECRET_WORDS = ("password", "token", "code", "secret", "csrf")
KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class SavedDraft:
    typed: Mapping[str, Any]
    saved_at: datetime


def save_draft(session: Session, *, owner: str, form: str, typed: Mapping[str, Any], at: datetime) -> SavedDraft:
    """Keep what was typed in place of what was kept before. Passwords and codes are never kept.

    Raises BadInput when it is longer than a person types.
    """
    kept = {name: value for name, value in typed.items() if not any(word in name.lower() for word in _SECRET_WORDS)}
    if len(canonical_json(kept)) > LONGEST or len(form) > 120:
        raise BadInput(_("This text is too long to be kept as a draft. Send it, or shorten it."))

    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    row = insert(Draft).values(owner=owner, form=form, typed=kept, saved_at=at)
    session.execute(
        row.on_conflict_do_update(
            index_elements=[Draft.owner, Draft.form],
            set_={"typed": row.excluded.typed, "saved_at": row.excluded.saved_at},
        )
    )
    return SavedDraft(kept, at)


def find_draft(session: Session, *, owner: str, form: str) -> SavedDraft | None:
    row = session.scalar(select(Draft).where(Draft.owner == owner, Draft.form == form))
    return SavedDraft(row.typed, row.saved_at) if row else None


def drop_draft(session: Session, *, owner: str, form: str) -> None:
    """Forget the draft; the operation that takes the form calls it in the same session."""
    session.execute(delete(Draft).where(Draft.owner == owner, Draft.form == form))


def drop_old_drafts(session: Session, *, at: datetime) -> int:
    """Forget drafts nobody came back to; returns how many."""
    return int(session.execute(delete(Draft).where(Draft.saved_at < at - KEPT_FOR)).rowcount)  # type: ignore[attr-defined]
