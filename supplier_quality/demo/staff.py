"""What our people do in the demo: they are invited, choose their password, and act on suppliers with their signature."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.config import Settings
from supplier_quality.demo.passing import PassingTime
from supplier_quality.engine.explain import to_sign
from supplier_quality.identity import Actor, SignatureMethod, Via, system_actor
from supplier_quality.identity.actors import load_actor
from supplier_quality.identity.deputies import name_deputy
from supplier_quality.identity.models import User
from supplier_quality.identity.operations import create_first_admin, invite_user
from supplier_quality.identity.password_links import choose_password_by_link
from supplier_quality.identity.people import find_user
from supplier_quality.identity.signing import sign
from supplier_quality.mail import MailMessage
from supplier_quality.mail.tasks import finish_task, open_tasks
from supplier_quality.parts.details import CommodityDetails
from supplier_quality.parts.operations import add_commodity
from supplier_quality.parts.queries import get_commodity
from supplier_quality.persistence import Database
from supplier_quality.suppliers.details import ContactDetails
from supplier_quality.suppliers.merging.operations import merge_supplier
from supplier_quality.suppliers.operations import add_contact, move_supplier
from supplier_quality.suppliers.qualification.enums import Part
from supplier_quality.suppliers.qualification.operations import assess_parts, move_step
from supplier_quality.suppliers.qualification.queries import get_step, steps_of
from supplier_quality.suppliers.queries import get_supplier, sites_of
from supplier_quality.suppliers.scope.operations import request_scope

# All people of the demo sign in with it; the demo is only made where nobody else can reach it.
PASSWORD = "copper-gear-hums-at-noon"  # noqa: S105
IP = "127.0.0.1"

_PASSWORD_LINK = re.compile(r"/choose-password#([\w-]+)")


class Staff:
    """The people of ours, by the keys that the files of the demo give them."""

    def __init__(self, settings: Settings, database: Database, passing: PassingTime) -> None:
        self._settings = settings
        self._database = database
        self._time = passing
        self._numbers: dict[str, int] = {}

    def hire(self, people: list[dict[str, Any]]) -> None:
        """Make the accounts: the first one as an installation does it, the others as an admin does."""
        first, *others = people
        with self._time.standing() as at, self._database.write() as session:
            admin = create_first_admin(
                session, **self._described(first), password=PASSWORD, actor=system_actor(Via.COMMAND), at=at
            )
            self._numbers[first["key"]] = admin.id
        self._time.pass_for(timedelta(minutes=3))
        for person in others:
            with self._time.standing() as at, self._database.write() as session:
                actor = self.actor(session, first["key"])
                user = invite_user(session, **self._described(person), roles=person["roles"], actor=actor, at=at)
                self._numbers[person["key"]] = user.id
            self._time.pass_for(timedelta(minutes=2))
            self._choose_password(person["email"])

    def name_deputy(self, key: str, deputy: str, *, role: str, duration: timedelta) -> None:
        """Somebody names who decides in their place from now on."""
        with self._time.standing() as at, self._database.write() as session:
            name_deputy(
                session,
                session.get_one(User, self._numbers[key]),
                deputy=session.get_one(User, self._numbers[deputy]),
                role=role,
                starts_at=at,
                ends_at=at + duration,
                actor=self.actor(session, key),
                at=at,
            )

    def merge(self, key: str, number: str, into: str, reason: str) -> None:
        """Take one supplier's record into another's."""
        with self._time.standing() as at, self._database.write() as session:
            actor = self.actor(session, key)
            merge_supplier(
                session,
                get_supplier(session, number, actor=actor),
                into=get_supplier(session, into, actor=actor),
                number=into,
                reason=reason,
                actor=actor,
                at=at,
            )

    def act(self, key: str, number: str, action: str, form: Mapping[str, Any]) -> None:
        """Take an action of the supplier's process, signed with the password when the process asks for it."""
        self.take(
            key, action, form, move=move_supplier,
            find=lambda session, actor: get_supplier(session, number, actor=actor),
        )  # fmt: skip

    def take(
        self,
        key: str,
        action: str,
        form: Mapping[str, Any],
        *,
        find: Callable[[Session, Actor], Any],
        move: Callable[..., object],
        keep: Callable[[Session, Any, Actor, datetime], object] = lambda *_nothing: None,
    ) -> None:
        """Take an action of any process as its page does: look at the record, sign what is signed, fire, keep files."""
        with self._time.standing() as at:
            with self._database.read() as session:
                actor = self.actor(session, key)
                record = find(session, actor)
                version = record.version
                asked = to_sign(session, record, action, form=form)
            signature = None
            if asked is not None:
                meaning, subject_hash = asked
                signature = sign(
                    self._database,
                    actor,
                    method=SignatureMethod.PASSWORD,
                    secret=PASSWORD,
                    meaning=str(meaning),
                    subject_hash=subject_hash,
                    at=at,
                    ip=IP,
                )
            with self._database.write() as session:
                record = find(session, actor)
                move(
                    session,
                    record,
                    action,
                    actor=actor,
                    at=at,
                    form=form,
                    signature=signature,
                    expected_version=version,
                )
                keep(session, record, actor, at)

    def add_contact(self, key: str, number: str, details: Mapping[str, Any]) -> None:
        """Note somebody new at the supplier."""
        with self._time.standing() as at, self._database.write() as session:
            actor = self.actor(session, key)
            supplier = get_supplier(session, number, actor=actor)
            add_contact(session, supplier, ContactDetails.read(details), actor=actor, at=at)

    def add_commodity(self, key: str, number: str, details: Mapping[str, Any]) -> None:
        """Enter a group of parts that suppliers are approved for."""
        with self._time.standing() as at, self._database.write() as session:
            add_commodity(session, number, CommodityDetails(**details), actor=self.actor(session, key), at=at)

    def ask_scope(self, key: str, number: str, commodity: str) -> None:
        """Ask for a commodity from the supplier's first site."""
        with self._time.standing() as at, self._database.write() as session:
            actor = self.actor(session, key)
            supplier = get_supplier(session, number, actor=actor)
            found, site = get_commodity(session, commodity, actor=actor), sites_of(session, supplier)[0]
            request_scope(session, supplier, site, found, actor=actor, at=at)

    def assess(self, key: str, number: str, found: Mapping[str, Sequence[str]]) -> None:
        """Say what was found of parts of the supplier's risk: value and evidence by part."""
        with self._time.standing() as at, self._database.write() as session:
            actor = self.actor(session, key)
            given = {Part(part): (value, evidence) for part, (value, evidence) in found.items()}
            assess_parts(session, get_supplier(session, number, actor=actor), given, actor=actor, at=at)

    def take_step(self, key: str, number: str, kind: str, action: str, form: Mapping[str, Any]) -> None:
        """Take an action, without a signature, on the latest step of a kind."""
        with self._time.standing() as at, self._database.write() as session:
            actor = self.actor(session, key)
            supplier = get_supplier(session, number, actor=actor)
            line = max(
                (each for each in steps_of(session, supplier.id) if each.kind == kind), key=lambda each: each.number
            )
            move_step(session, get_step(session, line.number, actor=actor), action, actor=actor, at=at, form=form)

    def finish_tasks(self, key: str, number: str) -> None:
        """Say of all open tasks about the supplier's mail that they are looked after."""
        with self._time.standing() as at, self._database.write() as session:
            actor = self.actor(session, key)
            for task in open_tasks(session):
                if task.record_label == number:
                    finish_task(session, task.id, actor=actor, at=at)

    def actor(self, session: Session, key: str) -> Actor:
        """Somebody of ours as they act now."""
        actor = load_actor(session, self._numbers[key], via=Via.WEB, at=self._time.at)
        assert actor is not None, key
        return actor

    def accounts(self) -> list[dict[str, Any]]:
        """Who can sign in: e-mail address, name and roles, deputies included."""
        with self._time.standing(), self._database.read() as session:
            found = []
            for key, number in self._numbers.items():
                user = session.get_one(User, number)
                actor = self.actor(session, key)
                covers = list(actor.deputy_for)
                found.append(
                    {"email": user.email, "name": user.name, "roles": sorted(actor.roles), "deputy_for": covers}
                )
            return found

    def _described(self, person: Mapping[str, Any]) -> dict[str, str]:
        return {
            "email": person["email"],
            "name": person["name"],
            "language": person.get("language", "en"),
            "time_zone": person.get("time_zone", self._settings.timezone),
        }

    def _choose_password(self, email: str) -> None:
        """As the person does who reads the invitation."""
        with self._database.read() as session:
            user = find_user(session, email)
            assert user is not None, email
            text = session.scalars(
                select(MailMessage.text)
                .where(MailMessage.address == user.email, MailMessage.text.is_not(None))
                .order_by(MailMessage.id.desc())
            ).first()
        found = _PASSWORD_LINK.search(text or "")
        assert found is not None, f"{email} got no link to choose a password"
        with self._time.standing() as at:
            choose_password_by_link(self._database, found.group(1), password=PASSWORD, at=at, ip=IP)
