"""The page of one self-assessment: where it stands, what is next, its action plan, and the acts taken there."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.refusals import Stale
from supplier_quality.errors import BadInput
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.permissions import EDITORS, may_edit_suppliers
from supplier_quality.suppliers.special_processes import operations, queries
from supplier_quality.suppliers.special_processes.details import PlanDetails
from supplier_quality.suppliers.special_processes.enums import BEFORE_ACCEPTANCE
from supplier_quality.suppliers.special_processes.models import PlanLine, ProcessAssessment
from supplier_quality.web.record_door import Answer, RecordDoor
from supplier_quality.web.record_pages import RecordParts, read_parts
from supplier_quality.web.record_views import add_file_views, add_page_views
from supplier_quality.web.sent import seen_version, with_unknown_refused

blueprint = Blueprint("special_process_record", __name__, url_prefix="/special-processes")

PLAN_FIELDS = ("action", "responsible", "due")


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A line of the plan; ``late``: its day has passed and it is not done."""

    line: PlanLine
    late: bool


@blueprint.post("/<number>/plan")
@web.staff(*EDITORS)
def add_line(number: str) -> Response:
    return _save_line(number, None)


@blueprint.post("/<number>/plan/<int:line_id>")
@web.staff(*EDITORS)
def change_line(number: str, line_id: int) -> Response:
    return _save_line(number, line_id)


@blueprint.post("/<number>/plan/<int:line_id>/done")
@web.staff(*EDITORS)
def set_done(number: str, line_id: int) -> Response:
    """Note that a line is done; with ``done`` false that it is open again after all."""
    act: dict[str, Any] = {"actor": web.current_actor(), "at": clock.now(), "expected_version": seen_version()}
    try:
        with web.writing() as session:
            assessment = queries.get_assessment(session, number, actor=act["actor"])
            line = queries.get_plan_line(session, assessment, line_id)
            operations.set_plan_line_done(session, assessment, line, request.form.get("done") != "false", **act)
    except Stale as stale:
        return DOOR.show(number, answer=Answer(status=409, stale=stale))
    return web.go_to(f"/special-processes/{number}#plan")


def _save_line(number: str, line_id: int | None) -> Response:
    form = web.filled({name: request.form.get(name, "") for name in PLAN_FIELDS})
    form, version = with_unknown_refused(form, PLAN_FIELDS), seen_version()
    act: dict[str, Any] = {"actor": web.current_actor(), "at": clock.now(), "expected_version": version}
    try:
        if form.is_good:
            with web.writing() as session:
                assessment = queries.get_assessment(session, number, actor=act["actor"])
                if line_id is None:
                    operations.add_plan_line(session, assessment, PlanDetails.read(form.typed), **act)
                else:
                    line = queries.get_plan_line(session, assessment, line_id)
                    operations.edit_plan_line(session, assessment, line, PlanDetails.read(form.typed), **act)
    except BadInput as error:
        form = form.with_problems(error)
    except Stale as stale:
        return DOOR.show(number, answer=Answer(status=409, stale=stale), plan_form=form, plan_line=line_id)
    if not form.is_good:
        answer = Answer(status=422, version=version)
        return DOOR.show(number, answer=answer, plan_form=form, plan_line=line_id)
    web.notify(_("Saved."))
    return web.go_to(f"/special-processes/{number}#plan")


def _read(
    session: Session, assessment: ProcessAssessment, *, actor: Actor, at: datetime, shown: int
) -> tuple[RecordParts, dict[str, Any]]:
    supplier, today = session.get_one(Supplier, assessment.supplier_id), day_in_plant(session, at)
    before = session.get(ProcessAssessment, assessment.replaces_id) if assessment.replaces_id else None
    following = select(ProcessAssessment).where(ProcessAssessment.replaces_id == assessment.id)
    return read_parts(session, assessment, actor=actor, at=at, shown=shown), {
        "assessment": assessment,
        "supplier": supplier,
        "site": session.get_one(Site, assessment.site_id),
        "process": operations.process_of_assessment(session, assessment),
        "before": before,
        "following": session.scalars(following.order_by(ProcessAssessment.id)).all(),
        "files": queries.files_of(session, assessment),
        "left": (assessment.valid_to - today).days if assessment.valid_to is not None else None,
        "plan": _plan(session, assessment, today),
        "plan_form": web.Form(),
        "plan_line": None,
        "may_edit": may_edit_suppliers(actor),
        "is_open": assessment.state in BEFORE_ACCEPTANCE,
        "mends": {
            "edit": f"/special-processes/{assessment.number}/edit",
            "plan": "#plan",
            "contacts": f"/suppliers/{supplier.number}?tab=contacts",
        },
    }


def _plan(session: Session, assessment: ProcessAssessment, today: date) -> list[PlanRow]:
    lines = queries.plan_of(session, assessment)
    return [PlanRow(line, line.done_on is None and line.due < today) for line in lines]


DOOR = RecordDoor(
    find=queries.get_assessment,
    move=operations.move_assessment,
    read=_read,
    template="pages/special_processes/assessment.html",
)

add_page_views(blueprint, DOOR)
add_file_views(blueprint, DOOR)
