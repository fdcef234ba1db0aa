"""Signing: proving again who one is, in the moment of signing, before the write transaction of the act."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from supplier_quality.errors import BadInput, NotSignedIn, Problem
from supplier_quality.identity.actor import Actor
from supplier_quality.identity.codes import WrongCode, use_code
from supplier_quality.identity.contacts import ContactRef, contact_card
from supplier_quality.identity.enums import CodePurpose, SignatureMethod
from supplier_quality.identity.guessing import (
    check_may_try_password,
    check_may_try_second_factor,
    check_not_too_often,
    forgive_password_tries,
    forgive_second_factor_tries,
)
from supplier_quality.identity.links import HOUR, LinkUnknown, links_of
from supplier_quality.identity.models import User
from supplier_quality.identity.passwords import verify_password
from supplier_quality.identity.people import get_user
from supplier_quality.identity.permissions import check_is_self
from supplier_quality.identity.signatures import Signature
from supplier_quality.identity.totp import use_totp_code
from supplier_quality.language import Words, _
from supplier_quality.persistence import Database

_SHA256 = re.compile(r"[0-9a-f]{64}")


class NotSigned(NotSignedIn):
    """The signer could not prove who they are."""

    code = "not_signed"

    def __init__(self) -> None:
        super().__init__(_("The password or code is wrong; nothing was signed."))


class BadSignature(BadInput):
    """Something a signature needs is missing."""

    code = "bad_signature"

    def __init__(self, column: str, problem: Words, remedy: Words) -> None:
        super().__init__(problem, (Problem(problem, remedy, column=column),))


def sign(
    database: Database,
    actor: Actor,
    *,
    method: SignatureMethod,
    secret: str,
    meaning: str,
    subject_hash: str,
    at: datetime,
    ip: str,
) -> Signature:
    """The signature of a member of staff who gives their password or a code of their authenticator (``secret``) again.

    Raises NotSigned, NotYours, OnlyInPerson, BadSignature, TooManyTries.
    """
    check_is_self(actor, actor.person_id or 0)
    _check_what(meaning, subject_hash)
    with database.read() as session:
        user = get_user(session, actor.person_id or 0)
    if method == SignatureMethod.PASSWORD:
        proved = _proved_by_password(database, user, secret, at=at, ip=ip)
    elif method == SignatureMethod.TOTP:
        proved = _proved_by_totp(database, user, secret, at=at)
    else:
        raise BadSignature(
            "method", _("Staff sign with a password or a code."), _("Choose one of: %(list)s.", list="password, totp")
        )
    if not proved or user.disabled_at is not None:
        raise NotSigned
    return Signature(
        method=str(method), at=at, meaning=meaning, subject_hash=subject_hash, signer=actor.id, name=user.name
    )


def sign_with_code(
    database: Database,
    contact: ContactRef,
    code: str,
    *,
    typed_name: str,
    statement: str,
    subject_hash: str,
    at: datetime,
) -> Signature:
    """The signature of a contact in session, who types a fresh mailed code, their name, and confirms the statement.

    Raises WrongCode, LinkUnknown, BadSignature, TooManyTries.
    """
    count_signing_try(database, contact, at=at)
    with database.write() as session:
        # A wrong try is committed too, so the refusal is raised after the block.
        signature = signature_by_code(
            session, contact, code, typed_name=typed_name, statement=statement, subject_hash=subject_hash, at=at
        )
    if signature is None:
        raise WrongCode
    return signature


def count_signing_try(database: Database, contact: ContactRef, *, at: datetime) -> None:
    """Count a code about to be tried for a signature. Raises TooManyTries."""
    check_not_too_often(database, scope="code.sign", key=contact.actor_id, at=at, window=HOUR, limit=60)


def signature_by_code(
    session: Session,
    contact: ContactRef,
    code: str,
    *,
    typed_name: str,
    statement: str,
    subject_hash: str,
    at: datetime,
) -> Signature | None:
    """The signature of a contact inside the transaction that stores what is signed; None when the code is wrong.

    A mailed code costs nothing to check, so it may be used up together with what it signs: a crash in between undoes
    both. The caller has counted the try, commits in either case and then raises WrongCode. Raises LinkUnknown,
    BadSignature.
    """
    _check_what(statement, subject_hash)
    name = " ".join(typed_name.split())
    if not 2 <= len(name) <= 200 or not name.isprintable():
        raise BadSignature("typed_name", _("A signature needs your name."), _("Type your first and last name."))
    card = contact_card(session, contact)
    if card is None or not card.active or not links_of(session, contact, at=at):
        raise LinkUnknown
    if not use_code(session, contact, CodePurpose.SIGN, code, at=at):
        return None
    return Signature(
        method=SignatureMethod.MAIL_CODE.value,
        at=at,
        meaning=statement,
        subject_hash=subject_hash,
        signer=contact.actor_id,
        name=name,
    )


def _proved_by_password(database: Database, user: User, password: str, *, at: datetime, ip: str) -> bool:
    check_may_try_password(database, email=user.email, ip=ip, at=at)
    right = verify_password(user.password_hash, password)
    if right:
        forgive_password_tries(database, email=user.email, ip=ip)
    return right


def _proved_by_totp(database: Database, user: User, code: str, *, at: datetime) -> bool:
    check_may_try_second_factor(database, user_id=user.id, at=at)
    with database.write() as session:
        current = get_user(session, user.id, lock=True)
        right = current.uses_totp and use_totp_code(session, current, code=code, at=at)
    if right:
        forgive_second_factor_tries(database, user_id=user.id)
    return right


def _check_what(meaning: str, subject_hash: str) -> None:
    if not meaning.strip():
        raise BadSignature("meaning", _("A signature needs a meaning."), _("Say what is being signed."))
    if not _SHA256.fullmatch(subject_hash):
        raise BadSignature(
            "subject_hash", _("What is signed must be named by its hash."), _("Give the SHA-256 of what was shown.")
        )
