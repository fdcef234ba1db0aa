"""What the data of a certificate mean: its warning signs and the days left. Pure; what is allowed stands in workflows/ only."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from supplier_quality.language import Words, _
from supplier_quality.suppliers.certificates.enums import WarningSign
from supplier_quality.suppliers.certificates.standards import standards
from supplier_quality.suppliers.names import search_tokens, sort_key

CYCLE_YEARS = 3
"""A cycle of certification, after which a new certificate is issued (ISO/IEC 17021-1:2015, 9.1.3)."""

_SHORTEST_WORD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What of a certificate is looked at for warning signs. ``products`` are those the supplier says it makes."""

    standard: str
    edition: str | None = None
    certificate_no: str | None = None
    body: str | None = None
    accreditation: str | None = None
    scope: str | None = None
    printed_site: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    site_name: str = ""
    site_city: str = ""
    products: str = ""


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning sign: what is odd, and why that matters."""

    sign: WarningSign
    sentence: Words
    why: Words


def warnings_of(now: Looked, before: Looked | None) -> list[Warned]:
    """The warning signs of a certificate, compared with the one before when there is one."""
    found: list[Warned] = []
    if before is not None:
        found += _changed_since(now, before)
    if now.valid_from and now.valid_to and now.valid_to > years_after(now.valid_from, CYCLE_YEARS):
        found.append(
            Warned(
                WarningSign.LONG_VALIDITY,
                _("It is valid for more than three years."),
                _("Certificates of management systems are issued for a cycle of three years (ISO/IEC 17021-1, 9.1.3)."),
            )
        )
    if now.printed_site and _is_elsewhere(now):
        place = ", ".join(filter(None, (now.site_name, now.site_city)))
        found.append(
            Warned(
                WarningSign.SITE_DIFFERS,
                _("The site printed on it does not look like ours: %(site)s.", site=place),
                _("A certificate holds only for the sites it names."),
            )
        )
    if now.scope and now.products and _names_nothing_of(now.scope, now.products):
        found.append(
            Warned(
                WarningSign.SCOPE_NAMES_NO_PRODUCT,
                _("Its scope names none of the products that the supplier stated."),
                _("A certificate holds only for the activities its scope names."),
            )
        )
    return found + _unfamiliar(now)


def _changed_since(now: Looked, before: Looked) -> list[Warned]:
    found = []
    if _differs(now.certificate_no, before.certificate_no):
        sentence = _("Its number differs from the one before: %(before)s.", before=before.certificate_no or "")
        why = _("Many bodies keep the number at a renewal; a new one may mean a transfer, a new cycle or a forgery.")
        found.append(Warned(WarningSign.NUMBER_CHANGED, sentence, why))
    if _differs(now.body, before.body):
        sentence = _("Another certification body issued the one before: %(before)s.", before=before.body or "")
        why = _("A change of the certification body should have a reason; open nonconformities go along with it.")
        found.append(Warned(WarningSign.BODY_CHANGED, sentence, why))
    if now.valid_from and before.valid_to and now.valid_from > before.valid_to + timedelta(days=1):
        sentence = _("It begins after the one before had ended; in between the site had none.")
        why = _("What was made in these days was made without a certificate.")
        found.append(Warned(WarningSign.BEGINS_LATER, sentence, why))
    return found


def _unfamiliar(now: Looked) -> list[Warned]:
    found = []
    known = standards().get(now.standard)
    if now.edition and known is not None and now.edition.strip().casefold() not in map(str.casefold, known.editions):
        sentence = _(
            "We know of no edition %(edition)s of %(standard)s.", edition=now.edition.strip(), standard=now.standard
        )
        why = _("Known editions: %(list)s.", list=", ".join(known.editions))
        found.append(Warned(WarningSign.UNKNOWN_EDITION, sentence, why))
    if now.body and not now.accreditation:
        sentence = _("No accreditation is named.")
        why = _(
            "Only a body under an accreditation of the IAF MLA, or recognised by the IATF, meets IATF 16949, 8.4.2.3."
        )
        found.append(Warned(WarningSign.NO_ACCREDITATION, sentence, why))
    return found


def _differs(now: str | None, before: str | None) -> bool:
    """Whether two names differ in more than case, blanks and punctuation; an unknown one is no difference."""
    return bool(now and before and _letters(now) != _letters(before))


def _letters(text: str) -> str:
    return "".join(letter for letter in sort_key(text) if letter.isalnum())


def _is_elsewhere(now: Looked) -> bool:
    """Whether what is printed names neither our site nor its city. Nothing can be said across scripts."""
    printed = sort_key(now.printed_site or "")
    ours = [sort_key(text) for text in (now.site_name, now.site_city) if text and _same_script(text, printed)]
    return bool(ours) and not any(text in printed for text in ours)


def _names_nothing_of(scope: str, products: str) -> bool:
    if not _same_script(scope, products):
        return False
    in_scope = search_tokens(scope)
    long_enough = [word for word in search_tokens(products) if not word.isascii() or len(word) >= _SHORTEST_WORD]
    # The beginning of a word stands for its forms: "castings" and "casting".
    return bool(long_enough) and not any(
        known.startswith(word[:6] if word.isascii() else word) for word in long_enough for known in in_scope
    )


def _same_script(one: str, other: str) -> bool:
    return bool(_scripts(one) & _scripts(other))


def _scripts(text: str) -> set[str]:
    return {unicodedata.name(letter, "?").split()[0] for letter in text if letter.isalpha()}


def years_after(day: date, years: int) -> date:
    """The same day so many years on; after 29 February the last day of that February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def days_left(day: date | None, today: date) -> int | None:
    """Days from today to a day, negative when it has passed; None without a day."""
    return (day - today).days if day is not None else None


def answers_for(answers: Mapping[str, object]) -> Sequence[tuple[str, str]]:
    """The certificates a self-assessment names: standard and the prefix of its answers."""
    named = (("ISO 9001", "iso9001"), ("IATF 16949", "iatf16949"))
    return [(standard, prefix) for standard, prefix in named if answers.get(prefix) and answers.get(f"{prefix}_number")]
