"""The workflow viewer: every rule file as a picture, in words, in all its versions and as its source."""

import difflib
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from markupsafe import Markup

from supplier_quality import language, web
from supplier_quality.desk import rule_files
from supplier_quality.desk.rule_files import RuleFileView
from supplier_quality.desk.what_if import grouped, table_fields
from supplier_quality.engine import words
from supplier_quality.engine.definitions.difference import Changes, Difference, compare_processes
from supplier_quality.engine.definitions.kinds import humanise
from supplier_quality.engine.definitions.model import Process
from supplier_quality.engine.diagram import svg
from supplier_quality.identity import Role
from supplier_quality.language import LANGUAGES, Text, Words, _

blueprint = Blueprint("workflows", __name__, url_prefix="/workflows")

MIGRATORS = (Role.QUALITY_MANAGER, Role.ADMIN)


@blueprint.get("")
@web.staff()
def list_all() -> Response:
    with web.reading() as session:
        files = rule_files.list_in_force(session)
        older = rule_files.on_older_versions(session)
    return web.render("pages/desk/workflows.html", files=files, older=older, kind_name=rule_files.kind_name,
                      address=rule_files.address)  # fmt: skip


_FIRST_TABS = {
    "table": "table.html", "checks": "checks.html", "policies": "policies.html", "questionnaire": "questionnaire.html",
}  # fmt: skip


@blueprint.get("/<name>")
@web.staff()
def show(name: str) -> Response:
    """The first tab of a file: a process as a picture, a table as a table, others in words."""
    view = read_view(name)
    if not view.is_workflow:
        template = _FIRST_TABS.get(view.shown.kind)
        if template is None:
            return _source_page(view)
        fields = grouped(table_fields(view.content)) if template == "table.html" else ()
        return render_tab(f"pages/desk/{template}", view, "", fields=fields, form=web.Form(), decided=False)
    process: Process = view.content
    spoken = language.current()
    pictures = {
        direction: Markup(svg(process, language=spoken, direction=direction, roles=direction == "right"))  # noqa: S704 - drawn by us
        for direction in ("right", "down")
    }
    return render_tab("pages/desk/diagram.html", view, "", pictures=pictures)


@blueprint.get("/<name>/rules")
@web.staff()
def rules(name: str) -> Response:
    view = read_view(name, kind=rule_files.WORKFLOW)
    process: Process = view.content
    states = [(state, words.describe_state(process, state)) for state in process.states.values()]
    actions = []
    for action in process.actions.values():
        told = {words.describe_rule(rule) for rule in action.require}
        rules_said = [(rule, words.say_condition(rule, action)) for rule in action.require]
        said = [sentence for sentence in words.describe_action(process, action) if sentence not in told]
        actions.append((action, said, rules_said))
    timers = [(timer, words.describe_timer(process, timer)) for timer in process.timers]
    return render_tab("pages/desk/rules.html", view, "rules", states=states, actions=actions, timers=timers)


@blueprint.get("/<name>/source")
@web.staff()
def source(name: str) -> Response:
    return _source_page(read_view(name))


def _source_page(view: RuleFileView) -> Response:
    return render_tab("pages/desk/source.html", view, "source", lines=view.source.splitlines())


@blueprint.get("/<name>/versions")
@web.staff()
def versions(name: str) -> Response:
    view = read_view(name)
    numbers = [version.version for version in view.versions]
    newer = request.args.get("new", type=int) or view.shown.version
    older = request.args.get("old", type=int) or max((n for n in numbers if n < newer), default=newer)
    if older == newer:
        return render_tab("pages/desk/versions.html", view, "versions", compared=None, migrators=MIGRATORS)
    before, after = (read_view(name, kind=view.shown.kind, version=number) for number in (older, newer))
    sections = sections_of(compare_processes(before.content, after.content)) if view.is_workflow else []
    return render_tab(
        "pages/desk/versions.html",
        view,
        "versions",
        compared=(older, newer),
        sections=sections,
        lines=_line_difference(before.source, after.source),
        migrators=MIGRATORS,
    )


def read_view(name: str, *, kind: str | None = None, version: int | None = None) -> RuleFileView:
    """The file that the address names, in the version it names. Raises RuleFileNotFound."""
    kind = kind or request.args.get("kind") or None
    version = version or request.args.get("version", type=int)
    with web.reading() as session:
        return rule_files.get_rule_file(session, name, kind=kind, version=version)


def render_tab(template: str, view: RuleFileView, tab: str, status: int = 200, **context: Any) -> Response:
    """One tab of a rule file, with what all tabs show."""
    actor = web.current_actor()
    entries: list[tuple[str, Words]] = [("", _("Diagram")), ("rules", _("Rules in words")), ("what-if", _("What if"))]
    if not view.is_workflow:
        entries = [("", rule_files.kind_name(view.shown.kind))]
    entries += [("versions", _("Versions")), ("source", _("Source"))]
    if view.is_workflow and actor.has_role(*MIGRATORS):
        entries.append(("migration", _("Move records")))
    tabs = [
        (_tab_address(view, name), label, len(view.versions) if name == "versions" else None, name == tab)
        for name, label in entries
    ]
    return web.render(
        template,
        status,
        view=view,
        shown=view.shown,
        content=view.content,
        tabs=tabs,
        tab=tab,
        crumbs=[("/workflows", _("Workflows"))],
        kind_name=rule_files.kind_name(view.shown.kind),
        address=lambda name="": rule_files.address(view.shown.kind, view.shown.name, name),
        role_words=words.describe_roles,
        **context,
    )


def _tab_address(view: RuleFileView, tab: str) -> str:
    path = rule_files.address(view.shown.kind, view.shown.name, tab)
    if view.shown.active:
        return path
    return f"{path}{'&' if '?' in path else '?'}version={view.shown.version}"


def sections_of(difference: Difference) -> list[tuple[Words, Changes, Mapping[str, Mapping[str, tuple[Any, Any]]]]]:
    """What differs, part by part, with values as people read them; parts without a difference are left out."""
    parts: tuple[tuple[Words, Changes], ...] = (
        (_("States"), difference.states),
        (_("Actions"), difference.actions),
        (_("Rules"), difference.rules),
        (_("Timers"), difference.timers),
        (_("Facts"), difference.facts),
    )
    return [
        (
            label,
            changes,
            {
                id_: {humanise(key): (_shown(old), _shown(new)) for key, (old, new) in fields.items()}
                for id_, fields in changes.changed.items()
            },
        )
        for label, changes in parts
        if changes
    ]


def _shown(value: Any) -> Any:
    if isinstance(value, dict) and value and set(value) <= set(LANGUAGES):
        return str(Text(value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(str(_shown(inner)) for inner in value)
    return value


def _line_difference(before: str, after: str) -> list[tuple[str, str]]:
    """Changed lines with three around them: (" ", "+", "-" or "@", the line)."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    return [(line[:1], line[1:] if line[:1] != "@" else "…") for line in list(lines)[2:]]
