"""Acts on suppliers. Each checks, changes, writes the trail, queues what must be sent, and returns the record."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from supplier_quality.engine.fire import Fired, fire
from supplier_quality.engine.notes import note
from supplier_quality.engine.start import start
from supplier_quality.engine.timers import rearm
from supplier_quality.errors import BadInput, Conflict, Problem
from supplier_quality.identity import Actor
from supplier_quality.identity.contacts import ContactRef
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.links import create_link, links_of
from supplier_quality.identity.models import User
from supplier_quality.identity.signatures import Signature
from supplier_quality.language import _
from supplier_quality.persistence import canonical_json
from supplier_quality.suppliers import places
from supplier_quality.suppliers.contacts import KIND as CONTACT_KIND
from supplier_quality.suppliers.details import ContactDetails, SiteDetails, SupplierDetails
from supplier_quality.suppliers.enums import LinkPurpose, SupplierAction
from supplier_quality.suppliers.indexing import forget_words, look_for_duplicates, write_words
from supplier_quality.suppliers.merging.operations import UNMERGE, merge_supplier, undo_merge
from supplier_quality.suppliers.models import Contact, SelfAssessment, Site, Supplier
from supplier_quality.suppliers.names import sort_key
from supplier_quality.suppliers.permissions import check_may_edit_suppliers
from supplier_quality.suppliers.qualification.following import follow_decision, plan_next_qualification
from supplier_quality.suppliers.queries import contact_to_write_to
from supplier_quality.suppliers.rules import as_date, differences


class KeyTaken(Conflict):
    """Another supplier or site carries this outside number already."""

    code = "key_taken"


class MergedAway(Conflict):
    """The record was merged into another one and is not changed any more."""

    code = "merged_away"


class UnknownOwner(BadInput):
    """The owner is none of our active people."""

    code = "unknown_owner"


class AddressTaken(Conflict):
    """Another contact of the supplier has this e-mail address."""

    code = "address_taken"


def check_not_merged(supplier: Supplier) -> None:
    """Raises MergedAway: what belongs to a merged record is kept on the one that took it in."""
    if supplier.merged_into is not None:
        raise MergedAway(
            _(
                "%(number)s was merged into %(into)s. Change that record.",
                number=supplier.number,
                into=supplier.merged_into,
            )
        )


def register_supplier(session: Session, details: SupplierDetails, *, actor: Actor, at: datetime) -> Supplier:
    """Add a supplier as a prospect. Raises MayNotEditSuppliers, KeyTaken, UnknownOwner."""
    check_may_edit_suppliers(actor)
    _check_key(session, Supplier, details.source_key, own_id=None)
    _check_owner(session, details.owner_id)

    supplier = Supplier(**details.values(), name_key=sort_key(details.name))
    start(session, supplier, actor=actor, at=at, data={"values": _filled(details.values())})
    write_words(session, supplier)
    look_for_duplicates(session, supplier, at=at)
    return supplier


def edit_supplier(
    session: Session,
    supplier: Supplier,
    details: SupplierDetails,
    *,
    actor: Actor,
    at: datetime,
    expected_version: int | None = None,
) -> Supplier:
    """Change what is known of a supplier; nothing is written when nothing differs.

    Raises MayNotEditSuppliers, KeyTaken, UnknownOwner, Stale.
    """
    check_may_edit_suppliers(actor)
    changes = differences(_current(supplier, details), details.values())
    if "source_key" in changes:
        _check_key(session, Supplier, details.source_key, own_id=supplier.id)
    if "owner_id" in changes:
        _check_owner(session, details.owner_id)
    if not changes:
        return supplier

    if changes.keys() & {"name", "source_key"}:
        forget_words(session, supplier)
    for name, (_old, new) in changes.items():
        setattr(supplier, name, new)
    supplier.name_key = sort_key(supplier.name)
    _note(session, supplier, "edit", {"changes": changes}, actor, at, expected_version)
    if changes.keys() & {"name", "source_key"}:
        write_words(session, supplier)
    look_for_duplicates(session, supplier, at=at)
    return supplier


def add_site(
    session: Session, supplier: Supplier, details: SiteDetails, *, actor: Actor, at: datetime,
    expected_version: int | None = None,
) -> Site:  # fmt: skip
    """Add a site to a supplier. Raises MayNotEditSuppliers, KeyTaken, Stale."""
    check_may_edit_suppliers(actor)
    _check_key(session, Site, details.source_key, own_id=None)

    site = Site(supplier_id=supplier.id, active=True, **details.values())
    site.zone = site.zone or places.main_zone(site.country or supplier.country)
    session.add(site)
    supplier.compared = supplier.compared and site.duns is None and site.business_licence is None
    session.flush()
    data = {"site": site.id, "added": _filled(details.values())}
    _note(session, supplier, "site.added", data, actor, at, expected_version)
    return site


def edit_site(
    session: Session, supplier: Supplier, site: Site, details: SiteDetails, *, actor: Actor, at: datetime,
    expected_version: int | None = None,
) -> Site:  # fmt: skip
    """Change a site. Raises MayNotEditSuppliers, KeyTaken, Stale."""
    check_may_edit_suppliers(actor)
    changes = differences(_current(site, details), details.values())
    if "source_key" in changes:
        _check_key(session, Site, details.source_key, own_id=site.id)
    if not changes:
        return site

    for name, (_old, new) in changes.items():
        setattr(site, name, new)
    supplier.compared = supplier.compared and not changes.keys() & {"duns", "business_licence"}
    _note(session, supplier, "site.edited", {"site": site.id, "changes": changes}, actor, at, expected_version)
    return site


def set_site_active(
    session: Session, supplier: Supplier, site: Site, active: bool, *, actor: Actor, at: datetime,
    expected_version: int | None = None,
) -> Site:  # fmt: skip
    """Take a site out of use, or back into it; it is never deleted, records may name it. Raises as :func:`edit_site`."""
    check_may_edit_suppliers(actor)
    if site.active == active:
        return site

    site.active = active
    action = "site.reactivated" if active else "site.deactivated"
    _note(session, supplier, action, {"site": site.id, "name": site.name}, actor, at, expected_version)
    return site


def add_contact(
    session: Session, supplier: Supplier, details: ContactDetails, *, actor: Actor, at: datetime,
    expected_version: int | None = None,
) -> Contact:  # fmt: skip
    """Add a person at the supplier. Raises MayNotEditSuppliers, AddressTaken, Stale."""
    check_may_edit_suppliers(actor)
    _check_address(session, supplier, details.email, own_id=None)

    if details.primary:
        _clear_primary(session, supplier)
    contact = Contact(supplier_id=supplier.id, active=True, email_key=_email_key(details.email), **details.values())
    session.add(contact)
    session.flush()
    data = {"contact": contact.id, "added": _filled(details.values())}
    _note(session, supplier, "contact.added", data, actor, at, expected_version)
    return contact


def edit_contact(
    session: Session, supplier: Supplier, contact: Contact, details: ContactDetails, *, actor: Actor, at: datetime,
    expected_version: int | None = None,
) -> Contact:  # fmt: skip
    """Change a contact; a new address forgets that the old one bounced. Raises MayNotEditSuppliers, AddressTaken, Stale."""
    check_may_edit_suppliers(actor)
    changes = differences(_current(contact, details), details.values())
    if "email" in changes:
        _check_address(session, supplier, details.email, own_id=contact.id)
    if not changes:
        return contact

    if details.primary and "primary" in changes:
        _clear_primary(session, supplier)
    for name, (_old, new) in changes.items():
        setattr(contact, name, new)
    if "email" in changes:
        contact.email_key, contact.bounced_at = _email_key(details.email), None
    data = {"contact": contact.id, "changes": changes}
    _note(session, supplier, "contact.edited", data, actor, at, expected_version)
    return contact


def trust_address_again(
    session: Session, supplier: Supplier, contact: Contact, *, actor: Actor, at: datetime,
    expected_version: int | None = None,
) -> Contact:  # fmt: skip
    """Write to an address again that had not taken mail, as when its mailbox was full. Raises MayNotEditSuppliers, Stale."""
    check_may_edit_suppliers(actor)
    if contact.bounced_at is None:
        return contact

    contact.bounced_at = None
    data = {"contact": contact.id, "name": contact.name, "address": contact.email}
    _note(session, supplier, "contact.bounce_cleared", data, actor, at, expected_version)
    return contact


def set_contact_active(
    session: Session, supplier: Supplier, contact: Contact, active: bool, *, actor: Actor, at: datetime,
    expected_version: int | None = None,
) -> Contact:  # fmt: skip
    """Note that a person left the supplier, or is back; their links stop working with it. Raises as :func:`edit_contact`."""
    check_may_edit_suppliers(actor)
    if contact.active == active:
        return contact

    contact.active = active
    action = "contact.reactivated" if active else "contact.deactivated"
    _note(session, supplier, action, {"contact": contact.id, "name": contact.name}, actor, at, expected_version)
    return contact


def move_supplier(
    session: Session,
    supplier: Supplier,
    action: str,
    *,
    actor: Actor,
    at: datetime,
    form: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
    signature: Signature | None = None,
    idempotency_key: str | None = None,
) -> Fired:
    """Take one action of the supplier's process and keep what comes with it: who asked, who suspended, the conditions.

    Whether it is allowed is the process's business. Raises Refused, Stale, KeyReused, NotMerged.
    """
    form = dict(form or {})
    if action == SupplierAction.MERGE or action.startswith(UNMERGE):
        return _merge_or_undo(session, supplier, action, form, actor=actor, at=at, expected_version=expected_version)
    _keep_what_rules_read(session, supplier, action, form, actor=actor, at=at)
    fired = fire(
        session,
        supplier,
        action,
        actor=actor,
        at=at,
        form=form,
        expected_version=expected_version,
        signature=signature,
        idempotency_key=idempotency_key,
    )
    if fired.replayed:
        return fired
    if action == SupplierAction.APPROVE_CONDITIONALLY and fired.from_state == fired.to_state:
        # Staying in the state keeps its timers; they hang on the new end.
        rearm(session, supplier, at=at)
    if action in (SupplierAction.INVITE, SupplierAction.INVITE_AGAIN, SupplierAction.SEND_BACK):
        link_for_assessment(session, supplier, actor=actor, at=at)
    elif action == SupplierAction.SUBMIT_ASSESSMENT:
        _keep_answers(session, supplier, form, actor=actor, at=at)
    follow_decision(session, supplier, fired, form, actor=actor, at=at)
    return fired


def _merge_or_undo(
    session: Session,
    supplier: Supplier,
    action: str,
    form: Mapping[str, Any],
    *,
    actor: Actor,
    at: datetime,
    expected_version: int | None,
) -> Fired:
    """Merge with the values that are chosen by default, or undo a merge. A repeat is told by the version, so no key is kept."""
    act: dict[str, Any] = {"actor": actor, "at": at, "expected_version": expected_version}
    reason = str(form.get("reason") or "")
    if action != SupplierAction.MERGE:
        return undo_merge(session, supplier, action=action, reason=reason, **act).fired
    number = str(form.get("into") or "").strip().upper()
    into = session.scalars(select(Supplier).where(Supplier.number == number)).one_or_none()
    return merge_supplier(session, supplier, into=into, number=number, reason=reason, **act)


def link_end(session: Session, *, at: datetime) -> datetime:
    """Until when a link made now works, as LINK_DAYS says."""
    days: int = session.info["settings"].link_days
    return at + timedelta(days=days)


def link_for_assessment(session: Session, supplier: Supplier, *, actor: Actor, at: datetime) -> AccessLink | None:
    """The live link of whom we write to first, made if there is none; None without a contact that can be written to."""
    contact = contact_to_write_to(session, supplier.id)
    if contact is None:
        return None
    ref = ContactRef(CONTACT_KIND, contact.id)
    for link in links_of(session, ref, at=at):
        if (link.record_kind, link.record_id, link.purpose) == (
            Supplier.subject_kind, supplier.id, LinkPurpose.SELF_ASSESSMENT,
        ):  # fmt: skip
            return link
    return create_link(
        session,
        contact=ref,
        record=supplier.record,
        purpose=LinkPurpose.SELF_ASSESSMENT,
        expires_at=link_end(session, at=at),
        actor=actor,
        at=at,
        owner_id=supplier.owner_id,
    )


def _keep_what_rules_read(
    session: Session, supplier: Supplier, action: str, form: Mapping[str, Any], *, actor: Actor, at: datetime
) -> None:
    """Columns that facts and timers of the new state hang on; a refusal rolls them back with everything else."""
    if action in (SupplierAction.INVITE, SupplierAction.SEND_BACK):
        supplier.requested_by = actor.id
    elif action == SupplierAction.SUSPEND:
        supplier.suspended_by = actor.id
    elif action == SupplierAction.PHASE_OUT:
        supplier.suspended_by, supplier.last_day = actor.id, as_date(form.get("last_day"))
    elif action in (SupplierAction.APPROVE, SupplierAction.REINSTATE):
        plan_next_qualification(session, supplier, action, at=at)
    elif action == SupplierAction.APPROVE_CONDITIONALLY:
        supplier.conditions = str(form.get("conditions") or "") or None
        supplier.valid_until = as_date(form.get("valid_until"))


def _keep_answers(
    session: Session, supplier: Supplier, form: Mapping[str, Any], *, actor: Actor, at: datetime
) -> SelfAssessment:
    answers = canonical_json(form)
    last = session.scalar(select(func.max(SelfAssessment.round)).where(SelfAssessment.supplier_id == supplier.id))
    assessment = SelfAssessment(
        supplier_id=supplier.id,
        round=(last or 0) + 1,
        answers=dict(form),
        answers_hash=sha256(answers.encode()).hexdigest(),
        submitted_at=at,
        submitted_by=actor.id,
        submitted_by_name=actor.label[:200],
    )
    session.add(assessment)
    session.flush()
    return assessment


def _note(
    session: Session,
    supplier: Supplier,
    action: str,
    data: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    expected_version: int | None,
) -> None:
    # What was changed in this transaction is rolled back with the refusal.
    check_not_merged(supplier)
    note(session, supplier, actor=actor, at=at, action=action, data=data, expected_version=expected_version)


def _current(
    record: Supplier | Site | Contact, details: SupplierDetails | SiteDetails | ContactDetails
) -> dict[str, Any]:
    return {name: getattr(record, name) for name in details.values()}


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [], False)}


def _email_key(email: str | None) -> str | None:
    return email.casefold() if email else None


def _check_key(session: Session, model: type[Supplier] | type[Site], key: str | None, *, own_id: int | None) -> None:
    if key is None:
        return
    other = session.scalar(select(model.id).where(model.source_key == key))
    if other is not None and other != own_id:
        problem = Problem(_("The key is taken."), _("Search for the key and use that record."), None, "source_key", key)
        raise KeyTaken(_("The key %(key)s belongs to another record already.", key=key), (problem,))


def _check_owner(session: Session, owner_id: int | None) -> None:
    if owner_id is None:
        return
    owner = session.get(User, owner_id)
    if owner is None or owner.disabled_at is not None:
        problem = Problem(
            _("This person has no account in use."), _("Choose somebody else."), None, "owner_id", str(owner_id)
        )
        raise UnknownOwner(_("The owner must be one of our people."), (problem,))


def _check_address(session: Session, supplier: Supplier, email: str | None, *, own_id: int | None) -> None:
    if email is None:
        return
    other = session.scalar(
        select(Contact.id).where(Contact.supplier_id == supplier.id, Contact.email_key == _email_key(email))
    )
    if other is not None and other != own_id:
        problem = Problem(_("Another contact has this address."), _("Edit that contact instead."), None, "email", email)
        raise AddressTaken(_("%(number)s has a contact with this address already.", number=supplier.number), (problem,))


def _clear_primary(session: Session, supplier: Supplier) -> None:
    session.execute(update(Contact).where(Contact.supplier_id == supplier.id).values(primary=False))
