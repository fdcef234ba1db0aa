"""Merging one supplier's record into another's, and undoing it: state through the engine, rows moved, both trails told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from supplier_quality.engine.fire import Fired, fire
from supplier_quality.engine.notes import changes_since, note
from supplier_quality.engine.refusals import Stale
from supplier_quality.errors import Conflict
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.suppliers.contacts import KIND as CONTACT_KIND
from supplier_quality.suppliers.enums import SupplierAction
from supplier_quality.suppliers.indexing import forget_words, look_for_duplicates, write_words
from supplier_quality.suppliers.merging import fields, following, moving
from supplier_quality.suppliers.merging.moving import BY_NAME, PARTS, Moved
from supplier_quality.suppliers.models import Contact, Site, Supplier, SupplierMerge
from supplier_quality.suppliers.names import sort_key
from supplier_quality.suppliers.qualification.operations import ask_again, drop_steps

ABSORBED, MOVED_OVER, GAVE_BACK, CAME_BACK = "merge.absorbed", "merge.moved", "merge.gave_back", "merge.came_back"


class NotMerged(Conflict):
    """There is no merge of this record to undo."""

    code = "not_merged"


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing a merge did. ``kept`` are fields that stay because they were changed since; ``left`` contacts that could not go
    back because the old record has their address.
    """

    fired: Fired
    kept: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def merge_supplier(
    session: Session,
    merged: Supplier,
    *,
    into: Supplier | None,
    number: str,
    reason: str,
    actor: Actor,
    at: datetime,
    take: Collection[str] | None = None,
    expected_version: int | None = None,
    survivor_version: int | None = None,
) -> Fired:
    """Take ``merged`` into the record ``into``, which stays.

    ``number`` is what was typed for it, kept in the trail; ``take`` names the fields whose value comes from ``merged``, by
    default those that are empty at the other. Whether it may be done is the process's business. Raises Refused, Stale.
    """
    _lock(session, merged, into)
    if into is not None and survivor_version is not None and into.version != survivor_version:
        raise Stale(changes_since(session, into, survivor_version))

    # The rules read it; a refusal rolls it back with everything else.
    merged.merged_into = into.number if into is not None else None
    from_state = merged.state
    form = {"into": into.number if into is not None else number, "reason": reason}
    fired = fire(
        session, merged, SupplierAction.MERGE, actor=actor, at=at, form=form, expected_version=expected_version
    )
    assert into is not None, "the process lets nothing be merged into nothing"

    dropped = drop_steps(session, merged, at=at)
    default = fields.taken_by_default(into, merged)
    changes = fields.changes_of(into, merged, default if take is None else take)
    twice = [f"{mine.number} / {theirs.number}" for mine, theirs in following.same_scope(session, into.id, merged.id)]
    held = [contact.id for contact in moving.shared_addresses(session, into.id, merged.id)]
    told = {**_names_of_parts(session, merged, held), **_filled({"same_scope": twice})}
    moved = {**_move_all(session, merged, into, held), "dropped_steps": dropped}
    _change_fields(session, into, {name: new for name, (_old, new) in changes.items()})
    session.add(
        SupplierMerge(
            survivor_id=into.id, merged_id=merged.id, from_state=from_state, fields=changes, moved=moved,
            reason=reason, merged_at=at, merged_by=actor.id, merged_by_name=actor.label[:200],
        )
    )  # fmt: skip
    note(session, merged, actor=actor, at=at, action=MOVED_OVER, data={"into": into.number, **told})
    data = {"number": merged.number, "name": merged.name, "reason": reason, "changes": changes, **told}
    note(session, into, actor=actor, at=at, action=ABSORBED, data=data)
    following.follow(session, moved, source=merged, to=into, reason=reason, actor=actor, at=at)
    look_for_duplicates(session, merged, into, at=at)
    return fired


def undo_merge(
    session: Session,
    merged: Supplier,
    *,
    reason: str,
    actor: Actor,
    at: datetime,
    action: str | None = None,
    expected_version: int | None = None,
) -> Undone:
    """Give the record back what went over with it, and the record that stayed the values it had.

    What was added or changed since stays where it is. ``action`` is the one asked for, by default the one that leads back to where
    the record stood. Raises NotMerged, Refused, Stale.
    """
    merge = standing_merge(session, merged.id)
    if merge is None:
        raise NotMerged(_("%(number)s is not merged into another record.", number=merged.number))
    survivor = session.get_one(Supplier, merge.survivor_id)
    _lock(session, merged, survivor)
    action = action or f"{UNMERGE}{merge.from_state}"
    fired = fire(
        session, merged, action, actor=actor, at=at, form={"reason": reason}, expected_version=expected_version
    )
    merged.merged_into = None
    ask_again(session, merged, merge.moved.get("dropped_steps", ()), at=at)

    left = _contacts_that_stay(session, merge, merged)
    given = _give_back(session, merge, merged, survivor, [contact.id for contact in left])
    back, kept = fields.still_as_merged(survivor, merge.fields)
    changes = {name: [getattr(survivor, name), old] for name, old in back.items()}
    _change_fields(session, survivor, back)
    merge.undone_at, merge.undone_by, merge.undone_by_name, merge.undone_reason = (
        at,
        actor.id,
        actor.label[:200],
        reason,
    )
    told = _names_of_parts(session, merged, ())
    stayed = {"kept_fields": kept, "kept_contacts": [contact.name for contact in left]}
    note(session, merged, actor=actor, at=at, action=CAME_BACK, data={"from": survivor.number, **told})
    data = {
        "number": merged.number,
        "name": merged.name,
        "reason": reason,
        "changes": changes,
        **told,
        **_filled(stayed),
    }
    note(session, survivor, actor=actor, at=at, action=GAVE_BACK, data=data)
    following.follow(session, given, source=survivor, to=merged, reason=reason, actor=actor, at=at)
    look_for_duplicates(session, merged, survivor, at=at)
    return Undone(fired, kept, stayed["kept_contacts"])


