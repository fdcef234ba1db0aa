"""The page of one certificate: where it stands, what is next, and the acts taken there."""

from datetime import datetime
from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from supplier_quality.documents import StoredFile
from supplier_quality.identity import Actor
from supplier_quality.suppliers.certificates import operations, queries
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.record_page import read_certificate_page
from supplier_quality.suppliers.certificates.standards import verification_places
from supplier_quality.suppliers.permissions import may_edit_suppliers
from supplier_quality.suppliers.wording import TONES
from supplier_quality.web.record_door import RecordDoor
from supplier_quality.web.record_pages import RecordParts, read_parts
from supplier_quality.web.record_views import add_file_views, add_page_views

blueprint = Blueprint("certificate_record", __name__, url_prefix="/certificates")


def _read(
    session: Session, certificate: Certificate, *, actor: Actor, at: datetime, shown: int
) -> tuple[RecordParts, dict[str, Any]]:
    page = read_certificate_page(session, certificate, at=at)
    supplier_path = f"/suppliers/{page.supplier.number}"
    return read_parts(session, certificate, actor=actor, at=at, shown=shown), {
        "page": page,
        "certificate": certificate,
        "tones": TONES,
        "may_edit": may_edit_suppliers(actor),
        "places": verification_places().values(),
        "mends": {
            "edit": f"/certificates/{certificate.number}/edit",
            "contacts": f"{supplier_path}?tab=contacts",
            "new": f"{supplier_path}/certificates/new",
        },
    }


def _keep(
    session: Session, certificate: Certificate, stored: StoredFile, *, field: str, actor: Actor, at: datetime
) -> None:
    slot = f"{operations.STAFF_SLOT}/{field}"
    operations.keep_file(session, certificate, stored, slot=slot, actor=actor, at=at)


DOOR = RecordDoor(
    find=queries.get_certificate,
    move=operations.move_certificate,
    read=_read,
    template="pages/certificates/certificate.html",
    keep=_keep,
)

add_page_views(blueprint, DOOR)
add_file_views(blueprint, DOOR)
