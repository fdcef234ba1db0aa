"""Gathering what rules may read: every fact a process names, each by one query for all records asked about."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.registry import registry
from supplier_quality.identity.actor import Actor


def gather(
    session: Session, wanted: Collection[str], kind: str, ids: Sequence[int], *, actor: Actor, at: datetime
) -> dict[int, dict[str, Any]]:
    """The facts of these names about each record of one kind.

    A fact that nobody provides is simply missing: the rule that reads it refuses. ``record`` is for the caller to add, who
    knows which standing of the record is being judged.
    """
    common = common_facts(session, wanted, actor=actor, at=at)
    facts: dict[int, dict[str, Any]] = {id_: dict(common) for id_ in ids}
    for name in wanted:
        provider = registry.facts.get((kind, name))
        if provider is None:
            continue
        moment = {"at": at} if provider.dated else {}
        for id_, value in provider.load(session, ids, **moment).items():
            facts[id_][name] = value
    return facts


def common_facts(session: Session, wanted: Collection[str], *, actor: Actor, at: datetime) -> dict[str, Any]:
    """The engine's own facts that do not depend on the record."""
    facts: dict[str, Any] = {}
    for name in wanted:
        if name == "actor":
            facts[name] = {"id": actor.id, "kind": str(actor.kind), "roles": sorted(actor.roles)}
        elif name == "now":
            facts[name] = at
        elif name == "today":
            facts[name] = day_in_plant(session, at)
    return facts


def first_segment(path: str) -> str:
    """``submission`` of ``submission.interim_until``."""
    return path.split(".", 1)[0]


def read_path(facts: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path, None when any part of it is missing or null."""
    value: Any = facts
    for segment in path.split("."):
        if not isinstance(value, Mapping) or segment not in value:
            return None
        value = value[segment]
    return value
