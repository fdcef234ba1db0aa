"""The static check: every name, field, function and operator against the declared facts, before anything is
evaluated."""

import difflib
from collections.abc import Iterable, Mapping

from supplier_quality.engine.expressions.errors import ExpressionError
from supplier_quality.engine.expressions.inference import Inference
from supplier_quality.engine.expressions.lexer import error_at
from supplier_quality.engine.expressions.overloads import OVERLOADS
from supplier_quality.engine.expressions.parser import LOOPS
from supplier_quality.engine.expressions.syntax import (
    Call,
    Choice,
    Index,
    ListOf,
    Literal,
    Logic,
    Loop,
    MapOf,
    Name,
    Node,
    Not,
    Select,
    children,
)
from supplier_quality.engine.expressions.types import BOOL, DYN, INT, NULL, STRING, Type, list_of, map_of
from supplier_quality.language import Message, _

_SYMBOLS = {
    "_+_": "+", "_-_": "-", "_*_": "*", "_/_": "/", "_%_": "%", "-_": "-", "_<_": "<", "_<=_": "<=", "_>_": ">",
    "_>=_": ">=", "_==_": "==", "_!=_": "!=", "@in": "in", "_[_]": "[]", "_?_:_": "? :", "!_": "!",
}  # fmt: skip
_UNSUPPORTED = frozenset({"type", "dyn", "uint", "bytes"})
# Slot 0 of an evaluation's frame holds the facts, slot 1 the steps left, slot 2 facts already converted.
FIRST_SLOT = 3


