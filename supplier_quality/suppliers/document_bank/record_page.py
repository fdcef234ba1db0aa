"""Everything the page of one document shows beside the parts that every record has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.documents import Attached
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.suppliers.document_bank import queries
from supplier_quality.suppliers.document_bank.enums import BEFORE_ACCEPTANCE
from supplier_quality.suppliers.document_bank.models import SupplierDocument
from supplier_quality.suppliers.document_bank.operations import type_of
from supplier_quality.suppliers.document_bank.types import DocumentType
from supplier_quality.suppliers.models import Site, Supplier


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """``left`` are the days to its end, negative when it has passed."""

    document: SupplierDocument
    type: DocumentType
    supplier: Supplier
    site: Site | None
    before: SupplierDocument | None
    following: Sequence[SupplierDocument]
    files: Sequence[Attached]
    left: int | None

    @property
    def may_be_edited(self) -> bool:
        """Whether what it says may still be entered and corrected."""
        return self.document.state in BEFORE_ACCEPTANCE


def read_document_page(session: Session, document: SupplierDocument, *, at: datetime) -> DocumentPage:
    """What the page of a document shows."""
    query = select(SupplierDocument).where(SupplierDocument.replaces_id == document.id).order_by(SupplierDocument.id)
    return DocumentPage(
        document=document,
        type=type_of(session, document),
        supplier=session.get_one(Supplier, document.supplier_id),
        site=session.get(Site, document.site_id) if document.site_id else None,
        before=session.get(SupplierDocument, document.replaces_id) if document.replaces_id else None,
        following=session.scalars(query).all(),
        files=queries.files_of(session, document),
        left=(document.valid_to - day_in_plant(session, at)).days if document.valid_to is not None else None,
    )
