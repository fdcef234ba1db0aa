"""JSON of the approved supplier list. Fields are named one by one: what a table gains does not leave the house by itself."""

from marshmallow import fields

from supplier_quality.web.api import ApiSchema, PageQuery


class ApprovedQuery(PageQuery):
    """What the list is narrowed to; ``size`` counts suppliers, all lines of a supplier stand on one page."""

    search = fields.String(load_default="", metadata={"description": "Words of the supplier's name, or its number"})
    state = fields.String(load_default=None, metadata={"description": "Also rejected, withdrawn and ended lines"})
    commodity = fields.String(load_default=None, metadata={"description": "Number of a commodity"})
    on = fields.Date(load_default=None, metadata={"description": "As it stood at the end of this past day"})


class ApprovedItem(ApiSchema):
    """A line as it stood: who may deliver what from where. ``number`` names the line of scope."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    since = fields.AwareDateTime(format="iso", required=True)
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


class ApprovedPage(ApiSchema):
    items = fields.List(fields.Nested(ApprovedItem), required=True)
    next = fields.String(allow_none=True)
    previous = fields.String(allow_none=True)
    total = fields.Integer(allow_none=True)


class ChangesQuery(ApiSchema):
    """From which day on; without one, the last seven days."""

    since = fields.Date(load_default=None)
    limit = fields.Integer(load_default=500, metadata={"minimum": 1, "maximum": 2000})


class ChangeItem(ApiSchema):
    """One step of a line, newest first. ``from_state`` is missing when the line was asked for."""

    at = fields.AwareDateTime(format="iso", required=True)
    action = fields.String(required=True)
    from_state = fields.String(allow_none=True)
    to_state = fields.String(required=True)
    by = fields.String(required=True)
    number = fields.String(required=True)
    supplier_number = fields.String(required=True)
    supplier_name = fields.String(required=True)
    site = fields.String(required=True)
    commodity = fields.String(required=True)
    part_number = fields.String(allow_none=True)


class ChangesDocument(ApiSchema):
    """``more``: there are older ones since that day beyond the limit."""

    since = fields.Date(required=True)
    more = fields.Boolean(required=True)
    items = fields.List(fields.Nested(ChangeItem), required=True)
