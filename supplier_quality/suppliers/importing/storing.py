"""Writing what a file says: everything in the caller's transaction, or nothing when a row is refused."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from supplier_quality.engine.notes import note
from supplier_quality.engine.start import start_many
from supplier_quality.identity import Actor
from supplier_quality.persistence import Prepared
from supplier_quality.persistence.planning import measure_tables
from supplier_quality.suppliers import places
from supplier_quality.suppliers.importing.comparing import Matches, Plan, compare
from supplier_quality.suppliers.importing.folding import Drafts, Folded
from supplier_quality.suppliers.importing.report import ImportReport, PartCounts
from supplier_quality.suppliers.indexing import COMPARED, forget_words
from supplier_quality.suppliers.models import Contact, Site, Supplier, SupplierToken
from supplier_quality.suppliers.names import sort_key
from supplier_quality.suppliers.rules import tokens_of

IMPORTED = "import"
_CHUNK = 500
_SITE_FIELDS = ("name", "source_key", "address", "city", "country", "zone", "duns", "business_licence")
_CONTACT_FIELDS = ("name", "email", "email_key", "roles", "language", "phone", "primary")
_SUPPLIER_FIELDS = (
    "name", "source_key", "country", "language", "duns", "business_licence", "website", "note", "owner_id",
)  # fmt: skip

_tokens: Any = SupplierToken.__table__
_TOKEN_COLUMNS = ("token", "name_key", "supplier_id")
_insert_tokens = Prepared(insert(SupplierToken).inline(), columns=_TOKEN_COLUMNS, table=_tokens)


def preview_import(session: Session, drafts: Drafts) -> ImportReport:
    """What storing would do. Reads only."""
    return preview_plan(compare(session, drafts))


def preview_plan(plan: Plan) -> ImportReport:
    """What storing the file of a plan would do."""
    report = _report(plan)
    report.dry_run = True
    return report


def store_import(session: Session, drafts: Drafts, *, source: str, actor: Actor, at: datetime) -> ImportReport:
    """Store suppliers, sites and contacts with their trail entries. Nothing is written when the report has rejected rows.

    ``source`` is the name of the file, for the trail.
    """
    return store_plan(session, compare(session, drafts), source=source, actor=actor, at=at)[0]


def store_plan(
    session: Session, plan: Plan, *, source: str, actor: Actor, at: datetime
) -> tuple[ImportReport, list[int | None]]:
    """Store what a plan says that was made in this transaction; the report, and the ids of the suppliers by their place."""
    drafts = plan.drafts
    report = _report(plan)
    if report.is_refused:
        return report, plan.suppliers.ids
    ids = _create_suppliers(session, plan, source=source, actor=actor, at=at)
    _clear_primaries(session, plan, ids)
    _write_children(session, Site, drafts.sites, plan.sites, ids, _complete_site(plan))
    _write_children(session, Contact, drafts.contacts, plan.contacts, ids, _complete_contact)
    _update_suppliers(session, plan, source=source, actor=actor, at=at)
    measure_tables(session, (Supplier, SupplierToken, Site, Contact), new_rows=report.created)
    report.applied = True
    return report, list(ids)


def _report(plan: Plan) -> ImportReport:
    checked = plan.drafts.checked
    bad = checked.bad
    suppliers = plan.drafts.suppliers
    rows = len(checked.sheet.rows)
    counted: Sequence[int] = range(len(suppliers.items)) if not bad else sorted(_items_of_good_rows(suppliers, bad))
    report = ImportReport(rows=rows, rejected=sorted(checked.problems, key=lambda p: p.row or 0))
    changed = changed_suppliers(plan)
    for place in counted:
        if plan.suppliers.ids[place] is None:
            report.created += 1
        elif place in changed:
            report.updated += 1
            report.keyed += plan.suppliers.changes[place].get("source_key", [""])[0] is None
        else:
            report.unchanged += 1
    report.repeated = rows - len(bad) - len(counted)
    report.sites = _count_part(plan.drafts.sites, plan.sites, bad)
    report.contacts = _count_part(plan.drafts.contacts, plan.contacts, bad)
    return report


def _items_of_good_rows(folded: Folded, bad: set[int]) -> set[int]:
    rows = enumerate(folded.of_row) if isinstance(folded.of_row, range) else folded.of_row.items()
    return {place for row, place in rows if row not in bad}


def _count_part(folded: Folded, matches: Matches, bad: set[int]) -> PartCounts:
    counts = PartCounts()
    kept = range(len(folded.items)) if not bad else sorted(_items_of_good_rows(folded, bad))
    for place in kept:
        if matches.ids[place] is None:
            counts.created += 1
        elif matches.changes[place]:
            counts.updated += 1
        else:
            counts.unchanged += 1
    named = len(folded.of_row) - (
        sum(row in bad for row in folded.of_row) if isinstance(folded.of_row, dict) else len(bad)
    )
    counts.repeated = max(0, named - len(kept))
    return counts


def changed_suppliers(plan: Plan) -> set[int]:
    """Items of known suppliers of which anything differs, a site or contact of theirs included."""
    changed = {place for place, changes in enumerate(plan.suppliers.changes) if changes}
    for folded, matches in ((plan.drafts.sites, plan.sites), (plan.drafts.contacts, plan.contacts)):
        for owner, id_, changes in zip(folded.owners, matches.ids, matches.changes, strict=True):
            if id_ is None or changes:
                changed.add(owner)
    return {place for place in changed if plan.suppliers.ids[place] is not None}


def _create_suppliers(session: Session, plan: Plan, *, source: str, actor: Actor, at: datetime) -> list[int]:
    """Start the new suppliers; the ids of all items, new or known."""
    items = plan.drafts.suppliers.items
    new = [place for place, id_ in enumerate(plan.suppliers.ids) if id_ is None]
    children = _children_by_owner(plan)
    rows = [
        {**dict.fromkeys(_SUPPLIER_FIELDS), **items[place], "name_key": sort_key(items[place]["name"])} for place in new
    ]
    data = [{"source": source, "values": items[place], **children.get(place, {})} for place in new]
    started = start_many(session, Supplier, rows, actor=actor, at=at, data=data)
    ids: list[Any] = list(plan.suppliers.ids)
    for place, id_ in zip(new, started, strict=True):
        ids[place] = id_
    _write_tokens(session, [(id_, items[place]) for place, id_ in zip(new, started, strict=True)])
    return ids


def _children_by_owner(plan: Plan) -> dict[int, dict[str, Any]]:
    """What the trail keeps of the sites and contacts that came or changed, by supplier."""
    about: dict[int, dict[str, Any]] = defaultdict(dict)
    for name, folded, matches in (
        ("sites", plan.drafts.sites, plan.sites),
        ("contacts", plan.drafts.contacts, plan.contacts),
    ):
        for place, owner in enumerate(folded.owners):
            if matches.ids[place] is None:
                about[owner].setdefault(name, []).append({"added": _without_keys(folded.items[place])})
            elif matches.changes[place]:
                changed = {"id": matches.ids[place], "changes": _without_keys(matches.changes[place])}
                about[owner].setdefault(name, []).append(changed)
    return about


def _without_keys(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "email_key"}


def _write_tokens(session: Session, suppliers: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    rows = [
        (token, key, id_)
        for id_, item in suppliers
        for key in (sort_key(item["name"]),)
        for token in tokens_of(item["name"], item.get("source_key"))
    ]
    # In the order of the table's key: rows go in at its end instead of all over it.
    rows.sort()
    if rows:
        _insert_tokens.run_columns(
            session.connection(), dict(zip(_TOKEN_COLUMNS, zip(*rows, strict=True), strict=True))
        )


def _complete_site(plan: Plan) -> Callable[[dict[str, Any], int], dict[str, Any]]:
    countries = [item.get("country") for item in plan.drafts.suppliers.items]

    def complete(item: dict[str, Any], owner: int) -> dict[str, Any]:
        zone = item.get("zone") or places.main_zone(item.get("country") or countries[owner])
        return {**dict.fromkeys(_SITE_FIELDS), **item, "zone": zone, "active": True}

    return complete


def _complete_contact(item: dict[str, Any], _owner: int) -> dict[str, Any]:
    row = {**dict.fromkeys(_CONTACT_FIELDS), **item}
    row["is_primary"] = bool(row.pop("primary"))
    return {**row, "roles": row["roles"] or [], "active": True, "notice_order": 100}


def _write_children(
    session: Session,
    model: type[Site] | type[Contact],
    folded: Folded,
    matches: Matches,
    supplier_ids: Sequence[int],
    complete: Callable[[dict[str, Any], int], dict[str, Any]],
) -> None:
    new = [
        {**complete(item, owner), "supplier_id": supplier_ids[owner]}
        for item, owner, id_ in zip(folded.items, folded.owners, matches.ids, strict=True)
        if id_ is None
    ]
    if new:
        session.execute(insert(model.__table__), new)  # type: ignore[arg-type]
    for id_, changes in zip(matches.ids, matches.changes, strict=True):
        if id_ is not None and changes:
            values = {name: new_value for name, (_old, new_value) in changes.items()}
            statement = update(model).where(model.id == id_).values(values)
            session.execute(statement.execution_options(synchronize_session=False))


def _clear_primaries(session: Session, plan: Plan, supplier_ids: Sequence[int]) -> None:
    """A newly named primary contact takes the place of the one before."""
    contacts = plan.drafts.contacts
    for owner, item, id_, changes in zip(
        contacts.owners, contacts.items, plan.contacts.ids, plan.contacts.changes, strict=True
    ):
        if item.get("primary") and (id_ is None or "primary" in changes) and plan.suppliers.ids[owner] is not None:
            session.execute(
                update(Contact)
                .where(Contact.supplier_id == supplier_ids[owner])
                .values(primary=False)
                .execution_options(synchronize_session=False)
            )


def _update_suppliers(session: Session, plan: Plan, *, source: str, actor: Actor, at: datetime) -> None:
    changed = sorted(changed_suppliers(plan))
    children = _children_by_owner(plan)
    for start in range(0, len(changed), _CHUNK):
        places_ = {plan.suppliers.ids[place]: place for place in changed[start : start + _CHUNK]}
        for supplier in session.scalars(select(Supplier).where(Supplier.id.in_(places_))):
            place = places_[supplier.id]
            changes = plan.suppliers.changes[place]
            renamed = "name" in changes or "source_key" in changes
            if renamed:
                forget_words(session, supplier)
            for name, (_old, new) in changes.items():
                setattr(supplier, name, new)
            if renamed:
                supplier.name_key = sort_key(supplier.name)
                _write_tokens(session, [(supplier.id, {"name": supplier.name, "source_key": supplier.source_key})])
            if changes.keys() & COMPARED or "sites" in children.get(place, {}):
                supplier.compared = False
            data = {"source": source, "changes": changes, **children.get(place, {})}
            note(session, supplier, actor=actor, at=at, action=IMPORTED, data=data)
