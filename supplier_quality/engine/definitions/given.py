"""Facts that somebody wrote down, in a test of a rule file or for a simulation, held against the declared types.

A misspelt name is worse than a missing one: the rule refuses for want of the right name, and a test that expects a
refusal passes for the wrong reason. So every name and value is judged, at every depth.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from supplier_quality.engine.definitions.fields import unknown
from supplier_quality.engine.definitions.findings import Notes, Place
from supplier_quality.engine.definitions.model import ENGINE_FACTS
from supplier_quality.engine.definitions.nodes import Mapping as MappingNode
from supplier_quality.engine.definitions.nodes import Node, plain
from supplier_quality.engine.definitions.nodes import Sequence as SequenceNode
from supplier_quality.engine.expressions import EvaluationError, Type, from_plain
from supplier_quality.language import Text, Words, _

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Misfit:
    """One name that is not declared (``unknown``) or one value that has not the declared type."""

    path: Path
    message: Words
    unknown: bool

    @property
    def label(self) -> str:
        """The path as expressions write it: ``items[0].state``."""
        return _label(self.path)


def misfits(types: Mapping[str, Type], given: Mapping[str, object]) -> Iterator[Misfit]:
    """Everything in the given plain values that the declared facts do not know or cannot take."""
    for name, value in given.items():
        if name not in types:
            message = _("There is no fact %(name)s.", name=name)
            yield Misfit((name,), unknown(message, name, types), True)
        elif value is None:
            yield from _fault(value, types[name], (name,))
        else:
            yield from _below(value, types[name], (name,))


def check_given(node: Node | None, types: Mapping[str, Type], notes: Notes) -> None:
    """Note every misfit of the facts written at a node, each at its own place."""
    if not isinstance(node, MappingNode) or not notes.strict:
        return
    given = {name: plain(value) for name, value in node.items.items()}
    for misfit in misfits(types, given):
        if misfit.unknown:
            notes.add("unknown_fact", misfit.message, _place(node, misfit))
        else:
            notes.add("bad_fact", misfit.message, _place(node, misfit))


def _below(value: object, type_: Type, path: Path) -> Iterator[Misfit]:
    if value is None:
        # A field without a value is like one that is left out; that is noticed when it is read.
        return
    if type_.kind == "optional":
        type_ = type_.args[0]
    if type_.kind == "record" and isinstance(value, Mapping):
        yield from _record(value, type_, path)
    elif type_.kind == "list" and isinstance(value, Sequence) and not isinstance(value, str):
        for number, item in enumerate(value):
            here = (*path, number)
            yield from _fault(item, type_.args[0], here) if item is None else _below(item, type_.args[0], here)
    elif type_.kind == "map" and isinstance(value, Mapping):
        key_type, value_type = type_.args
        for key, item in value.items():
            here = (*path, str(key))
            wrong_key = list(_fault({key: None}, Type("map", (key_type, Type("dyn"))), path))
            yield from wrong_key or (_fault(item, value_type, here) if item is None else _below(item, value_type, here))
    else:
        yield from _fault(value, type_, path)


def _record(value: Mapping[str, object], type_: Type, path: Path) -> Iterator[Misfit]:
    fields = dict(type_.fields)
    provided = ENGINE_FACTS.get(str(path[0])) if len(path) == 1 else None
    for name, item in value.items():
        here = (*path, name)
        if name in fields:
            yield from _below(item, fields[name], here)
        elif not (isinstance(provided, Mapping) and name in provided):
            message = _("%(record)s has no field %(name)s.", record=_label(path), name=name)
            yield Misfit(here, unknown(message, name, fields), True)


def _fault(value: object, type_: Type, path: Path) -> Iterator[Misfit]:
    try:
        from_plain(value, type_, _label(path))
    except EvaluationError as error:
        words = error.message if not isinstance(error.message, str) else Text.of(error.message)
        yield Misfit(path, words, False)


def _label(path: Path) -> str:
    label = str(path[0])
    for part in path[1:]:
        label += f"[{part}]" if isinstance(part, int) else f".{part}"
    return label


def _place(node: Node, misfit: Misfit) -> Place:
    """The key of an unknown name, the value of a wrong one."""
    place: Place = node
    for part in misfit.path:
        if isinstance(node, MappingNode) and isinstance(part, str):
            place, node = node.keys[part], node.items[part]
        elif isinstance(node, SequenceNode) and isinstance(part, int):
            place = node = node.items[part]
    return place if misfit.unknown else node
