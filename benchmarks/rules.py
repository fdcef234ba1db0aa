"""Rules per second: a typical guard against the same guard written by hand in Python, and explanations against plain answers."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from benchmarks import workload
from benchmarks.measuring import Plan, Result, in_turns
from supplier_quality.engine.evaluation import evaluate_action

_ROLES = frozenset({"sqe"})


def run(plan: Plan) -> Iterator[Result]:
    count = plan.size(20_000, 500)
    process = workload.process()
    action = process.actions["audit"]
    (rule,) = action.require
    good = _facts(score=workload.SCORE, submitted_by="user:2")
    bad = _facts(score=70, submitted_by="user:1")
    for facts in (good, bad):
        assert rule.expression.evaluate(facts) is by_hand(facts)

    def answer(facts: Mapping[str, Any]) -> Callable[[], object]:
        return lambda: evaluate_action(process, action, state="screening", roles=_ROLES, facts=facts)

    assert answer(good)().allowed and len(answer(bad)().unmet) == 1  # type: ignore[attr-defined]
    for name, ours, reference in (
        ("a guard, against the same in Python", lambda: rule.expression.evaluate(good), lambda: by_hand(good)),
        ("a whole action judged, against its guard in Python", answer(good), lambda: by_hand(good)),
        ("a refusal explained clause by clause, against judging the same action", answer(bad), answer(good)),
    ):
        turns = in_turns(lambda: _rate(ours, count), lambda: _rate(reference, count), rounds=plan.rounds)  # noqa: B023
        yield Result("rules", name, "/s", turns.median(0), turns.median(1), turns.ratios(0, 1))


def by_hand(facts: Mapping[str, Any]) -> bool:
    """The guard of the action ``audit``, as a programmer writes it: with the types checked, for facts come from outside."""
    score, submitted_by = facts["case"]["score"], facts["case"]["submitted_by"]
    actor = facts["actor"]["id"]
    if type(score) is not int or type(submitted_by) is not str or type(actor) is not str:
        raise TypeError("a fact has the wrong type")
    return score >= 80 and actor != submitted_by


def _facts(*, score: int, submitted_by: str) -> dict[str, Any]:
    actor = {"id": "user:1", "kind": "user", "roles": ["sqe"]}
    return {"case": {"score": score, "submitted_by": submitted_by}, "actor": actor}


def _rate(call: Callable[[], object], count: int) -> float:
    began = time.perf_counter()
    for _time in range(count):
        call()
    return count / (time.perf_counter() - began)
