"""Adding entries to the trail."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from supplier_quality.persistence import Prepared, canonical_json
from supplier_quality.trail.chain import (
    SIGNED,
    START,
    ActorRef,
    Keys,
    Position,
    RecordRef,
    entry_hash,
    hasher,
    signed_values,
)
from supplier_quality.trail.models import TrailEntry, TrailPosition

_COLUMNS = (*SIGNED, "key_id", "hash")
_table: Any = TrailEntry.__table__
INSERT = Prepared(insert(_table).inline(), columns=_COLUMNS, table=_table)


def append(
    session: Session,
    *,
    record: RecordRef,
    at: datetime,
    actor: ActorRef,
    action: str,
    data: Mapping[str, Any],
    position: Position | None = None,
    from_state: str | None = None,
    to_state: str | None = None,
    definition: str | None = None,
) -> Position:
    """Add one entry and return the new position.

    The caller that keeps the position on its own row passes it and stores the answer in the same transaction, guarded by
    the row's version; for all other records the position is kept, locked, in ``trail_position``.
    """
    before = _held_position(session, record) if position is None else position
    row = entry_row(session, record, at, actor, action, data, before, (from_state, to_state, definition))
    INSERT.run(session.connection(), row)
    after = Position(row["seq"], row["hash"])
    if position is None:
        _hold_position(session, record, after)
    return after


def append_many(
    session: Session,
    entries: Sequence[tuple[RecordRef, Position, Mapping[str, Any]]],
    *,
    at: datetime,
    actor: ActorRef,
    action: str,
    from_state: str | None = None,
    to_state: str | None = None,
    definition: str | None = None,
) -> list[Position]:
    """Add one entry to each of many records in one call of the driver; positions are kept by the caller."""
    keys = keys_of(session)
    constant = _common_values(keys, at, actor, action, (from_state, to_state, definition))
    own = [_own_values(record, before, data) for record, before, data in entries]
    if not own:
        return []
    hash_of = hasher(keys, keys.active, constant)
    hashes = [hash_of(before.head, values) for (_record, before, _data), values in zip(entries, own, strict=True)]
    columns = {name: [values[name] for values in own] for name in own[0]}
    columns |= {name: [value] * len(own) for name, value in constant.items()}
    INSERT.run_columns(session.connection(), {**columns, "hash": hashes})
    return [Position(values["seq"], hash_) for values, hash_ in zip(own, hashes, strict=True)]


def _common_values(
    keys: Keys, at: datetime, actor: ActorRef, action: str, states: tuple[str | None, str | None, str | None]
) -> dict[str, Any]:
    return {
        "at": at,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label[:200],
        "via": actor.via,
        "action": action,
        "from_state": states[0],
        "to_state": states[1],
        "definition": states[2],
        "key_id": keys.active,
    }


def _own_values(record: RecordRef, before: Position, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "record_kind": record.kind,
        "record_id": record.id,
        "record_label": record.label[:200],
        "seq": before.seq + 1,
        "data": canonical_json(data),
    }


def _hashed(keys: Keys, row: dict[str, Any], previous: str) -> dict[str, Any]:
    row["hash"] = entry_hash(keys, keys.active, previous, signed_values(row))
    return row


def keys_of(session: Session) -> Keys:
    """The trail's keys, which every session of the product carries."""
    keys: Keys = session.info["trail_keys"]
    return keys


def entry_row(
    session: Session,
    record: RecordRef,
    at: datetime,
    actor: ActorRef,
    action: str,
    data: Mapping[str, Any],
    before: Position,
    states: tuple[str | None, str | None, str | None],
) -> dict[str, Any]:
    """The row of one entry, hashed. ``states`` are the state left, the state entered and the definition's hash."""
    keys = keys_of(session)
    row = {**_common_values(keys, at, actor, action, states), **_own_values(record, before, data)}
    return _hashed(keys, row, before.head)


def _held_position(session: Session, record: RecordRef) -> Position:
    """The position kept for the record, its row locked until the session ends."""
    build = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    start = build(TrailPosition).values(record_kind=record.kind, record_id=record.id, seq=START.seq, head=START.head)
    session.execute(start.on_conflict_do_nothing())
    held = session.execute(
        select(TrailPosition.seq, TrailPosition.head)
        .where(TrailPosition.record_kind == record.kind, TrailPosition.record_id == record.id)
        .with_for_update()
    ).one()
    return Position(held.seq, held.head)


def _hold_position(session: Session, record: RecordRef, position: Position) -> None:
    session.execute(
        update(TrailPosition)
        .where(TrailPosition.record_kind == record.kind, TrailPosition.record_id == record.id)
        .values(seq=position.seq, head=position.head)
        .execution_options(synchronize_session=False)
    )
