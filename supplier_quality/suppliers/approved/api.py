"""JSON API of the approved supplier list, for purchasing systems: the list, now or on a past day, and what changed."""

from datetime import timedelta
from typing import Any

from supplier_quality import clock, web
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.parts.queries import get_commodity
from supplier_quality.suppliers.approved import queries
from supplier_quality.suppliers.approved.queries import Change, ListedLine, ListFilters
from supplier_quality.suppliers.approved.rules import day_of, end_of, start_of
from supplier_quality.suppliers.approved.schemas import ApprovedPage, ApprovedQuery, ChangesDocument, ChangesQuery
from supplier_quality.web.api import page_document

blueprint = web.api_blueprint("approved", "/approved-suppliers", description="Who may deliver what from where")

WEEK = timedelta(days=7)
MOST_CHANGES = 2_000


@blueprint.get("")
@web.bearer("suppliers:read")
@blueprint.arguments(ApprovedQuery, location="query")
@blueprint.response(200, ApprovedPage)
def list_all(asked: dict[str, Any]) -> dict[str, Any]:
    """The approved supplier list, page by page; now, or at the end of a past day"""
    actor, zone = web.current_actor(), web.settings().timezone
    today, on = day_of(clock.now(), zone), asked["on"]
    if on is not None and on > today:
        problem = Problem(_("This day is still to come."), _("Choose today or a day before it."), None, "on", str(on))
        raise BadInput(_("The list of this day is not known yet."), (problem,))
    with web.reading() as session:
        commodity = get_commodity(session, asked["commodity"], actor=actor) if asked["commodity"] else None
        filters = ListFilters(
            search=asked["search"],
            state=asked["state"],
            commodity_id=commodity.id if commodity else None,
            before=end_of(on, zone) if on is not None and on < today else None,
        )
        page = queries.list_approved(
            session, actor=actor, filters=filters, cursor=asked.get("cursor"), size=asked["size"]
        )
    return page_document(page, [_item(line) for line in page.rows])


@blueprint.get("/changes")
@web.bearer("suppliers:read")
@blueprint.arguments(ChangesQuery, location="query")
@blueprint.response(200, ChangesDocument)
def changes(asked: dict[str, Any]) -> dict[str, Any]:
    """What changed in the list since a day, newest first"""
    zone = web.settings().timezone
    since = asked["since"] or day_of(clock.now(), zone) - WEEK
    limit = max(1, min(asked["limit"], MOST_CHANGES))
    with web.reading() as session:
        found = queries.changes_since(session, start_of(since, zone), actor=web.current_actor(), limit=limit + 1)
    return {"since": since, "more": len(found) > limit, "items": [_change(change) for change in found[:limit]]}


def _item(line: ListedLine) -> dict[str, Any]:
    view = line.view
    names = (
        "number", "state", "supplier_number", "supplier_name", "site_id", "site", "commodity", "criticality", "part_number",
        "conditions", "due", "valid_to",
    )  # fmt: skip
    return {"since": line.since, **{name: getattr(view, name) for name in names}}


def _change(change: Change) -> dict[str, Any]:
    entry, view = change.entry, change.view
    return {
        "at": entry.at, "action": entry.action, "from_state": entry.from_state, "to_state": entry.to_state,
        "by": entry.actor.label, "number": view.number, "supplier_number": view.supplier_number,
        "supplier_name": view.supplier_name, "site": view.site, "commodity": view.commodity,
        "part_number": view.part_number,
    }  # fmt: skip
