from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from supplier_quality.config import Settings
from supplier_quality.identity.guessing import TooManyTries
from supplier_quality.identity.models import User, UserSession
from supplier_quality.identity.operations import change_own_password, change_roles, disable_user, reset_password
from supplier_quality.identity.passwords import is_outdated_hash
from supplier_quality.identity.people import get_user
from supplier_quality.identity.queries import list_sessions
from supplier_quality.identity.sessions import (
    SecondFactorFailed,
    SessionNotFound,
    SignedIn,
    SignInFailed,
    current_session,
    give_second_factor,
    revoke_session,
    sign_in,
    sign_out,
)
from supplier_quality.identity.totp import begin_totp_enrolment, confirm_totp_enrolment
from supplier_quality.persistence import Database
from tests.identity.conftest import PASSWORD, Person, trail_actions

NEW_PASSWORD = "seven orange umbrellas whisper"


def enter(database: Database, person: Person, *, at: datetime, ip: str = "10.0.0.1") -> SignedIn:
    return sign_in(database, email=person.email, password=PASSWORD, at=at, ip=ip, device="Firefox")


def enrol(database: Database, person: Person, *, at: datetime) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    with database.write() as session:
        user = get_user(session, person.id)
        app = pyotp.TOTP(begin_totp_enrolment(session, user, actor=person.actor, at=at).secret)
        return app, confirm_totp_enrolment(session, user, code=app.at(at), actor=person.actor, at=at)


def test_right_password_opens_a_session_and_writes_the_trail(database: Database, admin: Person, at: datetime) -> None:
    signed_in = sign_in(database, email=" ADA@plant.EXAMPLE", password=PASSWORD, at=at, ip="10.0.0.1", device="Firefox")
    current = current_session(database, signed_in.secret, at=at)
    assert current is not None
    assert current.actor.id == f"user:{admin.id}"
    assert current.actor.roles == {"admin", "quality_manager"}
    assert trail_actions(database, "user", admin.id) == ["user.created", "user.signed_in"]


def test_wrong_password_unknown_address_and_disabled_account_look_alike(
    database: Database, admin: Person, sam: Person, at: datetime
) -> None:
    with database.write() as session:
        disable_user(session, sam.user, actor=admin.actor, at=at)
    answers = set()
    for email, password in ((admin.email, "wrong"), ("nobody@plant.example", PASSWORD), (sam.email, PASSWORD)):
        with pytest.raises(SignInFailed) as refused:
            sign_in(database, email=email, password=password, at=at, ip="10.0.0.1", device="")
        answers.add(str(refused.value))
    assert len(answers) == 1


def test_every_sign_in_gets_a_new_secret(database: Database, admin: Person, at: datetime) -> None:
    assert enter(database, admin, at=at).secret != enter(database, admin, at=at).secret


def test_session_ends_when_idle_and_at_its_absolute_limit(
    database: Database, settings: Settings, admin: Person, at: datetime
) -> None:
    idle = enter(database, admin, at=at).secret
    assert current_session(database, idle, at=at + settings.session_idle - timedelta(seconds=1))
    busy = enter(database, admin, at=at).secret
    moment = at
    while moment + settings.session_idle / 2 < at + settings.session_absolute:
        moment += settings.session_idle / 2
        assert current_session(database, busy, at=moment) or moment >= at + settings.session_absolute
    assert current_session(database, busy, at=at + settings.session_absolute) is None
    left = enter(database, admin, at=at).secret
    assert current_session(database, left, at=at + settings.session_idle) is None


def test_last_seen_is_written_at_most_once_a_minute(database: Database, admin: Person, at: datetime) -> None:
    secret = enter(database, admin, at=at).secret

    def seen_after(seconds: int) -> datetime:
        assert current_session(database, secret, at=at + timedelta(seconds=seconds))
        with database.read() as session:
            return session.scalars(select(UserSession.last_seen_at)).one()

    assert seen_after(59) == at
    assert seen_after(60) == at + timedelta(seconds=60)
    assert seen_after(119) == at + timedelta(seconds=60)


def test_signing_out_ends_the_session(database: Database, admin: Person, at: datetime) -> None:
    secret = enter(database, admin, at=at).secret
    sign_out(database, secret, at=at)
    assert current_session(database, secret, at=at) is None
    sign_out(database, secret, at=at)


@pytest.mark.parametrize("act", ["disable", "roles", "reset"])
def test_changing_an_account_ends_its_sessions(
    database: Database, admin: Person, sam: Person, at: datetime, act: str
) -> None:
    secret, other = enter(database, sam, at=at).secret, enter(database, admin, at=at).secret
    with database.write() as session:
        if act == "disable":
            disable_user(session, sam.user, actor=admin.actor, at=at)
        elif act == "roles":
            change_roles(session, sam.user, roles=["auditor"], actor=admin.actor, at=at)
        else:
            reset_password(session, sam.user, actor=admin.actor, at=at)
    assert current_session(database, secret, at=at) is None
    assert current_session(database, other, at=at) is not None


def test_changing_ones_password_keeps_only_this_session(database: Database, sam: Person, at: datetime) -> None:
    here, elsewhere = enter(database, sam, at=at).secret, enter(database, sam, at=at).secret
    change_own_password(
        database, sam.id, present=PASSWORD, new=NEW_PASSWORD, keep=here, actor=sam.actor, at=at, ip="10.0.0.1"
    )
    assert current_session(database, here, at=at)
    assert current_session(database, elsewhere, at=at) is None
    with pytest.raises(SignInFailed):
        enter(database, sam, at=at)
    sign_in(database, email=sam.email, password=NEW_PASSWORD, at=at, ip="10.0.0.1", device="")


