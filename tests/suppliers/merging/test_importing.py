"""Lists from outside name a record by its old key; they are about the one that stayed."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries
from supplier_quality.suppliers.importing.files import import_suppliers, read_drafts
from supplier_quality.suppliers.importing.mapping import make_map
from tests.suppliers.conftest import SQE
from tests.suppliers.merging.conftest import find, merge


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def store(database: Database, file: Path, rows: str, at: datetime) -> Any:
    columns = {
        "key": "key", "name": "name", "country": "country", "site": {"key": "site", "name": "plant"},
        "contact": {"name": "person", "email": "mail", "primary": "first"},
    }  # fmt: skip
    file.write_text(f"key,name,country,site,plant,person,mail,first\n{rows}", encoding="utf-8")
    drafts = read_drafts(file, make_map(columns), owners={})
    with database.write() as session:
        return import_suppliers(session, drafts, source=file.name, actor=SQE, at=at)


def test_a_row_with_the_old_key_changes_the_record_that_stayed(
    ready: Database, two: tuple[str, str], file: Path, at: datetime
) -> None:
    stays, goes = two
    merge(ready, stays, goes, at)
    report = store(ready, file, "9000,Acme Castings,FR,W9,Works 9,Lee,lee@acme.example,\n", at)
    assert (report.applied, report.created, report.updated) == (True, 0, 1)
    with ready.read() as session:
        survivor = find(session, stays)
        assert (survivor.country, survivor.source_key) == ("FR", "4711")
        assert "Works 9" in [site.name for site in queries.sites_of(session, survivor)]
        assert find(session, goes).source_key == "9000"


def test_a_file_with_both_keys_does_not_change_the_record_to_and_fro(
    ready: Database, two: tuple[str, str], file: Path, at: datetime
) -> None:
    stays, goes = two
    merge(ready, stays, goes, at)
    rows = (
        "9000,ACME Castings GmbH,FR,W9,Works 9,Lee,lee@acme.example,yes\n"
        "4711,Acme Castings,AT,,,Lee,LEE@acme.example,yes\n"
    )
    report = store(ready, file, rows, at)
    assert (report.applied, report.created, report.updated, report.unchanged) == (True, 0, 1, 1)
    with ready.read() as session:
        survivor = find(session, stays)
        assert (survivor.name, survivor.country) == ("Acme Castings", "AT")
        contacts = queries.contacts_of(session, survivor)
        assert [contact.name for contact in contacts].count("Lee") == 1
        assert [contact.name for contact in contacts if contact.primary] == ["Lee"]
    assert store(ready, file, rows, at).updated == 0


def test_a_row_without_key_means_the_record_that_stayed(
    ready: Database, two: tuple[str, str], file: Path, at: datetime
) -> None:
    stays, goes = two
    merge(ready, stays, goes, at)
    report = store(ready, file, ",ACME Castings GmbH,FR,,,,,\n", at)
    assert (report.created, report.updated) == (0, 1)
    with ready.read() as session:
        assert find(session, stays).country == "FR"
