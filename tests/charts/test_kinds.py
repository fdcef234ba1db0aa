"""What each kind of chart draws."""

from itertools import pairwise
from random import Random

import pytest

from docs.chart_samples import SAMPLES
from supplier_quality import charts
from tests.charts.reading import SVG, cells, corners, named, parse, path_points, pictures, texts


def control(values: list[float], **given: object) -> charts.Figure:
    panel = charts.Panel("Mean", values, 10.0, 13.0, 7.0, **given)  # type: ignore[arg-type]
    return charts.draw_control_chart(charts.ControlChart("Bore", panel), language="en")


def test_limits_of_a_control_chart_are_dashed_and_named_with_their_values() -> None:
    root = parse(control([10.0, 11.0, 9.0], symbol="CL").wide)

    assert {"UCL 13", "CL 10", "LCL 7"} <= set(texts(root))
    assert len([line for line in named(root, "path", "chart-stroke-bad") if line.get("stroke-dasharray")]) == 2


def test_a_point_that_breaks_a_rule_differs_by_shape_and_colour_and_names_the_rule() -> None:
    figure = control([10.0, 14.5, 9.0], violations=[charts.Violation(2, "N1", "beyond three sigma")])

    for root in pictures(figure):
        assert len(named(root, "path", "chart-fill-bad")) == 1, "a diamond"
        assert len(named(root, "circle", "chart-fill-s1")) == 2
        assert "N1" in texts(root)
        sentences = [each.findtext(SVG + "title") for each in named(root, "g", "chart-mark")]
        assert "Mean · 2: 14.5 · N1: beyond three sigma" in sentences
    assert figure.tables[0].rows[1] == ("2", "14.5", "7", "10", "13", "N1")
    assert "2 (N1)" in figure.description


def test_limits_that_vary_are_drawn_in_steps() -> None:
    panel = charts.Panel("p", [0.1, 0.2, 0.1, 0.1], 0.12, [0.3, 0.3, 0.4, 0.2], [0.0, 0.0, 0.0, 0.05])
    root = parse(charts.draw_control_chart(charts.ControlChart("p", panel), language="en").wide)

    upper = next(line for line in named(root, "path", "chart-stroke-bad"))
    points = list(path_points(upper.get("d", "")))
    assert len({y for _x, y in points}) == 3
    assert all(one[0] == other[0] or one[1] == other[1] for one, other in pairwise(points))
    assert "UCL" in texts(root), "no value beside a limit that has several"


def test_a_missing_point_leaves_a_gap() -> None:
    root = parse(control([10.0, 11.0, None, 9.0, 9.5]).wide)  # type: ignore[list-item]

    lines = [line.get("d", "") for line in named(root, "path", "chart-stroke-s1")]
    assert [data.count("M") for data in lines] == [2]


def test_zones_are_thirds_of_the_way_to_the_limit() -> None:
    root = parse(control([10.0, 11.0, 9.0], zones=True).wide)

    heights = {}
    for zone in "abc":
        areas = [list(path_points(each.get("d", ""))) for each in named(root, "path", f"chart-fill-zone-{zone}")]
        assert len(areas) == 2
        heights[zone] = [max(y for _x, y in area) - min(y for _x, y in area) for area in areas]
    assert max(max(each) for each in heights.values()) - min(min(each) for each in heights.values()) < 0.3
    assert [texts(root).count(letter) for letter in "ABC"] == [2, 2, 2]


