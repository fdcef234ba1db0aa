"""What a supplier's contact does by link: upload the document that was asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.language import _
from supplier_quality.portal.tasks import PortalTask, Section
from supplier_quality.suppliers.asked_portal import sent_back
from supplier_quality.suppliers.document_bank.enums import DocumentAction
from supplier_quality.suppliers.document_bank.models import SupplierDocument
from supplier_quality.suppliers.document_bank.operations import move_document, type_of
from supplier_quality.suppliers.document_bank.queries import get_document_by_id
from supplier_quality.suppliers.enums import LinkPurpose
from supplier_quality.suppliers.models import Site
from supplier_quality.suppliers.portal import add_colleague, colleagues
from supplier_quality.web.formatting import day


def summary(session: Session, document: SupplierDocument) -> Sequence[tuple[Any, object]]:
    """What is asked for, and the document before it."""
    of_type = type_of(session, document)
    site = session.get(Site, document.site_id) if document.site_id else None
    lines: list[tuple[Any, object]] = [(_("Document"), of_type.name)]
    if of_type.description is not None:
        lines.append((_("What it is about"), of_type.description))
    if site is not None:
        lines.append((_("Site"), ", ".join(filter(None, (site.name, site.city)))))
    lines.append((_("Our number for it"), document.number))
    before = session.get(SupplierDocument, document.replaces_id) if document.replaces_id else None
    if before is not None and before.reporting_year is not None:
        lines.append((_("The one we have"), _("for the year %(year)s", year=str(before.reporting_year))))
    elif before is not None and before.valid_to is not None:
        lines.append((_("The one we have"), _("valid to %(day)s", day=day(before.valid_to))))
    return lines


def previous(session: Session, document: SupplierDocument) -> Mapping[str, Any]:
    """What was sent before it was sent back, or else what of the document before usually stays the same."""
    if document.valid_from or document.valid_to or document.reporting_year or document.reference:
        names = ("reference", "template_version", "valid_from", "valid_to", "reporting_year")
        return {name: getattr(document, name) for name in names}
    before = session.get(SupplierDocument, document.replaces_id) if document.replaces_id else None
    if before is None:
        return {}
    following = before.reporting_year + 1 if before.reporting_year else None
    return {"template_version": before.template_version, "reporting_year": following}


def _task(purpose: LinkPurpose, action: DocumentAction, section: Section) -> PortalTask:
    return PortalTask(
        record_kind=SupplierDocument.subject_kind,
        purpose=purpose,
        action=action,
        title=_("Document"),
        intro=_("Please upload the document below."),
        afterwards=(
            _("You get a receipt by mail with everything you submitted."),
            _("We look at the document, and write to you when it is accepted or if something is missing."),
        ),
        minutes=5,
        find=get_document_by_id,
        move=move_document,
        sections=(section,),
        summary=summary,
        previous=previous,
        sent_back=sent_back,
        colleagues=colleagues,
        add_colleague=add_colleague,
    )


TASKS = (
    _task(
        LinkPurpose.DOCUMENT,
        DocumentAction.SUBMIT,
        Section(_("The document"), ("file", "reference", "template_version", "valid_from", "valid_to")),
    ),
    _task(
        LinkPurpose.REPORT,
        DocumentAction.SUBMIT_REPORT,
        Section(_("The report"), ("file", "reporting_year", "template_version")),
    ),
)
