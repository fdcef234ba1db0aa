"""JSON API of development: at which level suppliers stand today and why, plans and their milestones."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.identity import Actor
from supplier_quality.persistence.paging import LARGEST_PAGE
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.development import operations, queries
from supplier_quality.suppliers.development.enums import OPEN_PLANS
from supplier_quality.suppliers.development.ladder import Level
from supplier_quality.suppliers.development.overview import OverviewFilters, Row, read_overview, read_row
from supplier_quality.suppliers.development.queries import PlanFilters
from supplier_quality.suppliers.development.rules import Reason
from supplier_quality.suppliers.development.schemas import (
    SORTS,
    MilestoneItem,
    PlanPage,
    PlanQuery,
    PlanView,
    StandingPage,
    StandingQuery,
    StandingView,
)
from supplier_quality.web.api import checked_sort, etag_of, page_document
from supplier_quality.web.record_api import RecordApi, add_action_views

blueprint = web.api_blueprint("development", "", description="Levels of suppliers, and plans to reach higher ones")


@blueprint.get("/development")
@web.bearer("suppliers:read")
@blueprint.arguments(StandingQuery, location="query")
@blueprint.response(200, StandingPage)
def list_standings(asked: dict[str, Any]) -> dict[str, Any]:
    """Where the suppliers stand that deliver, are about to, or have a plan; page by page"""
    sort = checked_sort(asked["sort"], SORTS)
    filters = OverviewFilters(
        show=asked["show"], search=asked["search"], level=asked["level"], owner_id=asked["owner_id"],
        plan=asked["plan"],
    )  # fmt: skip
    with web.reading() as session:
        today = day_in_plant(session, clock.now())
        found = read_overview(
            session, actor=web.current_actor(), filters=filters, today=today, by_level=sort.endswith("level"),
            descending=sort.startswith("-"),
        )  # fmt: skip
        page = found.page(asked.get("cursor"), max(1, min(asked["size"], LARGEST_PAGE)))
    return page_document(page, [_standing(row, today) for row in page.rows])


@blueprint.get("/suppliers/<number>/development")
@web.bearer("suppliers:read")
@blueprint.response(200, StandingView)
def show_standing(number: str) -> dict[str, Any]:
    """Where a supplier stands today, why, and what is demanded of it"""
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=web.current_actor())
        today = day_in_plant(session, clock.now())
        return _standing(read_row(session, supplier, today=today), today)


@blueprint.get("/development-plans")
@web.bearer("suppliers:read")
@blueprint.arguments(PlanQuery, location="query")
@blueprint.response(200, PlanPage)
def list_plans(asked: dict[str, Any]) -> dict[str, Any]:
    """Plans of all suppliers, the newest first, page by page"""
    actor = web.current_actor()
    with web.reading() as session:
        number = asked["supplier"]
        supplier = supplier_queries.get_supplier(session, number, actor=actor) if number else None
        filters = PlanFilters(
            states=(asked["state"],) if asked["state"] else OPEN_PLANS if asked["open"] else (),
            supplier_id=supplier.id if supplier else None,
            owner_id=asked["owner_id"],
        )
        page = queries.list_plans(session, actor=actor, filters=filters, cursor=asked.get("cursor"), size=asked["size"])
    return page_document(page, list(page.rows))  # type: ignore[arg-type]


@blueprint.get("/development-plans/<number>")
@web.bearer("suppliers:read")
@blueprint.response(200, PlanView)
def show_plan(number: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """One plan with its milestones"""
    with web.reading() as session:
        item = _plan(session, number, web.current_actor())
    return item, 200, {"ETag": etag_of(item["version"])}


add_action_views(blueprint, RecordApi(find=queries.get_plan, move=operations.move_plan), "/development-plans/<number>")


@blueprint.get("/development-milestones/<number>")
@web.bearer("suppliers:read")
@blueprint.response(200, MilestoneItem)
def show_milestone(number: str) -> tuple[Any, int, dict[str, str]]:
    """One milestone"""
    with web.reading() as session:
        milestone = queries.get_milestone(session, number, actor=web.current_actor())
        view = queries.view_of(session, milestone.id)
    return view, 200, {"ETag": etag_of(view.version)}


add_action_views(
    blueprint, RecordApi(find=queries.get_milestone, move=operations.move_milestone), "/development-milestones/<number>"
)


def _plan(session: Session, number: str, actor: Actor) -> dict[str, Any]:
    plan = queries.listed_plan(session, queries.get_plan(session, number, actor=actor).id)
    names = ("number", "state", "version", "supplier_number", "supplier", "target", "from_level", "note", "owner")
    return {
        **{name: getattr(plan, name) for name in names},
        "milestones": queries.milestones_of(session, [plan.id]),
    }


def _standing(row: Row, today: date) -> dict[str, Any]:
    standing = row.standing
    return {
        "on": today, "supplier_number": row.number, "supplier": row.name, "owner": row.owner,
        "level": _level(standing.level), "minimum": _level(standing.minimum), "target": _level(standing.target),
        "meets_minimum": standing.meets_minimum, "meets_target": standing.meets_target,
        "site": standing.worst.site if standing.worst else None,
        "sites": [
            {
                "site_id": site.site_id, "site": site.site, "level": _level(site.level),
                "because": _reasons(site.because), "lacking": _reasons(site.lacking),
            }
            for site in standing.sites
        ],
        "demand": _demand(row), "authorisation": standing.authorisation, "plan": row.plan,
        "ladder_version": standing.ladder.version,
    }  # fmt: skip


def _level(level: Level | None) -> dict[str, Any] | None:
    return {"id": level.id, "label": str(level.label), "rank": level.rank} if level is not None else None


def _reasons(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    return [{"words": str(reason.words), "certificate": reason.certificate} for reason in reasons]


def _demand(row: Row) -> dict[str, Any] | None:
    demand = row.standing.requirement
    if demand is None:
        return None
    return {
        "minimum": demand.minimum, "target": demand.target, "reason": demand.reason, "set_by": demand.set_by_name,
        "set_at": demand.set_at,
    }  # fmt: skip
