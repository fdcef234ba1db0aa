"""JSON of documents. Fields are named one by one: what a table gains does not leave the house by itself."""

from marshmallow import fields

from supplier_quality.web.api import ApiSchema, PageDocument, PageQuery
from supplier_quality.web.record_api import FileView


class DocumentQuery(PageQuery):
    """What a list of documents is narrowed to. Without ``state``: those to come, in force, or over and not replaced."""

    search = fields.String(load_default="", metadata={"description": "Words of the supplier's name, or a number"})
    state = fields.String(load_default=None)
    type = fields.String(
        load_default=None, metadata={"description": "Id of a type, as workflows/document_types.yaml names it"}
    )
    supplier = fields.String(load_default=None, metadata={"description": "Number of a supplier"})
    owner_id = fields.Integer(load_default=None)
    ends_by = fields.Date(load_default=None, metadata={"description": "Leave out what ends later, or never"})
    sort = fields.String(
        load_default="valid_to",
        metadata={"description": "What has no end comes last either way", "enum": ["valid_to", "-valid_to"]},
    )


class DocumentItem(ApiSchema):
    """A document of a supplier, or of one of its sites. ``version`` is also its ETag; send it back as If-Match."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    supplier_number = fields.String(required=True)
    supplier = fields.String(required=True)
    site_id = fields.Integer(allow_none=True)
    site = fields.String(allow_none=True)
    type = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "What such a document is called"})
    reference = fields.String(allow_none=True, metadata={"description": "What is printed on it"})
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    answer_by = fields.Date(allow_none=True)
    reporting_year = fields.Integer(allow_none=True)
    template_version = fields.String(allow_none=True)
    owner = fields.String(allow_none=True)


class DocumentPage(PageDocument):
    """One page of documents and the cursors of its neighbours."""

    items = fields.List(fields.Nested(DocumentItem), required=True)


class DocumentView(DocumentItem):
    """A document with its files, the newest first."""

    files = fields.List(fields.Nested(FileView), required=True)
