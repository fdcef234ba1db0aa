"""Drawing a sheet: a template under ``templates/documents`` and values become the HTML that is printed.

The environment is documents' own: no request, no global user, only what is passed. A sheet extends ``layout/sheet.html``, which
has page numbers, the line of who printed what when, and the style; its language and zone are the reader's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from supplier_quality import resources
from supplier_quality.language import Message, nearest, plural, speaking

_LOCALES = {"en": Locale("en", "GB"), "zh": Locale("zh", "CN", script="Hans")}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who prints: name, BCP 47 language and IANA time zone."""

    name: str
    language: str
    zone: str


def draw_sheet(template: str, values: Mapping[str, Any], *, reader: Reader, at: datetime) -> str:
    """The HTML of a sheet, printed by this reader at this moment."""
    language = nearest(reader.language)
    environment = _environment()
    with speaking(language):
        return environment.get_template(template).render(
            {**values, "reader": reader, "language": language, "printed_at": at, "style": _style()}
        )


@cache
def _style() -> Markup:
    path = resources.templates() / "documents" / "layout" / "sheet.css"
    return Markup(path.read_text(encoding="utf-8"))  # noqa: S704 - a shipped file


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(resources.templates() / "documents"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        # Shipped files do not change under a running process.
        auto_reload=False,
    )
    environment.install_gettext_callables(_gettext, plural, newstyle=True)  # type: ignore[attr-defined]
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters.update(day=_day, moment=_moment, number=_number)
    return environment


def _gettext(sentence: str) -> str:
    return Message(sentence).render()


@pass_context
def _day(context: Context, value: date | datetime) -> str:
    """A calendar day in words: 20 Nov 2026, 2026年11月20日. A moment is shown as the day it is for the reader."""
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(context["reader"].zone)).date()
    return format_date(value, "medium", locale=_LOCALES[context["language"]])


@pass_context
def _moment(context: Context, value: datetime) -> str:
    """Day and time where the reader is, with how far that is from UTC: 20 Nov 2026, 10:00 (UTC+01:00)."""
    local, locale = value.astimezone(ZoneInfo(context["reader"].zone)), _LOCALES[context["language"]]
    day_and_time = format_datetime(local, "medium", locale=locale).rsplit(":", 1)[0]
    return f"{day_and_time} (UTC{local.isoformat()[-6:]})"


@pass_context
def _number(context: Context, value: float) -> str:
    return format_decimal(value, locale=_LOCALES[context["language"]])
