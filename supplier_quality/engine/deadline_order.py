"""A list of records by deadline, page by page, however many there are.

The rows of timers stand in that order already: a page walks them and asks of each whether its record is in the list. Records
that other conditions leave few of are looked up instead. Those without a deadline follow in the order of their ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select, tuple_
from sqlalchemy.orm import Session, aliased

from supplier_quality.engine.deadlines import is_deadline_of
from supplier_quality.engine.models import Timer
from supplier_quality.engine.store import processes_of
from supplier_quality.persistence.paging import Page, SortKey, Stretch, chained_page

FEW = 1_000
"""So many records or fewer are looked up one by one."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a list leaves of the records of a kind.

    ``within`` is a query for ids that an index answers, None for all; ``asked`` a condition that is better asked of single
    records. ``states`` names the states that ``within`` is confined to, if it is. ``overdue_at`` leaves the records whose
    deadline was missed by then.
    """

    within: Select[int] | None = None
    asked: ColumnElement[bool] | None = None
    states: Sequence[str] = ()
    overdue_at: datetime | None = None


def page_by_deadline(
    session: Session,
    model: Any,
    narrowing: Narrowing,
    *,
    descending: bool = False,
    cursor: str | None = None,
    size: int = 50,
) -> Page[int]:
    """The ids of one page of records of this model: the soonest deadline first, those without one last.

    Raises BadCursor.
    """
    dated, undated = _dated(session, model, narrowing), select(model.id).where(~_has_deadline(model))
    whole = _whole(model, narrowing)
    if whole is not None:
        few = session.scalars(whole.limit(FEW + 1)).all()
        if len(few) <= FEW:
            dated, undated = dated.where(Timer.subject_id.in_(few)), undated.where(model.id.in_(few))
        else:
            dated, undated = _each_asked(model, dated, narrowing), whole.where(~_has_deadline(model))
    by_deadline = [SortKey(Timer.first_due, descending=descending), SortKey(Timer.subject_id, descending=descending)]
    stretches = [Stretch(dated, by_deadline)]
    if narrowing.overdue_at is None:
        stretches.append(Stretch(undated, [SortKey(model.id, descending=descending)]))
    return chained_page(session, stretches, cursor=cursor, size=size)


def _dated(session: Session, model: Any, narrowing: Narrowing) -> Select[int]:
    """Of every record the timer that is its deadline. Only timers that run in the states of the list are walked."""
    query = select(Timer.subject_id).where(Timer.subject_kind == model.subject_kind, Timer.is_deadline, _is_earliest())
    if narrowing.states:
        query = query.where(Timer.rule.in_(_rules_in(session, model, narrowing.states)))
    if narrowing.overdue_at is not None:
        query = query.where(Timer.first_due <= narrowing.overdue_at)
    return query


def _rules_in(session: Session, model: Any, states: Sequence[str]) -> set[str]:
    """The ids of the deadlines that run in these states, in any version of the process."""
    processes = processes_of(session, model.workflow).values()
    timers = (rule for process in processes for state in states for rule in process.timers_in.get(state, ()))
    return {rule.id for rule in timers if rule.is_deadline}


def _whole(model: Any, narrowing: Narrowing) -> Select[int] | None:
    """The ids of all records in the list; None when every record is."""
    if narrowing.within is None and narrowing.asked is None:
        return None
    within = select(model.id) if narrowing.within is None else narrowing.within
    return within if narrowing.asked is None else within.where(narrowing.asked)


def _each_asked(model: Any, dated: Select[int], narrowing: Narrowing) -> Select[int]:
    """The timers whose records are in the list."""
    if narrowing.within is not None:
        dated = dated.where(Timer.subject_id.in_(narrowing.within))
    if narrowing.asked is not None:
        # The limit keeps the database from reading all such records first.
        found = select(model.id).where(model.id == Timer.subject_id, narrowing.asked).limit(1)
        dated = dated.where(found.correlate(Timer).scalar_subquery().is_not(None))
    return dated


def _has_deadline(model: Any) -> ColumnElement[bool]:
    return exists().where(is_deadline_of(Timer, model.subject_kind, model.id))


def _is_earliest() -> ColumnElement[bool]:
    """That the record of a timer has no earlier deadline; of two at the same moment the first written counts."""
    other = aliased(Timer)
    earlier = tuple_(other.first_due, other.id) < tuple_(Timer.first_due, Timer.id)
    return ~exists().where(is_deadline_of(other, Timer.subject_kind, Timer.subject_id), earlier)
