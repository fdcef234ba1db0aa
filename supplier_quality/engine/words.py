"""Processes in plain words, for the workflow viewer and for "why?".

Every function answers with words that are put into a language when they are shown.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from supplier_quality.engine.definitions.durations import IsoDuration
from supplier_quality.engine.expressions import describe, describe_clauses
from supplier_quality.engine.fact_names import fact_name, named_fact
from supplier_quality.language import Message, Text, Words, _, current

if TYPE_CHECKING:
    from supplier_quality.engine.definitions.model import Action, Process, Rule, State, TimerRule

ROLES: Mapping[str, Message] = {
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
    "system": _("the system by itself"),
}

_PARTS: tuple[tuple[str, Message, Message], ...] = (
    ("years", _("1 year"), _("%(count)s years")),
    ("months", _("1 month"), _("%(count)s months")),
    ("weeks", _("1 week"), _("%(count)s weeks")),
    ("days", _("1 day"), _("%(count)s days")),
    ("hours", _("1 hour"), _("%(count)s hours")),
    ("minutes", _("1 minute"), _("%(count)s minutes")),
    ("seconds", _("1 second"), _("%(count)s seconds")),
)
_WORKING_PARTS: Mapping[str, tuple[Message, Message]] = {
    "days": (_("1 working day"), _("%(count)s working days")),
    "hours": (_("1 working hour"), _("%(count)s working hours")),
    "minutes": (_("1 working minute"), _("%(count)s working minutes")),
    "seconds": (_("1 working second"), _("%(count)s working seconds")),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """Several words in a row: "a, b or c"; in Chinese "a、b或c"."""

    items: tuple[Words, ...]
    last: Message | None = None

    def render(self, language: str | None = None) -> str:
        language = language or current()
        said = [item.render(language) for item in self.items]
        comma = "、" if language == "zh" else ", "
        if self.last is None or len(said) < 2:
            return comma.join(said)
        return comma.join(said[:-1]) + self.last.render(language) + said[-1]

    def __str__(self) -> str:
        return self.render()


def any_of(items: Iterable[Words]) -> Listed:
    """ "a, b or c"."""
    return Listed(tuple(items), _(" or "))


def all_of(items: Iterable[Words]) -> Listed:
    """ "a, b and c"."""
    return Listed(tuple(items), _(" and "))


def describe_role(role: str) -> Words:
    """A role of ``by:`` as people call it."""
    return ROLES.get(role) or Text.of(role)


def describe_roles(roles: Iterable[str]) -> Listed:
    """Who may act, in the order in which roles are listed everywhere."""
    known = list(ROLES)
    ordered = sorted(roles, key=lambda role: (known.index(role) if role in ROLES else len(known), role))
    return any_of(describe_role(role) for role in ordered)


def describe_duration(duration: IsoDuration, *, business: bool = False) -> Words:
    """ "5 working days", "1 year and 6 months"."""
    parts: list[Words] = []
    for name, *usual in _PARTS:
        count = getattr(duration, name)
        if count:
            one, many = _WORKING_PARTS.get(name, usual) if business else usual
            parts.append(one if count == 1 else Message(many.id, {"count": count}))
    return all_of(parts) if parts else _("no time")


def describe_state(process: "Process", state: "State") -> tuple[Words, ...]:
    """What a state means for those who wait in it, one sentence each."""
    said: list[Words] = []
    if state.id == process.initial:
        said.append(_("%(state)s is where a record starts.", state=state.label))
    if state.final:
        said.append(_("%(state)s is final; nothing leads out of it.", state=state.label))
    if state.who:
        said.append(_("Waits for: %(who)s.", who=state.who))
    ways = [action.label for action in process.actions.values() if state.id in action.from_states]
    if ways:
        said.append(_("Possible here: %(actions)s.", actions=Listed(tuple(ways))))
    for child in state.children.values():
        joined = process.actions.get(child.when_all) if child.when_all else None
        names = Listed(tuple(Text.of(name) for name in sorted(child.done)))
        if joined:
            said.append(
                _(
                    "Beside it run %(children)s; when all are in one of %(done)s, “%(action)s” follows by itself.",
                    children=child.name,
                    done=names,
                    action=joined.label,
                )
            )
        else:
            said.append(_("Beside it run %(children)s, done in one of %(done)s.", children=child.name, done=names))
    said += [describe_timer(process, timer) for timer in process.timers if state.id in timer.in_states]
    return tuple(said)


def describe_action(process: "Process", action: "Action") -> tuple[Words, ...]:
    """Who may do it, from where to where, what it asks for and requires, what follows; one sentence each."""
    sources = any_of(process.states[state].label for state in action.from_states)
    by = describe_roles(action.by)
    if action.to is None:
        said: list[Words] = [
            _("%(action)s in %(source)s, by %(roles)s.", action=action.label, source=sources, roles=by)
        ]
    else:
        said = [
            _(
                "%(action)s from %(source)s to %(target)s, by %(roles)s.",
                action=action.label,
                source=sources,
                target=process.states[action.to].label,
                roles=by,
            )
        ]
    if action.sign:
        said.append(_("Signed with one's own credentials: “%(meaning)s”.", meaning=action.sign))
    said += _asked_for(action)
    said += [describe_rule(rule) for rule in action.require]
    if action.effects:
        said.append(_("Then: %(effects)s.", effects=all_of(describe_effect(effect.name) for effect in action.effects)))
    return tuple(said)


def describe_rule(rule: "Rule") -> Words:
    """One requirement: what has to hold, and what people read when it does not."""
    return _(
        "Only if %(expression)s. Otherwise: “%(sentence)s”.", expression=_expression(rule), sentence=rule.otherwise
    )


def say_condition(rule: "Rule", action: "Action") -> str:
    """What has to hold, in the words of its facts and of the fields of the action's form, in the language in force."""
    return describe(rule.expression, current(), name_fact=_naming(action))


