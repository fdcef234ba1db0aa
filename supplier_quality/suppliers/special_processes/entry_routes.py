"""Pages on which self-assessments are entered or asked for, corrected, and listed by the day they are due."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request

from supplier_quality import clock, web
from supplier_quality.documents import ACCEPTED_EXTENSIONS
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.refusals import Refused, Stale
from supplier_quality.errors import BadInput, Conflict
from supplier_quality.language import _
from supplier_quality.parts.special_processes import special_processes
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.entering import as_typed, chosen_site, given, uploaded, with_fault
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.suppliers.special_processes import operations, queries
from supplier_quality.suppliers.special_processes.details import AssessmentDetails
from supplier_quality.suppliers.special_processes.enums import BEFORE_ACCEPTANCE, AssessmentAction
from supplier_quality.suppliers.special_processes.tab import show_assessment
from supplier_quality.web.sent import seen_version
from supplier_quality.web.wording import speak

blueprint = Blueprint("special_process_entry", __name__)

DETAILS = tuple(AssessmentDetails.__dataclass_fields__)
FIELDS = (*DETAILS, "site_id", "process", "file", "go")
ASK = "ask"
AHEAD = timedelta(days=90)
"""The list shows what is overdue and what is due so far ahead."""

NO_SITE = _("Choose the site at which the process is run.")


@blueprint.get("/special-processes")
@web.staff()
def list_all() -> Response:
    """What was never assessed, is overdue or due soon, of all suppliers."""
    actor, at = web.current_actor(), clock.now()
    with web.reading() as session:
        today = day_in_plant(session, at)
        found = queries.overdue_or_due_by(session, today + AHEAD, actor=actor)
        shown = [(row, show_assessment(session, each, row.site, today=today)) for each, row in found]
        never = queries.never_assessed(session)
    may_edit = actor.has_role(*EDITORS)
    return web.render("pages/special_processes/board.html", shown=shown, never=never, may_edit=may_edit)


@blueprint.get("/suppliers/<number>/special-processes/new")
@web.staff(*EDITORS)
def new(number: str) -> Response:
    asked = {name: request.args.get(name, "") for name in ("site_id", "process")}
    return _draw_new(number, web.filled(asked))


@blueprint.post("/suppliers/<number>/special-processes/new")
@web.staff(*EDITORS)
def register(number: str) -> Response:
    """Enter an assessment, to be looked at on its page, or have the supplier asked for it."""
    form = given(FIELDS)
    stored, form = uploaded(form)
    if not form.is_good:
        return _draw_new(number, form)
    act: dict[str, Any] = {"actor": web.current_actor(), "at": clock.now()}
    asked = form.typed.get("go") == ASK
    try:
        with web.writing() as session:
            supplier = supplier_queries.get_supplier(session, number, actor=act["actor"])
            site = chosen_site(session, supplier, form.typed.get("site_id"), remedy=NO_SITE)
            process = operations.process_for(session, form.typed.get("process"))
            details = AssessmentDetails.read(form.typed)
            made = operations.register_assessment(session, supplier, site, process, details, **act)
            if stored is not None:
                operations.add_assessment_file(session, made, stored, **act)
            if asked:
                operations.move_assessment(session, made, AssessmentAction.ASK, **act)
    except (BadInput, Refused, Conflict) as error:
        return _draw_new(number, with_fault(form, error))
    web.notify(_("The supplier is asked for it.") if asked else _("Saved."))
    return web.go_to(f"/special-processes/{made.number}")


@blueprint.get("/special-processes/<number>/edit")
@web.staff(*EDITORS)
def edit(number: str) -> Response:
    with web.reading() as session:
        assessment = queries.get_assessment(session, number, actor=web.current_actor())
    return _draw_edit(number, web.filled(as_typed(assessment, DETAILS)), version=assessment.version)


@blueprint.post("/special-processes/<number>/edit")
@web.staff(*EDITORS)
def change(number: str) -> Response:
    version, form = seen_version(), given(FIELDS)
    stored, form = uploaded(form)
    if not form.is_good:
        return _draw_edit(number, form, version=version)
    act: dict[str, Any] = {"actor": web.current_actor(), "at": clock.now()}
    try:
        with web.writing() as session:
            assessment = queries.get_assessment(session, number, actor=act["actor"])
            details = AssessmentDetails.read(form.typed)
            operations.edit_assessment(session, assessment, details, expected_version=version, **act)
            if stored is not None:
                operations.add_assessment_file(session, assessment, stored, **act)
    except Stale as stale:
        return _draw_edit(number, form, stale=stale)
    except (BadInput, Conflict) as error:
        return _draw_edit(number, with_fault(form, error), version=version)
    web.notify(_("Saved."))
    return web.go_to(f"/special-processes/{number}")


def _draw_new(number: str, form: web.Form) -> Response:
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=web.current_actor())
        sites = [site for site in supplier_queries.sites_of(session, supplier) if site.active]
        processes = [(each.id, f"{each.assessment} {each.name}") for each in special_processes(session).values()]
    choices = [(str(site.id), ", ".join(filter(None, (site.name, site.city)))) for site in sites]
    return _draw(form, supplier=supplier, sites=choices, processes=processes, assessment=None)


def _draw_edit(number: str, form: web.Form, *, version: int | None = None, stale: Stale | None = None) -> Response:
    with web.reading() as session:
        assessment = queries.get_assessment(session, number, actor=web.current_actor())
        supplier = session.get_one(Supplier, assessment.supplier_id)
        told = speak(session, stale.changes) if stale else ()
    return _draw(
        form, supplier=supplier, assessment=assessment, told=told, status=409 if stale else None,
        is_open=assessment.state in BEFORE_ACCEPTANCE, version=assessment.version if version is None else version,
    )  # fmt: skip


def _draw(form: web.Form, *, status: int | None = None, told: Sequence[Any] = (), **more: Any) -> Response:
    return web.render(
        "pages/special_processes/edit.html", status=status or (200 if form.is_good else 422), form=form, told=told,
        accepted=",".join(f".{extension}" for extension in ACCEPTED_EXTENSIONS), **{"is_open": True, **more},
    )  # fmt: skip
