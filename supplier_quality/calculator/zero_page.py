"""The page of plans by limiting quality: zero acceptance, isolated lots, and a printed table of the user."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from supplier_quality.calculator.answers import Answer, share
from supplier_quality.calculator.given import ColumnField
from supplier_quality.calculator.plan_fields import (
    aoq_figure,
    end_of,
    oc_figure,
    of_consumers_risk,
    of_outgoing,
    of_smallest,
    verdict_of,
)
from supplier_quality.calculator.plan_tables import printed_table_of
from supplier_quality.calculator.study_pages import StudyPage, TableAsked
from supplier_quality.calculator.tables import Table
from supplier_quality.charts import Figure
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _
from supplier_quality.statistics import sampling
from supplier_quality.statistics.sampling import Designed, PrintedPlan, Single
from supplier_quality.web import fields as own
from supplier_quality.web.formatting import number

_GOOD = 0.95
_LARGEST_LOT = 1_000_000_000
_COLUMNS = {
    "lot_from": "lot_from", "lot_to": "lot_to", "index": "index_column", "sample_size": "size_column", "ac": "ac_column",
}  # fmt: skip


class ZeroForm(TableAsked):
    """What the page asks; ``lq`` and ``beta`` are in percent. The table is a printed one of the user."""

    lot_size = own.Integer(lowest=1, highest=_LARGEST_LOT)
    lq = own.Number(lowest=0.0001, highest=99.99)
    beta = own.Number(lowest=0.01, highest=99)
    ac = own.Integer(lowest=0, highest=200)
    table_name = own.Text()
    edition = own.Text()
    index = own.Text()
    lot_from = own.Text()
    lot_to = own.Text()
    index_column = own.Text()
    size_column = own.Text()
    ac_column = own.Text()


def answer_designed(values: Mapping[str, Any]) -> Answer:
    """The smallest plan for a limiting quality. Raises BadInput."""
    lq, beta, ac = _asked_for(values, "lq") / 100, (values.get("beta") or 10) / 100, values.get("ac") or 0
    found = sampling.limiting_quality_plan(lq=lq, beta=beta, lot_size=values.get("lot_size"), ac=ac)
    plan = _single(found, found.lot_size)
    return Answer(
        tone="done",
        verdict=str(_verdict(found)),
        asked=tuple(_pairs(found, values, [(_("Largest risk asked for"), share(beta))])),
        sentences=tuple(map(str, _of_designed(found, plan, lq))),
        figures=tuple(_figures(plan, lq, found.inspect_all)),
    )


def answer_printed(given: Table, values: Mapping[str, Any]) -> Answer:
    """The plan of a lot in the user's table. Raises BadInput."""
    lot_size = _asked_for(values, "lot_size")
    name, edition, index = (_asked_for(values, field) for field in ("table_name", "edition", "index"))
    columns = {word: values.get(field) for word, field in _COLUMNS.items()}
    found = printed_table_of(given, name=name, edition=edition, columns=columns).plan(lot_size, index)
    plan, lq = _single(found, lot_size), (values["lq"] / 100 if values.get("lq") else None)
    pairs = [(_("Table"), f"{found.name}, {found.edition}"), (_("Column of the table"), index)]
    return Answer(
        tone="done",
        verdict=str(_verdict(found)),
        asked=tuple(_pairs(found, values, pairs)),
        sentences=tuple(map(str, _of_printed(plan, lq, found.inspect_all))),
        figures=tuple(_figures(plan, lq, found.inspect_all)),
    )


def _asked_for(values: Mapping[str, Any], field: str) -> Any:
    if not values.get(field):
        problem = _("Fill in this field.")
        raise BadInput(problem, (Problem(problem, column=field),))
    return values[field]


def _single(found: Designed | PrintedPlan, lot_size: int | None) -> Single:
    return Single(found.sample_size, min(found.ac, found.sample_size), lot_size)


