"""Searching texts: a few reads of one index per kind, however many suppliers there are.

The rarest word of a search leads: its documents are read and asked for the other words. Of a word that very many carry only the
first are asked; then the group says that there are more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from supplier_quality.identity import Actor
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.fulltext.enums import Kind
from supplier_quality.suppliers.fulltext.models import SearchDocument, SearchToken
from supplier_quality.suppliers.fulltext.texts import holds_all
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.names import query_terms, sort_key

MOST_ASKED = 1_000
"""Documents of the leading word that are read."""

_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class TextHit:
    """A document that carries every word of a search, with the supplier it belongs to as it is called now.

    ``merged_into`` is the number of the record that goes on for that supplier when its own was merged.
    """

    kind: str
    record_id: int
    part_id: int | None
    number: str
    title: str
    fields: Sequence[tuple[str, str]]
    supplier_number: str | None
    supplier_name: str | None
    merged_into: str | None = None


def find_texts(session: Session, kind: Kind, search: str, *, actor: Actor, limit: int) -> list[TextHit]:
    """The documents of one kind that the actor may see and that carry every word; hits in their title come first."""
    terms = query_terms(search.strip()[:200])
    if not terms:
        return []
    leading = min(terms, key=lambda term: _frequency(session, kind, term))
    ids = (
        select(SearchToken.document_id).where(*_begins(kind, leading)).order_by(SearchToken.token).limit(MOST_ASKED)
    )  # fmt: skip
    query = (
        select(SearchDocument, Supplier.number, Supplier.name, Supplier.merged_into)
        .outerjoin(Supplier, Supplier.id == SearchDocument.supplier_id)
        .where(SearchDocument.id.in_(ids), _visible(actor))
    )
    hits = [_hit(*row) for row in session.execute(query)]
    fitting = [hit for hit in hits if holds_all([hit.title, hit.number, *(text for _name, text in hit.fields)], terms)]
    return sorted(fitting, key=lambda hit: _rank(hit, terms))[:limit]


def merged_among(session: Session, numbers: Sequence[str]) -> dict[str, str]:
    """Which of these suppliers were merged, by their numbers, with the number of the record that goes on for each."""
    query = select(Supplier.number, Supplier.merged_into).where(
        Supplier.number.in_(numbers), Supplier.merged_into.is_not(None)
    )
    return {number: into for number, into in session.execute(query) if into is not None}


def _visible(actor: Actor) -> ColumnElement[bool]:
    readable = supplier_queries.readable(actor)
    return or_(readable, SearchDocument.supplier_id.is_(None)) if actor.is_staff else readable


def _begins(kind: Kind, term: str) -> tuple[Any, ...]:
    return SearchToken.kind == kind, SearchToken.token.between(term, term + _LAST)


def _frequency(session: Session, kind: Kind, term: str) -> int:
    some = select(SearchToken.document_id).where(*_begins(kind, term)).limit(MOST_ASKED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _hit(document: SearchDocument, number: str | None, name: str | None, merged_into: str | None) -> TextHit:
    fields = tuple((field, text) for field, text in document.fields)
    return TextHit(
        document.kind, document.record_id, document.part_id, document.number, document.title, fields, number, name,
        merged_into,
    )  # fmt: skip


def _rank(hit: TextHit, terms: Sequence[str]) -> tuple[bool, bool, str, str]:
    title = sort_key(hit.title)
    return not all(term in title for term in terms), not title.startswith(terms[0]), title, hit.number
