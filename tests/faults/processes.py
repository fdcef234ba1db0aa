"""Several real processes at work on one database, started at the same moment."""

import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from supplier_quality import features
from supplier_quality.config import Settings
from supplier_quality.persistence import Database
from tests import starting
from tests.support import settings_for

_forking = starting.context()
SECONDS = 100

Work = Callable[..., Any]


def at_once(work: Work, settings: Settings, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Run ``work(database, wait, *arguments)`` in one process for each; what they returned, in order.

    ``wait()`` holds a process until all of them have come as far.
    """
    barrier = _forking.Barrier(len(arguments))
    answers: Any = _forking.Queue()
    processes = [
        _forking.Process(target=_run, args=(work, settings.home, settings.database_url, barrier, answers, place, given))
        for place, given in enumerate(arguments)
    ]
    for process in processes:
        process.start()
    try:
        found = dict(answers.get(timeout=SECONDS) for _process in processes)
    finally:
        for process in processes:
            process.join(5)
            if process.is_alive():
                process.kill()
    faults = [answer for answer in found.values() if isinstance(answer, Failed)]
    assert not faults, "\n".join(fault.trace for fault in faults)
    return [found[place] for place in range(len(arguments))]


class Failed:
    """What a process died of."""

    def __init__(self, trace: str) -> None:
        self.trace = trace


def _run(work: Work, home: Path, url: str, barrier: Any, answers: Any, place: int, arguments: tuple[Any, ...]) -> None:
    try:
        database = open_here(home, url)
        barrier.wait(SECONDS)
        answer = work(database, lambda: barrier.wait(SECONDS), *arguments)
    except BaseException:
        barrier.abort()
        answer = Failed(traceback.format_exc())
    answers.put((place, answer))


def open_here(home: Path, url: str) -> Database:
    """The database as a process of the product opens it, with the keys of the tests."""
    return features.open_database(settings_for(home, url))


def wait_until(true: Callable[[], object], *, seconds: float = 30, what: str = "it") -> None:
    """Look ten times a second until something is so. Fails when the time is over."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.1)
