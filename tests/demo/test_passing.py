"""Time that passes at once: only for what is due."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from supplier_quality import trail
from supplier_quality.demo.passing import PassingTime
from supplier_quality.outbox.jobs import JobSlot
from supplier_quality.persistence import Base, Database
from supplier_quality.trail import ActorRef, RecordRef
from tests.support import open_test_database, settings_for


def test_jobs_run_in_the_night_after_something_was_written_and_in_no_other(tmp_path: Path, at: datetime) -> None:
    settings = settings_for(tmp_path)
    database = open_test_database(settings)
    Base.metadata.create_all(database.engine)
    passing = PassingTime(settings, database, at=at)

    passing.pass_for(timedelta(days=300))
    assert _nights(database) == []
    with passing.standing() as now, database.write() as session:
        assert now == at + timedelta(days=300)
        record, actor = RecordRef("note", 1, "N-1"), ActorRef("system", "demo", "Demo")
        trail.append(session, record=record, actor=actor, at=now, action="written", data={})
    passing.pass_for(timedelta(days=300))
    night = (at + timedelta(days=301)).date().isoformat()
    assert _nights(database) == [night]
    passing.end()
    database.dispose()


def _nights(database: Database) -> list[str]:
    with database.read() as session:
        query = select(func.max(JobSlot.slot)).where(JobSlot.job == "trail.publish").group_by(JobSlot.slot)
        return list(session.scalars(query.order_by(JobSlot.slot)))
