"""JSON of development. Fields are named one by one: what a table gains does not leave the house by itself."""

from marshmallow import fields

from supplier_quality.suppliers.development.enums import ALL, BEHIND, BELOW
from supplier_quality.web.api import ApiSchema, PageDocument, PageQuery

SORTS = ("name", "level")


class StandingQuery(PageQuery):
    """What the list of where suppliers stand is narrowed to and sorted by."""

    show = fields.String(
        load_default=ALL,
        metadata={
            "description": "below: under their minimum; behind: a milestone is overdue",
            "enum": [ALL, BELOW, BEHIND],
        },
    )
    search = fields.String(load_default="", metadata={"description": "A part of the name, or a number"})
    level = fields.String(load_default=None, metadata={"description": "Id of a level, or none"})
    owner_id = fields.Integer(load_default=None)
    plan = fields.String(load_default=None, metadata={"description": "State of the open plan, or none"})
    sort = fields.String(
        load_default="name",
        metadata={"description": "`-` turns it round", "enum": [sign + sort for sort in SORTS for sign in ("", "-")]},
    )


class LevelView(ApiSchema):
    """A level of the ladder; ``rank`` counts from 1, the lowest."""

    id = fields.String(required=True)
    label = fields.String(required=True)
    rank = fields.Integer(required=True)


class ReasonView(ApiSchema):
    """One reason in words; ``certificate`` is our number of the certificate it is about."""

    words = fields.String(required=True)
    certificate = fields.String(allow_none=True)


class SiteStandingView(ApiSchema):
    """The level of one site: what proves it, and what the next level lacks."""

    site_id = fields.Integer(required=True)
    site = fields.String(required=True)
    level = fields.Nested(LevelView, allow_none=True)
    because = fields.List(fields.Nested(ReasonView), required=True)
    lacking = fields.List(fields.Nested(ReasonView), required=True)


class DemandView(ApiSchema):
    """The minimum and target somebody set, and why."""

    minimum = fields.String(allow_none=True)
    target = fields.String(allow_none=True)
    reason = fields.String(required=True)
    set_by = fields.String(required=True)
    set_at = fields.AwareDateTime(format="iso", required=True)


class AuthorisationView(ApiSchema):
    """The letter of the customer that lets the supplier stand below the default minimum."""

    customer = fields.String(required=True)
    reference = fields.String(required=True)
    dated = fields.Date(required=True)
    valid_until = fields.Date(allow_none=True)


class OpenPlanView(ApiSchema):
    """The plan that is being worked on, in short."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    next_due = fields.Date(allow_none=True)
    overdue = fields.Integer(required=True, metadata={"description": "Milestones whose day has passed"})


class StandingView(ApiSchema):
    """Where a supplier stands today: the level of its worst site, with the reasons of every site, and what is demanded.

    Nothing of it is stored; it follows from certificates, audits and letters as they are on ``on``.
    """

    on = fields.Date(required=True)
    supplier_number = fields.String(required=True)
    supplier = fields.String(required=True)
    owner = fields.String(allow_none=True)
    level = fields.Nested(LevelView, allow_none=True)
    minimum = fields.Nested(LevelView, allow_none=True)
    target = fields.Nested(LevelView, allow_none=True)
    meets_minimum = fields.Boolean(required=True)
    meets_target = fields.Boolean(required=True)
    site = fields.String(allow_none=True, metadata={"description": "The site that counts"})
    sites = fields.List(fields.Nested(SiteStandingView), required=True)
    demand = fields.Nested(DemandView, allow_none=True)
    authorisation = fields.Nested(AuthorisationView, allow_none=True)
    plan = fields.Nested(OpenPlanView, allow_none=True)
    ladder_version = fields.Integer(required=True)


class StandingPage(PageDocument):
    """One page of where suppliers stand, and the cursors of its neighbours."""

    items = fields.List(fields.Nested(StandingView), required=True)


class PlanQuery(PageQuery):
    """What a list of plans is narrowed to."""

    state = fields.String(load_default=None)
    open = fields.Boolean(load_default=False, metadata={"description": "Only plans that are being worked on"})
    supplier = fields.String(load_default=None, metadata={"description": "Number of a supplier"})
    owner_id = fields.Integer(load_default=None)


class MilestoneItem(ApiSchema):
    """One milestone of a plan. ``version`` is also its ETag; send it back as If-Match."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    plan_number = fields.String(required=True)
    supplier_number = fields.String(required=True)
    supplier_name = fields.String(required=True)
    title = fields.String(required=True)
    level = fields.String(
        allow_none=True, metadata={"description": "Id of the level that is proven when it is reached"}
    )
    due = fields.Date(required=True)
    owner = fields.String(required=True)
    evidence = fields.String(allow_none=True)
    done_on = fields.Date(allow_none=True)


class PlanItem(ApiSchema):
    """A development plan. ``version`` is also its ETag; send it back as If-Match. ``target`` and ``from_level`` are ids of levels."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    supplier_number = fields.String(required=True)
    supplier = fields.String(required=True)
    target = fields.String(required=True)
    from_level = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    owner = fields.String(allow_none=True)


class PlanPage(PageDocument):
    """One page of plans and the cursors of its neighbours."""

    items = fields.List(fields.Nested(PlanItem), required=True)


class PlanView(PlanItem):
    """A development plan with its milestones by the day they are due."""

    milestones = fields.List(fields.Nested(MilestoneItem), required=True)
