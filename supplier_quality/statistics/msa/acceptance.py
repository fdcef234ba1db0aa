"""Bands that say whether a measurement system is acceptable: data/acceptance.csv, with standard and source."""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from supplier_quality import resources
from supplier_quality.statistics.nearly import equals


class Band(StrEnum):
    """Our words for the three bands of the AIAG manual."""

    ACCEPTABLE = "acceptable"
    MARGINAL = "marginal"  # may be acceptable, by application, cost of the gauge and consent of the customer
    UNACCEPTABLE = "unacceptable"


@dataclass(frozen=True, slots=True)
class Limits:
    """The two limits of one measure, and whether a value that equals a limit is still inside the better band."""

    measure: str
    lower_is_better: bool
    acceptable: float
    acceptable_included: bool
    marginal: float
    marginal_included: bool
    standard: str
    edition: str
    source: str

    def band(self, value: float, *, included: bool | None = None) -> Band:
        """The band of a value; ``included`` overrides whether the acceptable limit itself is acceptable."""
        inclusive = self.acceptable_included if included is None else included
        if self._within(value, self.acceptable, inclusive):
            return Band.ACCEPTABLE
        if self._within(value, self.marginal, self.marginal_included):
            return Band.MARGINAL
        return Band.UNACCEPTABLE

    def _within(self, value: float, limit: float, inclusive: bool) -> bool:
        if equals(value, limit):
            return inclusive
        return value < limit if self.lower_is_better else value > limit


@cache
def limits(measure: str) -> Limits:
    """The limits of a measure such as ``grr_percent``. Raises KeyError for one the file does not hold."""
    return _all()[measure]


@cache
def _all() -> dict[str, Limits]:
    with (resources.msa_data() / "acceptance.csv").open(encoding="utf-8", newline="") as file:
        return {row["measure"]: _limits(row) for row in csv.DictReader(file)}


def _limits(row: dict[str, str]) -> Limits:
    return Limits(
        measure=row["measure"],
        lower_is_better=row["better"] == "lower",
        acceptable=float(row["acceptable"]),
        acceptable_included=row["acceptable_included"] == "yes",
        marginal=float(row["marginal"]),
        marginal_included=row["marginal_included"] == "yes",
        standard=row["standard"],
        edition=row["edition"],
        source=row["source"],
    )
