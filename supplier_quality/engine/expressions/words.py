"""A rule in plain words, for the workflow viewer: the tree said aloud in the reader's language."""

from collections.abc import Callable

from supplier_quality.engine.expressions.closures import plain
from supplier_quality.engine.expressions.explain import clause_nodes
from supplier_quality.engine.expressions.expression import Expression
from supplier_quality.engine.expressions.reads import fact_path
from supplier_quality.engine.expressions.syntax import (
    Call,
    Choice,
    Index,
    ListOf,
    Literal,
    Logic,
    Loop,
    Name,
    Node,
    Not,
    Select,
)
from supplier_quality.engine.expressions.types import BOOL, NULL
from supplier_quality.language import Message, _

_TIMES = ("date", "timestamp")


NameFact = Callable[[str], str | None]
"""The words for a path of facts in the reader's language; None for a path that nobody named."""


def describe(expression: Expression, language: str, *, name_fact: NameFact | None = None) -> str:
    """The expression as a sentence, for example "supplier.score is at least 80 and supplier.ppm is less than 500".

    With ``name_fact`` facts have their words instead of their paths: "the score is at least 80".
    """
    return _Teller(expression.text, language, name_fact).say(expression.tree)


def describe_clauses(expression: Expression, language: str, *, name_fact: NameFact | None = None) -> list[str]:
    """Each of the parts that :meth:`Expression.explain` answers, as :func:`describe` says it, in the same order."""
    teller = _Teller(expression.text, language, name_fact)
    return [teller.say(node) for node in clause_nodes(expression.tree)]


