"""The page of bias studies: readings of one part with a known value."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from supplier_quality.calculator.answers import Answer, drawn, percentage
from supplier_quality.calculator.given import ColumnField
from supplier_quality.calculator.msa_studies import bias_study
from supplier_quality.calculator.study_pages import StudyPage, TableAsked
from supplier_quality.calculator.tables import Table
from supplier_quality.charts import BiasHistogram, draw_bias_histogram
from supplier_quality.charts.figure import table
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.web import fields as own
from supplier_quality.web.formatting import number, significant

if TYPE_CHECKING:
    from supplier_quality.statistics.msa import BiasResult

VALUE_NAMES = ("value", "reading", "measurement", "测量值", "读数")


class BiasForm(TableAsked):
    """What the page asks; lengths are in the unit of the readings, ``confidence`` is a percentage."""

    value = own.Text()
    reference = own.Number()
    confidence = own.Number(lowest=50, highest=99.9)
    process_sigma = own.Number()


def check_asked(values: Mapping[str, Any]) -> None:
    """Raises BadInput for a missing reference and for a standard deviation that is none."""
    problems = list(variation_problems(values, "process_sigma"))
    if values.get("reference") is None:
        problems.insert(0, Problem(_("Give the reference value of the part."), column="reference"))
    refuse_fields(problems)


def variation_problems(values: Mapping[str, Any], name: str) -> Iterator[Problem]:
    """What is wrong with a field that holds a variation of the process."""
    given = values.get(name)
    if given is not None and given <= 0:
        problem = _("The process variation must be greater than 0.")
        yield Problem(problem, _("Correct it, or leave it out."), column=name, value=f"{given:g}")


def refuse_fields(problems: Sequence[Problem]) -> None:
    """Raises BadInput when there are problems, each with the field beside which it stands."""
    if problems:
        raise BadInput(problems[0].problem, tuple(problems))


def alpha_of(values: Mapping[str, Any]) -> float:
    """The level of significance of the tests, from the confidence level in percent that the form asks; 95 when empty."""
    return round(1 - (values.get("confidence") or 95) / 100, 12)


def answer_bias(given: Table, values: Mapping[str, Any]) -> Answer:
    """Raises BadInput; see ``msa_studies.bias_study``."""
    readings, reference = given.numbers(values["value"]), values.get("reference")
    if reference is None:
        # Asked all the same, so that what is wrong with the cells is told beside what is wrong with the field.
        raise BadInput(_("Give the reference value of the part."))
    result = bias_study(
        given, value=values["value"], reference=reference, alpha=alpha_of(values), process_sigma=values.get("process_sigma"),
    )  # fmt: skip
    verdict, *others = map(str, result.sentences)
    interval = (result.reference + result.lower, result.reference + result.upper)
    chart = BiasHistogram(
        _("Readings and reference"), readings, result.reference, result.mean, interval,
        values["value"],
    )  # fmt: skip
    return Answer(
        tone="done" if result.acceptable else "bad",
        verdict=verdict,
        asked=tuple(_asked(result, values)),
        sentences=(_why(result), *others),
        tables=(_test(result),),
        figures=(drawn(draw_bias_histogram, chart),),
    )


def _why(result: "BiasResult") -> str:
    """The interval against zero, which is what decides."""
    said = {
        "low": significant(result.lower),
        "high": significant(result.upper),
        "level": _level(result),
    }
    if result.acceptable:
        return str(_("Zero lies within the confidence interval (%(level)s) of the bias, %(low)s to %(high)s.", **said))
    return str(_("Zero lies outside the confidence interval (%(level)s) of the bias, %(low)s to %(high)s.", **said))


def _level(result: "BiasResult") -> str:
    return f"{number((1 - result.alpha) * 100)} %"


def _asked(result: "BiasResult", values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield str(_("Column")), values["value"]
    yield str(_("Readings")), number(result.n)
    yield str(_("Reference value")), significant(result.reference)
    yield str(_("Confidence level")), _level(result)
    if values.get("process_sigma") is not None:
        yield str(_("Sigma of the process")), significant(values["process_sigma"])
    yield str(_("Method")), str(_("Independent samples (AIAG MSA, 4th edition)"))


def _test(result: "BiasResult") -> Any:
    rows = [
        (str(_("Mean")), significant(result.mean)),
        (str(_("Bias")), significant(result.bias)),
        (str(_("Repeatability, standard deviation")), significant(result.sigma_repeatability)),
        (str(_("Standard error of the bias")), significant(result.sigma_bias)),
        (str(_("Degrees of freedom")), number(result.df)),
        ("t", significant(result.t)),
        ("p", significant(result.p, 4)),
        (str(_("Confidence interval of the bias")), f"{significant(result.lower)} … {significant(result.upper)}"),
    ]
    if result.percent_ev is not None:
        rows.append((str(_("Repeatability in percent of the process variation")), percentage(result.percent_ev)))
    caption = _("Bias, in the unit of the readings")
    return table([(_("Quantity"), False), (_("Value"), True)], rows, caption)


PAGE = StudyPage(
    name="bias",
    title=_("Bias"),
    lead=_("Whether a gauge reads a part with a known value right on average: t test and confidence interval by AIAG MSA."),
    icon="bullseye",
    schema=BiasForm,
    columns=(
        ColumnField(name="value", label=_("Column of the readings"), required=True, holds_numbers=True, usual=VALUE_NAMES),
    ),
    example="value\n5.8\n5.7\n5.9\n5.9\n6.0\n6.1\n6.0\n6.1\n6.4\n6.3",
    answer=answer_bias,
    check=check_asked,
    defaults={"confidence": "95"},
)  # fmt: skip
