"""Records nobody owns: a few of them are rows of My work, many in one state become one row that leads to the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from supplier_quality.engine import words
from supplier_quality.engine.definitions.model import Action, Process, State
from supplier_quality.language import Words, _
from supplier_quality.web.records import record_kind
from supplier_quality.web.work import WorkItem

SINGLE_ROWS = 8
"""So many records without an owner in one state are shown one by one."""

COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Fold:
    """One state of one version whose records without an owner are shown as one row."""

    definition_id: int
    state: State
    steps: Sequence[Action]
    count: int


def fold_unowned(
    session: Session,
    model: Any,
    processes: Mapping[int, Process],
    open_steps: Mapping[tuple[int, str], Sequence[Action]],
) -> list[Fold]:
    """The states in which too many records are without an owner to show each; one short count per state."""
    owner = getattr(model, "owner_id", None)
    if owner is None:
        return []
    folds = []
    for (definition_id, state), steps in open_steps.items():
        some = (
            select(model.id)
            .where(model.definition_id == definition_id, model.state == state, owner.is_(None))
            .limit(COUNTED + 1)
            .subquery()
        )
        count = session.scalar(select(func.count()).select_from(some)) or 0
        if count > SINGLE_ROWS:
            folds.append(Fold(definition_id, processes[definition_id].states[state], steps, count))
    return folds


def outside_of(model: Any, folds: Sequence[Fold]) -> list[ColumnElement[bool]]:
    """The conditions that leave out what the folds stand for."""
    return [
        ~((model.definition_id == fold.definition_id) & (model.state == fold.state.id) & model.owner_id.is_(None))
        for fold in folds
    ]


def item_of_fold(model: Any, fold: Fold, *, role: Words) -> WorkItem:
    """The one row for all of them, leading to the list of the kind in that state."""
    kind = record_kind(model.subject_kind)
    many = _("more than %(count)s records", count=COUNTED) if fold.count > COUNTED else None
    return WorkItem(
        key=f"unowned:{model.subject_kind}:{fold.definition_id}:{fold.state.id}",
        what=words.any_of(step.label for step in fold.steps),
        path=kind.list_path(fold.state.id),
        record=str(many or _("%(count)s records", count=fold.count)),
        about=kind.noun,
        why=_("your role %(role)s; nobody owns them", role=role),
        state=fold.state.label,
    )
