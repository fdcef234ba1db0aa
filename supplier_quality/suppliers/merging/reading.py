"""What people see before and after a merge: two records side by side, what would move, what stands in the way."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.engine.deadlines import deadlines_of
from supplier_quality.engine.definitions import Process, State
from supplier_quality.engine.evaluation import Unmet, evaluate_action
from supplier_quality.engine.explain import record_fact
from supplier_quality.engine.facts import gather
from supplier_quality.engine.fire import roles_of
from supplier_quality.engine.store import process_of
from supplier_quality.identity import Actor
from supplier_quality.identity.models import User
from supplier_quality.language import _
from supplier_quality.suppliers import queries
from supplier_quality.suppliers.enums import SupplierAction
from supplier_quality.suppliers.likeness.pairs import PairLine, find_pair
from supplier_quality.suppliers.merging import fields, moving
from supplier_quality.suppliers.merging.following import same_scope
from supplier_quality.suppliers.merging.operations import UNMERGE, standing_merge
from supplier_quality.suppliers.models import Contact, Site, Supplier, SupplierMerge
from supplier_quality.suppliers.scope.queries import ScopeView
from supplier_quality.trail import Entry, entries


@dataclass(frozen=True, slots=True)
class Side:
    """One of two records side by side. ``counts`` says how much of each part belongs to it."""

    supplier: Supplier
    state: State
    owner: str | None
    due: datetime | None
    sites: Sequence[Site]
    contacts: Sequence[Contact]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The record that would stay and the one that would go.

    ``take`` are the fields whose value would come from the one that goes, ``changes`` what that does (field -> before, after);
    ``held`` contacts that stay with the old record because the other has their address; ``twice`` lines of
    scope that both have for a site of one name; ``unmet`` what stands in the way.
    """

    stays: Side
    goes: Side
    pair: PairLine | None
    differing: Sequence[str]
    take: Collection[str]
    changes: Mapping[str, Sequence[Any]]
    held: Sequence[Contact]
    twice: Sequence[tuple[ScopeView, ScopeView]]
    unmet: Sequence[Unmet]


def read_comparison(
    session: Session, number: str, other: str, *, actor: Actor, at: datetime, take: Collection[str] | None = None
) -> Comparison:
    """Both records for the page on which they are merged. Raises SupplierNotFound."""
    stays = queries.get_supplier(session, number, actor=actor)
    goes = queries.get_supplier(session, other, actor=actor)
    take = fields.taken_by_default(stays, goes) if take is None else take
    return Comparison(
        stays=_side(session, stays),
        goes=_side(session, goes),
        pair=find_pair(session, stays, goes, actor=actor),
        differing=fields.differing(stays, goes),
        take=take,
        changes=fields.changes_of(stays, goes, take),
        held=moving.shared_addresses(session, stays.id, goes.id),
        twice=same_scope(session, stays.id, goes.id),
        unmet=_what_bars(session, stays, goes, actor=actor, at=at),
    )


def _side(session: Session, supplier: Supplier) -> Side:
    process = process_of(session, supplier.definition_id)
    owner = session.get(User, supplier.owner_id) if supplier.owner_id else None
    deadline = deadlines_of(session, supplier.subject_kind, [supplier.id]).get(supplier.id)
    return Side(
        supplier=supplier,
        state=process.states[supplier.state],
        owner=owner.name if owner else None,
        due=deadline.due if deadline else None,
        sites=queries.sites_of(session, supplier),
        contacts=queries.contacts_of(session, supplier),
        counts=moving.count_parts(session, supplier.id),
    )


def _what_bars(session: Session, stays: Supplier, goes: Supplier, *, actor: Actor, at: datetime) -> Sequence[Unmet]:
    """What the process says to merging these two: the rules that fire() asks, with this pair in their facts."""
    process = process_of(session, goes.definition_id)
    if goes.merged_into is not None:
        said = _("%(number)s is merged into %(into)s already.", number=goes.number, into=goes.merged_into)
        return (Unmet("merged_already", said),)
    if SupplierAction.MERGE not in process.actions:
        return (_too_old(process, goes),)
    step = process.actions[SupplierAction.MERGE]
    facts = gather(session, step.facts, Supplier.subject_kind, [goes.id], actor=actor, at=at)[goes.id]
    about = {
        **facts,
        "record": record_fact(goes),
        "merge": {**facts["merge"], "into": stays.number, "into_state": stays.state, "same": stays.id == goes.id},
    }
    form = {"into": stays.number, "reason": "…"}
    return evaluate_action(process, step, state=goes.state, roles=roles_of(actor), facts=about, form=form).unmet


def _too_old(process: Process, goes: Supplier) -> Unmet:
    said = _(
        "%(number)s runs on version %(version)s of its process, which cannot merge. Move running records to the newest version first.",
        number=goes.number,
        version=process.version,
    )
    return Unmet("old_version", said, mend="workflow")


@dataclass(frozen=True, slots=True)
class Absorbed:
    """A record that went into the one that is shown."""

    number: str
    name: str
    source_key: str | None
    merge: SupplierMerge


def absorbed_by(session: Session, supplier: Supplier) -> list[Absorbed]:
    """The records that were merged into this one, and into those in turn, the latest first."""
    found: list[Absorbed] = []
    wanted = [supplier.id]
    while wanted:
        query = (
            select(Supplier.number, Supplier.name, Supplier.source_key, SupplierMerge)
            .join(SupplierMerge, SupplierMerge.merged_id == Supplier.id)
            .where(SupplierMerge.survivor_id.in_(wanted), SupplierMerge.undone_at.is_(None))
            .order_by(SupplierMerge.merged_at.desc(), SupplierMerge.id.desc())
        )
        rows = [Absorbed(*row) for row in session.execute(query)]
        found += rows
        wanted = [row.merge.merged_id for row in rows]
    return found


@dataclass(frozen=True, slots=True)
class Undoing:
    """What undoing a merge would do. ``back`` are the values the other record goes back to, ``kept`` its fields that stay;
    ``since`` what happened to it after the merge and stays with it.
    """

    merged: Supplier
    survivor: Supplier
    merge: SupplierMerge
    to: State
    counts: Mapping[str, int]
    back: Mapping[str, Sequence[Any]]
    kept: Sequence[str]
    since: Sequence[Entry]
    unmet: Sequence[Unmet]


def read_undoing(session: Session, number: str, *, actor: Actor, at: datetime) -> Undoing | None:
    """The merge of this record as it would be undone; None when it is not merged. Raises SupplierNotFound."""
    merged = queries.get_supplier(session, number, actor=actor)
    merge = standing_merge(session, merged.id)
    if merge is None:
        return None
    survivor = session.get_one(Supplier, merge.survivor_id)
    process = process_of(session, merged.definition_id)
    step = process.actions[f"{UNMERGE}{merge.from_state}"]
    facts = gather(session, step.facts, Supplier.subject_kind, [merged.id], actor=actor, at=at)[merged.id]
    verdict = evaluate_action(
        process, step, state=merged.state, roles=roles_of(actor), facts=facts, form={"reason": "…"}
    )
    back, kept = fields.still_as_merged(survivor, merge.fields)
    newest = entries(session, Supplier.subject_kind, survivor.id, limit=20)
    return Undoing(
        merged=merged,
        survivor=survivor,
        merge=merge,
        to=process.states[merge.from_state],
        counts={name: len(merge.moved.get(name, ())) for name in moving.BY_NAME},
        back={name: [getattr(survivor, name), old] for name, old in back.items()},
        kept=kept,
        since=[entry for entry in newest if entry.at > merge.merged_at],
        unmet=verdict.unmet,
    )