@pytest.mark.parametrize("count", [500, 20_000])
def test_many_points_make_no_heavy_page_and_keep_those_that_break_a_rule(count: int) -> None:
    draws = Random(1)
    values = [draws.gauss(10, 1) for _point in range(count)]
    values[count // 2] = 25.0
    figure = control(values, violations=[charts.Violation(count // 2 + 1, "N1")])

    assert len(figure.wide) < 60_000
    root = parse(figure.wide)
    assert len(named(root, "path", "chart-fill-bad")) == 1
    assert min(y for line in named(root, "path", "chart-stroke-s1") for _x, y in path_points(line.get("d", ""))) < 60
    assert len(figure.tables[0].rows) == count


@pytest.mark.parametrize(("symbol", "bars"), [("X\u0304", 1), ("X\u033f", 2), ("p\u0304", 1), ("CL", 0)])
def test_a_bar_above_a_letter_is_a_line(symbol: str, bars: int) -> None:
    plain, barred = (parse(control([10.0, 11.0], symbol=each).wide) for each in ("CL", symbol))

    assert len(list(barred.iter(SVG + "path"))) - len(list(plain.iter(SVG + "path"))) == bars
    assert not [said for said in texts(barred) if set(said) & {"\u0304", "\u033f"}]
    if bars:
        letter = next(each for each in barred.iter(SVG + "text") if each.text == symbol[0])
        middle = float(letter.get("x", ""))
        lines = [list(path_points(each.get("d", ""))) for each in named(barred, "path", "chart-stroke-good")]
        over = [ends for ends in lines if len(ends) == 2 and ends[1][0] - ends[0][0] < 12]
        assert len(over) == bars
        for (left, y), (right, _y) in over:
            assert abs((left + right) / 2 - middle) < 0.2
            assert y < float(letter.get("y", "")) - 6


def phased(values: list[float], **given: object) -> charts.Figure:
    limits = [[each] * 4 + [other] * 4 for each, other in ((10.0, 20.0), (13.0, 21.5), (7.0, 18.5))]
    panel = charts.Panel("I", values, *limits, **given)  # type: ignore[arg-type]
    phases = [charts.Phase("before", 1), charts.Phase("after", 5)]
    return charts.draw_control_chart(charts.ControlChart("Bore", panel, phases=phases), language="en")


def test_phases_are_named_and_break_the_line_of_the_points_and_those_of_the_limits() -> None:
    figure = phased([10.0, 11.0, 9.0, 10.0, 20.0, 21.0, 20.0, 19.0])

    for root in pictures(figure):
        assert {"before", "after"} <= set(texts(root))
        assert [line.get("d", "").count("M") for line in named(root, "path", "chart-stroke-s1")] == [2]
        limits = [line for line in named(root, "path", "chart-stroke-bad") if line.get("stroke-dasharray")]
        assert len(limits) == 4, "an upper and a lower one in each phase"
        assert all(len({y for _x, y in path_points(line.get("d", ""))}) == 1 for line in limits), (
            "no step between phases"
        )
        assert {"UCL 21.5", "CL 20", "LCL 18.5"} <= set(texts(root)), "the values of the last phase"
    assert "Phases: before (1–4), after (5–8)." in figure.description
    assert [row[1] for row in figure.tables[0].rows] == ["before"] * 4 + ["after"] * 4


def test_the_zones_of_a_phase_end_where_it_ends() -> None:
    root = parse(phased([10.0, 11.0, 9.0, 10.0, 20.0, 21.0, 20.0, 19.0], zones=True).wide)

    for zone in "abc":
        areas = [list(path_points(each.get("d", ""))) for each in named(root, "path", f"chart-fill-zone-{zone}")]
        assert len(areas) == 4
        assert {len({y for _x, y in area}) for area in areas} == {2}, "no area reaches over the break"


def test_a_bias_histogram_shows_the_reference_and_the_interval_of_the_mean() -> None:
    chart = charts.BiasHistogram("Ring", [5.9, 6.0, 6.1, 6.4], 6.0, 6.1, (5.76, 6.44), "mm")
    figure = charts.draw_bias_histogram(chart, language="en")

    assert "The reference is 6, the mean 6.1 with a confidence interval from 5.76 to 6.44." in figure.description
    assert ("Reference value", "6") in figure.tables[1].rows
    assert sum(int(row[1]) for row in figure.tables[0].rows) == 4
    for root in pictures(figure):
        assert "Reference value 6" in texts(root)
        reference = next(line for line in named(root, "path", "chart-stroke-good"))
        interval = next(line for line in named(root, "path", "chart-stroke-s2"))
        (x, _top), _bottom = path_points(reference.get("d", ""))
        (left, _y), (right, _same) = path_points(interval.get("d", ""))
        assert left < x < right


def test_a_regression_shows_line_band_and_the_level_looked_for() -> None:
    line = [charts.RegressionPoint(2.0, 0.5, 0.4, 0.6), charts.RegressionPoint(10.0, -0.5, -0.6, -0.4)]
    points = [(2.0, 0.5), (2.0, 0.7), (10.0, -0.5)]
    chart = charts.Regression("Bias", points, [(2.0, 0.6), (10.0, -0.5)], line, 0.0, "Bias", "Reference", "Bias")
    figure = charts.draw_regression(chart, language="en")

    assert figure.tables[0].rows[0] == ("2", "0.6", "0.5", "0.4", "0.6")
    assert figure.tables[1].rows == (("2", "0.5"), ("2", "0.7"), ("10", "-0.5"))
    assert "At 2 the line is at 0.5, its confidence band from 0.4 to 0.6." in figure.description
    for root in pictures(figure):
        assert "Bias 0" in texts(root)
        level = named(root, "path", "chart-stroke-good")
        assert len({y for _x, y in path_points(level[0].get("d", ""))}) == 1
        band = next(
            area for area in named(root, "path", "chart-fill-s2") if len(list(path_points(area.get("d", "")))) >= 4
        )
        assert band.get("fill-opacity") == "0.14"


def test_a_histogram_names_its_curves_in_words() -> None:
    curves = [charts.Curve("Johnson SB, fitted", [(1.0, 0.1), (2.0, 0.3), (3.0, 0.1)])]
    chart = charts.CapabilityHistogram("Bore", [1.0, 2.0, 2.5], usl=3.0, curves=curves)
    figure = charts.draw_capability_histogram(chart, language="en")

    assert figure.description.endswith("Curves: Johnson SB, fitted.")
    assert "Johnson SB, fitted" in texts(parse(figure.wide))


def test_a_histogram_counts_every_value_and_marks_classes_out_of_specification() -> None:
    values = [9.95, 10.0, 10.0, 10.05, 10.31, 10.32]
    figure = charts.draw_capability_histogram(
        charts.CapabilityHistogram("Bore", values, 9.8, 10.2, 10.0, facts=[("Cpk", 1.41)]), language="en"
    )

    assert sum(int(row[1]) for row in figure.tables[0].rows) == 6
    assert figure.tables[1].rows == (("LSL", "9.8"), ("Target", "10"), ("USL", "10.2"), ("Cpk", "1.41"))
    for root in pictures(figure):
        assert {"LSL 9.8", "Target 10", "USL 10.2"} <= set(texts(root))
        assert named(root, "rect", "chart-fill-bad"), "those beyond 10.2"
        assert len(named(root, "rect", "chart-fill-s1")) >= 2


def test_a_fitted_curve_has_the_area_of_the_bars() -> None:
    points = charts.normal_curve("", 10.0, 0.5).points
    step = points[1][0] - points[0][0]

    assert abs(sum(density * step for _x, density in points) - 1) < 1e-3
    assert charts.normal_curve("", 10.0, 0.0).points == ()


def test_oc_curves_say_what_a_plan_accepts_at_the_marked_qualities() -> None:
    figure = SAMPLES["oc-curves"].draw("en")

    assert "AQL 2.5 %, n 80, Ac 5 (ISO 2859-1): 98.48 %." in figure.description
    assert "10 %, n 80, Ac 5 (ISO 2859-1): 17.69 %." in figure.description
    row = next(row for row in figure.tables[0].rows if row[0] == "10 %")
    assert [round(float(cell.removesuffix(" %")), 1) for cell in row[1:]] == [17.7, 44.6, 99.1]
    dashes = {line.get("stroke-dasharray") for each in ("s1", "s2", "s3") for line in named(parse(figure.wide), "path", f"chart-stroke-{each}")}  # fmt: skip
    assert len(dashes) == 3, "told apart without colour"


def test_a_pareto_chart_is_sorted_and_ends_at_a_hundred_percent() -> None:
    figure = charts.draw_pareto(charts.Pareto("", [("a", 1), ("b", 5), ("c", 1), ("d", 3)]), language="en")

    assert figure.tables[0].rows == (
        ("b", "5", "50 %"), ("d", "3", "80 %"), ("a", "1", "90 %"), ("c", "1", "100 %"),
    )  # fmt: skip


def test_a_trend_marks_the_periods_on_the_wrong_side_of_the_target() -> None:
    series = [charts.Series("PPM", [300, 200, 280])]
    figure = charts.draw_trend(charts.Trend("", ["Jan", "Feb", "Mar"], series, 250, "lower"), language="en")

    assert len(named(parse(figure.wide), "path", "chart-fill-bad")) == 2
    assert "Target missed 2 times." in figure.description
    assert figure.tables[0].rows[1] == ("Feb", "200", "250")


def test_a_heat_map_writes_its_number_into_every_cell_also_on_a_phone() -> None:
    values = [[row * 20 + column for column in range(20)] for row in range(3)]
    names = [f"Column {number}" for number in range(20)]
    figure = charts.draw_heat_map(charts.HeatMap("", ["a", "b", "c"], names, values), language="en")

    for root in pictures(figure):
        assert {str(value) for row in values for value in row} <= set(texts(root))


def test_an_ishikawa_diagram_lists_causes_with_their_reasons() -> None:
    figure = SAMPLES["ishikawa"].draw("en")

    assert ("Machine", "Die temperature too low", "Thermocouple broken", "proved") in figure.tables[0].rows
    for root in pictures(figure):
        said = " ".join(texts(root))
        assert "Hydrogen" in said and "X-ray" in said and "Environment" in said


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_lie_in_their_pictures(name: str) -> None:
    for language in ("en", "zh"):
        figure = SAMPLES[name].draw(language)
        for root in pictures(figure):
            width, height = map(float, (root.get("width", ""), root.get("height", "")))
            assert all(0 <= x <= width and 0 <= y <= height for x, y in corners(root))
        assert cells(figure)


def test_lots_in_a_row_show_how_they_were_inspected_and_which_were_not_accepted() -> None:
    figure = SAMPLES["lot-series"].draw("en")

    assert figure.description.startswith("Lots in a row: 27. Not accepted (4): L14, L16, L18, L21.")
    assert "Inspection: Normal → Reduced → Normal → Tightened → Normal." in figure.description
    assert figure.tables[0].rows[13] == ("L14", "Reduced", "2", "1", "lot not accepted", "0")
    for root in pictures(figure):
        assert "Tightened" in texts(root) and "Switching score" in texts(root)
        assert len([each for each in root.iter() if "chart-mark" in (each.get("class") or "")]) <= 20


def test_of_very_many_lots_the_newest_are_drawn_and_the_table_has_them_all() -> None:
    lots = [charts.LotPoint(f"L{place}", place % 3, 2, True, "Normal") for place in range(1000)]
    figure = charts.draw_lot_series(charts.LotSeries("Lots", lots, "Nonconforming"), language="en")

    assert len(figure.tables[0].rows) == 1000
    assert "L0 ·" not in figure.wide and "L999 ·" in figure.wide


def test_a_lot_that_was_skipped_is_a_ring_on_the_base_line() -> None:
    lots = [
        charts.LotPoint("1", 1, 2, True, "Skip-lot", "lax"),
        charts.LotPoint("2", None, None, None, "Skip-lot", "lax"),
    ]
    figure = charts.draw_lot_series(charts.LotSeries("Lots", lots, "Nonconforming"), language="en")

    assert figure.tables[0].rows[1] == ("2", "Skip-lot", "–", "–", "not inspected")
    assert "2 · Skip-lot · not inspected" in figure.wide


def test_the_top_of_an_aoq_curve_is_its_limit() -> None:
    figure = SAMPLES["aoq-curve"].draw("en")

    assert "AOQL 3.69 % at 5.4 %." in figure.description
    assert figure.tables[1].rows == (("AQL", "2.5 %"), ("AOQL", "5.4 %"))
    for root in pictures(figure):
        assert "AOQL 3.69 %" in texts(root)
