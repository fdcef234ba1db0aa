"""Attribute agreement: kappa, effectiveness, miss rate and false alarm rate.

Source: AIAG Measurement Systems Analysis, 4th edition, chapter III section C. Against the reference and between two
appraisers kappa is Cohen's over all trials, as the manual's cross-tabulation; within an appraiser and between all of
them it is Fleiss', with every trial as one rating.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from supplier_quality.errors import BadInput
from supplier_quality.language import Words, _
from supplier_quality.statistics.msa.acceptance import Band, limits
from supplier_quality.statistics.msa.kappa import cohen_kappa, fleiss_kappa
from supplier_quality.statistics.msa.ratings import RatingStudy


@dataclass(frozen=True, slots=True)
class Matched:
    """So many of the parts inspected matched, as a fraction with its exact (Clopper-Pearson) confidence interval."""

    matched: int
    inspected: int
    fraction: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` of ``of`` readings; ``fraction`` and ``band`` are None when there was no such reading."""

    count: int
    of: int
    fraction: float | None
    band: Band | None


@dataclass(frozen=True, slots=True)
class AppraiserAgreement:
    """One appraiser.

    ``kappa_within`` (Fleiss) says whether the trials agree with each other, ``kappa_reference`` (Cohen) whether all
    readings agree with the reference; either is None where it is not defined. ``within``: parts rated alike in every
    trial. ``effectiveness``: parts rated right in every trial.
    """

    appraiser: str
    kappa_within: float | None
    kappa_reference: float | None
    kappa_band: Band | None
    within: Matched
    effectiveness: Matched
    effectiveness_band: Band
    miss: Rate
    false_alarm: Rate


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Cohen's kappa of two appraisers, trial by trial."""

    appraisers: tuple[str, str]
    kappa: float | None


@dataclass(frozen=True, slots=True)
class GroupAgreement:
    """All appraisers: with each other (``kappa``, Fleiss, None for one appraiser) and with the reference (Cohen).

    ``matched``: parts that all rated alike in every trial; ``effectiveness``: parts that all rated right in every trial.
    """

    kappa: float | None
    kappa_reference: float | None
    matched: Matched
    effectiveness: Matched
    pairs: tuple[PairAgreement, ...]


@dataclass(frozen=True, slots=True)
class AgreementResult:
    """Rates are fractions from 0 to 1; ``confidence`` belongs to the intervals."""

    appraisers: tuple[AppraiserAgreement, ...]
    between: GroupAgreement
    parts: int
    trials: int
    good: str
    confidence: float
    sentences: tuple[Words, ...]


def attribute_agreement(study: RatingStudy, *, confidence: float = 0.95) -> AgreementResult:
    """Agreement within and between appraisers and with the reference. Raises BadInput for a confidence that is none."""
    if not 0 < confidence < 1:
        raise BadInput(_("The confidence level lies between 0 and 1."))
    single = tuple(_appraiser(study, name, confidence) for name in study.appraisers)
    return AgreementResult(
        appraisers=single,
        between=_between(study, confidence),
        parts=len(study.parts),
        trials=len(study.trials),
        good=study.good,
        confidence=confidence,
        sentences=_sentences(study, single),
    )


def _appraiser(study: RatingStudy, name: str, confidence: float) -> AppraiserAgreement:
    rows = [study.ratings[name][part] for part in study.parts]
    right = [study.references[part] for part in study.parts]
    given = [rating for row in rows for rating in row]
    expected = [reference for row, reference in zip(rows, right, strict=True) for _rating in row]
    kappa = cohen_kappa(given, expected)
    effective = sum(all(rating == reference for rating in row) for row, reference in zip(rows, right, strict=True))
    effectiveness = matched(effective, len(rows), confidence)
    pairs = list(zip(given, expected, strict=True))
    of_bad = [rating for rating, reference in pairs if reference != study.good]
    of_good = [rating for rating, reference in pairs if reference == study.good]
    return AppraiserAgreement(
        appraiser=name,
        kappa_within=fleiss_kappa(rows),
        kappa_reference=kappa,
        kappa_band=None if kappa is None else limits("kappa").band(kappa),
        within=matched(sum(len(set(row)) == 1 for row in rows), len(rows), confidence),
        effectiveness=effectiveness,
        effectiveness_band=limits("effectiveness").band(effectiveness.fraction),
        miss=_rate("miss_rate", sum(rating == study.good for rating in of_bad), len(of_bad)),
        false_alarm=_rate("false_alarm_rate", sum(rating != study.good for rating in of_good), len(of_good)),
    )


def _between(study: RatingStudy, confidence: float) -> GroupAgreement:
    rows = [tuple(rating for name in study.appraisers for rating in study.ratings[name][part]) for part in study.parts]
    right = [study.references[part] for part in study.parts]
    given = [rating for row in rows for rating in row]
    expected = [reference for row, reference in zip(rows, right, strict=True) for _rating in row]
    effective = sum(all(rating == reference for rating in row) for row, reference in zip(rows, right, strict=True))
    return GroupAgreement(
        kappa=fleiss_kappa(rows) if len(study.appraisers) > 1 else None,
        kappa_reference=cohen_kappa(given, expected),
        matched=matched(sum(len(set(row)) == 1 for row in rows), len(rows), confidence),
        effectiveness=matched(effective, len(rows), confidence),
        pairs=tuple(
            PairAgreement((one, other), cohen_kappa(_series(study, one), _series(study, other)))
            for one, other in combinations(study.appraisers, 2)
        ),
    )


def _series(study: RatingStudy, name: str) -> Sequence[str]:
    return [rating for part in study.parts for rating in study.ratings[name][part]]


def matched(count: int, inspected: int, confidence: float) -> Matched:
    """A fraction with the exact confidence interval of the binomial distribution (Clopper and Pearson 1934)."""
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    lower = float(betaincinv(count, inspected - count + 1, tail)) if count else 0.0
    upper = float(betaincinv(count + 1, inspected - count, 1 - tail)) if count < inspected else 1.0
    return Matched(count, inspected, count / inspected, lower, upper)


def _rate(measure: str, count: int, of: int) -> Rate:
    if of == 0:
        return Rate(0, 0, None, None)
    return Rate(count, of, count / of, limits(measure).band(count / of))


def _sentences(study: RatingStudy, single: Sequence[AppraiserAgreement]) -> tuple[Words, ...]:
    said: list[Words] = [_of_appraiser(one) for one in single]
    labels = set(study.references.values())
    if labels == {study.good}:
        said.append(_("No part is nonconforming by its reference: a miss rate cannot be told."))
    elif study.good not in labels:
        said.append(_("No part is conforming by its reference: a false alarm rate cannot be told."))
    if len(study.trials) == 1:
        said.append(_("There is only one trial: agreement within an appraiser cannot be told."))
    if len(study.appraisers) == 1:
        said.append(_("There is only one appraiser: agreement between appraisers cannot be told."))
    return tuple(said)


def _of_appraiser(one: AppraiserAgreement) -> Words:
    bands = {one.effectiveness_band, one.miss.band, one.false_alarm.band}
    if Band.UNACCEPTABLE in bands:
        return _("Appraiser %(appraiser)s: not acceptable.", appraiser=one.appraiser)
    if Band.MARGINAL in bands:
        return _("Appraiser %(appraiser)s: marginal.", appraiser=one.appraiser)
    return _("Appraiser %(appraiser)s: acceptable.", appraiser=one.appraiser)
