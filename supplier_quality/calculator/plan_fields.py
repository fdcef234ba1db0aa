"""What the pages of acceptance sampling share: fields of plans, tables pasted into a field of their own, pictures of a plan."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from supplier_quality.calculator.answers import drawn, per_million, share
from supplier_quality.calculator.given import ColumnField, table_of_pasted
from supplier_quality.calculator.plan_tables import limit_numbers_of, overrides_of
from supplier_quality.calculator.study_pages import TableAsked
from supplier_quality.calculator.tables import BadTable
from supplier_quality.charts import AoqCurve, Figure, OcCurve, OcCurves, draw_aoq_curve, draw_oc_curves
from supplier_quality.charts.figure import Label
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Text, Words, _
from supplier_quality.statistics import sampling
from supplier_quality.statistics.sampling import LimitNumbers, Override, PlanTable, Single
from supplier_quality.web import fields as own
from supplier_quality.web.formatting import number

Value = TypeVar("Value")

SEVERITY_WORDS: Mapping[str, Words] = {
    "normal": _("Normal"), "tightened": _("Tightened"), "reduced": _("Reduced"),
}  # fmt: skip
STAGE_WORDS: Mapping[str, Words] = {**SEVERITY_WORDS, "discontinued": _("Discontinued")}
STANDARD_WORDS: Mapping[str, Words] = {
    "iso2859-1": _("ISO 2859-1"), "z1.4": _("ANSI/ASQ Z1.4"),
}  # fmt: skip
LEVEL_WORDS: Mapping[str, Words] = {level: Text.of(level) for level in sampling.levels()}
AQL_WORDS: Mapping[str, Words] = {aql: Text.of(aql) for aql in sampling.table("iso2859-1").aqls}
MOST_LOTS = 2_000
"""Of a page; commands and the API take more."""

_POINTS = 60
_LEAST_PA = 0.005
_MOST_PASTED = 50_000

LOT_FIELDS = (
    ColumnField(name="lot", label=_("Column of the lot numbers"), required=True,
                usual=("lot", "batch", "lot_no", "lot number", "批号", "批次", "批")),
    ColumnField(name="lot_size", label=_("Column of the lot sizes"), required=True,
                usual=("lot_size", "lot size", "size", "quantity", "批量", "数量")),
    ColumnField(name="nonconforming", label=_("Column of the nonconforming pieces"), required=True,
                usual=("nonconforming", "defective", "rejects", "found", "不合格品数", "不合格数", "不合格品")),
)  # fmt: skip
STREAM_FIELDS = (
    ColumnField(name="site", label=_("Column of the sites"), rare=True, usual=("site", "工厂", "现场"),
                hint=_("Lots of another site, part or class are a stream of their own.")),
    ColumnField(name="part", label=_("Column of the parts"), rare=True, usual=("part", "零件", "物料")),
    ColumnField(name="class_of", label=_("Column of the classes of nonconformity"), rare=True, usual=("class", "类别")),
)  # fmt: skip


class SeriesAsked(TableAsked):
    """What the pages of lots in a row ask alike."""

    lot = own.Text()
    lot_size = own.Text()
    nonconforming = own.Text()
    site = own.Text()
    part = own.Text()
    class_of = own.Text()
    level = own.Choice(sampling.levels(), required=True)
    aql = own.Choice(sampling.table("iso2859-1").aqls, required=True)
    standard = own.Choice(tuple(STANDARD_WORDS), load_default="iso2859-1")
    overrides = own.Text(max_length=_MOST_PASTED)


class Parts:
    """Reads the parts of what was sent one after the other, so that what is wrong with all of them is said at once."""

    def __init__(self) -> None:
        self._refused: list[BadInput] = []

    def take(self, read: Callable[[], Value]) -> Value | None:
        """What ``read`` gives; None when it raises BadInput, which is kept for :meth:`refuse`."""
        try:
            return read()
        except BadInput as error:
            self._refused.append(error)
            return None

    def refuse(self) -> None:
        """Raises BadInput with the problems of all parts."""
        if len(self._refused) == 1:
            raise self._refused[0]
        if self._refused:
            details = [problem for error in self._refused for problem in error.details or (Problem(error.message),)]
            raise BadInput(self._refused[0].message, tuple(details))


def names_of(values: Mapping[str, Any], words: Sequence[str]) -> dict[str, str | None]:
    """What the columns are called in the table, by the words of ``lots``."""
    return {word: values.get("class_of" if word == "class" else word) for word in words}


def plans_of(values: Mapping[str, Any]) -> tuple[PlanTable, int]:
    """The plans of the standard with the user's cells, and how many these are. Raises BadInput beside the field."""
    overrides: tuple[Override, ...] = ()
    if values.get("overrides"):
        with in_field("overrides"):
            overrides = overrides_of(table_of_pasted(values["overrides"], None), values["standard"])
    with in_field("overrides"):
        return sampling.overridden_table(values["standard"], overrides), len(overrides)


def limits_of(values: Mapping[str, Any]) -> LimitNumbers | None:
    """The limit numbers that were pasted; None without any. Raises BadInput beside the field."""
    if not values.get("limits"):
        return None
    name = values.get("limits_name") or ""
    if not name:
        problem = _("Write the name and the edition of the table.")
        raise BadInput(problem, (Problem(problem, column="limits_name"),))
    with in_field("limits"):
        return limit_numbers_of(table_of_pasted(values["limits"], None), name=name, edition=name)


