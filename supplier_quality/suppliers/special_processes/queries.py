"""Reading self-assessments of special processes, and which ones the scope of suppliers needs and lacks.

Everything starts from :func:`readable`, so that no filter can be forgotten.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session

from supplier_quality import documents
from supplier_quality.documents import Attached
from supplier_quality.errors import NotFound
from supplier_quality.identity import Actor
from supplier_quality.language import Text, _
from supplier_quality.parts.models import Commodity
from supplier_quality.parts.special_processes import SpecialProcess, special_processes
from supplier_quality.persistence.paging import Page, SortKey, keyset_page
from supplier_quality.suppliers.models import Contact, Site, Supplier
from supplier_quality.suppliers.scope.limits import COVERED
from supplier_quality.suppliers.scope.models import ScopeLine
from supplier_quality.suppliers.special_processes.enums import BEFORE_ACCEPTANCE, REPLACEABLE, AssessmentState, Lack
from supplier_quality.suppliers.special_processes.models import PlanLine, ProcessAssessment, name_of

NEEDING = ("requested", *COVERED, "expired")
"""States of lines of scope whose special processes have to be assessed."""


MOST_SHOWN = 500
"""Lines of a table of the board."""


class AssessmentNotFound(NotFound):
    """There is no such self-assessment, or the reader may not know of it."""

    code = "assessment_not_found"


class PlanLineNotFound(NotFound):
    """The action plan has no such line."""

    code = "plan_line_not_found"


@dataclass(frozen=True, slots=True)
class AssessmentFilters:
    """What a list is narrowed to; empty means everything to come, in force or overdue. ``due_by`` leaves out what is due later."""

    states: tuple[str, ...] = ()
    process: str | None = None
    supplier_id: int | None = None
    owner_id: int | None = None
    due_by: date | None = None


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    """One row of a list of assessments."""

    id: int
    number: str
    state: str
    version: int
    process: str
    process_name: dict[str, str]
    standard: str
    edition: str | None
    assessed_on: date | None
    assessor: str | None
    points: int | None
    findings: int | None
    immediate: int | None
    valid_to: date | None
    answer_by: date | None
    supplier_number: str
    supplier: str
    site_id: int
    site: str

    @property
    def name(self) -> Text:
        """The assessment and its process, such as CQI-9 Heat treating."""
        return name_of(self.standard, self.process_name)


_COLUMNS = (
    ProcessAssessment.id, ProcessAssessment.number, ProcessAssessment.state, ProcessAssessment.version,
    ProcessAssessment.process, ProcessAssessment.process_name, ProcessAssessment.standard, ProcessAssessment.edition,
    ProcessAssessment.assessed_on, ProcessAssessment.assessor, ProcessAssessment.points, ProcessAssessment.findings,
    ProcessAssessment.immediate, ProcessAssessment.valid_to, ProcessAssessment.answer_by, Supplier.number, Supplier.name,
    ProcessAssessment.site_id, Site.name,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Needed:
    """A special process that the scope of one site needs. ``lack`` says what it lacks; None when its assessment is in force."""

    supplier_id: int
    site_id: int
    site: str
    process: SpecialProcess
    commodities: Sequence[str]
    lack: Lack | None
    current: str | None

    @property
    def name(self) -> Text:
        """The assessment and its process, such as CQI-9 Heat treating."""
        return name_of(self.process.assessment, self.process.name.by_language)


def readable(actor: Actor) -> ColumnElement[bool]:
    """The condition under which an assessment may be seen: by staff always, by a contact only their own company's."""
    if actor.is_staff or actor.kind == "system":
        return ProcessAssessment.id.is_not(None)
    if actor.kind == "contact" and actor.person_id is not None:
        own = select(Contact.supplier_id).where(Contact.id == actor.person_id, Contact.active)
        return ProcessAssessment.supplier_id.in_(own)
    return false()


def get_assessment(session: Session, number: str, *, actor: Actor) -> ProcessAssessment:
    """One assessment by our number. Raises AssessmentNotFound."""
    return _one(session, ProcessAssessment.number == number.strip().upper(), number, actor)


def get_assessment_by_id(session: Session, assessment_id: int, *, actor: Actor) -> ProcessAssessment:
    """One assessment by its id. Raises AssessmentNotFound."""
    return _one(session, ProcessAssessment.id == assessment_id, str(assessment_id), actor)


def _one(session: Session, condition: ColumnElement[bool], shown: str, actor: Actor) -> ProcessAssessment:
    found = session.scalars(select(ProcessAssessment).where(condition, readable(actor))).one_or_none()
    if found is None:
        raise AssessmentNotFound(_("There is no self-assessment %(number)s.", number=shown[:40]))
    return found


def _lines(*conditions: ColumnElement[bool]) -> Any:
    return (
        select(*_COLUMNS)
        .join(Supplier, Supplier.id == ProcessAssessment.supplier_id)
        .join(Site, Site.id == ProcessAssessment.site_id)
        .where(*conditions)
    )


