"""Tasks that mail gives to the owner of a record: they stand in My work until somebody has looked after them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.errors import NotFound
from supplier_quality.identity import Actor, system_actor
from supplier_quality.identity.enums import Via
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.language import Message, _
from supplier_quality.mail.correspondence import owner_of
from supplier_quality.mail.enums import TaskKind
from supplier_quality.mail.models import OwnerTask
from supplier_quality.mail.values import freeze, thaw

TIME_FOR_A_TASK = timedelta(days=1)


class TaskNotFound(NotFound):
    """There is no such open task."""

    code = "task_not_found"


def open_task(
    session: Session,
    *,
    kind: TaskKind,
    about: str,
    record: trail.RecordRef | None,
    title: Message,
    at: datetime,
    link_id: int | None = None,
) -> OwnerTask | None:
    """Give the owner of the record, or else of the access link, a task; None when the same mail already raised it."""
    build = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = (
        build(OwnerTask)
        .values(
            kind=kind.value,
            about=about,
            record_kind=record.kind if record else None,
            record_id=record.id if record else None,
            record_label=record.label if record else None,
            owner_id=_owner(session, record, link_id),
            title=title.id,
            values=freeze(title.values),
            due=at + TIME_FOR_A_TASK,
            created_at=at,
        )
        .on_conflict_do_nothing()
        .returning(OwnerTask)
    )
    task = session.scalars(statement).one_or_none()
    if task is not None:
        _note(session, task, action="task.opened", actor=system_actor(Via.POLICY), at=at, data={"title": title.id})
    return task


def finish_task(session: Session, task_id: int, *, actor: Actor, at: datetime) -> OwnerTask:
    """Say that the task is looked after. Raises TaskNotFound when it is done already or never was."""
    task = session.scalars(
        select(OwnerTask).where(OwnerTask.id == task_id, OwnerTask.done_at.is_(None)).with_for_update()
    ).one_or_none()
    if task is None:
        raise TaskNotFound(_("This task is done already or does not exist."))
    task.done_at, task.done_by = at, actor.label

    _note(session, task, action="task.finished", actor=actor, at=at, data={})
    return task


def open_tasks(session: Session, *, owner_id: int | None = None, unowned: bool = False) -> Sequence[OwnerTask]:
    """Open tasks by deadline: of one owner, with ``unowned`` also those nobody owns, or all of them."""
    query = select(OwnerTask).where(OwnerTask.done_at.is_(None)).order_by(OwnerTask.due, OwnerTask.id)
    if owner_id is not None:
        mine: Any = OwnerTask.owner_id == owner_id
        query = query.where(or_(mine, OwnerTask.owner_id.is_(None)) if unowned else mine)
    return session.scalars(query).all()


def task_title(task: OwnerTask) -> Message:
    """The task in words, translated when shown."""
    return Message(task.title, thaw(task.values))


def _owner(session: Session, record: trail.RecordRef | None, link_id: int | None) -> int | None:
    owner = owner_of(session, record)
    link = session.get(AccessLink, link_id) if owner is None and link_id is not None else None
    return link.owner_id if link else owner


def _note(session: Session, task: OwnerTask, *, action: str, actor: Actor, at: datetime, data: dict[str, Any]) -> None:
    record = trail.RecordRef("owner_task", task.id, task.record_label or "")
    about = {"kind": task.kind, "record": [task.record_kind, task.record_id], **data}
    trail.append(session, record=record, at=at, actor=actor.ref, action=action, data=about)
