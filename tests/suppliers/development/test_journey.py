"""From no level to a certified one: what is demanded, a plan with dates, a missed day, and what data prove in the end."""

import pytest

from supplier_quality.engine.refusals import Refused
from supplier_quality.suppliers.development import queries
from supplier_quality.trail import entries
from tests.suppliers.conftest import QUALITY_MANAGER, SQE
from tests.suppliers.development.conftest import Bench

pytestmark = pytest.mark.long


def test_a_supplier_climbs_the_ladder(bench: Bench) -> None:
    """
    - The customer lets the supplier stand on the floor; two audits prove it; Ann demands the floor and aims at ISO 9001.
    - A plan without its target is not agreed; with it, it is agreed and begun, and its milestones open.
    - The first is done in time. The second is reminded of, missed, escalated to Bo and moved with a reason.
    - Nobody claims the level: one site's certificate is missing. When it is verified, the milestone and the plan end.
    - A lapse brings the supplier below its minimum again, because the letter has ended too.
    """
    bench.authorise(valid_until=str(bench.today.replace(year=2027)))
    bench.audit("ISO 9001")
    bench.demand("iso_9001_by_audit", "iso_9001", "Only source of the housing")
    assert (bench.level(), bench.standing().meets_minimum) == ("iso_9001_by_audit", True)

    plan, first, last = _begin(bench)

    bench.pass_days(7)
    assert bench.mails()[-1] == (f"Milestone due soon ({first})", "Ann Miller")
    assert bench.move_milestone(first, "complete", {"evidence": "Report", "done_on": str(bench.today)}) == "done"
    before = len(bench.mails())
    bench.pass_days(43)
    told = bench.mails()[before:]
    assert (f"Development plan ends soon ({plan})", "Ann Miller") in told
    assert sorted(name for title, name in told if title == f"Deadline missed ({last})") == [
        *["Ann Miller"] * 2,
        *["Bo Chen"] * 2,
    ]
    assert sorted(name for title, name in told if title == f"Deadline missed ({plan})") == ["Ann Miller", "Bo Chen"]

    later = bench.at.date().replace(month=3, day=31)
    assert bench.move_milestone(last, "move", {"due": str(later), "reason": "Stage 2 put off"}) == "open"
    before = len(bench.mails())
    bench.pass_days(20)
    assert bench.mails()[before:] == []
    bench.certify("ISO 9001", "Works 1", valid_to="2027-06-30")
    done = {"evidence": "CRT-00001", "done_on": str(bench.today)}
    with pytest.raises(Refused):
        bench.move_milestone(last, "complete", done)
    bench.certify("ISO 9001", "Works 2")
    assert bench.level() == "iso_9001"
    with pytest.raises(Refused) as early:
        bench.move_plan(plan, "reach", {})
    assert [unmet.id for unmet in early.value.unmet] == ["all_milestones_over"]
    assert bench.move_milestone(last, "complete", done) == "done"
    assert bench.move_plan(plan, "reach", {"comment": "Well done"}, actor=QUALITY_MANAGER) == "reached"

    _lapse(bench, plan)


def _lapse(bench: Bench, plan: str) -> None:
    bench.pass_days((bench.today.replace(month=12, day=1) - bench.today).days)
    standing = bench.standing()
    assert (standing.rank, standing.meets_minimum) == (0, False)
    assert standing.minimum is not None and standing.minimum.id == "iso_9001"
    with bench.database.read() as session:
        found = queries.get_plan(session, plan, actor=SQE)
        steps = [entry.to_state for entry in entries(session, found.subject_kind, found.id) if entry.to_state]
    assert steps == ["draft", "agreed", "running", "reached"]


def _begin(bench: Bench) -> tuple[str, str, str]:
    """The plan and its two milestones, begun."""
    plan = bench.draft("iso_9001")
    first = bench.add_milestone(plan, "Gap analysis", 20, owner=9001)
    agreement = {"agreed_with": "Quinn", "agreed_on": str(bench.today)}
    with pytest.raises(Refused) as refused:
        bench.move_plan(plan, "agree", agreement)
    assert [unmet.id for unmet in refused.value.unmet] == ["reaches_target"]
    last = bench.add_milestone(plan, "Certified", 40, "iso_9001")
    assert bench.move_plan(plan, "agree", agreement) == "agreed"
    assert bench.milestone_state(last) == "planned"
    assert bench.move_plan(plan, "begin") == "running"
    return plan, first, last