@contextmanager
def in_field(field: str) -> Iterator[None]:
    """Let what is wrong with a table in a field of its own stand beside that field, rows and columns in its words."""
    try:
        yield
    except BadInput as error:
        details = tuple(_told(problem, field) for problem in error.details[:5])
        raise BadInput(error.message, details or (Problem(error.message, column=field),)) from None


def _told(problem: Problem, field: str) -> Problem:
    if problem.row is None:
        return Problem(problem.problem, problem.remedy, column=field)
    said = {"row": problem.row, "column": problem.column or "–", "problem": problem.problem}
    if problem.value:
        said["value"] = problem.value
        return Problem(_("Row %(row)s, %(column)s, “%(value)s”: %(problem)s", **said), problem.remedy, column=field)
    return Problem(_("Row %(row)s, %(column)s: %(problem)s", **said), problem.remedy, column=field)


def not_too_many(count: int) -> None:
    """Raises BadInput when there are more lots than a page shows."""
    if count > MOST_LOTS:
        raise BadTable(
            _("A page shows at most %(most)s lots; these are %(count)s. Use the command line or the API.", most=number(MOST_LOTS), count=number(count))
        )  # fmt: skip


def streams_named(parts: Sequence[str]) -> str:
    """The stream of a lot by its site, part and class."""
    return " · ".join(filter(None, parts)) or "–"


def verdict_of(sample_size: int, re: int, *, inspect_all: bool) -> Words:
    """What to do with a lot by a plan with this rejection number."""
    said = {"count": number(sample_size), "ac": number(re - 1), "re": number(re)}
    if inspect_all:
        return _("Inspect all %(count)s pieces; accept up to %(ac)s nonconforming, do not accept from %(re)s.", **said)
    return _("Inspect %(count)s pieces; accept up to %(ac)s nonconforming, do not accept from %(re)s.", **said)


def of_producers_risk(plan: Single, aql: float) -> Words:
    """How likely a lot at the fraction ``aql`` is not accepted."""
    return _("Producer's risk: a lot with %(aql)s nonconforming is not accepted with a probability of %(risk)s.", aql=share(aql), risk=share(sampling.producers_risk(plan, aql)))  # fmt: skip


def of_consumers_risk(plan: Single, lq: float) -> Words:
    """How likely a lot at the fraction ``lq`` is accepted."""
    return _("Consumer's risk: a lot with %(lq)s nonconforming is accepted with a probability of %(risk)s.", lq=share(lq), risk=share(sampling.consumers_risk(plan, lq)))  # fmt: skip


def of_smallest(lot_size: int | None) -> Words:
    """What the probabilities of the smallest plan are computed for."""
    if lot_size is None:
        return _("Probabilities are binomial, for a series of lots (type B).")
    return _("Probabilities are hypergeometric, for this lot (type A): no smaller sample would do.")


def oc_figure(
    plans: Sequence[tuple[Single, str]], marks: Sequence[tuple[Label, float]], end: float, title: Label
) -> Figure:
    """The OC curves of plans up to the fraction ``end``, with marked qualities."""
    fractions = sorted(
        {float(rounded(end * step / _POINTS)) for step in range(_POINTS + 1)} | {p for _name, p in marks}
    )
    curves = [
        OcCurve(name, [(point.p, point.pa) for point in sampling.oc_curve(plan, fractions)]) for plan, name in plans
    ]
    # The marks are for the eye; their exact values are in the sentences.
    return drawn(draw_oc_curves, OcCurves(title, curves, [(name, float(rounded(p))) for name, p in marks]))


def end_of(plan: Single, *more: float) -> float:
    """Up to which fraction nonconforming the curves of a plan are drawn, so that these qualities are inside."""
    return min(1.0, max((sampling.quality_accepted_with(plan, _LEAST_PA), *(1.2 * each for each in more))))


def aoq_figure(plan: Single, marks: Sequence[tuple[Label, float]], end: float) -> Figure:
    """What leaves inspection on average, with the AOQL."""
    limit = sampling.outgoing_limit(plan)
    fractions = sorted({float(rounded(end * step / _POINTS)) for step in range(_POINTS + 1)})
    points = [(p, float(f"{sampling.outgoing(plan, p).aoq:.6g}")) for p in fractions]
    curve = AoqCurve(
        _("AOQ: what leaves inspection on average"), points, (limit.p, limit.aoq),
        [(name, float(rounded(p))) for name, p in marks],
    )  # fmt: skip
    return drawn(draw_aoq_curve, curve)


def of_outgoing(plan: Single, aql: float | None) -> Iterator[Words]:
    """AOQL and ATI in sentences, for lots that are sorted when they are not accepted."""
    limit = sampling.outgoing_limit(plan)
    yield _(
        "AOQL: when lots that are not accepted are sorted and nonconforming pieces replaced, at most %(aoql)s (%(ppm)s ppm) are nonconforming on average after inspection; that is so for incoming lots with %(p)s.",
        aoql=share(limit.aoq), ppm=per_million(limit.aoq * 1e6), p=share(limit.p),
    )  # fmt: skip
    at_aql = None if aql is None else sampling.outgoing(plan, aql)
    if at_aql is not None and at_aql.ati is not None and limit.ati is not None:
        yield _(
            "ATI: on average %(ati)s pieces of a lot are inspected when lots come with %(aql)s nonconforming, and %(worst)s when they come with %(p)s.",
            ati=number(at_aql.ati, 0), aql=share(aql), worst=number(limit.ati, 0), p=share(limit.p),
        )  # fmt: skip


def rounded(value: float) -> str:
    """Three significant digits for a table of a curve."""
    return f"{value:.3g}"
