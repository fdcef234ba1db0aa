"""JSON API of commodities."""

from typing import Any

from supplier_quality import clock, web
from supplier_quality.parts import operations, queries
from supplier_quality.parts.details import CommodityDetails, read_number
from supplier_quality.parts.models import Commodity
from supplier_quality.parts.queries import CommodityFilters
from supplier_quality.parts.schemas import (
    ActiveGiven,
    CommodityGiven,
    CommodityPage,
    CommodityQuery,
    CommodityView,
    NewCommodity,
)
from supplier_quality.parts.special_processes import special_processes
from supplier_quality.web.api import etag_of, page_document

blueprint = web.api_blueprint("commodities", "/commodities", description="What we buy: commodities")

Answer = tuple[Commodity, int, dict[str, str]]


@blueprint.get("")
@web.bearer("parts:read")
@blueprint.arguments(CommodityQuery, location="query")
@blueprint.response(200, CommodityPage)
def list_all(asked: dict[str, Any]) -> dict[str, Any]:
    """Commodities by number, page by page"""
    filters = CommodityFilters(asked["search"], asked["criticality"], asked["active"])
    with web.reading() as session:
        page = queries.list_commodities(
            session, actor=web.current_actor(), filters=filters, cursor=asked.get("cursor"), size=asked["size"]
        )
    return page_document(page, list(page.rows))  # type: ignore[arg-type]


@blueprint.post("")
@web.bearer("parts:write")
@blueprint.arguments(NewCommodity)
@blueprint.response(201, CommodityView)
def add(given: dict[str, Any]) -> Answer:
    """Add a commodity"""
    number = read_number(given["number"])
    with web.writing() as session:
        details = CommodityDetails.read(given, processes=special_processes(session))
        commodity = operations.add_commodity(session, number, details, actor=web.current_actor(), at=clock.now())
    return commodity, 201, {"ETag": etag_of(commodity.revision), "Location": f"/api/v1/commodities/{commodity.number}"}


@blueprint.get("/<number>")
@web.bearer("parts:read")
@blueprint.response(200, CommodityView)
def show(number: str) -> Answer:
    """One commodity"""
    with web.reading() as session:
        commodity = queries.get_commodity(session, number, actor=web.current_actor())
    return commodity, 200, {"ETag": etag_of(commodity.revision)}


@blueprint.put("/<number>")
@web.bearer("parts:write")
@blueprint.arguments(CommodityGiven)
@blueprint.response(200, CommodityView)
def change(given: dict[str, Any], number: str) -> Answer:
    """Change a commodity; needs If-Match"""
    revision = web.expected_version()
    with web.writing() as session:
        details = CommodityDetails.read(given, processes=special_processes(session))
        commodity = queries.get_commodity(session, number, actor=web.current_actor(), lock=True)
        operations.edit_commodity(
            session, commodity, details, actor=web.current_actor(), at=clock.now(), expected_revision=revision
        )
    return commodity, 200, {"ETag": etag_of(commodity.revision)}


@blueprint.put("/<number>/active")
@web.bearer("parts:write")
@blueprint.arguments(ActiveGiven)
@blueprint.response(200, CommodityView)
def set_active(given: dict[str, Any], number: str) -> Answer:
    """Take a commodity out of use or back into it; needs If-Match"""
    revision = web.expected_version()
    with web.writing() as session:
        commodity = queries.get_commodity(session, number, actor=web.current_actor(), lock=True)
        operations.set_commodity_active(
            session, commodity, given["active"], actor=web.current_actor(), at=clock.now(), expected_revision=revision
        )
    return commodity, 200, {"ETag": etag_of(commodity.revision)}
