"""A process as Mermaid text (``stateDiagram-v2``), for wikis and repositories that draw it themselves."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from supplier_quality.engine.definitions.model import Process

# Words of Mermaid's state grammar; a state of that name gets another identifier, its label stays.
_RESERVED = frozenset(
    [
        "accdescr",
        "acctitle",
        "as",
        "choice",
        "class",
        "classdef",
        "click",
        "default",
        "direction",
        "end",
        "fork",
        "hide",
    ]
) | {"join", "note", "scale", "state", "style"}
# What Mermaid or HTML would take for syntax is written as a character code.
_SYNTAX = frozenset('"#;:<>{}[]%&`*_\\|')


def mermaid(process: "Process", *, language: str) -> str:
    """The process as a Mermaid state diagram in the language; ends with a line break."""
    names = {state: _identifier(state, number) for number, state in enumerate(process.states)}
    lines = ["stateDiagram-v2"]
    lines += [
        f'    state "{_escaped(state.label.render(language))}" as {names[key]}' for key, state in process.states.items()
    ]
    lines.append(f"    [*] --> {names[process.initial]}")
    for action in process.actions.values():
        label = _escaped(action.label.render(language))
        for source in action.from_states:
            lines.append(f"    {names[source]} --> {names[action.to or source]} : {label}")
    lines += [f"    {names[key]} --> [*]" for key, state in process.states.items() if state.final]
    return "\n".join(lines) + "\n"


def _identifier(state: str, number: int) -> str:
    is_plain = state.isascii() and state.isidentifier() and state.lower() not in _RESERVED
    return state if is_plain else f"state_number_{number + 1}"


def _escaped(label: str) -> str:
    return "".join(
        f"#{ord(character)};" if character in _SYNTAX else character for character in " ".join(label.split())
    )
