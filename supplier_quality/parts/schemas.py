"""JSON of commodities."""

from marshmallow import fields

from supplier_quality.web.api import ApiSchema, PageQuery


class CommodityQuery(PageQuery):
    """What a list is narrowed to."""

    search = fields.String(load_default="")
    criticality = fields.String(load_default=None)
    active = fields.Boolean(load_default=None)


class CommodityGiven(ApiSchema):
    """What may be changed of a commodity; at least one of the names is there."""

    name_en = fields.String(allow_none=True)
    name_zh = fields.String(allow_none=True)
    criticality = fields.String(required=True)
    special_processes = fields.List(fields.String())


class NewCommodity(CommodityGiven):
    """A commodity to add; its number never changes."""

    number = fields.String(required=True)


class CommodityView(CommodityGiven):
    """A commodity. ``revision`` is also its ETag; send it back as If-Match."""

    number = fields.String(required=True)
    active = fields.Boolean(required=True)
    revision = fields.Integer(required=True)
    changed_at = fields.AwareDateTime(format="iso")


class CommodityPage(ApiSchema):
    """One page of commodities and the cursors of its neighbours."""

    items = fields.List(fields.Nested(CommodityView), required=True)
    next = fields.String(allow_none=True)
    previous = fields.String(allow_none=True)
    total = fields.Integer(allow_none=True)


class ActiveGiven(ApiSchema):
    """Whether a commodity is in use."""

    active = fields.Boolean(required=True)
