"""What records have in common that suppliers are asked for by link: who is written to, and what the mails say.

A kind of such records describes itself once as :class:`Asked`; its effects are made of the functions here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.identity import Actor, Role, system_actor
from supplier_quality.identity.contacts import ContactRef
from supplier_quality.identity.enums import ActorKind
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.links import create_link
from supplier_quality.identity.queries import users_with_role
from supplier_quality.language import Message, Text, Words, _
from supplier_quality.mail import Correspondence, Recipient, goes_at_once, queue_mail, register_correspondence
from supplier_quality.outbox import Delivery, Handler
from supplier_quality.suppliers.contacts import KIND as CONTACT_KIND
from supplier_quality.suppliers.contacts import note_failed_address
from supplier_quality.suppliers.models import Site
from supplier_quality.suppliers.operations import link_end
from supplier_quality.suppliers.queries import contact_to_write_to

INVITATION, NOTICE = "layout/invitation", "layout/notice"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said: a title for the subject line, and one leading sentence; both may name ``what`` and ``whose``."""

    title: Message
    lead: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One kind of records that suppliers are asked for.

    ``model`` has ``supplier_id``, ``site_id``, ``owner_id``, ``supplier_name``, ``answer_by`` and ``replaces_id``; ``path`` is where
    its pages stand. ``what(record)`` names the thing, ``purpose(session, record)`` is that of its link, ``waiting`` are the states in which
    the supplier has something to do. ``ends(record)`` is the day that a mail names as due when nothing else is.
    """

    model: Any
    path: str
    noun: Words
    upload: Words
    minutes: int
    what: Callable[[Any], Text]
    purpose: Callable[[Session, Any], str]
    waiting: Sequence[str]
    ends: Callable[[Any], date | None]

    def register(self) -> None:
        """Tell the mails whom these records belong to and where they are shown."""
        register_correspondence(
            Correspondence(
                self.model.subject_kind,
                owner=lambda session, id_: getattr(session.get(self.model, id_), "owner_id", None),
                next_contact=self._next_contact,
                is_open=lambda session, id_: getattr(session.get(self.model, id_), "state", None) in self.waiting,
                page=self._page,
                address_failed=self._address_failed,
            )
        )

    def find(self, delivery: Delivery) -> Any:
        """The record that an effect is about; None when it is gone."""
        return delivery.session.get(self.model, delivery.row.payload["subject"]["id"])

    def _next_contact(self, session: Session, id_: int, contact: ContactRef) -> ContactRef | None:
        record = session.get(self.model, id_)
        following = contact_to_write_to(session, record.supplier_id, after=contact.id) if record else None
        return ContactRef(CONTACT_KIND, following.id) if following else None

    def _page(self, session: Session, id_: int) -> str | None:
        record = session.get(self.model, id_)
        return f"{self.path}/{record.number}" if record else None

    def _address_failed(self, session: Session, id_: int, contact: ContactRef, address: str, at: datetime) -> None:
        record = session.get(self.model, id_)
        if record is not None:
            note_failed_address(session, record.supplier_id, contact, address, at)


def link_for(session: Session, kind: Asked, record: Any, *, actor: Actor, at: datetime) -> AccessLink | None:
    """The live link of whom we write to first, made if there is none; None without a contact that can be written to."""
    contact = contact_to_write_to(session, record.supplier_id)
    if contact is None:
        return None
    return create_link(
        session, contact=ContactRef(CONTACT_KIND, contact.id), record=record.record, purpose=kind.purpose(session, record),
        expires_at=link_end(session, at=at), actor=actor, at=at, owner_id=record.owner_id,
    )  # fmt: skip


def invite(kind: Asked, letter: Letter) -> Handler:
    """To the contact who is written to first, with the link to upload this record's file."""

    def run(delivery: Delivery) -> None:
        record = kind.find(delivery)
        by_itself = delivery.row.payload["actor"].get("kind") == ActorKind.SYSTEM
        # What a timer asks for by itself comes with a mail of its own that says why.
        if record is not None and not (by_itself and not delivery.row.payload.get("timer")):
            queue_invitation(
                delivery, kind, letter, record, due=record.answer_by or _end_before(kind, record, delivery)
            )

    return Handler(run)


