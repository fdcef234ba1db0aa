"""What the desk does by itself."""

import base64
import json
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select

from supplier_quality import outbox, trail
from supplier_quality.config import Settings
from supplier_quality.desk import heads
from supplier_quality.desk.jobs import CHUNK, clean_up, delete_in_chunks, publish, seal
from supplier_quality.desk.models import DeskRun
from supplier_quality.engine.models import IdempotencyKey
from supplier_quality.identity import system_actor
from supplier_quality.identity.operations import create_first_admin
from supplier_quality.mail.handlers import EFFECTS
from supplier_quality.mail.models import MailMessage
from supplier_quality.outbox import JobRun, OutboxRow
from supplier_quality.outbox.jobs import JobSlot
from supplier_quality.persistence import Database
from supplier_quality.trail import RecordRef
from supplier_quality.trail.models import TrailHead, TrailPublication
from tests.support import actor_for

DAY = timedelta(days=1)


def run_at(database: Database, at: datetime) -> JobRun:
    return JobRun(database=database, at=at, slot="x", worker="w")


def write_entry(database: Database, at: datetime, number: int = 1) -> None:
    with database.write() as session:
        record = RecordRef("user", number, "Ann")
        trail.append(session, record=record, at=at, actor=actor_for().ref, action="user.enabled", data={})


def test_heads_are_sealed_and_only_what_grew(database: Database, at: datetime) -> None:
    write_entry(database, at)
    for _time in range(2):
        seal(run_at(database, at))

    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(TrailHead)) == 1


def test_the_head_of_the_day_is_published_outside_the_database(
    database: Database, settings: Settings, at: datetime
) -> None:
    write_entry(database, at)
    publish(run_at(database, at))

    [file] = heads.list_files(settings)
    assert (file.name, file.heads, file.newest_seq) == ("heads-2026-11-20.jsonl", 1, 1)
    with database.read() as session:
        assert session.scalars(select(TrailPublication.head_seq)).all() == [1]


def test_a_published_head_is_mailed_to_the_administrators_when_that_is_set(
    database: Database, settings: Settings, at: datetime
) -> None:
    database.info["settings"] = replace(settings, heads_by_mail=True)
    with database.write() as session:
        create_first_admin(
            session,
            email="ada@example.com",
            name="Ada",
            password="copper-gear-hums-at-noon",
            language="en",
            time_zone="Europe/Berlin",
            actor=system_actor("command"),
            at=at,
        )
    publish(run_at(database, at))
    outbox.deliver_due(database, EFFECTS, worker="w", now=lambda: at)

    with database.read() as session:
        mail = session.scalars(select(MailMessage)).one()
        newest = session.scalars(select(TrailHead).order_by(TrailHead.seq.desc())).first()
    assert newest is not None
    assert newest.hash in (mail.text or "")
    with database.read() as session:
        row = session.get_one(OutboxRow, mail.uid)
    [attached] = row.payload["attachments"]
    assert json.loads(base64.b64decode(attached["content"]))["seq"] == newest.seq


def test_nothing_is_published_while_there_is_nothing_to_prove(
    database: Database, settings: Settings, at: datetime
) -> None:
    publish(run_at(database, at))

    assert heads.list_files(settings) == []


def test_damaged_lines_of_published_heads_are_left_out(database: Database, settings: Settings, at: datetime) -> None:
    write_entry(database, at)
    publish(run_at(database, at))
    path = heads.folder_of(settings) / "heads-2026-11-20.jsonl"
    path.write_text(path.read_text() + "not json\n[]\n" + json.dumps({"seq": "7"}) + "\n")

    assert [head["seq"] for head in heads.read_heads(settings)] == [1]


def test_what_is_over_is_deleted_and_what_waits_stays(database: Database, at: datetime) -> None:
    old, young = at - 31 * DAY, at - 29 * DAY
    with database.write() as session:
        for state, finished in (
            ("done", old), ("dismissed", old), ("incident", old), ("ready", None), ("done", young),
        ):  # fmt: skip
            uid = outbox.queue(session, kind="mail.send", payload={"state": state}, at=old)
            session.flush()
            row = session.get_one(OutboxRow, uid)
            row.state, row.finished_at = state, finished
        for number, moment in enumerate((old, young)):
            session.add(
                IdempotencyKey(
                    subject_kind="x", subject_id=number, actor_id="a", key="k", asked="", answer={}, at=moment
                )
            )
        for slot, days in (("old", 91), ("young", 89)):
            begun = at - days * DAY
            session.add(
                JobSlot(job="j", slot=slot, worker="w", begun_at=begun, lease_until=begun, fence=1, done_at=begun)
            )
        session.add(DeskRun(kind="k", about="", asked_by="A", asked_at=at - 400 * DAY, finished_at=at - 399 * DAY))
        session.add(DeskRun(kind="k", about="", asked_by="A", asked_at=at - 400 * DAY))

    clean_up(run_at(database, at))

    with database.read() as session:
        kept = sorted(row.state for row in session.scalars(select(OutboxRow)))
        assert kept == ["done", "incident", "ready"]
        assert session.scalars(select(IdempotencyKey.subject_id)).all() == [1]
        assert session.scalars(select(JobSlot.slot)).all() == ["young"]
        assert session.scalar(select(func.count()).select_from(DeskRun)) == 1


def test_many_rows_are_deleted_in_chunks(database: Database, at: datetime) -> None:
    count = CHUNK + 5
    with database.write() as session:
        session.add_all(
            IdempotencyKey(subject_kind="x", subject_id=number, actor_id="a", key="k", asked="", answer={}, at=at)
            for number in range(count)
        )

    assert delete_in_chunks(database, IdempotencyKey, IdempotencyKey.at <= at) == count
