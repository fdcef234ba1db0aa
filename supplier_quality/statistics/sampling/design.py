"""Plans made to measure: the smallest through two points of the OC curve, and with a limiting quality (c = 0 among them).

Published zero-acceptance tables are not shipped: their public copies disagree and they are somebody's property. What is
computed here is n = ceil(ln beta / ln(1 - LQ)), and for lots of a known size the exact hypergeometric sample.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from supplier_quality.language import _
from supplier_quality.statistics.sampling.curves import LARGEST_SAMPLE, Single, accept_probability
from supplier_quality.statistics.sampling.refusing import refuse, share, whole

BETA = 0.10
LARGEST_DESIGNED_AC = 200
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Designed:
    """A computed plan with the risks it really has. ``inspect_all`` when only the whole lot gives the protection."""

    sample_size: int
    ac: int
    lot_size: int | None
    consumers_risk: float
    producers_risk: float | None = None
    inspect_all: bool = False

    @property
    def re(self) -> int:
        return self.ac + 1

    def as_json(self) -> dict[str, Any]:
        return {
            "sample_size": self.sample_size,
            "ac": self.ac,
            "re": self.re,
            "producers_risk": self.producers_risk,
            "consumers_risk": self.consumers_risk,
            "inspect_all": self.inspect_all,
        }


def find_plan(*, aql: float, alpha: float, lq: float, beta: float, lot_size: int | None = None) -> Designed:
    """The plan with the smallest sample that accepts lots at ``aql`` with at least 1 - alpha and at ``lq`` with at most beta.

    All four are fractions. With ``lot_size`` exact for that lot. Raises BadInput, also when no plan of a usable size exists.
    """
    for value, column in ((aql, "aql"), (alpha, "alpha"), (lq, "lq"), (beta, "beta")):
        share(value, column, open_ended=True)
    if not aql < lq:
        refuse(_("AQL has to be better, so smaller, than LQ."), column="aql", value=aql, remedy=_("Raise LQ."))
    if not beta < 1 - alpha:
        refuse(_("Alpha and beta together have to be less than 1."), column="beta", value=beta)
    most = LARGEST_SAMPLE if lot_size is None else whole(lot_size, "lot_size", least=1)
    n = 0
    # The least n that protects the consumer grows with c, so that the first c that suits the producer has the smallest n.
    for c in range(LARGEST_DESIGNED_AC + 1):
        found = _least_sample(c, lq, beta, lot_size, least=max(n, c) + 1, most=most)
        if found is None:
            break
        n = found
        at_aql = accept_probability(Single(n, c, lot_size), aql)
        if at_aql >= 1 - alpha - _ROUNDING:
            at_lq = accept_probability(Single(n, c, lot_size), lq)
            return Designed(n, c, lot_size, at_lq, 1 - at_aql, n == lot_size)
    return refuse(
        _("AQL and LQ are too close together for a plan of a usable size."),
        column="lq", value=lq, remedy=_("Raise LQ, or allow larger risks."),
    )  # fmt: skip


def zero_acceptance_plan(*, lq: float, beta: float = BETA, lot_size: int | None = None) -> Designed:
    """The smallest sample without a nonconforming piece that lets lots at ``lq`` (fraction) pass with at most ``beta``.

    Endless lots: n = ceil(ln beta / ln(1 - LQ)). With ``lot_size``: hypergeometric, and the whole lot if nothing less does.
    Raises BadInput.
    """
    return limiting_quality_plan(lq=lq, beta=beta, lot_size=lot_size, ac=0)


def limiting_quality_plan(*, lq: float, beta: float = BETA, lot_size: int | None = None, ac: int = 0) -> Designed:
    """The smallest sample for an isolated lot with acceptance number ``ac``, in the shape of ISO 2859-2.

    A lot at the limiting quality ``lq`` (fraction) is accepted with at most ``beta``. The printed tables of ISO 2859-2 choose
    Ac by lot size; where a contract names them, enter them as a PrintedTable. Raises BadInput.
    """
    share(lq, "lq", open_ended=True)
    share(beta, "beta", open_ended=True)
    whole(ac, "ac", least=0, most=LARGEST_DESIGNED_AC)
    most = LARGEST_SAMPLE if lot_size is None else whole(lot_size, "lot_size", least=1)
    n = _least_sample(ac, lq, beta, lot_size, least=ac + 1, most=most)
    if n is not None:
        risk = accept_probability(Single(n, ac, lot_size), lq)
        return Designed(n, ac, lot_size, risk, inspect_all=n == lot_size)
    if lot_size is None or ac:
        refuse(
            _("No sample of a usable size gives this protection."),
            column="lq", value=lq, remedy=_("Raise LQ or beta, or lower Ac."),
        )  # fmt: skip
    # LQ is less than one piece of this lot: any piece is too many, and only looking at everything finds it for sure.
    return Designed(lot_size, 0, lot_size, 0.0, inspect_all=True)


def _least_sample(c: int, lq: float, beta: float, lot_size: int | None, *, least: int, most: int) -> int | None:
    """The smallest n from ``least`` to ``most`` with Pa(lq) at most beta; None when there is none."""

    def protects(n: int) -> bool:
        return accept_probability(Single(n, c, lot_size), lq) <= beta * (1 + _ROUNDING)

    if least > most:
        return None
    high, step = least, max(1, math.ceil(1 / lq))
    while not protects(high):
        if high >= most:
            return None
        high, step = min(most, high + step), step * 2
    return _first(protects, least, high)


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The first number from ``low`` to ``high`` for which what holds for all later ones holds; it does for ``high``."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
