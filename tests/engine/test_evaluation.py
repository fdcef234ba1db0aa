"""The one answer to whether an action may be taken."""

import json
from pathlib import Path

import pytest

from supplier_quality.engine.definitions import Process, load_rule_file
from supplier_quality.engine.evaluation import convert_facts, evaluate_action, timer_changes
from supplier_quality.engine.simulate import NoSuchName, simulate
from supplier_quality.language import speaking

FILES = Path(__file__).parent / "definitions" / "files"
SQE = frozenset({"sqe"})
GOOD_FORM = {"reason": "A small scratch", "quantity": "5", "until": "2026-06-01", "risk": "low", "agreed": "on"}
ASK_FACTS = {"request": {"quantity": 10}, "today": "2026-05-01"}


@pytest.fixture(scope="module")
def process() -> Process:
    return load_rule_file((FILES / "concession.yaml").read_text(), file="concession.yaml").content


def grant_facts(**changes: object) -> dict[str, object]:
    facts = {"request": {"requested_by": "anna", "price": 10.0}, "actor": {"id": "ben", "roles": []}, "lots": []}
    return {**facts, **changes}


def test_an_action_is_allowed_when_everything_holds(process: Process) -> None:
    verdict = evaluate_action(
        process, process.actions["grant"], state="asked", roles=frozenset({"quality_manager"}), facts=grant_facts()
    )

    assert verdict.allowed
    assert verdict.to == "granted"
    assert [effect.name for effect in verdict.effects] == ["mail.concession_granted", "escalate"]
    assert [timer.id for timer in verdict.timers.disarmed] == ["answer_due"]
    assert [timer.id for timer in verdict.timers.armed] == ["ending", "ended"]


def test_every_reason_is_given_and_never_only_the_first(process: Process) -> None:
    facts = grant_facts(
        request={"requested_by": "ben", "price": 9000.0},
        lots=[{"number": "a", "rejected": False}, {"number": "b", "rejected": True}],
    )

    verdict = evaluate_action(process, process.actions["grant"], state="draft", roles=SQE, facts=facts)

    assert [unmet.id for unmet in verdict.unmet] == [
        "wrong_state", "not_your_role", "four_eyes", "no_rejected_lot", "cheap",
    ]  # fmt: skip
    rejected = verdict.unmet[3]
    assert rejected.values == {"lots": facts["lots"]}
    assert rejected.clauses[0]["elements"] == [{"index": 1, "value": {"number": "b", "rejected": True}}]
    assert verdict.timers.armed == ()


def test_a_missing_fact_refuses_and_says_which(process: Process) -> None:
    facts = grant_facts()
    del facts["lots"]

    verdict = evaluate_action(
        process, process.actions["grant"], state="asked", roles=frozenset({"quality_manager"}), facts=facts
    )

    (unmet,) = verdict.unmet
    assert unmet.id == "no_rejected_lot"
    assert "lots" in (unmet.error or "")


def test_a_fact_of_the_wrong_type_refuses(process: Process) -> None:
    facts = grant_facts(request={"requested_by": "anna", "price": "cheap"})

    verdict = evaluate_action(
        process, process.actions["grant"], state="asked", roles=frozenset({"quality_manager"}), facts=facts
    )

    assert [unmet.id for unmet in verdict.unmet] == ["cheap"]


def test_what_the_rules_saw_is_kept_also_when_they_passed(process: Process) -> None:
    verdict = evaluate_action(
        process, process.actions["ask"], state="draft", roles=SQE, facts=ASK_FACTS, form=GOOD_FORM
    )

    assert verdict.allowed, verdict.unmet
    assert [(check.id, check.passed) for check in verdict.checks] == [
        ("enough", True), ("in_future", True), ("share_known", True),
    ]  # fmt: skip
    assert verdict.checks[0].values == {"form.quantity": 5, "request.quantity": 10}
    assert verdict.checks[1].values == {"form.until": "2026-06-01", "today": "2026-05-01"}
    json.dumps([check.as_json() for check in verdict.checks])


def test_the_form_is_kept_as_plain_values(process: Process) -> None:
    verdict = evaluate_action(
        process, process.actions["ask"], state="draft", roles=SQE, facts=ASK_FACTS, form=GOOD_FORM
    )

    assert verdict.form_values == {
        "reason": "A small scratch", "quantity": 5, "share": None, "until": "2026-06-01", "risk": "low", "agreed": True,
        "report": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reason", ""), ("reason", None), ("reason", "x" * 2001), ("reason", "a\x00b"), ("reason", 5),
        ("quantity", "five"), ("quantity", "1.5"), ("quantity", 1.5), ("quantity", 0), ("quantity", True), ("quantity", "1_0"),
        ("quantity", 10**30), ("quantity", "9" * 30), ("share", "nan"), ("share", 2), ("share", float("inf")), ("share", 10**400),
        ("until", "2026-02-30"), ("until", "01.06.2026"), ("until", "2025-12-31"), ("risk", "medium"), ("risk", ["low"]),
        ("agreed", False), ("agreed", "off"), ("agreed", "perhaps"), ("agreed", 7), ("colour", "red"),
    ],
)  # fmt: skip
def test_a_bad_form_value_is_one_reason_at_its_field(process: Process, field: str, value: object) -> None:
    form = {**GOOD_FORM, field: value}

    verdict = evaluate_action(process, process.actions["ask"], state="draft", roles=SQE, facts=ASK_FACTS, form=form)

    assert f"form.{field}" in [unmet.id for unmet in verdict.unmet]
    assert not verdict.allowed
    json.dumps([unmet.as_json() for unmet in verdict.unmet])


