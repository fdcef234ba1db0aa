"""Reading documents. Everything starts from :func:`readable`, so that no filter can be forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, false, func, or_, select, true
from sqlalchemy.orm import Session

from supplier_quality import documents
from supplier_quality.documents import Attached
from supplier_quality.errors import NotFound
from supplier_quality.identity import Actor, Role
from supplier_quality.identity.models import User
from supplier_quality.language import Text, _
from supplier_quality.persistence.paging import Page, SortKey, keyset_page
from supplier_quality.suppliers.document_bank.enums import BEFORE_ACCEPTANCE, REPLACEABLE
from supplier_quality.suppliers.document_bank.models import SupplierDocument
from supplier_quality.suppliers.document_bank.types import document_types
from supplier_quality.suppliers.models import Contact, Site, Supplier
from supplier_quality.suppliers.words import Count, find_by_words

COUNTED = 1_000
"""Lists are counted exactly up to here; beyond, people are told "more than"."""


class DocumentNotFound(NotFound):
    """There is no such document, or the reader may not know of it."""

    code = "document_not_found"


@dataclass(frozen=True, slots=True)
class DocumentFilters:
    """What the board is narrowed to; empty means everything in force or over. ``ends_by`` leaves out what ends later."""

    search: str = ""
    states: tuple[str, ...] = ()
    type: str | None = None
    supplier_id: int | None = None
    owner_id: int | None = None
    ends_by: date | None = None


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One row of a list of documents."""

    id: int
    number: str
    state: str
    definition_id: int
    type: str
    type_name: dict[str, str]
    reference: str | None
    valid_from: date | None
    valid_to: date | None
    reporting_year: int | None
    template_version: str | None
    supplier_number: str
    supplier: str
    site: str | None
    owner: str | None
    version: int
    site_id: int | None
    answer_by: date | None

    @property
    def name(self) -> Text:
        return Text(self.type_name)


_COLUMNS = (
    SupplierDocument.id, SupplierDocument.number, SupplierDocument.state, SupplierDocument.definition_id,
    SupplierDocument.type, SupplierDocument.type_name, SupplierDocument.reference, SupplierDocument.valid_from,
    SupplierDocument.valid_to, SupplierDocument.reporting_year, SupplierDocument.template_version, Supplier.number,
    Supplier.name, Site.name, User.name, SupplierDocument.version, SupplierDocument.site_id, SupplierDocument.answer_by,
)  # fmt: skip


def readable(session: Session, actor: Actor) -> ColumnElement[bool]:
    """The condition under which a document may be seen.

    By our people when its type may be seen by one of their roles, and by a contact only of their own company what suppliers are
    asked for.
    """
    if actor.kind == "system":
        return SupplierDocument.id.is_not(None)
    types = document_types(session).values()
    if actor.is_staff:
        if actor.has_role(Role.QUALITY_MANAGER, Role.ADMIN):
            # They see what is left of a type that the file names no more; nobody else can tell who might.
            hidden = [each.id for each in types if not each.may_be_seen_by(actor)]
            return SupplierDocument.type.not_in(hidden) if hidden else true()
        return SupplierDocument.type.in_([each.id for each in types if each.may_be_seen_by(actor)])
    if actor.kind == "contact" and actor.person_id is not None:
        own = select(Contact.supplier_id).where(Contact.id == actor.person_id, Contact.active)
        asked = [each.id for each in types if each.from_supplier]
        return SupplierDocument.supplier_id.in_(own) & SupplierDocument.type.in_(asked)
    return false()


def get_document(session: Session, number: str, *, actor: Actor) -> SupplierDocument:
    """One document by our number. Raises DocumentNotFound."""
    return _one(session, SupplierDocument.number == number.strip().upper(), number, actor)


def get_document_by_id(session: Session, document_id: int, *, actor: Actor) -> SupplierDocument:
    """One document by its id. Raises DocumentNotFound."""
    return _one(session, SupplierDocument.id == document_id, str(document_id), actor)


def _one(session: Session, condition: ColumnElement[bool], shown: str, actor: Actor) -> SupplierDocument:
    found = session.scalars(select(SupplierDocument).where(condition, readable(session, actor))).one_or_none()
    if found is None:
        raise DocumentNotFound(_("There is no document %(number)s.", number=shown[:40]))
    return found


def _lines(*conditions: ColumnElement[bool]) -> Any:
    return (
        select(*_COLUMNS)
        .join(Supplier, Supplier.id == SupplierDocument.supplier_id)
        .outerjoin(Site, Site.id == SupplierDocument.site_id)
        .outerjoin(User, User.id == Supplier.owner_id)
        .where(*conditions)
    )


def line_of(session: Session, document_id: int) -> DocumentLine:
    """A document that is there, as lists show it; the caller checked that it may be read."""
    return DocumentLine(*session.execute(_lines(SupplierDocument.id == document_id)).one())


def documents_of(session: Session, supplier: Supplier, *, actor: Actor) -> Sequence[DocumentLine]:
    """All documents of a supplier that the reader may know of, by type, the newest first."""
    query = _lines(SupplierDocument.supplier_id == supplier.id, readable(session, actor))
    order = (SupplierDocument.type, SupplierDocument.id.desc())
    return [DocumentLine(*row) for row in session.execute(query.order_by(*order))]


