"""Settings, read once from the environment and passed down; nothing below reads the environment again.

Every variable is listed in ``docs/settings.md``. A secret may also be given as a file, as in
``SECRET_KEY_FILE=/run/secrets/key``.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from supplier_quality.errors import Misconfigured, Problem
from supplier_quality.language import LANGUAGES, Words, _

MINIMUM_SECRET_BYTES = 32
SMTP_TLS = ("none", "starttls", "tls")
LOG_LEVELS = ("debug", "info", "warning", "error")
NOT_INSTALLED = _("The database is not up to date; run: supplier-quality upgrade")
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this installation is set up. Secrets are kept out of its printed form."""

    home: Path
    database_url: str = field(repr=False)
    base_url: str
    production: bool
    secret_key: bytes = field(repr=False)
    trail_keys: Mapping[str, bytes] = field(repr=False)
    trail_key_id: str
    base_url_given: bool = True
    smtp_host: str | None = None
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: str | None = field(default=None, repr=False)
    smtp_tls: str = "none"
    mail_from: str = "Supplier Quality <supplier-quality@localhost>"
    heads_by_mail: bool = False
    bounce_maildir: Path | None = None
    imap_host: str | None = None
    imap_port: int = 993
    imap_user: str | None = None
    imap_password: str | None = field(default=None, repr=False)
    workflows_dir: Path | None = None
    language: str = "en"
    country: str = "DE"
    timezone: str = "Europe/Berlin"
    proxies: int = 0
    upload_limit_bytes: int = 25 * 1024 * 1024
    clamav_host: str | None = None
    clamav_port: int = 3310
    clamav_socket: Path | None = None
    session_idle: timedelta = timedelta(hours=8)
    session_absolute: timedelta = timedelta(hours=16)
    link_days: int = 90
    code_minutes: int = 30
    poll_seconds: float = 5.0
    log_level: str = "info"
    log_json: bool = False

    @property
    def is_local(self) -> bool:
        """True when the product is only reachable from the machine it runs on."""
        return urlsplit(self.base_url).hostname in _LOCAL_HOSTS

    def reached_at(self, port: int) -> "Settings":
        """These settings with links that lead to this port of this machine, unless BASE_URL says where they lead."""
        if self.base_url_given or self.production or not port:
            return self
        return replace(self, base_url=f"http://localhost:{port}")

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def keeps_mails(self) -> bool:
        """True when mails are not sent but kept for the page "Sent mail": no SMTP server, and nobody else can look."""
        return self.smtp_host is None and self.is_local and not self.production

    @property
    def files(self) -> Path:
        """Where uploaded and printed documents lie, each under the hash of its content."""
        return self.home / "files"

    @property
    def views(self) -> Path:
        """Where pictures of pages lie that were made of documents; they can be made again and need no backup."""
        return self.home / "views"


class NotInstalled(Misconfigured):
    """Nothing was set up in this folder yet."""


def load_settings(
    environ: Mapping[str, str] | None = None, home: Path | None = None, *, make_secrets: bool = True
) -> Settings:
    """The settings of this process. Outside production, missing secrets are made once, in ``HOME/secrets.json``.

    With ``make_secrets=False`` an installation in this folder is not begun: for commands that need one. With PostgreSQL it
    may be elsewhere, and then the secrets of this folder are made.
    Raises Misconfigured with one problem for every variable that cannot be used, NotInstalled when secrets are missing
    that may not be made.
    """
    reader = _Reader(os.environ if environ is None else environ)
    home = (home or Path(reader.text("SUPPLIER_QUALITY_HOME", "data"))).expanduser().resolve()
    production = reader.flag("SUPPLIER_QUALITY_PRODUCTION")
    given_key = reader.secret("SECRET_KEY")
    given_trail_keys = reader.keys("TRAIL_KEYS")
    values = {
        **_doors(reader, home=home),
        **_mail(reader),
        **_plant(reader),
        **_limits(reader),
        **_scanner(reader),
        "log_level": reader.choice("LOG_LEVEL", LOG_LEVELS, "info"),
        "log_json": reader.choice("LOG_FORMAT", ("console", "json"), "json" if production else "console") == "json",
    }
    if production:
        _refuse_unsafe(reader, values, given_key=given_key, given_trail_keys=given_trail_keys)
    _refuse_open_http(reader, values)
    reader.finish()

    if given_key is None or not given_trail_keys:
        in_home = values["database_url"].startswith("sqlite")
        if not make_secrets and in_home and not _secrets_file(home).exists():
            raise NotInstalled(NOT_INSTALLED)
        made = _secrets_of(home)
        given_key, given_trail_keys = given_key or made.secret_key, given_trail_keys or made.trail_keys
    return Settings(
        home=home,
        production=production,
        secret_key=given_key,
        trail_keys=given_trail_keys,
        trail_key_id=next(iter(given_trail_keys)),
        **values,
    )


