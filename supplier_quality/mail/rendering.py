"""From a template and values to subject, text and HTML in the recipient's language.

A mail is two templates of one name: ``<name>.txt`` with the blocks ``subject`` and ``body``, and ``<name>.html`` with
the block ``body``. Both extend ``layout/base``. The environment is mail's own: no request, no global user, only what
is passed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, pass_context
from jinja2.runtime import Context

from supplier_quality import resources
from supplier_quality.language import Message, nearest, speaking
from supplier_quality.mail.addresses import check_header
from supplier_quality.mail.styling import inline_styles
from supplier_quality.mail.values import thaw

_LOCALES = {"en": Locale("en", "GB"), "zh": Locale("zh", "CN", script="Hans")}
LONGEST_SUBJECT = 400


class BrokenTemplate(Exception):
    """The template does not exist or names a value that the mail was not given."""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a mail is written: BCP 47 language and IANA time zone."""

    name: str
    language: str
    zone: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail in words. ``html`` has its styles inlined."""

    subject: str
    text: str
    html: str


def render_mail(template: str, values: Mapping[str, Any], *, reader: Reader, subject: str | None = None) -> Rendered:
    """The mail as this reader should read it. Raises BrokenTemplate, or BadHeader for a subject with a line break.

    ``values`` are as :func:`mail.values.freeze` left them. ``subject`` is given when it was rendered before.
    """
    environment = _environment()
    language = nearest(reader.language)
    context = {**thaw(dict(values)), "reader": reader, "language": language}
    with speaking(language):
        try:
            plain = environment.get_template(f"{template}.txt")
            if subject is None:
                subject = _subject(plain.new_context(dict(context)), plain.blocks, template)
            text = plain.render(context)
            html = environment.get_template(f"{template}.html").render({**context, "subject": subject})
        except TemplateError as error:
            raise BrokenTemplate(f"{template}: {type(error).__name__}: {error}") from error
    return Rendered(subject=subject, text=_tidy(text), html=inline_styles(html))


def render_subject(template: str, values: Mapping[str, Any], *, reader: Reader) -> str:
    """Only the subject: the line by which a digest names the mail it stands for."""
    context = {**thaw(dict(values)), "reader": reader, "language": nearest(reader.language)}
    with speaking(nearest(reader.language)):
        try:
            plain = _environment().get_template(f"{template}.txt")
            return _subject(plain.new_context(context), plain.blocks, template)
        except TemplateError as error:
            raise BrokenTemplate(f"{template}: {type(error).__name__}: {error}") from error


def has_template(template: str) -> bool:
    """Whether both halves of the mail are shipped."""
    folder = resources.templates() / "mails"
    return (folder / f"{template}.txt").is_file() and (folder / f"{template}.html").is_file()


def _subject(context: Context, blocks: Mapping[str, Any], template: str) -> str:
    if "subject" not in blocks:
        raise BrokenTemplate(f"{template}: the .txt template has no block named subject")
    return check_header("".join(blocks["subject"](context)).strip())[:LONGEST_SUBJECT]


def _tidy(text: str) -> str:
    """Lines without trailing blanks and at most one empty line in a row, as blocks of a template leave more."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        bare = line.rstrip()
        if bare or (lines and lines[-1]):
            lines.append(bare)
    return "\n".join(lines) + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(resources.templates() / "mails"),
        autoescape=lambda name: name is not None and name.endswith(".html"),  # noqa: S701 - escapes what is HTML
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        # Shipped files do not change under a running process.
        auto_reload=False,
    )
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters.update(day=_day, moment=_moment)
    return environment


def _gettext(sentence: str) -> str:
    return Message(sentence).render()


def _ngettext(one: str, many: str, count: int) -> str:
    return Message(one if count == 1 else many).render()


@pass_context
def _day(context: Context, value: str | date | datetime) -> str:
    """A calendar day in words: 20 Nov 2026, 2026年11月20日. A moment is shown as the day it is for the reader."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(context["reader"].zone)).date()
    return format_date(value, "medium", locale=_LOCALES[context["language"]])


@pass_context
def _moment(context: Context, value: str | datetime) -> str:
    """Day and time where the reader is, with the zone: 20 Nov 2026, 10:00 (GMT+01:00)."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    zone = ZoneInfo(context["reader"].zone)
    locale = _LOCALES[context["language"]]
    local = moment.astimezone(zone)
    day_and_time = format_datetime(local, "medium", locale=locale).rsplit(":", 1)[0]
    return f"{day_and_time} ({format_datetime(local, 'ZZZZ', locale=locale)})"
