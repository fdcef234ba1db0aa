"""PostgreSQL knows of many new rows before the first page is read."""

import pytest
from sqlalchemy import insert, text

from supplier_quality.persistence import Database
from supplier_quality.persistence.numbers import Counter
from supplier_quality.persistence.planning import MANY_ROWS, measure_tables


def _known_rows(database: Database) -> float:
    with database.read() as session:
        name = Counter.__table__.name
        return float(session.scalar(text("SELECT reltuples FROM pg_class WHERE relname = :name"), {"name": name}) or 0)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_planner_knows_of_many_new_rows_at_once(database: Database) -> None:
    with database.write() as session:
        session.execute(insert(Counter), [{"series": f"S{number}", "last": 1} for number in range(MANY_ROWS)])
        measure_tables(session, (Counter,), new_rows=MANY_ROWS)
    assert _known_rows(database) == MANY_ROWS


def test_few_rows_and_sqlite_are_left_alone(database: Database) -> None:
    with database.write() as session:
        measure_tables(session, (Counter,), new_rows=MANY_ROWS if database.is_sqlite else 1)
        assert session.scalar(text("SELECT 1")) == 1
