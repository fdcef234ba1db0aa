"""Comparing what a file says with what is stored: what is new, what differs, what is known already. Reads only."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.language import Words, _
from supplier_quality.suppliers.importing.checking import Checked
from supplier_quality.suppliers.importing.fields import NUMBER, MatchBy
from supplier_quality.suppliers.importing.folding import Drafts, Folded
from supplier_quality.suppliers.importing.following import join_owners, load_survivors, survivor_of
from supplier_quality.suppliers.models import Contact, Site, Supplier

_CHUNK = 5_000
_SUPPLIER_COLUMNS = (
    "name", "source_key", "country", "language", "duns", "business_licence", "website", "note", "owner_id",
)  # fmt: skip
_SITE_COLUMNS = ("name", "source_key", "address", "city", "country", "zone", "duns", "business_licence")
_CONTACT_COLUMNS = ("name", "email", "email_key", "roles", "language", "phone", "primary")
_SOME_WITHOUT_KEY = select(Supplier.id).where(Supplier.source_key.is_(None)).limit(1)
_KEY_THEM = _("Write the key into the stored supplier that is meant, on its page, and import again.")
_TELL_APART = _("Give the stored ones different names on the page of the supplier, and import again.")


@dataclass(slots=True)
class Matches:
    """For each folded item the id of the stored record it is, None for a new one, and what differs (column -> old, new)."""

    ids: list[int | None]
    changes: list[dict[str, list[Any]]]

    @classmethod
    def none(cls, count: int) -> "Matches":
        return cls([None] * count, [{}] * count)


@dataclass(slots=True)
class Plan:
    """What storing the drafts means. ``problems`` of the drafts may have grown."""

    drafts: Drafts
    suppliers: Matches
    sites: Matches
    contacts: Matches
    owners: dict[int, int] = field(default_factory=dict)


def compare(session: Session, drafts: Drafts) -> Plan:
    """Find each draft's stored record. What cannot be told apart becomes a problem of the sheet."""
    suppliers = _match_suppliers(session, drafts)
    known = {place: id_ for place, id_ in enumerate(suppliers.ids) if id_ is not None}
    sites = _match_children(session, drafts, drafts.sites, Site, key="source_key", columns=_SITE_COLUMNS, known=known)
    contacts = _match_children(
        session, drafts, drafts.contacts, Contact, key="email_key", columns=_CONTACT_COLUMNS, known=known
    )
    return Plan(drafts, suppliers, sites, contacts, known)


def _match_suppliers(session: Session, drafts: Drafts) -> Matches:
    items = drafts.suppliers.items
    matches = Matches.none(len(items))
    if not items or session.scalar(select(Supplier.id).limit(1)) is None:
        _refuse_unknown_numbers(drafts, matches)
        return matches
    columns = [getattr(Supplier, name) for name in (*_SUPPLIER_COLUMNS, "number", "merged_into")]
    candidates = _Candidates(session, drafts, columns)
    merged: dict[int, dict[str, Any]] = {}
    for place, item in enumerate(items):
        found = candidates.of(place)
        if len(found) > 1:
            _refuse_ambiguous(drafts, place, found)
        elif found:
            matches.ids[place], matches.changes[place] = found[0]["id"], _changes(found[0], item)
            if found[0]["merged_into"] is not None:
                merged[place] = found[0]
    _refuse_unknown_numbers(drafts, matches)
    # Before rows about merged records become rows about the one that stayed, which may stand in the file, too.
    _refuse_claimed_twice(drafts.checked, drafts.suppliers, matches, name="name", remedy=_KEY_THEM)
    if merged:
        _follow_merges(session, drafts, matches, merged, columns)
    if drafts.checked.mapping.match is not MatchBy.KEY:
        _refuse_keys_of_others(session, drafts, matches)
    return matches


class _Candidates:
    """The stored suppliers that those of a file may be, read with few queries."""

    def __init__(self, session: Session, drafts: Drafts, columns: Sequence[Any]) -> None:
        self._drafts, self._column = drafts, drafts.checked.mapping.match.column
        items = drafts.suppliers.items
        self._keys = [drafts.key_of(place) for place in range(len(items))]
        self._by_key: dict[Any, list[dict[str, Any]]] = {}
        if self._column:
            wanted = [key for key in self._keys if key is not None]
            self._by_key = _rows_by(session, Supplier, getattr(Supplier, self._column), columns, wanted)
        unknown = [item["name"] for item, key in zip(items, self._keys, strict=True) if key not in self._by_key]
        if self._column == "source_key" and len(unknown) > _CHUNK and session.scalar(_SOME_WITHOUT_KEY) is None:
            # Only whoever has no key yet is looked for by name; a large file of new suppliers need not read the table again.
            unknown = [item["name"] for item, key in zip(items, self._keys, strict=True) if key is None]
        self._by_name = _rows_by(session, Supplier, Supplier.name, columns, unknown)

    def of(self, place: int) -> list[dict[str, Any]]:
        """Those with the key, else those of the name; merged records only where no other is left."""
        key = self._keys[place]
        named = _standing(self._by_name.get(self._drafts.suppliers.items[place]["name"], []))
        if self._column is None or key is None:
            return named
        return _one_of(_standing(self._by_key.get(key, [])), named, self._column)


