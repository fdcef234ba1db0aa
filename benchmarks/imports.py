"""B8: 100,000 rows of an XLSX file checked, deduplicated, stored and in the trail, against two plain importers.

The first reference reads with openpyxl and stores objects of SQLAlchemy's ORM, supplier and history each; the second reads with
calamine and stores tuples by ``executemany``. Both strip, check and deduplicate, in plain loops.
"""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook
from sqlalchemy import Integer, String, create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks.measuring import Plan, Result, in_turns
from benchmarks.rooms import KINDS, room
from benchmarks.workload import AT
from supplier_quality import resources
from supplier_quality.engine.definitions import load_rule_file
from supplier_quality.engine.store import store_files
from supplier_quality.identity import system_actor
from supplier_quality.persistence import Database
from supplier_quality.suppliers.importing import files, mapping
from supplier_quality.suppliers.models import Supplier

FASTER_THAN_ORM, OF_EXECUTEMANY = 8.0, 0.25
HEADER = ("Vendor ID", "Vendor", "Country", "Remark")
MAP = "key: Vendor ID\nname: Vendor\ncountry: Country\nnote: Remark\n"
COUNTRIES = ("DE", "CN", "US", "FR", "PL")
REPEATED_EVERY = 20


def run(plan: Plan) -> Iterator[Result]:
    rows = plan.size(100_000, 2_000)
    with tempfile.TemporaryDirectory(prefix="sq-bench-") as folder:
        path = Path(folder) / "vendors.xlsx"
        different = write_vendors(path, rows)
        for kind in KINDS:
            pair = _Importers(path, kind, rows, different)
            turns = in_turns(pair.ours, pair.openpyxl_and_orm, pair.calamine_and_executemany, rounds=plan.rounds)
            # The second target is "at most four times the time", which is a quarter of the rate.
            for other, name, target in (
                (1, "openpyxl + ORM", FASTER_THAN_ORM),
                (2, "calamine + executemany", OF_EXECUTEMANY),
            ):
                yield Result(
                    "B8",
                    f"import of {rows:,} rows, {kind}, against {name} (SQLite)",
                    "rows/s",
                    turns.median(0),
                    turns.median(other),
                    turns.ratios(0, other),
                    target=target,
                    notes={"rows": rows, "suppliers": different},
                )


def write_vendors(path: Path, rows: int) -> int:
    """A file in which some rows repeat an earlier one; how many different suppliers it lists."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADER)
    different = 0
    for number in range(rows):
        if number % REPEATED_EVERY != REPEATED_EVERY - 1:
            different += 1
        key = different
        sheet.append((f"V{key:06d}", f"Vendor {key:06d} Castings Ltd", COUNTRIES[key % 5], f"Listed in lot {key % 97}"))
    book.save(path)
    return different


def store_suppliers_process(database: Database) -> None:
    path = resources.workflows() / "supplier_qualification.yaml"
    with database.write() as session:
        store_files(session, [load_rule_file(path.read_text(encoding="utf-8"), file=path.name)], at=AT)


def import_file(database: Database, path: Path) -> None:
    """As the command does it."""
    drafts = files.read_drafts(path, mapping.read_map(MAP), owners={})
    with database.write() as session:
        report = files.import_suppliers(session, drafts, source=path.name, actor=system_actor("command"), at=AT)
    assert not report.rejected, report.rejected[:3]


class _RefBase(DeclarativeBase):
    pass


class _Vendor(_RefBase):
    __tablename__ = "vendor"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(2))
    note: Mapped[str] = mapped_column(String(200))


class _History(_RefBase):
    __tablename__ = "history"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    vendor_key: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(40))
    at: Mapped[str] = mapped_column(String(40))


class _Importers:
    """Ours and the two references, each into an empty database, each checked for the same suppliers."""

    def __init__(self, path: Path, kind: str, rows: int, different: int) -> None:
        self._path, self._kind, self._rows, self._different = path, kind, rows, different

    def ours(self) -> float:
        with room(self._kind) as place:
            store_suppliers_process(place.database)
            began = time.perf_counter()
            import_file(place.database, self._path)
            took = time.perf_counter() - began
            with place.database.read() as session:
                stored = session.execute(select(func.count(), func.min(Supplier.name), func.max(Supplier.name))).one()
        self._check(tuple(stored))
        return self._rows / took

    def openpyxl_and_orm(self) -> float:
        with tempfile.TemporaryDirectory(prefix="sq-bench-") as folder:
            engine = create_engine(f"sqlite:///{folder}/rows.db")
            event.listen(engine, "connect", _make_durable)
            _RefBase.metadata.create_all(engine)
            began = time.perf_counter()
            sheet = load_workbook(self._path, read_only=True, data_only=True).active
            assert sheet is not None
            vendors = _different(list(sheet.iter_rows(min_row=2, values_only=True)))
            with Session(engine) as session:
                for key, (name, country, note) in vendors.items():
                    session.add(_Vendor(key=key, name=name, country=country, note=note))
                    session.add(_History(vendor_key=key, action="start", at=AT.isoformat()))
                session.commit()
            took = time.perf_counter() - began
            with Session(engine) as session:
                stored = session.execute(select(func.count(), func.min(_Vendor.name), func.max(_Vendor.name))).one()
            engine.dispose()
        self._check(tuple(stored))
        return self._rows / took

    def calamine_and_executemany(self) -> float:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sq-bench-"))
            connection = stack.enter_context(closing(sqlite3.connect(f"{folder}/rows.db")))
            _make_durable(connection)
            connection.execute("CREATE TABLE vendor (id INTEGER PRIMARY KEY, key UNIQUE, name, country, note)")
            connection.execute("CREATE TABLE history (id INTEGER PRIMARY KEY, vendor_key, action, at)")
            began = time.perf_counter()
            rows = CalamineWorkbook.from_path(str(self._path)).get_sheet_by_index(0).to_python()
            vendors = _different(rows[1:])
            connection.executemany(
                "INSERT INTO vendor (key, name, country, note) VALUES (?, ?, ?, ?)",
                [(key, *values) for key, values in vendors.items()],
            )
            connection.executemany(
                "INSERT INTO history (vendor_key, action, at) VALUES (?, 'start', ?)",
                [(key, AT.isoformat()) for key in vendors],
            )
            connection.commit()
            took = time.perf_counter() - began
            stored = connection.execute("SELECT count(*), min(name), max(name) FROM vendor").fetchone()
        self._check(stored)
        return self._rows / took

    def _check(self, stored: tuple[Any, ...]) -> None:
        first, last = (f"Vendor {number:06d} Castings Ltd" for number in (1, self._different))
        assert stored == (self._different, first, last), stored


def _different(rows: list[Any]) -> dict[str, tuple[str, str, str]]:
    """The rows by key, checked as far as a short script would."""
    vendors: dict[str, tuple[str, str, str]] = {}
    for key, name, country, note in rows:
        values = (str(name).strip(), str(country).strip().upper(), str(note).strip())
        if not key or not values[0] or len(values[1]) != 2:
            raise ValueError(f"bad row {key}")
        if vendors.setdefault(str(key).strip(), values) != values:
            raise ValueError(f"two different rows for {key}")
    return vendors


def _make_durable(connection: Any, _record: object = None) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