def _doors(reader: "_Reader", *, home: Path) -> dict[str, Any]:
    workflows = reader.text("WORKFLOWS_DIR", "")
    if workflows and not Path(workflows).is_dir():
        reader.refuse("WORKFLOWS_DIR", workflows, _("There is no such folder"), _("Create it or correct the path"))
    base_url = reader.text("BASE_URL", "http://localhost:8000").rstrip("/")
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        reader.refuse(
            "BASE_URL",
            base_url,
            _("This is not the address of a web site"),
            _("Give the address people type, such as https://quality.example.com"),
        )
    database_url = reader.secret_text("DATABASE_URL") or f"sqlite:///{home / 'supplier-quality.db'}"
    if not database_url.startswith(("sqlite:///", "postgresql:", "postgresql+psycopg:")):
        reader.refuse(
            "DATABASE_URL",
            database_url.split(":")[0],
            _("Only SQLite and PostgreSQL are supported"),
            _("Write postgresql://user:password@host/name, or leave it out for SQLite"),
        )
    return {
        "database_url": database_url,
        "base_url": base_url,
        "base_url_given": bool(reader.text("BASE_URL", "")),
        "workflows_dir": Path(workflows).resolve() if workflows else None,
        "proxies": reader.number("TRUSTED_PROXIES", 0, low=0, high=10),
    }


def _mail(reader: "_Reader") -> dict[str, Any]:
    tls = reader.choice("SMTP_TLS", SMTP_TLS, "none")
    port = reader.number("SMTP_PORT", {"none": 25, "starttls": 587, "tls": 465}[tls], low=1, high=65535)
    sender = reader.text("MAIL_FROM", "Supplier Quality <supplier-quality@localhost>")
    if "@" not in sender or any(ord(sign) < 32 for sign in sender):
        reader.refuse("MAIL_FROM", sender, _("This is not a mail address"), _("Write Name <name@example.com>"))
    return {
        "smtp_host": reader.text("SMTP_HOST", "") or None,
        "smtp_port": port,
        "smtp_user": reader.text("SMTP_USER", "") or None,
        "smtp_password": reader.secret_text("SMTP_PASSWORD"),
        "smtp_tls": tls,
        "mail_from": sender,
        "heads_by_mail": reader.flag("TRAIL_HEADS_BY_MAIL"),
        **_bounces(reader),
    }


def _bounces(reader: "_Reader") -> dict[str, object]:
    """Where reports of undelivered mail arrive: a maildir on this machine, or an IMAP mailbox over TLS."""
    maildir = reader.text("BOUNCE_MAILDIR", "")
    if maildir and not (Path(maildir) / "new").is_dir():
        reader.refuse(
            "BOUNCE_MAILDIR", maildir, _("This is not a maildir"), _("Name the folder that holds new and cur")
        )
    return {
        "bounce_maildir": Path(maildir).resolve() if maildir else None,
        "imap_host": reader.text("IMAP_HOST", "") or None,
        "imap_port": reader.number("IMAP_PORT", 993, low=1, high=65535),
        "imap_user": reader.text("IMAP_USER", "") or None,
        "imap_password": reader.secret_text("IMAP_PASSWORD"),
    }


