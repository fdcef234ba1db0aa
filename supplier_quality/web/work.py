"""What waits for a person: the register into which each part of the product puts its own kind of work.

My work (``desk``) asks every provider; a feature below the desk registers its provider here without knowing that page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.identity import Actor
from supplier_quality.language import Words


@dataclass(frozen=True, slots=True)
class QuickAct:
    """Something done with one click from the row: a POST of ``fields`` to ``path``."""

    label: Words
    path: str
    fields: dict[str, Any] = field(default_factory=dict)
    primary: bool = False


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing that waits.

    ``what`` says what to do in words; ``path`` opens the place where it is done; ``record`` and ``about`` name the record
    (its number) and what it is about (the supplier). ``why`` says why it is yours; ``waits_for`` is set when somebody else
    has to act first; ``hint`` what has to be mended before it can be done. ``due`` None means that no deadline runs.
    """

    key: str
    what: Words
    path: str | None
    record: str
    about: Words | str
    why: Words
    due: datetime | None = None
    state: Words | None = None
    tone: str = "open"
    waits_for: Words | None = None
    hint: Words | None = None
    acts: tuple[QuickAct, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """What one provider found. ``more`` says that it left rows out; ``rest`` leads to all of them."""

    items: Sequence[WorkItem]
    more: bool = False
    rest: str | None = None


Find = Callable[..., Work]


@dataclass(frozen=True, slots=True)
class WorkProvider:
    """One source of work. ``find(session, actor=, at=)`` asks a number of queries that does not grow with the rows."""

    name: str
    label: Words
    find: Find


_providers: dict[str, WorkProvider] = {}


def register_work(provider: WorkProvider) -> None:
    """Add a source of work. Registering a name again replaces it."""
    _providers[provider.name] = provider


def work_of(session: Session, *, actor: Actor, at: datetime) -> list[tuple[WorkProvider, Work]]:
    """What every source has for this person."""
    return [(provider, provider.find(session, actor=actor, at=at)) for provider in _providers.values()]
