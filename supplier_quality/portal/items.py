"""What a contact may see: the records behind their live links, each with its task, state, draft and receipts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality import documents
from supplier_quality.documents import Attached
from supplier_quality.engine.deadlines import deadlines_of
from supplier_quality.engine.definitions.model import Action, Process, State
from supplier_quality.engine.store import process_of
from supplier_quality.engine.subject import Subject
from supplier_quality.errors import NotFound
from supplier_quality.identity import Actor
from supplier_quality.identity.contact_sessions import CurrentContact
from supplier_quality.identity.enums import LinkState
from supplier_quality.identity.link_models import AccessLink, ContactSession
from supplier_quality.identity.links import LinkUnknown, links_of
from supplier_quality.identity.models import User
from supplier_quality.language import Words
from supplier_quality.portal.drafts import Draft, find_draft
from supplier_quality.portal.models import PortalReceipt
from supplier_quality.portal.steps import Progress, Step, hidden_fields, progress_of, steps_of, typed_of
from supplier_quality.portal.tasks import Part, PortalTask, SentBack, find_task


@dataclass(frozen=True, slots=True)
class Asker:
    """Whom of ours the contact may call."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Item:
    """One record as the holder of a link sees it. ``typed`` are the answers so far, by field, as texts.

    ``judged`` is what the rules say to them, by field; empty until ``submission.load_judged`` has asked the rules.
    """

    link: AccessLink
    task: PortalTask
    subject: Subject
    process: Process
    draft: Draft
    typed: Mapping[str, str]
    due: datetime | None
    sent_back: SentBack | None
    summary: Sequence[tuple[Any, object]]
    asker: Asker | None
    receipts: Sequence[PortalReceipt]
    title: Words
    minutes: int
    parts: Sequence[Part] = ()
    judged: Mapping[str, tuple[Words, ...]] = field(default_factory=dict)

    @property
    def action(self) -> Action:
        return self.process.actions[self.task.action]

    @property
    def state(self) -> State:
        return self.process.states[self.subject.state]

    @property
    def is_open(self) -> bool:
        """Whether the contact can answer now."""
        return self.subject.state in self.action.from_states

    @property
    def steps(self) -> list[Step]:
        """The pages of the form; none where the feature has pages of its own."""
        if self.task.workspace is not None:
            return []
        return steps_of(self.action.form, self.task.sections)

    @property
    def progress(self) -> list[Progress]:
        return [progress_of(step, self.answers, self.judged) for step in self.steps]

    @property
    def next_path(self) -> str:
        """Where to go on: the first step that is not done, or the review when nothing must be answered any more."""
        open_parts = [part for part in self.parts if part.is_open]
        if open_parts:
            return open_parts[0].path
        progress = self.progress
        left = [each.step.number for each in progress if not each.is_done]
        return f"{self.path}/steps/{left[0]}" if any(each.is_open for each in progress) else f"{self.path}/review"

    @property
    def pages(self) -> int:
        """How many pages there are before the review."""
        return len(self.parts) or len(self.steps)

    @property
    def is_begun(self) -> bool:
        """Whether anything was answered in this round or kept from an earlier one."""
        return self.draft.saved_at is not None or any(part.touched for part in self.parts)

    @property
    def answers(self) -> dict[str, str]:
        """What would be submitted: filled in, and not behind a question that was answered with no."""
        hidden = hidden_fields(self.steps, self.typed)
        return {
            field.id: self.typed[field.id]
            for field in self.action.form
            if self.typed.get(field.id, "").strip() and field.id not in hidden
        }

    @property
    def path(self) -> str:
        return f"/portal/items/{self.link.id}"


def load_items(session: Session, who: CurrentContact, *, at: datetime) -> list[Item]:
    """Every record for which the contact holds a live link, what is due first in front."""
    items = [item for link in links_of(session, who.contact, at=at) if (item := _try_load(session, link, who.actor))]
    last = datetime.max.replace(tzinfo=at.tzinfo)
    return sorted(items, key=lambda item: (not item.is_open, item.due or last, -item.link.id))


