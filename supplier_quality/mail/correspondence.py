"""What a feature tells mail about its records: who owns one, who is asked next, whether it still waits for an answer.

Mail stands below the features and may not ask them by import, so each registers one :class:`Correspondence` per kind of
record when the features are loaded.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from supplier_quality.identity.contacts import ContactRef
from supplier_quality.trail import RecordRef


def _nobody(_session: Session, _record_id: int) -> int | None:
    return None


def _no_further_contact(_session: Session, _record_id: int, _contact: ContactRef) -> ContactRef | None:
    return None


def _open(_session: Session, _record_id: int) -> bool:
    return True


def _nothing(_session: Session, _record_id: int, _contact: ContactRef, _address: str, _at: datetime) -> None:
    """The feature keeps no note of addresses that do not work."""


def _no_page(_session: Session, _record_id: int) -> str | None:
    return None


@dataclass(frozen=True)
class Correspondence:
    """How letters about one kind of record are answered for.

    ``owner(session, record_id)``: number of the user who looks after the record, or None.
    ``next_contact(session, record_id, contact)``: the contact to write to when this one's address does not work or
    they do not answer, in the supplier's order of notice; None when nobody is left.
    ``is_open(session, record_id)``: whether the record still waits for the supplier; a digest leaves out those that do
    not.
    ``page(session, record_id)``: path of the record's page for staff, such as ``/suppliers/SUP-00012``.
    ``address_failed(session, record_id, contact, address, at)``: the contact's address does not take mail; the feature
    notes it, so that later mails go to somebody else until the address is corrected.
    ``owners(session, record_ids)``: the same as ``owner`` for many records with one query.
    """

    record_kind: str
    owner: Callable[[Session, int], int | None] = _nobody
    next_contact: Callable[[Session, int, ContactRef], ContactRef | None] = _no_further_contact
    is_open: Callable[[Session, int], bool] = _open
    page: Callable[[Session, int], str | None] = _no_page
    address_failed: Callable[[Session, int, ContactRef, str, datetime], None] = _nothing
    owners: Callable[[Session, Sequence[int]], Mapping[int, int | None]] | None = None


_by_kind: dict[str, Correspondence] = {}


def register_correspondence(correspondence: Correspondence) -> None:
    """Say how letters about a kind of record are answered for; a second registration replaces the first."""
    _by_kind[correspondence.record_kind] = correspondence


def correspondence_of(record: RecordRef | None) -> Correspondence:
    """What was registered for this record's kind, or nobody to ask."""
    if record is None:
        return Correspondence("")
    return _by_kind.get(record.kind) or Correspondence(record.kind)


def owner_of(session: Session, record: RecordRef | None) -> int | None:
    """The number of the user who owns the record."""
    return correspondence_of(record).owner(session, record.id) if record else None


def owners_of(session: Session, records: Collection[RecordRef]) -> dict[RecordRef, int | None]:
    """The number of the user who owns each of these records."""
    found: dict[RecordRef, int | None] = {}
    for kind in {record.kind for record in records}:
        same = [record for record in records if record.kind == kind]
        many = correspondence_of(same[0]).owners
        if many is None:
            found |= {record: owner_of(session, record) for record in same}
        else:
            owners = many(session, [record.id for record in same])
            found |= {record: owners.get(record.id) for record in same}
    return found


def page_of(session: Session, record: RecordRef | None) -> str:
    """The path of the record's page for staff, empty when it has none."""
    return (correspondence_of(record).page(session, record.id) or "") if record else ""
