"""Definitions are versioned by content."""

from datetime import datetime

import pytest

from supplier_quality.engine.definitions.kinds import RuleFile, load_rule_file
from supplier_quality.engine.store import (
    ChangedWithoutVersion,
    UnknownDefinition,
    active_process,
    check_files,
    definitions,
    process_of,
    store_files,
)
from supplier_quality.persistence import Database
from tests.engine.things import PART_WORKFLOW


def _part(version: int = 1, *, label: str = "Open", origin: str = "shipped") -> RuleFile:
    text = PART_WORKFLOW.replace("version: 1", f"version: {version}").replace("label: Open", f"label: {label}")
    return load_rule_file(text, file="part.yaml", origin=origin)  # type: ignore[arg-type]


def test_loading_the_same_files_again_changes_nothing(database: Database, at: datetime) -> None:
    with database.write() as session:
        assert len(store_files(session, [_part()], at=at)) == 1
    with database.write() as session:
        assert store_files(session, [_part()], at=at) == []
        assert [row.version for row in definitions(session)] == [1]


def test_a_changed_file_with_an_unchanged_version_is_refused_and_nothing_is_stored(
    database: Database, at: datetime
) -> None:
    with database.write() as session:
        store_files(session, [_part()], at=at)
    with pytest.raises(ChangedWithoutVersion) as refused, database.write() as session:
        store_files(session, [_part(label="Opened")], at=at)
    with pytest.raises(ChangedWithoutVersion) as checked, database.read() as session:
        check_files(session, [_part(label="Opened")])
    assert checked.value.details == refused.value.details
    (problem,) = refused.value.details
    assert problem.column == "part.yaml"
    assert "Set version: 2" in str(problem.remedy)


def test_a_new_version_is_in_force_and_the_old_one_stays_readable(database: Database, at: datetime) -> None:
    with database.write() as session:
        store_files(session, [_part()], at=at)
        old, _process = active_process(session, "test_part")
        store_files(session, [_part(2, label="Opened")], at=at)
        new, process = active_process(session, "test_part")
        assert (old.active, new.version) == (False, 2)
        assert str(process.states["open"].label) == "Opened"
        assert str(process_of(session, old.id).states["open"].label) == "Open"


def test_a_local_file_overrides_the_shipped_one_and_counts_its_own_versions(database: Database, at: datetime) -> None:
    with database.write() as session:
        store_files(session, [_part(4)], at=at)
        store_files(session, [_part(1, label="Ours", origin="local")], at=at)
        row, process = active_process(session, "test_part")
        assert (row.origin, row.version, str(process.states["open"].label)) == ("local", 1, "Ours")
        store_files(session, [_part(4)], at=at)
        assert active_process(session, "test_part")[0].origin == "shipped"


def test_a_name_that_was_never_loaded_is_said_to_be_unknown(database: Database) -> None:
    with database.read() as session, pytest.raises(UnknownDefinition, match="nonsense"):
        active_process(session, "nonsense")
