"""Reading acts on many suppliers: what can be done to those picked, and how each went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from supplier_quality.engine.definitions import Process
from supplier_quality.engine.definitions.model import FormField
from supplier_quality.engine.explain import ActionView, explain_many
from supplier_quality.engine.store import active_process
from supplier_quality.errors import NotFound
from supplier_quality.identity import Actor, Role
from supplier_quality.language import Words, _
from supplier_quality.mail.values import thaw
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.bulk.models import BulkItem, BulkRun
from supplier_quality.suppliers.enums import SupplierAction
from supplier_quality.suppliers.merging.operations import UNMERGE
from supplier_quality.suppliers.models import Supplier

CHANGE_OWNER = "change_owner"
"""Done to many as well, though it is no action of the process."""


class BulkRunNotFound(NotFound):
    """There is no such act, or it is somebody else's."""

    code = "bulk_run_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such act on several suppliers."))


@dataclass(frozen=True, slots=True)
class Line:
    """One supplier of a run, with the state it is in now, and how it went."""

    supplier: Supplier
    version: int
    outcome: str | None
    said: Sequence[Words] = ()
    at: datetime | None = None

    @property
    def moved_on(self) -> bool:
        """Whether somebody changed the supplier since it was picked."""
        return self.supplier.version != self.version


@dataclass(frozen=True, slots=True)
class Choice:
    """One action as it stands to the suppliers picked. ``views`` holds it for those whose state has it, by their id."""

    id: str
    label: Words
    views: Mapping[int, ActionView]
    form: tuple[FormField, ...] = ()
    confirm: Words | None = None
    sign: Words | None = None

    def possible(self, lines: Sequence[Line]) -> int:
        """For how many it can be taken now; what the form will say is decided later."""
        return sum(1 for line in lines if not self.reasons(line))

    def reasons(self, line: Line) -> Sequence[Words]:
        """Why it would be refused for one supplier; none when it can be taken."""
        view = self.views.get(line.supplier.id)
        if line.supplier.merged_into is not None:
            return (_("The record was merged into %(number)s.", number=line.supplier.merged_into),)
        if line.moved_on:
            return (_("Changed by somebody since you picked it."),)
        if self.id == CHANGE_OWNER:
            return ()
        if view is None:
            return (_("The action is not possible in this state."),)
        return tuple(unmet.message for unmet in view.refused)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a run went how; ``waiting`` are still to come."""

    total: int = 0
    by_outcome: Mapping[str, int] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        return self.total - sum(self.by_outcome.values())


def get_run(session: Session, run_id: int, *, actor: Actor) -> BulkRun:
    """A run of this person; quality managers and administrators read those of all. Raises BulkRunNotFound."""
    run = session.get(BulkRun, run_id)
    if run is None or not (run.person_id == actor.person_id or actor.has_role(Role.QUALITY_MANAGER, Role.ADMIN)):
        raise BulkRunNotFound
    return run


def latest_runs(session: Session, *, actor: Actor, limit: int = 50) -> Sequence[BulkRun]:
    """The runs a person may read that were asked for, newest first."""
    query = select(BulkRun).where(BulkRun.action.is_not(None)).order_by(BulkRun.id.desc()).limit(limit)
    if not actor.has_role(Role.QUALITY_MANAGER, Role.ADMIN):
        query = query.where(BulkRun.person_id == actor.person_id)
    return session.scalars(query).all()


def unread_runs(session: Session, person_id: int, *, limit: int = 20) -> Sequence[BulkRun]:
    """Runs of one person whose report they have not read."""
    query = select(BulkRun).where(
        BulkRun.person_id == person_id, BulkRun.seen_at.is_(None), BulkRun.action.is_not(None)
    )  # fmt: skip
    return session.scalars(query.order_by(BulkRun.id.desc()).limit(limit)).all()


def lines_of(session: Session, run: BulkRun, *, actor: Actor) -> list[Line]:
    """The suppliers of a run that the reader may see, in the order in which they were picked."""
    query = (
        select(BulkItem, Supplier)
        .join(Supplier, Supplier.id == BulkItem.supplier_id)
        .where(BulkItem.run_id == run.id, supplier_queries.readable(actor))
        .order_by(BulkItem.place)
    )
    return [
        Line(supplier, item.version, item.outcome, tuple(thaw(item.said or [])), item.at)
        for item, supplier in session.execute(query)
    ]


def tallies_of(session: Session, runs: Sequence[BulkRun]) -> dict[int, Tally]:
    """How many suppliers of these runs went how, by the run's id."""
    query = (
        select(BulkItem.run_id, BulkItem.outcome, func.count())
        .where(BulkItem.run_id.in_([run.id for run in runs]))
        .group_by(BulkItem.run_id, BulkItem.outcome)
    )
    found: dict[int, dict[str | None, int]] = {}
    for run_id, outcome, count in session.execute(query):
        found.setdefault(run_id, {})[outcome] = count
    return {
        run_id: Tally(sum(counts.values()), {name: count for name, count in counts.items() if name is not None})
        for run_id, counts in found.items()
    }


def choices_of(session: Session, lines: Sequence[Line], *, actor: Actor, at: datetime) -> list[Choice]:
    """What this person may do to these suppliers, in the order of the process: for at least one of them, by their role.

    Merging is about two records and has its own pages.
    """
    explained = explain_many(session, [line.supplier for line in lines], actor=actor, at=at)
    _row, process = active_process(session, Supplier.workflow)
    views: dict[str, dict[int, ActionView]] = {}
    for supplier_id, each in explained.items():
        for view in each:
            if view.id != SupplierAction.MERGE and not view.id.startswith(UNMERGE) and not view.not_mine:
                views.setdefault(view.id, {})[supplier_id] = view
    return [_choice(id_, views[id_]) for id_ in sorted(views, key=lambda id_: _place(process, id_))]


def _place(process: Process, action: str) -> int:
    names = list(process.actions)
    return names.index(action) if action in names else len(names)


def _choice(id_: str, views: Mapping[int, ActionView]) -> Choice:
    some = next(iter(views.values()))
    return Choice(id_, some.label, views, some.form, some.confirm, some.sign)


def has_waiting(session: Session, run: BulkRun) -> bool:
    """Whether a supplier of the run was not taken yet."""
    query: Any = select(BulkItem.place).where(BulkItem.run_id == run.id, BulkItem.outcome.is_(None)).limit(1)
    return session.scalar(query) is not None
