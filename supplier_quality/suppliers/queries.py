"""Reading suppliers. Everything starts from :func:`readable`, so that no filter can be forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, select
from sqlalchemy.orm import Session

from supplier_quality.engine.deadline_order import Narrowing, page_by_deadline
from supplier_quality.engine.deadlines import deadlines_of, overdue
from supplier_quality.errors import NotFound
from supplier_quality.identity import Actor
from supplier_quality.identity.models import User
from supplier_quality.language import _
from supplier_quality.persistence.paging import Page, SortKey, keyset_page
from supplier_quality.suppliers.models import Contact, SelfAssessment, Site, Supplier
from supplier_quality.suppliers.words import Count, count_by_words, find_by_words

COUNTED = 1_000
"""Lists are counted exactly up to here; beyond, people are told "more than"."""


class SupplierNotFound(NotFound):
    """There is no such supplier, or the reader may not know of it."""

    code = "supplier_not_found"


class SupplierSort(StrEnum):
    """What a list of suppliers may be sorted by; ``-`` before it turns it round."""

    NAME = "name"
    NUMBER = "number"
    DEADLINE = "deadline"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class SupplierFilters:
    """What a list of suppliers is narrowed to; empty means everything.

    ``overdue_at`` asks for suppliers whose deadline was missed by then.
    """

    search: str = ""
    states: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    owner_id: int | None = None
    overdue_at: datetime | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything but the search leaves suppliers out."""
        return bool(self.states or self.countries or self.owner_id is not None or self.overdue_at is not None)


@dataclass(frozen=True, slots=True)
class SupplierLine:
    """One row of the list."""

    id: int
    number: str
    name: str
    state: str
    country: str | None
    source_key: str | None
    owner: str | None
    changed_at: datetime
    duns: str | None = None
    business_licence: str | None = None
    valid_until: date | None = None
    deadline: datetime | None = None


