"""Keeping the words of the search up to date: records whose version is not the one taken in are taken in again.

Nothing but versions is compared, so what an act, an import, a merge or a restored backup changed is found all the same.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from supplier_quality import clock
from supplier_quality.persistence import Database
from supplier_quality.suppliers.fulltext.models import SearchDocument, SearchedRecord, SearchToken
from supplier_quality.suppliers.fulltext.sources import SOURCES, Found, Source
from supplier_quality.suppliers.fulltext.texts import RULES, tokens_of

AT_ONCE = 100
"""So many records are taken in by one transaction: on SQLite everybody else who writes waits for it."""


def take_in_changes(database: Database, *, lasting: timedelta | None = None) -> int:
    """Take in what is new or changed, for at most so long; returns how many records that were."""
    until = clock.monotonic() + lasting.total_seconds() if lasting is not None else None
    count = 0
    for source in SOURCES:
        while until is None or clock.monotonic() < until:
            with database.read() as session:
                waiting = _waiting(session, source)
            if not waiting:
                break
            with database.write() as session:
                _take_in(session, source, waiting)
            count += len(waiting)
    return count


def _waiting(session: Session, source: Source) -> Sequence[int]:
    """Records that are not known in the version they have now."""
    known = (SearchedRecord.record_kind == source.record_kind) & (SearchedRecord.record_id == source.model.id)
    query = (
        select(source.model.id)
        .outerjoin(SearchedRecord, known)
        .where(
            or_(
                SearchedRecord.record_id.is_(None),
                SearchedRecord.version != source.version,
                SearchedRecord.rules != RULES,
            )
        )
    )
    return session.scalars(query.order_by(source.model.id).limit(AT_ONCE)).all()


def _take_in(session: Session, source: Source, ids: Sequence[int]) -> None:
    # Two workers may do this at once; the rows of versions, written first, let one wait for the other.
    _note_versions(session, source, ids)
    old = select(SearchDocument.id).where(
        SearchDocument.record_kind == source.record_kind, SearchDocument.record_id.in_(ids)
    )
    session.execute(delete(SearchToken).where(SearchToken.document_id.in_(old)))
    session.execute(
        delete(SearchDocument).where(
            SearchDocument.record_kind == source.record_kind, SearchDocument.record_id.in_(ids)
        )
    )
    found = source.read(session, ids)
    documents = [_document(source, each) for each in found]
    session.add_all(documents)
    session.flush()
    rows = [
        {"kind": document.kind, "token": token, "document_id": document.id}
        for document in documents
        for token in tokens_of(f"{document.title} {document.number}", (text for _name, text in document.fields))
    ]
    if rows:
        session.execute(insert(SearchToken), rows)


def _note_versions(session: Session, source: Source, ids: Sequence[int]) -> None:
    session.execute(
        delete(SearchedRecord).where(
            SearchedRecord.record_kind == source.record_kind, SearchedRecord.record_id.in_(ids)
        )
    )
    versions = session.execute(select(source.model.id, source.version).where(source.model.id.in_(ids)))
    rows = [
        {"record_kind": source.record_kind, "record_id": id_, "version": version, "rules": RULES}
        for id_, version in versions
    ]
    session.execute(insert(SearchedRecord), rows)


def _document(source: Source, found: Found) -> SearchDocument:
    return SearchDocument(
        kind=found.kind, record_kind=source.record_kind, record_id=found.record_id, part_id=found.part_id,
        supplier_id=found.supplier_id, number=found.number, title=found.title[:300], fields=found.fields(),
    )  # fmt: skip
