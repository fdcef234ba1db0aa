"""``supplier-quality import suppliers`` as people and programs run it."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from supplier_quality.console import Console
from supplier_quality.errors import BadInput
from supplier_quality.persistence import Database
from supplier_quality.sheets.table import Where
from supplier_quality.suppliers import queries
from supplier_quality.suppliers.commands import suppliers
from supplier_quality.suppliers.importing.mapping import make_map
from supplier_quality.suppliers.importing.remembering import MappingNotFound, name_mapping, remember_mapping
from supplier_quality.suppliers.models import Supplier
from tests.suppliers.conftest import SQE

Run = Callable[..., tuple[int, Any]]


class Opened(Console):
    """A console whose database is the test's."""

    def __init__(self, database: Database) -> None:
        super().__init__(lambda _settings: database)
        self.__dict__["database"] = database


@pytest.fixture
def run(ready: Database, tmp_path: Path) -> Run:
    def run_command(rows: str, mapping: str, *options: str) -> tuple[int, Any]:
        file, map_file = tmp_path / "rows.csv", tmp_path / "map.yaml"
        file.write_text(rows, encoding="utf-8")
        map_file.write_text(mapping, encoding="utf-8")
        arguments = [str(file), "--map", str(map_file), *options]
        result = CliRunner().invoke(suppliers, arguments, obj=Opened(ready))
        if result.exception and not isinstance(result.exception, SystemExit | click.exceptions.Exit):
            raise result.exception
        return result.exit_code, json.loads(result.stdout) if "--json" in options else result.stdout

    return run_command


def test_the_answer_has_the_promised_shape(ready: Database, run: Run) -> None:
    code, dry = run("Vendor,ID\nAcme,1\nAcme,1\n", "name: Vendor\nkey: ID\n", "--json", "--dry-run")
    none = {"created": 0, "updated": 0, "unchanged": 0, "repeated": 0}
    assert (code, dry) == (
        0,
        {
            "rows": 2, "created": 1, "updated": 0, "unchanged": 0, "repeated": 1, "keyed": 0, "rejected": [],
            "sites": none, "contacts": none, "applied": False, "dry_run": True,
        },
    )  # fmt: skip
    code, real = run("Vendor,ID\nAcme,1\nAcme,1\n", "name: Vendor\nkey: ID\n", "--json")
    assert (code, real) == (0, {**dry, "applied": True, "dry_run": False})
    with ready.read() as session:
        assert [line.name for line in queries.list_suppliers(session, actor=SQE).rows] == ["Acme"]


def test_rejected_rows_end_with_1_and_say_where(run: Run) -> None:
    code, answer = run(
        'Vendor,Mail\n"Acme\nGroup",q@acme.example\nBolt,nobody\n', "name: Vendor\ncontact.email: Mail\n", "--json"
    )
    assert code == 1
    (problem,) = answer["rejected"]
    assert (problem["row"], problem["column"], problem["value"]) == (4, "Mail", "nobody")
    assert problem["problem"]
    assert problem["remedy"]
    code, text = run("Vendor\n \nx\n,\n", "name: Vendor\n")
    assert code == 0
    code, text = run("Vendor,Mail\nBolt,nobody\n", "name: Vendor\ncontact.email: Mail\n")
    assert code == 1
    assert "Nothing was imported" in text


def test_a_wrong_map_is_refused_with_what_was_meant(run: Run) -> None:
    with pytest.raises(BadInput) as caught:
        run("Vendor\nAcme\n", "name: Vendr\n", "--json")
    assert "Vendor" in str(caught.value.details[0].remedy)


def test_a_remembered_mapping_is_used_by_its_name_or_for_the_same_columns(
    ready: Database, tmp_path: Path, at: datetime
) -> None:
    columns = {"name": "Firma", "country": "Land", "constant": {"language": "de"}}
    with ready.write() as session:
        row = remember_mapping(session, ["Firma", "Land"], make_map(columns), Where(line=1), by="Ann Miller", at=at)
        name_mapping(session, row, "Vendors", expected_version=1, actor=SQE, at=at)
    file = tmp_path / "rows.csv"

    def run_command(rows: str, *options: str) -> Any:
        file.write_text(rows, encoding="utf-8")
        return CliRunner().invoke(suppliers, [str(file), *options], obj=Opened(ready))

    # The table has slipped down by a title.
    assert run_command("Stand heute\n\nFirma;Land\nAcme;DE\nBolt;AT\n", "--mapping", "Vendors").exit_code == 0
    assert run_command("Firma,Land\nCog,FR\n").exit_code == 0
    with ready.read() as session:
        assert {(s.name, s.country, s.language) for s in session.scalars(select(Supplier))} == {
            ("Acme", "DE", "de"), ("Bolt", "AT", "de"), ("Cog", "FR", "de"),
        }  # fmt: skip
    assert isinstance(run_command("Firma,Land\nCog,FR\n", "--mapping", "Vendor").exception, MappingNotFound)
    assert run_command("Firma,Ort\nCog,FR\n").exit_code == 2
    assert run_command("Firma,Land\nCog,FR\n", "--mapping", "Vendors", "--map", str(file)).exit_code == 2
