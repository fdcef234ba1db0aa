"""What if: the facts of a process as fields of a form, and the verdict of the engine on what stands in them.

Nothing is written and nothing is sent; the same code judges as when an action is really taken.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from supplier_quality.engine import words
from supplier_quality.engine.definitions.model import SUPPLIER, SYSTEM, Action, Process, TimerRule
from supplier_quality.engine.evaluation import RuleResult, Unmet, Verdict
from supplier_quality.engine.explain import record_fact
from supplier_quality.engine.expressions import EvaluationError, Type, from_plain, to_plain
from supplier_quality.engine.fact_names import fact_name
from supplier_quality.engine.facts import common_facts, gather
from supplier_quality.engine.simulate import simulate, try_action
from supplier_quality.engine.subject import Subject
from supplier_quality.engine.tables import DecisionTable
from supplier_quality.identity import Actor
from supplier_quality.language import Words, _
from supplier_quality.persistence import canonical_json

PREFIX, FORM, MISSING = "fact.", "form.", "missing"
_INPUTS = {"int": "int", "double": "number", "date": "date", "string": "text"}
# These follow from what else stands in the form.
_OWN_LABELS: Mapping[str, Words] = {"actor.id": _("Account of whoever acts")}
_DERIVED = frozenset({"record", "actor.kind", "actor.roles"})


@dataclass(frozen=True, slots=True)
class FactField:
    """One fact as a field: its path, how it is typed in, and the values it may have when only some are possible."""

    path: str
    type: Type
    input: str
    choices: tuple[tuple[str, Words | str], ...] = ()

    @property
    def name(self) -> str:
        return PREFIX + self.path

    @property
    def label(self) -> Words:
        """What people call the fact."""
        return _OWN_LABELS.get(self.path) or fact_name(self.path, short=True)

    @property
    def may_be_empty(self) -> bool:
        """A text may be there and empty, so that leaving its field empty does not say that it is missing."""
        return self.input == "text" and self.type.kind == "string"

    @property
    def root_label(self) -> Words:
        return fact_name(self.root, short=True)

    @property
    def root(self) -> str:
        """The fact the field belongs to."""
        return self.path.partition(".")[0]


@dataclass(frozen=True, slots=True)
class SaidRule:
    """A rule in words, as written, and its parts in words. ``labels`` are those of the fields of the action's form by path."""

    said: str
    written: str
    clauses: Sequence[str]
    labels: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Judged:
    """One action as it would go: the rules that hold and those that do not, and what would follow.

    A refusal without a rule is one of the engine's own: the state, the role or the form.
    """

    action: Action
    verdict: Verdict
    to: Words | None
    passed: Sequence[tuple[SaidRule, RuleResult]]
    refused: Sequence[tuple[SaidRule | None, Unmet]]
    effects: Sequence[Words]
    starts: Sequence[tuple[Words, object]]
    stops: Sequence[Words]


def fact_fields(types: Mapping[str, Type]) -> list[FactField]:
    """A field for every single fact; lists and maps are typed as JSON."""
    return [field for name, type_ in types.items() for field in _fields(name, type_)]


def grouped(fields: Sequence[FactField]) -> list[tuple[str, list[FactField]]]:
    """The fields by the fact they belong to, in the order of the file."""
    groups: dict[str, list[FactField]] = {}
    for field in fields:
        groups.setdefault(field.root, []).append(field)
    return list(groups.items())


def table_fields(table: DecisionTable) -> list[FactField]:
    """A field for every input of a decision table."""
    fields = fact_fields({name: column.type for name, column in table.inputs.items()})
    return [
        replace(field, input="choice", choices=tuple((str(value), str(value)) for value in values)) if values else field
        for field in fields
        if (values := table.inputs[field.path].values) is not None
    ]


def _fields(path: str, type_: Type) -> list[FactField]:
    if path in _DERIVED:
        return []
    if type_.kind == "record":
        return [field for name, inner in type_.fields for field in _fields(f"{path}.{name}", inner)]
    base = type_.args[0] if type_.kind == "optional" else type_
    json_typed = base.kind in ("list", "map", "record", "dyn")
    if base.kind == "bool":
        return [FactField(path, type_, "choice", (("true", _("yes")), ("false", _("no"))))]
    return [FactField(path, type_, "longtext" if json_typed else _INPUTS.get(base.kind, "text"))]


