"""Whether an action may be taken, and why not: the one answer that ``fire``, ``explain``, ``simulate`` and tests share.

Nothing is read or written here. Every rule is evaluated, never only the first that fails; a fact that is missing or
of the wrong type refuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from supplier_quality.engine.definitions.model import Action, Effect, Process, Rule, TimerRule
from supplier_quality.engine.definitions.nodes import Plain
from supplier_quality.engine.expressions import Clause, EvaluationError, Type, from_plain, to_plain
from supplier_quality.engine.forms import read_form
from supplier_quality.language import Message, Words, _, listed

# Already plain; a float is not, since NaN and infinities have no place in JSON.
_AS_IS = frozenset({str, int, bool, type(None)})

ROLE_WORDS: Mapping[str, Message] = {
    "sqe": _("supplier quality engineer"),
    "buyer": _("buyer"),
    "auditor": _("auditor"),
    "inspector": _("inspector"),
    "receiving": _("receiving"),
    "engineer": _("engineer"),
    "quality_manager": _("quality manager"),
    "admin": _("administrator"),
    "viewer": _("viewer"),
    "supplier": _("supplier"),
    "system": _("the system itself"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """Several words with commas between them, in the language they are shown in."""

    items: tuple[Words, ...]

    def __str__(self) -> str:
        return listed(self.items)


@dataclass(frozen=True, slots=True)
class Unmet:
    """One reason why an action is refused.

    ``id`` is a rule's id, ``wrong_state``, ``not_your_role`` or ``form.<field>``; ``values`` the facts it saw; ``mend``
    where it can be put right; ``clauses`` the parts of the rule with what each came to; ``error`` what kept it from
    being evaluated.
    """

    id: str
    message: Words
    values: Mapping[str, Plain] = field(default_factory=dict)
    mend: str | None = None
    clauses: tuple[Mapping[str, Plain], ...] = ()
    error: str | None = None

    def as_json(self, language: str | None = None) -> dict[str, Plain]:
        return {
            "id": self.id,
            "message": self.message.render(language),
            "values": dict(self.values),
            "mend": self.mend,
            "clauses": [dict(clause) for clause in self.clauses],
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule came to, as the trail keeps it. ``passed`` is None when it waits for a form not yet filled in."""

    id: str
    passed: bool | None
    values: Mapping[str, Plain]
    clauses: tuple[Mapping[str, Plain], ...] = ()

    def as_json(self) -> dict[str, Plain]:
        plain: dict[str, Plain] = {"id": self.id, "passed": self.passed, "values": dict(self.values)}
        if self.clauses:
            plain["clauses"] = [dict(clause) for clause in self.clauses]
        return plain


@dataclass(frozen=True, slots=True)
class TimerChanges:
    """The timers that a change of state starts and stops."""

    armed: tuple[TimerRule, ...] = ()
    disarmed: tuple[TimerRule, ...] = ()