class Checker:
    """Checks one tree; afterwards every node has its type and ``reads`` names the facts read."""

    def __init__(self, text: str, types: Mapping[str, Type], *, strict: bool) -> None:
        self.text = text
        self.types = types
        self.strict = strict
        self.inference = Inference()
        self.variables: list[tuple[str, int, Type]] = []
        self.slots = FIRST_SLOT

    def check(self, tree: Node) -> None:
        self.visit(tree)
        pending = [tree]
        while pending:
            node = pending.pop()
            node.type = self.inference.final(node.type)
            pending.extend(children(node))

    def error(self, node: Node, message: Message) -> ExpressionError:
        return error_at(self.text, node.at, message)

    def visit(self, node: Node) -> Type:
        """The type of a node, as it stands: a fact that may be null has an optional type."""
        match node:
            case Literal():
                return node.type
            case Name():
                node.type = self._name(node)
            case Select():
                node.type = self._select(node)
            case Index():
                node.type = self._index(node)
            case ListOf():
                node.type = list_of(self.inference.common([self.visit(item) for item in node.items]))
            case MapOf():
                node.type = self._map(node)
            case Call():
                node.type = self._call(node)
            case Logic():
                node.type = self._logic(node)
            case Not():
                node.type = self._apply(node, "!_", [self.visit(node.operand)])
            case Choice():
                types = [self.visit(node.condition), self.visit(node.yes), self.visit(node.no)]
                node.type = self._apply(node, "_?_:_", types)
            case Loop():
                node.type = self._loop(node)
        return node.type

    def _name(self, node: Name) -> Type:
        if not node.absolute:
            for name, slot, type_ in reversed(self.variables):
                if name == node.name:
                    node.slot = slot
                    return type_
        if node.name in self.types:
            return self.types[node.name]
        if node.name in OVERLOADS or node.name in _UNSUPPORTED:
            raise self.error(node, _("%(name)s is a function; it needs brackets.", name=node.name))
        known = [*self.types, *(name for name, _slot, _type in self.variables)]
        raise self.error(node, _unknown_name(node.name, known))

    def _select(self, node: Select) -> Type:
        operand = self._plain(self.visit(node.operand))
        found = self._field(node, operand)
        return BOOL if node.test else found

    def _plain(self, type_: Type) -> Type:
        type_ = self.inference.resolved(type_)
        return type_.args[0] if type_.kind == "optional" else type_

    def _field(self, node: Select, operand: Type) -> Type:
        if operand.kind == "record":
            found = operand.field(node.field)
            if found is None:
                names = [name for name, _type in operand.fields]
                raise self.error(node, _unknown_field(node.field, self._source(node.operand), names))
            return found
        if operand.kind == "map":
            return operand.args[1]
        if operand.kind in ("dyn", "variable"):
            return DYN
        where = {"source": self._source(node.operand), "type": str(operand), "field": node.field}
        raise self.error(node, _("%(source)s is %(type)s and has no field %(field)s.", **where))

    def _source(self, node: Node) -> str:
        source = self.text[node.start : node.end]
        return source if len(source) <= 60 else source[:57] + "..."

    def _index(self, node: Index) -> Type:
        operand = self._plain(self.visit(node.operand))
        index = self.visit(node.index)
        if operand.kind == "record" and isinstance(node.index, Literal) and node.index.type == STRING:
            select = Select(node.start, node.end, node.index.at, node.operand, str(node.index.value))
            return self._field(select, operand)
        return self._apply(node, "_[_]", [operand, index])

    def _map(self, node: MapOf) -> Type:
        keys = [self.visit(key) for key, _value in node.entries]
        for (key, _value), type_ in zip(node.entries, keys, strict=True):
            if self.strict and self._plain(type_).kind not in ("string", "int", "bool", "dyn", "variable"):
                message = _(
                    "The key of a map must be string, int or bool, not %(type)s.", type=str(self.inference.final(type_))
                )
                raise self.error(key, message)
        values = [self.visit(value) for _key, value in node.entries]
        return map_of(self.inference.common(keys), self.inference.common(values, first_stays=True))

    def _call(self, node: Call) -> Type:
        types = [self.visit(operand) for operand in node.operands] if self._is_function(node) else []
        if node.name in ("_==_", "_!=_") and self._null_test(types):
            return BOOL
        if self.strict and node.name == "_/_" and [self._plain(type_) for type_ in types] == [INT, INT]:
            message = _(
                "int / int drops the rest of the division; write double(x) / double(y), or int(...) around that."
            )
            raise self.error(node, message)
        return self._apply(node, node.name, types, member=node.target is not None)

    def _null_test(self, types: list[Type]) -> bool:
        """``x == null``, allowed for a fact that may be null and for anything CEL lets be null."""
        resolved = [self.inference.resolved(type_) for type_ in types]
        return any(own == NULL and other.kind == "optional" for own, other in (resolved, resolved[::-1]))

    def _is_function(self, node: Call) -> bool:
        if node.name in OVERLOADS:
            return True
        if node.target is None and node.name in _UNSUPPORTED:
            raise self.error(node, _("%(name)s() is not supported.", name=node.name))
        if node.name in (*LOOPS, "has"):
            raise self.error(node, _("%(name)s() is written differently; see the reference.", name=node.name))
        near = _near(node.name, OVERLOADS)
        if near:
            raise self.error(
                node, _("There is no function %(name)s; did you mean %(near)s?", name=node.name, near=near)
            )
        raise self.error(node, _("There is no function %(name)s.", name=node.name))

    def _apply(self, node: Node, name: str, types: list[Type], *, member: bool = False) -> Type:
        result = self.inference.call(OVERLOADS[name], types, member=member)
        if result is None:
            raise self.error(node, self._no_overload(name, types))
        return result

    def _no_overload(self, name: str, types: list[Type]) -> Message:
        kinds = [str(self.inference.final(self._plain(type_))) for type_ in types]
        symbol = _SYMBOLS.get(name)
        if symbol and len(kinds) == 2 and name not in ("_[_]", "@in"):
            if "null" in kinds:
                other = next((kind for kind in kinds if kind != "null"), "null")
                return _("%(type)s is never null; declare the fact as %(type)s? if it may be.", type=other)
            words = {"left": kinds[0], "symbol": symbol, "right": kinds[1]}
            return _("%(left)s %(symbol)s %(right)s does not exist; both sides need fitting types.", **words)
        shown = symbol or f"{name}()"
        return _("%(name)s does not take %(types)s.", name=shown, types=", ".join(kinds) or "nothing")

    def _logic(self, node: Logic) -> Type:
        symbol = "&&" if node.conjunction else "||"
        for term in node.terms:
            self._needs_bool(term, self.visit(term), _("Both sides of %(symbol)s must be bool", symbol=symbol))
        return BOOL

    def _needs_bool(self, node: Node, type_: Type, what: Message) -> None:
        if not self.inference.assignable(type_, BOOL):
            kind = str(self.inference.final(type_))
            raise self.error(
                node, _("%(what)s; %(source)s is %(type)s.", what=what, source=self._source(node), type=kind)
            )

    def _loop(self, node: Loop) -> Type:
        element = self._element(node, self._plain(self.visit(node.range)))
        node.slot = self.slots
        self.slots += 1
        self.variables.append((node.variable, node.slot, element))
        if node.condition is not None:
            what = _("The condition of %(macro)s() must be bool", macro=node.kind)
            self._needs_bool(node.condition, self.visit(node.condition), what)
        result = self.visit(node.result) if node.result is not None else element
        self.variables.pop()
        return list_of(result) if node.kind in ("map", "filter") else BOOL

    def _element(self, node: Loop, range_: Type) -> Type:
        if range_.kind in ("list", "map"):
            return range_.args[0]
        if range_.kind == "record":
            return STRING
        if range_.kind == "dyn":
            return DYN
        words = {"macro": node.kind, "source": self._source(node.range), "type": str(range_)}
        raise self.error(node, _("%(macro)s() needs a list or a map; %(source)s is %(type)s.", **words))


def _near(name: str, known: Iterable[str]) -> str:
    words = [word for word in known if word[0].isalpha()]
    return ", ".join(difflib.get_close_matches(name, words, n=3, cutoff=0.6))


def _unknown_name(name: str, known: list[str]) -> Message:
    near = _near(name, known)
    if near:
        return _("There is no fact %(name)s; did you mean %(near)s?", name=name, near=near)
    return _("There is no fact %(name)s. Declared: %(known)s.", name=name, known=", ".join(sorted(known)) or "-")


def _unknown_field(name: str, source: str, known: list[str]) -> Message:
    near = _near(name, known)
    if near:
        return _("%(source)s has no field %(name)s; did you mean %(near)s?", source=source, name=name, near=near)
    shown = ", ".join(sorted(known))
    return _("%(source)s has no field %(name)s. Declared: %(known)s.", source=source, name=name, known=shown)
