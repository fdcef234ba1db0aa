"""From the control chart of the statistics to its drawing and to the table of its limits."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from supplier_quality.calculator.answers import drawn
from supplier_quality.charts import ControlChart, Figure, Panel, Phase, Violation, draw_control_chart
from supplier_quality.charts.figure import Label, Table, table
from supplier_quality.language import Words, _
from supplier_quality.web.formatting import number, significant

if TYPE_CHECKING:
    from supplier_quality.statistics.refusals import Floats
    from supplier_quality.statistics.spc.results import Chart
    from supplier_quality.statistics.spc.results import ControlChart as Computed

_SYMBOLS = {"Xbar": "X\u033f", "R": "R\u0304", "s": "s\u0304", "I": "X\u0304", "MR": "MR\u0304"}


def control_figure(computed: "Computed", title: Label) -> Figure:
    """The chart of location and, where there is one, of dispersion, with the points that break a rule marked."""
    count = computed.location.points.size
    dispersion = computed.dispersion
    chart = ControlChart(
        title,
        _panel(computed, computed.location, count),
        _panel(computed, dispersion, count) if dispersion is not None else None,
        points_name=_("Subgroup") if computed.kind.startswith("xbar") else _("Point"),
        phases=[Phase(phase.name, phase.first) for phase in computed.phases],
    )
    return drawn(draw_control_chart, chart)


def limits_table(computed: "Computed") -> Table:
    """Centre line and limits of each chart, in every phase; of lines that vary the lowest and the highest."""
    heads: list[tuple[Label, bool]] = [
        (_("Chart"), False), (_("Points"), True), (_("Centre line"), True), ("LCL", True), ("UCL", True),
    ]  # fmt: skip
    if computed.phases:
        heads.insert(0, (_("Phase"), False))
    return table(heads, list(_limit_rows(computed)), _("Control limits"))


def _limit_rows(computed: "Computed") -> Iterator[tuple[str, ...]]:
    parts = [part for part in (computed.location, computed.dispersion) if part is not None]
    for phase in computed.phases or (None,):
        for part in parts:
            count, *lines = part.summary(phase)
            yield (*((phase.name,) if phase else ()), part.name, number(count), *map(_line_or_range, lines))


def _line_or_range(value: Any) -> str:
    if isinstance(value, float):
        return significant(value)
    return f"{significant(value[0])} … {significant(value[1])}"


def _panel(computed: "Computed", chart: "Chart", count: int) -> Panel:
    """Moving ranges begin at the second reading; the places before it stay empty."""
    lead = [None] * (chart.first - 1)
    lines = chart.lines
    signals = [
        Violation(violation.point, str(violation.rule), violation.sentence)
        for violation in computed.violations
        if violation.chart == chart.part
    ]
    is_pair_of_sums = chart.lower is not None
    return Panel(
        chart.name,
        [*lead, *chart.points.tolist()][:count],
        _limit(lines.center, lead),
        _limit(lines.ucl, lead),
        _limit(lines.lcl, lead),
        signals,
        zones=chart.part == "location" and not is_pair_of_sums and _is_level(computed, chart),
        symbol=_SYMBOLS.get(chart.name, "CL"),
        second=chart.lower.tolist() if chart.lower is not None else (),
        second_name=_lower_sum() if is_pair_of_sums else "",
    )


def _is_level(computed: "Computed", chart: "Chart") -> bool:
    """Whether the limits are the same at every point of each phase."""
    return all(isinstance(chart.summary(phase)[3], float) for phase in computed.phases or (None,))


def _lower_sum() -> Words:
    return _("Lower sum")


def _limit(value: "Floats | float", lead: list[None]) -> float | list[float | None]:
    return value if isinstance(value, float) else [*lead, *value.tolist()]
