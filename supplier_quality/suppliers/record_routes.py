"""The page of one supplier: where it stands, what is next, and the acts taken there."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.documents import Attached
from supplier_quality.engine.refusals import Stale
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.suppliers import operations, places, queries
from supplier_quality.suppliers.development.operations import FILE_SLOT as AUDIT_FILES
from supplier_quality.suppliers.development.permissions import may_develop
from supplier_quality.suppliers.development.tab import read_development
from supplier_quality.suppliers.directed.models import LETTERS
from supplier_quality.suppliers.directed.wording import AREA_WORDS
from supplier_quality.suppliers.merge_routes import MERGERS
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.permissions import EDITORS, may_edit_suppliers
from supplier_quality.suppliers.qualification.wording import TAB_WORDS
from supplier_quality.suppliers.record_page import HISTORIES, read_record_page
from supplier_quality.suppliers.record_tabs import TABS, shown_groups
from supplier_quality.suppliers.scope.permissions import may_request_scope
from supplier_quality.suppliers.special_processes.tab import LACK_WORDS
from supplier_quality.suppliers.wording import HISTORY_WORDS, ROLE_WORDS, TONES, say_reason, say_strength
from supplier_quality.web.record_door import Answer, RecordDoor
from supplier_quality.web.record_pages import RecordParts
from supplier_quality.web.record_views import add_file_views
from supplier_quality.web.sent import seen_version

blueprint = Blueprint("supplier_record", __name__, url_prefix="/suppliers")


@blueprint.get("/<number>")
@web.staff()
def show(number: str) -> Response:
    """The record; one that was merged leads on to the record that stayed, unless it is asked for itself."""
    if not request.args.keys() & {"old", "tab", "history", "shown"}:
        with web.reading() as session:
            supplier = queries.get_supplier(session, number, actor=web.current_actor())
            stays = queries.surviving(session, supplier)
        if stays is not supplier:
            return web.go_to(f"/suppliers/{stays.number}?from={supplier.number}")
    return DOOR.show(number)


@blueprint.post("/<number>/<any('sites','contacts'):part>/<int:part_id>/active")
@web.staff(*EDITORS)
def set_active(number: str, part: str, part_id: int) -> Response:
    active = request.form.get("active") == "true"
    act: dict[str, Any] = {"actor": web.current_actor(), "at": clock.now(), "expected_version": seen_version()}
    try:
        with web.writing() as session:
            supplier = queries.get_supplier(session, number, actor=web.current_actor())
            if part == "sites":
                operations.set_site_active(
                    session, supplier, queries.get_site(session, supplier, part_id), active, **act
                )
            else:
                contact = queries.get_contact(session, supplier, part_id)
                operations.set_contact_active(session, supplier, contact, active, **act)
    except Stale as stale:
        return DOOR.show(number, answer=Answer(status=409, stale=stale), tab=part)
    return web.go_to(f"/suppliers/{number}?tab={part}")


@blueprint.post("/<number>/contacts/<int:contact_id>/mail-again")
@web.staff(*EDITORS)
def mail_again(number: str, contact_id: int) -> Response:
    act: dict[str, Any] = {"actor": web.current_actor(), "at": clock.now(), "expected_version": seen_version()}
    try:
        with web.writing() as session:
            supplier = queries.get_supplier(session, number, actor=web.current_actor())
            contact = queries.get_contact(session, supplier, contact_id)
            operations.trust_address_again(session, supplier, contact, **act)
    except Stale as stale:
        return DOOR.show(number, answer=Answer(status=409, stale=stale), tab="contacts")
    web.notify(_("Mail goes to %(name)s again.", name=contact.name))
    return web.go_to(f"/suppliers/{number}?tab=contacts")


@blueprint.post("/<number>/actions/<action>")
@web.staff()
def act(number: str, action: str) -> Response:
    return DOOR.act(number, action=action)


def _read(
    session: Session, supplier: Supplier, *, actor: Actor, at: datetime, shown: int
) -> tuple[RecordParts, dict[str, Any]]:
    history, tab = request.args.get("history"), request.args.get("tab")
    tab = tab if tab in TABS else TABS[0]
    record, page = read_record_page(
        session, supplier, actor=actor, at=at, shown=shown, history=history if history in HISTORIES else HISTORIES[0]
    )
    path, is_present = f"/suppliers/{supplier.number}", supplier.merged_into is None
    return record, {
        "page": page, "supplier": supplier, "tab": tab, "shown_groups": shown_groups, "notice": None,
        "note_form": web.Form(), "note_corrects": request.args.get("corrects", type=int), "areas": AREA_WORDS,
        "lacks": LACK_WORDS,
        "tones": TONES, "role_words": ROLE_WORDS, "histories": HISTORY_WORDS, "country_name": places.country_name,
        "say_reason": say_reason, "say_strength": say_strength, "reasons": page.reasons,
        "came_from": next((row for row in page.absorbed if row.number == request.args.get("from")), None),
        "may_edit": may_edit_suppliers(actor) and is_present, "may_merge": actor.has_role(*MERGERS),
        "may_request": may_request_scope(actor) and is_present, "may_develop": may_develop(actor) and is_present,
        "development": read_development(session, supplier, at=at) if tab == "development" else None,
        "mends": {"sites": f"{path}?tab=sites", "contacts": f"{path}?tab=contacts", "edit": f"{path}/edit",
                  "assessment": f"{path}?tab=assessment", "route": f"{path}?tab=qualification#route",
                  "risk": f"{path}?tab=qualification#risk"},
        **TAB_WORDS,
    }  # fmt: skip


def _tab_of(file: Attached) -> str:
    """Where on the record's page a file stands."""
    if file.slot.startswith(LETTERS):
        return "?tab=overview#directed"
    return "?tab=development" if file.slot.startswith(f"{AUDIT_FILES}/") else "?tab=assessment"


DOOR = RecordDoor(
    find=queries.get_supplier,
    move=operations.move_supplier,
    read=_read,
    template="pages/suppliers/supplier.html",
)

add_file_views(blueprint, DOOR, back=_tab_of)
