"""Work over sets, at set times: scorecards, digests, sealing, clean-up. Each slot is run once by whichever worker claims it.

What concerns one record is a timer or an effect, never a job. A slot that passed while no worker ran is coalesced: after a
pause only the newest slot of a job runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Integer, String, Text, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from supplier_quality import clock
from supplier_quality.persistence import Base, Database, UTCDateTime

log = structlog.get_logger("jobs")

# A worker that died while running a slot leaves it to another after this time.
LEASE = timedelta(minutes=15)


class JobSlot(Base):
    """One run of one job. The key makes sure that a slot is begun by one worker only; ``fence`` that it ends only once."""

    __tablename__ = "job_slot"

    job: Mapped[str] = mapped_column(String(80), primary_key=True)
    slot: Mapped[str] = mapped_column(String(40), primary_key=True)
    worker: Mapped[str] = mapped_column(String(80))
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    lease_until: Mapped[datetime] = mapped_column(UTCDateTime)
    fence: Mapped[int] = mapped_column(Integer)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str | None] = mapped_column(Text)


SlotOf = Callable[[datetime, str], str]


@dataclass(frozen=True, slots=True)
class Job:
    """``slot`` names the slot a moment lies in, given the plant's time zone; ``run`` does the work, opening its own sessions."""

    name: str
    slot: SlotOf
    run: Callable[["JobRun"], None]


@dataclass(frozen=True, slots=True)
class JobRun:
    """What a job is told about this run."""

    database: Database
    at: datetime
    slot: str
    worker: str

    @property
    def settings(self) -> Any:
        return self.database.info.get("settings")


def every(interval: timedelta) -> SlotOf:
    """Slots of equal length, counted from 1970 so that all workers agree on them."""
    seconds = int(interval.total_seconds())

    def slot(at: datetime, _zone: str) -> str:
        begin = int(at.timestamp()) // seconds * seconds
        return datetime.fromtimestamp(begin, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    return slot


def daily(at_time: time) -> SlotOf:
    """One slot a day that begins at this local time of the plant.

    On the day clocks go forward a time that does not exist begins with the first moment after it; when they go back the
    first of two equal times counts. The slot is named by its day, so neither runs twice.
    """

    def slot(at: datetime, zone: str) -> str:
        local = at.astimezone(ZoneInfo(zone))
        begin = datetime.combine(local.date(), at_time, ZoneInfo(zone))
        day = local.date() if at >= begin.astimezone(UTC) else local.date() - timedelta(days=1)
        return day.isoformat()

    return slot


def run_due_jobs(
    database: Database,
    jobs: tuple[Job, ...],
    *,
    worker: str,
    zone: str,
    now: Callable[[], datetime] = clock.now,
    enough: Callable[[], bool] = lambda: False,
) -> int:
    """Run every job whose present slot nobody has begun; how many ran. None is begun once there is ``enough``."""
    ran = 0
    for job in jobs:
        if enough():
            break
        at = now()
        slot = job.slot(at, zone)
        fence = _claim(database, job, slot, worker=worker, at=at)
        if fence is None:
            continue
        ran += 1
        error: str | None = None
        try:
            job.run(JobRun(database, at, slot, worker))
        except Exception as fault:
            log.exception("job_failed", job=job.name, slot=slot)
            error = f"{type(fault).__name__}: {fault}"[:2_000]
        _end(database, job, slot, fence, at=now(), error=error)
    return ran


def end_job_leases(session: Session, *, at: datetime) -> None:
    """Leave slots that were begun and not done to whoever comes next, whose workers do not exist any more: after a restore."""
    session.execute(update(JobSlot).where(JobSlot.done_at.is_(None)).values(lease_until=at))


def _claim(database: Database, job: Job, slot: str, *, worker: str, at: datetime) -> int | None:
    """Begin a slot, or take over one whose worker died; its fence, None when there is nothing to do."""
    with database.read() as session:
        newest = session.execute(
            select(JobSlot.slot, JobSlot.done_at, JobSlot.lease_until)
            .where(JobSlot.job == job.name)
            .order_by(JobSlot.slot.desc())
            .limit(1)
        ).one_or_none()
    # A clock that was set back must not run an older slot again.
    if newest is not None and (newest.slot > slot or (newest.slot == slot and _settled(newest, at))):
        return None
    with database.write() as session:
        return _insert_or_take(session, job, slot, worker=worker, at=at)


def _settled(row: Any, at: datetime) -> bool:
    return row.done_at is not None or row.lease_until > at


def _insert_or_take(session: Session, job: Job, slot: str, *, worker: str, at: datetime) -> int | None:
    build = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    mine = build(JobSlot).values(job=job.name, slot=slot, worker=worker, begun_at=at, lease_until=at + LEASE, fence=1)
    return session.execute(
        mine.on_conflict_do_update(
            index_elements=[JobSlot.job, JobSlot.slot],
            set_={"worker": worker, "begun_at": at, "lease_until": at + LEASE, "fence": JobSlot.fence + 1},
            where=(JobSlot.done_at.is_(None)) & (JobSlot.lease_until <= at),
        ).returning(JobSlot.fence)
    ).scalar_one_or_none()


def _end(database: Database, job: Job, slot: str, fence: int, *, at: datetime, error: str | None) -> None:
    """Mark the slot done. A failed one is left to be taken over when its lease ends, which is then a minute away."""
    values: dict[str, Any] = {"last_error": error}
    values |= {"done_at": at} if error is None else {"lease_until": at + timedelta(minutes=1)}
    with database.write() as session:
        session.execute(
            update(JobSlot)
            .where(JobSlot.job == job.name, JobSlot.slot == slot, JobSlot.fence == fence)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
