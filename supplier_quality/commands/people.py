"""``user``: the accounts of staff from the command line."""

from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from supplier_quality import clock
from supplier_quality.console import Console, command, group, option
from supplier_quality.identity import Role, operations, system_actor
from supplier_quality.identity.enums import Via
from supplier_quality.identity.models import User
from supplier_quality.identity.people import UserNotFound, find_user, get_user
from supplier_quality.language import LANGUAGES, _

_ROLES = click.Choice([role.value for role in Role])


@command("list", help=_("List the accounts"))
def list_people(console: Console) -> None:
    with console.database.read() as session:
        query = select(User).options(selectinload(User.role_rows)).order_by(User.email)
        people = [_view(user) for user in session.scalars(query)]
    columns = (_("E-mail"), _("Full name"), _("State"), _("Roles"))
    console.answer(
        people,
        lambda: console.table(
            columns, ((one["email"], one["name"], one["state"], ", ".join(one["roles"])) for one in people)
        ),
    )


@command("create", help=_("Create an account and mail a link to choose the password"))
@click.argument("email")
@option("--name", required=True, help=_("Name as people read it"))
@option("--role", "roles", multiple=True, required=True, type=_ROLES, help=_("May be given several times"))
@option("--language", "spoken", type=click.Choice(LANGUAGES), help=_("Language of pages and mails"))
@option("--time-zone", help=_("IANA name, such as Asia/Shanghai"))
def create(
    console: Console, *, email: str, name: str, roles: tuple[str, ...], spoken: str | None, time_zone: str | None
) -> None:
    settings = console.settings
    with console.database.write() as session:
        user = operations.invite_user(
            session,
            email=email,
            name=name,
            roles=roles,
            language=spoken or settings.language,
            time_zone=time_zone or settings.timezone,
            actor=system_actor(Via.COMMAND),
            at=clock.now(),
        )
        _answer(console, user)


@command("roles", help=_("Give an account exactly these roles"))
@click.argument("email")
@option("--role", "roles", multiple=True, required=True, type=_ROLES, help=_("May be given several times"))
def roles(console: Console, *, email: str, roles: tuple[str, ...]) -> None:
    with console.database.write() as session:
        user = _find(session, email)
        actor = system_actor(Via.COMMAND)
        _answer(console, operations.change_roles(session, user, roles=roles, actor=actor, at=clock.now()))


@command("disable", help=_("Close an account; its sessions and tokens end"))
@click.argument("email")
def disable(console: Console, *, email: str) -> None:
    with console.database.write() as session:
        user = _find(session, email)
        _answer(console, operations.disable_user(session, user, actor=system_actor(Via.COMMAND), at=clock.now()))


@command("enable", help=_("Open a closed account again"))
@click.argument("email")
def enable(console: Console, *, email: str) -> None:
    with console.database.write() as session:
        user = _find(session, email)
        _answer(console, operations.enable_user(session, user, actor=system_actor(Via.COMMAND), at=clock.now()))


@command("password", help=_("Take the password away and mail a link to choose a new one"))
@click.argument("email")
def password(console: Console, *, email: str) -> None:
    with console.database.write() as session:
        user = _find(session, email)
        _answer(console, operations.reset_password(session, user, actor=system_actor(Via.COMMAND), at=clock.now()))


def _find(session: Session, email: str) -> User:
    user = find_user(session, email)
    if user is None:
        raise UserNotFound
    return get_user(session, user.id)


def _view(user: User) -> dict[str, Any]:
    return {
        "email": user.email,
        "name": user.name,
        "state": user.state.value,
        "roles": sorted(row.role for row in user.role_rows),
        "language": user.language,
        "time_zone": user.time_zone,
        "totp": user.uses_totp,
    }


def _answer(console: Console, user: User) -> None:
    view = _view(user)
    sentence = _(
        "%(email)s: %(state)s, %(roles)s", email=user.email, state=view["state"], roles=", ".join(view["roles"])
    )
    console.answer(view, lambda: console.say(sentence))


commands = (
    group(
        "user",
        help=_("Create, list and change the accounts of staff"),
        commands=(list_people, create, roles, disable, enable, password),
    ),
)
