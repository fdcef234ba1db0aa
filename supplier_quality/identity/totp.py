"""Codes of an authenticator app (TOTP, RFC 6238) and the recovery codes that stand in for a lost one.

The secret is not stored: it is derived from a random salt of the enrolment and the installation's secret key, so a copy
of the database alone gives no codes. See ``docs/decisions/totp-secrets-are-derived.md``.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
import segno
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from supplier_quality import trail
from supplier_quality.errors import BadInput, Conflict, Problem
from supplier_quality.identity.actor import Actor
from supplier_quality.identity.guessing import check_may_try_second_factor, forgive_second_factor_tries
from supplier_quality.identity.models import RecoveryCode, User
from supplier_quality.identity.people import get_user, user_ref
from supplier_quality.identity.permissions import check_is_self, check_may_manage_people
from supplier_quality.identity.secret import derived_key, is_any_of, keyed_hash
from supplier_quality.language import _
from supplier_quality.persistence import Database

ISSUER = "Supplier Quality"
STEP_SECONDS = 30
# One step to either side: phones are a little wrong, and people type slowly.
TOLERATED_STEPS = 1
RECOVERY_CODES = 10
# Without 0 O 1 I L, which people confuse; 10 of 31 signs are 49 bits.
_RECOVERY_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_RECOVERY_LENGTH = 10


class TotpAlreadyOn(Conflict):
    """A second authenticator would silently replace the first."""

    code = "totp_already_on"

    def __init__(self) -> None:
        super().__init__(_("An authenticator app is already set up. Remove it first."))


class WrongTotpCode(BadInput):
    """The code is wrong, too old, or was used already."""

    code = "wrong_totp_code"

    def __init__(self) -> None:
        message = _("This code is wrong or was already used.")
        remedy = _("Wait for the next code of your app. If it stays wrong, check the clock of your phone.")
        super().__init__(message, (Problem(message, remedy, column="code"),))


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the page of enrolling shows once: the secret to type, its URI, and the same as a picture (SVG data URI)."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    qr: str = field(repr=False)


def begin_totp_enrolment(session: Session, user: User, *, actor: Actor, at: datetime) -> Enrolment:
    """Give the person a new secret; it counts only once :func:`confirm_totp_enrolment` has seen a code of it.

    Raises TotpAlreadyOn.
    """
    check_is_self(actor, user.id)
    if user.uses_totp:
        raise TotpAlreadyOn

    user.totp_salt, user.totp_last_step = secrets.token_bytes(32), 0
    secret = _secret_of(session, user)
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)
    picture = segno.make_qr(uri, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
    return Enrolment(secret=secret, uri=uri, qr=picture)


def confirm_totp_enrolment(session: Session, user: User, *, code: str, actor: Actor, at: datetime) -> tuple[str, ...]:
    """Switch the second factor on and return the recovery codes, which are shown this once.

    Raises TotpAlreadyOn, WrongTotpCode.
    """
    check_is_self(actor, user.id)
    if user.uses_totp:
        raise TotpAlreadyOn
    if user.totp_salt is None or not use_totp_code(session, user, code=code, at=at):
        raise WrongTotpCode

    user.totp_confirmed_at = at
    codes = _make_recovery_codes(session, user)
    _note(session, user, actor=actor, at=at, action="user.totp_switched_on")
    return codes


def renew_recovery_codes(database: Database, user_id: int, *, code: str, actor: Actor, at: datetime) -> tuple[str, ...]:
    """Replace all recovery codes by new ones. Needs a code of the app. Raises NotYours, WrongTotpCode, TooManyTries."""
    check_is_self(actor, user_id)
    check_may_try_second_factor(database, user_id=user_id, at=at)

    with database.write() as session:
        user = get_user(session, user_id, lock=True)
        if not user.uses_totp or not use_totp_code(session, user, code=code, at=at):
            raise WrongTotpCode
        codes = _make_recovery_codes(session, user)
        _note(session, user, actor=actor, at=at, action="user.recovery_codes_renewed")
    forgive_second_factor_tries(database, user_id=user_id)
    return codes


def switch_off_totp(database: Database, user_id: int, *, code: str, actor: Actor, at: datetime) -> None:
    """The person removes their own authenticator, which needs one of its codes or a recovery code.

    Raises NotYours, WrongTotpCode, TooManyTries.
    """
    check_is_self(actor, user_id)
    check_may_try_second_factor(database, user_id=user_id, at=at)

    with database.write() as session:
        user = get_user(session, user_id, lock=True)
        if not use_second_factor(session, user, code=code, at=at):
            raise WrongTotpCode
        _forget_totp(session, user)
        _note(session, user, actor=actor, at=at, action="user.totp_switched_off")
    forgive_second_factor_tries(database, user_id=user_id)


def reset_totp(session: Session, user: User, *, actor: Actor, at: datetime) -> None:
    """An admin removes the authenticator of somebody who lost it and all recovery codes."""
    check_may_manage_people(actor)

    _forget_totp(session, user)
    _note(session, user, actor=actor, at=at, action="user.totp_reset")


def use_second_factor(session: Session, user: User, *, code: str, at: datetime) -> bool:
    """Whether the code is a current one of the app or an unused recovery code; it is used up by this."""
    if not user.uses_totp:
        return False
    return use_totp_code(session, user, code=code, at=at) or _use_recovery_code(session, user, code=code, at=at)


def use_totp_code(session: Session, user: User, *, code: str, at: datetime) -> bool:
    """Whether the code is right and its time step was not used before; the step is used up by this, also in a race."""
    step = _step_of(session, user, code=code, at=at)
    if step is None:
        return False
    taken = session.execute(
        update(User)
        .where(User.id == user.id, User.totp_last_step < step)
        .values(totp_last_step=step)
        .returning(User.id)
    ).one_or_none()
    return taken is not None


def count_recovery_codes(session: Session, user: User) -> int:
    """How many recovery codes are left."""
    statement = select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return session.scalar(statement) or 0


def _step_of(session: Session, user: User, *, code: str, at: datetime) -> int | None:
    """The time step the code belongs to, None when to none near ``at``; all steps are compared."""
    if user.totp_salt is None:
        return None
    given = "".join(code.split()).encode("utf-8", "replace")
    generator = pyotp.TOTP(_secret_of(session, user), interval=STEP_SECONDS)
    now = int(at.timestamp()) // STEP_SECONDS
    found = None
    for step in range(now - TOLERATED_STEPS, now + TOLERATED_STEPS + 1):
        if hmac.compare_digest(generator.generate_otp(step).encode(), given):
            found = step
    return found


def _secret_of(session: Session, user: User) -> str:
    assert user.totp_salt is not None, "checked by the callers"
    message = b"%d/%b" % (user.id, user.totp_salt)
    digest = hmac.new(derived_key(session, "totp"), message, hashlib.sha256).digest()
    # 160 bits, which RFC 4226 recommends and every app takes.
    return base64.b32encode(digest[:20]).decode()


def _make_recovery_codes(session: Session, user: User) -> tuple[str, ...]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    plain = ["".join(secrets.choice(_RECOVERY_SIGNS) for _n in range(_RECOVERY_LENGTH)) for _c in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash_recovery(session, user, each)) for each in plain)
    return tuple(f"{each[:5]}-{each[5:]}" for each in plain)


def _use_recovery_code(session: Session, user: User, *, code: str, at: datetime) -> bool:
    given = _hash_recovery(session, user, code)
    unused = select(RecoveryCode).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    for row in session.scalars(unused.with_for_update()):
        if is_any_of(given, [row.code_hash]):
            row.used_at = at
            return True
    return False


def _hash_recovery(session: Session, user: User, code: str) -> str:
    typed = "".join(sign for sign in code.upper() if sign.isalnum())
    return keyed_hash(session, f"recovery/{user.id}", typed)


def _forget_totp(session: Session, user: User) -> None:
    user.totp_salt = user.totp_confirmed_at = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def _note(session: Session, user: User, *, actor: Actor, at: datetime, action: str) -> None:
    trail.append(session, record=user_ref(user), at=at, actor=actor.ref, action=action, data={})
