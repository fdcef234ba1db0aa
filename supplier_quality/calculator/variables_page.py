"""The page of plans by variables (k method, sigma unknown), and of a lot judged by its readings."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from supplier_quality.calculator.answers import Answer, drawn
from supplier_quality.calculator.given import ColumnField
from supplier_quality.calculator.plan_fields import SEVERITY_WORDS
from supplier_quality.calculator.study_pages import StudyPage, TableAsked
from supplier_quality.calculator.tables import Table
from supplier_quality.charts import CapabilityHistogram, Figure, draw_capability_histogram, normal_curve
from supplier_quality.errors import BadInput
from supplier_quality.language import Text, Words, _
from supplier_quality.statistics import sampling
from supplier_quality.statistics.sampling import VariablesJudgement, VariablesPlan
from supplier_quality.web import fields as own
from supplier_quality.web.formatting import number, significant

LETTER_WORDS: Mapping[str, Words] = {letter: Text.of(letter) for letter in sampling.variables_letters()}
AQL_WORDS: Mapping[str, Words] = {aql: Text.of(aql) for aql in sampling.variables_aqls()}


class VariablesForm(TableAsked):
    """What the page asks; the limits are in the unit of the readings."""

    column = own.Text()
    code_letter = own.Choice(tuple(LETTER_WORDS), required=True)
    aql = own.Choice(tuple(AQL_WORDS), required=True)
    severity = own.Choice(tuple(SEVERITY_WORDS), load_default="normal")
    lsl = own.Number()
    usl = own.Number()


def answer_plan(values: Mapping[str, Any]) -> Answer:
    """The plan that was asked for. Raises BadInput."""
    plan = _plan(values)
    return Answer(
        tone="open",
        verdict=str(_("Measure %(count)s pieces; k is %(k)s.", count=number(plan.n), k=_k(plan))),
        asked=tuple(_asked(plan)),
        sentences=tuple(map(str, (*_of_rule(plan), _of_letters()))),
    )


def answer_lot(given: Table, values: Mapping[str, Any]) -> Answer:
    """The lot judged by its readings. Raises BadInput."""
    plan = _plan(values)
    taken = given.take(numbers=(values["column"],))
    readings = taken.numbers[values["column"]]
    try:
        with taken.locating(values=values["column"]):
            judged = sampling.judge_variables(readings, plan, lsl=values.get("lsl"), usl=values.get("usl"))
    except BadInput as error:
        # What is wrong with all readings together stands beside their field.
        error.details = tuple(
            problem
            if problem.row is not None or problem.column != values["column"]
            else replace(problem, column="data")
            for problem in error.details
        )
        raise
    return Answer(
        tone="done" if judged.accepted else "bad",
        verdict=str(_verdict(judged, plan)),
        asked=(*_asked(plan), *_found(judged, values)),
        sentences=tuple(map(str, (*_of_limits(judged, plan), *_of_both(judged), _of_normality()))),
        figures=(_figure(readings, judged, plan, values),),
    )


def _plan(values: Mapping[str, Any]) -> VariablesPlan:
    return sampling.variables_plan(
        code_letter=values["code_letter"], aql=values["aql"], severity=values.get("severity") or "normal"
    )


def _k(plan: VariablesPlan) -> str:
    return number(plan.k, 3)


def _asked(plan: VariablesPlan) -> Iterator[tuple[str, str]]:
    published = sampling.published(plan.standard)
    pairs: list[tuple[Words, str]] = [
        (_("Code letter"), plan.code_letter),
        (_("AQL"), plan.aql),
        (_("Severity of inspection"), str(SEVERITY_WORDS[plan.severity])),
        (_("Standard"), published.standard),
        (_("Sample size"), number(plan.n)),
        (_("Acceptability constant k"), _k(plan)),
    ]
    return ((str(name), value) for name, value in pairs)


def _found(judged: VariablesJudgement, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    pairs: list[tuple[Words | str, float | None]] = [
        ("LSL", values.get("lsl")), ("USL", values.get("usl")), (_("Mean"), judged.mean), (_("Standard deviation"), judged.s),
        (_("Quality index, lower limit"), judged.q_lower), (_("Quality index, upper limit"), judged.q_upper),
    ]  # fmt: skip
    return ((str(name), significant(value)) for name, value in pairs if value is not None)


def _verdict(judged: VariablesJudgement, plan: VariablesPlan) -> Words:
    least = min(q for q in (judged.q_lower, judged.q_upper) if q is not None)
    said = {"q": number(least, 3), "k": _k(plan)}
    if judged.accepted:
        return _("The lot is accepted: the quality index %(q)s is not below k = %(k)s.", **said)
    return _("The lot is not accepted: the quality index %(q)s is below k = %(k)s.", **said)


def _of_rule(plan: VariablesPlan) -> Iterator[Words]:
    yield _("Lower limit only: accept when (mean − LSL) / s is at least %(k)s.", k=_k(plan))
    yield _("Upper limit only: accept when (USL − mean) / s is at least %(k)s.", k=_k(plan))
    yield _of_normality()


def _of_letters() -> Words:
    return _("The code letters are those of ANSI/ASQ Z1.9, not of ISO 2859-1: read the letter of your lot in the copy that the contract names.")  # fmt: skip


def _of_normality() -> Words:
    return _("The method holds for readings that are normally distributed; s is the standard deviation with n − 1.")


def _of_limits(judged: VariablesJudgement, plan: VariablesPlan) -> Iterator[Words]:
    lower, upper = judged.q_lower, judged.q_upper
    if lower is not None:
        said = {"q": number(lower, 3), "k": _k(plan)}
        if lower >= plan.k:
            yield _("Lower limit: (mean − LSL) / s = %(q)s is not below k = %(k)s.", **said)
        else:
            yield _("Lower limit: (mean − LSL) / s = %(q)s is below k = %(k)s.", **said)
    if upper is not None:
        said = {"q": number(upper, 3), "k": _k(plan)}
        if upper >= plan.k:
            yield _("Upper limit: (USL − mean) / s = %(q)s is not below k = %(k)s.", **said)
        else:
            yield _("Upper limit: (USL − mean) / s = %(q)s is below k = %(k)s.", **said)


def _of_both(judged: VariablesJudgement) -> Iterator[Words]:
    if judged.q_lower is not None and judged.q_upper is not None:
        yield _("The two limits are judged separately; combined control of both needs the M method.")


def _figure(
    readings: list[float], judged: VariablesJudgement, plan: VariablesPlan, values: Mapping[str, Any]
) -> Figure:
    facts: list[tuple[Words | str, float | None]] = [
        ("k", plan.k), (_("Quality index, lower limit"), judged.q_lower), (_("Quality index, upper limit"), judged.q_upper),
    ]  # fmt: skip
    chart = CapabilityHistogram(
        _("Readings within the limits"), readings, values.get("lsl"), values.get("usl"),
        curves=[normal_curve(_("Normal distribution"), judged.mean, judged.s)], values_name=values["column"],
        facts=[(name, value) for name, value in facts if value is not None],
    )  # fmt: skip
    return drawn(draw_capability_histogram, chart)


PAGE = StudyPage(
    name="variables",
    title=_("Variables plan"),
    lead=_("How many pieces to measure and the constant k, by ANSI/ASQ Z1.9 (sigma unknown); with readings, whether the lot is accepted."),
    icon="rulers",
    schema=VariablesForm,
    columns=(
        ColumnField(name="column", label=_("Column of the readings"), required=True, holds_numbers=True,
                    usual=("value", "reading", "measurement", "测量值", "读数")),
    ),
    example="value\n10.02\n10.05\n9.98\n10.01\n10.03",
    answer=answer_lot,
    alone=answer_plan,
    table_title=_("Judge a lot by its readings"),
    defaults={"severity": "normal"},
    choices={"code_letter": LETTER_WORDS, "aql": AQL_WORDS, "severity": SEVERITY_WORDS},
)  # fmt: skip
