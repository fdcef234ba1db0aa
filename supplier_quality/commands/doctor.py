"""``doctor``: what is missing or misconfigured, and how to mend it.

Every check answers for itself; one that fails stops no other. Nothing is changed.
"""

import ctypes.util
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial

from sqlalchemy import text

from supplier_quality import __version__, clock, features, resources, trail
from supplier_quality.config import Settings, load_settings
from supplier_quality.console import Console, command
from supplier_quality.documents.scanning import NotScanned, scanner_of
from supplier_quality.errors import ProductError
from supplier_quality.language import Words, _
from supplier_quality.outbox import heartbeat
from supplier_quality.persistence import schema

LITTLE_SPACE = 1 << 30
"""Bytes; below it the next backup or a day of uploads may not fit."""
PATIENCE = 3.0
"""Seconds to wait for another machine."""
FAST_CLOCK = timedelta(seconds=30)
STAND_IN = "this is no secret but something to look with"


class Verdict(StrEnum):
    """How bad it is. ``warning``: works, but not as it should."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw, and what to do about it."""

    check: str
    verdict: Verdict
    found: Words
    remedy: Words | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "check": self.check,
            "verdict": self.verdict.value,
            "found": str(self.found),
            "remedy": str(self.remedy) if self.remedy else None,
        }


Check = Callable[[], Finding]


@command("doctor", help=_("Say what is missing or misconfigured, and how to mend it"))
def doctor(console: Console) -> None:
    findings = list(examine())
    signs = {Verdict.GOOD: "  ok ", Verdict.WARNING: "warn ", Verdict.BAD: " bad "}

    def show() -> None:
        for finding in findings:
            console.say(f"{signs[finding.verdict]} {finding.check}: {finding.found}")
            if finding.remedy:
                console.say(f"        -> {finding.remedy}")

    console.answer([finding.as_json() for finding in findings], show)
    if any(finding.verdict is Verdict.BAD for finding in findings):
        console.fail()


def examine() -> Iterator[Finding]:
    """All findings, those of the machine first, then those of this installation."""
    for check in (_python, _libraries, _fonts, _assets, _translations, _workflows):
        yield _safely(check)
    try:
        settings = load_settings(_environ())
    except ProductError as error:
        for problem in error.details or ():
            yield Finding(
                "settings",
                Verdict.BAD,
                _("%(name)s: %(what)s", name=problem.column, what=problem.problem),
                problem.remedy,
            )
        if not error.details:
            yield Finding("settings", Verdict.BAD, error.message)
        return
    yield Finding("settings", Verdict.GOOD, _("The installation is in %(home)s", home=settings.home))
    installed = features.open_database(settings).exists
    # Opening a database of SQLite that is not there would make it.
    inside = (_database, _trail, _rules, _clock_of_database, _worker) if installed else (_no_database,)
    for named in (_base_url, _mail, _virus_scanner, _secrets, _disk, *inside):
        yield _safely(partial(named, settings), named.__name__.strip("_"))


def _environ() -> dict[str, str]:
    """The environment, with a stand-in for secrets it does not hold: looking shall not make them. Production needs its own."""
    environ = dict(os.environ)
    if not environ.get("SUPPLIER_QUALITY_PRODUCTION"):
        for name, value in (("SECRET_KEY", STAND_IN), ("TRAIL_KEYS", f"none:{STAND_IN}")):
            if not environ.get(name) and not environ.get(f"{name}_FILE"):
                environ[name] = value
    return environ


def _safely(check: Check, name: str = "") -> Finding:
    """The check's finding; a check that cannot look is a finding too."""
    try:
        return check()
    except Exception as error:
        what = str(error).strip() or type(error).__name__
        return Finding(
            name or check.__name__.strip("_"), Verdict.BAD, _("This could not be checked: %(why)s", why=what)
        )


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    found = _("Python %(python)s, Supplier Quality %(version)s", python=version, version=__version__)
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("python", Verdict.GOOD, found)
    return Finding("python", Verdict.WARNING, found, _("Use Python 3.11, 3.12 or 3.13"))


def _libraries() -> Finding:
    missing = [name for name in ("pango-1.0", "pangoft2-1.0") if ctypes.util.find_library(name) is None]
    if missing:
        remedy = _(
            "Install them: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0, or brew install pango"
        )
        found = _("Documents cannot be printed without the libraries %(names)s", names=", ".join(missing))
        return Finding("libraries", Verdict.WARNING, found, remedy)
    if ctypes.util.find_library("harfbuzz-subset") is None:
        remedy = _("Install it: apt-get install libharfbuzz-subset0, or brew install harfbuzz")
        return Finding("libraries", Verdict.WARNING, _("Printing is slow without the library harfbuzz-subset"), remedy)
    return Finding("libraries", Verdict.GOOD, _("The libraries for printed documents are there"))