def readable(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a supplier may be seen: by staff always, by a contact only their own company."""
    if actor.is_staff or actor.kind == "system":
        return Supplier.id.is_not(None)
    if actor.kind == "contact" and actor.person_id is not None:
        own = select(Contact.supplier_id).where(Contact.id == actor.person_id, Contact.active)
        return Supplier.id.in_(own)
    return false()


def get_supplier(session: Session, number: str, *, actor: Actor) -> Supplier:
    """One supplier by its number. Raises SupplierNotFound."""
    return _one(session, select(Supplier).where(Supplier.number == number.strip().upper()), number, actor)


def get_supplier_by_id(session: Session, supplier_id: int, *, actor: Actor) -> Supplier:
    """One supplier by its id. Raises SupplierNotFound."""
    return _one(session, select(Supplier).where(Supplier.id == supplier_id), str(supplier_id), actor)


def _one(session: Session, query: Select[Any], shown: str, actor: Actor) -> Supplier:
    supplier: Supplier | None = session.scalars(query.where(readable(actor))).one_or_none()
    if supplier is None:
        raise SupplierNotFound(_("There is no supplier %(number)s.", number=shown[:40]))
    return supplier


_LINES = select(
    Supplier.id,
    Supplier.number,
    Supplier.name,
    Supplier.state,
    Supplier.country,
    Supplier.source_key,
    User.name,
    Supplier.changed_at,
    Supplier.duns,
    Supplier.business_licence,
    Supplier.valid_until,
).outerjoin(User, User.id == Supplier.owner_id)


def surviving(session: Session, supplier: Supplier) -> Supplier:
    """The record that goes on for this one: itself, or the last one of those it was merged into."""
    while supplier.merged_into is not None:
        supplier = session.scalars(select(Supplier).where(Supplier.number == supplier.merged_into)).one()
    return supplier


def list_suppliers(
    session: Session,
    *,
    actor: Actor,
    filters: SupplierFilters = SupplierFilters(),
    sort: str = SupplierSort.NAME,
    cursor: str | None = None,
    size: int = 50,
) -> Page[SupplierLine]:
    """One page of suppliers. Raises BadCursor, ValueError for an unknown sort."""
    if SupplierSort(sort.removeprefix("-")) is SupplierSort.DEADLINE:
        return _list_by_deadline(session, actor, filters, descending=sort.startswith("-"), cursor=cursor, size=size)
    keys = _sort_keys(sort)
    found = find_by_words(
        session,
        filters.search,
        narrowed=narrowed(select(Supplier.id), actor, filters) if filters.narrows or not actor.is_staff else None,
        keys=keys,
        cursor=cursor,
        size=size,
    )
    query = narrowed(_LINES, actor, filters)
    if found is not None:
        query = query.where(found)
    page = keyset_page(session, query, keys=keys, cursor=cursor, size=size, row=SupplierLine)
    return replace(page, rows=_with_deadlines(session, page.rows))


def _list_by_deadline(
    session: Session, actor: Actor, filters: SupplierFilters, *, descending: bool, cursor: str | None, size: int
) -> Page[SupplierLine]:
    """One page by deadline: its ids first, then their lines."""
    others = replace(filters, overdue_at=None)
    within = narrowed(select(Supplier.id), actor, others) if others.narrows or not actor.is_staff else None
    asked = find_by_words(session, filters.search)
    if within is None and asked is None:
        # Nearly all pass: asking the rows of the page costs less than reading the others.
        asked = Supplier.merged_into.is_(None)
    narrowing = Narrowing(within, asked, filters.states, filters.overdue_at)
    page = page_by_deadline(session, Supplier, narrowing, descending=descending, cursor=cursor, size=size)
    rows = session.execute(_LINES.where(readable(actor), Supplier.id.in_(page.rows)))
    lines = {row.id: SupplierLine(*row) for row in rows}
    ordered = _with_deadlines(session, [lines[id_] for id_ in page.rows if id_ in lines])
    return Page(ordered, page.next_cursor, page.previous_cursor)


def _with_deadlines(session: Session, lines: Sequence[SupplierLine]) -> list[SupplierLine]:
    due = deadlines_of(session, Supplier.subject_kind, [line.id for line in lines])
    return [replace(line, deadline=due[line.id].due) if line.id in due else line for line in lines]


def count_suppliers(session: Session, *, actor: Actor, filters: SupplierFilters) -> Count:
    """How many suppliers there are, at most :data:`COUNTED`: counting on would cost more than it tells."""
    query = narrowed(select(Supplier.id), actor, filters)
    narrows = filters.narrows or not actor.is_staff
    return count_by_words(session, filters.search, query, narrows=narrows, most=COUNTED)


def _sort_keys(sort: str) -> list[SortKey]:
    name = SupplierSort(sort.removeprefix("-"))
    down = sort.startswith("-")
    column: Any = {
        SupplierSort.NAME: Supplier.name_key,
        SupplierSort.NUMBER: Supplier.id,
        SupplierSort.CHANGED: Supplier.changed_at,
    }[name]
    keys = [] if name is SupplierSort.NUMBER else [SortKey(column, descending=down)]
    return [*keys, SortKey(Supplier.id, descending=down)]


def narrowed(query: Any, actor: Actor, filters: SupplierFilters) -> Any:
    """The query with everything but the search. Merged records are listed only when they are looked for."""
    query = query.where(readable(actor))
    if not filters.states and not filters.search:
        query = query.where(Supplier.merged_into.is_(None))
    if filters.states:
        query = query.where(_any_of(Supplier.state, filters.states))
    if filters.countries:
        query = query.where(_any_of(Supplier.country, filters.countries))
    if filters.owner_id is not None:
        query = query.where(Supplier.owner_id == filters.owner_id)
    if filters.overdue_at is not None:
        query = query.where(Supplier.id.in_(overdue(Supplier.subject_kind, at=filters.overdue_at)))
    return query


def _any_of(column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    # One value as an equation lets the index answer filter and sort together.
    condition: ColumnElement[bool] = column == values[0] if len(values) == 1 else column.in_(values)
    return condition


def first_contact_order() -> tuple[Any, ...]:
    """In which order a supplier's contacts are written to."""
    return (case((Contact.primary, 0), else_=1), Contact.notice_order, Contact.id)


def contacts_of(session: Session, supplier: Supplier, *, active: bool = False) -> Sequence[Contact]:
    """The supplier's contacts in the order in which they are written to."""
    query = select(Contact).where(Contact.supplier_id == supplier.id).order_by(*first_contact_order())
    return session.scalars(query.where(Contact.active) if active else query).all()


def contact_to_write_to(session: Session, supplier_id: int, *, after: int | None = None) -> Contact | None:
    """The contact who gets a notice first, or the next one after the contact ``after`` in the order of notice."""
    query = (
        select(Contact)
        .where(
            Contact.supplier_id == supplier_id,
            Contact.active,
            Contact.email.is_not(None),
            Contact.bounced_at.is_(None) if after is None else (Contact.bounced_at.is_(None)) | (Contact.id == after),
        )
        .order_by(*first_contact_order())
    )
    found = session.scalars(query).all()
    if after is None:
        return found[0] if found else None
    place = next((place for place, contact in enumerate(found) if contact.id == after), -1)
    return found[place + 1] if place + 1 < len(found) else None


def sites_of(session: Session, supplier: Supplier) -> Sequence[Site]:
    """The supplier's sites, active ones first, by name."""
    order = (case((Site.active, 0), else_=1), Site.name, Site.id)
    return session.scalars(select(Site).where(Site.supplier_id == supplier.id).order_by(*order)).all()


class PartNotFound(NotFound):
    """The supplier has no such site or contact."""

    code = "part_not_found"


def get_site(session: Session, supplier: Supplier, site_id: int) -> Site:
    """A site of this supplier. Raises PartNotFound, also for another supplier's."""
    site = session.scalars(select(Site).where(Site.id == site_id, Site.supplier_id == supplier.id)).one_or_none()
    if site is None:
        raise PartNotFound(_("%(number)s has no such site.", number=supplier.number))
    return site


def get_contact(session: Session, supplier: Supplier, contact_id: int) -> Contact:
    """A contact of this supplier. Raises PartNotFound, also for another supplier's."""
    query = select(Contact).where(Contact.id == contact_id, Contact.supplier_id == supplier.id)
    contact = session.scalars(query).one_or_none()
    if contact is None:
        raise PartNotFound(_("%(number)s has no such contact.", number=supplier.number))
    return contact


def assessments_of(session: Session, supplier: Supplier) -> Sequence[SelfAssessment]:
    """What the supplier submitted, latest first."""
    query = select(SelfAssessment).where(SelfAssessment.supplier_id == supplier.id)
    return session.scalars(query.order_by(SelfAssessment.round.desc())).all()


_OWNERS = select(User.id, User.name).where(User.disabled_at.is_(None)).order_by(User.name, User.id)


def possible_owners(session: Session) -> Sequence[tuple[int, str]]:
    """Our people in use by name: number and name."""
    return [(row.id, row.name) for row in session.execute(_OWNERS)]
