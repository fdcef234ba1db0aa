"""Duplicates: the time to compare one supplier with all others, at 10,000 and at 100,000; it must not grow with their number."""

import random
import time
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from benchmarks.measuring import Plan, Result
from benchmarks.rooms import KINDS, Room, room
from benchmarks.serving import READER, store_suppliers_process
from supplier_quality import clock
from supplier_quality.engine.start import start_many
from supplier_quality.persistence import Database
from supplier_quality.suppliers.likeness.finding import compare_waiting
from supplier_quality.suppliers.models import Supplier, SupplierPair
from supplier_quality.suppliers.names import sort_key

MOST = 2.0
TWINS = 20
"""Every so many suppliers one is entered twice, in another spelling."""

_ONSETS, _VOWELS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "kr", "st"), "aeiou"
_TRADES = ("Precision", "Machinery", "Castings", "Plastics", "Electronics", "Automotive Parts", "Springs", "Tools")
_FORMS = ("GmbH", "AG", "S.r.l.", "Ltd.", "Inc.", "Sp. z o.o.", "Co., Ltd.")


def run(plan: Plan) -> Iterator[Result]:
    few, many = plan.size(10_000, 200), plan.size(100_000, 600)
    for kind in KINDS:
        each = {count: _measure(kind, count) for count in (few, many)}
        yield Result(
            "duplicates",
            f"comparing one supplier, {kind}, among {many:,} against {few:,}",
            "ms",
            each[many],
            each[few],
            (each[many] / each[few],),
            most=MOST,
        )


def _measure(kind: str, count: int) -> float:
    """Milliseconds a supplier when so many are compared with each other."""
    with room(kind) as place:
        twins = _fill(place, count)
        started = time.perf_counter()
        assert compare_waiting(place.database, at=clock.now()) == count
        taken = time.perf_counter() - started
        found = _pairs(place.database)
        assert found >= twins * 0.9, f"{found} pairs of {twins} twins"
        return taken / count * 1_000


def _fill(place: Room, count: int) -> int:
    """So many suppliers; how many of them are there twice."""
    store_suppliers_process(place.database)
    dice = random.Random(7)
    names: list[str] = []
    while len(names) < count:
        brand = "".join(dice.choice(_ONSETS) + dice.choice(_VOWELS) for _syllable in range(dice.randint(3, 5)))
        trade = dice.choice(_TRADES)
        names.append(f"{brand.title()} {trade} {dice.choice(_FORMS)}")
        if len(names) % TWINS == 0 and len(names) < count:
            names.append(f"{brand.upper()} {trade} {dice.choice(_FORMS)}")
    rows: list[dict[str, Any]] = [{"name": name, "name_key": sort_key(name), "country": "DE"} for name in names]
    for start in range(0, count, 5_000):
        chunk = rows[start : start + 5_000]
        with place.database.write() as session:
            start_many(session, Supplier, chunk, actor=READER, at=clock.now(), data=[{} for _row in chunk])
    return count // (TWINS + 1)


def _pairs(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(SupplierPair)) or 0
