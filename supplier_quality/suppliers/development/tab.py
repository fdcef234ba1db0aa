"""What the page of a supplier shows of its development: where it stands and why, what is demanded, proofs and plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from supplier_quality.documents import Attached, attachments_of
from supplier_quality.engine.definitions import State
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.store import process_of
from supplier_quality.suppliers.development.enums import OPEN_PLANS, TO_DO, MilestoneState, ProofKind
from supplier_quality.suppliers.development.ladder import Level
from supplier_quality.suppliers.development.models import DevelopmentPlan, LevelProof, LevelRequirement
from supplier_quality.suppliers.development.queries import (
    MilestoneView,
    milestones_of,
    plans_of,
    proofs_of,
    requirements_of,
    standings,
)
from supplier_quality.suppliers.development.rules import Standing, is_current
from supplier_quality.suppliers.models import Supplier


@dataclass(frozen=True, slots=True)
class ShownProof:
    """An audit or an authorisation as a row. ``counts`` says whether it proves something today, ``file`` is what shows it."""

    proof: LevelProof
    site: str | None
    counts: bool
    file: Attached | None

    @property
    def is_audit(self) -> bool:
        return self.proof.kind == ProofKind.AUDIT


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """A plan as a row: its target, its progress, and the milestone that comes next."""

    plan: DevelopmentPlan
    state: State
    target: Level | None
    done: int
    total: int
    following: MilestoneView | None
    overdue: int

    @property
    def is_open(self) -> bool:
        return self.plan.state in OPEN_PLANS


@dataclass(frozen=True, slots=True)
class DevelopmentTab:
    standing: Standing
    requirements: Sequence[LevelRequirement]
    proofs: Sequence[ShownProof]
    plans: Sequence[ShownPlan]

    @property
    def open_plan(self) -> ShownPlan | None:
        """The plan that is being worked on."""
        return next((each for each in self.plans if each.is_open), None)


def read_development(session: Session, supplier: Supplier, *, at: datetime) -> DevelopmentTab:
    """How a supplier is developed."""
    today = day_in_plant(session, at)
    standing = standings(session, [supplier.id], today=today)[supplier.id]
    files = {
        each.id: each for each in attachments_of(session, record_kind=Supplier.subject_kind, record_id=supplier.id)
    }
    return DevelopmentTab(
        standing=standing,
        requirements=requirements_of(session, supplier.id),
        proofs=[
            ShownProof(row, site, _counts(row, today), files.get(row.file_id) if row.file_id else None)
            for row, site in proofs_of(session, supplier.id)
        ],
        plans=_plans(session, plans_of(session, supplier.id), standing, today),
    )


def _counts(row: LevelProof, today: date) -> bool:
    good = row.withdrawn_at is None and row.conforms is not False
    return good and is_current(row.dated, row.valid_until, today)


def _plans(session: Session, plans: Sequence[DevelopmentPlan], standing: Standing, today: date) -> list[ShownPlan]:
    milestones = milestones_of(session, [plan.id for plan in plans])
    shown = []
    for plan in plans:
        own = [each for each in milestones if each.plan_id == plan.id and each.state != MilestoneState.DROPPED]
        to_do = [each for each in own if each.state in TO_DO]
        shown.append(
            ShownPlan(
                plan=plan,
                state=process_of(session, plan.definition_id).states[plan.state],
                target=standing.ladder.level(plan.target),
                done=len(own) - len(to_do),
                total=len(own),
                following=to_do[0] if to_do else None,
                overdue=sum(1 for each in to_do if each.due < today),
            )
        )
    return shown
