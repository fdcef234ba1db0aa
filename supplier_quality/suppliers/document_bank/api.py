"""JSON API of supplier documents; whoever may not see a type of them on the pages does not see it here."""

from typing import Any

from supplier_quality import web
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.document_bank import operations, queries
from supplier_quality.suppliers.document_bank.queries import DocumentFilters, DocumentLine
from supplier_quality.suppliers.document_bank.schemas import DocumentItem, DocumentPage, DocumentQuery, DocumentView
from supplier_quality.web.api import checked_sort, etag_of, page_document
from supplier_quality.web.record_api import RecordApi, add_action_views

blueprint = web.api_blueprint("documents", "", description="Declarations, reports and agreements of suppliers")
SORTS = ("valid_to",)


@blueprint.get("/documents")
@web.bearer("suppliers:read")
@blueprint.arguments(DocumentQuery, location="query")
@blueprint.response(200, DocumentPage)
def list_all(asked: dict[str, Any]) -> dict[str, Any]:
    """Documents by the day they end, page by page"""
    sort, actor = checked_sort(asked["sort"], SORTS), web.current_actor()
    with web.reading() as session:
        number = asked["supplier"]
        supplier = supplier_queries.get_supplier(session, number, actor=actor) if number else None
        filters = DocumentFilters(
            search=asked["search"],
            states=(asked["state"],) if asked["state"] else (),
            type=asked["type"],
            supplier_id=supplier.id if supplier else None,
            owner_id=asked["owner_id"],
            ends_by=asked["ends_by"],
        )
        page = queries.list_documents(
            session, actor=actor, filters=filters, descending=sort.startswith("-"), cursor=asked.get("cursor"),
            size=asked["size"],
        )  # fmt: skip
    return page_document(page, [_item(line) for line in page.rows])


@blueprint.get("/suppliers/<number>/documents")
@web.bearer("suppliers:read")
@blueprint.response(200, DocumentItem(many=True))
def list_of_supplier(number: str) -> list[dict[str, Any]]:
    """All documents of a supplier, also replaced and withdrawn ones, by type"""
    actor = web.current_actor()
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=actor)
        return [_item(line) for line in queries.documents_of(session, supplier, actor=actor)]


@blueprint.get("/documents/<number>")
@web.bearer("suppliers:read")
@blueprint.response(200, DocumentView)
def show(number: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """One document with its files"""
    with web.reading() as session:
        document = queries.get_document(session, number, actor=web.current_actor())
        item = {**_item(queries.line_of(session, document.id)), "files": queries.files_of(session, document)}
    return item, 200, {"ETag": etag_of(item["version"])}


add_action_views(blueprint, RecordApi(find=queries.get_document, move=operations.move_document), "/documents/<number>")


def _item(line: DocumentLine) -> dict[str, Any]:
    names = (
        "number", "state", "version", "supplier_number", "supplier", "site_id", "site", "type", "reference", "valid_from",
        "valid_to", "answer_by", "reporting_year", "template_version", "owner",
    )  # fmt: skip
    return {"name": str(line.name), **{name: getattr(line, name) for name in names}}
