"""Capability studies and control charts of a table: what command, page and API share. numpy comes with the first study.

Every function takes the columns it needs, computes in ``statistics`` and lets refusals name row and column of the table.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

from supplier_quality.calculator.tables import Table, Taken
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _

if TYPE_CHECKING:
    from supplier_quality.statistics.capability.study import Capability
    from supplier_quality.statistics.spc.results import ControlChart
    from supplier_quality.statistics.spc.rules import Rule
    from supplier_quality.statistics.spc.variables import FixedLines
    from supplier_quality.statistics.subgroups import Subgroups

CHARTS = ("xbar-r", "xbar-s", "i-mr", "p", "np", "c", "u", "ewma", "cusum")
COUNTED, WEIGHTED = ("p", "np", "c", "u"), ("ewma", "cusum")
CHART_SETTINGS: Mapping[str, Sequence[str]] = {"ewma": ("weight",), "cusum": ("allowance", "decision")}
"""Settings that one chart alone has."""

SIGMAS = ("rbar", "sbar", "pooled", "mr")
STUDIES = ("initial", "ongoing", "machine")
TREATMENTS = ("auto", "normal", "box-cox", "johnson", "percentile")
RULE_SETS = ("nelson", "western-electric")
"""Written out, because the command line shows them before numpy is there; a test holds them against the enums."""
LINES = ("center", "ucl", "lcl")


class BadStudy(BadInput):
    """What was asked for does not fit together."""

    code = "bad_study"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where the readings stand: their column, and the column or the constant size of their subgroups, not both.

    For counts, ``subgroup_size`` and ``size_column`` say how many were inspected in each sample. ``phase`` is the column that
    names the phase of a control chart.
    """

    column: str
    subgroup: str | None = None
    subgroup_size: int | None = None
    size_column: str | None = None
    phase: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityAsked:
    """What a capability study is asked for."""

    columns: Columns
    lsl: float | None = None
    usl: float | None = None
    target: float | None = None
    sigma: str | None = None
    study: str = STUDIES[0]
    treatment: str = TREATMENTS[0]
    rules: Sequence[str] = ()
    alpha: float = 0.05
    confidence: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartAsked:
    """What a control chart is asked for. ``fixed`` are lines of an earlier chart, as :func:`stats_json.chart_document` gives them.

    ``target`` and ``sigma``, of single readings, are standard values from which the limits of every point are computed; what is
    not given is found from the data, and for counts ``target`` alone is. ``weight``, ``allowance`` and ``decision`` are those of
    :data:`CHART_SETTINGS`; without, what ``statistics.spc.weighted`` takes by default.
    """

    chart: str
    columns: Columns
    rules: Sequence[str] = ()
    fixed: Mapping[str, Any] | None = None
    target: float | None = None
    sigma: float | None = None
    weight: float | None = None
    allowance: float | None = None
    decision: float | None = None


def study_capability(table: Table, asked: CapabilityAsked) -> "Capability":
    """Raises BadTable, BadStudy, CannotCompute; see ``statistics.capability.study.capability``."""
    from supplier_quality.statistics.capability.indices import Limits
    from supplier_quality.statistics.capability.study import STABILITY_RULES, capability
    from supplier_quality.statistics.capability.verdict import Study
    from supplier_quality.statistics.capability.wayout import Treatment
    from supplier_quality.statistics.sigma import SigmaMethod

    rules = rules_of(asked.rules) if asked.rules else STABILITY_RULES
    taken = _taken(table, asked.columns)
    with _locating(taken, asked.columns):
        return capability(
            _subgroups(taken, asked.columns),
            Limits(asked.lsl, asked.usl, asked.target),
            sigma=SigmaMethod(asked.sigma) if asked.sigma else None,
            study=Study(asked.study),
            treatment=Treatment(asked.treatment),
            alpha=asked.alpha,
            confidence=asked.confidence,
            rules=rules,
        )


