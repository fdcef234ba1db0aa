"""p, np, c and u charts; AIAG SPC, 2nd edition 2005; ISO 7870-2:2023. Limits follow the size of each sample.

Their centre is computed from the counts, or given: a standard value. ``fixed`` are lines of an earlier chart, which are used as they
stand and therefore only where all samples have one size.
"""

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from supplier_quality.errors import Problem
from supplier_quality.language import Words, _
from supplier_quality.statistics.refusals import (
    MOST_PROBLEMS,
    CannotCompute,
    Floats,
    check_same_length,
    readings,
    refuse,
)
from supplier_quality.statistics.spc.results import ChartKind, ControlChart, Standard, charted
from supplier_quality.statistics.spc.rules import NELSON, Booleans, Lines, Rule
from supplier_quality.statistics.spc.variables import FixedLines, suited, symmetric

_LEAST_SAMPLES = 2


def p_chart(
    counts: npt.ArrayLike,
    sizes: npt.ArrayLike,
    *,
    rules: Iterable[Rule] = NELSON,
    fixed: FixedLines | None = None,
    target: float | None = None,
) -> ControlChart:
    """Fraction of nonconforming units in samples; ``target`` is a given fraction. Raises CannotCompute."""
    number, size = _counts(counts, fixed or target), _sizes(sizes)
    _check_at_most(number, size)
    if fixed:
        return _chart(ChartKind.P, "p", number / size, fixed.location, rules)
    share = _given(target, most=1.0) or _mean_rate(number, size, is_fraction=True)
    spread = np.sqrt(share * (1 - share) / _one_or_all(size))
    lines = _cut(symmetric(share, spread, least=0.0), 1.0)
    return _chart(ChartKind.P, "p", number / size, lines, rules, Standard(share))


def np_chart(
    counts: npt.ArrayLike,
    sizes: npt.ArrayLike,
    *,
    rules: Iterable[Rule] = NELSON,
    fixed: FixedLines | None = None,
    target: float | None = None,
) -> ControlChart:
    """Number of nonconforming units in samples of one size; ``target`` is the number expected in a sample.

    Raises CannotCompute, also when the sizes differ.
    """
    number, size = _counts(counts, fixed or target), _sizes(sizes)
    _check_at_most(number, size)
    if size.min() != size.max():
        row = int(np.flatnonzero(size != size[0])[0]) + 1
        refuse(_("The samples of an np chart must all have the same size."), _("Use a p chart for samples of different sizes."),
               row=row, column="sizes", value=f"{size[row - 1]:g}")  # fmt: skip
    if fixed:
        return _chart(ChartKind.NP, "np", number, fixed.location, rules)
    n = float(size[0])
    expected = _given(target, most=n)
    share = expected / n if expected else _mean_rate(number, size, is_fraction=True)
    lines = _cut(symmetric(n * share, np.sqrt(n * share * (1 - share)), least=0.0), n)
    return _chart(ChartKind.NP, "np", number, lines, rules, Standard(n * share))


def c_chart(
    counts: npt.ArrayLike,
    *,
    rules: Iterable[Rule] = NELSON,
    fixed: FixedLines | None = None,
    target: float | None = None,
) -> ControlChart:
    """Number of nonconformities in samples of one size; ``target`` is the number expected. Raises CannotCompute."""
    number = _counts(counts, fixed or target)
    if fixed:
        return _chart(ChartKind.C, "c", number, fixed.location, rules)
    mean = _given(target) or _mean_rate(number, np.ones_like(number), is_fraction=False)
    return _chart(ChartKind.C, "c", number, symmetric(mean, np.sqrt(mean), least=0.0), rules, Standard(mean))


def u_chart(
    counts: npt.ArrayLike,
    sizes: npt.ArrayLike,
    *,
    rules: Iterable[Rule] = NELSON,
    fixed: FixedLines | None = None,
    target: float | None = None,
) -> ControlChart:
    """Nonconformities per unit in samples; ``target`` is a given rate. Raises CannotCompute."""
    number, size = _counts(counts, fixed or target), _sizes(sizes)
    check_same_length(counts=number, sizes=size)
    if fixed:
        return _chart(ChartKind.U, "u", number / size, fixed.location, rules)
    mean = _given(target) or _mean_rate(number, size, is_fraction=False)
    lines = symmetric(mean, np.sqrt(mean / _one_or_all(size)), least=0.0)
    return _chart(ChartKind.U, "u", number / size, lines, rules, Standard(mean))


def _chart(
    kind: ChartKind, name: str, points: Floats, lines: Lines, rules: Iterable[Rule], standard: Standard | None = None
) -> ControlChart:
    rules = suited(rules)
    return ControlChart(kind, charted(name, points, lines, rules), None, rules, standard)


def _given(target: float | None, *, most: float = math.inf) -> float | None:
    """The standard value where one is given. Raises CannotCompute for one that leaves no variation."""
    if target is not None and not 0 < target < most:
        if math.isinf(most):
            refuse(_("The target of counts is more than 0."), _("Give the centre line that is to be held."), column="target", value=f"{target:g}")  # fmt: skip
        refuse(_("The target lies between 0 and %(most)s.", most=f"{most:g}"), _("Give the centre line that is to be held."),
               column="target", value=f"{target:g}")  # fmt: skip
    return target


def _counts(counts: npt.ArrayLike, given: object) -> Floats:
    array = readings(counts, column="counts", least=1 if given else _LEAST_SAMPLES)
    wrong = (array < 0) | (array != np.floor(array))
    _refuse_each(wrong, array, "counts", _("This is not a whole number from 0."), _("Write a count, such as 0 or 12."))
    return array


def _sizes(sizes: npt.ArrayLike) -> Floats:
    array = readings(sizes, column="sizes")
    _refuse_each(
        array <= 0, array, "sizes", _("The size of a sample is more than 0."), _("Write how many were inspected.")
    )
    return array


def _check_at_most(number: Floats, size: Floats) -> None:
    check_same_length(counts=number, sizes=size)
    _refuse_each(
        number > size, number, "counts", _("There are more nonconforming units than units in the sample."),
        _("Correct the count or the size of the sample; for nonconformities use a u chart."),
    )  # fmt: skip


def _refuse_each(wrong: Booleans, array: Floats, column: str, problem: Words, remedy: Words) -> None:
    places = np.flatnonzero(wrong)[:MOST_PROBLEMS]
    if places.size:
        found = tuple(Problem(problem, remedy, int(i) + 1, column, f"{array[i]:g}") for i in places)
        raise CannotCompute(problem, found)


def _mean_rate(number: Floats, size: Floats, *, is_fraction: bool) -> float:
    """All counts over all sizes. Raises CannotCompute when nothing, or every unit, is counted: there are no limits then."""
    total = float(number.sum())
    if total == 0 or (is_fraction and total == float(size.sum())):
        refuse(
            _("No unit at all is nonconforming, or every one: there is no variation to compute with."),
            _("Take larger samples, or more of them."),
            row=1,
            column="counts",
            value=f"{number[0]:g}",
        )
    return total / float(size.sum())


def _one_or_all(size: Floats) -> Floats | float:
    return float(size[0]) if size.min() == size.max() else size


def _cut(lines: Lines, most: float) -> Lines:
    upper = lines.ucl
    upper = np.minimum(upper, most) if isinstance(upper, np.ndarray) else min(upper, most)
    return Lines(lines.center, upper, lines.lcl, lines.sigma)
