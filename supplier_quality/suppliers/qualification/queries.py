"""Reading ratings and steps. Everything about a step starts from :func:`readable`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from supplier_quality.errors import NotFound
from supplier_quality.identity import Actor
from supplier_quality.identity.models import User
from supplier_quality.language import _
from supplier_quality.parts.models import Commodity
from supplier_quality.persistence.paging import Page, SortKey, keyset_page
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.certificates.enums import REPLACEABLE, CertificateState
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.standards import serves
from supplier_quality.suppliers.models import SelfAssessment, Supplier
from supplier_quality.suppliers.qualification.enums import SETTLED, UNDONE, Certification, StepKind, StepSort
from supplier_quality.suppliers.qualification.models import QualificationStep, RiskEntry, RiskRating
from supplier_quality.suppliers.qualification.rating import certification_of, worst_criticality
from supplier_quality.suppliers.rules import certificates_of
from supplier_quality.suppliers.scope.limits import OPEN
from supplier_quality.suppliers.scope.models import ScopeLine

IATF, ISO = "IATF 16949", "ISO 9001"
APPROVED_SCOPE = ("approved", "conditional")


class StepNotFound(NotFound):
    """There is no such step, or the reader may not know of it."""

    code = "step_not_found"


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step as a list shows it."""

    id: int
    number: str
    state: str
    version: int
    definition_id: int
    kind: str
    title: str | None
    because: Mapping[str, Any]
    owner: str | None
    due: date | None
    evidence: str | None
    closed_on: date | None
    closed_by_name: str | None


@dataclass(frozen=True, slots=True)
class ListedStep(StepLine):
    """One step in a list over all suppliers."""

    supplier_number: str
    supplier: str


@dataclass(frozen=True, slots=True)
class StepFilters:
    """What a list of steps is narrowed to; empty means every step. ``due_by`` leaves out what is due later or on no day."""

    states: tuple[str, ...] = ()
    kind: str | None = None
    supplier_id: int | None = None
    owner_id: int | None = None
    due_by: date | None = None


@dataclass(frozen=True, slots=True)
class ListedRating:
    """One rating with the supplier it is about."""

    rating: RiskRating
    supplier_number: str
    supplier: str


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate that counts for quality management: what it serves for, whether it is in force, how it is named."""

    level: Certification
    in_force: bool
    named: str


@dataclass(frozen=True, slots=True)
class Deciding:
    """What the route of a supplier is decided from, but for its risk. ``scope`` are numbers of commodities by criticality."""

    criticality: str
    scope: Sequence[tuple[str, str]]
    certification: Certification
    certificates: Sequence[Certified]


_STEP: tuple[Any, ...] = (
    QualificationStep.id, QualificationStep.number, QualificationStep.state, QualificationStep.version,
    QualificationStep.definition_id, QualificationStep.kind, QualificationStep.title, QualificationStep.because,
    User.name, QualificationStep.due, QualificationStep.evidence, QualificationStep.closed_on,
    QualificationStep.closed_by_name,
)  # fmt: skip


def readable(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a step may be seen: where its supplier may."""
    # Not IN: SQLite would first list all suppliers that may be seen.
    own = select(Supplier.id).where(Supplier.id == QualificationStep.supplier_id, supplier_queries.readable(actor))
    return own.correlate(QualificationStep).exists()


def get_step(session: Session, number: str, *, actor: Actor) -> QualificationStep:
    """One step by its number. Raises StepNotFound."""
    query = select(QualificationStep).where(QualificationStep.number == number.strip().upper(), readable(actor))
    step = session.scalars(query).one_or_none()
    if step is None:
        raise StepNotFound(_("There is no step %(number)s.", number=number[:40]))
    return step


def steps_of(session: Session, supplier_id: int) -> list[StepLine]:
    """All steps of a supplier; what is still to be done first, by day."""
    step = QualificationStep
    query = (
        select(*_STEP)
        .outerjoin(User, User.id == step.owner_id)
        .where(step.supplier_id == supplier_id)
        .order_by(step.state.not_in(UNDONE), step.due.is_(None), step.due, step.id)
    )
    return [StepLine(*row) for row in session.execute(query)]


