"""F20: whatever is done to the trail behind the product's back is found, and the first bad entry is named."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from supplier_quality.persistence import Database
from supplier_quality.trail import (
    START,
    ActorRef,
    Position,
    RecordRef,
    append,
    missing_guards,
    publish_head,
    put_back_guards,
    seal_heads,
    verify,
)

ANN = ActorRef("user", "user:1", "Ann", "web")
PER_RECORD = 4
RECORDS = 3


def _fill(session: Session, at: datetime) -> list[tuple[str, int, Position]]:
    positions = []
    for record in range(1, RECORDS + 1):
        position = START
        for number in range(PER_RECORD):
            position = append(
                session,
                record=RecordRef("thing", record, f"THG-{record}"),
                at=at + timedelta(minutes=number),
                actor=ANN,
                action="thing.changed",
                data={"number": number},
                position=position,
                from_state="a",
                to_state="b",
            )
        positions.append(("thing", record, position))
    return positions


@dataclass
class Evidence:
    """A trail that was sealed and published, and what its records say of their chains."""

    database: Database
    positions: list[tuple[str, int, Position]]
    head: dict[str, Any]

    def tamper(self, *statements: str) -> None:
        """Write to the tables as somebody with full rights to the database, triggers off."""
        with self.database.write() as session:
            if self.database.is_sqlite:
                for table in ("trail_entry", "trail_heads"):
                    for verb in ("update", "delete"):
                        session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))
            else:
                session.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                session.execute(text(statement))

    def problems(self, *, published: bool = True, positions: bool = False) -> list[tuple[str, int | None, int | None]]:
        with self.database.read() as session:
            report = verify(
                session,
                published=[self.head] if published else [],
                positions=self.positions if positions else (),
            )
        assert report.ok == (not report.problems)
        return [(problem.code, problem.record_id, problem.seq) for problem in report.problems]


@pytest.fixture
def evidence(database: Database, at: datetime, tmp_path: Path) -> Evidence:
    with database.write() as session:
        positions = _fill(session, at)
        assert seal_heads(session, at=at) == RECORDS
        head = publish_head(session, tmp_path, at=at)
    assert head is not None
    return Evidence(database, positions, head)


def test_an_untouched_trail_verifies(evidence: Evidence) -> None:
    assert evidence.problems(positions=True) == []


@pytest.mark.parametrize("seq", range(1, PER_RECORD + 1))
@pytest.mark.parametrize(
    "change",
    [
        "action = 'other'",
        "actor_id = 'user:2'",
        "actor_label = 'Eve'",
        "to_state = 'c'",
        "from_state = NULL",
        "data = '{}'",
        "record_label = 'X'",
        "via = 'api'",
        "definition = 'x'",
        "hash = 'ffff'",
        "at = '2026-11-20T09:00:00.000001Z'",
    ],
)
def test_every_changed_column_of_every_entry_is_found(evidence: Evidence, seq: int, change: str) -> None:
    evidence.tamper(f"UPDATE trail_entry SET {change} WHERE record_id = 2 AND seq = {seq}")
    assert [problem[1:] for problem in evidence.problems()][:1] == [(2, seq)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "change",
    [
        "at = at || 'x'",
        "at = 17",
        "at = x'ff'",
        "data = x'00ff'",
        "data = CAST(x'ff' AS TEXT)",
        "actor_label = CAST(x'c328' AS TEXT)",
        "record_id = 'two'",
        "seq = 'second'",
        "hash = x'ff'",
        "key_id = x'ff'",
    ],
)
def test_what_no_column_can_hold_is_found_and_named(evidence: Evidence, change: str) -> None:
    """SQLite stores anything anywhere; the proof names the entry instead of stumbling over it."""
    evidence.tamper(f"UPDATE trail_entry SET {change} WHERE record_id = 2 AND seq = 2")
    assert (2, 2) in [problem[1:] for problem in evidence.problems()]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "change", ["at = 'x'", "entry_seq = 'x'", "record_id = x'ff'", "hash = x'ff'", "record_kind = CAST(x'ff' AS TEXT)"]
)
def test_what_no_head_can_hold_is_found(evidence: Evidence, change: str) -> None:
    evidence.tamper(f"UPDATE trail_heads SET {change} WHERE seq = 2")
    assert "changed_head" in [problem[0] for problem in evidence.problems()]


def test_ids_that_were_swapped_are_found(evidence: Evidence) -> None:
    """The page of the trail stands in the order of the ids."""
    evidence.tamper(
        "UPDATE trail_entry SET id = (SELECT max(id) + 1 FROM trail_entry) WHERE record_id = 2 AND seq = 2",
        "UPDATE trail_entry SET id = (SELECT max(id) + 1 FROM trail_entry) WHERE record_id = 3 AND seq = 4",
    )
    problems = evidence.problems()
    assert ("reordered_entry", 2, 3) in problems
    assert ("changed_entry", 3, 4) in problems, "what was sealed with its id is held against it"


@pytest.mark.parametrize("seq", range(1, PER_RECORD + 1))
def test_every_deleted_entry_is_found(evidence: Evidence, seq: int) -> None:
    evidence.tamper(f"DELETE FROM trail_entry WHERE record_id = 2 AND seq = {seq}")
    assert [problem[1:] for problem in evidence.problems()][:1] == [(2, seq)]


def test_a_gap_closed_by_renumbering_is_found(evidence: Evidence) -> None:
    evidence.tamper(
        "DELETE FROM trail_entry WHERE record_id = 2 AND seq = 2",
        "UPDATE trail_entry SET seq = seq - 1 WHERE record_id = 2 AND seq = 3",
        "UPDATE trail_entry SET seq = seq - 1 WHERE record_id = 2 AND seq = 4",
    )
    assert ("changed_entry", 2, 2) in evidence.problems()


def test_two_swapped_entries_are_found(evidence: Evidence) -> None:
    evidence.tamper(
        "UPDATE trail_entry SET seq = 99 WHERE record_id = 2 AND seq = 2",
        "UPDATE trail_entry SET seq = 2 WHERE record_id = 2 AND seq = 3",
        "UPDATE trail_entry SET seq = 3 WHERE record_id = 2 AND seq = 99",
    )
    assert evidence.problems()[0] == ("changed_entry", 2, 2)


def test_an_inserted_entry_is_found(evidence: Evidence) -> None:
    columns = (
        "record_kind, record_id, at, record_label, actor_kind, actor_id, actor_label, via, action, "
        "from_state, to_state, definition, data, key_id, hash"
    )
    evidence.tamper(
        f"INSERT INTO trail_entry (id, seq, {columns}) "
        f"SELECT 1000, 5, {columns} FROM trail_entry WHERE record_id = 2 AND seq = 4"
    )
    assert evidence.problems()[0] == ("changed_entry", 2, 5)


def test_a_cut_tail_is_found_up_to_the_last_seal(evidence: Evidence) -> None:
    evidence.tamper("DELETE FROM trail_entry WHERE record_id = 2 AND seq >= 3")
    assert evidence.problems() == [("cut_tail", 2, 3)]


def test_a_dropped_record_is_found(evidence: Evidence) -> None:
    evidence.tamper("DELETE FROM trail_entry WHERE record_id = 2")
    assert evidence.problems() == [("dropped_record", 2, 1)]


def test_a_record_dropped_together_with_its_seal_is_found_by_the_published_head(evidence: Evidence) -> None:
    evidence.tamper("DELETE FROM trail_entry WHERE record_id = 3", "DELETE FROM trail_heads WHERE record_id = 3")
    assert evidence.problems(published=False) == []
    assert [problem[0] for problem in evidence.problems()] == ["cut_heads"]


def test_a_seal_in_the_middle_that_is_removed_is_found_without_a_published_head(evidence: Evidence) -> None:
    evidence.tamper("DELETE FROM trail_entry WHERE record_id = 2", "DELETE FROM trail_heads WHERE record_id = 2")
    assert "changed_head" in [problem[0] for problem in evidence.problems(published=False)]


def test_a_tail_cut_after_the_last_seal_is_found_while_the_record_tells_of_it(
    evidence: Evidence, database: Database, at: datetime
) -> None:
    with database.write() as session:
        kind, record, position = evidence.positions[0]
        after = append(
            session, record=RecordRef(kind, record), at=at, actor=ANN, action="x", data={}, position=position
        )
    evidence.positions[0] = (kind, record, after)
    evidence.tamper("DELETE FROM trail_entry WHERE record_id = 1 AND seq = 5")
    assert evidence.problems() == []
    assert evidence.problems(positions=True) == [("position_differs", 1, 5)]


def test_verify_says_what_it_could_not_prove(database: Database, at: datetime, tmp_path: Path) -> None:
    def unproven(**given: Any) -> str:
        with database.read() as session:
            return " ".join(str(sentence) for sentence in verify(session, **given).unproven)

    with database.write() as session:
        _fill(session, at)
    assert "3 records have entries newer than their last seal" in unproven()
    assert "No published head was given" in unproven()
    with database.write() as session:
        seal_heads(session, at=at)
        head = publish_head(session, tmp_path, at=at)
    assert unproven(published=[head]) == ""


def test_a_trigger_that_was_dropped_is_missed_and_put_back(database: Database) -> None:
    name = "trail_entry_no_update" if database.is_sqlite else "trail_entry_no_change"
    with database.write() as session:
        session.execute(text(f"DROP TRIGGER {name}" + ("" if database.is_sqlite else " ON trail_entry")))
    with database.read() as session:
        assert missing_guards(session) == (name,)
        assert name in " ".join(str(sentence) for sentence in verify(session).unproven)
    with database.write() as session:
        assert put_back_guards(session) == (name,)
    with database.write() as session:
        assert missing_guards(session) == () and put_back_guards(session) == ()


def test_sealing_twice_adds_nothing_and_sealing_again_adds_what_grew(evidence: Evidence, at: datetime) -> None:
    with evidence.database.write() as session:
        assert seal_heads(session, at=at) == 0
        kind, record, position = evidence.positions[0]
        append(session, record=RecordRef(kind, record), at=at, actor=ANN, action="x", data={}, position=position)
        assert seal_heads(session, at=at) == 1


def test_a_published_head_is_a_line_in_the_file_of_its_day(evidence: Evidence, at: datetime, tmp_path: Path) -> None:
    with evidence.database.write() as session:
        publish_head(session, tmp_path, at=at + timedelta(hours=1))
    lines = (tmp_path / "heads-2026-11-20.jsonl").read_text().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [RECORDS, RECORDS]


@pytest.mark.parametrize("verb", ["UPDATE trail_entry SET action = 'x'", "DELETE FROM trail_entry"])
@pytest.mark.parametrize("table", ["trail_entry", "trail_heads"])
def test_the_database_itself_refuses_to_change_the_trail(
    evidence: Evidence, verb: str, table: str, at: datetime
) -> None:
    statement = verb.replace("trail_entry", table).replace("action = 'x'", "key_id = 'x'")
    with pytest.raises(Exception, match="can only be appended to"), evidence.database.write() as session:
        session.execute(text(statement))


def test_a_record_without_own_position_keeps_its_chain_in_the_trail(database: Database, at: datetime) -> None:
    def add(session: Session) -> Position:
        return append(session, record=RecordRef("user", 7, "Bo"), at=at, actor=ANN, action="user.changed", data={})

    with database.write() as session:
        assert [add(session).seq for _time in range(3)] == [1, 2, 3]
    with database.read() as session:
        assert verify(session).ok


def test_four_writers_make_one_chain(database: Database, at: datetime) -> None:
    """F8: no fork however many write to the same record."""
    from concurrent.futures import ThreadPoolExecutor

    def add(_number: int) -> None:
        with database.write() as session:
            append(session, record=RecordRef("user", 7, "Bo"), at=at, actor=ANN, action="x", data={})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(80)))
    with database.read() as session:
        report = verify(session)
    assert (report.ok, report.entries) == (True, 80)
