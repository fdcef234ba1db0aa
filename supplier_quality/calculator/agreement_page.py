"""The page of attribute agreement studies."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from supplier_quality.calculator.answers import Answer, drawn, index, share
from supplier_quality.calculator.gauge_page import APPRAISER_NAMES, PART_NAMES
from supplier_quality.calculator.given import ColumnField
from supplier_quality.calculator.msa_studies import agreement_study
from supplier_quality.calculator.study_pages import StudyPage, TableAsked
from supplier_quality.calculator.tables import Table
from supplier_quality.charts import Components, Figure, draw_components
from supplier_quality.charts.figure import table
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _
from supplier_quality.web import fields as own
from supplier_quality.web.formatting import number

if TYPE_CHECKING:
    from supplier_quality.statistics.msa import AgreementResult, AppraiserAgreement, Matched

_ORDER = ("acceptable", "marginal", "unacceptable")
_TONES = {"acceptable": "done", "marginal": "soon", "unacceptable": "bad"}
_VERDICTS: Mapping[str, Words] = {
    "acceptable": _("Every appraiser rates acceptably by effectiveness, misses, false alarms and kappa."),
    "marginal": _("At least one appraiser is only marginal; see the table."),
    "unacceptable": _("At least one appraiser is not acceptable; see the table."),
}
_BAND_WORDS: Mapping[str, Words] = {
    "acceptable": _("acceptable"), "marginal": _("marginal"), "unacceptable": _("not acceptable"),
}  # fmt: skip


class AgreementForm(TableAsked):
    """What the page asks. ``good`` is the label of a conforming part, ``confidence`` a percentage."""

    appraiser = own.Text()
    part = own.Text()
    trial = own.Text()
    rating = own.Text()
    reference = own.Text()
    good = own.Text()
    confidence = own.Number(lowest=50, highest=99.9)


def answer_agreement(given: Table, values: Mapping[str, Any]) -> Answer:
    """Raises BadInput; see ``msa_studies.agreement_study``."""
    if not values.get("good"):
        problem = _("Say which label a conforming part has.")
        raise BadInput(problem, (Problem(problem, column="good"),))
    columns = {name: values[name] for name in ("appraiser", "part", "trial", "rating", "reference")}
    result = agreement_study(given, good=values["good"], confidence=(values.get("confidence") or 95) / 100, **columns)
    bands = [band for one in result.appraisers for band in _bands(one) if band is not None]
    worst = max(bands, key=_ORDER.index)
    return Answer(
        tone=_TONES[worst],
        verdict=str(_VERDICTS[worst]),
        asked=tuple(_asked(result)),
        sentences=tuple(str(sentence) for sentence in result.sentences),
        tables=(_appraisers(result), _parts(result), *_pairs(result)),
        figures=(_figure(result),),
    )


def _bands(one: "AppraiserAgreement") -> tuple[str | None, ...]:
    bands = (one.kappa_band, one.effectiveness_band, one.miss.band, one.false_alarm.band)
    return tuple(None if band is None else str(band) for band in bands)


def _asked(result: "AgreementResult") -> Iterator[tuple[str, str]]:
    yield str(_("Conforming")), result.good
    for name, count in (
        (_("Parts"), result.parts),
        (_("Appraisers"), len(result.appraisers)),
        (_("Trials"), result.trials),
    ):
        yield str(name), number(count)
    yield str(_("Confidence level")), f"{number(result.confidence * 100)} %"


def _appraisers(result: "AgreementResult") -> Any:
    heads = [
        (_("Appraiser"), False), (_("Kappa, reference"), True), (_("Kappa, within"), True), (_("Effectiveness"), True),
        (_("Miss rate"), True), (_("False alarm rate"), True), (_("Verdict"), False),
    ]  # fmt: skip
    rows = [
        (
            one.appraiser, index(one.kappa_reference), index(one.kappa_within), share(one.effectiveness.fraction),
            share(one.miss.fraction), share(one.false_alarm.fraction), str(_BAND_WORDS[_worst(one)]),
        )
        for one in result.appraisers
    ]  # fmt: skip
    return table(heads, rows, _("Appraisers"))


def _worst(one: "AppraiserAgreement") -> str:
    return max((band for band in _bands(one) if band is not None), key=_ORDER.index)


def _parts(result: "AgreementResult") -> Any:
    heads = [
        (_("Parts rated"), False),
        (_("Parts"), True),
        (_("Of"), True),
        (_("Fraction"), True),
        (_("Confidence interval"), True),
    ]
    rows = [
        (str(_("%(appraiser)s: %(rated)s", appraiser=one.appraiser, rated=said)), *_matched(found))
        for one in result.appraisers
        for said, found in ((_("alike in every trial"), one.within), (_("right in every trial"), one.effectiveness))
    ]
    rows.append((str(_("All appraisers: alike")), *_matched(result.between.matched)))
    rows.append((str(_("All appraisers: right")), *_matched(result.between.effectiveness)))
    return table(heads, rows, _("Parts on which ratings agree"))


def _matched(found: "Matched") -> tuple[str, ...]:
    interval = f"{share(found.lower)} … {share(found.upper)}"
    return number(found.matched), number(found.inspected), share(found.fraction), interval


def _pairs(result: "AgreementResult") -> Iterator[Any]:
    between = result.between
    if between.kappa is None and not between.pairs:
        return
    rows = [(" – ".join(pair.appraisers), index(pair.kappa)) for pair in between.pairs]
    rows.append((str(_("All appraisers with each other (Fleiss)")), index(between.kappa)))
    rows.append((str(_("All appraisers with the reference")), index(between.kappa_reference)))
    yield table([(_("Appraisers"), False), (_("Kappa"), True)], rows, _("Agreement between appraisers"))


def _figure(result: "AgreementResult") -> Figure:
    measures: list[tuple[Words, list[float | None]]] = [
        (_("Effectiveness"), [one.effectiveness.fraction * 100 for one in result.appraisers]),
        (_("Miss rate"), [_percent(one.miss.fraction) for one in result.appraisers]),
        (_("False alarm rate"), [_percent(one.false_alarm.fraction) for one in result.appraisers]),
    ]
    rounded = [(name, [None if value is None else round(value, 1) for value in values]) for name, values in measures]
    chart = Components(
        _("Effectiveness, misses and false alarms"), [one.appraiser for one in result.appraisers], rounded, "%"
    )
    return drawn(draw_components, chart)


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else fraction * 100


PAGE = StudyPage(
    name="agreement",
    title=_("Attribute agreement"),
    lead=_("Whether people who rate parts as conforming or not agree with themselves, with each other and with what is right."),
    icon="people",
    schema=AgreementForm,
    columns=(
        ColumnField(name="appraiser", label=_("Column of the appraisers"), required=True, usual=APPRAISER_NAMES),
        ColumnField(name="part", label=_("Column of the parts"), required=True, usual=PART_NAMES),
        ColumnField(name="trial", label=_("Column of the trials"), required=True, usual=("trial", "试验", "次数")),
        ColumnField(name="rating", label=_("Column of the ratings"), required=True, usual=("rating", "result", "评定", "判定")),
        ColumnField(name="reference", label=_("Column of the right ratings"), required=True, usual=("reference", "standard", "基准", "参考值")),
    ),
    example="appraiser\tpart\ttrial\trating\treference\nA\t1\t1\tok\tok\nA\t1\t2\tok\tok\nA\t2\t1\tnok\tnok\nA\t2\t2\tok\tnok",
    answer=answer_agreement,
    defaults={"good": "ok", "confidence": "95"},
)  # fmt: skip
