"""The entries of the rail at the left. An entry is shown only when its page exists and is open to the reader."""

from dataclasses import dataclass

from flask import Flask, current_app, request
from markupsafe import Markup

from supplier_quality import language
from supplier_quality.identity import Actor, Role
from supplier_quality.language import Words, _

_KEY = "supplier_quality.rail"
_PARTS = "supplier_quality.rail.parts"


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of the product. ``key`` opens it after ``g`` on the keyboard."""

    path: str
    label: Words
    icon: str
    key: str
    roles: frozenset[str] = frozenset()
    below: bool = False  # in the lower group: what is looked at rarely


ENTRIES = (
    Entry("/my-work", _("My work"), "inbox", "m"),
    Entry("/blocked", _("What blocks whom"), "sign-stop", "b"),
    Entry("/suppliers", _("Suppliers"), "building", "s"),
    Entry("/approved-suppliers", _("Approved suppliers"), "grid-3x3", "l"),
    Entry("/commodities", _("Commodities"), "tags", "y"),
    Entry("/certificates", _("Certificates"), "patch-check", "f"),
    Entry("/documents", _("Documents"), "file-earmark-text", "h"),
    Entry("/special-processes", _("Special processes"), "fire", "r"),
    Entry("/questionnaires", _("Questionnaires"), "ui-checks", "z"),
    Entry("/development", _("Development"), "bar-chart-steps", "v"),
    Entry("/parts", _("Parts"), "box", "p"),
    Entry("/ppap", _("PPAP"), "file-earmark-check", "a"),
    Entry("/inspection", _("Inspection"), "rulers", "n"),
    Entry("/scar", _("SCAR"), "exclamation-triangle", "c"),
    Entry("/audits", _("Audits"), "clipboard-check", "d"),
    Entry("/scorecards", _("Scorecards"), "bar-chart", "k"),
    Entry("/calculator", _("Calculator"), "calculator", "q"),
    Entry("/import", _("Import"), "upload", "i", frozenset({Role.SQE, Role.BUYER, Role.QUALITY_MANAGER, Role.ADMIN})),
    Entry("/workflows", _("Workflows"), "diagram-3", "w", below=True),
    Entry(
        "/trail",
        _("Trail"),
        "clock-history",
        "t",
        frozenset({Role.AUDITOR, Role.QUALITY_MANAGER, Role.ADMIN}),
        below=True,
    ),
    Entry("/incidents", _("Incidents"), "bug", "x", frozenset({Role.ADMIN, Role.QUALITY_MANAGER}), below=True),
    Entry("/sent-mail", _("Sent mail"), "envelope", "e", frozenset({Role.ADMIN, Role.QUALITY_MANAGER}), below=True),
    Entry("/users", _("Users"), "people", "u", frozenset({Role.ADMIN}), below=True),
    Entry("/settings", _("Settings"), "gear", "o", frozenset({Role.ADMIN}), below=True),
)


def entries_for(actor: Actor) -> list[Entry]:
    """The places open to this person, in the order of the rail."""
    existing = _existing()
    return [entry for entry in ENTRIES if entry.path in existing and (not entry.roles or actor.has_role(*entry.roles))]


def is_current(entry: Entry) -> bool:
    return request.path == entry.path or request.path.startswith(entry.path + "/")


def part(name: str, entries: list[Entry]) -> Markup:
    """A part of the frame that lists the places: ``rail`` or ``keys``.

    It is the same on all pages of a place for everybody with the same places, so it is drawn once for each language.
    """
    current = next((entry.path for entry in entries if is_current(entry)), "") if name == "rail" else ""
    kept: dict[tuple[str, ...], Markup] = current_app.extensions.setdefault(_PARTS, {})
    key = (name, language.current(), current, *(entry.path for entry in entries))
    drawn = kept.get(key)
    if drawn is None:
        template = current_app.jinja_env.get_template(f"layout/{name}.html")
        drawn = kept[key] = Markup(template.render(rail=entries, current=current))  # noqa: S704 - our own template
    return drawn


def home_of(actor: Actor) -> str:
    """Where a person lands after signing in."""
    entries = entries_for(actor)
    return entries[0].path if entries else "/account"


def _existing() -> frozenset[str]:
    known: frozenset[str] | None = current_app.extensions.get(_KEY)
    if known is None:
        known = frozenset(rule.rule.rstrip("/") or "/" for rule in current_app.url_map.iter_rules())
        current_app.extensions[_KEY] = known
    return known


def install(app: Flask) -> None:
    app.jinja_env.globals.update(rail_part=part)
