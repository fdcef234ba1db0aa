"""One mail a day instead of many: what waits for a contact, collected at 08:00 of their working day."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from supplier_quality import outbox
from supplier_quality.language import nearest
from supplier_quality.mail.correspondence import correspondence_of
from supplier_quality.mail.intervals import MOST_ITEMS
from supplier_quality.mail.minting import NotNeeded, is_live
from supplier_quality.mail.models import Digest, DigestItem
from supplier_quality.mail.queue import DIGEST, SEND
from supplier_quality.mail.recipients import Recipient, contact_calendar, next_digest
from supplier_quality.mail.rendering import Reader, render_subject
from supplier_quality.persistence import Database
from supplier_quality.trail import RecordRef


def send_digests(database: Database, *, at: datetime) -> int:
    """Queue the digest of every contact whose time has come; how many. Any number of workers may run it at once."""
    with database.read() as session:
        waiting = select(DigestItem.contact_kind, DigestItem.contact_id).where(
            DigestItem.digest_uid.is_(None), DigestItem.due <= at
        )
        contacts = [Recipient(kind, number) for kind, number in session.execute(waiting.distinct())]
    queued = 0
    for contact in contacts:
        with database.write() as session:
            queued += queue_digest(session, contact, at=at)
    return queued


def queue_digest(session: Session, contact: Recipient, *, at: datetime) -> bool:
    """Queue one contact's digest of the day with all their due items; False when the day already had one."""
    due = (
        DigestItem.contact_kind == contact.kind,
        DigestItem.contact_id == contact.id,
        DigestItem.digest_uid.is_(None),
        DigestItem.due <= at,
    )
    if session.scalar(select(DigestItem.id).where(*due).limit(1)) is None:
        return False
    digest_id = _claim_day(session, contact, at)
    if digest_id is None:
        # Today's list has gone out; what came too late for it waits for the next one.
        session.execute(update(DigestItem).where(*due).values(due=next_digest(session, contact, after=at)))
        return False
    payload = {"template": DIGEST, "recipient": contact.as_json(), "values": {}}
    uid = outbox.queue(session, kind=SEND, payload=payload, at=at)
    session.execute(update(Digest).where(Digest.id == digest_id).values(uid=uid))
    session.execute(update(DigestItem).where(*due).values(digest_uid=uid))
    return True


def digest_items(session: Session, uid: str) -> list[DigestItem]:
    """The items a digest was made of, the oldest first."""
    query = select(DigestItem).where(DigestItem.digest_uid == uid).order_by(DigestItem.id)
    return list(session.scalars(query))


def digest_values(session: Session, uid: str, *, reader: Reader, at: datetime) -> dict[str, Any]:
    """The lines of a digest as they are now: only what is still open, the most urgent first.

    Raises NotNeeded when everything was done meanwhile.
    """
    open_items = [item for item in _newest(digest_items(session, uid)) if _is_open(session, item, at)]
    if not open_items:
        raise NotNeeded("everything it spoke of was done before it left")
    today = at.astimezone(ZoneInfo(reader.zone)).date().isoformat()
    lines = [_line(item, reader, today) for item in open_items]
    lines.sort(key=lambda line: (line["due"] or "9999", line["title"]))
    return {"items": lines[:MOST_ITEMS], "more": len(lines[MOST_ITEMS:])}


def _newest(items: list[DigestItem]) -> list[DigestItem]:
    """Of several reminders of the same thing only the last."""
    same = {(item.template, item.record_kind, item.record_id, item.link_id): item for item in items}
    return list(same.values())


def _is_open(session: Session, item: DigestItem, at: datetime) -> bool:
    if item.link_id is not None and not is_live(session, item.link_id, at=at):
        return False
    record = RecordRef(item.record_kind, item.record_id or 0, "") if item.record_kind else None
    return record is None or correspondence_of(record).is_open(session, record.id)


def _line(item: DigestItem, reader: Reader, today: str) -> dict[str, Any]:
    values = {"record_label": item.record_label or "", "sender_name": "", "base_url": "", **item.values}
    due = item.values.get("due")
    return {
        "title": render_subject(
            item.template, values, reader=Reader(reader.name, nearest(reader.language), reader.zone)
        ),
        "due": due,
        "late": bool(due) and str(due)[:10] < today,
        "link_id": item.link_id,
    }


def _claim_day(session: Session, contact: Recipient, at: datetime) -> int | None:
    """The number of today's digest of this contact when nobody has made it yet."""
    zone = contact_calendar(session, contact).zone
    build = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = build(Digest).values(
        contact_kind=contact.kind,
        contact_id=contact.id,
        day=at.astimezone(ZoneInfo(zone)).date(),
        uid="",
        queued_at=at,
    )
    return session.scalar(statement.on_conflict_do_nothing().returning(Digest.id))