def typed_facts(fields: Sequence[FactField], facts: Mapping[str, Any]) -> dict[str, str]:
    """Facts as they are typed into the fields."""
    return {field.name: _typed(value) for field in fields if (value := _at(facts, field.path)) is not None}


def _at(facts: Mapping[str, Any], path: str) -> Any:
    value: Any = facts
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def _typed(value: object) -> str:
    plain = to_plain(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return canonical_json(plain) if isinstance(plain, list | dict) else str(plain)


def read_facts(
    fields: Sequence[FactField], sent: Mapping[str, str], missing: Collection[str] = ()
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The facts that stand in the fields, and what is wrong with a field.

    An empty field is a fact that is missing; an empty text is a text of no letters, unless its path is in ``missing``.
    """
    facts: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for field in fields:
        text = sent.get(field.name, "").strip()
        try:
            value = _MISSING if field.path in missing and field.may_be_empty else _read(field, text)
            if value is _MISSING:
                continue
            from_plain(value, field.type, field.path)
        except (ValueError, EvaluationError):
            errors[field.name] = [str(_("This is no %(type)s.", type=field.type))]
            continue
        _put(facts, field.path, value)
    return facts, errors


_MISSING = object()


def _read(field: FactField, text: str) -> object:
    optional = field.type.kind == "optional"
    base = field.type.args[0].kind if optional else field.type.kind
    if not text:
        return None if optional else "" if base == "string" else _MISSING
    if base == "int":
        return int(text)
    if base == "double":
        return float(text.replace(",", "."))
    if base == "bool":
        return text == "true"
    return json.loads(text) if field.input == "longtext" else text


def _put(facts: dict[str, Any], path: str, value: object) -> None:
    *parents, last = path.split(".")
    for part in parents:
        facts = facts.setdefault(part, {})
    facts[last] = value


def starting_facts(session: Session, process: Process, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """What the engine itself knows: today, now, and who asks."""
    return common_facts(session, process.facts, actor=actor, at=at)


def facts_of(session: Session, process: Process, subject: Subject, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """The real facts about a record."""
    wanted = set(process.facts) - {"record"}
    facts = gather(session, wanted, subject.subject_kind, [subject.id], actor=actor, at=at)[subject.id]
    return {**facts, "record": record_fact(subject)}


def with_derived(facts: Mapping[str, Any], *, process: Process, state: str, role: str) -> dict[str, Any]:
    """The facts with those that follow from the chosen state and role."""
    complete = dict(facts)
    if "actor" in process.facts:
        kind = "contact" if role == SUPPLIER else "system" if role == SYSTEM else "user"
        complete["actor"] = {"id": "", **complete.get("actor", {}), "kind": kind, "roles": [role]}
    if "record" in process.facts:
        complete["record"] = {"id": 0, "number": "", "version": 1, "state": state}
    return complete


def typed_form(action: Action | None, sent: MultiDict[str, str]) -> dict[str, str] | None:
    """What was typed into the action's own form; None when it was not shown yet."""
    if action is None or not action.form:
        return None
    typed = {field.id: sent[FORM + field.id] for field in action.form if FORM + field.id in sent}
    return typed or None


def judge(
    process: Process,
    action: Action,
    *,
    state: str,
    role: str,
    facts: Mapping[str, Any],
    form: Mapping[str, str] | None,
) -> Judged:
    """The engine's verdict on an action, in words."""
    verdict = try_action(process, state=state, action=action.id, roles=[role], facts=facts, form=form)
    told: Any = simulate(process, state=state, action=action.id, roles=[role], facts=facts, form=form)
    labels = {FORM + field.id: field.label for field in action.form}
    rules = {
        rule.id: SaidRule(
            words.say_condition(rule, action), rule.expression.text, words.say_clauses(rule, action), labels
        )
        for rule in action.require
    }
    due = {timer["id"]: timer.get("due") for timer in told["timers"]}
    return Judged(
        action=action,
        verdict=verdict,
        to=process.states[verdict.to].label,
        passed=[(rules[check.id], check) for check in verdict.checks if check.passed is not False],
        refused=[(rules.get(each.id), each) for each in verdict.unmet],
        effects=[words.describe_effect(effect.name) for effect in verdict.effects] if verdict.allowed else [],
        starts=[(words.describe_timer(process, timer), due.get(timer.id)) for timer in verdict.timers.armed],
        stops=[_short(process, timer) for timer in verdict.timers.disarmed],
    )


def _short(process: Process, timer: TimerRule) -> Words:
    return words.describe_timer(process, timer)
