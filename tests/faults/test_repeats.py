"""F5: every effect is delivered one to five times and in any order; the result is that of one delivery in order."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from supplier_quality import outbox
from supplier_quality.config import Settings
from supplier_quality.engine.registry import registry
from supplier_quality.engine.timers import take_due_timers
from supplier_quality.outbox import OutboxRow, OutboxState
from supplier_quality.persistence import Database
from tests.faults.company import add_supplier, bring_to, work_off
from tests.faults.invariants import check_invariants
from tests.faults.test_statements import story

STATES = ("invited", "review", "approved", "conditional")
SAME = ("state", "timers", "answers", "links", "keys", "asked", "asked_timers", "ratings")


def act_in_the_company(database: Database, at: datetime) -> list[int]:
    suppliers = []
    for state in STATES:
        supplier = add_supplier(database, f"Acme {state}", at=at)
        bring_to(database, supplier, state, at=at)
        suppliers.append(supplier)
    return suppliers


def tell(database: Database, suppliers: list[int]) -> list[dict[str, object]]:
    """The stories of the suppliers, except for the order of what happened at one moment, and for mails.

    Mails are judged by the invariants: digests of the second company's days are made with those of the first.
    """
    told = []
    for supplier in suppliers:
        one = story(database, supplier)
        steps = Counter(step[0] for step in one["trail"])
        told.append({**{name: one[name] for name in SAME}, "steps": steps})
    return told


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long), pytest.param(3, marks=pytest.mark.long)])
def test_repeated_and_reordered_deliveries_change_nothing(
    company: Database, settings: Settings, at: datetime, seed: int
) -> None:
    ordered = act_in_the_company(company, at)
    moments = [at, at + timedelta(days=8), at + timedelta(days=20)]
    for moment in moments:
        work_off(company, settings, at=moment)
    expected = tell(company, ordered)

    chance = random.Random(seed)
    shaken = act_in_the_company(company, at)
    for moment in moments:
        take_due_timers(company, at=moment)
        _shake(company, moment, chance)
        work_off(company, settings, at=moment)
    assert tell(company, shaken) == expected
    check_invariants(company, settings, at=moments[-1])


def _shake(database: Database, at: datetime, chance: random.Random) -> None:
    """Deliver what waits, in any order, each row several times: a worker that is thought dead, and one that repeats."""
    while True:
        rows = outbox.claim(database, worker="first", at=at, limit=500)
        if not rows:
            return
        deliveries = [row for row in rows for _time in range(chance.randint(1, 5))]
        chance.shuffle(deliveries)
        for row in deliveries:
            outbox.deliver(database, registry.effects, row, now=lambda: at)
        _repeat_mails(database, at, chance, {row.id for row in rows})


def _repeat_mails(database: Database, at: datetime, chance: random.Random, among: set[str]) -> None:
    """Some mails left, but that was not written down: they are taken again."""
    with database.read() as session:
        mails = session.scalars(
            select(OutboxRow.id).where(OutboxRow.kind == "mail.send", OutboxRow.id.in_(among))
        ).all()
    for id_ in chance.sample(sorted(mails), len(mails) // 2):
        with database.write() as session:
            session.execute(
                update(OutboxRow)
                .where(OutboxRow.id == id_, OutboxRow.state == OutboxState.DONE)
                .values(state=OutboxState.READY.value, due_at=at)
            )
        for row in outbox.claim(database, worker="second", at=at, limit=1, ids=[id_]):
            outbox.deliver(database, registry.effects, row, now=lambda: at)
