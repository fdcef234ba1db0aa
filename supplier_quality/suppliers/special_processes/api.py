"""JSON API of self-assessments of special processes, and of what the scope of a supplier needs of them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from supplier_quality import web
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.special_processes import operations, queries
from supplier_quality.suppliers.special_processes.queries import AssessmentFilters, AssessmentLine
from supplier_quality.suppliers.special_processes.schemas import (
    AssessmentItem,
    AssessmentPage,
    AssessmentQuery,
    AssessmentView,
    NeededItem,
)
from supplier_quality.web.api import checked_sort, etag_of, page_document
from supplier_quality.web.record_api import RecordApi, add_action_views

blueprint = web.api_blueprint(
    "special_processes", "", description="Self-assessments of special processes such as heat treating (CQI-9)"
)
SORTS = ("valid_to",)


@blueprint.get("/special-processes")
@web.bearer("suppliers:read")
@blueprint.arguments(AssessmentQuery, location="query")
@blueprint.response(200, AssessmentPage)
def list_all(asked: dict[str, Any]) -> dict[str, Any]:
    """Self-assessments by the day the next one is due, page by page"""
    sort, actor = checked_sort(asked["sort"], SORTS), web.current_actor()
    with web.reading() as session:
        number = asked["supplier"]
        supplier = supplier_queries.get_supplier(session, number, actor=actor) if number else None
        filters = AssessmentFilters(
            states=(asked["state"],) if asked["state"] else (),
            process=asked["process"],
            supplier_id=supplier.id if supplier else None,
            owner_id=asked["owner_id"],
            due_by=asked["due_by"],
        )
        page = queries.list_assessments(
            session, actor=actor, filters=filters, descending=sort.startswith("-"), cursor=asked.get("cursor"),
            size=asked["size"],
        )  # fmt: skip
    return page_document(page, list(page.rows))  # type: ignore[arg-type]


@blueprint.get("/suppliers/<number>/special-processes")
@web.bearer("suppliers:read")
@blueprint.response(200, AssessmentItem(many=True))
def list_of_supplier(number: str) -> Sequence[AssessmentLine]:
    """All self-assessments of a supplier, also replaced ones, by site and process"""
    actor = web.current_actor()
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=actor)
        return queries.lines_of_supplier(session, supplier.id, actor=actor)


@blueprint.get("/suppliers/<number>/special-processes/needed")
@web.bearer("suppliers:read")
@blueprint.response(200, NeededItem(many=True))
def list_needed(number: str) -> list[dict[str, Any]]:
    """The special processes that the open scope of a supplier needs, and what each of them lacks"""
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=web.current_actor())
        needed = queries.needed_by(session, [supplier.id]).get(supplier.id, ())
        return [
            {
                "site_id": each.site_id, "site": each.site, "process": each.process.id, "name": str(each.name),
                "commodities": list(each.commodities), "lack": each.lack, "assessment": each.current,
            }
            for each in needed
        ]  # fmt: skip


@blueprint.get("/special-processes/<number>")
@web.bearer("suppliers:read")
@blueprint.response(200, AssessmentView)
def show(number: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """One self-assessment with its action plan and its files"""
    with web.reading() as session:
        assessment = queries.get_assessment(session, number, actor=web.current_actor())
        line = queries.line_of(session, assessment.id)
        item = {
            **asdict(line),
            "name": line.name,
            "plan": queries.plan_of(session, assessment),
            "files": queries.files_of(session, assessment),
        }
    return item, 200, {"ETag": etag_of(item["version"])}


add_action_views(
    blueprint, RecordApi(find=queries.get_assessment, move=operations.move_assessment), "/special-processes/<number>"
)
