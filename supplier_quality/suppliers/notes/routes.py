"""Writing a note on the page of a supplier."""

from flask import Blueprint, Response, request

from supplier_quality import clock, web
from supplier_quality.errors import BadInput, Conflict
from supplier_quality.language import _
from supplier_quality.suppliers import queries
from supplier_quality.suppliers.notes.operations import write_note
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.suppliers.record_routes import DOOR
from supplier_quality.web.record_door import Answer
from supplier_quality.web.sent import with_unknown_refused
from supplier_quality.web.wording import register_wording

blueprint = Blueprint("supplier_notes", __name__, url_prefix="/suppliers")

for _pattern, _sentence, _symbol in (
    ("note.added", _("Note written"), "journal-text"),
    ("note.corrected", _("Note corrected by a new one"), "pencil"),
):
    register_wording(_pattern, _sentence, symbol=_symbol)

FIELDS = ("text", "corrects")


@blueprint.post("/<number>/notes")
@web.staff(*EDITORS)
def add(number: str) -> Response:
    """Keep a note; ``corrects`` is the number of the one it puts right."""
    form = with_unknown_refused(web.filled({name: request.form.get(name, "") for name in FIELDS}), FIELDS)
    corrects = note_number(form.typed.get("corrects"))
    actor, at = web.current_actor(), clock.now()
    try:
        if form.is_good:
            with web.writing() as session:
                supplier = queries.get_supplier(session, number, actor=actor)
                write_note(session, supplier, str(form.typed["text"]), corrects_id=corrects, actor=actor, at=at)
    except BadInput as error:
        form = form.with_problems(error)
    except Conflict as error:
        form = form.with_error("_form", error.message)
    if not form.is_good:
        return DOOR.show(number, answer=Answer(status=422), tab="notes", note_form=form, note_corrects=corrects)
    web.notify(_("The note is kept."))
    return web.go_to(f"/suppliers/{number}?tab=notes")


def note_number(given: object) -> int | None:
    """The number of a note as an address or a form gives it; None when there is none to read."""
    text = str(given or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
