"""JSON API of qualification: the steps with what asks for them, and ratings of risk with their parts."""

from typing import Any

from supplier_quality import web
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.qualification import operations, queries
from supplier_quality.suppliers.qualification.enums import UNDONE, StepSort
from supplier_quality.suppliers.qualification.queries import ListedRating, ListedStep, StepFilters
from supplier_quality.suppliers.qualification.schemas import RatingPage, RatingQuery, StepItem, StepPage, StepQuery
from supplier_quality.suppliers.qualification.tab import rated_part, why_of
from supplier_quality.suppliers.qualification.words import what_of
from supplier_quality.suppliers.rules import as_date
from supplier_quality.web.api import PageQuery, checked_sort, etag_of, page_document
from supplier_quality.web.record_api import RecordApi, add_action_views

blueprint = web.api_blueprint("qualification", "", description="Steps of qualifications, and ratings of risk")


@blueprint.get("/qualification-steps")
@web.bearer("suppliers:read")
@blueprint.arguments(StepQuery, location="query")
@blueprint.response(200, StepPage)
def list_steps(asked: dict[str, Any]) -> dict[str, Any]:
    """Steps of all suppliers, page by page"""
    sort, actor = checked_sort(asked["sort"], list(StepSort)), web.current_actor()
    with web.reading() as session:
        number = asked["supplier"]
        supplier = supplier_queries.get_supplier(session, number, actor=actor) if number else None
        filters = StepFilters(
            states=(asked["state"],) if asked["state"] else UNDONE if asked["undone"] else (),
            kind=asked["kind"],
            supplier_id=supplier.id if supplier else None,
            owner_id=asked["owner_id"],
            due_by=asked["due_by"],
        )
        page = queries.list_steps(
            session, actor=actor, filters=filters, sort=sort, cursor=asked.get("cursor"), size=asked["size"]
        )
    return page_document(page, [_step(line) for line in page.rows])


@blueprint.get("/qualification-steps/<number>")
@web.bearer("suppliers:read")
@blueprint.response(200, StepItem)
def show_step(number: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """One step"""
    with web.reading() as session:
        step = queries.get_step(session, number, actor=web.current_actor())
        item = _step(queries.listed_step(session, step.id))
    return item, 200, {"ETag": etag_of(item["version"])}


add_action_views(
    blueprint, RecordApi(find=queries.get_step, move=operations.move_step), "/qualification-steps/<number>"
)


@blueprint.get("/risk-ratings")
@web.bearer("suppliers:read")
@blueprint.arguments(RatingQuery, location="query")
@blueprint.response(200, RatingPage)
def list_ratings(asked: dict[str, Any]) -> dict[str, Any]:
    """The latest rating of every supplier that was rated, the newest first"""
    with web.reading() as session:
        page = queries.list_ratings(
            session, actor=web.current_actor(), risk_class=asked["risk_class"], cursor=asked.get("cursor"),
            size=asked["size"],
        )  # fmt: skip
    return page_document(page, [_rating(line) for line in page.rows])


@blueprint.get("/suppliers/<number>/risk-ratings")
@web.bearer("suppliers:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, RatingPage)
def list_ratings_of_supplier(asked: dict[str, Any], number: str) -> dict[str, Any]:
    """All ratings of a supplier, the newest first; the first one counts"""
    actor = web.current_actor()
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=actor)
        page = queries.list_ratings(
            session, actor=actor, supplier_id=supplier.id, cursor=asked.get("cursor"), size=asked["size"]
        )
    return page_document(page, [_rating(line) for line in page.rows])


def _step(line: ListedStep) -> dict[str, Any]:
    because = line.because
    decision, why = because.get("decision", {}), why_of(because)
    return {
        "number": line.number, "state": line.state, "version": line.version, "supplier_number": line.supplier_number,
        "supplier": line.supplier, "kind": line.kind, "what": str(what_of(line.kind, line.title)), "owner": line.owner,
        "due": line.due, "evidence": line.evidence, "closed_on": line.closed_on, "closed_by": line.closed_by_name,
        "because": {
            "table": because.get("table"), "table_version": because.get("version"), "row": because.get("row"),
            "why": str(why) if why is not None else None, "facts": because.get("facts", {}),
            "decided_by": decision.get("by"), "decided_on": as_date(decision.get("on")),
        },
    }  # fmt: skip


def _rating(listed: ListedRating) -> dict[str, Any]:
    rating = listed.rating
    return {
        "supplier_number": listed.supplier_number, "supplier": listed.supplier, "risk_class": rating.risk_class,
        "points": rating.points, "most": sum(line["most"] for line in rating.parts),
        "knocked_out": rating.knocked_out, "made_at": rating.made_at, "made_by": rating.made_by_name,
        "parts": [_part(line) for line in rating.parts],
        "tables": [{"name": name, **table} for name, table in sorted(rating.tables.items())],
    }  # fmt: skip


def _part(line: dict[str, Any]) -> dict[str, Any]:
    part = rated_part(line)
    kept = ("part", "value", "source", "points", "most", "knock_out", "row")
    return {
        **{name: line[name] for name in kept},
        "label": str(part.label), "known": part.known, "why": str(part.why) if part.why is not None else None,
        "detail": line.get("detail"), "evidence": line.get("evidence"), "assessed_by": line.get("by"),
        "assessed_on": part.on,
    }  # fmt: skip
