"""Moving running records to another version of their process: first a plan that says everything, then in chunks.

The plan must be complete for the states that are occupied: a state that the new version does not have and its ``migrate:``
does not map blocks those records, and says so. Nothing is moved while anything is blocked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from supplier_quality.engine import timers
from supplier_quality.engine.definitions.model import Migration, Process
from supplier_quality.engine.models import Definition, Timer
from supplier_quality.engine.registry import registry
from supplier_quality.engine.store import UnknownDefinition, process_of
from supplier_quality.errors import Conflict, Problem
from supplier_quality.identity.actor import Actor
from supplier_quality.language import Words, _
from supplier_quality.persistence import Database
from supplier_quality.trail import Position, RecordRef, append_many

CHUNK = 500
MIGRATED = "definition.migrated"


class MigrationBlocked(Conflict):
    """Some running records have no place in the new version; the plan names them."""

    code = "migration_blocked"


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to the records of one kind in one state of one version."""

    kind: str
    from_version: int
    definition_id: int
    state: str
    to_state: str | None
    records: int
    timers: int
    policy: str
    blocked: Words | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "from_version": self.from_version,
            "state": self.state,
            "to_state": self.to_state,
            "records": self.records,
            "armed_timers": self.timers,
            "timers": self.policy,
            "blocked": str(self.blocked) if self.blocked else None,
        }


@dataclass
class Plan:
    """Everything a migration would do. ``migrated`` counts what was done."""

    workflow: str
    to_version: int
    target: Definition
    steps: list[Step] = field(default_factory=list)
    migrated: int = 0
    dry_run: bool = True

    @property
    def blocked(self) -> list[Step]:
        return [step for step in self.steps if step.blocked is not None]

    def as_json(self) -> dict[str, Any]:
        return {
            "workflow": self.workflow,
            "to_version": self.to_version,
            "dry_run": self.dry_run,
            "records": sum(step.records for step in self.steps),
            "migrated": self.migrated,
            "blocked": sum(step.records for step in self.blocked),
            "steps": [step.as_json() for step in self.steps],
        }


def plan_migration(session: Session, workflow: str, *, to_version: int) -> Plan:
    """What moving all running records of a workflow to a version would do. Raises UnknownDefinition."""
    target = _definition(session, workflow, to_version)
    process = process_of(session, target.id)
    plan = Plan(workflow, to_version, target)
    for kind in registry.kinds_of(workflow):
        for row in _occupied(session, kind, target.id):
            plan.steps.append(_step(session, kind, row, process))
    return plan


def migrate(
    database: Database, workflow: str, *, to_version: int, actor: Actor, at: datetime, dry_run: bool = False
) -> Plan:
    """Move all running records of a workflow to a version, :data:`CHUNK` records to a transaction.

    May be repeated after a crash: what was moved is no longer of the old version. Raises MigrationBlocked before anything
    is moved, UnknownDefinition.
    """
    with database.read() as session:
        plan = plan_migration(session, workflow, to_version=to_version)
        session.expunge_all()
    plan.dry_run = dry_run
    if dry_run:
        return plan
    if plan.blocked:
        raise MigrationBlocked(
            _("%(count)s records are in states without a place in version %(version)s; nothing was moved.",
              count=sum(step.records for step in plan.blocked), version=to_version),
            tuple(Problem(step.blocked, column=step.state, value=str(step.records)) for step in plan.steps if step.blocked),
        )  # fmt: skip
    for step in plan.steps:
        while True:
            with database.write() as session:
                moved = _move_chunk(session, step, plan.target.id, actor=actor, at=at)
            if not moved:
                break
            plan.migrated += moved
    return plan


def _definition(session: Session, workflow: str, version: int) -> Definition:
    query = select(Definition).where(
        Definition.kind == "workflow", Definition.name == workflow, Definition.version == version
    )
    # A local file overrides a shipped one of the same version.
    rows = sorted(session.scalars(query), key=lambda row: (row.active, row.origin == "local"))
    if not rows:
        raise UnknownDefinition(
            _("There is no version %(version)s of the workflow %(name)s.", version=version, name=workflow)
        )
    return rows[-1]


def _occupied(session: Session, kind: str, target_id: int) -> Sequence[Row[Any]]:
    table: Any = registry.model(kind).__table__  # type: ignore[attr-defined]
    return session.execute(
        select(table.c.definition_id, table.c.state, func.count().label("records"))
        .where(table.c.definition_id != target_id)
        .group_by(table.c.definition_id, table.c.state)
        .order_by(table.c.definition_id, table.c.state)
    ).all()


