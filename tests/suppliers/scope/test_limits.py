"""What the standing of a supplier or a site does to scope, and that exactly this comes back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from supplier_quality.engine.explain import to_sign
from supplier_quality.engine.refusals import Refused
from supplier_quality.engine.registry import registry
from supplier_quality.engine.store import active_process
from supplier_quality.identity import Signature, system_actor
from supplier_quality.outbox import Poison
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.models import Site
from supplier_quality.suppliers.operations import move_supplier
from supplier_quality.suppliers.scope.enums import ScopeAction, ScopeState, Why
from tests.suppliers.conftest import BUYER, QUALITY_MANAGER, SQE
from tests.suppliers.qualification.conftest import DONE, steps_of
from tests.suppliers.qualification.conftest import move as move_step
from tests.suppliers.scope.conftest import GOOD, OTHER_MANAGER, ask, grant, move, state_of, states, told
from tests.suppliers.scope.test_process import CONDITIONS, mails_to_cem, refusal
from tests.suppliers.test_qualification import act, deliver


def suspend_supplier(database: Database, number: str, at: datetime) -> None:
    act(database, number, "suspend", QUALITY_MANAGER, at, {"reason": "Recall of batch 7"})


def reinstate_supplier(database: Database, number: str, at: datetime) -> None:
    act(database, number, "reinstate", OTHER_MANAGER, at, {"reason": "Solved"})


def at_site(database: Database, act_name: str, number: str, site: str, at: datetime, **more: Any) -> None:
    """Do what a policy of another part of the product would ask for."""
    with database.write() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=SQE)
        site_id = session.scalars(select(Site.id).where(Site.supplier_id == supplier.id, Site.name == site)).one()
        parameters = {"supplier_id": supplier.id, "site_id": site_id, "cause": "certificate:1", **more}
        registry.acts[act_name](session, supplier, parameters, actor=system_actor("policy"), at=at, cause={})


def test_a_suspended_supplier_holds_its_scope_and_only_that_comes_back(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number = approved()
    plain = grant(house, number, at)
    conditional = ask(house, number, at, site="Works 2")
    move(house, conditional, "approve_conditionally", at, CONDITIONS)
    ours = grant(house, number, at, commodity="FASTENERS")
    move(house, ours, "suspend", at, {"reason": "Own finding"})
    leaving = grant(house, number, at, part="P-9")
    move(house, leaving, "phase_out", at, {"last_day": "2027-01-31", "reason": "Old"})
    asked = ask(house, number, at, commodity="FASTENERS", site="Works 2")
    lines = [plain, conditional, ours, leaving, asked]

    suspend_supplier(house, number, at)
    assert states(house, lines) == ["suspended", "suspended", "suspended", "suspended", "requested"]
    assert refusal(house, plain, "reinstate", at, {"reason": "?"}, actor=OTHER_MANAGER) == [
        "suspended_by_people", "supplier_qualified",
    ]  # fmt: skip
    reinstate_supplier(house, number, at)
    assert states(house, lines) == ["approved", "conditional", "suspended", "phasing_out", "requested"]


def test_the_trail_of_each_line_names_the_cause_and_its_words(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number = approved()
    line = grant(house, number, at)
    suspend_supplier(house, number, at)
    entry = told(house, line)[-1]
    assert (entry.action, entry.actor.kind, entry.actor.via) == ("hold", "system", "policy")
    assert entry.data["form"] == {"cause": "supplier_suspended", "reason": "Recall of batch 7"}


def test_procurement_gets_one_mail_for_all_lines_of_a_supplier_beside_that_of_its_standing(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number = approved()
    lines = [grant(house, number, at), grant(house, number, at, commodity="FASTENERS")]
    before = len(mails_to_cem(house))
    suspend_supplier(house, number, at)
    told_cem = mails_to_cem(house)[before:]
    mails = dict(told_cem)
    of_supplier, of_lines = f"供应商状态变更 ({number})", f"批准范围已变更 ({number})"
    assert sorted(subject for subject, _text in told_cem) == sorted([of_supplier, of_lines])
    assert all(line in mails[of_lines] for line in lines) and not any(line in mails[of_supplier] for line in lines)
    assert "Recall of batch 7" in mails[of_lines] and "供应商被暂停供货资格" in mails[of_lines]
    assert "Recall of batch 7" in mails[of_supplier] and "的状态已变更：暂停供货资格" in mails[of_supplier]


def test_a_conditional_supplier_has_conditional_scope_also_when_it_is_approved_later(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number = approved()
    line = grant(house, number, at)
    at += timedelta(hours=1)  # What is done at the moment of an approval counts for that approval.
    act(house, number, "review_again", SQE, at, {"reason": "Audit findings"})
    assert state_of(house, line) == "conditional"
    assert refusal(house, line, "approve", at, GOOD) == ["supplier_qualified", "not_decided_yet"]
    form = {"conditions": "Close findings", "valid_until": "2027-03-31", "comment": "Only source"}
    act(house, number, "approve_conditionally", QUALITY_MANAGER, at, form)
    assert state_of(house, line) == "conditional"
    later = ask(house, number, at, site="Works 2")
    assert move(house, later, "approve", at, GOOD) == "conditional"
    assert told(house, later)[-1].data["form"]["cause"] == "standing"
    with pytest.raises(Refused) as caught:
        act(house, number, "approve", QUALITY_MANAGER, at, {"comment": "Closed"})
    assert "conditions_met" in [unmet.id for unmet in caught.value.unmet]
    for step in steps_of(house, number).values():
        move_step(house, step.number, "complete", at, DONE)
    assert states(house, [line, later]) == ["conditional", "conditional"]
    act(house, number, "approve", QUALITY_MANAGER, at, {"comment": "Closed"})
    assert states(house, [line, later]) == ["approved", "approved"]


def test_an_approval_that_is_renewed_at_once_gives_scope_back(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number = approved()
    line = grant(house, number, at)
    suspend_supplier(house, number, at)
    with house.write() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=SQE)
        version, asked = supplier.version, to_sign(session, supplier, "reinstate", form={"reason": "Solved"})
        signature = Signature("password", at, str(asked[0]), asked[1], OTHER_MANAGER.id) if asked else None
        move_supplier(
            session, supplier, "reinstate", actor=OTHER_MANAGER, at=at, form={"reason": "Solved"}, signature=signature,
            expected_version=version,
        )  # fmt: skip
        move_supplier(session, supplier, "requalify", actor=SQE, at=at)
    assert state_of(house, line) == "suspended", "what follows is not delivered yet"
    deliver(house, at)
    assert state_of(house, line) == "approved"
    entry = told(house, line)[-1]
    assert (entry.action, entry.data["form"]["cause"]) == ("restore", "supplier_requalifying")


def test_review_after_a_suspension_gives_nothing_back(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number = approved()
    line = grant(house, number, at)
    suspend_supplier(house, number, at)
    act(house, number, "review_again", SQE, at, {"reason": "New plant manager"})
    assert state_of(house, line) == "suspended"


def test_a_disqualified_supplier_has_no_scope(house: Database, approved: Callable[..., str], at: datetime) -> None:
    number = approved()
    lines = [grant(house, number, at), ask(house, number, at, site="Works 2")]
    withdrawn = ask(house, number, at, commodity="FASTENERS")
    move(house, withdrawn, "withdraw", at, {"reason": "Not needed"}, actor=BUYER)
    suspend_supplier(house, number, at)
    act(house, number, "disqualify", QUALITY_MANAGER, at, {"reason": "Fraud"})
    assert states(house, [*lines, withdrawn]) == ["disqualified", "disqualified", "withdrawn"]


def test_a_lapse_limits_exactly_one_site_and_its_return_restores_it(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number = approved()
    here, there = grant(house, number, at), grant(house, number, at, site="Works 2")
    at_site(house, "scope.limit_site", number, "Works 1", at, reason="IATF 16949 expired")
    assert states(house, [here, there]) == ["conditional", "approved"]
    at_site(house, "scope.limit_site", number, "Works 1", at, effect="suspended")
    assert states(house, [here, there]) == ["suspended", "approved"]
    at_site(house, "scope.restore_site", number, "Works 1", at)
    assert states(house, [here, there]) == ["approved", "approved"]
    assert [entry.action for entry in told(house, here)] == ["start", "approve", "limit", "hold", "restore"]


def test_a_line_returns_only_when_nothing_limits_it_any_more(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number = approved()
    line = grant(house, number, at)
    at_site(house, "scope.limit_site", number, "Works 1", at)
    at_site(house, "scope.limit_site", number, "Works 1", at, cause="certificate:2")
    suspend_supplier(house, number, at)
    reinstate_supplier(house, number, at)
    assert state_of(house, line) == "conditional"
    at_site(house, "scope.restore_site", number, "Works 1", at)
    assert state_of(house, line) == "conditional"
    at_site(house, "scope.restore_site", number, "Works 1", at, cause="certificate:2")
    assert state_of(house, line) == "approved"
    at_site(house, "scope.restore_site", number, "Works 1", at, cause="certificate:2")
    assert state_of(house, line) == "approved"


def test_a_late_event_of_a_state_left_long_ago_does_nothing(
    house: Database, approved: Callable[..., str], at: datetime
) -> None:
    number = approved()
    line = grant(house, number, at)
    with house.write() as session:
        supplier = supplier_queries.get_supplier(session, number, actor=SQE)
        registry.acts["scope.limit_supplier"](
            session, supplier, {"state": "suspended", "effect": "suspended"}, actor=system_actor("policy"), at=at
        )
    assert state_of(house, line) == "approved"


@pytest.mark.parametrize("missing", ["supplier_id", "site_id", "cause"])
def test_an_act_without_its_parameters_says_so(
    house: Database, approved: Callable[..., str], at: datetime, missing: str
) -> None:
    number = approved()
    with pytest.raises(Poison, match=missing):
        at_site(house, "scope.limit_site", number, "Works 1", at, **{missing: None})


def test_the_process_file_and_the_words_of_the_code_agree(house: Database) -> None:
    with house.read() as session:
        _row, process = active_process(session, "supplier_scope")
    for action in ("limit", "hold", "restore", "restore_conditional", "resume_phase_out", "end_with_supplier"):
        causes = next(field for field in process.actions[action].form if field.id == "cause")
        assert {choice for choice, _label in causes.choices} == set(Why)
    assert set(ScopeAction) <= set(process.actions)
    assert set(ScopeState) <= set(process.states)
