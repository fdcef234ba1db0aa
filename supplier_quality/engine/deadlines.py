"""By when a record has to move on: the moment at which its process escalates or acts by itself.

The rows of its timers say so, also after a deadline has fired for the last time; ``TimerRule.is_deadline`` says which timers
are deadlines. A record with several has the earliest; repeated escalations do not push it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from supplier_quality.engine.models import Timer


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a record has to have moved on, and the id of the timer rule that says so."""

    due: datetime
    rule: str


def is_deadline_of(timer: Any, kind: Any, record_id: Any) -> ColumnElement[bool]:
    """That a timer is a deadline of this record, said so that it is looked up by the record.

    With a plain ``is_deadline`` the index of deadlines would fit too, and SQLite would read all of it for each record.
    """
    return and_(timer.subject_kind == kind, timer.subject_id == record_id, timer.is_deadline.is_(True))


_OF_RECORDS = (
    select(Timer.subject_id, Timer.first_due, Timer.rule)
    .where(
        Timer.subject_kind == bindparam("kind"),
        Timer.subject_id.in_(bindparam("ids", expanding=True)),
        Timer.is_deadline.is_(True),
    )
    .order_by(Timer.first_due.desc(), Timer.id.desc())
)


def deadlines_of(session: Session, kind: str, ids: Sequence[int]) -> dict[int, Deadline]:
    """The next or missed deadline of these records of one kind, by id. Those without one are left out."""
    if not ids:
        return {}
    rows = session.execute(_OF_RECORDS, {"kind": kind, "ids": list(ids)})
    # The earliest of a record comes last.
    return {row.subject_id: Deadline(row.first_due, row.rule) for row in rows}


def overdue(kind: str, *, at: datetime) -> Select[int]:
    """The ids of the records of a kind whose deadline is missed."""
    return select(Timer.subject_id).where(Timer.subject_kind == kind, Timer.is_deadline, Timer.first_due <= at)


def deadline_column(model: Any) -> ScalarSelect[datetime]:
    """The deadline of each row of a query over this model, to sort a few by."""
    earliest = select(func.min(Timer.first_due)).where(is_deadline_of(Timer, model.subject_kind, model.id))
    return earliest.correlate(model).scalar_subquery()
