"""JSON of self-assessments of special processes. Fields are named one by one: what a table gains does not leave by itself."""

from marshmallow import fields

from supplier_quality.web.api import ApiSchema, PageDocument, PageQuery
from supplier_quality.web.record_api import FileView


class AssessmentQuery(PageQuery):
    """What a list of assessments is narrowed to. Without ``state``: those to come, in force, or overdue."""

    state = fields.String(load_default=None)
    process = fields.String(
        load_default=None, metadata={"description": "Id of a process, as workflows/special_process_types.yaml names it"}
    )
    supplier = fields.String(load_default=None, metadata={"description": "Number of a supplier"})
    owner_id = fields.Integer(load_default=None)
    due_by = fields.Date(
        load_default=None, metadata={"description": "Leave out what is due again later, or not yet known"}
    )
    sort = fields.String(
        load_default="valid_to",
        metadata={"description": "What was not assessed yet comes last either way", "enum": ["valid_to", "-valid_to"]},
    )


class AssessmentItem(ApiSchema):
    """A self-assessment of one special process at one site. ``version`` is also its ETag; send it back as If-Match."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    supplier_number = fields.String(required=True)
    supplier = fields.String(required=True)
    site_id = fields.Integer(required=True)
    site = fields.String(required=True)
    process = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "The assessment and its process"})
    standard = fields.String(required=True, metadata={"description": "Such as CQI-9"})
    edition = fields.String(allow_none=True)
    assessed_on = fields.Date(allow_none=True)
    assessor = fields.String(allow_none=True)
    points = fields.Integer(allow_none=True, metadata={"description": "Out of 100, where the form gives any"})
    findings = fields.Integer(allow_none=True, metadata={"description": "Requirements that are not met"})
    immediate = fields.Integer(allow_none=True, metadata={"description": "Those among them that need action at once"})
    valid_to = fields.Date(allow_none=True, metadata={"description": "The day on which the next one is due"})
    answer_by = fields.Date(allow_none=True)


class AssessmentPage(PageDocument):
    """One page of assessments and the cursors of its neighbours."""

    items = fields.List(fields.Nested(AssessmentItem), required=True)


class PlanLineItem(ApiSchema):
    """What the supplier does about a finding. ``done_by`` is whoever of ours saw that it is done."""

    id = fields.Integer(required=True)
    action = fields.String(required=True)
    responsible = fields.String(required=True)
    due = fields.Date(required=True)
    done_on = fields.Date(allow_none=True)
    done_by = fields.String(allow_none=True)


class AssessmentView(AssessmentItem):
    """An assessment with its action plan and its files, the newest file first."""

    plan = fields.List(fields.Nested(PlanLineItem), required=True)
    files = fields.List(fields.Nested(FileView), required=True)


class NeededItem(ApiSchema):
    """A special process that the open scope of a site needs."""

    site_id = fields.Integer(required=True)
    site = fields.String(required=True)
    process = fields.String(required=True)
    name = fields.String(required=True)
    commodities = fields.List(
        fields.String(), required=True, metadata={"description": "Numbers of those that ask for it"}
    )
    lack = fields.String(
        allow_none=True, required=True,
        metadata={
            "description": "never: nobody was asked; coming: asked for the first time; overdue; null: in force",
            "enum": ["never", "coming", "overdue", None],
        },
    )  # fmt: skip
    assessment = fields.String(
        allow_none=True, required=True, metadata={"description": "Number of the assessment meant"}
    )
