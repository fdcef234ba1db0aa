"""Work over sets, once per slot: F9, F10 and F11 for jobs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta

import pytest

from supplier_quality.outbox import Job, JobRun, daily, every, run_due_jobs
from supplier_quality.outbox.jobs import LEASE
from supplier_quality.persistence import Database

BERLIN = "Europe/Berlin"


def _run(database: Database, jobs: tuple[Job, ...], at: datetime, worker: str = "a", zone: str = BERLIN) -> int:
    return run_due_jobs(database, jobs, worker=worker, zone=zone, now=lambda: at)


def test_a_slot_is_run_once_whoever_asks(database: Database, at: datetime) -> None:
    runs: list[str] = []
    job = Job("count", every(timedelta(minutes=5)), lambda run: runs.append(run.slot))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: _run(database, (job,), at, str(n)), range(8)))
    assert len(runs) == 1
    _run(database, (job,), at + timedelta(minutes=5))
    assert len(runs) == 2


@pytest.mark.parametrize("down", [timedelta(hours=1), timedelta(days=1), timedelta(days=40)])
def test_after_a_pause_only_the_newest_slot_runs(database: Database, at: datetime, down: timedelta) -> None:
    runs: list[str] = []
    job = Job("count", every(timedelta(minutes=5)), lambda run: runs.append(run.slot))
    _run(database, (job,), at)
    _run(database, (job,), at + down)
    assert len(runs) == 2


def test_a_clock_that_was_set_back_runs_no_slot_again(database: Database, at: datetime) -> None:
    runs: list[str] = []
    job = Job("count", every(timedelta(minutes=5)), lambda run: runs.append(run.slot))
    _run(database, (job,), at)
    _run(database, (job,), at - timedelta(hours=1))
    _run(database, (job,), at)
    assert len(runs) == 1


def test_a_failed_slot_is_tried_again_and_says_why(database: Database, at: datetime) -> None:
    from supplier_quality.outbox.jobs import JobSlot

    tries: list[str] = []

    def fail_once(run: JobRun) -> None:
        tries.append(run.slot)
        if len(tries) == 1:
            raise OSError("no space left")

    job = Job("count", daily(time(3)), fail_once)
    _run(database, (job,), at)
    with database.read() as session:
        assert session.query(JobSlot).one().last_error == "OSError: no space left"
    _run(database, (job,), at)
    assert len(tries) == 1
    _run(database, (job,), at + timedelta(minutes=2))
    assert len(tries) == 2


def test_a_slot_of_a_worker_that_died_is_taken_over(database: Database, at: datetime) -> None:
    tries: list[str] = []

    def die(run: JobRun) -> None:
        tries.append(run.worker)
        raise SystemExit

    job = Job("count", daily(time(3)), die)
    with pytest.raises(SystemExit):
        _run(database, (job,), at, "dying")
    _run(database, (job,), at + LEASE - timedelta(seconds=1), "early")
    with pytest.raises(SystemExit):
        _run(database, (job,), at + LEASE, "heir")
    assert tries == ["dying", "heir"]


DAYS = [
    # zone, time of the job, first local day, days: clocks forward, clocks back, leap day, the 31st and year end
    (BERLIN, time(2, 30), datetime(2026, 3, 27, tzinfo=UTC), 5),
    (BERLIN, time(2, 30), datetime(2026, 10, 23, tzinfo=UTC), 5),
    ("America/New_York", time(2, 30), datetime(2026, 3, 6, tzinfo=UTC), 5),
    ("America/New_York", time(1, 30), datetime(2026, 10, 30, tzinfo=UTC), 5),
    ("Australia/Lord_Howe", time(2, 15), datetime(2026, 4, 3, tzinfo=UTC), 5),
    ("Asia/Shanghai", time(0, 0), datetime(2028, 2, 27, tzinfo=UTC), 5),
    ("Asia/Shanghai", time(23, 59), datetime(2026, 12, 29, tzinfo=UTC), 6),
]


@pytest.mark.parametrize(("zone", "when", "begin", "days"), DAYS)
def test_a_daily_job_runs_once_on_every_day_of_the_plant(zone: str, when: time, begin: datetime, days: int) -> None:
    slot: Callable[[datetime, str], str] = daily(when)
    moments = [begin + timedelta(minutes=5 * step) for step in range(days * 288)]
    slots = [slot(moment, zone) for moment in moments]
    assert slots == sorted(slots), "a slot came back"
    seen = sorted(set(slots))
    first = datetime.fromisoformat(seen[0])
    assert seen == [(first + timedelta(days=n)).date().isoformat() for n in range(len(seen))], "a day was skipped"