def load_item(session: Session, who: CurrentContact, link_id: int, *, at: datetime) -> Item:
    """One record by the contact's own live link. Raises LinkUnknown, also for links of others."""
    link = session.get(AccessLink, link_id)
    if link is None or link.contact != who.contact or link.state_at(at) is not LinkState.LIVE:
        raise LinkUnknown
    item = _try_load(session, link, who.actor)
    if item is None:
        raise LinkUnknown
    return item


def get_receipt(session: Session, item: Item, receipt_id: int) -> PortalReceipt:
    """A receipt of this record. Raises LinkUnknown for another record's."""
    found = next((receipt for receipt in item.receipts if receipt.id == receipt_id), None)
    if found is None:
        raise LinkUnknown
    return found


def slot_of(link: AccessLink, field_id: str) -> str:
    """Under what a contact's file for one field hangs on the record; colleagues do not touch each other's."""
    return f"{link.purpose}/{link.contact.actor_id}/{field_id}"


def files_of(session: Session, link: AccessLink) -> dict[str, Attached]:
    """The contact's files on this record by field, the newest of each."""
    found = documents.attachments_of(
        session, record_kind=link.record_kind, record_id=link.record_id, slot_prefix=slot_of(link, "")
    )
    return {each.slot.rsplit("/", 1)[-1]: each for each in found}


def devices_of(session: Session, who: CurrentContact, *, at: datetime) -> list[ContactSession]:
    """The contact's live sessions, the newest first."""
    query = select(ContactSession).where(
        ContactSession.contact_kind == who.contact.kind,
        ContactSession.contact_id == who.contact.id,
        ContactSession.ended_at.is_(None),
        ContactSession.expires_at > at,
    )
    return list(session.scalars(query.order_by(ContactSession.id.desc())))


def process_of_receipt(session: Session, receipt: PortalReceipt) -> Process:
    """The process whose words the receipt's questions were asked with."""
    return process_of(session, receipt.definition_id)


def _try_load(session: Session, link: AccessLink, actor: Actor) -> Item | None:
    """None when no feature answers for the link, or its record is not the contact's any more."""
    task = find_task(link.record_kind, link.purpose)
    if task is None:
        return None
    try:
        subject = task.find(session, link.record_id, actor=actor)
    except NotFound:
        return None
    process = process_of(session, subject.definition_id)
    if task.action not in process.actions:
        return None
    draft = find_draft(session, link)
    is_open = subject.state in process.actions[task.action].from_states
    return Item(
        link=link,
        task=task,
        subject=subject,
        process=process,
        draft=draft,
        typed=_typed(session, task, subject, process, draft),
        title=task.title_of(subject) if task.title_of else task.title,
        minutes=task.minutes_of(session, subject) if task.minutes_of else task.minutes,
        parts=task.workspace.parts(session, subject, link) if task.workspace else (),
        due=_due(session, subject) if is_open else None,
        sent_back=task.sent_back(session, subject) if is_open else None,
        summary=tuple(task.summary(session, subject)),
        asker=_asker(session, link),
        receipts=_receipts(session, link),
    )


def _typed(session: Session, task: PortalTask, subject: Subject, process: Process, draft: Draft) -> Mapping[str, str]:
    """The answers of the round before, under what was typed since."""
    if task.workspace is not None:
        return dict(task.workspace.values(session, subject))
    fields = process.actions[task.action].form
    # A file belongs to the round in which it was sent; it is shown on the receipt and chosen anew.
    texts = [field for field in fields if field.type != "file"]
    return {**typed_of(texts, task.previous(session, subject)), **draft.typed}


def _due(session: Session, subject: Subject) -> datetime | None:
    """When the answer is overdue."""
    deadline = deadlines_of(session, subject.subject_kind, [subject.id]).get(subject.id)
    return deadline.due if deadline else None


def _asker(session: Session, link: AccessLink) -> Asker | None:
    user = session.get(User, link.owner_id) if link.owner_id else None
    return Asker(user.name, user.email) if user is not None and user.disabled_at is None else None


def _receipts(session: Session, link: AccessLink) -> list[PortalReceipt]:
    query = select(PortalReceipt).where(
        PortalReceipt.record_kind == link.record_kind,
        PortalReceipt.record_id == link.record_id,
        PortalReceipt.purpose == link.purpose,
    )
    return list(session.scalars(query.order_by(PortalReceipt.id.desc())))
