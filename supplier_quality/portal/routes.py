"""The doors of the portal, joined: from the link in, and the items behind it."""

from supplier_quality.portal import entry_routes, item_routes, signing_routes

blueprints = (entry_routes.blueprint, item_routes.blueprint, signing_routes.blueprint)
