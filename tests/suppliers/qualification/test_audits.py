"""A second-party audit entered for the development of a supplier serves for the on-site audit of its route."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from supplier_quality.engine.store import store_files
from supplier_quality.persistence import Database
from supplier_quality.suppliers.development.operations import withdraw_proof
from supplier_quality.suppliers.development.queries import get_proof
from supplier_quality.suppliers.qualification.audits import audits_for
from supplier_quality.suppliers.qualification.models import QualificationStep
from supplier_quality.suppliers.qualification.queries import undone_steps
from supplier_quality.suppliers.queries import get_supplier
from tests.suppliers.development.conftest import Bench
from tests.suppliers.qualification.conftest import DAY, DONE, GOOD, QUALITY_MANAGER, SQE, move, steps_of
from tests.suppliers.test_qualification import act
from tests.support import shipped_rules

Reviewed = Callable[..., str]
OFFER = "Done by this audit"


def bench_of(house: Database, number: str, at: datetime) -> Bench:
    with house.write() as session:
        store_files(session, [shipped_rules("development_ladder.yaml")], at=at)
    return Bench(house, number)


def offered(database: Database, number: str, kind: str, at: datetime) -> list[str]:
    """The references of the audits by which the open step of a kind may be done."""
    with database.read() as session:
        supplier = get_supplier(session, number, actor=SQE)
        step: QualificationStep = next(each for each in undone_steps(session, [supplier.id]) if each.kind == kind)
        return [audit.reference for audit in audits_for(session, step, supplier, at=at)]


def test_an_audit_step_is_done_by_a_second_party_audit(
    house: Database, reviewed: Reviewed, signed_in: Any, at: datetime
) -> None:
    number = reviewed("safety")
    bench = bench_of(house, number, at)
    path = f"/qualification-steps/{steps_of(house, number)['audit'].number}"
    browser = signed_in("sqe")
    assert OFFER not in browser.get(path).text
    bench.audit("MAQMSR", "Works 1", reference="SPA-7", dated="2026-01-09")
    page = browser.get(path).text
    assert page.count(OFFER) == 1
    assert OFFER not in signed_in("viewer").get(path).text
    evidence = "Second-party audit SPA-7 against MAQMSR, Works 1"
    assert f'name="evidence" value="{evidence}"' in page and 'name="done_on" value="2026-01-09"' in page
    sent = {"done_on": "2026-01-09", "evidence": evidence, "expected_version": "1"}
    assert browser.send(f"{path}/actions/complete", path, **sent).status_code == 303
    step = steps_of(house, number)["audit"]
    assert (step.state, step.evidence, str(step.closed_on)) == ("done", evidence, "2026-01-09")
    page = browser.get(path).text
    assert OFFER not in page and "Audits of this supplier" in page


def test_only_audits_that_conform_and_count_today_are_offered(
    house: Database, reviewed: Reviewed, at: datetime
) -> None:
    number = reviewed("safety")
    bench = bench_of(house, number, at)
    bench.audit("MAQMSR", "Works 1", reference="BAD", result="fails")
    bench.audit("MAQMSR", "Works 1", reference="OVER", dated="2025-01-09", valid_until="2026-11-20")
    bench.audit("MAQMSR", "Works 1", reference="GOOD", dated="2026-01-09")
    wrong = bench.audit("MAQMSR", "Works 1", reference="WRONG")
    assert offered(house, number, "audit", at + DAY) == ["WRONG", "GOOD"]
    assert offered(house, number, "samples", at + DAY) == []
    with house.write() as session:
        supplier = get_supplier(session, number, actor=SQE)
        withdraw_proof(session, supplier, get_proof(session, supplier, wrong), reason="Another site", actor=SQE, at=at)
    assert offered(house, number, "audit", at + DAY) == ["GOOD"]


def test_what_was_shown_for_the_last_approval_is_not_offered_again(
    house: Database, reviewed: Reviewed, at: datetime
) -> None:
    number = reviewed("safety")
    bench = bench_of(house, number, at)
    bench.audit("MAQMSR", "Works 1", reference="OLD")
    for step in steps_of(house, number).values():
        move(house, step.number, "complete", at, DONE)
    act(house, number, "approve", QUALITY_MANAGER, at + DAY, GOOD)
    act(house, number, "requalify", SQE, at + 2 * DAY)
    assert offered(house, number, "audit", at + 2 * DAY) == []
    bench.at = at + 3 * DAY
    bench.audit("MAQMSR", "Works 1", reference="NEW")
    assert offered(house, number, "audit", at + 3 * DAY) == ["NEW"]
