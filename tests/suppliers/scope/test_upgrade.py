"""An installation that had suppliers before there was scope."""

from pathlib import Path

import pytest
from sqlalchemy import insert, select

from supplier_quality.persistence import schema
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.scope.models import EVERY_SITE, ScopeLimit
from tests.support import AT, empty_database


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_suppliers_that_are_not_simply_approved_limit_the_scope_they_will_get(kind: str, tmp_path: Path) -> None:
    states = ("approved", "conditional", "review", "suspended", "prospect")
    rows = [
        {
            "number": f"SUP-{place}", "name": state, "name_key": state, "state": state, "version": 1, "definition_id": 1,
            "trail_seq": 0, "trail_head": "", "entered_at": AT, "created_at": AT, "changed_at": AT,
        }
        for place, state in enumerate(states)
    ]  # fmt: skip
    with empty_database(kind, tmp_path) as database:
        schema.upgrade(database)
        schema.downgrade(database, "0008")
        with database.write() as session:
            session.execute(insert(Supplier), rows)
        schema.upgrade(database)
        with database.read() as session:
            query = select(Supplier.state, ScopeLimit.effect, ScopeLimit.why, ScopeLimit.site_id, ScopeLimit.since)
            found = session.execute(query.join(Supplier, Supplier.id == ScopeLimit.supplier_id)).all()
    assert sorted(tuple(row) for row in found) == [
        ("conditional", "conditional", "supplier_conditional", EVERY_SITE, AT),
        ("review", "conditional", "supplier_review", EVERY_SITE, AT),
        ("suspended", "suspended", "supplier_suspended", EVERY_SITE, AT),
    ]
