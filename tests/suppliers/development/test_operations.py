"""What is demanded, what proves it, and plans with their milestones, through the operations, on both databases."""

from datetime import timedelta

import pytest

from supplier_quality.engine.facts import gather
from supplier_quality.engine.refusals import Refused
from supplier_quality.identity import system_actor
from supplier_quality.suppliers.development import operations, queries
from supplier_quality.suppliers.development.details import BadDevelopment
from supplier_quality.suppliers.development.models import DevelopmentPlan, Milestone
from supplier_quality.suppliers.development.permissions import MayNotDevelop
from supplier_quality.suppliers.models import Supplier
from supplier_quality.trail import entries
from tests.suppliers.conftest import BUYER, QUALITY_MANAGER, SQE
from tests.suppliers.development.conftest import Bench


def test_levels_follow_certificates_and_audits_of_every_site(bench: Bench) -> None:
    assert bench.level() is None

    (ulm,) = bench.certify("ISO 9001", "Works 1")
    assert bench.level() is None
    bench.certify("ISO 9001", "Works 2")
    assert bench.level() == "iso_9001"
    bench.audit("MAQMSR", "Works 1")
    worst = bench.standing().worst
    assert worst is not None and worst.site == "Works 2"
    proof = bench.audit("MAQMSR", "Works 2")
    assert bench.level() == "maqmsr"

    with bench.database.write() as session:
        supplier = bench.supplier(session)
        operations.withdraw_proof(
            session, supplier, queries.get_proof(session, supplier, proof), reason="Wrong site", actor=SQE, at=bench.at
        )
    assert bench.level() == "iso_9001"
    bench.move_certificate(ulm, "body_withdraws", {"since": str(bench.today), "reason": "Audit missed"})
    assert bench.level() is None


def test_a_minimum_below_the_default_needs_a_letter_of_the_customer(bench: Bench) -> None:
    with pytest.raises(BadDevelopment) as refused:
        bench.demand("iso_9001_by_audit")
    assert refused.value.details[0].column == "minimum"

    bench.authorise()
    bench.audit("ISO 9001")
    bench.demand("iso_9001_by_audit", "iatf_16949", "Tier 3, only source")

    standing = bench.standing()
    assert standing.meets_minimum and not standing.meets_target
    with pytest.raises(BadDevelopment), bench.database.write():
        bench.demand("maqmsr", "iso_9001")
    with bench.database.read() as session:
        supplier = bench.supplier(session)
        told = entries(session, supplier.subject_kind, supplier.id)[-1]
    assert told.action == "development.demanded"
    assert told.data["reason"] == "Tier 3, only source"
    assert told.data["changes"]["minimum"] == [None, "iso_9001_by_audit"]


def test_a_buyer_demands_and_proves_nothing(bench: Bench) -> None:
    with pytest.raises(MayNotDevelop):
        bench.demand("maqmsr", actor=BUYER)
    with pytest.raises(MayNotDevelop):
        bench.audit("MAQMSR", actor=BUYER)
    with pytest.raises(MayNotDevelop):
        bench.draft(actor=BUYER)


def test_facts_for_rules_tell_level_minimum_and_what_a_plan_lacks(bench: Bench) -> None:
    bench.certify("ISO 9001")
    bench.demand("maqmsr", "iatf_16949")
    plan = bench.draft()
    step = bench.add_milestone(plan, "MAQMSR audit", 30, "maqmsr")

    with bench.database.read() as session:
        supplier, found = bench.supplier(session), queries.get_plan(session, plan, actor=SQE)
        milestone = queries.get_milestone(session, step, actor=SQE)
        told = {
            kind: gather(session, names, kind, [id_], actor=system_actor("timer"), at=bench.at)[id_]
            for kind, names, id_ in (
                (Supplier.subject_kind, ["development"], supplier.id),
                (DevelopmentPlan.subject_kind, ["development", "plan"], found.id),
                (Milestone.subject_kind, ["development", "milestone"], milestone.id),
            )
        }
    of_supplier = {
        "level": 2, "minimum": 3, "target": 5, "meets_minimum": False, "meets_target": False, "authorised": False,
        "site": "Works 1",
    }  # fmt: skip
    due = bench.today + timedelta(days=30)
    assert told["supplier"] == {"development": of_supplier}
    assert told["development_plan"] == {
        "development": of_supplier,
        "plan": {"target": 5, "milestones": 1, "open": 1, "reaches_target": False, "first_due": due, "due": due},
    }
    assert told["development_milestone"]["milestone"] == {
        "level": 3, "due": due, "owner": "Ann Miller", "plan": "draft",
    }  # fmt: skip


def test_a_supplier_has_one_open_plan_and_none_for_a_level_it_has(bench: Bench) -> None:
    bench.certify("ISO 9001")

    with pytest.raises(BadDevelopment):
        bench.draft("iso_9001")
    number = bench.draft()
    with pytest.raises(operations.PlanThereAlready, match=number):
        bench.draft("maqmsr")
    bench.move_plan(number, "give_up", {"reason": "Relocated"})
    assert bench.draft("maqmsr") != number


def test_giving_up_ends_what_was_to_come(bench: Bench) -> None:
    plan = bench.draft("iso_9001")
    step = bench.add_milestone(plan, "Certified", 60, "iso_9001")
    bench.move_plan(plan, "agree", {"agreed_with": "Q. Manager", "agreed_on": str(bench.today)})
    bench.move_plan(plan, "begin")
    late = bench.add_milestone(plan, "Stage 1 audit", 20)
    assert (bench.milestone_state(step), bench.milestone_state(late)) == ("open", "open")

    assert bench.move_plan(plan, "give_up", {"reason": "Phased out"}, actor=QUALITY_MANAGER) == "given_up"

    assert (bench.milestone_state(step), bench.milestone_state(late)) == ("dropped", "dropped")
    with pytest.raises(operations.PlanIsOver):
        bench.add_milestone(plan, "More", 30)
    assert bench.mails()[-1] == ("Development plan given up (DEV-00001)", "Ann Miller")


def test_a_milestone_with_a_level_is_done_only_when_data_prove_it(bench: Bench) -> None:
    plan = bench.draft("iso_9001")
    step = bench.add_milestone(plan, "Certified", 60, "iso_9001")
    bench.move_plan(plan, "agree", {"agreed_with": "Q. Manager", "agreed_on": str(bench.today)})
    bench.move_plan(plan, "begin")
    form = {"evidence": "The auditor said so", "done_on": str(bench.today)}
    bench.certify("ISO 9001", "Works 1")

    with pytest.raises(Refused) as refused:
        bench.move_milestone(step, "complete", form)
    assert [unmet.id for unmet in refused.value.unmet] == ["level_proven"]
    assert refused.value.unmet[0].values["development.level"] == 0
    bench.certify("ISO 9001", "Works 2")
    assert bench.move_milestone(step, "complete", form) == "done"