def list_documents(
    session: Session,
    *,
    actor: Actor,
    filters: DocumentFilters = DocumentFilters(),
    descending: bool = False,
    cursor: str | None = None,
    size: int = 50,
) -> Page[DocumentLine]:
    """One page of documents by the day they end; those without an end come last. Raises BadCursor."""
    keys = [
        SortKey(SupplierDocument.valid_to, descending=descending, nullable=True),
        SortKey(SupplierDocument.id, descending=descending),
    ]
    query = _lines(*_narrowing(session, actor, filters))
    return keyset_page(session, query, keys=keys, cursor=cursor, size=size, row=DocumentLine)


def count_documents(session: Session, *, actor: Actor, filters: DocumentFilters) -> Count:
    """How many documents fit, counted up to :data:`COUNTED`."""
    query = (
        select(SupplierDocument.id)
        .join(Supplier, Supplier.id == SupplierDocument.supplier_id)
        .where(*_narrowing(session, actor, filters))
        .limit(COUNTED + 1)
    )
    number = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return Count(min(number, COUNTED), exact=number <= COUNTED)


def _narrowing(session: Session, actor: Actor, filters: DocumentFilters) -> list[ColumnElement[bool]]:
    listed = (*BEFORE_ACCEPTANCE, *REPLACEABLE)
    conditions = [readable(session, actor), SupplierDocument.state.in_(filters.states or listed)]
    if filters.ends_by is not None:
        conditions.append(SupplierDocument.valid_to <= filters.ends_by)
    if filters.type:
        conditions.append(SupplierDocument.type == filters.type)
    if filters.supplier_id is not None:
        conditions.append(SupplierDocument.supplier_id == filters.supplier_id)
    if filters.owner_id is not None:
        conditions.append(Supplier.owner_id == filters.owner_id)
    if filters.search:
        exact = SupplierDocument.number == filters.search.upper()
        by_supplier = find_by_words(session, filters.search)
        conditions.append(exact if by_supplier is None else or_(exact, by_supplier))
    return conditions


def count_ends(session: Session, stretches: Sequence[int], *, actor: Actor, today: date) -> dict[int, int]:
    """How many documents in force or over end within each of these stretches of days; -1 counts those that have ended."""
    sums = [
        func.coalesce(func.sum(case((SupplierDocument.valid_to <= today + timedelta(days=days), 1), else_=0)), 0)
        for days in stretches
    ]
    query = select(*sums).where(readable(session, actor), SupplierDocument.state.in_(REPLACEABLE))
    counts = session.execute(query).one()
    return {days: int(count) for days, count in zip(stretches, counts, strict=True)}


def _same_place(site_id: int | None) -> ColumnElement[bool]:
    return SupplierDocument.site_id.is_(None) if site_id is None else SupplierDocument.site_id == site_id


def current_document(session: Session, supplier_id: int, site_id: int | None, type_: str) -> SupplierDocument | None:
    """The document that a new one of this type and place would replace."""
    query = select(SupplierDocument).where(
        SupplierDocument.supplier_id == supplier_id, _same_place(site_id), SupplierDocument.type == type_,
        SupplierDocument.state.in_(REPLACEABLE),
    )  # fmt: skip
    return session.scalars(query.order_by(SupplierDocument.id.desc()).limit(1)).one_or_none()


def coming_document(session: Session, supplier_id: int, site_id: int | None, type_: str) -> SupplierDocument | None:
    """The document of this type and place that was asked for or waits to be looked at."""
    query = select(SupplierDocument).where(
        SupplierDocument.supplier_id == supplier_id, _same_place(site_id), SupplierDocument.type == type_,
        SupplierDocument.state.in_(BEFORE_ACCEPTANCE),
    )  # fmt: skip
    return session.scalars(query.order_by(SupplierDocument.id.desc()).limit(1)).one_or_none()


def replaced_by(session: Session, document: SupplierDocument) -> Sequence[SupplierDocument]:
    """The documents in force or over that this one takes the place of."""
    query = select(SupplierDocument).where(
        SupplierDocument.supplier_id == document.supplier_id, _same_place(document.site_id),
        SupplierDocument.type == document.type, SupplierDocument.id != document.id,
        SupplierDocument.state.in_(REPLACEABLE),
    )  # fmt: skip
    return session.scalars(query.order_by(SupplierDocument.id)).all()


def files_of(session: Session, document: SupplierDocument) -> list[Attached]:
    """What was submitted of the document, the newest first."""
    found = documents.attachments_of(session, record_kind=SupplierDocument.subject_kind, record_id=document.id)
    return [file for file in reversed(found) if file.submitted_at is not None]


def find_by_number(session: Session, text: str, *, actor: Actor, limit: int) -> Sequence[DocumentLine]:
    """Documents whose number is this text, or whose printed reference."""
    wanted = text.strip()[:120]
    numbers = or_(SupplierDocument.number == wanted.upper(), SupplierDocument.reference == wanted)
    query = _lines(readable(session, actor), numbers).order_by(SupplierDocument.id.desc()).limit(limit)
    return [DocumentLine(*row) for row in session.execute(query)]
