"""The acts of the tab Links: copy, send again, pass on, end; and ending sessions of contacts."""

from flask import Blueprint, Response, request

from supplier_quality import clock, web
from supplier_quality.errors import BadInput, ProductError
from supplier_quality.identity.links import LinkEnded
from supplier_quality.language import _
from supplier_quality.suppliers import linking, queries
from supplier_quality.suppliers.permissions import EDITORS
from supplier_quality.suppliers.record_routes import DOOR
from supplier_quality.web.record_door import Answer

blueprint = Blueprint("supplier_links", __name__, url_prefix="/suppliers/<number>")
TAB = "links"


def _back(number: str) -> Response:
    return web.go_to(f"/suppliers/{number}?tab={TAB}")


def _contact_id() -> int:
    given = request.form.get("contact", "")
    if not given.isdecimal() or len(given) > 18:
        raise BadInput(_("Choose a contact."))
    return int(given)


def _say(number: str, error: ProductError) -> Response:
    """The tab with what stands in the way."""
    answer = Answer(status=int(error.status))
    return DOOR.show(number, answer=answer, tab=TAB, notice={"tone": "bad", "text": error.message})


@blueprint.post("/links/new")
@web.staff(*EDITORS)
def make(number: str) -> Response:
    actor, at = web.current_actor(), clock.now()
    try:
        contact_id = _contact_id()
        with web.writing() as session:
            supplier = queries.get_supplier(session, number, actor=actor)
            contact = queries.get_contact(session, supplier, contact_id)
            link = linking.make_link(session, supplier, contact, actor=actor, at=at)
            linking.send_link_again(session, supplier, link, actor=actor, at=at)
    except (linking.NothingToAnswer, BadInput) as error:
        return _say(number, error)
    web.notify(_("%(name)s gets a link by mail.", name=contact.name))
    return _back(number)


@blueprint.post("/links/<int:link_id>/copy")
@web.staff(*EDITORS)
def copy(number: str, link_id: int) -> Response:
    """Shown once, in the answer to this request: a redirect would have to keep the token somewhere."""
    actor, at = web.current_actor(), clock.now()
    try:
        with web.writing() as session:
            supplier = queries.get_supplier(session, number, actor=actor)
            link = linking.get_link(session, supplier, link_id)
            address = linking.copy_link(session, supplier, link, actor=actor, at=at)
    except LinkEnded as error:
        return _say(number, error)
    response = DOOR.show(number, tab=TAB, notice={"tone": "done", "address": address, "link": link_id})
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/links/<int:link_id>/send")
@web.staff(*EDITORS)
def send(number: str, link_id: int) -> Response:
    actor, at = web.current_actor(), clock.now()
    try:
        with web.writing() as session:
            supplier = queries.get_supplier(session, number, actor=actor)
            link = linking.get_link(session, supplier, link_id)
            linking.send_link_again(session, supplier, link, actor=actor, at=at)
    except (LinkEnded, linking.NothingToAnswer) as error:
        return _say(number, error)
    web.notify(_("The link is on its way."))
    return _back(number)


@blueprint.post("/links/<int:link_id>/delegate")
@web.staff(*EDITORS)
def pass_on(number: str, link_id: int) -> Response:
    actor, at = web.current_actor(), clock.now()
    try:
        contact_id = _contact_id()
        with web.writing() as session:
            supplier = queries.get_supplier(session, number, actor=actor)
            contact = queries.get_contact(session, supplier, contact_id)
            link = linking.get_link(session, supplier, link_id)
            linking.pass_link_on(session, supplier, link, contact, actor=actor, at=at)
    except (LinkEnded, BadInput) as error:
        return _say(number, error)
    web.notify(_("%(name)s gets a link by mail.", name=contact.name))
    return _back(number)


@blueprint.post("/links/<int:link_id>/revoke")
@web.staff(*EDITORS)
def revoke(number: str, link_id: int) -> Response:
    actor, at = web.current_actor(), clock.now()
    with web.writing() as session:
        supplier = queries.get_supplier(session, number, actor=actor)
        link = linking.get_link(session, supplier, link_id)
        linking.end_link(session, supplier, link, actor=actor, at=at)
    web.notify(_("The link does not work any more."))
    return _back(number)


@blueprint.post("/sessions/<int:session_id>/end")
@web.staff(*EDITORS)
def end_session(number: str, session_id: int) -> Response:
    actor, at = web.current_actor(), clock.now()
    with web.writing() as session:
        supplier = queries.get_supplier(session, number, actor=actor)
        linking.end_contact_session(session, supplier, session_id, actor=actor, at=at)
    web.notify(_("The contact is signed out on that device."))
    return _back(number)
