"""Access links of a supplier's contacts as staff handles them: listed with who opened them, copied, sent, passed on, ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.engine.notes import note
from supplier_quality.errors import Conflict, NotFound
from supplier_quality.identity import Actor
from supplier_quality.identity.contact_sessions import ContactSessionNotFound, revoke_contact_session
from supplier_quality.identity.contacts import ContactRef
from supplier_quality.identity.enums import LinkState
from supplier_quality.identity.link_models import AccessLink, ContactSession
from supplier_quality.identity.links import LinkEnded, create_link, delegate_link, mint_token, revoke_link
from supplier_quality.identity.permissions import check_may_manage_links
from supplier_quality.language import _
from supplier_quality.mail.minting import SUPPLIER_PAGE, link_url
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.contacts import KIND, is_open
from supplier_quality.suppliers.enums import LinkPurpose
from supplier_quality.suppliers.mails import queue_link
from supplier_quality.suppliers.models import Contact, Supplier
from supplier_quality.suppliers.operations import link_end
from supplier_quality.suppliers.permissions import check_may_edit_suppliers
from supplier_quality.suppliers.questionnaires.models import Questionnaire
from supplier_quality.trail.models import TrailEntry
from supplier_quality.trail.queries import entry_of

OPENED = "access_link.opened"


class LinkNotFound(NotFound):
    """The supplier has no such link."""

    code = "link_not_found"


class NothingToAnswer(Conflict):
    """The supplier is in no state that waits for its answer."""

    code = "nothing_to_answer"


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link with its contact and what happened with it, oldest first."""

    link: AccessLink
    contact: Contact
    state: LinkState
    history: Sequence[trail.Entry]

    @property
    def opened(self) -> Sequence[trail.Entry]:
        """When and by whom it was opened with a mailed code, latest first."""
        return [entry for entry in reversed(self.history) if entry.action == OPENED]


@dataclass(frozen=True, slots=True)
class ContactSessionLine:
    """A device on which a contact is in session."""

    id: int
    contact: Contact
    device: str
    ip: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


def links_to(session: Session, supplier: Supplier, *, at: datetime) -> list[LinkLine]:
    """The links to a supplier, to its certificates and questionnaires, newest first."""
    query = (
        select(AccessLink, Contact)
        .join(Contact, Contact.id == AccessLink.contact_id)
        .where(AccessLink.contact_kind == KIND, _leads_to(supplier))
        .order_by(AccessLink.id.desc())
    )
    rows = session.execute(query).all()
    told = _histories(session, [link.id for link, _contact in rows])
    return [LinkLine(link, contact, link.state_at(at), told.get(link.id, ())) for link, contact in rows]


def _leads_to(supplier: Supplier) -> ColumnElement[bool]:
    """That a link belongs to this supplier: to its record, or to a certificate or questionnaire of it."""
    return or_(
        and_(AccessLink.record_kind == Supplier.subject_kind, AccessLink.record_id == supplier.id),
        *(
            and_(
                AccessLink.record_kind == model.subject_kind,
                AccessLink.record_id.in_(select(model.id).where(model.supplier_id == supplier.id)),
            )
            for model in (Certificate, Questionnaire)
        ),
    )


def _histories(session: Session, link_ids: Sequence[int]) -> dict[int, list[trail.Entry]]:
    if not link_ids:
        return {}
    query = select(TrailEntry).where(TrailEntry.record_kind == "access_link", TrailEntry.record_id.in_(link_ids))
    told: dict[int, list[trail.Entry]] = {}
    for row in session.scalars(query.order_by(TrailEntry.id)):
        told.setdefault(row.record_id, []).append(entry_of(row))
    return told


def sessions_of(session: Session, supplier: Supplier, *, at: datetime) -> list[ContactSessionLine]:
    """The devices on which the supplier's contacts are in session, last seen first."""
    query = (
        select(ContactSession, Contact)
        .join(Contact, Contact.id == ContactSession.contact_id)
        .where(
            ContactSession.contact_kind == KIND,
            Contact.supplier_id == supplier.id,
            ContactSession.ended_at.is_(None),
            ContactSession.expires_at > at,
        )
        .order_by(ContactSession.last_seen_at.desc(), ContactSession.id.desc())
    )
    return [
        ContactSessionLine(
            row.id, contact, row.device, row.ip, row.created_at, row.last_seen_at, row.expires_at
        )
        for row, contact in session.execute(query)
    ]  # fmt: skip


