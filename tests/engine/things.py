"""A record kind of the tests' own, with children, so that the engine is tested without any feature."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import BigInteger, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from supplier_quality.engine.joins import ParentLink
from supplier_quality.engine.registry import FactProvider, registry
from supplier_quality.engine.subject import Subject
from supplier_quality.persistence import Base, UTCDateTime


class Thing(Subject, Base):
    """Something that is drafted, reviewed and approved."""

    __tablename__ = "test_thing"
    subject_kind = "test.thing"
    workflow = "test_thing"
    number_series = "THG"

    name: Mapped[str] = mapped_column(String(80), default="")
    score: Mapped[int] = mapped_column(Integer, default=100)
    submitted_by: Mapped[str] = mapped_column(String(64), default="")
    until: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)


class Part(Subject, Base):
    """A part of a thing that is accepted by itself."""

    __tablename__ = "test_part"
    subject_kind = "test.part"
    workflow = "test_part"
    number_series = "PRT"
    parent = ParentLink("test.thing", "thing_id", "parts")

    thing_id: Mapped[int] = mapped_column(BigInteger)


def _load_thing(session: Session, ids: Sequence[int]) -> dict[int, object]:
    query = select(Thing.id, Thing.name, Thing.score, Thing.submitted_by, Thing.until).where(Thing.id.in_(ids))
    return {
        row.id: {"name": row.name, "score": row.score, "submitted_by": row.submitted_by, "until": row.until}
        for row in session.execute(query)
    }


THING_TYPE = {"name": "string", "score": "int", "submitted_by": "string", "until": "timestamp?"}

THING_WORKFLOW = """\
format: 1
workflow: test_thing
version: 1
title: {en: Thing, zh: 东西}
facts:
  thing: {name: string, score: int, submitted_by: string, until: timestamp?}
  actor: {id: string, kind: string, roles: [string]}
  today: date
initial: draft
states:
  draft: {label: {en: Draft, zh: 草稿}}
  review:
    label: {en: Review, zh: 评审}
    children: {parts: {workflow: test_part, done: [accepted, waived], when_all: complete}}
  ready: {label: Ready}
  approved: {label: {en: Approved, zh: 批准}, final: true}
  dropped: {label: Dropped, final: true}
actions:
  - id: submit
    from: [draft]
    to: review
    by: [sqe]
    require:
      - {id: named, when: "thing.name != ''", else: {en: The thing has no name, zh: 没有名称}, mend: name}
      - {id: good_enough, when: "thing.score >= 50", else: The score is below 50}
    effects: [test.told]
  - id: comment
    from: [draft, review, ready]
    by: [sqe, buyer, supplier]
    form: {text: {type: longtext, label: Text, required: true}, until: {type: date, label: Until}}
  - {id: complete, from: [review], to: ready, by: [system]}
  - {id: restart, from: [review, ready], to: draft, by: [sqe, quality_manager]}
  - id: approve
    from: [review, ready]
    to: approved
    by: [quality_manager]
    sign: I approve this thing
    form: {comment: {type: text, label: Comment, required: true}}
    require:
      - {id: four_eyes, when: "actor.id != thing.submitted_by", else: The submitter may not approve}
  - {id: expire, from: [ready], to: dropped, by: [system]}
timers:
  - {id: sla, in: review, after: P2D, calendar: business, effect: escalate, to: quality_manager, repeat: P1D, max: 3}
  - {id: over, in: [ready], at: thing.until, fire: expire}
"""

PART_WORKFLOW = """\
format: 1
workflow: test_part
version: 1
title: Part
initial: open
states:
  open: {label: Open}
  accepted: {label: Accepted}
  waived: {label: Waived, final: true}
actions:
  - {id: accept, from: [open], to: accepted, by: [sqe, system]}
  - {id: waive, from: [open, accepted], to: waived, by: [quality_manager]}
  - {id: reopen, from: [accepted], to: open, by: [sqe]}
"""


PROVIDER = FactProvider("test.thing", "thing", THING_TYPE, _load_thing)


@contextmanager
def registered() -> Iterator[None]:
    """Let the engine know the tests' records for a while; databases made by migrations lack their tables."""
    registry.add_subject(Thing)
    registry.add_subject(Part)
    registry.add_fact(PROVIDER)
    try:
        yield
    finally:
        for model in (Thing, Part):
            registry.subjects.pop(model.subject_kind, None)
        registry.facts.pop((PROVIDER.subject_kind, PROVIDER.name), None)
