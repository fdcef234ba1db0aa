"""How an entry is bound to the one before it.

The hash is an HMAC-SHA256 under a key that is not in the database, over the canonical text of the entry and the hash before
it. Somebody who can write rows but does not have the key can neither change an entry nor add one that fits.
"""

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from supplier_quality.errors import Misconfigured
from supplier_quality.language import _
from supplier_quality.persistence.types import as_text


@dataclass(frozen=True)
class Keys:
    """The keys of the trail by id. New entries use ``active``; old keys stay to verify what they signed."""

    active: str
    keys: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if self.active not in self.keys:
            raise Misconfigured(_("The trail has no key named %(key)s.", key=self.active))


class RecordRef(NamedTuple):
    """A record named by plain values: its kind, its id and what people call it."""

    kind: str
    id: int
    label: str = ""


class ActorRef(NamedTuple):
    """Who acted, by plain values. ``kind`` is user, contact, token or system; ``via`` is the way in."""

    kind: str
    id: str
    label: str
    via: str = ""


class Position(NamedTuple):
    """How far a chain goes: the number of its last entry and that entry's hash."""

    seq: int
    head: str


START = Position(0, "")

_dump = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def entry_hash(keys: Keys, key_id: str, previous: str, fields: Sequence[Any]) -> str:
    """The hash of an entry whose values are ``fields`` in :data:`SIGNED` order, times as fixed-width text."""
    key = keys.keys.get(key_id)
    if key is None:
        raise UnknownKey(key_id)
    return hmac.digest(key, _dump([key_id, previous, *fields]).encode(), sha256).hex()


def hasher(keys: Keys, key_id: str, constant: Mapping[str, Any]) -> Callable[[str, Mapping[str, Any]], str]:
    """What hashes entries that share the values ``constant``, given the hash before and the other values of each.

    The same as :func:`entry_hash`: a JSON list is its items, written one by one. What is shared is written once.
    """
    key = keys.keys.get(key_id)
    if key is None:
        raise UnknownKey(key_id)
    shared = {name: _dump(as_text(value) if isinstance(value, datetime) else value) for name, value in constant.items()}
    start = _dump(key_id)

    def hash_of(previous: str, values: Mapping[str, Any]) -> str:
        texts = [start, _dump(previous), *(shared[name] if name in shared else _dump(values[name]) for name in SIGNED)]
        return hmac.digest(key, f"[{','.join(texts)}]".encode(), sha256).hex()

    return hash_of


class UnknownKey(KeyError):
    """An entry names a key that the settings do not have."""


SIGNED = (
    "record_kind",
    "record_id",
    "seq",
    "at",
    "record_label",
    "actor_kind",
    "actor_id",
    "actor_label",
    "via",
    "action",
    "from_state",
    "to_state",
    "definition",
    "data",
)


def signed_values(row: Mapping[str, Any]) -> list[Any]:
    """The values an entry's hash covers, in order."""
    return [as_text(value) if isinstance(value := row[name], datetime) else value for name in SIGNED]
