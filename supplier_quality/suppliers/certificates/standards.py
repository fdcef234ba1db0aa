"""Standards with their editions, and places where certificates are verified: read from the files in ``data``."""

import csv
from dataclasses import dataclass
from functools import cache

from supplier_quality import resources
from supplier_quality.language import DEFAULT, Text


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard. ``editions`` are in the order of the file; ``sources`` say for each where it is known from.

    ``satisfies`` are other standards whose requirements a certificate to this one also shows to be met.
    """

    name: str
    title: Text
    editions: tuple[str, ...]
    sources: tuple[str, ...]
    satisfies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a certificate can be looked up. ``address`` is empty when there is no single one."""

    id: str
    name: Text
    address: str
    source: str


@cache
def standards() -> dict[str, Standard]:
    """The standards by name, in the order in which they are offered."""
    found: dict[str, Standard] = {}
    for row in _rows("standards.csv"):
        known = found.get(row["standard"])
        editions = (*(known.editions if known else ()), row["edition"])
        sources = (*(known.sources if known else ()), row["source"])
        title = known.title if known else _text(row["title_en"], row["title_zh"])
        satisfies = known.satisfies if known else tuple(filter(None, row["satisfies"].split(";")))
        found[row["standard"]] = Standard(row["standard"], title, editions, sources, satisfies)
    return found


def serves(standard: str, needed: str) -> bool:
    """Whether a certificate to ``standard`` serves where one to ``needed`` is asked for."""
    known = standards().get(standard)
    return standard == needed or (known is not None and needed in known.satisfies)


@cache
def verification_places() -> dict[str, Place]:
    """The places by the name that the process file uses."""
    return {
        row["place"]: Place(row["place"], _text(row["name_en"], row["name_zh"]), row["address"], row["source"])
        for row in _rows("verification_places.csv")
    }


def _rows(name: str) -> list[dict[str, str]]:
    with (resources.certificate_data() / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _text(english: str, chinese: str) -> Text:
    return Text({DEFAULT: english, "zh": chinese})
