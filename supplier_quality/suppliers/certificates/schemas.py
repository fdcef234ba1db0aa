"""JSON of certificates. Fields are named one by one: what a table gains does not leave the house by itself."""

from marshmallow import fields

from supplier_quality.web.api import ApiSchema, PageQuery


class CertificateQuery(PageQuery):
    """What a list of certificates is narrowed to. Without ``state``: those in force, lost, or waiting to be verified."""

    search = fields.String(load_default="", metadata={"description": "Words of the supplier's name, or a number"})
    state = fields.String(load_default=None)
    standard = fields.String(load_default=None)
    ends_by = fields.Date(load_default=None, metadata={"description": "Leave out what ends later"})
    sort = fields.String(load_default="valid_to", metadata={"description": "valid_to or -valid_to"})


class CertificateItem(ApiSchema):
    """A certificate of a site. ``version`` is also its ETag; send it back as If-Match."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    supplier_number = fields.String(required=True)
    supplier = fields.String(required=True)
    site_id = fields.Integer(required=True)
    site = fields.String(required=True)
    standard = fields.String(required=True)
    edition = fields.String(allow_none=True)
    certificate_no = fields.String(allow_none=True)
    body = fields.String(allow_none=True)
    accreditation = fields.String(allow_none=True)
    scope = fields.String(allow_none=True)
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    grace_until = fields.Date(allow_none=True)
    safety_parts = fields.Boolean(required=True)
    verified_on = fields.Date(allow_none=True)
    verified_at = fields.String(allow_none=True)


class CertificatePage(ApiSchema):
    items = fields.List(fields.Nested(CertificateItem), required=True)
    next = fields.String(allow_none=True)
    previous = fields.String(allow_none=True)
    total = fields.Integer(allow_none=True)
