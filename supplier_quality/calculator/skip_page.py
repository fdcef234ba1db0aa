"""The page of skip-lot sampling: which lots of a proven product are inspected, lot by lot, and why."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Literal

from supplier_quality.calculator.answers import Answer, drawn
from supplier_quality.calculator.given import ColumnField
from supplier_quality.calculator.lots import SKIP_FLAGS, STREAM_COLUMNS, calling, judge_skip_lots, skip_lots_of
from supplier_quality.calculator.plan_fields import (
    AQL_WORDS,
    LEVEL_WORDS,
    LOT_FIELDS,
    STANDARD_WORDS,
    STREAM_FIELDS,
    Parts,
    SeriesAsked,
    names_of,
    not_too_many,
    plans_of,
    streams_named,
)
from supplier_quality.calculator.sampling_words import DRAWN, SKIPPED, VERDICTS, how_often
from supplier_quality.calculator.study_pages import StudyPage
from supplier_quality.calculator.tables import Table
from supplier_quality.charts import Figure, LotPoint, LotSeries, draw_lot_series
from supplier_quality.charts.figure import Label, table
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _
from supplier_quality.statistics import sampling
from supplier_quality.statistics.sampling import SkipConditions, SkipJudged, SkipLot, SkipLots, SkipSettings, SkipStage
from supplier_quality.web import fields as own
from supplier_quality.web.formatting import number

START_WORDS: Mapping[str, Words] = {
    "lot_by_lot": _("Lot by lot: the product has yet to qualify"), "skip_lot": _("Skip-lot: the product has qualified"),
}  # fmt: skip
STAGE_NAMES: Mapping[str, Words] = {
    "lot_by_lot": _("Lot by lot"), "skip_lot": _("Skip-lot"), "interruption": _("Interrupted"),
}  # fmt: skip
_SHADES: Mapping[str, Literal["plain", "lax", "strict", "stopped"]] = {
    "lot_by_lot": "plain", "skip_lot": "lax", "interruption": "strict",
}  # fmt: skip
_WORDS = ("lot", "lot_size", "nonconforming", *STREAM_COLUMNS)
_DEFAULTS = SkipSettings()
_COUNTS = tuple(field.name for field in fields(SkipSettings) if field.name != "frequencies")
_MOST_FIGURES = 6

Fates = Sequence[tuple[SkipLot, SkipJudged]]


class SkipForm(SeriesAsked):
    """What the page asks. ``draw`` is a random number from 0 up to 1, ``frequencies`` such as 2, 3, 4, 5."""

    supplier_column = own.Text()
    product_column = own.Text()
    start = own.Choice(tuple(START_WORDS), load_default="lot_by_lot")
    supplier_qualified = own.Flag()
    product_qualified = own.Flag()
    draw = own.Number(lowest=0, highest=1)
    frequencies = own.Text()
    least_lots = own.Integer(lowest=1, highest=1000)
    score_needed = own.Integer(lowest=1, highest=100_000)
    points_accepted = own.Integer(lowest=0, highest=1000)
    points_one_step_tighter = own.Integer(lowest=0, highest=1000)
    points_two_steps_tighter = own.Integer(lowest=0, highest=1000)
    lots_per_step = own.Integer(lowest=1, highest=1000)
    requalify_accepted = own.Integer(lowest=1, highest=1000)


def answer_skipping(given: Table, values: Mapping[str, Any]) -> Answer:
    """Raises BadInput; see ``lots.skip_lots_of`` and ``sampling.SkipLots``."""
    columns = {name: values.get(name.replace("_qualified", "_column")) for name in SKIP_FLAGS}
    names = {**names_of(values, _WORDS), **columns}
    parts = Parts()
    lots = parts.take(lambda: skip_lots_of(given, names)) or []
    plans, overridden = parts.take(lambda: plans_of(values)) or (sampling.plan_table(), 0)
    settings = parts.take(lambda: _settings(values)) or _DEFAULTS
    parts.refuse()
    not_too_many(len(lots))
    known = SkipLots(
        plans, level=values["level"], aql=values["aql"], settings=settings,
        conditions=SkipConditions(values["supplier_qualified"], values["product_qualified"]),
        start=SkipStage(values.get("start") or "lot_by_lot"),
    )  # fmt: skip
    with calling(names):
        judged = [(lot, each) for (_row, lot), each in zip(lots, judge_skip_lots(lots, known), strict=True)]
    by_stream: dict[tuple[str, ...], list[tuple[SkipLot, SkipJudged]]] = {}
    for lot, each in judged:
        by_stream.setdefault(lot.stream, []).append((lot, each))
    many, last = len(by_stream) > 1, judged[-1][1]
    draw = values.get("draw")
    stages = {of[-1][1].next for of in by_stream.values()}
    return Answer(
        tone="soon" if "interruption" in stages else "done" if "skip_lot" in stages else "open",
        verdict=str(_verdict(last, by_stream, None if draw is None else known.draws_next(draw))),
        asked=tuple(_asked(judged, values, settings, overridden)),
        sentences=() if many else (str(_("After %(lot)s: %(why)s", lot=last.lot, why=last.why)),),
        tables=(_streams(by_stream),) if many else (),
        figures=tuple(_figure(stream, of) for stream, of in list(by_stream.items())[:_MOST_FIGURES]),
        told=_lots(judged, many=many),
    )


def _settings(values: Mapping[str, Any]) -> SkipSettings:
    given = {name: values[name] for name in _COUNTS if values.get(name) is not None}
    text = values.get("frequencies")
    if text:
        pieces = [piece for piece in re.split(r"[,，、;；\s]+", text) if piece]
        if not all(piece.isascii() and piece.isdecimal() and len(piece) < 6 for piece in pieces):
            problem = _("The frequencies are whole numbers.")
            raise BadInput(problem, (Problem(problem, _("Write them as 2, 3, 4, 5."), column="frequencies"),))
        given["frequencies"] = tuple(map(int, pieces))
    return SkipSettings(**given)


def _verdict(last: SkipJudged, by_stream: Mapping[tuple[str, ...], Fates], drawn_next: bool | None) -> Words:
    if len(by_stream) > 1:
        counts = {stage: sum(of[-1][1].next == stage for of in by_stream.values()) for stage in STAGE_NAMES}
        return _(
            "%(count)s streams; next lot by lot: %(lot_by_lot)s, skip-lot: %(skip_lot)s, interrupted: %(interruption)s.",
            count=len(by_stream), **counts,
        )  # fmt: skip
    if drawn_next is not None:
        return DRAWN[drawn_next]
    if last.next == "skip_lot":
        return _("Skip-lot: of the next lots one in %(count)s is inspected; draw it at random.", count=last.next_one_in)
    if last.next == "interruption":
        return _("Skip-lot inspection is interrupted: the next lot is inspected.")
    return _("Lot by lot: the next lot is inspected.")


def _asked(
    judged: Fates, values: Mapping[str, Any], settings: SkipSettings, overridden: int
) -> Iterator[tuple[str, str]]:
    published = sampling.published(values["standard"])
    yield str(_("Lots")), number(len(judged))
    yield str(_("Inspected")), number(sum(each.plan is not None for _lot, each in judged))
    yield str(_("Skipped")), number(sum(each.plan is None for _lot, each in judged))
    yield str(_("Lots not accepted")), number(sum(each.accepted is False for _lot, each in judged))
    yield str(_("Inspection level")), values["level"]
    yield str(_("AQL")), values["aql"]
    yield str(_("Standard")), f"{published.standard} ({published.edition})"
    for name, label in (
        ("supplier_qualified", _("Supplier qualified")),
        ("product_qualified", _("Product qualified")),
    ):
        yield str(label), str(_("yes") if values[name] else _("no"))
    yield str(_("Lots and points needed")), f"{number(settings.least_lots)} / {number(settings.score_needed)}"
    yield str(_("One lot in")), ", ".join(map(str, settings.frequencies))
    if overridden:
        yield str(_("Cells of your own")), number(overridden)


def _lots(judged: Fates, *, many: bool) -> Any:
    heads: list[tuple[Label, bool]] = [
        (_("Lot"), False), *([(_("Stream"), False)] if many else []), (_("Inspection"), False), (_("Sample"), True),
        ("Ac/Re", True), (_("Nonconforming"), True), (_("Verdict"), False), (_("Points"), True),
        (_("Sum of points"), True), (_("Next lots"), False), (_("Why"), False),
    ]  # fmt: skip
    rows = []
    for lot, each in judged:
        plan = each.plan
        rows.append((
            each.lot, *([streams_named(lot.stream)] if many else []), str(STAGE_NAMES[each.stage]),
            *((number(plan.sample_size), f"{plan.ac}/{plan.re}", number(each.nonconforming)) if plan else ("–", "–", "–")),
            str(VERDICTS[each.accepted] if plan else SKIPPED), number(each.points), number(each.score),
            str(how_often(each.next_one_in)), str(each.why),
        ))  # fmt: skip
    return table(heads, rows, _("Every lot with its reason"))


def _streams(by_stream: Mapping[tuple[str, ...], Fates]) -> Any:
    heads: list[tuple[Label, bool]] = [
        (_("Stream"), False), (_("Lots"), True), (_("Inspected"), True), (_("Inspection of the next lots"), False),
        (_("Frequency"), False), (_("Why"), False),
    ]  # fmt: skip
    rows = [
        (streams_named(stream), number(len(of)), number(sum(each.plan is not None for _lot, each in of)),
         str(STAGE_NAMES[of[-1][1].next]), str(how_often(of[-1][1].next_one_in)), str(of[-1][1].why))
        for stream, of in by_stream.items()
    ]  # fmt: skip
    return table(heads, rows, _("Streams"))


def _figure(stream: tuple[str, ...], of: Fates) -> Figure:
    lots = [
        LotPoint(
            each.lot, each.nonconforming, each.plan.ac if each.plan else None, each.accepted, STAGE_NAMES[each.stage],
            _SHADES[each.stage], each.score,
        )
        for _lot, each in of
    ]  # fmt: skip
    title: Label = _("Nonconforming pieces by lot, and which lots were skipped")
    if any(stream):
        title = _("%(stream)s: nonconforming pieces by lot", stream=streams_named(stream))
    return drawn(draw_lot_series, LotSeries(title, lots, _("Nonconforming"), "Ac", _("Qualification points")))


PAGE = StudyPage(
    name="skip-lot",
    title=_("Skip-lot sampling"),
    lead=_("Which lots of a proven product need not be inspected: qualification, frequency, interruption and disqualification, lot by lot. All numbers are settings."),
    icon="skip-forward",
    schema=SkipForm,
    columns=(
        *LOT_FIELDS[:2],
        ColumnField(name="nonconforming", label=LOT_FIELDS[2].label, required=True, usual=LOT_FIELDS[2].usual,
                    hint=_("Empty where a lot was skipped.")),
        *STREAM_FIELDS,
        ColumnField(name="supplier_column", label=_("Column that says whether the supplier is qualified"), rare=True,
                    hint=_("Yes or no; empty is what is said below for all lots."), usual=("supplier_qualified",)),
        ColumnField(name="product_column", label=_("Column that says whether the product is qualified"), rare=True,
                    hint=_("Yes or no; empty is what is said below for all lots."), usual=("product_qualified",)),
    ),
    example="lot\tlot_size\tnonconforming\nL01\t1000\t0\nL02\t1000\t1\nL03\t1200\t0\nL04\t1000\t0",
    answer=answer_skipping,
    defaults={"level": "II", "standard": "iso2859-1", "start": "lot_by_lot",
              "frequencies": ", ".join(map(str, _DEFAULTS.frequencies)),
              **{name: str(getattr(_DEFAULTS, name)) for name in _COUNTS}},
    choices={"level": LEVEL_WORDS, "aql": AQL_WORDS, "standard": STANDARD_WORDS, "start": START_WORDS},
)  # fmt: skip
