"""Time is rows: arming and disarming the timers of a record in the transaction that moves it, and taking the due ones.

A due timer is turned into an outbox row in one short transaction with the others of its batch; what it causes is done by the
outbox, with its retries and incidents, after checking that the record still stands where the timer was armed.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from supplier_quality.engine import calendars
from supplier_quality.engine.calendars import Calendar
from supplier_quality.engine.definitions.model import Process, TimerRule
from supplier_quality.engine.due import due_moments, next_repeat
from supplier_quality.engine.evaluation import TimerChanges
from supplier_quality.engine.facts import first_segment, gather, read_path
from supplier_quality.engine.models import Timer
from supplier_quality.engine.store import process_of
from supplier_quality.engine.subject import Subject
from supplier_quality.identity import system_actor
from supplier_quality.outbox import queue_many
from supplier_quality.persistence import Database, Prepared
from supplier_quality.trail import RecordRef

TIMER = "engine.timer"
BATCH = 500

_COLUMNS = (
    "subject_kind",
    "subject_id",
    "definition_id",
    "rule",
    "moment",
    "entered_at",
    "is_deadline",
    "first_due",
    "due_at",
    "fired",
)
_TABLE: Any = Timer.__table__
_insert = Prepared(insert(_TABLE).inline(), columns=_COLUMNS)
_delete = Prepared(
    delete(_TABLE).where(
        Timer.subject_kind == bindparam("kind"),
        Timer.subject_id == bindparam("row_id"),
        Timer.rule == bindparam("timer_rule"),
    )
)
_ADVANCE = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("timer_id"))
    .values(due_at=bindparam("following"), fired=_TABLE.c.fired + 1)
)


def change(session: Session, subject: Subject, process: Process, changes: TimerChanges, *, at: datetime) -> None:
    """Stop and start the timers that a transition stops and starts."""
    if changes.disarmed:
        disarm(session, subject, [rule.id for rule in changes.disarmed])
    if changes.armed:
        arm(session, subject, process, changes.armed, entered_at=at, at=at)


def arm(
    session: Session,
    subject: Subject,
    process: Process,
    rules: Iterable[TimerRule],
    *,
    entered_at: datetime,
    at: datetime,
) -> None:
    """Write the rows of these rules for the record."""
    rules = list(rules)
    rows = arm_rows(
        session, subject.subject_kind, subject.definition_id, process, rules, {subject.id: entered_at}, at=at
    )
    if rows:
        _insert.run_many(session.connection(), rows)


def arm_rows(
    session: Session,
    kind: str,
    definition_id: int,
    process: Process,
    rules: Iterable[TimerRule],
    entered: Mapping[int, datetime],
    *,
    at: datetime,
) -> list[dict[str, Any]]:
    """The timer rows of these rules for many records, whose moments of entry are given by id."""
    rules = list(rules)
    needed = {first_segment(path) for rule in rules for path in (rule.at, rule.of) if path}
    facts = gather(session, needed, kind, list(entered), actor=system_actor("timer"), at=at) if needed else {}
    rows = []
    for subject_id, entered_at in entered.items():
        for rule in rules:
            about = facts.get(subject_id, {})
            for moment, due in enumerate(_due(session, rule, about, entered_at)):
                rows.append(
                    {
                        "subject_kind": kind,
                        "subject_id": subject_id,
                        "definition_id": definition_id,
                        "rule": rule.id,
                        "moment": moment,
                        "entered_at": entered_at,
                        "is_deadline": rule.is_deadline,
                        "first_due": due,
                        "due_at": due,
                        "fired": 0,
                    }
                )
    return rows


def _due(session: Session, rule: TimerRule, facts: Mapping[str, Any], entered_at: datetime) -> list[datetime]:
    value: date | datetime | None = read_path(facts, rule.at) if rule.at else None
    return due_moments(rule, entered_at=entered_at, at_value=value, calendar=_calendar(session, rule, facts))


def _calendar(session: Session, rule: TimerRule, facts: Mapping[str, Any]) -> Calendar:
    """The calendar the rule counts in: that of the place ``of`` names by country and zone, else our plant's."""
    settings = session.info["settings"]
    place = read_path(facts, rule.of) if rule.of else None
    if isinstance(place, Mapping) and place.get("country") and place.get("zone"):
        return calendars.calendar_of(place["country"], place["zone"])
    return calendars.calendar_of(settings.country, settings.timezone)


