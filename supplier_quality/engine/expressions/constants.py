"""What an expression comes to whatever the facts are: parts that always fail, and rules that can never hold.

Only asked when a file is verified. Folding follows the meaning of the language: a part that always fails is of no account
where ``&&`` or ``||`` is decided without it, or in the branch of a conditional that is never taken.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from supplier_quality.engine.expressions.closures import Compiler, new_frame, plain
from supplier_quality.engine.expressions.errors import EvaluationError, LimitError
from supplier_quality.engine.expressions.functions import FUNCTIONS
from supplier_quality.engine.expressions.lexer import place
from supplier_quality.engine.expressions.syntax import (
    Call,
    Choice,
    ListOf,
    Literal,
    Logic,
    Loop,
    MapOf,
    Name,
    Node,
    Not,
    children,
)
from supplier_quality.engine.expressions.times import DATE_PARTS, TIME_PARTS
from supplier_quality.engine.expressions.types import INT, SCALARS
from supplier_quality.engine.expressions.values import Timestamp
from supplier_quality.language import _

if TYPE_CHECKING:
    from supplier_quality.engine.expressions.expression import Expression

MAX_STEPS = 10_000
"""Of all constant loops of an expression; what takes longer is left to the evaluation."""
_ZONED = frozenset({"date", *DATE_PARTS, *TIME_PARTS})


@dataclass(frozen=True, slots=True)
class Folded:
    """What is known of a part without any fact.

    ``value`` is what it always comes to, when ``known``. ``may_hold`` and ``may_not`` say whether it can be true and
    false; both are False for what always fails. ``faults`` are the failures that will matter, each with its column.
    """

    known: bool = False
    value: object = None
    may_hold: bool = True
    may_not: bool = True
    faults: tuple[EvaluationError, ...] = ()


_UNKNOWN = Folded()


def fold(expression: "Expression") -> Folded:
    """What an expression comes to for all facts, as far as its constants tell."""
    try:
        return _Folder(expression.text, expression.slots).fold(expression.tree)
    except RecursionError:
        return _UNKNOWN


def _known(value: object) -> Folded:
    return Folded(True, value, value is True, value is False)


def _failing(faults: tuple[EvaluationError, ...]) -> Folded:
    return Folded(may_hold=False, may_not=False, faults=faults)


class _Folder:
    def __init__(self, text: str, slots: int) -> None:
        self.text = text
        self.slots = slots
        self.steps = MAX_STEPS

    def fold(self, node: Node) -> Folded:  # noqa: PLR0911 - one answer per kind
        match node:
            case Literal():
                return _known(node.value)
            case Logic():
                return self._logic(node)
            case Not():
                inner = self.fold(node.operand)
                if inner.known:
                    return self._evaluated(node)
                return Folded(may_hold=inner.may_not, may_not=inner.may_hold, faults=inner.faults)
            case Choice():
                return self._choice(node)
            case Loop():
                return self._loop(node)
            case Name():
                return _UNKNOWN
        parts = [self.fold(part) for part in children(node)]
        faults = tuple(fault for part in parts for fault in part.faults)
        if not faults and isinstance(node, Call):
            faults = tuple(self._faults_of_call(node, parts))
        if faults:
            return _failing(faults)
        if all(part.known for part in parts) and (parts or isinstance(node, ListOf | MapOf)):
            return self._evaluated(node)
        return _UNKNOWN

    def _logic(self, node: Logic) -> Folded:
        terms = [self.fold(term) for term in node.terms]
        decisive = not node.conjunction
        if any(term.known and term.value is decisive for term in terms):
            return _known(decisive)
        if all(term.known for term in terms):
            return self._evaluated(node)
        every, some = (all, any) if node.conjunction else (any, all)
        return Folded(
            may_hold=every(term.may_hold for term in terms),
            may_not=some(term.may_not for term in terms),
            faults=tuple(fault for term in terms for fault in term.faults),
        )

    def _choice(self, node: Choice) -> Folded:
        condition = self.fold(node.condition)
        if condition.known and isinstance(condition.value, bool):
            return self.fold(node.yes if condition.value else node.no)
        yes, no = self.fold(node.yes), self.fold(node.no)
        return Folded(
            may_hold=(condition.may_hold and yes.may_hold) or (condition.may_not and no.may_hold),
            may_not=(condition.may_hold and yes.may_not) or (condition.may_not and no.may_not),
            faults=(*condition.faults, *yes.faults, *no.faults),
        )

    def _loop(self, node: Loop) -> Folded:
        range_ = self.fold(node.range)
        if range_.known and (not range_.value or _is_closed(node)):
            return self._evaluated(node)
        inner = [self.fold(part) for part in (node.condition, node.result) if part is not None]
        faults = (*range_.faults, *(fault for part in inner for fault in part.faults))
        return Folded(faults=faults)

    def _evaluated(self, node: Node) -> Folded:
        """The value of a part that reads nothing, or its failure."""
        frame = new_frame({}, self.slots)
        frame[1] = self.steps
        try:
            return _known(Compiler(self.text).value(node)(frame))
        except LimitError:
            return _UNKNOWN
        except EvaluationError as error:
            return _failing((self._located(error, node),))
        finally:
            self.steps = max(0, frame[1])  # type: ignore[call-overload]

    def _located(self, error: EvaluationError, node: Node) -> EvaluationError:
        error.column = error.column or place(self.text, node.at)[1]
        return error

    def _faults_of_call(self, node: Call, parts: list[Folded]) -> Iterator[EvaluationError]:
        """Failures that one constant operand makes certain, whatever the other one is."""
        attempt = _attempt(node, parts)
        if attempt is not None:
            try:
                attempt()
            except LimitError:
                pass
            except EvaluationError as error:
                yield self._located(error, node)
        if node.name == "@in" and isinstance(node.args[1], ListOf):
            yield from self._strangers(node, node.args[1])

    def _strangers(self, node: Call, members: ListOf) -> Iterator[EvaluationError]:
        """Members of a written list that can never equal the value looked for, since they are of another type."""
        wanted = plain(node.args[0].type)
        for member in members.items:
            kind = plain(member.type)
            if _comparable(wanted.kind, kind.kind):
                continue
            message = _("%(member)s is %(type)s and can never be equal to %(wanted)s.",
                        member=self.text[member.start : member.end][:60], type=str(kind), wanted=str(wanted))  # fmt: skip
            yield EvaluationError(message, place(self.text, member.start)[1])


def _comparable(first: str, second: str) -> bool:
    if first not in SCALARS or second not in SCALARS or first == second:
        return True
    return {first, second} == {"int", "double"}


def _attempt(node: Call, parts: list[Folded]) -> Callable[[], object] | None:
    """The call with a harmless value in place of its unknown first operand; None when nothing is known of the second."""
    if len(parts) != 2 or parts[0].known or not parts[1].known:
        return None
    function, second = FUNCTIONS[node.name], parts[1].value
    if node.name == "matches":
        return lambda: function("", second)
    if node.name in ("_%_", "_/_") and plain(node.operands[0].type) == INT and second == 0:
        return lambda: function(1, second)
    if node.name in _ZONED:
        return lambda: function(Timestamp(0), second)
    return None


def _is_closed(loop: Loop) -> bool:
    """Whether a loop reads nothing but its own variables and those of the loops inside it."""
    pending: list[Node] = [loop]
    own: set[int | None] = set()
    read: set[int | None] = set()
    while pending:
        node = pending.pop()
        if isinstance(node, Loop):
            own.add(node.slot)
        elif isinstance(node, Name):
            read.add(node.slot)
        pending.extend(children(node))
    return read <= own
