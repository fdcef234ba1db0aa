"""Records seen from outside their feature: what a kind is called, where its page is, how an action is taken on one.

The desk, the trail and the incidents name records of every feature; each feature registers its kinds here with its pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from supplier_quality.engine.definitions.kinds import humanise
from supplier_quality.engine.fire import Fired, fire
from supplier_quality.language import Text, Words
from supplier_quality.trail import RecordRef

Act = Callable[..., Fired]


def _no_page(_record: RecordRef) -> str | None:
    return None


def _no_list(_state: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One kind of record.

    ``noun`` names the kind in a sentence, ``path(record)`` is the record's page for staff or None, from the plain values
    that the trail keeps; ``list_path(state)`` the list of the kind narrowed to a state. ``act`` takes an action with the signature of ``engine.fire``; features whose operation does more
    than fire give their own.
    """

    kind: str
    noun: Words
    path: Callable[[RecordRef], str | None] = _no_page
    list_path: Callable[[str], str | None] = _no_list
    act: Act = fire


_kinds: dict[str, RecordKind] = {}


def register_record(kind: RecordKind) -> None:
    """Say how records of a kind are named and opened. Registering a kind again replaces it."""
    _kinds[kind.kind] = kind


def record_kind(kind: str) -> RecordKind:
    """What was registered for a kind; a kind nobody registered is called by its own name and has no page."""
    return _kinds.get(kind) or RecordKind(kind, Text.of(humanise(kind.replace(".", " "))))


def path_of(kind: str | None, id_: int | None, label: str | None) -> str | None:
    """The page of a record named by plain values."""
    if kind is None or id_ is None:
        return None
    return record_kind(kind).path(RecordRef(kind, id_, label or ""))


def registered_kinds() -> dict[str, Any]:
    """The kinds by name, for filters."""
    return {name: kind.noun for name, kind in _kinds.items()}
