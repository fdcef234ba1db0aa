"""Incidents: what could not be delivered, and what people decide about it."""

from flask import Blueprint, Response, request

from supplier_quality import clock, outbox, web
from supplier_quality.desk.forms import DismissForm
from supplier_quality.desk.incident_queries import delivery_state, list_incidents
from supplier_quality.errors import BadInput
from supplier_quality.identity import Role
from supplier_quality.language import _
from supplier_quality.outbox import IncidentNotFound
from supplier_quality.web.records import path_of

blueprint = Blueprint("incidents", __name__, url_prefix="/incidents")


@blueprint.get("")
@web.staff(Role.ADMIN, Role.QUALITY_MANAGER)
def show() -> Response:
    return _page()


@blueprint.post("/<incident_id>/retry")
@web.staff(Role.ADMIN, Role.QUALITY_MANAGER)
def retry(incident_id: str) -> Response:
    with web.writing() as session:
        outbox.retry_incident(session, incident_id, actor=web.current_actor().ref, at=clock.now())
    web.notify(_("It is tried again now. If it fails once more, it comes back here."))
    return web.go_to("/incidents")


@blueprint.post("/retry")
@web.staff(Role.ADMIN, Role.QUALITY_MANAGER)
def retry_picked() -> Response:
    picked = request.form.getlist("picked")
    if not picked:
        raise BadInput(_("Pick at least one row."))
    done = 0
    with web.writing() as session:
        for incident_id in picked:
            try:
                outbox.retry_incident(session, incident_id, actor=web.current_actor().ref, at=clock.now())
            except IncidentNotFound:
                continue  # Somebody else was faster, which is what was wanted.
            done += 1
    web.notify(_("%(count)s effects are tried again now.", count=done))
    return web.go_to("/incidents")


@blueprint.post("/<incident_id>/dismiss")
@web.staff(Role.ADMIN, Role.QUALITY_MANAGER)
def dismiss(incident_id: str) -> Response:
    form = web.parse(DismissForm, request.form)
    if not form.is_good:
        return _page(refused=incident_id, form=form, status=422)
    with web.writing() as session:
        outbox.dismiss_incident(
            session, incident_id, reason=form.values["reason"], actor=web.current_actor().ref, at=clock.now()
        )
    web.notify(_("Dismissed. The reason stands in the trail."))
    return web.go_to("/incidents")


def _page(*, refused: str | None = None, form: web.Form | None = None, status: int = 200) -> Response:
    with web.reading() as session:
        incidents = list_incidents(session)
        state = delivery_state(session, at=clock.now())
        total = outbox.count_incidents(session)
    return web.render(
        "pages/desk/incidents.html",
        status,
        incidents=incidents,
        total=total,
        state=state,
        refused=refused,
        form=form or web.Form(),
        empty_form=web.Form(),
        path_of=path_of,
    )