def _fonts() -> Finding:
    lister = shutil.which("fc-list")
    remedy = _("Install some: apt-get install fontconfig fonts-dejavu-core fonts-droid-fallback")
    if lister is None:
        return Finding("fonts", Verdict.WARNING, _("It is not known which fonts are there: fc-list is missing"), remedy)
    fonts = subprocess.run([lister], capture_output=True, text=True, timeout=20, check=False).stdout
    if not fonts.strip():
        return Finding("fonts", Verdict.WARNING, _("Without any font, printing a document fails"), remedy)
    chinese = subprocess.run([lister, ":lang=zh"], capture_output=True, text=True, timeout=20, check=False).stdout
    if not chinese.strip():
        return Finding(
            "fonts", Verdict.WARNING, _("No font has Chinese characters; documents would show boxes"), remedy
        )
    return Finding("fonts", Verdict.GOOD, _("%(count)s fonts, also for Chinese", count=len(fonts.splitlines())))


def _assets() -> Finding:
    needed = ("bootstrap/bootstrap.min.css", "htmx/htmx.min.js", "bootstrap-icons/bootstrap-icons.svg")
    missing = [name for name in needed if not (resources.static() / "vendor" / name).exists()]
    if missing:
        found = _("Browser assets are missing: %(names)s", names=", ".join(missing))
        return Finding("assets", Verdict.BAD, found, _("Run: make assets; an installed package brings them along"))
    return Finding("assets", Verdict.GOOD, _("The browser assets are there"))


def _translations() -> Finding:
    catalogues = sorted(resources.translations().glob("*/LC_MESSAGES/*.mo"))
    if not catalogues:
        found = _("No compiled translation was found; everything is shown in English")
        return Finding("translations", Verdict.WARNING, found, _("Run: make translations"))
    names = ", ".join(path.parent.parent.name for path in catalogues)
    return Finding("translations", Verdict.GOOD, _("Translations: %(names)s", names=names))


def _workflows() -> Finding:
    from supplier_quality.commands.workflows import rule_files
    from supplier_quality.engine.definitions import verify_file

    features.modules("kinds")
    files = list(rule_files())
    wrong = [path.name for path in files if verify_file(path)]
    if wrong:
        found = _("Rule files are refused: %(names)s", names=", ".join(wrong))
        return Finding("workflows", Verdict.BAD, found, _("Run: supplier-quality workflows verify"))
    return Finding("workflows", Verdict.GOOD, _("%(count)s rule files are good", count=len(files)))


def _base_url(settings: Settings) -> Finding:
    found = _("Links in mails lead to %(url)s", url=settings.base_url)
    if settings.is_local:
        remedy = _("Set BASE_URL to the address people type, once others than you use the product")
        return Finding("base_url", Verdict.WARNING, found, remedy)
    return Finding("base_url", Verdict.GOOD, found)


def _mail(settings: Settings) -> Finding:
    if settings.smtp_host is None:
        remedy = _("Set SMTP_HOST to send them")
        if settings.keeps_mails:
            return Finding("mail", Verdict.WARNING, _('Mails are not sent but kept on the page "Sent mail"'), remedy)
        return Finding("mail", Verdict.BAD, _("Mails cannot be sent"), remedy)
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with socket.create_connection((settings.smtp_host, settings.smtp_port), timeout=PATIENCE) as connection:
            connection.settimeout(PATIENCE)
            greeting = b"220" if settings.smtp_tls == "tls" else connection.recv(64)
    except OSError as error:
        remedy = _("Check SMTP_HOST, SMTP_PORT and the firewall")
        found = _("The mail server %(place)s does not answer: %(why)s", place=place, why=error)
        return Finding("mail", Verdict.BAD, found, remedy)
    if not greeting.startswith(b"220"):
        found = _("What answers at %(place)s is no mail server", place=place)
        return Finding("mail", Verdict.BAD, found, _("Check SMTP_HOST and SMTP_PORT"))
    return Finding("mail", Verdict.GOOD, _("The mail server %(place)s answers", place=place))


def _virus_scanner(settings: Settings) -> Finding:
    scanner = scanner_of(settings)
    if scanner is None:
        found = _("Files are checked by their kind and structure; no virus scanner is set")
        return Finding("virus_scanner", Verdict.GOOD, found)
    try:
        said = replace(scanner, seconds=PATIENCE).version()
    except NotScanned as error:
        found = _("The virus scanner does not answer, so no file is taken: %(why)s", why=error.why)
        remedy = _("Start clamd, or correct CLAMAV_HOST, CLAMAV_PORT or CLAMAV_SOCKET")
        return Finding("virus_scanner", Verdict.BAD, found, remedy)
    found = _("The virus scanner at %(place)s answers: %(said)s", place=scanner.place, said=said)
    return Finding("virus_scanner", Verdict.GOOD, found)


