"""Rows about a supplier whose record was merged into another: they are about the record that stayed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.suppliers.importing.folding import Drafts, Folded
from supplier_quality.suppliers.models import Supplier

Row = dict[str, Any]


def load_survivors(session: Session, rows: Sequence[Row], columns: Sequence[Any]) -> dict[str, Row]:
    """The records that these were merged into, by number, and those that they were merged into in turn."""
    found: dict[str, Row] = {}
    wanted = {row["merged_into"] for row in rows} - {None}
    while wanted:
        query = select(Supplier.id, Supplier.number, *columns).where(Supplier.number.in_(wanted))
        for row in session.execute(query):
            found[row.number] = dict(row._mapping)
        wanted = {row["merged_into"] for row in found.values()} - {None} - found.keys()
    return found


def survivor_of(row: Row, survivors: Mapping[str, Row]) -> Row:
    """The row of the record that stayed; the row itself when it was not merged."""
    while row["merged_into"] is not None:
        row = survivors[row["merged_into"]]
    return row


def join_owners(drafts: Drafts, alias: Mapping[int, int]) -> None:
    """Give the sites and contacts of suppliers that turned out to be one to the first of them, each once.

    ``alias`` leads from the place of a supplier in the file to the place of the one it is the same as.
    """
    drafts.sites = _joined(drafts.sites, alias, key="source_key")
    drafts.contacts = _joined(drafts.contacts, alias, key="email_key")


def _joined(folded: Folded, alias: Mapping[int, int], *, key: str) -> Folded:
    joined = Folded([], [], [], of_row := {})
    known: dict[Any, int] = {}
    places: list[int] = []
    for item, row, owner in zip(folded.items, folded.rows, folded.owners, strict=True):
        if owner in alias:
            # Who is written to first is said by the rows of the record that stayed.
            item.pop("primary", None)
        first_owner = alias.get(owner, owner)
        identity = (first_owner, item.get(key) or item["name"])
        if identity not in known:
            known[identity] = len(joined.items)
            joined.items.append(item)
            joined.rows.append(row)
            joined.owners.append(first_owner)
        else:
            first = joined.items[known[identity]]
            first.update({name: value for name, value in item.items() if name not in first})
        places.append(known[identity])
    pairs = enumerate(folded.of_row) if isinstance(folded.of_row, range) else folded.of_row.items()
    of_row.update({row: places[place] for row, place in pairs})
    return joined
