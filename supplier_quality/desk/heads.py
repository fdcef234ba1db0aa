"""The heads of the trail that were published as files: which there are, and what they say."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supplier_quality.config import Settings

PATTERN = "heads-*.jsonl"


@dataclass(frozen=True, slots=True)
class HeadFile:
    """One day's file: its name, how many heads it holds and the newest of them."""

    name: str
    heads: int
    newest_seq: int
    newest_hash: str


def folder_of(settings: Settings) -> Path:
    """Where heads are published: outside the database, to be copied to yet another place."""
    return settings.home / "heads"


def list_files(settings: Settings) -> list[HeadFile]:
    """The files of published heads, newest first."""
    found = []
    for path in sorted(folder_of(settings).glob(PATTERN), reverse=True):
        heads = list(_heads_of(path))
        if heads:
            found.append(HeadFile(path.name, len(heads), heads[-1]["seq"], heads[-1]["hash"]))
    return found


def read_heads(settings: Settings) -> list[dict[str, Any]]:
    """Every published head. A line that was damaged is left out: it proves nothing."""
    return [head for path in sorted(folder_of(settings).glob(PATTERN)) for head in _heads_of(path)]


def _heads_of(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            head = json.loads(line)
        except ValueError:
            continue
        if isinstance(head, dict) and isinstance(head.get("seq"), int) and isinstance(head.get("hash"), str):
            yield head
