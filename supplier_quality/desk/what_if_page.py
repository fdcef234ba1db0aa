"""What if: trying an action or a decision table on facts, without writing anything."""

from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from supplier_quality import clock, web
from supplier_quality.desk import rule_files
from supplier_quality.desk import what_if as trial
from supplier_quality.desk.subjects import find_by_number
from supplier_quality.desk.workflow_pages import read_view, render_tab
from supplier_quality.engine import words
from supplier_quality.engine.definitions.model import Action, Process
from supplier_quality.engine.registry import registry
from supplier_quality.engine.tables import DecisionTable, UndecidedInput
from supplier_quality.language import _

blueprint = Blueprint("what_if", __name__, url_prefix="/workflows")


@blueprint.get("/<name>/what-if")
@web.staff()
def show(name: str) -> Response:
    view = read_view(name, kind=rule_files.WORKFLOW)
    process: Process = view.content
    args = request.args
    with web.reading() as session:
        typed, loaded, missing = _starting_point(session, process)
    state = args.get("state") if args.get("state") in process.states else (loaded or process.initial)
    assert state is not None
    steps = process.actions_from.get(state, ())
    action = next((step for step in steps if step.id == args.get("action")), None)
    role = _role(action, steps)
    fields = trial.fact_fields(process.facts)
    absent = args.getlist(trial.MISSING)
    facts, errors = trial.read_facts(fields, typed, absent)
    facts = trial.with_derived(facts, process=process, state=state, role=role)
    form = trial.typed_form(action, args)
    judged = [
        trial.judge(process, step, state=state, role=role, facts=facts, form=form if step is action else None)
        for step in ([action] if action else steps)
        if not errors
    ]
    return render_tab(
        "pages/desk/what_if.html",
        view,
        "what-if",
        status=422 if errors else 200,
        process=process,
        state=state,
        action=action,
        role=role,
        steps=steps,
        roles=_roles(process),
        fields=trial.grouped(fields),
        form=web.Form(typed=typed, errors=errors),
        action_form=web.Form(typed={trial.FORM + k: v for k, v in (form or {}).items()}),
        judged=judged,
        absent=absent,
        record=args.get("record", ""),
        record_missing=missing,
    )


def _starting_point(session: Session, process: Process) -> tuple[dict[str, str], str | None, bool]:
    """What stands in the fields: what was typed, the facts of a record that was asked for, or what the engine knows."""
    args, actor, at = request.args, web.current_actor(), clock.now()
    fields = trial.fact_fields(process.facts)
    number = args.get("record", "").strip()
    if number and "tried" not in args:
        subject = find_by_number(session, number, registry.kinds_of(process.name))
        if subject is None:
            return dict(args.items()), None, True
        facts = trial.facts_of(session, process, subject, actor=actor, at=at)
        return trial.typed_facts(fields, facts), subject.state, False
    if "tried" in args:
        return {name: value for name, value in args.items() if name.startswith(trial.PREFIX)}, None, False
    return trial.typed_facts(fields, trial.starting_facts(session, process, actor=actor, at=at)), None, False


def _role(action: Action | None, steps: tuple[Action, ...]) -> str:
    """The role that was chosen, else one of the reader's own that fits, else one that may act."""
    chosen = request.args.get("role")
    if chosen in words.ROLES:
        return str(chosen)
    may = (action.by if action else frozenset[str]().union(*(step.by for step in steps))) or frozenset({"sqe"})
    fitting = [role for role in words.ROLES if role in may]
    own = [role for role in fitting if role in web.current_actor().roles]
    return (own or fitting)[0]


def _roles(process: Process) -> list[tuple[str, Any]]:
    """The roles as choices, those the process names first."""
    named = frozenset[str]().union(*(action.by for action in process.actions.values()))
    ordered = sorted(words.ROLES, key=lambda role: role not in named)
    return [(role, words.describe_role(role)) for role in ordered]


@blueprint.get("/<name>/try")
@web.staff()
def decide(name: str) -> Response:
    """A decision table asked for its decision."""
    view = read_view(name, kind="table")
    table: DecisionTable = view.content
    fields = trial.table_fields(table)
    sent = {key: value for key, value in request.args.items() if key.startswith(trial.PREFIX)}
    absent = request.args.getlist(trial.MISSING)
    facts, errors = trial.read_facts(fields, sent, absent)
    decision = None
    decided = False
    if not errors:
        try:
            decision = table.decide(facts)
            decided = True
        except UndecidedInput as error:
            errors = {trial.PREFIX + (problem.column or ""): [str(problem.problem)] for problem in error.details} or {
                "_form": [str(error.message)]
            }
    return render_tab(
        "pages/desk/table.html",
        view,
        "",
        status=422 if errors else 200,
        form=web.Form(typed=sent, errors=errors),
        fields=trial.grouped(fields),
        absent=absent,
        decision=decision,
        decided=decided,
        nothing=_("No row decides this; the table allows that gap."),
    )
