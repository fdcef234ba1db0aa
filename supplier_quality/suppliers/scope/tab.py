"""The scope of one supplier as its page lists it: every line with its state and what is next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine import words
from supplier_quality.engine.definitions import State
from supplier_quality.engine.explain import ActionView, explain_many
from supplier_quality.engine.store import process_of
from supplier_quality.identity import Actor
from supplier_quality.language import Words
from supplier_quality.suppliers.scope import queries
from supplier_quality.suppliers.scope.models import ScopeLine
from supplier_quality.suppliers.scope.queries import ScopeView


@dataclass(frozen=True, slots=True)
class TabLine:
    """One line. ``possible`` are the actions open to the reader; ``waits`` says who is waited for when there are none."""

    view: ScopeView
    state: State
    possible: Words | None
    waits: Words | None


def scope_tab(session: Session, supplier_id: int, *, actor: Actor, at: datetime) -> list[TabLine]:
    """The lines of a supplier by site and commodity; what is possible costs one query per fact, not per line."""
    views = queries.lines_of_supplier(session, supplier_id, actor=actor)
    if not views:
        return []
    lines = session.scalars(select(ScopeLine).where(ScopeLine.id.in_([view.id for view in views]))).all()
    possible = explain_many(session, lines, actor=actor, at=at)
    return [_line(session, view, possible[view.id]) for view in views]


def _line(session: Session, view: ScopeView, actions: Sequence[ActionView]) -> TabLine:
    state = process_of(session, view.definition_id).states[view.state]
    open_now = [action.label for action in actions if action.allowed]
    return TabLine(view, state, words.any_of(open_now) if open_now else None, None if open_now else state.who)
