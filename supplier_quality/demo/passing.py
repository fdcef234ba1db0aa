"""Time that passes at once: from one due moment to the next, with a real worker doing what is due."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from supplier_quality import clock
from supplier_quality.config import Settings
from supplier_quality.engine.models import Timer
from supplier_quality.mail.models import DigestItem, MailMessage
from supplier_quality.outbox.models import WAITING, OutboxRow
from supplier_quality.persistence import Database
from supplier_quality.trail import TrailEntry
from supplier_quality.worker import Worker

STEP = timedelta(minutes=1)
# After the hour at which the jobs of the night run.
NIGHT = time(4, 0)

# The jobs that do what falls due in between: lists of the day, and mail that nobody answered. In nights the trail is sealed
# and suppliers are compared; what clears away, or takes in what is searched for, comes to the same when it runs once at the end.
DIGESTS, SILENCE, NOTHING = frozenset({"mail.digests"}), frozenset({"mail.silence"}), frozenset[str]()
NIGHTLY = frozenset({"trail.seal", "trail.publish", "suppliers.compare"})

FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Due:
    """The next moment at which there is something to do, and the names of the jobs over many records that do it."""

    at: datetime
    jobs: frozenset[str] = frozenset()


class PassingTime:
    """The clock of the demo. It stands still while somebody acts and runs only forward in between."""

    def __init__(self, settings: Settings, database: Database, *, at: datetime) -> None:
        self.at = at
        self._database = database
        self._zone = ZoneInfo(settings.timezone)
        self._worker = Worker(settings, database, now=lambda: self.at)
        self._jobs = self._worker.jobs
        self._known_at_night = 0

    def pass_until(self, moment: datetime) -> None:
        """Let everything happen that is due until then."""
        while (due := self._next_due()).at <= moment:
            # What is still due after its own tick, such as a mail a job has just queued, comes up a minute later.
            later = max(due.at, self.at + STEP)
            if later > moment:
                break
            self._tick(later, jobs=due.jobs)
        self._tick(max(moment, self.at))

    def pass_for(self, duration: timedelta) -> None:
        self.pass_until(self.at + duration)

    @contextmanager
    def standing(self) -> Iterator[datetime]:
        """The moment at which somebody acts; all of the product sees it as now."""
        with clock.standing_at(self.at):
            yield self.at

    def end(self) -> None:
        """Run the jobs once more and send the worker home."""
        self._tick(self.at, jobs=frozenset(job.name for job in self._jobs))
        with self.standing():
            self._worker.say_goodbye()

    def _tick(self, moment: datetime, *, jobs: frozenset[str] = frozenset()) -> None:
        """Let the worker do what is due. Its other jobs would mostly find nothing, hundreds of times a day."""
        self.at = moment
        self._worker.jobs = tuple(job for job in self._jobs if job.name in jobs)
        with self.standing():
            self._worker.tick()
        if jobs >= NIGHTLY:
            with self._database.read() as session:
                self._known_at_night = _newest_entry(session)

    def _next_due(self) -> _Due:
        waiting = (
            (select(func.min(Timer.due_at)), NOTHING),
            (
                select(func.min(OutboxRow.due_at)).where(OutboxRow.state.in_([state.value for state in WAITING])),
                NOTHING,
            ),
            (select(func.min(DigestItem.due)).where(DigestItem.digest_uid.is_(None)), DIGESTS),
            (select(func.min(MailMessage.answer_awaited_until)), SILENCE),
        )
        due = [_Due(FAR)]
        with self._database.read() as session:
            for query, jobs in waiting:
                moment = session.scalar(query)
                if moment is not None:
                    due.append(_Due(moment, jobs))
            # A night after days on which nothing was written has nothing to seal, to publish or to clear away.
            if _newest_entry(session) > self._known_at_night:
                due.append(_Due(self._next_night(), NIGHTLY))
        return min(due, key=lambda one: (one.at, -len(one.jobs)))

    def _next_night(self) -> datetime:
        local = self.at.astimezone(self._zone)
        tonight = datetime.combine(local.date(), NIGHT, self._zone)
        if tonight <= local:
            tonight = datetime.combine(local.date() + timedelta(days=1), NIGHT, self._zone)
        return tonight.astimezone(UTC)


def _newest_entry(session: Session) -> int:
    """The number of the newest entry of the trail; 0 before the first."""
    return session.scalar(select(func.max(TrailEntry.id))) or 0