def line_of(session: Session, assessment_id: int) -> AssessmentLine:
    """An assessment that is there, as lists show it; the caller checked that it may be read."""
    return AssessmentLine(*session.execute(_lines(ProcessAssessment.id == assessment_id)).one())


def lines_of_supplier(session: Session, supplier_id: int, *, actor: Actor) -> Sequence[AssessmentLine]:
    """All assessments of a supplier, by site and process, the newest first."""
    query = _lines(readable(actor), ProcessAssessment.supplier_id == supplier_id)
    order = (Site.name, Site.id, ProcessAssessment.process, ProcessAssessment.id.desc())
    return [AssessmentLine(*row) for row in session.execute(query.order_by(*order))]


def list_assessments(
    session: Session,
    *,
    actor: Actor,
    filters: AssessmentFilters = AssessmentFilters(),
    descending: bool = False,
    cursor: str | None = None,
    size: int = 50,
) -> Page[AssessmentLine]:
    """One page by the day the next assessment is due; what was not assessed yet comes last. Raises BadCursor."""
    listed = (*BEFORE_ACCEPTANCE, *REPLACEABLE)
    conditions = [readable(actor), ProcessAssessment.state.in_(filters.states or listed)]
    if filters.due_by is not None:
        conditions.append(ProcessAssessment.valid_to <= filters.due_by)
    if filters.process:
        conditions.append(ProcessAssessment.process == filters.process)
    if filters.supplier_id is not None:
        conditions.append(ProcessAssessment.supplier_id == filters.supplier_id)
    if filters.owner_id is not None:
        conditions.append(Supplier.owner_id == filters.owner_id)
    keys = [
        SortKey(ProcessAssessment.valid_to, descending=descending, nullable=True),
        SortKey(ProcessAssessment.id, descending=descending),
    ]
    return keyset_page(session, _lines(*conditions), keys=keys, cursor=cursor, size=size, row=AssessmentLine)


