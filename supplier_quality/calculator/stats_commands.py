"""``stats``: capability studies and control charts of CSV and XLSX files. Other modules add their commands to :data:`stats`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from supplier_quality.calculator.numbers import Decimal
from supplier_quality.calculator.stats_studies import (
    CHARTS,
    RULE_SETS,
    SIGMAS,
    STUDIES,
    TREATMENTS,
    CapabilityAsked,
    ChartAsked,
    Columns,
    draw_chart,
    study_capability,
)
from supplier_quality.calculator.tables import read_table
from supplier_quality.console import Console, command, group, option
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _

if TYPE_CHECKING:
    from supplier_quality.statistics.capability.study import Capability
    from supplier_quality.statistics.spc.results import Chart, ControlChart, Phase

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DECIMALS = click.Choice([sign.value for sign in Decimal])
DECIMAL_HELP = _("Decimal sign, when the numbers do not tell")
_RULES_HELP = _("nelson, western-electric, or rules such as N1,N2,WE4")
_COLUMN_HELP = _("Column of the readings, or of the counts")
_SUBGROUP_HELP = _("Column that names the subgroup of each reading")


@command("capability", help=_("Capability of a characteristic: indices, normality, stability and verdict"))
@click.argument("file", type=FILE)
@option("--column", required=True, help=_COLUMN_HELP)
@option("--subgroup", help=_SUBGROUP_HELP)
@option("--subgroup-size", type=int, help=_("Readings in each subgroup, when they stand one after the other"))
@option("--lsl", type=float, help=_("Lower specification limit"))
@option("--usl", type=float, help=_("Upper specification limit"))
@option("--target", type=float, help=_("Target, for Cpm"))
@option("--sigma", type=click.Choice(SIGMAS), help=_("Estimate of the variation within subgroups"))
@option("--study", type=click.Choice(STUDIES), default=STUDIES[0], show_default=True, help=_("What the readings are"))
@option(
    "--method",
    "treatment",
    type=click.Choice(TREATMENTS),
    default=TREATMENTS[0],
    show_default=True,
    help=_("How readings that are not normal are treated"),
)
@option("--rules", default="", help=_RULES_HELP)
@option("--alpha", type=float, default=0.05, show_default=True, help=_("Level of the test of normality"))
@option("--confidence", type=float, default=0.95, show_default=True, help=_("Level of the confidence intervals"))
@option("--decimal", type=DECIMALS, help=DECIMAL_HELP)
def capability(console: Console, *, file: Path, decimal: str | None, rules: str, **asked: Any) -> None:
    columns = Columns(**{name: asked.pop(name) for name in ("column", "subgroup", "subgroup_size")})
    table = read_table(file, decimal=Decimal(decimal) if decimal else None)
    result = study_capability(table, CapabilityAsked(columns=columns, rules=_names(rules), **asked))

    from supplier_quality.calculator.stats_json import capability_document

    console.answer(capability_document(result), lambda: _show_capability(console, result))


@command("control-chart", help=_("Control chart of a characteristic, with the rules that it breaks"))
@click.argument("file", type=FILE)
@option("--chart", type=click.Choice(CHARTS), required=True, help=_("Kind of the chart"))
@option("--column", required=True, help=_COLUMN_HELP)
@option("--subgroup", help=_SUBGROUP_HELP)
@option("--subgroup-size", type=int, help=_("Readings in each subgroup, or pieces in each sample"))
@option("--size-column", help=_("Column of the sample sizes, for charts of counts"))
@option("--phase", help=_("Column that names the phase: limits for each, and the rules start anew"))
@option("--rules", default=RULE_SETS[0], show_default=True, help=_RULES_HELP)
@option("--limits", "limits_file", type=FILE, help=_("Answer of an earlier chart as a JSON file, whose lines are used"))
@option(
    "--target",
    type=float,
    help=_("Standard value of the centre line, from which the limits of every point are computed"),
)
@option("--sigma", type=float, help=_("Standard deviation of single readings, where it is given; not for counts"))
@option("--weight", type=float, help=_("Weight of the newest point of an EWMA chart; 0.2 when not given"))
@option("--allowance", type=float, help=_("Allowance k of a CUSUM chart; 0.5 when not given"))
@option("--decision", type=float, help=_("Decision interval h of a CUSUM chart; 5 when not given"))
@option("--decimal", type=DECIMALS, help=DECIMAL_HELP)
def control_chart(
    console: Console, *, file: Path, decimal: str | None, rules: str, limits_file: Path | None, **asked: Any
) -> None:
    names = ("column", "subgroup", "subgroup_size", "size_column", "phase")
    columns = Columns(**{name: asked.pop(name) for name in names})
    fixed = _read_lines(limits_file) if limits_file else None
    table = read_table(file, decimal=Decimal(decimal) if decimal else None)
    result = draw_chart(table, ChartAsked(columns=columns, rules=_names(rules), fixed=fixed, **asked))

    from supplier_quality.calculator.stats_json import chart_document

    console.answer(chart_document(result), lambda: _show_chart(console, result))


stats = group(
    "stats",
    help=_("Statistics: process capability, control charts, measurement systems"),
    commands=(capability, control_chart),
)
"""Other parts of the calculator add their commands with ``stats.add_command``."""

commands = (stats,)


def _names(rules: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in rules.split(",") if name.strip())


def _read_lines(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        problem = _("The file is not the answer of an earlier chart.")
        raise BadInput(problem, (Problem(problem, _("Save the output of control-chart --json."), value=path.name),))
    return found


def _show_capability(console: Console, result: "Capability") -> None:
    within, overall, sure = result.within, result.overall, result.confidence
    console.say(result.verdict.sentence)
    for sentence in result.sentences:
        console.say(sentence)
    rows: list[tuple[object, ...]] = [
        (_("Readings"), result.n),
        (_("Mean"), _figure(result.mean)),
        (_("Sigma within subgroups"), _figure(result.sigma_within.value)),
        (_("Sigma overall"), _figure(result.sigma_overall)),
        ("Cp", _index(within.both), _interval(sure.cp)),
        ("Cpl", _index(within.lower)),
        ("Cpu", _index(within.upper)),
        ("Cpk", _index(within.least), _interval(sure.cpk)),
        ("Pp", _index(overall.both), _interval(sure.pp)),
        ("Ppl", _index(overall.lower)),
        ("Ppu", _index(overall.upper)),
        ("Ppk", _index(overall.least), _interval(sure.ppk)),
        ("Cpm", _index(result.cpm), _interval(sure.cpm)),
        (_("Observed PPM"), _figure(result.observed.total)),
        (_("Expected PPM"), _figure(result.expected_overall.total)),
    ]
    level = _("Confidence interval %(level)s", level=f"{100 * sure.level:g} %")
    console.table((_("Quantity"), _("Value"), level), [(*row, "")[:3] for row in rows])


def _show_chart(console: Console, result: "ControlChart") -> None:
    parts = [part for part in (result.location, result.dispersion) if part is not None]
    heads = (_("Chart"), _("Points"), _("Centre"), "LCL", "UCL")
    if result.phases:
        rows = [(phase.name, *_row(part, phase)) for phase in result.phases for part in parts]
        console.table((_("Phase"), *heads), rows)
    else:
        console.table(heads, (_row(part) for part in parts))
    if result.is_stable:
        console.say(_("No rule is broken."))
    for violation in result.violations:
        console.say(violation.sentence)


def _row(part: "Chart", phase: "Phase | None" = None) -> tuple[object, ...]:
    count, *lines = part.summary(phase)
    return (part.name, count, *map(_figure, lines))


def _figure(value: Any) -> str:
    """Six significant digits; of limits that vary the lowest and the highest."""
    return f"{value:.6g}" if isinstance(value, float) else f"{value[0]:.6g} .. {value[1]:.6g}"


def _index(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _interval(ends: "tuple[float, float] | None") -> str:
    return "" if ends is None else f"{ends[0]:.2f} .. {ends[1]:.2f}"
