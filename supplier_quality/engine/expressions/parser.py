"""Text to tree: the grammar of CEL, by recursive descent with explicit limits.

The limits lie above the minimum of the CEL language definition: 64 nested brackets (12 required), 160 levels of the
tree (24 chained operators required), any number of ``&&`` and ``||``, elements and arguments, 20,000 code points.
"""

from collections.abc import Callable

from supplier_quality.engine.expressions.errors import ExpressionError
from supplier_quality.engine.expressions.lexer import Token, error_at, tokens_of
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
from supplier_quality.engine.expressions.types import BOOL, DOUBLE, INT, NULL, RESERVED, STRING, Type
from supplier_quality.language import Message, _

MAX_SOURCE = 20_000
MAX_NESTING = 64
MAX_DEPTH = 160
MAX_INT = 2**63 - 1
LOOPS = ("all", "exists", "exists_one", "filter", "map")
_RELATIONS = {"<": "_<_", "<=": "_<=_", ">": "_>_", ">=": "_>=_", "==": "_==_", "!=": "_!=_", "in": "@in"}
_SUMS = {"+": "_+_", "-": "_-_"}
_PRODUCTS = {"*": "_*_", "/": "_/_", "%": "_%_"}
_CONSTANTS: dict[str, tuple[object, Type]] = {"true": (True, BOOL), "false": (False, BOOL), "null": (None, NULL)}


def parse(text: str) -> Node:
    """The tree of one whole expression. Raises ExpressionError with the column."""
    if len(text) > MAX_SOURCE:
        raise ExpressionError(_("The expression is longer than %(limit)s characters.", limit=MAX_SOURCE))
    parser = _Parser(text)
    tree = parser.expression()
    if parser.token.kind != "end":
        raise parser.error(_("The expression should end before %(token)s.", token=parser.token.text))
    _check_depth(text, tree)
    return tree


