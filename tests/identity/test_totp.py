from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from supplier_quality.identity.guessing import TooManyTries
from supplier_quality.identity.people import get_user
from supplier_quality.identity.permissions import NotYours, OnlyAdmins
from supplier_quality.identity.totp import (
    Enrolment,
    TotpAlreadyOn,
    WrongTotpCode,
    begin_totp_enrolment,
    confirm_totp_enrolment,
    count_recovery_codes,
    renew_recovery_codes,
    reset_totp,
    switch_off_totp,
)
from supplier_quality.persistence import Database
from tests.identity.conftest import Person, trail_actions

STEP = timedelta(seconds=30)


def begin(database: Database, person: Person, *, at: datetime) -> Enrolment:
    with database.write() as session:
        return begin_totp_enrolment(session, get_user(session, person.id), actor=person.actor, at=at)


def confirm(database: Database, person: Person, code: str, *, at: datetime) -> tuple[str, ...]:
    with database.write() as session:
        return confirm_totp_enrolment(session, get_user(session, person.id), code=code, actor=person.actor, at=at)


def test_enrolment_shows_secret_uri_and_picture_once(database: Database, sam: Person, at: datetime) -> None:
    enrolment = begin(database, sam, at=at)
    query = parse_qs(urlsplit(enrolment.uri).query)
    assert query["secret"] == [enrolment.secret]
    assert query["issuer"] == ["Supplier Quality"]
    assert len(enrolment.secret) == 32
    assert enrolment.qr.startswith("data:image/svg+xml")
    assert enrolment.secret not in repr(enrolment)
    with database.read() as session:
        assert not get_user(session, sam.id).uses_totp


def test_every_enrolment_has_another_secret(database: Database, admin: Person, sam: Person, at: datetime) -> None:
    secrets = {begin(database, person, at=at).secret for person in (sam, sam, admin)}
    assert len(secrets) == 3


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clock_of_the_phone_may_be_one_step_wrong(
    database: Database, sam: Person, at: datetime, steps: int, accepted: bool
) -> None:
    app = pyotp.TOTP(begin(database, sam, at=at).secret)
    code = app.at(at + steps * STEP)
    if accepted:
        assert len(confirm(database, sam, code, at=at)) == 10
    else:
        with pytest.raises(WrongTotpCode):
            confirm(database, sam, code, at=at)


def test_step_before_a_used_one_is_not_accepted_any_more(database: Database, sam: Person, at: datetime) -> None:
    app = pyotp.TOTP(begin(database, sam, at=at).secret)
    confirm(database, sam, app.at(at + STEP), at=at)
    with pytest.raises(WrongTotpCode):
        switch_off_totp(database, sam.id, code=app.at(at), actor=sam.actor, at=at)


def test_second_enrolment_needs_the_first_removed(database: Database, sam: Person, at: datetime) -> None:
    app = pyotp.TOTP(begin(database, sam, at=at).secret)
    confirm(database, sam, app.at(at), at=at)
    with pytest.raises(TotpAlreadyOn):
        begin(database, sam, at=at)
    switch_off_totp(database, sam.id, code=app.at(at + STEP), actor=sam.actor, at=at + STEP)
    fresh = pyotp.TOTP(begin(database, sam, at=at + STEP).secret)
    assert confirm(database, sam, fresh.at(at + STEP), at=at + STEP)


def test_renewed_recovery_codes_replace_the_old(database: Database, sam: Person, at: datetime) -> None:
    app = pyotp.TOTP(begin(database, sam, at=at).secret)
    old = confirm(database, sam, app.at(at), at=at)
    later = at + STEP
    new = renew_recovery_codes(database, sam.id, code=app.at(later), actor=sam.actor, at=later)
    assert set(old).isdisjoint(new)
    with pytest.raises(WrongTotpCode):
        switch_off_totp(database, sam.id, code=old[0], actor=sam.actor, at=later)
    with database.read() as session:
        assert count_recovery_codes(session, get_user(session, sam.id)) == 10
    switch_off_totp(database, sam.id, code=new[0], actor=sam.actor, at=later)
    with database.read() as session:
        assert count_recovery_codes(session, get_user(session, sam.id)) == 0


def test_only_an_admin_resets_and_the_trail_says_so(
    database: Database, admin: Person, sam: Person, at: datetime
) -> None:
    app = pyotp.TOTP(begin(database, sam, at=at).secret)
    confirm(database, sam, app.at(at), at=at)
    with pytest.raises(OnlyAdmins), database.write() as session:
        reset_totp(session, get_user(session, sam.id), actor=sam.actor, at=at)
    with database.write() as session:
        reset_totp(session, get_user(session, sam.id), actor=admin.actor, at=at)
    with database.read() as session:
        assert not get_user(session, sam.id).uses_totp
    assert trail_actions(database, "user", sam.id)[-2:] == ["user.totp_switched_on", "user.totp_reset"]


def test_nobody_enrols_or_switches_off_for_another(
    database: Database, admin: Person, sam: Person, at: datetime
) -> None:
    with pytest.raises(NotYours), database.write() as session:
        begin_totp_enrolment(session, get_user(session, sam.id), actor=admin.actor, at=at)
    with pytest.raises(NotYours):
        switch_off_totp(database, sam.id, code="000000", actor=admin.actor, at=at)


def test_holder_of_a_stolen_session_cannot_guess_the_authenticator_away(
    database: Database, sam: Person, at: datetime
) -> None:
    app = pyotp.TOTP(begin(database, sam, at=at).secret)
    confirm(database, sam, app.at(at), at=at)
    with pytest.raises(TooManyTries):
        for _n in range(10):
            with pytest.raises(WrongTotpCode):
                switch_off_totp(database, sam.id, code="000000", actor=sam.actor, at=at)
