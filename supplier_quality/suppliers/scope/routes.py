"""Pages of scope: asking for a line, and the line's own page with its acts."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.errors import BadInput
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.parts.queries import commodities_in_use, get_commodity
from supplier_quality.parts.wording import CRITICALITY_WORDS
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.scope import limits, mails, operations, queries
from supplier_quality.suppliers.scope.models import ScopeLine
from supplier_quality.suppliers.scope.permissions import REQUESTERS
from supplier_quality.web.record_door import RecordDoor
from supplier_quality.web.record_pages import RecordParts, read_parts
from supplier_quality.web.record_views import add_page_views
from supplier_quality.web.records import RecordKind, register_record
from supplier_quality.web.sent import with_unknown_refused

blueprint = Blueprint("scope", __name__)

_FIELDS = ("site_id", "commodity", "part_number")


@blueprint.get("/suppliers/<number>/scope/new")
@web.staff(*REQUESTERS)
def new(number: str) -> Response:
    return _draw_new(number, web.Form())


@blueprint.post("/suppliers/<number>/scope/new")
@web.staff(*REQUESTERS)
def add(number: str) -> Response:
    actor = web.current_actor()
    form = web.filled({name: request.form.get(name, "") for name in _FIELDS})
    form = with_unknown_refused(form, _FIELDS)
    for name, missing in (("site_id", _("Choose a site.")), ("commodity", _("Choose a commodity."))):
        if not form.typed[name] or (name == "site_id" and not form.typed[name].isdecimal()):
            form = form.with_error(name, missing)
    if not form.is_good:
        return _draw_new(number, form)
    try:
        with web.writing() as session:
            supplier = supplier_queries.get_supplier(session, number, actor=actor)
            line = operations.request_scope(
                session, supplier, supplier_queries.get_site(session, supplier, int(form.typed["site_id"][:9])),
                get_commodity(session, form.typed["commodity"], actor=actor),
                part_number=form.typed["part_number"], actor=actor, at=clock.now(),
            )  # fmt: skip
            made = line.number
    except BadInput as error:
        return _draw_new(number, form.with_problems(error))
    except operations.ScopeThereAlready as error:
        return _draw_new(number, form.with_error("commodity", error.message))
    web.notify(_("Scope %(number)s is asked for.", number=made))
    return web.go_to(f"/scope/{made}")


def _draw_new(number: str, form: web.Form) -> Response:
    actor = web.current_actor()
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=actor)
        sites = [site for site in supplier_queries.sites_of(session, supplier) if site.active]
        commodities = commodities_in_use(session, actor=actor)
    return web.render(
        "pages/scope/new.html", status=200 if form.is_good else 422, form=form, supplier=supplier,
        sites=[(str(site.id), site.name) for site in sites],
        commodities=[(each.number, f"{each.number} {each.name}") for each in commodities],
    )  # fmt: skip


def _read(
    session: Session, line: ScopeLine, *, actor: Actor, at: datetime, shown: int
) -> tuple[RecordParts, dict[str, Any]]:
    record = read_parts(session, line, actor=actor, at=at, shown=shown)
    view = queries.view_of(session, line.id)
    supplier_path = f"/suppliers/{view.supplier_number}"
    return record, {
        "line": view,
        "criticalities": CRITICALITY_WORDS,
        "limits": [(limit, mails.why_words(record.process, limit.why)) for limit in limits.limits_on(session, line)],
        "mends": {
            "supplier": supplier_path,
            "sites": f"{supplier_path}?tab=sites",
            "limits": "#limits",
            "commodity": f"/commodities/{view.commodity}",
        },
    }


DOOR = RecordDoor(
    find=queries.get_scope,
    move=operations.move_scope,
    read=_read,
    template="pages/scope/line.html",
)
add_page_views(blueprint, DOOR, "/scope/<number>")

register_record(
    RecordKind(
        ScopeLine.subject_kind,
        _("Scope"),
        path=lambda record: f"/scope/{record.label}" if record.label else None,
        list_path=lambda state: f"/approved-suppliers?state={state}",
        act=operations.move_scope,
    )
)
