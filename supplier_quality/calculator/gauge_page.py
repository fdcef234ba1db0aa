"""The page of gauge studies: repeatability and reproducibility."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from supplier_quality.calculator.answers import Answer, drawn, percentage
from supplier_quality.calculator.given import ColumnField
from supplier_quality.calculator.msa_studies import gauge_study
from supplier_quality.calculator.msa_words import COMPONENT_WORDS, SOURCE_WORDS, TOTAL_VARIATION
from supplier_quality.calculator.study_pages import StudyPage, TableAsked
from supplier_quality.calculator.tables import Table
from supplier_quality.charts import (
    Components,
    Figure,
    Group,
    GroupPlot,
    RunChart,
    RunPart,
    draw_components,
    draw_group_plot,
    draw_run_chart,
)
from supplier_quality.charts.figure import Label, table
from supplier_quality.language import Words, _
from supplier_quality.web import fields as own
from supplier_quality.web.formatting import number, significant

if TYPE_CHECKING:
    from supplier_quality.statistics.msa import GaugeResult, Shares

METHOD_WORDS: Mapping[str, Words] = {
    "anova": _("Analysis of variance (ANOVA)"), "range": _("Average and range"),
}  # fmt: skip
DESIGN_WORDS: Mapping[str, Words] = {
    "crossed": _("Crossed: everybody measures the same parts"),
    "nested": _("Nested: everybody has parts of their own"),
}
PART_NAMES = ("part", "零件", "部件", "样件")
APPRAISER_NAMES = ("appraiser", "operator", "inspector", "评价人", "操作者", "操作员", "检验员")
_ORDER = ("acceptable", "marginal", "unacceptable")
_TONES = {"acceptable": "done", "marginal": "soon", "unacceptable": "bad"}


class GaugeForm(TableAsked):
    """What the page asks; ``tolerance`` is in the unit of the readings."""

    part = own.Text()
    appraiser = own.Text()
    value = own.Text()
    method = own.Choice(tuple(METHOD_WORDS), load_default="anova")
    design = own.Choice(tuple(DESIGN_WORDS), load_default="crossed")
    tolerance = own.Number()
    multiplier = own.Number()
    alpha = own.Number(lowest=0, highest=1)


def answer_gauge(given: Table, values: Mapping[str, Any]) -> Answer:
    """Raises BadInput; see ``msa_studies.gauge_study``."""
    settings = {name: values[name] for name in ("alpha", "tolerance", "multiplier") if values.get(name) is not None}
    result = gauge_study(
        given, part=values["part"], appraiser=values["appraiser"], value=values["value"],
        method=values.get("method") or "anova", design=values.get("design") or "crossed", **settings,
    )  # fmt: skip
    verdict, *others = map(str, result.sentences)
    bands = [band for band in (result.verdict, result.ndc_verdict, result.tolerance_verdict) if band is not None]
    return Answer(
        tone=_TONES[max(bands, key=_ORDER.index)],
        verdict=verdict,
        asked=tuple(_asked(result)),
        sentences=tuple(others),
        tables=(_components(result), *_anova(result)),
        figures=tuple(_figures(result, values)),
    )


def _asked(result: "GaugeResult") -> Iterator[tuple[str, str]]:
    yield str(_("Method")), str(METHOD_WORDS[result.method])
    yield str(_("Design")), str(DESIGN_WORDS[result.design])
    for name, count in ((_("Parts"), result.parts), (_("Appraisers"), result.appraisers), (_("Trials"), result.trials)):
        yield str(name), number(count)
    yield str(_("Number of distinct categories (ndc)")), number(result.ndc)
    yield str(TOTAL_VARIATION), significant(result.tv)
    if result.tolerance is not None:
        yield str(_("Tolerance")), significant(result.tolerance)
    yield str(_("Standard deviations in the study variation")), significant(result.multiplier)


def _shares(result: "GaugeResult") -> list[tuple[Words, "Shares"]]:
    found: list[tuple[Words, Shares]] = [
        (_("Study variation in percent"), result.percent_study_variation),
        (_("Contribution in percent"), result.percent_contribution),
    ]
    if result.percent_tolerance is not None:
        found.append((_("Tolerance in percent"), result.percent_tolerance))
    return found


def _names(result: "GaugeResult") -> list[str]:
    return [name for name in COMPONENT_WORDS if getattr(result, name) is not None]


def _components(result: "GaugeResult") -> Any:
    shares = _shares(result)
    heads = [
        (_("Source of variation"), False),
        (_("Standard deviation"), True),
        *((name, True) for name, _of in shares),
    ]
    rows = [
        (str(COMPONENT_WORDS[name]), significant(getattr(result, name)),
         *(percentage(getattr(of, name)) for _name, of in shares))
        for name in _names(result)
    ]  # fmt: skip
    return table(heads, rows, _("Components of variation"))


def _anova(result: "GaugeResult") -> Iterator[Any]:
    heads: list[tuple[Label, bool]] = [
        (_("Source of variation"), False), (_("Degrees of freedom"), True), (_("Sum of squares"), True),
        (_("Mean square"), True), ("F", True), ("p", True),
    ]  # fmt: skip
    for rows, caption in (
        (result.anova, _("Analysis of variance")),
        (result.anova_pooled, _("Analysis of variance without interaction")),
    ):
        if rows:
            cells = [
                (str(SOURCE_WORDS[row.source]), number(row.df), significant(row.ss), _known(row.ms), _known(row.f), _known(row.p))
                for row in rows
            ]  # fmt: skip
            yield table(heads, cells, caption)


def _known(value: float | None) -> str:
    return "" if value is None else significant(value, 4)


def _figures(result: "GaugeResult", values: Mapping[str, Any]) -> Iterator[Figure]:
    names = _names(result)
    measures = [(name, [getattr(of, component) for component in names]) for name, of in _shares(result)]
    sources = [COMPONENT_WORDS[name] for name in names]
    yield drawn(draw_components, Components(_("Components of variation"), sources, measures, "%"))
    is_nested = result.design == "nested"
    by_part: dict[str, list[float]] = {}
    by_appraiser: dict[str, list[float]] = {}
    trials: dict[str, dict[str, tuple[float, ...]]] = {}
    for cell in result.cells:
        part = f"{cell.appraiser} {cell.part}" if is_nested else cell.part
        by_part.setdefault(part, []).extend(cell.readings)
        by_appraiser.setdefault(cell.appraiser, []).extend(cell.readings)
        trials.setdefault(part, {})[cell.appraiser] = cell.readings
    unit = values["value"]
    plots = ((_("By part"), _("Part"), by_part), (_("By appraiser"), _("Appraiser"), by_appraiser))
    for title, groups_name, groups in plots:
        chart = GroupPlot(title, [Group(name, readings) for name, readings in groups.items()], groups_name, unit)
        yield drawn(draw_group_plot, chart)
    appraisers = list(by_appraiser)
    parts = [RunPart(part, [of.get(name, ()) for name in appraisers]) for part, of in trials.items()]
    yield drawn(draw_run_chart, RunChart(_("Gauge run chart"), appraisers, parts, unit))


PAGE = StudyPage(
    name="gauge-rr",
    title=_("Gauge R&R"),
    lead=_("How much of what is measured comes from the gauge and from who measures: GRR, ndc and the verdict of AIAG MSA."),
    icon="rulers",
    schema=GaugeForm,
    columns=(
        ColumnField(name="part", label=_("Column of the parts"), required=True, usual=PART_NAMES),
        ColumnField(name="appraiser", label=_("Column of the appraisers"), required=True, usual=APPRAISER_NAMES),
        ColumnField(name="value", label=_("Column of the readings"), required=True, holds_numbers=True,
                    usual=("value", "reading", "measurement", "测量值", "读数")),
    ),
    example="part\tappraiser\tvalue\n1\tA\t0.29\n1\tA\t0.41\n1\tB\t0.08\n1\tB\t0.25\n2\tA\t-0.56\n2\tA\t-0.68\n2\tB\t-0.47\n2\tB\t-1.22",
    answer=answer_gauge,
    defaults={"method": "anova", "design": "crossed", "multiplier": "6", "alpha": "0.25"},
    choices={"method": METHOD_WORDS, "design": DESIGN_WORDS},
)  # fmt: skip