def _check_depth(text: str, tree: Node) -> None:
    level = [tree]
    for _depth in range(MAX_DEPTH):
        level = [child for node in level for child in children(node)]
        if not level:
            return
    raise error_at(text, level[0].at, _("The expression is nested more than %(limit)s levels deep.", limit=MAX_DEPTH))


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.position = 0
        self.token = self.tokens[0]
        self.nesting = 0

    def error(self, message: Message, offset: int | None = None) -> ExpressionError:
        return error_at(self.text, self.token.start if offset is None else offset, message)

    def advance(self) -> Token:
        token = self.token
        self.position += 1
        self.token = self.tokens[self.position]
        return token

    def at_mark(self, mark: str) -> bool:
        return self.token.kind == "mark" and self.token.text == mark

    def accept(self, mark: str) -> bool:
        if self.at_mark(mark):
            self.advance()
            return True
        return False

    def expect(self, mark: str) -> Token:
        if not self.at_mark(mark):
            raise self.error(self._missing(mark))
        return self.advance()

    def _missing(self, mark: str) -> Message:
        if self.token.kind == "end":
            return _("The expression ends where %(mark)s is missing.", mark=mark)
        return _("%(mark)s is missing before %(token)s.", mark=mark, token=self.token.text)

    def expression(self) -> Node:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise self.error(_("The expression is nested more than %(limit)s levels deep.", limit=MAX_NESTING))
        node = self._choice()
        self.nesting -= 1
        return node

    def _choice(self) -> Node:
        # A chain of choices is collected first, so that its length does not cost stack.
        parts: list[tuple[Node, int, Node]] = []
        node = self._chain("||", self._conjunction)
        while self.at_mark("?"):
            at = self.advance().start
            yes = self._chain("||", self._conjunction)
            self.expect(":")
            parts.append((node, at, yes))
            node = self._chain("||", self._conjunction)
        for condition, at, yes in reversed(parts):
            node = Choice(condition.start, node.end, at, condition, yes, node)
        return node

    def _conjunction(self) -> Node:
        return self._chain("&&", self._relation)

    def _chain(self, mark: str, term: Callable[[], Node]) -> Node:
        first = term()
        if not self.at_mark(mark):
            return first
        at = self.token.start
        terms = [first]
        while self.accept(mark):
            terms.append(term())
        return Logic(first.start, terms[-1].end, at, mark == "&&", terms)

    def _binary(self, operators: dict[str, str], operand: Callable[[], Node]) -> Node:
        node = operand()
        while self.token.text in operators and self.token.kind in ("mark", "name"):
            operator = self.advance()
            right = operand()
            node = Call(node.start, right.end, operator.start, operators[operator.text], None, [node, right])
        return node

    def _relation(self) -> Node:
        return self._binary(_RELATIONS, self._sum)

    def _sum(self) -> Node:
        return self._binary(_SUMS, self._product)

    def _product(self) -> Node:
        return self._binary(_PRODUCTS, self._unary)

    def _unary(self) -> Node:
        if not (self.at_mark("!") or self.at_mark("-")):
            return self._member(self._primary())
        mark = self.token.text
        marks: list[int] = []
        while self.at_mark(mark):
            marks.append(self.advance().start)
        # The last minus before a number belongs to the number, as in CEL's grammar: -9223372036854775808 exists.
        if mark == "!" and self.at_mark("-"):
            marks_of_number = [self.advance().start]
        else:
            marks_of_number = marks if mark == "-" else []
        if marks_of_number and self.token.kind in ("int", "double"):
            node = self._member(self._number(negative=True, start=marks_of_number.pop()))
        elif mark == "!" and marks_of_number:
            raise self.error(_("After ! a - needs a number or brackets."))
        else:
            node = self._member(self._primary())
        # Pairs cancel each other in CEL, before anything is computed.
        if len(marks) % 2:
            wrap = marks[0]
            node = Not(wrap, node.end, wrap, node) if mark == "!" else Call(wrap, node.end, wrap, "-_", None, [node])
        elif marks:
            node = self._doubled(mark, marks, node)
        return node

    def _doubled(self, mark: str, marks: list[int], node: Node) -> Node:
        if mark == "!":
            return Not(marks[0], node.end, marks[0], Not(marks[1], node.end, marks[1], node))
        inner = Call(marks[1], node.end, marks[1], "-_", None, [node])
        return Call(marks[0], node.end, marks[0], "-_", None, [inner])

    def _number(self, *, negative: bool, start: int) -> Literal:
        token = self.advance()
        value = token.value
        assert isinstance(value, int | float)
        if token.kind == "int" and value > MAX_INT + negative:
            raise self.error(_("%(number)s does not fit into a 64-bit integer.", number=token.text), token.start)
        node = Literal(start, token.end, start, -value if negative else value)
        node.type = INT if token.kind == "int" else DOUBLE
        return node

    def _primary(self) -> Node:  # noqa: PLR0911 - one answer per kind
        token = self.token
        if token.kind in ("int", "double"):
            return self._number(negative=False, start=token.start)
        if token.kind == "string":
            self.advance()
            node = Literal(token.start, token.end, token.start, token.value)
            node.type = STRING
            return node
        if token.kind == "name":
            return self._name()
        if token.kind == "mark":
            if token.text == "(":
                return self._brackets()
            if token.text == "[":
                return self._list()
            if token.text == "{":
                return self._map()
            if token.text == "." and self.tokens[self.position + 1].kind == "name":
                self.advance()
                return self._name(absolute=True, start=token.start)
        if token.kind == "end":
            raise self.error(_("The expression ends where a value is missing."))
        raise self.error(_("A value is missing before %(token)s.", token=token.text))

    def _name(self, *, absolute: bool = False, start: int | None = None) -> Node:
        token = self.advance()
        start = token.start if start is None else start
        if token.text in _CONSTANTS and not absolute:
            value, type_ = _CONSTANTS[token.text]
            node = Literal(token.start, token.end, token.start, value)
            node.type = type_
            return node
        if token.text in RESERVED:
            raise self.error(_("%(name)s is a reserved word.", name=token.text), token.start)
        if self.at_mark("("):
            at = self.advance().start
            args = self._arguments(")")
            end = self.tokens[self.position - 1].end
            if token.text == "has" and len(args) == 1:
                return self._has(args[0], start, end, at)
            return Call(start, end, token.start, token.text, None, args)
        return Name(start, token.end, token.start, token.text, absolute)

    def _has(self, argument: Node, start: int, end: int, at: int) -> Node:
        if not isinstance(argument, Select) or argument.test:
            raise self.error(_("has() needs a field, as in has(supplier.expires)."), argument.start)
        return Select(start, end, argument.at, argument.operand, argument.field, True)

    def _brackets(self) -> Node:
        opening = self.advance()
        node = self.expression()
        closing = self.expect(")")
        node.start, node.end = opening.start, closing.end
        return node

    def _arguments(self, closing: str) -> list[Node]:
        args: list[Node] = []
        if self.accept(closing):
            return args
        while True:
            args.append(self.expression())
            if not self.accept(","):
                self.expect(closing)
                return args

    def _list(self) -> Node:
        opening = self.advance()
        items: list[Node] = []
        while not self.at_mark("]") and not self.at_mark(","):
            items.append(self.expression())
            if not self.at_mark(",") or self.tokens[self.position + 1].text in ("]", ","):
                break
            self.advance()
        self.accept(",")
        closing = self.expect("]")
        return ListOf(opening.start, closing.end, opening.start, items)

    def _map(self) -> Node:
        opening = self.advance()
        entries: list[tuple[Node, Node]] = []
        while not self.at_mark("}") and not self.at_mark(","):
            key = self.expression()
            self.expect(":")
            entries.append((key, self.expression()))
            if not self.at_mark(",") or self.tokens[self.position + 1].text in ("}", ","):
                break
            self.advance()
        self.accept(",")
        closing = self.expect("}")
        return MapOf(opening.start, closing.end, opening.start, entries)

    def _member(self, node: Node) -> Node:
        while True:
            if self.at_mark("."):
                node = self._selection(node)
            elif self.at_mark("["):
                at = self.advance().start
                index = self.expression()
                node = Index(node.start, self.expect("]").end, at, node, index)
            elif self.at_mark("{") and isinstance(node, Name | Select):
                raise self.error(_("Messages are not supported; write a map: {'name': value}."))
            else:
                return node

    def _selection(self, node: Node) -> Node:
        dot = self.advance()
        token = self.token
        if token.kind == "quoted":
            self.advance()
            return Select(node.start, token.end, dot.start, node, str(token.value))
        if token.kind != "name" or token.text in ("in", "true", "false", "null"):
            raise self.error(_("A field name is missing after the dot."))
        self.advance()
        if not self.at_mark("("):
            return Select(node.start, token.end, token.start, node, token.text)
        self.advance()
        args = self._arguments(")")
        end = self.tokens[self.position - 1].end
        if token.text in LOOPS and (len(args) == 2 or (token.text == "map" and len(args) == 3)):
            return self._loop(node, token, args, end)
        return Call(node.start, end, token.start, token.text, node, args)

    def _loop(self, node: Node, token: Token, args: list[Node], end: int) -> Loop:
        variable = args[0]
        if not isinstance(variable, Name) or variable.absolute:
            message = _(
                "The first argument of %(macro)s() is the name for one element, as in %(macro)s(e, ...).",
                macro=token.text,
            )
            raise self.error(message, variable.start)
        condition = args[1] if token.text != "map" or len(args) == 3 else None
        result = args[-1] if token.text == "map" else None
        return Loop(node.start, end, token.start, token.text, node, variable.name, condition, result)
