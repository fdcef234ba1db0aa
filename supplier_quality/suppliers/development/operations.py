"""Acts of supplier development. Each checks, changes, writes the trail, and returns the record."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality import documents
from supplier_quality.documents import StoredFile
from supplier_quality.documents.attachments import make_evidence
from supplier_quality.documents.evidence import keep_evidence
from supplier_quality.engine.fire import Fired, fire
from supplier_quality.engine.notes import note
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.start import start
from supplier_quality.engine.timers import rearm
from supplier_quality.errors import Conflict, Problem
from supplier_quality.identity import Actor, Signature, Via, system_actor
from supplier_quality.identity.models import User
from supplier_quality.language import Words, _
from supplier_quality.suppliers.development import queries
from supplier_quality.suppliers.development.details import (
    AuditDetails,
    AuthorisationDetails,
    BadDevelopment,
    MilestoneDetails,
    PlanDetails,
    RequirementDetails,
)
from supplier_quality.suppliers.development.enums import (
    OPEN_PLANS,
    TO_DO,
    MilestoneAction,
    MilestoneState,
    PlanAction,
    PlanState,
    ProofKind,
)
from supplier_quality.suppliers.development.ladder import Ladder
from supplier_quality.suppliers.development.models import DevelopmentPlan, LevelProof, LevelRequirement, Milestone
from supplier_quality.suppliers.development.permissions import check_may_develop
from supplier_quality.suppliers.development.rules import Standing, minimum_in_force
from supplier_quality.suppliers.models import Site, Supplier
from supplier_quality.suppliers.rules import as_date, differences

FILE_SLOT = "development"


class PlanThereAlready(Conflict):
    """The supplier has a plan that is being worked on."""

    code = "development_plan_there_already"


class PlanIsOver(Conflict):
    """The plan has ended, or the milestone has begun: it is not changed any more."""

    code = "development_plan_is_over"


class WithdrawnAlready(Conflict):
    """Somebody withdrew this audit or authorisation before."""

    code = "proof_withdrawn_already"


def set_requirement(
    session: Session,
    supplier: Supplier,
    details: RequirementDetails,
    *,
    actor: Actor,
    at: datetime,
    expected_version: int | None = None,
) -> LevelRequirement:
    """Set the minimum and the target that hold for a supplier from now on, with the reason.

    Raises MayNotDevelop, BadDevelopment, Stale.
    """
    check_may_develop(actor)
    standing = _standing(session, supplier, at)
    _check_demand(standing.ladder, details, authorised=standing.authorisation is not None)

    before = standing.requirement
    row = LevelRequirement(
        supplier_id=supplier.id, set_by=actor.id, set_by_name=actor.label[:200], set_at=at, **asdict(details)
    )
    session.add(row)
    known = {"minimum": before.minimum, "target": before.target} if before else {}
    changes = differences(known, {"minimum": details.minimum, "target": details.target})
    data = {"changes": changes, "reason": details.reason}
    note(session, supplier, actor=actor, at=at, action="development.demanded", data=data,
         expected_version=expected_version)  # fmt: skip
    return row


def add_audit(
    session: Session,
    supplier: Supplier,
    site: Site,
    details: AuditDetails,
    stored: StoredFile,
    *,
    actor: Actor,
    at: datetime,
    expected_version: int | None = None,
) -> LevelProof:
    """Enter a second-party audit of a site with its report. Raises MayNotDevelop, NotStored, Stale."""
    check_may_develop(actor)

    row = LevelProof(kind=ProofKind.AUDIT, site_id=site.id, **asdict(details))
    data = {"criterion": details.criterion, "site": site.name}
    return _keep_proof(session, supplier, row, stored, data, actor=actor, at=at, expected_version=expected_version)


def add_authorisation(
    session: Session,
    supplier: Supplier,
    details: AuthorisationDetails,
    stored: StoredFile | None,
    *,
    actor: Actor,
    at: datetime,
    expected_version: int | None = None,
) -> LevelProof:
    """Enter a letter by which the customer accepts less than certification. Raises MayNotDevelop, NotStored, Stale."""
    check_may_develop(actor)

    row = LevelProof(kind=ProofKind.AUTHORISATION, **asdict(details))
    data = {"customer": details.customer}
    return _keep_proof(session, supplier, row, stored, data, actor=actor, at=at, expected_version=expected_version)


def withdraw_proof(
    session: Session, supplier: Supplier, proof: LevelProof, *, reason: str, actor: Actor, at: datetime
) -> LevelProof:
    """Take back an audit or authorisation that was entered wrongly or does not hold any more; it stays to be read.

    Raises MayNotDevelop, BadDevelopment, WithdrawnAlready.
    """
    check_may_develop(actor)
    if not reason.strip():
        problem = Problem(_("The reason is missing."), _("Fill in this field."), column="reason")
        raise BadDevelopment(_("Some entries cannot be used."), (problem,))
    session.refresh(proof, with_for_update=True)
    if proof.withdrawn_at is not None:
        raise WithdrawnAlready(_("%(reference)s was withdrawn already.", reference=proof.reference))

    proof.withdrawn_at, proof.withdrawn_by_name, proof.withdrawn_reason = at, actor.label[:200], reason.strip()[:4000]
    data = {"reference": proof.reference, "reason": proof.withdrawn_reason}
    note(session, supplier, actor=actor, at=at, action=f"development.{proof.kind}_withdrawn", data=data)
    return proof


def draft_plan(
    session: Session, supplier: Supplier, details: PlanDetails, *, actor: Actor, at: datetime
) -> DevelopmentPlan:
    """Begin a plan for a supplier that stands below its target. Raises MayNotDevelop, BadDevelopment, PlanThereAlready."""
    check_may_develop(actor)
    # Two plans begun at one time wait for each other here.
    session.execute(select(Supplier.id).where(Supplier.id == supplier.id).with_for_update())
    other = queries.open_plan(session, supplier.id)
    if other is not None:
        raise PlanThereAlready(_("The supplier has a plan already: %(number)s.", number=other.number))
    standing = _standing(session, supplier, at)
    if standing.rank >= standing.ladder.rank(details.target):
        said = _("The supplier stands at this level already.")
        raise _bad("target", said, _("Choose a higher level."), details.target)

    level = standing.level
    plan = DevelopmentPlan(supplier_id=supplier.id, from_level=level.id if level else None, **asdict(details))
    told = {
        "supplier": {"number": supplier.number, "label": f"{supplier.number} {supplier.name}"},
        "target": details.target,
        "from_level": plan.from_level,
    }
    start(session, plan, actor=actor, at=at, data=told)
    session.refresh(plan, ["owner_id", "supplier_name"])
    return plan


def add_milestone(
    session: Session, plan: DevelopmentPlan, details: MilestoneDetails, *, actor: Actor, at: datetime
) -> Milestone:
    """Add a step to a plan that has not ended; in a running plan it is open at once.

    Raises MayNotDevelop, BadDevelopment, PlanIsOver.
    """
    check_may_develop(actor)
    _check_open(plan)
    _check_milestone(session, plan, details)

    milestone = Milestone(plan_id=plan.id, **asdict(details))
    owner = session.get_one(User, details.owner_id).name
    due = details.due.isoformat()
    told = {"plan": plan.number, "title": details.title, "level": details.level, "due": due, "owner": owner}
    start(session, milestone, actor=actor, at=at, data=told)
    data = {"number": milestone.number, "title": details.title, "due": due}
    note(session, plan, actor=actor, at=at, action="milestone.added", data=data)
    if plan.state == PlanState.RUNNING:
        fire(session, milestone, MilestoneAction.BEGIN, actor=system_actor(Via.POLICY), at=at)
    rearm(session, plan, at=at)
    return milestone


def change_milestone(
    session: Session,
    milestone: Milestone,
    details: MilestoneDetails,
    *,
    actor: Actor,
    at: datetime,
    expected_version: int | None = None,
) -> Milestone:
    """Change a step before its plan runs; afterwards its day is moved with a reason. Nothing is written when nothing differs.

    Raises MayNotDevelop, BadDevelopment, PlanIsOver, Stale.
    """
    check_may_develop(actor)
    plan = session.get_one(DevelopmentPlan, milestone.plan_id)
    if milestone.state != MilestoneState.PLANNED:
        raise PlanIsOver(_("%(number)s has begun. Move its day or drop it on its own page.", number=milestone.number))
    _check_milestone(session, plan, details)
    changes = differences({name: getattr(milestone, name) for name in asdict(details)}, asdict(details))
    if not changes:
        return milestone

    for name, (_old, new) in changes.items():
        setattr(milestone, name, new)
    note(session, milestone, actor=actor, at=at, action="edit", data={"changes": _plain(changes)},
         expected_version=expected_version)  # fmt: skip
    rearm(session, plan, at=at)
    return milestone


def move_plan(
    session: Session,
    plan: DevelopmentPlan,
    action: str,
    *,
    actor: Actor,
    at: datetime,
    form: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
    signature: Signature | None = None,
    idempotency_key: str | None = None,
) -> Fired:
    """Take one action of the plan's process; its milestones begin and end with it. Raises Refused, Stale, KeyReused."""
    fired = fire(
        session, plan, action, actor=actor, at=at, form=dict(form or {}), expected_version=expected_version,
        signature=signature, idempotency_key=idempotency_key,
    )  # fmt: skip
    if fired.replayed:
        return fired
    if action == PlanAction.BEGIN:
        _fire_all(session, plan, MilestoneAction.BEGIN, (MilestoneState.PLANNED,), at=at)
    elif action == PlanAction.GIVE_UP:
        _fire_all(session, plan, MilestoneAction.END, TO_DO, at=at)
    session.flush()
    return fired


