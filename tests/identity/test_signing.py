from dataclasses import replace
from datetime import datetime, timedelta

import pyotp
import pytest

from supplier_quality.errors import NotAllowed
from supplier_quality.identity import Actor, ContactCard, Signature, SignatureMethod
from supplier_quality.identity.codes import WrongCode, mint_code, request_code, request_signing_code
from supplier_quality.identity.contact_sessions import redeem_code
from supplier_quality.identity.guessing import TooManyTries
from supplier_quality.identity.link_models import AccessLink
from supplier_quality.identity.links import LinkUnknown, revoke_link
from supplier_quality.identity.people import get_user
from supplier_quality.identity.signing import BadSignature, NotSigned, sign, sign_with_code
from supplier_quality.identity.totp import begin_totp_enrolment, confirm_totp_enrolment
from supplier_quality.persistence import Database
from tests.identity.conftest import MEI, PASSWORD, RECORD, Person, invite, newest_code

HASH = "ab" * 32
MEANING = "I approve this supplier"


def sign_as(database: Database, actor: Actor, secret: str, *, at: datetime, **changes: str) -> Signature:
    values = {"method": SignatureMethod.PASSWORD, "meaning": MEANING, "subject_hash": HASH, **changes}
    return sign(database, actor, secret=secret, at=at, ip="10.0.0.1", **values)  # type: ignore[arg-type]


def code_for_signing(database: Database, *, at: datetime) -> str:
    request_signing_code(database, MEI, record=RECORD, at=at)
    with database.write() as session:
        mail = mint_code(session, newest_code(database), at=at)
    assert mail is not None and mail.record_label == RECORD.label
    return mail.code


def sign_as_mei(database: Database, code: str, *, at: datetime, name: str = "Li Mei", hash: str = HASH) -> Signature:
    return sign_with_code(database, MEI, code, typed_name=name, statement="All is true", subject_hash=hash, at=at)


def test_password_signs(database: Database, sam: Person, at: datetime) -> None:
    signature = sign_as(database, sam.actor, PASSWORD, at=at)
    assert signature == Signature("password", at, MEANING, HASH, f"user:{sam.id}", "Sam")


def test_wrong_password_signs_nothing_and_slows_down(database: Database, sam: Person, at: datetime) -> None:
    raised = []
    for _n in range(8):
        with pytest.raises((NotSigned, TooManyTries)) as refused:
            sign_as(database, sam.actor, "wrong", at=at)
        raised.append(refused.type)
    assert raised[0] is NotSigned
    assert raised[-1] is TooManyTries


def test_authenticator_signs_and_each_code_once(database: Database, sam: Person, at: datetime) -> None:
    with database.write() as session:
        user = get_user(session, sam.id)
        app = pyotp.TOTP(begin_totp_enrolment(session, user, actor=sam.actor, at=at).secret)
        confirm_totp_enrolment(session, user, code=app.at(at), actor=sam.actor, at=at)
    with pytest.raises(NotSigned):
        sign_as(database, sam.actor, app.at(at), at=at, method="totp")
    later = at + timedelta(seconds=30)
    assert sign_as(database, sam.actor, app.at(later), at=later, method="totp").method == "totp"
    with pytest.raises(NotSigned):
        sign_as(database, sam.actor, app.at(later), at=later, method="totp")


def test_without_an_authenticator_no_code_signs(database: Database, sam: Person, at: datetime) -> None:
    with pytest.raises(NotSigned):
        sign_as(database, sam.actor, "000000", at=at, method="totp")


def test_programs_contacts_and_the_product_do_not_sign_for_staff(database: Database, sam: Person, at: datetime) -> None:
    for kind in ("token", "system", "contact"):
        with pytest.raises(NotAllowed):
            sign_as(database, replace(sam.actor, kind=kind), PASSWORD, at=at)


@pytest.mark.parametrize("changes", [{"meaning": " "}, {"subject_hash": "abc"}, {"method": "mail_code"}])
def test_signature_needs_meaning_hash_and_a_method_of_staff(
    database: Database, sam: Person, at: datetime, changes: dict[str, str]
) -> None:
    with pytest.raises(BadSignature):
        sign_as(database, sam.actor, PASSWORD, at=at, **changes)


def test_contact_signs_with_a_fresh_code_and_typed_name(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    invite(database, sam.actor, at=at)
    code = code_for_signing(database, at=at)
    signature = sign_as_mei(database, code, at=at, name="  Li   Mei ")
    assert signature == Signature("mail_code", at, "All is true", HASH, "test_contact:1", "Li Mei")
    with pytest.raises(WrongCode):
        sign_as_mei(database, code, at=at)


def test_code_that_opened_the_session_signs_nothing_and_the_other_way_round(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    _link, token = invite(database, sam.actor, at=at)
    request_code(database, token, at=at, ip="")
    with database.write() as session:
        mail = mint_code(session, newest_code(database), at=at)
    assert mail is not None
    with pytest.raises(WrongCode):
        sign_as_mei(database, mail.code, at=at)
    signing = code_for_signing(database, at=at + timedelta(seconds=1))
    with pytest.raises(WrongCode):
        redeem_code(database, token, signing, at=at + timedelta(seconds=1), ip="", device="")


def test_refused_signature_leaves_the_code_unused(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    invite(database, sam.actor, at=at)
    code = code_for_signing(database, at=at)
    with pytest.raises(BadSignature):
        sign_as_mei(database, code, at=at, name=" ")
    with pytest.raises(BadSignature):
        sign_as_mei(database, code, at=at, hash="")
    assert sign_as_mei(database, code, at=at)


def test_without_a_live_link_a_contact_neither_asks_nor_signs(
    database: Database, sam: Person, contacts: dict[int, ContactCard], at: datetime
) -> None:
    link, _token = invite(database, sam.actor, at=at)
    code = code_for_signing(database, at=at)
    with database.write() as session:
        revoke_link(session, session.get_one(AccessLink, link.id), actor=sam.actor, at=at)
    with pytest.raises(LinkUnknown):
        request_signing_code(database, MEI, record=RECORD, at=at)
    with pytest.raises(LinkUnknown):
        sign_as_mei(database, code, at=at)
