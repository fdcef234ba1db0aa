"""The page of one document: where it stands, what is next, and the acts taken there."""

from datetime import datetime
from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from supplier_quality.identity import Actor
from supplier_quality.suppliers.document_bank import operations, queries
from supplier_quality.suppliers.document_bank.models import SupplierDocument
from supplier_quality.suppliers.document_bank.record_page import read_document_page
from supplier_quality.suppliers.permissions import may_edit_suppliers
from supplier_quality.web.record_door import RecordDoor
from supplier_quality.web.record_pages import RecordParts, read_parts
from supplier_quality.web.record_views import add_file_views, add_page_views

blueprint = Blueprint("document_record", __name__, url_prefix="/documents")


def _read(
    session: Session, document: SupplierDocument, *, actor: Actor, at: datetime, shown: int
) -> tuple[RecordParts, dict[str, Any]]:
    page = read_document_page(session, document, at=at)
    return read_parts(session, document, actor=actor, at=at, shown=shown), {
        "page": page,
        "document": document,
        "may_edit": may_edit_suppliers(actor),
        "mends": {
            "edit": f"/documents/{document.number}/edit",
            "contacts": f"/suppliers/{page.supplier.number}?tab=contacts",
        },
    }


DOOR = RecordDoor(
    find=queries.get_document,
    move=operations.move_document,
    read=_read,
    template="pages/documents/document.html",
)

add_page_views(blueprint, DOOR)
add_file_views(blueprint, DOOR)
