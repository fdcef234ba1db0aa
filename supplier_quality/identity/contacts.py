"""People at suppliers, as far as identity must know them.

Their rows belong to features, which register a directory each.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class ContactRef:
    """A contact by the name of its directory (``supplier_contact``) and its number there."""

    kind: str
    id: int

    @property
    def actor_id(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class ContactCard:
    """What identity, mail and portal need of a contact. ``organisation_id`` tells two suppliers of one name apart."""

    id: int
    name: str
    email: str
    language: str
    organisation: str
    active: bool
    country: str
    organisation_id: str = ""

    def is_colleague_of(self, other: "ContactCard") -> bool:
        return (self.organisation_id, self.organisation) == (other.organisation_id, other.organisation)


@dataclass(frozen=True, slots=True)
class ContactDirectory:
    """Where the contacts of one kind are looked up; None when there is no such contact.

    ``lookup_many`` finds many with one query; those that do not exist are left out.
    """

    kind: str
    lookup: Callable[[Session, int], ContactCard | None]
    lookup_many: Callable[[Session, Sequence[int]], Mapping[int, ContactCard]] | None = None


_directories: dict[str, ContactDirectory] = {}


def register_contacts(directory: ContactDirectory) -> None:
    """Make the contacts of a feature known. Registering the same kind again replaces it."""
    _directories[directory.kind] = directory


def contact_card(session: Session, contact: ContactRef) -> ContactCard | None:
    """The card of a contact, None when there is none (any more).

    Raises LookupError for a kind nobody registered, which is a mistake in ``features.py``.
    """
    return _directory(contact.kind).lookup(session, contact.id)


def contact_cards(session: Session, contacts: Collection[ContactRef]) -> dict[ContactRef, ContactCard]:
    """The cards of those contacts that exist. Raises LookupError like :func:`contact_card`."""
    found: dict[ContactRef, ContactCard] = {}
    for kind in {contact.kind for contact in contacts}:
        directory, numbers = _directory(kind), [contact.id for contact in contacts if contact.kind == kind]
        if directory.lookup_many is not None:
            cards = directory.lookup_many(session, numbers)
        else:
            cards = {number: card for number in numbers if (card := directory.lookup(session, number)) is not None}
        found |= {ContactRef(kind, number): card for number, card in cards.items()}
    return found


def _directory(kind: str) -> ContactDirectory:
    if kind not in _directories:
        raise LookupError(f"No feature registered contacts of the kind {kind!r}")
    return _directories[kind]


def mask_email(email: str) -> str:
    """An address as a stranger may see it: ``m•••@s•••.com``, enough to recognise it, too little to write to."""
    local, _, domain = email.partition("@")
    host, dot, ending = domain.rpartition(".")
    if not dot:
        host, ending = domain, ""
    return f"{local[:1]}•••@{host[:1]}•••{dot}{ending}"
