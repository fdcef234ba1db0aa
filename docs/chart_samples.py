"""The charts of docs/charts.md with made-up data, in both languages; tests draw them too."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random
from typing import Literal, NamedTuple

from supplier_quality import charts
from supplier_quality.charts import Figure
from supplier_quality.language import Text
from supplier_quality.statistics.sampling import (
    Conditions,
    Lot,
    Single,
    Streams,
    accept_probability,
    outgoing,
    outgoing_limit,
    plan_table,
)


def _said(en: str, zh: str) -> Text:
    return Text.of({"en": en, "zh": zh})


def _draws(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - made-up data, the same every time


def control_chart(language: str) -> Figure:
    """Xbar-R of 25 subgroups of five, with zones."""
    draws = _draws(7)
    subgroups = [[10.02 + draws.gauss(0, 0.03) for _each in range(5)] for _subgroup in range(25)]
    subgroups[16] = [value + 0.062 for value in subgroups[16]]
    subgroups[21] = [10.0, 9.93, 10.16, 10.02, 10.05]
    means = [round(sum(subgroup) / 5, 4) for subgroup in subgroups]
    ranges = [round(max(subgroup) - min(subgroup), 4) for subgroup in subgroups]
    center, dispersion = sum(means) / 25, sum(ranges) / 25
    outside = _said("beyond three sigma", "超出三倍标准差")
    return charts.draw_control_chart(
        charts.ControlChart(
            title=_said("Shaft diameter, line 2", "轴径，2号线"),
            points_name=_said("Subgroup", "子组"),
            location=charts.Panel(
                _said("Mean of five, mm", "5件均值，mm"), means, center, center + 0.577 * dispersion, center - 0.577 * dispersion,
                [charts.Violation(17, "N1", outside)], zones=True, symbol="X\u033f",
            ),
            dispersion=charts.Panel(
                _said("Range, mm", "极差，mm"), ranges, dispersion, 2.114 * dispersion, 0.0,
                [charts.Violation(22, "N1", outside)], symbol="R\u0304",
            ),
        ),
        language=language,
    )  # fmt: skip


def proportion_chart(language: str) -> Figure:
    """A p chart: limits vary with the sample size."""
    draws = _draws(3)
    sizes = [draws.choice([80, 125, 125, 200, 315]) for _lot in range(24)]
    shares = [sum(draws.random() < 0.04 for _item in range(size)) / size for size in sizes]
    shares[9] = 0.128
    center = sum(share * size for share, size in zip(shares, sizes, strict=True)) / sum(sizes)
    reach = [3 * (center * (1 - center) / size) ** 0.5 for size in sizes]
    return charts.draw_control_chart(
        charts.ControlChart(
            title=_said("Nonconforming castings by lot", "各批不合格铸件"),
            points_name=_said("Lot", "批次"),
            labels=[f"L{number:03d}" for number in range(101, 125)],
            location=charts.Panel(
                _said("Fraction nonconforming", "不合格品率"), shares, center, [center + each for each in reach],
                [max(0.0, center - each) for each in reach], [charts.Violation(10, "N1", _said("beyond three sigma", "超出三倍标准差"))],
                symbol="p\u0304",
            ),
        ),
        language=language,
    )  # fmt: skip


def capability(language: str) -> Figure:
    draws = _draws(11)
    values = [round(draws.gauss(10.03, 0.041), 3) for _part in range(125)]
    mean = sum(values) / len(values)
    overall = (sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5
    within = overall * 0.9
    return charts.draw_capability_histogram(
        charts.CapabilityHistogram(
            title=_said("Capability of the bore", "孔径过程能力"), values=values, lsl=9.9, usl=10.1, target=10.0,
            curves=[
                charts.normal_curve(_said("Within", "组内"), mean, within),
                charts.normal_curve(_said("Overall", "整体"), mean, overall),
            ],
            values_name=_said("Bore, mm", "孔径，mm"),
            facts=[("Cpk", round((10.1 - mean) / (3 * within), 4)), ("Ppk", round((10.1 - mean) / (3 * overall), 4))],
        ),
        language=language,
    )  # fmt: skip


def oc_curves(language: str) -> Figure:
    """The right plan for a lot of 1000, level II, AQL 2.5, against two wrong ones that other software gives."""
    fractions = [round(0.0025 * step, 4) for step in range(81)]
    plans = ((_said("n 80, Ac 5 (ISO 2859-1)", "n 80，Ac 5（ISO 2859-1）"), 80, 5), (_said("n 80, Ac 7 (wrong)", "n 80，Ac 7（错误）"), 80, 7), (_said("n 50, Ac 10 (wrong)", "n 50，Ac 10（错误）"), 50, 10))  # fmt: skip
    return charts.draw_oc_curves(
        charts.OcCurves(
            title=_said("Lot of 1000, level II, AQL 2.5", "批量1000，检验水平II，AQL 2.5"),
            plans=[
                charts.OcCurve(name, [(p, round(accept_probability(Single(n, ac), p), 6)) for p in fractions])
                for name, n, ac in plans
            ],
            quality_marks=[("AQL", 0.025), ("", 0.1)],
        ),
        language=language,
    )


def aoq_curve(language: str) -> Figure:
    """Lots of 1000 with n 80, Ac 5 that are sorted when they are not accepted."""
    plan = Single(80, 5, 1000)
    limit = outgoing_limit(plan)
    points = [(p, round(outgoing(plan, p).aoq, 6)) for p in (round(0.0025 * step, 4) for step in range(73))]
    title = _said("Average outgoing quality, n 80, Ac 5", "平均检出质量，n 80，Ac 5")
    return charts.draw_aoq_curve(
        charts.AoqCurve(title, points, (limit.p, limit.aoq), [("AQL", 0.025)]), language=language
    )


def lot_series(language: str) -> Figure:
    """Lots of 1000, level II, AQL 1.0, through all severities."""
    found = [1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 2, 1, 3, 0, 4, 1, 0, 2, 0, 1, 0, 0, 1, 1]
    conditions = Conditions(steady=True, authorised=True)
    streams = Streams(plan_table(), level="II", aql="1.0", conditions=conditions)
    judged = [streams.judge(Lot(f"L{number:02d}", 1000, count)) for number, count in enumerate(found, start=1)]
    ways: dict[str, tuple[Text, Literal["plain", "lax", "strict", "stopped"]]] = {
        "normal": (_said("Normal", "正常"), "plain"), "reduced": (_said("Reduced", "放宽"), "lax"),
        "tightened": (_said("Tightened", "加严"), "strict"), "discontinued": (_said("Discontinued", "暂停"), "stopped"),
    }  # fmt: skip
    lots = [
        charts.LotPoint(each.lot, each.nonconforming, each.plan.ac if each.plan else None, each.accepted, *ways[each.severity], each.score)
        for each in judged
    ]  # fmt: skip
    return charts.draw_lot_series(
        charts.LotSeries(
            _said("Lots in a row, AQL 1.0", "连续批，AQL 1.0"), lots, _said("Nonconforming", "不合格品数"), "Ac",
            _said("Switching score", "转移得分"), 30,
        ),
        language=language,
    )  # fmt: skip


def components(language: str) -> Figure:
    return charts.draw_components(
        charts.Components(
            title=_said("Components of variation", "变差分量"),
            sources=[
                _said("Gauge R&R", "量具R&R"), _said("Repeatability", "重复性"), _said("Reproducibility", "再现性"),
                _said("Part to part", "零件间"),
            ],
            measures=[
                (_said("% contribution", "%贡献"), [7.8, 3.4, 4.4, 92.2]),
                (_said("% study variation", "%研究变差"), [27.9, 18.4, 21.0, 96.0]),
                (_said("% tolerance", "%公差"), [22.1, 14.6, 16.6, 76.0]),
            ],
            values_name="%",
        ),
        language=language,
    )  # fmt: skip


_APPRAISERS = (_said("Anna", "安娜"), _said("Bo", "博"), _said("Chen", "陈"))


def _study() -> list[list[list[float]]]:
    """Ten parts, three appraisers, three trials."""
    draws = _draws(5)
    sizes = [draws.gauss(0, 0.9) for _part in range(10)]
    bias = (0.0, 0.12, -0.25)
    return [[[round(size + each + draws.gauss(0, 0.16), 2) for _trial in range(3)] for each in bias] for size in sizes]


def by_part(language: str) -> Figure:
    groups = [
        charts.Group(str(number), [value for trials in part for value in trials])
        for number, part in enumerate(_study(), 1)
    ]
    return charts.draw_group_plot(
        charts.GroupPlot(
            _said("Measurements by part", "按零件"), groups, _said("Part", "零件"), _said("Deviation, µm", "偏差，µm")
        ),
        language=language,
    )


def by_appraiser(language: str) -> Figure:
    groups = [
        charts.Group(name, [value for part in _study() for value in part[number]])
        for number, name in enumerate(_APPRAISERS)
    ]
    return charts.draw_group_plot(
        charts.GroupPlot(
            _said("Measurements by appraiser", "按评价人"),
            groups,
            _said("Appraiser", "评价人"),
            _said("Deviation, µm", "偏差，µm"),
        ),
        language=language,
    )


def run_chart(language: str) -> Figure:
    parts = [charts.RunPart(str(number), part) for number, part in enumerate(_study(), 1)]
    return charts.draw_run_chart(
        charts.RunChart(_said("Gauge run chart", "量具运行图"), _APPRAISERS, parts, _said("Deviation, µm", "偏差，µm")),
        language=language,
    )


def pareto(language: str) -> Figure:
    items = [
        (_said("Porosity", "气孔"), 87), (_said("Burr on sealing face", "密封面毛刺"), 54), (_said("Wrong label", "标签错误"), 21),
        (_said("Dimension out of tolerance", "尺寸超差"), 33), (_said("Corrosion", "锈蚀"), 9), (_said("Transport damage", "运输损伤"), 6),
        (_said("Other", "其他"), 4),
    ]  # fmt: skip
    return charts.draw_pareto(
        charts.Pareto(_said("Defects of castings, 2026", "2026年铸件缺陷"), items, _said("Parts", "件数")),
        language=language,
    )


def trend(language: str) -> Figure:
    months = [f"2026-{month:02d}" for month in range(1, 13)]
    values = [412, 388, 395, 340, 361, 298, 305, 262, 240, 251, 214, None]
    return charts.draw_trend(
        charts.Trend(
            _said("Nonconforming parts per million", "每百万件不合格数"),
            months,
            [charts.Series("PPM", values)],
            target=[350] * 6 + [250] * 6,
            better="lower",
            values_name="PPM",
            from_zero=True,
        ),
        language=language,
    )


def radar(language: str) -> Figure:
    axes = [
        _said("Quality", "质量"), _said("Delivery", "交付"), _said("Response to complaints", "投诉响应"), _said("Cost", "成本"),
        _said("Audit result", "审核结果"), _said("Technical support", "技术支持"),
    ]  # fmt: skip
    return charts.draw_radar(
        charts.Radar(
            _said("Scorecard", "记分卡"), axes,
            [
                charts.Series(_said("This quarter", "本季度"), [92, 78, 85, 64, 88, 71]),
                charts.Series(_said("Quarter before", "上季度"), [80, 84, 70, 66, 81, 75]),
            ],
            highest=100,
        ),
        language=language,
    )  # fmt: skip


def heat_map(language: str) -> Figure:
    draws = _draws(2)
    rows = [_said(f"P{number} {en}", f"P{number} {zh}") for number, en, zh in (
        (2, "Project management", "项目管理"), (3, "Planning", "策划"), (4, "Realisation", "实现"), (5, "Supplier management", "供应商管理"),
        (6, "Production", "生产"), (7, "Customer care", "顾客关怀"),
    )]  # fmt: skip
    columns = [_said(f"Site {name}", f"{name}工厂") for name in "ABCDEFGH"]
    values: list[Sequence[float | None]] = [
        [None if draws.random() < 0.08 else draws.choice([0, 4, 6, 8, 10]) * 10 for _c in columns] for _r in rows
    ]
    return charts.draw_heat_map(
        charts.HeatMap(
            _said("Process audits by site", "各工厂过程审核"), rows, columns, values, 0, 100,
            _said("% fulfilment", "%符合率"), _said("Process element", "过程要素"),
        ),
        language=language,
    )  # fmt: skip


def ishikawa(language: str) -> Figure:
    cause = charts.Cause
    bones = [
        charts.Bone(_said("Machine", "机器"), [
            cause(_said("Die temperature too low", "模具温度过低"), [_said("Thermocouple broken", "热电偶损坏")], is_root=True),
            cause(_said("Shot pressure varies", "压射压力波动")),
        ]),
        charts.Bone(_said("Method", "方法"), [cause(_said("Spray time not fixed", "喷涂时间未规定"), [_said("No work instruction for the night shift", "夜班没有作业指导书")])]),
        charts.Bone(_said("Material", "材料"), [cause(_said("Hydrogen in the melt", "熔液含氢")), cause(_said("Too much return scrap", "回炉料过多"))]),
        charts.Bone(_said("Measurement", "测量"), [cause(_said("X-ray limit not agreed", "X射线限度未约定"))]),
        charts.Bone(_said("People", "人员"), [cause(_said("New operator without training", "新操作工未经培训"))]),
        charts.Bone(_said("Environment", "环境"), [cause(_said("Cold hall in winter", "冬季车间寒冷"))]),
    ]  # fmt: skip
    return charts.draw_ishikawa(
        charts.Ishikawa(
            _said("Causes of porosity", "气孔的原因"), _said("Porosity on the sealing face", "密封面气孔"), bones
        ),
        language=language,
    )


class Sample(NamedTuple):
    """A chart of the page: its heading, what to know of it, and what draws it in a language."""

    heading: str
    sentence: str
    draw: Callable[[str], Figure]


def phases(language: str) -> Figure:
    """Individual values before and after a change, with limits for each phase."""
    draws = _draws(11)
    values = [round(draws.gauss(10.0, 0.12), 3) for _reading in range(24)]
    values += [round(draws.gauss(10.12, 0.05), 3) for _reading in range(20)]
    limits: list[tuple[float, float, float]] = []
    for start, end in ((0, 24), (24, 44)):
        part = values[start:end]
        reach = 3 / 1.128 * sum(abs(one - other) for one, other in pairwise(part)) / (len(part) - 1)
        middle = sum(part) / len(part)
        limits += [(middle, middle + reach, middle - reach)] * len(part)
    panel = charts.Panel(
        _said("Depth, mm", "深度，mm"), values, *([each[line] for each in limits] for line in range(3)), zones=True,
        symbol="X\u0304",
    )  # fmt: skip
    return charts.draw_control_chart(
        charts.ControlChart(
            title=_said("Groove depth before and after the repair", "维修前后的槽深"),
            points_name=_said("Point", "点"),
            location=panel,
            phases=[charts.Phase(_said("before", "维修前"), 1), charts.Phase(_said("after the repair", "维修后"), 25)],
        ),
        language=language,
    )


def bias(language: str) -> Figure:
    """Fifteen readings of a master part; AIAG MSA, 4th edition, table III-B 1."""
    values = [5.8, 5.7, 5.9, 5.9, 6.0, 6.1, 6.0, 6.1, 6.4, 6.3, 6.0, 6.1, 6.2, 5.6, 6.0]
    return charts.draw_bias_histogram(
        charts.BiasHistogram(
            _said("Readings of the master part", "标准样品的读数"), values, 6.0, 6.00667, (5.8893, 6.1241), _said("mm", "mm"),
        ),
        language=language,
    )  # fmt: skip


def regression(language: str) -> Figure:
    """The bias of a gauge over its range."""
    draws = _draws(5)
    points = [
        (x, round(0.74 - 0.13 * x + draws.gauss(0, 0.2), 2)) for x in (2.0, 4.0, 6.0, 8.0, 10.0) for _each in range(12)
    ]
    means = [(x, sum(y for other, y in points if other == x) / 12) for x in (2.0, 4.0, 6.0, 8.0, 10.0)]
    middle = sum(y for _x, y in points) / len(points)
    slope = sum((x - 6) * y for x, y in points) / 480
    sigma = (sum((y - middle - slope * (x - 6)) ** 2 for x, y in points) / 58) ** 0.5
    line = []
    for step in range(41):
        x = 2 + step / 5
        at, half = middle + slope * (x - 6), 2.0017 * sigma * (1 / 60 + (x - 6) ** 2 / 480) ** 0.5
        line.append(charts.RegressionPoint(x, at, at - half, at + half))
    return charts.draw_regression(
        charts.Regression(
            _said("Bias over the reference value", "偏倚与参考值"), points, means, line, 0.0, _said("Bias", "偏倚"),
            _said("Reference value, mm", "参考值，mm"), _said("Bias, mm", "偏倚，mm"),
        ),
        language=language,
    )  # fmt: skip


SAMPLES = {
    "control-chart": Sample(
        "Control chart",
        "`ControlChart` of one or two `Panel`s. Zones A, B and C are shaded where asked for; a point that breaks a rule is a diamond with the rule's name.",
        control_chart,
    ),
    "proportion-chart": Sample(
        "Control chart with varying limits",
        "Limits may be one number or one for each point. `Panel.second` holds the lower sum of a CUSUM chart.",
        proportion_chart,
    ),
    "phases": Sample(
        "Control chart with phases",
        "`ControlChart.phases` break the lines; limits may differ from phase to phase, and the names stand above.",
        phases,
    ),
    "capability": Sample(
        "Capability histogram",
        "`CapabilityHistogram` with LSL, USL, target and fitted `Curve`s; `normal_curve` makes one from mean and sigma. Classes wholly outside the limits are red.",
        capability,
    ),
    "bias": Sample(
        "Bias histogram",
        "`BiasHistogram`: readings of one part, its reference, the mean with its confidence interval.",
        bias,
    ),
    "regression": Sample(
        "Regression",
        "`Regression`: single values and means, the line with its confidence band, and the level that should lie within it.",
        regression,
    ),
    "oc-curves": Sample(
        "OC curves",
        "`OcCurves`: several plans in one chart. Here the plan of ISO 2859-1 for a lot of 1000, level II, AQL 2.5 (n 80, Ac 5) and two wrong ones.",
        oc_curves,
    ),
    "aoq-curve": Sample(
        "Average outgoing quality",
        "`AoqCurve`: what leaves inspection on average when lots that are not accepted are sorted; its top is the AOQL.",
        aoq_curve,
    ),
    "lot-series": Sample(
        "Lots in a row",
        "`LotSeries` of `LotPoint`s: nonconforming pieces against what the plan accepts, the severity above, the switching score below.",
        lot_series,
    ),
    "components": Sample(
        "Components of variation", "`Components`: a group of bars for each source of variation.", components
    ),
    "by-part": Sample("By part", "`GroupPlot`: every measurement, and the line of the means.", by_part),
    "by-appraiser": Sample("By appraiser", "The same, grouped by appraiser.", by_appraiser),
    "run-chart": Sample("Gauge run chart", "`RunChart`: every measurement by part, appraiser and trial.", run_chart),
    "pareto": Sample("Pareto chart", "`Pareto`: from the greatest down, with the cumulative share.", pareto),
    "trend": Sample(
        "Trend",
        "`Trend` with a target that may change; periods on its wrong side are diamonds when `better` says which that is.",
        trend,
    ),
    "radar": Sample("Radar", "`Radar`: marks of one scale.", radar),
    "heat-map": Sample("Heat map", "`HeatMap`: one hue from light to dark, every cell with its number.", heat_map),
    "ishikawa": Sample(
        "Ishikawa diagram",
        "`Ishikawa`: `Bone`s with `Cause`s and their reasons; a proved cause is a diamond.",
        ishikawa,
    ),
}
