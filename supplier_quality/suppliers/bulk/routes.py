"""Pages of acts on many suppliers: pick on the list, choose what to do, see what would be refused, read the report."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from supplier_quality import clock, web
from supplier_quality.engine.definitions.model import FormField, Place
from supplier_quality.engine.store import active_process
from supplier_quality.errors import BadInput
from supplier_quality.identity import Actor
from supplier_quality.language import Text, Words, _, joined
from supplier_quality.mail.values import thaw
from supplier_quality.suppliers import exporting, list_routes
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.bulk import operations, queries
from supplier_quality.suppliers.bulk.enums import BulkStage, Outcome
from supplier_quality.suppliers.bulk.models import BulkRun
from supplier_quality.suppliers.bulk.queries import CHANGE_OWNER, Choice, Line, Tally
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.suppliers.wording import TONES
from supplier_quality.web.sent import with_unknown_refused
from supplier_quality.web.work import QuickAct, Work, WorkItem, WorkProvider, register_work

blueprint = Blueprint("supplier_bulk", __name__, url_prefix="/suppliers/bulk")

OUTCOME_WORDS: dict[str, Words] = {
    Outcome.DONE: _("Done"),
    Outcome.UNCHANGED: _("Nothing to change"),
    Outcome.REFUSED: _("Refused"),
}
OUTCOME_TONES = {Outcome.DONE: "done", Outcome.UNCHANGED: "open", Outcome.REFUSED: "bad"}
NOWHERE = Place(1, 1)
_HEADER = (_("Number"), _("Name"), _("Result"), _("What was said"), _("Time (UTC)"), _("State"))


@blueprint.get("")
@web.staff(*EDITORS)
def list_all() -> Response:
    with web.reading() as session:
        runs = queries.latest_runs(session, actor=web.current_actor())
        tallies = queries.tallies_of(session, runs)
    lines = [{"run": run, "label": thaw(run.label), "tally": tallies.get(run.id, Tally())} for run in runs]
    return web.render("pages/suppliers/bulk_list.html", lines=lines, words=OUTCOME_WORDS, tones=OUTCOME_TONES)


@blueprint.post("")
@web.staff(*EDITORS)
def pick() -> Response:
    """Take the rows that were picked on the list, or all that it finds."""
    actor, at = web.current_actor(), clock.now()
    with web.reading() as session:
        _row, process = active_process(session, Supplier.workflow)
        sent = MultiDict(parse_qsl(request.form.get("query", ""), max_num_fields=100))
        table = list_routes.read_list(session, process, sent)
    try:
        with web.writing() as session:
            if request.form.get("scope") == "found":
                filters = list_routes.filters_of(table, actor)
                run = operations.pick_found(session, filters, sort=list_routes.sort_of(table), actor=actor, at=at)
            else:
                ids = [int(id_) for id_ in request.form.getlist("picked") if id_.isdecimal() and len(id_) < 19]
                run = operations.pick_suppliers(session, ids, actor=actor, at=at)
            number = run.id
    except BadInput as error:
        web.notify(error.message, tone="soon")
        return web.go_to(table.here)
    return web.go_to(f"/suppliers/bulk/{number}")


@blueprint.get("/<int:run_id>")
@web.staff(*EDITORS)
def show(run_id: int) -> Response:
    return _show(run_id, web.Form(), request.args.get("action", ""))


def _show(run_id: int, form: web.Form, chosen: str, *, status: int = 200) -> Response:
    actor, at = web.current_actor(), clock.now()
    with web.reading() as session:
        run = queries.get_run(session, run_id, actor=actor)
        lines = queries.lines_of(session, run, actor=actor)
        tally = queries.tallies_of(session, [run]).get(run.id, Tally())
        choices = _choices(session, lines, actor, at) if run.stage == BulkStage.PICKED else []
        _row, process = active_process(session, Supplier.workflow)
    choice = next((each for each in choices if each.id == chosen and each.sign is None), None)
    return web.render(
        "pages/suppliers/bulk.html", status=status, run=run, stage=BulkStage(run.stage), lines=lines, tally=tally,
        choices=choices, choice=choice, form=form, label=thaw(run.label), states=process.states, tones=TONES,
        words=OUTCOME_WORDS, outcome_tones=OUTCOME_TONES, outcomes=list(Outcome), mine=run.person_id == actor.person_id,
    )  # fmt: skip


def _choices(session: Session, lines: Sequence[Line], actor: Actor, at: datetime) -> list[Choice]:
    """The actions of the process, and the change of what is no action: the owner."""
    owners = tuple((str(id_), Text.of(name)) for id_, name in supplier_queries.possible_owners(session))
    label = Text.of(_("New owner").id)
    field = FormField(
        id="owner", type="choice", label=label, required=True, choices=owners, help=None, min=None, max=None,
        max_length=None, place=NOWHERE,
    )  # fmt: skip
    owner = Choice(CHANGE_OWNER, _("Change the owner"), {}, form=(field,))
    return [*queries.choices_of(session, lines, actor=actor, at=at), owner]


@blueprint.post("/<int:run_id>/run")
@web.staff(*EDITORS)
def run_it(run_id: int) -> Response:
    actor, at, action = web.current_actor(), clock.now(), request.form.get("action", "")
    with web.reading() as session:
        run = queries.get_run(session, run_id, actor=actor)
        choices = _choices(session, queries.lines_of(session, run, actor=actor), actor, at)
    choice = next((each for each in choices if each.id == action), None)
    if choice is None:
        raise BadInput(_("Choose one of the offered answers."))
    form = web.parse_action(choice.form, request.form)
    form = with_unknown_refused(form, ("action", *(field.id for field in choice.form)))
    if not form.is_good:
        return _show(run_id, form, action, status=422)
    with web.writing() as session:
        run = queries.get_run(session, run_id, actor=actor)
        operations.ask_to_run(session, run, action, label=choice.label, form=form.values, actor=actor, at=at)
    return web.go_to(f"/suppliers/bulk/{run_id}")


@blueprint.post("/<int:run_id>/seen")
@web.staff(*EDITORS)
def seen(run_id: int) -> Response:
    with web.writing() as session:
        run = queries.get_run(session, run_id, actor=web.current_actor())
        operations.mark_read(session, run, actor=web.current_actor(), at=clock.now())
    return web.go_to("/my-work")


@blueprint.get("/<int:run_id>/report.<any('csv','xlsx'):kind>")
@web.staff(*EDITORS)
def report(run_id: int, kind: str) -> Response:
    actor = web.current_actor()
    with web.reading() as session:
        run = queries.get_run(session, run_id, actor=actor)
        lines = queries.lines_of(session, run, actor=actor)
        _row, process = active_process(session, Supplier.workflow)
    rows = _report_rows(lines, {name: state.label for name, state in process.states.items()})
    if kind == "csv":
        content: str | bytes = "".join(exporting.csv_lines(_HEADER, rows))
    else:
        content = exporting.workbook(str(_("Report")), _HEADER, rows)
    response = Response(content, content_type=exporting.CSV if kind == "csv" else exporting.XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename=suppliers-report-{run.id}.{kind}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _report_rows(lines: Sequence[Line], states: dict[str, Any]) -> Iterator[Sequence[object]]:
    for line in lines:
        outcome = OUTCOME_WORDS[line.outcome] if line.outcome else _("Still to come")
        state = states.get(line.supplier.state, line.supplier.state)
        yield line.supplier.number, line.supplier.name, outcome, joined(line.said), line.at, state


def find_bulk_work(session: Session, *, actor: Actor, at: datetime) -> Work:
    """Acts on many whose report this person has not read, or that still run."""
    if actor.person_id is None:
        return Work(())
    runs = queries.unread_runs(session, actor.person_id)
    tallies = queries.tallies_of(session, runs)
    return Work([_work_item(run, tallies.get(run.id, Tally())) for run in runs])


def _work_item(run: BulkRun, tally: Tally) -> WorkItem:
    running, path = run.stage == BulkStage.RUNNING, f"/suppliers/bulk/{run.id}"
    refused = tally.by_outcome.get(Outcome.REFUSED, 0)
    return WorkItem(
        key=f"bulk:{run.id}",
        what=_("Wait until all suppliers are through") if running else _("Read how each supplier went"),
        path=path,
        record=str(thaw(run.label)),
        about=_("%(count)s suppliers, %(refused)s refused", count=tally.total, refused=refused),
        why=_("you asked for it"),
        state=_("Running") if running else _("Done"),
        tone="waiting" if running else "soon" if refused else "done",
        waits_for=_("the product") if running else None,
        acts=() if running else (QuickAct(_("Read"), f"{path}/seen"),),
    )


register_work(WorkProvider("bulk", _("Acts on several suppliers"), find_bulk_work))
