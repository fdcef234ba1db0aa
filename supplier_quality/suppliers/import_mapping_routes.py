"""Pages of imports: where in a file the table stands, and the mappings that are remembered."""

from flask import Blueprint, Response, request

from supplier_quality import clock, web
from supplier_quality.errors import BadInput
from supplier_quality.language import Words, _
from supplier_quality.sheets import encodings
from supplier_quality.sheets.reading import read_head
from supplier_quality.sheets.table import MOST_LINES, Where
from supplier_quality.suppliers import import_page
from supplier_quality.suppliers.import_routes import draw_run
from supplier_quality.suppliers.importing import remembering, runs
from supplier_quality.suppliers.importing.fields import FIELDS
from supplier_quality.suppliers.importing.mapping import CONSTANT, MATCH
from supplier_quality.suppliers.models import ImportMapping
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.suppliers.wording import FIELD_WORDS
from supplier_quality.web.records import RecordKind, register_record
from supplier_quality.web.sent import seen_version, with_unknown_refused

blueprint = Blueprint("import_mappings", __name__, url_prefix="/import")

register_record(RecordKind(remembering.RECORD_KIND, _("Mapping of imports"), path=lambda _record: "/import/mappings"))

_PLACE = ("sheet", "line", "lines", "leave_hidden", "encoding")
_LAST_LINE = 1_000


@blueprint.post("/<int:run_id>/table")
@web.staff(*EDITORS)
def place_table(run_id: int) -> Response:
    """Read the file anew, as the boxes say where its table stands."""
    form = web.filled({name: request.form.get(name, "") for name in _PLACE})
    form = with_unknown_refused(form, _PLACE)
    with web.reading() as session:
        run = runs.get_run(session, run_id)
        runs.check_open(run)
    where, form = _read_where(form)
    encoding = form.typed["encoding"] or None
    if encoding not in (None, *encodings.KNOWN):
        form = form.with_error("encoding", _("Choose one of the offered answers."))
    if not form.is_good:
        return draw_run(run_id, form)
    try:
        head = read_head(import_page.path_of(run), name=run.file_name, encoding=encoding, where=where)
    except BadInput as error:
        return draw_run(run_id, form.with_error("line", error.message))
    with web.writing() as session:
        run = runs.get_run(session, run_id)
        runs.place_table(session, run, head, where, encoding=encoding, actor=web.current_actor(), at=clock.now())
    return web.go_to(f"/import/{run_id}")


def _read_where(form: web.Form) -> tuple[Where, web.Form]:
    typed = form.typed
    line = str(typed["line"]).strip()
    if not line.isdecimal() or not 1 <= int(line[:6]) <= _LAST_LINE:
        form = form.with_error("line", _("Write the number of the row, from 1 to %(most)s.", most=_LAST_LINE))
        line = "1"
    lines = str(typed["lines"])
    if lines not in {str(count) for count in range(1, MOST_LINES + 1)}:
        form = form.with_error("lines", _("Choose one of the offered answers."))
        lines = "1"
    return Where(typed["sheet"] or None, int(line[:6]), int(lines), typed["leave_hidden"] == "true"), form


@blueprint.post("/<int:run_id>/guess")
@web.staff(*EDITORS)
def guess_again(run_id: int) -> Response:
    """Leave the remembered mapping aside and take what the file itself suggests."""
    with web.reading() as session:
        run = runs.get_run(session, run_id)
        runs.check_open(run)
    head, where = import_page.head_of(run), runs.where_of(run)
    with web.writing() as session:
        run = runs.get_run(session, run_id)
        runs.place_table(
            session, run, head, where, encoding=run.encoding, use_remembered=False, actor=web.current_actor(),
            at=clock.now(),
        )  # fmt: skip
    return web.go_to(f"/import/{run_id}")


@blueprint.get("/mappings")
@web.staff(*EDITORS)
def list_mappings() -> Response:
    return _draw_mappings(web.Form())


def _draw_mappings(form: web.Form, *, about: int | None = None) -> Response:
    with web.reading() as session:
        found = [(row, remembering.label_of(row), _in_words(row)) for row in remembering.list_mappings(session)]
    return web.render(
        "pages/suppliers/import_mappings.html", status=200 if form.is_good else 422, form=form, about=about,
        mappings=found, longest=remembering.LONGEST_NAME,
    )  # fmt: skip


def _in_words(row: ImportMapping) -> list[tuple[Words, str]]:
    """The fields of a mapping with their columns, or the value for every row."""
    mapped = [(FIELD_WORDS[name], str(column)) for name, column in row.mapping.items() if name in FIELDS]
    constants = row.mapping.get(CONSTANT, {})
    mapped += [(FIELD_WORDS[name], f"= {text}") for name, text in constants.items() if name in FIELDS]
    if MATCH in row.mapping:
        mapped.append((_("Suppliers are known by"), str(FIELD_WORDS[row.mapping[MATCH]])))
    return mapped


@blueprint.post("/mappings/<int:mapping_id>/name")
@web.staff(*EDITORS)
def name_mapping(mapping_id: int) -> Response:
    form = with_unknown_refused(web.filled({"name": request.form.get("name", "")}), ("name",))
    version = seen_version()
    if not form.is_good:
        return _draw_mappings(form, about=mapping_id)
    try:
        with web.writing() as session:
            row = remembering.get_mapping(session, mapping_id)
            remembering.name_mapping(
                session, row, form.typed["name"], expected_version=version, actor=web.current_actor(), at=clock.now()
            )
    except remembering.BadName as error:
        return _draw_mappings(form.with_problems(error), about=mapping_id)
    web.notify(_("The name is saved."))
    return web.go_to("/import/mappings")


@blueprint.post("/mappings/<int:mapping_id>/delete")
@web.staff(*EDITORS)
def delete_mapping(mapping_id: int) -> Response:
    version = seen_version()
    with web.writing() as session:
        row = remembering.get_mapping(session, mapping_id)
        remembering.delete_mapping(session, row, expected_version=version, actor=web.current_actor(), at=clock.now())
    web.notify(_("The mapping was deleted. Files with these columns are guessed again."))
    return web.go_to("/import/mappings")
