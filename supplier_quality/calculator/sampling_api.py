"""JSON API of acceptance sampling. It calculates and touches no record; numbers come from ``statistics.sampling``."""

from typing import Any

from marshmallow import fields, validate

from supplier_quality import web
from supplier_quality.calculator.lots import judge_lots, judge_skip_lots
from supplier_quality.statistics import sampling
from supplier_quality.statistics.sampling import (
    LimitNumbers,
    Lot,
    Override,
    PlanTable,
    Single,
    SkipConditions,
    SkipLot,
    SkipLots,
    SkipSettings,
    SkipStage,
)
from supplier_quality.web.api import ApiSchema

blueprint = web.api_blueprint("sampling", "/sampling", description="Acceptance sampling: plans, switching, OC curves")

MOST_LOTS = 10_000
MOST_POINTS = 200
MOST_OVERRIDES = 1_000

_SKIP = SkipSettings()
_SEVERITIES = tuple(str(each) for each in sampling.Severity)


class OverrideGiven(ApiSchema):
    """Another content for one cell of the tables: ``ac`` and ``re``, or ``arrow``; and the reason."""

    severity = fields.String(required=True)
    code_letter = fields.String(required=True)
    aql = fields.String(required=True)
    reason = fields.String(required=True)
    ac = fields.Integer(strict=True, load_default=None)
    re = fields.Integer(strict=True, load_default=None)
    arrow = fields.String(load_default=None)


class TablesGiven(ApiSchema):
    """Which tables are used, and what stands in them instead."""

    level = fields.String(required=True)
    aql = fields.String(required=True, metadata={"description": "As the standard writes it, such as 1.0"})
    standard = fields.String(load_default=sampling.standards()[0])
    overrides = fields.List(
        fields.Nested(OverrideGiven), load_default=list, validate=validate.Length(max=MOST_OVERRIDES)
    )


class PlanGiven(TablesGiven):
    """The lot whose plan is looked up."""

    lot_size = fields.Integer(strict=True, required=True)
    severity = fields.String(load_default=_SEVERITIES[0])


class SamplingPlanView(ApiSchema):
    """A single plan. ``evidence`` says how sure its cell of the table is."""

    standard = fields.String(required=True)
    edition = fields.String(required=True)
    lot_code_letter = fields.String(required=True)
    code_letter = fields.String(required=True)
    sample_size = fields.Integer(required=True)
    ac = fields.Integer(required=True)
    re = fields.Integer(required=True)
    arrow = fields.String(required=True, allow_none=True)
    inspect_all = fields.Boolean(required=True)
    evidence = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)


class LotCame(ApiSchema):
    """A lot as it came; ``stream`` is whatever tells streams apart, such as site, part and class."""

    lot = fields.String(required=True)
    lot_size = fields.Integer(strict=True, required=True)
    nonconforming = fields.Integer(strict=True, required=True, allow_none=True)
    stream = fields.List(fields.String(), load_default=list)


class LotGiven(LotCame):
    """A lot under the switching rules; ``nonconforming`` is null where it is held because inspection is discontinued."""

    resubmitted = fields.Boolean(load_default=False)
    resubmitted_as = fields.String(load_default="tightened", validate=validate.OneOf(_SEVERITIES))
    resumes = fields.Boolean(load_default=False)
    steady = fields.Boolean(
        load_default=None, allow_none=True, metadata={"description": "Null: as ``steady`` of all lots says"}
    )


class LimitsGiven(ApiSchema):
    """Limit numbers of ANSI/ASQ Z1.4: CSV ``text`` with the columns sample_from, sample_to, aql, limit."""

    name = fields.String(required=True)
    edition = fields.String(required=True)
    text = fields.String(required=True, validate=validate.Length(max=100_000))


class SwitchGiven(TablesGiven):
    """Lots in the order in which they came."""

    lots = fields.List(fields.Nested(LotGiven), required=True, validate=validate.Length(min=1, max=MOST_LOTS))
    start = fields.String(load_default=_SEVERITIES[0], validate=validate.OneOf(_SEVERITIES))
    steady = fields.Boolean(load_default=False)
    authorised = fields.Boolean(load_default=False)
    other_reason = fields.Boolean(load_default=False)
    limits = fields.Nested(LimitsGiven, load_default=None, allow_none=True)
    explain = fields.Boolean(load_default=False, metadata={"description": "Also answer with what it rests on and why"})


