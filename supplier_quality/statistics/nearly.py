"""Comparing a computed number with a limit: what differs only by the rounding of the computation is equal."""

import math

_RELATIVE = 1e-9


def equals(value: float, limit: float) -> bool:
    """Whether a value is the limit, to nine digits."""
    return math.isclose(value, limit, rel_tol=_RELATIVE)


def exceeds(value: float, limit: float) -> bool:
    """Whether a value lies above the limit and is not equal to it."""
    return value > limit and not equals(value, limit)


def reaches(value: float, limit: float) -> bool:
    """Whether a value lies above the limit or is equal to it."""
    return value > limit or equals(value, limit)


def whole_part(value: float) -> int:
    """The largest whole number that the value reaches."""
    nearest = round(value)
    return nearest if equals(value, nearest) else math.floor(value)
