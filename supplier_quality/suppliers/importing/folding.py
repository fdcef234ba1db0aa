"""Joining the rows that name the same supplier, site or contact. Pure.

Rows that say the same, or leave empty what another row fills, are folded into one; a row that says something else than an
earlier one is refused. A supplier is known by what the map says (its outside number, ours, DUNS or licence number), without that by
its name; a site by its key, without one by its
supplier and name; a contact by its supplier and e-mail address, without one by supplier and name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from supplier_quality.language import Words, _
from supplier_quality.suppliers.importing.checking import Checked
from supplier_quality.suppliers.importing.fields import FIELDS, NUMBER, MatchBy, Part

NO_KEY = "\x00"
"""Begins the identity of a record known by its name; a key cannot contain it."""


@dataclass(slots=True)
class Folded:
    """Different records of one part. ``items[i]`` has the columns of our table that are filled; ``rows[i]`` is where it first
    stands; ``owners[i]`` is the number of its supplier; ``of_row`` leads from a row to its record.
    """

    items: list[dict[str, Any]]
    rows: list[int]
    owners: list[int]
    of_row: dict[int, int] | range


@dataclass(slots=True)
class Drafts:
    """What a sheet says, each thing once. ``numbers`` are those of ours that rows name, by place in ``suppliers``."""

    checked: Checked
    suppliers: Folded
    sites: Folded
    contacts: Folded
    numbers: list[str | None] = field(default_factory=list)

    def key_of(self, place: int) -> Any:
        """What the map lets a supplier be known by, None where the file leaves it empty."""
        match = self.checked.mapping.match
        if match is MatchBy.NUMBER:
            return self.numbers[place]
        return self.suppliers.items[place].get(match.column) if match.column else None


def fold_sheet(checked: Checked) -> Drafts:
    """Fold all rows without a problem. Conflicts become problems of ``checked``."""
    suppliers = _fold_suppliers(checked)
    sites = _fold_children(checked, suppliers, Part.SITE, key="site.key", name="site.name")
    contacts = _fold_children(checked, suppliers, Part.CONTACT, key="contact.email", name="contact.name")
    for contact in contacts.items:
        contact.setdefault("name", contact.get("email"))
        if "email" in contact:
            contact["email_key"] = contact["email"].casefold()
    _check_one_primary(checked, contacts)
    numbers = [item.pop(NUMBER, None) for item in suppliers.items]
    drafts = Drafts(checked, suppliers, sites, contacts, numbers)
    if checked.mapping.match is not MatchBy.KEY and "key" in checked.values:
        _refuse_shared_keys(drafts)
    return drafts


def _fold_suppliers(checked: Checked) -> Folded:
    names = checked.values["name"]
    match = checked.mapping.match
    keys = (checked.values.get(match.value) if match.column else None) or [None] * len(names)
    rows = [row for row in range(len(names)) if row not in checked.bad] if checked.bad else range(len(names))
    if match.column:
        _refuse_half_keyed(checked, rows, names, keys, owners=None, key_field=match.value)
    rows = [row for row in rows if row not in checked.bad] if checked.bad else rows
    if None not in keys:
        identities: list[Any] = keys if len(rows) == len(names) else [keys[row] for row in rows]
    else:
        identities = [keys[row] if keys[row] is not None else NO_KEY + names[row] for row in rows]
    return _fold(checked, Part.SUPPLIER, rows, identities, [0] * len(rows))


def _fold_children(checked: Checked, suppliers: Folded, part: Part, *, key: str, name: str) -> Folded:
    """Fold the sites or contacts of all suppliers."""
    height = len(checked.sheet.rows)
    if key not in checked.values and name not in checked.values:
        return Folded([], [], [], {})
    keys = checked.values.get(key) or [None] * height
    names = checked.values.get(name) or [None] * height
    if part is Part.CONTACT:
        keys = [email.casefold() if email else None for email in keys]
    # Rows that contradict another about the supplier are looked through as well: people want all conflicts at once.
    rows = [row for row in range(height) if (keys[row] or names[row]) and row in suppliers.of_row]
    owners = {row: suppliers.of_row[row] for row in rows}
    _refuse_half_keyed(checked, rows, names, keys, owners=owners, key_field=key)
    if part is Part.SITE:
        _refuse_shared_sites(checked, rows, keys, owners)
    identities = [(owners[row], keys[row] if keys[row] is not None else NO_KEY + names[row]) for row in rows]
    return _fold(checked, part, rows, identities, [owners[row] for row in rows])


def _fold(
    checked: Checked, part: Part, rows: Sequence[int], identities: Sequence[Any], owners: Sequence[int]
) -> Folded:
    fields = [name for name in checked.values if FIELDS[name].part == part]
    columns = [FIELDS[name].column for name in fields]
    values = [checked.values[name] for name in fields]
    if len(set(identities)) == len(rows):
        if len(rows) != len(checked.sheet.rows):
            values = [[column[row] for row in rows] for column in values]
        items = [
            {column: value for column, value in zip(columns, line, strict=True) if value is not None}
            for line in zip(*values, strict=True)
        ]
        of_row = range(len(rows)) if isinstance(rows, range) else {row: place for place, row in enumerate(rows)}
        return Folded(items, list(rows), list(owners), of_row)
    return _fold_repeats(checked, fields, rows, identities, owners)


def _fold_repeats(
    checked: Checked, fields: Sequence[str], rows: Sequence[int], identities: Sequence[Any], owners: Sequence[int]
) -> Folded:
    folded = Folded([], [], [], of_row := {})
    columns = [(name, FIELDS[name].column, checked.values[name]) for name in fields]
    known: dict[Any, int] = {}
    said_in: dict[tuple[int, str], int] = {}
    for row, identity, owner in zip(rows, identities, owners, strict=True):
        place = known.get(identity)
        if place is None:
            place = known[identity] = len(folded.items)
            folded.items.append({column: values[row] for _name, column, values in columns if values[row] is not None})
            folded.rows.append(row)
            folded.owners.append(owner)
            of_row[row] = place
            continue
        item = folded.items[place]
        of_row[row] = place
        if not _refuse_conflicts(
            checked, row, item, columns, lambda column, at=place: said_in.get((at, column), folded.rows[at])
        ):
            for _name, column, values in columns:
                if values[row] is not None and column not in item:
                    item[column] = values[row]
                    said_in[place, column] = row
                elif column == "roles" and values[row] is not None:
                    item[column] = sorted({*item[column], *values[row]})
    return folded


def _refuse_conflicts(checked: Checked, row: int, item: dict[str, Any], columns: Any, said_in: Any) -> bool:
    refused = False
    for name, column, values in columns:
        value = values[row]
        if value is None or column == "roles" or item.get(column, value) == value:
            continue
        if column == "email" and item[column].casefold() == value.casefold():
            continue
        checked.refuse(
            row,
            name,
            _(
                "Row %(line)s says %(other)s of the same record.",
                line=checked.sheet.lines[said_in(column)],
                other=_shown(item[column]),
            ),
            _("Make the rows say the same, or give the records different keys."),
            _shown(value),
        )
        refused = True
    return refused


def _refuse_half_keyed(
    checked: Checked,
    rows: Sequence[int],
    names: Sequence[str | None],
    keys: Sequence[str | None],
    *,
    owners: dict[int, int] | None,
    key_field: str,
) -> None:
    """A row without a key, beside one of the same name that has one, might mean either: the same record or another."""
    if key_field not in checked.values or None not in keys:
        return
    keyed: dict[Any, int] = {}
    for row in rows:
        if keys[row] is not None and names[row] is not None:
            keyed.setdefault((owners[row] if owners else 0, names[row]), row)
    for row in rows:
        if keys[row] is None and (other := keyed.get((owners[row] if owners else 0, names[row]))) is not None:
            checked.refuse(
                row,
                key_field,
                _(
                    "Row %(line)s has the same name and the key %(key)s; this row has none.",
                    line=checked.sheet.lines[other],
                    key=keys[other],
                ),
                _("Fill in the key."),
                "",
            )


def _refuse_shared_keys(drafts: Drafts) -> None:
    """An outside number belongs to one supplier, also where rows are told apart by something else."""
    first: dict[str, int] = {}
    for item, row in zip(drafts.suppliers.items, drafts.suppliers.rows, strict=True):
        key = item.get("source_key")
        if key is None:
            continue
        other = first.setdefault(key, row)
        if other != row:
            drafts.checked.refuse(
                row,
                "key",
                _("Row %(line)s gives this key to another supplier.", line=drafts.checked.sheet.lines[other]),
                _("A key belongs to one supplier: correct the key or the supplier."),
                key,
            )


def _refuse_shared_sites(
    checked: Checked, rows: Sequence[int], keys: Sequence[str | None], owners: dict[int, int]
) -> None:
    first: dict[str, int] = {}
    for row in rows:
        key = keys[row]
        if key is None:
            continue
        other = first.setdefault(key, row)
        if owners[other] != owners[row]:
            checked.refuse(
                row,
                "site.key",
                _("Row %(line)s gives this site to another supplier.", line=checked.sheet.lines[other]),
                _("A site belongs to one supplier: correct the key or the supplier."),
                key,
            )


def _check_one_primary(checked: Checked, contacts: Folded) -> None:
    first: dict[int, int] = {}
    for place, contact in enumerate(contacts.items):
        if not contact.get("primary"):
            continue
        row, owner = contacts.rows[place], contacts.owners[place]
        if owner in first:
            said: Words = _("Row %(line)s names another primary contact.", line=checked.sheet.lines[first[owner]])
            checked.refuse(row, "contact.primary", said, _("Leave one primary contact per supplier."), "yes")
        else:
            first[owner] = row


def _shown(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
