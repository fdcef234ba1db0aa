"""The scan of certificates: how many end within which days, and which are lost, over all at once, against the same SQL by hand.

Both are set-based: one pass over the table, never a query per certificate.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import insert

from benchmarks.measuring import Plan, Result, in_turns
from benchmarks.rooms import KINDS, Room, room
from benchmarks.workload import AT
from supplier_quality.identity import system_actor
from supplier_quality.suppliers.certificates.enums import MISSING, REPLACEABLE, CertificateState
from supplier_quality.suppliers.certificates.models import Certificate
from supplier_quality.suppliers.certificates.queries import count_ends, missing_certificates
from supplier_quality.suppliers.models import Site, Supplier

TARGET = 0.5
PER_SUPPLIER = 10
STRETCHES = (-1, 7, 30, 60, 90, 180)
TODAY = AT.date()
_LOST_EVERY = 50


def run(plan: Plan) -> Iterator[Result]:
    count = plan.size(100_000, 1_000)
    for kind in KINDS:
        with room(kind) as place:
            _fill(place, count)
            with closing(_connect(place)) as connection:
                for name, ours, raw in (
                    ("how many end within which days", partial(_ends, place), partial(_raw_ends, connection, kind)),
                    ("which are lost", partial(_lost, place), partial(_raw_lost, connection)),
                ):
                    assert ours() == raw(), (kind, name)
                    turns = in_turns(_rate(ours, count), _rate(raw, count), rounds=plan.rounds)
                    yield Result(
                        "certificates", f"{name}, {count:,}, {kind}", "certificates/s", turns.median(0),
                        turns.median(1), turns.ratios(0, 1), target=TARGET, notes={"certificates": count},
                    )  # fmt: skip


def _ends(place: Room) -> list[int]:
    with place.database.read() as session:
        counts = count_ends(session, STRETCHES, actor=system_actor("command"), today=TODAY)
    return [counts[days] for days in STRETCHES]


def _lost(place: Room) -> set[str]:
    with place.database.read() as session:
        found = missing_certificates(session, None)
    return {line.number for lines in found.values() for line in lines}


def _raw_ends(connection: Any, kind: str) -> list[int]:
    mark = "?" if kind == "sqlite" else "%s"
    sums = ", ".join(f"SUM(CASE WHEN valid_to <= {mark} THEN 1 ELSE 0 END)" for _days in STRETCHES)
    days = [(TODAY + timedelta(days=days)) for days in STRETCHES]
    query = f"SELECT {sums} FROM supplier_certificate WHERE state IN ({_listed(REPLACEABLE)}) AND valid_to IS NOT NULL"
    given = [day.isoformat() for day in days] if kind == "sqlite" else days
    return [int(count) for count in connection.execute(query, given).fetchone()]


def _raw_lost(connection: Any) -> set[str]:
    query = (
        "SELECT c.number, c.id, c.state, c.definition_id, c.standard, c.edition, c.certificate_no, c.body, c.valid_to, "
        "c.grace_until, c.safety_parts, s.number, s.name, c.site_id, t.name, u.name, c.supplier_id "
        "FROM supplier_certificate c JOIN supplier s ON s.id = c.supplier_id JOIN supplier_site t ON t.id = c.site_id "
        "LEFT JOIN user_account u ON u.id = s.owner_id "
        f"WHERE c.state IN ({_listed(MISSING)}) ORDER BY c.valid_to, c.id"
    )
    return {row[0] for row in connection.execute(query).fetchall()}


def _listed(states: tuple[CertificateState, ...]) -> str:
    return ", ".join(f"'{state.value}'" for state in states)


def _rate(scan: Callable[[], object], count: int) -> Callable[[], float]:
    def run_once() -> float:
        began = time.perf_counter()
        scan()
        return count / (time.perf_counter() - began)

    return run_once


def _fill(place: Room, count: int) -> None:
    suppliers = range(1, count // PER_SUPPLIER + 1)
    common = {
        "version": 1, "trail_seq": 1, "trail_head": "0" * 64, "entered_at": AT, "created_at": AT, "changed_at": AT,
        "definition_id": 1,
    }  # fmt: skip
    with place.database.write() as session:
        session.execute(insert(Supplier), [
            {**common, "id": id_, "number": f"SUP-{id_:05d}", "state": "approved", "name": f"Vendor {id_}",
             "name_key": f"vendor {id_}"} for id_ in suppliers
        ])  # fmt: skip
        session.execute(insert(Site), [{"id": id_, "supplier_id": id_, "name": f"Works {id_}"} for id_ in suppliers])
        rows = [
            {**common, "id": id_, "number": f"CRT-{id_:06d}", "supplier_id": owner, "site_id": owner,
             "state": CertificateState.LAPSED if id_ % _LOST_EVERY == 0 else CertificateState.VALID,
             "standard": "ISO 9001", "valid_to": _end_of(id_), "grace_until": _end_of(id_) + timedelta(days=60)}
            for id_ in range(1, count + 1) for owner in [(id_ - 1) // PER_SUPPLIER + 1]
        ]  # fmt: skip
        session.execute(insert(Certificate), rows)


def _end_of(id_: int) -> date:
    """Lost ones have ended; the others end within three years."""
    return TODAY + timedelta(days=-(id_ % 60) - 1 if id_ % _LOST_EVERY == 0 else id_ % 1095)


def _connect(place: Room) -> Any:
    if place.kind == "sqlite":
        return sqlite3.connect(place.folder / "supplier-quality.db")
    import psycopg

    return psycopg.connect(place.driver_url, autocommit=True)
