"""Checks give findings, policies say what is to be done."""

from pathlib import Path

import pytest

from supplier_quality.engine.checks import CheckSet, run_checks
from supplier_quality.engine.definitions import load_rule_file
from supplier_quality.engine.policies import Do, PolicySet, Unanswered

FILES = Path(__file__).parent / "definitions" / "files"


@pytest.fixture(scope="module")
def checks() -> CheckSet:
    return load_rule_file((FILES / "eight_d_lint.yaml").read_text(), file="eight_d_lint.yaml").content


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return load_rule_file((FILES / "house_policies.yaml").read_text(), file="house_policies.yaml").content


def test_a_check_over_a_list_finds_each_element(checks: CheckSet) -> None:
    stages = [
        {"code": "D4", "done": True, "text": "short"},
        {"code": "D5", "done": True, "text": "long enough to be an explanation"},
        {"code": "D6", "done": True, "text": None},
    ]

    findings = run_checks(checks, {"stages": stages, "containment_days": 0})

    assert [(finding.id, finding.index, finding.severity) for finding in findings] == [
        ("stage_has_text", 0, "error"),
        ("stage_has_text", 2, "error"),
    ]
    assert findings[0].as_json()["element"] == stages[0]
    assert findings[0].mend == "stages"


def test_a_missing_fact_is_a_finding_and_never_a_pass(checks: CheckSet) -> None:
    findings = run_checks(checks, {})

    assert [finding.id for finding in findings] == ["contained_in_time", "stage_has_text"]
    assert all(finding.error for finding in findings)


def test_a_check_names_its_source(checks: CheckSet) -> None:
    (finding,) = run_checks(checks, {"stages": [], "containment_days": 4})

    assert finding.as_json("zh") == {
        "id": "contained_in_time", "severity": "warning", "message": "围堵超过一天", "mend": "d3", "source": "VDA 8D 2018",
        "index": None, "element": None, "values": {"containment_days": 4}, "error": None,
    }  # fmt: skip


def test_policies_of_an_event_that_match_give_acts_with_parameters(policies: PolicySet) -> None:
    lot = {"number": "L-7", "critical": 2, "quantity": 8}

    (act,) = policies.matching("inspection.lot.rejected", {"lot": lot, "supplier": {"status": "approved"}})

    assert isinstance(act, Do)
    assert (act.policy, act.act) == ("critical_lot", "scar.open")
    assert act.parameters == {"severity": "major", "lot": "L-7", "share": 0.25}
    assert act.result.values == {"lot.critical": 2}


def test_a_policy_that_cannot_be_answered_is_not_passed_over(policies: PolicySet) -> None:
    answers = policies.matching("inspection.lot.rejected", {"lot": {"number": "L-7"}})

    assert [type(answer) for answer in answers] == [Unanswered, Unanswered]


def test_an_event_nobody_listens_to_does_nothing(policies: PolicySet) -> None:
    assert policies.matching("parcel.lost", {"a": 1}) == ()
