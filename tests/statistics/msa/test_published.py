"""What the AIAG manual and other programs print for their examples."""

import pytest

from supplier_quality.statistics.msa.agreement import attribute_agreement
from supplier_quality.statistics.msa.anova import gauge_anova
from supplier_quality.statistics.msa.average_range import gauge_range, k_constants
from supplier_quality.statistics.msa.linearity import linearity
from supplier_quality.statistics.msa.ratings import read_ratings
from supplier_quality.statistics.msa.results import GaugeResult
from supplier_quality.statistics.msa.study import Design
from tests.statistics.msa.published import agrees, columns, expected, gauge, rows


def _gauge_number(result: GaugeResult, quantity: str) -> float:
    kind, _dot, key = quantity.partition(".")
    if kind == "variance":
        return float(getattr(result, key)) ** 2
    if kind in ("ss", "f", "p"):
        return float(next(getattr(row, kind) for row in result.anova if row.source == key))
    found = getattr(result, kind)
    return float(getattr(found, key) if key else found)


def _differing(result: GaugeResult, example: str) -> dict[str, tuple[str, float]]:
    computed = {quantity: _gauge_number(result, quantity) for quantity in expected(example)}
    return {
        quantity: (printed, computed[quantity])
        for quantity, printed in expected(example).items()
        if not agrees(computed[quantity], printed)
    }


@pytest.mark.parametrize("name", ["gauge_spcforexcel", "gauge_aiag"])
def test_anova_gives_the_published_numbers(name: str) -> None:
    result = gauge_anova(gauge(name))
    assert result.pooled is True
    assert _differing(result, f"{name}/anova") == {}


def test_anova_gives_the_numbers_of_jasp_with_a_tolerance() -> None:
    result = gauge_anova(gauge("gauge_jasp"), tolerance=15)
    assert _differing(result, "gauge_jasp/anova") == {}


def test_a_nested_study_gives_the_published_numbers() -> None:
    result = gauge_anova(gauge("gauge_nested_jasp", design=Design.NESTED))
    assert (result.interaction, result.pooled, result.p_interaction) == (None, None, None)
    assert _differing(result, "gauge_nested_jasp/nested") == {}


def test_linearity_gives_the_numbers_of_the_aiag_example() -> None:
    cells = columns("linearity_aiag")
    result = linearity(
        list(map(float, cells["value"])),
        list(map(float, cells["reference"])),
        parts=cells["part"],
        process_variation=1,
    )
    computed = {
        "slope.value": result.slope.value,
        "slope.standard_error": result.slope.standard_error,
        "slope.t": result.slope.t,
        "slope.p": result.slope.p,
        "intercept.value": result.intercept.value,
        "intercept.standard_error": result.intercept.standard_error,
        "intercept.t": result.intercept.t,
        "intercept.p": result.intercept.p,
        "sigma": result.sigma,
        "r_squared": result.r_squared,
        "linearity": result.linearity,
        "percent_linearity": result.percent_linearity,
        "mean_bias": result.mean_bias,
    }
    for part in result.parts:
        computed |= {f"part{part.part}.mean": part.bias.mean, f"part{part.part}.p": part.bias.p}
    published = expected("linearity_aiag")
    assert computed.keys() == published.keys()
    differing = {
        name: (published[name], found)
        for name, found in computed.items()
        if found is None or not agrees(found, published[name])
    }
    assert differing == {}
    assert not result.acceptable


def test_attribute_agreement_gives_the_published_numbers() -> None:
    cells = columns("agreement_jasp")
    result = attribute_agreement(
        read_ratings(cells["appraiser"], cells["part"], cells["trial"], cells["rating"], cells["reference"], good="Yes")
    )
    computed: dict[str, float | None] = {
        "all.kappa": result.between.kappa,
        "all.kappa_reference": result.between.kappa_reference,
        "all.matched": 100 * result.between.matched.fraction,
        "all.matched_lower": 100 * result.between.matched.lower,
        "all.matched_upper": 100 * result.between.matched.upper,
        "all.effectiveness": 100 * result.between.effectiveness.fraction,
        "all.effectiveness_lower": 100 * result.between.effectiveness.lower,
        "all.effectiveness_upper": 100 * result.between.effectiveness.upper,
    }
    for one in result.appraisers:
        computed |= {
            f"{one.appraiser}.kappa_reference": one.kappa_reference,
            f"{one.appraiser}.kappa_within": one.kappa_within,
            f"{one.appraiser}.within": 100 * one.within.fraction,
            f"{one.appraiser}.effectiveness": 100 * one.effectiveness.fraction,
            f"{one.appraiser}.effectiveness_lower": 100 * one.effectiveness.lower,
            f"{one.appraiser}.effectiveness_upper": 100 * one.effectiveness.upper,
        }
    published = expected("agreement_jasp")
    assert computed.keys() == published.keys()
    differing = {
        name: (published[name], found)
        for name, found in computed.items()
        if found is None or not agrees(found, published[name])
    }
    assert differing == {}


def test_average_and_range_gives_the_numbers_of_the_aiag_manual() -> None:
    result = gauge_range(gauge("gauge_aiag"))
    assert (result.interaction, result.p_interaction, result.pooled) == (None, None, None)
    # The manual computes with K constants of four digits and rounds on the way.
    published = expected("gauge_aiag/range")
    assert {name: _gauge_number(result, name) for name in published} == {
        name: pytest.approx(float(printed), rel=4e-4) for name, printed in published.items()
    }


@pytest.mark.parametrize("row", rows("../grr_k_constants"), ids=lambda row: f"{row['constant']} of {row['count']}")
def test_constants_are_those_of_the_aiag_manual(row: dict[str, str]) -> None:
    sizes = {"trials": 2, "appraisers": 2, "parts": 2}
    of = row["constant"].partition("_")[2]
    constants = k_constants(**{**sizes, of: int(row["count"])})
    assert agrees(getattr(constants, row["constant"][:2].lower()), row["value"])
