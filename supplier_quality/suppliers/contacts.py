"""What identity and mail are told about contacts of suppliers: who they are, and who is asked next."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.notes import note
from supplier_quality.engine.store import process_of
from supplier_quality.identity import Via, system_actor
from supplier_quality.identity.contacts import ContactCard, ContactDirectory, ContactRef, register_contacts
from supplier_quality.mail import Correspondence, register_correspondence
from supplier_quality.suppliers.models import Contact, Supplier
from supplier_quality.suppliers.queries import contact_to_write_to

KIND = "supplier_contact"
# Tones of states in which the next move is the supplier's: answering, and meeting conditions before they end.
WAITS_FOR_SUPPLIER = ("waiting_supplier", "due")


def find_contact(session: Session, contact_id: int) -> ContactCard | None:
    """The card of a contact; one without an address cannot be written to and counts as not active."""
    return find_contacts(session, [contact_id]).get(contact_id)


def find_contacts(session: Session, contact_ids: Sequence[int]) -> dict[int, ContactCard]:
    """The cards of those contacts that exist."""
    query = _CARDS.where(Contact.id.in_(contact_ids))
    return {row.id: _card(row) for row in session.execute(query)}


_CARDS = select(
    Contact.id,
    Contact.name,
    Contact.email,
    Contact.language,
    Contact.active,
    Supplier.id.label("supplier_id"),
    Supplier.name.label("supplier_name"),
    Supplier.language.label("supplier_language"),
    Supplier.country,
).join(Supplier, Supplier.id == Contact.supplier_id)


def _card(row: Any) -> ContactCard:
    return ContactCard(
        id=row.id,
        name=row.name,
        email=row.email or "",
        language=row.language or row.supplier_language or ("zh" if row.country == "CN" else "en"),
        organisation=row.supplier_name,
        active=row.active and row.email is not None,
        country=row.country or "",
        organisation_id=str(row.supplier_id),
    )


def owner_of(session: Session, supplier_id: int) -> int | None:
    return owners_of(session, [supplier_id]).get(supplier_id)


def owners_of(session: Session, supplier_ids: Sequence[int]) -> dict[int, int | None]:
    query = select(Supplier.id, Supplier.owner_id).where(Supplier.id.in_(supplier_ids))
    return {row.id: row.owner_id for row in session.execute(query)}


def next_contact(session: Session, supplier_id: int, contact: ContactRef) -> ContactRef | None:
    """Whom to write to after a contact who does not answer, in the supplier's order of notice."""
    following = contact_to_write_to(session, supplier_id, after=contact.id)
    return ContactRef(KIND, following.id) if following else None


def is_open(session: Session, supplier_id: int) -> bool:
    """Whether the supplier's process stands in a state that waits for the supplier."""

    row = session.execute(
        select(Supplier.state, Supplier.definition_id).where(Supplier.id == supplier_id)
    ).one_or_none()
    if row is None:
        return False
    return process_of(session, row.definition_id).states[row.state].tone in WAITS_FOR_SUPPLIER


def page_of(session: Session, supplier_id: int) -> str | None:
    """The path of the supplier's page for staff."""
    number = session.scalar(select(Supplier.number).where(Supplier.id == supplier_id))
    return f"/suppliers/{number}" if number else None


def note_failed_address(session: Session, supplier_id: int, contact: ContactRef, address: str, at: datetime) -> None:
    """Write to somebody else until the address is corrected. Nothing happens when it was corrected meanwhile."""
    row = session.get(Contact, contact.id)
    supplier = session.get(Supplier, supplier_id)
    if row is None or supplier is None or row.bounced_at is not None or row.email_key != address.casefold():
        return
    row.bounced_at = at
    data = {"contact": row.id, "name": row.name, "address": row.email}
    note(session, supplier, actor=system_actor(Via.POLICY), at=at, action="contact.bounced", data=data, quiet=True)


register_contacts(ContactDirectory(KIND, find_contact, find_contacts))
register_correspondence(
    Correspondence(
        Supplier.subject_kind,
        owner=owner_of,
        next_contact=next_contact,
        is_open=is_open,
        owners=owners_of,
        page=page_of,
        address_failed=note_failed_address,
    )
)
