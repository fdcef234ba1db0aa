"""Countries and time zones as people write them. Pure; names come from the Unicode CLDR through Babel."""

from functools import cache

from babel import Locale
from babel.core import get_global

from supplier_quality import clock
from supplier_quality.engine.calendars import known_countries
from supplier_quality.language import current
from supplier_quality.suppliers.names import sort_key, tidy

# The zone in which most of a country's industry works, for countries with several; a site can name another.
_MAIN_ZONES = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto",
    "CL": "America/Santiago", "CN": "Asia/Shanghai", "CY": "Asia/Nicosia", "DE": "Europe/Berlin",
    "EC": "America/Guayaquil", "ES": "Europe/Madrid", "ID": "Asia/Jakarta", "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar", "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon", "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "US": "America/New_York",
    "UZ": "Asia/Tashkent", "VN": "Asia/Ho_Chi_Minh",
}  # fmt: skip

# Spellings that real supplier lists use and the CLDR does not.
_SPELLINGS = {
    "america": "US", "britain": "GB", "burma": "MM", "cote d'ivoire": "CI", "czech republic": "CZ", "england": "GB",
    "great britain": "GB", "holland": "NL", "hong kong": "HK", "ivory coast": "CI", "korea": "KR", "macedonia": "MK",
    "p.r. china": "CN", "pr china": "CN", "prc": "CN", "republic of korea": "KR", "russian federation": "RU",
    "s. korea": "KR", "scotland": "GB", "slovak republic": "SK", "swaziland": "SZ", "taiwan, province of china": "TW",
    "the netherlands": "NL", "turkey": "TR", "u.k.": "GB", "u.s.": "US", "u.s.a.": "US", "uae": "AE", "uk": "GB",
    "united states of america": "US", "viet nam": "VN", "wales": "GB",
}  # fmt: skip


@cache
def country_codes() -> dict[str, str]:
    """ISO 3166-1 alpha-2 code -> English name of every country."""
    names = Locale("en").territories
    zones = get_global("territory_zones")
    return {
        code: names[code] for code in sorted(zones) if len(code) == 2 and code in names and code not in ("EU", "ZZ")
    }


def country_name(code: str, language: str | None = None) -> str:
    """The country's name in a language, by default the one in force; the code itself when it is not known."""
    return Locale(language or current()).territories.get(code, code) if code else ""


def country_choices() -> tuple[tuple[str, str], ...]:
    """Code and name of every country in the language in force, in the order people look them up."""
    return _country_choices(current())


@cache
def _country_choices(language: str) -> tuple[tuple[str, str], ...]:
    named = ((code, country_name(code, language)) for code in country_codes())
    # Chinese readers look by sound, and GB 18030 keeps the common characters in that order.
    order = (lambda name: name.encode("gb18030")) if language == "zh" else sort_key
    return tuple(sorted(named, key=lambda country: order(country[1])))


@cache
def _countries() -> dict[str, str]:
    known = dict(_SPELLINGS)
    codes = country_codes()
    for language in ("en", "zh", "de", "fr", "es"):
        names = Locale(language).territories
        known.update({sort_key(names[code]): code for code in codes if code in names})
    for alias, targets in get_global("territory_aliases").items():
        if len(alias) == 3 and alias.isalpha() and len(targets) == 1 and targets[0] in codes:
            known.setdefault(alias.lower(), targets[0])
    known.update({code.lower(): code for code in codes})
    return known


def country_of(text: str) -> str | None:
    """The two-letter code of a country given by code, three-letter code or name; None when it is not known."""
    return _countries().get(sort_key(tidy(text)))


def country_spellings() -> tuple[str, ...]:
    """English names, for proposing the nearest one."""
    return tuple(country_codes().values())


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """IANA time zones of a country, the main one first."""
    known = [zone for zone in get_global("territory_zones").get(country, ()) if zone in clock.time_zones()]
    main = _MAIN_ZONES.get(country)
    return tuple(sorted(known, key=lambda zone: (zone != main, zone)))


def main_zone(country: str | None) -> str | None:
    """The time zone in which most of a country's industry works; None for an unknown country."""
    zones = zones_of(country) if country else ()
    return zones[0] if zones else None


def is_zone(name: str) -> bool:
    return name in clock.time_zones()


def has_calendar(country: str | None) -> bool:
    """Whether the working days of a country are known, so that deadlines can count them."""
    return country in known_countries()
