"""JSON of scope. Fields are named one by one: what a table gains does not leave the house by itself."""

from marshmallow import fields

from supplier_quality.web.api import ApiSchema


class ScopeGiven(ApiSchema):
    """A line to ask for: ``site_id`` of the supplier, ``commodity`` by its number; without a part the whole commodity."""

    site_id = fields.Integer(required=True)
    commodity = fields.String(required=True)
    part_number = fields.String(allow_none=True, load_default=None)


class ScopeItem(ApiSchema):
    """A line of scope. ``version`` is also its ETag; send it back as If-Match."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    supplier_number = fields.String(required=True)
    supplier_name = fields.String(required=True)
    site_id = fields.Integer(required=True)
    site = fields.String(required=True)
    commodity = fields.String(required=True)
    criticality = fields.String(required=True)
    part_number = fields.String(allow_none=True)
    conditions = fields.String(allow_none=True)
    due = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
