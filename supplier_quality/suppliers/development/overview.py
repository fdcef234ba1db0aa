"""All suppliers that stand below their minimum or are behind their plan: read with a fixed number of queries.

Levels follow from certificates and audits and are stored nowhere, so the list is computed for all suppliers we buy from and
narrowed afterwards; 10,000 suppliers take less than a second.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from supplier_quality.identity import Actor
from supplier_quality.identity.models import User
from supplier_quality.persistence.paging import Page
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.development.enums import ALL, BEHIND, BELOW, OPEN_PLANS, TO_DO
from supplier_quality.suppliers.development.models import DevelopmentPlan, Milestone
from supplier_quality.suppliers.development.queries import standings_where
from supplier_quality.suppliers.development.rules import Standing
from supplier_quality.suppliers.models import Supplier

BOUGHT_FROM = ("review", "approved", "conditional", "requalifying", "suspended")
"""States of workflows/supplier_qualification.yaml in which a supplier delivers or is about to, so that its level matters."""

_AFTER, _UP_TO = "after:", "before:"


@dataclass(frozen=True, slots=True)
class OverviewFilters:
    """What the list is narrowed to. ``show`` is one of BELOW, BEHIND, ALL, or None for whatever wants attention.

    ``level`` is an id, ``plan`` a state of the plan, or ``none`` for suppliers without one.
    """

    show: str | None = None
    search: str = ""
    level: str | None = None
    owner_id: int | None = None
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class PlanSeen:
    """The open plan of a supplier. ``next_due`` is the day of the first milestone that is still to be reached."""

    number: str
    state: str
    definition_id: int
    next_due: date | None
    overdue: int


@dataclass(frozen=True, slots=True)
class Row:
    """One supplier of the list."""

    number: str
    name: str
    name_key: str
    owner_id: int | None
    owner: str | None
    standing: Standing
    plan: PlanSeen | None

    @property
    def below(self) -> bool:
        return not self.standing.meets_minimum

    @property
    def behind(self) -> bool:
        return self.plan is not None and self.plan.overdue > 0


@dataclass(frozen=True, slots=True)
class Overview:
    """The rows that fit, in order, and how many suppliers of all are below their minimum, or behind their plan."""

    rows: Sequence[Row]
    below: int
    behind: int
    below_without_plan: int
    total: int

    def page(self, cursor: str | None, size: int) -> Page[Row]:
        """A page of the rows. A cursor names the supplier beside it, so that it keeps its place when others come and go."""
        start = _start_of(self.rows, cursor, size)
        shown = self.rows[start : start + size]
        more = start + size < len(self.rows)
        return Page(
            shown,
            next_cursor=f"{_AFTER}{shown[-1].number}" if shown and more else None,
            previous_cursor=f"{_UP_TO}{shown[0].number}" if shown and start else None,
            total=len(self.rows),
        )


def read_overview(
    session: Session, *, actor: Actor, filters: OverviewFilters, today: date, by_level: bool = False,
    descending: bool = False,
) -> Overview:  # fmt: skip
    """The suppliers that fit by name, or by level and then name."""
    condition = supplier_queries.readable(actor) & or_(
        Supplier.state.in_(BOUGHT_FROM),
        Supplier.id.in_(select(DevelopmentPlan.supplier_id).where(DevelopmentPlan.state.in_(OPEN_PLANS))),
    )
    rows = _rows(session, condition, today)
    fitting = [row for row in rows if _fits(row, filters)]
    fitting.sort(key=lambda row: (row.name_key, row.number), reverse=descending and not by_level)
    if by_level:
        fitting.sort(key=lambda row: row.standing.rank, reverse=descending)
    below = [row for row in rows if row.below]
    return Overview(
        rows=fitting,
        below=len(below),
        behind=sum(1 for row in rows if row.behind),
        below_without_plan=sum(1 for row in below if row.plan is None),
        total=len(rows),
    )


def read_row(session: Session, supplier: Supplier, *, today: date) -> Row:
    """One supplier as the list shows it, in whatever state it is; the caller checked that it may be read."""
    return _rows(session, Supplier.id == supplier.id, today)[0]


def _rows(session: Session, condition: ColumnElement[bool], today: date) -> list[Row]:
    standings = standings_where(session, condition, today=today)
    plans = _plans(session, condition, today)
    query = (
        select(
            Supplier.id, Supplier.number, Supplier.name, Supplier.name_key, Supplier.owner_id, User.name.label("owner")
        )
        .outerjoin(User, User.id == Supplier.owner_id)
        .where(condition)
    )
    return [
        Row(row.number, row.name, row.name_key, row.owner_id, row.owner, standings[row.id], plans.get(row.id))
        for row in session.execute(query)
        if row.id in standings
    ]


def _plans(session: Session, condition: ColumnElement[bool], today: date) -> dict[int, PlanSeen]:
    late = case((Milestone.due < today, 1), else_=0)
    steps = (
        select(Milestone.plan_id, func.min(Milestone.due).label("next_due"), func.sum(late).label("overdue"))
        .where(Milestone.state.in_(TO_DO))
        .group_by(Milestone.plan_id)
        .subquery()
    )
    query = (
        select(
            DevelopmentPlan.supplier_id, DevelopmentPlan.number, DevelopmentPlan.state, DevelopmentPlan.definition_id,
            steps.c.next_due, steps.c.overdue,
        )
        .join(Supplier, Supplier.id == DevelopmentPlan.supplier_id)
        .outerjoin(steps, steps.c.plan_id == DevelopmentPlan.id)
        .where(condition, DevelopmentPlan.state.in_(OPEN_PLANS))
        .order_by(DevelopmentPlan.id)
    )  # fmt: skip
    return {row.supplier_id: _seen(row) for row in session.execute(query)}


def _seen(row: Any) -> PlanSeen:
    return PlanSeen(row.number, row.state, row.definition_id, row.next_due, int(row.overdue or 0))


def _fits(row: Row, filters: OverviewFilters) -> bool:
    shown: Mapping[str | None, bool] = {BELOW: row.below, BEHIND: row.behind, ALL: True, None: row.below or row.behind}
    # Whoever asks for plans in a state and nothing else wants all of them, also those that go well.
    show = filters.show or (ALL if filters.plan else None)
    if not shown.get(show, True):
        return False
    if filters.plan is not None and (row.plan.state if row.plan else "none") != filters.plan:
        return False
    if filters.level is not None and (row.standing.level.id if row.standing.level else "none") != filters.level:
        return False
    if filters.owner_id is not None and row.owner_id != filters.owner_id:
        return False
    wanted = filters.search.casefold()
    return wanted in row.name.casefold() or wanted == row.number.casefold()


def _start_of(rows: Sequence[Row], cursor: str | None, size: int) -> int:
    """Where the page begins; at the first row for a cursor that names no row of this list (any more)."""
    forward = (cursor or "").startswith(_AFTER)
    number = (cursor or "").removeprefix(_AFTER).removeprefix(_UP_TO)
    place = next((place for place, row in enumerate(rows) if row.number == number), None)
    if place is None:
        return 0
    return place + 1 if forward else max(place - size, 0)