UNMERGE = "unmerge_to_"
"""Begins the actions of the process that undo a merge; the state they lead to follows."""


def standing_merge(session: Session, merged_id: int) -> SupplierMerge | None:
    """The merge by which the record went into another, unless it was undone."""
    query = select(SupplierMerge).where(SupplierMerge.merged_id == merged_id, SupplierMerge.undone_at.is_(None))
    return session.scalars(query).one_or_none()


def _lock(session: Session, *suppliers: Supplier | None) -> None:
    """Hold both records in the order of their numbers, so that two merges of the same pair wait instead of blocking each other."""
    session.flush()
    for supplier in sorted((each for each in suppliers if each is not None), key=lambda each: each.id):
        session.refresh(supplier, with_for_update=True)


def _move_all(session: Session, merged: Supplier, survivor: Supplier, held: Collection[int]) -> Moved:
    has_primary = select(Contact.id).where(Contact.supplier_id == survivor.id, Contact.primary).limit(1)
    cleared: list[int] = []
    if session.scalar(has_primary) is not None:
        own = select(Contact.id).where(Contact.supplier_id == merged.id, Contact.primary, Contact.id.not_in(held))
        cleared = list(session.scalars(own))
        _set_primary(session, cleared, False)
    moved = {part.name: moving.ids_of(session, part, merged.id, without_contacts=held) for part in PARTS}
    for part in PARTS:
        moving.move(session, part, moved[part.name], to=survivor)
    moving.number_rounds(session, survivor)
    moving.number_rounds(session, merged)
    session.flush()
    session.expire_all()
    return {**moved, "held_contacts": list(held), "cleared_primaries": cleared}


def _contacts_that_stay(session: Session, merge: SupplierMerge, merged: Supplier) -> list[Contact]:
    """Contacts who went over and cannot go back: meanwhile they have the address of one whom the old record kept."""
    taken = moving.shared_addresses(session, merged.id, merge.survivor_id)
    return [contact for contact in taken if contact.id in merge.moved["contacts"]]


def _give_back(
    session: Session, merge: SupplierMerge, merged: Supplier, survivor: Supplier, left: Collection[int]
) -> Moved:
    given: Moved = {}
    contacts = [id_ for id_ in merge.moved["contacts"] if id_ not in left]
    for part in PARTS:
        here = set(moving.ids_of(session, part, survivor.id))
        # A merge made before there was such a part moved none of it.
        ids = [id_ for id_ in merge.moved.get(part.name, ()) if id_ in here]
        if part.of_contacts:
            # A person goes back with all that is theirs, also with links made since: the record that stays is not theirs.
            ids = sorted(
                here & (set(_of_contacts(session, part, contacts)) | set(ids) - set(_of_contacts(session, part, left)))
            )
        if part.of_sites:
            ids = sorted(here & set(moving.ids_at(session, part, merge.moved["sites"])))
        if part.model is Contact:
            ids = [id_ for id_ in ids if id_ not in left]
        moving.move(session, part, ids, to=merged)
        given[part.name] = ids
    moving.number_rounds(session, merged)
    moving.number_rounds(session, survivor)
    _set_primary(session, [id_ for id_ in merge.moved["cleared_primaries"] if id_ in contacts], True)
    session.flush()
    session.expire_all()
    return given


def _of_contacts(session: Session, part: moving.Part, contacts: Collection[int]) -> list[int]:
    model = part.model
    query = select(model.id).where(model.contact_kind == CONTACT_KIND, model.contact_id.in_(contacts))
    return list(session.scalars(query))


def _set_primary(session: Session, ids: Collection[int], primary: bool) -> None:
    if ids:
        statement = update(Contact).where(Contact.id.in_(ids)).values(primary=primary)
        session.execute(statement.execution_options(synchronize_session=False))


def _change_fields(session: Session, supplier: Supplier, values: Mapping[str, Any]) -> None:
    if "name" in values:
        forget_words(session, supplier)
    for name, value in values.items():
        setattr(supplier, name, value)
    if "name" in values:
        supplier.name_key = sort_key(supplier.name)
        write_words(session, supplier)


def _names_of_parts(session: Session, supplier: Supplier, held: Collection[int]) -> dict[str, Any]:
    """What goes over, as both trails tell it: sites and contacts by name, the rest by count."""
    sites = session.scalars(select(Site.name).where(Site.supplier_id == supplier.id).order_by(Site.id)).all()
    contacts = session.execute(
        select(Contact.id, Contact.name).where(Contact.supplier_id == supplier.id).order_by(Contact.id)
    ).all()
    told: dict[str, Any] = {
        "sites": list(sites),
        "contacts": [name for id_, name in contacts if id_ not in held],
        "held_contacts": [name for id_, name in contacts if id_ in held],
    }
    counted = (
        "assessments", "scope", "certificates", "questionnaires", "audits", "development", "site_documents", "documents",
        "special_processes", "notes", "directed", "links", "files",
    )  # fmt: skip
    for name in counted:
        told[name] = len(moving.ids_of(session, BY_NAME[name], supplier.id, without_contacts=held))
    return _filled(told)


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [], 0)}
