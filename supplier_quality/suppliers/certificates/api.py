"""JSON API of certificates."""

from typing import Any

from supplier_quality import web
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.certificates import operations, queries
from supplier_quality.suppliers.certificates.queries import CertificateFilters
from supplier_quality.suppliers.certificates.schemas import CertificateItem, CertificatePage, CertificateQuery
from supplier_quality.web.api import etag_of, page_document
from supplier_quality.web.record_api import RecordApi, add_action_views

blueprint = web.api_blueprint("certificates", "", description="Certificates of suppliers' sites")
SORTS = ("valid_to", "-valid_to")


@blueprint.get("/certificates")
@web.bearer("suppliers:read")
@blueprint.arguments(CertificateQuery, location="query")
@blueprint.response(200, CertificatePage)
def list_all(asked: dict[str, Any]) -> dict[str, Any]:
    """Certificates by the day they end, page by page"""
    if asked["sort"] not in SORTS:
        problem = Problem(_("There is no such sort."), _("Choose valid_to or -valid_to."), None, "sort", asked["sort"])
        raise BadInput(_("The list cannot be sorted like this."), (problem,))
    filters = CertificateFilters(
        search=asked["search"],
        states=(asked["state"],) if asked["state"] else (),
        standard=asked["standard"],
        ends_by=asked["ends_by"],
    )
    with web.reading() as session:
        page = queries.list_certificates(
            session, actor=web.current_actor(), filters=filters, descending=asked["sort"].startswith("-"),
            cursor=asked.get("cursor"), size=asked["size"],
        )  # fmt: skip
        items = queries.items_of(session, [line.id for line in page.rows])
    return page_document(page, items)  # type: ignore[arg-type]


@blueprint.get("/suppliers/<number>/certificates")
@web.bearer("suppliers:read")
@blueprint.response(200, CertificateItem(many=True))
def list_of_supplier(number: str) -> list[dict[str, Any]]:
    """All certificates of a supplier, also replaced and withdrawn ones, by site and standard"""
    with web.reading() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=web.current_actor())
        return queries.items_of(session, [line.id for line in queries.certificates_of(session, supplier)])


@blueprint.get("/certificates/<number>")
@web.bearer("suppliers:read")
@blueprint.response(200, CertificateItem)
def show(number: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """One certificate"""
    with web.reading() as session:
        certificate = queries.get_certificate(session, number, actor=web.current_actor())
        item = queries.items_of(session, [certificate.id])[0]
    return item, 200, {"ETag": etag_of(item["version"])}


add_action_views(
    blueprint, RecordApi(find=queries.get_certificate, move=operations.move_certificate), "/certificates/<number>"
)