def draw_chart(table: Table, asked: ChartAsked) -> "ControlChart":
    """The control chart of a table. Raises BadTable, BadStudy, CannotCompute; see ``statistics.spc``.

    Of a set of rules those are looked at that are meant for the chart; one that is asked for by its own name has to be.
    """
    chart = _drawn(table, asked)
    unfit = [name for name in asked.rules if name not in (*RULE_SETS, *chart.rules)]
    if unfit:
        _refuse(
            _("Some rules are not meant for this chart: its points depend on each other, or do not spread alike on both sides."),
            _("Choose from: %(names)s.", names=", ".join(_fitting(asked.chart))),
            column="rules", value=", ".join(unfit),
        )  # fmt: skip
    return chart


def _fitting(chart: str) -> "list[Rule]":
    """The rules that are meant for a chart of counts, or for one whose points depend on each other."""
    from supplier_quality.statistics.spc.rules import BEYOND_LIMITS, RUNS, Rule

    fit = BEYOND_LIMITS if chart in WEIGHTED else RUNS
    return [rule for rule in Rule if rule in fit]


def _drawn(table: Table, asked: ChartAsked) -> "ControlChart":
    rules = rules_of(asked.rules or RULE_SETS[:1])
    _check_settings(asked)
    asked = _with_standard(asked)
    fixed = _fixed(asked)
    if asked.chart in COUNTED:
        taken = _taken_counts(table, asked)
        return _in_phases(taken, asked, lambda rows: _attribute_chart(rows, asked, fixed, rules))
    columns = asked.columns
    if asked.chart.startswith("xbar") and not (columns.subgroup or columns.subgroup_size):
        _refuse(
            _("This chart needs subgroups."),
            _("Say which column names the subgroup, or how many readings are in each."),
            column="subgroup_size",
        )
    if asked.chart == "i-mr" and (columns.subgroup or (columns.subgroup_size or 1) != 1):
        column = "subgroup" if columns.subgroup else "subgroup_size"
        _refuse(_("An I-MR chart is for individual values."), _("Leave the subgroups out, or choose an Xbar chart."), column=column)  # fmt: skip
    taken = _taken(table, columns)

    def draw(rows: Taken) -> "ControlChart":
        with _locating(rows, columns):
            return _variable_chart(asked, _subgroups(rows, columns), fixed, rules)

    return _in_phases(taken, asked, draw)


def _check_settings(asked: ChartAsked) -> None:
    """What the chart would not look at is refused: whoever gave it takes the chart for another."""
    for chart, names in CHART_SETTINGS.items():
        for name in names:
            if chart != asked.chart and getattr(asked, name) is not None:
                _refuse(
                    _("This chart has no such setting."), _("Leave it out, or choose the chart %(name)s.", name=chart),
                    column=name, value=str(getattr(asked, name)),
                )  # fmt: skip
    if asked.columns.size_column and asked.chart not in COUNTED:
        _refuse(
            _("This chart is of readings, whose samples have no sizes."),
            _("Leave the column out, or choose a chart of counts."),
            column="size_column",
        )


def _in_phases(taken: Taken, asked: ChartAsked, draw: Callable[[Taken], "ControlChart"]) -> "ControlChart":
    """One chart, or one of each phase, joined."""
    column = asked.columns.phase
    if not column:
        return draw(taken)
    from supplier_quality.statistics.spc.phases import find_phases, join_phases

    with taken.locating(phases=column):
        phases = find_phases(taken.labels[column])
    return join_phases([(name, draw(taken.part(rows))) for name, rows in phases.items()])


