"""The approved supplier list as of a past day: 10,000 suppliers with 20 lines each, against the raw query of the same rows."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from benchmarks.measuring import Plan, Result, in_turns
from benchmarks.rooms import KINDS, Room, room
from supplier_quality import features
from supplier_quality.engine.start import start_many
from supplier_quality.identity import Actor, system_actor
from supplier_quality.parts.models import Commodity
from supplier_quality.persistence.types import as_text
from supplier_quality.suppliers.approved.queries import ListFilters, list_approved
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.scope.models import ScopeLine
from supplier_quality.trail import Position, RecordRef, append_many

ASKED = datetime(2026, 3, 2, 8, tzinfo=UTC)
APPROVED, SUSPENDED, PAST = ASKED + timedelta(days=10), ASKED + timedelta(days=100), ASKED + timedelta(days=50)
COMMODITIES, SITES = 10, 2
READER = Actor(kind="user", id="user:1", label="Anna Weber", roles=frozenset({"sqe"}), language="en", via="web")
_CHUNK = 500

# What a programmer writes who needs the list once: how every line stood, with its names.
_RAW = """
SELECT s.number, s.name, i.name, c.number, l.number,
       (SELECT e.to_state FROM trail_entry e
         WHERE e.record_kind = 'supplier_scope' AND e.record_id = l.id AND e.at < :before AND e.to_state IS NOT NULL
         ORDER BY e.seq DESC LIMIT 1) AS state
  FROM supplier_scope l
  JOIN supplier s ON s.id = l.supplier_id
  JOIN supplier_site i ON i.id = l.site_id
  JOIN commodity c ON c.id = l.commodity_id
 WHERE l.supplier_id BETWEEN :first AND :last
"""


def run(plan: Plan) -> Iterator[Result]:
    suppliers = plan.size(10_000, 40)
    for kind in KINDS:
        with room(kind) as place:
            fill(place, suppliers)
            for name, count in (("one page", 25), ("the whole list", suppliers)):
                yield _compare(place, plan, name, count)


def _compare(place: Room, plan: Plan, name: str, suppliers: int) -> Result:
    """Lines a second of both ways, which must find the same."""
    found: dict[str, set[tuple[str, str]]] = {}

    def timed(way: str, read: Callable[[], set[tuple[str, str]]]) -> float:
        began = time.perf_counter()
        found[way] = read()
        return len(found[way]) / (time.perf_counter() - began)

    turns = in_turns(
        lambda: timed("ours", lambda: ours(place, suppliers)),
        lambda: timed("raw", lambda: raw(place, suppliers)),
        rounds=plan.rounds,
    )
    assert found["ours"] == found["raw"], "both ways find the same lines in the same states"
    return Result(
        "approved", f"{place.kind}, approved list as of a past day, {name}", "lines/s", turns.median(0), turns.median(1),
        turns.ratios(0, 1), notes={"lines": len(found["ours"])},
    )  # fmt: skip


def ours(place: Room, suppliers: int) -> set[tuple[str, str]]:
    """Number and state of every line of so many suppliers, page by page as the export reads them."""
    seen: set[tuple[str, str]] = set()
    cursor, read = None, 0
    with place.database.read() as session:
        while read < suppliers:
            size = min(200, suppliers - read)
            page = list_approved(session, actor=READER, filters=ListFilters(before=PAST), cursor=cursor, size=size)
            seen.update((line.view.number, line.view.state) for line in page.rows)
            cursor, read = page.next_cursor, read + size
            if cursor is None:
                break
    return seen


def raw(place: Room, suppliers: int) -> set[tuple[str, str]]:
    before: Any = as_text(PAST) if place.kind == "sqlite" else PAST
    with place.database.engine.connect() as connection:
        rows = connection.execute(text(_RAW), {"before": before, "first": 1, "last": suppliers}).all()
    return {(row[4], row[5]) for row in rows}


def fill(place: Room, suppliers: int) -> None:
    """Suppliers whose names sort as their ids do, each with 20 lines: asked, approved, and every third suspended later."""
    features.load_rules(place.database, place.settings, at=ASKED)
    actor = system_actor("command")
    with place.database.write() as session:
        session.execute(insert(Commodity), [_commodity(number) for number in range(1, COMMODITIES + 1)])
    for first in range(1, suppliers + 1, _CHUNK):
        numbers = range(first, min(first + _CHUNK, suppliers + 1))
        with place.database.write() as session:
            names = [f"Vendor {number:06d} Castings Ltd" for number in numbers]
            ids = start_many(
                session, Supplier, [{"name": name, "name_key": name.lower()} for name in names], actor=actor, at=ASKED
            )
            sites = [
                {"id": supplier * SITES + site, "supplier_id": supplier, "name": f"Works {site}"}
                for supplier in ids
                for site in range(SITES)
            ]
            session.execute(insert(Site), sites)
            rows = [
                {
                    "supplier_id": site["supplier_id"], "site_id": site["id"], "commodity_id": commodity,
                    "requested_by": "user:1",
                }
                for site in sites
                for commodity in range(1, COMMODITIES + 1)
            ]  # fmt: skip
            _move(session, start_many(session, ScopeLine, rows, actor=actor, at=ASKED), actor)
    if place.kind == "postgresql":
        with place.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def _move(session: Any, ids: list[int], actor: Actor) -> None:
    """The entries of later steps as the engine would have written them; only the trail is read for a past day."""
    lines = session.execute(
        text(
            "SELECT id, number, trail_seq, trail_head FROM supplier_scope WHERE id BETWEEN :first AND :last ORDER BY id"
        ),
        {"first": ids[0], "last": ids[-1]},
    ).all()
    records = [RecordRef(ScopeLine.subject_kind, row.id, row.number) for row in lines]
    steps = [
        (record, Position(row.trail_seq, row.trail_head), {"form": {"comment": "Good", "valid_to": "2028-01-31"}})
        for record, row in zip(records, lines, strict=True)
    ]
    after = append_many(
        session, steps, at=APPROVED, actor=actor.ref, action="approve", from_state="requested", to_state="approved"
    )
    later = [(record, position, {}) for record, position in zip(records[::3], after[::3], strict=True)]
    append_many(
        session, later, at=SUSPENDED, actor=actor.ref, action="suspend", from_state="approved", to_state="suspended"
    )


def _commodity(number: int) -> dict[str, Any]:
    return {
        "id": number, "number": f"C-{number:03d}", "name_en": f"Commodity {number}", "criticality": "general",
        "special_processes": [], "active": True, "revision": 1, "created_at": ASKED, "changed_at": ASKED,
    }  # fmt: skip
