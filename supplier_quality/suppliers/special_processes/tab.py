"""What a supplier shows of its special processes: which ones its scope needs and lacks, and its self-assessments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from supplier_quality.engine.definitions import State
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.store import process_of
from supplier_quality.language import Words, _
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.special_processes.enums import BEFORE_ACCEPTANCE, REPLACEABLE, AssessmentState, Lack
from supplier_quality.suppliers.special_processes.models import ProcessAssessment
from supplier_quality.suppliers.special_processes.operations import process_of_assessment
from supplier_quality.suppliers.special_processes.queries import Needed, assessments_of, needed_by

LACK_WORDS: Mapping[str, Words] = {
    Lack.NEVER: _("never assessed"),
    Lack.COMING: _("asked for, not accepted yet"),
    Lack.OVERDUE: _("overdue"),
}


@dataclass(frozen=True, slots=True)
class ShownAssessment:
    """An assessment as a row. ``left`` are the days until the next one is due, negative when that day has passed."""

    assessment: ProcessAssessment
    site: str
    state: State
    left: int | None
    soon: bool

    @property
    def is_current(self) -> bool:
        """Whether it is in force, overdue, or to come."""
        return self.assessment.state in REPLACEABLE or self.assessment.state in BEFORE_ACCEPTANCE


@dataclass(frozen=True, slots=True)
class SpecialProcessesTab:
    needed: Sequence[Needed]
    shown: Sequence[ShownAssessment]

    @property
    def missing(self) -> Sequence[Needed]:
        return [each for each in self.needed if each.lack is not None]

    @property
    def count(self) -> int:
        return sum(1 for each in self.shown if each.is_current)


def show_assessment(session: Session, assessment: ProcessAssessment, site: str, *, today: date) -> ShownAssessment:
    """A row with the words of its state."""
    left = (assessment.valid_to - today).days if assessment.valid_to is not None else None
    first = max(process_of_assessment(session, assessment).remind, default=0)
    soon = assessment.state == AssessmentState.VALID and left is not None and 0 <= left <= first
    state = process_of(session, assessment.definition_id).states[assessment.state]
    return ShownAssessment(assessment, site, state, left, soon)


def read_special_processes(session: Session, supplier: Supplier, *, at: datetime) -> SpecialProcessesTab:
    """The special processes of a supplier."""
    today = day_in_plant(session, at)
    shown = [show_assessment(session, each, site, today=today) for each, site in assessments_of(session, supplier.id)]
    return SpecialProcessesTab(needed_by(session, [supplier.id]).get(supplier.id, ()), shown)
