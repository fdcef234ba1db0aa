import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from sqlalchemy import Integer, String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from supplier_quality.persistence import Base, Database, UTCDateTime
from supplier_quality.persistence.paging import BadCursor, Page, SortKey, Stretch, chained_page, keyset_page

START = datetime(2026, 1, 1, tzinfo=UTC)


class Listed(Base):
    __tablename__ = "test_listed"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    due: Mapped[datetime | None] = mapped_column(UTCDateTime)


def fill(database: Database, rows: Sequence[tuple[str, int | None]]) -> None:
    with database.write() as session:
        session.execute(delete(Listed))
        if rows:
            session.execute(
                insert(Listed),
                [
                    {"id": place, "name": name, "due": None if day is None else START + timedelta(days=day)}
                    for place, (name, day) in enumerate(rows)
                ],
            )


def walk(database: Database, keys: Sequence[SortKey] | Sequence[Stretch], size: int) -> tuple[list[int], list[int]]:
    """All ids paging forwards to the end, and paging back from there to the start."""
    with database.read() as session:

        def page(cursor: str | None) -> Page[int]:
            if isinstance(keys[0], Stretch):
                return chained_page(session, keys, cursor=cursor, size=size)  # type: ignore[arg-type]
            return keyset_page(session, select(Listed.id), keys=keys, cursor=cursor, size=size)  # type: ignore[arg-type]

        now = page(None)
        forwards, backwards = [*now.rows], [now.rows]
        assert now.previous_cursor is None
        while now.next_cursor:
            now = page(now.next_cursor)
            forwards += now.rows
        backwards = [list(now.rows)]
        while now.previous_cursor:
            now = page(now.previous_cursor)
            backwards.insert(0, list(now.rows))
        return forwards, [id_ for rows in backwards for id_ in rows]


KEYS = {
    "one direction": [SortKey(Listed.name), SortKey(Listed.id)],
    "both down": [SortKey(Listed.name, descending=True), SortKey(Listed.id, descending=True)],
    "mixed": [SortKey(Listed.name, descending=True), SortKey(Listed.id)],
    "without value last": [SortKey(Listed.due, nullable=True), SortKey(Listed.id)],
    "without value last, down": [
        SortKey(Listed.due, descending=True, nullable=True),
        SortKey(Listed.name),
        SortKey(Listed.id),
    ],
}

STRETCHES = {
    "three stretches": [
        Stretch(select(Listed.id).where(Listed.name == "c"), [SortKey(Listed.id, descending=True)]),
        Stretch(select(Listed.id).where(Listed.name == "b"), [SortKey(Listed.due, nullable=True), SortKey(Listed.id)]),
        Stretch(select(Listed.id).where(Listed.name == "a"), [SortKey(Listed.id)]),
    ],
    "one stretch": [Stretch(select(Listed.id), [SortKey(Listed.id)])],
}


@pytest.mark.parametrize("keys", [*KEYS.values(), *STRETCHES.values()], ids=[*KEYS, *STRETCHES])
def test_every_row_is_seen_once_in_both_directions(
    database: Database, keys: Sequence[SortKey] | Sequence[Stretch]
) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        rows=strategies.lists(
            strategies.tuples(strategies.sampled_from("abc"), strategies.none() | strategies.integers(0, 3)),
            max_size=14,
        ),
        size=strategies.integers(1, 6),
    )
    def check(rows: list[tuple[str, int | None]], size: int) -> None:
        fill(database, rows)
        forwards, backwards = walk(database, keys, size)
        assert sorted(forwards) == list(range(len(rows)))
        assert backwards == forwards

    check()


def test_rows_without_a_value_come_last_on_both_databases(database: Database) -> None:
    fill(database, [("a", None), ("b", 2), ("c", 1)])
    for descending, expected in ((False, [2, 1, 0]), (True, [1, 2, 0])):
        keys = [SortKey(Listed.due, descending=descending, nullable=True), SortKey(Listed.id)]
        assert walk(database, keys, 2)[0] == expected


def test_stretches_follow_each_other_in_their_own_orders(database: Database) -> None:
    fill(database, [("a", 1), ("b", 2), ("c", 1), ("b", None), ("c", 2), ("b", 1)])
    for size in range(1, 8):
        assert walk(database, STRETCHES["three stretches"], size)[0] == [4, 2, 5, 1, 3, 0]


def test_a_row_added_before_the_page_does_not_repeat_one(database: Database) -> None:
    fill(database, [("b", 1), ("c", 1), ("d", 1)])
    keys = KEYS["one direction"]
    with database.read() as session:
        first = keyset_page(session, select(Listed.name), keys=keys, size=2)
    with database.write() as session:
        session.execute(insert(Listed), [{"id": 99, "name": "a", "due": None}])
    with database.read() as session:
        second = keyset_page(session, select(Listed.name), keys=keys, cursor=first.next_cursor, size=2)
    assert [*first.rows, *second.rows] == ["b", "c", "d"]


def test_rows_are_shaped_and_counted_when_asked(database: Database) -> None:
    fill(database, [("a", 1), ("b", 2), ("c", 3)])
    with database.read() as session:
        statement = select(Listed.id, Listed.name)
        page = keyset_page(
            session, statement, keys=KEYS["mixed"], size=2, row=lambda id_, name: f"{name}{id_}", count=True
        )
    assert (list(page.rows), page.total) == (["c2", "b1"], 3)


def test_the_cursor_of_a_list_with_other_keys_is_refused(database: Database) -> None:
    fill(database, [("a", 1), ("b", 2), ("c", 3)])
    with database.read() as session:
        cursors = {name: keyset_page(session, select(Listed.id), keys=keys, size=1).next_cursor for name, keys in LISTS}
        for name, keys in LISTS:
            for other, cursor in cursors.items():
                if name != other:
                    with pytest.raises(BadCursor):
                        keyset_page(session, select(Listed.id), keys=keys, size=1, cursor=cursor)
        naive = base64.urlsafe_b64encode(b'[false, {"moment": "2026-01-01T00:00:00"}, 1]').decode()
        with pytest.raises(BadCursor):
            keyset_page(session, select(Listed.id), keys=dict(LISTS)["by due"], size=1, cursor=naive)


LISTS = (
    ("by due", [SortKey(Listed.due), SortKey(Listed.id)]),
    ("by name", [SortKey(Listed.name), SortKey(Listed.id)]),
    ("by id", [SortKey(Listed.id)]),
)


@pytest.mark.parametrize(
    "cursor", ["WzAsIDEsIDJd", "W2ZhbHNlLCA5LCAxXQ", "W2ZhbHNlLCAtMSwgMV0", "W2ZhbHNlXQ", "W2ZhbHNlLCAidyIsIDFd"]
)
def test_a_cursor_to_no_stretch_is_refused(cursor: str, database: Database) -> None:
    with database.read() as session, pytest.raises(BadCursor):
        chained_page(session, STRETCHES["three stretches"], cursor=cursor)


@pytest.mark.parametrize("cursor", ["x", "%%%", "W10", "WzEsMl0", "bnVsbA", "W2ZhbHNlLHsieCI6MX0sMV0", "é"])
def test_a_cursor_that_was_tampered_with_is_refused(cursor: str, database: Database) -> None:
    with database.read() as session, pytest.raises(BadCursor):
        keyset_page(session, select(Listed.id), keys=KEYS["mixed"], cursor=cursor)
