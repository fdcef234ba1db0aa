"""Acts on self-assessments and their plans. Each checks, changes, writes the trail, queues what must be sent, and returns the record."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.documents import Attached, StoredFile
from supplier_quality.documents.evidence import keep_evidence
from supplier_quality.engine.fire import Fired, fire
from supplier_quality.engine.notes import note
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.start import start
from supplier_quality.engine.timers import rearm
from supplier_quality.errors import BadInput, Conflict, Problem
from supplier_quality.identity import Actor, Signature, Via, system_actor
from supplier_quality.language import Text, _
from supplier_quality.parts.special_processes import SpecialProcess, special_processes
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.permissions import check_may_edit_suppliers
from supplier_quality.suppliers.rules import differences
from supplier_quality.suppliers.special_processes.details import AssessmentDetails, PlanDetails
from supplier_quality.suppliers.special_processes.enums import BEFORE_ACCEPTANCE, AssessmentAction, AssessmentState
from supplier_quality.suppliers.special_processes.models import PlanLine, ProcessAssessment
from supplier_quality.suppliers.special_processes.queries import (
    coming_assessment,
    current_assessment,
    replaced_by,
)

ANSWER_DAYS = 60
"""So long a supplier has for its first assessment, which takes an audit of its own; the next is due before the one before ends."""

STAFF_SLOT = "assessment/staff"


class AlreadyAwaited(Conflict):
    """An assessment of this site and process is asked for or waits to be looked at already."""

    code = "assessment_already_awaited"


class AlreadyAccepted(Conflict):
    """What was accepted is not changed afterwards; a new assessment is a new record."""

    code = "assessment_already_accepted"


class UnknownProcess(BadInput):
    """There is no such special process."""

    code = "unknown_special_process"


def process_for(session: Session, id_: object) -> SpecialProcess:
    """A special process by its id. Raises UnknownProcess."""
    found = special_processes(session).get(str(id_ or ""))
    if found is None:
        said = _("There is no special process %(name)s.", name=str(id_ or "")[:40])
        raise UnknownProcess(said, (Problem(said, _("Choose from the offered processes."), column="process"),))
    return found


def process_of_assessment(session: Session, assessment: ProcessAssessment) -> SpecialProcess:
    """The special process of an assessment; one that the file names no more comes back every twelve months unreminded."""
    known = special_processes(session).get(assessment.process)
    return known or SpecialProcess(
        id=assessment.process, name=Text(assessment.process_name), assessment=assessment.standard
    )


def register_assessment(
    session: Session, supplier: Supplier, site: Site, process: SpecialProcess, details: AssessmentDetails, *,
    actor: Actor, at: datetime,
) -> ProcessAssessment:  # fmt: skip
    """Add an assessment to be asked for or accepted. Raises MayNotEditSuppliers, AlreadyAwaited."""
    check_may_edit_suppliers(actor)
    other = coming_assessment(session, site.id, process.id)
    if other is not None:
        raise AlreadyAwaited(
            _(
                "%(number)s is the next one of this site and process already. Enter what you know there.",
                number=other.number,
            )
        )
    before = current_assessment(session, site.id, process.id)
    told = {
        "site": site.name,
        "process": process.id,
        "standard": process.assessment,
        "values": _filled(details.values()),
    }
    return _begin(session, supplier.id, site.id, process, before, details.values(), told, actor=actor, at=at)


def _begin(
    session: Session, supplier_id: int, site_id: int, process: SpecialProcess, before: ProcessAssessment | None,
    values: Mapping[str, Any], told: Mapping[str, Any], *, actor: Actor, at: datetime,
) -> ProcessAssessment:  # fmt: skip
    assessment = ProcessAssessment(
        supplier_id=supplier_id,
        site_id=site_id,
        process=process.id,
        process_name=dict(process.name.by_language),
        standard=process.assessment,
        replaces_id=before.id if before else None,
        **values,
    )
    assessment.valid_to = due_again(process, assessment.assessed_on)
    start(session, assessment, actor=actor, at=at, data=told)
    session.refresh(assessment, ["owner_id", "supplier_name"])
    return assessment


def edit_assessment(
    session: Session, assessment: ProcessAssessment, details: AssessmentDetails, *, actor: Actor, at: datetime,
    expected_version: int | None = None,
) -> ProcessAssessment:  # fmt: skip
    """Change what is known of an assessment; nothing is written when nothing differs.

    Raises MayNotEditSuppliers, AlreadyAccepted, Stale.
    """
    check_may_edit_suppliers(actor)
    changes = differences({name: getattr(assessment, name) for name in details.values()}, details.values())
    if not changes:
        return assessment
    _check_open(assessment)

    _set(session, assessment, details)
    note(session, assessment, actor=actor, at=at, action="edit", data={"changes": changes},
         expected_version=expected_version)  # fmt: skip
    rearm(session, assessment, at=at)
    return assessment


def add_assessment_file(
    session: Session, assessment: ProcessAssessment, stored: StoredFile, *, actor: Actor, at: datetime
) -> Attached:
    """Attach the filled-in assessment. Raises MayNotEditSuppliers, AlreadyAccepted, NotStored."""
    check_may_edit_suppliers(actor)
    _check_open(assessment)

    action, slot = "special_process.file_added", f"{STAFF_SLOT}/file"
    return keep_evidence(session, assessment, stored, slot=slot, action=action, actor=actor, at=at)


def move_assessment(
    session: Session,
    assessment: ProcessAssessment,
    action: str,
    *,
    actor: Actor,
    at: datetime,
    form: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
    signature: Signature | None = None,
    idempotency_key: str | None = None,
) -> Fired:
    """Take one action of the assessment's process and do what comes with it: replace the one before, ask for the next.

    Whether it is allowed is the process's business. Raises Refused, Stale, KeyReused, BadAssessment.
    """
    form = dict(form or {})
    _keep_what_rules_read(session, assessment, action, form, at=at)
    fired = fire(
        session, assessment, action, actor=actor, at=at, form=form, expected_version=expected_version,
        signature=signature, idempotency_key=idempotency_key,
    )  # fmt: skip
    if fired.replayed:
        return fired
    if action == AssessmentAction.ACCEPT:
        for other in replaced_by(session, assessment):
            fire(session, other, AssessmentAction.REPLACE, actor=system_actor(Via.POLICY), at=at)
    elif action == AssessmentAction.ASK_FOR_NEW:
        following = coming_assessment(session, assessment.site_id, assessment.process)
        if following is not None and following.state == AssessmentState.ASKED:
            move_assessment(session, following, AssessmentAction.ASK_AGAIN, actor=actor, at=at)
        else:
            ask_for_next(session, assessment, actor=actor, at=at)
    session.flush()
    return fired


def ask_for_next(session: Session, assessment: ProcessAssessment, *, actor: Actor, at: datetime) -> ProcessAssessment:
    """The record of the assessment that follows, asked of the supplier unless it was entered meanwhile. Raises Refused."""
    following = coming_assessment(session, assessment.site_id, assessment.process)
    if following is None:
        following = _begin(
            session, assessment.supplier_id, assessment.site_id, process_of_assessment(session, assessment), assessment,
            {}, {"replaces": assessment.number}, actor=actor, at=at,
        )  # fmt: skip
    if following.state == AssessmentState.WANTED:
        move_assessment(session, following, AssessmentAction.ASK, actor=actor, at=at)
    return following


def set_next_reminder(session: Session, assessment: ProcessAssessment, *, at: datetime) -> date | None:
    """Let the day on which the next one is due be told on the next day its process names; None when none is left."""
    assessment.remind_on = _next_reminder(session, assessment, day_in_plant(session, at))
    rearm(session, assessment, at=at)
    return assessment.remind_on


def add_plan_line(
    session: Session, assessment: ProcessAssessment, details: PlanDetails, *, actor: Actor, at: datetime,
    expected_version: int | None = None,
) -> PlanLine:  # fmt: skip
    """Add a line to the action plan. Raises MayNotEditSuppliers, Stale."""
    check_may_edit_suppliers(actor)
    line = PlanLine(assessment_id=assessment.id, added_at=at, added_by_name=actor.label[:200], **details.values())
    session.add(line)
    session.flush()
    data = {"line": line.id, **_told(line)}
    note(session, assessment, actor=actor, at=at, action="plan.added", data=data, expected_version=expected_version)
    rearm(session, assessment, at=at)
    return line


def edit_plan_line(
    session: Session, assessment: ProcessAssessment, line: PlanLine, details: PlanDetails, *, actor: Actor,
    at: datetime, expected_version: int | None = None,
) -> PlanLine:  # fmt: skip
    """Change a line of the action plan, such as its day. Raises MayNotEditSuppliers, Stale."""
    check_may_edit_suppliers(actor)
    changes = differences({name: getattr(line, name) for name in details.values()}, details.values())
    if not changes:
        return line

    for name, (_old, new) in changes.items():
        setattr(line, name, new)
    data = {"line": line.id, "action": line.action, "changes": changes}
    note(session, assessment, actor=actor, at=at, action="plan.edited", data=data, expected_version=expected_version)
    rearm(session, assessment, at=at)
    return line


def set_plan_line_done(
    session: Session, assessment: ProcessAssessment, line: PlanLine, done: bool, *, actor: Actor, at: datetime,
    expected_version: int | None = None,
) -> PlanLine:  # fmt: skip
    """Note that a line of the plan is done, or open again after all. Raises MayNotEditSuppliers, Stale."""
    check_may_edit_suppliers(actor)
    if (line.done_on is not None) == done:
        return line

    line.done_on, line.done_by = (day_in_plant(session, at), actor.label[:200]) if done else (None, None)
    data = {"line": line.id, **_told(line)}
    note(session, assessment, actor=actor, at=at, action="plan.done" if done else "plan.reopened", data=data,
         expected_version=expected_version)  # fmt: skip
    rearm(session, assessment, at=at)
    return line


def due_again(process: SpecialProcess, assessed_on: date | None) -> date | None:
    """The day on which the next assessment is due: the same day so many months later, or the last of that month."""
    if assessed_on is None:
        return None
    months = assessed_on.year * 12 + assessed_on.month - 1 + process.every_months
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(assessed_on.day, monthrange(year, month)[1]))


def _next_reminder(session: Session, assessment: ProcessAssessment, today: date) -> date | None:
    if assessment.valid_to is None:
        return None
    remind = process_of_assessment(session, assessment).remind
    days = (assessment.valid_to - timedelta(days=before) for before in remind)
    return min((day for day in days if day > today), default=None)


def _keep_what_rules_read(
    session: Session, assessment: ProcessAssessment, action: str, form: Mapping[str, Any], *, at: datetime
) -> None:
    """Columns that facts and timers of the new state hang on; a refusal rolls them back with everything else."""
    today = day_in_plant(session, at)
    if action in (AssessmentAction.ASK, AssessmentAction.SEND_BACK):
        before = session.get(ProcessAssessment, assessment.replaces_id) if assessment.replaces_id else None
        # While the one before is in force its own timers remind of the day on which this one is due.
        running = before is not None and before.state == AssessmentState.VALID
        assessment.answer_by = None if running else today + timedelta(days=ANSWER_DAYS)
    elif action == AssessmentAction.SUBMIT:
        _set(session, assessment, AssessmentDetails.read(form))
    elif action == AssessmentAction.ACCEPT:
        assessment.remind_on = _next_reminder(session, assessment, today)


def _set(session: Session, assessment: ProcessAssessment, details: AssessmentDetails) -> None:
    for name, value in details.values().items():
        setattr(assessment, name, value)
    assessment.valid_to = due_again(process_of_assessment(session, assessment), assessment.assessed_on)


def _told(line: PlanLine) -> dict[str, Any]:
    return {"action": line.action, "responsible": line.responsible, "due": line.due.isoformat()}


def _check_open(assessment: ProcessAssessment) -> None:
    if assessment.state not in BEFORE_ACCEPTANCE:
        raise AlreadyAccepted(
            _("%(number)s was accepted and stays as it is. Add the new assessment instead.", number=assessment.number)
        )


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
