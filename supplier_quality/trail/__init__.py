"""The trail: who did what to which record, when and why. Append-only evidence that can be verified.

Knows records and actors by plain values only (kind, id, label).
"""

from supplier_quality.trail.append import append, append_many, keys_of
from supplier_quality.trail.chain import START, ActorRef, Keys, Position, RecordRef
from supplier_quality.trail.models import TrailEntry
from supplier_quality.trail.queries import Entry, entries, latest_entries
from supplier_quality.trail.seal import publish_head, seal_heads
from supplier_quality.trail.verify import Report, missing_guards, put_back_guards, verify

__all__ = [
    "START",
    "ActorRef",
    "Entry",
    "Keys",
    "Position",
    "RecordRef",
    "Report",
    "TrailEntry",
    "append",
    "append_many",
    "entries",
    "keys_of",
    "latest_entries",
    "missing_guards",
    "publish_head",
    "put_back_guards",
    "seal_heads",
    "verify",
]
