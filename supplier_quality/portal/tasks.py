"""What features let a contact do: one :class:`PortalTask` per kind of record and purpose of a link."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.engine.fire import Fired
from supplier_quality.engine.subject import Subject
from supplier_quality.identity import ContactCard, ContactRef
from supplier_quality.language import Words

FIELDS_PER_STEP = 6


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together and are shown as one step. ``follows`` hides a field until a yes/no field says yes."""

    title: Words
    fields: tuple[str, ...]
    intro: Words | None = None
    follows: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Another person at the same supplier to whom a task may be handed."""

    ref: ContactRef
    card: ContactCard


@dataclass(frozen=True, slots=True)
class SentBack:
    """What we wrote when we sent an answer back. ``by_field`` holds remarks about single fields."""

    comment: str
    by: str
    at: datetime
    by_field: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a feature's own on which answers are given. ``needed`` of them are required, ``given`` of those are there.

    ``note`` says in words what a colleague or we did there last; ``waits`` that a comment of ours is not answered there yet.
    """

    title: Words
    path: str
    given: int
    needed: int
    touched: bool
    note: Words | None = None
    waits: bool = False

    @property
    def is_open(self) -> bool:
        return self.given < self.needed or self.waits

    @property
    def is_done(self) -> bool:
        return not self.is_open and self.touched


@dataclass(frozen=True, slots=True)
class Shown:
    """Answers as their reader says them, under one heading: question and answer, and the fingerprint of a file."""

    title: Words
    answers: Sequence[tuple[Words, str, str]]
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Answers that a feature keeps itself, shared by all colleagues, on pages of its own.

    The form of the action is then filled in by ``values(session, subject)``, which names what would be submitted, such as the
    fingerprint of the answers. ``parts(session, subject, link)`` are the pages, ``shown(session, subject, link, values)`` the
    answers that these values stand for: now, or those of an earlier receipt.
    """

    parts: Callable[[Session, Any, Any], Sequence[Part]]
    values: Callable[[Session, Any], Mapping[str, str]]
    shown: Callable[[Session, Any, Any, Mapping[str, Any]], Sequence[Shown]]


def _nothing(_session: Session, _subject: Any) -> Any:
    return ()


def _no_values(_session: Session, _subject: Any) -> Mapping[str, Any]:
    return {}


def _not_sent_back(_session: Session, _subject: Any) -> SentBack | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalTask:
    """One thing a contact does for one record: an action of its process, filled in, signed and submitted.

    ``find(session, record_id, actor=)`` is the feature's readable query; it raises NotFound. ``move`` is the feature's
    operation, with the signature of ``engine.fire``. ``summary`` gives names and values the contact sees above the form,
    ``previous`` the answers of an earlier round, ``sent_back`` why it is asked again. ``colleagues`` and ``add_colleague`` let a contact hand the task
    on within their company; without them it cannot be handed on. With a ``workspace`` the answers are given on pages of the
    feature, and the fields of the action are not typed. ``title_of`` names the task by its record.
    """

    record_kind: str
    purpose: str
    action: str
    title: Words
    intro: Words
    afterwards: Sequence[Words]
    minutes: int
    find: Callable[..., Subject]
    move: Callable[..., Fired]
    sections: tuple[Section, ...] = ()
    summary: Callable[[Session, Any], Sequence[tuple[Words, object]]] = _nothing
    previous: Callable[[Session, Any], Mapping[str, Any]] = _no_values
    sent_back: Callable[[Session, Any], SentBack | None] = _not_sent_back
    colleagues: Callable[[Session, ContactRef], Sequence[Colleague]] | None = None
    add_colleague: Callable[..., ContactRef] | None = None
    workspace: Workspace | None = None
    title_of: Callable[[Any], Words] | None = None
    minutes_of: Callable[[Session, Any], int] | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.record_kind, self.purpose


_tasks: dict[tuple[str, str], PortalTask] = {}


def register_task(task: PortalTask) -> None:
    """Make a task known; registering the same record kind and purpose again replaces it."""
    _tasks[task.key] = task


def find_task(record_kind: str, purpose: str) -> PortalTask | None:
    """The task behind a link; None when no feature registered one, so that the link opens nothing."""
    return _tasks.get((record_kind, purpose))
