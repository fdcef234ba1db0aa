"""What the page of a record of any kind shows, read in one session; ``layout/record.html`` draws it.

A feature reads its own part beside it and gives both to its :class:`~supplier_quality.web.record_door.RecordDoor`.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from supplier_quality import language, trail
from supplier_quality.engine import words
from supplier_quality.engine.deadlines import deadlines_of
from supplier_quality.engine.definitions import Process, State
from supplier_quality.engine.diagram import svg
from supplier_quality.engine.explain import ActionView, explain
from supplier_quality.engine.store import process_of
from supplier_quality.engine.subject import Subject
from supplier_quality.identity import Actor
from supplier_quality.identity.models import User
from supplier_quality.language import Words
from supplier_quality.web.wording import Spoken, speak

TIMELINE = 60
"""How many entries the timeline shows at first, and how many more each time older ones are asked for."""

_PATH = 400
_LONGEST = 6_000


@dataclass(frozen=True, slots=True)
class DueView:
    """A moment that runs in the present state, and the rule in words that set it. ``late``: it was missed."""

    at: datetime
    why: Words
    late: bool


@dataclass(frozen=True, slots=True)
class RecordParts:
    """Where a record stands, what is next, what happened. ``keys`` are idempotency keys by action, made for this page;
    ``with_code`` tells whether the reader signs with an authenticator; ``shown`` is how many moments are listed at least.
    """

    ref: trail.RecordRef
    version: int
    owner: User | None
    state: State
    process: Process
    views: tuple[ActionView, ...]
    keys: Mapping[str, str]
    with_code: bool
    due: DueView | None
    diagram: str
    moments: Sequence[Spoken]
    shown: int
    has_more_history: bool


def read_parts(
    session: Session,
    subject: Subject,
    *,
    actor: Actor,
    at: datetime,
    shown: int = 0,
    entries: Sequence[trail.Entry] | None = None,
    told: Sequence[trail.Entry] | None = None,
    views: tuple[ActionView, ...] | None = None,
    drawn: Process | None = None,
) -> RecordParts:
    """The parts of one record for this reader.

    Given, the rest replaces what is read otherwise: ``entries`` what :func:`entries_of` found, ``told`` the entries of
    the timeline (newest first), ``views`` the actions that are offered here, ``drawn`` the process as the diagram shows it.
    """
    shown = span(shown)
    process = process_of(session, subject.definition_id)
    entries = entries_of(session, subject, shown=shown) if entries is None else entries
    told = newest_first(entries) if told is None else told
    views = explain(session, subject, actor=actor, at=at) if views is None else views
    user = session.get(User, actor.person_id) if actor.person_id else None
    owner_id: int | None = getattr(subject, "owner_id", None)
    return RecordParts(
        ref=subject.record,
        version=subject.version,
        owner=session.get(User, owner_id) if owner_id else None,
        state=process.states[subject.state],
        process=process,
        views=views,
        keys={view.id: secrets.token_urlsafe(16) for view in views},
        with_code=user is not None and user.uses_totp,
        due=due_of(session, process, subject, at=at),
        diagram=svg(
            drawn or process,
            language=language.current(),
            current=subject.state,
            path=path_taken(entries),
            direction="down",
        ),
        moments=speak(session, told[:shown]),
        shown=shown,
        has_more_history=len(told) > shown and shown < _LONGEST,
    )


def span(shown: int) -> int:
    """How many entries of its history a page lists when ``shown`` were asked for."""
    return min(max(shown, TIMELINE), _LONGEST)


def entries_of(session: Session, subject: Subject, *, shown: int) -> list[trail.Entry]:
    """The record's newest entries, oldest first: enough for its timeline and for the path its diagram draws."""
    return trail.entries(session, subject.subject_kind, subject.id, limit=max(_PATH, shown + 1))


def newest_first(entries: Sequence[trail.Entry]) -> list[trail.Entry]:
    return sorted(entries, key=lambda entry: (entry.at, entry.id), reverse=True)


def path_taken(entries: Sequence[trail.Entry]) -> list[tuple[str, str, str]]:
    """The steps of a record as its diagram draws them: state left, action, state entered."""
    return [
        (entry.from_state, entry.action, entry.to_state)
        for entry in entries
        if entry.from_state and entry.to_state and entry.from_state != entry.to_state
    ]


def due_of(session: Session, process: Process, subject: Subject, *, at: datetime) -> DueView | None:
    """The deadline of the present state: when it escalates or acts by itself, also after the last escalation."""
    found = deadlines_of(session, subject.subject_kind, [subject.id]).get(subject.id)
    rule = process.timer(found.rule) if found else None
    if found is None or rule is None:
        return None
    return DueView(found.due, words.describe_timer(process, rule), found.due <= at)
