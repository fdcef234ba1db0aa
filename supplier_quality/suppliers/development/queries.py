"""Reading levels, proofs, plans and milestones. Everything starts from what may be read of suppliers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from supplier_quality.engine.store import active_definition, content_of
from supplier_quality.errors import NotFound
from supplier_quality.identity import Actor
from supplier_quality.identity.models import User
from supplier_quality.language import _
from supplier_quality.persistence.paging import Page, SortKey, keyset_page
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.certificates.enums import REPLACEABLE
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.development.enums import OPEN_PLANS, ProofKind
from supplier_quality.suppliers.development.ladder import Ladder
from supplier_quality.suppliers.development.models import DevelopmentPlan, LevelProof, LevelRequirement, Milestone
from supplier_quality.suppliers.development.rules import (
    HeldAudit,
    HeldAuthorisation,
    HeldCertificate,
    Standing,
    stand,
)
from supplier_quality.suppliers.models import Site, Supplier

LADDER = "development_ladder"


class PlanNotFound(NotFound):
    """There is no such development plan, or the reader may not know of it."""

    code = "development_plan_not_found"


class MilestoneNotFound(NotFound):
    """There is no such milestone, or the reader may not know of it."""

    code = "milestone_not_found"


class ProofNotFound(NotFound):
    """The supplier has no such audit or authorisation."""

    code = "proof_not_found"


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """One milestone with the name of its owner and what its plan is about."""

    id: int
    number: str
    state: str
    version: int
    definition_id: int
    title: str
    level: str | None
    due: date
    evidence: str | None
    done_on: date | None
    owner_id: int
    owner: str
    plan_id: int
    plan_number: str
    supplier_id: int
    supplier_number: str
    supplier_name: str


_MILESTONE: tuple[Any, ...] = (
    Milestone.id, Milestone.number, Milestone.state, Milestone.version, Milestone.definition_id, Milestone.title,
    Milestone.level, Milestone.due, Milestone.evidence, Milestone.done_on, Milestone.owner_id, User.name,
    DevelopmentPlan.id, DevelopmentPlan.number, Supplier.id, Supplier.number, Supplier.name,
)  # fmt: skip


def ladder_in_force(session: Session) -> Ladder:
    """The ladder as the rule file in force says."""
    ladder: Ladder = content_of(session, active_definition(session, LADDER, "ladder").id)
    return ladder


def standings(session: Session, supplier_ids: Sequence[int], *, today: date) -> dict[int, Standing]:
    """Where these suppliers stand, by id; five queries however many there are."""
    return standings_where(session, Supplier.id.in_(supplier_ids), today=today) if supplier_ids else {}


def standings_where(session: Session, condition: ColumnElement[bool], *, today: date) -> dict[int, Standing]:
    """Where the suppliers that fit stand, by id. The condition is about columns of suppliers."""
    ladder = ladder_in_force(session)
    ids = session.scalars(select(Supplier.id).where(condition)).all()
    sites = _by_supplier(session, _SITES, Site, condition)
    certificates = _by_supplier(session, _CERTIFICATES, Certificate, condition)
    proofs = _by_supplier(session, _PROOFS, LevelProof, condition)
    requirements = _requirements(session, condition)
    return {
        id_: stand(
            ladder,
            [(row[1], row[2]) for row in sites.get(id_, ())],
            certificates=[_certificate(row) for row in certificates.get(id_, ())],
            audits=[_audit(row) for row in proofs.get(id_, ()) if row.kind == ProofKind.AUDIT],
            authorisations=[_letter(row) for row in proofs.get(id_, ()) if row.kind == ProofKind.AUTHORISATION],
            requirement=requirements.get(id_),
            today=today,
        )
        for id_ in ids
    }


_SITES: Any = select(Site.supplier_id, Site.id, Site.name).where(Site.active)
_CERTIFICATES: Any = select(
    Certificate.supplier_id, Certificate.number, Certificate.site_id, Certificate.standard, Certificate.state,
    Certificate.accreditation, Certificate.valid_from, Certificate.valid_to,
).where(Certificate.state.in_(REPLACEABLE))  # fmt: skip
_PROOFS: Any = select(
    LevelProof.supplier_id, LevelProof.kind, LevelProof.id, LevelProof.site_id, LevelProof.criterion,
    LevelProof.conforms, LevelProof.customer, LevelProof.reference, LevelProof.dated, LevelProof.valid_until,
).where(LevelProof.withdrawn_at.is_(None))  # fmt: skip


def _by_supplier(session: Session, query: Any, model: Any, condition: ColumnElement[bool]) -> dict[int, list[Any]]:
    """Rows by their first column, the supplier's id, the oldest first."""
    found: dict[int, list[Any]] = {}
    rows = session.execute(query.join(Supplier, Supplier.id == model.supplier_id).where(condition).order_by(model.id))
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _certificate(row: Any) -> HeldCertificate:
    return HeldCertificate(
        row.number, row.site_id, row.standard, row.state, bool(row.accreditation), row.valid_from, row.valid_to
    )


