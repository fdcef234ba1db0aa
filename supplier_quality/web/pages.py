"""Making pages: what every template can use, notices for the next page, and drafts."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, flash, g, get_flashed_messages, make_response, redirect, render_template, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from supplier_quality import language, resources
from supplier_quality.identity import Actor, Role
from supplier_quality.language import Words, _
from supplier_quality.web import cookies, rail, visitors
from supplier_quality.web.icons import icon, status_chip
from supplier_quality.web.speech import HTML_TAGS, OWN_NAMES
from supplier_quality.web.tables import Table

ROLE_NAMES: Mapping[str, Words] = {
    Role.SQE: _("Supplier quality engineer"),
    Role.BUYER: _("Buyer"),
    Role.AUDITOR: _("Auditor"),
    Role.INSPECTOR: _("Inspector"),
    Role.RECEIVING: _("Receiving"),
    Role.ENGINEER: _("Engineer"),
    Role.QUALITY_MANAGER: _("Quality manager"),
    Role.ADMIN: _("Administrator"),
    Role.VIEWER: _("Viewer"),
}
APPEARANCES = ("light", "dark")
_MARK = Markup(
    '<svg class="brand-mark" viewBox="0 0 20 20" aria-hidden="true">'
    '<rect width="20" height="20" rx="5" fill="currentColor" opacity=".16"/>'
    '<path d="m5.5 10.4 3 3 6-6.6" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" '
    'stroke-linejoin="round"/></svg>'
)


def render(template: str, /, status: int = 200, **context: Any) -> Response:
    """The page of a template with its values. Call it after the session is closed, so that nobody waits for drawing."""
    response = make_response(render_template(template, **context))
    response.status_code = status
    table = context.get("table")
    if isinstance(table, Table) and request.headers.get("HX-Request") == "true":
        # A form of filters sends its empty fields too; the address to share says only what differs.
        response.headers["HX-Push-Url"] = table.here
    return response


def go_to(path: str) -> Response:
    """Send the browser on to a page of ours after a change, so that a reload does not send the form again."""
    return make_response(redirect(path, 303))


def notify(message: Words | str, *, tone: str = "done", undo: str | None = None) -> None:
    """Show a notice on the next page. ``undo`` is an address to which a POST takes the act back."""
    flash({"text": str(message), "tone": tone, "undo": undo})  # type: ignore[arg-type]


def notices() -> list[dict[str, Any]]:
    """The notices waiting for this page."""
    return get_flashed_messages()  # type: ignore[return-value]


def role_names(roles: Collection[str]) -> str:
    """Roles as people call them, in the order of the list of roles."""
    return language.listed(ROLE_NAMES[role] for role in Role if role in roles)


def role_choices(roles: Iterable[str]) -> list[tuple[str, Words]]:
    """Roles as the answers of a field."""
    return [(role, ROLE_NAMES[role]) for role in roles]


def plain_choices(values: Iterable[str]) -> list[tuple[str, str]]:
    """Answers of a field that are their own labels."""
    return [(value, value) for value in values]


def text_choices(pairs: Iterable[Sequence[object]]) -> list[tuple[str, str]]:
    """Answers whose values are numbers, as the texts that a form sends."""
    return [(str(value), str(label)) for value, label in pairs]


def this_page(**changes: str) -> str:
    """The address of this page with some parameters changed."""
    query = {**request.args, **changes}
    return f"{request.path}?{urlencode(query)}" if query else request.path


@cache
def asset(path: str) -> str:
    """The address of a static file with a mark of its content, so that browsers may keep it for ever."""
    content = (resources.static() / path).read_bytes()
    return f"/static/{path}?v={hashlib.sha256(content).hexdigest()[:10]}"


def csrf_field() -> Markup:
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        asset=asset,
        csrf_field=csrf_field,
        draw_chip=status_chip,
        html_tags=HTML_TAGS,
        icon=icon,
        mark=lambda: _MARK,
        notices=notices,
        own_names=OWN_NAMES,
        plain_choices=plain_choices,
        role_choices=role_choices,
        role_name=lambda role: str(ROLE_NAMES[role]),
        role_names=role_names,
        text_choices=text_choices,
        this_page=this_page,
    )
    app.context_processor(_of_this_request)


def _of_this_request() -> dict[str, Any]:
    found = visitors.signed_in_staff() if not g.get("broken") else None
    actor: Actor | None = found.actor if found else None
    appearance = cookies.read(cookies.APPEARANCE)
    return {
        "actor": actor,
        "appearance": appearance if appearance in APPEARANCES else "",
        "html_tag": HTML_TAGS[language.current()],
        "language": language.current(),
        "rail": rail.entries_for(actor) if actor else [],
        "shell_layout": "layout/shell.html" if actor else "layout/plain.html",
    }
