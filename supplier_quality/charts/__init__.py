"""Charts as SVG: data in, one drawing out, the same in a page and in a PDF. Knows no database, no page and no feature.

Every chart is a frozen dataclass of plain numbers and a function that draws it: ``draw_pareto(Pareto(...), language="zh")``
gives a :class:`Figure` with the picture in two shapes, what it shows in words, and its data as tables. Equal data give equal
bytes. Names and titles are texts, or words of :mod:`supplier_quality.language`; values may be None or NaN where there are
none. What a chart cannot show is left out of the picture, never refused: data are checked where they come in.
"""

from supplier_quality.charts.bars import Components, Pareto, draw_components, draw_pareto
from supplier_quality.charts.bias import BiasHistogram, draw_bias_histogram
from supplier_quality.charts.capability import CapabilityHistogram, Curve, draw_capability_histogram, normal_curve
from supplier_quality.charts.control import ControlChart, Panel, Phase, Violation, draw_control_chart
from supplier_quality.charts.figure import Figure, Head, Label, Table
from supplier_quality.charts.grr import Group, GroupPlot, RunChart, RunPart, draw_group_plot, draw_run_chart
from supplier_quality.charts.heat import HeatMap, draw_heat_map
from supplier_quality.charts.ishikawa import Bone, Cause, Ishikawa, draw_ishikawa
from supplier_quality.charts.lots import LotPoint, LotSeries, draw_lot_series
from supplier_quality.charts.oc import OcCurve, OcCurves, draw_oc_curves
from supplier_quality.charts.outgoing import AoqCurve, draw_aoq_curve
from supplier_quality.charts.radar import Radar, draw_radar
from supplier_quality.charts.regression import Regression, RegressionPoint, draw_regression
from supplier_quality.charts.trend import Series, Trend, draw_trend

__all__ = [
    "AoqCurve", "BiasHistogram", "Bone", "CapabilityHistogram", "Cause", "Components", "ControlChart", "Curve",
    "Figure", "Group", "GroupPlot", "Head", "HeatMap", "Ishikawa", "Label", "LotPoint", "LotSeries", "OcCurve",
    "OcCurves", "Panel", "Pareto", "Phase", "Radar", "Regression", "RegressionPoint", "RunChart", "RunPart", "Series",
    "Table", "Trend", "Violation", "draw_aoq_curve", "draw_bias_histogram", "draw_capability_histogram",
    "draw_components", "draw_control_chart", "draw_group_plot", "draw_heat_map", "draw_ishikawa", "draw_lot_series",
    "draw_oc_curves", "draw_pareto", "draw_radar", "draw_regression", "draw_run_chart", "draw_trend", "normal_curve",
]  # fmt: skip
