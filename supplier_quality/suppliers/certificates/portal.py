"""What a supplier's contact does by link: upload the certificate that was asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.language import _
from supplier_quality.portal.tasks import PortalTask, Section
from supplier_quality.suppliers.asked_portal import sent_back
from supplier_quality.suppliers.certificates.enums import CertificateAction
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.operations import move_certificate
from supplier_quality.suppliers.certificates.queries import get_certificate_by_id
from supplier_quality.suppliers.enums import LinkPurpose
from supplier_quality.suppliers.models import Site
from supplier_quality.suppliers.portal import add_colleague, colleagues
from supplier_quality.web.formatting import day


def summary(session: Session, certificate: Certificate) -> Sequence[tuple[Any, object]]:
    """What is asked for, and the certificate before it."""
    site = session.get_one(Site, certificate.site_id)
    lines: list[tuple[Any, object]] = [
        (_("Standard"), certificate.standard),
        (_("Site"), ", ".join(filter(None, (site.name, site.city)))),
        (_("Our number for it"), certificate.number),
    ]
    before = session.get(Certificate, certificate.replaces_id) if certificate.replaces_id else None
    if before is not None and before.valid_to is not None:
        shown = _("%(number)s, valid to %(day)s", number=before.certificate_no or "–", day=day(before.valid_to))
        lines.append((_("The certificate we have"), shown))
    return lines


def previous(session: Session, certificate: Certificate) -> Mapping[str, Any]:
    """What was sent before, or else what the certificate before says that usually stays the same."""
    if certificate.certificate_no:
        return {
            "number": certificate.certificate_no,
            **{name: getattr(certificate, name) for name in ("edition", "valid_from", "valid_to")},
            **_lasting(certificate),
        }
    before = session.get(Certificate, certificate.replaces_id) if certificate.replaces_id else None
    return _lasting(before) if before is not None else {}


def _lasting(certificate: Certificate) -> dict[str, Any]:
    return {name: getattr(certificate, name) for name in ("body", "accreditation", "scope", "printed_site")}


TASKS = (
    PortalTask(
        record_kind=Certificate.subject_kind,
        purpose=LinkPurpose.CERTIFICATE,
        action=CertificateAction.SUBMIT,
        title=_("Certificate"),
        intro=_("Please upload the certificate below and copy what is printed on it."),
        afterwards=(
            _("You get a receipt by mail with everything you submitted."),
            _("We verify the certificate with the certification body or in a public register."),
            _("We write to you when it is verified, or if something is missing."),
        ),
        minutes=5,
        find=get_certificate_by_id,
        move=move_certificate,
        sections=(
            Section(
                _("The certificate"),
                ("file", "number", "edition", "valid_from", "valid_to"),
                _("A photograph or scan of every page, as one file."),
            ),
            Section(
                _("What is printed on it"),
                ("body", "accreditation", "scope", "printed_site"),
                _("Copy it as it is printed, in the language of the certificate."),
            ),
        ),
        summary=summary,
        previous=previous,
        sent_back=sent_back,
        colleagues=colleagues,
        add_colleague=add_colleague,
    ),
)
