"""Second-party audits of a supplier that may serve for the on-site audit its route asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from supplier_quality.engine.plant import day_in_plant
from supplier_quality.language import Words, _
from supplier_quality.suppliers.development.enums import ProofKind
from supplier_quality.suppliers.development.models import LevelProof
from supplier_quality.suppliers.development.queries import proofs_of
from supplier_quality.suppliers.development.rules import is_current
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.qualification.enums import StepKind, StepState
from supplier_quality.suppliers.qualification.models import QualificationStep


@dataclass(frozen=True, slots=True)
class OfferedAudit:
    """An audit that was entered for the development of the supplier. ``file_id`` is the attachment on the supplier."""

    reference: str
    criterion: str
    site: str
    dated: date
    file_id: int | None

    @property
    def evidence(self) -> Words:
        """The words by which it shows that the step is done."""
        return _(
            "Second-party audit %(reference)s against %(criterion)s, %(site)s",
            reference=self.reference, criterion=self.criterion, site=self.site,
        )  # fmt: skip


def audits_for(
    session: Session, step: QualificationStep, supplier: Supplier, *, at: datetime
) -> Sequence[OfferedAudit]:
    """The audits by which an open audit step may be done, the newest first.

    They conform and count today; what was shown for the last approval is asked for again, so older ones are left out.
    """
    if step.kind != StepKind.AUDIT or step.state != StepState.OPEN:
        return []
    today = day_in_plant(session, at)
    since = day_in_plant(session, supplier.qualified_at) if supplier.qualified_at else date.min
    return [
        OfferedAudit(proof.reference, proof.criterion or "", site or "", proof.dated, proof.file_id)
        for proof, site in proofs_of(session, supplier.id)
        if _serves(proof, today) and proof.dated >= since
    ]


def _serves(proof: LevelProof, today: date) -> bool:
    good = proof.kind == ProofKind.AUDIT and proof.withdrawn_at is None and bool(proof.conforms)
    return good and is_current(proof.dated, proof.valid_until, today)
