"""Rows: the database, its sessions, its types, counting and paging."""

from supplier_quality.persistence.base import Base
from supplier_quality.persistence.numbers import format_number, take_number, take_numbers
from supplier_quality.persistence.prepared import Prepared, Writes
from supplier_quality.persistence.sessions import Database, after_commit
from supplier_quality.persistence.types import BigId, Json, UTCDateTime, canonical_json

__all__ = [
    "Base",
    "BigId",
    "Database",
    "Json",
    "Prepared",
    "UTCDateTime",
    "Writes",
    "after_commit",
    "canonical_json",
    "format_number",
    "take_number",
    "take_numbers",
]