def move_milestone(
    session: Session,
    milestone: Milestone,
    action: str,
    *,
    actor: Actor,
    at: datetime,
    form: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
    signature: Signature | None = None,
    idempotency_key: str | None = None,
) -> Fired:
    """Take one action of the milestone's process, keep what it says, and let deadlines follow the new days.

    Raises Refused, Stale, KeyReused.
    """
    form = dict(form or {})
    fired = fire(
        session, milestone, action, actor=actor, at=at, form=form, expected_version=expected_version,
        signature=signature, idempotency_key=idempotency_key,
    )  # fmt: skip
    if fired.replayed:
        return fired
    if action == MilestoneAction.MOVE:
        milestone.due = as_date(form["due"]) or milestone.due
        rearm(session, milestone, at=at)
    elif fired.to_state == MilestoneState.DONE:
        milestone.evidence, milestone.done_on = str(form.get("evidence") or ""), as_date(form.get("done_on"))
    session.flush()
    rearm(session, session.get_one(DevelopmentPlan, milestone.plan_id), at=at)
    return fired


def keep_file(
    session: Session, milestone: Milestone, stored: StoredFile, *, slot: str, actor: Actor, at: datetime
) -> None:
    """Attach a stored file to a milestone and note it in the trail; from here on it stays. Raises NotStored."""
    keep_evidence(session, milestone, stored, slot=slot, action="milestone.file_added", actor=actor, at=at)


