from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from supplier_quality.persistence import Database
from supplier_quality.persistence.attempts import (
    Attempt,
    AttemptCounter,
    clear_attempts,
    count_attempt,
    forget_old_attempts,
    slow_down,
)

MINUTE = timedelta(minutes=1)


def count(database: Database, at: datetime, key: str = "a", scope: str = "s") -> Attempt:
    return count_attempt(database, scope=scope, key=key, at=at, window=10 * MINUTE, limit=3)


def test_limit_holds_within_the_window_and_says_when_it_ends(database: Database, at: datetime) -> None:
    assert [count(database, at + n * MINUTE).allowed for n in range(4)] == [True, True, True, False]
    assert count(database, at + 4 * MINUTE) == Attempt(False, 6 * MINUTE)
    assert count(database, at + 10 * MINUTE).allowed


def test_keys_and_scopes_are_counted_apart(database: Database, at: datetime) -> None:
    for _n in range(3):
        count(database, at)
    assert not count(database, at).allowed
    assert count(database, at, key="b").allowed
    assert count(database, at, scope="t").allowed


def test_cleared_key_starts_anew(database: Database, at: datetime) -> None:
    for _n in range(4):
        count(database, at)
    clear_attempts(database, scope="s", key="a")
    assert count(database, at).allowed


def test_clock_set_back_does_not_block_for_long(database: Database, at: datetime) -> None:
    for _n in range(4):
        count(database, at + timedelta(days=1))
    assert count(database, at).allowed


def test_tries_at_once_are_all_counted(database: Database, at: datetime) -> None:
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda _n: count(database, at).allowed, range(24)))
    assert sum(results) == 3


def test_count_survives_the_callers_rollback(database: Database, at: datetime) -> None:
    for _n in range(3):
        count(database, at)
    with pytest.raises(ZeroDivisionError), database.write():
        raise ZeroDivisionError
    assert not count(database, at).allowed


def test_delay_doubles_up_to_its_longest_and_ends(database: Database, at: datetime) -> None:
    moment, waits = at, []
    for _n in range(30):
        attempt = slow_down(database, scope="s", key="a", at=moment, free=2, longest=MINUTE)
        if not attempt.allowed:
            waits.append(attempt.retry_after.total_seconds())
            moment += attempt.retry_after
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert max(waits) == 60


def test_delay_is_forgotten_after_a_day(database: Database, at: datetime) -> None:
    for n in range(12):
        slow_down(database, scope="s", key="a", at=at + n * MINUTE, free=2, longest=MINUTE)
    later = at + timedelta(days=2)
    assert all(slow_down(database, scope="s", key="a", at=later, free=2, longest=MINUTE).allowed for _n in range(3))


def test_old_counters_are_deleted(database: Database, at: datetime) -> None:
    count(database, at)
    count(database, at + 20 * MINUTE, key="b")
    assert forget_old_attempts(database, at=at + 15 * MINUTE) == 1
    with database.read() as session:
        assert len(session.scalars(select(AttemptCounter)).all()) == 1