def assessments_of(session: Session, supplier_id: int) -> Sequence[tuple[ProcessAssessment, str]]:
    """All assessments of a supplier with the names of their sites, by site and process, the newest first."""
    query = (
        select(ProcessAssessment, Site.name)
        .join(Site, Site.id == ProcessAssessment.site_id)
        .where(ProcessAssessment.supplier_id == supplier_id)
        .order_by(Site.name, Site.id, ProcessAssessment.process, ProcessAssessment.id.desc())
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def overdue_or_due_by(session: Session, last: date, *, actor: Actor) -> Sequence[tuple[ProcessAssessment, Any]]:
    """Assessments in force or overdue whose next one is due by a day, with names and numbers, the soonest first."""
    query = (
        select(ProcessAssessment, Supplier.number, Supplier.name, Site.name.label("site"))
        .join(Supplier, Supplier.id == ProcessAssessment.supplier_id)
        .join(Site, Site.id == ProcessAssessment.site_id)
        .where(
            readable(actor), ProcessAssessment.state.in_(REPLACEABLE), ProcessAssessment.valid_to <= last,
        )
        .order_by(ProcessAssessment.valid_to, ProcessAssessment.id)
        .limit(MOST_SHOWN)
    )  # fmt: skip
    return [(row[0], row) for row in session.execute(query)]


def current_assessment(session: Session, site_id: int, process: str) -> ProcessAssessment | None:
    """The assessment that a new one of this site and process would replace."""
    return _latest(session, site_id, process, REPLACEABLE)


def coming_assessment(session: Session, site_id: int, process: str) -> ProcessAssessment | None:
    """The assessment of this site and process that was asked for or waits to be looked at."""
    return _latest(session, site_id, process, BEFORE_ACCEPTANCE)


def _latest(session: Session, site_id: int, process: str, states: Sequence[str]) -> ProcessAssessment | None:
    query = select(ProcessAssessment).where(
        ProcessAssessment.site_id == site_id, ProcessAssessment.process == process, ProcessAssessment.state.in_(states)
    )
    return session.scalars(query.order_by(ProcessAssessment.id.desc()).limit(1)).one_or_none()


def replaced_by(session: Session, assessment: ProcessAssessment) -> Sequence[ProcessAssessment]:
    """The assessments in force or overdue that this one takes the place of."""
    query = select(ProcessAssessment).where(
        ProcessAssessment.site_id == assessment.site_id, ProcessAssessment.process == assessment.process,
        ProcessAssessment.id != assessment.id, ProcessAssessment.state.in_(REPLACEABLE),
    )  # fmt: skip
    return session.scalars(query.order_by(ProcessAssessment.id)).all()


def plan_of(session: Session, assessment: ProcessAssessment) -> Sequence[PlanLine]:
    """The lines of the action plan: what is open by its day, then what is done."""
    query = select(PlanLine).where(PlanLine.assessment_id == assessment.id)
    return session.scalars(query.order_by(PlanLine.done_on.is_not(None), PlanLine.due, PlanLine.id)).all()


def get_plan_line(session: Session, assessment: ProcessAssessment, line_id: int) -> PlanLine:
    """A line of this plan. Raises PlanLineNotFound, also for another plan's."""
    query = select(PlanLine).where(PlanLine.id == line_id, PlanLine.assessment_id == assessment.id)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise PlanLineNotFound(_("%(number)s has no such line.", number=assessment.number))
    return found


def files_of(session: Session, assessment: ProcessAssessment) -> list[Attached]:
    """What was submitted of the assessment, the newest first."""
    found = documents.attachments_of(session, record_kind=ProcessAssessment.subject_kind, record_id=assessment.id)
    return [file for file in reversed(found) if file.submitted_at is not None]


def needed_by(session: Session, supplier_ids: Sequence[int]) -> Mapping[int, Sequence[Needed]]:
    """The special processes that the open scope of these suppliers needs, by supplier; two queries however many there are."""
    wanted = _wanted(session, supplier_ids)
    known = special_processes(session)
    states = _states(session, [key[1] for key in wanted])
    found: dict[int, list[Needed]] = {}
    for (supplier_id, site_id, process), (site, commodities) in sorted(wanted.items()):
        if process not in known:
            continue
        lack, current = _lack(states.get((site_id, process), {}))
        needed = Needed(supplier_id, site_id, site, known[process], sorted(commodities), lack, current)
        found.setdefault(supplier_id, []).append(needed)
    return found


def never_assessed(session: Session, *, most: int = MOST_SHOWN) -> Sequence[tuple[str, str, Needed]]:
    """What open scope needs and nobody ever assessed, nor is about to: number and name of the supplier, and what; by name.

    Only suppliers whose scope has a commodity that asks for special processes are looked at.
    """
    asking = [id_ for id_, wanted in session.execute(select(Commodity.id, Commodity.special_processes)) if wanted]
    lines = select(ScopeLine.supplier_id).where(ScopeLine.commodity_id.in_(asking), ScopeLine.state.in_(NEEDING))
    chosen = session.execute(
        select(Supplier.id, Supplier.number, Supplier.name)
        .where(Supplier.id.in_(lines), Supplier.merged_into.is_(None))
        .order_by(Supplier.name_key, Supplier.id)
    ).all()
    return list(islice(_lacking(session, chosen), most))


def _lacking(session: Session, chosen: Sequence[Any]) -> Iterator[tuple[str, str, Needed]]:
    """Asked for in parts, so that a long list costs no more than what is shown of it."""
    for begin in range(0, len(chosen), MOST_SHOWN):
        part = chosen[begin : begin + MOST_SHOWN]
        needed = needed_by(session, [row.id for row in part])
        for row in part:
            yield from ((row.number, row.name, each) for each in needed.get(row.id, ()) if each.lack is Lack.NEVER)


def _wanted(session: Session, supplier_ids: Sequence[int]) -> dict[tuple[int, int, str], tuple[str, set[str]]]:
    """Supplier, site and process -> name of the site, numbers of the commodities that ask for it."""
    query = (
        select(ScopeLine.supplier_id, ScopeLine.site_id, Site.name, Commodity.number, Commodity.special_processes)
        .join(Commodity, Commodity.id == ScopeLine.commodity_id)
        .join(Site, Site.id == ScopeLine.site_id)
        .where(ScopeLine.supplier_id.in_(set(supplier_ids)), ScopeLine.state.in_(NEEDING))
    )
    wanted: dict[tuple[int, int, str], tuple[str, set[str]]] = {}
    for supplier_id, site_id, site, commodity, processes in session.execute(query):
        for process in processes or ():
            wanted.setdefault((supplier_id, site_id, process), (site, set()))[1].add(commodity)
    return wanted


def _states(session: Session, site_ids: Sequence[int]) -> dict[tuple[int, str], dict[str, str]]:
    """Site and process -> state -> number of an assessment that stands there and counts."""
    query = select(
        ProcessAssessment.site_id, ProcessAssessment.process, ProcessAssessment.state, ProcessAssessment.number
    ).where(
        ProcessAssessment.site_id.in_(set(site_ids)), ProcessAssessment.state.in_((*REPLACEABLE, *BEFORE_ACCEPTANCE))
    )
    found: dict[tuple[int, str], dict[str, str]] = {}
    for site_id, process, state, number in session.execute(query.order_by(ProcessAssessment.id)):
        found.setdefault((site_id, process), {})[state] = number
    return found


def _lack(states: Mapping[str, str]) -> tuple[Lack | None, str | None]:
    if AssessmentState.VALID in states:
        return None, states[AssessmentState.VALID]
    if AssessmentState.OVERDUE in states:
        return Lack.OVERDUE, states[AssessmentState.OVERDUE]
    coming = next((states[state] for state in BEFORE_ACCEPTANCE if state in states), None)
    return (Lack.COMING, coming) if coming else (Lack.NEVER, None)
