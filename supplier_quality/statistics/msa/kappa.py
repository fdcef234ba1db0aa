"""Kappa: agreement of ratings beyond chance.

Cohen's for two series of ratings (Cohen 1960, as the AIAG manual's cross-tabulation), Fleiss' for any number of ratings
of the same parts (Fleiss 1971, as most programs report within and between appraisers). Both are None where all ratings
are the same: chance alone then explains all agreement, and 0/0 is no number.
"""

from collections import Counter
from collections.abc import Sequence


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Unweighted kappa of two series of equal length, rating by rating."""
    n = len(first)
    agreed = sum(a == b for a, b in zip(first, second, strict=True))
    of_first, of_second = Counter(first), Counter(second)
    # Whole numbers until the division: equal ratings give exactly 1, and chance agreement of 1 is recognised.
    by_chance = sum(count * of_second[label] for label, count in of_first.items())
    if by_chance == n * n:
        return None
    return (n * agreed - by_chance) / (n * n - by_chance)


def fleiss_kappa(ratings: Sequence[Sequence[str]]) -> float | None:
    """Kappa of ``ratings``, one row per part with the same number (at least two) of ratings in each."""
    parts, each = len(ratings), len(ratings[0])
    if each < 2:
        return None
    counted = [Counter(row) for row in ratings]
    pairs = sum(count * count for row in counted for count in row.values()) - parts * each
    agreed = pairs / (parts * each * (each - 1))
    total = sum(counted, Counter[str]())
    if len(total) == 1:
        return None
    by_chance = sum(count * count for count in total.values()) / (parts * each) ** 2
    return (agreed - by_chance) / (1 - by_chance)
