"""What would happen if: an action tried on given facts, without a database and without writing anything."""

from collections.abc import Iterable, Mapping

from supplier_quality.engine.definitions.fields import unknown
from supplier_quality.engine.definitions.model import ROLES, Process, TimerRule
from supplier_quality.engine.definitions.nodes import Plain
from supplier_quality.engine.evaluation import Verdict, convert_facts, evaluate_action, read_paths
from supplier_quality.errors import NotFound
from supplier_quality.language import _


class NoSuchName(NotFound):
    """The process has no state, action or role of that name."""

    code = "unknown_name"


def simulate(
    process: Process,
    *,
    state: str,
    action: str,
    roles: Iterable[str],
    facts: Mapping[str, object],
    form: Mapping[str, object] | None = None,
) -> dict[str, Plain]:
    """``{allowed, to, refused: [{id, message, values, ...}], effects, timers}``, by the rules that ``fire`` enforces.

    ``to`` is the state it would lead to, None when refused. ``timers`` lists what would start (``{id, change: arm}``
    with ``after`` or ``due``) and stop (``{id, change: disarm}``). Without ``form`` the form is not judged.
    Raises NoSuchName.
    """
    verdict = try_action(process, state=state, action=action, roles=roles, facts=facts, form=form)
    known, _problems = convert_facts(process.facts, facts)
    timers: list[Plain] = [{"id": timer.id, "change": "disarm"} for timer in verdict.timers.disarmed]
    timers += [_armed(timer, known) for timer in verdict.timers.armed]
    return {
        "allowed": verdict.allowed,
        "to": verdict.to if verdict.allowed else None,
        "refused": [unmet.as_json() for unmet in verdict.unmet],
        "effects": [_effect(effect.name, effect.args) for effect in verdict.effects] if verdict.allowed else [],
        "timers": timers,
    }


def try_action(
    process: Process,
    *,
    state: str,
    action: str,
    roles: Iterable[str],
    facts: Mapping[str, object],
    form: Mapping[str, object] | None = None,
) -> Verdict:
    """The verdict on an action by name. A ``form`` among the facts is taken for the form. Raises NoSuchName."""
    roles = frozenset(roles)
    if state not in process.states:
        raise NoSuchName(unknown(_("There is no state %(name)s.", name=state), state, process.states))
    if action not in process.actions:
        raise NoSuchName(unknown(_("There is no action %(name)s.", name=action), action, process.actions))
    for role in roles:
        if role not in ROLES:
            raise NoSuchName(unknown(_("There is no role %(name)s.", name=role), role, ROLES))
    filled_in = facts.get("form")
    if form is None and isinstance(filled_in, Mapping) and process.actions[action].form:
        form = filled_in
    return evaluate_action(process, process.actions[action], state=state, roles=roles, facts=facts, form=form)


def _effect(name: str, args: Mapping[str, Plain]) -> Plain:
    return {"name": name, "args": dict(args)} if args else name


def _armed(timer: TimerRule, facts: Mapping[str, object]) -> dict[str, Plain]:
    armed: dict[str, Plain] = {"id": timer.id, "change": "arm"}
    if timer.after is not None:
        return {**armed, "after": str(timer.after), "calendar": timer.calendar}
    assert timer.at is not None
    due = read_paths(((timer.at, tuple(timer.at.split("."))),), facts).get(timer.at)
    return {**armed, "due": due, "before": [str(duration) for duration in timer.before]}
