"""Normality, and the ways out for readings that are not normal."""

import math

import numpy as np
import pytest
from scipy import stats

from supplier_quality.statistics.capability.indices import Limits
from supplier_quality.statistics.capability.normality import anderson_darling
from supplier_quality.statistics.capability.shapes import density_curve, fit_box_cox, fit_johnson
from supplier_quality.statistics.capability.study import Study, capability
from supplier_quality.statistics.capability.verdict import Band
from supplier_quality.statistics.capability.wayout import Treatment
from supplier_quality.statistics.refusals import CannotCompute
from supplier_quality.statistics.subgroups import individuals, subgroups_of_size

RANDOM = np.random.default_rng(12)
NORMAL = RANDOM.normal(10, 1, 200)
SKEWED = np.exp(RANDOM.normal(1, 0.5, 300))


def test_the_statistic_is_that_of_scipy() -> None:
    for values in (NORMAL, SKEWED, np.arange(8.0)):
        found = anderson_darling(values)
        assert found is not None
        assert found.statistic == pytest.approx(
            float(stats.anderson(values, "norm", method="interpolate").statistic), rel=1e-9
        )


def test_the_p_value_is_as_often_small_as_it_says() -> None:
    found = [anderson_darling(values) for values in np.random.default_rng(1).standard_normal((2000, 40))]
    p = np.array([each.p for each in found if each is not None])
    for level in (0.05, 0.1, 0.5):
        assert np.mean(p < level) == pytest.approx(level, abs=0.03)


def test_the_p_value_falls_as_the_statistic_grows() -> None:
    from supplier_quality.statistics.capability.normality import _probability

    p = [_probability(a) for a in np.linspace(0.02, 200, 20_000)]
    assert all(0 <= value <= 1 for value in p)
    assert np.diff(p).max() < 0.005  # the four pieces meet within that


def test_few_readings_are_not_tested() -> None:
    assert anderson_darling(np.arange(7.0)) is None


def test_normality_does_not_depend_on_unit_and_zero() -> None:
    first, second = anderson_darling(NORMAL), anderson_darling(NORMAL * 1e-6 + 1e3)
    assert first is not None and second is not None
    assert second.statistic == pytest.approx(first.statistic, rel=1e-4)


def test_box_cox_finds_the_logarithm_and_the_square() -> None:
    from scipy.special import ndtri

    normal = 10 + 2 * ndtri((np.arange(500) + 0.5) / 500)
    logarithm, root = fit_box_cox(SKEWED), fit_box_cox(np.sqrt(normal))
    assert logarithm is not None and root is not None
    assert logarithm.power == pytest.approx(0, abs=0.15)
    assert root.power == pytest.approx(2, abs=0.1)
    assert fit_box_cox(np.array([0.0, 1, 2])) is None


def test_box_cox_maximises_the_likelihood_as_scipy_does() -> None:
    found = fit_box_cox(SKEWED)
    assert found is not None
    assert found.power == pytest.approx(float(stats.boxcox(SKEWED)[1]), abs=2e-3)


@pytest.mark.parametrize(
    ("family", "gamma", "delta"), [("SU", 0.8, 1.5), ("SB", -0.5, 1.2), ("SU", -1.0, 1.2), ("SB", 1.0, 0.9)]
)
def test_a_johnson_distribution_is_recovered_from_its_own_quantiles(family: str, gamma: float, delta: float) -> None:
    from scipy.special import ndtri

    u = (ndtri((np.arange(4000) + 0.5) / 4000) - gamma) / delta
    values = 3 + 2 * (np.sinh(u) if family == "SU" else 1 / (1 + np.exp(-u)))
    found = fit_johnson(values)
    assert found is not None
    assert found.parameters["family"] == family
    assert (found.gamma, found.delta, found.xi, found.scale) == pytest.approx((gamma, delta, 3, 2), rel=0.03, abs=0.03)
    assert found.scores(np.array([found.value(1.5)])) == pytest.approx([1.5])  # type: ignore[list-item]


def test_readings_that_are_normal_need_no_way_out() -> None:
    found = capability(individuals(NORMAL), Limits(5, 15))
    assert found.normality is not None and found.normality.is_normal
    assert found.way_out is None


def test_skewed_readings_are_judged_by_the_percentiles_of_a_fitted_distribution() -> None:
    found = capability(individuals(SKEWED), Limits(usl=12))
    assert found.normality is not None and not found.normality.is_normal
    assert found.way_out is not None
    assert found.way_out.treatment is Treatment.BOX_COX
    median, high = math.exp(1), math.exp(1 + 3 * 0.5)
    assert found.way_out.indices.least == pytest.approx((12 - median) / (high - median), rel=0.15)
    assert found.verdict.value == found.way_out.indices.least
    assert found.overall.least > found.way_out.indices.least
    assert found.way_out.above == pytest.approx(0.5 * math.erfc((math.log(12) - 1) / 0.5 / math.sqrt(2)), rel=1)
    assert any("Box-Cox" in str(sentence) for sentence in found.sentences)


def test_of_an_ongoing_process_that_is_not_normal_only_ppk_is_judged() -> None:
    assert capability(individuals(SKEWED), Limits(usl=12), study=Study.ONGOING).verdict.index == "ppk"


