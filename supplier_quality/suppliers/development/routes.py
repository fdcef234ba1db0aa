"""Pages of development: the overview, what is entered at a supplier, plans and milestones."""

from supplier_quality.suppliers.development import entry_routes, overview_routes, record_routes, wording

__all__ = ["blueprints", "wording"]

# The overview comes first: "/development/export.csv" is no plan's number.
blueprints = (overview_routes.blueprint, entry_routes.blueprint, record_routes.blueprint)
