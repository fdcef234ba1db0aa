"""One's own account: profile, password, authenticator, sessions, API tokens, deputies."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request

from supplier_quality import clock, web
from supplier_quality.desk.queries import list_colleagues
from supplier_quality.desk.schemas import SCOPES, ChangePasswordForm, CodeForm, DeputyForm, ProfileForm, TokenForm
from supplier_quality.errors import BadInput
from supplier_quality.identity import deputies, feeds, operations, queries, sessions, tokens, totp
from supplier_quality.identity.people import get_user
from supplier_quality.language import _, joined
from supplier_quality.web import cookies, visitors

blueprint = Blueprint("account", __name__, url_prefix="/account")

_TOKEN_LASTS = timedelta(days=90)


@blueprint.get("")
@web.staff()
def show() -> Response:
    return _page()


@blueprint.post("/profile")
@web.staff()
def change_profile() -> Response:
    form = web.parse(ProfileForm, request.form)
    if not form.is_good:
        return _page(profile=form, status=422)
    actor = web.current_actor()
    try:
        with web.writing() as session:
            user = get_user(session, _me())
            operations.change_profile(session, user, actor=actor, at=clock.now(), **form.values)
    except BadInput as error:
        return _page(profile=form.with_problems(error), status=422)
    web.notify(_("Saved."))
    response = web.go_to("/account")
    cookies.remove(response, cookies.LANGUAGE)
    return response


@blueprint.post("/password")
@web.staff()
def change_password() -> Response:
    form = web.parse(ChangePasswordForm, request.form)
    if not form.is_good:
        return _page(password=form, status=422)
    try:
        operations.change_own_password(
            web.database(),
            _me(),
            present=form.values["present_password"],
            new=form.values["new_password"],
            keep=cookies.read(cookies.STAFF) or "",
            actor=web.current_actor(),
            at=clock.now(),
            ip=web.address(),
        )
    except operations.WrongPassword as error:
        return _page(password=form.with_error("present_password", error.message), status=422)
    except BadInput as error:
        remedies = (detail.remedy for detail in error.details if detail.remedy)
        return _page(password=form.with_error("new_password", joined((error.message, *remedies))), status=422)
    web.notify(_("Your password is changed. All your other sessions are signed out."))
    return web.go_to("/account#password")


@blueprint.post("/authenticator")
@web.staff()
def begin_authenticator() -> Response:
    """A POST, because it makes a new secret; the page after it is shown at once and never again."""
    with web.writing() as session:
        user = get_user(session, _me())
        enrolment = totp.begin_totp_enrolment(session, user, actor=web.current_actor(), at=clock.now())
    return web.render("pages/identity/authenticator.html", enrolment=enrolment, form=web.Form())


@blueprint.post("/authenticator/confirm")
@web.staff()
def confirm_authenticator() -> Response:
    form = web.parse(CodeForm, request.form)
    try:
        with web.writing() as session:
            user = get_user(session, _me(), lock=True)
            codes = totp.confirm_totp_enrolment(
                session, user, code=form.values.get("code", ""), actor=web.current_actor(), at=clock.now()
            )
    except totp.WrongTotpCode as error:
        return web.render("pages/identity/authenticator.html", 422, enrolment=None, form=form.with_problems(error))
    return web.render("pages/identity/recovery_codes.html", codes=codes)


@blueprint.post("/authenticator/off")
@web.staff()
def switch_authenticator_off() -> Response:
    form = web.parse(CodeForm, request.form)
    try:
        totp.switch_off_totp(
            web.database(), _me(), code=form.values.get("code", ""), actor=web.current_actor(), at=clock.now()
        )
    except totp.WrongTotpCode as error:
        return _page(authenticator=form.with_problems(error), status=422)
    web.notify(_("The authenticator is switched off. Only the password protects your account now."), tone="soon")
    return web.go_to("/account#authenticator")


@blueprint.post("/authenticator/recovery-codes")
@web.staff()
def renew_recovery_codes() -> Response:
    form = web.parse(CodeForm, request.form)
    try:
        codes = totp.renew_recovery_codes(
            web.database(), _me(), code=form.values.get("code", ""), actor=web.current_actor(), at=clock.now()
        )
    except totp.WrongTotpCode as error:
        return _page(authenticator=form.with_problems(error), status=422)
    return web.render("pages/identity/recovery_codes.html", codes=codes)


@blueprint.post("/sessions/<int:session_id>/end")
@web.staff()
def end_session(session_id: int) -> Response:
    with web.writing() as session:
        sessions.revoke_session(session, session_id, actor=web.current_actor(), at=clock.now())
    web.notify(_("The session is ended."))
    return web.go_to("/account#sessions")


@blueprint.post("/tokens")
@web.staff()
def make_token() -> Response:
    form = web.parse(TokenForm, request.form)
    if not form.is_good:
        return _page(token=form, status=422)
    try:
        with web.writing() as session:
            made = tokens.create_token(
                session,
                get_user(session, _me()),
                name=form.values["name"],
                scopes=form.values.get("scopes", ()),
                expires_at=_end_of(form.values["expires_on"]),
                actor=web.current_actor(),
                at=clock.now(),
            )
    except BadInput as error:
        return _page(token=_renamed(form, error, {"expires_at": "expires_on"}), status=422)
    return web.render("pages/identity/new_token.html", token=made)


@blueprint.post("/tokens/<int:token_id>/revoke")
@web.staff()
def revoke_token(token_id: int) -> Response:
    with web.writing() as session:
        tokens.revoke_token(session, token_id, actor=web.current_actor(), at=clock.now())
    web.notify(_("The token no longer works."))
    return web.go_to("/account#tokens")


@blueprint.post("/calendar")
@web.staff()
def make_calendar() -> Response:
    """A POST, because it makes a new secret; the page after it is shown at once and never again."""
    with web.writing() as session:
        made = feeds.create_feed(session, get_user(session, _me()), actor=web.current_actor(), at=clock.now())
    address = f"{web.settings().base_url.rstrip('/')}/calendar/{made.secret}.ics"
    response = web.render("pages/identity/new_calendar.html", address=address)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/calendar/revoke")
@web.staff()
def revoke_calendar() -> Response:
    with web.writing() as session:
        feeds.revoke_feed(session, get_user(session, _me()), actor=web.current_actor(), at=clock.now())
    web.notify(_("The calendar address no longer works."))
    return web.go_to("/account#calendar")


@blueprint.post("/deputies")
@web.staff()
def name_deputy() -> Response:
    form = web.parse(DeputyForm, request.form)
    if not form.is_good:
        return _page(deputy=form, status=422)
    try:
        with web.writing() as session:
            deputies.name_deputy(
                session,
                get_user(session, _me()),
                deputy=get_user(session, form.values["deputy"]),
                role=form.values["role"],
                starts_at=_start_of(form.values["first_day"]),
                ends_at=_end_of(form.values["last_day"]),
                actor=web.current_actor(),
                at=clock.now(),
            )
    except BadInput as error:
        names = {"ends_at": "last_day", "starts_at": "first_day"}
        return _page(deputy=_renamed(form, error, names), status=422)
    web.notify(_("Your deputy is named."))
    return web.go_to("/account#deputies")


@blueprint.post("/deputies/<int:deputy_id>/end")
@web.staff()
def end_deputy(deputy_id: int) -> Response:
    with web.writing() as session:
        deputies.end_deputy(session, deputy_id, actor=web.current_actor(), at=clock.now())
    web.notify(_("Your deputy's time is ended."))
    return web.go_to("/account#deputies")


def _page(*, status: int = 200, **forms: web.Form) -> Response:
    """The page of the account, with the forms that were sent back for correction."""
    actor, at = web.current_actor(), clock.now()
    with web.reading() as session:
        user = get_user(session, _me())
        context: dict[str, Any] = {
            "user": user,
            "own_roles": sorted(operations.role_names(user)),
            "recovery_codes_left": totp.count_recovery_codes(session, user),
            "sessions": queries.list_sessions(session, user.id, actor=actor, at=at),
            "feed": feeds.find_feed(session, user.id),
            "tokens": queries.list_tokens(session, user.id, actor=actor, at=at),
            "deputies": queries.list_deputies(session, user.id, at=at),
            "colleagues": list_colleagues(session, user.id),
        }
    profile = web.filled({"name": user.name, "language": user.language, "time_zone": user.time_zone})
    token = web.filled({"expires_on": (at + _TOKEN_LASTS).date().isoformat(), "scopes": ()})
    empty: dict[str, web.Form] = {
        "profile": profile,
        "password": web.Form(),
        "authenticator": web.Form(),
        "token": token,
        "deputy": web.Form(),
    }
    here = visitors.signed_in_staff()
    return web.render(
        "pages/identity/account.html",
        status,
        forms={**empty, **forms},
        scopes=SCOPES,
        time_zones=clock.time_zones(),
        this_session=here.session_id if here else None,
        today=at.date().isoformat(),
        **context,
    )


def _me() -> int:
    person = web.current_actor().person_id
    assert person is not None, "a guarded page has a person"
    return person


def _start_of(day: Any) -> datetime:
    """The first moment of a day where the person is."""
    return datetime.combine(day, time.min, _zone()).astimezone(UTC)


def _end_of(day: Any) -> datetime:
    """The last moment of a day where the person is: "until the 5th" includes the 5th."""
    return _start_of(day + timedelta(days=1))


def _zone() -> ZoneInfo:
    here = visitors.signed_in_staff()
    return ZoneInfo(here.time_zone if here else "UTC")


def _renamed(form: web.Form, error: BadInput, names: dict[str, str]) -> web.Form:
    """The problems of an operation beside the fields of the page, whose names differ a little."""
    moved = form.with_problems(error)
    errors = {names.get(name, name): texts for name, texts in moved.errors.items()}
    return web.Form(typed=moved.typed, values=moved.values, errors=errors)
