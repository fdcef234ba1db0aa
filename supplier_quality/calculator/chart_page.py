"""The page of control charts."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from supplier_quality.calculator.answers import Answer
from supplier_quality.calculator.capability_page import SUBGROUP_NAMES
from supplier_quality.calculator.chart_figures import control_figure, limits_table
from supplier_quality.calculator.given import ColumnField
from supplier_quality.calculator.stats_studies import CHART_SETTINGS, CHARTS, COUNTED, ChartAsked, Columns, draw_chart
from supplier_quality.calculator.study_pages import StudyPage, TableAsked
from supplier_quality.calculator.tables import Table
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _
from supplier_quality.web import fields as own
from supplier_quality.web.formatting import number, significant

if TYPE_CHECKING:
    from supplier_quality.statistics.spc.results import ControlChart

CHART_WORDS: Mapping[str, Words] = {
    "xbar-r": _("Xbar-R: means and ranges of subgroups"),
    "xbar-s": _("Xbar-s: means and standard deviations of subgroups"),
    "i-mr": _("I-MR: individual values and moving ranges"),
    "p": _("p: fraction nonconforming"),
    "np": _("np: number nonconforming"),
    "c": _("c: number of nonconformities"),
    "u": _("u: nonconformities per unit"),
    "ewma": _("EWMA: exponentially weighted means"),
    "cusum": _("CUSUM: cumulative sums"),
}
RULES = (*(f"N{place}" for place in range(1, 9)), *(f"WE{place}" for place in range(1, 5)))
"""Written out, because the form is there before numpy is; a test holds them against the rules."""

PHASE_NAMES = ("phase", "stage", "阶段")

FIXED = ("center", "ucl", "lcl")


class ChartForm(TableAsked):
    """What the page asks. The six ``fixed_`` fields are the lines of an earlier chart."""

    column = own.Text()
    subgroup = own.Text()
    subgroup_size = own.Integer(lowest=1, highest=1_000_000)
    size_column = own.Text()
    phase = own.Text()
    chart = own.Choice(CHARTS, required=True)
    rules = own.Choices(RULES)
    target = own.Number()
    sigma = own.Number()
    weight = own.Number(lowest=0.001, highest=1)
    allowance = own.Number(lowest=0, highest=100)
    decision = own.Number(lowest=0.001, highest=1000)
    fixed_center = own.Number()
    fixed_ucl = own.Number()
    fixed_lcl = own.Number()
    fixed_dispersion_center = own.Number()
    fixed_dispersion_ucl = own.Number()
    fixed_dispersion_lcl = own.Number()


def rule_words() -> Mapping[str, Words]:
    """The rules with what they mean."""
    from supplier_quality.statistics.spc.rules import MEANINGS

    return {
        str(rule): _("%(rule)s: %(meaning)s", rule=str(rule), meaning=meaning) for rule, meaning in MEANINGS.items()
    }


def check_rules(values: Mapping[str, Any]) -> None:
    """Raises BadInput where no rule is chosen."""
    if not values.get("rules"):
        problem = _("No rule is chosen.")
        raise BadInput(problem, (Problem(problem, _("Choose at least one, such as N1."), column="rules"),))


def answer_chart(given: Table, values: Mapping[str, Any]) -> Answer:
    """Raises BadInput; see ``stats_studies.draw_chart``."""
    names = ["column", "subgroup", "subgroup_size", "phase"]
    if values["chart"] in COUNTED:  # the page offers a column of sizes for every chart
        names.append("size_column")
    columns = Columns(**{name: values.get(name) for name in names})  # type: ignore[arg-type]
    settings = {name: values.get(name) for name in CHART_SETTINGS.get(values["chart"], ())}
    asked = ChartAsked(
        chart=values["chart"], columns=columns, rules=values["rules"], fixed=_fixed(values),
        target=values.get("target"), sigma=values.get("sigma"), **settings,
    )  # fmt: skip
    result = draw_chart(given, asked)
    return Answer(
        tone="done" if result.is_stable else "bad",
        verdict=str(_verdict(result)),
        asked=tuple(_asked(result, values)),
        signals=tuple(str(violation.sentence) for violation in result.violations),
        tables=(limits_table(result),),
        figures=(control_figure(result, CHART_WORDS[values["chart"]]),),
    )


def _fixed(values: Mapping[str, Any]) -> dict[str, Any] | None:
    location = {name: values.get(f"fixed_{name}") for name in FIXED}
    dispersion = {name: values.get(f"fixed_dispersion_{name}") for name in FIXED}
    if all(value is None for value in (*location.values(), *dispersion.values())):
        return None
    _all_or_none(location, "fixed_")
    _all_or_none(dispersion, "fixed_dispersion_")
    return {**location, "dispersion": dispersion if dispersion["center"] is not None else None}


def _all_or_none(lines: Mapping[str, float | None], prefix: str) -> None:
    """The lines of the location chart are given or all missing, and those of the dispersion chart come with them."""
    missing = [name for name, value in lines.items() if value is None]
    if missing and (len(missing) < len(lines) or prefix == "fixed_"):
        problem = _("Fixed lines come together: centre line, UCL and LCL.")
        raise BadInput(problem, tuple(Problem(problem, column=prefix + name) for name in missing))


def _verdict(result: "ControlChart") -> Words:
    if result.is_stable:
        return _("No rule is broken: the process looks stable.")
    return _("The process is not stable: rules are broken at %(count)s places.", count=number(len(result.violations)))


def _asked(result: "ControlChart", values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield str(_("Chart")), str(CHART_WORDS[result.kind])
    yield str(_("Column")), values["column"]
    yield str(_("Points")), number(result.location.points.size)
    if result.phases:
        yield str(_("Phases")), number(len(result.phases))
    for name, value in ((_("Given centre line"), values.get("target")), (_("Given sigma"), values.get("sigma"))):
        if value is not None:
            yield str(name), significant(value)
    yield str(_("Rules")), ", ".join(result.rules)


def _is_of_variables(values: Mapping[str, Any]) -> bool:
    """Whether a column called size holds the readings of the chart asked for, when it is the only one with numbers."""
    return values.get("chart") not in COUNTED


PAGE = StudyPage(
    name="control-chart",
    title=_("Control chart"),
    lead=_("Whether a process is stable: limits computed or fixed, and every broken rule with its point in words."),
    icon="activity",
    schema=ChartForm,
    columns=(
        ColumnField(name="column", label=_("Column of the readings, or of the counts"), required=True, holds_numbers=True,
                    usual=("value", "reading", "measurement", "nonconforming", "defects", "测量值", "读数", "不合格数")),
        ColumnField(name="subgroup", label=_("Column that names the subgroup"), usual=SUBGROUP_NAMES),
        ColumnField(name="size_column", label=_("Column of the sample sizes"), hint=_("For p, np and u charts."),
                    usual=("size", "sample_size", "inspected", "样本量", "检验数"), gives_way=_is_of_variables),
        ColumnField(name="phase", label=_("Column that names the phase"),
                    hint=_("Limits are computed for each phase, and the rules start anew."), usual=PHASE_NAMES),
    ),
    example="subgroup\tdiameter\n1\t10.02\n1\t10.05\n1\t9.98\n2\t10.01\n2\t10.03\n2\t9.99",
    answer=answer_chart,
    check=check_rules,
    defaults={"chart": CHARTS[0], "rules": [name for name in RULES if name.startswith("N")],
              "weight": "0.2", "allowance": "0.5", "decision": "5"},
    choices={"chart": CHART_WORDS, "rules": rule_words},
)  # fmt: skip