def tell_supplier(kind: Asked, letter: Letter) -> Handler:
    """To the contact who is written to first, if it was asked at all; nothing to do, so without a link."""

    def run(delivery: Delivery) -> None:
        record = kind.find(delivery)
        contact = contact_to_write_to(delivery.session, record.supplier_id) if record is not None else None
        if contact is None or not was_asked(delivery.session, record):
            return
        values = {**_said(delivery.session, kind, letter, record), "message": _comment(delivery), "page_url": ""}
        queue_mail(
            delivery.session, template=NOTICE, recipient=Recipient.contact(ContactRef(CONTACT_KIND, contact.id)),
            record=record.record, at=delivery.at, values=values, urgent=goes_at_once(delivery.row.payload["actor"]),
        )  # fmt: skip

    return Handler(run)


def tell_owner(kind: Asked, letter: Letter) -> Handler:
    """To whoever looks after the supplier on our side; to the quality managers where nobody does."""

    def run(delivery: Delivery) -> None:
        record = kind.find(delivery)
        if record is not None:
            queue_for_staff(delivery, kind, letter, record, owners(delivery, record))

    return Handler(run)


def was_asked(session: Session, record: Any) -> bool:
    """Whether the supplier ever handed something in for this record."""
    entries = trail.entries(session, record.subject_kind, record.id, limit=100)
    return any(entry.actor.kind == ActorKind.CONTACT for entry in entries)


def owners(delivery: Delivery, record: Any) -> Iterable[int]:
    """Whom of ours a mail goes to."""
    if record.owner_id is not None:
        return [record.owner_id]
    return users_with_role(delivery.session, Role.QUALITY_MANAGER, at=delivery.at)


def queue_invitation(delivery: Delivery, kind: Asked, letter: Letter, record: Any, *, due: date | None) -> None:
    """Write down that the supplier is owed a mail with its link."""
    session = delivery.session
    link = link_for(session, kind, record, actor=system_actor("policy"), at=delivery.at)
    if link is None:
        return
    said = {**_said(session, kind, letter, record), "message": _comment(delivery), "minutes": kind.minutes}
    queue_mail(
        session, template=INVITATION, recipient=Recipient.contact(link.contact), record=record.record, at=delivery.at,
        values={**said, "due": due or ""}, urgent=goes_at_once(delivery.row.payload["actor"]), link=link,
    )  # fmt: skip


def queue_for_staff(delivery: Delivery, kind: Asked, letter: Letter, record: Any, readers: Iterable[int]) -> None:
    """Write down that these people of ours are owed a mail."""
    session = delivery.session
    base_url = session.info["settings"].base_url.rstrip("/")
    values = {
        **_said(session, kind, letter, record),
        "message": _comment(delivery),
        "due": kind.ends(record) or "",
        "facts": [(_("Supplier"), record.supplier_name)],
        "action_label": _("Open the record"),
        "page_url": f"{base_url}{kind.path}/{record.number}",
    }
    for user_id in readers:
        queue_mail(
            session, template=NOTICE, recipient=Recipient.user(user_id), record=record.record, at=delivery.at,
            values=values,
        )  # fmt: skip


def _said(session: Session, kind: Asked, letter: Letter, record: Any) -> dict[str, Any]:
    site = session.get(Site, record.site_id) if record.site_id else None
    words: Mapping[str, object] = {"what": kind.what(record), "whose": site.name if site else record.supplier_name}
    return {
        "title": Message(letter.title.id, {"what": words["what"]}),
        "lead": Message(letter.lead.id, dict(words)),
        "action_label": kind.upload,
        "purpose_label": kind.noun,
        "record_label": record.number,
    }


def _comment(delivery: Delivery) -> str:
    form = delivery.row.payload.get("form") or {}
    return str(form.get("comment") or form.get("reason") or "")


def _end_before(kind: Asked, record: Any, delivery: Delivery) -> date | None:
    before = delivery.session.get(kind.model, record.replaces_id) if record.replaces_id else None
    return kind.ends(before) if before is not None else None
