"""What the processes of a race do. Importable, because each process starts afresh."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from supplier_quality import trail
from supplier_quality.engine.notes import note
from supplier_quality.engine.refusals import Refused, Stale
from supplier_quality.identity import Actor
from supplier_quality.persistence import Database
from supplier_quality.suppliers.models import Supplier
from supplier_quality.trail import ActorRef, RecordRef
from tests.faults.company import FORMS, take, version_of
from tests.support import actor_for

Wait = Callable[[], object]
Outcome = tuple[int, str, str, int | None]
SHARED = RecordRef("user", 77, "Shared")


def fire_actions(
    database: Database,
    wait: Wait,
    racer: int,
    suppliers: Sequence[int],
    actions: Sequence[str],
    key: str,
    same_actor: bool,
    at: datetime,
) -> list[Outcome]:
    """Take every action on every record, each process in an order of its own; (record, action, outcome, version)."""
    number = 9001 if same_actor else 9100 + racer
    actor = actor_for(("sqe", "quality_manager"), id=f"user:{number}", label=f"Racer {number}")
    order = list(suppliers)
    outcomes: list[Outcome] = []
    for place, action in enumerate(actions):
        # Half of the processes walk the same way, so that they meet at every record; the others come from the end.
        order.sort(reverse=bool(racer % 2))
        wait()
        moment = at + timedelta(minutes=place)
        for supplier in order:
            asked = key.format(racer=racer, action=action)
            outcomes.append((supplier, action, *_try(database, supplier, action, actor, at=moment, key=asked)))
    return outcomes


def _try(
    database: Database, supplier: int, action: str, actor: Actor, *, at: datetime, key: str | None, **more: Any
) -> tuple[str, int | None]:
    try:
        fired = take(database, supplier, action, actor, at=at, key=key, **more)
    except Stale:
        return "stale", None
    except Refused as refused:
        return "refused:" + ",".join(unmet.id for unmet in refused.unmet), None
    except Exception as error:
        return f"error: {type(error).__name__}: {error}", None
    return ("replayed" if fired.replayed else "applied"), fired.version


def decide(
    database: Database, wait: Wait, reviewer: int, suppliers: Sequence[int], at: datetime, with_version: bool
) -> list[Outcome]:
    """Decide on every record as a reviewer does: look at it, choose, and send the version that was seen."""
    chance = random.Random(reviewer)
    actor = actor_for(("sqe", "quality_manager"), id=f"user:{9200 + reviewer}", label=f"Reviewer {reviewer}")
    wait()
    outcomes: list[Outcome] = []
    for supplier in suppliers:
        action = chance.choice(["approve", "reject", "approve_conditionally", "send_back"])
        seen = version_of(database, supplier) if with_version else None
        outcome = _try(
            database,
            supplier,
            action,
            actor,
            at=at,
            key=f"decision-{reviewer}",
            expected_version=seen,
            form=FORMS[action],
        )
        outcomes.append((supplier, action, *outcome))
    return outcomes


def write_trail(
    database: Database, wait: Wait, writer: int, supplier: int, count: int, at: datetime
) -> list[tuple[int, int]]:
    """Write into the chain of one supplier and one that has no record of its own; the numbers that were given."""
    actor = actor_for("sqe", id=f"user:{9300 + writer}")
    wait()
    given = []
    for number in range(count):
        with database.write() as session:
            subject = session.get_one(Supplier, supplier)
            told = {"writer": writer, "number": number}
            first = note(session, subject, actor=actor, at=at, action="noted", data=told)
            who = ActorRef("user", actor.id, actor.label, "web")
            second = trail.append(session, record=SHARED, at=at, actor=who, action="noted", data=told)
        given.append((first.seq, second.seq))
    return given
