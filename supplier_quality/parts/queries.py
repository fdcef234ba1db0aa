"""Reading commodities. Every member of staff may read them; a supplier's contact may not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from supplier_quality.errors import NotFound
from supplier_quality.identity import Actor
from supplier_quality.language import Text, _
from supplier_quality.parts.models import Commodity, name_of
from supplier_quality.persistence.paging import Page, SortKey, keyset_page


class CommodityNotFound(NotFound):
    """There is no such commodity, or the reader may not know of it."""

    code = "commodity_not_found"


@dataclass(frozen=True, slots=True)
class CommodityFilters:
    """What a list of commodities is narrowed to; ``active`` None means all."""

    search: str = ""
    criticality: str | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class CommodityLine:
    """One row of the list."""

    id: int
    number: str
    name_en: str | None
    name_zh: str | None
    criticality: str
    special_processes: list[str]
    active: bool
    revision: int
    changed_at: datetime

    @property
    def name(self) -> Text:
        return name_of(self.name_en, self.name_zh)


def readable(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a commodity may be seen."""
    return true() if actor.is_staff or actor.kind == "system" else false()


def get_commodity(session: Session, number: str, *, actor: Actor, lock: bool = False) -> Commodity:
    """One commodity by its number, with ``lock`` held until the session ends. Raises CommodityNotFound."""
    query = select(Commodity).where(Commodity.number == number.strip().upper(), readable(actor))
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise CommodityNotFound(_("There is no commodity %(number)s.", number=number[:40]))
    return found


def list_commodities(
    session: Session,
    *,
    actor: Actor,
    filters: CommodityFilters = CommodityFilters(),
    descending: bool = False,
    cursor: str | None = None,
    size: int = 50,
) -> Page[CommodityLine]:
    """One page of commodities by number. Raises BadCursor."""
    columns: tuple[Any, ...] = (
        Commodity.id, Commodity.number, Commodity.name_en, Commodity.name_zh, Commodity.criticality,
        Commodity.special_processes, Commodity.active, Commodity.revision, Commodity.changed_at,
    )  # fmt: skip
    query = select(*columns).where(readable(actor))
    if filters.search:
        searched = (Commodity.number, Commodity.name_en, Commodity.name_zh)
        query = query.where(or_(*(column.icontains(filters.search, autoescape=True) for column in searched)))
    if filters.criticality is not None:
        query = query.where(Commodity.criticality == filters.criticality)
    if filters.active is not None:
        query = query.where(Commodity.active == filters.active)
    keys = [SortKey(Commodity.number, descending=descending)]
    return keyset_page(session, query, keys=keys, cursor=cursor, size=size, row=CommodityLine, count=True)


def commodities_in_use(session: Session, *, actor: Actor) -> Sequence[Commodity]:
    """All commodities that may be chosen for something new, by number."""
    return session.scalars(select(Commodity).where(readable(actor), Commodity.active).order_by(Commodity.number)).all()
