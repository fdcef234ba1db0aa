"""Pages and files that belong to the frame: start, search, language, appearance, drafts, static files, health."""

import mimetypes
from datetime import timedelta
from http import HTTPStatus
from ipaddress import ip_address

from flask import Blueprint, Response, current_app, jsonify, request, send_from_directory

from supplier_quality import clock, resources
from supplier_quality.errors import BadInput, NotAllowed
from supplier_quality.identity.enums import Role
from supplier_quality.identity.operations import change_profile
from supplier_quality.identity.people import get_user
from supplier_quality.language import LANGUAGES, _
from supplier_quality.web import cookies, drafts, health, observing, origin, rail, searching, visitors
from supplier_quality.web.formatting import clock_time
from supplier_quality.web.guard import public, staff
from supplier_quality.web.installation import installation, reading, writing
from supplier_quality.web.pages import APPEARANCES, go_to, render

blueprint = Blueprint("shell", __name__)

_FOR_EVER = "public, max-age=31536000, immutable"
_A_WHILE = "public, max-age=3600"
_A_YEAR = timedelta(days=365)
FIRST_HITS, MORE_HITS = 8, 100
# The folder of a system's mime table is not the same everywhere; a script served as plain text does not run.
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("image/svg+xml", ".svg")


@blueprint.get("/")
@staff()
def start() -> Response:
    return go_to(rail.home_of(visitors.current_actor()))


@blueprint.get("/search")
@staff()
def search() -> Response:
    text = request.args.get("q", "").strip()[:200]
    only = request.args.get("in") if request.args.get("in") in searching.provider_names() else None
    limit = MORE_HITS if only else FIRST_HITS
    groups: list[searching.Group] = []
    if text:
        with reading() as session:
            groups = searching.search_everything(
                session, text, actor=visitors.current_actor(), limit=limit, only=only
            )  # fmt: skip
    hits = [hit for group in groups for hit in group.hits]
    if len(hits) == 1 and not only and hits[0].number.casefold() == text.casefold():
        return go_to(hits[0].path)
    return render("pages/shared/search.html", searched=text, groups=groups, only=only)


@blueprint.post("/language")
@public
def choose_language() -> Response:
    """In an account the language is a setting of the person; a visitor without one gets a cookie."""
    wanted = request.form.get("language", "")
    response = go_to(origin.safe_path(request.form.get("next"), "/"))
    if wanted not in LANGUAGES:
        return response
    found = visitors.signed_in_staff()
    if found is None or found.actor.person_id is None:
        cookies.put(response, cookies.LANGUAGE, wanted, lasts=_A_YEAR)
        return response
    with writing() as session:
        user = get_user(session, found.actor.person_id, lock=True)
        change_profile(
            session,
            user,
            name=user.name,
            language=wanted,
            time_zone=user.time_zone,
            actor=found.actor,
            at=clock.now(),
        )
    return response


@blueprint.post("/appearance")
@staff()
def choose_appearance() -> Response:
    wanted = request.form.get("appearance", "")
    response = go_to(origin.safe_path(request.form.get("next"), "/account"))
    if wanted in APPEARANCES:
        cookies.put(response, cookies.APPEARANCE, wanted, lasts=_A_YEAR)
    else:
        cookies.remove(response, cookies.APPEARANCE)
    return response


@blueprint.post("/drafts")
@staff()
def keep_draft() -> Response:
    """Keep what was typed in a form so far; answers with the words to show."""
    form = request.form.get("draft_key", "").strip()
    if not form:
        raise BadInput(_("This form has no name to keep it under."))
    typed = {
        name: values if len(values) > 1 else values[0] for name, values in request.form.lists() if name != "draft_key"
    }
    with writing() as session:
        saved = drafts.save_draft(session, owner=visitors.current_actor().id, form=form, typed=typed, at=clock.now())
    return jsonify(words=str(_("Saved %(time)s", time=clock_time(saved.saved_at))))


@blueprint.get("/static/<path:path>")
@public
def static(path: str) -> Response:
    response = send_from_directory(resources.static(), path, max_age=0)
    response.headers["Cache-Control"] = _FOR_EVER if request.args.get("v") else _A_WHILE
    return response


@blueprint.get("/favicon.ico")
@public
def favicon() -> Response:
    return static("favicon.svg")


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    findings = health.examine(installation())
    bad = any(finding.verdict == health.Verdict.BAD for finding in findings)
    poor = any(finding.verdict == health.Verdict.POOR for finding in findings)
    # A stranger learns how the parts do; how much disk is left is for those on the machine.
    tells = _is_local()
    response = jsonify(
        status="bad" if bad else "poor" if poor else "good",
        parts={
            finding.part: finding.verdict if not tells else f"{finding.verdict} {finding.detail}".strip()
            for finding in findings
        },
    )
    response.status_code = HTTPStatus.SERVICE_UNAVAILABLE if bad else HTTPStatus.OK
    return response


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Figures for Prometheus: from this machine, or with the API token of an administrator."""
    if not _is_local():
        actor = visitors.current_program()
        if not actor.has_role(Role.ADMIN):
            raise NotAllowed(_("The figures are for administrators."))
    with reading() as session:
        return observing.figures(current_app).exposition(session, at=clock.now())


def _is_local() -> bool:
    """Asked from this machine itself, not through a proxy that runs on it."""
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
