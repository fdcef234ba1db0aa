"""Pages of special processes: what is due, the record with its action plan, and its forms."""

from supplier_quality.suppliers.special_processes import entry_routes, record_routes, wording

__all__ = ["blueprints", "wording"]

blueprints = (entry_routes.blueprint, record_routes.blueprint)
