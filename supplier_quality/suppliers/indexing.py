"""What is derived from a supplier's name and numbers: the words it is found by, and the keys and pairs of duplicates."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from supplier_quality.suppliers.likeness.finding import compare_suppliers
from supplier_quality.suppliers.models import Supplier, SupplierToken
from supplier_quality.suppliers.rules import tokens_of

COMPARED = frozenset({"name", "country", "duns", "business_licence", "source_key"})
"""Columns of a supplier that duplicates are told by."""


def forget_words(session: Session, supplier: Supplier) -> None:
    """Delete the words under which the supplier is found, before its name or key changes."""
    session.execute(
        delete(SupplierToken).where(
            SupplierToken.token.in_(tokens_of(supplier.name, supplier.source_key)),
            SupplierToken.name_key == supplier.name_key,
            SupplierToken.supplier_id == supplier.id,
        )
    )


def write_words(session: Session, supplier: Supplier) -> None:
    """Write the words under which the supplier is found."""
    session.add_all(
        SupplierToken(token=token, name_key=supplier.name_key, supplier_id=supplier.id)
        for token in tokens_of(supplier.name, supplier.source_key)
    )
    session.flush()


def look_for_duplicates(session: Session, *suppliers: Supplier, at: datetime) -> None:
    """Compare these suppliers with all others now, so that the page that is shown next can warn."""
    compare_suppliers(session, [supplier.id for supplier in suppliers], at=at)
    for supplier in suppliers:
        session.refresh(supplier, ["compared"])
