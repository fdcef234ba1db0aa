"""Secrets: made, hashed, compared. No plain one is ever stored.

Random tokens have 256 bits, so a plain SHA-256 of them cannot be guessed from. Short things a person types (mailed
codes, recovery codes) are hashed with a key that lives outside the database, because all of them could be tried against
a bare hash.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from sqlalchemy.orm import Session

TOKEN_BYTES = 32
CODE_DIGITS = 8


def new_token() -> str:
    """A random token of 256 bits as 43 characters that may stand in a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """The SHA-256 of a random token; what the database stores and looks up."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_code() -> str:
    """A random code of eight digits: 26 bits, quickly typed on a phone, the same in every script."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def keyed_hash(session: Session, purpose: str, text: str) -> str:
    """HMAC-SHA256 of a short secret under the installation's key; ``purpose`` keeps different uses apart."""
    return hmac.new(derived_key(session, purpose), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def derived_key(session: Session, purpose: str) -> bytes:
    """A key for one purpose, derived from the installation's secret key."""
    return hmac.new(session.info["settings"].secret_key, b"identity/" + purpose.encode(), hashlib.sha256).digest()


def is_any_of(given: str, stored: Iterable[str]) -> bool:
    """Whether a hash equals any of the stored ones, in a time that does not tell which or how nearly."""
    found = False
    for each in stored:
        found |= hmac.compare_digest(given, each)
    return found