def test_people_revoke_their_own_sessions_admins_everybodys_others_none(
    database: Database, admin: Person, hire: Callable[..., Person], at: datetime
) -> None:
    sam, eve = hire("Sam"), hire("Eve", "viewer")
    for _n in range(2):
        enter(database, sam, at=at)
    with database.read() as session:
        first, second = list_sessions(session, sam.id, actor=sam.actor, at=at)
    with pytest.raises(SessionNotFound), database.write() as session:
        revoke_session(session, first.id, actor=eve.actor, at=at)
    with database.write() as session:
        revoke_session(session, first.id, actor=sam.actor, at=at)
        revoke_session(session, second.id, actor=admin.actor, at=at)
        assert list_sessions(session, sam.id, actor=admin.actor, at=at) == []
    assert trail_actions(database, "user", sam.id)[-2:] == ["user.session_revoked"] * 2


def test_failures_slow_down_and_never_lock_for_good(database: Database, admin: Person, at: datetime) -> None:
    def guess(moment: datetime) -> None:
        sign_in(database, email=admin.email, password="guess", at=moment, ip="10.6.6.6", device="")

    moment, waits = at, []
    for _n in range(12):
        try:
            guess(moment)
        except SignInFailed:
            pass
        except TooManyTries as refused:
            waits.append(refused.retry_after)
            moment += refused.retry_after
    assert waits == [timedelta(seconds=2**n) for n in range(len(waits))]
    assert len(waits) >= 3
    # The owner, elsewhere, is not held up by it.
    assert enter(database, admin, at=moment, ip="10.0.0.9")
    # And the longest wait is a quarter of an hour.
    assert enter(database, admin, at=moment + timedelta(minutes=15), ip="10.6.6.6")


def test_success_forgives_earlier_failures(database: Database, admin: Person, at: datetime) -> None:
    for _round in range(2):
        for _n in range(4):
            with pytest.raises(SignInFailed):
                sign_in(database, email=admin.email, password="typo", at=at, ip="10.0.0.1", device="")
        enter(database, admin, at=at)


def test_password_hash_is_renewed_when_parameters_changed(database: Database, admin: Person, at: datetime) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with database.write() as session:
        session.get_one(User, admin.id).password_hash = weak
    enter(database, admin, at=at)
    with database.read() as session:
        stored = session.get_one(User, admin.id).password_hash
    assert stored and stored != weak
    assert not is_outdated_hash(stored)
    enter(database, admin, at=at)


def test_second_factor_is_asked_for_and_changes_the_secret(database: Database, admin: Person, at: datetime) -> None:
    app, _recovery = enrol(database, admin, at=at)
    later = at + timedelta(minutes=1)
    half = enter(database, admin, at=later)
    assert half.second_factor_due
    current = current_session(database, half.secret, at=later)
    assert current is not None and current.second_factor_due
    full = give_second_factor(database, half.secret, code=app.at(later), at=later, ip="10.0.0.1", device="Firefox")
    assert full.secret != half.secret
    assert current_session(database, half.secret, at=later) is None
    opened = current_session(database, full.secret, at=later)
    assert opened is not None and not opened.second_factor_due


def test_code_of_an_authenticator_is_used_once(database: Database, admin: Person, at: datetime) -> None:
    app, _recovery = enrol(database, admin, at=at)
    later = at + timedelta(minutes=1)
    halves = [enter(database, admin, at=later).secret for _n in range(2)]
    give_second_factor(database, halves[0], code=app.at(later), at=later, ip="", device="")
    with pytest.raises(SecondFactorFailed):
        give_second_factor(database, halves[1], code=app.at(later), at=later, ip="", device="")


def test_of_two_who_give_the_same_code_at_once_one_gets_in(database: Database, admin: Person, at: datetime) -> None:
    app, _recovery = enrol(database, admin, at=at)
    later = at + timedelta(minutes=1)
    halves = [enter(database, admin, at=later).secret for _n in range(4)]

    def give(secret: str) -> bool:
        try:
            give_second_factor(database, secret, code=app.at(later), at=later, ip="", device="")
        except SecondFactorFailed:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(give, halves)) == 1


def test_recovery_code_stands_in_once(database: Database, admin: Person, at: datetime) -> None:
    _app, recovery = enrol(database, admin, at=at)
    assert len(set(recovery)) == 10
    first, second = (enter(database, admin, at=at).secret for _n in range(2))
    typed = recovery[3].lower().replace("-", " ")
    assert give_second_factor(database, first, code=typed, at=at, ip="", device="")
    with pytest.raises(SecondFactorFailed):
        give_second_factor(database, second, code=typed, at=at, ip="", device="")


def test_half_open_session_ends_after_five_minutes(database: Database, admin: Person, at: datetime) -> None:
    app, _recovery = enrol(database, admin, at=at)
    half = enter(database, admin, at=at + timedelta(minutes=1)).secret
    late = at + timedelta(minutes=6)
    with pytest.raises(SecondFactorFailed):
        give_second_factor(database, half, code=app.at(late), at=late, ip="", device="")


def test_guessing_codes_slows_down(database: Database, admin: Person, at: datetime) -> None:
    enrol(database, admin, at=at)
    half = enter(database, admin, at=at).secret
    refusals = []
    for _n in range(8):
        with pytest.raises((SecondFactorFailed, TooManyTries)) as refused:
            give_second_factor(database, half, code="000000", at=at, ip="", device="")
        refusals.append(refused.type)
    assert refusals == [SecondFactorFailed] * 6 + [TooManyTries] * 2


def test_resetting_a_password_leaves_the_authenticator_on(
    database: Database, admin: Person, sam: Person, at: datetime
) -> None:
    enrol(database, sam, at=at)
    with database.write() as session:
        reset_password(session, sam.user, actor=admin.actor, at=at)
        assert get_user(session, sam.id).uses_totp
