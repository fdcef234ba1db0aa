"""One characteristic studied in full: indices with confidence, normality and a way out, stability, rates and the verdict."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from supplier_quality.language import Words, _
from supplier_quality.statistics.capability.indices import Indices, Limits, check_limits, cpm, indices
from supplier_quality.statistics.capability.normality import Normality, anderson_darling
from supplier_quality.statistics.capability.verdict import Study, Verdict, acceptance, judge
from supplier_quality.statistics.capability.wayout import PER_MILLION, Rates, Treatment, WayOut, find_way_out
from supplier_quality.statistics.refusals import check_varying, refuse
from supplier_quality.statistics.sigma import SigmaMethod, WithinSigma, default_method, within_sigma
from supplier_quality.statistics.spc.results import ControlChart
from supplier_quality.statistics.spc.rules import Rule
from supplier_quality.statistics.spc.variables import i_mr_chart, xbar_r_chart, xbar_s_chart
from supplier_quality.statistics.subgroups import Subgroups

STABILITY_RULES = (Rule.N1, Rule.N2, Rule.N3)
"""Beyond a limit, a run on one side, a trend: all eight Nelson rules would call one stable process in four unstable."""

_LARGEST_FOR_RANGES = 10

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Confidence:
    """Two-sided intervals of the indices; None where there is no such index."""

    level: float
    cp: Interval | None
    cpk: Interval
    pp: Interval | None
    ppk: Interval
    cpm: Interval | None = None


@dataclass(frozen=True, slots=True)
class Capability:
    """A capability study; lengths are in the unit of the readings.

    ``within`` are Cp, Cpl, Cpu, Cpk and ``overall`` Pp, Ppl, Ppu, Ppk, both as if the readings were normal; ``way_out`` has the
    indices to use when they are not. ``verdict`` judges the index that ``study`` asks for, from the way out when there is
    one. ``stability`` is the control chart of the readings.
    """

    study: Study
    limits: Limits
    n: int
    subgroups: int
    mean: float
    least: float
    most: float
    sigma_within: WithinSigma
    sigma_overall: float
    within: Indices
    overall: Indices
    cpm: float | None
    confidence: Confidence
    normality: Normality | None
    way_out: WayOut | None
    observed: Rates
    expected_within: Rates
    expected_overall: Rates
    stability: ControlChart
    verdict: Verdict
    sentences: tuple[Words, ...]

    @property
    def is_stable(self) -> bool:
        """Whether the control chart of the readings breaks no rule."""
        return self.stability.is_stable


def capability(
    subgroups: Subgroups,
    limits: Limits,
    *,
    sigma: SigmaMethod | None = None,
    study: Study = Study.INITIAL,
    treatment: Treatment = Treatment.AUTO,
    alpha: float = 0.05,
    confidence: float = 0.95,
    rules: Iterable[Rule] = STABILITY_RULES,
) -> Capability:
    """Study readings in the order in which they were made. ``alpha`` is the level of the test of normality.

    ``sigma`` is by default the mean range over d2, and for individual values the moving range.
    Raises CannotCompute for bad limits, too few or too small subgroups, no variation, and a distribution that does not fit.
    """
    check_limits(limits)
    _check_share(alpha, "alpha")
    _check_share(confidence, "confidence")
    values = subgroups.values
    check_varying(values)
    within = within_sigma(subgroups, sigma or default_method(subgroups))
    n, mean = int(values.size), float(values.mean())
    overall = float(values.std(ddof=1))
    stability = _stability_chart(subgroups, tuple(rules))
    normality = anderson_darling(values, alpha=alpha)
    way_out = _way_out(subgroups, limits, treatment, normality, alpha)
    short, long = indices(mean, within.value, limits), indices(mean, overall, limits)
    name, judged = _judged(study, short, long, way_out)
    return Capability(
        study=study,
        limits=limits,
        n=n,
        subgroups=subgroups.count,
        mean=mean,
        least=float(values.min()),
        most=float(values.max()),
        sigma_within=within,
        sigma_overall=overall,
        within=short,
        overall=long,
        cpm=_number(cpm(mean, overall, limits)),
        confidence=replace(
            _confidence(short, long, n, within.degrees_of_freedom, confidence),
            cpm=cpm_interval(mean, overall, n, limits, level=confidence),
        ),
        normality=normality,
        way_out=way_out,
        observed=_observed(subgroups, limits),
        expected_within=_expected(mean, within.value, limits),
        expected_overall=_expected(mean, overall, limits),
        stability=stability,
        verdict=judge(name, judged, is_stable=stability.is_stable),
        sentences=tuple(_sentences(subgroups, study, stability, normality, way_out)),
    )


def _check_share(value: float, column: str) -> None:
    if not 0 < value < 1:
        refuse(_("A level lies between 0 and 1."), _("Usual levels are 0.05 and 0.95."), column=column, value=value)


def _stability_chart(subgroups: Subgroups, rules: tuple[Rule, ...]) -> ControlChart:
    if subgroups.size == 1:
        return i_mr_chart(subgroups, rules=rules)
    chart = xbar_r_chart if int(subgroups.sizes.max()) <= _LARGEST_FOR_RANGES else xbar_s_chart
    return chart(subgroups, rules=rules)


def _way_out(
    subgroups: Subgroups, limits: Limits, treatment: Treatment, normality: Normality | None, alpha: float
) -> WayOut | None:
    if treatment is Treatment.NORMAL:
        return None
    if treatment is Treatment.AUTO and (normality is None or normality.is_normal):
        return None
    return find_way_out(subgroups.values, limits, treatment, alpha=alpha)


def _judged(study: Study, short: Indices, long: Indices, way_out: WayOut | None) -> tuple[str, float]:
    """Of readings that are not normal only the overall index is known: there is no percentile within subgroups."""
    name = {Study.INITIAL: "ppk", Study.ONGOING: "cpk", Study.MACHINE: "cmk"}[study]
    if way_out is not None:
        return ("ppk" if study is Study.ONGOING else name), float(way_out.indices.least)
    return name, float(short.least if study is Study.ONGOING else long.least)


def _observed(subgroups: Subgroups, limits: Limits) -> Rates:
    values = subgroups.values
    below = None if limits.lsl is None else float((values < limits.lsl).mean()) * PER_MILLION
    above = None if limits.usl is None else float((values > limits.usl).mean()) * PER_MILLION
    return Rates(below, above, (below or 0.0) + (above or 0.0))


def _expected(mean: float, sigma: float, limits: Limits) -> Rates:
    from scipy.special import ndtr

    below = None if limits.lsl is None else float(ndtr((limits.lsl - mean) / sigma)) * PER_MILLION
    above = None if limits.usl is None else float(ndtr((mean - limits.usl) / sigma)) * PER_MILLION
    return Rates(below, above, (below or 0.0) + (above or 0.0))


def _confidence(short: Indices, long: Indices, n: int, freedom: float, level: float) -> Confidence:
    """Cp: chi-square; Cpk: Bissell, Applied Statistics 39, 1990, with the degrees of freedom of sigma."""
    return Confidence(
        level,
        _spread_interval(short.both, freedom, level),
        _least_interval(float(short.least), n, freedom, level),
        _spread_interval(long.both, n - 1, level),
        _least_interval(float(long.least), n, n - 1, level),
    )


def _spread_interval(index: float | None, freedom: float, level: float) -> Interval | None:
    if index is None:
        return None
    from scipy.special import chdtri

    tail = (1 - level) / 2
    low, high = float(chdtri(freedom, 1 - tail)), float(chdtri(freedom, tail))
    return index * math.sqrt(low / freedom), index * math.sqrt(high / freedom)


def cpm_interval(mean: float, sigma_overall: float, n: int, limits: Limits, *, level: float) -> Interval | None:
    """Cpm: chi-square, whose degrees of freedom are n (1 + a^2)^2 / (1 + 2 a^2) with a = (mean - T) / s.

    Boyles, Journal of Quality Technology 23, 1991; Chan, Cheng and Spiring, the same 20, 1988. The sum of the squared distances
    from the target has a noncentral chi-square distribution, which this one replaces with the same mean and variance. None
    without both limits and a target.
    """
    index = _number(cpm(mean, sigma_overall, limits))
    if index is None or limits.target is None:
        return None
    square = ((mean - limits.target) / sigma_overall) ** 2
    return _spread_interval(index, n * (1 + square) ** 2 / (1 + 2 * square), level)


def _least_interval(index: float, n: int, freedom: float, level: float) -> Interval:
    from scipy.special import ndtri

    half = float(ndtri((1 + level) / 2)) * math.sqrt(1 / (9 * n) + index**2 / (2 * freedom))
    return index - half, index + half


def _sentences(
    subgroups: Subgroups, study: Study, stability: ControlChart, normality: Normality | None, way_out: WayOut | None
) -> list[Words]:
    said: list[Words] = []
    if not stability.is_stable:
        said.append(
            _("The process is not stable: its control chart breaks rules at %(count)s places. Find and remove the causes first; "
              "until then the indices do not say what the process can do.", count=len(stability.violations))
        )  # fmt: skip
        if normality is not None and not normality.is_normal:
            said.append(_("The limits of the chart and its rules are those of normal readings, which these are not: look at the chart whether they break a rule by their shape alone."))  # fmt: skip
    elif study is Study.INITIAL:
        said.append(_("The control chart of the readings breaks no rule: the process looks stable."))
    if study is not Study.MACHINE:
        said += _too_small(subgroups)
    if normality is None:
        said.append(_("There are too few readings to test whether they are normal."))
    elif not normality.is_normal:
        said.append(_("The readings are not normal (Anderson-Darling, p = %(p)s).", p=f"{normality.p:.3g}"))
    if way_out is not None:
        said.append(way_out.sentence)
    elif normality is not None and not normality.is_normal:
        said.append(_("The indices are computed as if the readings were normal."))
    return said


def _too_small(subgroups: Subgroups) -> list[Words]:
    """What is said of fewer readings or subgroups than an initial study has."""
    groups, count = int(acceptance("least_subgroups").value), int(acceptance("least_readings").value)
    if subgroups.size == 1 and subgroups.count < count:
        return [_("There are %(count)s readings; an initial study has at least %(least)s.",
                  count=subgroups.count, least=count)]  # fmt: skip
    if subgroups.size != 1 and (subgroups.count < groups or subgroups.values.size < count):
        return [
            _("There are %(count)s readings in %(groups)s subgroups; an initial study has at least %(least)s in %(least_groups)s.",
              count=int(subgroups.values.size), groups=subgroups.count, least=count, least_groups=groups)
        ]  # fmt: skip
    return []


def _number(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]
