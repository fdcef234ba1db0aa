"""What a process does by itself: whether timers and joins can succeed, and whether two of them may meet.

An automatic firing has no person behind it, so nobody fills in its form or signs it. Two that are due at the same moment
in one state would leave to chance which of them happens.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from itertools import combinations

from supplier_quality.engine.definitions.constraints import exclude_each_other
from supplier_quality.engine.definitions.durations import IsoDuration
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.model import Action, Place, Process, TimerRule
from supplier_quality.engine.expressions import EvaluationError
from supplier_quality.engine.forms import read_form
from supplier_quality.language import Words, _

CLOCK_CHANGE = timedelta(hours=2)
"""The most by which a day of the calendar is longer or shorter than 24 hours where clocks are changed."""
FREE_DAYS = timedelta(days=14)
"""More than the longest run of days on which nobody works; what ends within it waits for the same opening."""


class Start(Enum):
    """Which of two timers of a state was started first, as far as the ways into the state tell."""

    TOGETHER = "together"
    FIRST = "first"
    SECOND = "second"


ANY_START = frozenset(Start)


@dataclass(frozen=True, slots=True)
class _Firing:
    """One thing that takes an action in a state without a person."""

    what: Words
    action: Action
    timer: TimerRule | None
    place: Place


def check_automatic_firings(process: Process, notes: Notes) -> None:
    """Note automatic firings that can never succeed, and pairs that may be due at the same moment."""
    for state in process.states:
        firings = list(_firings(process, state))
        for firing in firings:
            _check_needs_nobody(firing, notes)
        for first, second in combinations(firings, 2):
            if _may_collide(process, state, first, second):
                message = _(
                    "In the state %(state)s %(first)s and %(second)s may fire different actions at the same moment.",
                    state=state,
                    first=first.what,
                    second=second.what,
                )
                notes.add("automatic_conflict", message, second.place)


def _firings(process: Process, state: str) -> Iterator[_Firing]:
    for child in process.states[state].children.values():
        action = process.actions.get(child.when_all or "")
        if action is not None:
            yield _Firing(_("the join of %(name)s", name=child.name), action, None, child.place)
    for timer in process.timers_in[state]:
        action = process.actions.get(timer.fire or "")
        if action is not None:
            yield _Firing(_("the timer %(name)s", name=timer.id), action, timer, timer.place)


def _check_needs_nobody(firing: _Firing, notes: Notes) -> None:
    action, words = firing.action, {"what": firing.what, "action": firing.action.id}
    if action.sign is not None:
        message = _(
            "Always refused: %(what)s fires the action %(action)s, which asks for a signature, and only a person can sign.",
            **words,
        )
        notes.add("fire_needs_person", message, firing.place)
    entry = read_form(action.form, {})
    for fault in entry.faults:
        message = _(
            "Always refused: %(what)s fires the action %(action)s, which requires the form field %(field)s, and only a"
            " person can fill it in.",
            **words,
            field=fault.field,
        )
        notes.add("fire_needs_person", message, firing.place)
    if entry.faults:
        return
    for rule in action.require:
        if rule.needs_form and all(parts[0] == "form" for _path, parts in rule.reads):
            try:
                holds = rule.expression.evaluate({"form": entry.values}) is True
            except EvaluationError:
                holds = False
            if not holds:
                message = _(
                    "Always refused: %(what)s fires the action %(action)s, whose rule %(rule)s does not hold for a form"
                    " that nobody filled in.",
                    **words,
                    rule=rule.id,
                )
                notes.add("fire_needs_person", message, firing.place)


def _may_collide(process: Process, state: str, first: _Firing, second: _Firing) -> bool:
    if first.action.id == second.action.id:
        return False
    if first.timer and second.timer:
        starts = starts_of(process, first.timer, second.timer).get(state, ANY_START)
        if not may_be_due_together(first.timer, second.timer, starts):
            return False
    return not exclude_each_other(
        [rule.expression.text for rule in first.action.require],
        [rule.expression.text for rule in second.action.require],
    )


def starts_of(process: Process, first: TimerRule, second: TimerRule) -> Mapping[str, frozenset[Start]]:
    """By each state in which both timers run, in which order they may have been started there.

    Follows every action from every state: a timer starts when the record enters one of its states from outside or goes to
    its own state again, and keeps running from one of its states to the next. Records moved from another version begin
    with both timers started together, in any state.
    """
    in_first, in_second = frozenset(first.in_states), frozenset(second.in_states)
    starts = {state: {Start.TOGETHER} for state in in_first & in_second}
    moves = [
        (state, action.to) for action in process.actions.values() for state in action.from_states if action.to in starts
    ]
    grown = True
    while grown:
        grown = False
        for state, to in moves:
            assert to is not None
            first_kept, second_kept = (state != to and state in states for states in (in_first, in_second))
            if first_kept and second_kept:
                found = starts[state]
            elif first_kept:
                found = {Start.FIRST}
            elif second_kept:
                found = {Start.SECOND}
            else:
                found = {Start.TOGETHER}
            grown = grown or not found <= starts[to]
            starts[to] |= found
    return {state: frozenset(found) for state, found in starts.items()}


def may_be_due_together(first: TimerRule, second: TimerRule, starts: frozenset[Start]) -> bool:
    """Whether two timers of one state can fall due at the same moment; yes unless the opposite is certain."""
    if (first.calendar, first.of) != (second.calendar, second.of) or first.repeat or second.repeat:
        return True
    business = first.calendar == "business"
    if first.after is not None and second.after is not None:
        return any(_meet(first.after, second.after, start, business=business) for start in starts)
    if first.at is not None and first.at == second.at:
        if not first.before and not second.before:
            return True
        # Both are counted back from one moment, whenever the timers were started.
        return any(
            _meet(one, other, Start.TOGETHER, business=business) for one in first.before for other in second.before
        )
    return True


def _meet(first: IsoDuration, second: IsoDuration, start: Start, *, business: bool) -> bool:
    """Whether two durations may end at the same moment; what started first needs as long as the other, or longer."""
    if business and (len(_units(first)) > 1 or _units(first) != _units(second)):
        # Dates, working days and hours of work have no fixed relation, so only like is told from like.
        return True
    slack = timedelta()
    if business and "dates" in _units(first):
        slack = FREE_DAYS
    elif not business and _days(first) != _days(second):
        slack = CLOCK_CHANGE
    first_may_be_longer = first.longest + slack >= second.shortest
    second_may_be_longer = second.longest + slack >= first.shortest
    if start is Start.FIRST:
        return first_may_be_longer
    if start is Start.SECOND:
        return second_may_be_longer
    return first_may_be_longer and second_may_be_longer


def _days(duration: IsoDuration) -> tuple[int, int, int]:
    return duration.years, duration.months, duration.weeks * 7 + duration.days


def _units(duration: IsoDuration) -> frozenset[str]:
    """Which of the kinds of units that business time counts differently a duration has."""
    given = {
        "dates": duration.years or duration.months or duration.weeks,
        "days": duration.days,
        "hours": duration.hours or duration.minutes or duration.seconds,
    }
    return frozenset(kind for kind, amount in given.items() if amount)
