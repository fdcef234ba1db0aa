"""JSON API of suppliers."""

from typing import Any

from supplier_quality import clock, web
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.suppliers import operations, queries
from supplier_quality.suppliers.details import ContactDetails, SiteDetails, SupplierDetails
from supplier_quality.suppliers.models import Contact, Site, Supplier
from supplier_quality.suppliers.queries import SupplierFilters, SupplierSort
from supplier_quality.suppliers.schemas import (
    ContactGiven,
    ContactView,
    SiteGiven,
    SiteView,
    SupplierGiven,
    SupplierPage,
    SupplierQuery,
    SupplierView,
)
from supplier_quality.web.api import etag_of, page_document
from supplier_quality.web.record_api import RecordApi, add_action_views

blueprint = web.api_blueprint("suppliers", "/suppliers", description="Suppliers and their qualification")


@blueprint.get("")
@web.bearer("suppliers:read")
@blueprint.arguments(SupplierQuery, location="query")
@blueprint.response(200, SupplierPage)
def list_all(asked: dict[str, Any]) -> dict[str, Any]:
    """Suppliers, page by page"""
    if asked["sort"].removeprefix("-") not in SupplierSort.__members__.values():
        problem = Problem(
            _("There is no such sort."),
            _("Choose one of: name, number, deadline, changed."),
            None,
            "sort",
            asked["sort"],
        )
        raise BadInput(_("The list cannot be sorted like this."), (problem,))
    filters = SupplierFilters(
        search=asked["search"],
        states=(asked["state"],) if asked["state"] else (),
        countries=(asked["country"],) if asked["country"] else (),
        owner_id=asked["owner_id"],
        overdue_at=clock.now() if asked["overdue"] else None,
    )
    with web.reading() as session:
        page = queries.list_suppliers(
            session, actor=web.current_actor(), filters=filters, sort=asked["sort"], cursor=asked.get("cursor"),
            size=asked["size"],
        )  # fmt: skip
    return page_document(page, list(page.rows))  # type: ignore[arg-type]


@blueprint.post("")
@web.bearer("suppliers:write")
@blueprint.arguments(SupplierGiven)
@blueprint.response(201, SupplierView)
def register(given: dict[str, Any]) -> tuple[Supplier, int, dict[str, str]]:
    """Add a supplier as a prospect"""
    details = SupplierDetails.read(given)
    with web.writing() as session:
        supplier = operations.register_supplier(session, details, actor=web.current_actor(), at=clock.now())
    return supplier, 201, {"ETag": etag_of(supplier.version), "Location": f"/api/v1/suppliers/{supplier.number}"}


@blueprint.get("/<number>")
@web.bearer("suppliers:read")
@blueprint.response(200, SupplierView)
def show(number: str) -> tuple[Supplier, int, dict[str, str]]:
    """One supplier"""
    with web.reading() as session:
        supplier = queries.get_supplier(session, number, actor=web.current_actor())
    return supplier, 200, {"ETag": etag_of(supplier.version)}


@blueprint.put("/<number>")
@web.bearer("suppliers:write")
@blueprint.arguments(SupplierGiven)
@blueprint.response(200, SupplierView)
def change(given: dict[str, Any], number: str) -> tuple[Supplier, int, dict[str, str]]:
    """Change a supplier; needs If-Match"""
    version, details = web.expected_version(), SupplierDetails.read(given)
    with web.writing() as session:
        supplier = queries.get_supplier(session, number, actor=web.current_actor())
        operations.edit_supplier(
            session, supplier, details, actor=web.current_actor(), at=clock.now(), expected_version=version
        )
    return supplier, 200, {"ETag": etag_of(supplier.version)}


add_action_views(blueprint, RecordApi(find=queries.get_supplier, move=operations.move_supplier), "/<number>")


@blueprint.get("/<number>/sites")
@web.bearer("suppliers:read")
@blueprint.response(200, SiteView(many=True))
def list_sites(number: str) -> list[Site]:
    """The sites of a supplier"""
    with web.reading() as session:
        supplier = queries.get_supplier(session, number, actor=web.current_actor())
        return list(queries.sites_of(session, supplier))


@blueprint.post("/<number>/sites")
@web.bearer("suppliers:write")
@blueprint.arguments(SiteGiven)
@blueprint.response(201, SiteView)
def add_site(given: dict[str, Any], number: str) -> tuple[Site, int, dict[str, str]]:
    """Add a site; needs If-Match with the ETag of the supplier"""
    version, details = web.expected_version(), SiteDetails.read(given)
    with web.writing() as session:
        supplier = queries.get_supplier(session, number, actor=web.current_actor())
        site = operations.add_site(
            session, supplier, details, actor=web.current_actor(), at=clock.now(), expected_version=version
        )
    return site, 201, {"ETag": etag_of(supplier.version)}


@blueprint.put("/<number>/sites/<int:site_id>")
@web.bearer("suppliers:write")
@blueprint.arguments(SiteGiven)
@blueprint.response(200, SiteView)
def change_site(given: dict[str, Any], number: str, site_id: int) -> tuple[Site, int, dict[str, str]]:
    """Change a site; needs If-Match with the ETag of the supplier"""
    version, details = web.expected_version(), SiteDetails.read(given)
    with web.writing() as session:
        supplier = queries.get_supplier(session, number, actor=web.current_actor())
        site = queries.get_site(session, supplier, site_id)
        operations.edit_site(
            session, supplier, site, details, actor=web.current_actor(), at=clock.now(), expected_version=version
        )
    return site, 200, {"ETag": etag_of(supplier.version)}


@blueprint.get("/<number>/contacts")
@web.bearer("suppliers:read")
@blueprint.response(200, ContactView(many=True))
def list_contacts(number: str) -> list[Contact]:
    """The contacts of a supplier"""
    with web.reading() as session:
        supplier = queries.get_supplier(session, number, actor=web.current_actor())
        return list(queries.contacts_of(session, supplier))


@blueprint.post("/<number>/contacts")
@web.bearer("suppliers:write")
@blueprint.arguments(ContactGiven)
@blueprint.response(201, ContactView)
def add_contact(given: dict[str, Any], number: str) -> tuple[Contact, int, dict[str, str]]:
    """Add a contact; needs If-Match with the ETag of the supplier"""
    version, details = web.expected_version(), ContactDetails.read(given)
    with web.writing() as session:
        supplier = queries.get_supplier(session, number, actor=web.current_actor())
        contact = operations.add_contact(
            session, supplier, details, actor=web.current_actor(), at=clock.now(), expected_version=version
        )
    return contact, 201, {"ETag": etag_of(supplier.version)}


@blueprint.put("/<number>/contacts/<int:contact_id>")
@web.bearer("suppliers:write")
@blueprint.arguments(ContactGiven)
@blueprint.response(200, ContactView)
def change_contact(given: dict[str, Any], number: str, contact_id: int) -> tuple[Contact, int, dict[str, str]]:
    """Change a contact; needs If-Match with the ETag of the supplier"""
    version, details = web.expected_version(), ContactDetails.read(given)
    with web.writing() as session:
        supplier = queries.get_supplier(session, number, actor=web.current_actor())
        contact = queries.get_contact(session, supplier, contact_id)
        operations.edit_contact(
            session, supplier, contact, details, actor=web.current_actor(), at=clock.now(), expected_version=version
        )
    return contact, 200, {"ETag": etag_of(supplier.version)}