def _plant(reader: "_Reader") -> dict[str, Any]:
    zone = reader.text("PLANT_TIMEZONE", "Europe/Berlin")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        remedy = _("Write an IANA name such as Europe/Berlin or Asia/Shanghai")
        reader.refuse("PLANT_TIMEZONE", zone, _("This time zone is unknown"), remedy)
    country = reader.text("PLANT_COUNTRY", "DE").upper()
    if len(country) != 2 or not country.isalpha():
        remedy = _("Write the two letters of ISO 3166, such as DE or CN")
        reader.refuse("PLANT_COUNTRY", country, _("This is not a country code"), remedy)
    return {
        "language": reader.choice("SUPPLIER_QUALITY_LANGUAGE", LANGUAGES, "en"),
        "country": country,
        "timezone": zone,
    }


def _limits(reader: "_Reader") -> dict[str, Any]:
    return {
        "upload_limit_bytes": reader.number("UPLOAD_LIMIT_MB", 25, low=1, high=1024) * 1024 * 1024,
        "session_idle": timedelta(minutes=reader.number("SESSION_IDLE_MINUTES", 8 * 60, low=1, high=24 * 60)),
        "session_absolute": timedelta(hours=reader.number("SESSION_HOURS", 16, low=1, high=24 * 30)),
        "link_days": reader.number("LINK_DAYS", 90, low=1, high=730),
        "code_minutes": reader.number("CODE_MINUTES", 30, low=1, high=24 * 60),
        "poll_seconds": float(reader.number("POLL_SECONDS", 5, low=1, high=3600)),
    }


def _scanner(reader: "_Reader") -> dict[str, Any]:
    """The virus scanner for uploads: clamd at a host, or on this machine behind a socket."""
    host, path = reader.text("CLAMAV_HOST", ""), reader.text("CLAMAV_SOCKET", "")
    if host and path:
        remedy = _("Set one of CLAMAV_HOST and CLAMAV_SOCKET")
        reader.refuse("CLAMAV_SOCKET", path, _("There can be only one virus scanner"), remedy)
    return {
        "clamav_host": host or None,
        "clamav_port": reader.number("CLAMAV_PORT", 3310, low=1, high=65535),
        "clamav_socket": Path(path) if path else None,
    }


def _refuse_unsafe(
    reader: "_Reader", values: Mapping[str, Any], *, given_key: bytes | None, given_trail_keys: Mapping[str, bytes]
) -> None:
    """In production nothing secret is made up, links lead to the real address and mails leave the house."""
    if given_key is None:
        remedy = _("Set it to at least 32 random characters, for example from: openssl rand -hex 32")
        reader.refuse("SECRET_KEY", None, _("Production needs a secret key"), remedy)
    if not given_trail_keys:
        remedy = _(
            "Set it to a name and at least 32 random characters, such as 2026:0f3c..., and keep a copy elsewhere"
        )
        reader.refuse("TRAIL_KEYS", None, _("Production needs the key that proves the trail"), remedy)
    if not values["smtp_host"]:
        remedy = _("Set the name of your mail server")
        reader.refuse("SMTP_HOST", None, _("Production sends mails, and no mail server is set"), remedy)
    if not str(values["base_url"]).startswith("https://"):
        remedy = _("Set the https address people type; the proxy before the product may end TLS")
        reader.refuse("BASE_URL", str(values["base_url"]), _("Production is only reached by https"), remedy)


def _refuse_open_http(reader: "_Reader", values: Mapping[str, Any]) -> None:
    """Session cookies cross a network only encrypted; plain http is for trying the product on one's own machine."""
    parts = urlsplit(str(values["base_url"]))
    if parts.scheme == "http" and parts.hostname not in _LOCAL_HOSTS:
        remedy = _("Use https, or localhost to try the product")
        reader.refuse("BASE_URL", str(values["base_url"]), _("Plain http is allowed for localhost only"), remedy)


