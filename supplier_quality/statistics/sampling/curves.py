"""What a single sampling plan does to lots of a given quality: OC curve, AOQ, AOQL, ATI, and the risks of both sides.

A plan (n, c) accepts a lot with at most c nonconforming pieces in a sample of n. Without a lot size the lot is taken as
endless and the count is binomial (type B); with one it is hypergeometric (type A), which matters for small lots.
Source: ISO 2859-1, ISO 28590; the formulae are those of any textbook of acceptance sampling.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from supplier_quality.language import _
from supplier_quality.statistics.sampling.refusing import refuse, share, whole

LARGEST_SAMPLE = 10_000_000
LARGEST_ACCEPTANCE = 10_000
_HALVINGS = 60
_GRID = 200


@dataclass(frozen=True, slots=True)
class Single:
    """A single plan: ``n`` pieces, accepted with at most ``c`` nonconforming; ``lot_size`` in pieces or None for endless."""

    n: int
    c: int
    lot_size: int | None = None

    def __post_init__(self) -> None:
        """Raises BadInput."""
        whole(self.n, "sample_size", least=1, most=LARGEST_SAMPLE)
        whole(self.c, "ac", least=0, most=LARGEST_ACCEPTANCE)
        if self.lot_size is not None:
            whole(self.lot_size, "lot_size", least=1)
            if self.n > self.lot_size:
                refuse(_("The sample is larger than the lot."), column="sample_size", value=self.n)


@dataclass(frozen=True, slots=True)
class Point:
    """``pa`` is the probability that a lot with the fraction nonconforming ``p`` is accepted."""

    p: float
    pa: float


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What leaves inspection when lots that are not accepted are sorted, at incoming fraction ``p``.

    ``aoq`` average outgoing quality (fraction), ``ati`` average total inspection (pieces per lot; None for endless lots).
    """

    p: float
    pa: float
    aoq: float
    ati: float | None

    def as_json(self) -> dict[str, float | None]:
        return {"p": self.p, "pa": self.pa, "aoq": self.aoq, "ati": self.ati}


@dataclass(frozen=True, slots=True)
class Protection:
    """What a plan protects both sides from. ``points`` are at the qualities asked for, ``aoql`` is the worst of all."""

    points: tuple[Outgoing, ...]
    aoql: Outgoing
    producers_risk: float | None
    consumers_risk: float | None

    def as_json(self) -> dict[str, object]:
        return {
            "aoql": self.aoql.as_json(),
            "producers_risk": self.producers_risk,
            "consumers_risk": self.consumers_risk,
            "points": [point.as_json() for point in self.points],
        }


def accept_probability(plan: Single, p: float) -> float:
    """The probability that a lot with the fraction nonconforming ``p`` is accepted.

    In a lot of N pieces only p = D/N can be; between two of them the probability is interpolated. Raises BadInput.
    """
    share(p, "p")
    return _binomial(plan, p) if plan.lot_size is None else _hypergeometric(plan, plan.lot_size, p)


def oc_curve(plan: Single, fractions: Iterable[float]) -> tuple[Point, ...]:
    """The operating characteristic at these fractions nonconforming, in their order. Raises BadInput."""
    return tuple(Point(p, accept_probability(plan, p)) for p in fractions)


def outgoing(plan: Single, p: float) -> Outgoing:
    """AOQ and ATI with rectifying inspection: pieces found nonconforming are replaced by good ones.

    AOQ = p Pa (N - n)/N, for endless lots p Pa; ATI = n + (1 - Pa)(N - n). Raises BadInput.
    """
    pa = accept_probability(plan, p)
    if plan.lot_size is None:
        return Outgoing(p, pa, p * pa, None)
    rest = plan.lot_size - plan.n
    return Outgoing(p, pa, p * pa * rest / plan.lot_size, plan.n + (1 - pa) * rest)