class JudgedView(ApiSchema):
    """What became of a lot; ``next`` is the severity of the next one of its stream, or ``discontinued``.

    The last four are there when ``explain`` was asked for; the limit is that of ANSI/ASQ Z1.4.
    """

    lot = fields.String(required=True)
    severity = fields.String(required=True)
    code_letter = fields.String(required=True, allow_none=True)
    sample_size = fields.Integer(required=True, allow_none=True)
    ac = fields.Integer(required=True, allow_none=True)
    re = fields.Integer(required=True, allow_none=True)
    accepted = fields.Boolean(required=True, allow_none=True)
    score = fields.Integer(required=True, allow_none=True)
    next = fields.String(required=True)
    nonconforming = fields.Integer(allow_none=True)
    limit_nonconforming = fields.Integer(allow_none=True)
    limit_number = fields.Integer(allow_none=True)
    why = fields.String()


class SkipLotGiven(LotCame):
    """A lot of skip-lot sampling; ``nonconforming`` is null where it was skipped. The flags, where they are null, are those of all lots."""

    supplier_qualified = fields.Boolean(load_default=None, allow_none=True)
    product_qualified = fields.Boolean(load_default=None, allow_none=True)


class SkipSettingsGiven(ApiSchema):
    """The numbers of skip-lot sampling; the defaults are general knowledge, not those of a copy of ISO 2859-3."""

    least_lots = fields.Integer(strict=True, load_default=_SKIP.least_lots)
    score_needed = fields.Integer(strict=True, load_default=_SKIP.score_needed)
    points_accepted = fields.Integer(strict=True, load_default=_SKIP.points_accepted)
    points_one_step_tighter = fields.Integer(strict=True, load_default=_SKIP.points_one_step_tighter)
    points_two_steps_tighter = fields.Integer(strict=True, load_default=_SKIP.points_two_steps_tighter)
    frequencies = fields.List(
        fields.Integer(strict=True), load_default=lambda: list(_SKIP.frequencies), validate=validate.Length(max=20)
    )
    lots_per_step = fields.Integer(strict=True, load_default=_SKIP.lots_per_step)
    requalify_accepted = fields.Integer(strict=True, load_default=_SKIP.requalify_accepted)


class SkipGiven(TablesGiven):
    """Lots in the order in which they came; ``draw`` is a random number from 0 up to 1 that decides about the next one."""

    lots = fields.List(fields.Nested(SkipLotGiven), required=True, validate=validate.Length(min=1, max=MOST_LOTS))
    start = fields.String(load_default="lot_by_lot", validate=validate.OneOf(("lot_by_lot", "skip_lot")))
    supplier_qualified = fields.Boolean(load_default=False)
    product_qualified = fields.Boolean(load_default=False)
    settings = fields.Nested(SkipSettingsGiven, load_default=None, allow_none=True)
    draw = fields.Float(load_default=None, allow_none=True)


class SkipJudgedView(ApiSchema):
    """What became of a lot. One lot in ``one_in`` was inspected, and of the next ones one in ``next_one_in`` is."""

    lot = fields.String(required=True)
    stage = fields.String(required=True)
    one_in = fields.Integer(required=True)
    inspected = fields.Boolean(required=True)
    code_letter = fields.String(required=True, allow_none=True)
    sample_size = fields.Integer(required=True, allow_none=True)
    ac = fields.Integer(required=True, allow_none=True)
    re = fields.Integer(required=True, allow_none=True)
    nonconforming = fields.Integer(required=True, allow_none=True)
    accepted = fields.Boolean(required=True, allow_none=True)
    points = fields.Integer(required=True, allow_none=True)
    score = fields.Integer(required=True, allow_none=True)
    next = fields.String(required=True)
    next_one_in = fields.Integer(required=True)
    why = fields.String(required=True)


class SkipView(ApiSchema):
    """Every lot, and whether the next one is inspected; null without a ``draw``."""

    lots = fields.List(fields.Nested(SkipJudgedView), required=True)
    inspect_next = fields.Boolean(required=True, allow_none=True)


class CurveGiven(ApiSchema):
    """A plan and the fractions nonconforming at which its curve is wanted."""

    sample_size = fields.Integer(strict=True, required=True)
    ac = fields.Integer(strict=True, required=True)
    p = fields.List(fields.Float(), required=True, validate=validate.Length(min=1, max=MOST_POINTS))
    lot_size = fields.Integer(strict=True, load_default=None)


