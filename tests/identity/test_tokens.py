from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from supplier_quality.identity import Actor
from supplier_quality.identity.models import ApiToken
from supplier_quality.identity.operations import disable_user
from supplier_quality.identity.permissions import NotYours, OnlyAdmins, OnlyInPerson
from supplier_quality.identity.queries import list_tokens, list_users
from supplier_quality.identity.tokens import (
    BadToken,
    NewToken,
    TokenNotFound,
    TokenRefused,
    actor_of_token,
    create_token,
    revoke_token,
)
from supplier_quality.persistence import Database
from tests.identity.conftest import Person, trail_actions

YEAR = timedelta(days=366)


def make(database: Database, owner: Person, *scopes: str, at: datetime, by: Actor | None = None) -> NewToken:
    with database.write() as session:
        return create_token(
            session,
            owner.user,
            name="ERP",
            scopes=scopes or ("suppliers:read",),
            expires_at=at + YEAR,
            actor=by or owner.actor,
            at=at,
        )


def test_token_acts_as_its_owner_cut_by_scope(database: Database, sam: Person, at: datetime) -> None:
    token = make(database, sam, "suppliers:read", "ppap:write", at=at)
    actor = actor_of_token(database, token.secret, at)
    assert (actor.kind, actor.id, actor.roles, actor.label) == ("token", f"user:{sam.id}", {"sqe"}, "Sam (ERP)")
    assert [actor.has_scope(s) for s in ("suppliers:read", "suppliers:write", "ppap:write", "ppap:read")] == [
        True,
        False,
        True,
        True,
    ]
    assert trail_actions(database, "api_token", token.row.id) == ["api_token.created"]


def test_only_the_hash_and_a_short_prefix_are_stored(database: Database, sam: Person, at: datetime) -> None:
    token = make(database, sam, at=at)
    assert token.secret.startswith(token.row.prefix)
    assert len(token.row.prefix) < 12
    assert token.secret not in repr(token)
    assert token.row.token_hash != token.secret


def test_unknown_expired_revoked_tokens_and_those_of_disabled_people_are_refused(
    database: Database, admin: Person, hire: Callable[..., Person], at: datetime
) -> None:
    sam, eve = hire("Sam"), hire("Eve")
    revoked, orphan, live = make(database, sam, at=at), make(database, eve, at=at), make(database, sam, at=at)
    with database.write() as session:
        revoke_token(session, revoked.row.id, actor=sam.actor, at=at)
        disable_user(session, eve.user, actor=admin.actor, at=at)
    for secret, moment in ((revoked.secret, at), (orphan.secret, at), ("sq_nothing", at), (live.secret, at + YEAR)):
        with pytest.raises(TokenRefused):
            actor_of_token(database, secret, moment)
    assert actor_of_token(database, live.secret, at + YEAR - timedelta(seconds=1))


def test_last_use_is_written_at_most_once_a_minute(database: Database, sam: Person, at: datetime) -> None:
    token = make(database, sam, at=at)

    def used_after(seconds: int) -> datetime | None:
        actor_of_token(database, token.secret, at + timedelta(seconds=seconds))
        with database.read() as session:
            return session.get_one(ApiToken, token.row.id).last_used_at

    assert used_after(0) == at
    assert used_after(59) == at
    assert used_after(60) == at + timedelta(seconds=60)


def test_only_the_person_signed_in_makes_tokens(database: Database, admin: Person, sam: Person, at: datetime) -> None:
    with pytest.raises(NotYours):
        make(database, sam, at=at, by=admin.actor)
    token = actor_of_token(database, make(database, sam, at=at).secret, at)
    with pytest.raises(OnlyInPerson):
        make(database, sam, at=at, by=token)


def test_token_of_an_admin_without_the_scope_manages_nobody(database: Database, admin: Person, at: datetime) -> None:
    reading = actor_of_token(database, make(database, admin, "suppliers:read", at=at).secret, at)
    with pytest.raises(OnlyAdmins), database.read() as session:
        list_users(session, actor=reading)
    writing = actor_of_token(database, make(database, admin, "users:write", at=at).secret, at)
    with database.read() as session:
        assert [user.name for user in list_users(session, actor=writing)] == ["Ada Admin"]


@pytest.mark.parametrize(
    "wishes",
    [
        {"scopes": ["everything"]},
        {"scopes": []},
        {"name": " "},
        {"expires_at": timedelta(0)},
        {"expires_at": YEAR + timedelta(1)},
    ],
)
def test_impossible_tokens_are_refused(
    database: Database, sam: Person, at: datetime, wishes: dict[str, object]
) -> None:
    given = {"name": "ERP", "scopes": ["ppap:read"], "expires_at": YEAR, **wishes}
    given["expires_at"] = at + given["expires_at"]  # type: ignore[operator]
    with pytest.raises(BadToken) as refused, database.write() as session:
        create_token(session, sam.user, actor=sam.actor, at=at, **given)  # type: ignore[arg-type]
    assert refused.value.details[0].column in wishes


def test_foreign_tokens_do_not_exist_but_admins_revoke_them(
    database: Database, admin: Person, hire: Callable[..., Person], at: datetime
) -> None:
    sam, eve = hire("Sam"), hire("Eve")
    token = make(database, sam, at=at)
    for number in (token.row.id, 4040):
        with pytest.raises(TokenNotFound), database.write() as session:
            revoke_token(session, number, actor=eve.actor, at=at)
    with database.write() as session:
        revoke_token(session, token.row.id, actor=admin.actor, at=at)
        revoke_token(session, token.row.id, actor=admin.actor, at=at)
    with database.read() as session:
        (item,) = list_tokens(session, sam.id, actor=sam.actor, at=at)
        with pytest.raises(NotYours):
            list_tokens(session, sam.id, actor=eve.actor, at=at)
    assert item.state == "revoked"
    assert trail_actions(database, "api_token", token.row.id) == ["api_token.created", "api_token.revoked"]


def test_write_scope_of_a_token_adds_no_role(database: Database, hire: Callable[..., Person], at: datetime) -> None:
    vera = hire("Vera", "viewer")
    actor = actor_of_token(database, make(database, vera, "suppliers:write", at=at).secret, at)
    assert actor.roles == {"viewer"}
    assert not replace(actor).has_role("sqe", "admin")
