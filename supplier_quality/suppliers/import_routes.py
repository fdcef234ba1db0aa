"""Pages of imports: give a file, say which column is what, look at what would happen, import."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.documents import FileRefused, file_store
from supplier_quality.documents.store import NotStored
from supplier_quality.errors import BadInput, Problem
from supplier_quality.identity import Actor
from supplier_quality.language import Words, _
from supplier_quality.mail.values import thaw
from supplier_quality.sheets import encodings
from supplier_quality.sheets.reading import Sheet, glance_at, read_head
from supplier_quality.suppliers import exporting, import_page
from supplier_quality.suppliers.enums import ImportStage
from supplier_quality.suppliers.importing import remembering, runs
from supplier_quality.suppliers.importing.checking import check_constants
from supplier_quality.suppliers.importing.files import owners_by_address
from supplier_quality.suppliers.importing.guessing import guess_where
from supplier_quality.suppliers.importing.mapping import ColumnMap, column_names, make_map
from supplier_quality.suppliers.importing.saying import OUTCOME_TONES, OUTCOME_WORDS, say_change
from supplier_quality.suppliers.models import ImportRun
from supplier_quality.suppliers.names import tidy
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.suppliers.wording import FIELD_WORDS, STAGE_TONES, STAGE_WORDS, say_reason
from supplier_quality.web.work import QuickAct, Work, WorkItem, WorkProvider, register_work

blueprint = Blueprint("imports", __name__, url_prefix="/import")

LISTS = (".csv", ".txt", ".xlsx")
_FIELDS = frozenset({"csrf_token", "empty", "match"})


@blueprint.get("")
@web.staff(*EDITORS)
def start() -> Response:
    return _start(web.Form())


def _start(form: web.Form, *, status: int = 422) -> Response:
    with web.reading() as session:
        found = runs.list_runs(session)
        remembered = len(remembering.list_mappings(session))
    return web.render(
        "pages/suppliers/import.html", status=200 if form.is_good else status, form=form, runs=found,
        stage_words=STAGE_WORDS, stage_tones=STAGE_TONES, encodings=import_page.encoding_choices(),
        most=web.settings().upload_limit_bytes // (1024 * 1024), remembered=remembered, kept=runs.KEEP_OPEN.days,
    )  # fmt: skip


def _not_taken(form: web.Form, error: FileRefused | NotStored) -> Response:
    if isinstance(error, FileRefused):
        said = _("%(said)s %(remedy)s", said=error.message, remedy=error.remedy)
        return _start(form.with_error("file", said))
    return _start(form.with_error("file", error.message), status=int(error.status))


@blueprint.post("")
@web.staff(*EDITORS)
def upload() -> Response:
    form = web.filled({"encoding": request.form.get("encoding", "")})
    given = request.files.get("file")
    if given is None or not given.filename:
        return _start(form.with_error("file", _("Choose a file.")))
    encoding = request.form.get("encoding") or None
    if encoding not in (None, *encodings.KNOWN):
        return _start(form.with_error("encoding", _("Choose one of the offered answers.")))
    if not given.filename.lower().endswith(LISTS):
        # The store takes pictures and PDF too; read as a list they would be one row of nonsense.
        said = _("files ending in .%(extension)s are not taken.", extension=given.filename.rpartition(".")[2].lower())
        remedy = _("Send one of: %(list)s.", list=", ".join(LISTS))
        return _start(form.with_error("file", _("%(said)s %(remedy)s", said=said, remedy=remedy)))
    store = file_store(web.settings())
    try:
        stored = store.put(given.stream, name=given.filename, limit=web.settings().upload_limit_bytes)
        path = store.path_of(stored.sha256)
        where = guess_where(glance_at(path, name=stored.name, encoding=encoding))
        head = read_head(path, name=stored.name, encoding=encoding, where=where)
    except (FileRefused, NotStored) as error:
        return _not_taken(form, error)
    except BadInput as error:
        return _start(_beside(form, "file", error))
    with web.writing() as session:
        actor = web.current_actor()
        run = runs.begin_import(session, stored, head, where, encoding=encoding, actor=actor, at=clock.now())
        number = run.id
    return web.go_to(f"/import/{number}")


@blueprint.get("/<int:run_id>")
@web.staff(*EDITORS)
def show(run_id: int) -> Response:
    return draw_run(run_id, web.Form())


def draw_run(run_id: int, form: web.Form, *, given: Mapping[str, str] | None = None) -> Response:
    """The page of an import; ``given`` are the boxes of its columns as they were sent and could not be used."""
    with web.reading() as session:
        run = runs.get_run(session, run_id)
        problems = runs.problems_of(session, run, cursor=request.args.get("at") or None) if run.problems else None
        mapping = run.stage == ImportStage.MAPPING or given is not None or not form.is_good or "change" in request.args
        running = ImportStage(run.stage).is_running
        mapping = mapping and not running and run.stage not in import_page.OVER
        columns = import_page.columns_of(session, run, given) if mapping else None
        preview = None if mapping or running else import_page.preview_of(session, run)
    return web.render(
        "pages/suppliers/import_run.html", status=200 if form.is_good else 422, form=form, run=run, problems=problems,
        stage=ImportStage(run.stage), step=columns, preview=preview, ends_at=import_page.ends_at(run),
        error=thaw(run.error) if run.error else None, choices=import_page.field_choices(),
        constant_fields=import_page.constant_fields(), match_choices=import_page.match_choices(),
        encodings=import_page.encoding_choices(), empty=_empty_text(run, form), stage_words=STAGE_WORDS,
        stage_tones=STAGE_TONES, is_text=not run.file_name.lower().endswith(".xlsx"), say_reason=say_reason,
        say_change=say_change, outcome_words=OUTCOME_WORDS, outcome_tones=OUTCOME_TONES,
    )  # fmt: skip


def _empty_text(run: ImportRun, form: web.Form) -> str:
    return form.typed["empty"] if "empty" in form.typed else ", ".join(sorted(runs.map_of(run).empty))


@blueprint.post("/<int:run_id>/check")
@web.staff(*EDITORS)
def check(run_id: int) -> Response:
    with web.reading() as session:
        run = runs.get_run(session, run_id)
        runs.check_open(run)
        owners = owners_by_address(session)
    given = {name: value for name, value in request.form.items() if name != "csrf_token"}
    form = web.filled(given)
    try:
        chosen = _read_mapping(import_page.head_of(run), given)
        check_constants(chosen, owners=owners)
    except BadInput as error:
        return draw_run(run_id, _beside_each(form, error), given=given)
    with web.writing() as session:
        run = runs.get_run(session, run_id)
        runs.ask_to_check(session, run, chosen, actor=web.current_actor(), at=clock.now())
    return web.go_to(f"/import/{run_id}")


def _read_mapping(head: Sheet, given: Mapping[str, str]) -> ColumnMap:
    """The map as the boxes say. Raises BadMap, BadInput for a field chosen twice or a box nobody offered."""
    names = column_names(head.header)
    columns: dict[str, Any] = {}
    constants: dict[str, str] = {}
    problems = []
    for box, value in given.items():
        kind, _dash, about = box.partition("-")
        if kind == "column" and value:
            place = int(about) if about.isdecimal() and len(about) < 6 else len(names)
            problems += _choose(columns, names, place, value)
        elif kind == "constant" and about in import_page.CONSTANTS:
            constants[about] = value
        elif kind != "column" and box not in _FIELDS:
            problems.append(Problem(_("There is no such field."), column=box))
    if problems:
        raise BadInput(_("Some columns need another look."), tuple(problems))
    texts = [tidy(text) for text in given.get("empty", "").split(",")]
    filled = {name: text for name, text in constants.items() if tidy(text)}
    match = {"match": given["match"]} if given.get("match") else {}
    return make_map({**columns, "empty": [text for text in texts if text], "constant": filled, **match})


def _choose(columns: dict[str, Any], names: Sequence[str], place: int, field: str) -> list[Problem]:
    if place >= len(names):
        return [Problem(_("The file has no such column."), _("Choose again."), column=field)]
    if field in columns:
        said = _("%(field)s is chosen for two columns.", field=FIELD_WORDS.get(field, field))
        return [Problem(said, _("Keep one of the two."), column=field)]
    columns[field] = names[place]
    return []


def _beside(form: web.Form, name: str, error: BadInput) -> web.Form:
    """All that an error says beside one field."""
    form = form.with_error(name, error.message)
    for problem in error.details:
        form = form.with_error(name, _in_words(problem))
    return form


def _beside_each(form: web.Form, error: BadInput) -> web.Form:
    """What an error says: beside the value for every row that it is about, else above the form."""
    form = form.with_error("_form", error.message)
    for problem in error.details:
        box = f"{import_page.CONSTANT}{problem.column}"
        if form.typed.get(box) and problem.value is not None:
            form = form.with_error(box, f"{problem.problem} {problem.remedy or ''}".strip())
        else:
            form = form.with_error("_form", _in_words(problem))
    return form


def _in_words(problem: Problem) -> str:
    about = FIELD_WORDS.get(problem.column or "", problem.column or "")
    said = f"{problem.problem} {problem.remedy or ''}".strip()
    return f"{about}: {said}" if str(about) else said


@blueprint.post("/<int:run_id>/store")
@web.staff(*EDITORS)
def store(run_id: int) -> Response:
    with web.writing() as session:
        runs.ask_to_store(session, runs.get_run(session, run_id), actor=web.current_actor(), at=clock.now())
    return web.go_to(f"/import/{run_id}")


@blueprint.post("/<int:run_id>/discard")
@web.staff(*EDITORS)
def discard(run_id: int) -> Response:
    with web.writing() as session:
        runs.discard_import(session, runs.get_run(session, run_id), actor=web.current_actor(), at=clock.now())
    web.notify(_("The import was discarded; nothing of it was stored."))
    return web.go_to("/import")


@blueprint.post("/<int:run_id>/seen")
@web.staff(*EDITORS)
def seen(run_id: int) -> Response:
    with web.writing() as session:
        runs.mark_seen(session, runs.get_run(session, run_id), actor=web.current_actor(), at=clock.now())
    return web.go_to("/my-work")


@blueprint.get("/<int:run_id>/problems.csv")
@web.staff(*EDITORS)
def problems_file(run_id: int) -> Response:
    with web.reading() as session:
        run = runs.get_run(session, run_id)
        lines = list(exporting.csv_lines(_HEADER, _problem_rows(session, run)))
    response = Response("".join(lines), content_type=exporting.CSV)
    response.headers["Content-Disposition"] = f"attachment; filename=import-{run_id}-problems.csv"
    return response


@blueprint.get("/<int:run_id>/report.<any('csv','xlsx'):kind>")
@web.staff(*EDITORS)
def report_file(run_id: int, kind: str) -> Response:
    """Every row of the file with what became of it."""
    with web.reading() as session:
        run = runs.get_run(session, run_id)
        rows = import_page.report_rows(session, run)
        if kind == "csv":
            content: str | bytes = "".join(exporting.csv_lines(import_page.REPORT_HEADER, rows))
        else:
            content = exporting.workbook(str(_("Report")), import_page.REPORT_HEADER, rows)
    response = Response(content, content_type=exporting.CSV if kind == "csv" else exporting.XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename=import-{run_id}-report.{kind}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


_HEADER = (_("Row"), _("Column"), _("Value"), _("Problem"), _("Remedy"))


def _problem_rows(session: Session, run: ImportRun) -> Iterator[Sequence[object]]:
    cursor: str | None = None
    while True:
        page = runs.problems_of(session, run, cursor=cursor, size=500)
        for each in page.rows:
            yield each.row, each.column, each.value, each.problem, each.remedy
        cursor = page.next_cursor
        if cursor is None:
            return


def find_import_work(session: Session, *, actor: Actor, at: datetime) -> Work:
    """Imports of this person that wait for a decision, run, or have a result nobody has read."""
    if actor.person_id is None:
        return Work(())
    return Work([_work_item(run) for run in runs.unseen_runs(session, actor.person_id)])


_TO_DO: dict[str, Words] = {
    ImportStage.MAPPING: _("Say which column of the file is what"),
    ImportStage.CHECKED: _("Import the file or discard it"),
    ImportStage.REFUSED: _("Correct the file and import it again"),
    ImportStage.FAILED: _("Look at why the file could not be read"),
    ImportStage.DONE: _("Read the result of the import"),
    ImportStage.EXPIRED: _("Give the file again if it is still to be imported"),
}


def _work_item(run: ImportRun) -> WorkItem:
    stage = ImportStage(run.stage)
    path = f"/import/{run.id}"
    read = stage in (ImportStage.DONE, ImportStage.REFUSED, ImportStage.FAILED, ImportStage.EXPIRED)
    return WorkItem(
        key=f"import:{run.id}",
        what=_TO_DO.get(stage) or _("Wait until the import is through"),
        path=path,
        record=run.file_name,
        about="",
        why=_("import; you started it"),
        state=STAGE_WORDS[stage],
        tone=STAGE_TONES[stage],
        waits_for=_("the product") if stage.is_running else None,
        acts=(QuickAct(_("Read"), f"{path}/seen"),) if read else (),
    )


register_work(WorkProvider("imports", _("Imports"), find_import_work))
