"""Reading lines of scope. Everything starts from :func:`readable`, so that no filter can be forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from supplier_quality.errors import NotFound
from supplier_quality.identity import Actor
from supplier_quality.language import Text, _
from supplier_quality.parts.models import Commodity, name_of
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.scope.enums import ScopeAction
from supplier_quality.suppliers.scope.models import ScopeLine
from supplier_quality.trail import TrailEntry


class ScopeNotFound(NotFound):
    """There is no such line of scope, or the reader may not know of it."""

    code = "scope_not_found"


@dataclass(frozen=True, slots=True)
class ScopeView:
    """One line with the names of what it is about."""

    id: int
    number: str
    state: str
    version: int
    definition_id: int
    decided: str | None
    part_number: str | None
    conditions: str | None
    due: date | None
    valid_to: date | None
    supplier_id: int
    supplier_number: str
    supplier_name: str
    site_id: int
    site: str
    commodity_id: int
    commodity: str
    name_en: str | None
    name_zh: str | None
    criticality: str

    @property
    def commodity_name(self) -> Text:
        return name_of(self.name_en, self.name_zh)


COLUMNS: tuple[Any, ...] = (
    ScopeLine.id, ScopeLine.number, ScopeLine.state, ScopeLine.version, ScopeLine.definition_id, ScopeLine.decided,
    ScopeLine.part_number, ScopeLine.conditions, ScopeLine.due, ScopeLine.valid_to, Supplier.id, Supplier.number,
    Supplier.name, Site.id, Site.name, Commodity.id, Commodity.number, Commodity.name_en, Commodity.name_zh,
    Commodity.criticality,
)  # fmt: skip


def readable(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a line may be seen: where its supplier may."""
    # Not IN: SQLite would first list all suppliers that may be seen.
    own = select(Supplier.id).where(Supplier.id == ScopeLine.supplier_id, supplier_queries.readable(actor))
    return own.correlate(ScopeLine).exists()


def named(*columns: Any) -> Select[Any]:
    """A query for columns of lines, their suppliers, sites and commodities."""
    return (
        select(*columns)
        .select_from(ScopeLine)
        .join(Supplier, Supplier.id == ScopeLine.supplier_id)
        .join(Site, Site.id == ScopeLine.site_id)
        .join(Commodity, Commodity.id == ScopeLine.commodity_id)
    )


def get_scope(session: Session, number: str, *, actor: Actor) -> ScopeLine:
    """One line by its number. Raises ScopeNotFound."""
    found = session.scalars(select(ScopeLine).where(ScopeLine.number == number.strip().upper(), readable(actor)))
    line = found.one_or_none()
    if line is None:
        raise ScopeNotFound(_("There is no line of scope %(number)s.", number=number[:40]))
    return line


def view_of(session: Session, line_id: int) -> ScopeView:
    """A line that is there, with names."""
    return views_of(session, [line_id])[0]


def views_of(session: Session, line_ids: Sequence[int]) -> list[ScopeView]:
    """Lines by id with names, in the order of their ids."""
    query = named(*COLUMNS).where(ScopeLine.id.in_(line_ids)).order_by(ScopeLine.id)
    return [ScopeView(*row) for row in session.execute(query)]


def lines_of_supplier(session: Session, supplier_id: int, *, actor: Actor) -> list[ScopeView]:
    """All lines of one supplier by site and commodity."""
    query = named(*COLUMNS).where(ScopeLine.supplier_id == supplier_id, readable(actor))
    order = (Site.name, Site.id, Commodity.number, ScopeLine.part_number, ScopeLine.id)
    return [ScopeView(*row) for row in session.execute(query.order_by(*order))]


def phased_out_with(session: Session, supplier_id: int, at: datetime) -> list[tuple[int, str, str]]:
    """The lines that were phased out with their supplier at a moment, by id: where each stood, and where it came to stand."""
    query = (
        select(TrailEntry.record_id, TrailEntry.action, TrailEntry.from_state, TrailEntry.to_state)
        .join(ScopeLine, ScopeLine.id == TrailEntry.record_id)
        .where(
            TrailEntry.record_kind == ScopeLine.subject_kind,
            ScopeLine.supplier_id == supplier_id,
            TrailEntry.to_state.is_not(None),
            TrailEntry.at == at,
        )
        .order_by(TrailEntry.record_id, TrailEntry.seq)
    )
    moved: dict[int, tuple[int, str, str]] = {}
    for row in session.execute(query):
        if row.action == ScopeAction.PHASE_OUT_WITH_SUPPLIER:
            moved[row.record_id] = (row.record_id, row.from_state, row.to_state)
        elif row.record_id in moved:
            # What its site lacks held it again at once.
            moved[row.record_id] = (row.record_id, moved[row.record_id][1], row.to_state)
    return list(moved.values())