class _Reader:
    """Reads variables and collects everything that is wrong, so that one start names all of it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._problems: list[Problem] = []

    def refuse(self, name: str, value: str | None, problem: Words, remedy: Words) -> None:
        self._problems.append(Problem(problem=problem, remedy=remedy, column=name, value=value))

    def finish(self) -> None:
        if self._problems:
            names = ", ".join(dict.fromkeys(str(problem.column) for problem in self._problems))
            raise Misconfigured(_("These settings cannot be used: %(names)s", names=names), tuple(self._problems))

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def flag(self, name: str) -> bool:
        return self.choice(name, ("0", "1", "false", "true", "no", "yes"), "0") in ("1", "true", "yes")

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(name, default).lower()
        if value in choices:
            return value
        self.refuse(name, value, _("This value is not known"), _("Use one of: %(choices)s", choices=", ".join(choices)))
        return default

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        value = self.text(name, str(default))
        try:
            number = int(value)
        except ValueError:
            number = low - 1
        if low <= number <= high:
            return number
        remedy = _("Write a whole number from %(low)s to %(high)s", low=low, high=high)
        self.refuse(name, value, _("This is not a number in the allowed range"), remedy)
        return default

    def secret_text(self, name: str) -> str | None:
        """The variable, or the content of the file that the variable with ``_FILE`` names."""
        path = self.text(f"{name}_FILE", "")
        if not path:
            return self.text(name, "") or None
        try:
            return Path(path).read_text(encoding="utf-8").strip() or None
        except OSError as error:
            self.refuse(f"{name}_FILE", path, _("The file cannot be read"), _("%(why)s", why=error.strerror or error))
            return None

    def secret(self, name: str) -> bytes | None:
        value = self.secret_text(name)
        if value is None:
            return None
        return self._long_enough(name, value)

    def keys(self, name: str) -> dict[str, bytes]:
        """Named keys, ``2026:secret,2025:older secret``; the first one signs, the others still prove."""
        keys: dict[str, bytes] = {}
        for part in filter(None, (self.secret_text(name) or "").split(",")):
            key_id, colon, value = part.strip().partition(":")
            if not colon or not key_id or len(key_id) > 16 or key_id in keys:
                remedy = _("Write name:secret, several separated by commas; a name has at most 16 letters")
                self.refuse(name, key_id if colon else None, _("This key has no usable name"), remedy)
                continue
            keys[key_id] = self._long_enough(name, value)
        return keys

    def _long_enough(self, name: str, value: str) -> bytes:
        if len(value) < MINIMUM_SECRET_BYTES:
            remedy = _("Use at least 32 random characters, for example from: openssl rand -hex 32")
            self.refuse(name, None, _("This secret is too short"), remedy)
        return value.encode()


@dataclass(frozen=True, slots=True)
class _Secrets:
    secret_key: bytes
    trail_keys: dict[str, bytes]


def _secrets_file(home: Path) -> Path:
    return home / "secrets.json"


def _secrets_of(home: Path) -> _Secrets:
    """The secrets made for this folder, made now when there are none yet.

    They are written beside and linked into place, so of two processes starting at once both read the same ones.
    """
    path = _secrets_file(home)
    try:
        if not path.exists():
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_secrets(path)
        kept = json.loads(path.read_text(encoding="utf-8"))
        return _Secrets(
            secret_key=kept["secret_key"].encode(),
            trail_keys={name: key.encode() for name, key in kept["trail_keys"].items()},
        )
    except OSError as error:
        raise Misconfigured(
            _("The folder %(home)s cannot be used: %(why)s", home=home, why=error.strerror or error),
            (
                Problem(
                    _("The folder cannot be used"), _("Make it writable or set SUPPLIER_QUALITY_HOME"), value=str(home)
                ),
            ),
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Misconfigured(
            _("The file %(path)s is damaged", path=path),
            (Problem(_("The secrets cannot be read"), _("Put back the copy from your backup"), value=str(path)),),
        ) from error


def _write_secrets(path: Path) -> None:
    made = {"secret_key": secrets.token_hex(32), "trail_keys": {"first": secrets.token_hex(32)}}
    beside = path.with_name(f".secrets.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(made, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
