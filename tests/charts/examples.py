"""One chart of every kind, made from any numbers and any label."""

from collections.abc import Callable, Sequence

from supplier_quality import charts
from supplier_quality.charts import Figure
from supplier_quality.charts.numbers import Value

Maker = Callable[[Sequence[Value], str, str], Figure]


def _numbers(values: Sequence[Value]) -> list[float]:
    return [value for value in values if value is not None]


def _bounds(values: Sequence[Value]) -> tuple[float | None, float | None]:
    return min(_numbers(values), default=None), max(_numbers(values), default=None)


def control_chart(values: Sequence[Value], label: str, language: str) -> Figure:
    low, high = _bounds(values)
    violations = [charts.Violation(1, "N1", label)] if values else []
    location = charts.Panel(label, values, low, high, low, violations, zones=True, symbol="X\u033f", second=values)
    dispersion = charts.Panel(label, values, list(values), list(values), None)
    return charts.draw_control_chart(
        charts.ControlChart(
            label,
            location,
            dispersion,
            [label] * len(values),
            label,
            [charts.Phase(label, 1), charts.Phase(label, 3), charts.Phase(label, 900)],
        ),
        language=language,
    )


def capability(values: Sequence[Value], label: str, language: str) -> Figure:
    low, high = _bounds(values)
    curves = [charts.normal_curve(label, low or 0.0, 1.0), charts.Curve(label, ())]
    chart = charts.CapabilityHistogram(label, values, low, high, low, curves, label, [(label, low)])
    return charts.draw_capability_histogram(chart, language=language)


def bias(values: Sequence[Value], label: str, language: str) -> Figure:
    low, high = _bounds(values)
    chart = charts.BiasHistogram(label, values, low, high, (low, high), label)
    return charts.draw_bias_histogram(chart, language=language)


def regression(values: Sequence[Value], label: str, language: str) -> Figure:
    points = [(float(index), value) for index, value in enumerate(values)]
    line = [charts.RegressionPoint(x, y, y, y) for x, y in points if y is not None]
    chart = charts.Regression(label, points, points, line, 0.0, label, label, label)
    return charts.draw_regression(chart, language=language)


def oc_curves(values: Sequence[Value], label: str, language: str) -> Figure:
    fractions = sorted({index / 50 for index in range(len(values))})
    plan = charts.OcCurve(label, [(fraction, 1 - fraction) for fraction in fractions])
    return charts.draw_oc_curves(charts.OcCurves(label, [plan, plan], [(label, 0.01)]), language=language)


def aoq_curve(values: Sequence[Value], label: str, language: str) -> Figure:
    fractions = sorted({index / 50 for index in range(len(values))})
    points = [(fraction, fraction * (1 - fraction) ** 20) for fraction in fractions]
    limit = max(points, key=lambda point: point[1], default=None)
    return charts.draw_aoq_curve(charts.AoqCurve(label, points, limit, [(label, 0.01)]), language=language)


def lot_series(values: Sequence[Value], label: str, language: str) -> Figure:
    low, _high = _bounds(values)
    severities = ("plain", "lax", "strict", "stopped")
    lots = [
        charts.LotPoint(label, value, low, None if value is None else value == low, label, severities[place % 4], value)
        for place, value in enumerate(values)
    ]
    return charts.draw_lot_series(charts.LotSeries(label, lots, label, label, label or "Score", low), language=language)


def components(values: Sequence[Value], label: str, language: str) -> Figure:
    measures = [(label, values), (label, list(reversed(values)))]
    return charts.draw_components(charts.Components(label, [label] * len(values), measures, label), language=language)


def group_plot(values: Sequence[Value], label: str, language: str) -> Figure:
    groups = [charts.Group(label, values), charts.Group(label, values[:1]), charts.Group(label, [])]
    return charts.draw_group_plot(charts.GroupPlot(label, groups, label, label), language=language)


def run_chart(values: Sequence[Value], label: str, language: str) -> Figure:
    parts = [charts.RunPart(label, [values[:3], values]) for _each in range(3)]
    return charts.draw_run_chart(charts.RunChart(label, [label], parts, label, None, label), language=language)


def pareto(values: Sequence[Value], label: str, language: str) -> Figure:
    items = [(label, abs(value)) for value in _numbers(values)]
    return charts.draw_pareto(charts.Pareto(label, items, label), language=language)


def trend(values: Sequence[Value], label: str, language: str) -> Figure:
    series = [charts.Series(label, values), charts.Series(label, list(reversed(values)))]
    chart = charts.Trend(label, [label] * len(values), series, _bounds(values)[1], "higher", label, from_zero=True)
    return charts.draw_trend(chart, language=language)


def radar(values: Sequence[Value], label: str, language: str) -> Figure:
    chart = charts.Radar(label, [label] * len(values), [charts.Series(label, values), charts.Series(label, values[:1])])
    return charts.draw_radar(chart, language=language)


def heat_map(values: Sequence[Value], label: str, language: str) -> Figure:
    rows = [values, list(reversed(values)), values[:1]]
    chart = charts.HeatMap(label, [label] * 3, [label] * len(values), rows, values_name=label, rows_name=label)
    return charts.draw_heat_map(chart, language=language)


def ishikawa(values: Sequence[Value], label: str, language: str) -> Figure:
    causes = [charts.Cause(label, [label] * (index % 3), is_root=index == 1) for index in range(len(values))]
    bones = [charts.Bone(label, causes), charts.Bone(label), charts.Bone(label, causes[:1])] * (len(values) % 4)
    return charts.draw_ishikawa(charts.Ishikawa(label, label, bones), language=language)


KINDS: dict[str, Maker] = {
    "control chart": control_chart,
    "capability histogram": capability,
    "bias histogram": bias,
    "regression": regression,
    "OC curves": oc_curves,
    "AOQ curve": aoq_curve,
    "lot series": lot_series,
    "components": components,
    "group plot": group_plot,
    "run chart": run_chart,
    "Pareto": pareto,
    "trend": trend,
    "radar": radar,
    "heat map": heat_map,
    "Ishikawa": ishikawa,
}
# Those whose tables hold the very values they were given; histograms count them, three have no measured values.
WITH_VALUES = [
    kind
    for kind in KINDS
    if kind not in ("capability histogram", "bias histogram", "OC curves", "AOQ curve", "Ishikawa")
]
