"""What proves, demands and plans goes over with a merged supplier, and comes back."""

from typing import Any

from supplier_quality.engine.evidence import verify_trail
from supplier_quality.suppliers.development import queries
from supplier_quality.trail import entries
from tests.suppliers.conftest import SQE
from tests.suppliers.development.conftest import Bench
from tests.suppliers.merging.canonical import canonical
from tests.suppliers.merging.conftest import merge, undo


def test_levels_and_plans_follow_a_merge_and_come_back(bench: Bench, make_supplier: Any) -> None:
    stays = make_supplier("Acme Castings GmbH", complete=False)
    bench.authorise()
    bench.audit("ISO 9001")
    bench.demand("iso_9001_by_audit", "maqmsr")
    plan = bench.draft("maqmsr")
    bench.add_milestone(plan, "MAQMSR audit", 60, "maqmsr")
    with bench.database.read() as session:
        before = canonical(session, bench.number), canonical(session, stays)

    merge(bench.database, stays, bench.number, bench.at)
    survivor = Bench(bench.database, stays)
    assert (survivor.level(), survivor.standing().meets_minimum) == ("iso_9001_by_audit", True)
    assert bench.standing().worst is None
    with bench.database.read() as session:
        found = queries.get_plan(session, plan, actor=SQE)
        assert (found.supplier_id, found.supplier_name) == (survivor.supplier(session).id, "Acme Castings GmbH")
        assert entries(session, found.subject_kind, found.id)[-1].action == "merge.followed"
        told = entries(session, "supplier", found.supplier_id)[-1].data
        assert (told["audits"], told["development"]) == (2, 1)

    undo(bench.database, bench.number, bench.at)
    with bench.database.read() as session:
        assert (canonical(session, bench.number), canonical(session, stays)) == before
        assert verify_trail(session).ok