def list_steps(
    session: Session,
    *,
    actor: Actor,
    filters: StepFilters = StepFilters(),
    sort: str = StepSort.DUE,
    cursor: str | None = None,
    size: int = 50,
) -> Page[ListedStep]:
    """One page of steps of all suppliers; ``sort`` is a StepSort, with ``-`` before it turned round. Steps that are due on no
    day come last. Raises BadCursor.
    """
    step, descending = QualificationStep, sort.startswith("-")
    conditions = [readable(actor)]
    if filters.states:
        conditions.append(step.state.in_(filters.states))
    if filters.kind:
        conditions.append(step.kind == filters.kind)
    if filters.supplier_id is not None:
        conditions.append(step.supplier_id == filters.supplier_id)
    if filters.owner_id is not None:
        conditions.append(step.owner_id == filters.owner_id)
    if filters.due_by is not None:
        conditions.append(step.due <= filters.due_by)
    keys = [SortKey(step.id, descending)]
    if StepSort(sort.removeprefix("-")) is StepSort.DUE:
        keys.insert(0, SortKey(step.due, descending, nullable=True))
    return keyset_page(session, _listed(*conditions), keys=keys, cursor=cursor, size=size, row=ListedStep)


def listed_step(session: Session, step_id: int) -> ListedStep:
    """A step that is there, as lists show it."""
    return ListedStep(*session.execute(_listed(QualificationStep.id == step_id)).one())


def _listed(*conditions: ColumnElement[bool]) -> Any:
    return (
        select(*_STEP, Supplier.number, Supplier.name)
        .join(Supplier, Supplier.id == QualificationStep.supplier_id)
        .outerjoin(User, User.id == QualificationStep.owner_id)
        .where(*conditions)
    )


def undone_steps(session: Session, supplier_ids: Sequence[int]) -> Sequence[QualificationStep]:
    """The steps of these suppliers that still stand in the way of an approval, the oldest first."""
    query = select(QualificationStep).where(
        QualificationStep.supplier_id.in_(supplier_ids), QualificationStep.state.in_(UNDONE)
    )
    return session.scalars(query.order_by(QualificationStep.id)).all()


def _counts_now() -> ColumnElement[bool]:
    """The condition under which a step counts for the qualification that runs; its supplier is joined.

    What was closed for an earlier approval does not count for the next one, nor do conditions, which no route asks for.
    """
    step = QualificationStep
    since = or_(Supplier.qualified_at.is_(None), step.created_at > Supplier.qualified_at)
    return (step.kind != StepKind.CONDITION) & or_(step.state.in_(UNDONE), step.state.in_(SETTLED) & since)


def standing_steps(session: Session, supplier_ids: Sequence[int]) -> Sequence[QualificationStep]:
    """The steps that routes asked for in the qualifications that run, also those that were done or waived."""
    query = (
        select(QualificationStep)
        .join(Supplier, Supplier.id == QualificationStep.supplier_id)
        .where(QualificationStep.supplier_id.in_(supplier_ids), _counts_now())
    )
    return session.scalars(query.order_by(QualificationStep.id)).all()


def latest_ratings(session: Session, supplier_ids: Sequence[int]) -> dict[int, RiskRating]:
    """The latest rating of each supplier that has one; one query."""
    latest = (
        select(func.max(RiskRating.id)).where(RiskRating.supplier_id.in_(supplier_ids)).group_by(RiskRating.supplier_id)
    )
    return {row.supplier_id: row for row in session.scalars(select(RiskRating).where(RiskRating.id.in_(latest)))}


def ratings_of(session: Session, supplier_id: int) -> Sequence[RiskRating]:
    """All ratings of a supplier, the latest first."""
    query = select(RiskRating).where(RiskRating.supplier_id == supplier_id)
    return session.scalars(query.order_by(RiskRating.id.desc())).all()


