"""Keeping what a contact has typed, on the server, so that any of their devices can go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from supplier_quality.errors import BadInput
from supplier_quality.identity import ContactRef
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.language import _
from supplier_quality.persistence import canonical_json
from supplier_quality.portal.models import PortalDraft

LONGEST = 400_000
KEPT_FOR = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed by field, as texts, and when it was kept; ``saved_at`` is None when nothing was typed yet."""

    typed: Mapping[str, str]
    saved_at: datetime | None


def find_draft(session: Session, link: AccessLink) -> Draft:
    row = session.scalars(_of(link, link.contact)).one_or_none()
    return Draft(dict(row.typed), row.saved_at) if row else Draft({}, None)


def keep_draft(session: Session, link: AccessLink, typed: Mapping[str, str], *, at: datetime) -> Draft:
    """Keep these fields beside those kept before, so that two steps open at once do not undo each other.

    Raises BadInput when it is longer than a person types.
    """
    row = _locked(session, link, at=at)
    kept = {**row.typed, **typed}
    if len(canonical_json(kept)) > LONGEST:
        raise BadInput(_("This text is too long to be kept. Shorten it, or send it as a file."))
    row.typed, row.saved_at = kept, at
    return Draft(kept, at)


def copy_draft(session: Session, link: AccessLink, *, to: ContactRef, at: datetime) -> None:
    """Give a colleague what was typed so far, unless they have typed something themselves."""
    mine = find_draft(session, link)
    if mine.saved_at is None or session.scalars(_of(link, to)).one_or_none() is not None:
        return
    session.add(_new(link, to, dict(mine.typed), at=at))
    session.flush()


def drop_draft(session: Session, link: AccessLink) -> None:
    """Forget what was typed for this record, by the contact and by colleagues: it was submitted."""
    session.execute(
        delete(PortalDraft).where(
            PortalDraft.record_kind == link.record_kind,
            PortalDraft.record_id == link.record_id,
            PortalDraft.purpose == link.purpose,
        )
    )


def drop_old_drafts(session: Session, *, at: datetime) -> int:
    """Forget drafts nobody came back to; returns how many."""
    old = delete(PortalDraft).where(PortalDraft.saved_at < at - KEPT_FOR)
    return int(session.execute(old).rowcount)  # type: ignore[attr-defined]


def _of(link: AccessLink, contact: ContactRef) -> Select[PortalDraft]:
    return select(PortalDraft).where(
        PortalDraft.contact_kind == contact.kind,
        PortalDraft.contact_id == contact.id,
        PortalDraft.record_kind == link.record_kind,
        PortalDraft.record_id == link.record_id,
        PortalDraft.purpose == link.purpose,
    )


def _locked(session: Session, link: AccessLink, *, at: datetime) -> PortalDraft:
    """The row of the draft, made when there is none, locked until the session ends."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = {
        "contact_kind": link.contact_kind,
        "contact_id": link.contact_id,
        "record_kind": link.record_kind,
        "record_id": link.record_id,
        "purpose": link.purpose,
        "typed": {},
        "saved_at": at,
    }
    session.execute(insert(PortalDraft).values(**values).on_conflict_do_nothing())
    row: PortalDraft = session.scalars(_of(link, link.contact).with_for_update()).one()
    return row


def _new(link: AccessLink, contact: ContactRef, typed: dict[str, str], *, at: datetime) -> PortalDraft:
    return PortalDraft(
        contact_kind=contact.kind,
        contact_id=contact.id,
        record_kind=link.record_kind,
        record_id=link.record_id,
        purpose=link.purpose,
        typed=typed,
        saved_at=at,
    )
