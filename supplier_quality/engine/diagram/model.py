"""What of a process is drawn: states with their lines of text, edges with their labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from supplier_quality.charts.measure import text_width, wrap
from supplier_quality.engine import words

if TYPE_CHECKING:
    from supplier_quality.engine.definitions.model import Action, Process, State

Step = tuple[str, str, str]

STATE_SIZE, LABEL_SIZE, NOTE_SIZE = 13.0, 11.5, 10.5
STATE_LINE, LABEL_LINE, NOTE_LINE = 17.0, 15.0, 15.0
_PAD_ALONG, _PAD_ACROSS, _NOTE_INDENT = 14.0, 9.0, 17.0
_STATE_WIDTH, _LABEL_WIDTH, _NOTE_WIDTH = 120.0, 96.0, 124.0


@dataclass(frozen=True, slots=True)
class Note:
    """A small line in a state's box; ``sign`` is what is drawn before it."""

    sign: str  # clock, loop or person
    lines: tuple[str, ...]
    visited: bool = False


@dataclass(frozen=True, slots=True)
class StateBox:
    state: "State"
    lines: tuple[str, ...]
    notes: tuple[Note, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class LabelLine:
    text: str
    visited: bool
    is_role: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """All actions that lead from one state to another, as one line with their labels below each other."""

    source: int
    target: int
    lines: tuple[LabelLine, ...]
    visited: bool
    primary: bool
    width: float
    height: float


def state_boxes(process: "Process", *, language: str, path: Sequence[Step]) -> list[StateBox]:
    taken = set(path)
    return [_state_box(process, state, language, taken) for state in process.states.values()]


def edges(process: "Process", *, language: str, path: Sequence[Step], roles: bool) -> list[Edge]:
    """The edges between different states, in the order of the file; an action that stays is a note of its state."""
    place = {state: number for number, state in enumerate(process.states)}
    between: dict[tuple[str, str], list[Action]] = {}
    for action in process.actions.values():
        for source in action.from_states:
            if action.to is not None and action.to != source:
                between.setdefault((source, action.to), []).append(action)
    taken = set(path)
    drawn = []
    for (source, target), actions in between.items():
        lines: list[LabelLine] = []
        for action in actions:
            visited = (source, action.id, target) in taken
            said = action.label.render(language)
            lines += [LabelLine(line, visited) for line in wrap(said, size=LABEL_SIZE, width=_LABEL_WIDTH)]
            if roles:
                who = words.describe_roles(action.by).render(language)
                lines += [LabelLine(line, visited, True) for line in wrap(who, size=NOTE_SIZE, width=_LABEL_WIDTH)]
        # Room for bold letters is always kept, so that a path taken does not move the picture.
        width = max(text_width(line.text, NOTE_SIZE if line.is_role else LABEL_SIZE * 1.08) for line in lines) + 12
        drawn.append(
            Edge(
                source=place[source],
                target=place[target],
                lines=tuple(lines),
                visited=any(line.visited for line in lines),
                primary=any(action.primary for action in actions),
                width=width,
                height=len(lines) * LABEL_LINE + 4,
            )
        )
    return drawn


def _state_box(process: "Process", state: "State", language: str, taken: set[Step]) -> StateBox:
    lines = wrap(state.label.render(language), size=STATE_SIZE, width=_STATE_WIDTH)
    notes: list[Note] = []
    if state.who:
        notes.append(_note("person", state.who.render(language)))
    waits = [timer for timer in process.timers if state.id in timer.in_states]
    notes += [_note("clock", words.timer_in_short(timer).render(language)) for timer in waits]
    for action in process.actions.values():
        if state.id in action.from_states and action.to in (None, state.id):
            stayed = (state.id, action.id, state.id) in taken
            notes.append(_note("loop", action.label.render(language), visited=stayed))
    # Two timers of the same length are one clock.
    notes = list(dict.fromkeys(notes))
    widest = max(text_width(line, STATE_SIZE) * 1.04 for line in lines) + (18 if state.final else 0)
    for note in notes:
        widest = max(widest, _NOTE_INDENT + max(text_width(line, NOTE_SIZE) for line in note.lines))
    height = len(lines) * STATE_LINE + 2 * _PAD_ACROSS
    if notes:
        height += sum(len(note.lines) for note in notes) * NOTE_LINE + 6
    return StateBox(state, lines, tuple(notes), max(72.0, widest + 2 * _PAD_ALONG), height)


def _note(sign: str, text: str, *, visited: bool = False) -> Note:
    return Note(sign, wrap(text, size=NOTE_SIZE, width=_NOTE_WIDTH), visited)
