"""Which effects have left the house, in a file outside the database.

An id is written the moment the other side has taken the effect, before the row is marked done. A worker that is killed in
between leaves rows that look undelivered; whoever takes them next finds them here and does not send them again. A
restored older backup is cleaned the same way.
"""

import os
from collections.abc import Iterable
from pathlib import Path

LEDGER = "delivered.log"


class Ledger:
    """The ids of effects that have left the house, one per line, shared by all processes of an installation."""

    def __init__(self, home: Path) -> None:
        self._path = home / LEDGER

    def note(self, outbox_id: str) -> None:
        """Remember one delivery. A single short append: several processes may share the file, and it outlives a kill."""
        line = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(line, f"{outbox_id}\n".encode())
        finally:
            os.close(line)

    def known(self, outbox_ids: Iterable[str]) -> frozenset[str]:
        """Which of these have left. Reads the file once, whatever its length."""
        wanted = frozenset(outbox_ids)
        if not wanted:
            return wanted
        try:
            with self._path.open(encoding="utf-8") as lines:
                return wanted.intersection(line.rstrip("\n") for line in lines)
        except FileNotFoundError:
            return frozenset()

    def ids(self) -> frozenset[str]:
        try:
            return frozenset(self._path.read_text(encoding="utf-8").split())
        except FileNotFoundError:
            return frozenset()
