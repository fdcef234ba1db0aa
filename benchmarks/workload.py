"""The record and the process that B2 and B3 move: six states, five actions, a guard on one of them (workload W6)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from supplier_quality.engine.definitions.kinds import load_rule_file
from supplier_quality.engine.definitions.model import Process
from supplier_quality.engine.registry import FactProvider, registry
from supplier_quality.engine.start import start_many
from supplier_quality.engine.store import store_files
from supplier_quality.engine.subject import Subject
from supplier_quality.identity import Actor
from supplier_quality.mail import Recipient, queue_mail
from supplier_quality.outbox import Delivery, Handler
from supplier_quality.persistence import Base, Database

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ACTIONS = ("submit", "screen", "audit", "approve", "activate")
STATES = ("draft", "submitted", "screening", "audit", "approved", "active")
SCORE = 90
STAFF = 500
"""So many people get the mails of B3."""

RULES = """\
format: 1
workflow: bench_case
version: 1
title: Case
facts:
  case: {score: int, submitted_by: string}
  actor: {id: string, kind: string, roles: [string]}
initial: draft
states: {draft: {}, submitted: {}, screening: {}, audit: {}, approved: {}, active: {final: true}}
actions:
  - {id: submit, from: [draft], to: submitted, by: [sqe], effects: [bench.tell]}
  - {id: screen, from: [submitted], to: screening, by: [sqe], effects: [bench.tell]}
  - id: audit
    from: [screening]
    to: audit
    by: [sqe]
    effects: [bench.tell]
    require:
      - {id: good, when: "case.score >= 80 && actor.id != case.submitted_by", else: The score is too low}
  - {id: approve, from: [audit], to: approved, by: [sqe], effects: [bench.tell]}
  - {id: activate, from: [approved], to: active, by: [sqe], effects: [bench.tell]}
"""


class Case(Subject, Base):
    """A record with nothing but a score."""

    __tablename__ = "bench_case"
    subject_kind = "bench.case"
    workflow = "bench_case"
    number_series = "CAS"

    name: Mapped[str] = mapped_column(String(80))
    score: Mapped[int] = mapped_column(Integer)
    submitted_by: Mapped[str] = mapped_column(String(64))


def _load_cases(session: Session, ids: Sequence[int]) -> dict[int, object]:
    query = select(Case.id, Case.score, Case.submitted_by).where(Case.id.in_(ids))
    return {row.id: {"score": row.score, "submitted_by": row.submitted_by} for row in session.execute(query)}


def _tell(delivery: Delivery) -> None:
    subject = delivery.row.payload["subject"]
    queue_mail(
        delivery.session,
        template="layout/notice",
        recipient=Recipient.user(subject["id"] % STAFF + 1),
        record=delivery.row.record,
        at=delivery.at,
        values={"title": "A case has moved", "lead": f"{subject['number']} was submitted.", "action_label": "Open"},
    )


def register() -> None:
    """Let the engine know the record, its facts and its effect."""
    if Case.subject_kind in registry.subjects:
        return
    registry.add_subject(Case)
    types = {"score": "int", "submitted_by": "string"}
    registry.add_fact(FactProvider(Case.subject_kind, "case", types, _load_cases))
    registry.add_effects({"bench.tell": Handler(_tell)})


def store_rules(database: Database) -> None:
    with database.write() as session:
        store_files(session, [load_rule_file(RULES, file="bench_case.yaml")], at=AT)


def process() -> Process:
    loaded = load_rule_file(RULES, file="bench_case.yaml").content
    assert isinstance(loaded, Process)
    return loaded


def actor() -> Actor:
    return Actor(kind="user", id="user:1", label="Anna Weber", roles=frozenset({"sqe"}), language="en", via="web")


def make_cases(database: Database, count: int) -> list[int]:
    """New records in their first state, made as an import makes them."""
    rows = [{"name": f"Case {number}", "score": SCORE, "submitted_by": ""} for number in range(count)]
    with database.write() as session:
        return list(start_many(session, Case, rows, actor=actor(), at=AT))
