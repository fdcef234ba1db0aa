"""Reading the approved supplier list from the lines of scope and, for a past day, from the trail.

A list is paged by suppliers, in the order of their names; all lines of a supplier stand on one page. How a line stood at a
past moment is the state of its last entry before it: one look-up per line in the index of the trail by record, inside the one
query of the page. Names are those of today, so a supplier that was renamed or merged since is found where it is now.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from supplier_quality.identity import Actor
from supplier_quality.parts.models import Commodity
from supplier_quality.persistence.paging import Page, SortKey, keyset_page
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.rules import as_date
from supplier_quality.suppliers.scope.enums import ScopeAction, ScopeState
from supplier_quality.suppliers.scope.models import ScopeLine
from supplier_quality.suppliers.scope.queries import COLUMNS, ScopeView, named
from supplier_quality.suppliers.words import find_by_words
from supplier_quality.trail import Entry, TrailEntry
from supplier_quality.trail.queries import entry_of

UNLISTED = ("rejected", "withdrawn", "ended")
"""States of lines that are listed only when they are asked for by name."""

_PHASE_OUTS = (ScopeAction.PHASE_OUT, ScopeAction.PHASE_OUT_WITH_SUPPLIER)
_DECISIONS = (ScopeAction.APPROVE, ScopeAction.APPROVE_CONDITIONALLY, *_PHASE_OUTS, ScopeAction.REINSTATE)
_MOST_IDS = 5_000
_FIELDS = tuple(field.name for field in fields(ScopeView))


@dataclass(frozen=True, slots=True)
class ListFilters:
    """What the list is narrowed to; ``before`` is the end of a past day, None for how it stands now."""

    search: str = ""
    state: str | None = None
    commodity_id: int | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListedLine:
    """One line as it stood: ``view`` has state, conditions and days of that moment, ``entry`` how it came there."""

    view: ScopeView
    entry_id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a line, with the line as it is today."""

    view: ScopeView
    entry: Entry


def list_approved(
    session: Session, *, actor: Actor, filters: ListFilters, cursor: str | None = None, size: int = 25
) -> Page[ListedLine]:
    """One page of the list: ``size`` suppliers with all their lines, by name, site and commodity. Raises BadCursor."""
    query = select(Supplier.id).where(supplier_queries.readable(actor), _has_line(filters))
    found = find_by_words(session, filters.search)
    if found is not None:
        query = query.where(found)
    keys = [SortKey(Supplier.name_key), SortKey(Supplier.id)]
    page: Page[int] = keyset_page(session, query, keys=keys, cursor=cursor, size=size)
    return replace(page, rows=_lines_of(session, page.rows, filters))  # type: ignore[arg-type, return-value]


def reasons_of(session: Session, lines: Sequence[ListedLine]) -> dict[int, Entry]:
    """The entries that brought lines where they stood, by the line's id."""
    rows = session.scalars(select(TrailEntry).where(TrailEntry.id.in_([line.entry_id for line in lines]))).all()
    return {row.record_id: entry_of(row) for row in rows}


def changes_since(session: Session, since: datetime, *, actor: Actor, limit: int) -> list[Change]:
    """The steps of lines since a moment, newest first: starts, changes of state and new conditions, at most ``limit``.

    A line that moved since has entered its present state since; so only those lines' entries are read.
    """
    moved = (
        named(TrailEntry, *COLUMNS)
        .join(TrailEntry, and_(TrailEntry.record_kind == ScopeLine.subject_kind, TrailEntry.record_id == ScopeLine.id))
        .where(
            ScopeLine.entered_at >= since,
            TrailEntry.at >= since,
            TrailEntry.to_state.is_not(None),
            supplier_queries.readable(actor),
        )
        .order_by(TrailEntry.id.desc())
        .limit(limit)
    )
    return [Change(ScopeView(*row[1:]), entry_of(row[0])) for row in session.execute(moved)]


def commodity_choices(session: Session) -> Sequence[Any]:
    """The commodities for which there is scope, by number: id, number and both names."""
    used = select(ScopeLine.id).where(ScopeLine.commodity_id == Commodity.id).limit(1).correlate(Commodity)
    columns = (Commodity.id, Commodity.number, Commodity.name_en, Commodity.name_zh)
    query = select(*columns).where(used.scalar_subquery().is_not(None)).order_by(Commodity.number)
    return session.execute(query).all()