def test_an_untouched_form_is_not_judged_and_rules_about_it_stay_open(process: Process) -> None:
    verdict = evaluate_action(process, process.actions["ask"], state="draft", roles=SQE, facts=ASK_FACTS)

    assert verdict.allowed
    assert [check.passed for check in verdict.checks] == [None, None, None]


def test_an_empty_form_is_judged(process: Process) -> None:
    verdict = evaluate_action(process, process.actions["ask"], state="draft", roles=SQE, facts=ASK_FACTS, form={})

    assert {"form.reason", "form.quantity", "form.until", "form.risk", "form.agreed"} <= {u.id for u in verdict.unmet}


def test_converted_facts_give_the_same_answer(process: Process) -> None:
    converted, problems = convert_facts(process.facts, grant_facts())

    verdict = evaluate_action(
        process, process.actions["grant"], state="asked", roles=frozenset({"quality_manager"}), facts=converted
    )

    assert verdict.allowed
    assert problems == {}


def test_a_timer_of_both_states_keeps_running(process: Process) -> None:
    changes = timer_changes(process, from_state="asked", to_state="waiting")
    assert (changes.armed, changes.disarmed) == ((), ())


def test_an_action_without_a_target_leaves_the_timers_alone(process: Process) -> None:
    verdict = evaluate_action(process, process.actions["note"], state="asked", roles=SQE, facts={}, form={"text": "x"})

    assert verdict.to == "asked"
    assert verdict.timers.armed == verdict.timers.disarmed == ()


def test_a_record_that_begins_arms_the_timers_of_its_state(process: Process) -> None:
    assert [t.id for t in timer_changes(process, from_state=None, to_state="asked").armed] == ["answer_due"]


def test_going_to_the_same_state_again_starts_its_timers_anew(process: Process) -> None:
    changes = timer_changes(process, from_state="asked", to_state="asked")
    assert [t.id for t in changes.armed] == [t.id for t in changes.disarmed] == ["answer_due"]


def test_simulate_answers_in_plain_values(process: Process) -> None:
    facts = grant_facts(request={"requested_by": "anna", "price": 10, "until": "2026-07-01"})

    answer = simulate(process, state="asked", action="grant", roles=["quality_manager"], facts=facts)

    assert answer == {
        "allowed": True,
        "to": "granted",
        "refused": [],
        "effects": [{"name": "mail.concession_granted", "args": {"to": "supplier", "copy": ["sqe"]}}, "escalate"],
        "timers": [
            {"id": "answer_due", "change": "disarm"},
            {"id": "ending", "change": "arm", "due": "2026-07-01", "before": ["P30D", "P1W"]},
            {"id": "ended", "change": "arm", "due": "2026-07-01", "before": []},
        ],
    }


def test_simulate_says_why_not_in_the_language_in_force(process: Process) -> None:
    facts = grant_facts(lots=[{"number": "b", "rejected": True}])

    with speaking("zh"):
        answer = simulate(process, state="asked", action="grant", roles=["quality_manager"], facts=facts)

    assert answer["allowed"] is False
    assert answer["to"] is None
    assert [(refusal["id"], refusal["message"]) for refusal in answer["refused"]] == [
        ("no_rejected_lot", "有批次被拒收")
    ]


def test_simulate_takes_a_form_among_the_facts(process: Process) -> None:
    facts = {**ASK_FACTS, "form": {**GOOD_FORM, "quantity": 50}}

    answer = simulate(process, state="draft", action="ask", roles=["supplier"], facts=facts)

    assert [refusal["id"] for refusal in answer["refused"]] == ["enough"]


@pytest.mark.parametrize(
    ("change", "said"),
    [({"state": "aksed"}, "asked"), ({"action": "grnt"}, "grant"), ({"roles": ["quality_manger"]}, "quality_manager")],
)
def test_simulate_knows_only_the_names_of_the_process(process: Process, change: dict[str, object], said: str) -> None:
    given = {"state": "asked", "action": "grant", "roles": ["quality_manager"], **change}
    with pytest.raises(NoSuchName, match=f"Did you mean {said}"):
        simulate(process, **given, facts={})
