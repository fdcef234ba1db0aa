"""What a process as a whole must not do: lose a record, trap it, or leave to chance what happens to it."""

from supplier_quality.engine.definitions.automatic import check_automatic_firings
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.model import Process
from supplier_quality.language import _


def check_process(process: Process, notes: Notes) -> None:
    """Note every fault that shows only when states, actions and timers are seen together."""
    _check_final_states(process, notes)
    # A path that is missing because a name is misspelt would only repeat that fault in other words.
    misspelt = {"unknown_state", "missing_initial"} & {finding.code for finding in notes.findings}
    if process.states and not misspelt:
        _check_reachable(process, notes)
        _check_dead_ends(process, notes)
    check_automatic_firings(process, notes)


def _check_final_states(process: Process, notes: Notes) -> None:
    for action in process.actions.values():
        for state in action.from_states:
            if process.states[state].final:
                message = _("The action %(action)s leaves the final state %(state)s.", action=action.id, state=state)
                notes.add("final_state_left", message, action.place)


def _ways(process: Process) -> dict[str, set[str]]:
    ways: dict[str, set[str]] = {state: set() for state in process.states}
    for action in process.actions.values():
        for state in action.from_states:
            if action.to is not None:
                ways[state].add(action.to)
    return ways


def _closure(start: set[str], ways: dict[str, set[str]]) -> set[str]:
    reached, waiting = set(start), list(start)
    while waiting:
        for following in ways[waiting.pop()] - reached:
            reached.add(following)
            waiting.append(following)
    return reached


def _check_reachable(process: Process, notes: Notes) -> None:
    if not process.initial:
        return
    reached = _closure({process.initial}, _ways(process))
    for state in process.states.values():
        if state.id not in reached:
            message = _(
                "No action leads from the initial state %(initial)s to the state %(state)s.",
                initial=process.initial,
                state=state.id,
            )
            notes.add("unreachable_state", message, state.place)


def _check_dead_ends(process: Process, notes: Notes) -> None:
    final = {state.id for state in process.states.values() if state.final}
    if not final:
        message = _("No state is final; mark at least one with final: true.")
        notes.add("no_final_state", message, next(iter(process.states.values())).place)
        return
    backwards: dict[str, set[str]] = {state: set() for state in process.states}
    for state, following in _ways(process).items():
        for target in following:
            backwards[target].add(state)
    saved = _closure(final, backwards)
    for trap in process.states.values():
        if trap.id not in saved:
            message = _("The state %(state)s is a dead end: nothing leads from it to a final state.", state=trap.id)
            notes.add("dead_end", message, trap.place)
