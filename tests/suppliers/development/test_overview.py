"""Which suppliers the overview lists, and in which order."""

from datetime import datetime
from typing import Any

from supplier_quality.engine.store import store_files
from supplier_quality.persistence import Database
from supplier_quality.suppliers.development.overview import Overview, OverviewFilters, read_overview
from tests.suppliers.conftest import SQE
from tests.suppliers.development.conftest import Bench
from tests.suppliers.scope.conftest import approved, house
from tests.suppliers.test_qualification import act
from tests.support import shipped_rules

__all__ = ["approved", "house"]


def test_pages_of_the_overview_keep_their_place(bench: Bench, make_supplier: Any) -> None:
    numbers = [bench.number, make_supplier("Rival Forge"), make_supplier("Zenith")]
    for number in numbers:
        Bench(bench.database, number).draft("iso_9001")
    bench.certify("ISO 9001")

    def read(**filters: Any) -> Overview:
        with bench.database.read() as session:
            return read_overview(session, actor=SQE, filters=OverviewFilters(**filters), today=bench.today)

    found = read(show="all")
    first = found.page(None, 2)
    second = found.page(first.next_cursor, 2)
    assert ([row.number for row in first.rows], first.previous_cursor) == (numbers[:2], None)
    assert ([row.number for row in second.rows], second.next_cursor) == (numbers[2:], None)
    assert found.page(second.previous_cursor, 2).rows == first.rows
    assert found.page("after:SUP-99999", 2).rows == first.rows
    assert (found.below, found.below_without_plan, found.behind, found.total) == (2, 0, 0, 3)
    assert [row.number for row in read().rows] == numbers[1:]
    assert [row.number for row in read(plan="draft", level="iso_9001").rows] == numbers[:1]
    assert read(plan="none").rows == read(show="below", owner_id=1).rows == []
    assert [row.number for row in read(search="zen").rows] == numbers[2:]


def test_a_supplier_that_is_qualified_again_is_still_listed(house: Database, approved: Any, at: datetime) -> None:
    number = approved()
    with house.write() as session:
        store_files(session, [shipped_rules("development_ladder.yaml")], at=at)
    act(house, number, "requalify", SQE, at)
    with house.read() as session:
        found = read_overview(session, actor=SQE, filters=OverviewFilters(show="all"), today=at.date())
    assert [row.number for row in found.rows] == [number]
