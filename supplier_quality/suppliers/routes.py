"""Pages of suppliers: the list, the record, its forms and links, imports; and what the search over everything finds."""

from sqlalchemy.orm import Session

from supplier_quality import web
from supplier_quality.identity import Actor
from supplier_quality.language import _
from supplier_quality.suppliers import (
    duplicate_routes,
    form_routes,
    import_mapping_routes,
    import_routes,
    link_routes,
    list_routes,
    merge_routes,
    places,
    queries,
    record_routes,
)
from supplier_quality.suppliers.bulk import routes as bulk_routes
from supplier_quality.suppliers.queries import SupplierFilters

# The forms come first: "/suppliers/new" is no supplier's number.
blueprints = (
    list_routes.blueprint,
    bulk_routes.blueprint,
    form_routes.blueprint,
    duplicate_routes.blueprint,
    merge_routes.blueprint,
    record_routes.blueprint,
    link_routes.blueprint,
    import_routes.blueprint,
    import_mapping_routes.blueprint,
)


def _find_suppliers(session: Session, text: str, actor: Actor, limit: int) -> list[web.Hit]:
    found = queries.list_suppliers(session, actor=actor, filters=SupplierFilters(search=text), size=limit)
    return [
        web.Hit(line.name, f"/suppliers/{line.number}", places.country_name(line.country or ""), line.number)
        for line in found.rows
    ]


web.register_provider(web.Provider("suppliers", _("Suppliers"), _find_suppliers))