def _secrets(settings: Settings) -> Finding:
    file = settings.home / "secrets.json"
    if not file.exists() and STAND_IN.encode() in (settings.secret_key, *settings.trail_keys.values()):
        found = _("There are no secrets in %(home)s yet", home=settings.home)
        return Finding("secrets", Verdict.WARNING, found, _("Run: supplier-quality init"))
    if not file.exists():
        return Finding("secrets", Verdict.GOOD, _("The secrets come from the environment"))
    if file.stat().st_mode & 0o077:
        found = _("Others on this machine can read %(file)s", file=file)
        return Finding("secrets", Verdict.BAD, found, _("Run: chmod 600 %(file)s", file=file))
    return Finding("secrets", Verdict.GOOD, _("The secrets are in %(file)s; a backup holds them", file=file))


def _disk(settings: Settings) -> Finding:
    place = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    if not os.access(place, os.W_OK):
        remedy = _("Make it writable for this account")
        return Finding("disk", Verdict.BAD, _("%(home)s cannot be written", home=place), remedy)
    free = shutil.disk_usage(place).free
    found = _("%(free)s MB are free in %(home)s", free=free >> 20, home=settings.home)
    if free < LITTLE_SPACE:
        return Finding("disk", Verdict.WARNING, found, _("Make room; at none left, nothing can be saved"))
    return Finding("disk", Verdict.GOOD, found)


def _no_database(_settings: Settings) -> Finding:
    return Finding("database", Verdict.BAD, _("There is no database yet"), _("Run: supplier-quality init"))


def _database(settings: Settings) -> Finding:
    database = features.open_database(settings)
    kind = database.url.get_backend_name()
    revision = schema.revision_of(database)
    if schema.is_current(database):
        found = _("%(kind)s answers and is at migration %(revision)s", kind=kind, revision=revision)
        return Finding("database", Verdict.GOOD, found)
    if revision is None:
        return Finding(
            "database", Verdict.BAD, _("%(kind)s answers and is empty", kind=kind), _("Run: supplier-quality init")
        )
    found = _(
        "%(kind)s is at migration %(revision)s, needed is %(newest)s",
        kind=kind,
        revision=revision,
        newest=schema.newest(),
    )
    return Finding("database", Verdict.BAD, found, _("Run: supplier-quality upgrade"))


def _trail(settings: Settings) -> Finding:
    """Whether the database itself refuses changes of the trail."""
    database = features.open_database(settings)
    if not schema.is_current(database):
        return Finding("trail", Verdict.WARNING, _("Not known before the database is up to date"))
    with database.read() as session:
        missing = trail.missing_guards(session)
    if missing:
        found = _("Triggers that protect the trail are missing: %(names)s", names=", ".join(missing))
        remedy = _("Find out who removed them, run: supplier-quality trail verify; then: supplier-quality upgrade")
        return Finding("trail", Verdict.BAD, found, remedy)
    return Finding("trail", Verdict.GOOD, _("The database refuses changes of the trail"))


def _rules(settings: Settings) -> Finding:
    """Whether ``upgrade`` and the next start would take the rule files: they must also go with what was loaded before."""
    database = features.open_database(settings)
    if not schema.is_current(database):
        return Finding("rules", Verdict.WARNING, _("Not known before the database is up to date"))
    try:
        count = features.check_rules(database, settings)
    except ProductError as error:
        reasons = [str(problem.problem) for problem in error.details] or [str(error.message)]
        remedy = next((problem.remedy for problem in error.details if problem.remedy), None)
        found = _("Rule files do not go with the database: %(why)s", why="; ".join(reasons))
        return Finding("rules", Verdict.BAD, found, remedy or _("Run: supplier-quality workflows verify"))
    return Finding("rules", Verdict.GOOD, _("%(count)s rule files go with the database", count=count))


def _clock_of_database(settings: Settings) -> Finding:
    """Several machines write one trail and one set of deadlines; their clocks must agree."""
    database = features.open_database(settings)
    if database.is_sqlite:
        return Finding("clock", Verdict.GOOD, _("It is %(now)s", now=f"{clock.now():%Y-%m-%d %H:%M:%S} UTC"))
    with database.read() as session:
        theirs: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    apart = abs(clock.now() - theirs.astimezone(UTC))
    found = _("The clock is %(seconds)s s from that of the database", seconds=f"{apart.total_seconds():.1f}")
    if apart > FAST_CLOCK:
        return Finding("clock", Verdict.BAD, found, _("Let both machines keep time by NTP"))
    return Finding("clock", Verdict.GOOD, found)


def _worker(settings: Settings) -> Finding:
    database = features.open_database(settings)
    if not schema.is_current(database):
        return Finding("worker", Verdict.WARNING, _("Not known before the database is up to date"))
    with database.read() as session:
        last = heartbeat.last_beat(session)
    remedy = _("Run: supplier-quality serve, or with PostgreSQL also: supplier-quality worker")
    if last is None:
        return Finding("worker", Verdict.WARNING, _("No worker has ever run; deadlines and mails wait"), remedy)
    silent = clock.now() - last
    found = _("A worker was last seen %(seconds)s s ago", seconds=int(silent.total_seconds()))
    if silent > heartbeat.SILENT:
        return Finding("worker", Verdict.WARNING, found, remedy)
    return Finding("worker", Verdict.GOOD, found)


commands = (doctor,)