def _standing(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["merged_into"] is None] or rows


def _refuse_ambiguous(drafts: Drafts, place: int, found: Sequence[Mapping[str, Any]]) -> None:
    key = drafts.key_of(place)
    match = drafts.checked.mapping.match
    numbers = ", ".join(sorted(str(row["number"]) for row in found)[:5])
    if key is not None and all(row.get(match.column or "") == key for row in found):
        said = _("%(count)s suppliers have this: %(numbers)s.", count=len(found), numbers=numbers)
        remedy = _("Correct the stored ones or merge them, or let suppliers be known by something else.")
        _refuse(drafts.checked, drafts.suppliers, place, name=match.value, problem=said, remedy=remedy)
        return
    said = _("%(count)s suppliers have this name.", count=len(found))
    remedy = _KEY_THEM if key is not None else _("Map the column that holds the key.")
    _refuse(drafts.checked, drafts.suppliers, place, name="name", problem=said, remedy=remedy)


def _refuse_unknown_numbers(drafts: Drafts, matches: Matches) -> None:
    """Our numbers are given by us: a row with one that nobody has cannot be a new supplier."""
    if drafts.checked.mapping.match is not MatchBy.NUMBER:
        return
    for place, number in enumerate(drafts.numbers):
        if number is not None and matches.ids[place] is None:
            said = _("There is no supplier of this number.")
            remedy = _("Correct the number, or leave it empty for a new supplier.")
            _refuse(drafts.checked, drafts.suppliers, place, name=NUMBER, problem=said, remedy=remedy)


def _refuse_keys_of_others(session: Session, drafts: Drafts, matches: Matches) -> None:
    """Where suppliers are known by something else than their outside number, that number may be another's."""
    keys = [item["source_key"] for item in drafts.suppliers.items if "source_key" in item]
    columns = [Supplier.source_key, Supplier.number]
    stored = _rows_by(session, Supplier, Supplier.source_key, columns, keys)
    for place, item in enumerate(drafts.suppliers.items):
        rows = stored.get(item.get("source_key"), [])
        if rows and rows[0]["id"] != matches.ids[place]:
            said = _("The key belongs to %(number)s.", number=rows[0]["number"])
            remedy = _("Correct the key, or let suppliers be known by it.")
            _refuse(drafts.checked, drafts.suppliers, place, name="key", problem=said, remedy=remedy)


def _follow_merges(
    session: Session, drafts: Drafts, matches: Matches, merged: Mapping[int, dict[str, Any]], columns: Sequence[Any]
) -> None:
    """Let rows about merged records be about those that stayed.

    Their key stays the old one. Where the file also has a row of the record that stayed, that one decides on the supplier itself;
    otherwise two systems that list both would change it to and fro with every import.
    """
    survivors = load_survivors(session, list(merged.values()), columns)
    first = {id_: place for place, id_ in reversed(list(enumerate(matches.ids))) if place not in merged}
    alias: dict[int, int] = {}
    for place, row in merged.items():
        survivor = survivor_of(row, survivors)
        matches.ids[place] = survivor["id"]
        same = first.setdefault(survivor["id"], place)
        if same != place:
            alias[place] = same
            matches.changes[place] = {}
        else:
            item = {name: value for name, value in drafts.suppliers.items[place].items() if name != "source_key"}
            matches.changes[place] = _changes(survivor, item)
    if alias:
        join_owners(drafts, alias)


