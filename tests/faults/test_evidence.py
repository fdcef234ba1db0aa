"""F20 on the data of the whole product: a journey fills every chain, then single rows are changed, deleted, swapped, inserted."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from supplier_quality.config import Settings
from supplier_quality.engine.evidence import verify_trail
from supplier_quality.persistence import Database
from supplier_quality.trail import TrailEntry, publish_head, seal_heads
from tests.faults.company import BO, add_supplier, bring_to, take, work_off

LINE_COLUMNS = (
    "action",
    "actor_id",
    "actor_label",
    "via",
    "record_label",
    "data",
    "definition",
    "to_state",
    "at",
    "hash",
)
OTHER = {"at": "'2020-01-01T00:00:00.000000Z'", "data": "'{}'"}


class Undone(Exception):
    """Takes a damage back."""


@pytest.fixture
def evidence(company: Database, settings: Settings, at: datetime, tmp_path: Path) -> Iterator[tuple[Database, Any]]:
    for number, state in enumerate(("invited", "review", "approved", "conditional")):
        supplier = add_supplier(company, f"Acme {number}", at=at)
        bring_to(company, supplier, state, at=at)
        if state == "approved":
            take(company, supplier, "suspend", BO, at=at)
    for days in (0, 10, 20):
        work_off(company, settings, at=at + timedelta(days=days))
    with company.write() as session:
        seal_heads(session, at=at + timedelta(days=21), everything=True)
        head = publish_head(session, tmp_path, at=at + timedelta(days=21))
    yield company, head


def problems_after(database: Database, head: Any, *statements: str) -> list[tuple[str | None, int | None, int | None]]:
    """What verify finds after these changes by somebody with full rights; they are taken back afterwards."""
    found: list[tuple[str | None, int | None, int | None]] = []
    with pytest.raises(Undone), database.write() as session:
        _lift_protection(session)
        for statement in statements:
            session.execute(text(statement))
        report = verify_trail(session, published=[head])
        found = [(problem.record_kind, problem.record_id, problem.seq) for problem in report.problems]
        raise Undone
    return found


def _lift_protection(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for table in ("trail_entry", "trail_heads"):
        for verb in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))


def rows_of(database: Database) -> list[Any]:
    columns = (TrailEntry.id, TrailEntry.record_kind, TrailEntry.record_id, TrailEntry.seq)
    with database.read() as session:
        return list(session.execute(select(*columns).order_by(TrailEntry.id)))


def sample(rows: list[Any], count: int) -> list[Any]:
    return random.Random(20).sample(rows, min(count, len(rows)))


def test_an_untouched_journey_verifies(evidence: tuple[Database, Any]) -> None:
    assert problems_after(*evidence) == []


@pytest.mark.parametrize("rows", [6, pytest.param(150, marks=pytest.mark.long)])
def test_each_row_changed_or_deleted_is_found_and_named(evidence: tuple[Database, Any], rows: int) -> None:
    """F20: whatever column of whatever row of whatever kind of record, the first bad row is the one named."""
    database, head = evidence
    everything = rows_of(database)
    assert len({row.record_kind for row in everything}) >= 2 and len(everything) > 30
    for number, row in enumerate(sample(everything, rows)):
        column = LINE_COLUMNS[number % len(LINE_COLUMNS)]
        where = (row.record_kind, row.record_id, row.seq)
        value = OTHER.get(column, "'forged'")
        assert (
            problems_after(database, head, f"UPDATE trail_entry SET {column} = {value} WHERE id = {row.id}")[0] == where
        )
        assert problems_after(database, head, f"DELETE FROM trail_entry WHERE id = {row.id}")[0] == where


@pytest.mark.parametrize("pairs", [3, pytest.param(60, marks=pytest.mark.long)])
def test_swapped_and_inserted_rows_are_found(evidence: tuple[Database, Any], pairs: int) -> None:
    """F20: two entries of one record change places; a copy of an entry is put behind the last one, or under a new record."""
    database, head = evidence
    everything = rows_of(database)
    lengths = {(row.record_kind, row.record_id): row.seq for row in everything}
    swappable = [row for row in everything if row.seq < lengths[row.record_kind, row.record_id]]
    for row in sample(swappable, pairs):
        chain = f"record_kind = '{row.record_kind}' AND record_id = {row.record_id}"
        swap = [
            f"UPDATE trail_entry SET seq = -1 WHERE {chain} AND seq = {row.seq}",
            f"UPDATE trail_entry SET seq = {row.seq} WHERE {chain} AND seq = {row.seq + 1}",
            f"UPDATE trail_entry SET seq = {row.seq + 1} WHERE {chain} AND seq = -1",
        ]
        assert problems_after(database, head, *swap)[0] == (row.record_kind, row.record_id, row.seq)
        last = lengths[row.record_kind, row.record_id]
        for record_id, seq in ((row.record_id, last + 1), (987_654, 1)):
            names = ", ".join(c.name for c in TrailEntry.__table__.columns if c.name not in ("id", "seq", "record_id"))
            copy = (
                f"INSERT INTO trail_entry (id, record_id, seq, {names}) "
                f"SELECT 900000, {record_id}, {seq}, {names} FROM trail_entry WHERE id = {row.id}"
            )
            assert (row.record_kind, record_id, seq) in problems_after(database, head, copy)


def test_a_state_that_no_entry_explains_is_found(evidence: tuple[Database, Any]) -> None:
    """F20: the record itself was changed in the database, its trail was not."""
    database, head = evidence
    found = problems_after(database, head, "UPDATE supplier SET state = 'approved' WHERE state = 'suspended'")
    assert [kind for kind, _id, _seq in found] == ["supplier"]
    dropped = "DELETE FROM trail_entry WHERE record_kind = 'supplier' AND record_id = (SELECT MIN(id) FROM supplier)"
    assert problems_after(database, head, dropped)