NO_TIMERS = TimerChanges()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole answer for one action. ``unmet`` is empty when it may be taken; the rest is what taking it would do."""

    unmet: tuple[Unmet, ...]
    checks: tuple[RuleResult, ...]
    form_values: Mapping[str, Plain]
    effects: tuple[Effect, ...]
    timers: TimerChanges
    to: str

    @property
    def allowed(self) -> bool:
        return not self.unmet


def convert_facts(types: Mapping[str, Type], given: Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    """The given values (Python's or JSON's) as their declared types, and what is wrong with those that do not fit.

    Worth its cost where many rules read the same facts; rules also convert what they read by themselves.
    """
    facts: dict[str, object] = {}
    problems: dict[str, str] = {}
    for name, value in given.items():
        if name not in types:
            continue
        try:
            facts[name] = from_plain(value, types[name], name)
        except EvaluationError as error:
            problems[name] = str(error)
    return facts, problems


def evaluate_action(
    process: Process,
    action: Action,
    *,
    state: str,
    roles: frozenset[str],
    facts: Mapping[str, object],
    form: Mapping[str, object] | None = None,
) -> Verdict:
    """Whether somebody with these roles may take the action in this state, for these facts and this form.

    ``facts`` are plain values or what :func:`convert_facts` made of them. With ``form=None`` nothing was filled in yet:
    the form is not judged, and rules that read it are left open.
    """
    unmet = out_of_reach(process, action, state=state, roles=roles)
    form_values: Mapping[str, Plain] = {}
    scope = facts
    if form is not None:
        entry = read_form(action.form, form)
        form_values = entry.plain
        unmet += [Unmet(f"form.{fault.field}", fault.message, {fault.field: fault.value}) for fault in entry.faults]
        if action.form:
            scope = {**facts, "form": entry.values}
    checks = []
    for rule in action.require:
        if rule.needs_form and form is None and "form" not in facts:
            checks.append(RuleResult(rule.id, None, {}))
            continue
        try:
            passed = rule.expression.evaluate(scope) is True
        except EvaluationError:
            passed = False
        if passed:
            checks.append(RuleResult(rule.id, True, values_read(rule, scope)))
        else:
            refusal = _unmet_rule(rule, scope)
            unmet.append(refusal)
            checks.append(RuleResult(rule.id, False, refusal.values, refusal.clauses))
    timers = timer_changes(process, from_state=state, to_state=action.to) if not unmet else NO_TIMERS
    return Verdict(tuple(unmet), tuple(checks), form_values, action.effects, timers, action.to or state)


def out_of_reach(process: Process, action: Action, *, state: str, roles: frozenset[str]) -> list[Unmet]:
    """What refuses the action whatever its form says and its facts are: the record's state, the actor's roles."""
    unmet: list[Unmet] = []
    if state not in action.from_states:
        unmet.append(_wrong_state(process, action, state))
    if action.by.isdisjoint(roles):
        unmet.append(_not_your_role(action))
    return unmet


def timer_changes(process: Process, *, from_state: str | None, to_state: str | None) -> TimerChanges:
    """The timers to start and stop when a record goes from one state to another; ``from_state`` None when it begins.

    ``to_state`` None means that the state is kept and so are its timers. A timer that belongs to both states keeps
    running; going to the same state again starts its timers anew.
    """
    if to_state is None:
        return NO_TIMERS
    before = process.timers_in.get(from_state, ()) if from_state else ()
    after = process.timers_in.get(to_state, ())
    if not before and not after:
        return NO_TIMERS
    if from_state == to_state:
        return TimerChanges(armed=after, disarmed=before)
    return TimerChanges(
        armed=tuple(timer for timer in after if timer not in before),
        disarmed=tuple(timer for timer in before if timer not in after),
    )


def values_read(rule: Rule, facts: Mapping[str, object]) -> dict[str, Plain]:
    """The facts a rule reads, by their path, as plain values; a missing one is left out."""
    return read_paths(rule.reads, facts)


def read_paths(reads: tuple[tuple[str, tuple[str, ...]], ...], facts: Mapping[str, object]) -> dict[str, Plain]:
    values: dict[str, Plain] = {}
    for path, parts in reads:
        value: object = facts
        try:
            for part in parts:
                value = value[part]  # type: ignore[index]
        except (KeyError, TypeError, IndexError):
            continue
        values[path] = cast(Plain, value if _is_plain(value) else to_plain(value))
    return values


def _is_plain(value: object) -> bool:
    """Whether a value can be kept as it is: a scalar, or a list of flat records, which is what facts mostly are."""
    if type(value) in _AS_IS:
        return True
    if type(value) is not list:
        return False
    return all(type(item) is dict and _AS_IS.issuperset(map(type, item.values())) for item in value)


def _unmet_rule(rule: Rule, scope: Mapping[str, object]) -> Unmet:
    explanation = rule.expression.explain(scope)
    clauses = tuple(_plain_clause(clause) for clause in explanation.clauses)
    return Unmet(rule.id, rule.otherwise, values_read(rule, scope), rule.mend, clauses, explanation.error)


def _plain_clause(clause: Clause) -> dict[str, Plain]:
    plain: dict[str, Plain] = {"text": clause.text, "column": clause.column, "value": clause.value}
    plain["values"] = cast(Plain, dict(clause.values))
    if clause.error is not None:
        plain["error"] = clause.error
    if clause.elements:
        plain["elements"] = [{"index": element.index, "value": element.value} for element in clause.elements]  # type: ignore[dict-item]
    return plain


def _wrong_state(process: Process, action: Action, state: str) -> Unmet:
    now = process.states[state].label if state in process.states else _("%(text)s", text=state)
    possible = Listed(tuple(process.states[name].label for name in action.from_states))
    message = _("This is possible only in: %(states)s. The state is %(state)s.", states=possible, state=now)
    return Unmet("wrong_state", message, {"state": state, "from": list(action.from_states)})


def _not_your_role(action: Action) -> Unmet:
    roles = sorted(action.by)
    message = _("Only these may do this: %(roles)s.", roles=Listed(tuple(ROLE_WORDS[role] for role in roles)))
    return Unmet("not_your_role", message, {"by": list(roles)})
