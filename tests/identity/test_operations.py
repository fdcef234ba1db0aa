from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from supplier_quality.errors import BadInput, NotAllowed
from supplier_quality.identity import system_actor
from supplier_quality.identity.models import PasswordLink, User
from supplier_quality.identity.operations import (
    AlreadyDisabled,
    EmailTaken,
    FirstAdminExists,
    LastAdmin,
    WrongPassword,
    change_own_password,
    change_profile,
    change_roles,
    create_first_admin,
    disable_user,
    enable_user,
    invite_user,
    reset_password,
)
from supplier_quality.identity.password_links import (
    SEND_PASSWORD_LINK,
    PasswordLinkOver,
    choose_password_by_link,
    is_password_link_live,
    mint_password_token,
)
from supplier_quality.identity.passwords import WeakPassword, verify_password
from supplier_quality.identity.people import get_user
from supplier_quality.identity.permissions import NotYours, OnlyAdmins
from supplier_quality.identity.queries import list_users
from supplier_quality.identity.sessions import sign_in
from supplier_quality.persistence import Database
from tests.identity.conftest import PASSWORD, Person, queued, trail_actions

NEW_PASSWORD = "seven orange umbrellas whisper"
DETAILS = {"language": "en", "time_zone": "Europe/Berlin"}


def first_admin(database: Database, *, at: datetime, email: str = "ada@plant.example") -> bool:
    try:
        with database.write() as session:
            create_first_admin(
                session, email=email, name="Ada", password=PASSWORD, actor=system_actor("command"), at=at, **DETAILS
            )
    except FirstAdminExists:
        return False
    return True


def invited(
    database: Database, by: Person, *, at: datetime, email: str = "sam@plant.example", **changes: object
) -> User:
    values: dict[str, object] = {"name": "Sam", "roles": ["sqe"], **DETAILS, **changes}
    with database.write() as session:
        return invite_user(session, email=email, actor=by.actor, at=at, **values)  # type: ignore[arg-type]


def mailed_token(database: Database, *, at: datetime) -> str:
    newest = max(row.payload["password_link_id"] for row in queued(database, SEND_PASSWORD_LINK))
    with database.write() as session:
        token = mint_password_token(session, newest, at=at)
    assert token
    return token


def choose(database: Database, token: str, *, at: datetime, password: str = NEW_PASSWORD) -> None:
    choose_password_by_link(database, token, password=password, at=at, ip="10.0.0.1")


def test_first_admin_is_made_once(database: Database, at: datetime) -> None:
    assert first_admin(database, at=at)
    assert not first_admin(database, at=at, email="eve@plant.example")


def test_of_two_processes_making_the_first_admin_one_wins(database: Database, at: datetime) -> None:
    with ThreadPoolExecutor(3) as threads:
        made = list(threads.map(lambda n: first_admin(database, at=at, email=f"a{n}@plant.example"), range(3)))
    assert sum(made) == 1


def test_invited_person_chooses_a_password_and_signs_in(database: Database, admin: Person, at: datetime) -> None:
    user = invited(database, admin, at=at)
    assert user.state == "invited"
    (row,) = queued(database, SEND_PASSWORD_LINK)
    assert row.payload == {"password_link_id": 1, "user_id": user.id, "invites": True} | {
        "password_link_id": row.payload["password_link_id"]
    }
    choose(database, mailed_token(database, at=at), at=at)
    assert sign_in(database, email="SAM@plant.example", password=NEW_PASSWORD, at=at, ip="", device="")
    assert trail_actions(database, "user", user.id) == ["user.invited", "user.password_chosen", "user.signed_in"]


def test_password_link_works_once_and_for_its_time(database: Database, admin: Person, at: datetime) -> None:
    invited(database, admin, at=at)
    token = mailed_token(database, at=at)
    end = at + timedelta(days=3)
    assert is_password_link_live(database, token, at=end - timedelta(seconds=1))
    assert not is_password_link_live(database, token, at=end)
    with pytest.raises(WeakPassword):
        choose(database, token, at=at, password="Sam plant 2026")
    choose(database, token, at=at)
    for moment in (at, end):
        with pytest.raises(PasswordLinkOver):
            choose(database, token, at=moment)


def test_of_two_who_use_a_password_link_at_once_one_wins(database: Database, admin: Person, at: datetime) -> None:
    user = invited(database, admin, at=at)
    token = mailed_token(database, at=at)

    def attempt(password: str) -> str | None:
        try:
            choose(database, token, at=at, password=password)
        except PasswordLinkOver:
            return None
        return password

    with ThreadPoolExecutor(2) as threads:
        won = [p for p in threads.map(attempt, [NEW_PASSWORD, "eleven quiet lamps drifting"]) if p]
    assert len(won) == 1
    with database.read() as session:
        assert verify_password(session.get_one(User, user.id).password_hash, won[0])


def test_reset_takes_the_password_away_and_ends_earlier_links(
    database: Database, admin: Person, sam: Person, at: datetime
) -> None:
    tokens = []
    for _n in range(2):
        with database.write() as session:
            reset_password(session, sam.user, actor=admin.actor, at=at)
        tokens.append(mailed_token(database, at=at))
    with database.read() as session:
        assert session.get_one(User, sam.id).password_hash is None
    assert [is_password_link_live(database, token, at=at) for token in tokens] == [False, True]
    assert not is_password_link_live(database, tokens[1], at=at + timedelta(hours=1))
    choose(database, tokens[1], at=at)


