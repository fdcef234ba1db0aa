"""Layout helpers, guards, error pages, parsing and the policies of the browser; knows no feature.

Doors write ``from supplier_quality import web`` and use what stands here.
"""

from supplier_quality.web.api import api_blueprint, expected_version, idempotency_key
from supplier_quality.web.application import create_app_base
from supplier_quality.web.forms import Form, filled, parse, parse_action
from supplier_quality.web.guard import bearer, contact_session, public, same_origin_only, staff
from supplier_quality.web.icons import status_chip
from supplier_quality.web.installation import absolute_url, database, reading, settings, writing
from supplier_quality.web.origin import safe_path
from supplier_quality.web.pages import go_to, notify, render
from supplier_quality.web.saved_views import PARAMETER as VIEW_PARAMETER
from supplier_quality.web.saved_views import first_path, read_table_views, read_views, register_list
from supplier_quality.web.searching import Find, Hit, Provider, register_provider
from supplier_quality.web.tables import Column, Filter, Table, read_table
from supplier_quality.web.visitors import address, current_actor, current_contact, device

__all__ = [
    "VIEW_PARAMETER",
    "Column",
    "Filter",
    "Find",
    "Form",
    "Hit",
    "Provider",
    "Table",
    "absolute_url",
    "address",
    "api_blueprint",
    "bearer",
    "contact_session",
    "create_app_base",
    "current_actor",
    "current_contact",
    "database",
    "device",
    "expected_version",
    "filled",
    "first_path",
    "go_to",
    "idempotency_key",
    "notify",
    "parse",
    "parse_action",
    "public",
    "read_table",
    "read_table_views",
    "read_views",
    "reading",
    "register_list",
    "register_provider",
    "render",
    "safe_path",
    "same_origin_only",
    "settings",
    "staff",
    "status_chip",
    "writing",
]