def _audit(row: Any) -> HeldAudit:
    return HeldAudit(row.id, row.site_id, row.criterion, row.conforms, row.reference, row.dated, row.valid_until)


def _letter(row: Any) -> HeldAuthorisation:
    return HeldAuthorisation(row.id, row.customer, row.reference, row.dated, row.valid_until)


def _requirements(session: Session, condition: ColumnElement[bool]) -> dict[int, LevelRequirement]:
    """What was demanded last, by supplier."""
    place = func.row_number().over(
        partition_by=LevelRequirement.supplier_id, order_by=(LevelRequirement.set_at.desc(), LevelRequirement.id.desc())
    )
    newest = (
        select(LevelRequirement.id, place.label("place"))
        .join(Supplier, Supplier.id == LevelRequirement.supplier_id)
        .where(condition)
        .subquery()
    )
    query = select(LevelRequirement).join(newest, newest.c.id == LevelRequirement.id).where(newest.c.place == 1)
    return {row.supplier_id: row for row in session.scalars(query)}


def requirements_of(session: Session, supplier_id: int) -> Sequence[LevelRequirement]:
    """All that was ever demanded of a supplier, the newest first."""
    query = select(LevelRequirement).where(LevelRequirement.supplier_id == supplier_id)
    return session.scalars(query.order_by(LevelRequirement.set_at.desc(), LevelRequirement.id.desc())).all()


