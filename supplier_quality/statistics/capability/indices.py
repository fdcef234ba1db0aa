"""Capability indices; AIAG SPC, 2nd edition 2005, chapter IV; ISO 22514-2:2017. All work on numbers and on whole arrays.

With one limit only the index of that side exists, and it is the least one; the two-sided index is None.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from supplier_quality.language import _
from supplier_quality.statistics import constants
from supplier_quality.statistics.refusals import Floats, refuse
from supplier_quality.statistics.sigma import SigmaMethod

Number = Any
"""A float, or an array of them; all arrays of one call have the same shape."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The specification: at least one limit, in the unit of the readings."""

    lsl: float | None = None
    usl: float | None = None
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Indices:
    """``both`` is Cp or Pp, ``lower`` Cpl, ``upper`` Cpu, ``least`` Cpk; None where there is no such limit."""

    both: Number
    lower: Number
    upper: Number
    least: Number


def check_limits(limits: Limits) -> None:
    """Raises CannotCompute for no limit, limits that are no numbers, and limits that are swapped or equal."""
    for column in ("lsl", "usl", "target"):
        value = getattr(limits, column)
        if value is not None and not math.isfinite(value):
            refuse(_("The limit is not a number."), _("Give a number, or leave it out."), column=column, value=value)
    if limits.lsl is None and limits.usl is None:
        refuse(
            _("There is no specification limit."), _("Give the lower limit, the upper limit, or both."), column="lsl"
        )
    if limits.lsl is not None and limits.usl is not None and limits.lsl >= limits.usl:
        refuse(
            _("The lower specification limit is not below the upper one."),
            _("Swap the limits, or correct them."),
            column="lsl",
            value=limits.lsl,
        )


def indices(mean: Number, sigma: Number, limits: Limits) -> Indices:
    """Cp, Cpl, Cpu and Cpk from a mean and the standard deviation within subgroups; Pp... from the overall one."""
    lower = None if limits.lsl is None else (mean - limits.lsl) / (3 * sigma)
    upper = None if limits.usl is None else (limits.usl - mean) / (3 * sigma)
    if lower is None or upper is None:
        return Indices(None, lower, upper, upper if lower is None else lower)
    both = (limits.usl - limits.lsl) / (6 * sigma)  # type: ignore[operator]
    return Indices(both, lower, upper, np.minimum(lower, upper) if np.ndim(lower) else min(lower, upper))


def cpm(mean: Number, sigma_overall: Number, limits: Limits) -> Number:
    """Cpm, of Taguchi: (USL - LSL) / (6 sqrt(s^2 + (mean - T)^2)). None without both limits and a target."""
    if limits.lsl is None or limits.usl is None or limits.target is None:
        return None
    return (limits.usl - limits.lsl) / (6 * np.sqrt(sigma_overall**2 + (mean - limits.target) ** 2))


@dataclass(frozen=True, slots=True)
class ManyIndices:
    """Indices of many characteristics at once; every array has the shape (characteristics,)."""

    mean: Floats
    sigma_within: Floats
    sigma_overall: Floats
    within: Indices
    overall: Indices
    cpm: Floats | None


def indices_of_many(
    values: npt.ArrayLike,
    *,
    lsl: npt.ArrayLike | None = None,
    usl: npt.ArrayLike | None = None,
    target: npt.ArrayLike | None = None,
    sigma: SigmaMethod = SigmaMethod.RBAR,
) -> ManyIndices:
    """Cp, Cpk, Pp, Ppk, Cpm of many characteristics, without the questions that :func:`study.capability` asks of each.

    ``values`` has the shape (characteristics, subgroups, size); the limits are numbers or have the shape (characteristics,).
    A characteristic with missing readings or without variation has NaN or infinite indices. ``sigma`` is ``rbar``, ``sbar`` or
    ``pooled``.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 3 or array.shape[2] < 2:
        raise ValueError("values have the shape (characteristics, subgroups, size), the size from 2")
    count, groups, size = array.shape
    flat = array.reshape(count, groups * size)
    mean = flat.mean(axis=1)
    apart = flat - mean[:, None]
    squares = np.einsum("ij,ij->i", apart, apart)
    overall = np.sqrt(squares / (groups * size - 1))
    within = _within(array, apart.reshape(array.shape), squares, sigma)
    limits = Limits(*(None if limit is None else np.asarray(limit, dtype=np.float64) for limit in (lsl, usl, target)))  # type: ignore[arg-type]
    with np.errstate(divide="ignore", invalid="ignore"):
        return ManyIndices(
            mean, within, overall, indices(mean, within, limits), indices(mean, overall, limits),
            cpm(mean, overall, limits),
        )  # fmt: skip


def _within(array: Floats, apart: Floats, squares: Floats, method: SigmaMethod) -> Floats:
    """Sigma within subgroups of each characteristic; ``apart`` are the readings less the mean of all."""
    groups, size = array.shape[1:]
    if method is SigmaMethod.RBAR:
        highest, lowest = array[:, :, 0].copy(), array[:, :, 0].copy()
        for place in range(1, size):
            np.maximum(highest, array[:, :, place], out=highest)
            np.minimum(lowest, array[:, :, place], out=lowest)
        return np.asarray((highest - lowest).mean(axis=1) / constants.d2(size))
    sums = np.einsum("ijk->ij", apart)
    if method is SigmaMethod.POOLED:
        between = np.einsum("ij,ij->i", sums, sums) / size
        return np.asarray(np.sqrt(np.maximum(squares - between, 0) / (groups * (size - 1))))
    if method is SigmaMethod.SBAR:
        inner = np.einsum("ijk,ijk->ij", apart, apart) - sums * sums / size
        return np.asarray(np.sqrt(np.maximum(inner, 0) / (size - 1)).mean(axis=1) / constants.c4(size))
    raise ValueError("moving ranges are for individual values")
