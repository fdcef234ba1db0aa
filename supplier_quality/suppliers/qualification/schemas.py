"""JSON of qualification. Fields are named one by one: what a table gains does not leave the house by itself."""

from marshmallow import fields

from supplier_quality.suppliers.qualification.enums import RiskClass, StepKind, StepSort
from supplier_quality.web.api import ApiSchema, PageDocument, PageQuery


class StepQuery(PageQuery):
    """What a list of steps is narrowed to and sorted by."""

    state = fields.String(load_default=None)
    undone = fields.Boolean(
        load_default=False, metadata={"description": "Only what still stands in the way of an approval"}
    )
    kind = fields.String(load_default=None, metadata={"enum": list(StepKind)})
    supplier = fields.String(load_default=None, metadata={"description": "Number of a supplier"})
    owner_id = fields.Integer(load_default=None)
    due_by = fields.Date(load_default=None, metadata={"description": "Leave out what is due later, or on no day"})
    sort = fields.String(
        load_default=StepSort.DUE.value,
        metadata={
            "description": "`-` turns it round; steps without a day come last either way",
            "enum": [sign + sort for sort in StepSort for sign in ("", "-")],
        },
    )


class BecauseView(ApiSchema):
    """What asks for a step: the row of a decision table, or somebody's decision with conditions."""

    table = fields.String(allow_none=True)
    table_version = fields.Integer(allow_none=True)
    row = fields.Integer(allow_none=True)
    why = fields.String(allow_none=True)
    facts = fields.Dict(keys=fields.String(), metadata={"description": "The values that led to the row"})
    decided_by = fields.String(allow_none=True)
    decided_on = fields.Date(allow_none=True)


class StepItem(ApiSchema):
    """A step of a qualification. ``version`` is also its ETag; send it back as If-Match."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    supplier_number = fields.String(required=True)
    supplier = fields.String(required=True)
    kind = fields.String(required=True)
    what = fields.String(required=True, metadata={"description": "What has to be done, in words"})
    owner = fields.String(allow_none=True)
    due = fields.Date(allow_none=True)
    evidence = fields.String(allow_none=True)
    closed_on = fields.Date(allow_none=True)
    closed_by = fields.String(allow_none=True)
    because = fields.Nested(BecauseView, required=True)


class StepPage(PageDocument):
    """One page of steps and the cursors of its neighbours."""

    items = fields.List(fields.Nested(StepItem), required=True)


class RatingQuery(PageQuery):
    """What a list of ratings is narrowed to."""

    risk_class = fields.String(load_default=None, metadata={"enum": list(RiskClass)})


class RatedPartView(ApiSchema):
    """One part of a rating: what was found, the row of the table that counted it, its points out of the most possible."""

    part = fields.String(required=True)
    label = fields.String(required=True)
    value = fields.String(required=True)
    known = fields.Boolean(required=True)
    source = fields.String(required=True)
    points = fields.Integer(required=True)
    most = fields.Integer(required=True)
    knock_out = fields.Boolean(required=True)
    row = fields.Integer(required=True)
    why = fields.String(allow_none=True)
    detail = fields.String(allow_none=True)
    evidence = fields.String(allow_none=True)
    assessed_by = fields.String(allow_none=True)
    assessed_on = fields.Date(allow_none=True)


class TableView(ApiSchema):
    """A decision table that was asked; its hash says which content."""

    name = fields.String(required=True)
    version = fields.Integer(required=True)
    hash = fields.String(required=True)


class RatingItem(ApiSchema):
    """A rating of a supplier's risk as it was computed, with every part of it."""

    supplier_number = fields.String(required=True)
    supplier = fields.String(required=True)
    risk_class = fields.String(required=True)
    points = fields.Integer(required=True)
    most = fields.Integer(required=True)
    knocked_out = fields.Boolean(required=True)
    made_at = fields.AwareDateTime(format="iso", required=True)
    made_by = fields.String(required=True)
    parts = fields.List(fields.Nested(RatedPartView), required=True)
    tables = fields.List(fields.Nested(TableView), required=True)


class RatingPage(PageDocument):
    """One page of ratings and the cursors of its neighbours."""

    items = fields.List(fields.Nested(RatingItem), required=True)
