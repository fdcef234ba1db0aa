"""Capability studies: published examples, one-sided limits, verdict bands, stability, rates, and what is refused."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import chdtri

from supplier_quality.statistics.capability.indices import Limits, indices, indices_of_many
from supplier_quality.statistics.capability.study import Capability, capability, cpm_interval
from supplier_quality.statistics.capability.verdict import Band, Study, acceptance, judge
from supplier_quality.statistics.capability.wayout import Treatment
from supplier_quality.statistics.refusals import CannotCompute
from supplier_quality.statistics.sigma import SigmaMethod
from supplier_quality.statistics.spc.rules import Rule
from supplier_quality.statistics.subgroups import Subgroups, individuals, subgroups_by_label, subgroups_of_size

CONFORMANCE = Path(__file__).resolve().parents[2] / "conformance"


def rows(name: str) -> list[dict[str, str]]:
    with (CONFORMANCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def diameters() -> Subgroups:
    found = rows("capability_jasp.csv")
    return subgroups_by_label([float(row["diameter"]) for row in found], [row["subgroup_no"] for row in found])


def example_c() -> dict[str, float]:
    found = capability(diameters(), Limits(0, 12, 6))
    assert found.cpm is not None
    assert found.stability.dispersion is not None
    return {
        "mean": found.mean, "sigma_overall": found.sigma_overall, "rbar": float(np.asarray(found.stability.dispersion.lines.center)),
        "cp": found.within.both, "cpl": found.within.lower, "cpu": found.within.upper, "cpk": found.within.least,
        "pp": found.overall.both, "ppl": found.overall.lower, "ppu": found.overall.upper, "ppk": found.overall.least,
        "cpm": found.cpm,
    }  # fmt: skip


def example_d() -> dict[str, float]:
    found = indices(16.0, 2.0, Limits(8, 20))
    return {"cp": found.both, "cpl": found.lower, "cpu": found.upper, "cpk": found.least}


@pytest.mark.parametrize("row", rows("capability_published.csv"), ids=lambda row: f"{row['example']}-{row['quantity']}")
def test_published_examples_come_out_in_all_their_decimals(row: dict[str, str]) -> None:
    ours = {"C": example_c, "D": example_d}[row["example"]]()[row["quantity"]]
    assert ours == pytest.approx(float(row["published"]), abs=0.5001 * 10.0 ** -int(row["decimals"]))


def test_sigma_within_of_the_example_is_the_mean_range_over_the_exact_constant() -> None:
    """The source divides by 2.326, which gives 1.76268; the constant is 2.32593."""
    found = capability(diameters(), Limits(0, 12))
    assert found.sigma_within.value == pytest.approx(1.76268, abs=1e-4)
    assert found.sigma_within.value == pytest.approx(4.1 / 2.3259289, rel=1e-7)


NORMAL = np.random.default_rng(5).normal(10, 1, 150)


@pytest.mark.parametrize(("limits", "side"), [(Limits(lsl=6), "lower"), (Limits(usl=14), "upper")])
def test_with_one_limit_only_its_side_exists(limits: Limits, side: str) -> None:
    found = capability(subgroups_of_size(NORMAL, 5), limits)
    assert found.within.both is None and found.cpm is None and found.confidence.cp is None
    assert found.overall.least == getattr(found.overall, side)
    assert getattr(found.overall, "upper" if side == "lower" else "lower") is None
    assert (found.observed.below is None) == (side == "upper")


@pytest.mark.parametrize(
    ("value", "band"),
    [
        (1.6700001, Band.MEETS), (1.67, Band.CONSULT), (1.5, Band.CONSULT), (1.33, Band.CONSULT), (1.3299999, Band.FAILS),
        (-0.2, Band.FAILS),
    ],
)  # fmt: skip
def test_the_boundaries_belong_to_the_middle_band(value: float, band: Band) -> None:
    verdict = judge("ppk", value, is_stable=True)
    assert verdict.band is band
    assert verdict.standard == "AIAG PPAP"
    assert "Ppk" in str(verdict.sentence)


def test_the_bands_name_their_source() -> None:
    assert "2.2.11.3" in acceptance("meets_above").source


@pytest.mark.parametrize(("study", "index"), [(Study.INITIAL, "ppk"), (Study.ONGOING, "cpk"), (Study.MACHINE, "cmk")])
def test_each_kind_of_study_is_judged_by_its_index(study: Study, index: str) -> None:
    found = capability(subgroups_of_size(NORMAL, 5), Limits(4, 16), study=study)
    assert found.verdict.index == index
    assert found.verdict.value == (found.within.least if study is Study.ONGOING else found.overall.least)


def test_an_initial_study_of_an_unstable_process_says_so_and_its_verdict_does_not_hold() -> None:
    shifted = np.concatenate([NORMAL[:75], NORMAL[75:] + 3])
    found = capability(subgroups_of_size(shifted, 5), Limits(0, 25))
    assert not found.is_stable and not found.verdict.is_valid
    assert any(violation.rule is Rule.N1 for violation in found.stability.violations)
    assert any("not stable" in str(sentence) for sentence in found.sentences)


def test_an_initial_study_of_a_stable_process_says_that_it_looks_stable() -> None:
    found = capability(diameters(), Limits(0, 12))
    assert found.is_stable and found.verdict.is_valid
    assert any("breaks no rule" in str(sentence) for sentence in found.sentences)
    assert any("at least 100 in 25" in str(sentence) for sentence in found.sentences)


def test_rates_are_observed_and_expected() -> None:
    found = capability(diameters(), Limits(0, 12))
    assert found.observed.total == pytest.approx(1e6 * np.mean(diameters().values > 12))
    tail = 0.5 * math.erfc((12 - found.mean) / found.sigma_overall / math.sqrt(2))
    assert found.expected_overall.above == pytest.approx(1e6 * tail)
    assert found.expected_within.total < found.expected_overall.total


def test_confidence_intervals_hold_the_true_index_as_often_as_they_say() -> None:
    """Cpk of 1.0 with 100 readings in 25 subgroups; 400 studies, so that 95 % may come out as 92 to 98."""
    random = np.random.default_rng(8)
    hits = {"cp": 0, "cpk": 0, "ppk": 0}
    for _time in range(400):
        found = capability(
            subgroups_of_size(random.normal(0, 1, 100), 4), Limits(-3, 4), treatment=Treatment.NORMAL
        ).confidence
        assert found.cp is not None
        hits["cp"] += found.cp[0] < 7 / 6 < found.cp[1]
        hits["cpk"] += found.cpk[0] < 1 < found.cpk[1]
        hits["ppk"] += found.ppk[0] < 1 < found.ppk[1]
    assert all(0.92 * 400 <= count <= 0.985 * 400 for count in hits.values()), hits


def test_the_interval_of_cpm_has_the_degrees_of_freedom_of_boyles() -> None:
    """Mean on the target: n degrees of freedom; one sigma off: 4 n / 3."""
    for off, freedom in ((0.0, 100), (1.0, 400 / 3)):
        low, high = cpm_interval(10 + off, 1.0, 100, Limits(4, 16, 10), level=0.95) or (0.0, 0.0)
        index = 2 / math.sqrt(1 + off**2)
        assert low == pytest.approx(index * math.sqrt(chdtri(freedom, 0.975) / freedom))
        assert high == pytest.approx(index * math.sqrt(chdtri(freedom, 0.025) / freedom))


def test_cpm_has_no_interval_without_both_limits_and_a_target() -> None:
    assert cpm_interval(10, 1, 100, Limits(4, 16), level=0.95) is None
    assert capability(diameters(), Limits(usl=12, target=6)).confidence.cpm is None


@pytest.mark.parametrize("target", [0.0, 0.5, -2.0])
def test_the_interval_of_cpm_holds_the_true_index_as_often_as_it_says(target: float) -> None:
    random = np.random.default_rng(3)
    limits = Limits(-4, 4, target)
    true = 8 / (6 * math.sqrt(1 + target**2))
    hits = 0
    for _time in range(1000):
        values = random.normal(0, 1, 60)
        low, high = cpm_interval(float(values.mean()), float(values.std(ddof=1)), 60, limits, level=0.95) or (0.0, 0.0)
        hits += low < true < high
    assert 930 <= hits <= 970


@pytest.mark.parametrize("method", [SigmaMethod.RBAR, SigmaMethod.SBAR, SigmaMethod.POOLED])
def test_many_characteristics_at_once_give_what_each_gives_alone(method: SigmaMethod) -> None:
    values = np.random.default_rng(9).normal(5, 1, (4, 25, 5))
    many = indices_of_many(values, lsl=1, usl=np.array([8, 9, 10, 11]), target=5, sigma=method)
    assert many.cpm is not None
    for place in range(4):
        alone = capability(subgroups_of_size(values[place].ravel(), 5), Limits(1, 8 + place, 5), sigma=method)
        assert many.within.least[place] == pytest.approx(alone.within.least)
        assert many.overall.least[place] == pytest.approx(alone.overall.least)
        assert many.overall.both[place] == pytest.approx(alone.overall.both)
        assert many.cpm[place] == pytest.approx(alone.cpm)


def test_a_characteristic_without_variation_does_not_disturb_the_others() -> None:
    values = np.random.default_rng(9).normal(5, 1, (2, 25, 5))
    values[0] = 5
    many = indices_of_many(values, usl=8)
    assert not math.isfinite(many.within.least[0]) and math.isfinite(many.within.least[1])
    assert many.cpm is None


def result(values: np.ndarray, limits: Limits) -> Capability:
    return capability(subgroups_of_size(values, 5), limits, treatment=Treatment.NORMAL)


@settings(max_examples=40, deadline=None)
@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e3))
def test_shift_and_scale_leave_the_indices_as_they_are(shift: float, scale: float) -> None:
    before = result(NORMAL, Limits(5, 14, 10))
    after = result((NORMAL + shift) * scale, Limits((5 + shift) * scale, (14 + shift) * scale, (10 + shift) * scale))
    for name in ("both", "lower", "upper", "least"):
        assert getattr(after.within, name) == pytest.approx(getattr(before.within, name), rel=1e-8)
        assert getattr(after.overall, name) == pytest.approx(getattr(before.overall, name), rel=1e-8)
    assert after.cpm == pytest.approx(before.cpm, rel=1e-8)
    assert after.observed == before.observed


def test_turned_round_the_sides_change_places() -> None:
    before, after = result(NORMAL, Limits(5, 14)), result(-NORMAL, Limits(-14, -5))
    assert (after.overall.lower, after.overall.upper) == pytest.approx((before.overall.upper, before.overall.lower))


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_readings_within_their_subgroups_does_not_matter(seed: int) -> None:
    mixed = np.random.default_rng(seed).permuted(NORMAL.reshape(-1, 5), axis=1).ravel()
    before, after = result(NORMAL, Limits(5, 14)), result(mixed, Limits(5, 14))
    assert (after.within.least, after.overall.least) == pytest.approx((before.within.least, before.overall.least))


@pytest.mark.parametrize(
    ("limits", "column"),
    [
        (Limits(), "lsl"), (Limits(12, 0), "lsl"), (Limits(5, 5), "lsl"), (Limits(math.nan, 5), "lsl"),
        (Limits(usl=math.inf), "usl"), (Limits(usl=5, target=math.nan), "target"),
    ],
)  # fmt: skip
def test_bad_limits_are_refused_by_their_name(limits: Limits, column: str) -> None:
    with pytest.raises(CannotCompute) as caught:
        capability(subgroups_of_size(NORMAL, 5), limits)
    assert caught.value.details[0].column == column


@pytest.mark.parametrize(
    ("subgroups", "sigma", "row"),
    [
        (lambda: subgroups_of_size([1, 2, 3, 4, 5], 5), None, 1),
        (lambda: subgroups_of_size([2.0] * 10, 5), None, 1),
        (lambda: subgroups_of_size([1.0] * 5 + [2.0] * 5, 5), None, 1),
        (lambda: individuals([1, 2]), None, 1),
        (lambda: individuals([1, 2, 3]), SigmaMethod.RBAR, 1),
        (lambda: subgroups_by_label([1, 2, 3], ["a", "a", "b"]), None, 3),
    ],
)
def test_data_without_an_answer_are_refused_with_their_row(subgroups, sigma, row: int) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(CannotCompute) as caught:
        capability(subgroups(), Limits(0, 10), sigma=sigma)
    assert caught.value.details[0].row == row
    assert caught.value.details[0].remedy is not None


@pytest.mark.parametrize("bad", [{"alpha": 0.0}, {"confidence": 1.0}, {"alpha": math.nan}])
def test_levels_lie_between_0_and_1(bad: dict[str, float]) -> None:
    with pytest.raises(CannotCompute, match="between 0 and 1"):
        capability(subgroups_of_size(NORMAL, 5), Limits(0, 20), **bad)
