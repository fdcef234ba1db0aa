"""Why an expression gave what it gave: every clause with its own answer and the facts it read.

All clauses are evaluated, also those that ``&&`` and ``||`` would have skipped, so that a person sees everything that
is open at once instead of one thing after the other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from supplier_quality.engine.expressions.closures import Closure, Compiler, new_frame
from supplier_quality.engine.expressions.errors import EvaluationError
from supplier_quality.engine.expressions.facts import to_plain
from supplier_quality.engine.expressions.lexer import place
from supplier_quality.engine.expressions.reads import fact_path, read_nodes
from supplier_quality.engine.expressions.syntax import Logic, Loop, Node, Not, children

if TYPE_CHECKING:
    from supplier_quality.engine.expressions.expression import Expression

MAX_ELEMENTS = 5
MAX_SHOWN = 50
_PLAIN = frozenset({str, int, bool})


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a list that decided a clause; ``index`` counts from 0, ``value`` is plain."""

    index: int
    value: object


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a rule between ``&&`` and ``||``.

    ``values`` maps each fact it read to its plain value (None when it is not known; of a list at most 50 elements).
    ``elements`` are at most five elements: of ``all`` those that fail, of ``exists`` and ``filter`` those that match.
    """

    text: str
    column: int
    value: bool | None
    values: Mapping[str, object]
    error: str | None = None
    elements: tuple[Element, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The plain value of the whole expression, None when it has none and ``error`` says why."""

    value: object
    error: str | None
    clauses: tuple[Clause, ...]


def clause_nodes(tree: Node) -> list[Node]:
    """The clauses of an expression in the order of the text."""
    if isinstance(tree, Logic):
        return [node for term in tree.terms for node in clause_nodes(term)]
    if isinstance(tree, Not) and isinstance(tree.operand, Logic):
        return clause_nodes(tree.operand)
    return [tree]


class Explainer:
    """Everything that can be prepared before the facts are there."""

    def __init__(self, expression: "Expression") -> None:
        self.evaluate = expression.evaluate
        self.clauses = [_ClausePlan(expression, node) for node in clause_nodes(expression.tree)]

    def explain(self, facts: Mapping[str, object]) -> Explanation:
        clauses = tuple([plan.run(facts) for plan in self.clauses])
        try:
            return Explanation(to_plain(self.evaluate(facts)), None, clauses)
        except EvaluationError as error:
            return Explanation(None, str(error), clauses)


class _ClausePlan:
    def __init__(self, expression: "Expression", node: Node) -> None:
        self.text = expression.text[node.start : node.end]
        self.column = place(expression.text, node.start)[1]
        self.evaluate = expression.function(node)
        paths = dict.fromkeys(str(fact_path(read)) for read in read_nodes(node))
        self.reads = [(path, tuple(path.split("."))) for path in paths]
        self.elements = _elements_finder(expression, node)

    def run(self, facts: Mapping[str, object]) -> Clause:
        value: object = None
        error = None
        try:
            value = self.evaluate(facts)
        except EvaluationError as failed:
            error = str(failed)
        values = {}
        for path, names in self.reads:
            values[path] = _read(facts, names)
        elements = self.elements(facts) if self.elements else ()
        known = value if value.__class__ is bool else None
        return Clause(self.text, self.column, known, values, error, elements)


def _read(facts: Mapping[str, object], names: tuple[str, ...]) -> object:
    value: object = facts
    try:
        for name in names:
            value = value[name]  # type: ignore[index]
    except (KeyError, TypeError, IndexError):
        return None
    if value.__class__ in _PLAIN or value is None:
        return value
    try:
        return to_plain(value[:MAX_SHOWN] if isinstance(value, list | tuple) else value)
    except (EvaluationError, RecursionError):
        return None


def _elements_finder(
    expression: "Expression", node: Node
) -> Callable[[Mapping[str, object]], tuple[Element, ...]] | None:
    """For a clause with a loop over facts: which elements decide it."""
    loop = _first_loop(node)
    if loop is None or loop.condition is None:
        return None
    compiler = Compiler(expression.text)
    range_ = compiler.range_of(loop)
    condition = compiler.value(loop.condition)
    wanted = loop.kind != "all"
    slots = expression.slots

    def find(facts: Mapping[str, object]) -> tuple[Element, ...]:
        frame = new_frame(facts, slots)
        try:
            items = range_(frame)
            assert isinstance(items, list | tuple)
            return _deciding(items, frame, loop.slot, condition, wanted=wanted)
        except (EvaluationError, RecursionError):
            return ()

    return find


def _deciding(
    items: list[object] | tuple[object, ...], frame: list[object], slot: int, condition: Closure, *, wanted: bool
) -> tuple[Element, ...]:
    found: list[Element] = []
    for index, item in enumerate(items):
        frame[slot] = item
        try:
            # An element without an answer keeps all() from passing, so it is shown there too.
            decides = condition(frame) is wanted
        except EvaluationError:
            decides = not wanted
        if decides:
            found.append(Element(index, to_plain(item)))
            if len(found) == MAX_ELEMENTS:
                break
    return tuple(found)


def _first_loop(node: Node) -> Loop | None:
    level = [node]
    while level:
        for one in level:
            if isinstance(one, Loop):
                return one
        level = [child for one in level for child in children(one)]
    return None
