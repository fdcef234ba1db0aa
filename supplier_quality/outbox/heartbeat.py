"""That workers are alive, as a row each; asked by ``/healthz``, ``doctor`` and the incidents page."""

from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from supplier_quality.persistence import Base, UTCDateTime

BEAT = timedelta(seconds=30)
# A worker that has not been heard of for so long is gone.
SILENT = timedelta(minutes=2)
FORGOTTEN = timedelta(days=1)


class WorkerBeat(Base):
    __tablename__ = "worker_beat"

    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    beat_at: Mapped[datetime] = mapped_column(UTCDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def beat(session: Session, worker: str, *, at: datetime) -> None:
    """Write that the worker is alive, and forget workers of long ago."""
    build = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    row = build(WorkerBeat).values(worker=worker, started_at=at, beat_at=at)
    session.execute(
        row.on_conflict_do_update(index_elements=[WorkerBeat.worker], set_={"beat_at": at, "stopped_at": None})
    )
    session.execute(delete(WorkerBeat).where(WorkerBeat.beat_at < at - FORGOTTEN))


def say_goodbye(session: Session, worker: str, *, at: datetime) -> None:
    """Write that the worker stopped on purpose."""
    session.execute(update(WorkerBeat).where(WorkerBeat.worker == worker).values(stopped_at=at))


def workers_alive(session: Session, *, at: datetime) -> int:
    """How many workers were heard of lately."""
    alive = (WorkerBeat.beat_at >= at - SILENT) & WorkerBeat.stopped_at.is_(None)
    return session.scalar(select(func.count()).select_from(WorkerBeat).where(alive)) or 0


def last_beat(session: Session) -> datetime | None:
    """When any worker was last heard of."""
    return session.scalar(select(func.max(WorkerBeat.beat_at)))
