"""Signing in and out, the second factor, and choosing a password by a mailed link."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from supplier_quality import clock, web
from supplier_quality.desk.schemas import ChoosePasswordForm, CodeForm, SignInForm
from supplier_quality.errors import BadInput
from supplier_quality.identity import sessions
from supplier_quality.identity.password_links import choose_password_by_link
from supplier_quality.language import Words, _, joined
from supplier_quality.web import cookies, kept_forms, visitors

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
@web.public
def sign_in() -> Response:
    if visitors.signed_in_staff():
        return web.go_to(_next())
    return web.render("pages/identity/sign_in.html", form=web.Form(), next=_next(), why=_why())


@blueprint.post("/sign-in")
@web.public
def give_password() -> Response:
    form = web.parse(SignInForm, request.form)
    if not form.is_good:
        return _again("sign_in", form)
    try:
        opened = sessions.sign_in(web.database(), at=clock.now(), ip=web.address(), device=web.device(), **form.values)
    except sessions.SignInFailed as error:
        return _again("sign_in", form.with_error("_form", error.message), status=401)
    return _opened(opened)


@blueprint.get("/sign-in/second-factor")
@web.public
def second_factor() -> Response:
    half = visitors.staff_session()
    if half is None or not half.second_factor_due:
        return web.go_to("/sign-in")
    return web.render("pages/identity/second_factor.html", form=web.Form(), next=_next())


@blueprint.post("/sign-in/second-factor")
@web.public
def give_second_factor() -> Response:
    form = web.parse(CodeForm, request.form)
    if not form.is_good:
        return _again("second_factor", form)
    try:
        opened = sessions.give_second_factor(
            web.database(),
            cookies.read(cookies.STAFF) or "",
            code=form.values["code"],
            at=clock.now(),
            ip=web.address(),
            device=web.device(),
        )
    except sessions.SecondFactorFailed as error:
        return _again("second_factor", form.with_error("code", error.message), status=401)
    return _opened(opened)


@blueprint.post("/sign-out")
@web.public
def sign_out() -> Response:
    """Also for a session that is over already: whoever wants out is out."""
    secret = cookies.read(cookies.STAFF)
    if secret:
        sessions.sign_out(web.database(), secret, at=clock.now())
    response = web.go_to("/sign-in")
    cookies.remove(response, cookies.STAFF)
    cookies.renew_forms()
    # The next person at this computer must not find pages of the last one with the back button.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.get("/choose-password")
@web.public
def choose_password() -> Response:
    """Opened from a mail. The token stands in the fragment, which no log sees; a script puts it in the form."""
    return web.render("pages/identity/choose_password.html", form=web.Form())


@blueprint.post("/choose-password")
@web.public
def set_password() -> Response:
    form = web.parse(ChoosePasswordForm, request.form)
    if not form.is_good:
        return _again("choose_password", form)
    try:
        choose_password_by_link(
            web.database(),
            form.values["token"],
            password=form.values["new_password"],
            at=clock.now(),
            ip=web.address(),
        )
    except BadInput as error:
        return _again("choose_password", form.with_error("new_password", _problems(error)))
    web.notify(_("Your password is set. Sign in with it."))
    return web.go_to("/sign-in")


def _opened(opened: sessions.SignedIn) -> Response:
    """Lead on; whoever typed a form before the session ended finds it again, to look at and to send."""
    # Before any page is drawn, so that its token is already the new one.
    cookies.renew_forms()
    sealed = request.form.get(kept_forms.SEALED)
    kept = kept_forms.unseal(sealed, person_id=opened.user_id, at=clock.now())
    if kept and opened.second_factor_due:
        response = web.render("pages/identity/second_factor.html", form=web.Form(), next=_next(), kept=sealed)
    elif kept:
        visitors.know_session(opened.secret)
        response = web.render("pages/shared/kept_form.html", kept=kept, told=kept_forms.tell(kept))
    else:
        second = f"/sign-in/second-factor?{urlencode({'next': _next()})}"
        response = web.go_to(second if opened.second_factor_due else _next())
    cookies.put(response, cookies.STAFF, opened.secret)
    return response


def _why() -> Words | None:
    """Why somebody who wanted another page, or was signed in before, stands here."""
    if cookies.read(cookies.STAFF):
        return _("Your session has ended: it was not used for a while, or it was ended on another device.")
    return _("Sign in to open this page.") if _next() != "/" else None


def _again(page: str, form: web.Form, *, status: int = 422) -> Response:
    kept = request.form.get(kept_forms.SEALED)
    return web.render(f"pages/identity/{page}.html", status, form=form, next=_next(), kept=kept)


def _next() -> str:
    return web.safe_path(request.values.get("next"), "/")


def _problems(error: BadInput) -> str:
    return joined((error.message, *(detail.remedy for detail in error.details if detail.remedy)))
