"""Moving running records to another version of their process: the plan first, then the order to carry it out."""

from flask import Blueprint, Response, request

from supplier_quality import clock, web
from supplier_quality.desk import background, rule_files
from supplier_quality.desk.forms import MigrateForm
from supplier_quality.desk.workflow_pages import read_view, render_tab
from supplier_quality.engine.migrate import MigrationBlocked, Plan, plan_migration
from supplier_quality.engine.store import process_of
from supplier_quality.identity import Role
from supplier_quality.language import _
from supplier_quality.web.records import record_kind

blueprint = Blueprint("migration", __name__, url_prefix="/workflows")


@blueprint.get("/<name>/migration")
@web.staff(Role.QUALITY_MANAGER, Role.ADMIN)
def show(name: str) -> Response:
    return _page(name, web.Form())


@blueprint.post("/<name>/migration")
@web.staff(Role.QUALITY_MANAGER, Role.ADMIN)
def execute(name: str) -> Response:
    form = web.parse(MigrateForm, request.form)
    if not form.is_good:
        return _page(name, form, status=422)
    if not form.values["sure"]:
        return _page(name, form.with_error("sure", _("Say that you have read the plan.")), status=422)
    try:
        with web.writing() as session:
            background.ask_to_migrate(
                session, name, to_version=form.values["to_version"], actor=web.current_actor(), at=clock.now()
            )
    except (MigrationBlocked, background.AlreadyAsked) as error:
        return _page(name, form.with_error("_form", error.message), status=409)
    web.notify(_("A worker moves the records now. What it did will stand on this page."))
    return web.go_to(f"/workflows/{name}/migration")


def _page(name: str, form: web.Form, *, status: int = 200) -> Response:
    view = read_view(name, kind=rule_files.WORKFLOW)
    to_version = request.values.get("to_version", type=int) or view.in_force.version
    labels: dict[tuple[int, str], str] = {}
    with web.reading() as session:
        plan: Plan = plan_migration(session, name, to_version=to_version)
        for step in plan.steps:
            for definition_id, state in ((step.definition_id, step.state), (plan.target.id, step.to_state)):
                process = process_of(session, definition_id)
                if state in process.states:
                    labels[definition_id, str(state)] = str(process.states[str(state)].label)
        runs = background.list_runs(session, background.MIGRATE, about=name)
    return render_tab(
        "pages/desk/migration.html",
        view,
        "migration",
        status=status,
        plan=plan,
        target_id=plan.target.id,
        total=sum(step.records for step in plan.steps),
        labels=labels,
        form=form,
        runs=runs,
        to_version=to_version,
        noun=lambda kind: record_kind(kind).noun,
    )
