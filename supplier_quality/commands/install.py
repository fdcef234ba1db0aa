"""``init`` and ``upgrade``: making an installation and keeping it up to date."""

import secrets
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from supplier_quality import clock, features, trail
from supplier_quality.config import Settings
from supplier_quality.console import Console, command, option
from supplier_quality.errors import Unavailable
from supplier_quality.identity import Role, system_actor
from supplier_quality.identity.enums import Via
from supplier_quality.identity.models import User
from supplier_quality.identity.operations import create_first_admin
from supplier_quality.language import _
from supplier_quality.persistence import Database, schema

FIRST_EMAIL = "admin@localhost"


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """The account a new installation starts with; the password is shown once and stored only as its hash."""

    email: str
    password: str


@command("init", help=_("Make the folder, the secrets, the database and the first account"))
@option("--admin", default=FIRST_EMAIL, show_default=True, help=_("Mail address of the first account"))
def init(console: Console, *, admin: str) -> None:
    database = console.open_database()
    first = prepare(console.settings, database, email=admin, in_production=True)
    data = {
        "home": str(console.settings.home),
        "database": database.url.get_backend_name(),
        "revision": schema.revision_of(database),
        "admin": {"email": first.email, "password": first.password} if first else None,
    }

    def show() -> None:
        console.say(_("The installation in %(home)s is ready.", home=console.settings.home))
        if first:
            console.say(
                _("First account: %(email)s, password: %(password)s", email=first.email, password=first.password)
            )
        console.say(_("Start it with: supplier-quality serve"))

    console.answer(data, show)


@command("upgrade", help=_("Bring the database up to date"))
def upgrade(console: Console) -> None:
    database = console.open_database()
    before = schema.revision_of(database)
    changed = _upgrade_schema(database)
    with database.write() as session:
        guards = trail.put_back_guards(session)
    rules = features.load_rules(database, console.settings, at=clock.now())
    revision = schema.revision_of(database)
    sentence = _("The database is now at migration %(revision)s.", revision=revision)
    unchanged = _("The database was up to date, at migration %(revision)s.", revision=revision)
    put_back = _("Triggers that protect the trail were missing and are there again: %(names)s", names=", ".join(guards))
    data = {"from": before, "to": revision, "changed": changed, "rules": list(rules), "guards": list(guards)}

    def show() -> None:
        console.say(sentence if changed else unchanged)
        if guards:
            console.say(put_back)

    console.answer(data, show)


def prepare(
    settings: Settings, database: Database, *, email: str = FIRST_EMAIL, in_production: bool = False
) -> FirstAccount | None:
    """Bring the database and the rules in it up to date, and make the first account when there is none; returns it when it was made.

    In production only ``init`` makes it: a server must not print a password into its log.
    """
    try:
        _upgrade_schema(database)
    except OperationalError as error:
        raise Unavailable(_("The database does not answer: %(why)s", why=str(error.orig).strip())) from error
    features.load_rules(database, settings, at=clock.now())
    if (settings.production and not in_production) or _has_people(database):
        return None
    password = "-".join(secrets.token_hex(3) for _part in range(4))
    with database.write() as session:
        create_first_admin(
            session,
            email=email,
            name=str(Role.ADMIN).title(),
            password=password,
            language=settings.language,
            time_zone=settings.timezone,
            actor=system_actor(Via.COMMAND),
            at=clock.now(),
        )
    return FirstAccount(email, password)


def _upgrade_schema(database: Database) -> bool:
    """Run the migrations, and those of the job engine where there is one; whether ours changed anything."""
    changed = schema.upgrade(database)
    if not database.is_sqlite:
        from supplier_quality.outbox.calling import prepare_schema

        prepare_schema(database)
    return changed


def _has_people(database: Database) -> bool:
    with database.read() as session:
        return bool(session.scalar(select(func.count()).select_from(User)))


commands = (init, upgrade)
