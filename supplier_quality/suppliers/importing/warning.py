"""Telling before an import which new suppliers of a file may be here already. A warning; it stops nothing."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.suppliers.importing.comparing import Plan
from supplier_quality.suppliers.likeness.comparing import Known
from supplier_quality.suppliers.likeness.finding import Run, find_alike, keys_of
from supplier_quality.suppliers.models import Supplier

MOST_ASKED, MOST_TOLD = 2_000, 20
"""How many new suppliers of a file are compared before the import, and how many warnings its page shows."""


def warnings_of(session: Session, plan: Plan) -> list[dict[str, Any]]:
    """The strongest warnings: ``{line, name, number, other, reasons}`` of a new supplier and the one it may be.

    Suppliers of one file are compared with each other after the import, as are those beyond MOST_ASKED.
    """
    items = plan.drafts.suppliers.items
    new = [place for place, id_ in enumerate(plan.suppliers.ids) if id_ is None][:MOST_ASKED]
    # Made-up numbers below every stored one.
    known = {-1 - place: _known(-1 - place, items[place]) for place in new}
    found = find_alike(session, known, {id_: keys_of(each) for id_, each in known.items()}, run=Run())
    strongest = sorted(found.items(), key=lambda pair: (-pair[1].strength, -pair[0][0]))[:MOST_TOLD]
    others = [high for (_low, high), _likeness in strongest]
    rows = session.execute(select(Supplier.id, Supplier.number, Supplier.name).where(Supplier.id.in_(others)))
    named = {row.id: row for row in rows}
    lines = plan.drafts.checked.sheet.lines
    return [
        {
            "line": lines[plan.drafts.suppliers.rows[-1 - low]],
            "name": known[low].name,
            "number": named[high].number,
            "other": named[high].name,
            "reasons": [[str(why.reason), *why.values] for why in likeness.reasons],
        }
        for (low, high), likeness in strongest
    ]


def _known(id_: int, item: dict[str, Any]) -> Known:
    return Known(
        id=id_,
        name=item["name"],
        country=item.get("country"),
        duns=item.get("duns"),
        business_licence=item.get("business_licence"),
        source_key=item.get("source_key"),
    )
