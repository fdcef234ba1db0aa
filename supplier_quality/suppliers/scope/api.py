"""JSON API of scope."""

from typing import Any

from supplier_quality import clock, web
from supplier_quality.parts.queries import get_commodity
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.scope import operations, queries
from supplier_quality.suppliers.scope.queries import ScopeView
from supplier_quality.suppliers.scope.schemas import ScopeGiven, ScopeItem
from supplier_quality.web.api import etag_of
from supplier_quality.web.record_api import RecordApi, add_action_views

blueprint = web.api_blueprint("scope", "", description="What suppliers may deliver from which site")


@blueprint.get("/suppliers/<number>/scope")
@web.bearer("suppliers:read")
@blueprint.response(200, ScopeItem(many=True))
def list_lines(number: str) -> list[ScopeView]:
    """The scope of a supplier"""
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=web.current_actor())
        return queries.lines_of_supplier(session, supplier.id, actor=web.current_actor())


@blueprint.post("/suppliers/<number>/scope")
@web.bearer("suppliers:write")
@blueprint.arguments(ScopeGiven)
@blueprint.response(201, ScopeItem)
def add(given: dict[str, Any], number: str) -> tuple[ScopeView, int, dict[str, str]]:
    """Ask for a line of scope"""
    actor = web.current_actor()
    with web.writing() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=actor)
        site = supplier_queries.get_site(session, supplier, given["site_id"])
        commodity = get_commodity(session, given["commodity"], actor=actor)
        line = operations.request_scope(
            session, supplier, site, commodity, part_number=given["part_number"], actor=actor, at=clock.now()
        )
        view = queries.view_of(session, line.id)
    return view, 201, {"ETag": etag_of(view.version), "Location": f"/api/v1/scope/{view.number}"}


@blueprint.get("/scope/<number>")
@web.bearer("suppliers:read")
@blueprint.response(200, ScopeItem)
def show(number: str) -> tuple[ScopeView, int, dict[str, str]]:
    """One line of scope"""
    with web.reading() as session:
        view = queries.view_of(session, queries.get_scope(session, number, actor=web.current_actor()).id)
    return view, 200, {"ETag": etag_of(view.version)}


add_action_views(blueprint, RecordApi(find=queries.get_scope, move=operations.move_scope), "/scope/<number>")
