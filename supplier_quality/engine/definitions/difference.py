"""What changed between two versions of a process, by the ids of its parts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from supplier_quality.engine.definitions.model import Action, Effect, FormField, Process, Rule, State, TimerRule
from supplier_quality.engine.definitions.nodes import Plain
from supplier_quality.language import Text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids that are new, gone, or the same with another content; ``changed`` says what, as (old, new) by key."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: Mapping[str, Mapping[str, tuple[Plain, Plain]]]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def as_json(self) -> dict[str, Plain]:
        changed: dict[str, Plain] = {
            id_: {key: {"old": old, "new": new} for key, (old, new) in fields.items()}
            for id_, fields in self.changed.items()
        }
        return {"added": list(self.added), "removed": list(self.removed), "changed": changed}


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs. Rules are named ``action.rule``, facts and the rest by their own id."""

    old_version: int
    new_version: int
    initial: tuple[str, str] | None
    states: Changes
    actions: Changes
    rules: Changes
    timers: Changes
    facts: Changes

    def __bool__(self) -> bool:
        parts = (self.states, self.actions, self.rules, self.timers, self.facts)
        return self.initial is not None or any(parts)

    def as_json(self) -> dict[str, Plain]:
        return {
            "old_version": self.old_version,
            "new_version": self.new_version,
            "initial": {"old": self.initial[0], "new": self.initial[1]} if self.initial else None,
            "states": self.states.as_json(),
            "actions": self.actions.as_json(),
            "rules": self.rules.as_json(),
            "timers": self.timers.as_json(),
            "facts": self.facts.as_json(),
        }


def compare_processes(old: Process, new: Process) -> Difference:
    """What changes for a record that moves from the old process to the new one."""
    return Difference(
        old_version=old.version,
        new_version=new.version,
        initial=(old.initial, new.initial) if old.initial != new.initial else None,
        states=_compare(old.states, new.states, _state),
        actions=_compare(old.actions, new.actions, _action),
        rules=_compare(_rules(old), _rules(new), _rule),
        timers=_compare({t.id: t for t in old.timers}, {t.id: t for t in new.timers}, _timer),
        facts=_compare(old.facts, new.facts, lambda type_: {"type": str(type_)}),
    )


def _compare(old: Mapping[str, T], new: Mapping[str, T], fields: Callable[[T], dict[str, Plain]]) -> Changes:
    changed: dict[str, dict[str, tuple[Plain, Plain]]] = {}
    for id_ in old:
        if id_ not in new:
            continue
        before, after = fields(old[id_]), fields(new[id_])
        differing = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
        if differing:
            changed[id_] = differing
    added = tuple(id_ for id_ in new if id_ not in old)
    removed = tuple(id_ for id_ in old if id_ not in new)
    return Changes(added, removed, changed)


def _rules(process: Process) -> dict[str, Rule]:
    return {f"{action.id}.{rule.id}": rule for action in process.actions.values() for rule in action.require}


def _text(text: Text | None) -> Plain:
    return dict(text.by_language) if text else None


def _state(state: State) -> dict[str, Plain]:
    children: dict[str, Plain] = {
        child.name: {"workflow": child.workflow, "done": sorted(child.done), "when_all": child.when_all}  # type: ignore[dict-item]
        for child in state.children.values()
    }
    return {
        "label": _text(state.label),
        "final": state.final,
        "tone": state.tone,
        "who": _text(state.who),
        "children": children,
    }


def _action(action: Action) -> dict[str, Plain]:
    return {
        "label": _text(action.label),
        "from": [*sorted(action.from_states)],
        "to": action.to,
        "by": [*sorted(action.by)],
        "sign": _text(action.sign),
        "confirm": _text(action.confirm),
        "primary": action.primary,
        "form": {field.id: _field(field) for field in action.form},
        "effects": [_effect(effect) for effect in action.effects],
    }


def _field(field: FormField) -> Plain:
    return {
        "type": field.type,
        "label": _text(field.label),
        "required": field.required,
        "choices": {value: _text(label) for value, label in field.choices},
        "help": _text(field.help),
        "min": field.min,
        "max": field.max,
        "max_length": field.max_length,
        "archives": field.archives,
    }


def _effect(effect: Effect) -> Plain:
    return {"name": effect.name, "args": dict(effect.args)}


def _rule(rule: Rule) -> dict[str, Plain]:
    return {"when": rule.expression.text, "else": _text(rule.otherwise), "mend": rule.mend}


def _timer(timer: TimerRule) -> dict[str, Plain]:
    return {
        "in": [*sorted(timer.in_states)],
        "after": str(timer.after) if timer.after else None,
        "at": timer.at,
        "before": [str(duration) for duration in timer.before],
        "calendar": timer.calendar,
        "of": timer.of,
        "effect": timer.effect,
        "args": dict(timer.args),
        "fire": timer.fire,
        "to": timer.to,
        "repeat": str(timer.repeat) if timer.repeat else None,
        "max": timer.max,
    }
