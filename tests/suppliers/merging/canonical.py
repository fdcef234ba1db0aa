"""A supplier with everything that belongs to it, in one plain value, without trail, versions and moments of the engine."""

from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from supplier_quality.suppliers.merging.moving import PARTS
from supplier_quality.suppliers.models import Supplier, SupplierToken

# Written by the engine with every change; ``compared`` only says that a job has nothing to do.
_OF_THE_ENGINE = {"version", "trail_seq", "trail_head", "entered_at", "changed_at", "compared"}


def canonical(session: Session, number: str) -> dict[str, Any]:
    """The supplier's row, the rows of all its parts by id, and the words it is found by."""
    supplier = session.scalars(select(Supplier).where(Supplier.number == number)).one()
    words = select(SupplierToken.token, SupplierToken.name_key).where(SupplierToken.supplier_id == supplier.id)
    return {
        "supplier": _row(supplier, _OF_THE_ENGINE),
        "words": sorted(tuple(row) for row in session.execute(words)),
        **{
            part.name: [
                _row(row, _OF_THE_ENGINE)
                for row in session.scalars(select(part.model).where(*part.of(supplier.id)).order_by(part.model.id))
            ]
            for part in PARTS
        },
    }


def _row(row: Any, without: set[str]) -> dict[str, Any]:
    return {
        column.key: getattr(row, column.key) for column in inspect(row).mapper.column_attrs if column.key not in without
    }
