"""The page of sampling plans: the plan of a lot in words, what it protects from, and a plan without acceptance beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from supplier_quality import web
from supplier_quality.calculator.answers import Answer, share
from supplier_quality.calculator.plan_fields import (
    SEVERITY_WORDS,
    aoq_figure,
    end_of,
    oc_figure,
    of_consumers_risk,
    of_outgoing,
    of_producers_risk,
    verdict_of,
)
from supplier_quality.charts import Figure
from supplier_quality.language import Words, _
from supplier_quality.statistics import sampling
from supplier_quality.web import fields as own
from supplier_quality.web.formatting import number
from supplier_quality.web.forms import Form

TITLE = _("Sampling plan")
LARGEST_LOT = 1_000_000_000
_BETA = 0.10
# Above it the AQL counts nonconformities per 100 items, and an item may have several.
_LARGEST_PERCENT = 10.0
# From this part of the lot on, that nothing is drawn twice matters.
_SMALL_LOT = 10
_OWN = ("ac", "re", "arrow", "reason")

ARROW_WORDS: Mapping[str, Words] = {
    "down": _("Arrow downwards"), "up": _("Arrow upwards"),
}  # fmt: skip
DEFAULTS: Mapping[str, str] = {"level": "II", "severity": "normal", "standard": "iso2859-1"}


class PlanAsked(Schema):
    """The address of a plan. ``lq`` is in percent nonconforming; the last four put another content in the cell of the lot."""

    lot_size = own.Integer(required=True, lowest=1, highest=LARGEST_LOT)
    level = own.Choice(sampling.levels(), required=True)
    aql = own.Choice(sampling.table("iso2859-1").aqls, required=True)
    severity = own.Choice(tuple(SEVERITY_WORDS), load_default="normal")
    standard = own.Choice(sampling.standards(), load_default="iso2859-1")
    lq = own.Number(lowest=0.001, highest=99)
    ac = own.Integer(lowest=0, highest=LARGEST_LOT)
    re = own.Integer(lowest=1, highest=LARGEST_LOT)
    arrow = own.Choice(tuple(ARROW_WORDS))
    reason = own.Text()


def read_asked(args: MultiDict[str, str]) -> Form:
    """The form in an address; other parameters are not ours. An address without any asks for nothing yet."""
    known = MultiDict((name, value) for name, value in args.items() if name in PlanAsked().fields)
    return web.parse(PlanAsked, known) if known else web.filled(DEFAULTS)


@dataclass(frozen=True, slots=True)
class _Protection:
    """What a plan does, as fractions: the risks, and the quality whose lots it accepts one time in ten.

    ``curve`` is drawn and endless where the sample is a small part of the lot; ``of_lot`` knows the lot, for AOQ and ATI.
    """

    curve: sampling.Single
    of_lot: sampling.Single
    aql: float
    lq: float
    zero: sampling.Designed | None


def answer_plan(values: Mapping[str, Any]) -> Answer:
    """The plan that was asked for. Raises BadInput."""
    asked = {name: values[name] for name in ("lot_size", "level", "aql", "severity", "standard")}
    plan = sampling.look_up_plan(**asked, overrides=_overrides(values))
    found = _protection(plan, values.get("lq")) if float(plan.aql) <= _LARGEST_PERCENT else None
    sentences = [
        *_of_table(plan),
        *(_of_protection(plan, found, given=bool(values.get("lq"))) if found else _of_many()),
    ]
    return Answer(
        tone="done" if str(plan.evidence) in ("confirmed", "overridden") else "soon",
        verdict=str(verdict_of(plan.sample_size, plan.re, inspect_all=plan.inspect_all)),
        asked=_asked(plan, values),
        sentences=tuple(map(str, sentences)),
        figures=tuple(_figures(plan, found)) if found else (),
    )


def _overrides(values: Mapping[str, Any]) -> tuple[sampling.Override, ...]:
    """What the user puts in the cell of this lot; nothing when none of its fields is filled in."""
    if all(values.get(name) is None for name in _OWN):
        return ()
    ac, re = values.get("ac"), values.get("re")
    override = sampling.Override(
        severity=values["severity"], code_letter=sampling.code_letter(values["lot_size"], values["level"]),
        aql=values["aql"], reason=values.get("reason") or "",
        ac=ac, re=ac + 1 if re is None and ac is not None else re, arrow=values.get("arrow"),
    )  # fmt: skip
    return (override,)


def _asked(plan: sampling.Plan, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    published = sampling.published(plan.standard)
    pairs: list[tuple[Words, str]] = [
        (_("Lot size"), number(plan.lot_size)),
        (_("Inspection level"), values["level"]),
        (_("AQL"), plan.aql),
        (_("Severity of inspection"), str(SEVERITY_WORDS[plan.severity])),
        (_("Standard"), f"{published.standard} ({published.edition})"),
        (_("Code letter of the lot"), plan.lot_code_letter),
        (_("Code letter of the plan"), plan.code_letter),
        (_("Sample size"), number(plan.sample_size)),
        (_("Acceptance number (Ac)"), number(plan.ac)),
        (_("Rejection number (Re)"), number(plan.re)),
    ]
    return tuple((str(name), value) for name, value in pairs)


def _of_table(plan: sampling.Plan) -> Iterator[Words]:
    if plan.evidence == sampling.Evidence.OVERRIDDEN:
        yield _("This cell of the table was put in by you: %(reason)s", reason=plan.reason)
    if plan.inspect_all:
        yield _("The lot is not larger than the sample of the plan, so every piece is inspected.")
    if plan.arrow is not None:
        said = {"letter": plan.lot_code_letter, "reached": plan.code_letter}
        if plan.arrow == sampling.Arrow.DOWN:
            yield _("The table has an arrow downwards at code letter %(letter)s: the first plan below, %(reached)s with its own sample size, is used.", **said)  # fmt: skip
        else:
            yield _("The table has an arrow upwards at code letter %(letter)s: the first plan above, %(reached)s with its own sample size, is used.", **said)  # fmt: skip
    if plan.re > plan.ac + 1:
        yield _("From %(low)s to %(high)s nonconforming the lot is accepted, but the next one is inspected normally.", low=plan.ac + 1, high=plan.re - 1)  # fmt: skip
    if plan.evidence == sampling.Evidence.DISPUTED:
        yield _("Copies of the standard disagree about this cell: look it up in your licensed copy.")
    if plan.evidence == sampling.Evidence.UNVERIFIED:
        yield _(
            "This cell follows from the structure of the table and was not compared with a copy: look it up in yours."
        )


def _of_many() -> Iterator[Words]:
    yield _("An AQL above 10 counts nonconformities per 100 items, not nonconforming items: risks and the OC curve are for items.")  # fmt: skip


def _protection(plan: sampling.Plan, lq_percent: float | None) -> _Protection:
    is_small = plan.sample_size * _SMALL_LOT > plan.lot_size
    of_lot = sampling.Single(plan.sample_size, min(plan.re - 1, plan.sample_size), plan.lot_size)
    curve = of_lot if is_small else replace(of_lot, lot_size=None)
    lq = sampling.quality_accepted_with(curve, _BETA) if lq_percent is None else lq_percent / 100
    zero = None
    if plan.ac > 0 and 0 < lq < 1:
        zero = sampling.zero_acceptance_plan(lq=lq, beta=_BETA, lot_size=plan.lot_size)
    return _Protection(curve, of_lot, float(plan.aql) / 100, lq, zero)


def _of_protection(plan: sampling.Plan, found: _Protection, *, given: bool) -> Iterator[Words]:
    yield of_producers_risk(found.curve, found.aql)
    yield of_consumers_risk(found.curve, found.lq)
    if found.zero is not None:
        said = {
            "count": number(found.zero.sample_size),
            "lq": share(found.lq),
            "risk": share(found.zero.consumers_risk),
            "beta": share(_BETA),
        }
        yield _("A plan with c = 0 that accepts lots with %(lq)s nonconforming with at most %(beta)s inspects %(count)s pieces (%(risk)s).", **said)  # fmt: skip
    if not plan.inspect_all:
        yield from of_outgoing(found.of_lot, found.aql)
    if not given:
        yield _("The quality for the consumer's risk is the one that the plan accepts with %(beta)s; give a limiting quality to see another.", beta=share(_BETA))  # fmt: skip
    if found.curve.lot_size is None:
        yield _("Probabilities are binomial, for a series of lots (type B).")
    else:
        yield _("The sample is a large part of the lot: probabilities are hypergeometric, for this lot (type A).")


def _figures(plan: sampling.Plan, found: _Protection) -> Iterator[Figure]:
    end = end_of(found.curve, found.lq, found.aql)
    plans = [(found.curve, f"n = {number(found.curve.n)}, c = {found.curve.c}")]
    if found.zero is not None:
        zero = sampling.Single(found.zero.sample_size, 0, found.curve.lot_size)
        plans.append((zero, f"n = {number(zero.n)}, c = 0"))
    marks = [("AQL", found.aql), ("LQ", found.lq)]
    yield oc_figure(plans, marks, end, _("OC curve: how likely a lot is accepted"))
    if not plan.inspect_all:
        yield aoq_figure(found.of_lot, [("AQL", found.aql)], end)
