from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from supplier_quality.identity.deputies import DeputyNotFound, DeputyOver, NoDeputy, end_deputy, name_deputy
from supplier_quality.identity.models import Deputy
from supplier_quality.identity.operations import change_roles, disable_user
from supplier_quality.identity.permissions import NotYours
from supplier_quality.identity.queries import list_deputies, users_with_role
from supplier_quality.persistence import Database
from tests.identity.conftest import Person, person_of, trail_actions

DAY = timedelta(days=1)


@pytest.fixture
def quinn(hire: Callable[..., Person]) -> Person:
    return hire("Quinn", "quality_manager")


def cover(
    database: Database,
    absent: Person,
    deputy: Person,
    *,
    at: datetime,
    by: Person | None = None,
    role: str = "quality_manager",
    start: timedelta = DAY,
    end: timedelta = 8 * DAY,
) -> Deputy:
    with database.write() as session:
        return name_deputy(
            session,
            absent.user,
            deputy=deputy.user,
            role=role,
            starts_at=at + start,
            ends_at=at + end,
            actor=(by or absent).actor,
            at=at,
        )


def test_deputy_has_the_role_for_the_time_and_the_trail_says_for_whom(
    database: Database, quinn: Person, sam: Person, at: datetime
) -> None:
    cover(database, quinn, sam, at=at)

    def roles(after: timedelta) -> frozenset[str]:
        return person_of(database, sam.id, at=at + after).actor.roles

    assert roles(DAY - timedelta(seconds=1)) == {"sqe"}
    assert roles(DAY) == {"sqe", "quality_manager"}
    assert roles(8 * DAY) == {"sqe"}
    acting = person_of(database, sam.id, at=at + DAY).actor
    assert acting.id == f"user:{sam.id}"
    assert acting.deputy_for == ("Quinn",)
    assert acting.ref.label == "Sam (deputy for Quinn)"
    assert trail_actions(database, "user", quinn.id)[-1] == "user.deputy_named"


def test_deputy_has_no_more_than_the_absent(
    database: Database, admin: Person, quinn: Person, sam: Person, at: datetime
) -> None:
    cover(database, quinn, sam, at=at)
    with database.write() as session:
        change_roles(session, quinn.user, roles=["viewer"], actor=admin.actor, at=at)
    assert person_of(database, sam.id, at=at + DAY).actor.roles == {"sqe"}


def test_deputies_cannot_pass_a_role_on(
    database: Database, hire: Callable[..., Person], quinn: Person, sam: Person, at: datetime
) -> None:
    eve = hire("Eve", "viewer")
    cover(database, quinn, sam, at=at)
    with pytest.raises(NoDeputy):
        cover(database, sam, eve, at=at)
    assert person_of(database, eve.id, at=at + DAY).actor.roles == {"viewer"}


def test_person_and_admin_name_and_end_deputies_others_do_not(
    database: Database, admin: Person, quinn: Person, sam: Person, at: datetime
) -> None:
    with pytest.raises(NotYours):
        cover(database, quinn, sam, at=at, by=sam)
    row = cover(database, quinn, sam, at=at, by=admin)
    with pytest.raises(NotYours), database.write() as session:
        end_deputy(session, row.id, actor=sam.actor, at=at)
    with database.write() as session:
        end_deputy(session, row.id, actor=quinn.actor, at=at)
    with pytest.raises(DeputyOver), database.write() as session:
        end_deputy(session, row.id, actor=quinn.actor, at=at)
    with pytest.raises(DeputyNotFound), database.write() as session:
        end_deputy(session, 4040, actor=quinn.actor, at=at)
    assert person_of(database, sam.id, at=at + DAY).actor.roles == {"sqe"}
    assert trail_actions(database, "user", quinn.id)[-1] == "user.deputy_ended"


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "auditor"},
        {"start": 2 * DAY, "end": 2 * DAY},
        {"start": -2 * DAY, "end": -DAY},
        {"end": 400 * DAY},
    ],
)
def test_impossible_deputies_are_refused(
    database: Database, quinn: Person, sam: Person, at: datetime, changes: dict[str, object]
) -> None:
    with pytest.raises(NoDeputy):
        cover(database, quinn, sam, at=at, **changes)  # type: ignore[arg-type]


def test_neither_oneself_nor_somebody_disabled_is_a_deputy(
    database: Database, admin: Person, quinn: Person, sam: Person, at: datetime
) -> None:
    with pytest.raises(NoDeputy):
        cover(database, quinn, quinn, at=at)
    with database.write() as session:
        disable_user(session, sam.user, actor=admin.actor, at=at)
    with pytest.raises(NoDeputy):
        cover(database, quinn, sam, at=at)


def test_tasks_of_a_role_go_to_its_holders_and_their_deputies(
    database: Database, admin: Person, quinn: Person, sam: Person, at: datetime
) -> None:
    cover(database, quinn, sam, at=at)
    with database.read() as session:
        assert users_with_role(session, "quality_manager", at=at) == [admin.id, quinn.id]
        assert users_with_role(session, "quality_manager", at=at + DAY) == sorted([admin.id, quinn.id, sam.id])
        (item,) = list_deputies(session, sam.id, at=at)
    assert (item.user_name, item.deputy_name, item.role, item.active) == ("Quinn", "Sam", "quality_manager", False)
