"""Checks of single cells: what a text means, or why it cannot be used. Pure.

Each check takes a text that is not empty and returns the value to store, or raises :class:`BadCellError`.
"""

import difflib
import re
from collections.abc import Callable

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from supplier_quality.language import Words, _
from supplier_quality.suppliers import places
from supplier_quality.suppliers.enums import ContactRole
from supplier_quality.suppliers.names import sort_key

_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
_PHONE = re.compile(r"[+(]?[0-9][0-9 ()./+-]{3,30}(?:(?:ext\.?|x|#) ?[0-9]{1,6})?")
_WEBSITE = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:/[^\s<>\"]*)?")
_USCC_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

NEAR = 0.82
"""How alike two names are that one means (1: equal): Germny and Germany, but not Narnia and Mauritania (0.75)."""

_NUMBER = re.compile(r"SUP-[0-9]{5,}")
SHORTENED = re.compile(r"^[+-]?[0-9](?:[.,][0-9]+)?[Ee]\+?[0-9]{1,3}$", re.MULTILINE)
"""A long number as a spreadsheet shows it and saves it as CSV: 1.23457E+12. The digits it left out are lost."""

_YES = frozenset({"yes", "y", "true", "1", "x", "ja", "是"})
_NO = frozenset({"no", "n", "false", "0", "-", "nein", "否"})

_ROLES = {
    "quality": ContactRole.QUALITY, "qa": ContactRole.QUALITY, "qc": ContactRole.QUALITY,
    "quality manager": ContactRole.QUALITY, "质量": ContactRole.QUALITY,
    "commercial": ContactRole.COMMERCIAL, "sales": ContactRole.COMMERCIAL, "purchasing": ContactRole.COMMERCIAL,
    "key account": ContactRole.COMMERCIAL, "商务": ContactRole.COMMERCIAL, "销售": ContactRole.COMMERCIAL,
    "logistics": ContactRole.LOGISTICS, "shipping": ContactRole.LOGISTICS, "物流": ContactRole.LOGISTICS,
    "engineering": ContactRole.ENGINEERING, "technical": ContactRole.ENGINEERING, "工程": ContactRole.ENGINEERING,
    "management": ContactRole.MANAGEMENT, "ceo": ContactRole.MANAGEMENT, "managing director": ContactRole.MANAGEMENT,
    "管理": ContactRole.MANAGEMENT,
}  # fmt: skip


class BadCellError(Exception):
    """The text of a cell cannot be used; says why and what to write instead."""

    def __init__(self, problem: Words, remedy: Words) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy


def number(text: str) -> str:
    """One of our numbers, such as SUP-00012."""
    code = text.upper().replace(" ", "")
    if not _NUMBER.fullmatch(code):
        raise BadCellError(
            _("This is not one of our supplier numbers."), _("Write it as it stands on the supplier's page: SUP-00012.")
        )
    return code


def email(text: str) -> str:
    if not _EMAIL.fullmatch(text) or len(text.partition("@")[0]) > 64:
        raise BadCellError(_("This is not an e-mail address."), _("Write one address, such as quality@example.com."))
    return text


def country(text: str) -> str:
    code = places.country_of(text)
    if code is None:
        near = _near_country(text)
        raise BadCellError(
            _("There is no country of this name."),
            _("Did you mean %(near)s?", near=near)
            if near
            else _("Write its English name or its two-letter ISO code, such as DE."),
        )
    return code


def _near_country(text: str) -> str | None:
    """The country whose name this is but for a slip of the keys."""
    names = {sort_key(name): name for name in places.country_spellings()}
    near = difflib.get_close_matches(sort_key(text), names, n=1, cutoff=NEAR)
    return names[near[0]] if near else None


def zone(text: str) -> str:
    if not places.is_zone(text):
        raise BadCellError(_("There is no such time zone."), _("Write an IANA name, such as Europe/Berlin."))
    return text