def _last_entry(before: datetime | None, column: Any) -> Any:
    """A column of the entry by which a line last entered a state, before a moment if one is given."""
    query = select(column).where(
        TrailEntry.record_kind == ScopeLine.subject_kind,
        TrailEntry.record_id == ScopeLine.id,
        TrailEntry.to_state.is_not(None),
    )
    if before is not None:
        query = query.where(TrailEntry.at < before)
    return query.order_by(TrailEntry.seq.desc()).limit(1).correlate(ScopeLine).scalar_subquery()


def _conditions(filters: ListFilters, state: Any) -> list[ColumnElement[bool]]:
    """Which lines are listed, by the column that holds their state."""
    wanted: list[ColumnElement[bool]] = [
        state == filters.state if filters.state is not None else state.not_in(UNLISTED)
    ]
    if filters.commodity_id is not None:
        wanted.append(ScopeLine.commodity_id == filters.commodity_id)
    return wanted


def _has_line(filters: ListFilters) -> ColumnElement[bool]:
    # With the limit the database asks each supplier in the order of the list, instead of reading all lines first.
    state: Any = ScopeLine.state if filters.before is None else _last_entry(filters.before, TrailEntry.to_state)
    line = select(ScopeLine.id).where(ScopeLine.supplier_id == Supplier.id, *_conditions(filters, state))
    return line.limit(1).correlate(Supplier).scalar_subquery().is_not(None)


def _lines_of(session: Session, supplier_ids: Sequence[int], filters: ListFilters) -> list[ListedLine]:
    if not supplier_ids:
        return []
    query = (
        named(TrailEntry.to_state, TrailEntry.id, TrailEntry.at, *COLUMNS)
        .join(TrailEntry, TrailEntry.id == _last_entry(filters.before, TrailEntry.id))
        .where(ScopeLine.supplier_id.in_(supplier_ids), *_conditions(filters, TrailEntry.to_state))
        .order_by(Supplier.name_key, Supplier.id, Site.name, Site.id, ScopeLine.commodity_id, ScopeLine.id)
    )
    rows = session.execute(query).all()
    if filters.before is None:
        return [ListedLine(ScopeView(*row[3:]), row[1], row[2]) for row in rows]
    told = _decisions(session, [row[3] for row in rows], filters.before)
    return [ListedLine(_as_it_stood(row, told.get(row[3], _NOTHING)), row[1], row[2]) for row in rows]


def _as_it_stood(row: Any, decision: Mapping[str, Any]) -> ScopeView:
    """The line of a row that begins with its past state, with the conditions and days in force then."""
    values = dict(zip(_FIELDS, row[3:], strict=True))
    return ScopeView(**{**values, "state": row[0], **decision})


def _decisions(session: Session, line_ids: Sequence[int], before: datetime) -> dict[int, Mapping[str, Any]]:
    """What the decisions in the trail had laid down for lines by a moment: conditions and days, by the line's id."""
    told: dict[int, Mapping[str, Any]] = {}
    for place in range(0, len(line_ids), _MOST_IDS):
        query = (
            select(TrailEntry.record_id, TrailEntry.action, TrailEntry.from_state, TrailEntry.data)
            .where(
                TrailEntry.record_kind == ScopeLine.subject_kind,
                TrailEntry.record_id.in_(line_ids[place : place + _MOST_IDS]),
                TrailEntry.action.in_(_DECISIONS),
                TrailEntry.at < before,
            )
            .order_by(TrailEntry.record_id, TrailEntry.seq)
        )
        for row in session.execute(query):
            form = json.loads(row.data).get("form") or {}
            told[row.record_id] = decided(told.get(row.record_id, _NOTHING), row.action, row.from_state, form)
    return told


_NOTHING: Mapping[str, date | str | None] = {"conditions": None, "due": None, "valid_to": None}


def decided(before: Mapping[str, Any], action: str, from_state: str | None, form: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions and days after one decision, as ``scope.operations`` keeps them on the line."""
    if action == ScopeAction.APPROVE:
        return {**_NOTHING, "valid_to": as_date(form.get("valid_to"))}
    if action == ScopeAction.APPROVE_CONDITIONALLY:
        return {
            "conditions": form.get("conditions"),
            "due": as_date(form.get("due")),
            "valid_to": as_date(form.get("valid_to")),
        }
    if action in _PHASE_OUTS:
        return {**before, "valid_to": as_date(form.get("last_day"))}
    # Reinstated: the end of a phase-out ends with it, the end of an approval stays.
    valid_to = None if from_state == ScopeState.PHASING_OUT else before["valid_to"]
    return {**_NOTHING, "valid_to": valid_to}
