"""What a supplier's contact does by link: answer the self-assessment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.engine.notes import note
from supplier_quality.identity import Actor, ContactRef
from supplier_quality.language import _
from supplier_quality.portal.tasks import Colleague, PortalTask, Section, SentBack
from supplier_quality.suppliers.contacts import KIND, find_contact
from supplier_quality.suppliers.details import ContactDetails
from supplier_quality.suppliers.enums import LinkPurpose, SupplierAction
from supplier_quality.suppliers.models import Contact, SelfAssessment, Supplier
from supplier_quality.suppliers.operations import move_supplier
from supplier_quality.suppliers.queries import contacts_of, get_supplier_by_id


def summary(_session: Session, supplier: Supplier) -> Sequence[tuple[Any, object]]:
    return ((_("Your company"), supplier.name), (_("Our number for you"), supplier.number))


def previous(session: Session, supplier: Supplier) -> Mapping[str, Any]:
    """The answers of the last round, to be corrected instead of typed again."""
    query = select(SelfAssessment.answers).where(SelfAssessment.supplier_id == supplier.id)
    return session.scalar(query.order_by(SelfAssessment.round.desc()).limit(1)) or {}


def sent_back(session: Session, supplier: Supplier) -> SentBack | None:
    """Our comment, when the last thing that happened to the process was that we sent the answers back."""
    entries = trail.entries(session, Supplier.subject_kind, supplier.id, limit=100)
    moves = [entry for entry in entries if entry.to_state is not None and entry.from_state != entry.to_state]
    if not moves or moves[-1].action != SupplierAction.SEND_BACK:
        return None
    last = moves[-1]
    return SentBack(str((last.data.get("form") or {}).get("comment") or ""), last.actor.label, last.at)


def colleagues(session: Session, contact: ContactRef) -> Sequence[Colleague]:
    """The other active people at the contact's company who can be written to."""
    supplier = _company_of(session, contact)
    if supplier is None:
        return ()
    others = (each for each in contacts_of(session, supplier, active=True) if each.id != contact.id)
    cards = ((ContactRef(KIND, each.id), find_contact(session, each.id)) for each in others)
    return [Colleague(ref, card) for ref, card in cards if card is not None and card.active]


def add_colleague(
    session: Session, contact: ContactRef, *, name: str, email: str, actor: Actor, at: datetime
) -> ContactRef:
    """Add a person the supplier itself named; one with this address already is used, also when they had left.

    Raises BadDetails.
    """
    supplier = _company_of(session, contact)
    assert supplier is not None, "a contact in session has a company"
    details = ContactDetails.read({"name": name, "email": email})
    known = session.scalars(
        select(Contact).where(Contact.supplier_id == supplier.id, Contact.email_key == (details.email or "").casefold())
    ).one_or_none()
    if known is not None:
        return ContactRef(KIND, known.id)
    language = find_contact(session, contact.id)
    row = Contact(
        supplier_id=supplier.id,
        active=True,
        email_key=(details.email or "").casefold(),
        **{**details.values(), "language": language.language if language else None, "notice_order": 200},
    )
    session.add(row)
    session.flush()
    data = {"contact": row.id, "added": {"name": row.name, "email": row.email}, "by_supplier": True}
    # Quiet, so that the form the contact has open is not told that the record changed.
    note(session, supplier, actor=actor, at=at, action="contact.added_by_supplier", data=data, quiet=True)
    return ContactRef(KIND, row.id)


def _company_of(session: Session, contact: ContactRef) -> Supplier | None:
    query = select(Supplier).join(Contact, Contact.supplier_id == Supplier.id).where(Contact.id == contact.id)
    return session.scalars(query).one_or_none()


_ISO9001 = dict.fromkeys(("iso9001_number", "iso9001_valid_until", "iso9001_body", "iso9001_file"), "iso9001")
_IATF16949 = dict.fromkeys(
    ("iatf16949_number", "iatf16949_valid_until", "iatf16949_body", "iatf16949_file"), "iatf16949"
)

TASKS = (
    PortalTask(
        record_kind=Supplier.subject_kind,
        purpose=LinkPurpose.SELF_ASSESSMENT,
        action=SupplierAction.SUBMIT_ASSESSMENT,
        title=_("Supplier self-assessment"),
        intro=_("We would like to know your company before we buy from you. Please answer the questions below."),
        afterwards=(
            _("You get a receipt by mail with everything you submitted."),
            _("Our supplier quality engineer reads your answers, usually within five working days."),
            _("We write to you with the result, or ask if something is missing."),
        ),
        minutes=20,
        find=get_supplier_by_id,
        move=move_supplier,
        sections=(
            Section(
                _("Your company"),
                ("employees", "production_sites", "business_licence", "duns"),
                _("Of the two numbers at the end, one is enough."),
            ),
            Section(_("Products and processes"), ("main_products", "main_processes", "special_processes", "capacity")),
            Section(
                _("Certificates"),
                ("iso9001", *_ISO9001, "iatf16949", *_IATF16949, "other_certificates"),
                _("A photograph or scan of each certificate spares you questions later."),
                {**_ISO9001, **_IATF16949},
            ),
            Section(
                _("Contact and obligations"),
                ("quality_contact", "quality_phone", "conflict_minerals", "insurance", "insurance_sum", "remarks"),
                follows={"insurance_sum": "insurance"},
            ),
        ),
        summary=summary,
        previous=previous,
        sent_back=sent_back,
        colleagues=colleagues,
        add_colleague=add_colleague,
    ),
)
