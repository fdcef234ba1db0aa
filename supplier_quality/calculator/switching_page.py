"""The page of the switching rules: lots in a row, the severity of each, what comes next and why."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from supplier_quality.calculator.answers import Answer, drawn
from supplier_quality.calculator.given import ColumnField
from supplier_quality.calculator.lots import FLAG_COLUMNS, STREAM_COLUMNS, calling, judge_lots, lots_of
from supplier_quality.calculator.plan_fields import (
    AQL_WORDS,
    LEVEL_WORDS,
    LOT_FIELDS,
    SEVERITY_WORDS,
    STAGE_WORDS,
    STANDARD_WORDS,
    STREAM_FIELDS,
    Parts,
    SeriesAsked,
    limits_of,
    names_of,
    not_too_many,
    plans_of,
    streams_named,
)
from supplier_quality.calculator.sampling_words import VERDICTS
from supplier_quality.calculator.study_pages import StudyPage
from supplier_quality.calculator.tables import Table
from supplier_quality.charts import Figure, LotPoint, LotSeries, draw_lot_series
from supplier_quality.charts.figure import Label, table
from supplier_quality.language import Words, _
from supplier_quality.statistics import sampling
from supplier_quality.statistics.sampling import Conditions, Judged, Lot, PlanTable, Rules, Streams
from supplier_quality.web import fields as own
from supplier_quality.web.formatting import number

_WORDS = ("lot", "lot_size", "nonconforming", *STREAM_COLUMNS, *FLAG_COLUMNS, "steady", "resubmitted_as")
_SHADES: Mapping[str, Literal["plain", "lax", "strict", "stopped"]] = {
    "normal": "plain", "reduced": "lax", "tightened": "strict", "discontinued": "stopped",
}  # fmt: skip
_TONES = {"normal": "done", "reduced": "done", "tightened": "soon", "discontinued": "bad"}
_GRAVITY = tuple(_TONES)
_MOST_FIGURES = 6

Judgements = Sequence[tuple[Lot, Judged]]


class SwitchingForm(SeriesAsked):
    """What the page asks; ``limits`` is a pasted table of limit numbers."""

    resubmitted = own.Text()
    resumes = own.Text()
    resubmitted_as = own.Text()
    steady_column = own.Text()
    start = own.Choice(tuple(SEVERITY_WORDS), load_default="normal")
    steady = own.Flag()
    authorised = own.Flag()
    other_reason = own.Flag()
    limits = own.Text(max_length=50_000)
    limits_name = own.Text()


def answer_switching(given: Table, values: Mapping[str, Any]) -> Answer:
    """Raises BadInput; see ``lots.lots_of`` and ``sampling.Streams``."""
    names = {**names_of(values, _WORDS), "steady": values.get("steady_column")}
    parts = Parts()
    lots = parts.take(lambda: lots_of(given, names)) or []
    known, overridden = parts.take(lambda: plans_of(values)) or (sampling.plan_table(), 0)
    limits = parts.take(lambda: limits_of(values))
    parts.refuse()
    not_too_many(len(lots))
    conditions = Conditions(
        steady=values["steady"], authorised=values["authorised"], other_reason=values["other_reason"]
    )
    streams = Streams(
        known, level=values["level"], aql=values["aql"], conditions=conditions,
        start=values.get("start") or "normal", limits=limits,
    )  # fmt: skip
    with calling(names):
        judged = [(lot, each) for (_row, lot), each in zip(lots, judge_lots(lots, streams), strict=True)]
    by_stream: dict[tuple[str, ...], list[tuple[Lot, Judged]]] = {}
    for lot, each in judged:
        by_stream.setdefault(lot.stream, []).append((lot, each))
    last = [of[-1][1] for of in by_stream.values()]
    many = len(by_stream) > 1
    return Answer(
        tone=_TONES[max((each.next for each in last), key=_GRAVITY.index)],
        verdict=str(_verdict(judged, by_stream)),
        asked=tuple(_asked(judged, values, overridden)),
        sentences=() if many else tuple(map(str, _of_next(judged[-1], known, values))),
        tables=(_streams(by_stream),) if many else (),
        figures=tuple(_figure(stream, of, values) for stream, of in list(by_stream.items())[:_MOST_FIGURES]),
        told=_lots(judged, many=many, standard=values["standard"]),
    )


def _verdict(judged: Judgements, by_stream: Mapping[tuple[str, ...], Judgements]) -> Words:
    if len(by_stream) == 1:
        after = judged[-1][1].next
        if after == "discontinued":
            return _("Inspection is discontinued: the next lots are held.")
        return _("The next lot: %(severity)s inspection.", severity=_IN_SENTENCE[after])
    counts = {stage: sum(of[-1][1].next == stage for of in by_stream.values()) for stage in _GRAVITY}
    return _(
        "%(count)s streams; next on normal inspection: %(normal)s, reduced: %(reduced)s, tightened: %(tightened)s, discontinued: %(discontinued)s.",
        count=len(by_stream), **counts,
    )  # fmt: skip


_IN_SENTENCE: Mapping[str, Words] = {"normal": _("normal"), "tightened": _("tightened"), "reduced": _("reduced")}


def _of_next(last: tuple[Lot, Judged], known: PlanTable, values: Mapping[str, Any]) -> Iterator[Words]:
    lot, judged = last
    yield _("After %(lot)s: %(why)s", lot=judged.lot, why=judged.why)
    if judged.next != "discontinued":
        plan = known.plan(lot_size=lot.lot_size, level=values["level"], aql=values["aql"], severity=judged.next)
        yield _(
            "Of another lot of %(size)s pieces, %(count)s would be inspected: accept up to %(ac)s nonconforming, do not accept from %(re)s.",
            size=number(lot.lot_size), count=number(plan.sample_size), ac=plan.re - 1, re=plan.re,
        )  # fmt: skip


def _asked(judged: Judgements, values: Mapping[str, Any], overridden: int) -> Iterator[tuple[str, str]]:
    published = sampling.published(values["standard"])
    yield str(_("Lots")), number(len(judged))
    yield str(_("Lots accepted")), number(sum(each.accepted is True for _lot, each in judged))
    yield str(_("Lots not accepted")), number(sum(each.accepted is False for _lot, each in judged))
    held = sum(each.accepted is None for _lot, each in judged)
    if held:
        yield str(_("Held")), number(held)
    yield str(_("Inspection level")), values["level"]
    yield str(_("AQL")), values["aql"]
    yield str(_("Standard")), f"{published.standard} ({published.edition})"
    yield str(_("Severity of the first lot")), str(SEVERITY_WORDS[values.get("start") or "normal"])
    for name, label in (("steady", _("Steady production")), ("authorised", _("Reduced inspection agreed"))):
        yield str(label), str(_("yes") if values[name] else _("no"))
    if overridden:
        yield str(_("Cells of your own")), number(overridden)
    if values.get("limits"):
        yield str(_("Limit numbers")), values["limits_name"]


def _lots(judged: Judgements, *, many: bool, standard: str) -> Any:
    has_score = Rules.of(standard).score_needed is not None
    has_limit = any(each.limit for _lot, each in judged)
    heads: list[tuple[Label, bool]] = [
        (_("Lot"), False), *([(_("Stream"), False)] if many else []), (_("Severity"), False), (_("Sample"), True),
        ("Ac/Re", True), (_("Nonconforming"), True), (_("Verdict"), False),
        *([(_("Switching score"), True)] if has_score else []),
        *([(_("Of limit number"), True)] if has_limit else []), (_("Next lot"), False), (_("Why"), False),
    ]  # fmt: skip
    rows = []
    for lot, each in judged:
        plan, limit = each.plan, each.limit
        rows.append((
            each.lot, *([streams_named(lot.stream)] if many else []), str(STAGE_WORDS[each.severity]),
            *((number(plan.sample_size), f"{plan.ac}/{plan.re}", number(each.nonconforming)) if plan else ("–", "–", "–")),
            str(VERDICTS[each.accepted]),
            *([number(each.score)] if has_score else []),
            *([f"{number(limit.nonconforming)} / {number(limit.limit)}" if limit else ""] if has_limit else []),
            str(STAGE_WORDS[each.next]), str(each.why),
        ))  # fmt: skip
    return table(heads, rows, _("Every lot with its reason"))


def _streams(by_stream: Mapping[tuple[str, ...], Judgements]) -> Any:
    heads: list[tuple[Label, bool]] = [
        (_("Stream"), False), (_("Lots"), True), (_("Not accepted"), True), (_("Next lot"), False), (_("Why"), False),
    ]  # fmt: skip
    rows = [
        (streams_named(stream), number(len(of)), number(sum(each.accepted is False for _lot, each in of)),
         str(STAGE_WORDS[of[-1][1].next]), str(of[-1][1].why))
        for stream, of in by_stream.items()
    ]  # fmt: skip
    return table(heads, rows, _("Streams"))


def _figure(stream: tuple[str, ...], of: Judgements, values: Mapping[str, Any]) -> Figure:
    needed = Rules.of(values["standard"]).score_needed
    lots = [
        LotPoint(
            each.lot, each.nonconforming if each.plan else None, each.plan.ac if each.plan else None, each.accepted,
            STAGE_WORDS[each.severity], _SHADES[each.severity], each.score,
        )
        for _lot, each in of
    ]  # fmt: skip
    title: Label = _("Nonconforming pieces by lot, and the severity of inspection")
    if any(stream):
        title = _("%(stream)s: nonconforming pieces by lot", stream=streams_named(stream))
    series = LotSeries(
        title, lots, _("Nonconforming"), "Ac", _("Switching score") if needed is not None else "", needed
    )
    return drawn(draw_lot_series, series)


PAGE = StudyPage(
    name="switching",
    title=_("Switching rules"),
    lead=_("Lots in a row: the severity and the plan of each, when inspection becomes tightened, reduced or is discontinued, and why."),
    icon="arrow-left-right",
    schema=SwitchingForm,
    columns=(
        *LOT_FIELDS, *STREAM_FIELDS,
        ColumnField(name="resubmitted", label=_("Column that says which lots are resubmitted"), rare=True,
                    hint=_("Yes or no; they do not count."), usual=("resubmitted", "再提交")),
        ColumnField(name="resubmitted_as", label=_("Column of the severity of resubmitted lots"), rare=True,
                    hint=_("normal, tightened or reduced; empty is tightened."), usual=("resubmitted_as",)),
        ColumnField(name="resumes", label=_("Column that says where inspection resumes"), rare=True,
                    hint=_("Yes at the first lot after the corrective action was accepted."), usual=("resumes", "恢复检验")),
        ColumnField(name="steady_column", label=_("Column that says whether production was steady"), rare=True,
                    hint=_("Yes or no; empty is what is said below for all lots."), usual=("steady", "生产稳定")),
    ),
    example="lot\tlot_size\tnonconforming\nL01\t1000\t1\nL02\t1000\t0\nL03\t1200\t3\nL04\t1000\t4\nL05\t1000\t0",
    answer=answer_switching,
    defaults={"level": "II", "standard": "iso2859-1", "start": "normal"},
    choices={
        "level": LEVEL_WORDS, "aql": AQL_WORDS, "standard": STANDARD_WORDS, "start": SEVERITY_WORDS,
    },
)  # fmt: skip
