"""Whether two suppliers may be the same company, how strongly, and why. Pure.

Numbers given by registers decide: an equal DUNS number or business licence number says the same company, different ones speak
against it. Names are compared by their parts: the same brand in another place or another trade is only similar.
"""

import re
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from supplier_quality.suppliers.enums import Reason
from supplier_quality.suppliers.likeness.company_names import CompanyName, take_apart

CERTAIN, LIKELY, SIMILAR = 90, 70, 40
"""From which strength on (of 100) a pair counts as the same company, as likely the same, as similar; below it is none."""

# Strengths out of 100: an order for the list, not a probability.
_NUMBER, _NAME, _NAME_ABROAD, _TRADE_LEFT_OUT, _SPELLING, _SOUND = 100, 88, 66, 72, 70, 76
_OTHER_PLACE, _OTHER_TRADE, _SITE = 50, 46, 60
_AGAINST, _KEY = 40, 6
_MOST_BY_NAME = 94
# A brand this short differs from too many others by one letter.
_LEAST_TO_MISSPELL, _LEAST_TO_SOUND = 5, 4


@dataclass(frozen=True, slots=True)
class Known:
    """What is compared of a supplier: numbers as they are stored, ``country`` ISO 3166-1 alpha-2, ``site_...`` those of its sites."""

    id: int
    name: str
    country: str | None = None
    duns: str | None = None
    business_licence: str | None = None
    source_key: str | None = None
    site_duns: frozenset[str] = frozenset()
    site_licences: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Why:
    """One reason. ``values`` are what the sentence of the reason names; ``against`` when it speaks against the pair."""

    reason: Reason
    values: tuple[str, ...] = ()

    @property
    def against(self) -> bool:
        return self.reason in (Reason.OTHER_DUNS, Reason.OTHER_LICENCE)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two suppliers are: ``strength`` up to 100, and the reasons, the strongest first."""

    strength: int
    reasons: tuple[Why, ...]


def compare(one: Known, other: Known) -> Likeness | None:
    """How alike two suppliers are; None when nothing suggests that they are the same company."""
    strength, reasons = 0, list[Why]()
    for found, why in (*_numbers(one, other), _names(one, other)):
        if why is not None:
            strength = max(strength, found)
            reasons.append(why)
    if not reasons:
        return None
    against = _against(one, other)
    if strength < _NUMBER:
        strength = min(strength + (_KEY if _same_key(one, other) else 0), _MOST_BY_NAME)
        strength -= _AGAINST if against else 0
    if _same_key(one, other):
        reasons.append(Why(Reason.KEY, (one.source_key or "", other.source_key or "")))
    if strength < SIMILAR:
        return None
    return Likeness(strength, (*reasons, *against))


def usable_duns(number: str | None) -> str | None:
    """A DUNS number of nine digits; None for what is none, such as 000000000 or 999999999, which lists hold as fillers.

    Since 2006 the last digit is no check digit any more, so nothing else can be told of it.
    """
    digits = re.sub(r"\D", "", number or "")
    return digits if len(digits) == 9 and len(set(digits)) > 1 and digits != "123456789" else None


def usable_licence(number: str | None) -> str | None:
    """A Chinese unified social credit code (GB 32100-2015: 18 characters), None for anything else or a filler."""
    code = re.sub(r"[\W_]", "", number or "").upper()
    return code if len(code) == 18 and code.isascii() and len(set(code)) > 3 else None


def _numbers(one: Known, other: Known) -> list[tuple[int, Why | None]]:
    found: list[tuple[int, Why | None]] = []
    duns, licence = usable_duns(one.duns), usable_licence(one.business_licence)
    if licence and licence == usable_licence(other.business_licence):
        found.append((_NUMBER, Why(Reason.LICENCE, (licence,))))
    if duns and duns == usable_duns(other.duns):
        found.append((_NUMBER, Why(Reason.DUNS, (duns,))))
        return found
    shared = _all_duns(one) & _all_duns(other)
    if shared:
        found.append((_SITE, Why(Reason.SITE_DUNS, (min(shared),))))
    shared_licences = _all_licences(one) & _all_licences(other)
    if shared_licences and not found:
        found.append((_SITE, Why(Reason.SITE_LICENCE, (min(shared_licences),))))
    return found


def _all_licences(known: Known) -> set[str]:
    return {code for each in (known.business_licence, *known.site_licences) if (code := usable_licence(each))}


def _all_duns(known: Known) -> set[str]:
    return {number for each in (known.duns, *known.site_duns) if (number := usable_duns(each))}


def _against(one: Known, other: Known) -> tuple[Why, ...]:
    """Numbers that both have and that differ."""
    found = []
    for reason, first, second in (
        (Reason.OTHER_LICENCE, usable_licence(one.business_licence), usable_licence(other.business_licence)),
        (Reason.OTHER_DUNS, usable_duns(one.duns), usable_duns(other.duns)),
    ):
        if first and second and first != second:
            found.append(Why(reason, (first, second)))
    return tuple(found)


def _same_key(one: Known, other: Known) -> bool:
    """Whether the keys in the outside system are the same but for zeros in front, case and punctuation."""
    first, second = _plain_key(one.source_key), _plain_key(other.source_key)
    return first != "" and first == second


def _plain_key(key: str | None) -> str:
    return re.sub(r"[\W_]", "", key or "").casefold().lstrip("0")


def _names(one: Known, other: Known) -> tuple[int, Why | None]:
    first, second = take_apart(one.name), take_apart(other.name)
    alike, why = _brands(first, second)
    if why is None:
        return 0, None
    if first.places and second.places and not first.places & second.places:
        return _OTHER_PLACE, Why(Reason.OTHER_PLACE, (_shown(first, second),))
    if first.trades and second.trades and not first.trades & second.trades:
        return _OTHER_TRADE, Why(Reason.OTHER_TRADE, (_shown(first, second),))
    if one.country and other.country and one.country != other.country:
        alike, why = min(alike, _NAME_ABROAD), Why(Reason.NAME_ABROAD, (_shown(first, second),))
    if first.trades != second.trades:
        alike = min(alike, _TRADE_LEFT_OUT)
    return alike, why


def _brands(first: CompanyName, second: CompanyName) -> tuple[int, Why | None]:
    if first.compact == second.compact:
        return _NAME, Why(Reason.NAME, (_shown(first, second),))
    if "".join(first.brand) == "".join(second.brand):
        return _NAME, Why(Reason.NAME, (_shown(first, second),))
    if first.chinese != second.chinese:
        if first.sounds == second.sounds and len(first.sounds) >= _LEAST_TO_SOUND:
            chinese = first if first.chinese else second
            return _SOUND, Why(Reason.SOUND, ("".join(chinese.brand), chinese.sounds))
        return 0, None
    if _misspelt("".join(first.brand), "".join(second.brand)):
        return _SPELLING, Why(Reason.SPELLING, (" ".join(first.brand), " ".join(second.brand)))
    return 0, None


def _misspelt(first: str, second: str) -> bool:
    """Whether one wrong, missing, additional or swapped letter makes one of the other; two in a long brand."""
    shorter = min(len(first), len(second))
    if shorter < _LEAST_TO_MISSPELL or _digits(first) != _digits(second):
        return False
    most = 1 if shorter < 10 else 2
    return int(OSA.distance(first, second, score_cutoff=most)) <= most


def _digits(text: str) -> str:
    """Numbers in a name tell companies apart: Plant 2 is no misspelling of Plant 3."""
    return "".join(letter for letter in text if letter.isdecimal())


def _shown(first: CompanyName, second: CompanyName) -> str:
    return " ".join(first.brand if len(first.brand) <= len(second.brand) else second.brand)