def proofs_of(session: Session, supplier_id: int) -> Sequence[tuple[LevelProof, str | None]]:
    """All audits and authorisations of a supplier with the name of the site, also withdrawn ones; the newest first."""
    query = (
        select(LevelProof, Site.name)
        .outerjoin(Site, Site.id == LevelProof.site_id)
        .where(LevelProof.supplier_id == supplier_id)
        .order_by(LevelProof.dated.desc(), LevelProof.id.desc())
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def get_proof(session: Session, supplier: Supplier, proof_id: int) -> LevelProof:
    """One audit or authorisation of this supplier. Raises ProofNotFound."""
    query = select(LevelProof).where(LevelProof.id == proof_id, LevelProof.supplier_id == supplier.id)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise ProofNotFound(_("There is no such audit or authorisation."))
    return found


def get_plan(session: Session, number: str, *, actor: Actor) -> DevelopmentPlan:
    """One plan by its number. Raises PlanNotFound."""
    query = select(DevelopmentPlan).where(DevelopmentPlan.number == number.strip().upper(), _readable(actor))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise PlanNotFound(_("There is no development plan %(number)s.", number=number[:40]))
    return found


def get_milestone(session: Session, number: str, *, actor: Actor) -> Milestone:
    """One milestone by its number. Raises MilestoneNotFound."""
    query = (
        select(Milestone)
        .join(DevelopmentPlan, DevelopmentPlan.id == Milestone.plan_id)
        .where(Milestone.number == number.strip().upper(), _readable(actor))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise MilestoneNotFound(_("There is no milestone %(number)s.", number=number[:40]))
    return found


def plans_of(session: Session, supplier_id: int) -> Sequence[DevelopmentPlan]:
    """The plans of a supplier, the newest first."""
    query = select(DevelopmentPlan).where(DevelopmentPlan.supplier_id == supplier_id)
    return session.scalars(query.order_by(DevelopmentPlan.id.desc())).all()


@dataclass(frozen=True, slots=True)
class ListedPlan:
    """One plan with the supplier it is about and who looks after both."""

    id: int
    number: str
    state: str
    version: int
    definition_id: int
    target: str
    from_level: str | None
    note: str | None
    supplier_number: str
    supplier: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class PlanFilters:
    """What a list of plans is narrowed to; empty means every plan."""

    states: tuple[str, ...] = ()
    supplier_id: int | None = None
    owner_id: int | None = None


_PLAN: tuple[Any, ...] = (
    DevelopmentPlan.id, DevelopmentPlan.number, DevelopmentPlan.state, DevelopmentPlan.version,
    DevelopmentPlan.definition_id, DevelopmentPlan.target, DevelopmentPlan.from_level, DevelopmentPlan.note,
    Supplier.number, Supplier.name, User.name,
)  # fmt: skip


def list_plans(
    session: Session,
    *,
    actor: Actor,
    filters: PlanFilters = PlanFilters(),
    cursor: str | None = None,
    size: int = 50,
) -> Page[ListedPlan]:
    """One page of plans, the newest first. Raises BadCursor."""
    conditions = [_readable(actor)]
    if filters.states:
        conditions.append(DevelopmentPlan.state.in_(filters.states))
    if filters.supplier_id is not None:
        conditions.append(DevelopmentPlan.supplier_id == filters.supplier_id)
    if filters.owner_id is not None:
        conditions.append(Supplier.owner_id == filters.owner_id)
    keys = [SortKey(DevelopmentPlan.id, descending=True)]
    return keyset_page(session, _plans(*conditions), keys=keys, cursor=cursor, size=size, row=ListedPlan)


def listed_plan(session: Session, plan_id: int) -> ListedPlan:
    """A plan that is there, as lists show it."""
    return ListedPlan(*session.execute(_plans(DevelopmentPlan.id == plan_id)).one())


def _plans(*conditions: ColumnElement[bool]) -> Any:
    return (
        select(*_PLAN)
        .join(Supplier, Supplier.id == DevelopmentPlan.supplier_id)
        .outerjoin(User, User.id == Supplier.owner_id)
        .where(*conditions)
    )


def open_plan(session: Session, supplier_id: int) -> DevelopmentPlan | None:
    """The plan that is being worked on."""
    query = select(DevelopmentPlan).where(
        DevelopmentPlan.supplier_id == supplier_id, DevelopmentPlan.state.in_(OPEN_PLANS)
    )
    return session.scalars(query.order_by(DevelopmentPlan.id.desc()).limit(1)).one_or_none()


def milestones_of(session: Session, plan_ids: Sequence[int]) -> list[MilestoneView]:
    """The milestones of plans by the day they are due."""
    return _milestones(session, Milestone.plan_id.in_(plan_ids))


def view_of(session: Session, milestone_id: int) -> MilestoneView:
    """A milestone that is there, with names."""
    return _milestones(session, Milestone.id == milestone_id)[0]


def _milestones(session: Session, condition: ColumnElement[bool]) -> list[MilestoneView]:
    query = (
        select(*_MILESTONE)
        .join(DevelopmentPlan, DevelopmentPlan.id == Milestone.plan_id)
        .join(Supplier, Supplier.id == DevelopmentPlan.supplier_id)
        .join(User, User.id == Milestone.owner_id)
        .where(condition)
        .order_by(Milestone.due, Milestone.id)
    )
    return [MilestoneView(*row) for row in session.execute(query)]


def _readable(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a plan may be seen: by our people, where its supplier may."""
    may = select(Supplier.id).where(supplier_queries.readable(actor))
    if not (actor.is_staff or actor.kind == "system"):
        return DevelopmentPlan.id.is_(None)
    return DevelopmentPlan.supplier_id.in_(may)
