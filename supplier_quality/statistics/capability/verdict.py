"""The verdict of AIAG PPAP 2.2.11.3 on an index; its bands are in data/acceptance.csv.

Boundaries: exactly 1.67 and exactly 1.33 lie in the middle band. The index is compared as computed, not as rounded for print; only
the rounding of the computation itself, in the ninth digit, makes no difference.
"""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from supplier_quality import resources
from supplier_quality.language import Words, _
from supplier_quality.statistics.nearly import exceeds, reaches


class Band(StrEnum):
    """Our words for the three bands."""

    MEETS = "meets"  # above 1.67
    CONSULT = "consult"  # 1.33 to 1.67: may be acceptable, the customer decides
    FAILS = "fails"  # below 1.33


class Study(StrEnum):
    """What the readings are."""

    INITIAL = "initial"  # of a new or changed process, before release: Ppk
    ONGOING = "ongoing"  # of a process in series that is watched: Cpk
    MACHINE = "machine"  # consecutive parts of one machine: Cmk


@dataclass(frozen=True, slots=True)
class Standard:
    """A published number with where it comes from."""

    value: float
    standard: str
    edition: str
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``index`` is the name of the index that was judged. ``is_valid`` only when the process was shown to be stable."""

    index: str
    value: float
    band: Band
    is_valid: bool
    standard: str
    edition: str
    sentence: Words


def judge(index: str, value: float, *, is_stable: bool) -> Verdict:
    """The band of an index."""
    meets, consult = acceptance("meets_above"), acceptance("consult_from")
    band = Band.FAILS
    if exceeds(value, meets.value):
        band = Band.MEETS
    elif reaches(value, consult.value):
        band = Band.CONSULT
    said = {"index": index.capitalize(), "meets": f"{meets.value:g}", "consult": f"{consult.value:g}"}
    sentences = {
        Band.MEETS: _("%(index)s is above %(meets)s: it meets the acceptance criteria.", **said),
        Band.CONSULT: _(
            "%(index)s is from %(consult)s to %(meets)s: it may be acceptable; ask the customer for a review.", **said
        ),
        Band.FAILS: _(
            "%(index)s is below %(consult)s: it does not meet the acceptance criteria; tell the customer.", **said
        ),
    }
    return Verdict(index, value, band, is_stable, meets.standard, meets.edition, sentences[band])


@cache
def acceptance(name: str) -> Standard:
    """A number of acceptance.csv. Raises KeyError."""
    with (resources.capability_data() / "acceptance.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    row = rows[name]
    return Standard(float(row["value"]), row["standard"], row["edition"], row["source"])
