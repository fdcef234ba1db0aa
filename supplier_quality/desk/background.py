"""Work asked for on a page that takes longer than a page may: asked for here, done by a worker, its result kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality import outbox, trail
from supplier_quality.desk.heads import read_heads
from supplier_quality.desk.models import DeskRun
from supplier_quality.engine.evidence import verify_trail
from supplier_quality.engine.migrate import MigrationBlocked, migrate, plan_migration
from supplier_quality.errors import Conflict, NotFound, ProductError
from supplier_quality.identity import Actor
from supplier_quality.language import _, speaking
from supplier_quality.mail.values import freeze
from supplier_quality.outbox import Delivery, Handler
from supplier_quality.trail import RecordRef

VERIFY_TRAIL, MIGRATE = "desk.verify_trail", "desk.migrate"


class AlreadyAsked(Conflict):
    """The same work is waiting or under way."""

    code = "already_asked"


class RunNotFound(NotFound):
    code = "run_not_found"


def ask_to_verify_trail(session: Session, *, actor: Actor, at: datetime) -> DeskRun:
    """Let a worker prove the whole trail. Raises AlreadyAsked."""
    return _ask(session, VERIFY_TRAIL, "", {}, actor=actor, at=at)


def ask_to_migrate(session: Session, workflow: str, *, to_version: int, actor: Actor, at: datetime) -> DeskRun:
    """Let a worker move all running records of a workflow to a version.

    Raises MigrationBlocked, so that nobody waits for what cannot happen, AlreadyAsked, UnknownDefinition.
    """
    plan = plan_migration(session, workflow, to_version=to_version)
    if plan.blocked:
        raise MigrationBlocked(_("Some records have no place in version %(version)s.", version=to_version))
    run = _ask(session, MIGRATE, workflow, {"workflow": workflow, "to_version": to_version}, actor=actor, at=at)
    trail.append(
        session,
        record=RecordRef("workflow", plan.target.id, workflow),
        at=at,
        actor=actor.ref,
        action="workflow.migration_asked",
        data={"to_version": to_version, "records": sum(step.records for step in plan.steps)},
    )
    return run


def _ask(session: Session, kind: str, about: str, payload: dict[str, Any], *, actor: Actor, at: datetime) -> DeskRun:
    open_run = session.scalar(
        select(DeskRun.id).where(DeskRun.kind == kind, DeskRun.about == about, DeskRun.finished_at.is_(None)).limit(1)
    )
    if open_run is not None:
        raise AlreadyAsked(_("This was asked for already and is under way; its result will stand here."))
    run = DeskRun(kind=kind, about=about, asked_by=actor.label, asked_at=at)
    session.add(run)
    session.flush()
    told = {"run": run.id, "actor": {"kind": str(actor.kind), "id": actor.id, "label": actor.label}}
    outbox.queue(session, kind=kind, payload={**payload, **told}, at=at)
    return run


def list_runs(session: Session, kind: str, *, about: str = "", limit: int = 10) -> Sequence[DeskRun]:
    """The latest work of one kind, newest first."""
    query = select(DeskRun).where(DeskRun.kind == kind, DeskRun.about == about)
    return session.scalars(query.order_by(DeskRun.id.desc()).limit(limit)).all()


def get_run(session: Session, run_id: int, *, kind: str) -> DeskRun:
    """One piece of work. Raises RunNotFound."""
    run = session.scalar(select(DeskRun).where(DeskRun.id == run_id, DeskRun.kind == kind))
    if run is None:
        raise RunNotFound(_("There is no such run."))
    return run


def run_verification(delivery: Delivery) -> None:
    """Prove the whole trail against everything that was published."""
    with delivery.database.read() as session:
        report = verify_trail(session, published=read_heads(delivery.settings))
    _finish(delivery, result=_report_as_json(report))


def run_migration(delivery: Delivery) -> None:
    """Move the records; repeated after a crash it goes on with what is left. A refusal is the result, not a failure."""
    payload = delivery.row.payload
    told = payload["actor"]
    actor = Actor(kind=told["kind"], id=told["id"], label=told["label"])
    try:
        plan = migrate(
            delivery.database, payload["workflow"], to_version=payload["to_version"], actor=actor, at=delivery.at
        )
    except ProductError as error:
        with speaking("en"):
            _finish(delivery, error=str(error))
        return
    _finish(delivery, result=plan.as_json())


def _report_as_json(report: trail.Report) -> dict[str, Any]:
    """The report with its sentences as ids and values, so that each reader gets them in their own language."""
    told = report.as_json()
    told["problems"] = [
        {**told["problems"][place], "words": freeze(problem.message)} for place, problem in enumerate(report.problems)
    ]
    told["unproven"] = [freeze(sentence) for sentence in report.unproven]
    return told


def _finish(delivery: Delivery, *, result: dict[str, Any] | None = None, error: str | None = None) -> None:
    with delivery.fenced_write() as session:
        run = session.get(DeskRun, delivery.row.payload["run"])
        if run is None:
            return
        run.finished_at, run.error = delivery.at, error
        if result is not None:
            run.result = result


EFFECTS: dict[str, Handler] = {
    VERIFY_TRAIL: Handler(run_verification, transactional=False),
    MIGRATE: Handler(run_migration, transactional=False),
}
