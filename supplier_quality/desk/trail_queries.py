"""Reading the trail over all records: filtered, newest first, a page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from supplier_quality.desk.subjects import find_by_number
from supplier_quality.persistence.paging import Page, SortKey, keyset_page
from supplier_quality.trail import Entry, TrailEntry
from supplier_quality.trail.models import TrailHead, TrailPublication
from supplier_quality.trail.queries import entry_of

EXPORT_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class TrailFilters:
    """What the trail is narrowed to; empty means everything. Days are whole days of the plant, both included."""

    record: str = ""
    person: str = ""
    action: str = ""
    kind: str = ""
    record_id: int | None = None
    since: date | None = None
    until: date | None = None

    @property
    def is_empty(self) -> bool:
        return self == TrailFilters()


def page_of_trail(session: Session, filters: TrailFilters, *, zone: str, cursor: str | None, size: int) -> Page[Entry]:
    """Entries newest first. Raises BadCursor."""
    keys = [SortKey(TrailEntry.id, descending=True)]
    page: Page[TrailEntry] = keyset_page(
        session, _filtered(session, filters, zone), keys=keys, cursor=cursor, size=size
    )
    return Page([entry_of(row) for row in page.rows], page.next_cursor, page.previous_cursor)


def all_entries(session: Session, filters: TrailFilters, *, zone: str, limit: int) -> Iterator[Sequence[Entry]]:
    """The same entries in chunks, for an export; no more than ``limit`` of them."""
    cursor, left = None, limit
    while left > 0:
        page = page_of_trail(session, filters, zone=zone, cursor=cursor, size=min(left, 500))
        yield page.rows
        left -= len(page.rows)
        cursor = page.next_cursor
        if cursor is None:
            return
        session.expunge_all()


def _filtered(session: Session, filters: TrailFilters, zone: str) -> Select[Any]:
    query = select(TrailEntry)
    if filters.kind:
        query = query.where(TrailEntry.record_kind == filters.kind)
    if filters.record_id is not None:
        query = query.where(TrailEntry.record_id == filters.record_id)
    if filters.record:
        query = query.where(_about(session, filters.record))
    if filters.person:
        fits = TrailEntry.actor_label.icontains(filters.person, autoescape=True)
        query = query.where(fits | (TrailEntry.actor_id == filters.person))
    if filters.action:
        query = query.where(TrailEntry.action.istartswith(filters.action, autoescape=True))
    if filters.since is not None:
        query = query.where(TrailEntry.at >= _midnight(filters.since, zone))
    if filters.until is not None:
        query = query.where(TrailEntry.at < _midnight(filters.until + timedelta(days=1), zone))
    return query


def _about(session: Session, text: str) -> Any:
    """Entries of the record with that number, which an index finds; else of any record whose label holds the text."""
    subject = find_by_number(session, text)
    if subject is not None:
        return (TrailEntry.record_kind == subject.subject_kind) & (TrailEntry.record_id == subject.id)
    return TrailEntry.record_label.icontains(text, autoescape=True)


def _midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))


@dataclass(frozen=True, slots=True)
class Sealing:
    """How far the chain of heads goes, when it was last sealed and published."""

    heads: int
    sealed_at: datetime | None
    published_at: datetime | None
    published_seq: int


def sealing(session: Session) -> Sealing:
    last = session.execute(select(TrailHead.seq, TrailHead.at).order_by(TrailHead.seq.desc()).limit(1)).one_or_none()
    published = session.execute(
        select(TrailPublication.at, TrailPublication.head_seq).order_by(TrailPublication.id.desc()).limit(1)
    ).one_or_none()
    return Sealing(
        heads=last.seq if last else 0,
        sealed_at=last.at if last else None,
        published_at=published.at if published else None,
        published_seq=published.head_seq if published else 0,
    )