def list_ratings(
    session: Session,
    *,
    actor: Actor,
    supplier_id: int | None = None,
    risk_class: str | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[ListedRating]:
    """One page of ratings, the newest first: all of one supplier, or the latest of every supplier. Raises BadCursor."""
    # What we think of a supplier is not told to it.
    ours = supplier_queries.readable(actor) if actor.is_staff or actor.kind == "system" else false()
    conditions = [ours]
    if supplier_id is not None:
        conditions.append(RiskRating.supplier_id == supplier_id)
    else:
        conditions.append(RiskRating.id.in_(select(func.max(RiskRating.id)).group_by(RiskRating.supplier_id)))
    if risk_class:
        conditions.append(RiskRating.risk_class == risk_class)
    query: Any = (
        select(RiskRating, Supplier.number, Supplier.name)
        .join(Supplier, Supplier.id == RiskRating.supplier_id)
        .where(*conditions)
    )
    keys = [SortKey(RiskRating.id, descending=True)]
    return keyset_page(session, query, keys=keys, cursor=cursor, size=size, row=ListedRating)


def latest_entries(session: Session, supplier_id: int) -> dict[str, RiskEntry]:
    """What people found last, by part."""
    latest = select(func.max(RiskEntry.id)).where(RiskEntry.supplier_id == supplier_id).group_by(RiskEntry.part)
    return {row.part: row for row in session.scalars(select(RiskEntry).where(RiskEntry.id.in_(latest)))}


def deciding(session: Session, supplier_ids: Sequence[int]) -> dict[int, Deciding]:
    """Criticality and certification of suppliers; three queries however many there are."""
    scope: dict[int, list[tuple[str, str]]] = {id_: [] for id_ in supplier_ids}
    asked = (
        select(ScopeLine.supplier_id, Commodity.number, Commodity.criticality)
        .join(Commodity, Commodity.id == ScopeLine.commodity_id)
        .where(ScopeLine.supplier_id.in_(supplier_ids), ScopeLine.state.in_(OPEN))
        .distinct()
        .order_by(Commodity.number)
    )
    for row in session.execute(asked):
        scope[row.supplier_id].append((row.number, row.criticality))
    verified, named = _verified(session, supplier_ids), _named(session, supplier_ids)
    return {
        id_: Deciding(
            worst_criticality([criticality for _number, criticality in scope[id_]]),
            scope[id_],
            certification_of([(each.level, each.in_force) for each in verified[id_]], named=id_ in named),
            verified[id_],
        )
        for id_ in supplier_ids
    }


def _verified(session: Session, supplier_ids: Sequence[int]) -> dict[int, list[Certified]]:
    found: dict[int, list[Certified]] = {id_: [] for id_ in supplier_ids}
    query = (
        select(Certificate.supplier_id, Certificate.standard, Certificate.number, Certificate.state)
        .where(Certificate.supplier_id.in_(supplier_ids), Certificate.state.in_(REPLACEABLE))
        .order_by(Certificate.id)
    )
    for row in session.execute(query):
        level = _level(row.standard)
        if level is not None:
            named = f"{row.standard} ({row.number})"
            found[row.supplier_id].append(Certified(level, row.state == CertificateState.VALID, named))
    return found


def _level(standard: str) -> Certification | None:
    """What a certificate to a standard serves for; None for one that is not of quality management."""
    if serves(standard, IATF):
        return Certification.IATF_16949
    return Certification.ISO_9001 if serves(standard, ISO) else None


def _named(session: Session, supplier_ids: Sequence[int]) -> set[int]:
    """The suppliers whose latest self-assessment names a certificate that was valid when it was submitted."""
    latest = (
        select(SelfAssessment.supplier_id, func.max(SelfAssessment.round).label("round"))
        .where(SelfAssessment.supplier_id.in_(supplier_ids))
        .group_by(SelfAssessment.supplier_id)
        .subquery()
    )
    query = select(SelfAssessment.supplier_id, SelfAssessment.answers, SelfAssessment.submitted_at).join(
        latest, (latest.c.supplier_id == SelfAssessment.supplier_id) & (latest.c.round == SelfAssessment.round)
    )
    return {
        row.supplier_id
        for row in session.execute(query)
        if any(one["valid_until"] >= row.submitted_at.date() for one in certificates_of(row.answers))
    }


def sole_commodities(session: Session, supplier_id: int) -> list[str]:
    """The commodities asked of a supplier for which nobody else is approved."""
    other = aliased(ScopeLine)
    elsewhere = (
        select(other.id)
        .where(
            other.commodity_id == ScopeLine.commodity_id,
            other.supplier_id != supplier_id,
            other.state.in_(APPROVED_SCOPE),
        )
        .exists()
    )
    query = (
        select(Commodity.number)
        .join(ScopeLine, ScopeLine.commodity_id == Commodity.id)
        .where(ScopeLine.supplier_id == supplier_id, ScopeLine.state.in_(OPEN), ~elsewhere)
        .distinct()
        .order_by(Commodity.number)
    )
    return list(session.scalars(query))