class PointView(ApiSchema):
    """The probability of acceptance of lots with the fraction nonconforming ``p``."""

    p = fields.Float(required=True)
    pa = fields.Float(required=True)


class TwoPointsGiven(ApiSchema):
    """Two points of an OC curve, all four as fractions."""

    aql = fields.Float(required=True)
    alpha = fields.Float(required=True)
    lq = fields.Float(required=True)
    beta = fields.Float(required=True)
    lot_size = fields.Integer(strict=True, load_default=None)


class DesignedView(ApiSchema):
    """A computed plan with the risks it really has; the producer's is null where no AQL was asked about."""

    sample_size = fields.Integer(required=True)
    ac = fields.Integer(required=True)
    re = fields.Integer(required=True)
    producers_risk = fields.Float(required=True, allow_none=True)
    consumers_risk = fields.Float(required=True)
    inspect_all = fields.Boolean(required=True)


@blueprint.post("/plan")
@web.bearer("calculator:read")
@blueprint.arguments(PlanGiven)
@blueprint.response(200, SamplingPlanView)
def plan(given: dict[str, Any]) -> dict[str, Any]:
    """The single sampling plan of a lot"""
    found = _tables(given).plan(
        lot_size=given["lot_size"], level=given["level"], aql=given["aql"], severity=given["severity"]
    )
    return {**found.as_json(), "evidence": str(found.evidence), "reason": found.reason}


@blueprint.post("/switch")
@web.bearer("calculator:read")
@blueprint.arguments(SwitchGiven)
@blueprint.response(200, JudgedView(many=True))
def switch(given: dict[str, Any]) -> list[dict[str, object]]:
    """Judge lots in order, with the severity of each by the switching rules"""
    streams = sampling.Streams(
        _tables(given),
        level=given["level"],
        aql=given["aql"],
        conditions=sampling.Conditions(
            steady=given["steady"], authorised=given["authorised"], other_reason=given["other_reason"]
        ),
        start=given["start"],
        limits=_limits(given["limits"]),
    )
    lots = [(row, Lot(**{**lot, "stream": tuple(lot["stream"])})) for row, lot in enumerate(given["lots"], start=1)]
    judged = judge_lots(lots, streams)
    return [each.explained_json() if given["explain"] else each.as_json() for each in judged]


@blueprint.post("/skip")
@web.bearer("calculator:read")
@blueprint.arguments(SkipGiven)
@blueprint.response(200, SkipView)
def skip(given: dict[str, Any]) -> dict[str, Any]:
    """Judge lots in order under skip-lot sampling"""
    numbers = given["settings"]
    known = SkipLots(
        _tables(given),
        level=given["level"],
        aql=given["aql"],
        conditions=SkipConditions(given["supplier_qualified"], given["product_qualified"]),
        settings=SkipSettings(**{**numbers, "frequencies": tuple(numbers["frequencies"])}) if numbers else _SKIP,
        start=SkipStage(given["start"]),
    )
    lots = [(row, SkipLot(**{**lot, "stream": tuple(lot["stream"])})) for row, lot in enumerate(given["lots"], start=1)]
    judged = [each.as_json() for each in judge_skip_lots(lots, known)]
    draw = given["draw"]
    return {"lots": judged, "inspect_next": None if draw is None else known.draws_next(draw)}


@blueprint.post("/oc")
@web.bearer("calculator:read")
@blueprint.arguments(CurveGiven)
@blueprint.response(200, PointView(many=True))
def oc(given: dict[str, Any]) -> list[sampling.Point]:
    """The probability that lots of given qualities are accepted"""
    return list(sampling.oc_curve(Single(given["sample_size"], given["ac"], given["lot_size"]), given["p"]))


@blueprint.post("/find")
@web.bearer("calculator:read")
@blueprint.arguments(TwoPointsGiven)
@blueprint.response(200, DesignedView)
def find(given: dict[str, Any]) -> dict[str, Any]:
    """The smallest plan that suits producer and consumer"""
    return sampling.find_plan(**given).as_json()


def _tables(given: dict[str, Any]) -> PlanTable:
    return sampling.overridden_table(given["standard"], [Override(**each) for each in given["overrides"]])


def _limits(given: dict[str, str] | None) -> LimitNumbers | None:
    return None if given is None else sampling.read_limit_numbers(**given)
