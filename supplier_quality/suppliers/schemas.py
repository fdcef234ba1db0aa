"""JSON of suppliers. Fields are named one by one: what a table gains does not leave the house by itself."""

from marshmallow import fields

from supplier_quality.web.api import ApiSchema, PageQuery


class SupplierQuery(PageQuery):
    """What a list is narrowed to and sorted by."""

    search = fields.String(load_default="")
    state = fields.String(load_default=None)
    country = fields.String(load_default=None)
    owner_id = fields.Integer(load_default=None)
    overdue = fields.Boolean(load_default=False, metadata={"description": "Only suppliers whose deadline is missed"})
    sort = fields.String(
        load_default="name",
        metadata={
            "description": "`-` turns it round; suppliers without a deadline come last either way",
            "enum": ["name", "-name", "number", "-number", "deadline", "-deadline", "changed", "-changed"],
        },
    )


class SupplierGiven(ApiSchema):
    """What may be said of a supplier. Texts are read as a form or an import reads them."""

    name = fields.String(required=True)
    source_key = fields.String(allow_none=True)
    country = fields.String(allow_none=True)
    language = fields.String(allow_none=True)
    duns = fields.String(allow_none=True)
    business_licence = fields.String(allow_none=True)
    website = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    owner_id = fields.Integer(allow_none=True)


class SupplierItem(ApiSchema):
    """One line of a list."""

    number = fields.String(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True)
    country = fields.String(allow_none=True)
    source_key = fields.String(allow_none=True)
    owner = fields.String(allow_none=True)
    deadline = fields.AwareDateTime(format="iso", allow_none=True)
    changed_at = fields.AwareDateTime(format="iso")


class SupplierPage(ApiSchema):
    """One page of suppliers and the cursors of its neighbours."""

    items = fields.List(fields.Nested(SupplierItem), required=True)
    next = fields.String(allow_none=True)
    previous = fields.String(allow_none=True)
    total = fields.Integer(allow_none=True)


class SupplierView(SupplierGiven):
    """A supplier. ``version`` is also its ETag; send it back as If-Match."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    merged_into = fields.String(allow_none=True, metadata={"description": "Number of the record that took this one in"})
    conditions = fields.String(allow_none=True)
    valid_until = fields.Date(allow_none=True)
    created_at = fields.AwareDateTime(format="iso")
    changed_at = fields.AwareDateTime(format="iso")


class SiteGiven(ApiSchema):
    """What may be said of a site."""

    name = fields.String(required=True)
    source_key = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    city = fields.String(allow_none=True)
    country = fields.String(allow_none=True)
    zone = fields.String(allow_none=True)
    duns = fields.String(allow_none=True)
    business_licence = fields.String(allow_none=True)


class SiteView(SiteGiven):
    """A site of a supplier."""

    id = fields.Integer(required=True)
    active = fields.Boolean(required=True)


class ContactGiven(ApiSchema):
    """What may be said of a person at a supplier."""

    name = fields.String(required=True)
    email = fields.String(allow_none=True)
    roles = fields.List(fields.String())
    language = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    primary = fields.Boolean()
    notice_order = fields.Integer()


class ContactView(ContactGiven):
    """A person at a supplier; mail to an address that came back waits until it is corrected."""

    id = fields.Integer(required=True)
    active = fields.Boolean(required=True)
    bounced_at = fields.AwareDateTime(format="iso", allow_none=True)
