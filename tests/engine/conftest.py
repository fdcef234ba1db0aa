from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from supplier_quality.engine.definitions.kinds import load_rule_file
from supplier_quality.engine.effects import EFFECTS
from supplier_quality.engine.start import start
from supplier_quality.engine.store import store_files
from supplier_quality.engine.timers import take_due_timers
from supplier_quality.identity import Actor
from supplier_quality.outbox import Delivery, Handler, deliver_due
from supplier_quality.persistence import Database
from tests.engine import things
from tests.engine.things import Part, Thing


@pytest.fixture(autouse=True)
def _things_are_known() -> Iterator[None]:
    with things.registered():
        yield


@pytest.fixture
def things_database(database: Database, at: datetime) -> Database:
    """A database in which the tests' own processes are in force."""
    files = [load_rule_file(text, file="test") for text in (things.THING_WORKFLOW, things.PART_WORKFLOW)]
    with database.write() as session:
        store_files(session, files, at=at)
    return database


@pytest.fixture
def sqe(actor_factory: Callable[..., Actor]) -> Actor:
    return actor_factory("sqe")


@pytest.fixture
def manager(actor_factory: Callable[..., Actor]) -> Actor:
    return actor_factory("quality_manager")


@pytest.fixture
def make_thing(sqe: Actor, at: datetime) -> Callable[..., Thing]:
    """Stores a thing with so many parts."""

    def make(session: Session, *, parts: int = 0, **values: object) -> Thing:
        thing = Thing(number="", **{"name": "Bracket", **values})
        start(session, thing, actor=sqe, at=at)
        for _part in range(parts):
            start(session, Part(number="", thing_id=thing.id), actor=sqe, at=at)
        return thing

    return make


@pytest.fixture
def session(things_database: Database) -> Iterator[Session]:
    """A writing session whose work is committed when the test ends."""
    with things_database.write() as open_session:
        yield open_session


class Told:
    """Receives the effects of the tests' process and remembers them."""

    def __init__(self) -> None:
        self.payloads: list[dict[str, object]] = []

    def hear(self, delivery: Delivery) -> None:
        self.payloads.append(delivery.row.payload)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def run_until(things_database: Database, told: Told) -> Callable[[datetime], None]:
    """Does everything that is due at a moment, as a worker would."""
    handlers = {**EFFECTS, "test.told": Handler(told.hear), "escalate": Handler(told.hear)}

    def run(moment: datetime) -> None:
        take_due_timers(things_database, at=moment)
        while deliver_due(things_database, handlers, worker="test", now=lambda: moment):
            pass

    return run
