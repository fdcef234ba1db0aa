"""The pages of one plan and of one milestone, with their acts, and the forms of milestones."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from supplier_quality import clock, documents, web
from supplier_quality.documents import StoredFile
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.refusals import Stale
from supplier_quality.engine.store import process_of
from supplier_quality.errors import BadInput, Conflict
from supplier_quality.identity import Actor
from supplier_quality.language import Words, _
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.development import operations, queries
from supplier_quality.suppliers.development.details import MilestoneDetails
from supplier_quality.suppliers.development.entry_routes import level_choices
from supplier_quality.suppliers.development.enums import OPEN_PLANS, TO_DO, MilestoneState
from supplier_quality.suppliers.development.models import DevelopmentPlan, Milestone
from supplier_quality.suppliers.development.permissions import DEVELOPERS, may_develop
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.wording import TONES
from supplier_quality.web.record_door import RecordDoor
from supplier_quality.web.record_pages import RecordParts, read_parts
from supplier_quality.web.record_views import add_file_views, add_page_views
from supplier_quality.web.sent import seen_version, with_unknown_refused
from supplier_quality.web.wording import speak

blueprint = Blueprint("development_record", __name__, url_prefix="/development")

MILESTONE = ("title", "level", "due", "owner_id")


@blueprint.get("/<number>/milestones/new")
@web.staff(*DEVELOPERS)
def new_milestone(number: str) -> Response:
    with web.reading() as session:
        plan = queries.get_plan(session, number, actor=web.current_actor())
        owner = plan.owner_id or web.current_actor().person_id
    return _draw_new(number, web.filled({"owner_id": str(owner or "")}))


@blueprint.post("/<number>/milestones/new")
@web.staff(*DEVELOPERS)
def add_milestone(number: str) -> Response:
    def act(session: Session, details: MilestoneDetails, at: datetime) -> None:
        plan = queries.get_plan(session, number, actor=web.current_actor())
        operations.add_milestone(session, plan, details, actor=web.current_actor(), at=at)

    def draw(form: web.Form, _stale: Stale | None) -> Response:
        return _draw_new(number, form)

    return _run(act, draw, to=f"/development/{number}", said=_("The milestone is added."))


@blueprint.get("/milestones/<number>/edit")
@web.staff(*DEVELOPERS)
def edit_milestone(number: str) -> Response:
    with web.reading() as session:
        found = queries.get_milestone(session, number, actor=web.current_actor())
    typed = {"title": found.title, "level": found.level or "", "due": str(found.due), "owner_id": str(found.owner_id)}
    return _draw_edit(number, web.filled(typed), version=found.version)


@blueprint.post("/milestones/<number>/edit")
@web.staff(*DEVELOPERS)
def change_milestone(number: str) -> Response:
    version = seen_version()

    def act(session: Session, details: MilestoneDetails, at: datetime) -> None:
        operations.change_milestone(
            session, queries.get_milestone(session, number, actor=web.current_actor()), details,
            actor=web.current_actor(), at=at, expected_version=version,
        )  # fmt: skip

    def draw(form: web.Form, stale: Stale | None) -> Response:
        return _draw_edit(number, form, version=version, stale=stale)

    return _run(act, draw, to=f"/development/milestones/{number}", said=_("Saved."))


def _run(
    act: Callable[[Session, MilestoneDetails, datetime], None],
    draw: Callable[[web.Form, Stale | None], Response],
    *,
    to: str,
    said: Words,
) -> Response:
    """Read the milestone that was sent and do with it what is asked; the form comes back when something is wrong."""
    at = clock.now()
    form = with_unknown_refused(web.filled({name: request.form.get(name, "") for name in MILESTONE}), MILESTONE)
    if not form.is_good:
        return draw(form, None)
    try:
        with web.writing() as session:
            details = MilestoneDetails.read(
                form.typed,
                levels=tuple(level.id for level in queries.ladder_in_force(session).levels),
                owners=tuple(id_ for id_, _name in supplier_queries.possible_owners(session)),
                today=day_in_plant(session, at),
            )
            act(session, details, at)
    except BadInput as error:
        return draw(form.with_problems(error), None)
    except Stale as stale:
        return draw(form, stale)
    except Conflict as error:
        return draw(form.with_error("_form", error.message), None)
    web.notify(said)
    return web.go_to(to)


def _draw_new(number: str, form: web.Form) -> Response:
    with web.reading() as session:
        plan = queries.get_plan(session, number, actor=web.current_actor())
        shown = _choices(session, plan)
    return web.render(
        "pages/development/milestone_form.html", status=200 if form.is_good else 422, form=form, milestone=None, **shown
    )


def _draw_edit(number: str, form: web.Form, *, version: int, stale: Stale | None = None) -> Response:
    with web.reading() as session:
        milestone = queries.get_milestone(session, number, actor=web.current_actor())
        shown = _choices(session, session.get_one(DevelopmentPlan, milestone.plan_id))
        told = speak(session, stale.changes) if stale else ()
    return web.render(
        "pages/development/milestone_form.html", status=409 if stale else 200 if form.is_good else 422, form=form,
        milestone=milestone, told=told, stale=stale, version=milestone.version if stale else version, **shown,
    )  # fmt: skip


def _choices(session: Session, plan: DevelopmentPlan) -> dict[str, Any]:
    ladder = queries.ladder_in_force(session)
    return {
        "plan": plan,
        "supplier": session.get_one(Supplier, plan.supplier_id),
        "levels": level_choices(ladder)[: ladder.rank(plan.target)],
        "owners": [(str(id_), name) for id_, name in supplier_queries.possible_owners(session)],
    }


def _read_plan(
    session: Session, plan: DevelopmentPlan, *, actor: Actor, at: datetime, shown: int
) -> tuple[RecordParts, dict[str, Any]]:
    supplier, today = session.get_one(Supplier, plan.supplier_id), day_in_plant(session, at)
    standing = queries.standings(session, [supplier.id], today=today)[supplier.id]
    record = read_parts(session, plan, actor=actor, at=at, shown=shown)
    milestones = queries.milestones_of(session, [plan.id])
    return record, {
        "plan": plan,
        "supplier": supplier,
        "standing": standing,
        "target": standing.ladder.level(plan.target),
        "from_level": standing.ladder.level(plan.from_level),
        "milestones": [(each, process_of(session, each.definition_id).states[each.state]) for each in milestones],
        "done": sum(1 for each in milestones if each.state == MilestoneState.DONE),
        "counted": sum(1 for each in milestones if each.state != MilestoneState.DROPPED),
        "to_do": TO_DO,
        "today": today,
        "tones": TONES,
        "may_develop": may_develop(actor) and plan.state in OPEN_PLANS,
        "mends": {"milestones": "#milestones", "level": f"/suppliers/{supplier.number}?tab=development"},
    }


def _read_milestone(
    session: Session, milestone: Milestone, *, actor: Actor, at: datetime, shown: int
) -> tuple[RecordParts, dict[str, Any]]:
    view, today = queries.view_of(session, milestone.id), day_in_plant(session, at)
    standing = queries.standings(session, [view.supplier_id], today=today)[view.supplier_id]
    attached = documents.attachments_of(session, record_kind=Milestone.subject_kind, record_id=milestone.id)
    return read_parts(session, milestone, actor=actor, at=at, shown=shown), {
        "milestone": view,
        "standing": standing,
        "level": standing.ladder.level(view.level),
        "files": [file for file in attached if file.submitted_at is not None],
        "today": today,
        "is_late": view.state in TO_DO and view.due < today,
        "may_edit": may_develop(actor) and view.state == MilestoneState.PLANNED,
        "mends": {"level": f"/suppliers/{view.supplier_number}?tab=development"},
    }


def _keep(
    session: Session, milestone: Milestone, stored: StoredFile, *, field: str, actor: Actor, at: datetime
) -> None:
    operations.keep_file(session, milestone, stored, slot=f"milestone/{field}", actor=actor, at=at)


PLAN_DOOR = RecordDoor(
    find=queries.get_plan, move=operations.move_plan, read=_read_plan, template="pages/development/plan.html"
)
MILESTONE_DOOR = RecordDoor(
    find=queries.get_milestone, move=operations.move_milestone, read=_read_milestone,
    template="pages/development/milestone.html", keep=_keep,
)  # fmt: skip

add_page_views(blueprint, PLAN_DOOR)
add_page_views(blueprint, MILESTONE_DOOR, "/milestones/<number>")
add_file_views(blueprint, MILESTONE_DOOR, "/milestones/<number>")
