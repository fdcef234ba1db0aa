"""The page of linearity studies: the bias of a gauge over its range."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from supplier_quality.calculator.answers import Answer, drawn, percentage
from supplier_quality.calculator.bias_page import VALUE_NAMES, alpha_of, refuse_fields, variation_problems
from supplier_quality.calculator.gauge_page import PART_NAMES
from supplier_quality.calculator.given import ColumnField
from supplier_quality.calculator.msa_studies import linearity_study
from supplier_quality.calculator.study_pages import StudyPage, TableAsked
from supplier_quality.calculator.tables import Table
from supplier_quality.charts import Figure, Regression, RegressionPoint, draw_regression
from supplier_quality.charts.figure import Label, table
from supplier_quality.language import _
from supplier_quality.web import fields as own
from supplier_quality.web.formatting import number, significant

if TYPE_CHECKING:
    from supplier_quality.statistics.msa import LinearityResult


class LinearityForm(TableAsked):
    """What the page asks; lengths are in the unit of the readings, ``confidence`` is a percentage."""

    value = own.Text()
    reference = own.Text()
    part = own.Text()
    confidence = own.Number(lowest=50, highest=99.9)
    process_variation = own.Number()


def check_asked(values: Mapping[str, Any]) -> None:
    """Raises BadInput for a process variation that is not more than 0."""
    refuse_fields(list(variation_problems(values, "process_variation")))


def answer_linearity(given: Table, values: Mapping[str, Any]) -> Answer:
    """Raises BadInput; see ``msa_studies.linearity_study``."""
    result = linearity_study(
        given, value=values["value"], reference=values["reference"], part=values.get("part"), alpha=alpha_of(values),
        process_variation=values.get("process_variation"),
    )  # fmt: skip
    verdict, *others = map(str, result.sentences)
    return Answer(
        tone="done" if result.acceptable else "bad",
        verdict=verdict,
        asked=tuple(_asked(result, values)),
        sentences=tuple(others),
        tables=(_line(result), _parts(result)),
        figures=(_figure(given, result, values),),
    )


def _asked(result: "LinearityResult", values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield str(_("Column")), values["value"]
    yield str(_("Parts")), number(len(result.parts))
    yield str(_("Readings")), number(result.n)
    yield str(_("Confidence level")), f"{number((1 - result.alpha) * 100)} %"
    yield str(_("Mean bias")), significant(result.mean_bias)
    yield str(_("Linearity in percent")), percentage(result.percent_linearity)
    if result.linearity is not None:
        yield str(_("Process variation")), significant(values["process_variation"])
        yield str(_("Linearity")), significant(result.linearity)
    yield "R²", percentage(result.r_squared * 100)
    yield str(_("Standard deviation around the line")), significant(result.sigma)


def _line(result: "LinearityResult") -> Any:
    heads: list[tuple[Label, bool]] = [
        (_("Line"), False), (_("Value"), True), (_("Standard error"), True), ("t", True), ("p", True),
    ]  # fmt: skip
    rows = [
        (str(name), *(significant(value) for value in (of.value, of.standard_error, of.t)), significant(of.p, 4))
        for name, of in ((_("Slope"), result.slope), (_("Intercept"), result.intercept))
    ]
    return table(heads, rows, _("Line of the bias over the reference value"))


def _parts(result: "LinearityResult") -> Any:
    heads: list[tuple[Label, bool]] = [
        (_("Part"), False), (_("Reference value"), True), (_("Readings"), True), (_("Bias"), True),
        ("p", True), (_("Line"), True), (_("Confidence band"), True),
    ]  # fmt: skip
    has_share = any(part.percent is not None for part in result.parts)
    if has_share:
        heads.append((_("Bias in percent of the process variation"), True))
    rows = [
        (
            part.part, significant(part.reference), number(part.bias.n), significant(part.bias.mean),
            significant(part.bias.p, 4), significant(part.fitted),
            f"{significant(part.band_lower, 4)} … {significant(part.band_upper, 4)}",
            *((percentage(part.percent),) if has_share else ()),
        )
        for part in result.parts
    ]  # fmt: skip
    return table(heads, rows, _("Bias of each part, in the unit of the readings"))


def _figure(given: Table, result: "LinearityResult", values: Mapping[str, Any]) -> Figure:
    taken = given.take(numbers=(values["value"], values["reference"]))
    references, readings = taken.numbers[values["reference"]], taken.numbers[values["value"]]
    chart = Regression(
        _("Bias over the reference value"),
        points=[(x, y - x) for x, y in zip(references, readings, strict=True)],
        means=[(part.reference, part.bias.mean) for part in result.parts],
        line=[RegressionPoint(each.reference, each.fitted, each.lower, each.upper) for each in result.line],
        level_name=_("Bias"),
        x_name=_("Reference value"),
        y_name=_("Bias"),
    )
    return drawn(draw_regression, chart)


PAGE = StudyPage(
    name="linearity",
    title=_("Linearity"),
    lead=_("Whether the bias of a gauge stays the same over its range: regression with confidence band and zero line by AIAG MSA."),
    icon="graph-up",
    schema=LinearityForm,
    columns=(
        ColumnField(name="value", label=_("Column of the readings"), required=True, holds_numbers=True, usual=VALUE_NAMES),
        ColumnField(name="reference", label=_("Column of the reference values"), required=True, holds_numbers=True,
                    usual=("reference", "reference value", "ref", "参考值", "基准值", "基准")),
        ColumnField(name="part", label=_("Column of the parts"), hint=_("Left empty: readings with the same reference value are of one part."),
                    usual=PART_NAMES),
    ),
    example="part\treference\tvalue\n1\t2\t2.7\n1\t2\t2.5\n2\t4\t5.1\n2\t4\t3.9\n3\t6\t5.8\n3\t6\t5.9\n4\t8\t7.6\n4\t8\t7.7\n5\t10\t9.1\n5\t10\t9.3",
    answer=answer_linearity,
    check=check_asked,
    defaults={"confidence": "95"},
)  # fmt: skip