def outgoing_limit(plan: Single) -> Outgoing:
    """The AOQL: the worst average outgoing quality, and the incoming fraction at which it comes."""
    if plan.lot_size is not None and plan.lot_size <= _GRID * 5:
        # A small lot has few qualities; between them the AOQ is a parabola, whose top is no quality a lot can have.
        return max((outgoing(plan, bad / plan.lot_size) for bad in range(plan.lot_size + 1)), key=lambda each: each.aoq)
    # Twice the usual width of the curve's fall, so that the grid is fine where the top is.
    end = min(1.0, 4 * (plan.c + 3) / plan.n)
    best = max(range(1, _GRID), key=lambda step: outgoing(plan, end * step / _GRID).aoq)
    low, high = end * (best - 1) / _GRID, end * (best + 1) / _GRID
    for _halving in range(_HALVINGS):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if outgoing(plan, left).aoq < outgoing(plan, right).aoq:
            low = left
        else:
            high = right
    return outgoing(plan, (low + high) / 2)


def protection(
    plan: Single, fractions: Iterable[float] = (), *, aql: float | None = None, lq: float | None = None
) -> Protection:
    """AOQ and ATI at these incoming fractions, the AOQL, and the risks at ``aql`` and ``lq`` where they are given. Raises BadInput."""
    if aql is not None and lq is not None and not aql < lq:
        refuse(_("AQL has to be better, so smaller, than LQ."), column="aql", value=aql, remedy=_("Raise LQ."))
    return Protection(
        tuple(outgoing(plan, p) for p in fractions),
        outgoing_limit(plan),
        None if aql is None else producers_risk(plan, aql),
        None if lq is None else consumers_risk(plan, lq),
    )


def producers_risk(plan: Single, aql: float) -> float:
    """The probability that a lot of the good quality ``aql`` (fraction) is not accepted. Raises BadInput."""
    return 1 - accept_probability(plan, aql)


def consumers_risk(plan: Single, lq: float) -> float:
    """The probability that a lot of the bad quality ``lq`` (fraction) is accepted. Raises BadInput."""
    return accept_probability(plan, lq)


def quality_accepted_with(plan: Single, pa: float) -> float:
    """The fraction nonconforming whose lots are accepted with probability ``pa``, such as 0.95, 0.50, 0.10. Raises BadInput."""
    share(pa, "pa", open_ended=True)
    low, high = 0.0, 1.0
    for _halving in range(_HALVINGS):
        middle = (low + high) / 2
        if accept_probability(plan, middle) >= pa:
            low = middle
        else:
            high = middle
    return low


def _binomial(plan: Single, p: float) -> float:
    if p == 0 or plan.c >= plan.n:
        return 1.0
    if p == 1:
        return 0.0
    log_odds = math.log(p) - math.log1p(-p)
    log_term = plan.n * math.log1p(-p)
    terms = [log_term]
    for found in range(plan.c):
        log_term += math.log((plan.n - found) / (found + 1)) + log_odds
        terms.append(log_term)
    return _sum_of_exponentials(terms)


def _hypergeometric(plan: Single, lot_size: int, p: float) -> float:
    bad = p * lot_size
    # p = D/N as a float may miss the whole number by its last digit.
    lower = round(bad) if math.isclose(bad, round(bad), abs_tol=1e-9) else math.floor(bad)
    below = _accept_with(plan, lot_size, lower)
    weight = bad - lower
    return below if weight <= 1e-9 else below + weight * (_accept_with(plan, lot_size, lower + 1) - below)


def _accept_with(plan: Single, lot_size: int, bad: int) -> float:
    """The probability of at most c among n drawn from a lot with so many nonconforming pieces."""
    good = lot_size - bad
    first = max(0, plan.n - good)
    last = min(plan.c, bad, plan.n)
    if first > last:
        return 0.0
    if last == min(bad, plan.n):
        return 1.0
    log_term = _log_choose(bad, first) + _log_choose(good, plan.n - first) - _log_choose(lot_size, plan.n)
    terms = [log_term]
    for found in range(first, last):
        log_term += math.log((bad - found) / (found + 1))
        log_term += math.log((plan.n - found) / (good - plan.n + found + 1))
        terms.append(log_term)
    return _sum_of_exponentials(terms)


def _log_choose(total: int, taken: int) -> float:
    """ln of a binomial coefficient. Sums are exact to the last digits where differences of lgamma are not."""
    taken = min(taken, total - taken)
    if taken <= _SUMMED:
        return math.fsum(math.log((total - place) / (place + 1)) for place in range(taken))
    return math.lgamma(total + 1) - math.lgamma(taken + 1) - math.lgamma(total - taken + 1)


_SUMMED = 5_000


def _sum_of_exponentials(logs: list[float]) -> float:
    return min(1.0, math.fsum(map(math.exp, logs)))
