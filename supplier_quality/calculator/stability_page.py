"""The page of stability studies: a control chart of one master part, measured again and again."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from supplier_quality.calculator.answers import Answer
from supplier_quality.calculator.bias_page import VALUE_NAMES
from supplier_quality.calculator.capability_page import SUBGROUP_NAMES
from supplier_quality.calculator.chart_figures import control_figure, limits_table
from supplier_quality.calculator.chart_page import CHART_WORDS, RULES, check_rules, rule_words
from supplier_quality.calculator.given import ColumnField
from supplier_quality.calculator.msa_studies import STABILITY_CHARTS, stability_study
from supplier_quality.calculator.study_pages import StudyPage, TableAsked
from supplier_quality.calculator.tables import Table
from supplier_quality.language import _
from supplier_quality.web import fields as own
from supplier_quality.web.formatting import number, significant

if TYPE_CHECKING:
    from supplier_quality.statistics.msa import StabilityResult

TIME_NAMES = (*SUBGROUP_NAMES, "time", "date", "day", "week", "时间", "日期")


class StabilityForm(TableAsked):
    """What the page asks."""

    value = own.Text()
    subgroup = own.Text()
    subgroup_size = own.Integer(lowest=1, highest=1000)
    chart = own.Choice(STABILITY_CHARTS, required=True)
    rules = own.Choices(RULES)


def answer_stability(given: Table, values: Mapping[str, Any]) -> Answer:
    """Raises BadInput; see ``msa_studies.stability_study``."""
    result = stability_study(
        given, value=values["value"], subgroup=values.get("subgroup"), subgroup_size=values.get("subgroup_size"),
        chart=values["chart"], rules=values["rules"],
    )  # fmt: skip
    verdict, *others = map(str, result.sentences)
    return Answer(
        tone="done" if result.stable else "bad",
        verdict=verdict,
        asked=tuple(_asked(result, values)),
        sentences=tuple(others),
        signals=tuple(str(violation.sentence) for violation in result.chart.violations),
        tables=(limits_table(result.chart),),
        figures=(control_figure(result.chart, _("Readings of the master part over time")),),
    )


def _asked(result: "StabilityResult", values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield str(_("Chart")), str(CHART_WORDS[result.chart.kind])
    yield str(_("Column")), values["value"]
    yield str(_("Points")), number(result.chart.count)
    standard = result.chart.standard
    if standard is not None:
        yield str(_("Mean")), significant(standard.target)
        yield str(_("Repeatability, standard deviation")), significant(standard.sigma)
    yield str(_("Rules")), ", ".join(result.chart.rules)


PAGE = StudyPage(
    name="stability",
    title=_("Stability"),
    lead=_("Whether a gauge stays the same over time: control chart of a master part that is measured again and again, by AIAG MSA."),
    icon="clock-history",
    schema=StabilityForm,
    columns=(
        ColumnField(name="value", label=_("Column of the readings"), required=True, holds_numbers=True, usual=VALUE_NAMES),
        ColumnField(name="subgroup", label=_("Column that names the time, day or subgroup"),
                    hint=_("Readings with the same name are one subgroup; not for I-MR."), usual=TIME_NAMES),
    ),
    example="day\tvalue\n1\t6.01\n1\t6.00\n1\t5.99\n2\t6.02\n2\t6.00\n2\t6.01\n3\t5.99\n3\t6.00\n3\t6.01",
    answer=answer_stability,
    check=check_rules,
    defaults={"chart": STABILITY_CHARTS[0], "rules": [name for name in RULES if name.startswith("N")]},
    choices={"chart": {name: CHART_WORDS[name] for name in STABILITY_CHARTS}, "rules": rule_words},
)  # fmt: skip
