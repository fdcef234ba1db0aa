"""Sealing: chaining the heads of all records' chains, and publishing the last link.

Whoever can write to the database could cut the end of one record's chain, or drop a record with all its entries, and leave
no trace in that chain. Sealing writes the head of every chain that grew into one more chain; publishing its last link to a
place the database cannot reach (a file, a mail) fixes everything sealed before.
"""

import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, aliased

from supplier_quality.persistence.types import as_text
from supplier_quality.trail.append import keys_of
from supplier_quality.trail.chain import Keys, UnknownKey
from supplier_quality.trail.models import TrailEntry, TrailHead, TrailPublication

# PostgreSQL hands out ids before a transaction commits, so an entry may appear below the highest id already sealed.
OVERLAP = 10_000


def seal_heads(session: Session, *, at: datetime, everything: bool = False) -> int:
    """Chain the heads that grew since the last time; the number of heads sealed.

    Looks at entries near and after the newest sealed one; with ``everything`` at all of them, so that even an entry of a
    very long transaction is found. One sealer at a time: the chain's number is its primary key.
    """
    keys = keys_of(session)
    last = session.execute(select(TrailHead).order_by(TrailHead.seq.desc()).limit(1)).scalar_one_or_none()
    since = 0 if everything else max(0, (session.scalar(select(func.max(TrailHead.entry_id))) or 0) - OVERLAP)
    seq, previous = (last.seq, last.hash) if last else (0, "")
    rows = []
    for entry in _unsealed(session, since):
        seq += 1
        row = {
            "seq": seq,
            "at": at,
            "record_kind": entry.record_kind,
            "record_id": entry.record_id,
            "entry_seq": entry.seq,
            "entry_id": entry.id,
            "entry_hash": entry.hash,
            "key_id": keys.active,
        }
        previous = row["hash"] = head_hash(keys, keys.active, previous, row)
        rows.append(row)
    if rows:
        session.execute(insert(TrailHead), rows)
    return len(rows)


def _unsealed(session: Session, since: int) -> Sequence[Any]:
    """The newest entry of each record that has entries after id ``since`` and after its own last seal."""
    grown = (
        select(
            TrailEntry.record_kind,
            TrailEntry.record_id,
            func.max(TrailEntry.seq).label("seq"),
        )
        .where(TrailEntry.id > since)
        .group_by(TrailEntry.record_kind, TrailEntry.record_id)
        .subquery()
    )
    sealed = (
        select(func.max(TrailHead.entry_seq))
        .where(TrailHead.record_kind == grown.c.record_kind, TrailHead.record_id == grown.c.record_id)
        .correlate(grown)
        .scalar_subquery()
    )
    entry = aliased(TrailEntry)
    return session.execute(
        select(entry.id, entry.record_kind, entry.record_id, entry.seq, entry.hash)
        .join(
            grown,
            (entry.record_kind == grown.c.record_kind)
            & (entry.record_id == grown.c.record_id)
            & (entry.seq == grown.c.seq),
        )
        .where(entry.seq > func.coalesce(sealed, 0))
        .order_by(entry.id)
    ).all()


def head_hash(keys: Keys, key_id: str, previous: str, row: dict[str, Any]) -> str:
    """The hash of one link of the chain of heads."""
    if key_id not in keys.keys:
        raise UnknownKey(key_id)
    covered = [
        key_id,
        previous,
        row["seq"],
        as_text(row["at"]) if isinstance(row["at"], datetime) else row["at"],
        row["record_kind"],
        row["record_id"],
        row["entry_seq"],
        row["entry_id"],
        row["entry_hash"],
    ]
    return hmac.digest(keys.keys[key_id], json.dumps(covered, separators=(",", ":")).encode(), sha256).hex()


def publish_head(session: Session, folder: Path, *, at: datetime) -> dict[str, Any] | None:
    """Write the last link of the chain of heads to a file of that day and answer what was published.

    The file ``heads-2026-11-20.jsonl`` gets one line more per publication. None when nothing was ever sealed.
    """
    last = session.execute(select(TrailHead).order_by(TrailHead.seq.desc()).limit(1)).scalar_one_or_none()
    if last is None:
        return None
    head = {"format": 1, "published_at": as_text(at), "seq": last.seq, "hash": last.hash, "key_id": last.key_id}
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"heads-{at:%Y-%m-%d}.jsonl"
    with place.open("a", encoding="utf-8") as file:
        file.write(json.dumps(head) + "\n")
    session.add(TrailPublication(at=at, head_seq=last.seq, head_hash=last.hash, place=place.name))
    return head