def _variable_chart(
    asked: ChartAsked, subgroups: "Subgroups", fixed: "FixedLines | None", rules: "tuple[Rule, ...]"
) -> "ControlChart":
    from supplier_quality.statistics.spc import variables, weighted

    if asked.chart in WEIGHTED:
        given = {name: getattr(asked, name) for name in CHART_SETTINGS[asked.chart] if getattr(asked, name) is not None}
        weigh = weighted.ewma_chart if asked.chart == "ewma" else weighted.cusum_chart
        return weigh(subgroups, target=asked.target, sigma=asked.sigma, rules=rules, **given)
    from supplier_quality.statistics.spc.results import Standard

    draw = {"xbar-r": variables.xbar_r_chart, "xbar-s": variables.xbar_s_chart, "i-mr": variables.i_mr_chart}
    return draw[asked.chart](subgroups, rules=rules, fixed=fixed, given=Standard(asked.target, asked.sigma))


def _taken_counts(table: Table, asked: ChartAsked) -> Taken:
    columns = asked.columns
    if columns.subgroup:
        _refuse(_("Charts of counts have no subgroups."), _("Name the column with the sizes of the samples instead."), column="subgroup")  # fmt: skip
    sized = (columns.size_column,) if columns.size_column else ()
    if asked.chart != "c" and not sized and not columns.subgroup_size:
        _refuse(_("This chart needs the sizes of the samples."), _("Say which column holds them, or one size for all."), column="size_column")  # fmt: skip
    if asked.sigma is not None:
        _refuse(
            _("The standard deviation of counts follows from their centre line."), _("Give the target alone."), column="sigma"
        )  # fmt: skip
    return table.take(counts=(columns.column,), numbers=sized, labels=(columns.phase,) if columns.phase else ())


def _attribute_chart(
    taken: Taken, asked: ChartAsked, fixed: "FixedLines | None", rules: "tuple[Rule, ...]"
) -> "ControlChart":
    from supplier_quality.statistics.spc import attributes

    columns, target = asked.columns, asked.target
    counts = taken.counts[columns.column]
    with taken.locating(counts=columns.column, sizes=columns.size_column or "subgroup_size"):
        if asked.chart == "c":
            _check_equal(taken, columns.size_column)
            return attributes.c_chart(counts, rules=rules, fixed=fixed, target=target)
        of = columns.size_column
        sizes = taken.numbers[of] if of else [float(columns.subgroup_size or 0)] * len(counts)
        draw = {"p": attributes.p_chart, "np": attributes.np_chart, "u": attributes.u_chart}[asked.chart]
        return draw(counts, sizes, rules=rules, fixed=fixed, target=target)


def _check_equal(taken: Taken, column: str | None) -> None:
    """Raises BadStudy where samples of a c chart differ in size."""
    if column and len(set(taken.numbers[column])) > 1:
        _refuse(
            _("The sizes of the samples differ, and a c chart compares counts of equal samples."),
            _("Choose the chart u."), column="size_column",
        )  # fmt: skip


def rules_of(names: Sequence[str]) -> "tuple[Rule, ...]":
    """Rules by their own names or those of their sets, in the order of the sets. Raises BadStudy naming the known ones."""
    from supplier_quality.statistics.spc.rules import NELSON, WESTERN_ELECTRIC, Rule

    sets = dict(zip(RULE_SETS, (NELSON, WESTERN_ELECTRIC), strict=True))
    known = {rule.value: (rule,) for rule in Rule} | sets
    unknown = [name for name in names if name not in known]
    if unknown:
        _refuse(
            _("There is no such rule."), _("Choose from: %(names)s.", names=", ".join((*RULE_SETS, *Rule))),
            column="rules", value=", ".join(unknown),
        )  # fmt: skip
    chosen = {rule for name in names for rule in known[name]}
    return tuple(rule for rule in Rule if rule in chosen)


def _taken(table: Table, columns: Columns) -> Taken:
    if columns.subgroup and columns.subgroup_size:
        _refuse(
            _("Subgroups are named by a column or have one size, not both."),
            _("Give one of the two."),
            column="subgroup",
        )
    labels = dict.fromkeys(name for name in (columns.subgroup, columns.phase) if name)
    return table.take(numbers=(columns.column,), labels=labels)


