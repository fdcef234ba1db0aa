"""Proving the trail against the records it speaks of: their positions, and the states they say they are in."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.engine.registry import registry
from supplier_quality.errors import NotFound
from supplier_quality.language import _
from supplier_quality.trail import Position, TrailEntry
from supplier_quality.trail.stored import reading_anything
from supplier_quality.trail.verify import Report, TrailProblem


def verify_trail(
    session: Session, *, record: tuple[str, int] | None = None, published: Sequence[dict[str, Any]] = ()
) -> Report:
    """:func:`trail.verify` with what all live records say of themselves. A state that no entry explains is a problem.

    Raises RecordUnknown for a record that neither the trail nor its own table nor a sealed head knows.
    """
    with reading_anything(session):
        report = trail.verify(session, record=record, published=published, positions=list(_positions(session, record)))
        for kind in registry.subjects:
            if record is None or record[0] == kind:
                _verify_states(session, kind, record, report)
                _verify_presence(session, kind, record, report)
    if record is not None and report.ok and not report.entries:
        raise RecordUnknown(_("Neither the trail nor a published head knows such a record."))
    return report


class RecordUnknown(NotFound):
    """There is nothing to prove: no such record ever was, as far as anything here tells."""

    code = "record_unknown"


def _positions(session: Session, record: tuple[str, int] | None) -> Iterator[tuple[str, int, Position]]:
    for kind, model in registry.subjects.items():
        if record is not None and record[0] != kind:
            continue
        table: Any = model.__table__  # type: ignore[attr-defined]
        query = select(table.c.id, table.c.trail_seq, table.c.trail_head)
        if record is not None:
            query = query.where(table.c.id == record[1])
        for row in session.execute(query):
            yield kind, row.id, Position(row.trail_seq, row.trail_head)


def _verify_states(session: Session, kind: str, record: tuple[str, int] | None, report: Report) -> None:
    table: Any = registry.model(kind).__table__  # type: ignore[attr-defined]
    moves = (
        select(TrailEntry.record_id, func.max(TrailEntry.seq).label("seq"))
        .where(TrailEntry.record_kind == kind, TrailEntry.to_state.is_not(None))
        .group_by(TrailEntry.record_id)
        .subquery()
    )
    query = (
        select(table.c.id, table.c.state, TrailEntry.to_state, moves.c.seq)
        .outerjoin_from(table, moves, moves.c.record_id == table.c.id)
        .outerjoin(
            TrailEntry,
            (TrailEntry.record_kind == kind)
            & (TrailEntry.record_id == moves.c.record_id)
            & (TrailEntry.seq == moves.c.seq),
        )
        .where(table.c.state.is_distinct_from(TrailEntry.to_state))
    )
    if record is not None:
        query = query.where(table.c.id == record[1])
    for row in session.execute(query):
        sentence = _("The record says %(state)s, its trail says %(told)s.", state=row.state, told=row.to_state or "–")
        report.add(TrailProblem("unexplained_state", sentence, kind, row.id, row.seq))


def _verify_presence(session: Session, kind: str, record: tuple[str, int] | None, report: Report) -> None:
    """Records are never deleted by the product: one that has a trail and no row was removed behind its back."""
    table: Any = registry.model(kind).__table__  # type: ignore[attr-defined]
    query = (
        select(TrailEntry.record_id)
        .outerjoin_from(TrailEntry, table, table.c.id == TrailEntry.record_id)
        .where(TrailEntry.record_kind == kind, TrailEntry.seq == 1, table.c.id.is_(None))
        .order_by(TrailEntry.record_id)
    )
    if record is not None:
        query = query.where(TrailEntry.record_id == record[1])
    for record_id in session.scalars(query):
        report.add(TrailProblem("missing_record", _("The record is gone; only its trail is left."), kind, record_id, 1))
