"""Acts on risk and steps: assessing parts, rating, determining the route, moving and looking after steps."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from supplier_quality.documents import Attached, StoredFile
from supplier_quality.documents.evidence import keep_evidence
from supplier_quality.engine.fire import Fired, fire
from supplier_quality.engine.notes import note
from supplier_quality.engine.plant import day_in_plant
from supplier_quality.engine.start import start
from supplier_quality.engine.store import active_definition, content_of, process_of
from supplier_quality.engine.timers import rearm
from supplier_quality.errors import BadInput, Conflict, Problem
from supplier_quality.identity import Actor, Via, system_actor
from supplier_quality.identity.models import User
from supplier_quality.identity.signatures import Signature
from supplier_quality.language import _
from supplier_quality.suppliers.enums import SupplierState
from supplier_quality.suppliers.models import Supplier
from supplier_quality.suppliers.qualification import queries
from supplier_quality.suppliers.qualification.enums import (
    BY_HAND,
    UNDONE,
    DropReason,
    HandValue,
    Part,
    StepAction,
    StepKind,
)
from supplier_quality.suppliers.qualification.models import QualificationStep, RiskEntry, RiskRating
from supplier_quality.suppliers.qualification.permissions import check_may_assess
from supplier_quality.suppliers.qualification.rating import CLASS_TABLE, PARTS_TABLE, Rated, months_after, rate
from supplier_quality.suppliers.qualification.route import DEADLINES, INTERVALS, Route, decide_route
from supplier_quality.suppliers.qualification.sources import find_parts
from supplier_quality.suppliers.rules import as_date, differences

LONGEST_EVIDENCE = 2_000
LONGEST_CONDITION = 500
MOST_CONDITIONS = 30
APPROVED = "approved"
UNDER_REVIEW = (SupplierState.REVIEW, SupplierState.REQUALIFYING)


class BadAssessment(BadInput):
    """Something entered of a part of the risk cannot be used; ``details`` names each field."""

    code = "bad_assessment"


class BadStep(BadInput):
    """What was given for a step cannot be used; ``details`` names each field."""

    code = "bad_step"


class OldProcess(Conflict):
    """The supplier runs on a version of its process that knows no steps."""

    code = "old_process"


class StepClosed(Conflict):
    """The step is done, waived or not needed; its owner and deadline stay as they were."""

    code = "step_closed"


def assess_parts(
    session: Session,
    supplier: Supplier,
    found: Mapping[Part, tuple[str, str]],
    *,
    actor: Actor,
    at: datetime,
    expected_version: int | None = None,
) -> RiskRating:
    """Keep what a person found, as value and evidence by part, and rate the supplier anew; under review its route follows.

    What is the same as before is not kept twice. Raises MayNotAssess, BadAssessment, Stale.
    """
    check_may_assess(actor)
    _check_found(found)
    before = queries.latest_entries(session, supplier.id)
    for part, (value, evidence) in found.items():
        last = before.get(part)
        if last is not None and (last.value, last.evidence) == (value, evidence):
            continue
        session.add(
            RiskEntry(
                supplier_id=supplier.id, part=part.value, value=value, evidence=evidence, entered_at=at,
                entered_by=actor.id, entered_by_name=actor.label[:200],
            )
        )  # fmt: skip
    session.flush()
    if supplier.state in UNDER_REVIEW and has_steps(session, supplier):
        determine_route(session, supplier, actor=actor, at=at, expected_version=expected_version)
        return queries.latest_ratings(session, [supplier.id])[supplier.id]
    return rate_supplier(session, supplier, actor=actor, at=at, expected_version=expected_version)


def rate_supplier(
    session: Session, supplier: Supplier, *, actor: Actor, at: datetime, expected_version: int | None = None
) -> RiskRating:
    """Rate a supplier from what is known now, with the tables in force, and keep the rating in its trail.

    Raises MayNotAssess, Stale.
    """
    check_may_assess(actor)
    known = queries.deciding(session, [supplier.id])[supplier.id]
    tables = {name: active_definition(session, name, "table") for name in (PARTS_TABLE, CLASS_TABLE)}
    rated: Rated = rate(find_parts(session, supplier, known), *(content_of(session, row.id) for row in tables.values()))
    rating = RiskRating(
        supplier_id=supplier.id,
        risk_class=rated.risk_class.value,
        points=rated.points,
        knocked_out=rated.knocked_out,
        parts=[line.as_json() for line in rated.lines],
        tables={name: {"version": row.version, "hash": row.hash} for name, row in tables.items()},
        made_at=at,
        made_by=actor.id,
        made_by_name=actor.label[:200],
    )
    session.add(rating)
    session.flush()
    told = {"class": rating.risk_class, "points": rating.points, "knocked_out": rating.knocked_out,
            "parts": rating.parts, "tables": rating.tables}  # fmt: skip
    note(session, supplier, actor=actor, at=at, action="risk.rated", data=told, expected_version=expected_version,
         quiet=actor.kind == "system")  # fmt: skip
    if supplier.state == APPROVED:
        supplier.requalify_on = next_qualification(
            session, rating.risk_class, day_in_plant(session, supplier.entered_at)
        )
        rearm(session, supplier, at=at)
    return rating


def determine_route(
    session: Session, supplier: Supplier, *, actor: Actor, at: datetime, expected_version: int | None = None
) -> Route:
    """Rate the supplier, and make its steps what the route asks for: missing ones are added, needless ones taken back.

    Steps that were done or waived stay, for as long as this qualification runs. Raises MayNotAssess, OldProcess, Stale.
    """
    check_may_assess(actor)
    if not has_steps(session, supplier):
        raise OldProcess(
            _(
                "%(number)s runs on an older version of its process, which knows no steps. Move running records to the newest version first.",
                number=supplier.number,
            )
        )
    rating = rate_supplier(session, supplier, actor=actor, at=at, expected_version=expected_version)
    known = queries.deciding(session, [supplier.id])[supplier.id]
    route = decide_route(session, known, rating.risk_class)
    standing = queries.standing_steps(session, [supplier.id])
    for step in standing:
        if step.kind not in route.steps and step.state in UNDONE:
            _drop(session, step, DropReason.ROUTE, at=at)
    present = {step.kind for step in standing}
    for kind in route.steps:
        if kind not in present:
            _start_step(session, supplier, StepKind(kind), route.because, due=_deadline(session, kind, at), at=at)
    told = {"path": route.path, "steps": list(route.steps), "because": route.because}
    note(session, supplier, actor=actor, at=at, action="route.determined", data=told, quiet=actor.kind == "system")
    return route


def has_steps(session: Session, supplier: Supplier) -> bool:
    """Whether the version of the process that the supplier runs on waits for steps."""
    process = process_of(session, supplier.definition_id)
    return any("steps" in state.children for state in process.states.values())


def set_conditions(
    session: Session, supplier: Supplier, texts: Sequence[str], *, due: date | None, actor: Actor, at: datetime
) -> list[QualificationStep]:
    """The conditions of a decision become steps of their own; those of an earlier decision that it does not repeat go."""
    wanted = list(dict.fromkeys(texts))
    standing = [
        step
        for step in queries.undone_steps(session, [supplier.id])
        if step.kind == StepKind.CONDITION
    ]  # fmt: skip
    for step in standing:
        if step.title not in wanted:
            _drop(session, step, DropReason.DECISION, at=at)
        elif step.due != due:
            edit_step(session, step, owner_id=step.owner_id, due=due, actor=system_actor(Via.POLICY), at=at)
    kept = {step.title for step in standing}
    because = {"decision": {"by": actor.label, "on": day_in_plant(session, at).isoformat()}}
    return [
        _start_step(session, supplier, StepKind.CONDITION, because, due=due, at=at, title=text, actor=actor)
        for text in wanted
        if text not in kept
    ]


def read_conditions(text: str) -> list[str]:
    """One condition per line of what was typed; bullets and numbering of the lines are left out."""
    lines = (" ".join(line.split()).lstrip("-*•· ").strip() for line in text.splitlines())
    return [line[:LONGEST_CONDITION] for line in lines if line][:MOST_CONDITIONS]


def drop_steps(session: Session, supplier: Supplier, *, at: datetime) -> list[int]:
    """Take back what is still to be done for a supplier whose qualification has ended; the ids of these steps."""
    steps = queries.undone_steps(session, [supplier.id])
    for step in steps:
        _drop(session, step, DropReason.ENDED, at=at)
    return [step.id for step in steps]


def ask_again(session: Session, supplier: Supplier, step_ids: Sequence[int], *, at: datetime) -> None:
    """Ask anew for what was taken back, as it was: a step that is not needed any more stays closed, so another follows it."""
    query = select(QualificationStep).where(QualificationStep.id.in_(step_ids)).order_by(QualificationStep.id)
    for step in session.scalars(query).all():
        again = _start_step(
            session, supplier, StepKind(step.kind), step.because, due=step.due, at=at, title=step.title
        )  # fmt: skip
        again.owner_id = step.owner_id
    session.flush()


def edit_step(
    session: Session,
    step: QualificationStep,
    *,
    owner_id: int | None,
    due: date | None,
    actor: Actor,
    at: datetime,
    expected_version: int | None = None,
) -> QualificationStep:
    """Give a step that is still to be done another owner or another day. Raises MayNotAssess, StepClosed, BadStep, Stale."""
    check_may_assess(actor)
    if step.state not in UNDONE:
        raise StepClosed(_("%(number)s is not to be done any more.", number=step.number))
    changes = differences({"owner_id": step.owner_id, "due": step.due}, {"owner_id": owner_id, "due": due})
    _check_step(session, changes, at=at)
    if not changes:
        return step
    step.owner_id, step.due = owner_id, due
    note(session, step, actor=actor, at=at, action="edit", data={"changes": _told(session, changes)},
         expected_version=expected_version)  # fmt: skip
    rearm(session, step, at=at)
    return step


def move_step(
    session: Session,
    step: QualificationStep,
    action: str,
    *,
    actor: Actor,
    at: datetime,
    form: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
    signature: Signature | None = None,
    idempotency_key: str | None = None,
) -> Fired:
    """Take one action of the step's process, and keep who closed it when and what shows it.

    Whether it is allowed is the process's business. Raises Refused, Stale, KeyReused.
    """
    form = dict(form or {})
    if action == StepAction.ASK_WAIVER:
        step.waiver_by = actor.id
    elif action == StepAction.REPEAT:
        step.due = as_date(form.get("due"))
    fired = fire(
        session, step, action, actor=actor, at=at, form=form, expected_version=expected_version,
        signature=signature, idempotency_key=idempotency_key,
    )  # fmt: skip
    if fired.replayed:
        return fired
    if action in (StepAction.COMPLETE, StepAction.GRANT_WAIVER):
        step.evidence = str(form.get("evidence") or form.get("comment") or "")
        step.closed_on = as_date(form.get("done_on")) or day_in_plant(session, at)
        step.closed_by, step.closed_by_name = actor.id, actor.label[:200]
    elif action == StepAction.REOPEN:
        step.evidence, step.closed_on, step.closed_by, step.closed_by_name = None, None, None, None
    session.flush()
    return fired


def keep_step_file(
    session: Session, step: QualificationStep, stored: StoredFile, *, field: str, actor: Actor, at: datetime
) -> Attached:
    """Keep a file that came with an action as evidence; from here on it stays. Raises NotStored."""
    slot = f"step/{field}/{step.version}"
    return keep_evidence(session, step, stored, slot=slot, action="step.file_added", actor=actor, at=at)


def next_qualification(session: Session, risk_class: str, approved_on: date) -> date:
    """The day on which a supplier approved on a day is qualified again, as workflows/requalification_interval.yaml says."""
    table = content_of(session, active_definition(session, INTERVALS, "table").id)
    return months_after(approved_on, int(table.decide({"risk": risk_class}).outputs["months"]))


def _start_step(
    session: Session,
    supplier: Supplier,
    kind: StepKind,
    because: Mapping[str, Any],
    *,
    due: date | None,
    at: datetime,
    title: str | None = None,
    actor: Actor | None = None,
) -> QualificationStep:
    step = QualificationStep(
        supplier_id=supplier.id,
        kind=kind.value,
        title=title,
        because=dict(because),
        owner_id=supplier.owner_id,
        due=due,
    )
    told = {
        "supplier": {"number": supplier.number, "label": f"{supplier.number} {supplier.name}"},
        "kind": kind.value,
        "because": dict(because),
        **({"title": title} if title else {}),
        **({"due": due} if due else {}),
    }
    start(session, step, actor=actor or system_actor(Via.POLICY), at=at, data=told)
    return step


def _drop(session: Session, step: QualificationStep, cause: DropReason, *, at: datetime) -> None:
    fire(session, step, StepAction.DROP, actor=system_actor(Via.POLICY), at=at, form={"cause": cause.value})


def _deadline(session: Session, kind: str, at: datetime) -> date:
    table = content_of(session, active_definition(session, DEADLINES, "table").id)
    return day_in_plant(session, at) + timedelta(days=int(table.decide({"kind": kind}).outputs["days"]))


def _check_found(found: Mapping[Part, tuple[str, str]]) -> None:
    problems = []
    for part, (value, evidence) in found.items():
        if part not in BY_HAND or value not in set(HandValue):
            said = _("There is no such assessment.")
            problems.append(Problem(said, _("Choose one of the offered ones."), column=part.value, value=value[:40]))
        elif not evidence.strip():
            said, remedy = _("Nothing shows it."), _("Write what this assessment rests on.")
            problems.append(Problem(said, remedy, column=f"{part.value}_evidence"))
        elif len(evidence) > LONGEST_EVIDENCE:
            said = _("The text is %(length)s characters long.", length=len(evidence))
            remedy = _("Shorten it to %(most)s characters.", most=LONGEST_EVIDENCE)
            problems.append(Problem(said, remedy, column=f"{part.value}_evidence"))
    if problems:
        raise BadAssessment(_("Some entries cannot be used."), tuple(problems))


def _check_step(session: Session, changes: Mapping[str, list[Any]], *, at: datetime) -> None:
    problems = []
    _old, owner_id = changes.get("owner_id", (None, None))
    owner = session.get(User, owner_id) if owner_id is not None else None
    if owner_id is not None and (owner is None or owner.disabled_at is not None):
        said = _("This person has no account in use.")
        problems.append(Problem(said, _("Choose somebody else."), column="owner_id", value=str(owner_id)))
    if "due" in changes and (changes["due"][1] is None or changes["due"][1] <= day_in_plant(session, at)):
        problems.append(Problem(_("It must be due after today."), _("Choose a later day."), column="due"))
    if problems:
        raise BadStep(_("Some entries cannot be used."), tuple(problems))


def _told(session: Session, changes: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """What changed, people by name."""
    told = {name: list(values) for name, values in changes.items()}
    if "owner_id" in told:
        people = [session.get(User, id_) if id_ is not None else None for id_ in told.pop("owner_id")]
        told["owner"] = [person.name if person else None for person in people]
    return told
