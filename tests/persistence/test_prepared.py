"""Prepared statements: many rows arrive as one would, also when they are streamed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from supplier_quality.persistence import Database, Prepared
from supplier_quality.persistence.prepared import COPIED_FROM
from supplier_quality.trail.chain import SIGNED
from supplier_quality.trail.models import TrailEntry

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TABLE: Any = TrailEntry.__table__
COLUMNS = (*SIGNED, "key_id", "hash")
INSERT = Prepared(insert(TABLE).inline(), columns=COLUMNS, table=TABLE)


def rows_of(count: int) -> list[dict[str, Any]]:
    common = dict.fromkeys(COLUMNS, "x") | {"seq": 1, "from_state": None, "at": AT}
    odd = {0: 'tab\there, "quotes" and \\N', 1: "two\nlines", 2: "轴承\r", 3: ""}
    return [
        {**common, "record_id": place, "data": odd.get(place % 7, "plain"), "at": AT + timedelta(seconds=place % 2)}
        for place in range(count)
    ]


@pytest.mark.parametrize("count", [3, COPIED_FROM + 7])
def test_many_rows_are_stored_as_they_were_given(database: Database, count: int) -> None:
    rows = rows_of(count)
    with database.write() as session:
        INSERT.run_many(session.connection(), rows)

    with database.read() as session:
        stored = session.execute(select(*(TABLE.c[name] for name in COLUMNS)).order_by(TABLE.c.record_id)).all()
    assert [dict(row._mapping) for row in stored] == rows


@pytest.mark.parametrize("count", [3, COPIED_FROM + 7])
def test_rows_that_clash_are_refused_alike(database: Database, count: int) -> None:
    rows = rows_of(count)

    with pytest.raises(IntegrityError), database.write() as session:
        INSERT.run_many(session.connection(), [*rows, rows[0]])

    with database.read() as session:
        assert session.execute(select(TABLE.c.id).limit(1)).first() is None


def test_no_rows_are_no_work(database: Database) -> None:
    with database.write() as session:
        INSERT.run_many(session.connection(), [])
    with database.read() as session:
        assert session.execute(select(TABLE.c.id).limit(1)).first() is None