class _Teller:
    def __init__(self, text: str, language: str, name_fact: NameFact | None) -> None:
        self.text = text
        self.language = language
        self.name_fact = name_fact
        # What a loop's variable goes through, by the variable: the words of its fields are those of the list's elements.
        self.ranges: dict[str, str] = {}

    def source(self, node: Node) -> str:
        path = self.path(node) if self.name_fact else None
        named = self.name_fact(path) if self.name_fact and path else None
        return named or self.text[node.start : node.end]

    def path(self, node: Node) -> str | None:
        """The path of a fact, also of a part of a list's element."""
        match node:
            case Name(slot=int()):
                return self.ranges.get(node.name)
            case Select():
                below = self.path(node.operand)
                return f"{below}.{node.field}" if below else None
            case Index():
                return self.path(node.operand) if node.operand.type.kind == "list" else fact_path(node)
        return fact_path(node)

    def render(self, message: Message) -> str:
        return message.render(self.language)

    def say(self, node: Node) -> str:  # noqa: PLR0911 - one answer per kind
        """A node that is asked whether it holds."""
        match node:
            case Logic():
                return self._logic(node)
            case Not():
                return self._not(node)
            case Choice():
                words = {"condition": self.say(node.condition), "yes": self.say(node.yes), "no": self.say(node.no)}
                return self.render(_("if %(condition)s then %(yes)s, otherwise %(no)s", **words))
            case Select(test=True):
                return self.render(_("%(fact)s is known", fact=self._tested(node)))
            case Loop():
                return self._loop(node)
            case Call():
                return self._call(node)
            case Name() | Select() if node.type == BOOL:
                return self.render(_("%(fact)s is true", fact=self.source(node)))
        return self.value(node)

    def value(self, node: Node) -> str:  # noqa: PLR0911 - one answer per kind
        """A node that is compared or counted."""
        match node:
            case Literal(value=str() as text):
                return self.render(_("“%(text)s”", text=text))
            case Literal(value=bool() as value):
                return self.render(_("true") if value else _("false"))
            case Call(name="date" | "timestamp" | "duration", args=[Literal(value=str() as text)]):
                return text
            case Call(name="size"):
                return self.render(_("the number of %(things)s", things=self.value(node.operands[0])))
            case Loop(kind="filter", condition=Node() as condition):
                words = self._going_through(node, condition)
                return self.render(_("those %(name)s of %(range)s for which %(condition)s", **words))
            case ListOf():
                return self.render(_(", ")).join(self.value(item) for item in node.items)
        return self.source(node)

    def _tested(self, node: Select) -> str:
        path = self.path(node) if self.name_fact else None
        return (
            self.name_fact(path) if self.name_fact and path else None
        ) or f"{self.source(node.operand)}.{node.field}"

    def _logic(self, node: Logic) -> str:
        terms = [
            f"({self.say(term)})" if isinstance(term, Logic | Choice | Loop) and len(node.terms) > 1 else self.say(term)
            for term in node.terms
        ]
        said = terms[0]
        for term in terms[1:]:
            words = {"left": said, "right": term}
            both, either = _("%(left)s and %(right)s", **words), _("%(left)s or %(right)s", **words)
            said = self.render(both if node.conjunction else either)
        return said

    def _not(self, node: Not) -> str:
        operand = node.operand
        match operand:
            case Select(test=True):
                return self.render(_("%(fact)s is not known", fact=self._tested(operand)))
            case Name() | Select():
                return self.render(_("%(fact)s is not true", fact=self.source(operand)))
            case Call(name="@in", args=[left, right]):
                return self._membership(left, right, negated=True)
        return self.render(_("it is not the case that %(what)s", what=self.say(operand)))

    def _loop(self, node: Loop) -> str:
        if node.condition is None or node.kind in ("filter", "map"):
            return self.value(node)
        words = self._going_through(node, node.condition)
        if self.name_fact:
            return self._entries(node, words)
        if node.kind == "all":
            return self.render(_("for every %(name)s of %(range)s: %(condition)s", **words))
        if node.kind == "exists":
            return self.render(_("for at least one %(name)s of %(range)s: %(condition)s", **words))
        return self.render(_("for exactly one %(name)s of %(range)s: %(condition)s", **words))

    def _going_through(self, node: Loop, condition: Node) -> dict[str, str]:
        path = self.path(node.range)
        if path:
            self.ranges[node.variable] = path
        return {"range": self.source(node.range), "name": node.variable, "condition": self.say(condition)}

    def _entries(self, node: Loop, words: dict[str, str]) -> str:
        """A loop without its variable, which is a name of the file only."""
        told = {"range": words["range"], "condition": words["condition"]}
        if node.kind == "all":
            return self.render(_("for every entry of “%(range)s”: %(condition)s", **told))
        if node.kind == "exists":
            return self.render(_("for at least one entry of “%(range)s”: %(condition)s", **told))
        return self.render(_("for exactly one entry of “%(range)s”: %(condition)s", **told))

    def _empty(self, node: Call) -> str | None:
        """``fact == ''`` asks whether anything is there."""
        left, right = node.operands
        if node.name not in ("_==_", "_!=_") or not isinstance(right, Literal) or right.value != "":
            return None
        fact = self.value(left)
        empty, filled = _("%(fact)s is empty", fact=fact), _("%(fact)s is not empty", fact=fact)
        return self.render(empty if node.name == "_==_" else filled)

    def _call(self, node: Call) -> str:
        if len(node.operands) != 2:
            return self.value(node)
        left, right = node.operands
        if node.name == "@in":
            return self._membership(left, right, negated=False)
        if (asked := self._empty(node)) is not None:
            return asked
        if node.name in ("_==_", "_!=_") and NULL in (left.type, right.type):
            fact = self.value(left if right.type == NULL else right)
            known, unknown = _("%(fact)s is known", fact=fact), _("%(fact)s is not known", fact=fact)
            return self.render(unknown if node.name == "_==_" else known)
        sentence = _sentence(node.name, timed=plain(left.type).kind in _TIMES)
        if sentence is None:
            return self.value(node)
        return self.render(Message(sentence.id, {"left": self.value(left), "right": self.value(right)}))

    def _membership(self, left: Node, right: Node, *, negated: bool) -> str:
        words = {"left": self.value(left), "right": self.value(right)}
        if isinstance(right, ListOf):
            inside, outside = _("%(left)s is one of %(right)s", **words), _("%(left)s is none of %(right)s", **words)
        else:
            inside, outside = _("%(left)s is in %(right)s", **words), _("%(left)s is not in %(right)s", **words)
        return self.render(outside if negated else inside)


_SENTENCES = {
    "_==_": _("%(left)s is %(right)s"),
    "_!=_": _("%(left)s is not %(right)s"),
    "_<_": _("%(left)s is less than %(right)s"),
    "_<=_": _("%(left)s is at most %(right)s"),
    "_>_": _("%(left)s is more than %(right)s"),
    "_>=_": _("%(left)s is at least %(right)s"),
    "contains": _("%(left)s contains %(right)s"),
    "startsWith": _("%(left)s starts with %(right)s"),
    "endsWith": _("%(left)s ends with %(right)s"),
    "matches": _("%(left)s has the form %(right)s"),
}
_TIMED = {
    "_<_": _("%(left)s is before %(right)s"),
    "_<=_": _("%(left)s is not after %(right)s"),
    "_>_": _("%(left)s is after %(right)s"),
    "_>=_": _("%(left)s is not before %(right)s"),
}


def _sentence(name: str, *, timed: bool) -> Message | None:
    return (_TIMED.get(name) if timed else None) or _SENTENCES.get(name)
