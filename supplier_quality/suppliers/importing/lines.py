"""What an import does with each row of its file, for its preview and its report."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.identity.models import User
from supplier_quality.suppliers.enums import RowOutcome
from supplier_quality.suppliers.importing.comparing import Matches, Plan
from supplier_quality.suppliers.importing.fields import FIELDS, Part
from supplier_quality.suppliers.importing.folding import Folded
from supplier_quality.suppliers.importing.storing import changed_suppliers
from supplier_quality.suppliers.models import Supplier

ADDED = {Part.SITE: "site", Part.CONTACT: "contact"}
"""In place of a field: the row brings this site or contact."""

_CHUNK = 5_000
_FIELD_OF = {(item.part, item.column): name for name, item in FIELDS.items()}

Change = list[Any]
"""``[field, name of the site or contact or None, before, after]``."""


def lines_of(session: Session, plan: Plan, ids: Sequence[int | None] | None = None) -> Iterator[dict[str, Any]]:
    """One row of :class:`ImportLine` for each row of the sheet, without its run, by name of the column.

    ``ids`` are those of the suppliers after storing, by place in the plan.
    """
    ids = plan.suppliers.ids if ids is None else ids
    numbers = _numbers(session, sorted({id_ for id_ in ids if id_ is not None}))
    owners = _owner_names(session, plan)
    suppliers = plan.drafts.suppliers
    outcomes = _outcomes(plan)
    changes = _changes_by_row(plan, owners)
    checked = plan.drafts.checked
    names = checked.values["name"]
    of_row = suppliers.of_row
    for row, line in enumerate(checked.sheet.lines):
        place = of_row[row] if isinstance(of_row, range) or row in of_row else None
        yield {
            "place": row,
            "row": line,
            "outcome": outcomes[row],
            "number": numbers.get(ids[place] or 0) if place is not None else None,
            "name": names[row],
            "changes": changes.get(row) or None,
        }


def _outcomes(plan: Plan) -> list[RowOutcome]:
    """Every row as the report counts it: a supplier by its first good row."""
    checked, suppliers = plan.drafts.checked, plan.drafts.suppliers
    changed = changed_suppliers(plan)
    seen: set[int] = set()
    outcomes = []
    for row in range(len(checked.sheet.rows)):
        if row in checked.bad:
            outcomes.append(RowOutcome.REFUSED)
            continue
        place = suppliers.of_row[row]
        if place in seen:
            outcomes.append(RowOutcome.REPEATED)
        elif plan.suppliers.ids[place] is None:
            outcomes.append(RowOutcome.NEW)
        else:
            outcomes.append(RowOutcome.CHANGED if place in changed else RowOutcome.UNCHANGED)
        seen.add(place)
    return outcomes


def _changes_by_row(plan: Plan, owners: Mapping[int, str]) -> dict[int, list[Change]]:
    """What differs, at the first row that says it. Of a new supplier only its sites and contacts are listed."""
    found: dict[int, list[Change]] = defaultdict(list)
    suppliers = plan.drafts.suppliers
    for row, changes in zip(suppliers.rows, plan.suppliers.changes, strict=True):
        for column, (before, after) in changes.items():
            pair = [owners.get(before, before), owners.get(after, after)] if column == "owner_id" else [before, after]
            found[row].append([_FIELD_OF[Part.SUPPLIER, column], None, *pair])
    parts: tuple[tuple[Part, Folded, Matches], ...] = (
        (Part.SITE, plan.drafts.sites, plan.sites),
        (Part.CONTACT, plan.drafts.contacts, plan.contacts),
    )
    for part, folded, matches in parts:
        for item, row, id_, changes in zip(folded.items, folded.rows, matches.ids, matches.changes, strict=True):
            if id_ is None:
                found[row].append([ADDED[part], item["name"], None, item["name"]])
                continue
            for column, (before, after) in changes.items():
                if (part, column) in _FIELD_OF:
                    found[row].append([_FIELD_OF[part, column], item.get("name"), before, after])
    return found


def _numbers(session: Session, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(ids), _CHUNK):
        query = select(Supplier.id, Supplier.number).where(Supplier.id.in_(ids[start : start + _CHUNK]))
        found.update((row.id, row.number) for row in session.execute(query))
    return found


def _owner_names(session: Session, plan: Plan) -> dict[int, str]:
    ids = {id_ for changes in plan.suppliers.changes for id_ in changes.get("owner_id", ()) if id_ is not None}
    if not ids:
        return {}
    return {row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(ids)))}
