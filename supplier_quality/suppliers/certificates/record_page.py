"""Everything the page of one certificate shows, read in one session before anything is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.documents import Attached
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.suppliers.certificates import queries
from supplier_quality.suppliers.certificates.enums import BEFORE_VERIFICATION, MISSING
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.rules import Warned, days_left
from supplier_quality.suppliers.certificates.scope import RestingLine, lines_resting_on
from supplier_quality.suppliers.certificates.standards import Place, verification_places
from supplier_quality.suppliers.models import Site, Supplier


@dataclass(frozen=True, slots=True)
class CertificatePage:
    certificate: Certificate
    supplier: Supplier
    site: Site
    before: Certificate | None
    following: Sequence[Certificate]
    warnings: Sequence[Warned]
    files: Sequence[Attached]
    scope: Sequence[RestingLine]
    left: int | None
    grace_left: int | None

    @property
    def may_be_edited(self) -> bool:
        """Whether what it says may still be entered and corrected."""
        return self.certificate.state in BEFORE_VERIFICATION

    @property
    def is_missing(self) -> bool:
        """Whether the site has lost it and has no newer one."""
        return self.certificate.state in MISSING

    @property
    def verified_at(self) -> Place | None:
        """Where it was verified."""
        return verification_places().get(self.certificate.verified_at or "")


def read_certificate_page(session: Session, certificate: Certificate, *, at: datetime) -> CertificatePage:
    """What the page of a certificate shows beside the parts that every record has."""
    today = day_in_plant(session, at)
    return CertificatePage(
        certificate=certificate,
        supplier=session.get_one(Supplier, certificate.supplier_id),
        site=session.get_one(Site, certificate.site_id),
        before=session.get(Certificate, certificate.replaces_id) if certificate.replaces_id else None,
        following=session.scalars(
            select(Certificate).where(Certificate.replaces_id == certificate.id).order_by(Certificate.id)
        ).all(),
        warnings=queries.warnings_for(session, [certificate.id])[certificate.id],
        files=queries.files_of(session, certificate),
        scope=lines_resting_on(session, certificate),
        left=days_left(certificate.valid_to, today),
        grace_left=_grace_left(certificate, today),
    )


def _grace_left(certificate: Certificate, today: date) -> int | None:
    return days_left(certificate.grace_until, today) if certificate.state in MISSING else None