def _locating(taken: Taken, columns: Columns) -> AbstractContextManager[None]:
    return taken.locating(values=columns.column, subgroups=columns.subgroup or columns.column)


def _subgroups(taken: Taken, columns: Columns) -> "Subgroups":
    from supplier_quality.statistics import subgroups

    values = taken.numbers[columns.column]
    if columns.subgroup:
        return subgroups.subgroups_by_label(values, taken.labels[columns.subgroup])
    return subgroups.subgroups_of_size(values, 1 if columns.subgroup_size is None else columns.subgroup_size)


def _with_standard(asked: ChartAsked) -> ChartAsked:
    """The standard values of an earlier chart in the place of its lines where they say the same, because they fit any sample size."""
    for name in ("target", "sigma"):
        value = getattr(asked, name)
        if value is not None and not math.isfinite(value):
            _refuse(_("This is not a number."), _("Give a number, or leave it out."), column=name, value=str(value))
    if asked.fixed is None:
        return asked
    if asked.target is not None or asked.sigma is not None:
        _refuse(_("Fixed lines and standard values are both given."), _("Give the lines, or target and sigma."), column="target")  # fmt: skip
    standard = asked.fixed.get("standard")
    if not isinstance(standard, Mapping) or not _says_the_same(asked, asked.fixed, standard):
        return asked
    return replace(asked, fixed=None, target=standard["target"], sigma=standard.get("sigma"))


def _says_the_same(asked: ChartAsked, fixed: Mapping[str, Any], standard: Mapping[str, Any]) -> bool:
    """Whether lines are those of the standard values: they vary, or nobody wrote others into the answer. EWMA and CUSUM have no other."""
    target, sigma = standard.get("target"), standard.get("sigma")
    if not isinstance(target, int | float) or not isinstance(sigma, int | float | None):
        return False
    if asked.chart in WEIGHTED or any(isinstance(fixed.get(name), list | tuple) for name in LINES):
        return True
    center, upper, of_point = (fixed.get(name) for name in ("center", "ucl", "sigma"))
    if not all(isinstance(value, int | float) for value in (center, upper, of_point)):
        return False
    return math.isclose(center, target) and math.isclose(upper - center, 3 * of_point, rel_tol=1e-6)  # type: ignore[operator,arg-type]


def _fixed(asked: ChartAsked) -> "FixedLines | None":
    """The lines of an earlier chart; every limit is a number, since those of other sample sizes do not fit."""
    if asked.fixed is None:
        return None
    from supplier_quality.statistics.spc.rules import Lines
    from supplier_quality.statistics.spc.variables import FixedLines

    if asked.chart in WEIGHTED:
        _refuse(
            _("This chart is fixed by its target and its standard deviation."), _("Give these two instead of lines.")
        )

    def lines(given: Mapping[str, Any]) -> Lines:
        values = [given.get(name) for name in LINES]
        if not all(isinstance(value, int | float) for value in values):
            _refuse(
                _("The fixed lines are not three numbers."),
                _("Give center, ucl and lcl of a chart with constant limits; for limits that vary give target and sigma."),
                column="fixed",
            )  # fmt: skip
        center, ucl, lcl = (float(value) for value in values)  # type: ignore[arg-type]
        if not lcl <= center <= ucl or lcl == ucl:
            _refuse(
                _("The lower control limit is not below the upper one, or the centre line is not between them."),
                _("Swap the limits, or correct them."), column="lcl", value=f"{lcl:g}",
            )  # fmt: skip
        sigma = given.get("sigma")
        return Lines(center, ucl, lcl, float(sigma) if isinstance(sigma, int | float) else (ucl - center) / 3)

    dispersion = asked.fixed.get("dispersion")
    return FixedLines(lines(asked.fixed), lines(dispersion) if dispersion else None)


def _refuse(problem: Words, remedy: Words, *, column: str | None = None, value: str | None = None) -> NoReturn:
    raise BadStudy(problem, (Problem(problem, remedy, column=column, value=value),))
