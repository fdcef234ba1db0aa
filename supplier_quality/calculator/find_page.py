"""The page that finds the smallest plan which suits producer and consumer."""

from collections.abc import Iterator, Mapping
from typing import Any

from supplier_quality.calculator.answers import Answer, share
from supplier_quality.calculator.plan_fields import (
    aoq_figure,
    end_of,
    oc_figure,
    of_consumers_risk,
    of_outgoing,
    of_producers_risk,
    of_smallest,
    verdict_of,
)
from supplier_quality.calculator.study_pages import StudyPage, TableAsked
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _
from supplier_quality.statistics import sampling
from supplier_quality.statistics.sampling import Designed, Single
from supplier_quality.web import fields as own
from supplier_quality.web.formatting import number

_LARGEST_LOT = 1_000_000_000
_QUESTIONS = ("aql", "alpha", "lq", "beta")


class FindForm(TableAsked):
    """What the page asks, all four in percent. Their ranges are judged by the statistics, in percent as well."""

    aql = own.Number(lowest=0.0001, highest=99.99)
    alpha = own.Number(lowest=0.01, highest=99)
    lq = own.Number(lowest=0.0001, highest=99.99)
    beta = own.Number(lowest=0.01, highest=99)
    lot_size = own.Integer(lowest=1, highest=_LARGEST_LOT)


def check_asked(values: Mapping[str, Any]) -> None:
    """Raises BadInput for each question that was left empty."""
    problem = _("Fill in this field.")
    empty = tuple(Problem(problem, column=name) for name in _QUESTIONS if values.get(name) is None)
    if empty:
        raise BadInput(problem, empty)


def answer_found(values: Mapping[str, Any]) -> Answer:
    """Raises BadInput; see ``sampling.find_plan``."""
    check_asked(values)
    aql, alpha, lq, beta = (values[name] / 100 for name in _QUESTIONS)
    try:
        found = sampling.find_plan(aql=aql, alpha=alpha, lq=lq, beta=beta, lot_size=values.get("lot_size"))
    except BadInput as error:
        # The statistics name fractions; here people wrote percent, which still stands in the field.
        raise BadInput(
            error.message, tuple(Problem(each.problem, each.remedy, column=each.column) for each in error.details)
        ) from None
    plan = Single(found.sample_size, found.ac, found.lot_size)
    marks = [("AQL", aql), ("LQ", lq)]
    end = end_of(plan, aql, lq)
    figures = [oc_figure([(plan, f"n = {number(plan.n)}, c = {plan.c}")], marks, end, _("OC curve: how likely a lot is accepted"))]  # fmt: skip
    if not found.inspect_all:
        figures.append(aoq_figure(plan, [("AQL", aql)], end))
    return Answer(
        tone="done",
        verdict=str(verdict_of(found.sample_size, found.re, inspect_all=found.inspect_all)),
        asked=tuple((str(name), said) for name, said in _asked(found, values)),
        sentences=tuple(map(str, _sentences(found, plan, aql, lq))),
        figures=tuple(figures),
    )


def _asked(found: Designed, values: Mapping[str, Any]) -> Iterator[tuple[Words, str]]:
    lot = values.get("lot_size")
    yield _("Lot size"), number(lot) if lot else str(_("a long series of lots"))
    yield _("Acceptable quality (AQL)"), share(values["aql"] / 100)
    yield _("Largest producer's risk"), share(values["alpha"] / 100)
    yield _("Limiting quality"), share(values["lq"] / 100)
    yield _("Largest consumer's risk"), share(values["beta"] / 100)
    yield _("Sample size"), number(found.sample_size)
    yield _("Acceptance number (Ac)"), number(found.ac)
    yield _("Rejection number (Re)"), number(found.re)


def _sentences(found: Designed, plan: Single, aql: float, lq: float) -> Iterator[Words]:
    yield of_producers_risk(plan, aql)
    yield of_consumers_risk(plan, lq)
    if found.lot_size is None:
        yield _("No plan with a smaller sample keeps both risks.")
    yield of_smallest(found.lot_size)
    if not found.inspect_all:
        yield from of_outgoing(plan, aql)


PAGE = StudyPage(
    name="two-points",
    title=_("Plan from two points"),
    lead=_("The smallest plan that accepts good lots and refuses bad ones with the risks that both sides agree on."),
    icon="bezier2",
    schema=FindForm,
    alone=answer_found,
    check=check_asked,
    defaults={"alpha": "5", "beta": "10"},
)
