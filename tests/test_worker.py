"""The worker as a process: when it ends."""

import signal
import sys
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest

from supplier_quality import worker
from supplier_quality.config import Settings
from supplier_quality.persistence import Database


class ToldToEnd:
    """Signals this process at the ``nth`` call that its main thread makes after the first tick."""

    def __init__(self, nth: int) -> None:
        self.left = nth
        self.sent = False

    def __call__(self, frame: FrameType, event: str, _about: Any) -> None:
        if event == "return" and frame.f_code is worker.Worker.tick.__code__:
            self.left -= 1
            sys.setprofile(self._count)

    def _count(self, _frame: FrameType, event: str, _about: Any) -> None:
        if event in ("call", "c_call"):
            self.left -= 1
        if self.left < 0 and not self.sent:
            self.sent = True
            sys.setprofile(None)
            signal.raise_signal(signal.SIGINT)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("nth", range(4, 8))
def test_a_worker_with_nothing_to_do_ends_at_whatever_moment_it_is_told(
    nth: int, database: Database, settings: Settings
) -> None:
    """A signal may come while it just begins to wait, with the lock of what it waits for in its hands."""
    if not database.is_sqlite:
        nth *= 40  # it listens for calls, which are many more steps
    told = ToldToEnd(nth)
    sys.setprofile(told)
    try:
        worker.run(replace(settings, poll_seconds=60))
    finally:
        sys.setprofile(None)
    assert told.sent
