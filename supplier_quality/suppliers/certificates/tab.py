"""What the page of a supplier shows of its certificates: per site, with what was lost and what can be taken over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from supplier_quality.engine.definitions import State
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.store import process_of
from supplier_quality.suppliers.certificates.enums import BEFORE_VERIFICATION, GRACE, MISSING, REPLACEABLE
from supplier_quality.suppliers.certificates.queries import (
    CertificateLine,
    certificates_of,
    latest_assessment,
    warnings_for,
)
from supplier_quality.suppliers.certificates.rules import Warned, answers_for, days_left
from supplier_quality.suppliers.certificates.scope import limited_by_certificates
from supplier_quality.suppliers.models import Supplier

SOON_DAYS = 90
"""From the first reminder on, the end of a certificate is shown as near."""


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """A certificate as a row. ``left`` are the days to its end, negative when it has passed."""

    line: CertificateLine
    state: State
    left: int | None
    warnings: Sequence[Warned] = ()

    @property
    def is_current(self) -> bool:
        """Whether it is in force, was lost, or is to come; not one of the past."""
        return self.line.state in REPLACEABLE or self.line.state in BEFORE_VERIFICATION

    @property
    def grace_runs(self) -> bool:
        return self.line.state in GRACE

    @property
    def ends_soon(self) -> bool:
        return self.left is not None and 0 <= self.left <= SOON_DAYS


@dataclass(frozen=True, slots=True)
class CertificatesTab:
    """``missing`` are certificates that the supplier had and has no more; ``named`` those its self-assessment names;
    ``limited`` how many lines of scope a certificate limits, by its number.
    """

    shown: Sequence[ShownCertificate]
    missing: Sequence[ShownCertificate]
    named: Sequence[tuple[str, str]]
    limited: Mapping[str, int]

    @property
    def count(self) -> int:
        return sum(1 for each in self.shown if each.is_current)


def show_lines(session: Session, lines: Sequence[CertificateLine], *, today: date) -> list[ShownCertificate]:
    """Rows with the words of their state, and the warning signs of those that are in force or to come."""
    looked_at = [line.id for line in lines if line.state in REPLACEABLE or line.state in BEFORE_VERIFICATION]
    warned = warnings_for(session, looked_at) if looked_at else {}
    return [
        ShownCertificate(
            line,
            process_of(session, line.definition_id).states[line.state],
            days_left(line.valid_to, today),
            warned.get(line.id, ()),
        )
        for line in lines
    ]


def read_tab(session: Session, supplier: Supplier, *, at: datetime) -> CertificatesTab:
    """The certificates of a supplier."""
    lines = certificates_of(session, supplier)
    shown = show_lines(session, lines, today=day_in_plant(session, at))
    return CertificatesTab(
        shown=shown,
        missing=[each for each in shown if each.line.state in MISSING],
        named=_not_taken_over(session, supplier, lines),
        limited=limited_by_certificates(session, supplier.id),
    )


def _not_taken_over(session: Session, supplier: Supplier, lines: Sequence[CertificateLine]) -> list[tuple[str, str]]:
    """Standard and number of the certificates in the latest self-assessment that are no records yet."""
    assessment = latest_assessment(session, supplier)
    if assessment is None:
        return []
    known = {(line.standard, line.certificate_no) for line in lines}
    answers = assessment.answers
    named = [(standard, str(answers[f"{prefix}_number"])) for standard, prefix in answers_for(answers)]
    return [each for each in named if each not in known]