def disarm(session: Session, subject: Subject, rules: Iterable[str]) -> None:
    """Drop the record's timers of these rules."""
    connection = session.connection()
    for rule in rules:
        _delete.run(connection, {"kind": subject.subject_kind, "row_id": subject.id, "timer_rule": rule})


def rearm(session: Session, subject: Subject, *, at: datetime) -> None:
    """Compute the record's ``at`` timers anew, because a value they hang on changed.

    An operation that changes a column which a process names in ``at:`` calls this in the same transaction.
    """
    session.flush()
    process = process_of(session, subject.definition_id)
    rules = [rule for rule in process.timers_in.get(subject.state, ()) if rule.at is not None]
    if not rules:
        return
    disarm(session, subject, {rule.id for rule in rules})
    # Never before the stay itself began, also when the clock was set back: it would be taken for one of an earlier stay.
    arm(session, subject, process, rules, entered_at=max(at, subject.entered_at), at=at)


def timers_of(session: Session, subject: Subject) -> list[Timer]:
    """What is armed for the record, soonest first; what is spent is left out."""
    query = select(Timer).where(
        Timer.subject_kind == subject.subject_kind, Timer.subject_id == subject.id, Timer.due_at.is_not(None)
    )
    return list(session.scalars(query.order_by(Timer.due_at)))


def take_due_timers(database: Database, *, at: datetime, limit: int = BATCH) -> int:
    """Turn up to ``limit`` due timers into outbox rows and advance them; how many there were.

    A timer that has fired its last time is never due again. Its row stays: its deadline is missed until the record moves on.
    """
    with database.read() as session:
        # An idle worker must not take SQLite's write lock every tick.
        if session.scalar(select(Timer.id).where(Timer.due_at <= at).limit(1)) is None:
            return 0
    with database.write() as session:
        due = session.scalars(
            select(Timer)
            .where(Timer.due_at <= at)
            .order_by(Timer.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        payloads = []
        advanced = []
        for timer in due:
            rule = process_of(session, timer.definition_id).timer(timer.rule)
            following = None if rule is None else _next(session, rule, timer, at=at)
            payloads.append(_payload(timer, at))
            advanced.append({"timer_id": timer.id, "following": following})
        queue_many(session, kind=TIMER, payloads=payloads, at=at)
        if advanced:
            session.execute(_ADVANCE, advanced)
        return len(due)


def _next(session: Session, rule: TimerRule, timer: Timer, *, at: datetime) -> datetime | None:
    if rule.repeat is None:
        return None
    facts: Mapping[str, Any] = {}
    if rule.of:
        about = gather(
            session,
            {first_segment(rule.of)},
            timer.subject_kind,
            [timer.subject_id],
            actor=system_actor("timer"),
            at=at,
        )
        facts = about[timer.subject_id]
    calendar = _calendar(session, rule, facts)
    return next_repeat(rule, timer.first_due, timer.fired + 1, at=at, calendar=calendar)


def is_kept(session: Session, payload: Mapping[str, Any]) -> bool:
    """Whether the row that a due timer was taken from still stands: neither disarmed nor armed anew since."""
    query = select(Timer.id).where(
        Timer.subject_kind == payload["subject"]["kind"],
        Timer.subject_id == payload["subject"]["id"],
        Timer.rule == payload["rule"],
        Timer.moment == payload["moment"],
        # Moments of taking would not tell two stays apart when the clock was set back in between.
        Timer.entered_at == datetime.fromisoformat(payload["entered_at"]),
    )
    return session.scalar(query) is not None


def _payload(timer: Timer, at: datetime) -> tuple[RecordRef, dict[str, Any]]:
    assert timer.due_at is not None
    record = RecordRef(timer.subject_kind, timer.subject_id)
    return record, {
        "subject": {"kind": timer.subject_kind, "id": timer.subject_id},
        "rule": timer.rule,
        "moment": timer.moment,
        "number": timer.fired + 1,
        "entered_at": timer.entered_at.isoformat(),
        "due_at": timer.due_at.isoformat(),
        "taken_at": at.isoformat(),
    }