def get_link(session: Session, supplier: Supplier, link_id: int) -> AccessLink:
    """A link to this supplier. Raises LinkNotFound, also for another supplier's."""
    query = select(AccessLink).where(AccessLink.id == link_id, _leads_to(supplier))
    link = session.scalars(query).one_or_none()
    if link is None:
        raise LinkNotFound(_("%(number)s has no such link.", number=supplier.number))
    return link


def make_link(session: Session, supplier: Supplier, contact: Contact, *, actor: Actor, at: datetime) -> AccessLink:
    """Invite one more contact to answer the self-assessment. Raises NothingToAnswer, BadLink, NotAllowed."""
    check_may_edit_suppliers(actor)
    check_may_manage_links(actor)
    if not is_open(session, supplier.id):
        raise NothingToAnswer(
            _("Nothing is asked of %(name)s now. Ask for the self-assessment first.", name=supplier.name)
        )

    return create_link(
        session,
        contact=ContactRef(KIND, contact.id),
        record=supplier.record,
        purpose=LinkPurpose.SELF_ASSESSMENT,
        expires_at=link_end(session, at=at),
        actor=actor,
        at=at,
        owner_id=supplier.owner_id,
    )


def copy_link(session: Session, supplier: Supplier, link: AccessLink, *, actor: Actor, at: datetime) -> str:
    """A fresh address of the link, to be handed over by chat; shown once, its hash is stored. Raises LinkEnded."""
    check_may_edit_suppliers(actor)

    return link_url(session, SUPPLIER_PAGE, mint_token(session, link, at, copied_by=actor))


def send_link_again(session: Session, supplier: Supplier, link: AccessLink, *, actor: Actor, at: datetime) -> None:
    """Mail the contact their link once more, now. Raises LinkEnded, NothingToAnswer."""
    check_may_edit_suppliers(actor)
    check_may_manage_links(actor)
    if link.state_at(at) is not LinkState.LIVE:
        raise LinkEnded
    if link.record_kind != Supplier.subject_kind:
        raise NothingToAnswer(_("Send the request again on the page of %(number)s.", number=link.record_label))
    if not is_open(session, supplier.id):
        raise NothingToAnswer(
            _("Nothing is asked of %(name)s now. Ask for the self-assessment first.", name=supplier.name)
        )

    contact = session.get_one(Contact, link.contact_id)
    data = {"name": contact.name, "address": contact.email}
    trail.append(session, record=link.ref, at=at, actor=actor.ref, action="access_link.sent_again", data=data)
    queue_link(session, supplier, link, at=at)


def end_link(session: Session, supplier: Supplier, link: AccessLink, *, actor: Actor, at: datetime) -> None:
    """Revoke the link and all that were passed on from it."""
    check_may_edit_suppliers(actor)

    revoke_link(session, link, actor=actor, at=at)


def pass_link_on(
    session: Session, supplier: Supplier, link: AccessLink, contact: Contact, *, actor: Actor, at: datetime
) -> AccessLink:
    """Give a colleague of the contact their own link to the same task and mail it. Raises LinkEnded, BadLink."""
    check_may_edit_suppliers(actor)

    return delegate_link(session, link, to=ContactRef(KIND, contact.id), actor=actor, at=at)


def end_contact_session(session: Session, supplier: Supplier, session_id: int, *, actor: Actor, at: datetime) -> None:
    """Sign a contact of this supplier out of one device. Raises ContactSessionNotFound, also for another supplier's."""
    check_may_edit_suppliers(actor)
    query = (
        select(Contact)
        .join(ContactSession, ContactSession.contact_id == Contact.id)
        .where(ContactSession.id == session_id, ContactSession.contact_kind == KIND)
        .where(Contact.supplier_id == supplier.id)
    )
    contact = session.scalars(query).one_or_none()
    if contact is None:
        raise ContactSessionNotFound

    revoke_contact_session(session, session_id, actor=actor, at=at)
    data = {"contact": contact.id, "name": contact.name}
    note(session, supplier, actor=actor, at=at, action="contact.session_ended", data=data, quiet=True)
