"""Gauge R&R: what holds for every study, and what the settings do."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_quality.errors import BadInput
from supplier_quality.statistics.msa import (
    Band,
    CannotCompute,
    Design,
    GaugeResult,
    Method,
    Shares,
    gauge_anova,
    gauge_range,
    limits,
    read_study,
)
from tests.statistics.msa.published import columns, gauge

Row = tuple[str, str, float]

METHODS = (
    lambda rows: gauge_anova(_study(rows, Design.CROSSED)),
    lambda rows: gauge_anova(_study(rows, Design.CROSSED), alpha=1),
    lambda rows: gauge_anova(_study(rows, Design.NESTED)),
    lambda rows: gauge_range(_study(rows, Design.CROSSED)),
)
NAMES = ("pooled", "with interaction", "nested", "average and range")


def _study(rows: list[Row], design: Design):  # type: ignore[no-untyped-def]
    return read_study([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], design=design)


@st.composite
def studies(draw: st.DrawFn) -> list[Row]:
    """Balanced studies of small size; readings are whole numbers, as gauges count steps."""
    parts, appraisers, trials = (draw(st.integers(2, 4)) for _size in range(3))
    keys = [(str(part), f"A{name}") for part in range(parts) for name in range(appraisers) for _trial in range(trials)]
    values = draw(st.lists(st.integers(-50, 50), min_size=len(keys), max_size=len(keys)))
    rows = [(*key, float(value)) for key, value in zip(keys, values, strict=True)]
    # Without variation of trials there is nothing to compute.
    rows[0] = (rows[0][0], rows[0][1], rows[1][2] + 7)
    return rows


def _numbers(result: GaugeResult) -> dict[str, float]:
    """The components and percentages."""
    found = {name: getattr(result, name) for name in ("ev", "av", "interaction", "grr", "pv", "tv")}
    for kind in ("study_variation", "contribution"):
        shares: Shares = getattr(result, f"percent_{kind}")
        found |= {f"{kind} {name}": getattr(shares, name) for name in ("ev", "av", "interaction", "grr", "pv")}
    return {name: value for name, value in found.items() if value is not None}


def _close(found: dict[str, float], wanted: dict[str, float]) -> None:
    scale = max(map(abs, wanted.values()))
    assert found == {name: pytest.approx(value, rel=1e-6, abs=1e-6 * scale) for name, value in wanted.items()}


@pytest.mark.parametrize("compute", METHODS, ids=NAMES)
@given(rows=studies(), seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_is_irrelevant(compute, rows: list[Row], seed: int) -> None:  # type: ignore[no-untyped-def]
    shuffled = rows.copy()
    random.Random(seed).shuffle(shuffled)
    before, after = compute(rows), compute(shuffled)
    _close(_numbers(after), _numbers(before))
    assert (after.ndc, after.verdict) == (before.ndc, before.verdict)


@pytest.mark.parametrize("compute", METHODS, ids=NAMES)
@given(rows=studies(), factor=st.sampled_from([0.001, 0.5, 25.4, -2.0]), shift=st.sampled_from([0.0, -37.5, 1000.0]))
@settings(max_examples=40, deadline=None)
def test_another_unit_and_zero_point_scale_the_components_and_keep_the_percentages(  # type: ignore[no-untyped-def]
    compute, rows: list[Row], factor: float, shift: float
) -> None:
    moved = [(part, name, factor * value + shift) for part, name, value in rows]
    before, after = _numbers(compute(rows)), _numbers(compute(moved))
    scaled = {name: value if " " in name else abs(factor) * value for name, value in before.items()}
    percents = {name for name in scaled if " " in name}
    for names in (percents, scaled.keys() - percents):
        _close({name: after[name] for name in names}, {name: scaled[name] for name in names})


@pytest.mark.parametrize("compute", METHODS, ids=NAMES)
@given(rows=studies())
@settings(max_examples=40, deadline=None)
def test_contributions_add_up_to_100_percent(compute, rows: list[Row]) -> None:  # type: ignore[no-untyped-def]
    result = compute(rows)
    shares = result.percent_contribution
    parts = [shares.ev, shares.av, shares.interaction or 0.0]
    assert sum(parts) == pytest.approx(shares.grr)
    assert shares.grr + shares.pv == pytest.approx(100)
    assert min(*parts, shares.pv) >= 0
    variation = result.percent_study_variation
    assert variation.grr**2 + variation.pv**2 == pytest.approx(100**2)


@given(rows=studies())
@settings(max_examples=40, deadline=None)
def test_the_sums_of_squares_add_up_to_the_total(rows: list[Row]) -> None:
    for result in (METHODS[1](rows), METHODS[2](rows)):
        *sources, total = result.anova
        assert sum(row.ss for row in sources) == pytest.approx(total.ss)
        assert sum(row.df for row in sources) == total.df == len(rows) - 1


def test_alpha_decides_whether_the_interaction_is_pooled() -> None:
    study = gauge("gauge_jasp")
    p = gauge_anova(study).p_interaction
    assert p is not None
    answers = {alpha: gauge_anova(study, alpha=alpha).pooled for alpha in (0, 0.05, 0.25, p, 0.27, 1)}
    # p equal to alpha is not greater, so the interaction stays.
    assert answers == {0: True, 0.05: True, 0.25: True, p: False, 0.27: False, 1: False}
    kept = gauge_anova(study, alpha=0.27)
    assert kept.interaction is not None and kept.interaction > 0
    assert kept.anova_pooled == ()


def test_alpha_0_leaves_even_the_surest_interaction_out() -> None:
    cells = columns("gauge_aiag")
    crossing = [
        1000 * (int(part) % 2 == (name == "A")) for part, name in zip(cells["part"], cells["appraiser"], strict=True)
    ]
    values = [float(value) + extra for value, extra in zip(cells["value"], crossing, strict=True)]
    study = read_study(cells["part"], cells["appraiser"], values)
    assert gauge_anova(study).pooled is False
    assert gauge_anova(study, alpha=0).pooled is True


@pytest.mark.parametrize("method", [gauge_anova, gauge_range])
def test_the_multiplier_counts_only_against_the_tolerance(method) -> None:  # type: ignore[no-untyped-def]
    study = gauge("gauge_aiag")
    six, old = method(study, tolerance=4.0), method(study, tolerance=4.0, multiplier=5.15)
    assert six.percent_tolerance.grr == pytest.approx(100 * 6 * six.grr / 4)
    assert old.percent_tolerance.grr == pytest.approx(100 * 5.15 * six.grr / 4)
    assert old.percent_study_variation == six.percent_study_variation
    assert (six.tolerance_verdict, method(study).percent_tolerance) == (Band.UNACCEPTABLE, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"tolerance": 0},
        {"tolerance": -1.0},
        {"tolerance": float("nan")},
        {"multiplier": 0},
        {"alpha": 1.1},
        {"alpha": -0.1},
    ],
)
def test_impossible_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        gauge_anova(gauge("gauge_aiag"), **wrong)  # type: ignore[arg-type]


def test_average_and_range_refuses_a_nested_study() -> None:
    with pytest.raises(BadInput, match="ANOVA"):
        gauge_range(gauge("gauge_nested_jasp", design=Design.NESTED))


def test_the_result_carries_what_the_plots_need() -> None:
    result = gauge_anova(gauge("gauge_spcforexcel"))
    first = result.cells[0]
    assert (first.appraiser, first.part, first.readings) == ("1", "1", (3.29, 3.41, 3.64))
    assert (first.mean, first.range) == (pytest.approx(10.34 / 3), pytest.approx(0.35))
    assert [(cell.appraiser, cell.part) for cell in result.cells] == [(a, p) for a in "123" for p in "12345"]
    assert [row.source.value for row in result.anova_pooled] == ["part", "appraiser", "repeatability", "total"]


def test_the_verdict_is_said_in_sentences() -> None:
    assert [str(sentence) for sentence in gauge_anova(gauge("gauge_spcforexcel"), tolerance=50).sentences] == [
        "GRR is 33.1 % of the study variation: not acceptable.",
        "GRR is 3.8 % of the tolerance: acceptable.",
        "Number of distinct categories (ndc): 4; too few, 5 are needed.",
        "Interaction of part and appraiser: p 0.9964, alpha 0.25, so it is pooled into repeatability.",
    ]


@pytest.mark.parametrize(
    ("measure", "value", "band"),
    [
        ("grr_percent", 9.999, Band.ACCEPTABLE),
        ("grr_percent", 10.0, Band.MARGINAL),
        ("grr_percent", 30.0, Band.MARGINAL),
        ("grr_percent", 30.001, Band.UNACCEPTABLE),
        ("ndc", 5, Band.ACCEPTABLE),
        ("ndc", 4, Band.UNACCEPTABLE),
        ("kappa", 0.75, Band.ACCEPTABLE),
        ("kappa", 0.40, Band.MARGINAL),
        ("kappa", 0.39, Band.UNACCEPTABLE),
        ("effectiveness", 0.90, Band.ACCEPTABLE),
        ("effectiveness", 0.80, Band.MARGINAL),
        ("effectiveness", 0.79, Band.UNACCEPTABLE),
        ("miss_rate", 0.02, Band.ACCEPTABLE),
        ("miss_rate", 0.05, Band.MARGINAL),
        ("miss_rate", 0.051, Band.UNACCEPTABLE),
        ("false_alarm_rate", 0.05, Band.ACCEPTABLE),
        ("false_alarm_rate", 0.10, Band.MARGINAL),
        ("false_alarm_rate", 0.11, Band.UNACCEPTABLE),
    ],
)
def test_values_on_a_limit_belong_where_the_manual_puts_them(measure: str, value: float, band: Band) -> None:
    assert limits(measure).band(value) is band


def test_exactly_10_percent_is_acceptable_when_that_is_chosen() -> None:
    assert limits("grr_percent").band(10.0, included=True) is Band.ACCEPTABLE
    assert limits("grr_percent").band(10.001, included=True) is Band.MARGINAL


def test_every_limit_names_its_standard_edition_and_source() -> None:
    for measure in ("grr_percent", "ndc", "kappa", "effectiveness", "miss_rate", "false_alarm_rate"):
        found = limits(measure)
        assert found.standard and found.edition and found.source


def test_a_result_does_not_change_once_computed() -> None:
    result = gauge_range(gauge("gauge_aiag"))
    assert result.method is Method.RANGE
    assert replace(result, ndc=1) != result
    assert issubclass(CannotCompute, BadInput)
