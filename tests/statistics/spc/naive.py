"""The run rules once more, written as one reads them, point by point. Slow, and nothing of it is shared with the product."""

import itertools
from collections.abc import Sequence


def broken(rule: str, points: Sequence[float], *, center: float, sigma: float) -> list[int]:
    """The places, from 0, at which a rule is broken; the limits lie three sigma from the centre."""
    found = []
    for end in range(len(points)):
        seen = points[: end + 1]
        if CHECKS[rule](seen, center, sigma):
            found.append(end)
    return found


def _beyond(value: float, center: float, sigma: float, times: int) -> int:
    """1 above, -1 below, 0 inside or on the line."""
    if value > center + times * sigma:
        return 1
    return -1 if value < center - times * sigma else 0


def _limit(seen: Sequence[float], center: float, sigma: float) -> bool:
    return _beyond(seen[-1], center, sigma, 3) != 0


def _same_side(length: int):  # type: ignore[no-untyped-def]
    def check(seen: Sequence[float], center: float, sigma: float) -> bool:
        last = [_beyond(value, center, sigma, 0) for value in seen[-length:]]
        return len(last) == length and (last == [1] * length or last == [-1] * length)

    return check


def _trend(seen: Sequence[float], center: float, sigma: float) -> bool:
    last = seen[-6:]
    pairs = list(itertools.pairwise(last))
    return len(last) == 6 and (all(b > a for a, b in pairs) or all(b < a for a, b in pairs))


def _zigzag(seen: Sequence[float], center: float, sigma: float) -> bool:
    last = seen[-14:]
    if len(last) < 14:
        return False
    steps = [(b > a) - (b < a) for a, b in itertools.pairwise(last)]
    return 0 not in steps and all(a == -b for a, b in itertools.pairwise(steps))


def _some_of(wanted: int, window: int, times: int):  # type: ignore[no-untyped-def]
    def check(seen: Sequence[float], center: float, sigma: float) -> bool:
        side = _beyond(seen[-1], center, sigma, times)
        return side != 0 and sum(_beyond(v, center, sigma, times) == side for v in seen[-window:]) >= wanted

    return check


def _hugging(seen: Sequence[float], center: float, sigma: float) -> bool:
    return len(seen) >= 15 and all(_beyond(value, center, sigma, 1) == 0 for value in seen[-15:])


def _avoiding(seen: Sequence[float], center: float, sigma: float) -> bool:
    sides = [_beyond(value, center, sigma, 1) for value in seen[-8:]]
    return len(sides) == 8 and set(sides) == {1, -1}


CHECKS = {
    "N1": _limit, "N2": _same_side(9), "N3": _trend, "N4": _zigzag, "N5": _some_of(2, 3, 2), "N6": _some_of(4, 5, 1),
    "N7": _hugging, "N8": _avoiding, "WE1": _limit, "WE2": _some_of(2, 3, 2), "WE3": _some_of(4, 5, 1),
    "WE4": _same_side(8),
}  # fmt: skip
