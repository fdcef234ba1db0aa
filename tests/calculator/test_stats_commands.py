"""``stats capability`` and ``stats control-chart`` as they are called."""

import csv
import json
from pathlib import Path
from statistics import mean, stdev, variance
from typing import Any

import pytest

from supplier_quality import cli
from supplier_quality.calculator import stats_studies
from supplier_quality.statistics.capability.verdict import Study
from supplier_quality.statistics.capability.wayout import Treatment
from supplier_quality.statistics.sigma import SigmaMethod
from supplier_quality.statistics.spc.results import ChartKind

EXAMPLE = Path(__file__).resolve().parents[1] / "conformance" / "capability_jasp.csv"
CAPABILITY = ("stats", "capability", str(EXAMPLE), "--column", "diameter")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str, code: int = 0) -> Any:
        assert cli.run([*arguments, "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(*rows: str, name: str = "table.csv") -> str:
        (tmp_path / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
        return str(tmp_path / name)

    return write


def test_the_published_example_is_answered_with_all_its_indices(call: Any) -> None:
    found = call(*CAPABILITY, "--subgroup", "subgroup_no", "--lsl", "0", "--usl", "12", "--target", "6")
    rounded = {name: round(found[name], 2) for name in ("cp", "cpl", "cpu", "cpk", "pp", "ppl", "ppu", "ppk", "cpm")}
    assert rounded == {
        "cp": 1.13, "cpl": 1.34, "cpu": 0.93, "cpk": 0.93, "pp": 1.08, "ppl": 1.27, "ppu": 0.88, "ppk": 0.88, "cpm": 0.93,
    }  # fmt: skip
    assert (found["n"], round(found["mean"], 2), found["sigma_method"]) == (100, 7.08, "rbar")
    assert found["sigma_overall"] == pytest.approx(1.85636, abs=1e-5)
    assert (found["verdict"]["band"], found["verdict"]["index"]) == ("fails", "ppk")
    assert found["stability"] == {"chart": "xbar-r", "is_stable": True, "rules": ["N1", "N2", "N3"], "violations": []}
    assert found["normality"]["is_normal"] and found["way_out"] is None


def test_subgroups_by_size_are_those_by_name(call: Any) -> None:
    by_name = call(*CAPABILITY, "--subgroup", "subgroup_no", "--usl", "12")
    by_size = call(*CAPABILITY, "--subgroup-size", "5", "--usl", "12")
    assert by_name == by_size
    assert by_size["cp"] is None and by_size["cpm"] is None


def test_every_estimate_of_sigma_can_be_chosen(call: Any) -> None:
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        values = [float(row["diameter"]) for row in csv.DictReader(file)]
    groups = [values[start : start + 5] for start in range(0, 100, 5)]
    expected = {
        "rbar": mean(max(group) - min(group) for group in groups) / 2.32593,
        "sbar": mean(stdev(group) for group in groups) / 0.93999,
        "pooled": mean(variance(group) for group in groups) ** 0.5,
    }
    for sigma, value in expected.items():
        found = call(*CAPABILITY, "--subgroup-size", "5", "--usl", "12", "--sigma", sigma)
        assert (found["sigma_method"], found["sigma_within"]) == (sigma, pytest.approx(value, rel=1e-5))


def test_without_subgroups_the_readings_are_individual_values(call: Any) -> None:
    found = call(*CAPABILITY, "--usl", "12", "--study", "machine")
    assert found["sigma_method"] == "mr" and found["stability"]["chart"] == "i-mr"
    assert found["cmk"] == found["ppk"] == found["verdict"]["value"]


def test_people_read_the_verdict_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*CAPABILITY, "--subgroup-size", "5", "--lsl", "0", "--usl", "12"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Ppk is below 1.33")
    assert "1.13" in shown
    assert "Confidence interval 95 %" in shown and " .. " in shown


@pytest.mark.parametrize(
    ("options", "column", "row"),
    [
        (("--lsl", "12", "--usl", "0"), "lsl", None),
        ((), "lsl", None),
        (("--usl", "12", "--subgroup-size", "7"), "diameter", 100),
        (("--usl", "12", "--subgroup-size", "100"), "diameter", 2),
        (("--usl", "12", "--subgroup-size", "5", "--subgroup", "subgroup_no"), "subgroup", None),
        (("--usl", "12", "--subgroup", "lot"), "lot", 1),
        (("--usl", "12", "--rules", "N9"), "rules", None),
    ],
)
def test_a_refusal_has_a_sentence_row_and_column_and_no_number(call: Any, options: Any, column: str, row: Any) -> None:
    found = call(*CAPABILITY, *options, code=1)
    assert set(found) == {"error"}
    detail = found["error"]["details"][0]
    assert (detail["column"], detail["row"]) == (column, row)
    assert detail["problem"] and detail["remedy"]


def test_zero_variation_and_bad_cells_are_refused_by_line(call: Any, file: Any) -> None:
    flat = call("stats", "capability", file("v", "", *["2.5"] * 6), "--column", "v", "--usl", "3", code=1)
    assert flat["error"]["details"][0]["row"] == 3
    bad = call("stats", "capability", file("v", "1", "x", "2", '""', "3"), "--column", "v", "--usl", "3", code=1)
    assert [(found["row"], found["value"]) for found in bad["error"]["details"]] == [(3, "x"), (5, "")]


def test_an_unstable_process_is_reported_with_its_violations(call: Any, file: Any) -> None:
    values = [str(10 + index % 3 * 0.1 + (index > 30) * 5) for index in range(60)]
    found = call("stats", "capability", file("v", *values), "--column", "v", "--usl", "30")
    assert not found["stability"]["is_stable"] and not found["verdict"]["is_valid"]
    assert set(found["stability"]["violations"][0]) == {"chart", "point", "rule", "sentence"}
    assert any("not stable" in sentence for sentence in found["sentences"])


def test_xbar_r_has_its_location_chart_at_the_top(call: Any) -> None:
    found = call("stats", "control-chart", str(EXAMPLE), "--chart", "xbar-r", "--column", "diameter", "--subgroup-size", "5",
                 "--rules", "western-electric")  # fmt: skip
    assert found["center"] == pytest.approx(7.08)
    assert found["ucl"] == pytest.approx(7.08 + 0.5768 * 4.1, abs=1e-3)
    assert found["dispersion"]["ucl"] == pytest.approx(2.1145 * 4.1, abs=1e-3)
    assert found["rules"] == ["WE1", "WE2", "WE3", "WE4"]
    assert len(found["points"]) == 20


def test_eight_points_on_one_side_break_western_electric_and_not_nelson(call: Any, file: Any) -> None:
    values = ["11", "9"] * 20 + ["10.1"] * 8
    rest = ("--chart", "i-mr", "--column", "v")
    lines = file(
        json.dumps({"center": 10, "ucl": 13, "lcl": 7, "dispersion": {"center": 2, "ucl": 6, "lcl": 0}}), name="l.json"
    )
    for rules, rule in (("western-electric", "WE4"), ("N2", None)):
        found = call("stats", "control-chart", file("v", *values), *rest, "--rules", rules, "--limits", lines)
        location = [each for each in found["violations"] if each["chart"] == "location"]
        assert [(each["point"], each["rule"]) for each in location] == ([(48, rule)] if rule else [])
        assert (found["center"], found["ucl"], found["lcl"]) == (10, 13, 7)


def test_counts_take_one_sample_size_or_a_column_of_them(call: Any, file: Any) -> None:
    table = file("bad;n", "3;50", "5;50", "4;100", "9;100")
    chart = ("stats", "control-chart", table, "--column", "bad", "--chart")
    assert call(*chart, "np", "--subgroup-size", "100")["center"] == pytest.approx(21 / 4)
    varying = call(*chart, "p", "--size-column", "n")
    assert varying["center"] == pytest.approx(21 / 300)
    assert varying["ucl"][0] > varying["ucl"][2]
    assert varying["dispersion"] is None
    assert call(*chart, "c")["center"] == pytest.approx(21 / 4)
    assert call(*chart, "u", "--size-column", "n")["points"][0] == pytest.approx(0.06)
    refused = call(*chart, "p", code=1)["error"]
    assert refused["code"] == "bad_study"
    assert call(*chart, "np", "--size-column", "n", code=1)["error"]["details"][0]["row"] == 4


@pytest.mark.parametrize("chart", ["ewma", "cusum"])
def test_charts_with_memory_take_target_and_sigma(call: Any, file: Any, chart: str) -> None:
    values = ["9", "11"] * 10 + ["11.5"] * 12
    found = call("stats", "control-chart", file("v", *values), "--chart", chart, "--column", "v", "--target", "10",
                 "--sigma", "1")  # fmt: skip
    assert found["violations"]
    assert {each["rule"] for each in found["violations"]} == {"N1"}


@pytest.mark.parametrize(
    ("chart", "more"), [("xbar-r", ()), ("i-mr", ("--subgroup-size", "5")), ("c", ("--subgroup", "subgroup_no"))]
)
def test_subgroups_that_do_not_suit_the_chart_are_refused(call: Any, chart: str, more: tuple[str, ...]) -> None:
    column = "subgroup_no" if chart == "c" else "diameter"
    found = call("stats", "control-chart", str(EXAMPLE), "--chart", chart, "--column", column, *more, code=1)
    assert found["error"]["code"] == "bad_study"


@pytest.mark.parametrize(
    "lines",
    ["[]", "no json", '{"center": 1}', '{"center": 5, "ucl": 1, "lcl": 9}', '{"center": [1], "ucl": [2], "lcl": [0]}'],
)
def test_lines_that_are_none_are_refused(call: Any, file: Any, lines: str) -> None:
    given = file(lines, name="lines.json")
    found = call(
        "stats", "control-chart", str(EXAMPLE), "--chart", "i-mr", "--column", "diameter", "--limits", given, code=1
    )
    assert found["error"]["details"][0]["remedy"]


def test_an_earlier_answer_fixes_the_lines(call: Any, file: Any) -> None:
    chart = (
        "stats",
        "control-chart",
        str(EXAMPLE),
        "--chart",
        "xbar-s",
        "--column",
        "diameter",
        "--subgroup-size",
        "5",
    )
    earlier = call(*chart)
    again = call(*chart, "--limits", file(json.dumps(earlier), name="earlier.json"))
    assert (again["ucl"], again["dispersion"]["ucl"]) == (earlier["ucl"], earlier["dispersion"]["ucl"])


CHART = ("stats", "control-chart")


def test_phases_have_limits_of_their_own(call: Any, file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        f"{'before' if place < 8 else 'after'};{value}"
        for place, value in enumerate(["10", "11"] * 4 + ["20", "22"] * 4)
    ]
    asked = (*CHART, file("stage;v", *rows), "--chart", "i-mr", "--column", "v", "--phase", "stage")
    found = call(*asked)
    assert [(phase["name"], phase["first_point"], phase["points"]) for phase in found["phases"]] == [
        ("before", 1, 8), ("after", 9, 8),
    ]  # fmt: skip
    assert found["center"] == [10.5] * 8 + [21] * 8
    assert found["dispersion"]["points"][7] is None
    assert found["is_stable"] and found["standard"] is None
    assert found["phases"][1]["standard"]["target"] == 21
    assert cli.run(list(asked)) == 0
    shown = capsys.readouterr().out
    assert "Phase" in shown and "before" in shown


def test_a_violation_names_its_phase(call: Any, file: Any) -> None:
    rows = [f"a,{value}" for value in (10, 11, 10, 11)] + [f"b,{value}" for value in (20, 21, 20, 21, 20, 90)]
    found = call(*CHART, file("p,v", *rows), "--chart", "i-mr", "--column", "v", "--phase", "p", "--rules", "N1")
    assert [(each["chart"], each["phase"], each["point"]) for each in found["violations"]] == [
        ("location", "b", 10), ("dispersion", "b", 10),
    ]  # fmt: skip


def test_counts_have_phases_too(call: Any, file: Any) -> None:
    table = file("p;bad;n", "a;3;50", "a;5;100", "b;9;50", "b;8;100")
    found = call(*CHART, table, "--chart", "p", "--column", "bad", "--size-column", "n", "--phase", "p")
    assert found["center"] == pytest.approx([8 / 150] * 2 + [17 / 150] * 2)


@pytest.mark.parametrize(
    ("rows", "row", "column"),
    [
        (("a,1", "b,2", "a,3"), 4, "p"),
        (("a,1", "a,2", "a,1", ",2"), 5, "p"),
        (("a,1", "a,2", "a,1", "b,2", "b,3"), 5, "v"),
    ],
)
def test_phases_that_cannot_be_are_refused_by_their_row(call: Any, file: Any, rows: Any, row: int, column: str) -> None:
    found = call(*CHART, file("p,v", *rows), "--chart", "i-mr", "--column", "v", "--phase", "p", code=1)
    detail = found["error"]["details"][0]
    assert (detail["row"], detail["problem"] != "", detail["remedy"] != "") == (row, True, True)
    assert detail["column"] in (column, "v", "values")


def test_standard_values_follow_the_size_of_every_sample(call: Any, file: Any) -> None:
    counts = file("bad;n", "3;50", "5;400")
    found = call(*CHART, counts, "--chart", "p", "--column", "bad", "--size-column", "n", "--target", "0.04")
    assert found["center"] == 0.04
    assert found["ucl"] == pytest.approx([0.04 + 3 * (0.04 * 0.96 / n) ** 0.5 for n in (50, 400)])
    assert found["standard"] == {"target": 0.04, "sigma": None}
    groups = file("g,v", "a,1", "a,2", "b,1", "b,2", "b,3", "b,2", name="groups.csv")
    asked = (*CHART, groups, "--chart", "xbar-r", "--column", "v", "--subgroup", "g")
    varying = call(*asked, "--target", "2", "--sigma", "1")
    assert varying["ucl"] == pytest.approx([2 + 3 / 2**0.5, 2 + 3 / 2])


def test_the_standard_values_of_an_earlier_answer_fit_samples_of_other_sizes(call: Any, file: Any) -> None:
    first = file("bad;n", "3;50", "5;100", "4;100")
    chart = ("--chart", "p", "--column", "bad", "--size-column", "n")
    for name, sizes in (("varying", first), ("level", file("bad;n", "3;50", "5;50", name="level.csv"))):
        earlier = call(*CHART, sizes, *chart)
        lines = file(json.dumps(earlier), name=f"{name}.json")
        later = call(*CHART, file("bad;n", "3;25", "90;1000", name="later.csv"), *chart, "--limits", lines)
        p = earlier["standard"]["target"]
        assert later["center"] == p
        assert later["ucl"] == pytest.approx([p + 3 * (p * (1 - p) / n) ** 0.5 for n in (25, 1000)])


@pytest.mark.parametrize("chart", ["ewma", "cusum"])
def test_charts_with_memory_go_on_from_an_earlier_answer(call: Any, file: Any, chart: str) -> None:
    asked = (*CHART, file("v", "10", "11", "10", "12"), "--chart", chart, "--column", "v")
    earlier = call(*asked)
    lines = file(json.dumps(earlier), name="earlier.json")
    later = call(*CHART, file("v", "15", "15", "15", name="later.csv"), *asked[3:], "--limits", lines)
    assert (later["ucl"], later["standard"]) == (earlier["ucl"], earlier["standard"])


def test_lines_written_by_hand_into_an_answer_stand(call: Any, file: Any) -> None:
    asked = (*CHART, file("v", "10", "11", "10", "12"), "--chart", "i-mr", "--column", "v")
    earlier = call(*asked)
    again = call(*asked, "--limits", file(json.dumps({**earlier, "ucl": 11.5}), name="edited.json"))
    assert (again["ucl"], again["is_stable"], again["standard"]) == (11.5, False, None)


@pytest.mark.parametrize(
    ("chart", "options", "column"),
    [
        ("c", ("--sigma", "2"), "sigma"),
        ("c", ("--target", "-2"), "target"),
        ("i-mr", ("--sigma", "0"), "sigma"),
        ("i-mr", ("--target", "nan"), "target"),
    ],
)
def test_standard_values_that_do_not_suit_are_refused_by_their_name(
    call: Any, file: Any, chart: str, options: tuple[str, ...], column: str
) -> None:
    found = call(*CHART, file("v", "1", "2", "3"), "--chart", chart, "--column", "v", *options, code=1)
    detail = found["error"]["details"][0]
    assert detail["column"] == column and detail["remedy"]


def test_lines_and_standard_values_are_not_given_together(call: Any, file: Any) -> None:
    lines = file('{"center": 2, "ucl": 3, "lcl": 1}', name="l.json")
    asked = (*CHART, file("v", "1", "2", "3"), "--chart", "i-mr", "--column", "v", "--limits", lines)
    assert call(*asked, "--target", "2", code=1)["error"]["details"][0]["column"] == "target"


def test_cpm_has_its_interval(call: Any) -> None:
    found = call(*CAPABILITY, "--subgroup-size", "5", "--lsl", "0", "--usl", "12", "--target", "6")
    low, high = found["confidence"]["cpm"]
    assert low < found["cpm"] < high
    assert call(*CAPABILITY, "--subgroup-size", "5", "--usl", "12")["confidence"]["cpm"] is None


@pytest.mark.parametrize(
    ("chart", "option"),
    [
        ("i-mr", ("--weight", "0.2")),
        ("cusum", ("--weight", "0.2")),
        ("ewma", ("--allowance", "0.5")),
        ("p", ("--decision", "5")),
        ("xbar-r", ("--size-column", "size")),
    ],
)
def test_what_a_chart_would_not_look_at_is_refused(call: Any, file: Any, chart: str, option: tuple[str, str]) -> None:
    size = ("--subgroup-size", "2") if chart in ("p", "xbar-r") else ()
    readings = file("value,size", *(f"{value},9" for value in (3, 4, 5, 4, 3, 6)))

    refused = call("stats", "control-chart", readings, "--chart", chart, "--column", "value", *size, *option, code=1)

    assert [problem["column"] for problem in refused["error"]["details"]] == [
        option[0].removeprefix("--").replace("-", "_")
    ]


def test_a_c_chart_takes_only_samples_of_one_size(call: Any, file: Any) -> None:
    chart = ("--chart", "c", "--column", "defects", "--size-column", "size")
    equal, other = (file("defects,size", "3,50", "5,50", f"4,{last}", name=f"{last}.csv") for last in (50, 40))

    assert call("stats", "control-chart", equal, *chart)["center"] == 4
    refused = call("stats", "control-chart", other, *chart, code=1)
    [detail] = refused["error"]["details"]
    assert (detail["column"], detail["remedy"]) == ("size_column", "Choose the chart u.")


def test_the_words_of_the_options_are_those_of_the_statistics() -> None:
    assert tuple(kind.value for kind in ChartKind) == stats_studies.CHARTS
    assert tuple(method.value for method in SigmaMethod) == stats_studies.SIGMAS
    assert tuple(study.value for study in Study) == stats_studies.STUDIES
    assert tuple(treatment.value for treatment in Treatment) == stats_studies.TREATMENTS


def test_a_rule_asked_for_by_name_has_to_be_meant_for_the_chart(call: Any, file: Any) -> None:
    asked = (
        "stats",
        "control-chart",
        file("c", "3", "4", "5", "4", "3", "6"),
        "--chart",
        "c",
        "--column",
        "c",
        "--rules",
    )
    assert call(*asked, "nelson")["rules"] == ["N1", "N2", "N3", "N4"]
    refused = call(*asked, "N6", code=1)["error"]["details"][0]
    assert (refused["column"], refused["value"]) == ("rules", "N6") and "N1, N2" in refused["remedy"]


@pytest.mark.parametrize(
    ("readings", "lsl", "band"),
    [(("4.99", "5.99", "6.99"), "2", "consult"), (("5.01", "6.01", "7.01"), "1", "consult"),
     (("4.98", "5.98", "6.98"), "2", "fails"), (("5.02", "6.02", "7.02"), "1", "meets")],
)  # fmt: skip
def test_an_index_that_is_exactly_a_limit_lies_in_the_middle_band(
    call: Any, file: Any, readings: tuple[str, ...], lsl: str, band: str
) -> None:
    found = call("stats", "capability", file("v", *readings), "--column", "v", "--lsl", lsl)
    assert found["verdict"]["band"] == band, found["ppk"]