def _verdict(found: Designed | PrintedPlan) -> Words:
    if found.ac == 0 and not found.inspect_all:
        said = number(found.sample_size)
        return _("Inspect %(count)s pieces; accept the lot only when none of them is nonconforming.", count=said)
    return verdict_of(found.sample_size, found.re, inspect_all=found.inspect_all)


def _pairs(
    found: Designed | PrintedPlan, values: Mapping[str, Any], more: Sequence[tuple[Words, str]]
) -> Iterator[tuple[str, str]]:
    lot, lq = values.get("lot_size"), values.get("lq")
    pairs: list[tuple[Words, str]] = [
        (_("Lot size"), number(lot) if lot else str(_("a long series of lots"))),
        *([(_("Limiting quality"), share(lq / 100))] if lq else []),
        *more,
        (_("Sample size"), number(found.sample_size)),
        (_("Acceptance number (Ac)"), number(found.ac)),
        (_("Rejection number (Re)"), number(found.re)),
    ]
    return ((str(name), value) for name, value in pairs)


def _of_designed(found: Designed, plan: Single, lq: float) -> Iterator[Words]:
    if found.inspect_all:
        yield _("Only inspecting the whole lot gives this protection.")
    yield of_consumers_risk(plan, lq)
    yield from _of_good(plan, found.inspect_all)
    yield of_smallest(found.lot_size)
    yield _("The plan is computed. Printed c = 0 and LQ tables may differ; paste yours to use it.")


def _of_printed(plan: Single, lq: float | None, everything: bool) -> Iterator[Words]:
    if lq is not None:
        yield of_consumers_risk(plan, lq)
    else:
        yield _("Give a limiting quality to see how likely such a lot is accepted.")
    yield from _of_good(plan, everything)


def _of_good(plan: Single, everything: bool) -> Iterator[Words]:
    if everything:
        return
    yield _("To be accepted %(pa)s of the time, lots may have no more than %(p)s nonconforming.", pa=share(_GOOD), p=share(sampling.quality_accepted_with(plan, _GOOD)))  # fmt: skip
    yield from of_outgoing(plan, None)


def _figures(plan: Single, lq: float | None, everything: bool) -> Iterator[Figure]:
    marks = [] if lq is None else [("LQ", lq)]
    end = end_of(plan, *(p for _name, p in marks))
    name = f"n = {number(plan.n)}, c = {plan.c}"
    yield oc_figure([(plan, name)], marks, end, _("OC curve: how likely a lot is accepted"))
    if not everything:
        yield aoq_figure(plan, [], end)


PAGE = StudyPage(
    name="zero-acceptance",
    title=_("Zero acceptance and isolated lots"),
    lead=_("The smallest sample that protects from a limiting quality: plans with c = 0, plans for isolated lots, and printed tables of your own."),
    icon="shield-check",
    schema=ZeroForm,
    columns=(
        ColumnField(name="lot_from", label=_("Column of the smallest lot"), required=True, usual=("lot_from", "from", "批量从")),
        ColumnField(name="lot_to", label=_("Column of the largest lot"), usual=("lot_to", "to", "批量至"),
                    hint=_("Empty has no end.")),
        ColumnField(name="index_column", label=_("Column of the AQL or LQ"), required=True, usual=("index", "aql", "lq")),
        ColumnField(name="size_column", label=_("Column of the sample sizes"), required=True,
                    usual=("sample_size", "n", "样本量"), hint=_("A number, or all for the whole lot.")),
        ColumnField(name="ac_column", label=_("Column of the acceptance numbers"), usual=("ac", "c", "接收数"),
                    hint=_("Empty is 0.")),
    ),
    example="lot_from\tlot_to\tindex\tsample_size\n2\t25\t1.0\tall\n26\t1200\t1.0\t34\n1201\t\t1.0\t42",
    answer=answer_printed,
    alone=answer_designed,
    table_title=_("Use a printed table of your own instead"),
    defaults={"beta": "10", "ac": "0"},
)  # fmt: skip
