"""Making guessing slow. Each check counts the try first, in an edge of its own, so that parallel guesses count as well.

Nobody is locked out for good: a stranger who hammers on an account delays its owner by a minute at most, while the same
stranger, at one address, waits up to a quarter of an hour.
"""

from datetime import datetime, timedelta

from supplier_quality.errors import TooOften
from supplier_quality.identity.people import fold_email
from supplier_quality.language import _
from supplier_quality.persistence import Database
from supplier_quality.persistence.attempts import Attempt, clear_attempts, count_attempt, slow_down

_BY_ADDRESS = "sign_in.address"
_BY_ACCOUNT = "sign_in.account"
_BY_BOTH = "sign_in.account_and_address"
_SECOND_FACTOR = "second_factor"


class TooManyTries(TooOften):
    """Tried too often; ``retry_after`` says when it may be tried again."""

    code = "too_many_tries"

    def __init__(self, retry_after: timedelta) -> None:
        self.retry_after = retry_after
        seconds = max(1, round(retry_after.total_seconds()))
        if seconds < 90:
            super().__init__(_("Too many tries. Try again in %(count)s seconds.", count=seconds))
        else:
            super().__init__(_("Too many tries. Try again in %(count)s minutes.", count=-(-seconds // 60)))


def check_may_try_password(database: Database, *, email: str, ip: str, at: datetime) -> None:
    """Count a password about to be verified for this account from this address. Raises TooManyTries."""
    account = fold_email(email)
    _allow(count_attempt(database, scope=_BY_ADDRESS, key=ip, at=at, window=timedelta(minutes=15), limit=100))
    _allow(slow_down(database, scope=_BY_BOTH, key=f"{account}\n{ip}", at=at, free=5, longest=timedelta(minutes=15)))
    _allow(slow_down(database, scope=_BY_ACCOUNT, key=account, at=at, free=20, longest=timedelta(minutes=1)))


def forgive_password_tries(database: Database, *, email: str, ip: str) -> None:
    """Forget the failed tries of this account from this address, because one succeeded.

    Those from elsewhere stay counted: a stranger guessing meanwhile gains nothing from the owner signing in.
    """
    clear_attempts(database, scope=_BY_BOTH, key=f"{fold_email(email)}\n{ip}")


def check_may_try_second_factor(database: Database, *, user_id: int, at: datetime) -> None:
    """Count a code of an authenticator about to be verified. Raises TooManyTries."""
    _allow(slow_down(database, scope=_SECOND_FACTOR, key=str(user_id), at=at, free=5, longest=timedelta(minutes=15)))


def forgive_second_factor_tries(database: Database, *, user_id: int) -> None:
    clear_attempts(database, scope=_SECOND_FACTOR, key=str(user_id))


def check_not_too_often(
    database: Database, *, scope: str, key: str, at: datetime, window: timedelta, limit: int
) -> None:
    """Count one try and refuse when there were too many within the window. Raises TooManyTries."""
    _allow(count_attempt(database, scope=scope, key=key, at=at, window=window, limit=limit))


def _allow(attempt: Attempt) -> None:
    if not attempt.allowed:
        raise TooManyTries(attempt.retry_after)
