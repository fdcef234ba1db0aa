"""My work: what waits for a person, from every source, put into groups by deadline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality import outbox
from supplier_quality.desk.covering import covered_people
from supplier_quality.desk.subject_work import find_subject_work
from supplier_quality.desk.subjects import find_about
from supplier_quality.errors import NotAllowed
from supplier_quality.identity import Actor, Role
from supplier_quality.language import Words, _
from supplier_quality.mail import OwnerTask, task_title
from supplier_quality.mail.tasks import TaskNotFound, finish_task
from supplier_quality.web.records import path_of
from supplier_quality.web.work import QuickAct, Work, WorkItem, WorkProvider, register_work, work_of

__all__ = ["Group", "WorkProvider", "finish_own_task", "groups_of", "my_work", "register_work"]

MOST_TASKS = 200


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the work under one heading. ``tone`` colours the count."""

    name: str
    label: Words
    tone: str
    items: Sequence[WorkItem]


@dataclass(frozen=True, slots=True)
class MyWork:
    """All that waits at a moment. ``rest`` names sources that left rows out, with the address of all of them."""

    groups: Sequence[Group]
    at: datetime
    rest: Sequence[tuple[Words, str | None]]

    @property
    def count(self) -> int:
        return sum(len(group.items) for group in self.groups)


def my_work(session: Session, *, actor: Actor, at: datetime, zone: str) -> MyWork:
    """What waits for this person. ``zone`` tells what today is."""
    found = work_of(session, actor=actor, at=at)
    items = [item for _provider, work in found for item in work.items]
    rest = [(provider.label, work.rest) for provider, work in found if work.more]
    return MyWork(groups_of(items, at=at, zone=zone), at, rest)


def groups_of(items: Sequence[WorkItem], *, at: datetime, zone: str) -> list[Group]:
    """The work by deadline, soonest first; what waits for others comes last. Empty groups are left out."""
    local = at.astimezone(ZoneInfo(zone))
    tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    next_monday = tomorrow + timedelta(days=(7 - tomorrow.weekday()) % 7)
    by_name: dict[str, list[WorkItem]] = {"overdue": [], "today": [], "week": [], "later": [], "others": []}
    for item in sorted(items, key=lambda item: (item.due is None, item.due or at, item.record, item.key)):
        if item.waits_for is not None:
            by_name["others"].append(item)
        elif item.due is None or item.due >= next_monday:
            by_name["later"].append(item)
        elif item.due <= at:
            by_name["overdue"].append(item)
        else:
            by_name["today" if item.due < tomorrow else "week"].append(item)
    headings: dict[str, tuple[Words, str]] = {
        "overdue": (_("Overdue"), "bad"),
        "today": (_("Today"), "soon"),
        "week": (_("This week"), "open"),
        "later": (_("Later or without a deadline"), "open"),
        "others": (_("Waiting for others"), "waiting"),
    }
    return [Group(name, *headings[name], found) for name, found in by_name.items() if found]


def find_task_work(session: Session, *, actor: Actor, at: datetime) -> Work:
    """Tasks about the mail of records this person owns, or covers for their owner; quality managers see unowned ones."""
    covered = {person.user_id: person.name for person in covered_people(session, actor, at=at)}
    mine = OwnerTask.owner_id.in_([*covered, actor.person_id] if actor.person_id is not None else [*covered])
    seen = mine | OwnerTask.owner_id.is_(None) if actor.has_role(Role.QUALITY_MANAGER) else mine
    query = select(OwnerTask).where(OwnerTask.done_at.is_(None), seen)
    tasks = session.scalars(query.order_by(OwnerTask.due, OwnerTask.id).limit(MOST_TASKS + 1)).all()
    shown = tasks[:MOST_TASKS]
    about = find_about(session, [(task.record_kind, task.record_id) for task in shown])
    items = [_task_item(task, about.get((task.record_kind, task.record_id), ""), actor, covered) for task in shown]
    return Work(items, more=len(tasks) > MOST_TASKS)


def _task_item(task: OwnerTask, about: str, actor: Actor, covered: dict[int, str]) -> WorkItem:
    if task.owner_id is None:
        why: Words = _("task; the record has no owner, so every quality manager sees it")
    elif task.owner_id == actor.person_id:
        why = _("task; you own the record")
    else:
        why = _("task; you are deputy for %(name)s", name=covered[task.owner_id])
    return WorkItem(
        key=f"task:{task.id}",
        what=task_title(task),
        path=path_of(task.record_kind, task.record_id, task.record_label),
        record=task.record_label or "",
        about=about,
        why=why,
        due=task.due,
        acts=(QuickAct(_("Looked after"), f"/my-work/tasks/{task.id}/finish"),),
    )


def finish_own_task(session: Session, task_id: int, *, actor: Actor, at: datetime) -> OwnerTask:
    """Say that a task is looked after. Raises TaskNotFound, NotAllowed for somebody else's task."""
    task = session.get(OwnerTask, task_id)
    if task is None:
        raise TaskNotFound(_("This task is done already or does not exist."))
    people = {person.user_id for person in covered_people(session, actor, at=at)} | {actor.person_id}
    if task.owner_id not in people and not actor.has_role(Role.QUALITY_MANAGER, Role.ADMIN):
        raise NotAllowed(_("This task is somebody else's."))
    return finish_task(session, task_id, actor=actor, at=at)


def find_incident_work(session: Session, *, actor: Actor, at: datetime) -> Work:
    """One row for all failed effects, for administrators: they are looked at together."""
    if not actor.has_role(Role.ADMIN):
        return Work(())
    count = outbox.count_incidents(session)
    if not count:
        return Work(())
    newest = outbox.incidents(session, limit=1)[0]
    item = WorkItem(
        key="incidents",
        what=_("Look at what could not be delivered: try again or dismiss"),
        path="/incidents",
        record=str(_("%(count)s incidents", count=count)) if count > 1 else str(_("1 incident")),
        about=_("latest: %(error)s", error=(newest.last_error or "")[:120]),
        why=_("role Administrator"),
        due=newest.finished_at or at,
        tone="bad",
    )
    return Work([item])


register_work(WorkProvider("records", _("Records in a process"), find_subject_work))
register_work(WorkProvider("tasks", _("Tasks"), find_task_work))
register_work(WorkProvider("incidents", _("Incidents"), find_incident_work))
