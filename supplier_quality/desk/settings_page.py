"""How this installation is set up, for administrators. Settings come from the environment; the page explains them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response

import supplier_quality
from supplier_quality import web
from supplier_quality.config import Settings
from supplier_quality.documents.scanning import scanner_of
from supplier_quality.identity.enums import Role
from supplier_quality.language import Words, _
from supplier_quality.web import formatting, health
from supplier_quality.web.installation import installation

blueprint = Blueprint("settings", __name__, url_prefix="/settings")


@dataclass(frozen=True, slots=True)
class Line:
    """One setting as it is in force, and the variable that changes it."""

    label: Words
    value: Words | str
    variable: str


@dataclass(frozen=True, slots=True)
class Section:
    title: Words
    lines: Sequence[Line]


@blueprint.get("")
@web.staff(Role.ADMIN)
def show() -> Response:
    return web.render(
        "pages/identity/settings.html",
        sections=sections_of(web.settings()),
        findings=health.examine(installation()),
        version=supplier_quality.__version__,
    )


def sections_of(settings: Settings) -> list[Section]:
    """What is set, without anything secret."""
    return [
        Section(
            _("Installation"),
            (
                Line(_("Address"), settings.base_url, "BASE_URL"),
                Line(_("Mode"), _("production") if settings.production else _("trial"), "SUPPLIER_QUALITY_PRODUCTION"),
                Line(_("Data folder"), str(settings.home), "SUPPLIER_QUALITY_HOME"),
                Line(_("Database"), settings.database_url.split(":")[0].split("+")[0], "DATABASE_URL"),
                Line(_("Trusted proxies"), str(settings.proxies), "TRUSTED_PROXIES"),
                Line(_("Largest upload"), formatting.bytes_size(settings.upload_limit_bytes), "UPLOAD_LIMIT_MB"),
                _scanner_line(settings),
            ),
        ),
        Section(
            _("Plant"),
            (
                Line(_("Language"), settings.language, "SUPPLIER_QUALITY_LANGUAGE"),
                Line(_("Country of the holidays"), settings.country, "PLANT_COUNTRY"),
                Line(_("Time zone"), settings.timezone, "PLANT_TIMEZONE"),
            ),
        ),
        Section(_("Mail"), _mail_lines(settings)),
        Section(
            _("Access"),
            (
                Line(
                    _("Session ends without activity after"),
                    _hours(settings.session_idle.total_seconds()),
                    "SESSION_IDLE_MINUTES",
                ),
                Line(
                    _("Session ends in any case after"),
                    _hours(settings.session_absolute.total_seconds()),
                    "SESSION_HOURS",
                ),
                Line(_("Supplier links work for"), _("%(count)s days", count=settings.link_days), "LINK_DAYS"),
                Line(_("Mailed codes work for"), _("%(count)s minutes", count=settings.code_minutes), "CODE_MINUTES"),
            ),
        ),
    ]


def _mail_lines(settings: Settings) -> tuple[Line, ...]:
    if settings.smtp_host is None:
        return (Line(_("Mail server"), _("none; mails are kept and shown on the page Sent mail"), "SMTP_HOST"),)
    return (
        Line(_("Mail server"), f"{settings.smtp_host}:{settings.smtp_port}", "SMTP_HOST, SMTP_PORT"),
        Line(_("Encryption"), settings.smtp_tls, "SMTP_TLS"),
        Line(_("Sender"), settings.mail_from, "MAIL_FROM"),
    )


def _scanner_line(settings: Settings) -> Line:
    scanner = scanner_of(settings)
    return Line(_("Virus scanner"), scanner.place if scanner else _("none"), "CLAMAV_HOST, CLAMAV_SOCKET")


def _hours(seconds: float) -> Words:
    return _("%(count)s hours", count=formatting.number(seconds / 3600))