def _one_of(with_key: list[dict[str, Any]], named: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    """The stored records a keyed item may be: those with its key, else those of its name.

    A record known by its name alone may be what a file now gives a key; where all of the name have keys, another key is
    another record.
    """
    return with_key or (named if any(row[column] is None for row in named) else [])


def _refuse_claimed_twice(checked: Checked, folded: Folded, matches: Matches, *, name: str, remedy: Words) -> None:
    """Rows with different keys and one name cannot all be the one stored record that has none."""
    claims = Counter(id_ for id_ in matches.ids if id_ is not None)
    if len(claims) == sum(claims.values()):
        return
    for place, id_ in enumerate(matches.ids):
        if id_ is not None and claims[id_] > 1:
            said = _("One record of this name is stored without a key, and rows with different keys could be it.")
            _refuse(checked, folded, place, name=name, problem=said, remedy=remedy)


def _match_children(
    session: Session,
    drafts: Drafts,
    folded: Folded,
    model: type[Site] | type[Contact],
    *,
    key: str,
    columns: Sequence[str],
    known: Mapping[int, int],
) -> Matches:
    """Find sites by key, contacts by address, both within their supplier; without one by name."""
    matches = Matches.none(len(folded.items))
    _refuse_sites_of_others(session, drafts, folded, model, known)
    if not known or not folded.items:
        return matches
    needed = {known[owner] for owner in folded.owners if owner in known}
    fields = [getattr(model, name) for name in (*columns, "supplier_id")]
    rows = [
        row for found in _rows_by(session, model, model.supplier_id, fields, sorted(needed)).values() for row in found
    ]
    by_key = {(row["supplier_id"], row[key]): row for row in rows if row[key] is not None}
    by_name: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_name[row["supplier_id"], row["name"]].append(row)
    field_name = "site.name" if model is Site else "contact.name"
    for place, (item, owner) in enumerate(zip(folded.items, folded.owners, strict=True)):
        supplier_id = known.get(owner)
        if supplier_id is None:
            continue
        with_key = [by_key[supplier_id, item[key]]] if (supplier_id, item.get(key)) in by_key else []
        named = by_name.get((supplier_id, item["name"]), [])
        found = _one_of(with_key, named, key) if key in item else named
        if len(found) > 1:
            said = _("The supplier has %(count)s of this name.", count=len(found))
            remedy = _TELL_APART if key in item else _("Map the column that tells them apart.")
            _refuse(drafts.checked, folded, place, name=field_name, problem=said, remedy=remedy)
        elif found:
            matches.ids[place], matches.changes[place] = found[0]["id"], _changes(found[0], item)
    _refuse_claimed_twice(drafts.checked, folded, matches, name=field_name, remedy=_TELL_APART)
    return matches


def _refuse_sites_of_others(
    session: Session, drafts: Drafts, folded: Folded, model: type[Site] | type[Contact], known: Mapping[int, int]
) -> None:
    keys = [item["source_key"] for item in folded.items if "source_key" in item] if model is Site else []
    if not keys or session.scalar(select(Site.id).limit(1)) is None:
        return
    stored = _rows_by(session, Site, Site.source_key, [Site.source_key, Site.supplier_id], keys)
    for place, (item, owner) in enumerate(zip(folded.items, folded.owners, strict=True)):
        rows = stored.get(item.get("source_key"), [])
        if rows and rows[0]["supplier_id"] != known.get(owner):
            said = _("The site %(key)s belongs to another supplier.", key=item["source_key"])
            remedy = _("A site belongs to one supplier: correct the key or the supplier.")
            _refuse(drafts.checked, folded, place, name="site.key", problem=said, remedy=remedy)


def _refuse(checked: Checked, folded: Folded, place: int, *, name: str, problem: Words, remedy: Words) -> None:
    """Refuse every row that names this item."""
    of_row = folded.of_row
    rows = [place] if isinstance(of_row, range) else [row for row, item in of_row.items() if item == place]
    values = checked.values.get(name)
    for row in rows:
        checked.refuse(row, name, problem, remedy, values[row] if values else None)


def _changes(row: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What the file says otherwise. An empty cell says nothing: an import never erases."""
    return {
        name: [row[name], value]
        for name, value in item.items()
        if row[name] != value and not (name == "email" and str(row[name]).casefold() == value.casefold())
    }


def _rows_by(
    session: Session, model: Any, column: Any, columns: Sequence[Any], values: Sequence[Any]
) -> dict[Any, list[dict[str, Any]]]:
    """Rows whose ``column`` is one of ``values``, grouped by it. Many values are answered by reading the table once."""
    found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    wanted = set(values)
    query = select(model.id, *columns)
    names = ["id", *(item.key for item in columns)]
    for chunk in _chunks(values):
        narrowed = query.where(column.is_not(None)) if chunk is None else query.where(column.in_(chunk))
        for row in session.execute(narrowed):
            stored = dict(zip(names, row, strict=True))
            if stored[column.key] in wanted:
                found[stored[column.key]].append(stored)
    return found


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any] | None]:
    """Pieces for an IN list; None stands for the whole table."""
    if len(values) > _CHUNK:
        yield None
    elif values:
        yield values