def code(text: str) -> str:
    """A number of another system, taken as it stands."""
    if SHORTENED.fullmatch(text):
        raise BadCellError(
            _("A spreadsheet shortened this number; its last digits are lost."),
            _("Format the column as text in the spreadsheet, type or paste the numbers again, and save."),
        )
    return text


def duns(text: str) -> str:
    code(text)
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]{9}", digits):
        raise BadCellError(
            _("A DUNS number has nine digits."),
            _("Write all nine; a spreadsheet drops leading zeros unless the column is text."),
        )
    return digits


def business_licence(text: str) -> str:
    code(text)
    letters = re.sub(r"[\s-]", "", text).upper()
    if len(letters) != 18 or any(letter not in _USCC_DIGITS for letter in letters):
        raise BadCellError(
            _("A unified social credit code has 18 digits and capital letters."),
            _("Copy it from the business licence; the letters I, O, S, V and Z do not occur."),
        )
    total = sum(_USCC_DIGITS.index(letter) * weight for letter, weight in zip(letters, _USCC_WEIGHTS, strict=False))
    if _USCC_DIGITS[(31 - total % 31) % 31] != letters[17]:
        raise BadCellError(
            _("The check digit of this unified social credit code is wrong."), _("Copy it from the business licence.")
        )
    return letters


def website(text: str) -> str:
    if not _WEBSITE.fullmatch(text):
        raise BadCellError(_("This is not a web address."), _("Write it as https://www.example.com."))
    return text if text.lower().startswith(("http://", "https://")) else f"https://{text}"


def phone(text: str) -> str:
    if not _PHONE.fullmatch(text):
        raise BadCellError(
            _("This is not a telephone number."), _("Write it with its country, such as +49 711 1234567.")
        )
    return text


def yes_no(text: str) -> bool:
    word = sort_key(text)
    if word not in _YES and word not in _NO:
        raise BadCellError(_("This is neither yes nor no."), _("Write yes or no."))
    return word in _YES


def language(text: str) -> str:
    word = sort_key(text)
    code = _languages().get(word) or _languages().get(word.replace("_", "-").split("-")[0])
    if code is None:
        raise BadCellError(
            _("There is no language of this name."), _("Write its English name or its code, such as en or zh.")
        )
    return code


def roles(text: str) -> list[str]:
    found: dict[str, None] = {}
    for word in re.split(r"[,;/|、，；]", text):
        if not word.strip():
            continue
        role = _ROLES.get(sort_key(word.strip()))
        if role is None:
            raise BadCellError(
                _("There is no contact role of this name."),
                _("Write one or more of: %(roles)s.", roles=", ".join(ContactRole)),
            )
        found[role.value] = None
    return list(found)


_languages_known: dict[str, str] = {}


def _languages() -> dict[str, str]:
    """Spelling -> code of every language with a two-letter code: by code, English name and own name."""
    if not _languages_known:
        english: dict[str, str] = {str(code): str(name) for code, name in Locale("en").languages.items()}
        for code, name in english.items():
            if len(code) == 2:
                _languages_known[sort_key(name)] = code
                try:
                    own = Locale(code).get_display_name(code)
                except (UnknownLocaleError, ValueError):
                    own = None
                if own:
                    _languages_known[sort_key(own)] = code
        _languages_known.update({code: code for code in english if len(code) == 2})
        _languages_known.update({"chinese": "zh", "mandarin": "zh", "简体中文": "zh"})
        for alias, target in get_global("language_aliases").items():
            if len(alias) == 3 and target in english:
                _languages_known.setdefault(alias, target)
    return _languages_known


CHECKS: dict[str, Callable[[str], object]] = {
    "number": number,
    "code": code,
    "email": email,
    "country": country,
    "zone": zone,
    "duns": duns,
    "business_licence": business_licence,
    "website": website,
    "phone": phone,
    "yes_no": yes_no,
    "language": language,
    "roles": roles,
}
