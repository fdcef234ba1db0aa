"""Dates, times and numbers as people of the page's language write them, never in an order that could be misread."""

import math
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal, format_scientific
from flask import Flask, current_app
from markupsafe import Markup, escape

from supplier_quality import clock, language

# A month in figures beside a day in figures (03/04/2026) means different days to different readers.
_DAY_PATTERNS = {"en": "{day} {month} {year}", "zh": "{year}-{number:02d}-{day:02d}"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_JUST_NOW = timedelta(seconds=45)
_SECOND, _MINUTE, _HOUR, _DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_LOCALES = {"en": "en", "zh": "zh_Hans"}
# Powers of ten beyond which a plain number would be mostly noughts.
_SMALLEST_PLAIN, _LARGEST_PLAIN = 4, 9


def day(value: date | datetime | None) -> str:
    """``20 Nov 2026``, in Chinese ``2026-11-20``; nothing for None. A moment counts in the plant's time zone."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = _local(value).date()
    pattern = _DAY_PATTERNS[language.current()]
    return pattern.format(day=value.day, month=_MONTHS[value.month - 1], number=value.month, year=value.year)


def month_name(value: date) -> str:
    """``November 2026``, in Chinese ``2026年11月``."""
    return format_date(value, "LLLL y" if language.current() == "en" else "y年M月", locale=_LOCALES[language.current()])


def moment(value: datetime | None) -> str:
    """``20 Nov 2026, 09:00``, in the plant's time zone."""
    return f"{day(value)}, {_local(value):%H:%M}" if value else ""


def moment_with_zone(value: datetime | None) -> str:
    """``20 Nov 2026, 09:00 CET``: the full answer to "when exactly?"."""
    return f"{moment(value)} {_local(value):%Z}" if value else ""


def clock_time(value: datetime | None) -> str:
    return f"{_local(value):%H:%M}" if value else ""


def ago(value: datetime | None) -> str:
    """``3 hours ago`` or ``in 2 days``, in the page's language."""
    if value is None:
        return ""
    difference = value - clock.now()
    if abs(difference) < _JUST_NOW:
        return str(language._("just now"))
    return _told(_rounded(difference), language.current())


def how_long(value: datetime | None) -> Markup:
    """``1 week``, without a direction, between the moment and now; the exact moment as in :func:`when`."""
    if value is None:
        return Markup("")
    spoken = language.current()
    told = _told(_rounded(max(abs(value - clock.now()), _SECOND)), spoken, directed=False)
    return _marked(value, told, spoken, current_app.config["TIMEZONE"])


def _rounded(difference: timedelta) -> timedelta:
    """Nobody can tell half a minute in hours, nor half an hour in days; so one text serves many moments."""
    step = _SECOND if abs(difference) < _HOUR else _MINUTE if abs(difference) < _DAY else _HOUR
    return round(difference / step) * step


@lru_cache(maxsize=4096)
def _told(difference: timedelta, spoken: str, directed: bool = True) -> str:
    told = format_timedelta(difference, add_direction=directed, locale=_LOCALES[spoken])
    # Babel sets "3小时" without the blank that Chinese print has between figures and characters.
    return re.sub(r"(?<=\d)(?=[\u4e00-\u9fff])", " ", told)


def when(value: datetime | None) -> Markup:
    """A moment told relatively, the exact one on hover and on focus, and in the markup for programs."""
    if value is None:
        return Markup("")
    return _marked(value, ago(value), language.current(), current_app.config["TIMEZONE"])


@lru_cache(maxsize=4096)
def _marked(value: datetime, told: str, spoken: str, zone: str) -> Markup:
    """A list shows the same moments again and again; in which zone and language they are told is part of the key."""
    return Markup('<time class="when" datetime="{}" data-exact="{}" tabindex="0">{}</time>').format(
        value.astimezone(UTC).isoformat(timespec="seconds"), moment_with_zone(value), told
    )


def number(value: float | Decimal | None, digits: int | None = None) -> str:
    """``12,345.6``; with ``digits`` exactly so many after the point; a dash when there is no value."""
    if value is None:
        return "–"
    pattern = "#,##0.###" if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=_LOCALES[language.current()])


def significant(value: float | None, digits: int = 5) -> str:
    """A computed value with so many significant digits: ``0.012346``, ``12,346``, ``1.2346E-9``; a dash for none."""
    if value is None or not math.isfinite(value):
        return "–"
    locale = _LOCALES[language.current()]
    size = math.floor(math.log10(abs(value))) if value else 0
    if not -_SMALLEST_PLAIN <= size <= _LARGEST_PLAIN:
        return format_scientific(value, format="0." + "#" * (digits - 1) + "E0", locale=locale)
    places = max(0, digits - 1 - size)
    return format_decimal(round(value, places), format="#,##0" + ("." + "#" * places if places else ""), locale=locale)


def plain(value: object) -> str:  # noqa: PLR0911 - one line per kind of value
    """Any value of a fact or a form as a reader expects it: yes and no for truth, a list separated by commas."""
    match value:
        case None:
            return "–"
        case bool():
            return str(language._("yes") if value else language._("no"))
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case int() | float() | Decimal():
            return number(value)
        case list() | tuple() | set() | frozenset():
            return language.listed(plain(item) for item in value) or "–"
        case dict():
            return language.listed(f"{name} {plain(item)}" for name, item in value.items()) or "–"
    return str(value)


def bytes_size(value: int) -> str:
    """A size in bytes in the unit that keeps it short, each 1024 of the one before: so are limits set and files listed."""
    size = float(value)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            return f"{number(round(size, 0 if unit == 'B' else 1))} {unit}"
        size /= 1024
    raise AssertionError("unreachable")


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """``Firefox, Windows`` from what a browser calls itself; its beginning when nothing in it is known."""
    known = [next((name for mark, name in names if mark in user_agent), None) for names in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in known if name) or user_agent[:40] or "–"


def paragraphs(value: object) -> Markup:
    """A text people typed, escaped, with its line breaks."""
    lines = str(value or "").splitlines()
    return Markup("<br>").join(escape(line) for line in lines)


def _local(value: datetime) -> datetime:
    return value.astimezone(ZoneInfo(current_app.config["TIMEZONE"]))


def install(app: Flask) -> None:
    filters = (
        day,
        month_name,
        moment,
        moment_with_zone,
        clock_time,
        ago,
        when,
        how_long,
        number,
        significant,
        plain,
        bytes_size,
        device_name,
        paragraphs,
    )
    app.jinja_env.filters.update({filter_.__name__: filter_ for filter_ in filters})
    app.jinja_env.filters.update(listed=language.listed, joined=language.joined)
