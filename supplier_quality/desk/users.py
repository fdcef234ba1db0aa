"""Users, for administrators: invite, give roles, disable, help with lost passwords and authenticators."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from supplier_quality import clock, trail, web
from supplier_quality.desk.schemas import ROLES, InviteForm, RolesForm
from supplier_quality.errors import BadInput, Conflict
from supplier_quality.identity import operations, queries, sessions, tokens, totp
from supplier_quality.identity.enums import Role, UserState
from supplier_quality.identity.models import User
from supplier_quality.identity.people import get_user
from supplier_quality.language import _
from supplier_quality.persistence.paging import Page
from supplier_quality.web.pages import ROLE_NAMES
from supplier_quality.web.wording import say_actor

blueprint = Blueprint("users", __name__, url_prefix="/users")

STATE_NAMES = {
    UserState.ACTIVE: _("Active"),
    UserState.INVITED: _("Invited"),
    UserState.DISABLED: _("Disabled"),
}
COLUMNS = (
    web.Column("name", _("Full name"), sortable=True, fixed=True),
    web.Column("email", _("Mail address"), sortable=True),
    web.Column("state", _("State"), sortable=True),
    web.Column("roles", _("Roles")),
    web.Column("second_factor", _("Authenticator")),
    web.Column("last_seen", _("Last seen"), sortable=True),
    web.Column("created", _("Added"), sortable=True, shown=False),
)
FILTERS = (
    web.Filter("state", _("State"), tuple(STATE_NAMES.items())),
    web.Filter("role", _("Role"), tuple((str(role), ROLE_NAMES[role]) for role in Role)),
)


@blueprint.get("")
@web.staff(Role.ADMIN)
def list_all() -> Response:
    table = web.read_table(request.args, id="users", path="/users", columns=COLUMNS, filters=FILTERS, first_sort="name")
    with web.reading() as session:
        users = queries.list_users(session, actor=web.current_actor())
    page = _page_of(users, table)
    return web.render("pages/identity/users.html", table=table, page=page, state_names=STATE_NAMES)


@blueprint.get("/new")
@web.staff(Role.ADMIN)
def new() -> Response:
    return _invite_page(web.filled({"language": web.settings().language, "roles": [Role.SQE]}))


@blueprint.post("/new")
@web.staff(Role.ADMIN)
def invite() -> Response:
    form = web.parse(InviteForm, request.form)
    if not form.is_good:
        return _invite_page(form, status=422)
    try:
        with web.writing() as session:
            user = operations.invite_user(
                session,
                time_zone=web.settings().timezone,
                actor=web.current_actor(),
                at=clock.now(),
                **{"roles": (), **form.values},
            )
    except BadInput as error:
        return _invite_page(form.with_problems(error), status=422)
    except operations.EmailTaken as error:
        return _invite_page(form.with_error("email", error.message), status=409)
    web.notify(_("%(name)s is invited. A mail with a link to choose a password is on its way.", name=user.name))
    return web.go_to(f"/users/{user.id}")


@blueprint.get("/<int:user_id>")
@web.staff(Role.ADMIN)
def show(user_id: int) -> Response:
    return _user_page(user_id)


@blueprint.post("/<int:user_id>/roles")
@web.staff(Role.ADMIN)
def change_roles(user_id: int) -> Response:
    form = web.parse(RolesForm, request.form)
    if not form.is_good:
        return _user_page(user_id, roles=form, status=422)
    try:
        with web.writing() as session:
            operations.change_roles(
                session,
                get_user(session, user_id),
                roles=form.values.get("roles", ()),
                actor=web.current_actor(),
                at=clock.now(),
            )
    except BadInput as error:
        return _user_page(user_id, roles=form.with_problems(error), status=422)
    except Conflict as error:
        return _user_page(user_id, roles=form.with_error("roles", error.message), status=409)
    web.notify(_("The roles are changed. The person signs in again."))
    return web.go_to(f"/users/{user_id}")


_ACTS = {
    "disable": (operations.disable_user, _("The account is disabled.")),
    "enable": (operations.enable_user, _("The account is open again.")),
    "reset-password": (operations.reset_password, _("A mail with a link to choose a new password is on its way.")),
    "reset-authenticator": (totp.reset_totp, _("The authenticator is removed. The person can set up a new one.")),
}


@blueprint.post("/<int:user_id>/<any('disable','enable','reset-password','reset-authenticator'):act>")
@web.staff(Role.ADMIN)
def change(user_id: int, act: str) -> Response:
    operation, done = _ACTS[act]
    with web.writing() as session:
        operation(session, get_user(session, user_id), actor=web.current_actor(), at=clock.now())
    web.notify(done)
    return web.go_to(f"/users/{user_id}")


@blueprint.post("/<int:user_id>/sessions/<int:session_id>/end")
@web.staff(Role.ADMIN)
def end_session(user_id: int, session_id: int) -> Response:
    with web.writing() as session:
        sessions.revoke_session(session, session_id, actor=web.current_actor(), at=clock.now())
    web.notify(_("The session is ended."))
    return web.go_to(f"/users/{user_id}")


@blueprint.post("/<int:user_id>/tokens/<int:token_id>/revoke")
@web.staff(Role.ADMIN)
def revoke_token(user_id: int, token_id: int) -> Response:
    with web.writing() as session:
        tokens.revoke_token(session, token_id, actor=web.current_actor(), at=clock.now())
    web.notify(_("The token no longer works."))
    return web.go_to(f"/users/{user_id}")


def _invite_page(form: web.Form, *, status: int = 200) -> Response:
    return web.render("pages/identity/invite.html", status, form=form, roles=ROLES)


def _user_page(user_id: int, *, roles: web.Form | None = None, status: int = 200) -> Response:
    actor, at = web.current_actor(), clock.now()
    with web.reading() as session:
        user = get_user(session, user_id)
        context: dict[str, Any] = {
            "user": user,
            "own_roles": operations.role_names(user),
            "sessions": queries.list_sessions(session, user_id, actor=actor, at=at),
            "tokens": queries.list_tokens(session, user_id, actor=actor, at=at),
            "deputies": queries.list_deputies(session, user_id, at=at),
            "history": _history(session, user),
        }
    form = roles or web.filled({"roles": list(context["own_roles"])})
    return web.render(
        "pages/identity/user.html",
        status,
        crumbs=[("/users", _("Users"))],
        form=form,
        roles=ROLES,
        state_names=STATE_NAMES,
        **context,
    )


def _history(session: Session, user: User) -> list[dict[str, Any]]:
    """What happened to the account, newest first, in words."""
    found = trail.entries(session, "user", user.id, limit=30)
    return [
        {"at": entry.at, "actor": say_actor(entry.actor), "sentence": SENTENCES.get(entry.action, entry.action)}
        for entry in reversed(found)
    ]


SENTENCES = {
    "user.created": _("Account made"),
    "user.invited": _("Invited"),
    "user.roles_changed": _("Roles changed"),
    "user.disabled": _("Account disabled"),
    "user.enabled": _("Account opened again"),
    "user.password_reset": _("Password reset asked for"),
    "user.password_chosen": _("Password chosen by mailed link"),
    "user.password_changed": _("Password changed"),
    "user.profile_changed": _("Profile changed"),
    "user.signed_in": _("Signed in"),
    "user.session_revoked": _("Session ended"),
    "user.totp_switched_on": _("Authenticator set up"),
    "user.totp_switched_off": _("Authenticator switched off"),
    "user.totp_reset": _("Authenticator removed by an administrator"),
    "user.recovery_codes_renewed": _("Recovery codes renewed"),
    "user.deputy_named": _("Deputy named"),
    "user.deputy_ended": _("Deputy's time ended"),
}


def _page_of(users: Sequence[queries.UserItem], table: web.Table) -> Page[queries.UserItem]:
    """All users fit on one page: a company has hundreds of them at most, and administrators scan the list."""
    state, role, text = table.chosen.get("state"), table.chosen.get("role"), table.search.casefold()
    fitting = [
        user
        for user in users
        if (not state or user.state == state)
        and (not role or role in user.roles)
        and (not text or text in user.name.casefold() or text in user.email)
    ]
    keys: dict[str, Any] = {
        "name": lambda user: user.name.casefold(),
        "email": lambda user: user.email,
        "state": lambda user: user.state,
        "last_seen": lambda user: (user.last_seen_at is not None, user.last_seen_at or user.created_at),
        "created": lambda user: user.created_at,
    }
    fitting.sort(key=keys[table.sort], reverse=table.descending)
    return Page(rows=fitting, next_cursor=None, previous_cursor=None, total=len(fitting))