def say_clauses(rule: "Rule", action: "Action") -> list[str]:
    """The parts of what has to hold, as :func:`say_condition` says them, in the order in which a refusal explains them."""
    return describe_clauses(rule.expression, current(), name_fact=_naming(action))


def _naming(action: "Action") -> Callable[[str], str | None]:
    labels: dict[str, Words] = {f"form.{field.id}": field.label for field in action.form}

    def name(path: str) -> str | None:
        known = _("whoever acts") if path == "actor.id" else labels.get(path) or named_fact(path)
        return str(known) if known else None

    return name


def describe_timer(process: "Process", timer: "TimerRule") -> Words:
    """ "After 5 working days in Review: escalate to quality manager; again every 2 working days, at most 3 times"."""
    business = timer.calendar == "business"
    states = any_of(process.states[state].label for state in timer.in_states)
    act = _timer_act(process, timer)
    fact = fact_name(timer.at or "")
    if timer.after is not None:
        lasting = describe_duration(timer.after, business=business)
        said: Words = _("After %(duration)s in %(states)s: %(act)s", duration=lasting, states=states, act=act)
    elif timer.before:
        ahead = all_of(describe_duration(before, business=business) for before in timer.before)
        said = _("%(ahead)s before %(fact)s, in %(states)s: %(act)s", ahead=ahead, fact=fact, states=states, act=act)
    else:
        said = _("When %(fact)s is reached, in %(states)s: %(act)s", fact=fact, states=states, act=act)
    return _("%(timer)s%(repeat)s%(calendar)s.", timer=said, repeat=_repeat(timer), calendar=_whose_calendar(timer))


def describe_effect(name: str) -> Words:
    """An effect by its name: ``mail.ppap_approved`` is the mail "ppap approved"."""
    kind, _dot, rest = name.partition(".")
    if kind == "mail" and rest:
        return _("send the mail “%(name)s”", name=Text.of(rest.replace("_", " ")))
    if name == "remind":
        return _("remind")
    if name == "escalate":
        return _("escalate")
    return Text.of(name.replace("_", " ").replace(".", ": "))


def timer_in_short(timer: "TimerRule") -> Words:
    """A timer as the diagram writes it beside its clock: "5 working days", "30 days before end of the approval"."""
    business = timer.calendar == "business"
    if timer.after is not None:
        return describe_duration(timer.after, business=business)
    fact = fact_name(timer.at or "", short=True)
    if not timer.before:
        return fact
    ahead = Listed(tuple(describe_duration(before, business=business) for before in timer.before))
    return _("%(ahead)s before %(fact)s", ahead=ahead, fact=fact)


def _asked_for(action: "Action") -> list[Words]:
    fields = [
        _("%(field)s (required)", field=field.label) if field.required else _("%(field)s (optional)", field=field.label)
        for field in action.form
    ]
    return [_("Asks for: %(fields)s.", fields=Listed(tuple(fields)))] if fields else []


def _expression(rule: "Rule") -> str:
    return rule.expression.text


def _timer_act(process: "Process", timer: "TimerRule") -> Words:
    if timer.fire:
        return process.actions[timer.fire].label
    effect = describe_effect(timer.effect or "")
    if timer.to:
        return _("%(effect)s to %(role)s", effect=effect, role=describe_role(timer.to))
    return effect


def _repeat(timer: "TimerRule") -> Words:
    if timer.repeat is None:
        return Text.of("")
    every = describe_duration(timer.repeat, business=timer.calendar == "business")
    if timer.max is None:
        return _("; again every %(duration)s", duration=every)
    return _("; again every %(duration)s, at most %(count)s times in all", duration=every, count=timer.max)


def _whose_calendar(timer: "TimerRule") -> Words:
    if timer.calendar == "business" and timer.of:
        return _(", by the working days of %(site)s", site=fact_name(timer.of))
    return Text.of("")
