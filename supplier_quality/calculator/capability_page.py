"""The page of capability studies."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from supplier_quality.calculator.answers import Answer, drawn, index, per_million
from supplier_quality.calculator.chart_figures import control_figure
from supplier_quality.calculator.given import ColumnField
from supplier_quality.calculator.stats_studies import (
    SIGMAS,
    STUDIES,
    TREATMENTS,
    CapabilityAsked,
    Columns,
    study_capability,
)
from supplier_quality.calculator.study_pages import StudyPage, TableAsked
from supplier_quality.calculator.tables import Table
from supplier_quality.charts import CapabilityHistogram, Curve, draw_capability_histogram, normal_curve
from supplier_quality.charts.figure import table
from supplier_quality.language import Words, _
from supplier_quality.web import fields as own
from supplier_quality.web.formatting import number, significant

if TYPE_CHECKING:
    from supplier_quality.statistics.capability.indices import Indices
    from supplier_quality.statistics.capability.study import Capability

SUBGROUP_NAMES = ("subgroup", "sample", "group", "子组", "样本", "组")

STUDY_WORDS: Mapping[str, Words] = {
    "initial": _("Initial study (Ppk)"), "ongoing": _("Process in series (Cpk)"), "machine": _("Machine (Cmk)"),
}  # fmt: skip
SIGMA_WORDS: Mapping[str, Words] = {
    "rbar": _("Mean range (Rbar/d2)"), "sbar": _("Mean standard deviation (sbar/c4)"),
    "pooled": _("Pooled standard deviation"), "mr": _("Moving range"),
}  # fmt: skip
TREATMENT_WORDS: Mapping[str, Words] = {
    "auto": _("As the test of normality says"), "normal": _("As normal"), "box-cox": _("Box-Cox"),
    "johnson": _("Johnson"), "percentile": _("By percentiles"),
}  # fmt: skip
_TONES = {"meets": "done", "consult": "soon", "fails": "bad"}


class CapabilityForm(TableAsked):
    """What the page asks; lengths are in the unit of the readings."""

    column = own.Text()
    subgroup = own.Text()
    subgroup_size = own.Integer(lowest=1, highest=100_000)
    lsl = own.Number()
    usl = own.Number()
    target = own.Number()
    sigma = own.Choice(SIGMAS)
    study = own.Choice(STUDIES, load_default=STUDIES[0])
    treatment = own.Choice(TREATMENTS, load_default=TREATMENTS[0])


def check_asked(values: Mapping[str, Any]) -> None:
    """Raises BadInput for limits that are missing or swapped."""
    from supplier_quality.statistics.capability.indices import Limits, check_limits

    check_limits(Limits(values.get("lsl"), values.get("usl"), values.get("target")))


def answer_capability(given: Table, values: Mapping[str, Any]) -> Answer:
    """Raises BadInput; see ``stats_studies.study_capability``."""
    columns = Columns(
        column=values["column"], subgroup=values.get("subgroup"), subgroup_size=values.get("subgroup_size")
    )
    result = study_capability(
        given,
        CapabilityAsked(
            columns=columns, lsl=values.get("lsl"), usl=values.get("usl"), target=values.get("target"),
            sigma=values.get("sigma"), study=values.get("study") or STUDIES[0],
            treatment=values.get("treatment") or TREATMENTS[0],
        ),
    )  # fmt: skip
    return Answer(
        tone=_TONES[result.verdict.band] if result.is_stable else "soon" if result.verdict.band == "meets" else "bad",
        verdict=str(result.verdict.sentence),
        asked=tuple(_asked(result, values)),
        sentences=tuple(str(sentence) for sentence in result.sentences),
        signals=tuple(str(violation.sentence) for violation in result.stability.violations),
        tables=(_indices(result), _rates(result)),
        figures=(
            _histogram(given.numbers(values["column"]), result, values["column"]),
            control_figure(result.stability, _("Control chart of the readings")),
        ),
    )


def _asked(result: "Capability", values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    pairs: list[tuple[Words | str, float | str | None]] = [
        (_("Column"), values["column"]),
        (_("Kind of study"), str(STUDY_WORDS[result.study])),
        (_("Readings"), number(result.n)),
        (_("Subgroups"), number(result.subgroups)),
        ("LSL", result.limits.lsl),
        ("USL", result.limits.usl),
        (_("Target"), result.limits.target),
        (_("Mean"), result.mean),
        (_("Lowest"), result.least),
        (_("Highest"), result.most),
        (_("Sigma within subgroups"), result.sigma_within.value),
        (_("Estimated by"), str(SIGMA_WORDS[result.sigma_within.method])),
        (_("Sigma overall"), result.sigma_overall),
        (_("Standard"), f"{result.verdict.standard} ({result.verdict.edition})"),
    ]
    if result.normality is not None:
        pairs.append((_("Anderson-Darling p"), significant(result.normality.p, 3)))
    for name, value in pairs:
        if value is not None:
            yield str(name), value if isinstance(value, str) else significant(value)


def _indices(result: "Capability") -> Any:
    confidence = result.confidence
    rows = [
        *_named("Cp Cpl Cpu Cpk", result.within, confidence.cp, confidence.cpk),
        *_named("Pp Ppl Ppu Ppk", result.overall, confidence.pp, confidence.ppk),
    ]
    if result.cpm is not None:
        rows.append(("Cpm", index(result.cpm), _interval(confidence.cpm)))
    if result.way_out is not None:
        found = result.way_out.indices
        names = ("Pp*", "Ppk*")
        rows += [(name, index(value), "") for name, value in zip(names, (found.both, found.least), strict=True) if value is not None]  # fmt: skip
    level = f"{number(confidence.level * 100)} %"
    heads = [(_("Index"), False), (_("Value"), True), (_("Confidence interval %(level)s", level=level), True)]
    caption = _("Indices; * by the percentiles of the fitted distribution") if result.way_out else _("Indices")
    return table(heads, rows, caption)


def _named(
    names: str, found: "Indices", both: tuple[float, float] | None, least: tuple[float, float]
) -> Iterator[tuple[str, str, str]]:
    values = (found.both, found.lower, found.upper, found.least)
    for name, value, interval in zip(names.split(), values, (both, None, None, least), strict=True):
        if value is not None:
            yield name, index(value), _interval(interval)


def _interval(ends: tuple[float, float] | None) -> str:
    return f"{index(ends[0])} … {index(ends[1])}" if ends else ""


def _rates(result: "Capability") -> Any:
    kinds = [
        (_("Observed"), result.observed),
        (_("Expected, within subgroups"), result.expected_within),
        (_("Expected, overall"), result.expected_overall),
    ]
    if result.way_out is not None and result.way_out.shape is not None:
        kinds.append((_("Expected, fitted distribution"), result.way_out.expected))
    heads = [
        (_("Nonconforming parts per million"), False),
        (_("Below LSL"), True),
        (_("Above USL"), True),
        (_("Total"), True),
    ]
    rows = [
        (str(name), *(per_million(value) for value in (rates.below, rates.above, rates.total))) for name, rates in kinds
    ]
    return table(heads, rows, _("Nonconforming parts"))


def _histogram(readings: list[float], result: "Capability", column: str) -> Any:
    limits = result.limits
    chart = CapabilityHistogram(
        _("Histogram with limits"), readings, limits.lsl, limits.usl, limits.target, _curves(readings, result), column,
        _percentiles(result),
    )  # fmt: skip
    return drawn(draw_capability_histogram, chart)


def _curves(readings: list[float], result: "Capability") -> tuple[Curve, ...]:
    """The distribution on which the result rests: a fitted one, two normal ones, or none where it rests on the readings."""
    if result.way_out is None:
        return (
            normal_curve(_("Normal, overall"), result.mean, result.sigma_overall),
            normal_curve(_("Normal, within subgroups"), result.mean, result.sigma_within.value),
        )
    shape = result.way_out.shape
    if shape is None:
        return ()
    from supplier_quality.statistics.capability.shapes import density_curve

    return (Curve(_fitted_name(shape.parameters), density_curve(shape, readings)),)


def _fitted_name(parameters: Mapping[str, float | str]) -> Words:
    if "family" in parameters:
        return _("Johnson %(family)s, fitted", family=parameters["family"])
    return _("Box-Cox, lambda %(power)s, fitted", power=significant(float(parameters["lambda"]), 3))


def _percentiles(result: "Capability") -> list[tuple[str, float]]:
    """The points on which indices of readings that are not normal rest."""
    if result.way_out is None:
        return []
    return list(zip(("X0.135 %", "X50 %", "X99.865 %"), result.way_out.points, strict=True))


PAGE = StudyPage(
    name="capability",
    title=_("Capability"),
    lead=_("Whether a process holds its limits: Cp, Cpk, Pp, Ppk, Cpm or Cmk with the verdict of AIAG PPAP, normality and stability."),
    icon="bar-chart-line",
    schema=CapabilityForm,
    columns=(
        ColumnField(name="column", label=_("Column of the readings"), required=True, holds_numbers=True,
                    usual=("value", "reading", "measurement", "测量值", "读数")),
        ColumnField(name="subgroup", label=_("Column that names the subgroup"), usual=SUBGROUP_NAMES),
    ),
    example="subgroup\tdiameter\n1\t10.02\n1\t10.05\n1\t9.98\n2\t10.01\n2\t10.03\n2\t9.99",
    answer=answer_capability,
    check=check_asked,
    defaults={"study": STUDIES[0], "treatment": TREATMENTS[0]},
    choices={"sigma": SIGMA_WORDS, "study": STUDY_WORDS, "treatment": TREATMENT_WORDS},
)  # fmt: skip
