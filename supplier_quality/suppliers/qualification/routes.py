"""Pages of qualification: assessing risk, determining the route, and steps with their acts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.documents import attachments_of
from supplier_quality.engine.refusals import Stale
from supplier_quality.errors import BadInput, Conflict
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.qualification import operations, queries, wording
from supplier_quality.suppliers.qualification.audits import audits_for
from supplier_quality.suppliers.qualification.enums import BY_HAND, UNDONE, Part, StepAction
from supplier_quality.suppliers.qualification.models import QualificationStep
from supplier_quality.suppliers.qualification.permissions import ASSESSORS, may_assess
from supplier_quality.suppliers.qualification.tab import why_of
from supplier_quality.suppliers.qualification.words import CLASS_WORDS, HAND_WORDS, PART_WORDS, what_of
from supplier_quality.suppliers.rules import as_date
from supplier_quality.web.record_door import RecordDoor
from supplier_quality.web.record_pages import RecordParts, read_parts
from supplier_quality.web.record_views import add_file_views, add_page_views
from supplier_quality.web.sent import seen_version, with_unknown_refused
from supplier_quality.web.wording import speak

__all__ = ["blueprint", "wording"]

blueprint = Blueprint("qualification", __name__)

EVIDENCE = "_evidence"
_RISK_FIELDS = tuple(name for part in BY_HAND for name in (part.value, part.value + EVIDENCE))
_STEP_FIELDS = ("owner_id", "due")


@blueprint.get("/suppliers/<number>/risk")
@web.staff(*ASSESSORS)
def assess(number: str) -> Response:
    """The form on which people say what they found of a supplier."""
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=web.current_actor())
        entries = queries.latest_entries(session, supplier.id)
    typed = {part: entry.value for part, entry in entries.items()}
    typed |= {part + EVIDENCE: entry.evidence for part, entry in entries.items()}
    return _draw_risk(number, web.filled(typed))


@blueprint.post("/suppliers/<number>/risk")
@web.staff(*ASSESSORS)
def rate(number: str) -> Response:
    version = seen_version()
    form = with_unknown_refused(web.filled({name: request.form.get(name, "") for name in _RISK_FIELDS}), _RISK_FIELDS)
    found = {part: _found(form, part) for part in BY_HAND if any(_found(form, part))}
    try:
        if form.is_good:
            with web.writing() as session:
                supplier = supplier_queries.get_supplier(session, number, actor=web.current_actor())
                rating = operations.assess_parts(
                    session, supplier, found, actor=web.current_actor(), at=clock.now(), expected_version=version
                )
                rated = rating.risk_class
    except BadInput as error:
        form = form.with_problems(error)
    except Stale as stale:
        return _draw_risk(number, form, stale=stale)
    if not form.is_good:
        return _draw_risk(number, form, version=version)
    web.notify(_("Risk class: %(name)s", name=CLASS_WORDS[rated]))
    return web.go_to(f"/suppliers/{number}?tab=qualification")


@blueprint.post("/suppliers/<number>/route")
@web.staff(*ASSESSORS)
def determine(number: str) -> Response:
    """Rate the supplier from what is known now, and ask for the steps of its route."""
    at = f"/suppliers/{number}?tab=qualification"
    try:
        with web.writing() as session:
            supplier = supplier_queries.get_supplier(session, number, actor=web.current_actor())
            operations.determine_route(session, supplier, actor=web.current_actor(), at=clock.now())
    except Conflict as error:
        web.notify(error.message, tone="bad")
        return web.go_to(at)
    web.notify(_("Rated, and the route determined, from what is known now."))
    return web.go_to(at)


@blueprint.get("/qualification-steps/<number>/edit")
@web.staff(*ASSESSORS)
def edit(number: str) -> Response:
    with web.reading() as session:
        step = queries.get_step(session, number, actor=web.current_actor())
        typed = {"owner_id": str(step.owner_id or ""), "due": step.due.isoformat() if step.due else ""}
        version = step.version
    return _draw_edit(number, web.filled(typed), version=version)


@blueprint.post("/qualification-steps/<number>/edit")
@web.staff(*ASSESSORS)
def change(number: str) -> Response:
    version = seen_version()
    form = with_unknown_refused(web.filled({name: request.form.get(name, "") for name in _STEP_FIELDS}), _STEP_FIELDS)
    owner, due = form.typed["owner_id"], as_date(form.typed["due"].strip())
    if owner and not (owner.isdecimal() and len(owner) < 19):
        form = form.with_error("owner_id", _("Choose somebody else."))
    try:
        if form.is_good:
            _save_step(number, int(owner) if owner else None, due, version)
    except BadInput as error:
        form = form.with_problems(error)
    except Stale as stale:
        return _draw_edit(number, form, stale=stale)
    except Conflict as error:
        form = form.with_error("_form", error.message)
    if not form.is_good:
        return _draw_edit(number, form, version=version)
    web.notify(_("Saved."))
    return web.go_to(f"/qualification-steps/{number}")


def _save_step(number: str, owner_id: int | None, due: date | None, version: int) -> None:
    actor = web.current_actor()
    with web.writing() as session:
        step = queries.get_step(session, number, actor=actor)
        operations.edit_step(
            session, step, owner_id=owner_id, due=due, actor=actor, at=clock.now(), expected_version=version
        )


def _found(form: web.Form, part: Part) -> tuple[str, str]:
    return form.typed[part.value].strip(), form.typed[part.value + EVIDENCE].strip()


def _draw_risk(number: str, form: web.Form, *, version: int | None = None, stale: Stale | None = None) -> Response:
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=web.current_actor())
        entries = queries.latest_entries(session, supplier.id)
        told = speak(session, stale.changes) if stale else ()
    return web.render(
        "pages/qualification/risk.html", status=_status(form, stale), form=form, supplier=supplier, told=told,
        version=supplier.version if version is None else version, entries=entries, parts=BY_HAND, words=PART_WORDS,
        values=list(HAND_WORDS.items()), longest=operations.LONGEST_EVIDENCE, evidence=EVIDENCE,
    )  # fmt: skip


def _draw_edit(number: str, form: web.Form, *, version: int | None = None, stale: Stale | None = None) -> Response:
    with web.reading() as session:
        step = queries.get_step(session, number, actor=web.current_actor())
        supplier = session.get_one(Supplier, step.supplier_id)
        owners: Sequence[tuple[int, str]] = supplier_queries.possible_owners(session)
        told = speak(session, stale.changes) if stale else ()
    return web.render(
        "pages/qualification/edit.html", status=_status(form, stale), form=form, step=step, supplier=supplier,
        told=told, version=step.version if version is None else version, what=what_of(step.kind, step.title),
        owners=[(str(id_), name) for id_, name in owners],
    )  # fmt: skip


def _status(form: web.Form, stale: Stale | None) -> int:
    if stale is not None:
        return 409
    return 200 if form.is_good else 422


def _read(
    session: Session, step: QualificationStep, *, actor: Actor, at: datetime, shown: int
) -> tuple[RecordParts, Mapping[str, Any]]:
    record = read_parts(session, step, actor=actor, at=at, shown=shown)
    supplier = session.get_one(Supplier, step.supplier_id)
    files = attachments_of(session, record_kind=step.subject_kind, record_id=step.id)
    return record, {
        "step": step,
        "supplier": supplier,
        "what": what_of(step.kind, step.title),
        "why_asked": why_of(step.because),
        "decided": step.because.get("decision"),
        "decided_on": as_date((step.because.get("decision") or {}).get("on")),
        "said": wording.facts_in_words(step.because.get("facts") or {}),
        "files": [file for file in files if file.submitted_at is not None],
        "audits": audits_for(session, step, supplier, at=at),
        "may_complete": any(view.id == StepAction.COMPLETE and view.allowed for view in record.views),
        "may_edit": may_assess(actor) and step.state in UNDONE,
    }


DOOR = RecordDoor(
    find=queries.get_step,
    move=operations.move_step,
    read=_read,
    template="pages/qualification/step.html",
    keep=operations.keep_step_file,
)

add_page_views(blueprint, DOOR, "/qualification-steps/<number>")
add_file_views(blueprint, DOOR, "/qualification-steps/<number>")