def test_mail_of_an_ended_link_is_not_sent(database: Database, admin: Person, at: datetime) -> None:
    user = invited(database, admin, at=at)
    with database.write() as session:
        disable_user(session, user, actor=admin.actor, at=at)
        link = session.query(PasswordLink).one()
        assert mint_password_token(session, link.id, at=at) is None


def test_disabled_account_is_not_reset_and_can_be_opened_again(
    database: Database, admin: Person, sam: Person, at: datetime
) -> None:
    with database.write() as session:
        disable_user(session, sam.user, actor=admin.actor, at=at)
    for act in (disable_user, reset_password):
        with pytest.raises(AlreadyDisabled), database.write() as session:
            act(session, sam.user, actor=admin.actor, at=at)
    with database.write() as session:
        enable_user(session, sam.user, actor=admin.actor, at=at)
    assert sign_in(database, email=sam.email, password=PASSWORD, at=at, ip="", device="")
    assert trail_actions(database, "user", sam.id)[-3:] == ["user.disabled", "user.enabled", "user.signed_in"]


def test_last_admin_stays(database: Database, admin: Person, hire: Callable[..., Person], at: datetime) -> None:
    with pytest.raises(LastAdmin), database.write() as session:
        disable_user(session, admin.user, actor=admin.actor, at=at)
    with pytest.raises(LastAdmin), database.write() as session:
        change_roles(session, admin.user, roles=["sqe"], actor=admin.actor, at=at)
    other = hire("Otto", "admin")

    def disable(person: Person) -> bool:
        try:
            with database.write() as session:
                disable_user(session, person.user, actor=system_actor("command"), at=at)
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(disable, [admin, other])) == [False, True]


def test_changed_roles_are_in_the_trail_with_before_and_after(
    database: Database, admin: Person, sam: Person, at: datetime
) -> None:
    with database.write() as session:
        change_roles(session, sam.user, roles=["auditor", "sqe"], actor=admin.actor, at=at)
        change_roles(session, sam.user, roles=["sqe", "auditor"], actor=admin.actor, at=at)
    assert trail_actions(database, "user", sam.id).count("user.roles_changed") == 1
    with database.read() as session:
        by_name = {item.name: item for item in list_users(session, actor=admin.actor)}
    assert by_name["Sam"].roles == ("auditor", "sqe")


def test_only_admins_change_accounts(database: Database, admin: Person, sam: Person, at: datetime) -> None:
    acts: list[Callable[..., object]] = [disable_user, enable_user, reset_password]
    for act in acts:
        with pytest.raises(OnlyAdmins), database.write() as session:
            act(session, admin.user, actor=sam.actor, at=at)
    with pytest.raises(OnlyAdmins), database.write() as session:
        change_roles(session, sam.user, roles=["admin"], actor=sam.actor, at=at)
    with pytest.raises(OnlyAdmins):
        invited(database, sam, at=at, email="new@plant.example")
    with pytest.raises(NotAllowed), database.read() as session:
        list_users(session, actor=sam.actor)


@pytest.mark.parametrize(
    ("column", "changes"),
    [
        ("email", {"email": "no address"}),
        ("email", {"email": "a@b\r\nBcc: c@d"}),
        ("name", {"name": " "}),
        ("name", {"name": "A\nB"}),
        ("language", {"language": "tlh"}),
        ("time_zone", {"time_zone": "Mars/Olympus"}),
        ("roles", {"roles": ["king"]}),
        ("roles", {"roles": []}),
    ],
)
def test_impossible_people_are_refused_with_the_column(
    database: Database, admin: Person, at: datetime, column: str, changes: dict[str, object]
) -> None:
    with pytest.raises(BadInput) as refused:
        invited(database, admin, at=at, **changes)  # type: ignore[arg-type]
    assert [(detail.column, detail.remedy is not None) for detail in refused.value.details] == [(column, True)]


def test_address_is_taken_in_any_case(database: Database, admin: Person, at: datetime) -> None:
    invited(database, admin, at=at)
    with pytest.raises(EmailTaken):
        invited(database, admin, at=at, email=" SAM@Plant.Example ")


def test_present_password_is_asked_for_and_the_new_one_is_checked(
    database: Database, admin: Person, sam: Person, at: datetime
) -> None:
    def change(present: str, new: str, by: Person = sam) -> None:
        change_own_password(database, sam.id, present=present, new=new, keep="", actor=by.actor, at=at, ip="")

    with pytest.raises(WrongPassword):
        change("wrong", NEW_PASSWORD)
    with pytest.raises(WeakPassword):
        change(PASSWORD, "password1234")
    with pytest.raises(NotYours):
        change(PASSWORD, NEW_PASSWORD, by=admin)
    change(PASSWORD, NEW_PASSWORD)
    assert trail_actions(database, "user", sam.id)[-1] == "user.password_changed"


def test_people_change_their_own_profile(database: Database, admin: Person, sam: Person, at: datetime) -> None:
    with database.write() as session:
        user = get_user(session, sam.id)
        change_profile(
            session, user, name="Sam Smith", language="zh", time_zone="Asia/Shanghai", actor=sam.actor, at=at
        )
        with pytest.raises(NotYours):
            change_profile(session, get_user(session, admin.id), name="X", actor=sam.actor, at=at, **DETAILS)
    with database.read() as session:
        stored = session.get_one(User, sam.id)
    assert (stored.name, stored.language, stored.time_zone) == ("Sam Smith", "zh", "Asia/Shanghai")
    assert trail_actions(database, "user", sam.id)[-1] == "user.profile_changed"
