"""From the mailed link to a session: whom to ask, the code, in.

Mail scanners open links, run scripts and submit forms. Nothing here changes a record or shows one; the most that happens
is one mail with a code.
"""

from typing import Any

from flask import Blueprint, Response, request

from supplier_quality import clock, language, web
from supplier_quality.errors import ProductError, TooOften
from supplier_quality.identity.codes import WrongCode, request_code
from supplier_quality.identity.contact_sessions import OpenedSession, redeem_code
from supplier_quality.identity.enums import CodePurpose
from supplier_quality.identity.links import (
    LinkExpired,
    LinkPreview,
    LinkUnknown,
    ask_for_new_link,
    find_by_token,
    open_link,
)
from supplier_quality.identity.secret import CODE_DIGITS
from supplier_quality.language import _
from supplier_quality.portal import invitation
from supplier_quality.portal.codes import live_code
from supplier_quality.portal.schemas import CodeForm
from supplier_quality.web import cookies, visitors

blueprint = Blueprint("portal_entry", __name__, url_prefix="/s")


@blueprint.errorhandler(LinkUnknown)
def link_unknown(error: LinkUnknown) -> Response:
    """One neutral page for unknown, revoked and ended links; an expired one may be asked for anew."""
    if isinstance(error, LinkExpired):
        return web.go_to("/s/code")
    return invitation.forget(web.render("pages/portal/link_unknown.html", 404, message=error.message, here="/s"))


@blueprint.get("")
@web.public
def landing() -> Response:
    """The same page for everybody; the token stands in the fragment, which only the script on the page sees."""
    return web.render("pages/portal/landing.html", known=invitation.remembered() is not None, form=web.Form())


@blueprint.post("/open")
@web.public
@web.same_origin_only
def open_invitation() -> Response:
    """Take the token out of the fragment or out of a pasted link."""
    token = invitation.read_token(request.form.get("link", ""))
    if token is None:
        form = web.Form(typed={"link": ""}).with_error("link", _("This is not the whole link. Copy all of it."))
        return web.render("pages/portal/landing.html", 422, known=False, form=form, here="/s")
    preview = open_link(web.database(), token, at=clock.now(), ip=web.address())
    response = web.go_to(_own_item(token) or "/s/code")
    if cookies.read(cookies.LANGUAGE) not in language.LANGUAGES:
        cookies.put(response, cookies.LANGUAGE, preview.language)
    return invitation.remember(response, token)


@blueprint.get("/code")
@web.public
def before_code() -> Response:
    """Whom to ask, and one button."""
    token = invitation.remembered()
    if token is None:
        return web.go_to("/s")
    preview = open_link(web.database(), token, at=clock.now(), ip=web.address())
    page = "expired" if preview.expired else "send_code"
    return web.render(f"pages/portal/{page}.html", preview=preview, token=token, next=_next(), form=web.Form())


@blueprint.post("/code")
@web.public
def send_code() -> Response:
    """Mail a code; within ten minutes a repeat sends nothing, because the first is still good."""
    token = _token()
    try:
        asked = request_code(web.database(), token, at=clock.now(), ip=web.address())
    except TooOften as error:
        return _enter_page(token, web.Form().with_error("_form", error.message), status=429)
    if asked.reused:
        web.notify(_("The code we sent is still good; no second mail was sent."), tone="waiting")
    return web.go_to(f"/s/enter?next={_next()}")


@blueprint.get("/enter")
@web.public
def enter() -> Response:
    token = invitation.remembered()
    return _enter_page(token, web.Form()) if token else web.go_to("/s")


@blueprint.post("/enter")
@web.public
def redeem() -> Response:
    """The code opens a session of twelve hours on this device."""
    token = _token()
    form = web.parse(CodeForm, request.form)
    if not form.is_good:
        return _enter_page(token, form)
    try:
        opened = redeem_code(
            web.database(), token, form.values["code"], at=clock.now(), ip=web.address(), device=web.device()
        )
    except WrongCode:
        return _enter_page(token, form, wrong=True)
    except TooOften as error:
        return _enter_page(token, form.with_error("code", error.message), status=429)
    return _let_in(opened, token)


@blueprint.post("/new-link")
@web.public
def ask_anew() -> Response:
    """The owner of an expired link is told that its holder wants a new one."""
    token = _token()
    preview = open_link(web.database(), token, at=clock.now(), ip=web.address())
    ask_for_new_link(web.database(), token, at=clock.now(), ip=web.address())
    return web.render("pages/portal/expired.html", preview=preview, token=token, asked=True, here="/s/code")


def _let_in(opened: OpenedSession, token: str) -> Response:
    response = web.go_to(_next() or _path_of(token))
    cookies.put(response, cookies.CONTACT, opened.secret, lasts=opened.expires_at - clock.now())
    # A token made before the sign-in must not work after it.
    cookies.renew_forms()
    return response


def _enter_page(token: str, form: web.Form, *, wrong: bool = False, status: int = 422) -> Response:
    preview, context = _about_code(token)
    code = context["code"]
    if wrong and code is None:
        form = form.with_error("code", _("This code does not work any more. Ask for a new one below."))
    elif wrong:
        form = form.with_error("code", _wrong(code.tries_left))
    good = form.is_good
    return web.render(
        "pages/portal/enter_code.html",
        200 if good else status,
        form=form,
        preview=preview,
        token=token,
        next=_next(),
        here="/s/enter",
        **context,
    )


def _wrong(tries_left: int) -> Any:
    if tries_left == 1:
        return _("This is not the code of the newest mail. You have one more try, then ask for a new code.")
    return _("This is not the code of the newest mail. You have %(count)s more tries.", count=tries_left)


def _about_code(token: str) -> tuple[LinkPreview, dict[str, Any]]:
    """What the page of the code says. Raises LinkUnknown, LinkExpired."""
    at = clock.now()
    preview = open_link(web.database(), token, at=at, ip=web.address())
    if preview.expired:
        raise LinkExpired
    with web.reading() as session:
        link, _card = find_by_token(session, token)
        code = live_code(session, link.contact, CodePurpose.OPEN, at=at)
    minutes = web.settings().code_minutes
    may_ask = code is None or code.again_at <= at
    return preview, {"code": code, "minutes": minutes, "digits": CODE_DIGITS, "may_ask": may_ask}


def _token() -> str:
    """The token of the form, so that two links open in two windows do not mix. Raises LinkUnknown."""
    token = invitation.read_token(request.form.get("token", "")) or invitation.remembered()
    if token is None:
        raise LinkUnknown
    return token


def _next() -> str:
    """Where to go on after the code; only pages of the portal."""
    path = web.safe_path(request.values.get("next"), "")
    return path if path.startswith("/portal/") else ""


def _own_item(token: str) -> str | None:
    """The item's page for somebody in session already, when the link is theirs; others must show a code first."""
    try:
        who = visitors.current_contact()
    except ProductError:
        return None
    with web.reading() as session:
        link, _card = find_by_token(session, token)
        return f"/portal/items/{link.id}" if link.contact == who.contact else None


def _path_of(token: str) -> str:
    with web.reading() as session:
        link, _card = find_by_token(session, token)
        return f"/portal/items/{link.id}"
