"""An event of one record leads to an act on another, and the trail says which policy acted."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from supplier_quality.engine.definitions.kinds import load_rule_file
from supplier_quality.engine.fire import fire
from supplier_quality.engine.registry import registry
from supplier_quality.engine.store import store_files
from supplier_quality.identity import Actor
from supplier_quality.outbox import incidents
from supplier_quality.persistence import Database
from supplier_quality.trail import entries
from tests.engine.things import Thing

POLICIES = """\
format: 1
policies: test_policies
version: 1
title: Test
events:
  test.thing.review: {thing: {name: string, score: int, submitted_by: string, until: timestamp?}}
rules:
  - {id: poor_score, on: test.thing.review, when: thing.score < 60, do: test.rename, with: {name: "='was ' + thing.name"}}
  - {id: missing, on: test.thing.review, when: thing.score >= 90, do: test.unknown}
"""


@pytest.fixture
def renamed() -> Iterator[list[str]]:
    done: list[str] = []

    def rename(session: Session, subject: Thing, parameters: dict[str, Any], **told: Any) -> None:
        done.append(f"{subject.number}:{parameters['name']}:{told['cause']['policy']}")

    registry.acts["test.rename"] = rename
    yield done
    del registry.acts["test.rename"]


@pytest.fixture
def submit(
    things_database: Database,
    make_thing: Callable[..., Thing],
    sqe: Actor,
    at: datetime,
    run_until: Callable[[datetime], None],
) -> Callable[[int], Thing]:
    with things_database.write() as session:
        store_files(session, [load_rule_file(POLICIES, file="policies.yaml")], at=at)

    def submit_with(score: int) -> Thing:
        with things_database.write() as session:
            thing = make_thing(session, score=score)
            fire(session, thing, "submit", actor=sqe, at=at)
        run_until(at)
        return thing

    return submit_with


def test_a_policy_that_matches_acts_once_and_is_named_in_the_trail(
    things_database: Database, submit: Callable[[int], Thing], renamed: list[str]
) -> None:
    thing = submit(55)
    assert renamed == [f"{thing.number}:was Bracket:poor_score"]
    with things_database.read() as session:
        entry = entries(session, "test.thing", thing.id)[-1]
    assert (entry.action, entry.actor.via) == ("policy.poor_score", "policy")
    assert entry.data["rule"]["values"] == {"thing.score": 55}
    assert (entry.data["policies"], entry.data["policies_version"]) == ("test_policies", 1)


def test_a_policy_that_does_not_match_does_nothing(submit: Callable[[int], Thing], renamed: list[str]) -> None:
    submit(75)
    assert renamed == []


def test_an_act_that_no_part_of_the_product_does_becomes_an_incident(
    things_database: Database, submit: Callable[[int], Thing], renamed: list[str]
) -> None:
    submit(95)
    with things_database.read() as session:
        (incident,) = incidents(session)
    assert "test.unknown" in (incident.last_error or "")
