"""The tree of an expression, as the parser builds it.

``start`` and ``end`` are offsets into the source text; ``at`` is where an error of this node is shown (its operator,
or the bracket of its call). ``type`` is filled in by the checker.
"""

from dataclasses import dataclass, field

from supplier_quality.engine.expressions.types import DYN, Type


@dataclass(eq=False, slots=True)
class Node:
    start: int
    end: int
    at: int
    type: Type = field(default=DYN, init=False)


@dataclass(eq=False, slots=True)
class Literal(Node):
    value: object


@dataclass(eq=False, slots=True)
class Name(Node):
    name: str
    absolute: bool = False
    # The slot of the loop variable this name means; None for a fact.
    slot: int | None = None


@dataclass(eq=False, slots=True)
class Select(Node):
    operand: Node
    field: str
    test: bool = False


@dataclass(eq=False, slots=True)
class Index(Node):
    operand: Node
    index: Node


@dataclass(eq=False, slots=True)
class ListOf(Node):
    items: list[Node]


@dataclass(eq=False, slots=True)
class MapOf(Node):
    entries: list[tuple[Node, Node]]


@dataclass(eq=False, slots=True)
class Call(Node):
    """A function, a method (``target`` is set) or an operator written as CEL names it: ``_+_``, ``_==_``, ``@in``,
    ``-_``."""

    name: str
    target: Node | None
    args: list[Node]

    @property
    def operands(self) -> list[Node]:
        return self.args if self.target is None else [self.target, *self.args]


@dataclass(eq=False, slots=True)
class Logic(Node):
    """All terms of one chain of ``&&`` (``conjunction``) or of ``||``; a chain is flat, so that its length costs no
    depth."""

    conjunction: bool
    terms: list[Node]


@dataclass(eq=False, slots=True)
class Not(Node):
    operand: Node


@dataclass(eq=False, slots=True)
class Choice(Node):
    condition: Node
    yes: Node
    no: Node


@dataclass(eq=False, slots=True)
class Loop(Node):
    """A macro over a list or a map's keys: ``all exists exists_one filter map``; ``result`` only for ``map``."""

    kind: str
    range: Node
    variable: str
    condition: Node | None
    result: Node | None
    slot: int = 0


def children(node: Node) -> list[Node]:  # noqa: PLR0911 - one answer per kind
    match node:
        case Select() | Not():
            return [node.operand]
        case Index():
            return [node.operand, node.index]
        case ListOf():
            return node.items
        case MapOf():
            return [part for entry in node.entries for part in entry]
        case Call():
            return node.operands
        case Logic():
            return node.terms
        case Choice():
            return [node.condition, node.yes, node.no]
        case Loop():
            return [part for part in (node.range, node.condition, node.result) if part is not None]
    return []