def _keep_proof(
    session: Session, supplier: Supplier, row: LevelProof, stored: StoredFile | None, data: Mapping[str, Any], *,
    actor: Actor, at: datetime, expected_version: int | None,
) -> LevelProof:  # fmt: skip
    row.supplier_id, row.entered_by, row.entered_by_name, row.entered_at = supplier.id, actor.id, actor.label[:200], at
    told = {**data, "reference": row.reference, "dated": row.dated.isoformat()}
    if row.valid_until is not None:
        told["valid_until"] = row.valid_until.isoformat()
    if row.conforms is not None:
        told["conforms"] = row.conforms
    if stored is not None:
        file = documents.attach_file(
            session, stored, record=supplier.record, slot=f"{FILE_SLOT}/{row.kind}", actor=actor, at=at
        )
        make_evidence(session, [file.id], at=at)
        row.file_id = file.id
        told |= {"file": file.name, "sha256": file.sha256}
    session.add(row)
    note(session, supplier, actor=actor, at=at, action=f"development.{row.kind}_added", data=told,
         expected_version=expected_version)  # fmt: skip
    return row


def _fire_all(
    session: Session, plan: DevelopmentPlan, action: str, states: tuple[MilestoneState, ...], *, at: datetime
) -> None:
    query = select(Milestone).where(Milestone.plan_id == plan.id, Milestone.state.in_(states)).order_by(Milestone.id)
    for milestone in session.scalars(query).all():
        fire(session, milestone, action, actor=system_actor(Via.POLICY), at=at)


def _standing(session: Session, supplier: Supplier, at: datetime) -> Standing:
    return queries.standings(session, [supplier.id], today=day_in_plant(session, at))[supplier.id]


def _check_demand(ladder: Ladder, details: RequirementDetails, *, authorised: bool) -> None:
    minimum = minimum_in_force(ladder, details.minimum, authorised=authorised)
    if details.minimum is not None and minimum is not None and minimum.id != details.minimum:
        said = _("A minimum below “%(level)s” needs a letter of the customer that is in force.", level=minimum.label)
        raise _bad("minimum", said, _("Enter the customer's authorisation first."), details.minimum)
    if details.target is not None and minimum is not None and ladder.rank(details.target) < minimum.rank:
        said = _("The target is below the minimum “%(level)s”.", level=minimum.label)
        raise _bad("target", said, _("Choose a higher level."), details.target)


def _check_milestone(session: Session, plan: DevelopmentPlan, details: MilestoneDetails) -> None:
    ladder = queries.ladder_in_force(session)
    if details.level is not None and ladder.rank(details.level) > ladder.rank(plan.target):
        said = _("This level is above the target of the plan.")
        raise _bad("level", said, _("Choose a level up to the target."), details.level)


def _check_open(plan: DevelopmentPlan) -> None:
    if plan.state not in OPEN_PLANS:
        raise PlanIsOver(_("%(number)s has ended; nothing is added any more.", number=plan.number))


def _bad(column: str, problem: Words, remedy: Words, value: str) -> BadDevelopment:
    return BadDevelopment(_("Some entries cannot be used."), (Problem(problem, remedy, column=column, value=value),))


def _plain(changes: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Changes as the trail stores them: days as ISO dates."""
    return {
        name: [value.isoformat() if hasattr(value, "isoformat") else value for value in pair]
        for name, pair in changes.items()
    }