def test_two_clusters_fit_no_distribution_and_leave_their_percentiles() -> None:
    values = np.concatenate([RANDOM.normal(0, 1, 200), RANDOM.normal(100, 1, 200)])
    found = capability(individuals(RANDOM.permutation(values)), Limits(-50, 150))
    assert found.way_out is not None
    assert found.way_out.treatment is Treatment.PERCENTILE
    low, _middle, high = found.way_out.points
    assert found.way_out.indices.both == pytest.approx(200 / (high - low))
    assert any("neither Box-Cox nor Johnson" in str(sentence) for sentence in found.sentences)


def test_for_normal_readings_percentiles_come_near_the_usual_indices() -> None:
    values = np.random.default_rng(3).normal(0, 1, 50_000)
    found = capability(subgroups_of_size(values, 5), Limits(-4, 5), treatment=Treatment.PERCENTILE)
    assert found.way_out is not None
    assert found.way_out.indices.least == pytest.approx(found.overall.least, rel=0.03)
    johnson = capability(subgroups_of_size(values[:5000], 5), Limits(-4, 5), treatment=Treatment.JOHNSON)
    assert johnson.way_out is not None
    assert johnson.way_out.indices.least == pytest.approx(johnson.overall.least, rel=0.15)


def test_normal_can_be_chosen_for_readings_that_are_not_and_the_result_says_so() -> None:
    found = capability(individuals(SKEWED), Limits(usl=30), treatment=Treatment.NORMAL)
    assert found.way_out is None and found.verdict.band is Band.MEETS
    assert any("as if the readings were normal" in str(sentence) for sentence in found.sentences)


def test_box_cox_of_readings_below_zero_is_refused_where_the_lowest_stands() -> None:
    with pytest.raises(CannotCompute) as caught:
        capability(individuals([3, 2, -1, 4, 5, 3, 2, 1, 4]), Limits(-5, 10), treatment=Treatment.BOX_COX)
    assert (caught.value.details[0].row, caught.value.details[0].column) == (3, "values")


def test_a_limit_that_a_bounded_distribution_cannot_reach_expects_no_part_beyond() -> None:
    from scipy.special import ndtri

    u = ndtri((np.arange(500) + 0.5) / 500) / 1.5
    values = np.random.default_rng(2).permutation(10 / (1 + np.exp(-u)))
    found = capability(individuals(values), Limits(-5, 20), treatment=Treatment.JOHNSON)
    assert found.way_out is not None
    assert (found.way_out.below, found.way_out.above) == (0, 0)


def area(curve: list[tuple[float, float]]) -> float:
    step = curve[1][0] - curve[0][0]
    return sum(density for _x, density in curve) * step


@pytest.mark.parametrize(
    "values",
    [SKEWED, -SKEWED, NORMAL, RANDOM.standard_t(3, 300), RANDOM.uniform(0, 1, 300), RANDOM.exponential(1, 300) + 0.01],
    ids=["skewed", "skewed to the left", "normal", "heavy tails", "bounded", "exponential"],
)
def test_the_density_of_a_fitted_distribution_has_the_area_one(values: np.ndarray) -> None:
    shapes = [fit_johnson(values), fit_box_cox(values)]
    for shape in shapes:
        if shape is not None:
            curve = density_curve(shape, values)
            assert area(curve) == pytest.approx(1, abs=0.02)
            assert all(density >= 0 and math.isfinite(density) for _x, density in curve)
            assert [x for x, _density in curve] == sorted(x for x, _density in curve)


def test_the_density_is_that_of_the_distribution_transformed_back() -> None:
    """Johnson SU by its own formula: delta / (lambda sqrt(1 + u^2)) times the normal density of the score."""
    shape = fit_johnson(SKEWED)
    assert shape is not None
    parameters = shape.parameters
    law = (stats.johnsonsb if parameters["family"] == "SB" else stats.johnsonsu)(
        parameters["gamma"], parameters["delta"], loc=parameters["xi"], scale=parameters["lambda"]
    )
    curve = density_curve(shape, SKEWED)
    peak = max(density for _x, density in curve)
    for x, density in curve:
        assert density == pytest.approx(float(law.pdf(x)), abs=peak * 0.01)


def test_lambda_1_gives_the_normal_density() -> None:
    from supplier_quality.statistics.capability.shapes import BoxCox

    shape = BoxCox(power=1.0, mean=0.0, sigma=0.1, unit=10.0)
    for x, density in density_curve(shape, np.array([7.0, 13.0])):
        assert density == pytest.approx(float(stats.norm.pdf(x, 10, 1)), abs=1e-3)


def test_a_way_out_holds_the_distribution_that_it_rests_on() -> None:
    fitted = capability(individuals(SKEWED), Limits(usl=20)).way_out
    assert fitted is not None and fitted.shape is not None
    assert fitted.shape.parameters == fitted.parameters
    assert fitted.expected.below is None
    assert fitted.expected.total == fitted.expected.above
    by_readings = capability(individuals(SKEWED), Limits(usl=20), treatment=Treatment.PERCENTILE).way_out
    assert by_readings is not None and by_readings.shape is None
