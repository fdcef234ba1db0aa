"""Signing what an action asks for, with what the form carries: the password, or a code of the authenticator."""

from flask import request

from supplier_quality import clock
from supplier_quality.identity.enums import SignatureMethod
from supplier_quality.identity.signatures import Signature
from supplier_quality.identity.signing import sign
from supplier_quality.language import Words
from supplier_quality.web.installation import database
from supplier_quality.web.visitors import address, current_actor


def sign_sent(asked: tuple[Words, str] | None) -> Signature | None:
    """Prove the signer before the writing session opens; ``asked`` comes from ``engine.explain.to_sign``.

    Raises NotSigned.
    """
    if asked is None:
        return None
    meaning, subject_hash = asked
    code = request.form.get("signed_code", "").strip()
    return sign(
        database(), current_actor(),
        method=SignatureMethod.TOTP if code else SignatureMethod.PASSWORD,
        secret=code or request.form.get("signed_password", ""), meaning=str(meaning), subject_hash=subject_hash,
        at=clock.now(), ip=address(),
    )  # fmt: skip


def wrong_field() -> str:
    """The field beside which a failed signature is shown: the one that was used."""
    return "signed_code" if request.form.get("signed_code") else "signed_password"