def _step(session: Session, kind: str, row: Row[Any], process: Process) -> Step:
    version = session.get_one(Definition, row.definition_id).version
    rule = _rule(process, version)
    to_state = rule.map.get(row.state, row.state) if rule else row.state
    policy = rule.timers if rule else "keep_started_at"
    blocked = None
    if to_state not in process.states:
        blocked = _(
            "Version %(version)s has no state %(state)s; add `migrate: - {from_version: %(from)s, map: {%(state)s: …}}`.",
            **{"version": process.version, "state": to_state, "from": version},
        )
    return Step(
        kind=kind,
        from_version=version,
        definition_id=row.definition_id,
        state=row.state,
        to_state=None if blocked else to_state,
        records=row.records,
        timers=_armed(session, kind, row.definition_id, row.state),
        policy=policy,
        blocked=blocked,
    )


def _rule(process: Process, version: int) -> Migration | None:
    return next((rule for rule in process.migrations if rule.from_version == version), None)


def _armed(session: Session, kind: str, definition_id: int, state: str) -> int:
    table: Any = registry.model(kind).__table__  # type: ignore[attr-defined]
    query = (
        select(func.count())
        .select_from(table)
        .join(Timer, (Timer.subject_kind == kind) & (Timer.subject_id == table.c.id))
        .where(table.c.definition_id == definition_id, table.c.state == state, Timer.due_at.is_not(None))
    )
    return session.scalar(query) or 0


def _move_chunk(session: Session, step: Step, target_id: int, *, actor: Actor, at: datetime) -> int:
    """Move up to :data:`CHUNK` records of one step; how many there were."""
    model = registry.model(step.kind)
    table: Any = model.__table__  # type: ignore[attr-defined]
    columns = table.c
    rows = session.execute(
        select(columns.id, columns.number, columns.version, columns.trail_seq, columns.trail_head, columns.entered_at)
        .where(columns.definition_id == step.definition_id, columns.state == step.state)
        .order_by(columns.id)
        .limit(CHUNK)
        .with_for_update()
    ).all()
    if not rows or step.to_state is None:
        return 0
    process = process_of(session, target_id)
    old = process_of(session, step.definition_id)
    told = {"from": old.hash, "to": process.hash, "from_version": old.version, "to_version": process.version}
    positions = append_many(
        session,
        [
            (
                RecordRef(step.kind, row.id, row.number),
                Position(row.trail_seq, row.trail_head),
                {**told, "version": row.version + 1},
            )
            for row in rows
        ],
        at=at,
        actor=actor.ref,
        action=MIGRATED,
        from_state=step.state,
        to_state=step.to_state,
        definition=process.hash,
    )
    session.execute(
        update(table)
        .where(columns.id == bindparam("row_id"))
        .values(
            state=step.to_state,
            definition_id=target_id,
            version=columns.version + 1,
            trail_seq=bindparam("new_seq"),
            trail_head=bindparam("new_head"),
            changed_at=at,
        ),
        [{"row_id": row.id, "new_seq": p.seq, "new_head": p.head} for row, p in zip(rows, positions, strict=True)],
    )
    _move_timers(session, step, process, target_id, {row.id: row.entered_at for row in rows}, at=at)
    return len(rows)


def _move_timers(
    session: Session, step: Step, process: Process, target_id: int, entered: dict[int, datetime], *, at: datetime
) -> None:
    """Give the records the timers of the new version, as its migration rule says."""
    held = (Timer.subject_kind == step.kind) & Timer.subject_id.in_(list(entered))
    rules = process.timers_in.get(step.to_state or "", ())
    columns = (Timer.subject_id, Timer.rule, Timer.moment, Timer.fired, Timer.due_at, Timer.entered_at)
    before = session.execute(select(*columns).where(held)).all()
    session.execute(Timer.__table__.delete().where(held))  # type: ignore[attr-defined]
    if step.policy == "drop" or not rules:
        return
    since = dict.fromkeys(entered, at) if step.policy == "restart" else entered
    armed = timers.arm_rows(session, step.kind, target_id, process, rules, since, at=at)
    if step.policy == "keep_started_at":
        _keep_fired(armed, before, at=at)
    if armed:
        session.execute(insert(Timer), armed)


def _keep_fired(armed: Sequence[dict[str, Any]], before: Sequence[Any], *, at: datetime) -> None:
    """Let timers that have fired go on as they stood, or stay spent.

    A moment that the new version puts ahead again has not happened yet: it counts anew.
    """
    standing = {(row.subject_id, row.rule, row.moment): row for row in before}
    for row in armed:
        was = standing.get((row["subject_id"], row["rule"], row["moment"]))
        if was is not None and was.fired and row["first_due"] <= at:
            row["fired"], row["due_at"], row["entered_at"] = was.fired, was.due_at, was.entered_at
